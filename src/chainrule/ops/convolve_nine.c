// The maxima of windows 2 x 2 where each sum has nine terms: the first convolution of a network for grey images. The 18 vectors of
// W and the sums of a window fit 32 registers; each of the 4 x 4 pixels is read once, for all places that it belongs to.
#include "convolve_product.h"

typedef struct { Vector start[2], W[9][2]; } Panel;

#define EACH_VECTOR UNROLL for (int v = 0; v < vectors; v++)
#define EACH_PLACE UNROLL for (int place = 0; place < 4; place++)

// sum += x W of one pixel (i, j) of the patch, for each place (r, q) of the window that sees it: pixels row by row are each place's
// cells row by row.
INLINE void add_pixel(const int vectors, const int i, const int j, const Panel *p, real pixel, Vector sum[4][2]) {
  const Vector x = splat(pixel);
  EACH_PLACE {
    const int r = i - place / 2, q = j - place % 2;
    if (r < 0 || r > 2 || q < 0 || q > 2) continue;
    EACH_VECTOR sum[place][v] = fused(x, p->W[3 * r + q][v], sum[place][v]);
  }
}

// All windows, of up to two vectors of columns from j on.
INLINE void panel_of_windows(const int vectors, const integer last, const ConvolveProduct *p, long j) {
  const Level lines = p->rows->level[1], windows = p->rows->level[2];
  const real *const b = p->b + j / PANEL * p->panel, *at = p->a;
  const long row = p->cell[2], c_row = p->c_row;
  real *c = p->c + j;
  Panel panel;                                   // known to nobody else, it stays in registers
  EACH_VECTOR {
    const real *start = p->start + j + v * WIDE;
    panel.start[v] = !p->start ? (Vector){0} : v < vectors - 1 || last == WIDE ? load(start) : load_first(start, last);
    UNROLL
    for (int k = 0; k < 9; k++) panel.W[k][v] = load(b + k * PANEL + v * WIDE);
  }
  for (long i = 0; i < lines.count; i++, at += lines.step) {
    const real *x = at;
    for (long n = 0; n < windows.count; n++, x += 2, c += c_row) {
      Vector sum[4][2];
      EACH_PLACE EACH_VECTOR sum[place][v] = panel.start[v];
      UNROLL
      for (int k = 0; k < 16; k++) add_pixel(vectors, k / 4, k % 4, &panel, x[k / 4 * row + k % 4], sum);
      EACH_PLACE EACH_VECTOR sum[place][v] = at_least((Vector){0}, sum[place][v]);
      EACH_VECTOR {
        const Vector h = greatest(&sum[0][v], 2);
        if (v < vectors - 1 || last == WIDE) store(c + v * WIDE, h);
        else store_first(c + v * WIDE, last, h);
      }
    }
  }
}

void FN(convolve_nine)(const ConvolveProduct *p) {
  for (long j = 0; j < p->columns; j += PANEL) {
    const integer n = (integer)smaller(PANEL, p->columns - j);
    if (n == PANEL) panel_of_windows(2, WIDE, p, j);
    else if (n > WIDE) panel_of_windows(2, n - WIDE, p, j);
    else panel_of_windows(1, n, p, j);
  }
}
