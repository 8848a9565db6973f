// Asynchronous recall that keeps the fields: a visit costs one comparison, and a flip alone costs N
// additions. Twin of asynchronous.py.
#include <stdlib.h>
#include "hopfield.h"
#include "kernels/gemm_vector.h"

// TOGETHER: states whose first fields are computed together, so that W is read once for all of
// them. STRETCH: how many fields of each stay in the L1 cache meanwhile.
enum { TOGETHER = 4, STRETCH = 512 };

// Whole weights: every sum is exact, so every order gives the same fields.
#define WEIGHT int16_t
#define FIELD int32_t
#define NAME(x) x##_whole
#include "sweeps.h"
INLINE void fields_whole(const int states, const HopfieldRun *r, const int16_t *const *s,
                         int32_t *const *h) {
  const long N = r->units;
  const int16_t *w = r->receive;
  for (long i = 0; i < N; i++, w += N) {
    int32_t sum[TOGETHER] = {0};
    for (long j = 0; j < N; j++) UNROLL
    for (int p = 0; p < states; p++) sum[p] += (int32_t)w[j] * s[p][j];
    for (int p = 0; p < states; p++) h[p][i] = sum[p];
  }
}

// Return the least whole h that is not below the cut: h < cut and h < the result are the same. No h
// is below a NaN.
static int32_t cut_whole(double cut) {
  if (!(cut > INT32_MIN)) return INT32_MIN;
  if (cut >= INT32_MAX) return INT32_MAX;
  const int32_t below = (int32_t)cut;
  return below + (below < cut);
}
#undef WEIGHT
#undef FIELD
#undef NAME

// Other weights are doubles, and each field adds j in order. A product with 1 or -1 does not round,
// so it makes no difference whether fma is used.
#define WEIGHT double
#define FIELD double
#define NAME(x) x##_double
#include "sweeps.h"
INLINE void fields_double(const int states, const HopfieldRun *r, const int16_t *const *s,
                          double *const *h) {
  const long N = r->units, stretch = states > 1 ? STRETCH : N;
  for (long begin = 0; begin < N; begin += stretch) {
    const long end = smaller_of(begin + stretch, N);
    const double *w = r->send;
    for (int p = 0; p < states; p++)
      for (long i = begin; i < end; i++) h[p][i] = 0;
    for (long j = 0; j < N; j++, w += N) {
      double sign[TOGETHER];
      UNROLL
      for (int p = 0; p < states; p++) sign[p] = s[p][j];
      for (long i = begin; i < end; i++) UNROLL
      for (int p = 0; p < states; p++) h[p][i] += w[i] * sign[p];
    }
  }
}

static double cut_double(double cut) {
  return cut;
}

// Return 0 if there is no memory. given: a HopfieldRun.
int ENTRY(hopfield)(void *given) {
  const HopfieldRun *r = given;
  return r->whole ? recall_whole(r) : recall_double(r);
}
