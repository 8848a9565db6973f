// Normal numbers from random words, bit for bit those of random.py: always in double, and every
// product and sum is rounded by itself.
#ifndef CHAINRULE_NORMAL_H
#define CHAINRULE_NORMAL_H
#include "philox.h"

// c0 r^7 + c1 r^6 + ... + c7
#define HORNER_3(r, c0, c1, c2, c3) ((((c0) * (r) + (c1)) * (r) + (c2)) * (r) + (c3))
#define HORNER_7(r, c0, c1, c2, c3, c4, c5, c6, c7) \
  HORNER_3(r, HORNER_3(r, c0, c1, c2, c3) * (r) + (c4), c5, c6, c7)

// A double and its bits, whatever `real` is.
typedef union {
  double number;
  uint64_t integer;
} Double;

// x = half 2^exponent, 1/2 <= half < 1, for a normal x.
typedef struct {
  double half, exponent;
} Parts;

INLINE Parts parts_of_double(double x) {
  const uint64_t b = ((Double){.number = x}).integer;
  const uint64_t half = (b & 0xFFFFFFFFFFFFFu) | (uint64_t)1022 << 52;
  const uint64_t above = b >> 52 | (uint64_t)1075 << 52; // 2^52 and the biased exponent
  const double exponent = ((Double){.integer = above}).number - (0x1p52 + 1022);
  return (Parts){((Double){.integer = half}).number, exponent};
}

// log x = e log 2 + 2 artanh((m - 1)/(m + 1)) for a normal x = m 2^e, sqrt(1/2) <= m < sqrt 2.
INLINE double plain_logarithm(double x) {
  const Parts p = parts_of_double(x);
  const int small = p.half < 0.70710678118654757;
  const double m = small ? 2 * p.half : p.half, e = small ? p.exponent - 1 : p.exponent;
  const double s = (m - 1) / (m + 1), q = s * s;
  double total = 0;
  for (int k = 23; k > 0; k -= 2) total = total * q + 2.0 / k;
  return e * 0.6931471805599453 + s * total;
}

// The u-th quantile of the standard normal distribution, u = (word + 1/2) 2^-32, by Wichura's
// algorithm AS 241.
INLINE double normal_number(uint32_t word) {
  const double u = (word + 0.5) * 0x1p-32, q = u - 0.5, r = 0.180625 - q * q;
  const double center =
      q * (HORNER_7(r, 2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4,
                    4.5921953931549871457e4, 1.3731693765509461125e4, 1.9715909503065514427e3,
                    1.3314166789178437745e2, 3.3871328727963666080e0) /
           HORNER_7(r, 5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4,
                    2.1213794301586595867e4, 5.3941960214247511077e3, 6.8718700749205790830e2,
                    4.2313330701600911252e1, 1.0));
  const double t = __builtin_sqrt(-plain_logarithm(u < 1 - u ? u : 1 - u)) - 1.6;
  const double tail =
      HORNER_7(t, 7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
               1.27045825245236838258e0, 3.64784832476320460504e0, 5.76949722146069140550e0,
               4.63033784615654529590e0, 1.42343711074968357734e0) /
      HORNER_7(t, 1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
               1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e0,
               2.05319162663775882187e0, 1.0);
  return __builtin_fabs(q) <= 0.425 ? center : q < 0 ? -tail : tail;
}

#endif
