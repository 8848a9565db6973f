// The clips of an update list, on the whole g of a step. A norm is summed in double: blocks of one
// tensor in 16 lanes, then the blocks, then the tensors, each in order. Which thread sums which
// block changes no bit.
#include <stdlib.h>
#include <string.h>
#include "plan.h"

enum { BLOCK = 4096 }; // numbers

typedef struct {
  Clip clip;
  double limit;
  int norms;
} Bound; // norms: 1 if it needs the norms
typedef struct {
  int64_t start, length, block;
} Tensor; // block: the first of its blocks
struct Clipping {
  int32_t clips, tensors;
  Bound *clip;
  Tensor *tensor;
  double *square; // of each block
};

static int64_t blocks(int64_t length) {
  return (length + BLOCK - 1) / BLOCK;
}

// tensors: (start, length) of each. One piece of memory: Clipping | clips | tensors | squares.
int32_t FN(set_clips)(Plan *plan, int32_t count, const char *const *names, const double *limits,
                      const int32_t *tensors, int32_t tensor_count) {
  int64_t all = 0;
  for (int32_t k = 0; k < tensor_count; k++) {
    const int64_t start = tensors[2 * k], length = tensors[2 * k + 1];
    if (start < 0 || length < 0 || start + length > plan->parameters) return NOT_SUPPORTED;
    all += blocks(length);
  }
  const double bytes = sizeof(struct Clipping) + (double)count * sizeof(Bound) +
                       (double)tensor_count * sizeof(Tensor) + (double)all * sizeof(double);
  struct Clipping *c = bytes < (double)(SIZE_MAX / 2) ? malloc((size_t)bytes) : 0;
  if (!c) return NO_MEMORY;
  *c = (struct Clipping){count, tensor_count, (Bound *)(c + 1), 0, 0};
  c->tensor = (Tensor *)(c->clip + count), c->square = (double *)(c->tensor + tensor_count);
  free(plan->clipping);
  plan->clipping = c;
  for (int32_t k = 0, block = 0; k < tensor_count; block += blocks(tensors[2 * k + 1]), k++)
    c->tensor[k] = (Tensor){tensors[2 * k], tensors[2 * k + 1], block};
  for (int32_t k = 0; k < count; k++) {
    const NamedClip *named = FN(clips);
    while (named->name && strcmp(named->name, names[k])) named++;
    if (!named->name) return c->clips = 0, NO_RULE;
    c->clip[k] = (Bound){named->clip, limits[k], named->clip(0, 0, limits[k], (double[2]){0, 0})};
  }
  return FINE;
}

// Sum of g^2 of one block.
static double squares(int64_t n, const real *g) {
  double lane[LANES] = {0};
  int64_t i = 0;
  for (; i + LANES <= n; i += LANES)
    for (int l = 0; l < LANES; l++) lane[l] += (double)g[i + l] * (double)g[i + l];
  for (int l = 0; i < n; i++, l++) lane[l] += (double)g[i] * (double)g[i];
  for (int half = LANES / 2; half > 0; half /= 2)
    for (int l = 0; l < half; l++) lane[l] += lane[l + half];
  return lane[0];
}

// Sum of g^2 of one tensor.
static double sum(const struct Clipping *c, const Tensor *t) {
  double total = 0;
  for (int64_t b = t->block; b < t->block + blocks(t->length); b++) total += c->square[b];
  return total;
}

static int64_t size(const Tensor *t, int64_t b) {
  return t->length - b * BLOCK < BLOCK ? t->length - b * BLOCK : BLOCK;
}

static void sum_blocks(const struct Clipping *c, const real *g, int32_t thread, int32_t threads) {
  for (const Tensor *t = c->tensor; t < c->tensor + c->tensors; t++)
    for (int64_t b = thread; b < blocks(t->length); b += threads)
      c->square[t->block + b] = squares(size(t, b), g + t->start + b * BLOCK);
}

static void clip_blocks(const struct Clipping *c, const Bound *clip, real *g, int32_t thread,
                        int32_t threads) {
  double square[2] = {0, 0}; // of one tensor, of all
  for (const Tensor *t = c->tensor; clip->norms && t < c->tensor + c->tensors; t++)
    square[1] += sum(c, t);
  for (const Tensor *t = c->tensor; t < c->tensor + c->tensors; t++) {
    if (clip->norms) square[0] = sum(c, t);
    for (int64_t b = thread; b < blocks(t->length); b += threads)
      clip->clip(size(t, b), g + t->start + b * BLOCK, clip->limit, square);
  }
}

// Called by all threads: each has its share of the blocks.
void FN(clip)(Team *team, const Context *context) {
  const struct Clipping *c = team->plan->clipping;
  const int32_t thread = context->thread;
  real *g = (real *)team->plan->memory;
  for (const Bound *clip = c->clip; clip < c->clip + c->clips; clip++) {
    if (clip->norms) {
      sum_blocks(c, g, thread, team->threads);
      FN(barrier)(team, context);
    }
    clip_blocks(c, clip, g, thread, team->threads);
    FN(barrier)(team, context);
  }
}
