// C = activation(start + A B). Each element starts from the value in C (or from the bias, or from
// 0) and adds k in order, one fma at a time, across all blocks. So no bit depends on the tile, on
// its place, on the strategy, on how M is cut or on the width of a vector: a row gives the same
// bits alone as in a batch. A product with one column has its own rule: gemm_column.h.
#include "gemm.h"
#include "gemm_column.h"
#include "gemm_narrow.h"
#include "gemm_row.h"
#include "gemm_short.h"
#include "gemm_unpacked.h"

// ---- which strategy

// The first strategy that fits is taken. A number tells how many times as fast as TILES_OF_PANELS
// it is for an M x N x K, in float32 with AVX-512 (with AVX2), gcc 12, one core.
typedef enum {
  // N == 1, K <= SHORT, k side by side in B: 1.8 (1.7) times as fast as k in order, 1000 x 1 x 8
  SHORT_COLUMN,
  // N == 1: k in order takes three times as long
  COLUMN,
  // N <= SHORT, and few numbers are multiplied: 1.9 (2.0), 3 x 3 x 3
  SHORT_ROWS,
  // M == 1, columns side by side in B: 1.7 (3.3), 1 x 512 x 784
  ONE_ROW,
  // M <= LOW, or K <= FEW_TERMS, columns side by side in B: 1.6 (1.1), 4 x 512 x 784; 0.8 (1.1),
  // 128 x 300 x 10
  UNPACKED,
  // columns that turn well, M >= PANEL, k side by side in A: 2.5 (2.5), 128 x 3 x 300
  NARROW_ROWS,
  // M <= NARROW, N >= PANEL, k side by side in B: 1.8 (1.5), 4 x 512 x 784
  FEW_ROWS,
  // N < WIDE, M >= PANEL, rows side by side in A: 1.8 (2.6), 784 x 3 x 128
  FEW_COLUMNS,
  // all others, and products with a gate
  TILES_OF_PANELS
} Strategy;
// The dense layer first tries FN(sparse_product), which is taken if at most ENOUGH of 100 numbers
// of A are not 0.

// FEW_PRODUCTS: SHORT_ROWS takes at most this many products of numbers. 3 x 3 x 3 and 4 x 2 x 4 are
// below this limit. 16 x 4 x 2 is above it, and would take twice as long as with tiles.
// FEW_IF_SLOW: the limit if B cannot be read as vectors, or if vectors have no masks.
enum { FEW_PRODUCTS = 64, FEW_IF_SLOW = 512 };

// Whether k or the other index is contiguous decides what can be read as vectors.
static Strategy strategy_of(const Product *p) {
  const long M = p->M, N = p->N, K = p->K;
  const int k_beside_in_A = p->A.col == 1, rows_beside_in_A = p->A.row == 1;
  const int columns_beside_in_B = p->B.col == 1, k_beside_in_B = p->B.row == 1;
  if (p->gate) return TILES_OF_PANELS;
  if (N == 1) return K > 0 && K <= SHORT && k_beside_in_B ? SHORT_COLUMN : COLUMN;
  const long few = columns_beside_in_B && BYTES > 16 ? FEW_PRODUCTS : FEW_IF_SLOW;
  if (N <= SHORT && M <= few && K <= few && M * N * K <= few) return SHORT_ROWS;

  const int is_narrow = k_beside_in_A && turns_well(N) && M >= PANEL;
  const int is_turned = rows_beside_in_A && N < WIDE && M >= PANEL;
  if (columns_beside_in_B) {
    const long few_terms = is_narrow || is_turned ? FEW_MASKED : FEW_TERMS;
    if (M == 1) return ONE_ROW;
    if (M <= LOW || K <= few_terms) return UNPACKED;
  }
  if (is_narrow) return NARROW_ROWS;
  if (k_beside_in_B && M <= NARROW && N >= PANEL) return FEW_ROWS;
  return is_turned ? FEW_COLUMNS : TILES_OF_PANELS;
}

// ---- short rows

// Compute row after row, if a product is too small for anything else: sum[j] += a[k] b[k, j], k in
// order.
INLINE void short_rows_of(const int N, const Product *p) {
  const real low = lowest(p->activation);
  for (long i = 0; i < p->M; i++) {
    const real *a = p->A.at + i * p->A.row, *b = p->B.at;
    const real *start = p->start ? p->start + i * p->start_row : 0;
    real *c = p->C + i * p->c_row, sum[SHORT];
    UNROLL
    for (int j = 0; j < N; j++) sum[j] = start ? start[j] : 0;
    for (long k = 0; k < p->K; k++, a += p->A.col, b += p->B.row) UNROLL
    for (int j = 0; j < N; j++) sum[j] = FMA(*a, b[j * p->B.col], sum[j]);
    UNROLL
    for (int j = 0; j < N; j++) c[j] = low > sum[j] ? low : sum[j];
  }
}

static void short_rows(const Product *p) {
  EACH_SHORT(p->N, short_rows_of, p);
}

// ---- scratch: panels of B | a block of A, copied if its layout is bad, or C^T

// DEPTH: about this many terms of the sum make a block of k. BLOCK: most numbers in a block of A.
enum { DEPTH = 400, BLOCK = 65536 };

static long blocks_of(long K) {
  return K < DEPTH ? 1 : (K + DEPTH / 2) / DEPTH;
}

static long block_depth(long K) {
  return K < DEPTH ? K : parts_of(K, blocks_of(K));
}

// Return the number of bands of rows of A: `depth` columns of a band make one block.
static long bands_of(long M, long depth) {
  return M * depth <= BLOCK ? 1 : parts_of(M * depth, BLOCK);
}

// Return the size of the panels of one block of k. If A is one band, no panel is used twice: memory
// for one panel is enough.
static long panels_size(long M, long N, long K) {
  const long depth = block_depth(K);
  return depth * PANEL * (bands_of(M, depth) > 1 ? parts_of(N, PANEL) : 1);
}

// Copying a block of A is worth it if several panels use it.
static int is_worth_a_copy(long M, long N) {
  return M > HIGH && N > PANEL;
}

static long turned_size(long M, long N) {
  return N < WIDE ? N * padded(M) : 0;
}

// For a smaller M or K (a last batch is short) a block may be deeper, by at most half.
long FN(gemm_work)(long M, long N, long K) {
  const long deep = smaller_of(K, DEPTH + DEPTH / 2), line = 2 * LANES;
  const long panels = deep * PANEL * (M * deep > BLOCK ? parts_of(N, PANEL) : 1);
  const long block = smaller_of(M * deep, BLOCK + deep) + line * (M + deep + line);
  const long copy = is_worth_a_copy(M, N) ? block : 0;
  return N == 1 ? K : LANES + panels + copy + turned_size(M, N);
}

// ---- tiles of panels

// How a band of rows is cut into tiles of equal height: 64 = 13 13 13 13 12, not 4 x 14 + 8. The
// first `higher` tiles have one row more than `high`.
typedef struct {
  long tiles, high, higher;
} Heights;

static Heights heights_of(long rows) {
  const long tiles = parts_of(rows, HIGH);
  return tiles == 1 ? (Heights){1, rows, 0} : (Heights){tiles, rows / tiles, rows % tiles};
}

// All rows of a band for one panel. pack: the first tile packs the panel for the others.
static void one_panel(Tile *t, Heights rows, int pack) {
  for (long q = 0; q < rows.tiles; q++) {
    const long h = rows.high + (q < rows.higher);
    TILES[h][tile_form(t->columns, pack)](t);
    t->a += h * t->a_row, t->c += h * t->c_row;
    if (t->start) t->start += h * t->start_row;
    if (t->gate) t->gate += h * t->gate_row;
    if (pack) t->b = t->packed, t->b_row = PANEL, pack = 0;
  }
}

// A block of A: the terms `terms` of the sums of the rows `rows` of C.
typedef struct {
  Range rows, terms;
  Matrix a;
  long panel_step; // from one panel to the next in `panels`; 0: each panel is used once
} Block;

// Return the block in place or copied: with a bad layout all of its rows share one set of the
// cache.
static Matrix numbers_of(const Product *p, Range rows, Range terms, real *copy) {
  const Matrix A = p->A;
  const real *at = A.at + rows.begin * A.row + terms.begin * A.col;
  if (!copy) return (Matrix){at, A.row, A.col};
  const long high = rows.end - rows.begin, depth = terms.end - terms.begin;
  if (A.row == 1) {
    copy_rows(depth, high, at, A.col, copy, padded(high));
    return (Matrix){copy, 1, padded(high)};
  }
  copy_rows(high, depth, at, A.row, copy, padded(depth));
  return (Matrix){copy, padded(depth), 1};
}

// C += the block times the panels, one panel after another. The first band packs the panels.
static void one_block(const Product *p, const Block *block, real *panels) {
  const long top = block->rows.begin, depth = block->terms.end - block->terms.begin;
  const int first_terms = block->terms.begin == 0, last_terms = block->terms.end == p->K;
  const Heights heights = heights_of(block->rows.end - top);
  for (long j = 0; j < p->N; j += PANEL) {
    const real *b = p->B.at + block->terms.begin * p->B.row + j * p->B.col;
    real *c = p->C + top * p->c_row + j, *panel = panels + j * block->panel_step;
    Tile t = {.depth = depth,
              .a = block->a.at,
              .a_row = block->a.row,
              .a_col = block->a.col,
              .b = panel,
              .b_row = PANEL,
              .packed = panel,
              .columns = smaller_of(p->N - j, PANEL),
              .c = c,
              .c_row = p->c_row,
              .activation = last_terms ? p->activation : IDENTITY};
    if (p->gate && last_terms) t.gate = p->gate + top * p->gate_row + j, t.gate_row = p->gate_row;
    if (!first_terms)
      t.start = c, t.start_row = p->c_row;
    else if (p->start)
      t.start = p->start + top * p->start_row + j, t.start_row = p->start_row;

    int pack = 0;
    if (top == 0 && p->B.col == 1) {
      t.b = b, t.b_row = p->B.row;
      pack = p->M > HIGH || t.columns % WIDE != 0; // else the only tile reads b as it lies
    } else if (top == 0) {
      pack_panel(depth, t.columns, b, p->B.row, p->B.col, panel);
    }
    one_panel(&t, heights, pack);
  }
}

// panels: panels_size(...) numbers. copy: NULL, or room for a block of A.
static void tiles_of_panels(const Product *p, real *panels, real *copy) {
  const int rows_badly = p->A.col == 1 && lies_badly(p->A.row);
  const int badly = p->A.row == 1 ? lies_badly(p->A.col) : rows_badly;
  const long blocks = blocks_of(p->K), bands = bands_of(p->M, block_depth(p->K));
  for (long d = 0; d < blocks; d++) {
    const Range terms = part_of(p->K, d, blocks);
    for (long h = 0; h < bands; h++) {
      Block block = {.rows = part_of(p->M, h, bands), .terms = terms};
      block.a = numbers_of(p, block.rows, terms, badly ? copy : 0);
      block.panel_step = bands > 1 ? terms.end - terms.begin : 0;
      one_block(p, &block, panels);
    }
  }
}

static void large_product(const Product *p) {
  real *panels = whole_lines(p->work), *behind = panels + panels_size(p->M, p->N, p->K);
  tiles_of_panels(p, panels, is_worth_a_copy(p->M, p->N) ? behind : 0);
}

// ---- few columns, few rows

// Groups of PANEL rows; the last one begins so that it ends at the last row.
static void narrow_rows(const Product *p, long start_col, long c_col) {
  for (long end = PANEL; end < p->M + PANEL; end += PANEL) {
    const long last = smaller_of(end, p->M), i = last - PANEL;
    const Group g = {.K = p->K,
                     .a = p->A.at + i * p->A.row,
                     .a_row = p->A.row,
                     .badly = lies_badly(p->A.row),
                     .b = p->B.at,
                     .b_row = p->B.row,
                     .b_col = p->B.col,
                     .start = p->start ? p->start + i * p->start_row : 0,
                     .start_row = p->start_row,
                     .start_col = start_col,
                     .done = end - last,
                     .lowest = lowest(p->activation),
                     .c = p->C + i * p->c_row,
                     .c_row = p->c_row,
                     .c_col = c_col};
    group_of(p->N, &g);
  }
}

static Matrix transpose(Matrix A) {
  return (Matrix){A.at, A.col, A.row};
}

// C^T = B^T A^T, without a start.
static Product turned_product(const Product *p, real *C, long c_row) {
  return (Product){.M = p->N,
                   .N = p->M,
                   .K = p->K,
                   .A = transpose(p->B),
                   .B = transpose(p->A),
                   .activation = p->activation,
                   .C = C,
                   .c_row = c_row};
}

// Compute few rows of C as narrow columns.
static void few_rows(const Product *p) {
  Product t = turned_product(p, p->C, 1);
  t.start = p->start, t.start_row = 1;
  narrow_rows(&t, p->start_row, p->c_row);
}

// Compute few columns of C as rows, so that vectors are full.
static void few_columns(const Product *p) {
  const long row = padded(p->M);
  real *panels = whole_lines(p->work), *turned = panels + panels_size(p->M, p->N, p->K);
  Product t = turned_product(p, turned, row);
  if (p->start) {
    for (long i = 0; i < p->M; i++)
      for (long j = 0; j < p->N; j++) turned[j * row + i] = p->start[i * p->start_row + j];
    t.start = turned, t.start_row = row;
  }
  tiles_of_panels(&t, panels, 0);
  for (long i = 0; i < p->M; i++)
    for (long j = 0; j < p->N; j++) p->C[i * p->c_row + j] = turned[j * row + i];
}

// ---- the product

static void one_column(const Product *p) {
  const real *b = p->B.at;
  if (p->B.row != 1) {
    for (long k = 0; k < p->K; k++) p->work[k] = b[k * p->B.row];
    b = p->work;
  }
  column(p, b);
}

// Tiles can apply the gate in their last pass.
static int gates_in_tiles(const Product *p) {
  return p->A.col == 1 && p->B.row == 1 && p->N > NARROW && p->M > NARROW;
}

static void gate_afterwards(const Product *p) {
  Product plain = *p;
  plain.gate = 0;
  FN(gemm)(&plain);
  for (long i = 0; i < p->M; i++)
    for (long j = 0; j < p->N; j++)
      p->C[i * p->c_row + j] *= p->gate[i * p->gate_row + j] > 0 ? 1 : 0;
}

__attribute__((noinline)) static void compute(const Product *p, Strategy strategy) {
  if (p->gate && !gates_in_tiles(p)) {
    gate_afterwards(p);
    return;
  }
  switch (strategy) {
  case SHORT_COLUMN: short_column(p); break;
  case COLUMN: one_column(p); break;
  case SHORT_ROWS: short_rows(p); break;
  case ONE_ROW: one_row(p); break;
  case UNPACKED: unpacked(p); break;
  case NARROW_ROWS: narrow_rows(p, 1, 1); break;
  case FEW_ROWS: few_rows(p); break;
  case FEW_COLUMNS: few_columns(p); break;
  case TILES_OF_PANELS: large_product(p); break;
  }
}

// To enter `compute`, with the large frame of its tiles, takes half as long as short rows do.
void FN(gemm)(const Product *p) {
  if (p->M <= 0 || p->N <= 0) return;
  const Strategy strategy = strategy_of(p);
  if (strategy == SHORT_ROWS)
    short_rows(p);
  else
    compute(p, strategy);
}

// ---- the fold

// Tile += another, `columns` wide.
static void add_tile(long rows, long columns, real *to, long to_row, const real *from,
                     long from_row) {
  for (long i = 0; i < rows; i++)
    for (long j = 0; j < columns; j++) to[i * to_row + j] += from[i * from_row + j];
}

// Compute one tile of X' Z for all shards. As in a binary counter, two sums of the same size become
// one as soon as both exist; a shard with an odd number is added to the one before it in the tile's
// last pass. The sum is in c, and the sums that wait for it are in `level`.
static void fold_tile(const Leaves *leaves, Tile t, long high, real level[][HIGH * PANEL]) {
  const real *x = t.a, *z = t.b;
  real *const c = t.c;
  const long c_row = t.c_row;
  const int form = tile_form(t.columns, t.columns % WIDE != 0);
  for (int32_t s = 0, depth = 0; s < leaves->count; s++) {
    const int odd = s % 2;
    const int64_t first = leaves->start[s];
    depth += !odd;
    t.depth = leaves->start[s + 1] - first;
    t.a = x + first * t.a_col, t.b = z + first * t.b_row;
    t.c = depth == 1 ? c : level[depth - 1], t.c_row = depth == 1 ? c_row : PANEL;
    t.onto = odd;
    TILES[high][form](&t);
    for (int32_t n = (s + 1) / 2; odd && n % 2 == 0; n /= 2, depth--) {
      real *to = depth == 2 ? c : level[depth - 2];
      add_tile(high, t.columns, to, depth == 2 ? c_row : PANEL, level[depth - 1], PANEL);
    }
  }
}

// Tiles of X' Z; the place of the result is not set yet.
static Tile tile_to_fold(const real *x, long x_row, const real *z, long z_row, long columns,
                         real *work) {
  return (Tile){.a = x,
                .a_row = 1,
                .a_col = x_row,
                .b = z,
                .b_row = z_row,
                .packed = work,
                .columns = columns};
}

// Return 1 if C^T = Z' X, whose vectors are fuller, saves at least a fifth of the vectors of sums.
static int folds_turned(long M, long N) {
  const long vectors = M * parts_of(N, WIDE), turned = N * parts_of(M, WIDE);
  return M > N && (N < WIDE || (N <= HIGH && 5 * turned <= 4 * vectors));
}

static void turned_fold(const FoldedProduct *p) {
  real level[MAX_LEVELS][HIGH * PANEL];
  for (long i = 0; i < p->N; i += HIGH)
    for (long j = 0; j < p->M; j += PANEL) {
      const long high = smaller_of(HIGH, p->N - i), wide = smaller_of(PANEL, p->M - j);
      Tile t = tile_to_fold(p->Z + i, p->z_row, p->X + j, p->x_row, wide, p->work);
      t.c = level[0], t.c_row = PANEL;
      fold_tile(p->leaves, t, high, level);
      for (long k = 0; k < wide; k++)
        for (long q = 0; q < high; q++) p->C[(j + k) * p->c_row + i + q] = level[0][q * PANEL + k];
    }
}

void FN(gemm_fold)(const FoldedProduct *p) {
  if (folds_turned(p->M, p->N)) {
    turned_fold(p);
    return;
  }
  real level[MAX_LEVELS][HIGH * PANEL];
  const Heights rows = heights_of(p->M);
  for (long q = 0, i = 0; q < rows.tiles; q++) {
    const long high = rows.high + (q < rows.higher);
    for (long j = 0; j < p->N; j += PANEL) {
      const long wide = smaller_of(PANEL, p->N - j);
      Tile t = tile_to_fold(p->X + i, p->x_row, p->Z + j, p->z_row, wide, p->work);
      t.c = p->C + i * p->c_row + j, t.c_row = p->c_row;
      fold_tile(p->leaves, t, high, level);
    }
    i += high;
  }
}
