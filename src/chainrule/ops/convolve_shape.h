// An image of C channels, places of a kernel in it, F numbers at each place: the sizes and steps of
// a convolution.
#ifndef CHAINRULE_CONVOLVE_SHAPE_H
#define CHAINRULE_CONVOLVE_SHAPE_H
#include "convolve_product.h"

typedef struct {
  long H, W, C, kh, kw, high, wide, F; // the image, the kernel, its places, numbers at each place
  long groups, each, own;              // of a group: channels of the image, numbers at a place
  long cell, channel, number, group; // steps in W from one cell, channel, number, group to the next
  long dh, dw, top, left, sh, sw;    // dilation, padding, stride
} Shape;

INLINE long at_axis(const Array *v, int i) {
  return v->ndim == 3 ? v->shape[i] : i == 0 ? 1 : v->shape[i - 1];
}

// A sequence is an image one pixel high. transposed: W is (k, k, own, F of the image) instead of
// (k, k, each, F of the places).
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

// attr: dilation, padding, (size,) stride
INLINE void read_attributes(Shape *s, int axes, const double *attr, int transposed) {
  const double *padding = attr + axes, *stride = padding + 2 * axes + (transposed ? axes : 0);
  s->dw = (long)attr[axes - 1], s->left = (long)padding[2 * axes - 2],
  s->sw = (long)stride[axes - 1];
  if (axes == 2) s->dh = (long)attr[0], s->top = (long)padding[0], s->sh = (long)stride[0];
}

INLINE long terms_of(const Shape *s) {
  return s->kh * s->kw * s->each;
}
INLINE long whole_panels(long n) {
  return (n + PANEL - 1) / PANEL * PANEL;
}

INLINE int has_padding(const Shape *s) {
  const long last_row = (s->high - 1) * s->sh + (s->kh - 1) * s->dh,
             last = (s->wide - 1) * s->sw + (s->kw - 1) * s->dw;
  return s->top || s->left || last_row >= s->H || last >= s->W;
}

// The pixels that the kernel meets at any place, those of the padding among them.
INLINE long met_high(const Shape *s) {
  return (s->high - 1) * s->sh + (s->kh - 1) * s->dh + 1;
}
INLINE long met_wide(const Shape *s) {
  return (s->wide - 1) * s->sw + (s->kw - 1) * s->dw + 1;
}
#endif
