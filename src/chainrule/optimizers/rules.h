// Shared code of the optimizers' rules. The numbers of one step are computed in double, as in
// Python, then rounded once.
//
// A rule with several slots reads one place in all its vectors before it writes there. Large
// vectors of NumPy begin 16 bytes into a page; with such vectors this halves the time of Adam.
#ifndef CHAINRULE_RULES_H
#define CHAINRULE_RULES_H
#include "kernels/native.h"

// x^n by squaring, as in scalar.py: pow() differs from one libm to the next. A factor of 1 changes
// no bit; a branch on a bit of n would be foreseen wrongly half of the time.
INLINE double power(double x, long n) {
  double y = 1;
  for (unsigned long bits = n > 0 ? (unsigned long)n : 0; bits; bits /= 2, x *= x) {
    const double factor[2] = {1, x};
    y *= factor[bits % 2];
  }
  return y;
}

// Vectors of FAR numbers and more come from memory, and a processor foresees poorly what a loop
// over several of them reads next. Such a loop works on BLOCK numbers at a time, and before them
// asks for those that lie AHEAD. Shorter vectors are one block.
enum { FAR = 1 << 20, BLOCK = 64, AHEAD = 2048 / sizeof(real), PER_LINE = 64 / sizeof(real) };
INLINE long end_of_block(long begin, long n) {
  return n < FAR || n - begin < BLOCK ? n : begin + BLOCK;
}
INLINE void ask_ahead(const real *block, long n) {
  for (int i = AHEAD; n >= FAR && i < AHEAD + BLOCK; i += PER_LINE) __builtin_prefetch(block + i);
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

// total = the sum over i < n of the square of `term`, an expression of i, in double: number i
// belongs to lane i % 16, and the lanes are added in halves, whatever the width of the registers.
#define SUM_OF_SQUARES(i, n, term, total)                                \
  do {                                                                   \
    double lane_[LANES] = {0};                                           \
    const long whole_ = (n) - (n) % LANES;                               \
    for (long start_ = 0; start_ < whole_; start_ += LANES)              \
      for (long l_ = 0; l_ < LANES; l_++) {                              \
        const long i = start_ + l_;                                      \
        const double x_ = (term);                                        \
        lane_[l_] += x_ * x_;                                            \
      }                                                                  \
    for (long i = whole_; i < (n); i++) {                                \
      const double x_ = (term);                                          \
      lane_[i - whole_] += x_ * x_;                                      \
    }                                                                    \
    for (int half_ = LANES / 2; half_ > 0; half_ /= 2)                   \
      for (int l_ = 0; l_ < half_; l_++) lane_[l_] += lane_[l_ + half_]; \
    (total) = lane_[0];                                                  \
  } while (0)

#endif
