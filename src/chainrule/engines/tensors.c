// Rules that take whole tensors (LAMB, Muon): each group is one tensor, which one thread computes
// alone. So no bit depends on the number of threads.
#include <stdlib.h>
#include "plan.h"

// rows: for each group the rows of its matrix; 0: it is a vector.
int32_t FN(set_matrices)(Plan *plan, const int32_t *rows, int32_t count) {
  int64_t most = 0;
  if (count != plan->groups) return NOT_SUPPORTED;
  for (int32_t k = 0; k < count; k++) {
    const int64_t length = plan->group[k].length;
    if (rows[k] < 0 || (rows[k] && length % rows[k])) return NOT_SUPPORTED;
    if (!plan->matrix_rule || !rows[k] || !length) continue;
    most = larger_of(most, plan->matrix_work((long)rows[k], (long)(length / rows[k])));
  }
  // each thread's part begins in a cache line of its own
  const int64_t part = (most + LINE - 1) / LINE * LINE;
  const double bytes = (double)part * plan->threads * sizeof(real);
  real *scratch = part && bytes < (double)(SIZE_MAX / 2) ? malloc((size_t)bytes) : 0;
  if (part && !scratch) return NO_MEMORY;
  free(plan->scratch);
  plan->scratch = scratch, plan->scratch_size = part;
  for (int32_t k = 0; k < count; k++) plan->group[k].rows = part ? rows[k] : 0;
  return FINE;
}

// About how long a group takes: Newton-Schulz has fifteen products with the shorter side.
static double work_of(const Group *group) {
  const int64_t columns = group->rows ? group->length / group->rows : 0;
  const int64_t shorter = columns < group->rows ? columns : group->rows;
  return (double)group->length * (double)(1 + 15 * shorter);
}

// The thread with the least work so far, which takes the next group.
static int32_t least(const double *load, int32_t threads) {
  int32_t found = 0;
  for (int32_t t = 1; t < threads; t++)
    if (load[t] < load[found]) found = t;
  return found;
}

// Run the rule on this thread's tensors.
void FN(apply_whole)(Team *team, const Context *context, int64_t i) {
  const Plan *plan = team->plan;
  const Run *run = team->run;
  double load[MAX_THREADS] = {0};
  for (int64_t k = 0, slot = 0; k < plan->groups; slot += plan->group[k].length, k++) {
    const Group group = plan->group[k];
    const int32_t owner = least(load, team->threads);
    load[owner] += work_of(&group);
    if (!group.length || owner != context->thread) continue;
    const double *hyper = run->hyper + run->hyper_step * i + plan->hypers * k;
    real *theta = (real *)run->theta + group.start, *slots[MAX_SLOTS] = {0};
    const real *g = (const real *)plan->memory + group.start;
    for (int32_t s = 0; s < plan->slots; s++) slots[s] = (real *)run->slot[s] + slot;
    if (group.rows)
      plan->matrix_rule((long)group.rows, (long)(group.length / group.rows), theta, g, slots, hyper,
                        plan->scratch + owner * plan->scratch_size);
    else
      plan->rule((long)group.length, (long)(run->t + i - group.born), theta, g, slots, hyper);
  }
}
