// Twin of penalty.py: sums over a whole tensor, in 16 lanes.
#include "elementwise.h"

INLINE real absolute(real W) {
  return W * sign(W);
}

INLINE real half_square(real W) {
  return W * (W / 2);
}

// Omega = sum of the terms of W
INLINE void sum_all(const Array *a, real (*term)(real)) {
  enum { OMEGA, W };
  const real *w = a[W].data;
  const long size = a[W].size;
  real lane[LANES] = {0};
  long k = 0;
  for (; k + LANES <= size; k += LANES)
    for (long i = 0; i < LANES; i++) lane[i] += term(w[k + i]);
  for (long i = 0; k + i < size; i++) lane[i] += term(w[k + i]);
  a[OMEGA].data[0] = sum_lanes(lane);
}

TAKES(l1_norm, "(*) -> ()", 0);
void OP(l1_norm)(long rows, const Array *a, const double *attr) {
  (void)rows, (void)attr;
  sum_all(a, absolute); // Omega = sum of |W|
}

void OP(l1_norm_backward)(long rows, const Array *a, const double *attr) {
  enum { DOMEGA, OMEGA, W, DW };
  const real dOmega = a[DOMEGA].data[0], *w = a[W].data;
  (void)rows, (void)attr;
  real *dw = a[DW].data;
  for (long k = 0; k < a[W].size && dw; k++) // dW = dOmega sign(W)
    dw[k] = dOmega * sign(w[k]) + (a[DW].add ? dw[k] : 0);
}

TAKES(half_squared_norm, "(*) -> ()", 0);
void OP(half_squared_norm)(long rows, const Array *a, const double *attr) {
  (void)rows, (void)attr;
  sum_all(a, half_square); // Omega = (sum of W^2) / 2
}

void OP(half_squared_norm_backward)(long rows, const Array *a, const double *attr) {
  enum { DOMEGA, OMEGA, W, DW };
  const real dOmega = a[DOMEGA].data[0], *w = a[W].data;
  (void)rows, (void)attr;
  real *dw = a[DW].data;
  for (long k = 0; k < a[W].size && dw; k++) // dW = dOmega W
    dw[k] = dOmega * w[k] + (a[DW].add ? dw[k] : 0);
}

// ---- of the values of each row

// Omega = sum of the terms of each row
INLINE void sum_rows(long rows, const Array *a, real (*term)(real)) {
  enum { OMEGA, X };
  for (long n = 0; n < rows; n++) {
    const real *x = row_of(a[X], n);
    real lane[LANES] = {0};
    long k = 0;
    for (; k + LANES <= a[X].size; k += LANES)
      for (long i = 0; i < LANES; i++) lane[i] += term(x[k + i]);
    for (long i = 0; k + i < a[X].size; i++) lane[i] += term(x[k + i]);
    *row_of(a[OMEGA], n) = sum_lanes(lane);
  }
}

TAKES(l1_of_rows, "(N,*) -> (N)", 0);
void OP(l1_of_rows)(long rows, const Array *a, const double *attr) {
  (void)attr;
  sum_rows(rows, a, absolute); // Omega = sum of |x|
}

void OP(l1_of_rows_backward)(long rows, const Array *a, const double *attr) {
  enum { DOMEGA, OMEGA, X, DX };
  (void)attr;
  for (long n = 0; n < rows && a[DX].data; n++) { // dx = dOmega sign(x)
    const real dOmega = *row_of(a[DOMEGA], n), *x = row_of(a[X], n);
    CONTRIBUTE(a[DX], n, 0, a[X].size, k, dOmega * sign(x[k]));
  }
}

TAKES(half_square_of_rows, "(N,*) -> (N)", 0);
void OP(half_square_of_rows)(long rows, const Array *a, const double *attr) {
  (void)attr;
  sum_rows(rows, a, half_square); // Omega = (sum of x^2) / 2
}

void OP(half_square_of_rows_backward)(long rows, const Array *a, const double *attr) {
  enum { DOMEGA, OMEGA, X, DX };
  (void)attr;
  for (long n = 0; n < rows && a[DX].data; n++) { // dx = dOmega x
    const real dOmega = *row_of(a[DOMEGA], n), *x = row_of(a[X], n);
    CONTRIBUTE(a[DX], n, 0, a[X].size, k, dOmega * x[k]);
  }
}
