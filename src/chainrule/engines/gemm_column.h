// A product with one column, where sums with k in order are three times slower: lane l sums the terms k % 16 == l, k in order; then
// the fold (lane l += lane l + 8, then 4, 2, 1); then start + sum, where there is a start. The rule depends on N == 1 alone.
#include "gemm_pack.h"
#include "gemm_tile.h"

enum { PARTS = LANES / WIDE, TOGETHER = 4 };     // vectors that hold the lanes; rows of A that go side by side

// What lies in the lanes of n columns is folded: lane[0] is the sum.
static void fold(long n, real *lane, long row) {
  for (long half = LANES / 2; half > 0; half /= 2)
    for (long l = 0; l < half; l++)
      for (long i = 0; i < n; i++) lane[l * row + i] += lane[(l + half) * row + i];
}

// The lanes of `rows` rows of A, k side by side in A and b; of the fold its first two steps, to 4 lanes.
INLINE void row_lanes(const int rows, long K, const real *a, long a_row, const real *b, real four[][4]) {
  Vector sum[TOGETHER][PARTS];
  UNROLL
  for (int i = 0; i < rows; i++)
    UNROLL
    for (int p = 0; p < PARTS; p++) sum[i][p] = (Vector){0};
  long k = 0;
  for (; k + LANES <= K; k += LANES)
    UNROLL
    for (int i = 0; i < rows; i++)
      UNROLL
      for (int p = 0; p < PARTS; p++) sum[i][p] = fused(load(a + i * a_row + k + p * WIDE), load(b + k + p * WIDE), sum[i][p]);
  if (k < K)
    UNROLL
    for (int i = 0; i < rows; i++)
      UNROLL
      for (int p = 0; p < PARTS; p++) {
        const integer n = (integer)(K - k - p * WIDE);
        sum[i][p] = fused_first(load_first(a + i * a_row + k + p * WIDE, n), load_first(b + k + p * WIDE, n), sum[i][p], n);
      }
  UNROLL
  for (int i = 0; i < rows; i++) {
    real lane[LANES];
    UNROLL
    for (int p = 0; p < PARTS; p++) store(lane + p * WIDE, sum[i][p]);
    for (int l = 0; l < 8; l++) lane[l] += lane[l + 8];
    for (int l = 0; l < 4; l++) four[i][l] = lane[l] + lane[l + 4];
  }
}

// n <= WIDE rows of A. Their 4 lanes are turned, so that a row is a lane of a vector, for the last two steps of the fold.
static void rows_of_column(long n, long K, const real *a, long a_row, const real *b, real *sums) {
  real four[WIDE + TOGETHER][4] = {{0}}, turned[4][WIDE];
  long i = 0;
  for (; i + TOGETHER <= n; i += TOGETHER) row_lanes(TOGETHER, K, a + i * a_row, a_row, b, four + i);
  for (; i < n; i++) row_lanes(1, K, a + i * a_row, a_row, b, four + i);
  turn_all(WIDE, 4, four[0], 4, turned[0], WIDE);
  for (long q = 0; q < WIDE; q++) sums[q] = (turned[0][q] + turned[2][q]) + (turned[1][q] + turned[3][q]);
}

// n <= MOST * WIDE rows of A that lie side by side (a_row == 1): lane l of all of them is one row times every LANES-th row.
static void columns_of_column(long n, long K, const real *a, long a_col, const real *b, real *sums) {
  real lane[LANES][MOST * WIDE];
  for (long l = 0; l < LANES; l++) {
    const Tile t = {.depth = K > l ? (K - l + LANES - 1) / LANES : 0, .a = b + l, .a_col = LANES, .b = a + l * a_col,
                    .b_row = LANES * a_col, .columns = n, .c = lane[l], .lowest = lowest(IDENTITY)};
    ROWS[(n + WIDE - 1) / WIDE](&t);
  }
  fold(n, lane[0], MOST * WIDE);
  for (long i = 0; i < n; i++) sums[i] = lane[0][i];
}

// Any strides.
static real one_of_column(long K, const real *a, long a_col, const real *b) {
  real lane[LANES] = {0};
  for (long k = 0; k < K; k++) lane[k % LANES] = FMA(a[k * a_col], b[k], lane[k % LANES]);
  fold(1, lane, 1);
  return lane[0];
}

// C = A b. b: its numbers side by side.
static void column(long M, long K, const real *A, long a_row, long a_col, const real *b, const real *bias, int add, real low, real *C,
                   long c_row) {
  const int columns = a_row == 1 && (a_col != 1 || K == 1), rows = a_col == 1 && !columns;
  const long most = columns ? MOST * WIDE : rows ? WIDE : 1;
  real sums[MOST * WIDE];
  for (long i = 0; i < M; i += most) {
    const long n = smaller(most, M - i);
    const real *a = A + i * a_row;
    if (columns) columns_of_column(n, K, a, a_col, b, sums);
    else if (rows) rows_of_column(n, K, a, a_row, b, sums);
    else sums[0] = one_of_column(K, a, a_col, b);
    for (long q = 0; q < n; q++) {
      real *c = C + (i + q) * c_row;
      const real x = add ? *c + sums[q] : bias ? *bias + sums[q] : sums[q];
      *c = low > x ? low : x;
    }
  }
}
