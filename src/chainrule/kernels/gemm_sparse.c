// Sums without the terms that are 0. To add 0 times a finite number changes no sum but -0: a sum
// keeps the order of the terms that are left, so its bits are those of gemm.c; where one comes out
// as -0, its panel is computed again with all terms.
#include "gemm_sparse.h"
#include "gemm_pack.h"

// TERMS: k in a block, one bit each. MOST_SUMS: vectors of a panel of B, which stays in the L1
// cache as a block. TALL, GROUP: rows of C whose bits are known at a time. BLOCKS: of all the
// shards of a fold.
enum {
  TERMS = 64,
  MOST_SUMS = BYTES == 64 ? 7 : 12,
  TALL = 256,
  GROUP = 32,
  BLOCKS = 64,
  SAMPLE = 4
};

#if REAL_BITS == 32
typedef uint32_t unsigned_integer;
#else
typedef uint64_t unsigned_integer;
#endif

typedef struct {
  long rows;
  const uint64_t *bits; // of each row: which of its terms are not 0
  const real *a;
  long a_row, a_col;
  const real *b;
  long b_row;
  const real *start; // NULL: 0
  long start_row;
  int onto; // 1: the sum is added to what c holds
  real lowest;
  const real *gate; // or NULL: as Tile's
  long gate_row;
  real *c;
  long c_row;
  integer last; // columns of the last vector
} Part;

// Returns whether some sum is -0.
INLINE int part_of(const int vectors, const Part *p) {
  const Mask minus = (Mask)splat(-(real)0);
  const integer last = p->last;
  const real *a = p->a, *start = p->start, *gate = p->gate;
  const long a_col = p->a_col, b_row = p->b_row;
  real *c = p->c;
  Mask any = {0};
#define EACH_SUM UNROLL for (int v = 0; v < vectors; v++)
#define READ_VECTOR(p) \
  (v < vectors - 1 || last == WIDE ? load((p) + v * WIDE) : load_first((p) + v * WIDE, last))
  for (long r = 0; r < p->rows; r++, a += p->a_row, c += p->c_row) {
    Vector sum[MOST_SUMS];
    EACH_SUM sum[v] = start ? READ_VECTOR(start) : (Vector){0};
    for (uint64_t bits = p->bits[r]; bits; bits &= bits - 1) {
      const long k = __builtin_ctzll(bits);
      const real *b = p->b + k * b_row;
      const Vector x = splat(a[k * a_col]);
      EACH_SUM sum[v] = fused(x, load(b + v * WIDE), sum[v]);
    }
    EACH_SUM any |= (Mask)sum[v] == minus;
    if (p->onto) EACH_SUM sum[v] = READ_VECTOR(c) + sum[v];
    if (p->lowest == 0) EACH_SUM sum[v] = at_least((Vector){0}, sum[v]);
    if (gate) EACH_SUM sum[v] = gated(sum[v], READ_VECTOR(gate));
    EACH_SUM {
      if (v < vectors - 1 || last == WIDE)
        store(c + v * WIDE, sum[v]);
      else
        store_first(c + v * WIDE, last, sum[v]);
    }
    if (start) start += p->start_row;
    if (gate) gate += p->gate_row;
  }
  integer found = 0;
  for (int q = 0; q < WIDE; q++) found |= any[q];
  return found != 0;
}

typedef int PartFunction(const Part *p);
#define PART(v)                        \
  static int part_##v(const Part *p) { \
    return part_of(v, p);              \
  }
PART(1)
PART(2)
PART(3)
PART(4) PART(5) PART(6) PART(7)
#if BYTES < 64
    PART(8) PART(9) PART(10) PART(11) PART(12)
#endif
        static PartFunction *const PARTS_OF[MOST_SUMS + 1] = {
            0,      part_1, part_2,  part_3,  part_4, part_5, part_6, part_7,
#if BYTES < 64
            part_8, part_9, part_10, part_11, part_12
#endif
};

static long parts(long n, long most) {
  return (n + most - 1) / most;
}

// ---- where the zeros are

// Of a sample of the rows: how many of a hundred numbers are not 0.
static long share(long rows, long columns, const real *x, long row) {
  int64_t count = 0, all = 0;
  for (long n = 0; n < rows; n += SAMPLE, all += columns, x += SAMPLE * row) {
    Mask lanes = {0};
    long k = 0;
    for (; k + WIDE <= columns; k += WIDE) lanes -= load(x + k) != (Vector){0};
    for (; k < columns; k++) count += x[k] != 0;
    for (int q = 0; q < WIDE; q++) count += lanes[q];
  }
  return (long)(100 * count / (all + 1));
}

static int are_finite(long rows, long columns, const real *x, long row) {
  Vector lanes = {0};
  real sum = 0;
  for (long n = 0; n < rows; n++, x += row) {
    long k = 0;
    // inf - inf and NaN - NaN are NaN
    for (; k + WIDE <= columns; k += WIDE) lanes += load(x + k) - load(x + k);
    for (; k < columns; k++) sum += x[k] - x[k];
  }
  for (int q = 0; q < WIDE; q++) sum += lanes[q];
  return sum == 0;
}

// Bits in a lane, in as many words as TERMS need.
typedef unsigned_integer Bits __attribute__((vector_size(BYTES)));
enum { LANE_BITS = REAL_BITS };

INLINE Bits not_zero(const real *x, integer n) {
  return (Bits)((n == WIDE ? load(x) : load_first(x, n)) != (Vector){0});
}

// The bits of n <= TERMS numbers side by side: lane q has every WIDE-th one.
INLINE uint64_t bits_of_row(long n, const real *x) {
  Bits own;
  for (int q = 0; q < WIDE; q++) own[q] = (unsigned_integer)1 << q;
  uint64_t bits = 0;
  for (long first = 0; first < n; first += LANE_BITS) {
    const long end = smaller(n, first + LANE_BITS);
    Bits word = {0}, bit = own;
    for (long k = first; k < end; k += WIDE, bit <<= WIDE)
      word |= not_zero(x + k, (integer)smaller(WIDE, end - k)) & bit;
    unsigned_integer any = 0, lane[WIDE];
    __builtin_memcpy(lane, &word, sizeof lane);
    for (int q = 0; q < WIDE; q++) any |= lane[q];
    bits |= (uint64_t)any << first;
  }
  return bits;
}

// The bits of each of `columns` columns, n <= TERMS rows: a lane for each column.
static void bits_of_columns(long n, long columns, const real *x, long row, uint64_t *bits) {
  for (long j = 0; j < columns; j += WIDE) {
    const integer here = (integer)smaller(WIDE, columns - j);
    for (integer q = 0; q < here; q++) bits[j + q] = 0;
    for (long first = 0; first < n; first += LANE_BITS) {
      const long end = smaller(n, first + LANE_BITS);
      Bits word = {0}, bit = (Bits){0} + 1;
      for (long k = first; k < end; k++, bit <<= 1) word |= not_zero(x + k * row + j, here) & bit;
      for (integer q = 0; q < here; q++) bits[j + q] |= (uint64_t)word[q] << first;
    }
  }
}

// ---- panels of B

static long panel_vectors(long columns) {
  return parts(parts(columns, WIDE), parts(parts(columns, WIDE), MOST_SUMS));
}
static integer last_of(long columns) {
  return (integer)((columns - 1) % WIDE + 1);
}

// Zeros beyond the columns, up to whole vectors.
static void copy_panel(long terms, long columns, const real *B, long b_row, long b_col, real *to,
                       long to_row) {
  if (b_col != 1) turn_all(columns, terms, B, b_col, to, to_row);
  for (long k = 0; k < terms; k++) {
    for (long j = b_col == 1 ? 0 : columns; j < columns; j++) to[k * to_row + j] = B[k * b_row + j];
    for (long j = columns; j % WIDE; j++) to[k * to_row + j] = 0;
  }
}

static real *aligned(real *work) {
  return (real *)(((uintptr_t)work + 63) & ~(uintptr_t)63);
}

// ---- C = A B

// Of a hundred: to add the terms that are not 0 takes up to twice as long as to add all of them
// (measured).
enum { ENOUGH = 55, LEAST_TERMS = 24, LEAST_ROWS = 16, LEAST_COLUMNS = 4 * WIDE };

long FN(sparse_product_work)(long N, long K) {
  if (N < LEAST_COLUMNS || K < LEAST_TERMS) return 0;
  return LANES + TERMS * MOST_SUMS * WIDE +
         TALL * parts(K, TERMS) * (long)(sizeof(uint64_t) / sizeof(real));
}

int FN(sparse_product)(long M, long N, long K, const real *A, long a_row, const real *B, long b_row,
                       long b_col, const real *bias, Activation activation, const real *gate,
                       long gate_row, real *C, long c_row, real *work) {
  if (M < LEAST_ROWS || N < LEAST_COLUMNS || K < LEAST_TERMS || share(M, K, A, a_row) > ENOUGH)
    return 0;
  if (!(b_col == 1 ? are_finite(K, N, B, b_row) : are_finite(N, K, B, b_col))) return 0;
  const long blocks = parts(K, TERMS), wide = panel_vectors(N) * WIDE;
  real *panel = aligned(work);
  uint64_t *bits = (uint64_t *)(panel + TERMS * MOST_SUMS * WIDE);
  for (long top = 0, rows; top < M; top += rows) {
    rows = smaller(TALL, M - top);
    const real *a = A + top * a_row;
    for (long r = 0; r < rows; r++)
      for (long b = 0; b < blocks; b++) {
        const long k = K * b / blocks;
        bits[b * rows + r] = bits_of_row(K * (b + 1) / blocks - k, a + r * a_row + k);
      }
    for (long j = 0; j < N; j += wide) {
      const long columns = smaller(wide, N - j);
      const real *at = B + j * b_col, *start = bias ? bias + j : 0,
                 *open = gate ? gate + top * gate_row + j : 0;
      real *c = C + top * c_row + j;
      int minus = 0;
      for (long b = 0; b < blocks; b++) {
        const long k = K * b / blocks, end = K * (b + 1) / blocks;
        const int ends = b == blocks - 1;
        copy_panel(end - k, columns, at + k * b_row, b_row, b_col, panel, wide);
        const Part p = {.rows = rows,
                        .bits = bits + b * rows,
                        .a = a + k,
                        .a_row = a_row,
                        .a_col = 1,
                        .b = panel,
                        .b_row = wide,
                        .start = b > 0 ? c : start,
                        .start_row = b > 0 ? c_row : 0,
                        .lowest = lowest(ends ? activation : IDENTITY),
                        .gate = ends ? open : 0,
                        .gate_row = gate_row,
                        .c = c,
                        .c_row = c_row,
                        .last = last_of(columns)};
        minus |= PARTS_OF[parts(columns, WIDE)](&p);
      }
      if (minus) {
        const long more = columns == 1; // a product with one column has another rule
        const real *b = at - more * b_col;
        if (gate)
          FN(gemm_gated)(rows, columns + more, K, a, a_row, 1, b, b_row, b_col, open - more,
                         gate_row, c - more, c_row, work);
        else
          FN(gemm_activated)(rows, columns + more, K, a, a_row, 1, b, b_row, b_col,
                             bias ? start - more : 0, 0, activation, c - more, c_row, work);
      }
    }
  }
  return 1;
}

// ---- C = X' Z, shard after shard

typedef struct {
  long first, terms;
  int begins, ends;
} Block;

// Every shard in equal blocks.
static long blocks_of(const Leaves *leaves, Block *block) {
  long n = 0;
  for (int32_t s = 0; s < leaves->count; s++) {
    const long first = leaves->start[s], rows = leaves->start[s + 1] - first,
               all = parts(rows, TERMS);
    for (long b = 0; b < all; b++) {
      if (n == BLOCKS) return 0;
      const long from = rows * b / all;
      block[n++] = (Block){first + from, rows * (b + 1) / all - from, b == 0, b == all - 1};
    }
  }
  return n;
}

// The numbers that are listed, and what they are multiplied with: X and Z, or for C' = Z' X the
// other way round.
typedef struct {
  const real *x;
  long x_row;
  const real *z;
  long z_row, rows, columns; // of the part of C
  real *c;
  long c_row;
  real *panel, *level;
  long wide; // of a row in `level`
} Listed;

static void add_rows(long rows, long columns, real *to, long to_row, const real *from,
                     long from_row) {
  for (long i = 0; i < rows; i++)
    for (long j = 0; j < columns; j++) to[i * to_row + j] += from[i * from_row + j];
}

// As fold_tile of gemm.c. The sum stands in c, those that wait for it in the levels; level 0 keeps
// the sum of a shard's first blocks.
static int fold_part(const Listed *l, long blocks, const Block *block, const uint64_t *bits) {
  const long size = GROUP * l->wide;
  const int whole = l->columns % WIDE == 0 &&
                    ((uintptr_t)l->z | (uintptr_t)(l->z_row * (long)sizeof(real))) % BYTES == 0;
  int minus = 0;
  for (long b = 0, depth = 0, s = 0; b < blocks; b++, bits += GROUP) {
    const int odd = s % 2;
    depth += block[b].begins && !odd;
    Part p = {.rows = l->rows,
              .bits = bits,
              .a = l->x + block[b].first * l->x_row,
              .a_row = 1,
              .a_col = l->x_row,
              .b = l->z + block[b].first * l->z_row,
              .b_row = l->z_row,
              .lowest = lowest(IDENTITY),
              .last = last_of(l->columns),
              .start = block[b].begins ? 0 : l->level,
              .start_row = l->wide,
              .c = l->level,
              .c_row = l->wide};
    if (!whole)
      copy_panel(block[b].terms, l->columns, p.b, p.b_row, 1, l->panel, l->wide), p.b = l->panel,
                                                                                  p.b_row = l->wide;
    if (block[b].ends)
      p.onto = odd, p.c = depth == 1 ? l->c : l->level + (depth - 1) * size,
      p.c_row = depth == 1 ? l->c_row : l->wide;
    minus |= PARTS_OF[parts(l->columns, WIDE)](&p);
    if (!block[b].ends) continue;
    for (long n = ++s / 2; odd && n % 2 == 0; n /= 2, depth--)
      add_rows(l->rows, l->columns, depth == 2 ? l->c : l->level + (depth - 2) * size,
               depth == 2 ? l->c_row : l->wide, l->level + (depth - 1) * size, l->wide);
  }
  return minus;
}

long FN(sparse_fold_work)(long rows, long M, long N) {
  const long fold = M < LEAST_COLUMNS || N < LEAST_COLUMNS
                        ? 0
                        : LANES + (TERMS + (MAX_LEVELS + 1) * GROUP) * MOST_SUMS * WIDE;
  return fold > PANEL_OF(rows) ? fold : PANEL_OF(rows);
}

int FN(sparse_fold)(const Leaves *leaves, long M, long N, const real *X, long x_row, const real *Z,
                    long z_row, real *C, long c_row, real *work) {
  Block block[BLOCKS];
  uint64_t bits[BLOCKS * GROUP];
  // another thread may be writing the other rows
  const long first = leaves->start[0], rows = leaves->start[leaves->count] - first;
  if (rows < LEAST_TERMS || M < LEAST_COLUMNS || N < LEAST_COLUMNS) return 0;
  const long blocks = blocks_of(leaves, block);
  if (!blocks) return 0;
  const long all = M * parts(N, WIDE), all_turned = N * parts(M, WIDE); // vectors of sums
  const real *const x = X + first * x_row, *const z = Z + first * z_row;
  const long by_x = share(rows, M, x, x_row) * all, by_z = share(rows, N, z, z_row) * all_turned;
  const int turned = by_z < by_x;
  if (smaller(by_x, by_z) > ENOUGH * smaller(all, all_turned)) return 0;
  if (!(turned ? are_finite(rows, M, x, x_row) : are_finite(rows, N, z, z_row))) return 0;
  const long high = turned ? N : M, columns = turned ? M : N, wide = panel_vectors(columns) * WIDE;
  Listed l = {.x_row = turned ? z_row : x_row,
              .z_row = turned ? x_row : z_row,
              .panel = aligned(work),
              .wide = wide};
  real *const turned_c = l.panel + TERMS * wide;
  l.level = turned_c + GROUP * wide;
  for (long i = 0; i < high; i += GROUP) {
    l.rows = smaller(GROUP, high - i), l.x = (turned ? Z : X) + i;
    for (long b = 0; b < blocks; b++)
      bits_of_columns(block[b].terms, l.rows, l.x + block[b].first * l.x_row, l.x_row,
                      bits + b * GROUP);
    for (long j = 0; j < columns; j += wide) {
      real *const c = turned ? C + j * c_row + i : C + i * c_row + j;
      l.z = (turned ? X : Z) + j, l.columns = smaller(wide, columns - j),
      l.c = turned ? turned_c : c, l.c_row = turned ? wide : c_row;
      const int minus = fold_part(&l, blocks, block, bits);
      if (minus && turned)
        FN(gemm_fold)(leaves, l.columns, l.rows, l.z, x_row, l.x, z_row, c, c_row, work);
      else if (minus)
        FN(gemm_fold)(leaves, l.rows, l.columns, l.x, x_row, l.z, z_row, c, c_row, work);
      else if (turned)
        turn_all(l.rows, l.columns, turned_c, wide, c, c_row);
    }
  }
  return 1;
}
