// A tile of a convolution's product in registers, and the walk over all tiles. TALL, NEAR: set
// before this is included.
#ifndef CHAINRULE_CONVOLVE_TILE_H
#define CHAINRULE_CONVOLVE_TILE_H
#include "convolve_product.h"

typedef struct {
  const Walk *terms; // of a, from each row's address on
  const real *row[TALL];
  const real *b;
  long b_step[3];    // one for each of the three steps of `terms`
  long columns;      // at most PANEL; the last vector may have fewer than WIDE of them
  const real *start; // NULL for 0, or a bias
  int onto;          // 1: the sums start with what c holds
  real *c;
  long c_row;
  real *const *place; // NULL, or the address of each row of c, `column` numbers before its first
  long column;
  int relu;
  int over; // the first `over` rows may be stored as whole vectors: what follows is written later
} ConvolveTile;

#define EACH_ROW UNROLL for (int i = 0; i < rows; i++)
#define EACH_VECTOR UNROLL for (int v = 0; v < vectors; v++)

// Vector v of the numbers at p; the last vector has fewer of them.
INLINE Vector convolve_read(const int vectors, int v, const real *p, integer last) {
  return v < vectors - 1 ? load(p + v * WIDE) : load_up_to(p + v * WIDE, last);
}

// Row n of c. apart: 1: the rows have addresses.
INLINE real *line_of(const ConvolveTile *t, const int apart, int n) {
  return apart ? t->place[n] + t->column : t->c + n * t->c_row;
}

INLINE void convolve_store(const int rows, const int vectors, const int windows, const int apart,
                           const ConvolveTile *t, Vector (*sum)[2]) {
  const integer last = (integer)(t->columns - (vectors - 1) * WIDE);
  const int lines = windows ? rows / 4 : rows; // of c
  UNROLL
  for (int n = 0; n < lines; n++) EACH_VECTOR {
      const int i = windows ? 4 * n : n;
      real *to = line_of(t, apart, n) + v * WIDE;
      const Vector out =
          windows ? greatest(sum[i][v], sum[i + 1][v], sum[i + 2][v], sum[i + 3][v]) : sum[i][v];
      if (v < vectors - 1 || last == WIDE || n < t->over)
        store(to, out);
      else
        store_first(to, last, out);
    }
}

// whole: whole vectors of b are read. windows: rows come in fours, the cells of a window, whose
// maxima are stored one after another. All of them are constants wherever this is inlined.
INLINE void convolve_tile(const int rows, const int vectors, const int whole, const int windows,
                          const ConvolveTile *t) {
  const Level *level = t->terms->level;
  const long inner = level[2].count, step = level[2].step, b_step = t->b_step[2];
  const integer last = (integer)(t->columns - (vectors - 1) * WIDE);
  const real *row[TALL];
  Vector sum[TALL + 3][2];
  EACH_ROW row[i] = t->row[i];
  // The other addresses and the steps of the outer loops are read each time: gcc would keep them in
  // vector registers, or in those of the near rows.
  const real *const volatile *far = t->row;
  const volatile Level *outer = level;
  const volatile long *b_outer = t->b_step;
  EACH_ROW EACH_VECTOR sum[i][v] = (Vector){0};
  if (!windows && t->onto && t->place) {
    EACH_ROW EACH_VECTOR sum[i][v] = convolve_read(vectors, v, line_of(t, 1, i), last);
  } else if (!windows && t->onto) {
    EACH_ROW EACH_VECTOR sum[i][v] = convolve_read(vectors, v, line_of(t, 0, i), last);
  } else if (t->start) {
    EACH_VECTOR {
      const Vector all = convolve_read(vectors, v, t->start, last);
      EACH_ROW sum[i][v] = all;
    }
  }
  for (long p = 0; p < outer[0].count; p++)
    for (long q = 0; q < outer[1].count; q++) {
      const real *b = t->b + p * b_outer[0] + q * b_outer[1];
      long at = p * outer[0].step + q * outer[1].step;
      for (long k = inner; k > 0; k--, at += step, b += b_step) {
        Vector y[2];
        EACH_VECTOR y[v] =
            whole || v < vectors - 1 ? load(b + v * WIDE) : load_first(b + v * WIDE, last);
        EACH_ROW {
          const Vector x = splat(i < NEAR ? row[i][at] : far[i][at]);
          EACH_VECTOR sum[i][v] = fused(x, y[v], sum[i][v]); // c += a b
        }
      }
    }
  if (t->relu) {
    EACH_ROW EACH_VECTOR sum[i][v] = at_least((Vector){0}, sum[i][v]);
  }
  if (!windows && t->place)
    convolve_store(rows, vectors, windows, 1, t, sum);
  else
    convolve_store(rows, vectors, windows, 0, t, sum);
}

typedef void ConvolveTileFunction(const ConvolveTile *t);
#define CONVOLVE(name, rows, vectors, whole)   \
  static void name(const ConvolveTile *t) {    \
    convolve_tile(rows, vectors, whole, 0, t); \
  }
#define MAXIMA(name, rows, vectors)         \
  static void name(const ConvolveTile *t) { \
    convolve_tile(rows, vectors, 1, 1, t);  \
  }

// The four cells of each window.
INLINE void cells_of(const long *cell, long windows, const real **row) {
  for (long i = windows - 1; i >= 0; i--)
    for (int k = 3; k >= 0; k--) row[4 * i + k] = row[i] + cell[k];
}

// tiles: for each height, with one vector or two, with b masked at its edge or whole. maxima: for
// each number of windows, with one vector or two.
INLINE void all_tiles(const ConvolveProduct *p, ConvolveTileFunction *const (*tiles)[4],
                      ConvolveTileFunction *const (*maxima)[2]) {
  const long M = walk_length(p->rows), parts = parts_of(M, p->cell ? TALL / 4 : TALL);
  const long high = parts ? M / parts : 0, higher = parts ? M % parts : 0;
  Cursor from = {p->rows, p->a, 0, 0}, to = {p->places, p->c, 0, 0};
  const real *place[TALL];
  ConvolveTile t = {.terms = p->terms,
                    .place = p->places ? (real *const *)place : 0,
                    .c_row = p->c_row,
                    .b_step = {p->b_step[0], p->b_step[1], p->b_step[2]},
                    .onto = p->onto,
                    .relu = p->relu};
  const int apart = p->columns > PANEL || p->places || p->c_row != p->columns || p->onto;
  long m = 0;
  for (long q = 0; q < parts; q++) { // tiles of equal height: 64 = 13 13 13 13 12
    const long h = high + (q < higher);
    addresses(&from, h, t.row);
    if (p->places) addresses(&to, h, place);
    if (p->cell) cells_of(p->cell, h, t.row);
    for (long j = 0; j < p->columns; j += PANEL) {
      t.columns = smaller_of(p->columns - j, PANEL);
      t.b = p->b + j / PANEL * p->panel;
      t.start = p->start ? p->start + j : 0;
      t.column = j;
      t.c = p->c + m * p->c_row + j;
      // numbers of c after the last vector of the first row
      const long room = (M - m) * p->columns - parts_of(p->columns, WIDE) * WIDE;
      t.over = apart || room < 0 ? 0 : (int)smaller_of(h, room / p->columns + 1);
      const int whole = p->whole || t.columns % WIDE == 0, two = t.columns > WIDE;
      if (p->cell)
        maxima[h][two](&t);
      else
        tiles[h][2 * whole + two](&t);
    }
    m += h;
  }
}
#endif
