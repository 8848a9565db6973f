// A product with one column, where sums with k in order are three times slower: lane l sums the
// terms k % 16 == l, k in order; then the fold (lane l += lane l + 8, then 4, 2, 1); then start +
// sum, where there is a start. The rule depends on N == 1 alone.
#include "gemm_pack.h"
#include "gemm_tile.h"

// In vectors: what holds the lanes of a row; a block of columns. TOGETHER: rows of A that go side
// by side.
enum { PARTS = LANES / WIDE, ACROSS = MOST, TOGETHER = WIDE < 4 ? WIDE : 4 };

// Lanes of two vectors (WIDE + q: lane q of the second) for one step of the fold; lanes with q & h
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

// lane l += lane l + h in each of WIDE rows, a vector each: x[0] lane i becomes the sum of row i.
INLINE void fold_rows(Vector x[WIDE]) {
#define STEP(h)                           \
  UNROLL                                  \
  for (int i = 0; i < h && h < WIDE; i++) \
    x[i] =                                \
        MIX(x[i], x[i + h], ALL_LANES(LOWER, 0, h)) + MIX(x[i], x[i + h], ALL_LANES(UPPER, 0, h));
  STEP(8) STEP(4) STEP(2) STEP(1)
}

// The lanes of `rows` rows of A, k side by side in A and b; folded to WIDE lanes, one vector for
// each row.
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

// n <= WIDE rows of A, beyond the last one the last one again.
INLINE Vector rows_of_column(long n, long K, const real *a, long a_row, const real *b) {
  Vector x[WIDE];
  UNROLL
  for (int i = 0; i < WIDE; i += TOGETHER) {
    const real *row[TOGETHER];
    UNROLL
    for (int q = 0; q < TOGETHER; q++)
      row[q] = a + smaller(i + q, n - 1) * a_row, x[i + q] = (Vector){0};
    if (i + 1 == n)
      row_lanes(1, K, row, b, x + i);
    else if (i < n)
      row_lanes(TOGETHER, K, row, b, x + i);
  }
  fold_rows(x);
  return x[0];
}

// n <= ACROSS * WIDE rows of A that lie side by side (a_row == 1): lane l of all of them is one row
// times every LANES-th row.
static void columns_of_column(long n, long K, const real *a, long a_col, const real *b,
                              real *sums) {
  real lane[LANES][ACROSS * WIDE];
  const long live = smaller(K, LANES);
  for (long l = 0; l < live; l++) {
    const Tile t = {.depth = (K - l + LANES - 1) / LANES,
                    .a = b + l,
                    .a_col = LANES,
                    .b = a + l * a_col,
                    .b_row = LANES * a_col,
                    .columns = n,
                    .c = lane[l],
                    .lowest = lowest(IDENTITY)};
    ROWS[(n + WIDE - 1) / WIDE](&t);
  }
  for (long half = LANES / 2, from = live; half > 0; from = smaller(from, half), half /= 2)
    for (long l = 0; l < smaller(from, half); l++) {
      if (l + half < from)
        for (long i = 0; i < n; i++) lane[l][i] += lane[l + half][i];
      else
        for (long i = 0; i < n; i++) lane[l][i] += 0; // -0 becomes 0
    }
  for (long i = 0; i < n; i++) sums[i] = live ? lane[0][i] : 0;
}

// The lanes of K <= 4 terms, folded. (+ 0: as if there were lanes beyond, a -0 becomes 0.)
INLINE real few_terms(const int K, const real *a, const real *b) {
  real lane[4] = {0};
  UNROLL
  for (int k = 0; k < K; k++) lane[k] = FMA(a[k], b[k], 0) + 0;
  return (lane[0] + lane[2]) + (lane[1] + lane[3]);
}

// n rows of K <= 4 numbers, no gaps between them.
static void short_rows_of_column(long n, long K, const real *a, const real *b, real *sums) {
#define TERMS(k)                                                       \
  case k:                                                              \
    for (long q = 0; q < n; q++) sums[q] = few_terms(k, a + k * q, b); \
    break;
  switch (K) { TERMS(1) TERMS(2) TERMS(3) TERMS(4) }
}

// Any strides.
static real one_of_column(long K, const real *a, long a_col, const real *b) {
  real lane[LANES] = {0};
  for (long k = 0; k < K; k++) lane[k % LANES] = FMA(a[k * a_col], b[k], lane[k % LANES]);
  for (long half = LANES / 2; half > 0; half /= 2)
    for (long l = 0; l < half; l++) lane[l] += lane[l + half];
  return lane[0];
}

// C = max(low, start + sums)
INLINE void finish_column(long n, const real *sums, const real *bias, int add, real low, real *c,
                          long c_row) {
  for (long q = 0; q < n; q++) {
    const real x = add ? c[q * c_row] + sums[q] : bias ? *bias + sums[q] : sums[q];
    c[q * c_row] = low > x ? low : x;
  }
}

// C = A b. b: its numbers side by side.
static void column(long M, long K, const real *A, long a_row, long a_col, const real *b,
                   const real *bias, int add, real low, real *C, long c_row) {
  const int short_rows = K > 0 && K <= 4 && a_row == K && (a_col == 1 || K == 1), rows = a_col == 1,
            columns = a_row == 1;
  const long most = short_rows ? ACROSS * WIDE : rows ? WIDE : columns ? ACROSS * WIDE : 1;
  real sums[ACROSS * WIDE];
  for (long i = 0; i < M; i += most) {
    const long n = smaller(most, M - i);
    const real *a = A + i * a_row;
    if (short_rows)
      short_rows_of_column(n, K, a, b, sums);
    else if (rows)
      store(sums, rows_of_column(n, K, a, a_row, b));
    else if (columns)
      columns_of_column(n, K, a, a_col, b, sums);
    else
      sums[0] = one_of_column(K, a, a_col, b);
    if (c_row == 1)
      finish_column(n, sums, bias, add, low, C + i, 1);
    else
      finish_column(n, sums, bias, add, low, C + i * c_row, c_row);
  }
}
