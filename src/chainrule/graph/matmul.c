// Twin of matmul.py: products of m x k and k x n matrices. A row has one matrix a or several; each
// a has its own b, or all share one b.
#include "kernels/fits.h"
#include "kernels/gemm.h"
#include "kernels/loops.h"

// In one row: `matrices` products of m x k and k x n. one_b: all a of a row, one below another, are
// one matrix, and all rows share b.
typedef struct {
  long matrices, m, k, n;
  int one_b;
} Sizes;

static Sizes sizes(Array a, Array b) {
  const long k = b.shape[b.ndim - 2], n = b.shape[b.ndim - 1];
  const int one_b = b.stride == 0 && b.ndim == 2;
  const long m = one_b ? a.size / k : a.shape[a.ndim - 2];
  return (Sizes){a.size / (m * k), m, k, n, one_b};
}

long OP(matmul_work)(long rows, const Array *a) {
  enum { Z, A, B };
  const Sizes s = sizes(a[A], a[B]);
  const long m = s.one_b ? rows * s.m : s.m;
  const long back = larger_of(FN(gemm_work)(m, s.k, s.n), FN(gemm_work)(s.k, s.n, m));
  return larger_of(FN(gemm_work)(m, s.n, s.k), back);
}

// If all rows share b and lines have equal distances, the whole batch is one product.
static int is_one_product(Sizes s, Array a, Array z) {
  return s.one_b && (s.m == 1 || (a.stride == a.size && z.stride == z.size));
}

// The distance of two lines of a row's matrix, or of the only lines of two rows.
static long line(Sizes s, Array v, long columns) {
  return s.one_b && s.m == 1 ? v.stride : columns;
}

// Matrix i of row r, whose matrices have `size` numbers each.
static real *matrix_of(Array v, long r, long i, long size) {
  return row_of(v, r) + i * size;
}

TAKES(matmul, "(n,*a) (m,*b) -> (n,*z)", 0);

int OP(matmul_fits)(const Array *a, int32_t count, const double *attr) {
  enum { Z, A, B };
  const Array *z = a + Z, *x = a + A, *b = a + B;
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

void OP(matmul)(long rows, const Array *a, const double *attr) {
  enum { Z, A, B, WORK };
  const Array z = a[Z], left = a[A], right = a[B];
  Sizes s = sizes(left, right);
  const long a_line = line(s, left, s.k), z_line = line(s, z, s.n);
  (void)attr;
  if (is_one_product(s, left, z)) s.m *= rows, rows = 1;
  for (long r = 0; r < rows; r++)
    for (long i = 0; i < s.matrices; i++) { // z = a b
      const Product p = {.M = s.m,
                         .N = s.n,
                         .K = s.k,
                         .A = {matrix_of(left, r, i, s.m * s.k), a_line, 1},
                         .B = {matrix_of(right, r, i, s.k * s.n), s.n, 1},
                         .C = matrix_of(z, r, i, s.m * s.n),
                         .c_row = z_line,
                         .work = a[WORK].data};
      FN(gemm)(&p);
    }
}

static void gradient_of_a(long rows, Sizes s, Array dz, Array b, Array da, real *work) {
  const long dz_line = line(s, dz, s.n), da_line = line(s, da, s.k);
  if (is_one_product(s, da, dz)) s.m *= rows, rows = 1;
  for (long r = 0; r < rows; r++)
    for (long i = 0; i < s.matrices; i++) { // da = dz b'
      real *to = matrix_of(da, r, i, s.m * s.k);
      const Product p = {.M = s.m,
                         .N = s.k,
                         .K = s.n,
                         .A = {matrix_of(dz, r, i, s.m * s.n), dz_line, 1},
                         .B = {matrix_of(b, r, i, s.k * s.n), 1, s.n},
                         .start = da.add ? to : 0,
                         .start_row = da_line,
                         .C = to,
                         .c_row = da_line,
                         .work = work};
      FN(gemm)(&p);
    }
}

static void gradient_of_each_b(long rows, Sizes s, Array dz, Array x, Array db, real *work) {
  for (long r = 0; r < rows; r++)
    for (long i = 0; i < s.matrices; i++) { // db = a' dz
      real *to = matrix_of(db, r, i, s.k * s.n);
      const Product p = {.M = s.k,
                         .N = s.n,
                         .K = s.m,
                         .A = {matrix_of(x, r, i, s.m * s.k), 1, s.k},
                         .B = {matrix_of(dz, r, i, s.m * s.n), s.n, 1},
                         .start = db.add ? to : 0,
                         .start_row = s.n,
                         .C = to,
                         .c_row = s.n,
                         .work = work};
      FN(gemm)(&p);
    }
}

static void gradient_of_one_b(long rows, Sizes s, Array dz, Array x, Array db, real *work) {
  const long x_line = line(s, x, s.k), dz_line = line(s, dz, s.n);
  if (s.n > 1) {
    if (is_one_product(s, x, dz)) s.m *= rows, rows = 1;
    for (long r = 0; r < rows; r++) { // db = sum over n of a' dz: the next rows add
      const Product p = {.M = s.k,
                         .N = s.n,
                         .K = s.m,
                         .A = {row_of(x, r), 1, x_line},
                         .B = {row_of(dz, r), dz_line, 1},
                         .start = db.add || r > 0 ? db.data : 0,
                         .start_row = s.n,
                         .C = db.data,
                         .c_row = s.n,
                         .work = work};
      FN(gemm)(&p);
    }
    return;
  }
  start_sum(db); // gemm sums one column in lanes, but rows are added in order
  for (long r = 0; r < rows; r++)
    for (long i = 0; i < s.m; i++) {
      const real *from = row_of(x, r) + i * s.k, d = row_of(dz, r)[i];
      INDEPENDENT for (long k = 0; k < s.k; k++) db.data[k] = FMA(from[k], d, db.data[k]);
    }
}

void OP(matmul_backward)(long rows, const Array *a, const double *attr) {
  enum { DZ, Z, A, B, DA, DB, WORK };
  const Sizes s = sizes(a[A], a[B]);
  (void)attr;
  if (a[DA].data) gradient_of_a(rows, s, a[DZ], a[B], a[DA], a[WORK].data);
  if (a[DB].data && s.one_b)
    gradient_of_one_b(rows, s, a[DZ], a[A], a[DB], a[WORK].data);
  else if (a[DB].data)
    gradient_of_each_b(rows, s, a[DZ], a[A], a[DB], a[WORK].data);
}
