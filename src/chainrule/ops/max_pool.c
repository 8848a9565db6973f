// Twin of max_pool.py.
#include "windows.h"

// NaN if one is NaN; without a branch.
INLINE real maximum(real a, real b) { return (b > a) | (b != b) ? b : a; }

// Scratch: the largest numbers of some rows of the image, and a block; or for each window of a line, which cell is the largest.
long OP(max_pool_work)(long rows, const Array *a) {                           // h, x
  (void)rows;
  const long line = (long)a[1].shape[1] * a[1].shape[2] + LANES, cells = a[0].shape[1] * blocks_of(a[1].shape[2]) * LANES;
  return line > cells ? line : cells;
}

// The largest of `height` rows, column by column.
static void largest_of_rows(Windows v, const real *top, real *work) {
  const long line = v.W * v.C;
  if (v.height == 1) {
    for (long k = 0; k < line; k++) work[k] = top[k];
  } else {
    INDEPENDENT for (long k = 0; k < line; k++) work[k] = maximum(top[k], top[line + k]);
  }
  for (long r = 2; r < v.height; r++) {
    INDEPENDENT for (long k = 0; k < line; k++) work[k] = maximum(work[k], top[r * line + k]);
  }
}

// One line of windows; `width` is a constant where it is 2.
INLINE void largest_of_columns(Windows v, long width, const real *work, real *h, const real *end) {
  const long C = v.C, B = blocks_of(C);
  for (long j = 0; j < v.columns; j++)
    for (long b = 0; b < B; b++) {
      const long c = block_start(C, b);
      const real *cell = work + j * v.across * C + c;
      real *p = h + j * C + c, m[LANES];
      EACH_LANE(l) m[l] = cell[l];
      for (long q = 1; q < width; q++)
        EACH_LANE(l) m[l] = maximum(m[l], cell[q * C + l]);
      if (end - p >= LANES) put(p, end, 1, m);
      else put(p, end, 0, m);
    }
}

void OP(max_pool)(long rows, const Array *a, const double *attr) {            // h, x, work
  const Windows v = windows(a[1], a[0], attr[0], attr[1], attr[2], attr[3]);
  real *work = a[2].data;
  zero(LANES, work + v.W * v.C);
  for (long n = 0; n < rows; n++) {
    const real *x = row_of(a[1], n);
    real *h = row_of(a[0], n);
    for (long i = 0; i < v.rows; i++) {                                       // h = max(patches(x))
      largest_of_rows(v, x + i * v.down * v.W * v.C, work);
      if (v.width == 2) largest_of_columns(v, 2, work, h + i * v.columns * v.C, h + a[0].size);
      else largest_of_columns(v, v.width, work, h + i * v.columns * v.C, h + a[0].size);
    }
  }
}

// One block of one window: which of its cells, counted row by row, is the first that equals the largest. A NaN is the largest.
INLINE void first_cells(Windows v, long height, long width, const real *x, const real *x_end, const real *h, const real *h_end,
                        int inside, real *first) {
  real largest[LANES], number[LANES], cell[LANES];
  take(h, h_end, inside, largest);
  EACH_LANE(l) number[l] = -1;
  for (long r = height - 1; r >= 0; r--)
    for (long q = width - 1; q >= 0; q--) {
      take(x + (r * v.W + q) * v.C, x_end, inside, cell);
      EACH_LANE(l) number[l] = (cell[l] == largest[l]) | (cell[l] != cell[l]) ? (real)(r * width + q) : number[l];
    }
  EACH_LANE(l) first[l] = number[l];
}

// The same for line i of windows.
INLINE void first_cells_of_line(Windows v, long height, long width, long i, const real *x, const real *h, real *first) {
  const long C = v.C, B = blocks_of(C);
  const real *x_end = x + v.H * v.W * C, *h_end = h + v.rows * v.columns * C;
  for (long j = 0; j < v.columns; j++)
    for (long b = 0; b < B; b++) {
      const long c = block_start(C, b);
      const real *corner = x + (i * v.down * v.W + j * v.across) * C + c, *p = h + (i * v.columns + j) * C + c;
      const long reach = ((height - 1) * v.W + width - 1) * C + LANES;
      real *to = first + (j * B + b) * LANES;
      if (h_end - p >= LANES && x_end - corner >= reach) first_cells(v, height, width, corner, x_end, p, h_end, 1, to);
      else first_cells(v, height, width, corner, x_end, p, h_end, 0, to);
    }
}

// dx of row r of the windows of line i: the first of the largest gets dh, the others 0.
INLINE void give_row(Windows v, long width, long i, long r, const real *dh, const real *first, real *dx, int adding) {
  const long C = v.C, B = blocks_of(C);
  const real *end = dx + v.H * v.W * C, *last = dh + v.rows * v.columns * C;
  for (long j = 0; j < v.columns; j++) {
    real *d = dx + ((i * v.down + r) * v.W + j * v.across) * C, given[LANES], part[LANES];
    for (long b = 0; b < B; b++) {
      const long c = block_start(C, b);
      const real *p = dh + (i * v.columns + j) * C + c, *cell = first + (j * B + b) * LANES;
      if (last - p >= LANES) take(p, last, 1, given);
      else take(p, last, 0, given);
      for (long q = 0; q < width; q++) {
        EACH_LANE(l) part[l] = cell[l] == (real)(r * width + q) ? given[l] : 0;
        if (adding) add_block(d + q * C, C, b, part);
        else if (end - (d + q * C + c) >= LANES) put(d + q * C + c, end, 1, part);
        else put(d + q * C + c, end, 0, part);
      }
    }
    if (!adding) zero_after(v, j, d);
  }
}

INLINE void give(Windows v, long height, long width, const real *dh, const real *h, const real *x, real *dx, int adding, real *first) {
  for (long i = 0; i < v.rows; i++) {
    first_cells_of_line(v, height, width, i, x, h, first);
    for (long r = 0; r < height; r++) give_row(v, width, i, r, dh, first, dx, adding);
    if (!adding) zero_between(v, dx, i);
  }
}

void OP(max_pool_backward)(long rows, const Array *a, const double *attr) {   // dh, h, x, dx, work
  const Windows v = windows(a[2], a[0], attr[0], attr[1], attr[2], attr[3]);
  if (!a[3].data) return;
  for (long n = 0; n < rows; n++) {                                           // dx = fold(dh (1 if patches(x) = h else 0))
    const real *dh = row_of(a[0], n), *h = row_of(a[1], n), *x = row_of(a[2], n);
    real *dx = row_of(a[3], n);
    start_adding(v, a[3], dx);
    if (a[3].add || !apart(v)) give(v, v.height, v.width, dh, h, x, dx, 1, a[4].data);
    else if (v.height == 2 && v.width == 2) give(v, 2, 2, dh, h, x, dx, 0, a[4].data);
    else give(v, v.height, v.width, dh, h, x, dx, 0, a[4].data);
  }
}
