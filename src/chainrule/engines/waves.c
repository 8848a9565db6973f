// Run one phase: all threads compute its shards in waves, and add their sums in a fixed binary
// tree. This file knows no op.
#include "plan.h"

// Shards that run together. first: the first row; weight: where the weights of these rows begin;
// shard: the number of the first shard; sum: where the sum goes; leaves: where each shard begins.
typedef struct {
  int64_t first, weight;
  int32_t shard, shards;
  char *sum;
  Leaves leaves;
} Wave;

static void add(real *to, const real *from, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; i++) to[i] += from[i];
}

// to += from, for two buffers of the tree; NULL for `to` means the totals. Thread `part` of `parts`
// adds its share. folded: 1: add the folds as well.
static void merge(const Plan *plan, const Phase *phase, char *to, const char *from, int32_t part,
                  int32_t parts, int folded) {
  for (const Sum *s = plan->sum + phase->sums.begin; s < plan->sum + phase->sums.end; s++) {
    int64_t begin, end;
    if (s->kept || (s->folded && !folded)) continue;
    FN(cut)(s->count, part, parts, &begin, &end);
    add((real *)(to ? to + s->part : plan->memory + s->final), (const real *)(from + s->part),
        begin, end);
  }
}

static char *buffers(const Plan *plan) {
  return plan->memory + plan->shared + plan->arenas * plan->arena;
}

// Return the buffer for the sum of a wave. Level 0 is NULL: the first sum lies in the place of the
// total, and the others are added there.
static char *wave_buffer(const Plan *plan, int32_t level) {
  return level ? buffers(plan) + plan->leaves - (plan->wave_levels - level) * plan->wave_leaf : 0;
}

// Return the buffer for the sums of a block's shards; folds use only level 0. The sums of the first
// block lie in the place of the wave's sum.
static char *block_buffer(const Plan *plan, char *wave, int32_t block, int32_t level) {
  if (level == 0) return block ? buffers(plan) + (block - 1) * plan->block_leaf : wave;
  return buffers(plan) + (plan->blocks - 1) * plan->block_leaf +
         ((int64_t)block * (plan->levels - 1) + level - 1) * plan->leaf;
}

// Run rows begin .. end - 1 of a wave, in chunks. They are rows of shard `s`, or of any shards if
// no sum is computed shard by shard.
static void run_rows(Context *context, const Run *run, const Phase *phase, const Wave *wave,
                     int64_t begin, int64_t end, int32_t s, char *memory, char *leaf) {
  const int64_t n = end - begin, most = context->plan->chunk_rows, chunks = (n + most - 1) / most;
  for (int64_t k = 0; k < chunks && !drops_step(run, context); k++) {
    const int64_t from = begin + n * k / chunks, to = begin + n * (k + 1) / chunks;
    const Shard chunk = {.begin = wave->first + from,
                         .weight = wave->weight + from,
                         .rows = to - from,
                         .at = from,
                         .shard = s,
                         .further = k > 0,
                         .memory = memory,
                         .leaf = leaf};
    FN(run_shard)(context, run, phase, &chunk);
  }
}

static char *arena_of(const Plan *plan, int64_t k) {
  return plan->memory + plan->shared + k * plan->arena;
}

// Run the shards of a block, one after another. As in a binary counter, two sums of the same size
// become one as soon as both exist.
static void run_block(Context *context, const Run *run, const Phase *phase, const Wave *wave,
                      int32_t block, int32_t blocks) {
  const Plan *plan = context->plan;
  const int32_t leaves = wave->shards / blocks, k0 = block * leaves;
  const int64_t *start = wave->leaves.start + k0;
  if (!phase->by_shard)
    run_rows(context, run, phase, wave, start[0], start[leaves], 0, arena_of(plan, context->thread),
             0);
  for (int32_t j = 0, depth = 0; j < leaves && phase->by_shard; j++) {
    const int32_t s = wave->shard + k0 + j;
    run_rows(context, run, phase, wave, start[j], start[j + 1], s,
             arena_of(plan, plan->row_phases > 1 ? s : context->thread),
             block_buffer(plan, wave->sum, block, depth));
    depth++;
    for (int32_t t = j + 1; t % 2 == 0; t /= 2, depth--)
      merge(plan, phase, block_buffer(plan, wave->sum, block, depth - 2),
            block_buffer(plan, wave->sum, block, depth - 1), 0, 1, 0);
  }
}

// Return 1 if the threads share the rows of a wave call by call: if the shards are fewer than the
// threads, or if a large W is better shared by columns.
static int is_shared(const Team *team, const Phase *phase, const Wave *wave) {
  const int64_t rows = wave->leaves.start[wave->shards] - wave->leaves.start[0];
  if (team->threads == 1) return 0;
  if (phase->by_shard) return wave->shards < team->threads;
  return rows <= team->plan->chunk_rows && rows <= (int64_t)phase->shares * team->threads;
}

// Run rows begin .. end - 1 of a wave with all threads, in chunks.
static void share_rows(Team *team, Context *context, const Phase *phase, const Wave *wave,
                       int64_t begin, int64_t end, int32_t s, char *memory, char *leaf) {
  const int64_t n = end - begin, most = team->plan->chunk_rows, chunks = (n + most - 1) / most;
  for (int64_t k = 0; k < chunks; k++) {
    const int64_t from = begin + n * k / chunks, to = begin + n * (k + 1) / chunks;
    const Shard chunk = {.begin = wave->first + from,
                         .weight = wave->weight + from,
                         .rows = to - from,
                         .at = from,
                         .shard = s,
                         .further = k > 0,
                         .memory = memory,
                         .leaf = leaf};
    FN(run_shared)(team, context, phase, &chunk);
  }
}

// Run the shards of a block with all threads, as `run_block` does with one.
static void share_block(Team *team, Context *context, const Phase *phase, const Wave *wave,
                        int32_t block, int32_t blocks) {
  const Plan *plan = context->plan;
  const int32_t leaves = wave->shards / blocks, k0 = block * leaves;
  const int64_t *start = wave->leaves.start + k0;
  for (int32_t j = 0, depth = 0; j < leaves; j++) {
    const int32_t s = wave->shard + k0 + j;
    share_rows(team, context, phase, wave, start[j], start[j + 1], s,
               arena_of(plan, plan->row_phases > 1 ? s : 0),
               block_buffer(plan, wave->sum, block, depth));
    depth++;
    for (int32_t t = j + 1; t % 2 == 0; t /= 2, depth--) {
      merge(plan, phase, block_buffer(plan, wave->sum, block, depth - 2),
            block_buffer(plan, wave->sum, block, depth - 1), context->thread, team->threads, 0);
      FN(barrier)(team, context);
    }
  }
}

// Return the number of pieces that a fold is cut into, so that a call can end between two of them.
static int32_t pieces_of(const Call *call, const Array *a, const Leaves *leaves) {
  enum { MOST = 16 };
  const int64_t rows = leaves->start[leaves->count] - leaves->start[0];
  int64_t size = 0; // of the largest sum
  for (int32_t k = 0; k < call->count; k++)
    if (a[k].data && a[k].stride == 0 && a[k].size > size) size = a[k].size;
  const int64_t pieces = rows * size / leaves->parts / LONGEST_CALL;
  return pieces < 1 ? 1 : pieces < MOST ? (int32_t)pieces : MOST;
}

// Run the folds of a wave. Before that, give their arguments the addresses of the wave's rows and
// of its part of the sums.
static void fold_wave(Context *context, const Run *run, const Phase *phase, const Shard *wave,
                      const Leaves *leaves) {
  const Plan *plan = context->plan;
  Array input[MAX_DATA];
  for (int32_t k = 0; k < plan->row_inputs; k++)
    FN(gather)(plan, run, plan->row_input + k, k, wave, input + k, 0);
  for (int32_t i = phase->fold_in_data.begin; i < phase->fold_in_data.end; i++) {
    const int32_t a = plan->input_arg[i], k = plan->place[a].input;
    context->array[a].data = input[k].data, context->array[a].stride = input[k].stride;
  }
  for (int32_t i = phase->fold_args.begin; i < phase->fold_args.end; i++) {
    const Place *p = plan->place + i;
    if (p->space == FOLDED)
      context->array[i].data =
          (real *)(wave->leaf ? wave->leaf + p->part : plan->memory + p->offset);
  }
  for (const Call *call = plan->call + phase->folds.begin; call < plan->call + phase->folds.end;
       call++) {
    const Array *a = context->array + call->first;
    const int32_t pieces = pieces_of(call, a, leaves);
    if (pieces == 1) {
      call->fold(leaves, a, call->attr);
      continue;
    }
    Leaves piece = *leaves;
    piece.parts = pieces * leaves->parts;
    for (int32_t k = 0; k < pieces && !drops_step(run, context); k++) {
      piece.part = pieces * leaves->part + k;
      call->fold(&piece, a, call->attr);
    }
  }
}

// Run the folds of `count` shards of a wave from shard `first` on; this thread does part `part` of
// `parts`. The sums go to `sum`.
static void fold_shards(Context *context, const Run *run, const Phase *phase, const Wave *wave,
                        int32_t first, int32_t count, char *sum, int32_t part, int32_t parts) {
  const Shard rows = {.begin = wave->first, .weight = wave->weight, .leaf = sum};
  Leaves leaves = {.count = count, .part = part, .parts = parts};
  for (int32_t k = 0; k <= count; k++) leaves.start[k] = wave->leaves.start[first + k];
  if (phase->folds.end && !is_dropped(run)) fold_wave(context, run, phase, &rows, &leaves);
}

// Run the shards of a wave with all threads, then the folds: each thread folds its blocks of
// shards, or its share of all numbers.
static void run_wave(Team *team, Context *context, const Phase *phase, const Wave *wave) {
  const Plan *plan = team->plan;
  const int32_t blocks = plan->blocks < wave->shards ? plan->blocks : wave->shards,
                threads = team->threads, me = context->thread;
  const int shared = is_shared(team, phase, wave);
  const int by_block = plan->fold_by_block && blocks > 1 && !shared,
            merging = (by_block || phase->by_shard) && blocks > 1;
  if (shared && phase->by_shard)
    for (int32_t b = 0; b < blocks; b++) share_block(team, context, phase, wave, b, blocks);
  else if (shared)
    share_rows(team, context, phase, wave, wave->leaves.start[0], wave->leaves.start[wave->shards],
               0, arena_of(plan, 0), 0);
  else if (by_block || phase->by_shard)
    for (int32_t b = me; b < blocks; b += threads) {
      run_block(context, team->run, phase, wave, b, blocks);
      const int32_t each = wave->shards / blocks;
      if (by_block)
        fold_shards(context, team->run, phase, wave, b * each, each,
                    block_buffer(plan, wave->sum, b, 0), 0, 1);
    }
  else {
    const int64_t first = wave->leaves.start[0], rows = wave->leaves.start[wave->shards] - first;
    run_rows(context, team->run, phase, wave, first + rows * me / threads,
             first + rows * (me + 1) / threads, 0, arena_of(plan, me), 0);
  }
  if (!shared) FN(barrier)(team, context);
  // each thread adds its share of the numbers
  for (int32_t stride = 1; stride < blocks && merging; stride *= 2)
    for (int32_t b = 0; b < blocks; b += 2 * stride)
      merge(plan, phase, block_buffer(plan, wave->sum, b, 0),
            block_buffer(plan, wave->sum, b + stride, 0), me, threads, by_block);
  if (!by_block)
    fold_shards(context, team->run, phase, wave, 0, wave->shards, wave->sum, me, threads);
  if (merging || (phase->folds.end && !by_block)) FN(barrier)(team, context);
}

// Add up the sums whose leaves come from several phases, for `shards` shards from `first` on. All
// these leaves were kept.
static void tree_of_kept(const Plan *plan, const Phase *phase, int32_t first, int32_t shards) {
  for (const Sum *s = plan->sum + phase->sums.begin; s < plan->sum + phase->sums.end; s++) {
    if (!s->kept) continue;
    const int64_t bytes = (s->count * (int64_t)sizeof(real) + LINE - 1) / LINE * LINE;
    char *leaf[MAX_SHARDS];
    for (int32_t i = 0; i < shards; i++) {
      const int32_t k = first + i;
      leaf[i] = plan->memory + (k ? s->part + (k - 1) * bytes : s->final);
    }
    for (int32_t stride = 1; stride < shards; stride *= 2)
      for (int32_t i = 0; i < shards; i += 2 * stride)
        add((real *)leaf[i], (const real *)leaf[i + stride], 0, s->count);
  }
}

// Return how many shards of a batch make a wave: all of them if values live from phase to phase;
// else some hundred rows, and at least one shard for each block.
int32_t FN(wave)(const Plan *plan, int64_t rows) {
  const int32_t shards = FN(shards)(rows);
  const int64_t longest = (rows + shards - 1) / shards;
  int32_t wave = 1;
  while (wave < shards &&
         (plan->row_phases > 1 || wave < plan->blocks || 2 * wave * longest <= WAVE))
    wave *= 2;
  return wave;
}

void FN(run_once)(Context *context, const Phase *phase) {
  const Plan *plan = context->plan;
  for (const Call *call = plan->call + phase->once.begin; call < plan->call + phase->once.end;
       call++)
    call->run(1, context->array + call->first, call->attr);
}

// Run `count` shards of a batch from `first` on, a node of the tree. Their sums go to the places of
// the totals. base: the row of the batch that comes first in the memory of the waves, if rows live
// from phase to phase.
static void run_node(Team *team, Context *context, const Phase *phase, const Batch *batch,
                     int32_t first, int32_t count, int64_t base) {
  const Plan *plan = team->plan;
  const int64_t rows = batch->rows;
  const int32_t shards = FN(shards)(rows), most = FN(wave)(plan, rows),
                each = most < count ? most : count;
  for (int32_t s = 0, depth = 0; s < count && !skips_wave(team->run, context); s += each, depth++) {
    const int64_t begin = plan->row_phases > 1 ? base : rows * (first + s) / shards;
    Wave wave = {.first = batch->first + begin,
                 .weight = batch->weight + begin,
                 .shard = first + s,
                 .shards = each,
                 .sum = wave_buffer(plan, depth),
                 .leaves = {.count = each}};
    for (int32_t k = 0; k <= each; k++)
      wave.leaves.start[k] = rows * (first + s + k) / shards - begin;
    run_wave(team, context, phase, &wave);
    for (int32_t n = s / each + 1; n % 2 == 0; n /= 2, depth--) {
      merge(plan, phase, wave_buffer(plan, depth - 1), wave_buffer(plan, depth), context->thread,
            team->threads, 1);
      FN(barrier)(team, context);
    }
  }
  if (phase->kept) {
    if (context->thread == 0) tree_of_kept(plan, phase, first, count);
    FN(barrier)(team, context);
  }
}

void FN(run_phase)(Team *team, Context *context, const Phase *phase, const Batch *batch) {
  const Plan *plan = team->plan;
  const int32_t shards = FN(shards)(batch->rows);
  if (phase->once.end) {
    if (context->thread == 0) FN(run_once)(context, phase);
    FN(barrier)(team, context);
  }
  if (!phase->rows.end && !phase->folds.end) return;
  if (!FN(divides)(plan, shards)) {
    run_node(team, context, phase, batch, 0, shards, 0);
    return;
  }
  int32_t s, end;
  FN(share)(shards, plan->processes.rank, plan->processes.size, &s, &end);
  const int64_t base = batch->rows * s / shards;
  for (int32_t k = 0; s < end; k++) {
    const int32_t count = FN(node)(s, end);
    run_node(team, context, phase, batch, s, count, base);
    FN(keep_node)(team, context, phase, shards, k, s);
    s += count;
  }
  FN(meet_processes)(team, context, phase, shards);
}
