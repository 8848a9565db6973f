// One tile of C = A B in registers: every sum goes on from `start` and adds its terms k in order.
#ifndef CHAINRULE_GEMM_TILE_H
#define CHAINRULE_GEMM_TILE_H
#include "gemm_vector.h"

// In vectors and rows: the widest panel of one row; how far ahead PACK asks for B.
enum { MOST = 16, AHEAD = 16 };

typedef struct {
  long depth; // terms of the sum
  const real *a;
  long a_row, a_col;
  const real *b; // one row of the panel after another, b_row apart
  long b_row;
  real *packed;      // PACK: where the panel goes
  long columns;      // of the panel. The last vector may have fewer than WIDE of them
  const real *start; // NULL: 0
  long start_row;    // 0: one row (a bias) for all
  real *c;
  long c_row;
  real lowest;      // what the result is cut off at: 0 (ReLU) or -inf
  const real *gate; // NULL, or in C's shape: where it is not > 0 the result is multiplied by 0
  long gate_row;
  int onto; // 1: the result is added to what c holds, after its sum is complete
} Tile;

// How B is read: READ whole vectors; EDGE no more than `columns`; PACK like EDGE, and keep the
// panel for the tiles below.
typedef enum { READ, EDGE, PACK } Source;
typedef Vector Sums[HIGH][MOST];

#define EACH_ROW UNROLL for (int i = 0; i < rows; i++)
#define EACH_VECTOR UNROLL for (int v = 0; v < vectors; v++)

// Masks cost a tenth of a short sum: where all vectors are whole (n == WIDE columns in the last)
// there are none.
INLINE void load_sums(const int rows, const int vectors, const real *start, long start_row,
                      integer n, Sums sum) {
  if (n == WIDE) {
    EACH_ROW EACH_VECTOR sum[i][v] = load(start + i * start_row + v * WIDE);
  } else {
    EACH_ROW {
      EACH_VECTOR if (v < vectors - 1) sum[i][v] = load(start + i * start_row + v * WIDE);
      sum[i][vectors - 1] = load_first(start + i * start_row + (vectors - 1) * WIDE, n);
    }
  }
}

INLINE void store_sums(const int rows, const int vectors, Sums sum, integer n, real *c,
                       long c_row) {
  if (n == WIDE) {
    EACH_ROW EACH_VECTOR store(c + i * c_row + v * WIDE, sum[i][v]);
  } else {
    EACH_ROW {
      EACH_VECTOR if (v < vectors - 1) store(c + i * c_row + v * WIDE, sum[i][v]);
      store_first(c + i * c_row + (vectors - 1) * WIDE, n, sum[i][vectors - 1]);
    }
  }
}

INLINE void add_to(const int rows, const int vectors, const real *c, long c_row, integer n,
                   Sums sum) {
  if (n == WIDE) {
    EACH_ROW EACH_VECTOR sum[i][v] = load(c + i * c_row + v * WIDE) + sum[i][v];
  } else {
    EACH_ROW {
      EACH_VECTOR if (v < vectors - 1) sum[i][v] = load(c + i * c_row + v * WIDE) + sum[i][v];
      sum[i][vectors - 1] =
          load_first(c + i * c_row + (vectors - 1) * WIDE, n) + sum[i][vectors - 1];
    }
  }
}

INLINE void shut(const int rows, const int vectors, const real *gate, long gate_row, integer n,
                 Sums sum) {
  if (n == WIDE) {
    EACH_ROW EACH_VECTOR sum[i][v] = gated(sum[i][v], load(gate + i * gate_row + v * WIDE));
  } else {
    EACH_ROW {
      EACH_VECTOR if (v < vectors - 1) sum[i][v] =
          gated(sum[i][v], load(gate + i * gate_row + v * WIDE));
      sum[i][vectors - 1] =
          gated(sum[i][vectors - 1], load_first(gate + i * gate_row + (vectors - 1) * WIDE, n));
    }
  }
}

// rows, vectors and source are constants wherever this is inlined, so the sums live in registers.
INLINE void tile(const int rows, const int vectors, const Source source, const Tile *t) {
  const long a_row = t->a_row, a_col = t->a_col, b_row = t->b_row, depth = t->depth;
  const integer last = (integer)(t->columns - (vectors - 1) * WIDE); // columns of the last vector
  // 14 offsets would not fit the registers
  const real *a = t->a, *a5 = a + 5 * a_row, *a10 = a + 10 * a_row, *b = t->b;
  real *packed = t->packed;
  Sums sum;
  EACH_ROW EACH_VECTOR sum[i][v] = (Vector){0};
  if (depth > AHEAD) {
    EACH_ROW EACH_VECTOR __builtin_prefetch(t->c + i * t->c_row + v * WIDE, 1);
  }
  if (t->start) load_sums(rows, vectors, t->start, t->start_row, last, sum);
  for (long k = 0; k < depth; k++) {
    Vector row[MOST];
    EACH_VECTOR {
      row[v] =
          source == READ || v < vectors - 1 ? load(b + v * WIDE) : load_first(b + v * WIDE, last);
      if (source == PACK) store(packed + v * WIDE, row[v]);
      if (source == PACK) __builtin_prefetch(b + AHEAD * b_row + v * WIDE);
    }
    EACH_ROW {
      const Vector x = splat(i < 5    ? a[i * a_row]
                             : i < 10 ? a5[(i - 5) * a_row]
                                      : a10[(i - 10) * a_row]);
      EACH_VECTOR sum[i][v] = fused(x, row[v], sum[i][v]); // c += a b
    }
    a += a_col, a5 += a_col, a10 += a_col, b += b_row;
    if (source == PACK) packed += PANEL;
  }
  if (t->lowest == 0) {
    EACH_ROW EACH_VECTOR sum[i][v] = at_least((Vector){0}, sum[i][v]);
  }
  if (t->gate) shut(rows, vectors, t->gate, t->gate_row, last, sum);
  if (t->onto) add_to(rows, vectors, t->c, t->c_row, last, sum);
  store_sums(rows, vectors, sum, last, t->c, t->c_row);
}

// One function for each height, width and source; for one row, one for each width up to MOST.
typedef void TileFunction(const Tile *t);
#define TILE(name, rows, vectors, source) \
  static void name(const Tile *t) {       \
    tile(rows, vectors, source, t);       \
  }
#define HEIGHT(h)             \
  TILE(read1_##h, h, 1, READ) \
  TILE(read2_##h, h, 2, READ) TILE(pack1_##h, h, 1, PACK) TILE(pack2_##h, h, 2, PACK)
#define NAMES(h) {read1_##h, read2_##h, pack1_##h, pack2_##h}
HEIGHT(1)
HEIGHT(2)
HEIGHT(3)
HEIGHT(4) HEIGHT(5) HEIGHT(6)
#if MANY_REGISTERS
    HEIGHT(7) HEIGHT(8) HEIGHT(9) HEIGHT(10) HEIGHT(11) HEIGHT(12) HEIGHT(13) HEIGHT(14)
#endif
        static TileFunction *const TILES[HIGH + 1][4] = {
            {0},      NAMES(1), NAMES(2), NAMES(3),  NAMES(4),  NAMES(5),  NAMES(6),
#if MANY_REGISTERS
            NAMES(7), NAMES(8), NAMES(9), NAMES(10), NAMES(11), NAMES(12), NAMES(13), NAMES(14),
#endif
};
#define WIDTH(v) TILE(row_##v, 1, v, EDGE)
WIDTH(1)
WIDTH(2)
WIDTH(3)
WIDTH(4) WIDTH(5) WIDTH(6) WIDTH(7) WIDTH(8) WIDTH(9) WIDTH(10) WIDTH(11) WIDTH(12) WIDTH(13)
    WIDTH(14) WIDTH(15) WIDTH(16) static TileFunction *const ROWS[MOST + 1] = {
        0,     row_1,  row_2,  row_3,  row_4,  row_5,  row_6,  row_7, row_8,
        row_9, row_10, row_11, row_12, row_13, row_14, row_15, row_16};
#endif
