// Twin of last.py: L = sum over n of c l + sum of lam Omega.
#include "kernels/loops.h"

TAKES(weighted_sum, "(N) (N) -> ()", 0);
void OP(weighted_sum)(long rows, const Array *a, const double *attr) { // L, l, c
  (void)attr;
  start_sum(a[0]);
  real L = a[0].data[0];
  // L = sum over n of c l
  for (long n = 0; n < rows; n++) L = FMA(*row_of(a[2], n), *row_of(a[1], n), L);
  a[0].data[0] = L;
}

void OP(weighted_sum_fold)(const Leaves *leaves, const Array *a, const double *attr) { // L, l, c
  real sum[MAX_LEVELS];
  for (int32_t s = 0, depth = 0; s < leaves->count && leaves->part == 0; s++, depth++) {
    Array shard[] = {{.data = sum + depth, .size = 1}, a[1], a[2]};
    for (int k = 1; k < 3; k++) shard[k].data = row_of(a[k], leaves->start[s]);
    OP(weighted_sum)(leaves->start[s + 1] - leaves->start[s], shard, attr);
    for (int32_t k = s + 1; k % 2 == 0; k /= 2, depth--) sum[depth - 1] += sum[depth];
  }
  if (leaves->part == 0) a[0].data[0] = sum[0];
}

// dL, L, l, c, dl, -
void OP(weighted_sum_backward)(long rows, const Array *a, const double *attr) {
  (void)attr;
  if (!a[4].data) return;
  // dl = dL c
  for (long n = 0; n < rows; n++) CONTRIBUTE(a[4], n, 0, 1, i, a[0].data[0] * *row_of(a[3], n));
}

TAKES(penalise, "() () () -> ()", 0);
void OP(penalise)(long rows, const Array *a, const double *attr) { // L, D, lam, Omega
  (void)rows, (void)attr;
  a[0].data[0] = FMA(a[2].data[0], a[3].data[0], a[1].data[0]); // L = D + lam Omega
}

// dL, L, D, lam, Omega, dD, -, dOmega
void OP(penalise_backward)(long rows, const Array *a, const double *attr) {
  (void)rows, (void)attr;
  const real dL = a[0].data[0], lam = a[3].data[0];
  if (a[5].data) CONTRIBUTE(a[5], 0, 0, 1, i, dL);       // dD = dL
  if (a[7].data) CONTRIBUTE(a[7], 0, 0, 1, i, dL * lam); // dOmega = dL lam
}
