// Twins of clipping.py. The engine computes the norms in an order that does not depend on the
// number of threads (engines/clip.c).
#include "rules.h"

int CLIP(ClipValue)(long n, real *g, double limit, const double *squares) {
  const real most = (real)limit;
  (void)squares;
  // min(max(g, -limit), limit)
  for (long i = 0; i < n; i++) g[i] = g[i] > most ? most : g[i] < -most ? -most : g[i];
  return 0;
}

enum { TENSOR, ALL }; // of squares

// g min(1, limit / |g|)
INLINE int shorten(long n, real *g, double limit, double squares) {
  const double norm = __builtin_sqrt(squares);
  const real factor = (real)(limit / (norm <= limit ? limit : norm)); // a NaN is kept
  for (long i = 0; factor != 1 && i < n; i++) g[i] *= factor;
  return 1;
}

int CLIP(ClipNorm)(long n, real *g, double limit, const double *squares) {
  return shorten(n, g, limit, squares[TENSOR]);
}

int CLIP(ClipGlobalNorm)(long n, real *g, double limit, const double *squares) {
  return shorten(n, g, limit, squares[ALL]);
}
