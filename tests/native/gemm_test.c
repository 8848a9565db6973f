// kernels/gemm.c against three loops, byte for byte. Every array ends (or, in every second case,
// begins) at a page that may not be touched, so a read or a write beyond it ends the test; the gaps
// between rows of C and the other side of C and work are watched. Prints a fingerprint of all
// results: equal for the AVX2 and the AVX-512 build of one dtype. For each variant:
//   cc -std=gnu11 -O3 -ffp-contract=off -fno-math-errno -mavx2 -mfma -Dreal=float -DREAL_BITS=32
//      -DVARIANT=f32_avx2 -I src/chainrule src/chainrule/kernels/gemm.c tests/native/gemm_test.c
//      -o gemm_test && ./gemm_test
#define _GNU_SOURCE
#include "kernels/gemm.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGE = 65536, GUARD = 64 }; // PAGE: a multiple of every system's page
typedef struct {
  real *data;
  char *map;
  long pages;
} Block;
typedef enum { ZERO, ADD, BIAS } Start;
typedef enum { ROWS, TRANSPOSED, SPREAD } Layout; // columns side by side; rows; neither
typedef struct {
  long M, N, K;
  Layout a, b;
  Start start;
  Activation activation;
  long gap;    // between two rows of A, B and C, in elements
  int special; // 1: NaN, inf, -0 and subnormals are among the numbers
  int early;   // 1: arrays begin at the forbidden page instead of ending there
} Case;

static long passed, failed;
static uint64_t fingerprint = 14695981039346656037u, seed = 1;

static void check(int ok, const char *what, const Case *c) {
  if (ok)
    passed++;
  else if (failed++ < 20)
    printf("FAILED: %s, %ld x %ld x %ld, layouts %d %d, start %d, activation %d, gap %ld, special "
           "%d\n",
           what, c->M, c->N, c->K, c->a, c->b, c->start, c->activation, c->gap, c->special);
}

static long below(long n) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (long)((seed >> 33) % (uint64_t)n);
}

static real number(int special) {
  const real odd[] = {(real)__builtin_nan(""),
                      (real)__builtin_inf(),
                      -(real)__builtin_inf(),
                      -(real)0,
                      (real)1e-40,
                      (real)-1e-310};
  if (special && below(200) == 0) return odd[below(6)];
  return (real)(below(1 << 24) - (1 << 23)) / (1 << 23);
}

// Numbers that may not change.
static real watch(long i) {
  return (real)(i % 1000 + 12345);
}

// n numbers (special < 0: zeros) with GUARD more on the side that no forbidden page watches.
static Block make(long n, int early, int special) {
  const long bytes = (n + GUARD) * (long)sizeof(real), pages = bytes / PAGE + 1;
  char *map =
      mmap(0, (pages + 2) * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (map == MAP_FAILED) exit(2);
  mprotect(map, PAGE, PROT_NONE);
  mprotect(map + (pages + 1) * PAGE, PAGE, PROT_NONE);
  real *data = (real *)(early ? map + PAGE : map + (pages + 1) * PAGE - n * (long)sizeof(real));
  for (long i = 0; i < n && special >= 0; i++) data[i] = number(special);
  for (long i = 0; i < GUARD; i++) data[early ? n + i : -1 - i] = watch(i);
  return (Block){data, map, pages};
}

static int guarded(Block b, long n, int early) {
  for (long i = 0; i < GUARD; i++)
    if (b.data[early ? n + i : -1 - i] != watch(i)) return 0;
  return 1;
}

static void drop(Block b) {
  munmap(b.map, (b.pages + 2) * PAGE);
}

// NaN equals NaN.
static int same(const real *x, const real *y, long n) {
  for (long i = 0; i < n; i++)
    if (memcmp(x + i, y + i, sizeof(real)) && !(x[i] != x[i] && y[i] != y[i])) return 0;
  return 1;
}

static void strides(Layout layout, long rows, long columns, long gap, long *row, long *col,
                    long *size) {
  *row = layout == ROWS ? columns + gap : layout == TRANSPOSED ? 1 : 2 * columns + gap;
  *col = layout == ROWS ? 1 : layout == TRANSPOSED ? rows + gap : 2;
  *size = rows > 0 && columns > 0 ? (rows - 1) * *row + (columns - 1) * *col + 1 : 0;
}

static real dot(long K, const real *a, long a_col, const real *b, long b_row, real sum) {
  for (long k = 0; k < K; k++) sum = FMA(a[k * a_col], b[k * b_row], sum);
  return sum;
}

static real dot_in_lanes(long K, const real *a, long a_col, const real *b, long b_row) {
  real lane[LANES];
  for (long l = 0; l < LANES; l++) {
    const long terms = K > l ? (K - l + LANES - 1) / LANES : 0;
    lane[l] = dot(terms, a + l * a_col, LANES * a_col, b + l * b_row, LANES * b_row, 0);
  }
  for (int half = LANES / 2; half > 0; half /= 2)
    for (int l = 0; l < half; l++) lane[l] += lane[l + half];
  return lane[0];
}

static void run(const Case *c) {
  const long M = c->M, N = c->N, K = c->K, c_row = N + c->gap,
             c_size = M > 0 ? (M - 1) * c_row + N : 0, room = FN(gemm_work)(M, N, K);
  long a_row, a_col, a_size, b_row, b_col, b_size;
  strides(c->a, M, K, c->gap, &a_row, &a_col, &a_size);
  strides(c->b, K, N, c->gap, &b_row, &b_col, &b_size);
  const Block A = make(a_size, c->early, c->special), B = make(b_size, c->early, c->special),
              bias = make(N, c->early, c->special);
  const Block C = make(c_size, c->early, c->special), work = make(room, c->early, -1);
  for (long i = 0; i < c_size; i++)
    if (i % c_row >= N) C.data[i] = watch(i);
  real *expected = malloc((c_size + 1) * sizeof(real)),
       *given = malloc((c_size + 1) * sizeof(real));
  memcpy(expected, C.data, c_size * sizeof(real)), memcpy(given, C.data, c_size * sizeof(real));
  for (long i = 0; i < M; i++)
    for (long j = 0; j < N; j++) {
      real *to = expected + i * c_row + j, start = c->start == ADD    ? *to
                                                   : c->start == BIAS ? bias.data[j]
                                                                      : 0;
      const real *a = A.data + i * a_row, *b = B.data + j * b_col;
      if (N > 1)
        *to = dot(K, a, a_col, b, b_row, start);
      else
        *to = c->start == ZERO ? dot_in_lanes(K, a, a_col, b, b_row)
                               : start + dot_in_lanes(K, a, a_col, b, b_row);
      if (c->activation == RELU && *to < 0) *to = 0;
    }
  Product p = {.M = M,
               .N = N,
               .K = K,
               .A = {A.data, a_row, a_col},
               .B = {B.data, b_row, b_col},
               .activation = c->activation,
               .C = C.data,
               .c_row = c_row,
               .work = work.data};
  if (c->start == BIAS) p.start = bias.data;
  if (c->start == ADD) p.start = C.data, p.start_row = c_row;
  FN(gemm)(&p);
  check(same(C.data, expected, c_size), "the product", c);
  check(guarded(C, c_size, c->early) && guarded(work, room, c->early), "writes beyond C or work",
        c);
  for (long i = 0; i < c_size; i++) {
    const real x = C.data[i] == C.data[i] ? C.data[i] : 0;
    for (size_t q = 0; q < sizeof x; q++)
      fingerprint = (fingerprint ^ ((const unsigned char *)&x)[q]) * 1099511628211u;
  }
  for (long i = 0; i < M;) { // the same in parts: single rows and random numbers of rows
    const long rows = below(3) ? 1 : 1 + below(M - i);
    Product part = p;
    part.M = rows, part.A.at += i * a_row, part.C = given + i * c_row;
    if (c->start == ADD) part.start = part.C;
    FN(gemm)(&part);
    i += rows;
  }
  check(same(given, expected, c_size), "the product of parts of A", c);
  free(expected), free(given);
  drop(A), drop(B), drop(bias), drop(C), drop(work);
}

// X' Z summed over shards: the rows of each in order, then the fixed tree. Case: M columns of X, N
// of Z, about K rows a shard.
static void run_fold(const Case *c, int32_t shards) {
  const long M = c->M, N = c->N, x_row = M + c->gap, z_row = N + c->gap, c_row = N + c->gap,
             size = (M - 1) * c_row + N;
  Leaves leaves = {.count = shards, .parts = 1};
  long most = 0;
  for (int32_t s = 0; s < shards; s++) {
    const long rows = 1 + below(c->K);
    leaves.start[s + 1] = leaves.start[s] + rows, most = rows > most ? rows : most;
  }
  const long all = leaves.start[shards], room = PANEL_OF(most);
  const Block X = make((all - 1) * x_row + M, c->early, c->special),
              Z = make((all - 1) * z_row + N, c->early, c->special);
  const Block C = make(size, c->early, 0), work = make(room, c->early, -1);
  for (long i = 0; i < size; i++)
    if (i % c_row >= N) C.data[i] = watch(i);
  real *expected = malloc(size * sizeof(real));
  memcpy(expected, C.data, size * sizeof(real));
  for (long i = 0; i < M; i++)
    for (long j = 0; j < N; j++) {
      real sum[MAX_SHARDS];
      for (int32_t s = 0; s < shards; s++) {
        const long r = leaves.start[s];
        sum[s] = dot(leaves.start[s + 1] - r, X.data + r * x_row + i, x_row, Z.data + r * z_row + j,
                     z_row, 0);
      }
      for (int32_t apart = 1; apart < shards; apart *= 2)
        for (int32_t s = 0; s < shards; s += 2 * apart) sum[s] += sum[s + apart];
      expected[i * c_row + j] = sum[0];
    }
  const FoldedProduct p = {&leaves, M, N, X.data, x_row, Z.data, z_row, C.data, c_row, work.data};
  FN(gemm_fold)(&p);
  check(same(C.data, expected, size), "the fold", c);
  check(guarded(C, size, c->early) && guarded(work, room, c->early),
        "the fold writes beyond C or work", c);
  free(expected);
  drop(X), drop(Z), drop(C), drop(work);
}

// C = A B', then times (gate > 0).
static void run_gated(const Case *c) {
  const long M = c->M, N = c->N, K = c->K, a_row = K + c->gap, b_col = K, c_row = N + c->gap,
             size = (M - 1) * c_row + N;
  const long room = FN(gemm_work)(M, N, K);
  const Block A = make((M - 1) * a_row + K, c->early, c->special),
              B = make(N * K, c->early, c->special);
  const Block gate = make(size, c->early, c->special), C = make(size, c->early, 0),
              work = make(room, c->early, -1);
  real *expected = malloc(size * sizeof(real));
  memcpy(expected, C.data, size * sizeof(real));
  Product p = {.M = M,
               .N = N,
               .K = K,
               .A = {A.data, a_row, 1},
               .B = {B.data, 1, b_col},
               .C = expected,
               .c_row = c_row,
               .work = work.data};
  FN(gemm)(&p);
  for (long i = 0; i < M; i++)
    for (long j = 0; j < N; j++) expected[i * c_row + j] *= gate.data[i * c_row + j] > 0 ? 1 : 0;
  p.gate = gate.data, p.gate_row = c_row, p.C = C.data;
  FN(gemm)(&p);
  check(same(C.data, expected, size), "the gated product", c);
  check(guarded(C, size, c->early) && guarded(work, room, c->early),
        "the gated product writes beyond C or work", c);
  free(expected);
  drop(A), drop(B), drop(gate), drop(C), drop(work);
}

int main(void) {
  static const long large[][3] = {
      {300, 130, 1000}, {270, 70, 700}, {1000, 5, 50}, {1000, 11, 64}, {3, 300, 1300},
      {1, 600, 900},    {513, 33, 401}, {600, 1, 500}, {2, 1, 3000},   {64, 100, 512},
      {100, 129, 1024}, {40, 40, 4000}, {1, 1, 1},     {5, 3, 0},      {4, 1, 0},
      {0, 3, 5},        {1, 2, 0},      {300, 3, 288}, {15, 31, 600},  {784, 288, 1},
      {100, 300, 10},   {33, 64, 3},    {70, 800, 16}, {5, 700, 40},   {1, 2500, 70},
      {1, 900, 64},     {400, 1, 3},    {129, 1, 4},   {40, 100, 7},   {90, 1, 1},
      {200, 7, 3}};
  for (int pair = 0; pair < 9; pair++)
    for (int end = 0; end < 6; end++)
      for (int special = 0; special < 2; special++) {
        Case c = {.a = pair % 3,
                  .b = pair / 3,
                  .start = end % 3,
                  .activation = end / 3,
                  .special = special};
        for (long n = 1; n <= 70; n++) {
          const long others[] = {1 + below(70), 1 + below(70)};
          const int which = (int)below(3);
          c.M = which == 0 ? n : others[0], c.N = which == 1 ? n : others[which == 0],
          c.K = which == 2 ? n : others[1];
          c.gap = below(2) * below(20), c.early = (int)below(2);
          run(&c);
        }
        for (long n = 0; n < (long)(sizeof large / sizeof *large); n++)
          if ((n + pair + end) % 3 == 0) {
            c.M = large[n][0], c.N = large[n][1], c.K = large[n][2], c.gap = special ? 5 : 0,
            c.early = (int)below(2);
            run(&c);
          }
      }
  for (long n = 0; n < 300; n++) {
    const Case c = {.M = 1 + below(n % 3 ? 70 : 7),
                    .N = 1 + below(n % 5 ? 70 : 5),
                    .K = 1 + below(90),
                    .gap = below(2) * below(20),
                    .early = (int)below(2),
                    .special = n % 2};
    run_fold(&c, 1 << below(n % 10 ? 4 : 7));
    run_gated(&c);
  }
  run_gated(&(Case){.M = 270, .N = 70, .K = 900, .gap = 3}); // several blocks of k and of rows
  for (long n = 2; n < 18; n++) // few columns that share one set of the cache
    run(&(Case){.M = 64, .N = n, .K = 40, .a = TRANSPOSED, .b = ROWS, .gap = 256 - n});
  printf("fingerprint %016llx\n%ld passed, %ld failed\n", (unsigned long long)fingerprint, passed,
         failed);
  return failed != 0;
}
