// What the rules share: numbers of one step, worked out in double as Python does, then rounded
// once.
#ifndef CHAINRULE_RULES_H
#define CHAINRULE_RULES_H
#include "kernels/native.h"

// x^n by squaring, as scalar.py: pow() differs from one libm to the next.
INLINE double power(double x, long n) {
  double y = 1;
  for (; n > 0; n /= 2, x *= x)
    if (n % 2) y *= x;
  return y;
}

INLINE real larger(real a, real b) {
  return a >= b || a != a ? a : b;
} // a NaN stays

INLINE real sign(real x) {
  return (real)(x > 0) - (real)(x < 0);
}

INLINE real absolute(real x) {
  return x < 0 ? -x : x;
}

// The two means of Adam: m += (1 - beta1) (g - m), v += (1 - beta2) (g^2 - v)
INLINE real mean(real m, real rate, real g) {
  return m + rate * (g - m);
}

// A rule with several slots reads a place in all its vectors before it writes it in one: with
// vectors that begin 16 bytes into a page, as large ones of NumPy do, Adam takes half the time that
// it takes where each number is stored at once.
#endif
