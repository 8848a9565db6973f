// Join calls with their neighbors, and delay some sums until the end of their phase. No bit
// changes.
#include <stdlib.h>
#include <string.h>
#include "draft.h"

// ---- relu becomes the last pass of the product before it; its gradient becomes the last pass of
// the product that computes da

static const Twin *twin_of(const DraftCall *c) {
  return c && !c->step->outside ? c->step->twin : 0;
}

// last: the last call that writes a value or a gradient, numbered from 1; 0: none. writes: how many
// calls write it. In these two all values come first, then all gradients. reads: how many steps
// read a value. becomes: the value that replaces it; 0: none. mentions: how many arguments name it
// or its gradient. reader: the last call that reads its gradient, numbered from 1; d_reads: how
// many calls do.
typedef struct {
  int32_t *last, *writes, *reads, *becomes, *mentions, *reader, *d_reads;
} Uses;
enum { USES = 9 }; // numbers for each value

static void find_uses(const Program *p, const Draft *d, Uses *u) {
  memset(u->last, 0, USES * (size_t)p->values * sizeof(int32_t));
  for (int32_t c = 0; c < d->calls; c++)
    for (int32_t k = 0; k < d->call[c].count; k++) {
      const Argument *a = d->call[c].argument + k;
      if (a->value >= 0) u->mentions[a->value]++;
      if (a->value >= 0 && a->gradient && !a->written)
        u->reader[a->value] = c + 1, u->d_reads[a->value]++;
      if (a->value < 0 || !a->written) continue;
      u->last[a->value + p->values * a->gradient] = c + 1;
      u->writes[a->value + p->values * a->gradient]++;
    }
  for (const Step *s = p->step; s < p->step + p->steps; s++)
    for (int32_t k = 0; k < s->inputs; k++) u->reads[s->input[k]]++;
  u->reads[p->output]++;
}

static DraftCall *writer(Draft *d, const Uses *u, int32_t b) {
  return u->last[b] ? d->call + u->last[b] - 1 : 0;
}

// Remove `call`: the call that wrote b now writes its result.
static void replace(Uses *u, DraftCall *call, int32_t written, int32_t b) {
  call->order = -1;
  u->last[written] = u->last[b];
}

// z = x W + b, a = relu(z): the product writes a, and its gradient tests a > 0 instead of z > 0.
// The same for z = x + y, and for others that have such a pass.
static void fuse_forward(Draft *d, Uses *u, const Step *relu) {
  DraftCall *product = writer(d, u, relu->input[0]), *call = writer(d, u, relu->output);
  if (!twin_of(product) || !twin_of(product)->then_relu || product->time != call->time) return;
  product->run = product->step->twin->then_relu;
  replace(u, call, relu->output, relu->input[0]);
  u->becomes[relu->input[0]] = relu->output;
}

// da = dz2 W2', dz = da (a > 0): the product that computes da writes dz, if the input of its step
// is a.
static void fuse_backward(const Program *p, Draft *d, Uses *u, const Step *relu) {
  const int32_t da = relu->output + p->values, dz = relu->input[0] + p->values;
  DraftCall *product = writer(d, u, da), *call = writer(d, u, dz);
  if (!twin_of(product) || !call || u->writes[da] != 1 || !twin_of(product)->after_relu ||
      product->time != call->time)
    return;
  if (product->step->input[0] != relu->output) return;
  product->run = product->step->twin->after_relu;
  for (int32_t k = 0; k < product->count; k++)
    if (product->argument[k].value == relu->output && product->argument[k].gradient)
      product->argument[k].value = relu->input[0];
  replace(u, call, dz, da);
}

// z = x + y, a = relu(z): one call computes dx and dy from da, and dz never exists. It is the
// gradient of a call that writes a instead of z.
static void fuse_gradients(const Program *p, Draft *d, Uses *u, const Step *relu) {
  const int32_t z = relu->input[0], a = relu->output, dz = z + p->values;
  DraftCall *call = writer(d, u, dz), *reader = u->reader[z] ? d->call + u->reader[z] - 1 : 0;
  if (u->becomes[z] != a || !call || call->step != relu || call->order < 0) return;
  if (u->writes[dz] != 1 || u->d_reads[z] != 1 || !twin_of(reader)) return;
  if (reader->step->output != z || reader->run != twin_of(reader)->backward ||
      !twin_of(reader)->before_relu || reader->time != call->time)
    return;
  reader->run = twin_of(reader)->before_relu;
  reader->argument[0].value = a;
  replace(u, call, dz, a + p->values);
}

// Drop the removed calls, and put the new values into the arguments of the others.
static void tidy(Draft *d, const Uses *u) {
  int32_t n = 0;
  for (int32_t c = 0; c < d->calls; c++) {
    if (d->call[c].order < 0) continue;
    d->call[n] = d->call[c];
    for (Argument *a = d->call[n].argument; a < d->call[n].argument + d->call[n].count; a++)
      while (a->value >= 0 && !a->gradient && u->becomes[a->value]) a->value = u->becomes[a->value];
    n++;
  }
  d->calls = n;
}

// a = relu(z) of a convolution, h = max(patches(a)), and no gradient reads a: the convolution
// writes h, and a as a whole never exists.
static void fuse_maxima(Draft *d, Uses *u, const Step *pool) {
  const int32_t a = pool->input[0];
  DraftCall *product = writer(d, u, a), *call = writer(d, u, pool->output);
  const Twin *twin = twin_of(product);
  if (!twin || !twin->then_relu_max_pool || product->run != twin->then_relu ||
      product->time != call->time)
    return;
  if (u->reads[a] != 1 || u->mentions[a] != 2 ||
      pool->attr != product->step->attr + product->step->attrs)
    return;
  product->run = twin->then_relu_max_pool;
  product->argument[0].shape_only = 1, product->argument[0].written = 0;
  product->argument[product->count++] = (Argument){pool->output, 0, 1, 0, 0};
  replace(u, call, pool->output, a);
}

int FN(fuse)(const Program *p, Draft *d) {
  const int32_t V = p->values;
  Uses u = {.last = calloc(USES * (size_t)V, sizeof(int32_t))};
  if (!u.last) return NO_MEMORY;
  u.writes = u.last + 2 * V, u.reads = u.writes + 2 * V, u.becomes = u.reads + V,
  u.mentions = u.becomes + V, u.reader = u.mentions + V, u.d_reads = u.reader + V;
  find_uses(p, d, &u);
  for (const Step *s = p->step; s < p->step + p->steps; s++)
    if (s->ours && !s->outside && FN(named)("relu", s->name, s->name_length) && s->kind == ROW &&
        u.reads[s->input[0]] == 1)
      fuse_backward(p, d, &u, s), fuse_forward(d, &u, s), fuse_gradients(p, d, &u, s);
  tidy(d, &u);
  find_uses(p, d, &u);
  for (const Step *s = p->step; s < p->step + p->steps; s++)
    if (s->ours && !s->outside && FN(named)("max_pool", s->name, s->name_length))
      fuse_maxima(d, &u, s);
  tidy(d, &u);
  free(u.last);
  return FINE;
}

// ---- folds: sums that are not computed shard by shard. When the phase is over, one part of dW is
// summed over all shards, then the next part.

static int summed(const Program *p, const Argument *a) {
  return a->value >= 0 && a->written && p->value[a->value].shared;
}

// Find for each sum the call on shards that computes it, numbered from 1; 0: none; SEVERAL: more
// than one call.
enum { SEVERAL = -1 };
static void find_givers(const Program *p, const Draft *d, int32_t *giver) {
  for (int32_t c = 0; c < d->calls; c++)
    for (int32_t k = 0; k < d->call[c].count && d->call[c].time % 2; k++) {
      const Argument *a = d->call[c].argument + k;
      if (!summed(p, a)) continue;
      int32_t *of = giver + a->value + a->gradient * p->values;
      *of = *of == 0 || *of == c + 1 ? c + 1 : SEVERAL;
    }
}

// Return 1 if no other call contributes to the sums of call c.
static int alone(const Program *p, const int32_t *giver, const DraftCall *c, int32_t number) {
  int any = 0;
  for (int32_t k = 0; k < c->count; k++) {
    const Argument *a = c->argument + k;
    if (!summed(p, a)) continue;
    any = 1;
    if (giver[a->value + a->gradient * p->values] != number) return 0;
  }
  return any;
}

int FN(fold)(const Program *p, Draft *d) {
  int32_t *giver = calloc(2 * p->values, sizeof(int32_t));
  if (!giver) return NO_MEMORY;
  find_givers(p, d, giver);
  for (int32_t n = 0, calls = d->calls; n < calls; n++) {
    DraftCall *c = d->call + n, *sums;
    if (c->time % 2 == 0 || !twin_of(c) || !twin_of(c)->fold || !alone(p, giver, c, n + 1))
      continue;
    int rows = 0; // 1 if each shard still computes something: dx
    for (int32_t k = 0; k < c->count; k++)
      rows |= c->argument[k].value >= 0 && c->argument[k].written && !summed(p, c->argument + k);
    sums = rows ? d->call + d->calls : c;
    if (rows) *sums = *c, sums->order = d->calls++;
    sums->fold = 1;
    if (c->argument[0].gradient) sums->argument[1].value = -1; // a fold does not read y
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
  free(giver);
  return FINE;
}
