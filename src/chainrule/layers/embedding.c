// Twin of embedding.py.
#include "kernels/loops.h"

TAKES(look_up, "[N,*] (K,D) -> (N,*,D)", 0);
// A number that is no word gives NaN, so that training stops at it; the report then comes from the
// reference, in words.
void OP(look_up)(long rows, const Array *a, const double *attr) { // e, x, W
  (void)attr;
  const Array e = a[0], x = a[1], W = a[2];
  const long words = W.shape[0], D = W.shape[1];
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < x.size; p++) {
      const int32_t word = ((const int32_t *)x.data)[n * x.stride + p];
      const int known = word >= 0 && word < words;
      const real *from = W.data + (known ? word : 0) * D;
      real *to = row_of(e, n) + p * D;
      for (long d = 0; d < D; d++) to[d] = known ? from[d] : NOT_A_NUMBER; // e = W[x]
    }
}

void OP(look_up_backward)(long rows, const Array *a, const double *attr) { // de, e, x, W, -, dW
  (void)attr;
  const Array de = a[0], x = a[2], dW = a[5];
  if (!dW.data) return;
  const long words = dW.shape[0], D = dW.shape[1];
  start_sum(dW);
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < x.size; p++) {
      const int32_t word = ((const int32_t *)x.data)[n * x.stride + p];
      if (word < 0 || word >= words) continue;
      const real *from = row_of(de, n) + p * D;
      real *to = dW.data + word * D;
      INDEPENDENT for (long d = 0; d < D; d++) to[d] += from[d]; // dW = sum over n of onehot(x)' de
    }
}
