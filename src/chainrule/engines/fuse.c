// Calls that become one with their neighbours, and sums that wait for the end of their phase. No bit changes.
#include "draft.h"

// ---- relu in the last pass of the product before it, its gradient in the last pass of the product behind it

static const Twin *twin_of(const DraftCall *c) { return c && !c->step->outside ? c->step->twin : 0; }

static int reads(const Program *p, int32_t value) {
  int count = value == p->output;
  for (int32_t i = 0; i < p->steps; i++)
    for (int32_t k = 0; k < p->step[i].inputs; k++) count += p->step[i].input[k] == value;
  return count;
}

static DraftCall *writer(Draft *d, int32_t value, int gradient, int *count) {
  DraftCall *found = 0;
  *count = 0;
  for (int32_t c = 0; c < d->calls; c++)
    for (int32_t k = 0; k < d->call[c].count; k++) {
      const Argument *a = d->call[c].argument + k;
      if (a->value == value && a->gradient == gradient && a->written) found = d->call + c, *count += 1;
    }
  return found;
}

static void rename_value(Draft *d, int32_t from, int32_t to) {
  for (int32_t c = 0; c < d->calls; c++)
    for (int32_t k = 0; k < d->call[c].count; k++)
      if (d->call[c].argument[k].value == from && !d->call[c].argument[k].gradient) d->call[c].argument[k].value = to;
}

static void remove_call(Draft *d, DraftCall *call) {
  d->calls--;
  for (; call < d->call + d->calls; call++) call[0] = call[1];
}

// z = x W + b, a = relu(z): a comes out of the product, and z > 0 is asked of a.
static void fuse_forward(Draft *d, const Step *relu) {
  int count;
  DraftCall *product = writer(d, relu->input[0], 0, &count), *call = writer(d, relu->output, 0, &count);
  if (!twin_of(product) || !twin_of(product)->then_relu || product->time != call->time) return;
  product->run = product->step->twin->then_relu;
  remove_call(d, call);
  rename_value(d, relu->input[0], relu->output);
}

// da = dz2 W2', dz = da (a > 0): dz comes out of the product, whose other factor's input is a.
static void fuse_backward(Draft *d, const Step *relu) {
  int count, any;
  DraftCall *product = writer(d, relu->output, 1, &count), *call = writer(d, relu->input[0], 1, &any);
  if (!twin_of(product) || !call || count != 1 || !twin_of(product)->after_relu || product->time != call->time) return;
  if (product->step->input[0] != relu->output) return;
  product->run = product->step->twin->after_relu;
  for (int32_t k = 0; k < product->count; k++)
    if (product->argument[k].value == relu->output && product->argument[k].gradient) product->argument[k].value = relu->input[0];
  remove_call(d, call);
}

static int mentions(const Draft *d, int32_t value) {
  int count = 0;
  for (int32_t c = 0; c < d->calls; c++)
    for (int32_t k = 0; k < d->call[c].count; k++) count += d->call[c].argument[k].value == value;
  return count;
}

// a = relu(z) of a convolution, h = max(patches(a)), and no gradient asks for a: h comes out of the convolution, a is nowhere whole.
static void fuse_maxima(const Program *p, Draft *d, const Step *pool) {
  const int32_t a = pool->input[0];
  int count;
  DraftCall *product = writer(d, a, 0, &count), *call = writer(d, pool->output, 0, &count);
  const Twin *twin = twin_of(product);
  if (!twin || !twin->then_relu_max_pool || product->run != twin->then_relu || product->time != call->time) return;
  if (reads(p, a) != 1 || mentions(d, a) != 2 || pool->attr != product->step->attr + product->step->attrs) return;
  product->run = twin->then_relu_max_pool;
  product->argument[0].shape_only = 1, product->argument[0].written = 0;
  product->argument[product->count++] = (Argument){pool->output, 0, 1, 0, 0};
  remove_call(d, call);
}

void FN(fuse)(const Program *p, Draft *d) {
  for (const Step *s = p->step; s < p->step + p->steps; s++)
    if (s->ours && !s->outside && FN(named)("relu", s->name, s->name_length) && s->kind == ROW && reads(p, s->input[0]) == 1)
      fuse_backward(d, s), fuse_forward(d, s);
  for (const Step *s = p->step; s < p->step + p->steps; s++)
    if (s->ours && !s->outside && FN(named)("max_pool", s->name, s->name_length)) fuse_maxima(p, d, s);
}

// ---- folds: sums that no shard adds up for itself. All shards of one part of dW are summed before the next part, when the phase is over.

static int summed(const Program *p, const Argument *a) { return a->value >= 0 && a->written && p->value[a->value].shared; }

// Whether this call alone gives each of its sums.
static int alone(const Program *p, const Draft *d, const DraftCall *c) {
  int any = 0;
  for (int32_t k = 0; k < c->count; k++) {
    const Argument *a = c->argument + k;
    if (!summed(p, a)) continue;
    any = 1;
    for (int32_t o = 0; o < d->calls; o++)
      for (int32_t i = 0; i < d->call[o].count && d->call + o != c && d->call[o].time % 2; i++) {
        const Argument *other = d->call[o].argument + i;
        if (summed(p, other) && other->value == a->value && other->gradient == a->gradient) return 0;
      }
  }
  return any;
}

void FN(fold)(const Program *p, Draft *d) {
  for (int32_t n = 0, calls = d->calls; n < calls; n++) {
    DraftCall *c = d->call + n, *sums;
    if (c->time % 2 == 0 || !twin_of(c) || !twin_of(c)->fold || !alone(p, d, c)) continue;
    int rows = 0;                                // what is left for each shard: dx
    for (int32_t k = 0; k < c->count; k++) rows |= c->argument[k].value >= 0 && c->argument[k].written && !summed(p, c->argument + k);
    sums = rows ? d->call + d->calls : c;
    if (rows) *sums = *c, sums->order = d->calls++;
    sums->fold = 1;
    if (c->argument[0].gradient) sums->argument[1].value = -1;       // a fold does not see y
    for (int32_t k = 0; k < c->count; k++) {
      Argument *a = sums->argument + k;
      if (summed(p, a)) {
        const int32_t b = a->value + a->gradient * p->values;
        d->folded[b] = c->time / 2, d->leaf_first[b] = d->leaf_last[b] = -1;
        if (rows) c->argument[k].value = -1;
      } else if (a->value >= 0 && a->written) {
        a->value = -1;
      } else if (a->value >= 0 && !p->value[a->value].shared) {
        d->lasting[a->value + a->gradient * p->values] = 1;
      }
    }
  }
}
