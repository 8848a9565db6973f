// One tile of C = A B in registers: every sum begins with `start` and adds its terms k in order.
#ifndef CHAINRULE_GEMM_TILE_H
#define CHAINRULE_GEMM_TILE_H
#include "gemm.h"
#include "gemm_vector.h"

// MOST: vectors of the widest panel, which one row has. AHEAD: rows of B that PACK prefetches.
enum { MOST = 16, AHEAD = 16 };

typedef struct {
  long depth; // terms of the sum
  const real *a;
  long a_row, a_col;
  const real *b; // the panel: one row after another, b_row apart
  long b_row;
  real *packed;      // where PACK puts the panel
  long columns;      // of the panel; the last vector may have fewer than WIDE of them
  const real *start; // NULL for 0
  long start_row;    // 0: one row (a bias) for all
  real *c;
  long c_row;
  Activation activation;
  const real *gate; // NULL, or in C's shape: see Product
  long gate_row;
  int onto; // 1: the complete sums are added to what c holds
} Tile;

// All of C as one tile, to be cut.
INLINE Tile one_tile(const Product *p) {
  return (Tile){.depth = p->K,
                .a = p->A.at,
                .a_row = p->A.row,
                .a_col = p->A.col,
                .b = p->B.at,
                .b_row = p->B.row,
                .columns = p->N,
                .start = p->start,
                .start_row = p->start_row,
                .c = p->C,
                .c_row = p->c_row,
                .activation = p->activation};
}

// How B is read. READ: whole vectors. EDGE: no more than `columns`. PACK: like EDGE, and the panel
// is kept for the tiles below.
typedef enum { READ, EDGE, PACK } Source;
typedef Vector Sums[HIGH][MOST];

#define EACH_ROW UNROLL for (int i = 0; i < rows; i++)
#define EACH_VECTOR UNROLL for (int v = 0; v < vectors; v++)

// With `edge` the last vector has n columns, else all are whole: masks cost a tenth of a short sum.
#define IS_EDGE (edge && v == vectors - 1)

INLINE Vector read_part(const int masked, const real *p, integer n) {
  return masked ? load_first(p, n) : load(p);
}

INLINE void load_sums(const int rows, const int vectors, const int edge, const Tile *t, integer n,
                      Sums sum) {
  EACH_ROW EACH_VECTOR {
    const real *start = t->start + i * t->start_row + v * WIDE;
    sum[i][v] = read_part(IS_EDGE, start, n);
  }
}

// c = activation(sum) (gate > 0), or c += ...
INLINE void finish_sums(const int rows, const int vectors, const int edge, const Tile *t, integer n,
                        Sums sum) {
  if (t->gate) {
    EACH_ROW EACH_VECTOR {
      const real *gate = t->gate + i * t->gate_row + v * WIDE;
      sum[i][v] = gated(sum[i][v], read_part(IS_EDGE, gate, n));
    }
  }
  if (t->onto) {
    EACH_ROW EACH_VECTOR {
      const real *c = t->c + i * t->c_row + v * WIDE;
      sum[i][v] = read_part(IS_EDGE, c, n) + sum[i][v];
    }
  }
  EACH_ROW EACH_VECTOR {
    real *c = t->c + i * t->c_row + v * WIDE;
    if (IS_EDGE)
      store_first(c, n, sum[i][v]);
    else
      store(c, sum[i][v]);
  }
}

// rows, vectors and source are constants wherever this is inlined, so the sums live in registers.
INLINE void tile(const int rows, const int vectors, const Source source, const Tile *t) {
  const long a_row = t->a_row, a_col = t->a_col, b_row = t->b_row, depth = t->depth;
  const integer last = (integer)(t->columns - (vectors - 1) * WIDE); // columns of the last vector
  // three addresses for 14 rows: 14 offsets would not fit the registers
  const real *a = t->a, *a5 = a + 5 * a_row, *a10 = a + 10 * a_row, *b = t->b;
  real *packed = t->packed;
  Sums sum;
  EACH_ROW EACH_VECTOR sum[i][v] = (Vector){0};
  if (depth > AHEAD) {
    EACH_ROW EACH_VECTOR __builtin_prefetch(t->c + i * t->c_row + v * WIDE, 1);
  }
  if (t->start && last == WIDE)
    load_sums(rows, vectors, 0, t, last, sum);
  else if (t->start)
    load_sums(rows, vectors, 1, t, last, sum);
  for (long k = 0; k < depth; k++) {
    Vector row[MOST];
    EACH_VECTOR {
      row[v] = read_part(source != READ && v == vectors - 1, b + v * WIDE, last);
      if (source == PACK) store(packed + v * WIDE, row[v]);
      if (source == PACK) __builtin_prefetch(b + AHEAD * b_row + v * WIDE);
    }
    EACH_ROW {
      const real *from = i < 5    ? a + i * a_row
                         : i < 10 ? a5 + (i - 5) * a_row
                                  : a10 + (i - 10) * a_row;
      const Vector x = splat(*from);
      EACH_VECTOR sum[i][v] = fused(x, row[v], sum[i][v]); // c += a b
    }
    a += a_col, a5 += a_col, a10 += a_col, b += b_row;
    if (source == PACK) packed += PANEL;
  }
  if (t->activation == RELU) {
    EACH_ROW EACH_VECTOR sum[i][v] = at_least((Vector){0}, sum[i][v]);
  }
  if (last == WIDE)
    finish_sums(rows, vectors, 0, t, last, sum);
  else
    finish_sums(rows, vectors, 1, t, last, sum);
}

// One function for each height, width and source; for one row, one for each width up to MOST.
typedef void TileFunction(const Tile *t);
#define TILE(name, rows, vectors, source) \
  static void name(const Tile *t) {       \
    tile(rows, vectors, source, t);       \
  }
#define HEIGHT(h)             \
  TILE(read1_##h, h, 1, READ) \
  TILE(read2_##h, h, 2, READ) \
  TILE(pack1_##h, h, 1, PACK) \
  TILE(pack2_##h, h, 2, PACK)
#define HEIGHT_ROW(h) {read1_##h, read2_##h, pack1_##h, pack2_##h},
#if MANY_REGISTERS
#define EACH_HEIGHT EACH_TO_14
#else
#define EACH_HEIGHT EACH_TO_6
#endif
EACH_HEIGHT(HEIGHT)
static TileFunction *const TILES[HIGH + 1][4] = {{0}, EACH_HEIGHT(HEIGHT_ROW)};

#define WIDTH(v) TILE(row_##v, 1, v, EDGE)
#define WIDTH_NAME(v) row_##v,
EACH_TO_16(WIDTH)
static TileFunction *const ROWS[MOST + 1] = {0, EACH_TO_16(WIDTH_NAME)};

// The index of a tile in TILES[height].
INLINE int tile_form(long columns, int pack) {
  return 2 * pack + (columns > WIDE);
}

#endif
