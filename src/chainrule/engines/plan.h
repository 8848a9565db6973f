// A Program for a fixed number of rows: everything that can be decided before the first step.
// Nothing is allocated later.
#ifndef CHAINRULE_PLAN_H
#define CHAINRULE_PLAN_H
#include "kernels/native.h"
#include "engine.h"

// SHARD: the fewest rows of a shard, if there are several. WAVE: the most rows of a wave, as a
// rule.
// LONGEST_CALL: the most multiplications of one call, about 20 ms, unless it has very many rows.
enum { LONGEST_CALL = 1 << 30 };
enum { MAX_INPUTS = 8, SHARD = 64, WAVE = 512, LINE = 64, MAX_THREADS = 64 };
enum { INPUT, PARAMETER, STATE, COMPUTED }; // roles, as in byte_form.py
enum { ROW, REDUCTION, ONCE };              // kinds of steps

// ---- the Program, read from its bytes (program.c)

typedef struct {
  int32_t shared, index, role, place, ndim, shape[MAX_DIMENSIONS];
  int64_t size;
} Value;
typedef struct {
  int32_t kind, ours, output, inputs, input[MAX_INPUTS], attrs;
  const char *name;
  int32_t name_length;
  const double *attr;
  const Twin *twin;
  int32_t outside; // as in Request
  int32_t number;  // of the step in the Program as it came
} Step;
typedef struct {
  int32_t value;
  const char *name;
  int32_t length;
} Input;
typedef struct {
  int32_t state, statistic;
  double rate;
} Move;
typedef struct {
  int32_t values, steps, inputs, moves, output;
  int64_t parameters, size; // of theta
  Value *value;
  Step *step;
  Input *input;
  Move *move;
  double *attr;
  char *text;
} Program;

int FN(read_program)(Program *program, const int32_t *bytes, int64_t length);
int FN(check_read)(Program *program, const Request *request, Trouble *trouble);
int FN(check_program)(const Request *request, Trouble *trouble);
void FN(free_program)(Program *program);
int FN(named)(const char *name, const char *text, int32_t length);

// ---- the plan (plan.c)

// Where an argument lies.
enum {
  NOWHERE,   // no call needs it
  ROWS,      // in the rows of a chunk: offset in the arena
  LASTING,   // in the rows of a wave, which a fold reads: offset in the shared memory
  DATA,      // in a row input
  THETA,     // in theta: offset
  SHARED,    // in what all threads share: offset
  WORK,      // in the thread's scratch
  LEAF,      // a shard's part of a sum
  KEPT_LEAF, // the same, if several phases add to it
  FOLDED,    // a wave's part of a sum
};
typedef struct {
  int32_t space;
  int32_t whole; // 1: if a team runs the call, each thread gets all rows
  union {
    int32_t input;      // DATA: the number of the row input
    int64_t row_bytes;  // ROWS, LASTING: from one row to the next
    int64_t leaf_bytes; // KEPT_LEAF: from one leaf to the next
  };
  int64_t offset; // in its space; for a part of a sum: of the total in the shared memory
  int64_t part;   // for a sum: offset in a buffer of the tree, or of the kept leaves 1, 2, ...
} Place;

// A call of a kernel or of a fold, with `count` arguments from `first` on.
typedef struct {
  Kernel run;
  Fold fold;
  const double *attr;
  int32_t time, first, count;
  int32_t step, backward; // the step of the Program that it computes, or its gradient
  int32_t shared;         // how a team shares the call
} Call;
enum { BY_ROWS, BY_COLUMNS, BY_ONE }; // BY_ONE: it sums over rows, so one thread computes it
typedef struct Timer Timer;           // timing.c

// The kernel of a step without a twin gets this in place of attr.
typedef struct {
  const struct Plan *plan;
  Visit visit;
} Visitor;

// Time 2k: shared ops, which run once. Time 2k + 1: phase k, which all shards run. A barrier lies
// between two times. The shards run in waves: all threads run some power of two of them, then the
// folds of their rows.
typedef struct {
  Range once, rows, folds;     // calls
  Range args, fold_args;       // arguments of the rows' calls, of the folds
  Range in_data, fold_in_data; // in plan->input_arg: the arguments that lie in a row input
  Range sums;
  int32_t kept;     // 1: the leaves of some sum are kept
  int32_t by_shard; // 1: some sum is computed shard by shard; 0: rows may be cut anywhere
  int32_t shares;   // the most rows a thread for which some call is better shared by columns
} Phase;

// A sum over shards that is ready when its phase ends: `count` numbers.
typedef struct {
  int32_t phase;
  int32_t kept;   // 1: all its leaves were kept, from several phases
  int32_t folded; // 1: it is computed wave by wave, not shard by shard
  int64_t final;  // where the total lies in the shared memory
  int64_t part;   // where a part of it lies in a buffer of the tree; kept: leaves 1, 2, ...
  int64_t count;
} Sum;

// what: GATHER, WEIGHT, NUMBER
typedef struct {
  int32_t what, size, index, lasting;
  int64_t stride, offset;
} RowInput;
enum { GATHER, WEIGHT, NUMBER };
typedef struct {
  int64_t start, length, born, rows;
} Group; // rows: of the matrix that a rule by tensor gets; 0: it gets a vector

// state += rate (statistic - state), for `size` numbers. state: place in theta; statistic: offset
// in the shared memory.
typedef struct {
  int64_t state, statistic, size;
  double rate;
} StateMove;

// The other processes that train with this one: Together, with the plan's dtype.
typedef struct {
  int32_t rank, size; // 0: there are none
  int32_t agrees;     // 1: a step may fail in one of them alone, so they agree at its end
  real *sent, *received;
  int32_t *counts;
} Processes;

struct Plan {
  int32_t rows, shard_rows, chunk_rows, threads, blocks, phases, calls, args, sums, row_inputs,
      datas, groups, hypers, moves, slots;
  int64_t theta, parameters; // numbers
  int64_t row_work;          // multiplications of a row in a step, about
  int64_t arena, arenas, shared, leaf, block_leaf, wave_leaf, leaves, work, memory_bytes; // bytes
  int64_t loss, seed_gradient, N, key, *constant; // offsets in the shared memory, -1: not there
  Call *call;
  Array *array;
  Place *place;
  Phase *phase;
  Sum *sum;
  RowInput *row_input;
  Group *group;
  StateMove *move;
  double *attr;
  Visitor *visitor; // of each call
  Timer *timer;     // of each call; NULL: the plan is not timed
  Run *run;         // the call that has the lock
  Rule rule;
  MatrixRule matrix_rule; // NULL: the rule has none
  MatrixWork matrix_work;
  int32_t whole_tensors; // 1: the rule takes whole tensors
  real *scratch;         // of matrix_rule: scratch_size numbers for each thread
  int64_t scratch_size;
  double *lambda; // the values at `constant`: a penalty has one or two
  // buffers of the tree: levels for each block, wave_levels for all waves together
  int32_t constants, levels, wave_levels, output_arg, row_phases, folds;
  // trains: 1: gradients are computed; weighs: 1: a row input is the weights c
  int32_t trains, weighs;
  // 1: threads exchange sums instead of rows, because they fold fewer numbers than they read
  int32_t fold_by_block;
  int32_t *input_arg;        // the arguments that lie in a row input, phase by phase
  RowInput output;           // of predict: size, stride, offset of an output row
  struct Clipping *clipping; // clip.c; NULL: no clips
  Processes processes;
  void *lock;
  int32_t process;         // the process that the lock belongs to
  char *block, *memory;    // shared | arenas | buffers of the tree | scratch of each thread
  struct Context *context; // one for each thread
};

// ---- running (execute.c, alone.c, threads.c)

// the addresses for which the arguments of a phase are set
typedef struct {
  char *rows, *leaf;
  int64_t at, base;
  int32_t part;
} Settled;
typedef struct Context {
  Plan *plan;
  Array *array;     // the plan's, with this thread's addresses
  Settled *settled; // of each phase
  const void *theta;
  char *work;
  int32_t thread;
  int64_t waves; // waves that this call has begun: the same number in every thread of the team
} Context;

// Rows that run through the calls of a phase together: a chunk of a shard, or all of it.
typedef struct {
  int64_t begin, rows; // the first row in the order (in the data, if there is no order)
  int64_t weight;      // where their weights begin in c
  int64_t at;          // the first row's number in its wave
  int64_t base;        // the first row's number in `memory`
  int32_t shard;
  int32_t further;     // 1: not the first chunk of the shard: add to its sums
  char *memory, *leaf; // where the rows lie, and their sums
} Shard;

// The rows of a step: where they begin in c, and in the order (in the data, if there is no order).
typedef struct {
  int64_t first, weight, rows;
} Batch;

typedef struct Team Team;
void FN(cut)(int64_t n, int32_t part, int32_t parts, int64_t *begin, int64_t *end);
void FN(run_once)(Context *context, const Phase *phase);
void FN(run_phase)(Team *team, Context *context, const Phase *phase, const Batch *batch);
void FN(run_shard)(Context *context, const Run *run, const Phase *phase, const Shard *shard);
void FN(run_shared)(Team *team, Context *context, const Phase *phase, const Shard *shard);
int FN(find_rows)(Context *context, const Run *run, const Phase *phase, const Shard *shard);
int FN(gather)(const Plan *plan, const Run *run, const RowInput *input, int32_t k,
               const Shard *shard, Array *array, int copy);
void FN(barrier)(Team *team, const Context *context);
int FN(look)(Watch *watch);
void FN(open_pool)(void);
void FN(close_pool)(void);
void FN(run_team)(Plan *plan, void (*work)(Team *, Context *), Run *run, int32_t threads,
                  int64_t rows);
// Numbers that several threads read and write lie on cache lines of their own: a write would take
// the whole line from the other cores.
#define OWN_LINE _Alignas(LINE)
struct Team {
  Plan *plan;
  Run *run;
  int64_t rows;
  int32_t threads;
  void (*work)(Team *, Context *);
  struct Meeting *meeting; // threads.c
  double waited;           // ms that thread 0 has slept
  // written by thread 0 at the end of a step
  OWN_LINE int64_t done, next; // next: after how many steps to look at the clock
  double start;                // when the call began
  int32_t going;
  OWN_LINE int32_t infinite; // 1: some thread has found a number that is not finite
  OWN_LINE int64_t taken;    // pieces of a prediction that some thread has taken
};

void FN(begin)(Team *team, Context *context);
void FN(finish_step)(Team *team, Context *context, int64_t step);
void FN(alone)(Team *team, Context *context);
static inline void meet(Team *team, const Context *context) {
  if (team->threads > 1) FN(barrier)(team, context);
}

// Return 1 if the caller wants the call to end. Only thread 0 may call this.
static inline int is_stopping(const Run *run) {
  Watch *watch = run->watch;
  return watch && ++watch->pieces >= watch->next && FN(look)(watch);
}

// Return 1 if the step is dropped in the middle. Every thread may call this.
static inline int drops_step(const Run *run, const Context *context) {
  if (!run->watch) return 0;
  if (context->thread == 0 && is_stopping(run))
    __atomic_store_n(&run->watch->dropped, context->waves + 1, __ATOMIC_RELAXED);
  return __atomic_load_n(&run->watch->dropped, __ATOMIC_RELAXED) != 0;
}

// Return 1 if the wave that begins comes after the one in which the step was dropped. When thread 0
// drops the step, another thread may still be at the beginning of that wave. It does not leave the
// wave, so all threads meet at the barrier at its end.
static inline int skips_wave(const Run *run, Context *context) {
  const int64_t dropped = run->watch ? __atomic_load_n(&run->watch->dropped, __ATOMIC_RELAXED) : 0;
  return ++context->waves >= dropped && dropped;
}

// Return 1 if the step was dropped. After a barrier all threads get the same answer.
static inline int is_dropped(const Run *run) {
  return __atomic_load_n(&run->failed, __ATOMIC_RELAXED) ||
         (run->watch && __atomic_load_n(&run->watch->dropped, __ATOMIC_RELAXED));
}

// ---- processes.c
void FN(share)(int32_t shards, int32_t rank, int32_t processes, int32_t *begin, int32_t *end);
int32_t FN(node)(int32_t s, int32_t end);
int FN(divides)(const Plan *plan, int32_t shards);
void FN(keep_node)(Team *team, const Context *context, const Phase *phase, int32_t shards,
                   int32_t k, int32_t shard);
void FN(agree)(Team *team, const Context *context);
void FN(own_rows)(int64_t rows, int32_t rank, int32_t size, int64_t *begin, int64_t *end);
void FN(meet_processes)(Team *team, const Context *context, const Phase *phase, int32_t shards);
int64_t FN(exchanged)(const Plan *plan, int32_t rank, int32_t size, int what);
int FN(set_processes)(Plan *plan, const Together *given);

int32_t FN(shards)(int64_t rows);
int64_t FN(row_work)(const Program *program, int trains);
int32_t FN(useful_threads)(int64_t row_work, int64_t rows, int32_t most);
int32_t FN(wave)(const Plan *plan, int64_t rows);
void FN(visit)(long rows, const Array *a, const double *attr);
Plan *FN(bind)(const Request *request, Trouble *trouble);
int FN(check_run)(const Plan *plan, const Given *given, Run *run, Trouble *trouble);
int FN(check_predict)(const Plan *plan, const Given *given, Run *run, Trouble *trouble);
void FN(release)(Plan *plan);
void FN(reset)(Plan *plan);
int32_t FN(set_clips)(Plan *plan, int32_t count, const char *const *names, const double *limits,
                      const int32_t *tensors, int32_t tensor_count);
void FN(clip)(Team *team, const Context *context);
int32_t FN(set_matrices)(Plan *plan, const int32_t *rows, int32_t count);
void FN(apply_whole)(Team *team, const Context *context, int64_t i);
int64_t FN(advance)(Plan *plan, Run *run);
void FN(predict)(Plan *plan, Run *run, int64_t rows);
int64_t FN(about)(const Plan *plan, int what);
int FN(time_calls)(Plan *plan); // timing.c
int FN(time_spent)(Plan *plan, int32_t k, Spent *spent);
#endif
