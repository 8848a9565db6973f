// Products with few terms or few rows, where packing B would cost more than it saves: B is read as
// it lies, C written row by row.
#ifndef CHAINRULE_GEMM_UNPACKED_H
#define CHAINRULE_GEMM_UNPACKED_H
#include "gemm_tile.h"

// Rows and vectors of a tile; terms of the sum up to which B is not packed, and the same where C
// has so few columns that turning A is the other choice (fast masks, which AVX-512 alone has,
// decide it); rows from which a copy of B's edge is worth it.
enum {
  LOW = 6,
  BROAD = MANY_REGISTERS ? 4 : 2,
  FEW_TERMS = 16,
  FEW_MASKED = BYTES == 64 ? 4 : 0,
  MANY_ROWS = 32
};

#if MANY_REGISTERS
#define BROAD_TILES(h)        \
  TILE(edge1_##h, h, 1, EDGE) \
  TILE(edge2_##h, h, 2, EDGE) TILE(edge3_##h, h, 3, EDGE) TILE(edge4_##h, h, 4, EDGE)
#define BROAD_NAMES(h) {edge1_##h, edge2_##h, edge3_##h, edge4_##h}
#else
#define BROAD_TILES(h) TILE(edge1_##h, h, 1, EDGE) TILE(edge2_##h, h, 2, EDGE)
#define BROAD_NAMES(h) {edge1_##h, edge2_##h}
#endif
BROAD_TILES(1)
BROAD_TILES(2)
BROAD_TILES(3)
BROAD_TILES(4) BROAD_TILES(5) BROAD_TILES(6) static TileFunction *const BROAD_TILE[LOW][BROAD] = {
    BROAD_NAMES(1), BROAD_NAMES(2), BROAD_NAMES(3), BROAD_NAMES(4), BROAD_NAMES(5), BROAD_NAMES(6)};

INLINE void next_columns(long columns, Tile *t) {
  t->b += columns, t->c += columns;
  if (t->start) t->start += columns;
}

INLINE void next_rows(long rows, Tile *t) {
  t->a += rows * t->a_row, t->c += rows * t->c_row;
  if (t->start) t->start += rows * t->start_row;
}

// Few rows, in equal parts of up to LOW.
static void low_rows(long M, Tile *t) {
  const long N = t->columns, tiles = (M + LOW - 1) / LOW;
  for (long q = 0; q < tiles; q++) {
    const long rows = M / tiles + (q < M % tiles);
    for (long j = 0; j < N; j += BROAD * WIDE) {
      t->columns = smaller(N - j, BROAD * WIDE);
      BROAD_TILE[rows - 1][(t->columns - 1) / WIDE](t);
      next_columns(t->columns, t);
    }
    next_columns(-N, t), next_rows(rows, t);
  }
}

// Tiles of LOW rows, one under another, `vectors` of columns at a time. B has whole vectors
// everywhere.
INLINE void low_tiles(const int vectors, const int whole, long tiles, const Tile *all) {
  const long a_step = LOW * all->a_row, c_step = LOW * all->c_row,
             start_step = all->start ? LOW * all->start_row : 0;
  Tile t = {.depth = all->depth,
            .a = all->a,
            .a_row = all->a_row,
            .a_col = all->a_col,
            .b_row = all->b_row,
            .columns = whole ? vectors * WIDE : all->columns,
            .start_row = all->start_row,
            .c_row = all->c_row,
            .lowest = all->lowest};
  const real *start = all->start;
  real *c = all->c;
  for (long q = 0; q < tiles; q++) {
    for (long j = 0; j < all->columns; j += vectors * WIDE) {
      t.b = all->b + j, t.start = start ? start + j : 0, t.c = c + j;
      tile(LOW, vectors, READ, &t);
    }
    t.a += a_step, c += c_step, start += start_step;
  }
}

typedef void LowTiles(long tiles, const Tile *all);
__attribute__((noinline)) static void low_whole(long tiles, const Tile *all) {
  low_tiles(BROAD, 1, tiles, all);
}
#define LOW_EDGE(v)                                       \
  static void low_edge_##v(long tiles, const Tile *all) { \
    low_tiles(v, 0, tiles, all);                          \
  }
LOW_EDGE(1)
LOW_EDGE(2)
#if MANY_REGISTERS
LOW_EDGE(3)
LOW_EDGE(4)
static LowTiles *const LOW_EDGES[BROAD] = {low_edge_1, low_edge_2, low_edge_3, low_edge_4};
#else
static LowTiles *const LOW_EDGES[BROAD] = {low_edge_1, low_edge_2};
#endif

// Sums of up to FEW_TERMS terms in many rows: whole tiles, then the columns at the edge, where B is
// a copy with whole vectors (to mask each load would take longer than the sums), then the rows at
// the edge.
static void short_sums(long M, Tile *t) {
  const long N = t->columns, tiles = M / LOW, whole = N - N % (BROAD * WIDE), b_row = t->b_row;
  const real *b = t->b;
  t->columns = whole;
  if (whole) low_whole(tiles, t);
  if (whole < N) {
    real copy[FEW_TERMS][BROAD * WIDE];
    const long vectors = (N - whole + WIDE - 1) / WIDE;
    for (long k = 0; k < t->depth; k++)
      for (long j = 0; j < vectors * WIDE; j++)
        copy[k][j] = whole + j < N ? b[k * b_row + whole + j] : 0;
    next_columns(whole, t);
    t->columns = N - whole, t->b = copy[0], t->b_row = BROAD * WIDE;
    LOW_EDGES[vectors - 1](tiles, t);
    next_columns(-whole, t);
    t->b = b, t->b_row = b_row;
  }
  t->columns = N;
  next_rows(tiles * LOW, t);
  low_rows(M % LOW, t);
}

// M rows and all columns of `t`. Where the edge is more than a quarter of each row, C would be
// fetched twice.
static void unpacked(long M, Tile *t) {
  const long N = t->columns, edge = N % (BROAD * WIDE);
  if (M < MANY_ROWS || (edge < N && 4 * edge > N))
    low_rows(M, t);
  else
    short_sums(M, t);
}
#endif
