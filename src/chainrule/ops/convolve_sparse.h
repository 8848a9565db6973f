// The gradients of a convolution where most of dz is 0, as it is behind a max-pool: a list of what
// is not 0, and no other term. A sum has its terms in the order that it has without the list, so
// the bits are the same (a 0 may have another sign).
#ifndef CHAINRULE_CONVOLVE_SPARSE_H
#define CHAINRULE_CONVOLVE_SPARSE_H
#include "convolve_shape.h"

typedef struct {
  real value;
  integer at;
} Term;

// A kernel row is so many vectors: the last one may reach beyond it. A line has them all, a line
// for each filter.
typedef struct {
  const Shape *s;
  long vectors, line;
  real *W, *dW;
  // (value, filter) of each place; (value, corner of its patch) of each filter
  Term *by_place, *by_filter;
  integer *begin, *count; // where the terms of a place begin; how many a filter has
  long terms;
} Sparse;

long FN(sparse_work)(const Shape *s);
Sparse FN(sparse)(const Shape *s, real *work);

// Whether the kernel's rows lie in one piece, and there is anything to gain with so few numbers in
// the dz of one image.
int FN(is_sparse)(const Shape *s, const real *dz);
int FN(are_finite)(long n, const real *x); // else 0 times one of them is not 0

void FN(sparse_list)(Sparse *p, const real *dz, long row); // row: from one of the image to the next

// W, dW between their own layout and lines.
void FN(lines_of_filters)(const Sparse *p, const real *W, real *lines);
void FN(filters_of_lines)(const Sparse *p, const real *lines, real *W);

// image += fold(dz W'), dW += patches(image)' dz. The image has its padding, and room for a vector
// behind it.
void FN(sparse_spread)(const Sparse *p, real *image);
void FN(sparse_weights)(const Sparse *p, const real *image, long row);
#endif
