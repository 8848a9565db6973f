// Convolution with 2 x 2 max-pooling for images with one channel and kernels of 3 x 3 or 5 x 5
// cells: the first layer for gray images. Its sums are too short for tiles. A pixel is read once
// for all places in a few windows that need it, and the vectors of W stay in registers if there are
// enough of them.
#ifndef CHAINRULE_CONVOLVE_SINGLE_H
#define CHAINRULE_CONVOLVE_SINGLE_H
#include "convolve_tile.h"

typedef Vector Columns[2]; // one vector, or two
#define EACH_PLACE UNROLL for (int place = 0; place < 2 * wide; place++)

// sum += x W for each of the 2 x wide places whose patch contains pixel (i, j). Row-by-row order of
// the pixels is also row-by-row order of the cells at each place.
INLINE void add_pixel(const int side, const int wide, const int vectors, const int i, const int j,
                      real pixel, const Columns *W, Columns *sum) {
  const Vector x = splat(pixel);
  EACH_PLACE {
    const int p = i - place / wide, q = j - place % wide;
    if (p < 0 || p >= side || q < 0 || q >= side) continue;
    EACH_VECTOR sum[place][v] = fused(x, W[p * side + q][v], sum[place][v]);
  }
}

// The same for all windows: row, c_row: steps from one row of the image, and of c, to the next;
// last: columns of the last vector.
typedef struct {
  long row, c_row;
  integer last;
} Sizes;

// Compute wide / 2 windows side by side; their patch starts at x.
INLINE void some_windows(const int side, const int wide, const int vectors, Sizes s, const real *x,
                         const Columns *W, const Vector *start, real *c) {
  Columns sum[8];
  EACH_PLACE EACH_VECTOR sum[place][v] = start[v];
  UNROLL
  for (int i = 0; i < side + 1; i++) UNROLL
  for (int j = 0; j < side + wide - 1; j++)
    add_pixel(side, wide, vectors, i, j, x[i * s.row + j], W, sum);
  EACH_PLACE EACH_VECTOR sum[place][v] = at_least((Vector){0}, sum[place][v]);
  UNROLL
  for (int n = 0; n < wide; n += 2, c += s.c_row) EACH_VECTOR {
      const Vector h = greatest(sum[n][v], sum[n + 1][v], sum[wide + n][v], sum[wide + n + 1][v]);
      if (v < vectors - 1)
        store(c + v * WIDE, h);
      else
        store_up_to(c + v * WIDE, s.last, h);
    }
}

// Compute all windows for the columns from j on. Windows that give eight sums are computed
// together: each sum must wait only for its own terms.
INLINE void columns_of_windows(const int side, const int vectors, const ConvolveProduct *p,
                               long j) {
  const int wide = 4 / vectors, together = wide / 2;
  const integer last = (integer)smaller_of(WIDE, p->columns - j - (vectors - 1) * WIDE);
  const Level lines = p->rows->level[1], windows = p->rows->level[2];
  const Sizes s = {p->cell[2], p->c_row, last};
  const real *at = p->a, *b = p->b + j / PANEL * p->panel;
  real *c = p->c + j;
  Columns start, W[25];
  EACH_VECTOR {
    start[v] = p->start ? convolve_read(vectors, v, p->start + j, last) : (Vector){0};
    UNROLL
    for (int k = 0; k < side * side; k++)
      W[k][v] = load(b + k / side * p->b_step[0] + k % side * p->b_step[2] + v * WIDE);
  }
  for (long i = 0; i < lines.count; i++, at += lines.step) {
    long n = 0;
    for (; n + together <= windows.count; n += together, c += together * s.c_row)
      some_windows(side, wide, vectors, s, at + 2 * n, W, start, c);
    for (; n < windows.count; n++, c += s.c_row)
      some_windows(side, 2, vectors, s, at + 2 * n, W, start, c);
  }
}

static void single_channel(const ConvolveProduct *p) {
  const int three = p->terms->level[0].count == 3;
  for (long j = 0; j < p->columns; j += PANEL) {
    const int two = p->columns - j > WIDE;
    if (three && two)
      columns_of_windows(3, 2, p, j);
    else if (three)
      columns_of_windows(3, 1, p, j);
    else if (two)
      columns_of_windows(5, 2, p, j);
    else
      columns_of_windows(5, 1, p, j);
  }
}
#endif
