// Sums without the terms that are 0. Adding 0 times a finite number changes no sum but -0. A sum
// keeps the order of its other terms, so it has the same bits as in gemm.c; if a sum is -0, its
// panel is computed again with all terms.
#include "gemm_sparse.h"
#include "gemm_pack.h"

// TERMS: k in a block, one bit each. MOST_SUMS: vectors of a panel of B; a block of it stays in the
// L1 cache. TALL, GROUP: rows of C with known bits, in a product and in a fold. BLOCKS: of all the
// shards of a fold. SAMPLE: one row in this many is checked for zeros.
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

// Some rows of C, one panel wide, and one block of terms.
typedef struct {
  long rows;
  const uint64_t *bits; // of each row: which of its terms are not 0
  const real *a;
  long a_row, a_col;
  const real *b;
  long b_row;
  const real *start; // NULL for 0
  long start_row;
  int onto; // 1: the sum is added to what c holds
  Activation activation;
  const real *gate; // NULL, or in C's shape: see Product
  long gate_row;
  real *c;
  long c_row;
  integer last; // columns of the last vector
} Part;

#define EACH_SUM UNROLL for (int v = 0; v < vectors; v++)

// Vector v of the numbers at p; the last vector has fewer of them.
INLINE Vector read_vector(const int vectors, int v, const real *p, integer last) {
  return v < vectors - 1 ? load(p + v * WIDE) : load_up_to(p + v * WIDE, last);
}

// Returns 1 if some sum is -0.
INLINE int sum_part(const int vectors, const Part *p) {
  const Mask minus = (Mask)splat(-(real)0);
  const integer last = p->last;
  const real *a = p->a, *start = p->start, *gate = p->gate;
  const long a_col = p->a_col, b_row = p->b_row;
  real *c = p->c;
  Mask any = {0};
  for (long r = 0; r < p->rows; r++, a += p->a_row, c += p->c_row) {
    Vector sum[MOST_SUMS];
    EACH_SUM sum[v] = start ? read_vector(vectors, v, start, last) : (Vector){0};
    for (uint64_t bits = p->bits[r]; bits; bits &= bits - 1) {
      const long k = __builtin_ctzll(bits);
      const real *b = p->b + k * b_row;
      const Vector x = splat(a[k * a_col]);
      EACH_SUM sum[v] = fused(x, load(b + v * WIDE), sum[v]);
    }
    EACH_SUM any |= (Mask)sum[v] == minus;
    if (p->onto) EACH_SUM sum[v] = read_vector(vectors, v, c, last) + sum[v];
    if (p->activation == RELU) EACH_SUM sum[v] = at_least((Vector){0}, sum[v]);
    if (gate) EACH_SUM sum[v] = gated(sum[v], read_vector(vectors, v, gate, last));
    EACH_SUM {
      if (v < vectors - 1)
        store(c + v * WIDE, sum[v]);
      else
        store_up_to(c + v * WIDE, last, sum[v]);
    }
    if (start) start += p->start_row;
    if (gate) gate += p->gate_row;
  }
  integer found = 0;
  for (int q = 0; q < WIDE; q++) found |= any[q];
  return found != 0;
}

// One function for each number of vectors.
typedef int PartFunction(const Part *p);
#define PART(v)                        \
  static int part_##v(const Part *p) { \
    return sum_part(v, p);             \
  }
#define PART_NAME(v) part_##v,
#if BYTES == 64
#define EACH_PART EACH_TO_7
#else
#define EACH_PART EACH_TO_12
#endif
EACH_PART(PART)
static PartFunction *const PARTS_OF[MOST_SUMS + 1] = {0, EACH_PART(PART_NAME)};

// ---- where the zeros are

// Return how many of a hundred numbers are not 0, in a sample of the rows.
static long share(long rows, long columns, const real *x, long row) {
  Mask lanes = {0};
  int64_t count = 0;
  for (long n = 0; n < rows; n += SAMPLE, x += SAMPLE * row)
    for (long k = 0; k < columns; k += WIDE)
      lanes -= load_up_to(x + k, (integer)smaller_of(WIDE, columns - k)) != (Vector){0};
  for (int q = 0; q < WIDE; q++) count += lanes[q];
  return (long)(100 * count / (parts_of(rows, SAMPLE) * columns + 1));
}

// (inf - inf and NaN - NaN are NaN.)
static int are_finite(long rows, long columns, const real *x, long row) {
  Vector lanes = {0};
  real sum = 0;
  for (long n = 0; n < rows; n++, x += row) {
    long k = 0;
    for (; k + WIDE <= columns; k += WIDE) lanes += load(x + k) - load(x + k);
    for (; k < columns; k++) sum += x[k] - x[k];
  }
  for (int q = 0; q < WIDE; q++) sum += lanes[q];
  return sum == 0;
}

// Bits in each lane: TERMS bits take TERMS / LANE_BITS vectors.
typedef unsigned_integer Bits __attribute__((vector_size(BYTES)));
enum { LANE_BITS = REAL_BITS };

INLINE Bits not_zero(const real *x, integer n) {
  return (Bits)(load_up_to(x, n) != (Vector){0});
}

// The bits of n <= TERMS numbers side by side; lane q collects numbers q, q + WIDE, ...
INLINE uint64_t bits_of_row(long n, const real *x) {
  Bits own;
  for (int q = 0; q < WIDE; q++) own[q] = (unsigned_integer)1 << q;
  uint64_t bits = 0;
  for (long first = 0; first < n; first += LANE_BITS) {
    const long end = smaller_of(n, first + LANE_BITS);
    Bits word = {0}, bit = own;
    for (long k = first; k < end; k += WIDE, bit <<= WIDE)
      word |= not_zero(x + k, (integer)smaller_of(WIDE, end - k)) & bit;
    unsigned_integer any = 0, lane[WIDE];
    __builtin_memcpy(lane, &word, sizeof lane);
    for (int q = 0; q < WIDE; q++) any |= lane[q];
    bits |= (uint64_t)any << first;
  }
  return bits;
}

// The bits of each of `columns` columns of n <= TERMS rows; a lane for each column.
static void bits_of_columns(long n, long columns, const real *x, long row, uint64_t *bits) {
  for (long j = 0; j < columns; j += WIDE) {
    const integer here = (integer)smaller_of(WIDE, columns - j);
    for (integer q = 0; q < here; q++) bits[j + q] = 0;
    for (long first = 0; first < n; first += LANE_BITS) {
      const long end = smaller_of(n, first + LANE_BITS);
      Bits word = {0}, bit = (Bits){0} + 1;
      for (long k = first; k < end; k++, bit <<= 1) word |= not_zero(x + k * row + j, here) & bit;
      for (integer q = 0; q < here; q++) bits[j + q] |= (uint64_t)word[q] << first;
    }
  }
}

// ---- panels of B

// Columns of a panel, so that the panels are equally wide.
static long panel_width(long columns) {
  const long vectors = parts_of(columns, WIDE);
  return parts_of(vectors, parts_of(vectors, MOST_SUMS)) * WIDE;
}

static integer last_of(long columns) {
  return (integer)((columns - 1) % WIDE + 1);
}

static int sum_panel(const Part *p, long columns) {
  return PARTS_OF[parts_of(columns, WIDE)](p);
}

// Zeros beyond the columns, up to whole vectors.
static void copy_panel(long terms, long columns, Matrix B, real *to, long to_row) {
  if (B.col != 1) turn_all(columns, terms, B.at, B.col, to, to_row);
  for (long k = 0; k < terms; k++) {
    for (long j = B.col == 1 ? 0 : columns; j < columns; j++)
      to[k * to_row + j] = B.at[k * B.row + j];
    for (long j = columns; j % WIDE; j++) to[k * to_row + j] = 0;
  }
}

// ---- C = A B

// ENOUGH: of a hundred numbers, at most this many may differ from 0. Adding only these terms takes
// about twice as long per term as adding all of them (measured). LEAST_...: smaller products gain
// nothing.
enum {
  ENOUGH = BYTES == 64 ? 50 : 55,
  LEAST_TERMS = 24,
  LEAST_ROWS = 16,
  LEAST_COLUMNS = 4 * WIDE
};

long FN(sparse_product_work)(long N, long K) {
  if (N < LEAST_COLUMNS || K < LEAST_TERMS) return 0;
  const long reals_of_a_word = (long)(sizeof(uint64_t) / sizeof(real));
  return LANES + TERMS * MOST_SUMS * WIDE + TALL * parts_of(K, TERMS) * reals_of_a_word;
}

// Some rows of C with the bits of their terms, block by block of terms.
typedef struct {
  Range rows;
  long blocks; // of terms
  uint64_t *bits;
  real *panel;
} Slab;

static void find_bits(const Product *p, const Slab *s) {
  const long rows = s->rows.end - s->rows.begin;
  for (long r = 0; r < rows; r++)
    for (long b = 0; b < s->blocks; b++) {
      const Range terms = part_of(p->K, b, s->blocks);
      const real *a = p->A.at + (s->rows.begin + r) * p->A.row + terms.begin;
      s->bits[b * rows + r] = bits_of_row(terms.end - terms.begin, a);
    }
}

// The columns of one panel of C without the terms that are 0. Returns 1 if some sum is -0.
static int sparse_panel(const Product *p, const Slab *s, Range columns) {
  const long top = s->rows.begin, rows = s->rows.end - top, j = columns.begin;
  const long wide = columns.end - j, panel_row = panel_width(p->N);
  real *c = p->C + top * p->c_row + j;
  int minus = 0;
  for (long b = 0; b < s->blocks; b++) {
    const Range terms = part_of(p->K, b, s->blocks);
    const real *from = p->B.at + terms.begin * p->B.row + j * p->B.col;
    const Matrix B = {from, p->B.row, p->B.col};
    copy_panel(terms.end - terms.begin, wide, B, s->panel, panel_row);
    Part part = {.rows = rows,
                 .bits = s->bits + b * rows,
                 .a = p->A.at + top * p->A.row + terms.begin,
                 .a_row = p->A.row,
                 .a_col = 1,
                 .b = s->panel,
                 .b_row = panel_row,
                 .start = p->start ? p->start + j : 0,
                 .c = c,
                 .c_row = p->c_row,
                 .last = last_of(wide)};
    if (b > 0) part.start = c, part.start_row = p->c_row;
    if (b == s->blocks - 1) {
      part.activation = p->activation;
      part.gate = p->gate ? p->gate + top * p->gate_row + j : 0;
      part.gate_row = p->gate_row;
    }
    minus |= sum_panel(&part, wide);
  }
  return minus;
}

// The same with all terms. One column alone would have another rule, so it is computed together
// with its neighbor.
static void dense_panel(const Product *p, Range rows, Range columns) {
  const long j = columns.end - columns.begin == 1 ? columns.begin - 1 : columns.begin;
  Product panel = *p;
  panel.M = rows.end - rows.begin, panel.N = columns.end - j;
  panel.A.at += rows.begin * p->A.row, panel.B.at += j * p->B.col;
  panel.C += rows.begin * p->c_row + j;
  if (p->start) panel.start += j;
  if (p->gate) panel.gate += rows.begin * p->gate_row + j;
  FN(gemm)(&panel);
}

static int is_sparse_product(const Product *p) {
  const Matrix A = p->A, B = p->B;
  if (p->M < LEAST_ROWS || p->N < LEAST_COLUMNS || p->K < LEAST_TERMS) return 0;
  if (share(p->M, p->K, A.at, A.row) > ENOUGH) return 0;
  return B.col == 1 ? are_finite(p->K, p->N, B.at, B.row) : are_finite(p->N, p->K, B.at, B.col);
}

int FN(sparse_product)(const Product *p) {
  if (!is_sparse_product(p)) return 0;
  Slab slab = {.blocks = parts_of(p->K, TERMS), .panel = whole_lines(p->work)};
  slab.bits = (uint64_t *)(slab.panel + TERMS * MOST_SUMS * WIDE);
  for (long top = 0; top < p->M; top += TALL) {
    slab.rows = (Range){top, smaller_of(p->M, top + TALL)};
    find_bits(p, &slab);
    const long wide = panel_width(p->N);
    for (long j = 0; j < p->N; j += wide) {
      const Range columns = {j, smaller_of(p->N, j + wide)};
      if (sparse_panel(p, &slab, columns)) {
        dense_panel(p, slab.rows, columns); // takes `work` for itself
        find_bits(p, &slab);
      }
    }
  }
  return 1;
}

// ---- C = X' Z, shard after shard

// The rows `first` ... of a shard, at most TERMS of them.
typedef struct {
  long first, terms;
  int begins, ends; // 1: the first, the last block of its shard
} Block;

// Cuts every shard into equal blocks. Returns their number, 0 if there are too many.
static long blocks_of(const Leaves *leaves, Block *block) {
  long n = 0;
  for (int32_t s = 0; s < leaves->count; s++) {
    const long first = leaves->start[s], rows = leaves->start[s + 1] - first;
    const long all = parts_of(rows, TERMS);
    for (long b = 0; b < all; b++) {
      if (n == BLOCKS) return 0;
      const Range part = part_of(rows, b, all);
      block[n++] = (Block){first + part.begin, part.end - part.begin, b == 0, b == all - 1};
    }
  }
  return n;
}

// C' = Z' X
static FoldedProduct turned_fold(const FoldedProduct *p) {
  FoldedProduct t = *p;
  t.M = p->N, t.N = p->M;
  t.X = p->Z, t.x_row = p->z_row, t.Z = p->X, t.z_row = p->x_row;
  return t;
}

static long vectors_of_sums(const FoldedProduct *p) {
  return p->M * parts_of(p->N, WIDE);
}

// The cost of the terms of X that are not 0: vectors of sums times such numbers in a hundred.
static long cost_of(const FoldedProduct *p) {
  // only the rows of these shards: another thread may be writing the others
  const long first = p->leaves->start[0], rows = p->leaves->start[p->leaves->count] - first;
  return share(rows, p->M, p->X + first * p->x_row, p->x_row) * vectors_of_sums(p);
}

static int has_finite_z(const FoldedProduct *p) {
  const long first = p->leaves->start[0], rows = p->leaves->start[p->leaves->count] - first;
  return are_finite(rows, p->N, p->Z + first * p->z_row, p->z_row);
}

// The parts of a fold share this: the blocks, the bits of GROUP columns of X in each of them, and
// scratch memory.
typedef struct {
  long blocks;
  Block block[BLOCKS];
  uint64_t bits[BLOCKS * GROUP];
  real *panel, *turned, *level;
  long row; // from one row of the scratch to the next
} Lists;

static void add_rows(long rows, long columns, real *to, long to_row, const real *from,
                     long from_row) {
  for (long i = 0; i < rows; i++)
    for (long j = 0; j < columns; j++) to[i * to_row + j] += from[i * from_row + j];
}

// The values from which a block of the sums begins.
static Part part_of_fold(const FoldedProduct *p, const Lists *l, long b, int as_it_lies) {
  const Block *block = l->block + b;
  Part part = {.rows = p->M,
               .bits = l->bits + b * GROUP,
               .a = p->X + block->first * p->x_row,
               .a_row = 1,
               .a_col = p->x_row,
               .b = p->Z + block->first * p->z_row,
               .b_row = p->z_row,
               .start = block->begins ? 0 : l->level,
               .start_row = l->row,
               .c = l->level,
               .c_row = l->row,
               .last = last_of(p->N)};
  if (!as_it_lies) {
    copy_panel(block->terms, p->N, (Matrix){part.b, p->z_row, 1}, l->panel, l->row);
    part.b = l->panel, part.b_row = l->row;
  }
  return part;
}

// Compute up to GROUP rows and one panel of C, added up as in fold_tile of gemm.c. The sum is in C,
// and the sums that wait for it are in the levels; level 0 keeps the sum of a shard's first blocks.
// Return 1 if some sum is -0.
static int sparse_fold_panel(const FoldedProduct *p, const Lists *l) {
  const long size = GROUP * l->row;
  const uintptr_t z_bits = (uintptr_t)p->Z | (uintptr_t)(p->z_row * (long)sizeof(real));
  const int as_it_lies = p->N % WIDE == 0 && z_bits % BYTES == 0;
  int minus = 0;
  for (long b = 0, depth = 0, s = 0; b < l->blocks; b++) {
    const int odd = s % 2, ends = l->block[b].ends;
    depth += l->block[b].begins && !odd;
    Part part = part_of_fold(p, l, b, as_it_lies);
    if (ends) {
      part.onto = odd;
      part.c = depth == 1 ? p->C : l->level + (depth - 1) * size;
      part.c_row = depth == 1 ? p->c_row : l->row;
    }
    minus |= sum_panel(&part, p->N);
    if (!ends) continue;
    s++;
    for (long n = s / 2; odd && n % 2 == 0; n /= 2, depth--) {
      real *to = depth == 2 ? p->C : l->level + (depth - 2) * size;
      const real *from = l->level + (depth - 1) * size;
      add_rows(p->M, p->N, to, depth == 2 ? p->c_row : l->row, from, l->row);
    }
  }
  return minus;
}

long FN(sparse_fold_work)(long rows, long M, long N) {
  if (M < LEAST_COLUMNS || N < LEAST_COLUMNS) return PANEL_OF(rows);
  const long rows_of_scratch = TERMS + (MAX_LEVELS + 1) * GROUP;
  return larger_of(LANES + rows_of_scratch * MOST_SUMS * WIDE, PANEL_OF(rows));
}

// Multiply the columns of X that are GROUP rows of C by the columns of Z that are one panel.
// turned: for C', with a given place in C.
static void fold_one_panel(const FoldedProduct *part, const Lists *l, int turned) {
  FoldedProduct to_scratch = *part;
  if (turned) to_scratch.C = l->turned, to_scratch.c_row = l->row;
  if (sparse_fold_panel(&to_scratch, l)) {
    const FoldedProduct dense = turned ? turned_fold(part) : *part;
    FN(gemm_fold)(&dense);
  } else if (turned) {
    turn_all(part->M, part->N, l->turned, l->row, part->C, part->c_row);
  }
}

int FN(sparse_fold)(const FoldedProduct *p) {
  const Leaves *leaves = p->leaves;
  const long rows = leaves->start[leaves->count] - leaves->start[0];
  if (rows < LEAST_TERMS || p->M < LEAST_COLUMNS || p->N < LEAST_COLUMNS) return 0;
  Lists l;
  l.blocks = blocks_of(leaves, l.block);
  if (!l.blocks) return 0;
  const FoldedProduct t = turned_fold(p);
  const long by_x = cost_of(p), by_z = cost_of(&t);
  const long dense = smaller_of(vectors_of_sums(p), vectors_of_sums(&t));
  if (smaller_of(by_x, by_z) > ENOUGH * dense) return 0;
  const int turned = by_z < by_x;
  const FoldedProduct *q = turned ? &t : p; // the zeros of its X are left out
  if (!has_finite_z(q)) return 0;

  l.row = panel_width(q->N);
  l.panel = whole_lines(p->work);
  l.turned = l.panel + TERMS * l.row;
  l.level = l.turned + GROUP * l.row;
  for (long i = 0; i < q->M; i += GROUP) {
    FoldedProduct part = *q;
    part.M = smaller_of(GROUP, q->M - i), part.X = q->X + i;
    for (long b = 0; b < l.blocks; b++) {
      const real *x = part.X + l.block[b].first * part.x_row;
      bits_of_columns(l.block[b].terms, part.M, x, part.x_row, l.bits + b * GROUP);
    }
    for (long j = 0; j < q->N; j += l.row) {
      part.N = smaller_of(l.row, q->N - j), part.Z = q->Z + j;
      part.C = turned ? p->C + j * p->c_row + i : p->C + i * p->c_row + j;
      fold_one_panel(&part, &l, turned);
    }
  }
  return 1;
}
