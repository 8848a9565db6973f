// Twin of embedding.py.
#include "kernels/loops.h"

static int32_t word_of(Array x, long n, long p) {
  return ((const int32_t *)x.data)[n * x.stride + p];
}

TAKES(look_up, "[N,*] (K,D) -> (N,*,D)", 0);

// A number that is no word gives NaN, so that training stops at it; the message then comes from the
// reference.
void OP(look_up)(long rows, const Array *a, const double *attr) {
  enum { E, X, W };
  (void)attr;
  const long words = a[W].shape[0], D = a[W].shape[1];
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < a[X].size; p++) {
      const int32_t word = word_of(a[X], n, p);
      const int known = word >= 0 && word < words;
      const real *from = a[W].data + (known ? word : 0) * D;
      real *e = row_of(a[E], n) + p * D;
      for (long d = 0; d < D; d++) e[d] = known ? from[d] : NOT_A_NUMBER; // e = W[x]
    }
}

void OP(look_up_backward)(long rows, const Array *a, const double *attr) {
  enum { DE, E, X, W, DX, DW };
  (void)attr;
  const Array dW = a[DW];
  if (!dW.data) return;
  const long words = dW.shape[0], D = dW.shape[1];
  start_sum(dW);
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < a[X].size; p++) {
      const int32_t word = word_of(a[X], n, p);
      if (word < 0 || word >= words) continue;
      const real *de = row_of(a[DE], n) + p * D;
      real *to = dW.data + word * D;
      INDEPENDENT for (long d = 0; d < D; d++) to[d] += de[d]; // dW = sum over n of onehot(x)' de
    }
}
