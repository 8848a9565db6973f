// Twin of arithmetic.py.
#include "kernels/loops.h"

TAKES(add, "(n,*) (n,*) -> (n,*)", 0);

void OP(add)(long rows, const Array *a, const double *attr) {
  MAP_TWO(rows, a, x + y); // s = a + b
}

void OP(add_backward)(long rows, const Array *a, const double *attr) {
  enum { DS, S, A, B, DA, DB };
  MAP_TWO_BACKWARD(rows, a, DA, d); // da = ds
  MAP_TWO_BACKWARD(rows, a, DB, d); // db = ds
}

void OP(add_then_relu)(long rows, const Array *a, const double *attr) {
  MAP_TWO(rows, a, positive_part(x + y)); // s = max(a + b, 0)
}

// ds and s are the gradient and the result of the relu: da = db = ds (s > 0), in one pass.
void OP(add_before_relu)(long rows, const Array *a, const double *attr) {
  enum { DS, S, A, B, DA, DB };
  (void)attr;
  const Extent all = extent(rows, a, 6);
  for (long n = 0; n < all.rows; n++) {
    const real *ds = row_of(a[DS], n), *s = row_of(a[S], n);
    if (a[DA].data && a[DB].data && !a[DA].add && !a[DB].add) {
      real *da = row_of(a[DA], n), *db = row_of(a[DB], n);
      INDEPENDENT for (long i = 0; i < all.size; i++) da[i] = db[i] = ds[i] * (s[i] > 0 ? 1 : 0);
      continue;
    }
    if (a[DA].data) CONTRIBUTE(a[DA], n, 0, all.size, i, ds[i] * (s[i] > 0 ? 1 : 0));
    if (a[DB].data) CONTRIBUTE(a[DB], n, 0, all.size, i, ds[i] * (s[i] > 0 ? 1 : 0));
  }
}

TAKES(subtract, "(n,*) (n,*) -> (n,*)", 0);

void OP(subtract)(long rows, const Array *a, const double *attr) {
  MAP_TWO(rows, a, x - y); // s = a - b
}

void OP(subtract_backward)(long rows, const Array *a, const double *attr) {
  enum { DS, S, A, B, DA, DB };
  MAP_TWO_BACKWARD(rows, a, DA, d);  // da = ds
  MAP_TWO_BACKWARD(rows, a, DB, -d); // db = -ds
}

TAKES(multiply, "(n,*) (n,*) -> (n,*)", 0);

void OP(multiply)(long rows, const Array *a, const double *attr) {
  MAP_TWO(rows, a, x * y); // m = a b
}

void OP(multiply_backward)(long rows, const Array *a, const double *attr) {
  enum { DM, M, A, B, DA, DB };
  MAP_TWO_BACKWARD(rows, a, DA, d * y); // da = dm b
  MAP_TWO_BACKWARD(rows, a, DB, d * x); // db = dm a
}

TAKES(scale, "(n,*) -> (n,*)", 1);

void OP(scale)(long rows, const Array *a, const double *attr) {
  const real factor = (real)attr[0];
  MAP(rows, a, factor * z); // m = factor a
}

void OP(scale_backward)(long rows, const Array *a, const double *attr) {
  const real factor = (real)attr[0];
  MAP_BACKWARD(rows, a, factor * dy); // da = factor dm
}

TAKES(shift, "(n,*) -> (n,*)", 1);

void OP(shift)(long rows, const Array *a, const double *attr) {
  const real by = (real)attr[0];
  MAP(rows, a, z + by); // s = a + by
}

void OP(shift_backward)(long rows, const Array *a, const double *attr) {
  MAP_BACKWARD(rows, a, dy); // da = ds
}

TAKES(reciprocal, "(n,*) -> (n,*)", 0);

void OP(reciprocal)(long rows, const Array *a, const double *attr) {
  MAP(rows, a, 1 / z); // m = 1 / a
}

void OP(reciprocal_backward)(long rows, const Array *a, const double *attr) {
  MAP_BACKWARD(rows, a, -dy * y * y); // da = -dm m^2
}

// A vector for all rows, with a number for each column.

TAKES(shift_columns, "(n,*,C) (C) -> (n,*,C)", 0);

void OP(shift_columns)(long rows, const Array *a, const double *attr) {
  enum { S, A, B };
  (void)attr;
  const long C = a[B].size;
  const real *b = a[B].data;
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < a[S].size; p += C) {
      const real *x = row_of(a[A], n) + p;
      real *s = row_of(a[S], n) + p;
      INDEPENDENT for (long c = 0; c < C; c++) s[c] = x[c] + b[c]; // s = a + b
    }
}

void OP(shift_columns_backward)(long rows, const Array *a, const double *attr) {
  enum { DS, S, A, B, DA, DB };
  (void)attr;
  const long C = a[B].size;
  start_sum(a[DB]);
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < a[DS].size; p += C) {
      const real *ds = row_of(a[DS], n) + p;
      if (a[DB].data) ADD_TO_SUM(a[DB], c, C, ds[c]);       // db = sum of ds
      if (a[DA].data) CONTRIBUTE(a[DA], n, p, C, c, ds[c]); // da = ds
    }
}

TAKES(scale_columns, "(n,*,C) (C) -> (n,*,C)", 0);

void OP(scale_columns)(long rows, const Array *a, const double *attr) {
  enum { M, A, B };
  (void)attr;
  const long C = a[B].size;
  const real *b = a[B].data;
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < a[M].size; p += C) {
      const real *x = row_of(a[A], n) + p;
      real *m = row_of(a[M], n) + p;
      INDEPENDENT for (long c = 0; c < C; c++) m[c] = x[c] * b[c]; // m = a b
    }
}

void OP(scale_columns_backward)(long rows, const Array *a, const double *attr) {
  enum { DM, M, A, B, DA, DB };
  (void)attr;
  const long C = a[B].size;
  const real *b = a[B].data;
  start_sum(a[DB]);
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < a[DM].size; p += C) {
      const real *dm = row_of(a[DM], n) + p, *x = row_of(a[A], n) + p;
      if (a[DB].data) ADD_TO_SUM(a[DB], c, C, dm[c] * x[c]);       // db = sum of dm a
      if (a[DA].data) CONTRIBUTE(a[DA], n, p, C, c, dm[c] * b[c]); // da = dm b
    }
}
