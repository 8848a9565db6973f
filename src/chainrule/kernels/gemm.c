// C = A B by tiles in registers. Each element starts from what C holds (or from the bias, or from
// 0) and adds k in order, one fma at a time, across all blocks. So no bit depends on the tile, on
// its position, on the path taken, on how M is cut or on the width of a vector: a row alone gives
// the same as the row in a batch. A product with one column has a rule of its own: gemm_column.h.
#include "gemm_column.h"
#include "gemm_narrow.h"
#include "gemm_row.h"
#include "gemm_unpacked.h"
#include "gemm_short.h"

enum { LITTLE = 16 };
// about so many terms of the sum in a block of k; most numbers in a block of A
enum { DEPTH = 400, BLOCK = 65536 };

typedef struct {
  long M, N, K;
  const real *A;
  long a_row, a_col;
  const real *B;
  long b_row, b_col;
  const real *start; // what the sums start from: C, a bias (start_row 0) or NULL for 0
  long start_row;
  real lowest;
  const real *gate;
  long gate_row;
  real *C;
  long c_row;
} Product;

// Row after row, where a product is too little for anything else: sum[j] += a[k] b[k, j], k in
// order.
INLINE void short_rows_of(const int N, const Product *p) {
  for (long i = 0; i < p->M; i++) {
    const real *a = p->A + i * p->a_row, *b = p->B,
               *start = p->start ? p->start + i * p->start_row : 0;
    real *c = p->C + i * p->c_row, sum[SHORT];
    UNROLL
    for (int j = 0; j < N; j++) sum[j] = start ? start[j] : 0;
    for (long k = 0; k < p->K; k++, a += p->a_col, b += p->b_row) UNROLL
    for (int j = 0; j < N; j++) sum[j] = FMA(*a, b[j * p->b_col], sum[j]);
    UNROLL
    for (int j = 0; j < N; j++) c[j] = p->lowest > sum[j] ? p->lowest : sum[j];
  }
}
static void short_rows(long N, const Product *p) {
  EACH_SHORT(N, short_rows_of, p)
}

static long parts(long n, long most) {
  return (n + most - 1) / most;
}
// where part i of n begins
static long cut(long n, long i, long all) {
  return all == 1 ? n * i : n * i / all;
}
static long blocks_of(long K) {
  return K < DEPTH ? 1 : (K + DEPTH / 2) / DEPTH;
}
static long block_depth(long K) {
  return K < DEPTH ? K : parts(K, blocks_of(K));
}
static long halls_of(long M, long depth) {
  return M * depth <= BLOCK ? 1 : parts(M * depth, BLOCK);
}

// The panels of one block of k. Where A is one block of rows no panel is used twice: one is enough.
static long panels_size(long M, long N, long K) {
  return block_depth(K) * PANEL * (halls_of(M, block_depth(K)) > 1 ? parts(N, PANEL) : 1);
}

// A block of A, copied where it lies badly.
static long copy_size(long M, long N, long K) {
  const long depth = block_depth(K);
  return M > HIGH && N > PANEL ? padded(depth) * padded(parts(M, halls_of(M, depth))) : 0;
}

// C^T, where C has few columns.
static long turned_size(long M, long N) {
  return N < WIDE ? N * padded(M) : 0;
}

// Enough also for every smaller M and K (a last batch is short), where a block may be deeper: at
// the most half again as deep.
long FN(gemm_work)(long M, long N, long K) {
  const long deep = smaller(K, DEPTH + DEPTH / 2), line = 2 * LANES;
  const long panels = deep * PANEL * (M * deep > BLOCK ? parts(N, PANEL) : 1);
  const long copy =
      M > HIGH && N > PANEL ? smaller(M * deep, BLOCK + deep) + line * (M + deep + line) : 0;
  return N == 1 ? K : LANES + panels + copy + turned_size(M, N);
}

// How a block of rows is cut in tiles of equal height: 64 = 13 13 13 13 12, not 4 x 14 + 8.
typedef struct {
  long tiles, high, higher;
} Heights;

static Heights heights_of(long rows) {
  const long tiles = parts(rows, HIGH);
  return tiles == 1 ? (Heights){1, rows, 0} : (Heights){tiles, rows / tiles, rows % tiles};
}

static void one_panel(Tile *t, Heights rows, int pack) {
  const int width = t->columns > WIDE;
  for (long q = 0; q < rows.tiles; q++) {
    const long h = rows.high + (q < rows.higher);
    TILES[h][2 * pack + width](t);
    t->a += h * t->a_row, t->c += h * t->c_row;
    if (t->start) t->start += h * t->start_row;
    if (t->gate) t->gate += h * t->gate_row;
    if (pack) t->b = t->packed, t->b_row = PANEL, pack = 0;
  }
}

// `panels` and `copy`: see panels_size and copy_size.
static void many_rows(const Product *p, real *panels, real *copy) {
  const long blocks = blocks_of(p->K), halls = halls_of(p->M, block_depth(p->K));
  const int badly =
      (p->a_row == 1 ? lies_badly(p->a_col) : p->a_col == 1 && lies_badly(p->a_row)) &&
      copy_size(p->M, p->N, p->K) > 0;
  for (long d = 0; d < blocks; d++) {
    const long k = cut(p->K, d, blocks), depth = cut(p->K, d + 1, blocks) - k;
    for (long h = 0; h < halls; h++) {
      const long top = cut(p->M, h, halls), rows = cut(p->M, h + 1, halls) - top;
      const Heights heights = heights_of(rows);
      const real *a = p->A + top * p->a_row + k * p->a_col;
      long a_row = p->a_row, a_col = p->a_col;
      if (badly) {
        if (a_row == 1)
          copy_rows(depth, rows, a, a_col, copy, padded(rows)), a_col = padded(rows);
        else
          copy_rows(rows, depth, a, a_row, copy, padded(depth)), a_row = padded(depth);
        a = copy;
      }
      for (long j = 0; j < p->N; j += PANEL) {
        const real *b = p->B + k * p->b_row + j * p->b_col;
        real *c = p->C + top * p->c_row + j, *panel = panels + (halls > 1 ? j * depth : 0);
        Tile t = {.depth = depth,
                  .a = a,
                  .a_row = a_row,
                  .a_col = a_col,
                  .b = panel,
                  .b_row = PANEL,
                  .packed = panel,
                  .columns = smaller(p->N - j, PANEL),
                  .c = c,
                  .c_row = p->c_row,
                  .lowest = d == blocks - 1 ? p->lowest : lowest(IDENTITY)};
        if (p->gate && d == blocks - 1)
          t.gate = p->gate + top * p->gate_row + j, t.gate_row = p->gate_row;
        if (d > 0)
          t.start = c, t.start_row = p->c_row;
        else if (p->start)
          t.start = p->start + top * p->start_row + j, t.start_row = p->start_row;
        const int in_place = p->M <= HIGH && t.columns % WIDE == 0,
                  pack = h == 0 && p->b_col == 1 && !in_place;
        if (p->b_col == 1 && h == 0)
          t.b = b, t.b_row = p->b_row;
        else if (h == 0)
          pack_panel(depth, t.columns, b, p->b_row, p->b_col, panel);
        one_panel(&t, heights, pack);
      }
    }
  }
}

// Groups of PANEL rows; the last one begins so that it ends at the last row.
static void narrow(const Product *p, long start_col, long c_col) {
  for (long end = PANEL; end < p->M + PANEL; end += PANEL) {
    const long last = smaller(end, p->M), i = last - PANEL;
    const Group g = {.K = p->K,
                     .a = p->A + i * p->a_row,
                     .a_row = p->a_row,
                     .badly = lies_badly(p->a_row),
                     .b = p->B,
                     .b_row = p->b_row,
                     .b_col = p->b_col,
                     .start = p->start ? p->start + i * p->start_row : 0,
                     .start_row = p->start_row,
                     .start_col = start_col,
                     .done = end - last,
                     .lowest = p->lowest,
                     .c = p->C + i * p->c_row,
                     .c_row = p->c_row,
                     .c_col = c_col};
    group_of(p->N, &g);
  }
}

// C^T = B^T A^T: few rows, and k side by side in B.
static void few_rows(const Product *p) {
  const Product t = {.M = p->N,
                     .N = p->M,
                     .K = p->K,
                     .A = p->B,
                     .a_row = p->b_col,
                     .B = p->A,
                     .b_row = p->a_col,
                     .b_col = p->a_row,
                     .start = p->start,
                     .start_row = 1,
                     .lowest = p->lowest,
                     .C = p->C,
                     .c_row = 1};
  narrow(&t, p->start_row, p->c_row);
}

// C^T = B^T A^T: the few columns of C become rows, so that vectors are full.
static void few_columns(const Product *p, real *panels, real *turned) {
  const long row = padded(p->M);
  const Product t = {.M = p->N,
                     .N = p->M,
                     .K = p->K,
                     .A = p->B,
                     .a_row = p->b_col,
                     .a_col = p->b_row,
                     .B = p->A,
                     .b_row = p->a_col,
                     .b_col = p->a_row,
                     .start = p->start ? turned : 0,
                     .start_row = row,
                     .lowest = p->lowest,
                     .C = turned,
                     .c_row = row};
  if (p->start)
    for (long i = 0; i < p->M; i++)
      for (long j = 0; j < p->N; j++) turned[j * row + i] = p->start[i * p->start_row + j];
  many_rows(&t, panels, 0);
  for (long i = 0; i < p->M; i++)
    for (long j = 0; j < p->N; j++) p->C[i * p->c_row + j] = turned[j * row + i];
}

void FN(gemm_activated)(long M, long N, long K, const real *A, long a_row, long a_col,
                        const real *B, long b_row, long b_col, const real *bias, int add,
                        Activation activation, real *C, long c_row, real *work) {
  if (M <= 0 || N <= 0) return;
  const real low = lowest(activation);
  if (N == 1) {
    if (K <= SHORT && K > 0 && b_row == 1) {
      const ShortColumn p = {M, A, a_row, a_col, B, bias, add, low, C, c_row};
      short_column(K, &p);
      return;
    }
    for (long k = 0; b_row != 1 && k < K; k++) work[k] = B[k * b_row];
    column(M, K, A, a_row, a_col, b_row == 1 ? B : work, bias, add, low, C, c_row);
    return;
  }
  const Product p = {.M = M,
                     .N = N,
                     .K = K,
                     .A = A,
                     .a_row = a_row,
                     .a_col = a_col,
                     .B = B,
                     .b_row = b_row,
                     .b_col = b_col,
                     .start = add ? C : bias,
                     .start_row = add ? c_row : 0,
                     .lowest = low,
                     .C = C,
                     .c_row = c_row};
  if (N <= SHORT && M <= LITTLE && K <= LITTLE) {
    short_rows(N, &p);
    return;
  }
  Tile all = {.depth = K,
              .a = A,
              .a_row = a_row,
              .a_col = a_col,
              .b = B,
              .b_row = b_row,
              .columns = N,
              .start = p.start,
              .start_row = p.start_row,
              .c = C,
              .c_row = c_row,
              .lowest = low};
  const int is_narrow = a_col == 1 && turns_well(N) && M >= PANEL,
            is_turned = a_row == 1 && N < WIDE && M >= PANEL;
  real *panels = (real *)(((uintptr_t)work + 63) & ~(uintptr_t)63); // whole cache lines
  real *behind = panels + panels_size(M, N, K);
  if (M == 1 && b_col == 1)
    one_row(&all);
  else if (b_col == 1 && (M <= LOW || K <= (is_narrow || is_turned ? FEW_MASKED : FEW_TERMS)))
    unpacked(M, &all);
  else if (is_narrow)
    narrow(&p, 1, 1);
  else if (b_row == 1 && M <= NARROW && N >= PANEL)
    few_rows(&p);
  else if (is_turned)
    few_columns(&p, panels, behind);
  else
    many_rows(&p, panels, behind);
}

void FN(gemm_gated)(long M, long N, long K, const real *A, long a_row, long a_col, const real *B,
                    long b_row, long b_col, const real *gate, long gate_row, real *C, long c_row,
                    real *work) {
  if (a_col == 1 && b_row == 1 && N > NARROW && M > NARROW) {
    const Product p = {.M = M,
                       .N = N,
                       .K = K,
                       .A = A,
                       .a_row = a_row,
                       .a_col = a_col,
                       .B = B,
                       .b_row = b_row,
                       .b_col = b_col,
                       .lowest = lowest(IDENTITY),
                       .gate = gate,
                       .gate_row = gate_row,
                       .C = C,
                       .c_row = c_row};
    real *panels = (real *)(((uintptr_t)work + 63) & ~(uintptr_t)63);
    many_rows(&p, panels, panels + panels_size(M, N, K));
    return;
  }
  FN(gemm)(M, N, K, A, a_row, a_col, B, b_row, b_col, 0, 0, C, c_row, work);
  for (long i = 0; i < M; i++)
    for (long j = 0; j < N; j++) C[i * c_row + j] *= gate[i * gate_row + j] > 0 ? 1 : 0;
}

void FN(gemm)(long M, long N, long K, const real *A, long a_row, long a_col, const real *B,
              long b_row, long b_col, const real *bias, int add, real *C, long c_row, real *work) {
  FN(gemm_activated)(M, N, K, A, a_row, a_col, B, b_row, b_col, bias, add, IDENTITY, C, c_row,
                     work);
}

// Tile += another, `columns` wide.
static void add_tile(long rows, long columns, real *to, long to_row, const real *from,
                     long from_row) {
  for (long i = 0; i < rows; i++)
    for (long j = 0; j < columns; j++) to[i * to_row + j] += from[i * from_row + j];
}

// One tile of X' Z: all shards, before the next one. As in a binary counter, two sums of the same
// size become one at once; a shard with an odd number is added to the one before it in the tile's
// last pass. The sum stands in C, those that wait for it in `level`.
static void fold_tile(const Leaves *leaves, Tile t, long high, long x_row, real *C, long c_row,
                      real level[][HIGH * PANEL]) {
  const real *x = t.a, *z = t.b;
  const int form = 2 * (t.columns % WIDE != 0) + (t.columns > WIDE);
  for (int32_t s = 0, depth = 0; s < leaves->count; s++) {
    const int odd = s % 2;
    depth += !odd;
    t.depth = leaves->start[s + 1] - leaves->start[s], t.a = x + leaves->start[s] * x_row,
    t.b = z + leaves->start[s] * t.b_row;
    t.c = depth == 1 ? C : level[depth - 1], t.c_row = depth == 1 ? c_row : PANEL, t.onto = odd;
    TILES[high][form](&t);
    for (int32_t n = (s + 1) / 2; odd && n % 2 == 0; n /= 2, depth--)
      add_tile(high, t.columns, depth == 2 ? C : level[depth - 2], depth == 2 ? c_row : PANEL,
               level[depth - 1], PANEL);
  }
}

// Whether C^T = Z' X, whose vectors are fuller, saves a fifth of the sums and more.
static int folds_turned(long M, long N) {
  return M > N && (N < WIDE || (N <= HIGH && 5 * N * parts(M, WIDE) <= 4 * M * parts(N, WIDE)));
}

void FN(gemm_fold)(const Leaves *leaves, long M, long N, const real *X, long x_row, const real *Z,
                   long z_row, real *C, long c_row, real *work) {
  real level[MAX_LEVELS][HIGH * PANEL];
  if (folds_turned(M, N)) {
    for (long i = 0; i < N; i += HIGH)
      for (long j = 0; j < M; j += PANEL) {
        const long high = smaller(HIGH, N - i);
        const Tile t = {.a = Z + i,
                        .a_row = 1,
                        .a_col = z_row,
                        .b = X + j,
                        .b_row = x_row,
                        .packed = work,
                        .columns = smaller(PANEL, M - j),
                        .lowest = lowest(IDENTITY)};
        fold_tile(leaves, t, high, z_row, level[0], PANEL, level);
        for (long k = 0; k < t.columns; k++)
          for (long q = 0; q < high; q++) C[(j + k) * c_row + i + q] = level[0][q * PANEL + k];
      }
    return;
  }
  const Heights rows = heights_of(M);
  for (long q = 0, i = 0; q < rows.tiles; q++) {
    const long high = rows.high + (q < rows.higher);
    for (long j = 0; j < N; j += PANEL) {
      const Tile t = {.a = X + i,
                      .a_row = 1,
                      .a_col = x_row,
                      .b = Z + j,
                      .b_row = z_row,
                      .packed = work,
                      .columns = smaller(PANEL, N - j),
                      .lowest = lowest(IDENTITY)};
      fold_tile(leaves, t, high, x_row, C + i * c_row + j, c_row, level);
    }
    i += high;
  }
}
