// Several processes train one network: each runs its share of the shards of a batch. Where the
// shards of a phase meet, at the sum over rows, the processes meet as well: each sends the sums of
// its nodes of the binary tree, and all complete the same tree. So θ has the bits of one process.
#include <stdlib.h>
#include <string.h>
#include "plan.h"

// HEAD: numbers before the sums that one process sends to another; the first is its status.
// SMALL: up to so many bytes, every process gets the sums of all and completes the tree alone. Of
// larger sums each process completes a slice, and then all get all slices.
enum { HEAD = LINE / (int)sizeof(real), SMALL = 32 << 10 };

// Return the shards of process `rank`: begin .. end - 1.
void FN(share)(int32_t shards, int32_t rank, int32_t processes, int32_t *begin, int32_t *end) {
  *begin = (int32_t)((int64_t)shards * rank / processes);
  *end = (int32_t)((int64_t)shards * (rank + 1) / processes);
}

// Return how many shards the largest node of the tree has that begins at shard `s` and ends before
// `end` at the latest.
int32_t FN(node)(int32_t s, int32_t end) {
  int32_t count = 1;
  while (s % (2 * count) == 0 && s + 2 * count <= end) count *= 2;
  return count;
}

// Return 1 if the shards of this batch are divided; else every process computes all of them.
int FN(divides)(const Plan *plan, int32_t shards) {
  return plan->processes.size > 1 && shards >= plan->processes.size;
}

// Set the rows of a batch that process `rank` reads: those of its shards.
void FN(own_rows)(int64_t rows, int32_t rank, int32_t size, int64_t *begin, int64_t *end) {
  const int32_t shards = FN(shards)(rows);
  int32_t first, last;
  *begin = 0, *end = rows;
  if (size < 2 || shards < size) return;
  FN(share)(shards, rank, size, &first, &last);
  *begin = rows * first / shards, *end = rows * last / shards;
}

static int32_t nodes_of(int32_t shards, int32_t rank, int32_t processes) {
  int32_t begin, end, n = 0;
  FN(share)(shards, rank, processes, &begin, &end);
  for (; begin < end; n++) begin += FN(node)(begin, end);
  return n;
}

// How the sums of a phase travel for a batch with so many shards. whole: every process gets all.
typedef struct {
  int64_t numbers;     // of the phase's sums
  int64_t first, last; // the numbers of which this process completes the tree
  int32_t shards, nodes, whole;
} Way;

// Set the numbers that process `rank` completes. They do not depend on the instruction set, which
// may differ from machine to machine.
static void slice(int64_t numbers, int32_t rank, int32_t processes, int64_t *begin, int64_t *end) {
  const int64_t lines = (numbers + HEAD - 1) / HEAD;
  *begin = lines * rank / processes * HEAD, *end = lines * (rank + 1) / processes * HEAD;
  *begin = *begin < numbers ? *begin : numbers, *end = *end < numbers ? *end : numbers;
}

// Return 1 if each process has one node of the tree, and all nodes have one size. All processes get
// the same answer, whatever their own share is.
static int is_balanced(int32_t processes) {
  return (processes & (processes - 1)) == 0;
}

static Way way_of(const Plan *plan, int64_t numbers, int32_t shards) {
  const Processes *p = &plan->processes;
  Way way = {.numbers = numbers, .last = numbers, .shards = shards};
  way.nodes = nodes_of(shards, p->rank, p->size);
  way.whole = numbers * (int64_t)sizeof(real) <= SMALL || is_balanced(p->size);
  if (!way.whole) slice(numbers, p->rank, p->size, &way.first, &way.last);
  return way;
}

// Return 1 if a sum goes to the others from its own place, without a copy.
static int goes_directly(const Plan *plan, const Sum *s) {
  return is_balanced(plan->processes.size) && s->count * (int64_t)sizeof(real) > SMALL;
}

// Return how many numbers of a phase's sums are copied to be sent.
static int64_t numbers_of(const Plan *plan, const Phase *phase) {
  int64_t n = 0;
  for (const Sum *s = plan->sum + phase->sums.begin; s < plan->sum + phase->sums.end; s++)
    if (!goes_directly(plan, s)) n += s->count;
  return n;
}

// Return where the sum of the shards from `shard` on lies.
static real *place_of(const Plan *plan, const Sum *s, int32_t shard) {
  const int64_t bytes = (s->count * (int64_t)sizeof(real) + LINE - 1) / LINE * LINE;
  return (real *)(plan->memory + (s->kept && shard ? s->part + (shard - 1) * bytes : s->final));
}

// Copy the numbers begin .. end - 1 of those sums to `packed`, or (back = 1) from there.
static void copy(const Plan *plan, const Phase *phase, int32_t shard, int64_t begin, int64_t end,
                 real *packed, int back) {
  int64_t at = 0;
  for (int32_t k = phase->sums.begin; k < phase->sums.end && at < end; k++) {
    const Sum *s = plan->sum + k;
    if (goes_directly(plan, s)) continue;
    const int64_t from = begin > at ? begin : at, to = end < at + s->count ? end : at + s->count;
    real *place = place_of(plan, s, shard) + (from - at);
    if (from < to && back) memcpy(place, packed + (from - begin), (to - from) * sizeof(real));
    if (from < to && !back) memcpy(packed + (from - begin), place, (to - from) * sizeof(real));
    at += s->count;
  }
}

// ---- sending

// Put the sums of node k of this process, which begins at `shard`, where they are sent from. This
// is the share of one thread.
static void pack(const Plan *plan, const Phase *phase, const Way *way, int32_t k, int32_t shard,
                 const Context *context, int32_t threads) {
  const int32_t to_all = way->whole ? 1 : plan->processes.size;
  real *chunk = plan->processes.sent;
  int64_t mine, my_end;
  FN(cut)(way->numbers, context->thread, threads, &mine, &my_end);
  for (int32_t to = 0; to < to_all; to++) {
    int64_t begin = 0, end = way->numbers;
    if (!way->whole) slice(way->numbers, to, to_all, &begin, &end);
    const int64_t from = mine > begin ? mine : begin, until = my_end < end ? my_end : end;
    if (from < until)
      copy(plan, phase, shard, from, until, chunk + HEAD + k * (end - begin) + (from - begin), 0);
    chunk += HEAD + way->nodes * (end - begin);
  }
}

// Set how many numbers go to each process and come from each, and where they begin. Return 0 if
// they are more than an exchange can count.
static int count(const Plan *plan, const Way *way) {
  const Processes *p = &plan->processes;
  int32_t *sent = p->counts, *sent_at = sent + p->size, *got = sent_at + p->size,
          *got_at = got + p->size;
  int64_t out = 0, in = 0;
  for (int32_t r = 0; r < p->size; r++) {
    int64_t begin = 0, end = way->numbers;
    if (!way->whole) slice(way->numbers, r, p->size, &begin, &end);
    const int64_t n = HEAD + way->nodes * (end - begin),
                  m = HEAD + nodes_of(way->shards, r, p->size) * (way->last - way->first);
    if (out + n > INT32_MAX || in + m > INT32_MAX) return 0;
    sent[r] = (int32_t)n, sent_at[r] = (int32_t)out, got[r] = (int32_t)m, got_at[r] = (int32_t)in;
    out += way->whole ? 0 : n, in += m;
  }
  return 1;
}

// Set the counts of the second exchange: the totals of each process.
static void count_totals(const Plan *plan, int64_t numbers) {
  const Processes *p = &plan->processes;
  int32_t *got = p->counts + 2 * p->size, *got_at = got + p->size;
  for (int32_t r = 0; r < p->size; r++) {
    int64_t begin, end;
    slice(numbers, r, p->size, &begin, &end);
    got[r] = (int32_t)(end - begin), got_at[r] = (int32_t)begin;
  }
}

// Call the hook. If it fails, or if another process has failed, this step is dropped in all of
// them.
static void exchange(Run *run, int32_t what, void *array, int64_t numbers) {
  if (run->exchange && !run->exchange(run->caller, what, array, numbers)) return;
  __atomic_store_n(&run->failed, 1, __ATOMIC_RELAXED);
}

static void send(const Plan *plan, Run *run, const Way *way) {
  const Processes *p = &plan->processes;
  const int failed = is_dropped(run);
  real *chunk = p->sent;
  if (!count(plan, way)) {
    __atomic_store_n(&run->failed, 1, __ATOMIC_RELAXED);
    return;
  }
  for (int32_t r = 0; r < (way->whole ? 1 : p->size); r++) {
    for (int32_t i = 0; i < HEAD; i++) chunk[i] = 0;
    chunk[0] = (real)failed;
    chunk += p->counts[r];
  }
  exchange(run, way->whole ? ALL_SUMS : SLICES, 0, 0);
  for (int32_t r = 0; r < p->size; r++)
    if (p->received[p->counts[3 * p->size + r]] != 0)
      __atomic_store_n(&run->failed, 1, __ATOMIC_RELAXED);
}

// ---- the tree

// Add up the sums of all nodes in the fixed tree; the total is where the sums of the first node
// are. This is the share of one thread.
static void complete_tree(const Plan *plan, const Way *way, int32_t thread, int32_t threads) {
  enum { DEEPEST = 2 * 8 }; // nodes that wait for their neighbor
  const Processes *p = &plan->processes;
  const int64_t n = way->last - way->first;
  real *sum[DEEPEST];
  int32_t size[DEEPEST], depth = 0;
  int64_t mine, my_end;
  FN(cut)(n, thread, threads, &mine, &my_end);
  for (int32_t r = 0; r < p->size; r++) {
    real *from = p->received + p->counts[3 * p->size + r] + HEAD;
    int32_t s, end;
    FN(share)(way->shards, r, p->size, &s, &end);
    for (; s < end; from += n) {
      sum[depth] = from, size[depth] = FN(node)(s, end);
      s += size[depth++];
      for (; depth > 1 && size[depth - 2] == size[depth - 1]; depth--) {
        real *to = sum[depth - 2];
        for (int64_t i = mine; i < my_end; i++) to[i] += sum[depth - 1][i];
        size[depth - 2] *= 2;
      }
    }
  }
}

// Keep the sums of node k of this process, which begins at `shard`. All threads call this.
void FN(keep_node)(Team *team, const Context *context, const Phase *phase, int32_t shards,
                   int32_t k, int32_t shard) {
  const Plan *plan = team->plan;
  const Way way = way_of(plan, numbers_of(plan, phase), shards);
  pack(plan, phase, &way, k, shard, context, team->threads);
  FN(barrier)(team, context);
}

// ---- large sums, without copies

// Set the counts with which each process gets its slice of a sum from all others.
static void count_slices(const Plan *plan, int64_t numbers) {
  const Processes *p = &plan->processes;
  int32_t *sent = p->counts, *sent_at = sent + p->size, *got = sent_at + p->size,
          *got_at = got + p->size;
  int64_t mine, my_end, in = 0;
  slice(numbers, p->rank, p->size, &mine, &my_end);
  for (int32_t r = 0; r < p->size; r++) {
    int64_t begin, end;
    slice(numbers, r, p->size, &begin, &end);
    sent[r] = r == p->rank ? 0 : (int32_t)(end - begin), sent_at[r] = (int32_t)begin;
    got[r] = r == p->rank ? 0 : (int32_t)(my_end - mine), got_at[r] = (int32_t)in;
    in += got[r];
  }
}

// Add up this process's slice of a sum in the fixed tree. This is the share of one thread.
static void add_slice(const Plan *plan, real *own, real *total, int64_t numbers, int32_t thread,
                      int32_t threads) {
  const Processes *p = &plan->processes;
  const int32_t *got_at = p->counts + 3 * p->size;
  int64_t begin, end, mine, my_end;
  slice(numbers, p->rank, p->size, &begin, &end);
  FN(cut)(end - begin, thread, threads, &mine, &my_end);
  for (int32_t stride = 1; stride < p->size; stride *= 2)
    for (int32_t r = 0; r < p->size; r += 2 * stride) {
      real *a = r == p->rank ? own + begin : p->received + got_at[r];
      const real *b = r + stride == p->rank ? own + begin : p->received + got_at[r + stride];
      real *to = 2 * stride == p->size ? total + begin : a;
      for (int64_t i = mine; i < my_end; i++) to[i] = a[i] + b[i];
    }
}

// Complete a large sum with all processes; this process's node begins at `shard`. All threads come
// to each barrier, also if an exchange has failed: thread 0 may know it before the others.
static void complete_sum(Team *team, const Context *context, const Sum *s, int32_t shard) {
  const Plan *plan = team->plan;
  real *own = place_of(plan, s, shard), *total = place_of(plan, s, 0);
  if (context->thread == 0 && !is_dropped(team->run)) {
    count_slices(plan, s->count);
    exchange(team->run, SLICES, own, s->count);
  }
  FN(barrier)(team, context);
  if (!is_dropped(team->run)) add_slice(plan, own, total, s->count, context->thread, team->threads);
  FN(barrier)(team, context);
  if (context->thread == 0 && !is_dropped(team->run)) {
    count_totals(plan, s->count);
    exchange(team->run, TOTALS, total, s->count);
  }
  FN(barrier)(team, context);
}

// Return where the sums of the first process were received.
static real *first_sums(const Processes *p) {
  return p->received + p->counts[3 * p->size] + HEAD;
}

// Complete the sums of a phase that were copied.
static void complete_copied(Team *team, const Context *context, const Phase *phase,
                            int32_t shards) {
  const Plan *plan = team->plan;
  const Processes *p = &plan->processes;
  const Way way = way_of(plan, numbers_of(plan, phase), shards);
  if (context->thread == 0) send(plan, team->run, &way);
  FN(barrier)(team, context);
  if (!is_dropped(team->run)) complete_tree(plan, &way, context->thread, team->threads);
  FN(barrier)(team, context);
  if (!way.whole) {
    if (context->thread == 0 && !is_dropped(team->run)) {
      memmove(p->received, first_sums(p), (way.last - way.first) * sizeof(real));
      count_totals(plan, way.numbers);
      exchange(team->run, TOTALS, 0, 0);
    }
    FN(barrier)(team, context);
  }
  real *totals = way.whole ? first_sums(p) : p->sent;
  int64_t begin, end;
  FN(cut)(way.numbers, context->thread, team->threads, &begin, &end);
  if (!is_dropped(team->run)) copy(plan, phase, 0, begin, end, totals + begin, 1);
  FN(barrier)(team, context);
}

// Let all processes know if an op outside of C has failed in one of them, perhaps after they met
// for the last time in this step. All threads call this at the end of a step.
void FN(agree)(Team *team, const Context *context) {
  const Way way = {.whole = 1};
  if (context->thread == 0) send(team->plan, team->run, &way);
  FN(barrier)(team, context);
}

// Complete the sums of a phase with all processes. All threads call this after `keep_node`.
void FN(meet_processes)(Team *team, const Context *context, const Phase *phase, int32_t shards) {
  const Plan *plan = team->plan;
  int32_t first, end;
  if (phase->sums.begin == phase->sums.end) return;
  FN(share)(shards, plan->processes.rank, plan->processes.size, &first, &end);
  complete_copied(team, context, phase, shards);
  for (const Sum *s = plan->sum + phase->sums.begin; s < plan->sum + phase->sums.end; s++)
    if (goes_directly(plan, s)) complete_sum(team, context, s, first);
}

// ---- memory

// Set how many numbers the arrays of the exchange need, for any batch of this plan.
static void measure(const Plan *plan, int32_t rank, int32_t size, int64_t *sent,
                    int64_t *received) {
  Plan as = *plan;
  as.processes = (Processes){.rank = rank, .size = size};
  *sent = *received = HEAD * size;
  for (int32_t shards = size > 1 ? 1 : MAX_SHARDS + 1; shards <= FN(shards)(plan->rows);
       shards *= 2) {
    if (shards < size) continue;
    int64_t nodes = 0;
    for (int32_t r = 0; r < size; r++) nodes += nodes_of(shards, r, size);
    for (const Phase *phase = plan->phase; phase < plan->phase + plan->phases; phase++) {
      const Way way = way_of(&as, numbers_of(&as, phase), shards);
      const int64_t out = HEAD * size + way.nodes * way.numbers,
                    in = HEAD * size + nodes * (way.last - way.first);
      *sent = out > *sent ? out : *sent;
      *received = in > *received ? in : *received;
      for (const Sum *s = plan->sum + phase->sums.begin; s < plan->sum + phase->sums.end; s++) {
        const int64_t slices = goes_directly(&as, s) ? s->count + HEAD * size : 0;
        *received = slices > *received ? slices : *received;
      }
    }
  }
}

int64_t FN(exchanged)(const Plan *plan, int32_t rank, int32_t size, int what) {
  int64_t sent, received;
  measure(plan, rank, size, &sent, &received);
  return what ? received : sent;
}

// Let this plan run with other processes. The arrays belong to the caller and outlive the plan.
// Return 1 if they are too small.
int FN(set_processes)(Plan *plan, const Together *given) {
  int64_t sent, received;
  if (given->size < 1 || given->rank < 0 || given->rank >= given->size) return 1;
  measure(plan, given->rank, given->size, &sent, &received);
  if (given->sent_numbers < sent || given->received_numbers < received) return 1;
  plan->processes = (Processes){.rank = given->rank,
                                .size = given->size,
                                .sent = given->sent,
                                .received = given->received,
                                .counts = given->counts};
  for (int32_t k = 0; k < plan->calls && given->size > 1; k++)
    plan->processes.agrees |= plan->call[k].run == FN(visit);
  return 0;
}
