// kernels/gemm_sparse.c against plain loops over all terms, byte for byte, with the signs of zeros:
// numbers of which many are 0, also -0, NaN, infinite or so small that a product is -0. The gaps
// between the rows of C are watched; scripts/native_tests.py --sanitize sees a read or a write
// beyond an array. Prints a fingerprint of all results, as gemm_test.c does.
#include "kernels/gemm.h"
#include "kernels/gemm_sparse.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long passed, failed;
static uint64_t fingerprint = 14695981039346656037u, seed = 1;

static void check(int ok, const char *what, long M, long N, long K, long share) {
  if (ok)
    passed++;
  else if (failed++ < 20)
    printf("FAILED: %s, %ld x %ld x %ld, %ld of 100 are not 0\n", what, M, N, K, share);
}

static long below(long n) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (long)((seed >> 33) % (uint64_t)n);
}

static real number(void) {
  return (real)(below(1 << 24) - (1 << 23)) / (1 << 23);
}

// rows x columns numbers, `share` of 100 are not 0; small: times that.
static real *make(long rows, long row, long columns, long share, real small) {
  const long size = (rows - 1) * row + columns;
  real *x = malloc(size * sizeof(real));
  for (long i = 0; i < size; i++)
    x[i] = below(100) < share ? number() * small : below(2) ? (real)0 : -(real)0;
  return x;
}

// Numbers that may not change.
static real watch(long i) {
  return (real)(i % 1000 + 12345);
}

static real *watched(long rows, long row, long columns) {
  const long size = (rows - 1) * row + columns;
  real *x = malloc(size * sizeof(real));
  for (long i = 0; i < size; i++) x[i] = watch(i);
  return x;
}

// NaN equals NaN.
static void compare(const char *what, long rows, long row, long columns, const real *given,
                    const real *expected, long M, long N, long K, long share) {
  int same = 1;
  const long size = (rows - 1) * row + columns;
  for (long i = 0; i < size; i++) {
    const real x = given[i] == given[i] ? given[i] : 0;
    same &= !memcmp(given + i, expected + i, sizeof(real)) ||
            (given[i] != given[i] && expected[i] != expected[i]);
    for (size_t q = 0; q < sizeof x; q++)
      fingerprint = (fingerprint ^ ((const unsigned char *)&x)[q]) * 1099511628211u;
  }
  check(same, what, M, N, K, share);
}

static real dot(long K, const real *a, long a_col, const real *b, long b_row, real sum) {
  for (long k = 0; k < K; k++) sum = FMA(a[k * a_col], b[k * b_row], sum);
  return sum;
}

typedef enum { PLAIN, RELUED, GATED } How; // GATED: k side by side in B, no bias

// odd: a number among those of B, or 0
static void run_product(long M, long N, long K, long share, How how, real small, real odd,
                        int taken) {
  const long gap = below(5), a_row = K + gap, c_row = N + gap, b_row = how == GATED ? 1 : N + gap,
             b_col = how == GATED ? K + gap : 1;
  real *A = make(M, a_row, K, share, small),
       *B = how == GATED ? make(N, b_col, K, 100, 1) : make(K, b_row, N, 100, 1);
  real *bias = how != GATED && below(2) ? make(1, N, N, below(2) * 100, 1) : 0,
       *gate = how == GATED ? make(M, c_row, N, 70, 1) : 0;
  real *C = watched(M, c_row, N), *expected = watched(M, c_row, N);
  real *work =
      malloc(larger_of(FN(sparse_product_work)(N, K), FN(gemm_work)(M, N, K)) * sizeof(real));
  const long k_odd = below(K), j_odd = below(N); // (arguments and operands come in any order)
  if (odd != 0) B[k_odd * b_row + j_odd * b_col] = odd;
  for (long i = 0; i < M; i++)
    for (long j = 0; j < N; j++) {
      const real sum = dot(K, A + i * a_row, 1, B + j * b_col, b_row, bias ? bias[j] : 0);
      expected[i * c_row + j] = how == RELUED && 0 > sum ? 0
                                : gate                   ? sum * (gate[i * c_row + j] > 0 ? 1 : 0)
                                                         : sum;
    }
  const Product p = {.M = M,
                     .N = N,
                     .K = K,
                     .A = {A, a_row, 1},
                     .B = {B, b_row, b_col},
                     .start = bias,
                     .activation = how == RELUED ? RELU : IDENTITY,
                     .gate = gate,
                     .gate_row = c_row,
                     .C = C,
                     .c_row = c_row,
                     .work = work};
  const int done = FN(sparse_product)(&p);
  check(done == taken, taken ? "the sparse product was not taken" : "the sparse product was taken",
        M, N, K, share);
  if (done) compare("the product", M, c_row, N, C, expected, M, N, K, share);
  free(A), free(B), free(bias), free(gate), free(C), free(expected), free(work);
}

// about K rows a shard; x_share, z_share of 100 are not 0
static void run_fold(long M, long N, long K, int32_t shards, long x_share, long z_share, real small,
                     real odd, int taken) {
  const long gap = below(5), x_row = M + gap, z_row = N + gap, c_row = N + gap,
             share = x_share < z_share ? x_share : z_share;
  Leaves leaves = {.count = shards, .parts = 1};
  long most = 0;
  for (int32_t s = 0; s < shards; s++) {
    const long rows = K + below(9);
    leaves.start[s + 1] = leaves.start[s] + rows, most = larger_of(most, rows);
  }
  const long all = leaves.start[shards];
  real *X = make(all, x_row, M, x_share, small), *Z = make(all, z_row, N, z_share, 1),
       *C = watched(M, c_row, N), *expected = watched(M, c_row, N);
  real *work = malloc(FN(sparse_fold_work)(most, M, N) * sizeof(real));
  const long n_odd = below(all);
  if (odd != 0 && x_share < z_share) Z[n_odd * z_row + below(N)] = odd;
  if (odd != 0 && x_share > z_share) X[n_odd * x_row + below(M)] = odd;
  for (long i = 0; i < M; i++)
    for (long j = 0; j < N; j++) {
      real sum[MAX_SHARDS];
      for (int32_t s = 0; s < shards; s++) {
        const long r = leaves.start[s];
        sum[s] =
            dot(leaves.start[s + 1] - r, X + r * x_row + i, x_row, Z + r * z_row + j, z_row, 0);
      }
      for (int32_t apart = 1; apart < shards; apart *= 2)
        for (int32_t s = 0; s < shards; s += 2 * apart) sum[s] += sum[s + apart];
      expected[i * c_row + j] = sum[0];
    }
  const FoldedProduct p = {&leaves, M, N, X, x_row, Z, z_row, C, c_row, work};
  const int done = FN(sparse_fold)(&p);
  check(done == taken, taken ? "the sparse fold was not taken" : "the sparse fold was taken", M, N,
        K, share);
  if (done) compare("the fold", M, c_row, N, C, expected, M, N, K, share);
  free(X), free(Z), free(C), free(expected), free(work);
}

int main(void) {
  const real tiny = REAL_BITS == 32 ? (real)1e-44 : (real)5e-324, infinite = (real)__builtin_inf(),
             nan = (real)__builtin_nan("");
  for (long share = 0; share <= 40; share += 10) {
    for (int i = 0; i < 12; i++) {
      const long M = 16 + below(60), N = 64 + below(200), K = 24 + below(200), D = 64 + below(120),
                 rows = 24 + below(120);
      const int32_t shards = 1 << below(4);
      run_product(M, N, K, share, i % 3, 1, 0, 1);
      run_fold(D, N, rows, shards, share, 100, 1, 0, 1);
      run_fold(D, N, rows, shards, 100, share, 1, 0, 1);
    }
    run_product(600, 70, 64, share, RELUED, 1, 0, 1);
    run_product(20, 300, 1000, share, PLAIN, 1, 0, 1);
    run_fold(300, 300, 65, 2, share, 100, 1, 0, 1);
    run_fold(64, 70, 30, 64, 100, share, 1, 0, 1);
    for (int i = 0; i < 4; i++) // and a last panel of one column, for each width of a vector
      for (int how = PLAIN; how <= GATED; how++)
        run_product(20, (long[]){337, 673, 529, 1057}[i], 30, share, how, tiny, 0, 1);
    run_product(40, 700, 700, share, PLAIN, tiny, 0,
                1);               // -0 where the dense panel needs much scratch
    for (int i = 0; i < 9; i++) { // sums that are -0
      run_product(40, 80, 30, share, i % 3, tiny, 0, 1);
      run_fold(70, 80, 40, 1 << below(4), share, 100, tiny, 0, 1);
    }
    if (share > 0 && share < 40)
      for (int i = 0; i < 3; i++) { // 0 times these is not 0
        const real odd = i == 0 ? nan : i == 1 ? infinite : -infinite;
        run_product(30, 64, 40, share, RELUED, 1, odd, 0);
        run_fold(64, 64, 40, 2, share, 100, 1, odd, 0);
        run_fold(64, 64, 40, 2, 100, share, 1, odd, 0);
      }
  }
  run_product(30, 64, 40, 100, RELUED, 1, 0, 0);
  run_fold(64, 64, 40, 2, 100, 100, 1, 0, 0);
  run_product(3, 64, 40, 10, RELUED, 1, 0, 0);
  run_fold(5, 64, 40, 2, 10, 10, 1, 0, 0);
  printf("fingerprint %016llx\n%ld passed, %ld failed\n", (unsigned long long)fingerprint, passed,
         failed);
  return failed != 0;
}
