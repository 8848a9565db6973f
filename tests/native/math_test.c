// Accuracy of engines/vector_math.h against libm, in units of the last place (ulp). Compiled like the engine's files, with -lm:
//   cc -std=gnu11 -O3 -ffp-contract=off -fno-math-errno -fno-trapping-math -mavx2 -mfma -I src/chainrule/engines
//      -Dreal=float -DREAL_BITS=32 -DVARIANT=f32_avx2 tests/native/math_test.c -lm
// float32: a part of all 2^32 numbers, or all of them with the argument `all`; float64: samples, 10^8 a function with `all`.
// One hash of all results stands for their bits: one for the builds with fma, whatever the instruction set, one for those without.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "vector_math.h"

enum { BLOCK = 4096 };
#if !defined(__FMA__) && !defined(__ARM_FEATURE_FMA)    // as in native.h
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
  void (*ours)(const real *x, real *y);          // a whole block: what the compiler makes of a loop
  wide (*exact)(wide x);
  double limit;                                  // ulp
} Function;

#define VECTOR(name)                                                \
  static void name##_of_block(const real *x, real *y) {             \
    for (long i = 0; i < BLOCK; i++) y[i] = name(x[i]);             \
  }
VECTOR(exponential)
VECTOR(exponential_minus_1)
VECTOR(logarithm)
VECTOR(hyperbolic_tangent)
VECTOR(logistic)
VECTOR(softplus)
VECTOR(softplus_of_negative)
VECTOR(normal_cdf)
VECTOR(normal_density)

static wide exact_exp(wide x) { return WIDE(exp)(x); }
static wide exact_expm1(wide x) { return WIDE(expm1)(x > 88 ? 88 : x); }
static wide exact_log(wide x) { return WIDE(log)(x); }
static wide exact_tanh(wide x) { return WIDE(tanh)(x); }
static wide exact_logistic(wide x) {
  const wide e = WIDE(exp)(-WIDE(fabs)(x));
  return (x < 0 ? e : 1) / (1 + e);
}
static wide exact_softplus_of_negative(wide x) { return WIDE(log1p)(WIDE(exp)(-WIDE(fabs)(x))); }
static wide exact_softplus(wide x) { return (x > 0 ? x : 0) + exact_softplus_of_negative(x); }
static wide exact_cdf(wide x) { return WIDE(erfc)(-x * (wide)0.70710678118654752440084436210485L) / 2; }
static wide exact_density(wide x) { return WIDE(exp)(-x * x / 2) * (wide)0.39894228040143267793994605993438L; }

static const Function functions[] = {
    {"exponential", exponential_of_block, exact_exp, 2},
    {"exponential_minus_1", exponential_minus_1_of_block, exact_expm1, 4},
    {"logarithm", logarithm_of_block, exact_log, 2},
    {"hyperbolic_tangent", hyperbolic_tangent_of_block, exact_tanh, 4},
    {"logistic", logistic_of_block, exact_logistic, 4},
    {"softplus", softplus_of_block, exact_softplus, 4},
    {"softplus_of_negative", softplus_of_negative_of_block, exact_softplus_of_negative, 4},
    {"normal_cdf", normal_cdf_of_block, exact_cdf, 4},
    {"normal_density", normal_density_of_block, exact_density, 4},
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

// The distance of two neighbours around a size: that of the numbers below and above it.
static wide unit_of_last_place(wide size) {
  real below = (real)size;
  if (below > size || below > LARGEST_REAL) below = from_bits(to_bits(below) - 1);
  if (below == LARGEST_REAL) below = from_bits(to_bits(below) - 1);
  return (wide)from_bits(to_bits(below) + 1) - below;
}

// Distance of y from the exact value in units of the last place of that value; infinity counts as the number after the largest.
static double ulp_error(real y, wide exact) {
  if (exact != exact || y != y) return (exact != exact) == (y != y) ? 0 : INFINITY;
  const wide largest = LARGEST_REAL, unit = unit_of_last_place(largest), size = exact < 0 ? -exact : exact;
  if (size >= largest + unit / 2) return isinf(y) && (y > 0) == (exact > 0) ? 0 : INFINITY;    // rounds to infinity
  const wide value = isinf(y) ? (y > 0 ? largest + unit : -largest - unit) : (wide)y, error = value - exact;
  return (double)((error < 0 ? -error : error) / unit_of_last_place(size));
}

typedef struct { double error; real at; } Worst;

static void measure(const Function *f, const real *x, Worst *worst) {
  static real y[BLOCK];
  f->ours(x, y);
  for (int i = 0; i < BLOCK; i++) {
    if (f->ours == exponential_minus_1_of_block && x[i] > 88) continue;    // promised up to 88 only
    const double error = ulp_error(y[i], f->exact(x[i]));
    if (!(error <= worst->error)) *worst = (Worst){error, x[i]};
    if (y[i] == y[i]) hash = (hash ^ to_bits(y[i])) * 1099511628211u;      // a NaN's bits promise nothing
  }
}

static uint64_t next_word(uint64_t *state) {     // SplitMix64
  uint64_t z = (*state += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

static void sweep(const Function *f, int all) {
  static real x[BLOCK];
  Worst worst = {0, 0};
#if REAL_BITS == 32
  const uint64_t stride = all ? 1 : 4099;        // a prime: all last digits come up
  uint64_t word = 0;
  while (word < (uint64_t)1 << 32) {
    for (int i = 0; i < BLOCK; i++, word += stride) x[i] = from_bits((bits)(word >> 32 ? 0x7FC00000u : word));
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
      x[i] = (real[]){from_bits(word), 1600 * uniform, 20 * uniform, uniform * uniform * uniform, around_one}[b % 5];
    }
    measure(f, x, &worst);
  }
#endif
  printf("%-22s float%d: at most %.3f ulp, at %a\n", f->name, REAL_BITS, worst.error, (double)worst.at);
  fflush(stdout);
  check(worst.error <= f->limit, f->name, "too far from the exact value; ulp", worst.at, worst.error);
}

static real at(const Function *f, real value) {
  static real x[BLOCK], y[BLOCK];
  for (int i = 0; i < BLOCK; i++) x[i] = value;
  f->ours(x, y);
  return y[0];
}

static int same(real a, real b) { return (a != a && b != b) || (a == b && signbit(a) == signbit(b)); }

// The limits, and the places where one formula hands over to the next.
static void special_values(void) {
  const real inf = INFINITE, nan = NOT_A_NUMBER, tiny = from_bits(1);
  const struct { int function; real x, y; } expected[] = {
      {0, inf, inf}, {0, -inf, 0}, {0, nan, nan}, {0, 0, 1}, {0, -(real)0, 1}, {0, tiny, 1}, {0, 1000, inf}, {0, -1000, 0},
      {1, -inf, -1}, {1, nan, nan}, {1, 0, 0}, {1, tiny, tiny}, {1, -tiny, -tiny}, {1, -1000, -1},
      {2, inf, inf}, {2, -inf, nan}, {2, -1, nan}, {2, -tiny, nan}, {2, nan, nan}, {2, 0, -inf}, {2, -(real)0, -inf}, {2, 1, 0},
      {3, inf, 1}, {3, -inf, -1}, {3, nan, nan}, {3, 0, 0}, {3, -(real)0, -(real)0}, {3, tiny, tiny}, {3, -tiny, -tiny},
      {3, 1000, 1}, {3, -1000, -1},
      {4, inf, 1}, {4, -inf, 0}, {4, nan, nan}, {4, 0, 0.5}, {4, 1000, 1}, {4, -1000, 0},
      {5, inf, inf}, {5, -inf, 0}, {5, nan, nan}, {5, 1000, 1000}, {5, -1000, 0},
      {7, inf, 1}, {7, -inf, 0}, {7, nan, nan}, {7, 0, 0.5}, {7, 1000, 1}, {7, -1000, 0},
      {8, inf, 0}, {8, -inf, 0}, {8, nan, nan}, {8, 1000, 0},
  };
  for (unsigned i = 0; i < sizeof expected / sizeof expected[0]; i++) {
    const real y = at(&functions[expected[i].function], expected[i].x);
    check(same(y, expected[i].y), functions[expected[i].function].name, "a special value", expected[i].x, y);
  }
  check(at(&functions[0], EXP_LOWEST + 1) > 0, "exponential", "a subnormal result is not 0", EXP_LOWEST + 1, 0);
  static const double seams[] = {0.34657359, 0.41421356, 0.70710678, 1, 1.41421356, 4, 5.65685425, 14, 38, 87, 88, 103, 708, 745};
  for (int f = 0; f < FUNCTIONS; f++) {
    Worst worst = {0, 0};
    for (unsigned s = 0; s < sizeof seams / sizeof seams[0]; s++) {
      static real x[BLOCK];
      const bits middle = to_bits((real)seams[s]);
      for (int i = 0; i < BLOCK; i++) x[i] = COPYSIGN(from_bits(middle + (bits)(i / 2) - BLOCK / 4), i % 2 ? -1 : 1);
      measure(&functions[f], x, &worst);
    }
    check(worst.error <= functions[f].limit, functions[f].name, "too far from the exact value at a seam; ulp",
          worst.at, worst.error);
  }
}

// A number gets the same bits alone, where the compiler makes no vector, as inside a block.
static void alone(void) {
  static real x[BLOCK], y[BLOCK];
  uint64_t state = 2;
  for (int i = 0; i < BLOCK; i++) x[i] = 100 * ((real)(next_word(&state) >> 40) * (real)0x1p-24 - (real)0.5);
#define ALONE(name)                                                                   \
  name##_of_block(x, y);                                                              \
  for (int i = 0; i < BLOCK; i++) {                                                   \
    volatile real one = x[i];                                                         \
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
  special_values();
  alone();
  for (int f = 0; f < FUNCTIONS; f++) sweep(&functions[f], all);
  if (!all) {
    printf("hash %016llx\n", (unsigned long long)hash);
    check(hash == EXPECTED_HASH, "all functions", "other bits than on the machine where this test was written", 0, 0);
  }
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
