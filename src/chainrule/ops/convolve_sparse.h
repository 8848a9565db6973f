// The gradients of a convolution if most of dz is 0, as before a max-pool: the terms that are not 0
// are listed, and only these are added. A sum keeps the order of its terms, so the bits are the
// same (a 0 may have another sign).
#ifndef CHAINRULE_CONVOLVE_SPARSE_H
#define CHAINRULE_CONVOLVE_SPARSE_H
#include "convolve_shape.h"

typedef struct {
  real value;
  integer at;
} Term;

// W and dW are in lines, one for each filter: all its kernel rows, each of them in whole vectors.
typedef struct {
  const Shape *s;
  long vectors, line; // of a kernel row; numbers of a line
  real *W, *dW;
  Term *by_place, *by_filter; // (value, filter) of each place; (value, corner of its patch) of each
                              // filter
  integer *begin, *count;     // where the terms of a place begin; how many a filter has
} Sparse;

long FN(sparse_work)(const Shape *s);
Sparse FN(sparse)(const Shape *s, real *work);

// Return 1 if the rows of the kernel are contiguous, and dz of one image has few enough numbers
// that this is faster.
int FN(is_sparse)(const Shape *s, const real *dz);

// Return 1 if 0 times each of these numbers is 0.
int FN(are_finite)(long n, const real *x);

// List the numbers that are not 0. row: from one row of the image to the next.
void FN(sparse_list)(Sparse *p, const real *dz, long row);

// W or dW from their own layout to lines, and back.
void FN(lines_of_filters)(const Sparse *p, const real *W, real *lines);
void FN(filters_of_lines)(const Sparse *p, const real *lines, real *W);

// image += fold(dz W'), dW += patches(image)' dz. The image has its padding, and room for a vector
// after it.
void FN(sparse_spread)(const Sparse *p, real *image);
void FN(sparse_weights)(const Sparse *p, const real *image, long row);
#endif
