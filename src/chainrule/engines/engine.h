// The interface of each variant of the engine for the extension module, for a page or for a test:
// one table of functions. Their types contain no dtype.
#ifndef CHAINRULE_ENGINE_H
#define CHAINRULE_ENGINE_H
#include <stdint.h>

// Why a Program, a plan or a run is refused. `what` and `at` of a Trouble say where.
enum {
  FINE,
  // ---- what the engine does not have: at = step
  NO_TWIN,       // an op without a twin, or a twin that lacks a gradient that is needed
  NO_RULE,       // an optimizer or a clip without a twin
  NOT_A_PROGRAM, // the bytes are no table of byte_form.py
  TOO_LARGE,     // more inputs, or larger numbers, than a plan can hold
  NOT_SUPPORTED, // a Program that a plan cannot run
  NO_MEMORY,
  // ---- check_program: what = A_VALUE, A_STEP, ...; at = which
  WRONG_SIZE,  // a size of 0, or sizes whose product is too large
  WRONG_ROLE,  // a role that does not fit the value or its use
  WRONG_PLACE, // a place outside of theta, or one that two tensors share
  WRONG_ORDER, // a step reads a value that no earlier step has computed
  COMPUTED_TWICE,
  WRONG_KIND,    // the kind of a step is not that of its values
  WRONG_ARITY,   // another number of inputs than the twin takes
  WRONG_NUMBERS, // another number of attributes
  WRONG_SHAPES,  // shapes, types or attributes that the twin does not take
  WRONG_INPUT,   // an input whose shape or type does not fit its name
  WRONG_MOVE,
  WRONG_OUTPUT,
  // ---- bind: the rest of the Request
  WRONG_REQUEST, // rows, slots, numbers or arrays that do not fit the Program
  WRONG_GROUP,   // a group outside of the parameters, or groups that overlap
  WRONG_RULE,    // other slots or numbers than the rule takes
  // ---- check_run: what = THETA_ARRAY, ...; at = which, or the place in it
  MISSING,
  WRONG_TYPE,
  TOO_SHORT,
  NOT_ALIGNED,
  READ_ONLY,
  WRONG_COUNT,  // of row inputs, slots or numbers
  WRONG_STARTS, // negative or decreasing, or a step with more rows than the plan
  WRONG_ROW,    // a row number that the data set does not have
  WRONG_STEP,   // t or step
  WRONG_PLAN,   // predict by a plan that trains, or steps by one that predicts
};
enum { A_PROGRAM, A_VALUE, A_STEP, AN_INPUT, A_MOVE, A_GROUP };
enum { NO_ARRAY = 16, THETA_ARRAY, SLOT_ARRAY, ROWS_ARRAY, ORDER_ARRAY, NUMBERS_ARRAY, C_ARRAY };
enum { STARTS_ARRAY = C_ARRAY + 1, HYPER_ARRAY, CONSTANTS_ARRAY, LOSSES_ARRAY, GRAD_ARRAY };
enum { OUT_ARRAY = GRAD_ARRAY + 1 };
typedef struct {
  int32_t code, what;
  int64_t at;
} Trouble;

// Memory of the caller, and what is known about it.
enum {
  UNKNOWN,
  FLOAT32_TYPE,
  FLOAT64_TYPE,
  UINT8_TYPE,
  INT16_TYPE,
  INT32_TYPE,
  INT64_TYPE,
  UINT32_TYPE
};
typedef struct {
  const void *data;
  int64_t bytes;
  int32_t type, read_only;
} Buffer;

// The parts of a plan. wanted: for each value, 1 if its gradient is needed (only for parameters);
// NULL: forward only.
typedef struct {
  const int32_t *program; // the byte form
  int64_t program_bytes;
  const uint8_t *wanted;
  int64_t wanted_count;  // as many as the Program has values
  int32_t rows, threads; // the most that a step may have
  int32_t keep;          // 1: no two values share memory
  const char *rule;      // NULL: no update
  const int32_t *groups; // (start, length, born) of each group
  int32_t group_count, slots, hypers;
  const double *constants; // the shared inputs λ, in the order of the Program's inputs
  int32_t constant_count;
  // for each step: 1 if it runs outside of C; 3 if its gradient does too (NULL: no step does)
  const uint8_t *outside;
  int64_t outside_count; // as many as the Program has steps
} Request;

// A step that has no twin runs outside of C (in Python). It gets the arrays of its kernel, as in
// native.h.
typedef struct {
  const void *array;
  int64_t rows;
  int32_t step, backward, count;
  uint32_t written, in_theta, index; // bit k: array k is a result, is a part of theta, holds int32
} Visit;
typedef int32_t (*Outside)(void *caller, const Visit *visit); // 0: done

// How the rows of an input come to a plan. They have the plan's own type, or they are cast while
// they are gathered. IN_ORDER: they have the plan's own type and lie in the order of `c`, so they
// are not gathered.
enum { SAME, FROM_F32, FROM_F64, FROM_U8, FROM_I32, FROM_I64, IN_ORDER };
enum { MAX_DATA = 256, MAX_SLOTS = 4 }; // row inputs of a Program; memories of a rule
typedef struct {
  const void *data;
  int32_t type;
} Data;

// How a call learns that it must end early (Ctrl-C). Only the thread that made the call asks, about
// every 30 ms, between two pieces of work.
typedef struct {
  int32_t (*ask)(void *caller); // 1: end the call
  void *caller;
  // pieces of work that are done; after how many to look at the clock (start with 2: a call of one
  // piece never looks)
  int64_t pieces, next, seen_pieces;
  double seen, asked; // ms: when the clock was read; when the caller was asked, 0: not yet
  int64_t dropped;    // 0, or the first wave to skip, because its step is dropped
} Watch;

// The arrays of the caller for steps, for one gradient or for predictions, each with its size and
// type. Nothing is trusted: check_run makes a Run of it.
typedef struct {
  Buffer theta, slot[MAX_SLOTS];
  const Buffer *rows;         // one for each row input that is not c or row, in the Program's order
  uint8_t in_order[MAX_DATA]; // 1: rows[k] lies in the order of `c`, batch after batch
  int32_t row_inputs, slots;
  Buffer order;      // int32, of all epochs; data == NULL: the rows in their order
  Buffer numbers;    // int32, per entry of `order`: its row number in the data set; NULL: `order`
  Buffer c;          // per entry of `order` in one epoch: the weight of this row
  Buffer starts;     // int64: a batch has the rows starts[i] .. starts[i + 1] - 1 of order and c
  Buffer hyper;      // float64 (steps, groups, hypers), or (1, groups, hypers) for all steps
  Buffer constants;  // float64: replaces the λ of the plan; NULL: keep them
  Buffer losses;     // out, float64: L of each step; its size is the number of steps
  Buffer grad;       // out: g of loss_and_grad, which is one step without an update
  Buffer out;        // out: the rows of predict
  int64_t predicted; // rows of predict
  int64_t t, step, seed; // of the first step: updates of these slots + 1; the key
  int32_t milliseconds, careful;
} Given;

// Several processes that train one network: what one of them knows of the others, and the arrays of
// their exchange. counts: (sent, where it begins, received, where it begins) for each process.
// ALL_SUMS: each process gets all that is sent; SLICES: a slice of it from each process; TOTALS:
// the slices of all. `array`: a sum that is sent from its own place, and whose totals go there;
// NULL: it is sent from `sent`, and the totals go there.
enum { ALL_SUMS, SLICES, TOTALS };
typedef struct {
  int32_t rank, size;
  void *sent, *received; // in the plan's dtype
  int64_t sent_numbers, received_numbers;
  int32_t *counts; // 4 size
} Together;
// Return 0 when it is done.
typedef int32_t (*Exchange)(void *caller, int32_t what, void *array, int64_t numbers);

// One call of `advance`, or of `loss_and_grad` (steps == 1, grad != NULL: no update), or of
// `predict`, after its checks.
typedef struct {
  void *theta, *slot[MAX_SLOTS];
  const int32_t *order;    // NULL: the rows in their order
  const int32_t *numbers;  // per entry of `order`: its row number in the data set; NULL: `order`
  const void *c;           // per entry of `order`: the weight of this row, in the plan's dtype
  const int64_t *starts;   // step i takes the rows starts[i] .. starts[i + 1] - 1 of order and c
  int64_t batches;         // 0, or the number of `starts`: one epoch, which is repeated
  const double *hyper;     // (steps, groups, hypers), or (1, groups, hypers) for all steps
  const double *constants; // replaces the λ of the plan; NULL: keep them
  int64_t hyper_step;      // numbers from one step to the next
  double *losses;          // out: L of each step
  void *grad, *out;        // out: g of loss_and_grad; the rows of predict
  int64_t t, step, seed;   // of the first step: updates of these slots + 1; the key
  int64_t steps;           // in: all of them; out: those that were done
  int32_t milliseconds;    // 0: no budget
  int32_t careful;         // 1: check g in every step; theta is checked when the call ends
  int32_t finite;          // out: 0 if L, g or theta is not finite
  Outside outside;         // runs the steps without twins, in any thread of the team
  void *caller;            // the first argument of `outside` and of `exchange`
  int32_t failed;          // out: 1 if `outside` did not return 0; that step is undone
  Watch *watch;            // NULL: the call runs to its end
  int32_t threads;         // the most threads of this call; 0: as in the plan
  int32_t process;         // a number that changes in the child of a fork
  Exchange exchange;       // moves the sums of a plan that runs with other processes
  // one for each row input that is not c or row, in the Program's order. This field is last, so
  // that the fields before it can be cleared alone
  Data data[MAX_DATA];
} Run;

// What `about` returns for a plan.
enum {
  MEMORY,      // bytes
  THREADS,     // the most in one call
  PHASES,      // phases with rows
  ROW_INPUTS,  // arrays of `data`
  THETA_SIZE,  // numbers of theta
  OUTPUT_SIZE, // numbers of an output row
  HYPER_SIZE,  // numbers of one update
  SLOT_SIZE,   // numbers of a slot
  LONE_INPUT,  // numbers of a row of the only row input; 0: there are several, or none
  ABOUT_COUNT
};

// The time of one call of a plan since it was last asked for: of a step of the Program, or of its
// gradient.
typedef struct {
  int32_t step, backward;
  double milliseconds;
} Spent;

typedef struct Plan Plan;
typedef struct {
  const char *name;                    // f32_avx512
  int32_t bytes;                       // of a real
  const void *(*op)(const char *name); // a Twin; NULL: there is none
  const void *(*rule)(const char *name);
  const void *(*clip)(const char *name);
  // how many slots and numbers the rule of this name takes; return 0 if there is no such rule
  int (*rule_takes)(const char *name, int32_t *slots, int32_t *numbers);
  // a kernel that is not part of a Plan: it takes its own struct, and returns 0 if there is no
  // memory; NULL: there is none of this name
  int (*(*entry)(const char *name))(void *run);
  // return 1 if the Program of this Request and the rest of it are valid
  int (*check_program)(const Request *, Trouble *);
  Plan *(*bind)(const Request *, Trouble *); // NULL: the Request is refused
  int32_t (*set_clips)(Plan *, int32_t count, const char *const *names, const double *limits,
                       const int32_t *tensors, int32_t tensor_count);
  // for a rule that takes whole tensors: the rows of each group's matrix, 0 for a vector
  int32_t (*set_matrices)(Plan *, const int32_t *rows, int32_t count);
  // with other processes: how many numbers the arrays `sent` (what = 0) and `received` (1) need
  int64_t (*exchanged)(const Plan *, int32_t rank, int32_t size, int what);
  int (*set_processes)(Plan *, const Together *); // return 0; 1 if an array is too small
  // of a batch with so many rows: those that one process reads, begin .. end - 1
  void (*own_rows)(int64_t rows, int32_t rank, int32_t size, int64_t *begin, int64_t *end);
  void (*release)(Plan *);
  // return 1 if the arrays are valid, and fill the Run for `advance` or for `predict`
  int (*check_run)(const Plan *, const Given *, Run *, Trouble *);
  int (*check_predict)(const Plan *, const Given *, Run *, Trouble *);
  int64_t (*advance)(Plan *, Run *); // steps done
  void (*predict)(Plan *, Run *, int64_t rows);
  int64_t (*about)(const Plan *, int what);
  // Let a plan of one thread note the time of each call; return 0 if it cannot.
  int (*time_calls)(Plan *);
  // Take the time of call k; return 0 if there is no such call, or the plan is not timed.
  int (*time_spent)(Plan *, int32_t k, Spent *);
} Engine;
#endif
