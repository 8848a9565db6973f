// An image of C channels, places of a kernel in it, F numbers at each place: the sizes and steps of
// a convolution.
#ifndef CHAINRULE_CONVOLVE_SHAPE_H
#define CHAINRULE_CONVOLVE_SHAPE_H
#include "convolve_product.h"
#include "kernels/fits.h"

typedef struct {
  long H, W, C;                      // the image
  long kh, kw;                       // the kernel
  long high, wide, F;                // its places, and the numbers at each place
  long groups, each, own;            // of a group: channels of the image, numbers at a place
  long cell, channel, number, group; // steps in W from one cell, channel, number, group to the next
  long dh, dw, top, left, sh, sw;    // dilation, padding, stride
} Shape;

// Axis 0, 1 or 2 of an image; a sequence is an image one pixel high.
INLINE long at_axis(const Array *v, int i) {
  return v->ndim == 3 ? v->shape[i] : i == 0 ? 1 : v->shape[i - 1];
}

// W is (k, k, each, F of the places); transposed: (k, k, own, F of the image).
INLINE Shape shape_of(const Array *image, const Array *places, const Array *W, int transposed) {
  const long inner = W->shape[W->ndim - 2], outer = W->shape[W->ndim - 1];
  Shape s = {.H = at_axis(image, 0),
             .W = at_axis(image, 1),
             .C = at_axis(image, 2),
             .kh = W->ndim == 4 ? W->shape[0] : 1,
             .kw = W->shape[W->ndim - 3],
             .high = at_axis(places, 0),
             .wide = at_axis(places, 1),
             .F = at_axis(places, 2),
             .dh = 1,
             .dw = 1,
             .sh = 1,
             .sw = 1,
             .cell = inner * outer};
  s.groups = (transposed ? s.F : s.C) / inner;
  s.each = s.C / s.groups, s.own = s.F / s.groups;
  s.channel = transposed ? 1 : outer, s.number = transposed ? outer : 1, s.group = outer / s.groups;
  return s;
}

// attr: dilation, padding, size (of a transposed convolution alone), stride.
INLINE void read_attributes(Shape *s, int axes, const double *attr, int transposed) {
  const double *padding = attr + axes, *size = padding + 2 * axes;
  const double *stride = transposed ? size + axes : size;
  s->dw = (long)attr[axes - 1], s->left = (long)padding[2 * axes - 2],
  s->sw = (long)stride[axes - 1];
  if (axes == 2) s->dh = (long)attr[0], s->top = (long)padding[0], s->sh = (long)stride[0];
}

// Return 1 if an image, its places and a kernel W fit each other. attr: dilation, padding, (size,)
// stride.
static inline int convolution_fits(const Array *image, const Array *places, const Array *W,
                                   int32_t count, const double *attr, int transposed) {
  const int axes = W->ndim - 2;
  if (axes < 1 || axes > 2 || image->ndim != axes + 1 || places->ndim != axes + 1) return 0;
  if (count != (transposed ? 5 : 4) * axes) return 0;
  const double *padding = attr + axes, *size = padding + 2 * axes, *stride = attr + count - axes;
  if (!all_whole(attr, axes, 1, MOST_PIXELS) || !all_whole(padding, 2 * axes, 0, MOST_PIXELS))
    return 0;
  if (!all_whole(stride, axes, 1, MOST_PIXELS)) return 0;
  double area = image->shape[axes], met = area; // of the scratch: see padded_limit, met_high
  for (int d = 0; d < axes; d++) {
    const int64_t cells = W->shape[d], here = image->shape[d],
                  whole = here + (int64_t)padding[2 * d] + (int64_t)padding[2 * d + 1];
    if (transposed && size[d] != here) return 0;
    const int64_t span = (int64_t)attr[d] * (cells - 1) + 1;
    if (places->shape[d] != places_in(whole, span, (int64_t)stride[d])) return 0;
    area *= (here > places->shape[d] ? here : places->shape[d]) + cells, met *= whole;
  }
  // the channels, in groups of `each`, and the filters of each group
  const int32_t C = image->shape[axes], F = places->shape[axes], in = transposed ? F : C,
                out = transposed ? C : F, each = W->shape[axes];
  return area < INT32_MAX && met < 0x1p40 && W->shape[axes + 1] == out && in % each == 0 &&
         out % (in / each) == 0;
}

INLINE long terms_of(const Shape *s) {
  return s->kh * s->kw * s->each;
}

INLINE long whole_panels(long n) {
  return parts_of(n, PANEL) * PANEL;
}

// The lines and columns that the kernel meets at all of its places, with those of the padding.
INLINE long met_high(const Shape *s) {
  return (s->high - 1) * s->sh + (s->kh - 1) * s->dh + 1;
}

INLINE long met_wide(const Shape *s) {
  return (s->wide - 1) * s->sw + (s->kw - 1) * s->dw + 1;
}

INLINE int has_padding(const Shape *s) {
  return s->top || s->left || met_high(s) > s->H || met_wide(s) > s->W;
}

#endif
