// Shared code of the optimizers' rules. The numbers of one step are computed in double, as in
// Python, then rounded once.
//
// A rule with several slots reads one place in all its vectors before it writes there. Large
// vectors of NumPy begin 16 bytes into a page; with such vectors this halves the time of Adam.
#ifndef CHAINRULE_RULES_H
#define CHAINRULE_RULES_H
#include "kernels/native.h"

// x^n by squaring, as in scalar.py: pow() differs from one libm to the next.
INLINE double power(double x, long n) {
  double y = 1;
  for (; n > 0; n /= 2, x *= x)
    if (n % 2) y *= x;
  return y;
}

// The larger number; a NaN in a stays.
INLINE real larger(real a, real b) {
  return a >= b || a != a ? a : b;
}

INLINE real sign(real x) {
  return (real)(x > 0) - (real)(x < 0);
}

INLINE real absolute(real x) {
  return x < 0 ? -x : x;
}

// The means of Adam: m + (1 - beta1) (g - m), v + (1 - beta2) (g^2 - v); rate: 1 - beta.
INLINE real mean(real m, real rate, real g) {
  return m + rate * (g - m);
}

#endif
