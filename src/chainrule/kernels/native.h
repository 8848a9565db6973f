// What every C file of the native engine sees. Each file is compiled once for each dtype and
// instruction set:
//   -Dreal=float -DREAL_BITS=32 -DVARIANT=f32_avx512
// The same bits everywhere: explicit fma, k in order, 16 logical lanes, -ffp-contract=off, no libm,
// never -ffast-math.
#ifndef CHAINRULE_NATIVE_H
#define CHAINRULE_NATIVE_H
#include <stdint.h>

#define CHAINRULE_JOIN2(name, variant) name##_##variant
#define CHAINRULE_JOIN(name, variant) CHAINRULE_JOIN2(name, variant)
#define OP(name) \
  CHAINRULE_JOIN(op_##name, VARIANT) // OP(tanh) is op_tanh_f32_avx512: never a library's symbol
#define RULE(name) CHAINRULE_JOIN(rule_##name, VARIANT)
#define CLIP(name) CHAINRULE_JOIN(clip_##name, VARIANT)
#define ENTRY(name) CHAINRULE_JOIN(entry_##name, VARIANT)
#define FN(name) CHAINRULE_JOIN(cr_##name, VARIANT) // the engine's own functions

#if !defined(__FMA__) && !defined(__ARM_FEATURE_FMA)
#define FMA(a, b, c) \
  ((a) * (b) + (c)) // the plain build and WebAssembly: two roundings, equal to each other
#elif REAL_BITS == 32
#define FMA(a, b, c) __builtin_fmaf(a, b, c)
#else
#define FMA(a, b, c) __builtin_fma(a, b, c)
#endif
#if REAL_BITS == 32
#define SQRT(x) __builtin_sqrtf(x)
#else
#define SQRT(x) __builtin_sqrt(x)
#endif

enum { MAX_DIMENSIONS = 4, LANES = 16 };

// One value, or its gradient. A row value has `rows` rows, `stride` elements apart; a shared one
// has one (stride 0).
typedef struct {
  // NULL: nobody needs it (a gradient that is not asked for). An index value: int32_t here
  real *data;
  int64_t stride; // from one row to the next, in elements
  int32_t size;   // elements of one row, or of the whole shared value
  int32_t ndim;   // of `shape`: without the axis of rows
  int32_t shape[MAX_DIMENSIONS];
  // of a gradient: 0, the first contribution, which writes; 1, a further one, which adds
  int32_t add;
} Array;

// What a twin gets. Forward: a = y, *inputs, work. Backward: a = dy, y, *inputs, *d_inputs (each
// written or added to: see `add`), work. work: scratch of the calling thread, a shared value of as
// many reals as `long OP(name_work)(long rows, const Array *a)` says (of the larger of both
// directions; asked when the plan is made, with a = y, *inputs and data == NULL), where such a
// function stands beside the op. attr: the op's numbers in the alphabetical order of their names (a
// list of numbers stands one after another). A shared op (all values shared) is called with rows
// == 1.
typedef void (*Kernel)(long rows, const Array *a, const double *attr);
typedef long (*Work)(long rows, const Array *a);

// Rows of many shards at once: shard i has the rows start[i] .. start[i + 1] - 1 of every row
// value. A fold gives the sums over rows (dW, db; L) that forward or backward gives one shard at a
// time: the sum of each shard, added in the fixed binary tree. It gets what that function gets,
// except for y, and only what it is to sum; it writes this thread's share of the numbers, part
// `part` of `parts`.
enum { MAX_SHARDS = 64, MAX_LEVELS = 7 };
typedef struct {
  int32_t count, part, parts;
  int64_t start[MAX_SHARDS + 1];
} Leaves;
typedef void (*Fold)(const Leaves *leaves, const Array *a, const double *attr);

// What a twin takes. shapes: a pattern for each input and for the result, as in
// "(N,D) (D,U) (U) -> (N,U)". An array of real numbers stands in ( ), one of whole numbers in [ ].
//   N       the axis of rows; without it the value is shared by all rows
//   n, m    the axis of rows, or not: the same wherever the letter stands
//   D       a size: the same wherever the letter stands; 2: this size
//   *, *x   any axes: the same wherever the name stands
// numbers: how many attr has; ANY_COUNT: `fits` looks at it. What a pattern cannot say is asked of
// `int OP(name_fits)(a, count, attr)`, with the shapes of y, *inputs and data == NULL: 1, they fit.
// So no twin checks its shapes when it runs.
enum { ANY_COUNT = -1 };
typedef struct {
  const char *shapes;
  int32_t numbers;
} Takes;
typedef int (*Fits)(const Array *a, int32_t count, const double *attr);
#define TAKES(name, shapes, numbers) const Takes OP(name##_takes) = {shapes, numbers}

// What a rule takes: how many slots, how many numbers.
typedef struct {
  int32_t slots, numbers;
} RuleTakes;
#define RULE_TAKES(name, slots, numbers) const RuleTakes RULE(name##_takes) = {slots, numbers}

// at_once: of a loss: its forward, weighted_sum, weighted_sum's backward and its own, which follow
// each other in every step of training, in one pass: a = the arguments of the four calls one after
// another. and_gradient: the same where weighted_sum is folded: three calls. then_relu: forward,
// and relu of what it gives. then_relu_max_pool: the same, and max_pool of that, h, which stands
// behind the inputs; of y it has the shape alone, and max_pool's numbers stand behind its own.
// after_relu: backward, where the first input is a relu's result: dx (x > 0) for dx.
typedef struct {
  const char *name;
  Kernel forward, backward;
  Work work;
  Fold fold;
  Kernel then_relu, then_relu_max_pool, after_relu, at_once, and_gradient;
  Fits fits;
  const Takes *takes;
} Twin;

// An optimiser's step on one group of n numbers: its slots in the order of the class, its
// hyper-parameters as doubles in the order of the class's fields, t = 1 for the first step. Equal
// to the Python rule step by step.
typedef void (*Rule)(long n, long t, real *theta, const real *g, real *const *slots,
                     const double *hyper);
typedef struct {
  const char *name;
  Rule step;
  const RuleTakes *takes;
} NamedRule;

// A clip on n numbers of one tensor of g, in place. squares: the sum of g^2 of this tensor, and of
// all tensors. Returns whether it looks at them (asked with n = 0): where no clip does, they are
// not summed.
typedef int (*Clip)(long n, real *g, double limit, const double *squares);
typedef struct {
  const char *name;
  Clip clip;
} NamedClip;

// A kernel that is no part of a Plan (of an energy model, for example): the extension module finds
// it by its name. `run` is a struct of its own. Returns 0 if there is no memory.
typedef int (*Entry)(void *run);
typedef struct {
  const char *name;
  Entry run;
} NamedEntry;

// the last steps of every Program: ops/last.c
void OP(weighted_sum)(long rows, const Array *a, const double *attr);
void OP(weighted_sum_backward)(long rows, const Array *a, const double *attr);

// The tables that twins.py writes when the package is built, from the OP(...), RULE(...), CLIP(...)
// and ENTRY(...) of the .c files. A row without a name ends each of them.
extern const Twin FN(twins)[];
extern const NamedRule FN(rules)[];
extern const NamedClip FN(clips)[];
extern const NamedEntry FN(entries)[];

// C = [C +] A B, M x N x K, row-major. A[i, k] is A[i * a_row + k * a_col] (a transpose is a pair
// of strides), C has rows c_row apart. Each element starts from what C holds (add != 0) or from
// bias[j] (bias != NULL) or from 0 and adds k in order, one fma at a time; a product with N == 1 is
// a sum in 16 lanes of k instead (see gemm.c). `work`: FN(gemm_work)(...) reals.
void FN(gemm)(long M, long N, long K, const real *A, long a_row, long a_col, const real *B,
              long b_row, long b_col, const real *bias, int add, real *C, long c_row, real *work);
long FN(gemm_work)(long M, long N, long K);

// C = X' Z, M x N, summed over the rows of each shard, row after row, and over the shards in the
// fixed tree: the bits of FN(gemm) shard by shard. N == 1 has no rule of its own here. `work`: as
// many reals as PANEL_OF(rows of the largest shard).
void FN(gemm_fold)(const Leaves *leaves, long M, long N, const real *X, long x_row, const real *Z,
                   long z_row, real *C, long c_row, real *work);
#define PANEL_OF(rows) ((rows) * 2 * LANES + LANES)

#endif
