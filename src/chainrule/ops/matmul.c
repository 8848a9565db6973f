// Twin of matmul.py: products of m x k and k x n matrices. A row holds one a or several; b is one
// for each a, or one for all.
#include "kernels/fits.h"
#include "kernels/loops.h"

typedef struct {
  long matrices, m, k, n;
  int one_b;
} Sizes;

static Sizes sizes(Array a, Array b) {
  const long k = b.shape[b.ndim - 2], n = b.shape[b.ndim - 1];
  const int one_b = b.stride == 0 && b.ndim == 2;
  // one b: all a of a row, one under another
  const long m = one_b ? a.size / k : a.shape[a.ndim - 2];
  return (Sizes){a.size / (m * k), m, k, n, one_b};
}

static long most(long a, long b) {
  return a > b ? a : b;
}

long OP(matmul_work)(long rows, const Array *a) { // z, a, b
  const Sizes s = sizes(a[1], a[2]);
  const long m = s.one_b ? rows * s.m : s.m;
  return most(FN(gemm_work)(m, s.n, s.k),
              most(FN(gemm_work)(m, s.k, s.n), FN(gemm_work)(s.k, s.n, m)));
}

// One b for rows whose lines lie evenly: the whole batch is one product.
static int is_one_product(Sizes s, Array a, Array z) {
  return s.one_b && (s.m == 1 || (a.stride == a.size && z.stride == z.size));
}

// The distance of two lines of a row's matrix; of the only lines of two rows.
static long line(Sizes s, Array v, long columns) {
  return s.one_b && s.m == 1 ? v.stride : columns;
}

TAKES(matmul, "(n,*a) (m,*b) -> (n,*z)", 0);

int OP(matmul_fits)(const Array *a, int32_t count, const double *attr) { // z, a, b
  const Array *z = a, *x = a + 1, *b = a + 2;
  const int one_b = b->stride == 0 && b->ndim == 2;
  (void)count, (void)attr;
  if (b->ndim < 2 || x->ndim < 1 || z->ndim != x->ndim) return 0;
  if (!one_b && (x->ndim != b->ndim || (x->stride == 0) != (b->stride == 0))) return 0;
  for (int d = 0; d < x->ndim - 1; d++)
    if (z->shape[d] != x->shape[d]) return 0;
  for (int d = 0; d < x->ndim - 2 && !one_b; d++)
    if (x->shape[d] != b->shape[d]) return 0;
  return x->shape[x->ndim - 1] == b->shape[b->ndim - 2] &&
         z->shape[z->ndim - 1] == b->shape[b->ndim - 1];
}

void OP(matmul)(long rows, const Array *a, const double *attr) { // z, a, b, work
  (void)attr;
  Sizes s = sizes(a[1], a[2]);
  const long a_line = line(s, a[1], s.k), z_line = line(s, a[0], s.n);
  if (is_one_product(s, a[1], a[0])) s.m *= rows, rows = 1;
  for (long r = 0; r < rows; r++)
    for (long i = 0; i < s.matrices; i++) // z = a b
      FN(gemm)(s.m, s.n, s.k, row_of(a[1], r) + i * s.m * s.k, a_line, 1,
               row_of(a[2], r) + i * s.k * s.n, s.n, 1, 0, 0, row_of(a[0], r) + i * s.m * s.n,
               z_line, a[3].data);
}

static void left(long rows, Sizes s, Array dz, Array b, Array da, real *work) {
  const long dz_line = line(s, dz, s.n), da_line = line(s, da, s.k);
  if (is_one_product(s, da, dz)) s.m *= rows, rows = 1;
  for (long r = 0; r < rows; r++)
    for (long i = 0; i < s.matrices; i++) // da = dz b'
      FN(gemm)(s.m, s.k, s.n, row_of(dz, r) + i * s.m * s.n, dz_line, 1,
               row_of(b, r) + i * s.k * s.n, 1, s.n, 0, da.add, row_of(da, r) + i * s.m * s.k,
               da_line, work);
}

static void right(long rows, Sizes s, Array dz, Array x, Array db, real *work) {
  for (long r = 0; r < rows; r++)
    for (long i = 0; i < s.matrices; i++) // db = a' dz
      FN(gemm)(s.k, s.n, s.m, row_of(x, r) + i * s.m * s.k, 1, s.k, row_of(dz, r) + i * s.m * s.n,
               s.n, 1, 0, db.add, row_of(db, r) + i * s.k * s.n, s.n, work);
}

static void right_of_all(long rows, Sizes s, Array dz, Array x, Array db, real *work) {
  const long x_line = line(s, x, s.k), dz_line = line(s, dz, s.n);
  if (s.n > 1) {
    if (is_one_product(s, x, dz)) s.m *= rows, rows = 1;
    for (long r = 0; r < rows; r++) // db = sum over n of a' dz: the next rows add
      FN(gemm)(s.k, s.n, s.m, row_of(x, r), 1, x_line, row_of(dz, r), dz_line, 1, 0,
               db.add || r > 0, db.data, s.n, work);
    return;
  }
  start_sum(db); // gemm sums one column in lanes, but rows are added in order
  for (long r = 0; r < rows; r++)
    for (long i = 0; i < s.m; i++) {
      const real *from = row_of(x, r) + i * s.k, d = row_of(dz, r)[i];
      INDEPENDENT for (long k = 0; k < s.k; k++) db.data[k] = FMA(from[k], d, db.data[k]);
    }
}

// dz, z, a, b, da, db, work
void OP(matmul_backward)(long rows, const Array *a, const double *attr) {
  (void)attr;
  const Sizes s = sizes(a[2], a[3]);
  if (a[4].data) left(rows, s, a[0], a[3], a[4], a[6].data);
  if (a[5].data) (s.one_b ? right_of_all : right)(rows, s, a[0], a[2], a[5], a[6].data);
}
