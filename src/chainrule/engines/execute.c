// advance runs steps of training without returning to the caller; predict runs the forward calls.
// Both run a Plan. This file knows no op.
#include <string.h>
#include "plan.h"
#include "kernels/system.h"

// ---- one shard of one phase

// Give the arguments of a phase the addresses of this shard's rows and of its part of the sums.
static void settle(Context *context, const Phase *phase, const Shard *shard) {
  const Plan *plan = context->plan;
  Settled *settled = context->settled + (phase - plan->phase);
  const int32_t part = 2 * shard->shard + shard->further + 1;
  if (settled->rows == shard->memory && settled->leaf == shard->leaf && settled->at == shard->at &&
      settled->part == part)
    return;
  *settled = (Settled){shard->memory, shard->leaf, shard->at, part};
  for (int32_t i = phase->args.begin; i < phase->args.end; i++) {
    const Place *p = plan->place + i;
    char *data;
    switch (p->space) {
    case ROWS: data = shard->memory + p->offset; break;
    case LASTING: data = plan->memory + p->offset + shard->at * p->row_bytes; break;
    case LEAF: data = shard->leaf ? shard->leaf + p->part : plan->memory + p->offset; break;
    case KEPT_LEAF:
      data = shard->shard ? plan->memory + p->part + (shard->shard - 1) * p->leaf_bytes
                          : plan->memory + p->offset;
      break;
    default: continue;
    }
    context->array[i].data = (real *)data;
    if (p->space == LEAF || p->space == KEPT_LEAF)
      context->array[i].add = plan->array[i].add || shard->further;
  }
}

static void settle_theta(Context *context, const void *theta) {
  if (context->theta == theta) return;
  context->theta = theta;
  for (int32_t i = 0; i < context->plan->args; i++)
    if (context->plan->place[i].space == THETA)
      context->array[i].data = (real *)((char *)theta + context->plan->place[i].offset);
}

// Set the addresses of a shard's rows; the first phase gathers the rows. Return 1 if all rows are
// used in place, without a copy.
int FN(find_rows)(Context *context, const Run *run, const Phase *phase, const Shard *shard) {
  const Plan *plan = context->plan;
  const int first = phase == plan->phase;
  int lie = 1;
  Array input[MAX_DATA];
  settle(context, phase, shard);
  for (int32_t k = 0; k < plan->row_inputs; k++)
    lie &= FN(gather)(plan, run, plan->row_input + k, k, shard, input + k, first);
  for (int32_t i = phase->in_data.begin; i < phase->in_data.end; i++) {
    const int32_t a = plan->input_arg[i], k = plan->place[a].input;
    context->array[a].data = input[k].data, context->array[a].stride = input[k].stride;
  }
  return lie;
}

void FN(run_shard)(Context *context, const Run *run, const Phase *phase, const Shard *shard) {
  const Plan *plan = context->plan;
  const int is_long = shard->rows > SHARD; // one call may take many ms
  FN(find_rows)(context, run, phase, shard);
  const Call *end = plan->call + phase->rows.end;
  for (const Call *call = plan->call + phase->rows.begin; call < end; call++) {
    if (is_long && drops_step(run, context)) return;
    call->run(shard->rows, context->array + call->first, call->attr);
  }
}

// ---- one step

// Set the range of thread `part` of `parts` in n numbers; it begins at a whole vector.
void FN(cut)(int64_t n, int32_t part, int32_t parts, int64_t *begin, int64_t *end) {
  const int64_t vectors = (n + LANES - 1) / LANES;
  *begin = 0, *end = n;
  if (parts == 1) return;
  *begin = vectors * part / parts * LANES, *end = vectors * (part + 1) / parts * LANES;
  if (*end > n) *end = n;
}

static int all_finite(const real *x, int64_t begin, int64_t end) {
  real lane[LANES] = {0}, sum = 0; // inf - inf and NaN - NaN are NaN
  int64_t i = begin;
  for (; i + LANES <= end; i += LANES)
    for (int l = 0; l < LANES; l++) lane[l] += x[i + l] - x[i + l];
  for (; i < end; i++) sum += x[i] - x[i];
  for (int l = 0; l < LANES; l++) sum += lane[l];
  return sum == 0;
}

// Run the optimizer on this thread's share of each group.
static void apply(Team *team, const Context *context, int64_t i) {
  const Plan *plan = team->plan;
  const Run *run = team->run;
  real *theta = run->theta;
  const real *g = (const real *)plan->memory;
  if (plan->whole_tensors) {
    FN(apply_whole)(team, context, i);
    return;
  }
  for (int64_t k = 0, slot = 0; k < plan->groups; slot += plan->group[k].length, k++) {
    const Group group = plan->group[k];
    int64_t begin, end;
    FN(cut)(group.length, context->thread, team->threads, &begin, &end);
    if (begin >= end) continue;
    real *slots[MAX_SLOTS] = {0};
    for (int32_t s = 0; s < plan->slots; s++) slots[s] = (real *)run->slot[s] + slot + begin;
    plan->rule(end - begin, run->t + i - group.born, theta + group.start + begin,
               g + group.start + begin, slots, run->hyper + run->hyper_step * i + plan->hypers * k);
  }
}

// state += rate (this batch's statistic - state)
static void move_state(const Plan *plan, real *theta) {
  for (int32_t k = 0; k < plan->moves; k++) {
    const StateMove move = plan->move[k];
    real *state = theta + move.state;
    const real *statistic = (const real *)(plan->memory + move.statistic), rate = (real)move.rate;
    for (int64_t j = 0; j < move.size; j++) state[j] += rate * (statistic[j] - state[j]);
  }
}

// Return the rows of step i. With an order, each epoch has its own part of the order.
static Batch batch_of(const Run *run, int64_t i) {
  const int64_t epoch = run->batches > 1 ? i / run->batches : run->batches * i;
  const int64_t *start = run->starts + (i - epoch * run->batches);
  return (Batch){start[0] + (run->order ? epoch * run->starts[run->batches] : 0), start[0],
                 start[1] - start[0]};
}

static void set_key(const Plan *plan, const Run *run, int64_t i) {
  if (plan->key < 0) return;
  int32_t *key = (int32_t *)(plan->memory + plan->key);
  key[0] = (int32_t)(uint32_t)run->seed, key[1] = (int32_t)(uint32_t)(run->step + i);
}

static void set_inputs(const Plan *plan, const Run *run, int64_t i) {
  if (plan->N >= 0) *(real *)(plan->memory + plan->N) = (real)batch_of(run, i).rows;
  set_key(plan, run, i);
}

// Prepare the steps: set the addresses of theta in each thread, and in thread 0 the inputs of the
// first step.
void FN(begin)(Team *team, Context *context) {
  const Plan *plan = team->plan;
  const Run *run = team->run;
  const double *constants = run->constants ? run->constants : plan->lambda;
  settle_theta(context, run->theta);
  context->waves = 0;
  if (context->thread > 0) return;
  for (int32_t k = 0; k < plan->constants; k++)
    *(real *)(plan->memory + plan->constant[k]) = (real)constants[k];
  set_inputs(plan, run, 0);
  team->start = milliseconds_now();
  team->next = 1;
}

// Return 1 if L is finite and, in a careful run, g and the statistics are finite too.
static int is_finite(Team *team, const Context *context) {
  const Plan *plan = team->plan;
  const real L = *(real *)(plan->memory + plan->loss);
  if (is_dropped(team->run) || L - L != 0) return 0;
  if (!team->run->careful) return 1;
  int64_t begin, end;
  FN(cut)(plan->parameters, context->thread, team->threads, &begin, &end);
  team->finite[context->thread] = all_finite((const real *)plan->memory, begin, end);
  meet(team);
  int all = 1;
  for (int32_t t = 0; t < team->threads; t++) all &= team->finite[t];
  for (int32_t k = 0; k < plan->moves; k++)
    all &=
        all_finite((const real *)(plan->memory + plan->move[k].statistic), 0, plan->move[k].size);
  return all;
}

// Return 1 if the time is over. The clock is read about once in a millisecond: reading it takes as
// long as a small step.
static int is_over(Team *team) {
  if (is_stopping(team->run)) return 1;
  if (team->done < team->next || !team->run->milliseconds) return 0;
  const double spent = milliseconds_now() - team->start, look = team->done / (spent + 1e-6);
  team->next = team->done + (look < 1 ? 1 : (int64_t)look);
  return spent >= team->run->milliseconds;
}

// After the last step of a call: check this thread's share of theta.
static void check_theta(Team *team, const Context *context) {
  Run *run = team->run;
  int64_t begin, end;
  if (!team->plan->rule || run->grad) return;
  FN(cut)(team->plan->theta, context->thread, team->threads, &begin, &end);
  if (!all_finite(run->theta, begin, end)) __atomic_store_n(&run->finite, 0, __ATOMIC_RELAXED);
}

// Finish a step after its gradient: update theta, and decide whether to go on. A step is atomic:
// the call stops only between two steps.
void FN(finish_step)(Team *team, Context *context, int64_t i) {
  const Plan *plan = team->plan;
  Run *run = team->run;
  const int good = is_finite(team, context);
  const int updates = good && plan->rule && !run->grad;
  if (updates && plan->clipping) FN(clip)(team, context->thread);
  if (updates) apply(team, context, i);
  if (context->thread == 0) {
    run->losses[i] = *(real *)(plan->memory + plan->loss);
    run->finite = good || is_dropped(run);
    if (updates) move_state(plan, run->theta);
    team->done += good;
    team->going = good && team->done < run->steps && !is_over(team);
    if (team->going) set_inputs(plan, run, team->done);
  }
  meet(team);
  if (!team->going) check_theta(team, context);
}

static void steps(Team *team, Context *context) {
  const Plan *plan = team->plan;
  FN(begin)(team, context);
  FN(barrier)(team);
  while (team->going) {
    const int64_t i = team->done;
    const Batch batch = batch_of(team->run, i);
    for (int32_t k = 0; k < plan->phases; k++)
      FN(run_phase)(team, context, plan->phase + k, &batch);
    if (plan->processes.agrees) FN(agree)(team, context);
    FN(finish_step)(team, context, i);
  }
}

// Return the number of steps done: all of them, or fewer if the time is over or a number is not
// finite; -1 if the plan does not take the rows of a step.
int64_t FN(advance)(Plan *plan, Run *run) {
  int64_t most = 0;
  for (int64_t i = 0; i < (run->batches ? run->batches : run->steps); i++) {
    const int64_t rows = run->starts[i + 1] - run->starts[i];
    most = rows > most ? rows : most;
    if (rows < 1 || rows > plan->rows) return -1;
  }
  const int32_t shards = FN(shards)(most);
  const int is_alone =
      shards == 1 && !plan->folds && most <= plan->chunk_rows && !plan->processes.agrees;
  FN(run_team)(plan, is_alone ? FN(alone) : steps, run,
               shards < plan->threads ? shards : plan->threads, 0);
  if (run->grad) { // g: gradients, then this batch's statistics
    real *g = run->grad;
    memcpy(g, plan->memory, plan->theta * sizeof(real));
    for (int32_t k = 0; k < plan->moves; k++)
      memcpy(g + plan->move[k].state, plan->memory + plan->move[k].statistic,
             plan->move[k].size * sizeof(real));
  }
  return run->steps;
}

// ---- predict

static int64_t predicted_rows(const Plan *plan) {
  return plan->chunk_rows < plan->shard_rows ? plan->chunk_rows : plan->shard_rows;
}

static void chunks(Team *team, Context *context) {
  const Plan *plan = team->plan;
  const Run *run = team->run;
  const int64_t most = predicted_rows(plan), D = plan->output.size,
                bytes = plan->output.index ? 4 : (int64_t)sizeof(real);
  settle_theta(context, run->theta);
  if (plan->phases && plan->phase->once.end) { // the calls whose results belong to all rows
    if (context->thread == 0) FN(run_once)(context, plan->phase);
    FN(barrier)(team);
  }
  for (int64_t k = context->thread; k * most < team->rows; k += team->threads) {
    if (drops_step(run, context) || is_dropped(run)) return;
    const int64_t begin = k * most, rows = begin + most < team->rows ? most : team->rows - begin;
    const Shard shard = {.begin = begin,
                         .weight = begin,
                         .rows = rows,
                         .memory = plan->memory + plan->shared + context->thread * plan->arena};
    Array out = {.data = (real *)(shard.memory + plan->output.offset),
                 .stride = plan->output.stride};
    if (plan->phases) FN(run_shard)(context, run, plan->phase, &shard);
    if (plan->output_arg >= 0)
      FN(gather)(plan, run, plan->row_input + plan->output_arg, plan->output_arg, &shard, &out, 1);
    for (int64_t i = 0; i < rows; i++)
      memcpy((char *)run->out + (begin + i) * D * bytes, (char *)out.data + i * out.stride * bytes,
             D * bytes);
  }
}

// Compute the output of each row. No bit depends on how the rows are cut.
void FN(predict)(Plan *plan, Run *run, int64_t rows) {
  const int64_t most = predicted_rows(plan), n = (rows + most - 1) / most;
  set_key(plan, run, 0);
  FN(run_team)(plan, chunks, run, n < plan->threads ? (int32_t)n : plan->threads, rows);
}
