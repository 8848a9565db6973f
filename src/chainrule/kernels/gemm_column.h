// Products with one column. Sums with k in order would take three times as long, so the rule is
// another: lane l sums the terms with k % 16 == l, k in order. The lanes are folded (lane l += lane
// l + 8, then 4, 2, 1), and the start is added, if there is one. Only N == 1 decides whether this
// rule holds.
#ifndef CHAINRULE_GEMM_COLUMN_H
#define CHAINRULE_GEMM_COLUMN_H
#include "gemm_pack.h"
#include "gemm_tile.h"

// PARTS: vectors for the 16 lanes of a row. ACROSS: vectors of a block of columns. TOGETHER: rows
// of A that are summed side by side.
enum { PARTS = LANES / WIDE, ACROSS = MOST, TOGETHER = WIDE < 4 ? WIDE : 4 };

// One step of the fold of two vectors into one (WIDE + q is lane q of the second): lanes with q & h
// belong to the second row.
#define LOWER(q, h) (((q) & (h) ? WIDE - (h) : 0) + (q))
#define UPPER(q, h) (((q) & (h) ? WIDE : (h)) + (q)) % (2 * WIDE)
#define LANES2(f, q, h) f(q, h), f(q + 1, h)
#define LANES4(f, q, h) LANES2(f, q, h), LANES2(f, q + 2, h)
#define LANES8(f, q, h) LANES4(f, q, h), LANES4(f, q + 4, h)
#define LANES16(f, q, h) LANES8(f, q, h), LANES8(f, q + 8, h)
#if 8 * BYTES / REAL_BITS == 16
#define ALL_LANES LANES16
#elif 8 * BYTES / REAL_BITS == 8
#define ALL_LANES LANES8
#elif 8 * BYTES / REAL_BITS == 4
#define ALL_LANES LANES4
#else
#define ALL_LANES LANES2
#endif
#define FOLDED(x, y, h) (MIX(x, y, ALL_LANES(LOWER, 0, h)) + MIX(x, y, ALL_LANES(UPPER, 0, h)))

// Lane l += lane l + h in each of WIDE rows, which are a vector each. At the end lane i of x[0] is
// the sum of row i.
INLINE void fold_rows(Vector x[WIDE]) {
#define STEP(h) \
  UNROLL        \
  for (int i = 0; i < h && h < WIDE; i++) x[i] = FOLDED(x[i], x[i + h], h);
  STEP(8) STEP(4) STEP(2) STEP(1)
}

// Sum the lanes of `rows` rows of A, for contiguous k in A and b, and fold them to WIDE lanes: one
// vector for each row.
INLINE void row_lanes(const int rows, long K, const real *const *a, const real *b, Vector *folded) {
  Vector sum[TOGETHER][PARTS];
  UNROLL
  for (int i = 0; i < rows; i++) UNROLL
  for (int p = 0; p < PARTS; p++) sum[i][p] = (Vector){0};
  long k = 0;
  for (; k + LANES <= K; k += LANES) UNROLL
  for (int p = 0; p < PARTS; p++) {
    const Vector y = load(b + k + p * WIDE);
    UNROLL
    for (int i = 0; i < rows; i++) sum[i][p] = fused(load(a[i] + k + p * WIDE), y, sum[i][p]);
  }
  if (k < K) UNROLL
  for (int p = 0; p < PARTS; p++) {
    const integer n = (integer)(K - k - p * WIDE);
    const Vector y = load_first(b + k + p * WIDE, n);
    UNROLL
    for (int i = 0; i < rows; i++)
      sum[i][p] = fused_first(load_first(a[i] + k + p * WIDE, n), y, sum[i][p], n);
  }
  UNROLL
  for (int i = 0; i < rows; i++) {
    UNROLL
    for (int half = PARTS / 2; half > 0; half /= 2) UNROLL
    for (int p = 0; p < half; p++) sum[i][p] += sum[i][p + half];
    folded[i] = sum[i][0];
  }
}

// Compute the sums of n <= WIDE rows of A; the last row fills the missing places.
INLINE Vector rows_of_column(long n, long K, const real *a, long a_row, const real *b) {
  Vector x[WIDE];
  UNROLL
  for (int i = 0; i < WIDE; i += TOGETHER) {
    const real *row[TOGETHER];
    UNROLL
    for (int q = 0; q < TOGETHER; q++)
      row[q] = a + smaller_of(i + q, n - 1) * a_row, x[i + q] = (Vector){0};
    if (i + 1 == n)
      row_lanes(1, K, row, b, x + i);
    else if (i < n)
      row_lanes(TOGETHER, K, row, b, x + i);
  }
  fold_rows(x);
  return x[0];
}

// Compute the sums of n <= ACROSS * WIDE neighboring rows of A (a_row == 1): lane l of all of them
// is one row, b[l], b[l + 16], ..., times every 16th row of A'.
static void columns_of_column(long n, long K, const real *a, long a_col, const real *b,
                              real *sums) {
  real lane[LANES][ACROSS * WIDE];
  const long live = smaller_of(K, LANES);
  for (long l = 0; l < live; l++) {
    const Tile t = {.depth = (K - l + LANES - 1) / LANES,
                    .a = b + l,
                    .a_col = LANES,
                    .b = a + l * a_col,
                    .b_row = LANES * a_col,
                    .columns = n,
                    .c = lane[l]};
    ROWS[parts_of(n, WIDE)](&t);
  }
  long left = live;
  for (long half = LANES / 2; half > 0; half /= 2) {
    for (long l = 0; l < smaller_of(left, half); l++) {
      if (l + half < left)
        for (long i = 0; i < n; i++) lane[l][i] += lane[l + half][i];
      else
        for (long i = 0; i < n; i++) lane[l][i] += 0; // -0 becomes 0
    }
    left = smaller_of(left, half);
  }
  for (long i = 0; i < n; i++) sums[i] = live ? lane[0][i] : 0;
}

// Return the folded lanes of K <= 4 terms. Adding 0 turns -0 into 0, as lanes without a term do.
INLINE real few_terms(const int K, const real *a, const real *b) {
  real lane[4] = {0};
  UNROLL
  for (int k = 0; k < K; k++) lane[k] = FMA(a[k], b[k], 0) + 0;
  return (lane[0] + lane[2]) + (lane[1] + lane[3]);
}

// The sums of n rows of K <= 4 numbers without gaps between them.
static void short_rows_of_column(long n, long K, const real *a, const real *b, real *sums) {
#define TERMS(k)                                                       \
  case k:                                                              \
    for (long q = 0; q < n; q++) sums[q] = few_terms(k, a + k * q, b); \
    break;
  switch (K) { TERMS(1) TERMS(2) TERMS(3) TERMS(4) }
#undef TERMS
}

// Return the sum of one row, for any strides.
static real one_of_column(long K, const real *a, long a_col, const real *b) {
  real lane[LANES] = {0};
  for (long k = 0; k < K; k++) lane[k % LANES] = FMA(a[k * a_col], b[k], lane[k % LANES]);
  for (long half = LANES / 2; half > 0; half /= 2)
    for (long l = 0; l < half; l++) lane[l] += lane[l + half];
  return lane[0];
}

// C = max(low, start + sums) for n rows from row i on.
INLINE void finish_column(long n, long i, const real *sums, const Product *p, long c_row) {
  const int add = p->start == p->C;
  const real low = lowest(p->activation);
  real *c = p->C + i * c_row;
  for (long q = 0; q < n; q++) {
    const real x = add ? c[q * c_row] + sums[q] : p->start ? *p->start + sums[q] : sums[q];
    c[q * c_row] = low > x ? low : x;
  }
}

// C = A b, for contiguous b.
static void column(const Product *p, const real *b) {
  const long K = p->K, a_row = p->A.row, a_col = p->A.col;
  const int short_rows = K > 0 && K <= 4 && a_row == K && (a_col == 1 || K == 1);
  const int rows = a_col == 1, columns = a_row == 1;
  const long most = short_rows ? ACROSS * WIDE : rows ? WIDE : columns ? ACROSS * WIDE : 1;
  real sums[ACROSS * WIDE];
  for (long i = 0; i < p->M; i += most) {
    const long n = smaller_of(most, p->M - i);
    const real *a = p->A.at + i * a_row;
    if (short_rows)
      short_rows_of_column(n, K, a, b, sums);
    else if (rows)
      store(sums, rows_of_column(n, K, a, a_row, b));
    else if (columns)
      columns_of_column(n, K, a, a_col, b, sums);
    else
      sums[0] = one_of_column(K, a, a_col, b);
    if (p->c_row == 1)
      finish_column(n, i, sums, p, 1);
    else
      finish_column(n, i, sums, p, p->c_row);
  }
}

#endif
