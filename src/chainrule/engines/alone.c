// Run steps on one thread, if the rows are one shard and the plan folds nothing: one call after
// another, without barriers and without a tree. Addresses are set again only if the rows move.
#include "plan.h"

// Return 1 if all rows are used in place; else they must be gathered again before the next step.
static int find(Context *context, const Run *run, const Batch *batch) {
  const Plan *plan = context->plan;
  const Shard shard = {.begin = batch->first,
                       .weight = batch->weight,
                       .rows = batch->rows,
                       .memory = plan->memory + plan->shared};
  int lie = 1;
  for (const Phase *phase = plan->phase; phase < plan->phase + plan->phases; phase++)
    if (phase->rows.end) lie &= FN(find_rows)(context, run, phase, &shard);
  return lie;
}

void FN(alone)(Team *team, Context *context) {
  const Plan *plan = team->plan;
  const Run *run = team->run;
  const Call *end = plan->call + plan->calls;
  const int64_t batches = run->batches ? run->batches : run->steps;
  // b: batch of the epoch; before: rows of the order before this epoch; found: the first row for
  // which the addresses are set, or -1
  int64_t b = 0, before = 0, found = -1;
  FN(begin)(team, context);
  while (team->going) {
    const int64_t *start = run->starts + b, rows = start[1] - start[0];
    const Batch batch = {before + start[0], start[0], rows};
    if (found != batch.first) found = find(context, run, &batch) ? batch.first : -1;
    for (const Call *call = plan->call; call < end; call++)
      call->run(call->time % 2 ? rows : 1, context->array + call->first, call->attr);
    FN(finish_step)(team, context, team->done);
    if (++b == batches) b = 0, before += run->order ? start[1] : 0;
  }
}
