// The memory of a plan is one piece: shared | rows of each thread or shard | buffers of the tree |
// scratch memory of each thread.
#include <stdlib.h>
#include <string.h>
#include "draft.h"
#include "kernels/system.h"

// Set the addresses that do not change from call to call.
static void fill_context(Context *c) {
  const Plan *plan = c->plan;
  memcpy(c->array, plan->array, plan->args * sizeof(Array));
  for (int32_t i = 0; i < plan->args; i++) {
    const Place place = plan->place[i];
    if (place.space == SHARED || place.space == LASTING)
      c->array[i].data = (real *)(plan->memory + place.offset);
    if (place.space == WORK) c->array[i].data = plan->work ? (real *)c->work : 0;
  }
}

static int contexts(Plan *plan) {
  plan->context = calloc(plan->threads, sizeof(Context));
  if (!plan->context) return NO_MEMORY;
  for (int32_t t = 0; t < plan->threads; t++) {
    Context *c = plan->context + t;
    *c = (Context){.plan = plan, .thread = t};
    c->array = calloc(plan->args + 1, sizeof(Array));
    c->settled = calloc(plan->phases + 1, sizeof(Settled));
    if (!c->array || !c->settled) return NO_MEMORY;
    c->work =
        plan->memory + plan->shared + plan->arenas * plan->arena + plan->leaves + t * plan->work;
    fill_context(c);
  }
  return FINE;
}

static void set_seed_gradient(const Plan *plan) {
  if (plan->seed_gradient >= 0) *(real *)(plan->memory + plan->seed_gradient) = 1; // dL/dL
}

// Reset the memory of a plan to its state before the first call.
void FN(reset)(Plan *plan) {
  memset(plan->block, 0, plan->memory_bytes + LINE);
  set_seed_gradient(plan);
  for (int32_t t = 0; t < plan->threads; t++) {
    Context *c = plan->context + t;
    memset(c->settled, 0, (plan->phases + 1) * sizeof(Settled));
    c->theta = 0;
    fill_context(c);
  }
}

// Append the arguments of this range that lie in a row input; return their range in input_arg.
static Range add_arguments(Plan *plan, Range args, int32_t *n) {
  Range added = {*n, *n};
  for (int32_t i = args.begin; i < args.end; i++)
    if (plan->place[i].space == DATA) plan->input_arg[added.end++] = i;
  *n = added.end;
  return added;
}

// List the arguments that lie in a row input, phase by phase.
static int input_arguments(Plan *plan) {
  int32_t n = 0;
  plan->input_arg = calloc(plan->args + 1, sizeof(int32_t));
  if (!plan->input_arg) return NO_MEMORY;
  for (Phase *phase = plan->phase; phase < plan->phase + plan->phases; phase++) {
    phase->in_data = add_arguments(plan, phase->args, &n);
    phase->fold_in_data = add_arguments(plan, phase->fold_args, &n);
    for (int32_t s = phase->sums.begin; s < phase->sums.end; s++) phase->kept |= plan->sum[s].kept;
  }
  return FINE;
}

int FN(prepare)(Plan *plan) {
  int error = input_arguments(plan);
  if (error) return error;
  const int32_t shards = FN(shards)(plan->rows);
  // no other batch has larger waves, or more waves
  const int32_t batch[] = {plan->rows, SHARD * shards, SHARD * shards - 1};
  plan->levels = plan->wave_levels = 1;
  for (int k = 0; k < 3; k++) {
    const int32_t rows = batch[k] < plan->rows ? batch[k] : plan->rows;
    const int32_t wave = FN(wave)(plan, rows);
    while (1 << (plan->levels - 1) < wave / plan->blocks) plan->levels++;
    while (1 << (plan->wave_levels - 1) < FN(shards)(rows) / wave) plan->wave_levels++;
  }
  plan->arenas = plan->row_phases > 1 && shards > plan->threads ? shards : plan->threads;
  plan->leaves = (plan->blocks - 1) * plan->block_leaf +
                 plan->blocks * (plan->levels - 1) * plan->leaf +
                 (plan->wave_levels - 1) * plan->wave_leaf;
  plan->memory_bytes =
      plan->shared + plan->arenas * plan->arena + plan->leaves + plan->threads * plan->work;
  if (plan->memory_bytes > (int64_t)(SIZE_MAX / 2)) return NO_MEMORY; // possible in a 32-bit build
  plan->lock = malloc(sizeof(Lock));
  // zeros; a page takes memory only after it is first touched
  plan->block = calloc(plan->memory_bytes + LINE, 1);
  if (!plan->lock || make_lock(plan->lock) || !plan->block) return NO_MEMORY;
  prefer_large_pages(plan->block, plan->memory_bytes + LINE);
  plan->memory = plan->block + (LINE - (uintptr_t)plan->block % LINE);
  set_seed_gradient(plan);
  return contexts(plan);
}

void FN(release)(Plan *plan) {
  FN(close_pool)();
  for (int32_t t = 0; plan->context && t < plan->threads; t++)
    free(plan->context[t].array), free(plan->context[t].settled);
  free(plan->context), free(plan->block), free(plan->call), free(plan->array), free(plan->place),
      free(plan->phase);
  free(plan->sum), free(plan->row_input), free(plan->constant), free(plan->lambda),
      free(plan->group), free(plan->move);
  free(plan->attr), free(plan->input_arg), free(plan->lock), free(plan->clipping),
      free(plan->scratch), free(plan->visitor), free(plan->timer), free(plan);
}

// Return the size of a row if there is only one row input; 0 if there are several or none.
static int64_t one_input(const Plan *plan) {
  return plan->row_inputs == 1 && plan->datas == 1 && !plan->row_input->index
             ? plan->row_input->size
             : 0;
}

int64_t FN(about)(const Plan *plan, int what) {
  int64_t slot = 0;
  for (int32_t k = 0; k < plan->groups; k++) slot += plan->group[k].length;
  switch (what) {
  case MEMORY: return plan->memory_bytes;
  case THREADS: return plan->threads;
  case PHASES: return plan->row_phases;
  case ROW_INPUTS: return plan->datas;
  case THETA_SIZE: return plan->theta;
  case OUTPUT_SIZE: return plan->output.size;
  case HYPER_SIZE: return (int64_t)plan->groups * plan->hypers;
  case SLOT_SIZE: return slot;
  case LONE_INPUT: return one_input(plan);
  default: return -1;
  }
}
