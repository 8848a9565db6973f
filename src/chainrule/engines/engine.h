// What the extension module sees of each variant of the engine: one table of functions, no dtype in
// their types.
#ifndef CHAINRULE_ENGINE_H
#define CHAINRULE_ENGINE_H
#include <stdint.h>
#include "energy/hopfield/hopfield.h"
#include "energy/rbm/rbm.h"

enum { BIND_OK, NO_TWIN, NO_RULE, NOT_A_PROGRAM, TOO_LARGE, NOT_SUPPORTED, NO_MEMORY };

// What a plan is made of. `wanted`: for each value, whether its gradient is asked for (parameters
// only; NULL: forward alone).
typedef struct {
  const int32_t *program; // the byte form
  int64_t program_bytes;
  const uint8_t *wanted;
  int32_t rows, threads; // the most that a step may have
  int32_t keep;          // 1: no two values share memory
  const char *rule;      // NULL: no update
  const int32_t *groups; // (start, length, born) of each group
  int32_t group_count, slots, hypers;
  const double *constants; // the shared inputs λ, in the order of the Program's inputs
  int32_t constant_count;
  // for each step: 1, it runs outside of C; 3, its gradient too (NULL: none does)
  const uint8_t *outside;
} Request;

// A step that has no twin is called outside of C (in Python): the arrays of its kernel, as in
// native.h.
typedef struct {
  const void *array;
  int64_t rows;
  int32_t step, backward, count;
  uint32_t written, in_theta, index; // bit k: array k is a result, is a part of theta, holds int32
} Visit;
typedef int32_t (*Outside)(void *caller, const Visit *visit); // 0: done

// A row input of the data set: rows of the plan's own dtype, or of a type that is cast while rows
// are gathered; IN_ORDER: rows of the plan's dtype that are not gathered, but lie as `c` does.
// MAX_DATA: row inputs of a Program
enum { SAME, FROM_F32, FROM_F64, FROM_U8, FROM_I32, FROM_I64, IN_ORDER, MAX_DATA = 32 };
typedef struct {
  const void *data;
  int32_t type;
} Data;

// How a call learns that it is to end before its time (Ctrl-C). Only the thread that made the call
// asks, about every 30 ms, between two pieces of work.
typedef struct {
  int32_t (*ask)(void *caller); // 1: end the call
  void *caller;
  // how many pieces of work are done; after how many to look at the clock (start with 2: a call of
  // one piece never looks)
  int64_t pieces, next, seen_pieces;
  double seen, asked; // ms: when the clock was read; when the caller was asked, 0: not yet
  int64_t dropped;    // 0, or the first wave to skip, because its step is dropped
} Watch;

// One call of `advance`, or of `loss_and_grad` (steps == 1, grad != NULL: no update).
typedef struct {
  void *theta, *slot[4];
  const Data *data;       // one for each row input that is not c or row, in the Program's order
  const int32_t *order;   // NULL: the rows as they stand
  const int32_t *numbers; // beside `order`: what the data set calls each row; NULL: as `order` does
  const void *c;          // beside `order`: the weight of each row, in the plan's dtype
  const int64_t *starts;  // step i takes the rows starts[i] .. starts[i + 1] - 1 of order and c
  int64_t batches;        // 0, or how many `starts` holds: one epoch, which comes again and again
  const double *hyper;    // (steps, groups, hypers), or (1, groups, hypers) for all steps
  const double *constants; // other λ than the plan's; NULL: those
  int64_t hyper_step;      // numbers from one step to the next
  double *losses;          // out: L of each step
  void *grad, *out;        // out: g of loss_and_grad; the rows of predict
  int64_t t, step, seed;   // of the first step: updates of these slots + 1; the key
  int64_t steps;
  int32_t milliseconds; // 0: no budget
  int32_t careful;      // 1: look at g in every step; theta is looked at when the call ends
  int32_t finite;       // out: 0 where L, g or theta is not
  Outside outside;      // runs the steps without twins, in any thread of the team
  void *caller;         // handed to it
  int32_t failed;       // out: 1 where it did not return 0; the step it was is undone
  Watch *watch;         // NULL: the call runs to its end
  int32_t threads;      // the most that this call may use; 0: those of the plan
  int32_t process;      // changes in the child of a fork
} Run;

typedef struct Plan Plan;
typedef struct {
  const char *name;                    // f32_avx512
  int32_t bytes;                       // of a real
  const void *(*op)(const char *name); // a Twin; NULL: there is none
  const void *(*rule)(const char *name);
  const void *(*clip)(const char *name);
  // for tests
  void (*call)(const void *twin, int backward, long rows, const void *arrays, const double *attr);
  long (*work)(const void *twin, long rows, const void *arrays);
  void (*step)(const void *rule, long n, long t, void *theta, const void *g, void *const *slots,
               const double *hyper);
  Plan *(*bind)(const Request *, int32_t *error, int32_t *step);
  int32_t (*set_clips)(Plan *, int32_t count, const char *const *names, const double *limits,
                       const int32_t *tensors, int32_t tensor_count);
  void (*release)(Plan *);
  int64_t (*advance)(Plan *, Run *);
  void (*predict)(Plan *, Run *, int64_t rows);
  // 0: bytes, 1: threads, 2: phases, 3: row inputs, 4: theta, 5: an output row, 6: numbers of one
  // update, 7: of a slot, 8: of a row of the only input
  int64_t (*about)(const Plan *, int what);
  int (*hopfield)(const HopfieldRun *); // 0: no memory
  int (*rbm)(const RbmRun *);           // 0: no memory
  int (*rbm_train)(RbmTraining *);      // 0: no memory
} Engine;
#endif
