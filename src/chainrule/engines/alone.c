// Steps of one thread whose rows are one shard, in a plan that folds nothing: the calls one after
// another. Nobody is waited for, there is no tree, and addresses stay from step to step where the
// rows do.
#include "plan.h"

// Returns whether all rows are used where they lie; else they must be gathered again before the
// next step.
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
  // batch of the epoch; rows of the order before it; for which rows addresses stand
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
