// Decide when each step runs, forward and backward. A call that runs once has an even time 2k; a
// call on the shards of phase k has the time 2k + 1. A value that is summed over shards is complete
// at the time after its phase.
#include <stdlib.h>
#include "draft.h"

// ready, d_ready: the time when a value, or its gradient, is complete. to_come: how many
// contributions a gradient still waits for; from_rows: how many of them come from shards. given:
// bits, the inputs of each step that have received their gradients from it.
typedef struct {
  int32_t *ready, *d_ready, *to_come, *from_rows;
  uint8_t *wanted, *reached, *given;
} Times;

static int32_t later(int32_t a, int32_t b) {
  return a > b ? a : b;
}

static int32_t time_of(const Step *s, int32_t earliest) {
  return earliest + (earliest % 2 != (s->kind != ONCE));
}

// dL/dD = dL and dl = dL c: the gradients of the last steps of a Program do not need L.
static int is_last(const Step *s) {
  return s->ours && !s->outside &&
         (FN(named)("weighted_sum", s->name, s->name_length) ||
          FN(named)("penalise", s->name, s->name_length));
}

static DraftCall *new_call(Draft *d, const Step *s, Kernel run, int32_t time) {
  DraftCall *c = d->call + d->calls;
  *c = (DraftCall){run, s, time, 0, d->calls, 0, {{0}}};
  d->calls++;
  return c;
}

static void argue(DraftCall *c, int32_t value, int gradient, int written) {
  c->argument[c->count++] = (Argument){value, (int8_t)gradient, (int8_t)written, 0, 0};
}

static void leaf(Draft *d, int32_t b, int32_t time) {
  const int32_t phase = time / 2;
  if (d->leaf_last[b] < 0 || phase < d->leaf_first[b]) d->leaf_first[b] = phase;
  if (phase > d->leaf_last[b]) d->leaf_last[b] = phase;
}

// A step outside of C may have no gradient: then no gradient flows through it.
static int has_gradient(const Step *s) {
  return !s->outside || s->outside & 2;
}

static void forward(const Program *p, Draft *d, Times *t) {
  for (int32_t i = 0; i < p->steps; i++) {
    Step *s = p->step + i;
    int32_t time = 0;
    for (int32_t k = 0; k < s->inputs; k++) time = later(time, t->ready[s->input[k]]);
    time = time_of(s, time);
    DraftCall *c = new_call(d, s, s->outside ? FN(visit) : s->twin->forward, time);
    argue(c, s->output, 0, 1);
    for (int32_t k = 0; k < s->inputs; k++) argue(c, s->input[k], 0, 0);
    t->ready[s->output] = s->kind == REDUCTION ? time + 1 : time;
    if (s->kind == REDUCTION) leaf(d, s->output, time);
    for (int32_t k = 0; k < s->inputs; k++) t->wanted[s->output] |= t->wanted[s->input[k]];
  }
}

static void backward(const Program *p, Draft *d, Times *t, const Step *s, int deferred,
                     int inputs) {
  const int32_t V = p->values;
  int32_t time = t->d_ready[s->output];
  if (!is_last(s)) {
    time = later(time, t->ready[s->output]);
    for (int32_t k = 0; k < s->inputs; k++) time = later(time, t->ready[s->input[k]]);
  } else { // its gradient reads the rows, the weights and the λ
    for (int32_t k = 0; k < s->inputs; k++)
      if (!p->value[s->input[k]].shared) time = later(time, t->ready[s->input[k]]);
  }
  for (int32_t k = 0; k < s->inputs; k++) // after the contributions of the shards
    if (inputs >> k & 1 && (deferred || (s->kind == ONCE && d->leaf_last[V + s->input[k]] >= 0)))
      time = later(time, t->d_ready[s->input[k]]);
  time = time_of(s, time);
  DraftCall *c = new_call(d, s, s->outside ? FN(visit) : s->twin->backward, time);
  argue(c, s->output, 1, 0);
  argue(c, s->output, 0, 0);
  for (int32_t k = 0; k < s->inputs; k++) argue(c, s->input[k], 0, 0);
  for (int32_t k = 0; k < s->inputs; k++) {
    const int32_t i = s->input[k];
    if (!(inputs >> k & 1)) { // not wanted, or another call computes it
      argue(c, -1, 1, 0);
      continue;
    }
    argue(c, i, 1, 1);
    const int summed = p->value[i].shared && s->kind != ONCE;
    if (summed) leaf(d, V + i, time);
    t->d_ready[i] = later(t->d_ready[i], summed ? time + 1 : time);
  }
}

// A step that runs once and gives gradients only to parameters (a penalty) can wait until the sums
// over shards are complete.
static int can_wait(const Program *p, const Times *t, const Step *s) {
  if (s->kind != ONCE) return 0;
  for (int32_t k = 0; k < s->inputs; k++)
    if (t->wanted[s->input[k]] && p->value[s->input[k]].role != PARAMETER) return 0;
  return 1;
}

static int is_active(const Times *t, const Step *s) {
  int any = 0;
  for (int32_t k = 0; k < s->inputs; k++) any |= t->wanted[s->input[k]];
  return any && t->reached[s->output] && has_gradient(s);
}

// Return the inputs (bits) that can get their gradients from s now. The gradient of its output must
// be complete; a step that runs once adds after the shards.
static int ready_inputs(const Program *p, const Times *t, const Step *s) {
  int all = 0;
  for (int32_t k = 0; k < s->inputs && !t->to_come[s->output]; k++)
    if (t->wanted[s->input[k]] && (s->kind != ONCE || !t->from_rows[s->input[k]])) all |= 1 << k;
  return all & ~t->given[s - p->step];
}

// Count the contributions that the gradients of these inputs of s wait for: by = 1 if s will give
// one, -1 if s has given it.
static void expect(Times *t, const Step *s, int inputs, int by) {
  for (int32_t k = 0; k < s->inputs; k++)
    if (inputs >> k & 1)
      t->to_come[s->input[k]] += by, t->from_rows[s->input[k]] += s->kind != ONCE ? by : 0;
}

// Find the gradients that L can reach, from the last step to the first.
static void reach(const Program *p, Times *t) {
  t->reached[p->output] = 1;
  for (const Step *s = p->step + p->steps - 1; s >= p->step; s--)
    for (int32_t k = 0; k < s->inputs && is_active(t, s); k++)
      if (t->wanted[s->input[k]]) t->reached[s->input[k]] = 1;
}

// Plan the gradients from the last step to the first. A step that must wait gets its turn in a
// later round, and some of its inputs may get their gradients before the others.
static int all_backward(const Program *p, Draft *d, Times *t, int32_t *failed) {
  reach(p, t);
  for (const Step *s = p->step; s < p->step + p->steps; s++)
    for (int32_t k = 0; k < s->inputs && is_active(t, s); k++)
      expect(t, s, t->wanted[s->input[k]] << k, 1);
  for (int32_t pass = 0; pass < 2; pass++) // pass 1: the steps that can wait
    for (int32_t waiting = 1, moved = 1; waiting;) {
      if (!moved) return NOT_SUPPORTED;
      waiting = moved = 0;
      for (int32_t i = p->steps - 1; i >= 0; i--) {
        const Step *s = p->step + i;
        if (!is_active(t, s) || can_wait(p, t, s) != pass) continue;
        if (!s->outside && !s->twin->backward) return *failed = i, NO_TWIN;
        const int inputs = ready_inputs(p, t, s);
        if (inputs) backward(p, d, t, s, pass, inputs), moved = 1;
        t->given[i] |= inputs;
        expect(t, s, inputs, -1);
        for (int32_t k = 0; k < s->inputs; k++)
          waiting |= t->wanted[s->input[k]] && !(t->given[i] >> k & 1);
      }
    }
  return FINE;
}

static int by_time(const void *a, const void *b) {
  const DraftCall *x = a, *y = b;
  return x->time != y->time   ? x->time - y->time
         : x->fold != y->fold ? x->fold - y->fold
                              : x->order - y->order;
}

// Decide which call writes a gradient first; the others add to it. A call that runs once adds to
// the sums of the shards.
static void first_contributions(const Program *p, Draft *d, uint8_t *seen) {
  for (int32_t c = 0; c < d->calls; c++)
    for (int32_t k = 0; k < d->call[c].count; k++) {
      Argument *a = d->call[c].argument + k;
      if (a->value < 0 || !a->gradient || !a->written) continue;
      a->add = seen[a->value];
      seen[a->value] = 1;
    }
  (void)p;
}

// Return 1 if c is the forward call of a loss, and `last` is its gradient in the same phase.
static int ends_with_gradient(const DraftCall *c, const DraftCall *last) {
  const Twin *twin = c->step->twin;
  return twin && c->run == twin->forward && last->step == c->step && last->run == twin->backward &&
         last->time == c->time;
}

// Join a loss and the calls that follow it in training into one call: weighted_sum (unless it is
// folded), the gradient of weighted_sum, and the gradient of the loss. All their rows stay in
// memory until the last of them.
static void join_losses(Draft *d) {
  for (DraftCall *c = d->call, *end = c + d->calls; c + 2 < end; c++) {
    if (c + 3 < end && ends_with_gradient(c, c + 3) && c->step->twin->at_once &&
        c[1].run == OP(weighted_sum) && c[2].run == OP(weighted_sum_backward) &&
        c[1].step->input[0] == c->step->output) {
      c->run = c->step->twin->at_once;
      c[1].run = c[2].run = c[3].run = 0;
    } else if (ends_with_gradient(c, c + 2) && c->step->twin->and_gradient &&
               c[1].run == OP(weighted_sum_backward) && c[1].step->input[0] == c->step->output) {
      c->run = c->step->twin->and_gradient;
      c[1].run = c[2].run = 0;
    }
  }
}

static int row_inputs(const Program *p, Draft *d) {
  for (int32_t k = 0; k < p->inputs; k++) {
    const Input *in = p->input + k;
    if (p->value[in->value].shared) continue;
    if (d->row_inputs == MAX_DATA) return TOO_LARGE;
    d->what[d->row_inputs] = FN(named)("c", in->name, in->length)     ? WEIGHT
                             : FN(named)("row", in->name, in->length) ? NUMBER
                                                                      : GATHER;
    d->row_input[d->row_inputs++] = in->value;
  }
  return FINE;
}

static int schedule(const Program *p, const Request *r, Draft *d, Times *t, uint8_t *seen,
                    int32_t *failed) {
  for (int32_t i = 0; i < p->values && r->wanted; i++)
    t->wanted[i] = r->wanted[i] && p->value[i].role == PARAMETER;
  d->train = r->wanted != 0;
  int error = row_inputs(p, d);
  if (!error) forward(p, d, t);
  if (!error && d->train) error = all_backward(p, d, t, failed);
  if (error) return error;
  error = FN(fuse)(p, d);
  const int64_t work = FN(row_work)(p, d->train);
  if (!error && (FN(shards)(r->rows) > 1 || FN(useful_threads)(work, r->rows, r->threads) > 1))
    error = FN(fold)(p, d);
  if (error) return error;
  qsort(d->call, d->calls, sizeof(DraftCall), by_time);
  first_contributions(p, d, seen);
  join_losses(d);
  FN(join_dx)(d);
  d->phases = d->calls ? d->call[d->calls - 1].time / 2 + 1 : 0;
  for (int32_t c = 0; c < d->calls; c++) d->arguments += d->call[c].count;
  for (int32_t i = 0; i < p->steps; i++) d->attrs += p->step[i].attrs;
  return FINE;
}

int FN(draft)(const Program *p, const Request *r, Draft *d, int32_t *failed) {
  const int32_t V = p->values;
  Times t = {.ready = calloc(4 * V, sizeof(int32_t)), .wanted = calloc(3 * V + p->steps, 1)};
  d->leaf_first = calloc(6 * V, sizeof(int32_t));
  d->lasting = calloc(2 * V, 1);
  d->hole = calloc(2 * V + 1, sizeof(Hole));
  d->call = calloc((2 + MAX_INPUTS) * p->steps + 1, sizeof(DraftCall));
  int error = NO_MEMORY;
  if (t.ready && t.wanted && d->leaf_first && d->lasting && d->hole && d->call) {
    t.d_ready = t.ready + V, t.to_come = t.d_ready + V, t.from_rows = t.to_come + V;
    t.reached = t.wanted + V, t.given = t.wanted + 3 * V;
    d->leaf_last = d->leaf_first + 2 * V, d->folded = d->leaf_last + 2 * V;
    for (int32_t b = 0; b < 6 * V; b++) d->leaf_first[b] = -1;
    error = schedule(p, r, d, &t, t.wanted + 2 * V, failed);
  }
  free(t.ready), free(t.wanted);
  return error;
}

void FN(free_draft)(Draft *d) {
  free(d->leaf_first), free(d->lasting), free(d->hole), free(d->call);
}
