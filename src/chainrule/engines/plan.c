// bind: make a Plan from a Program. It decides first when each step runs, then where each value
// lies in memory, and last the calls with their addresses.
#include <stdlib.h>
#include <string.h>
#include "plan.h"
#include "draft.h"

// S = the largest power of two <= min(64, max(1, rows / 64)). This rule belongs to the format; it
// does not depend on the machine.
int32_t FN(shards)(int64_t rows) {
  int32_t s = 1;
  while (s < MAX_SHARDS && 2 * s <= rows / SHARD) s *= 2;
  return s;
}

static int64_t lines(int64_t bytes) {
  return (bytes + LINE - 1) / LINE * LINE;
}

// CHUNK: the most rows of a chunk; LEAST: the fewest; CACHE: half of a common L2 cache, in bytes
enum { CHUNK = 256, LEAST = 8, CACHE = 768 << 10 };

// Return the number of elements from one row to the next. Rows of a cache line or more lie an odd
// number of lines apart, so that they do not compete for the same sets of the cache.
static int64_t stride_of(const Value *v) {
  const int64_t line = LINE / (v->index ? 4 : (int64_t)sizeof(real));
  if (v->size < line) return v->size;
  return ((v->size + line - 1) / line | 1) * line;
}

static int64_t element(const Value *v) {
  return v->index ? 4 : (int64_t)sizeof(real);
}

// ---- the rows of a shard: each value and each gradient has memory only during its lifetime

// Return the number of the row buffer; -1 if the value belongs to all rows, if a fold reads it, or
// if no call needs it.
static int32_t buffer_of(const Program *p, const Draft *d, const Argument *a) {
  const int32_t b = a->value + p->values * a->gradient;
  return a->value < 0 || a->shape_only || p->value[a->value].shared || d->lasting[b] ? -1 : b;
}

static int64_t lay_out_rows(const Program *p, Draft *d, Plan *plan, Lifetime *buffer, int keep) {
  int64_t top = 0;
  for (int32_t b = 0; b < 2 * p->values; b++) {
    const Value *v = p->value + b % p->values;
    buffer[b] = (Lifetime){lines(stride_of(v) * plan->chunk_rows * element(v)), -1, -1};
  }
  for (int32_t c = 0; c < d->calls; c++)
    for (int32_t k = 0; k < d->call[c].count; k++) {
      const int32_t b = buffer_of(p, d, d->call[c].argument + k);
      if (b >= 0) buffer[b].last = keep ? d->calls : c;
    }
  if (!d->train) buffer[p->output].last = d->calls; // predict: the result is read at the end
  d->holes = 1, d->hole[0] = (Hole){0, INT64_MAX};
  for (int32_t i = 0; i < p->values; i++)
    // row inputs need memory before the first call
    if (p->value[i].role == INPUT && !p->value[i].shared && !d->lasting[i])
      FN(take)(d, buffer + i, &top);
  for (int32_t c = 0; c < d->calls; c++)
    // first take memory for what the call needs, then leave the memory that no later call needs
    for (int32_t k = 0; k < 2 * d->call[c].count; k++) {
      const int32_t n = d->call[c].count, b = buffer_of(p, d, d->call[c].argument + k % n);
      if (b >= 0 && k < n && buffer[b].offset < 0) FN(take)(d, buffer + b, &top);
      if (b >= 0 && k >= n && buffer[b].last == c) FN(leave)(d, buffer + b), buffer[b].last = -1;
    }
  return top;
}

// ---- the memory that all threads share: g, then the values and gradients that belong to all rows

static void lay_out_shared(const Program *p, const Draft *d, Plan *plan, int64_t *total) {
  int64_t top = lines(p->size * (int64_t)sizeof(real)); // g has the layout of theta
  for (int32_t b = 0; b < 2 * p->values; b++) {
    const Value *v = p->value + b % p->values;
    const int gradient = b >= p->values;
    total[b] = -1;
    if (!v->shared || (!gradient && (v->role == PARAMETER || v->role == STATE))) continue;
    if (gradient && v->role == PARAMETER) {
      total[b] = v->place * (int64_t)sizeof(real);
      continue;
    }
    total[b] = top;
    top += lines(v->size * element(v));
  }
  plan->seed_gradient = d->train ? total[p->values + p->output] : -1;
  plan->shared = top;
}

// ---- the rows of a wave that a fold reads

static void lay_out_lasting(const Program *p, const Draft *d, Plan *plan, Lifetime *buffer) {
  const int64_t one_each = (int64_t)plan->blocks * plan->shard_rows,
                most = one_each > WAVE ? one_each : WAVE;
  const int64_t rows = plan->row_phases > 1 || plan->rows < most ? plan->rows : most;
  int64_t read = 0;
  for (int32_t b = 0; b < 2 * p->values; b++) {
    const Value *v = p->value + b % p->values;
    if (!d->lasting[b]) continue;
    buffer[b].offset = plan->shared;
    plan->shared += lines(stride_of(v) * rows * element(v));
    read += lines(stride_of(v) * rows * element(v));
  }
  // a sum moves twice: one thread writes it, and another reads it
  plan->fold_by_block = plan->blocks > 1 && 2 * plan->wave_leaf < read;
  plan->block_leaf = plan->fold_by_block ? plan->wave_leaf : plan->leaf;
}

// ---- sums over shards: sums of one phase that are neighbors in the result are also neighbors in
// the buffers of the tree

static int by_final(const void *a, const void *b) {
  const Sum *x = a, *y = b;
  if (x->phase != y->phase) return x->phase < y->phase ? -1 : 1;
  if (x->kept != y->kept) return x->kept - y->kept;
  if (x->folded != y->folded) return x->folded - y->folded;
  return x->final < y->final ? -1 : x->final > y->final;
}

static int lay_out_sums(const Program *p, const Draft *d, Plan *plan, const int64_t *total,
                        int64_t *part) {
  int64_t packed = 0;
  plan->sum = calloc(2 * p->values + 1, sizeof(Sum));
  if (!plan->sum) return NO_MEMORY;
  for (int32_t b = 0; b < 2 * p->values; b++) {
    const int kept = d->leaf_first[b] != d->leaf_last[b], folded = d->folded[b] >= 0;
    if (d->leaf_last[b] >= 0 || folded)
      plan->sum[plan->sums++] = (Sum){.phase = folded ? d->folded[b] : d->leaf_last[b],
                                      .kept = kept,
                                      .folded = folded,
                                      .final = total[b],
                                      .part = b, // the value's number until the place is known
                                      .count = p->value[b % p->values].size};
  }
  qsort(plan->sum, plan->sums, sizeof(Sum), by_final);
  for (int32_t s = 0; s < plan->sums; s++) {
    Sum *sum = plan->sum + s;
    const Sum *before = s ? sum - 1 : 0;
    const int64_t bytes = sum->count * (int64_t)sizeof(real), b = sum->part;
    if (sum->kept) { // leaves 1, 2, ...; leaf 0 has the place of the total
      sum->part = plan->shared;
      plan->shared += (FN(shards)(plan->rows) - 1) * lines(bytes);
    } else {
      if (!before || before->phase != sum->phase || before->kept)
        packed = 0;
      else
        packed = before->final + before->count * (int64_t)sizeof(real) == sum->final
                     ? packed
                     : lines(packed);
      sum->part = packed;
      packed += bytes;
      if (!sum->folded) plan->leaf = lines(packed) > plan->leaf ? lines(packed) : plan->leaf;
      plan->wave_leaf = lines(packed) > plan->wave_leaf ? lines(packed) : plan->wave_leaf;
    }
    part[b] = sum->part;
  }
  return FINE;
}

// Join neighboring sums into one, for fewer and longer loops.
static void join_sums(Plan *plan) {
  int32_t n = 0;
  for (int32_t s = 0; s < plan->sums; s++) {
    const Sum sum = plan->sum[s];
    Sum *last = plan->sum + n - 1;
    const int64_t bytes = n ? last->count * (int64_t)sizeof(real) : 0;
    if (n && !sum.kept && !last->kept && last->phase == sum.phase && last->folded == sum.folded &&
        last->final + bytes == sum.final && last->part + bytes == sum.part)
      last->count += sum.count;
    else
      plan->sum[n++] = sum;
  }
  plan->sums = n;
  for (int32_t s = 0; s < n; s++) {
    Phase *phase = plan->phase + plan->sum[s].phase;
    if (phase->sums.end == 0) phase->sums.begin = s;
    phase->sums.end = s + 1;
  }
}

// ---- the calls

enum { MOST_WORK = INT32_MAX }; // of scratch memory, in numbers

static Array shape_of(const Value *v) {
  Array a = {.stride = v->shared ? 0 : stride_of(v), .size = (int32_t)v->size, .ndim = v->ndim};
  memcpy(a.shape, v->shape, sizeof a.shape);
  return a;
}

// Where all values and gradients lie. In each array all values come first, then all gradients.
typedef struct {
  const Program *program;
  const Draft *draft;
  const Lifetime *buffer; // of row values
  const int64_t *total;   // offset in the shared memory; -1: it lies elsewhere
  const int64_t *part;    // for sums: see Place
} Layout;

static Place place_of(const Layout *l, const Plan *plan, const Argument *a, int in_rows) {
  const Draft *d = l->draft;
  const Value *v = l->program->value + a->value;
  const int32_t b = a->value + a->gradient * l->program->values;
  const int64_t bytes = v->size * (int64_t)sizeof(real);
  if (!v->shared) {
    for (int32_t k = 0; k < plan->row_inputs; k++)
      if (!a->gradient && d->row_input[k] == a->value) return (Place){.space = DATA, .input = k};
    return (Place){.space = d->lasting[b] ? LASTING : ROWS,
                   .row_bytes = stride_of(v) * element(v),
                   .offset = l->buffer[b].offset};
  }
  if (!a->gradient && (v->role == PARAMETER || v->role == STATE))
    return (Place){.space = THETA, .offset = v->place * (int64_t)sizeof(real)};
  if (!a->written || !in_rows) return (Place){.space = SHARED, .offset = l->total[b]};
  // a part of a sum
  Place place = {.space = FOLDED, .offset = l->total[b], .part = l->part[b]};
  if (d->folded[b] >= 0) return place;
  place.space = d->leaf_first[b] != d->leaf_last[b] ? KEPT_LEAF : LEAF;
  place.leaf_bytes = lines(bytes);
  return place;
}

// Describe a step that runs outside of C: which of its arrays are results, lie in theta, or hold
// whole numbers.
static Visitor visitor_of(const Program *p, const Plan *plan, const DraftCall *from,
                          int32_t first) {
  const int32_t backward = from->argument[0].gradient;
  Visit visit = {.step = from->step->number, .backward = backward, .count = from->count};
  for (int32_t k = 0; k < from->count; k++) {
    if (backward ? k >= from->step->inputs + 2 : k == 0) visit.written |= 1u << k;
    if (plan->place[first + k].space == THETA) visit.in_theta |= 1u << k;
    if (from->argument[k].value >= 0 && p->value[from->argument[k].value].index)
      visit.index |= 1u << k;
  }
  return (Visitor){plan, visit};
}

// Set the arguments of a call; the first one is argument n of the plan.
static void place_arguments(const Layout *l, Plan *plan, const DraftCall *from, int32_t n) {
  Phase *phase = plan->phase + from->time / 2;
  const int in_rows = from->time % 2;
  for (int32_t k = 0; k < from->count; k++, n++) {
    const Argument *a = from->argument + k;
    if (a->value < 0) continue; // NOWHERE
    plan->array[n] = shape_of(l->program->value + a->value);
    if (a->shape_only) continue;
    plan->array[n].add = a->add;
    plan->place[n] = place_of(l, plan, a, in_rows);
    const int32_t space = plan->place[n].space;
    const int is_leaf = space == LEAF || space == KEPT_LEAF;
    phase->by_shard |= in_rows && (plan->row_phases > 1 || is_leaf);
  }
}

// Set the scratch memory of a call: argument n of the plan. `first` is the call's first argument.
// Return FINE or TOO_LARGE.
static int place_scratch(Plan *plan, const DraftCall *from, int32_t first, int32_t n) {
  const Array *forward = plan->array + first + from->argument[0].gradient;
  const int64_t shard = from->fold ? plan->shard_rows : 0, chunk = plan->chunk_rows;
  long work = 0;
  // fewer rows may need more scratch memory, so each number of rows is tried
  for (int64_t rows = from->time % 2 == 0 ? 1 : shard > chunk ? shard : chunk; rows > 0; rows--) {
    const long needed = from->step->twin->work((long)rows, forward);
    work = needed > work ? needed : work;
  }
  if (work > MOST_WORK) return TOO_LARGE;
  plan->array[n] = (Array){.size = (int32_t)work, .ndim = 1, .shape = {(int32_t)work}};
  const int64_t bytes = lines(work * (int64_t)sizeof(real));
  plan->work = bytes > plan->work ? bytes : plan->work;
  return FINE;
}

// Decide how a team shares the calls of a phase, and so which arguments are of all rows.
static void share_calls(Plan *plan, Phase *phase) {
  for (int32_t c = phase->rows.begin; c < phase->rows.end; c++) {
    Call *call = plan->call + c;
    const int32_t last = c + 1 < phase->rows.end ? call[1].first : phase->args.end;
    if (call->run == FN(visit)) call->shared = BY_ONE;
    for (int32_t i = call->first; i < last; i++)
      if (plan->place[i].space == LEAF || plan->place[i].space == KEPT_LEAF) call->shared = BY_ONE;
    for (int32_t i = call->first; i < last; i++) plan->place[i].whole = call->shared != BY_ROWS;
  }
}

// Add one call of the draft to the plan. If the call before does its work too, add only its
// arguments.
static int make_call(const Layout *l, Plan *plan, const DraftCall *from, int32_t *calls,
                     int32_t *args) {
  const Program *p = l->program;
  const int32_t number = (int32_t)(from - l->draft->call), first = *args;
  const int in_rows = from->time % 2;
  Phase *phase = plan->phase + from->time / 2;
  Range *range = from->fold ? &phase->folds : in_rows ? &phase->rows : &phase->once;
  plan->folds |= from->fold;
  if (from->run) {
    if (range->end == 0) range->begin = *calls;
    plan->call[(*calls)++] = (Call){.run = from->run,
                                    .fold = from->fold ? from->step->twin->fold : 0,
                                    .attr = plan->attr + (from->step->attr - p->attr),
                                    .time = from->time,
                                    .first = first,
                                    .count = from->count + 1,
                                    .step = from->step->number,
                                    .backward = from->argument[0].gradient};
    range->end = *calls;
    const Twin *twin = from->step->outside ? 0 : from->step->twin;
    if (in_rows && !from->fold && twin && twin->shares) {
      Array shape[1 + MAX_INPUTS] = {shape_of(p->value + from->step->output)};
      for (int32_t k = 0; k < from->step->inputs; k++)
        shape[k + 1] = shape_of(p->value + from->step->input[k]);
      const int32_t rows = (int32_t)twin->shares(shape);
      if (rows) plan->call[*calls - 1].shared = BY_COLUMNS;
      if (rows > phase->shares) phase->shares = rows;
    }
  }
  place_arguments(l, plan, from, first);
  const int32_t scratch = first + from->count;
  if (from->step->outside) {
    phase->by_shard |= in_rows; // NumPy's result may depend on the number of rows
    plan->visitor[number] = visitor_of(p, plan, from, first);
    plan->call[*calls - 1].attr = (const double *)(plan->visitor + number);
  } else if (from->step->twin->work && place_scratch(plan, from, first, scratch)) {
    return TOO_LARGE;
  }
  plan->place[scratch] = (Place){.space = WORK};
  *args = scratch + 1;
  if (!in_rows) return FINE;
  if (phase->fold_args.end == 0) phase->args = (Range){first, first};
  if (!from->fold) phase->args.end = *args;
  phase->fold_args = (Range){phase->args.end, *args};
  return FINE;
}

static int make_calls(const Layout *l, Plan *plan) {
  const Draft *d = l->draft;
  plan->phases = d->phases;
  plan->call = calloc(d->calls + 1, sizeof(Call));
  plan->visitor = calloc(d->calls + 1, sizeof(Visitor));
  plan->phase = calloc(d->phases + 1, sizeof(Phase));
  plan->array = calloc(d->arguments + d->calls + 1, sizeof(Array));
  plan->place = calloc(d->arguments + d->calls + 1, sizeof(Place));
  if (!plan->call || !plan->visitor || !plan->phase || !plan->array || !plan->place)
    return NO_MEMORY;
  for (int32_t c = 0; c < d->calls; c++) {
    const int error = make_call(l, plan, d->call + c, &plan->calls, &plan->args);
    if (error) return error;
  }
  for (Phase *phase = plan->phase; phase < plan->phase + plan->phases; phase++)
    share_calls(plan, phase);
  return FINE;
}

// ---- inputs, groups, moves

static int inputs(const Program *p, const Request *r, const Draft *d, Plan *plan,
                  const Lifetime *buffer, const int64_t *total) {
  plan->row_input = calloc(MAX_DATA, sizeof(RowInput));
  plan->constant = calloc(p->inputs + 1, sizeof(int64_t));
  plan->lambda = calloc(p->inputs + 1, sizeof(double));
  if (!plan->row_input || !plan->constant || !plan->lambda) return NO_MEMORY;
  plan->N = plan->key = -1;
  for (int32_t k = 0; k < d->row_inputs; k++) {
    const int32_t i = d->row_input[k];
    const Value *v = p->value + i;
    plan->row_input[k] = (RowInput){d->what[k],    (int32_t)v->size, v->index,
                                    d->lasting[i], stride_of(v),     buffer[i].offset};
    plan->datas += d->what[k] == GATHER;
    plan->weighs |= d->what[k] == WEIGHT;
  }
  for (int32_t k = 0; k < p->inputs; k++) {
    const Input *in = p->input + k;
    const Value *v = p->value + in->value;
    if (!v->shared) continue;
    if (FN(named)("N", in->name, in->length))
      plan->N = total[in->value];
    else if (FN(named)("key", in->name, in->length))
      plan->key = total[in->value];
    else if (v->size != 1 || v->index || plan->constants == r->constant_count)
      return NOT_SUPPORTED;
    else
      plan->lambda[plan->constants] = r->constants[plan->constants],
      plan->constant[plan->constants++] = total[in->value];
  }
  return FINE;
}

static int update(const Program *p, const Request *r, Plan *plan, const int64_t *total) {
  plan->group = calloc(r->group_count + 1, sizeof(Group));
  plan->move = calloc(p->moves + 1, sizeof(StateMove));
  if (!plan->group || !plan->move) return NO_MEMORY;
  plan->groups = r->group_count, plan->hypers = r->hypers, plan->slots = r->slots,
  plan->moves = p->moves;
  for (int32_t k = 0; k < r->group_count; k++)
    plan->group[k] = (Group){r->groups[3 * k], r->groups[3 * k + 1], r->groups[3 * k + 2], 0};
  for (int32_t k = 0; k < p->moves; k++) {
    const Value *v = p->value + p->move[k].state;
    plan->move[k] = (StateMove){.state = v->place,
                                .statistic = total[p->move[k].statistic],
                                .size = v->size,
                                .rate = p->move[k].rate};
  }
  if (!r->rule) return FINE;
  for (const NamedRule *rule = FN(rules); rule->name; rule++)
    if (!strcmp(rule->name, r->rule))
      plan->rule = rule->step, plan->matrix_rule = rule->matrix,
      plan->matrix_work = rule->matrix_work, plan->whole_tensors = rule->takes->whole_tensors;
  return plan->rule ? FINE : NO_RULE;
}

// ---- bind

// Divide the shards of a batch: into blocks for the threads, and into chunks for the cache.
static void blocks(const Draft *d, Plan *plan) {
  for (int32_t k = 0, last = -1; k < d->calls; k++)
    if (d->call[k].time % 2 && d->call[k].time != last) plan->row_phases++, last = d->call[k].time;
  const int32_t shards = FN(shards)(plan->rows);
  plan->blocks = 1;
  while (plan->blocks < plan->threads && plan->blocks < shards) plan->blocks *= 2;
  plan->chunk_rows = plan->row_phases > 1 || plan->shard_rows > CHUNK ? plan->shard_rows
                     : plan->rows < CHUNK                             ? plan->rows
                                                                      : CHUNK;
}

// Return 1 if a call on shards adds to what another call has summed. Then the sum of a shard would
// depend on how its rows are cut.
static int adds_in_leaf(const Program *p, const DraftCall *c) {
  for (int32_t k = 0; k < c->count && c->time % 2; k++)
    if (c->argument[k].add && p->value[c->argument[k].value].shared) return 1;
  return 0;
}

// Choose the rows of a chunk. A row of images has many numbers, so take few rows: they stay in the
// cache from call to call. Each chunk reads all parameters again, so if these are large, a chunk
// has as many bytes of rows as it reads of parameters, forward and backward. Keep whole shards if
// rows live from phase to phase, if several calls add to one sum, or if NumPy must see a whole
// shard.
static void fit_cache(const Program *p, Draft *d, Plan *plan, Lifetime *buffer, int keep) {
  int64_t rows = plan->chunk_rows;
  if (plan->row_phases > 1) return;
  for (int32_t k = 0; k < d->calls; k++)
    if (d->call[k].step->outside || adds_in_leaf(p, d->call + k)) return;
  const int64_t read = 2 * p->size * (int64_t)sizeof(real), most = LONGEST_CALL / (p->size + 1);
  if (read > 2 * CACHE && rows > CHUNK) // so that Ctrl-C works between two calls
    rows = most > rows ? rows : most > CHUNK ? most : CHUNK;
  plan->chunk_rows = 1;
  const int64_t row = lay_out_rows(p, d, plan, buffer, keep) + 1;
  const int64_t fitting = (read > 2 * CACHE ? read : CACHE) / row;
  plan->chunk_rows = (int32_t)(fitting >= rows   ? rows
                               : fitting > LEAST ? fitting
                               : LEAST < rows    ? LEAST
                                                 : rows);
}

static int build(const Program *p, const Request *r, Draft *d, Plan *plan, int32_t *step) {
  int error = FN(draft)(p, r, d, step);
  if (error) return error;
  const int32_t V = p->values;
  Lifetime *buffer = calloc(2 * V, sizeof(Lifetime));
  int64_t *total = calloc(4 * V, sizeof(int64_t)), *part = total + 2 * V;
  plan->attr = calloc(d->attrs + 1, sizeof(double));
  if (!buffer || !total || !plan->attr) error = NO_MEMORY;
  if (!error) {
    memcpy(plan->attr, p->attr, d->attrs * sizeof(double));
    plan->rows = r->rows, plan->theta = p->size, plan->parameters = p->parameters;
    // the longest shard of any batch with at most this many rows
    const int64_t even = (r->rows + MAX_SHARDS - 1) / MAX_SHARDS;
    plan->shard_rows = (int32_t)(r->rows < 128 ? r->rows : even > 128 ? even : 128);
    plan->threads = r->threads < 1 ? 1 : r->threads > MAX_THREADS ? MAX_THREADS : r->threads;
    plan->trains = d->train, plan->row_work = FN(row_work)(p, d->train);
    blocks(d, plan);
    plan->row_inputs = d->row_inputs;
    fit_cache(p, d, plan, buffer, r->keep);
    plan->arena = lay_out_rows(p, d, plan, buffer, r->keep);
    lay_out_shared(p, d, plan, total);
    error = lay_out_sums(p, d, plan, total, part);
    lay_out_lasting(p, d, plan, buffer);
    const Layout layout = {p, d, buffer, total, part};
    if (!error) error = make_calls(&layout, plan);
    if (!error) error = inputs(p, r, d, plan, buffer, total);
    if (!error) error = update(p, r, plan, total);
    if (!error) join_sums(plan);
    for (int32_t c = 0; c < d->calls && !p->value[p->output].shared; c++)
      if (d->call[c].time > 1) error = NOT_SUPPORTED; // predict computes each row alone
    plan->loss = p->value[p->output].shared ? total[p->output] : -1;
    const Value *out = p->value + p->output;
    plan->output =
        (RowInput){0, (int32_t)out->size, out->index, 0, stride_of(out), buffer[p->output].offset};
    plan->output_arg = -1;
    for (int32_t k = 0; k < d->row_inputs; k++)
      // the output of a network without steps is its input
      if (d->row_input[k] == p->output) plan->output_arg = k;
  }
  free(buffer), free(total);
  return error;
}

Plan *FN(bind)(const Request *r, Trouble *t) {
  Program p;
  Draft d = {0};
  int32_t step = -1;
  *t = (Trouble){FN(read_program)(&p, r->program, r->program_bytes), A_PROGRAM, 0};
  Plan *plan = t->code ? 0 : calloc(1, sizeof(Plan));
  if (!t->code && !plan) t->code = NO_MEMORY;
  if (plan) FN(open_pool)();
  if (!t->code && FN(check_read)(&p, r, t)) {
    t->code = r->wanted ? FINE : FN(into_weights)(&p);
    if (!t->code) t->code = build(&p, r, &d, plan, &step);
    if (!t->code) t->code = FN(prepare)(plan);
    if (step >= 0) t->what = A_STEP, t->at = step;
  }
  FN(free_draft)(&d);
  FN(free_program)(&p);
  if (t->code && plan) FN(release)(plan), plan = 0;
  return plan;
}
