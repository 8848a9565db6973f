// Products with few terms or few rows, for which packing B would cost more than it saves: B is read
// in place, C is written row by row.
#ifndef CHAINRULE_GEMM_UNPACKED_H
#define CHAINRULE_GEMM_UNPACKED_H
#include "gemm_tile.h"

// LOW, BROAD: rows and vectors of a tile. MANY_ROWS: rows from which a copy of B's edge is worth
// it. FEW_TERMS: terms up to which B is not packed. FEW_MASKED: the same if C has so few columns
// that transposing A is the other choice; it depends on fast masks, which only AVX-512 has.
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
  TILE(edge2_##h, h, 2, EDGE) \
  TILE(edge3_##h, h, 3, EDGE) \
  TILE(edge4_##h, h, 4, EDGE)
#define BROAD_NAMES(h) {edge1_##h, edge2_##h, edge3_##h, edge4_##h},
#else
#define BROAD_TILES(h)        \
  TILE(edge1_##h, h, 1, EDGE) \
  TILE(edge2_##h, h, 2, EDGE)
#define BROAD_NAMES(h) {edge1_##h, edge2_##h},
#endif
EACH_TO_6(BROAD_TILES)
static TileFunction *const BROAD_TILE[LOW + 1][BROAD] = {{0}, EACH_TO_6(BROAD_NAMES)};

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
  const long N = t->columns, tiles = parts_of(M, LOW);
  for (long q = 0; q < tiles; q++) {
    const long rows = M / tiles + (q < M % tiles);
    for (long j = 0; j < N; j += BROAD * WIDE) {
      t->columns = smaller_of(N - j, BROAD * WIDE);
      BROAD_TILE[rows][(t->columns - 1) / WIDE](t);
      next_columns(t->columns, t);
    }
    next_columns(-N, t), next_rows(rows, t);
  }
}

// Compute tiles of LOW rows, one below another, `vectors` of columns at a time. B has whole vectors
// everywhere; with `whole`, C has them too.
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
            .activation = all->activation};
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

// Compute the columns of `t` from `whole` on, in tiles of LOW rows. B is a copy with whole vectors:
// masking each load would take longer than the sums.
static void short_sums_at_edge(long tiles, long whole, Tile t) {
  real copy[FEW_TERMS][BROAD * WIDE];
  const long edge = t.columns - whole, vectors = parts_of(edge, WIDE);
  for (long k = 0; k < t.depth; k++)
    for (long j = 0; j < vectors * WIDE; j++)
      copy[k][j] = j < edge ? t.b[k * t.b_row + whole + j] : 0;
  next_columns(whole, &t);
  t.columns = edge, t.b = copy[0], t.b_row = BROAD * WIDE;
  LOW_EDGES[vectors - 1](tiles, &t);
}

// Sums of up to FEW_TERMS terms in many rows: whole tiles, then the columns at the edge, then the
// rows at the edge.
static void short_sums(long M, Tile *t) {
  const long N = t->columns, tiles = M / LOW, whole = N - N % (BROAD * WIDE);
  t->columns = whole;
  if (whole) low_whole(tiles, t);
  t->columns = N;
  if (whole < N) short_sums_at_edge(tiles, whole, *t);
  next_rows(tiles * LOW, t);
  low_rows(M % LOW, t);
}

// The columns of B are contiguous. If the edge is more than a quarter of each row, it is not
// computed separately, because C would be fetched twice.
static void unpacked(const Product *p) {
  const long edge = p->N % (BROAD * WIDE);
  Tile t = one_tile(p);
  if (p->M < MANY_ROWS || (edge < p->N && 4 * edge > p->N))
    low_rows(p->M, &t);
  else
    short_sums(p->M, &t);
}

#endif
