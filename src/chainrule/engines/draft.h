// The draft of a plan, before anything has a place in memory: which call runs when, and on which
// values (draft.c).
#ifndef CHAINRULE_DRAFT_H
#define CHAINRULE_DRAFT_H
#include "plan.h"

enum { MAX_ARGUMENTS = 3 + 2 * MAX_INPUTS };
// shape_only: 1 if the call gets the shape without the numbers
typedef struct {
  int32_t value;
  int8_t gradient, written, add, shape_only;
} Argument;
// run: NULL if the call before does this work too. fold: 1 if the call is the fold of all shards.
typedef struct {
  Kernel run;
  const Step *step;
  int32_t time, fold, order, count;
  Argument argument[MAX_ARGUMENTS];
} DraftCall;

// The memory of the rows of a value or of a gradient: its bytes, its place, and the last call that
// needs it.
typedef struct {
  int64_t size, offset;
  int32_t last;
} Lifetime;
typedef struct {
  int64_t from, to;
} Hole; // memory that no buffer needs now (holes.c)

// leaf_first, leaf_last: the first and last phase in which shards contribute to a shared value or
// to its gradient; -1: none. folded: the phase that folds it; -1: none. lasting: 1 if a fold reads
// all rows of a value or of a gradient. In each array all values come first, then all gradients.
typedef struct {
  int32_t train, calls, phases, arguments, attrs, holes, row_inputs, row_input[MAX_DATA],
      what[MAX_DATA];
  int32_t *leaf_first, *leaf_last, *folded;
  uint8_t *lasting;
  DraftCall *call;
  Hole *hole;
} Draft;

int FN(into_weights)(Program *p);
int FN(fuse)(const Program *p, Draft *d);
int FN(fold)(const Program *p, Draft *d);
void FN(join_dx)(Draft *d);
void FN(take)(Draft *d, Lifetime *b, int64_t *top);
void FN(leave)(Draft *d, const Lifetime *b);
int FN(draft)(const Program *program, const Request *request, Draft *draft, int32_t *step);
void FN(free_draft)(Draft *draft);
int FN(prepare)(Plan *plan);
#endif
