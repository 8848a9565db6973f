// Accuracy of kernels/vector_math.h against libm, in units of the last place (ulp). Compiled like
// the engine's files, with -lm:
//   cc -std=gnu11 -O3 -ffp-contract=off -fno-math-errno -fno-trapping-math -mavx2 -mfma
//      -I src/chainrule -Dreal=float -DREAL_BITS=32 -DVARIANT=f32_avx2 tests/native/math_test.c
//      tests/native/wide_math.c -lm
// float32: a part of all 2^32 numbers, or all of them with the argument `all`; float64: samples,
// 10^8 for each function with `all`. All of float32 is measured against the engine's own float64
// (wide_math.h), which this test measures against libm. A hash of all results represents their
// bits: one for the builds with fma, whatever the instruction set, one for those without.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kernels/vector_math.h"
#include "wide_math.h"

#if !defined(__FMA__) && !defined(__ARM_FEATURE_FMA) // as in native.h
#define EXPECTED_HASH (REAL_BITS == 32 ? 0x5a0f98e90e1cfed3u : 0x41616ad7c66e43a5u)
#else
#define EXPECTED_HASH (REAL_BITS == 32 ? 0x78d16ad2c8be61f9u : 0xff5d075034d0bdecu)
#endif

// float32 is measured against double, float64 against long double: libm is good to an ulp of those.
#if REAL_BITS == 32
#define WIDE(name) name
typedef double wide;
#else
#define WIDE(name) name##l
typedef long double wide;
#endif
typedef struct {
  const char *name;
  void (*ours)(const real *x, real *y); // a whole block: what the compiler makes of a loop
  wide (*exact)(wide x);
  double limit; // ulp
  real highest; // x for which it is promised
  void (*in_float64)(const double *x, double *y);
} Function;

#define VECTOR(name)                                    \
  static void name##_of_block(const real *x, real *y) { \
    for (long i = 0; i < BLOCK; i++) y[i] = name(x[i]); \
  }
FOR_EACH_FUNCTION(VECTOR)

static wide exact_exp(wide x) {
  return WIDE(exp)(x);
}
static wide exact_expm1(wide x) {
  return WIDE(expm1)(x);
}
static wide exact_log(wide x) {
  return WIDE(log)(x);
}
static wide exact_tanh(wide x) {
  return WIDE(tanh)(x);
}
static wide exact_logistic(wide x) {
  const wide e = WIDE(exp)(-WIDE(fabs)(x));
  return (x < 0 ? e : 1) / (1 + e);
}
static wide exact_softplus_of_negative(wide x) {
  return WIDE(log1p)(WIDE(exp)(-WIDE(fabs)(x)));
}
static wide exact_softplus(wide x) {
  return (x > 0 ? x : 0) + exact_softplus_of_negative(x);
}
static wide exact_cdf(wide x) {
  return WIDE(erfc)(-x * (wide)0.70710678118654752440084436210485L) / 2;
}
static wide exact_density(wide x) {
  return WIDE(exp)(-x * x / 2) * (wide)0.39894228040143267793994605993438L;
}

#define ROW(name, exact, limit, highest) \
  {#name, name##_of_block, exact, limit, highest, wide_##name}
static const Function functions[] = {
    ROW(exponential, exact_exp, 2, INFINITY),
    ROW(exponential_minus_1, exact_expm1, 4, 88),
    ROW(logarithm, exact_log, 2, INFINITY),
    ROW(hyperbolic_tangent, exact_tanh, 4, INFINITY),
    ROW(logistic, exact_logistic, 4, INFINITY),
    ROW(softplus, exact_softplus, 4, INFINITY),
    ROW(softplus_of_negative, exact_softplus_of_negative, 4, INFINITY),
    ROW(normal_cdf, exact_cdf, 4, INFINITY),
    ROW(normal_density, exact_density, 4, INFINITY),
};
enum { FUNCTIONS = sizeof functions / sizeof functions[0] };

static int passed, failed;
static uint64_t hash = 1469598103934665603u;

static void check(int good, const char *name, const char *what, long double x, long double y) {
  if (good) {
    passed++;
    return;
  }
  failed++;
  printf("FAILED %s: %s, at x = %.21Lg (%La): %.21Lg\n", name, what, x, x, y);
}

// The distance of two neighbors around a size: that of the numbers below and above it.
static wide unit_of_last_place(wide size) {
  real below = (real)size;
  if (below > size || below > LARGEST_REAL) below = from_bits(to_bits(below) - 1);
  if (below == LARGEST_REAL) below = from_bits(to_bits(below) - 1);
  return (wide)from_bits(to_bits(below) + 1) - below;
}

// Distance of y from the exact value in units of the last place of that value; infinity counts as
// the number after the largest.
static double ulp_error(real y, wide exact) {
  if (exact != exact || y != y) return (exact != exact) == (y != y) ? 0 : INFINITY;
  const wide largest = LARGEST_REAL, unit = unit_of_last_place(largest), size = WIDE(fabs)(exact);
  // rounds to infinity
  if (size >= largest + unit / 2) return isinf(y) && (y > 0) == (exact > 0) ? 0 : INFINITY;
  const wide value = isinf(y) ? (y > 0 ? largest + unit : -largest - unit) : (wide)y,
             error = value - exact;
  return (double)((error < 0 ? -error : error) / unit_of_last_place(size));
}

typedef struct {
  double error;
  real at;
} Worst;

static void measure(const Function *f, const real *x, Worst *worst) {
  static real y[BLOCK];
  f->ours(x, y);
  for (int i = 0; i < BLOCK; i++) {
    if (x[i] > f->highest) continue;
    const double error = ulp_error(y[i], f->exact(x[i]));
    if (!(error <= worst->error)) *worst = (Worst){error, x[i]};
    // a NaN's bits promise nothing
    if (y[i] == y[i]) hash = (hash ^ to_bits(y[i])) * 1099511628211u;
  }
}

#if REAL_BITS == 32
INLINE uint64_t double_to_bits(double x) {
  return ((union {
           double number;
           uint64_t integer;
         }){.number = x})
      .integer;
}
INLINE double double_from_bits(uint64_t b) {
  return ((union {
           double number;
           uint64_t integer;
         }){.integer = b})
      .number;
}

// ulp_error without branches, for vectors: the unit of the last place is 2^-23 of the power of two
// at or below the exact value.
INLINE double ulp_error_of_vector(double y, double exact) {
  const double largest = LARGEST_REAL, beyond = 0x1p128, rounds_to_infinity = beyond - 0x1p103;
  const double size = __builtin_fabs(exact), least = size < 0x1p-126 ? 0x1p-126 : size,
               most = least > largest ? largest : least;
  const double unit =
      double_from_bits((double_to_bits(most) & 0x7FF0000000000000u) - ((uint64_t)23 << 52));
  const double bounded = size > beyond ? __builtin_copysign(beyond, exact) : exact;
  const double value = __builtin_fabs(y) > largest ? __builtin_copysign(beyond, y) : y;
  const double error = __builtin_fabs(value - bounded) / unit;
  const double overflow = size >= rounds_to_infinity
                              ? (value == __builtin_copysign(beyond, exact) ? 0 : INFINITY)
                              : error;
  const double one_nan = (y != y) != (exact != exact) ? INFINITY : 0;
  return y != y || exact != exact ? one_nan : overflow;
}

// The same as `measure`, many times as fast.
static void measure_by_vectors(const Function *f, real *x, Worst *worst) {
  static real y[BLOCK];
  static double wide_x[BLOCK], exact[BLOCK], error[BLOCK];
  long worse = 0;
  for (int i = 0; i < BLOCK; i++) x[i] = x[i] > f->highest ? f->highest : x[i];
  for (int i = 0; i < BLOCK; i++) wide_x[i] = x[i];
  f->ours(x, y);
  f->in_float64(wide_x, exact);
  for (int i = 0; i < BLOCK; i++) error[i] = ulp_error_of_vector(y[i], exact[i]);
  for (int i = 0; i < BLOCK; i++) worse += error[i] > worst->error;
  for (int i = 0; worse && i < BLOCK; i++)
    if (error[i] > worst->error) *worst = (Worst){error[i], x[i]};
}

// Both ways of measuring agree, for every kind of number.
static void ways_to_measure(void) {
  const real tiny = from_bits(1),
             ours[] = {
                 0, tiny,  3 * tiny,     SMALLEST_NORMAL, 1,           from_bits(to_bits(1.0f) + 3),
                 2, 1e30f, LARGEST_REAL, INFINITE,        NOT_A_NUMBER};
  const double exact[] = {0,         1e-300,   0x1p-149, 0x1p-126,       0x1.fffffffp-1,  1,
                          1.9999999, 2,        1e30,     0x1.fffffep127, 0x1.ffffff8p127, 0x1p128,
                          1e300,     INFINITY, NAN};
  for (unsigned i = 0; i < 2 * sizeof ours / sizeof *ours; i++)
    for (unsigned j = 0; j < 2 * sizeof exact / sizeof *exact; j++) {
      const real y = i % 2 ? -ours[i / 2] : ours[i / 2];
      const double e = j % 2 ? -exact[j / 2] : exact[j / 2], one = ulp_error(y, e),
                   other = ulp_error_of_vector(y, e);
      check(one == other, "ulp_error_of_vector", "another distance than ulp_error", y, e);
    }
}
#endif

static uint64_t next_word(uint64_t *state) { // SplitMix64
  uint64_t z = (*state += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

static void sweep(const Function *f, int all) {
  static real x[BLOCK];
  Worst worst = {0, 0};
#if REAL_BITS == 32
  const uint64_t stride = all ? 1 : 4099; // a prime: all last digits come up
  uint64_t word = 0;
  while (word < (uint64_t)1 << 32) {
    for (int i = 0; i < BLOCK; i++, word += stride)
      x[i] = from_bits((bits)(word >> 32 ? 0x7FC00000u : word));
    if (all)
      measure_by_vectors(f, x, &worst);
    else
      measure(f, x, &worst);
  }
#else
  const long blocks = (all ? 100000000 : 1000000) / BLOCK;
  uint64_t state = 1;
  for (long b = 0; b < blocks; b++) {
    for (int i = 0; i < BLOCK; i++) {
      const uint64_t word = next_word(&state);
      const real uniform = (real)(word >> 11) * 0x1p-53 - 0.5;
      const real around_one = 1 + uniform * (real[]){1, 0.01, 1e-6}[word % 3];
      x[i] = (real[]){from_bits(word), 1600 * uniform, 20 * uniform, uniform * uniform * uniform,
                      around_one}[b % 5];
    }
    measure(f, x, &worst);
  }
#endif
  printf("%-22s float%d: at most %.3f ulp, at %a\n", f->name, REAL_BITS, worst.error,
         (double)worst.at);
  fflush(stdout);
  check(worst.error <= f->limit, f->name, "too far from the exact value; ulp", worst.at,
        worst.error);
}

static real at(const Function *f, real value) {
  static real x[BLOCK], y[BLOCK];
  for (int i = 0; i < BLOCK; i++) x[i] = value;
  f->ours(x, y);
  return y[0];
}

static int same(real a, real b) {
  return (a != a && b != b) || (a == b && signbit(a) == signbit(b));
}

// The limits, and the places where one formula takes over from another.
static void special_values(void) {
  const real inf = INFINITE, nan = NOT_A_NUMBER, tiny = from_bits(1);
  const struct {
    int function;
    real x, y;
  } expected[] = {
      {0, inf, inf},     {0, -inf, 0},      {0, nan, nan},
      {0, 0, 1},         {0, -(real)0, 1},  {0, tiny, 1},
      {0, 1000, inf},    {0, -1000, 0},     {1, -inf, -1},
      {1, nan, nan},     {1, 0, 0},         {1, tiny, tiny},
      {1, -tiny, -tiny}, {1, -1000, -1},    {2, inf, inf},
      {2, -inf, nan},    {2, -1, nan},      {2, -tiny, nan},
      {2, nan, nan},     {2, 0, -inf},      {2, -(real)0, -inf},
      {2, 1, 0},         {3, inf, 1},       {3, -inf, -1},
      {3, nan, nan},     {3, 0, 0},         {3, -(real)0, -(real)0},
      {3, tiny, tiny},   {3, -tiny, -tiny}, {3, 1000, 1},
      {3, -1000, -1},    {4, inf, 1},       {4, -inf, 0},
      {4, nan, nan},     {4, 0, 0.5},       {4, 1000, 1},
      {4, -1000, 0},     {5, inf, inf},     {5, -inf, 0},
      {5, nan, nan},     {5, 1000, 1000},   {5, -1000, 0},
      {7, inf, 1},       {7, -inf, 0},      {7, nan, nan},
      {7, 0, 0.5},       {7, 1000, 1},      {7, -1000, 0},
      {8, inf, 0},       {8, -inf, 0},      {8, nan, nan},
      {8, 1000, 0},
  };
  for (unsigned i = 0; i < sizeof expected / sizeof expected[0]; i++) {
    const real y = at(&functions[expected[i].function], expected[i].x);
    check(same(y, expected[i].y), functions[expected[i].function].name, "a special value",
          expected[i].x, y);
  }
  check(at(&functions[0], EXP_LOWEST + 1) > 0, "exponential", "a subnormal result is not 0",
        EXP_LOWEST + 1, 0);
  static const double seams[] = {0.34657359, 0.41421356, 0.70710678, 1,  1.41421356,
                                 4,          5.65685425, 14,         38, 87,
                                 88,         103,        708,        745};
  for (int f = 0; f < FUNCTIONS; f++) {
    Worst worst = {0, 0};
    for (unsigned s = 0; s < sizeof seams / sizeof seams[0]; s++) {
      static real x[BLOCK];
      const bits middle = to_bits((real)seams[s]);
      for (int i = 0; i < BLOCK; i++)
        x[i] = COPYSIGN(from_bits(middle + (bits)(i / 2) - BLOCK / 4), i % 2 ? -1 : 1);
      measure(&functions[f], x, &worst);
    }
    check(worst.error <= functions[f].limit, functions[f].name,
          "too far from the exact value at a seam; ulp", worst.at, worst.error);
  }
}

// A number gets the same bits alone, where the compiler makes no vector, as inside a block.
static void alone(void) {
  static real x[BLOCK], y[BLOCK];
  uint64_t state = 2;
  for (int i = 0; i < BLOCK; i++)
    x[i] = 100 * ((real)(next_word(&state) >> 40) * (real)0x1p-24 - (real)0.5);
#define ALONE(name)                                                                      \
  name##_of_block(x, y);                                                                 \
  for (int i = 0; i < BLOCK; i++) {                                                      \
    volatile real one = x[i];                                                            \
    check(same(name(one), y[i]), #name, "other bits alone than in a block", x[i], y[i]); \
  }
  ALONE(exponential)
  ALONE(logarithm)
  ALONE(hyperbolic_tangent)
  ALONE(logistic)
  ALONE(softplus)
  ALONE(normal_cdf)
}

int main(int count, char **words) {
  const int all = count > 1 && strcmp(words[1], "all") == 0;
#if REAL_BITS == 32
  ways_to_measure();
#endif
  special_values();
  alone();
  for (int f = 0; f < FUNCTIONS; f++) sweep(&functions[f], all);
  if (!all) {
    printf("hash %016llx\n", (unsigned long long)hash);
    check(hash == EXPECTED_HASH, "all functions",
          "other bits than on the machine where this test was written", 0, 0);
  }
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
