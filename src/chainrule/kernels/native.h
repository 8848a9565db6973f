// Every C file of the native engine includes this; README.md in this folder explains the words.
// Each file is compiled once for each dtype and instruction set, for example with
//   -Dreal=float -DREAL_BITS=32 -DVARIANT=f32_avx512
// All variants with fma give the same bits: every fma is written out, sums add k in order or in 16
// logical lanes, and nothing comes from libm (-ffp-contract=off, never -ffast-math).
#ifndef CHAINRULE_NATIVE_H
#define CHAINRULE_NATIVE_H
#include <stdint.h>

// Names carry their variant: OP(tanh) is op_tanh_f32_avx512, never a symbol of a library.
#define CHAINRULE_JOIN2(name, variant) name##_##variant
#define CHAINRULE_JOIN(name, variant) CHAINRULE_JOIN2(name, variant)
#define OP(name) CHAINRULE_JOIN(op_##name, VARIANT)                   // an op of a Program
#define RULE(name) CHAINRULE_JOIN(rule_##name, VARIANT)               // the step of an optimizer
#define MATRIX_RULE(name) CHAINRULE_JOIN(matrix_rule_##name, VARIANT) // the same on a matrix
#define CLIP(name) CHAINRULE_JOIN(clip_##name, VARIANT)               // a gradient clip
#define ENTRY(name) CHAINRULE_JOIN(entry_##name, VARIANT) // a kernel that is not part of a plan
#define FN(name) CHAINRULE_JOIN(cr_##name, VARIANT)       // the engine's own functions

// A function call would prevent a loop from becoming vectors.
#define INLINE static inline __attribute__((always_inline))

// Without fma (the plain build and WebAssembly) there are two roundings. Such builds give the same
// bits as each other.
#if !defined(__FMA__) && !defined(__ARM_FEATURE_FMA)
#define FMA(a, b, c) ((a) * (b) + (c))
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

// The numbers begin, begin + 1, ..., end - 1; none if both are equal.
typedef struct {
  int64_t begin, end;
} Range;

INLINE long smaller_of(long a, long b) {
  return a < b ? a : b;
}

INLINE long larger_of(long a, long b) {
  return a > b ? a : b;
}

// How many parts of at most `most` numbers cover n.
INLINE long parts_of(long n, long most) {
  return (n + most - 1) / most;
}

// Part i of 0 ... n - 1, cut into `parts` equal parts.
INLINE Range part_of(int64_t n, int64_t i, int64_t parts) {
  return parts == 1 ? (Range){0, n} : (Range){n * i / parts, n * (i + 1) / parts};
}

// The same, but cut only at multiples of LANES.
INLINE Range part_in_lanes(int64_t n, int64_t i, int64_t parts) {
  const Range blocks = part_of((n + LANES - 1) / LANES, i, parts);
  const int64_t end = blocks.end * LANES;
  return (Range){blocks.begin * LANES, end < n ? end : n};
}

// One value of a Program, or its gradient. A row value has `rows` rows, `stride` elements apart; a
// shared value has one row (stride 0).
typedef struct {
  real *data;     // NULL for a gradient that is not needed; int32_t numbers for an index value
  int64_t stride; // from one row to the next, in elements
  int32_t size;   // elements of one row, or of the whole shared value
  int32_t ndim;   // dimensions in `shape`, which leaves out the axis of rows
  int32_t shape[MAX_DIMENSIONS];
  int32_t add; // of a gradient: 0, the first contribution, is written; 1, a further one, is added
  // of `work`: this thread computes part `part` of the `parts` parts of the columns of the result;
  // 0 or 1: all of it (see Shares)
  int16_t part, parts;
} Array;

// Both directions of an op. Forward: a = y, *inputs, work. Backward: a = dy, y, *inputs, *d_inputs,
// work; each d_input is written or added to (`add`). attr: the op's numbers in the alphabetical
// order of their names; a list takes as many places as it has numbers. An op whose values are all
// shared is called with rows == 1.
typedef void (*Kernel)(long rows, const Array *a, const double *attr);

// The number of reals that an op needs as `work`: scratch memory of the calling thread, passed as a
// shared value. It is the larger number of both directions. The planner calls `long
// OP(name_work)(rows, a)` with a = y, *inputs and data == NULL. An op without that function gets no
// `work`.
typedef long (*Work)(long rows, const Array *a);

// Threads can share the rows of a call, or the columns of its result, for the same rows: then each
// number of a large W is read by one thread alone. `long OP(name_shares)(a)` returns the most rows
// a thread for which columns are better; 0: never. It gets a = y, *inputs with data == NULL. An op
// with that function heeds `parts` of its `work`, forward and in d_inputs that belong to rows.
typedef long (*Shares)(const Array *a);

// The rows of several shards: shard i has the rows start[i] .. start[i + 1] - 1 of every row value.
enum { MAX_SHARDS = 64, MAX_LEVELS = 7 };
typedef struct {
  int32_t count;       // shards
  int32_t part, parts; // this thread computes part `part` of the `parts` parts of each sum
  int64_t start[MAX_SHARDS + 1];
} Leaves;

// A fold computes the sums over rows (dW, db, L) of several shards in one call: the sum of each
// shard as forward or backward computes it, and the sum of these in the fixed binary tree. It has
// the arguments of that function, but y and gradients other than sums over rows have no data.
typedef void (*Fold)(const Leaves *leaves, const Array *a, const double *attr);

// What an op takes. shapes: a pattern for each input and for the result, such as
// "(N,D) (D,U) (U) -> (N,U)": ( ) for an array of real numbers, [ ] for one of whole numbers.
//   N       the axis of rows; without it the value is shared by all rows
//   n, m    the axis of rows, or none: the same for each use of the letter
//   D       a size: the same for each use of the letter; 2: this size
//   *, *x   any axes: the same for each use of the name
// numbers: how many numbers attr has, or ANY_COUNT. `int OP(name_fits)(a, count, attr)` checks what
// a pattern cannot express: it gets the shapes of y, *inputs with data == NULL and returns 1 if
// they fit. So no twin checks its shapes when it runs.
enum { ANY_COUNT = -1 };
typedef struct {
  const char *shapes;
  int32_t numbers;
} Takes;
typedef int (*Fits)(const Array *a, int32_t count, const double *attr);
#define TAKES(name, shapes, numbers) const Takes OP(name##_takes) = {shapes, numbers}

// How many slots and numbers a rule takes. WHOLE_TENSORS, if it must get each tensor in one call.
enum { WHOLE_TENSORS = 1 };
typedef struct {
  int32_t slots, numbers, whole_tensors;
} RuleTakes;
#define FIRST_THREE(a, b, c, ...) {a, b, c}
#define RULE_TAKES(name, ...) const RuleTakes RULE(name##_takes) = FIRST_THREE(__VA_ARGS__, 0, 0)

// One op. All members but name, forward, backward and takes may be NULL.
typedef struct {
  const char *name;
  Kernel forward, backward;
  Work work;
  Fold fold;
  Shares shares;
  // forward, then relu of the result
  Kernel then_relu;
  // forward, relu, then max_pool. Its result h follows the inputs, the numbers of max_pool follow
  // the numbers of the op; y has only a shape
  Kernel then_relu_max_pool;
  // backward of an op whose first input is the result of a relu: dx (x > 0) instead of dx
  Kernel after_relu;
  // backward of an op whose result goes into a relu alone: dy and y are those of the relu
  Kernel before_relu;
  // for a normalization by mean_rows and variance_rows: dx of all three ops at once, when dv and
  // dmu are complete; a = dy, y, *inputs, dx, dv, dmu, N, work
  Kernel all_dx, all_dx_before_relu;
  // for a loss: forward, weighted_sum, weighted_sum_backward and backward, as in every training
  // step, in one pass; a = the arguments of these four calls, one after another
  Kernel at_once;
  // the same if weighted_sum is folded: three calls
  Kernel and_gradient;
  Fits fits;
  const Takes *takes;
} Twin;

// An optimizer's step on one group of n numbers. slots: in the order of the class; hyper: its
// hyper-parameters in the order of the class's fields; t = 1 for the first step. Equal to the
// Python rule, operation by operation.
typedef void (*Rule)(long n, long t, real *theta, const real *g, real *const *slots,
                     const double *hyper);

// The same for a tensor that is a hidden matrix of weights. work: scratch of `MatrixWork` reals. A
// rule without it takes matrices as vectors.
typedef void (*MatrixRule)(long rows, long columns, real *theta, const real *g, real *const *slots,
                           const double *hyper, real *work);
typedef long (*MatrixWork)(long rows, long columns);
typedef struct {
  const char *name;
  Rule step;
  const RuleTakes *takes;
  MatrixRule matrix; // NULL, like matrix_work, for most rules
  MatrixWork matrix_work;
} NamedRule;

// A clip of n numbers of one tensor of g, in place. squares: the sum of g^2 over this tensor, and
// over all tensors. Returns 1 if the clip reads `squares`. The engine asks first, with n = 0, and
// computes the sums only if some clip reads them.
typedef int (*Clip)(long n, real *g, double limit, const double *squares);
typedef struct {
  const char *name;
  Clip clip;
} NamedClip;

// A kernel that is not part of a plan, such as one of an energy model: the extension module finds
// it by its name. run: its own struct. Returns 0 if there is no memory.
typedef int (*Entry)(void *run);
typedef struct {
  const char *name;
  Entry run;
} NamedEntry;

// The last steps of every Program (ops/last.c).
void OP(weighted_sum)(long rows, const Array *a, const double *attr);
void OP(weighted_sum_backward)(long rows, const Array *a, const double *attr);

// All OP(...), RULE(...), CLIP(...) and ENTRY(...) of the .c files, collected by engines/twins.py
// when the package is built. A row without a name ends each table.
extern const Twin FN(twins)[];
extern const NamedRule FN(rules)[];
extern const NamedClip FN(clips)[];
extern const NamedEntry FN(entries)[];

#endif
