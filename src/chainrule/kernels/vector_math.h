// The engine's own functions, so that no bit depends on libm. They are written for one number,
// without branches, so that the compiler makes vectors of them; a single number gets the same bits
// as inside a vector. Every fma is explicit, so AVX2, AVX-512 and NEON agree.
#ifndef CHAINRULE_VECTOR_MATH_H
#define CHAINRULE_VECTOR_MATH_H
#include "native.h"

#if REAL_BITS == 32
typedef uint32_t bits;
enum { MANTISSA = 23, BIAS = 127 };
#define SMALLEST_NORMAL 0x1p-126f
#define LARGEST_REAL 0x1.fffffep127f
#define ROUND 0x1.8p23f     // adding it leaves no bits for a fraction
#define LN2_HIGH 0x1.63p-1f // k LN2_HIGH is exact for every k below
#define LN2_LOW -0x1.bd0106p-13f
#define EXP_LOWEST -104.0f // e^x rounds to 0 below, overflows above
#define EXP_HIGHEST 89.0f
#define EXP_NORMAL -87.0f
#define CENTER 4.0f                  // of the polynomial for the tail of the normal distribution
#define HALF_OF_THE_BITS 0xFFFFF000u // a number cut to them has an exact square
#else
typedef uint64_t bits;
enum { MANTISSA = 52, BIAS = 1023 };
#define SMALLEST_NORMAL 0x1p-1022
#define LARGEST_REAL 0x1.fffffffffffffp1023
#define ROUND 0x1.8p52
#define LN2_HIGH 0x1.62e42feep-1
#define LN2_LOW 0x1.a39ef35793c76p-33
#define EXP_LOWEST -746.0
#define EXP_HIGHEST 710.0
#define EXP_NORMAL -708.0
#define CENTER 4.75
#define HALF_OF_THE_BITS 0xFFFFFFFFF8000000u
#endif
#define MANTISSA_BITS (((bits)1 << MANTISSA) - 1)
#define INFINITE ((real)__builtin_inf())
#define NOT_A_NUMBER ((real)__builtin_nan(""))
#if REAL_BITS == 32
#define FABS(x) __builtin_fabsf(x)
#define COPYSIGN(size, sign) __builtin_copysignf(size, sign)
#else
#define FABS(x) __builtin_fabs(x)
#define COPYSIGN(size, sign) __builtin_copysign(size, sign)
#endif

// A number and its bits.
typedef union {
  real number;
  bits integer;
} Number;

INLINE bits to_bits(real x) {
  return ((Number){.number = x}).integer;
}

INLINE real from_bits(bits b) {
  return ((Number){.integer = b}).number;
}

// These four keep a NaN in x.
INLINE real at_least(real x, real low) {
  return x < low ? low : x;
}

INLINE real at_most(real x, real high) {
  return x > high ? high : x;
}

INLINE real positive_part(real x) {
  return at_least(x, 0);
}

INLINE real negative_part(real x) {
  return at_most(x, 0);
}

// ---------------------------------------------------------------- exponentials

// e^r - 1 = r + r^2 (1/2! + r/3! + r^2/4! + ...) for |r| <= 0.41, the sum by Estrin's scheme: few
// steps that wait for each other.
INLINE real small_exponential_minus_1(real r) {
  const real r2 = r * r;
  const real c0 = FMA(r, (real)(1.0 / 6), (real)(1.0 / 2)),
             c2 = FMA(r, (real)(1.0 / 120), (real)(1.0 / 24)),
             c4 = FMA(r, (real)(1.0 / 5040), (real)(1.0 / 720));
#if REAL_BITS == 32
  const real sum = FMA(r2, FMA(r2, c4, c2), c0);
#else
  const real r4 = r2 * r2;
  const real c6 = FMA(r, 1.0 / 362880, 1.0 / 40320), c8 = FMA(r, 1.0 / 39916800, 1.0 / 3628800),
             c10 = FMA(r, 1.0 / 6227020800, 1.0 / 479001600);
  const real sum = FMA(r4, FMA(r4, FMA(r2, c10, c8), FMA(r2, c6, c4)), FMA(r2, c2, c0));
#endif
  return FMA(r2, sum, r);
}

// 2^k from k + ROUND, whose last bits are k.
INLINE real power_of_two(real k_plus_round) {
  return from_bits((to_bits(k_plus_round) << MANTISSA) + ((bits)BIAS << MANTISSA));
}

// factor e^(x + low) for a low part of at most 0.06: 2^k e^r with k = round(x / ln 2),
// r = x - k ln 2 + low.
INLINE real times_exponential(real factor, real x, real low) {
  x = at_most(at_least(x, EXP_LOWEST), EXP_HIGHEST);
  const real k = FMA(x, (real)1.4426950408889634, ROUND) - ROUND;
  const real r = FMA(-k, LN2_HIGH, x) + FMA(-k, LN2_LOW, low);
  // two factors, as 2^k itself may not be a normal number
  const real half = FMA(k, (real)0.5, ROUND), rest = k - (half - ROUND) + ROUND;
  const real times_e_to_r = FMA(factor, small_exponential_minus_1(r), factor);
  return times_e_to_r * power_of_two(half) * power_of_two(rest);
}

INLINE real exponential(real x) {
  return times_exponential(1, x, 0);
}

// e^x - 1 = 2^k (e^r - 1) + (2^k - 1) for x <= 88: no digits lost near 0.
INLINE real exponential_minus_1(real x) {
  const real bounded = at_least(x, -87);
  const real k_plus_round = FMA(bounded, (real)1.4426950408889634, ROUND), k = k_plus_round - ROUND;
  const real r = FMA(-k, LN2_LOW, FMA(-k, LN2_HIGH, bounded)), scale = power_of_two(k_plus_round);
  return FMA(scale, small_exponential_minus_1(r), scale - 1);
}

// tanh x = t / (t + 2), t = e^(2 |x|) - 1, with the sign of x.
INLINE real hyperbolic_tangent(real x) {
  const real t = exponential_minus_1(2 * at_most(FABS(x), 20));
  return COPYSIGN(t / (t + 2), x);
}

// 1 / (1 + e^-x) = e^x / (1 + e^x): the form whose exponential cannot overflow.
INLINE real logistic(real x) {
  const real e = exponential(-FABS(x));
  return (x < 0 ? e : 1) / (1 + e);
}

// e^x for x from EXP_NORMAL to 0, where 2^k is a normal number: the bits of `exponential`, faster.
INLINE real exponential_of_negative(real x) {
  const real k_plus_round = FMA(x, (real)1.4426950408889634, ROUND), k = k_plus_round - ROUND;
  const real r = FMA(-k, LN2_HIGH, x) + FMA(-k, LN2_LOW, (real)0);
  return (small_exponential_minus_1(r) + 1) * power_of_two(k_plus_round);
}

// sigma(z) with the bound of the reference: where e^-z would overflow, it keeps the last value.
INLINE real bounded_logistic(real z) {
  const real e = exponential_of_negative(at_least(-FABS(z), EXP_NORMAL));
  return (z < 0 ? e : 1) / (1 + e);
}

// ---------------------------------------------------------------- logarithms

// ln(1 + f) + k ln 2 for 1 + f from sqrt(1/2) to sqrt 2, with s = f / (2 + f):
// 2 artanh s = f - f^2/2 + s (f^2/2 + 2 s^2/3 + 2 s^4/5 + ...)
INLINE real small_logarithm_1_plus(real f, real k) {
  const real s = f / (2 + f), q = s * s, half_square = (real)0.5 * f * f;
#if REAL_BITS == 32
  real sum = (real)(2.0 / 11);
#else
  real sum = 2.0 / 23;
  sum = FMA(sum, q, 2.0 / 21);
  sum = FMA(sum, q, 2.0 / 19);
  sum = FMA(sum, q, 2.0 / 17);
  sum = FMA(sum, q, 2.0 / 15);
  sum = FMA(sum, q, 2.0 / 13);
  sum = FMA(sum, q, 2.0 / 11);
#endif
  sum = FMA(sum, q, (real)(2.0 / 9));
  sum = FMA(sum, q, (real)(2.0 / 7));
  sum = FMA(sum, q, (real)(2.0 / 5));
  sum = FMA(sum, q, (real)(2.0 / 3));
  const real correction = FMA(s, FMA(sum, q, half_square), k * LN2_LOW);
  return FMA(k, LN2_HIGH, f - (half_square - correction));
}

// ln x = ln m + k ln 2, x = 2^k m.
INLINE real logarithm(real x) {
  const int subnormal = x < SMALLEST_NORMAL;
  const real normal = subnormal ? x * ((bits)1 << MANTISSA) : x;
  const bits root = to_bits((real)0.70710678118654752); // sqrt(1/2), where m begins
  const bits from_root = to_bits(normal) - root + ((bits)BIAS << MANTISSA);
  const real m = from_bits((from_root & MANTISSA_BITS) + root);
  const real whole = (real)((bits)1 << MANTISSA); // its last bits count from 0
  const real exponent = from_bits((from_root >> MANTISSA) | to_bits(whole)) - whole;
  const real k = exponent - (subnormal ? BIAS + MANTISSA : BIAS);
  const real finite = small_logarithm_1_plus(m - 1, k);
  const real positive = x <= LARGEST_REAL ? finite : x; // infinity and NaN stay
  const real other = x < 0 ? NOT_A_NUMBER : -INFINITE;
  return x <= 0 ? other : positive;
}

// ln(1 + e) for 0 <= e <= 1: no digits lost near 0.
INLINE real logarithm_1_plus(real e) {
  const int low = e < (real)0.41421356; // both arguments are exact; a NaN takes the second
  return small_logarithm_1_plus(low ? e : (e - 1) * (real)0.5, low ? 0 : 1);
}

// ln(1 + e^-|x|): what softplus adds to max(x, 0).
INLINE real softplus_of_negative(real x) {
  return logarithm_1_plus(exponential(-FABS(x)));
}

INLINE real softplus(real x) {
  return positive_part(x) + softplus_of_negative(x);
}

// ---------------------------------------------------------------- the normal distribution

// factor e^(-x^2/2), by e^(-c^2/2) e^(-(x - c)(x + c)/2), c the first half of the bits of x: a
// rounded square would cost digits.
INLINE real times_bell(real factor, real x) {
  const real size = at_most(FABS(x), 40), cut = from_bits(to_bits(size) & HALF_OF_THE_BITS);
  const real high = cut * cut * (real)-0.5, low = (size - cut) * (size + cut) * (real)-0.5;
  return times_exponential(factor, high, low);
}

// phi(x) = e^(-x^2/2) / sqrt(2 pi)
INLINE real normal_density(real x) {
  return times_bell((real)0.3989422804014326779, x);
}

// c0 + c1 t + ... + c4 t^4
#define POLYNOMIAL_4(t, c0, c1, c2, c3, c4) \
  FMA(FMA(FMA(FMA((real)(c4), t, (real)(c3)), t, (real)(c2)), t, (real)(c1)), t, (real)(c0))

// Phi(-x) e^(x^2/2) (1 + 5x/4) for x >= 0: between 0.4 and 0.6, so a polynomial in
// t = (x - CENTER) / (x + CENTER) meets it everywhere, to 2e-9 (float32) and 7e-18 (float64). The
// form is that of Shepherd & Laframboise, "Chebyshev approximation of (1 + 2x) exp(x^2) erfc x in
// 0 <= x < infinity", Mathematics of Computation 36 (1981); the coefficients come from
// interpolation at Chebyshev points in 50 digits.
INLINE real level_tail(real t) {
#if REAL_BITS == 32
  return POLYNOMIAL_4(t, 0.5664638478, -0.07827990771, -0.01359526463, 0.05367706598,
                      POLYNOMIAL_4(t, -0.04796366153, 0.0245450981, -0.006378529744,
                                   -0.0005235883392,
                                   POLYNOMIAL_4(t, 0.0009106834484, -9.471272042e-5,
                                                -0.0001085669503, 1.497050688e-5, 1.041720801e-5)));
#else
  return POLYNOMIAL_4(
      t, 0.5596855817595612, -0.078957425632699733, 0.0050360168819968347, 0.03781922933750217,
      POLYNOMIAL_4(
          t, -0.04683329094631468, 0.034827431126929651, -0.017951193243791704,
          0.0060237467524059909,
          POLYNOMIAL_4(
              t, -0.00077559155820156484, -0.00037601386294723211, 0.00020075679354631638,
              -1.4551453823149188e-6,
              POLYNOMIAL_4(
                  t, -2.6325249650074936e-5, 4.177724377580134e-6, 3.4026999042270713e-6,
                  -8.9903834076686044e-7,
                  POLYNOMIAL_4(t, -5.0649758901730799e-7, 1.5475445090502867e-7,
                               8.8762728103404983e-8, -2.3393392298746603e-8,
                               POLYNOMIAL_4(t, -1.6556656366059318e-8, 2.827735980872139e-9,
                                            2.6508155088178535e-9, -1.9974450863831963e-10,
                                            -2.4545335969896954e-10))))));
#endif
}

// (Phi(x) - 1/2) / x for |x| <= 1 by its power series in q = x^2: the sum of
// (-q/2)^n / (n! (2n + 1) sqrt(2 pi))
INLINE real central_slope(real q) {
#if REAL_BITS == 32
  return POLYNOMIAL_4(q, 3.989422804e-01, -6.649038007e-02, 9.973557010e-03, -1.187328215e-03,
                      POLYNOMIAL_4(q, 1.154346876e-04, -9.444656260e-06, 6.659693516e-07,
                                   -4.122667415e-08, 2.273529824e-09));
#else
  return POLYNOMIAL_4(
      q, 0.3989422804014327, -0.06649038006690546, 0.009973557010035819, -0.0011873282154804545,
      POLYNOMIAL_4(q, 0.0001154346876161553, -9.444656259503616e-06, 6.659693516316652e-07,
                   -4.122667414862689e-08,
                   POLYNOMIAL_4(q, 2.273529824372807e-09, -1.1301171641619214e-10,
                                5.112434790256311e-12, -2.1217614742170462e-13,
                                FMA(FMA(9.631274849017949e-18, q, -2.8965167323713236e-16), q,
                                    8.133418984498677e-15))));
#endif
}

// Phi(x) = tail for x < 0, 1 - tail otherwise, tail = Phi(-|x|); near 0 1/2 and a correction.
INLINE real normal_cdf(real x) {
  const real size = at_most(FABS(x), 40);
  const real level = level_tail((size - CENTER) / (size + CENTER)) / FMA((real)1.25, size, 1);
  const real tail = times_bell(level, size);
  const real outside = x < 0 ? tail : 1 - tail, inside = FMA(x, central_slope(x * x), (real)0.5);
  return size < 1 ? inside : outside;
}

#endif
