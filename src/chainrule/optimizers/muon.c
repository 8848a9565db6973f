// Twin of muon.py.
#include "kernels/gemm.h"
#include "rules.h"

enum { LR, MOMENTUM, DECAY, RATIO, BETA1, BETA2, EPS }; // of hyper
enum { STEPS = 5 };

// AdamW, for a tensor that is no hidden matrix.
RULE_TAKES(Muon, 2, 7, WHOLE_TENSORS);
void RULE(Muon)(long n, long t, real *theta, const real *g, real *const *slots,
                const double *hyper) {
  const real lr = (real)(hyper[LR] * hyper[RATIO]), b1 = (real)(1 - hyper[BETA1]),
             b2 = (real)(1 - hyper[BETA2]), eps = (real)hyper[EPS], decay = (real)hyper[DECAY];
  const real c1 = (real)(1 / (1 - power(hyper[BETA1], t)));               // m^ = c1 m
  const real c2 = (real)(1 / __builtin_sqrt(1 - power(hyper[BETA2], t))); // sqrt v^ = c2 sqrt v
  real *m = slots[0], *v = slots[1];
  for (long i = 0; i < n; i++) {
    const real mi = mean(m[i], b1, g[i]), vi = mean(v[i], b2, g[i] * g[i]), old = theta[i];
    m[i] = mi, v[i] = vi;
    theta[i] = old - lr * (c1 * mi / (c2 * SQRT(vi) + eps) + decay * old);
  }
}

// A matrix and its transpose, if `turned`.
INLINE Matrix matrix_of(const real *at, long columns, int turned) {
  return turned ? (Matrix){at, 1, columns} : (Matrix){at, columns, 1};
}

// The scratch: X, the next X, A, B, and that of the products.
typedef struct {
  real *X, *next, *A, *B, *work;
} Scratch;

INLINE Scratch scratch_of(real *work, long n, long k) {
  return (Scratch){work, work + n, work + 2 * n, work + 2 * n + k * k, work + 2 * n + 2 * k * k};
}

long MATRIX_RULE(Muon_work)(long rows, long columns) {
  const long k = smaller_of(rows, columns), most = larger_of(rows, columns);
  const long of_A = FN(gemm_work)(k, k, most), of_AA = FN(gemm_work)(k, k, k),
             of_X = FN(gemm_work)(rows, columns, k);
  return 2 * rows * columns + 2 * k * k + larger_of(of_A, larger_of(of_AA, of_X));
}

// One step of Newton-Schulz: A = X X', X <- a X + (b A + c A A) X; for more rows than columns the
// same for the transpose. It exchanges X and next.
static void newton_schulz(long rows, long columns, Scratch *s) {
  const real a = (real)3.4445, b = (real)-4.7750, c = (real)2.0315;
  const int tall = rows > columns;
  const long k = tall ? columns : rows, most = tall ? rows : columns, n = rows * columns;
  FN(gemm)(&(Product){.M = k,
                      .N = k,
                      .K = most,
                      .A = matrix_of(s->X, columns, tall),
                      .B = matrix_of(s->X, columns, !tall),
                      .C = s->A,
                      .c_row = k,
                      .work = s->work});
  FN(gemm)(&(Product){.M = k,
                      .N = k,
                      .K = k,
                      .A = matrix_of(s->A, k, 0),
                      .B = matrix_of(s->A, k, 0),
                      .C = s->B,
                      .c_row = k,
                      .work = s->work});
  for (long i = 0; i < k * k; i++) s->B[i] = b * s->A[i] + c * s->B[i];
  for (long i = 0; i < n; i++) s->next[i] = a * s->X[i];
  const Matrix X = matrix_of(s->X, columns, 0), B = matrix_of(s->B, k, 0);
  FN(gemm)(&(Product){.M = rows,
                      .N = columns,
                      .K = k,
                      .A = tall ? X : B,
                      .B = tall ? B : X,
                      .start = s->next,
                      .start_row = columns,
                      .C = s->next,
                      .c_row = columns,
                      .work = s->work});
  real *X_before = s->X;
  s->X = s->next, s->next = X_before;
}

void MATRIX_RULE(Muon)(long rows, long columns, real *theta, const real *g, real *const *slots,
                       const double *hyper, real *work) {
  const long n = rows * columns;
  const real lr = (real)hyper[LR], rate = (real)(1 - hyper[MOMENTUM]), decay = (real)hyper[DECAY];
  const double wide = (double)columns / (double)rows;
  const real scale = (real)__builtin_sqrt(wide > 1 ? wide : 1);
  Scratch s = scratch_of(work, n, smaller_of(rows, columns));
  real *m = slots[0];
  for (long i = 0; i < n; i++) {
    m[i] = mean(m[i], rate, g[i]);
    s.X[i] = mean(m[i], rate, g[i]); // mu m + (1 - mu) g
  }
  double squares;
  SUM_OF_SQUARES(i, n, s.X[i], squares);
  const real shrink = (real)(1 / (__builtin_sqrt(squares) + 1e-7));
  for (long i = 0; i < n; i++) s.X[i] *= shrink;
  for (int k = 0; k < STEPS; k++) newton_schulz(rows, columns, &s);
  // theta - lr (scale O + lambda theta)
  for (long i = 0; i < n; i++) theta[i] -= lr * (scale * s.X[i] + decay * theta[i]);
}
