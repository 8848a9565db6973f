// Checks for `OP(name_fits)`: what a pattern of shapes cannot say of a twin's inputs and numbers.
#ifndef CHAINRULE_FITS_H
#define CHAINRULE_FITS_H
#include "native.h"

// Return 1 if all of these are whole numbers from `low` to `high`.
static inline int all_whole(const double *number, int32_t count, double low, double high) {
  for (int32_t k = 0; k < count; k++) {
    // a NaN is not in the range
    if (!(number[k] >= low && number[k] <= high)) return 0;
    if (number[k] != (double)(int64_t)number[k]) return 0;
  }
  return 1;
}

// Return 1 if two values have equal shapes, the axis of rows left out.
static inline int same_shape(const Array *a, const Array *b) {
  if (a->ndim != b->ndim) return 0;
  for (int32_t d = 0; d < a->ndim; d++)
    if (a->shape[d] != b->shape[d]) return 0;
  return 1;
}

// Return how many windows of `span` numbers, `stride` apart, lie in `size` numbers; 0: none does.
static inline int64_t places_in(int64_t size, int64_t span, int64_t stride) {
  return size < span ? 0 : (size - span) / stride + 1;
}

enum { MOST_PIXELS = 1 << 24 }; // of a stride, a window, a padding
#endif
