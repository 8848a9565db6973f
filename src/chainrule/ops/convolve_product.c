// The products of a convolution by tiles in registers. No bit depends on the tile or on its place.
#include "convolve_product.h"

// TALL x 2 vectors of sums, 2 of B and a number of A fit the registers. NEAR: addresses that do as well.
enum { NEAR = 6, TALL = MANY_REGISTERS ? 13 : 6 };

typedef struct {
  const Walk *terms;                             // of a, behind each row's address
  const real *row[TALL];
  const real *b;
  long b_step[3];                                // beside the steps of a
  long columns;                                  // at most PANEL. The last vector may have fewer than WIDE of them
  const real *start;                             // NULL: 0
  long start_row;                                // 0: one row (a bias) for all
  real *c;
  long c_row;
  int relu;
} ConvolveTile;

#define EACH_ROW UNROLL for (int i = 0; i < rows; i++)
#define EACH_VECTOR UNROLL for (int v = 0; v < vectors; v++)

// whole: only whole vectors of b are read. rows, vectors and whole are constants wherever this is inlined.
INLINE void convolve_tile(const int rows, const int vectors, const int whole, const ConvolveTile *t) {
  const Level *level = t->terms->level;
  const long inner = level[2].count, step = level[2].step, b_step = t->b_step[2];
  const integer last = (integer)(t->columns - (vectors - 1) * WIDE);
  const real *row[TALL];
  Vector sum[TALL][2];
  EACH_ROW row[i] = t->row[i];
  const real *const volatile *far = t->row;      // the other addresses are read each time: gcc would keep them in vector registers
  real *const c = t->c;
  const long c_row = t->c_row;
  EACH_ROW EACH_VECTOR sum[i][v] = (Vector){0};
  if (t->start) {
    EACH_ROW EACH_VECTOR {
      const real *from = t->start + i * t->start_row + v * WIDE;
      sum[i][v] = v < vectors - 1 || last == WIDE ? load(from) : load_first(from, last);
    }
  }
  for (long p = 0; p < level[0].count; p++)
    for (long q = 0; q < level[1].count; q++) {
      const real *b = t->b + p * t->b_step[0] + q * t->b_step[1];
      long at = p * level[0].step + q * level[1].step;
      for (long k = 0; k < inner; k++, at += step, b += b_step) {
        Vector y[2];
        EACH_VECTOR y[v] = whole || v < vectors - 1 ? load(b + v * WIDE) : load_first(b + v * WIDE, last);
        EACH_ROW {
          const Vector x = splat(i < NEAR ? row[i][at] : far[i][at]);
          EACH_VECTOR sum[i][v] = fused(x, y[v], sum[i][v]);               // c += a b
        }
      }
    }
  if (t->relu) {
    EACH_ROW EACH_VECTOR sum[i][v] = at_least((Vector){0}, sum[i][v]);
  }
  EACH_ROW EACH_VECTOR {
    real *to = c + i * c_row + v * WIDE;
    if (v < vectors - 1 || last == WIDE) store(to, sum[i][v]);
    else store_first(to, last, sum[i][v]);
  }
}

// One function for each height, width and kind of b.
typedef void ConvolveTileFunction(const ConvolveTile *t);
#define CONVOLVE(name, rows, vectors, whole) \
  static void name(const ConvolveTile *t) { convolve_tile(rows, vectors, whole, t); }
#define HEIGHT(h)                                       \
  CONVOLVE(edge1_##h, h, 1, 0) CONVOLVE(edge2_##h, h, 2, 0) \
  CONVOLVE(whole1_##h, h, 1, 1) CONVOLVE(whole2_##h, h, 2, 1)
#define NAMES(h) {edge1_##h, edge2_##h, whole1_##h, whole2_##h}
HEIGHT(1) HEIGHT(2) HEIGHT(3) HEIGHT(4) HEIGHT(5) HEIGHT(6)
#if MANY_REGISTERS
HEIGHT(7) HEIGHT(8) HEIGHT(9) HEIGHT(10) HEIGHT(11) HEIGHT(12) HEIGHT(13)
#endif
static ConvolveTileFunction *const TILES[TALL + 1][4] = {
    {0}, NAMES(1), NAMES(2), NAMES(3), NAMES(4), NAMES(5), NAMES(6),
#if MANY_REGISTERS
    NAMES(7), NAMES(8), NAMES(9), NAMES(10), NAMES(11), NAMES(12), NAMES(13),
#endif
};

void FN(convolve_product)(const ConvolveProduct *p) {
  const long M = walk_length(p->rows), tiles = (M + TALL - 1) / TALL;
  const long high = tiles ? M / tiles : 0, higher = tiles ? M % tiles : 0;
  Cursor cursor = {p->rows, p->a, 0, 0};
  ConvolveTile t = {.terms = p->terms, .b_step = {p->b_step[0], p->b_step[1], p->b_step[2]}, .start_row = p->start_row,
                    .c_row = p->c_row, .relu = p->relu};
  long m = 0;
  for (long q = 0; q < tiles; q++) {             // tiles of equal height: 64 = 13 13 13 13 12
    const long h = high + (q < higher);
    addresses(&cursor, h, t.row);
    for (long j = 0; j < p->columns; j += PANEL) {
      t.columns = smaller(p->columns - j, PANEL);
      t.b = p->b + j / PANEL * p->panel;
      t.start = p->start ? p->start + m * p->start_row + j : 0;
      t.c = p->c + m * p->c_row + j;
      TILES[h][2 * (p->whole || t.columns % WIDE == 0) + (t.columns > WIDE)](&t);
    }
    m += h;
  }
}
