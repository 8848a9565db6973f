// Find memory for buffers that live at different times. Each buffer takes the lowest hole that is
// large enough, and leaves a hole. There are few holes: the backward pass first leaves what the
// forward pass took last.
#include <string.h>
#include "draft.h"

// The holes are sorted by offset, no two of them are neighbors, and the last one has no end.
void FN(take)(Draft *d, Lifetime *b, int64_t *top) {
  Hole *hole = d->hole;
  while (hole->to - hole->from < b->size) hole++;
  b->offset = hole->from;
  hole->from += b->size;
  if (hole->from > *top) *top = hole->from;
  if (hole->from < hole->to) return;
  d->holes--;
  memmove(hole, hole + 1, (d->hole + d->holes - hole) * sizeof(Hole));
}

void FN(leave)(Draft *d, const Lifetime *b) {
  const int64_t from = b->offset, to = from + b->size;
  Hole *hole = d->hole;
  while (hole->from < from) hole++;
  Hole *before = hole > d->hole && hole[-1].to == from ? hole - 1 : 0;
  if (hole->from == to) {
    hole->from = from;
    if (!before) return;
    before->to = hole->to;
    d->holes--;
    memmove(hole, hole + 1, (d->hole + d->holes - hole) * sizeof(Hole));
  } else if (before) {
    before->to = to;
  } else {
    memmove(hole + 1, hole, (d->hole + d->holes - hole) * sizeof(Hole));
    d->holes++;
    *hole = (Hole){from, to};
  }
}
