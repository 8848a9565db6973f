// Twin of last.py: L = sum over n of c l + sum of lam Omega. The slot of L is TOTAL here, that of l
// is L.
#include "kernels/loops.h"

TAKES(weighted_sum, "(N) (N) -> ()", 0);

void OP(weighted_sum)(long rows, const Array *a, const double *attr) {
  enum { TOTAL, L, C };
  (void)attr;
  start_sum(a[TOTAL]);
  real total = a[TOTAL].data[0];
  for (long n = 0; n < rows; n++) // L = sum over n of c l
    total = FMA(*row_of(a[C], n), *row_of(a[L], n), total);
  a[TOTAL].data[0] = total;
}

void OP(weighted_sum_fold)(const Leaves *leaves, const Array *a, const double *attr) {
  enum { TOTAL, L, C };
  if (leaves->part > 0) return; // one number: the first thread has all of it
  real sum[MAX_LEVELS];
  for (int32_t s = 0, depth = 0; s < leaves->count; s++, depth++) {
    const int64_t first = leaves->start[s];
    Array shard[] = {{.data = sum + depth, .size = 1}, a[L], a[C]};
    shard[L].data = row_of(a[L], first), shard[C].data = row_of(a[C], first);
    OP(weighted_sum)(leaves->start[s + 1] - first, shard, attr);
    for (int32_t k = s + 1; k % 2 == 0; k /= 2, depth--) sum[depth - 1] += sum[depth];
  }
  a[TOTAL].data[0] = sum[0];
}

void OP(weighted_sum_backward)(long rows, const Array *a, const double *attr) {
  enum { DTOTAL, TOTAL, L, C, DL, DC };
  (void)attr;
  if (!a[DL].data) return;
  const real d_total = a[DTOTAL].data[0];
  for (long n = 0; n < rows; n++) // dl = dL c
    CONTRIBUTE(a[DL], n, 0, 1, i, d_total * *row_of(a[C], n));
}

TAKES(penalise, "() () () -> ()", 0);

void OP(penalise)(long rows, const Array *a, const double *attr) {
  enum { TOTAL, D, LAM, OMEGA };
  (void)rows, (void)attr;
  a[TOTAL].data[0] = FMA(a[LAM].data[0], a[OMEGA].data[0], a[D].data[0]); // L = D + lam Omega
}

void OP(penalise_backward)(long rows, const Array *a, const double *attr) {
  enum { DTOTAL, TOTAL, D, LAM, OMEGA, DD, DLAM, DOMEGA };
  (void)rows, (void)attr;
  const real d_total = a[DTOTAL].data[0], lam = a[LAM].data[0];
  if (a[DD].data) CONTRIBUTE(a[DD], 0, 0, 1, i, d_total);               // dD = dL
  if (a[DOMEGA].data) CONTRIBUTE(a[DOMEGA], 0, 0, 1, i, d_total * lam); // dOmega = dL lam
}
