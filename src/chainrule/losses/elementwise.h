// Shared code of losses that compare each output with its own target: twin of elementwise.py.
#ifndef CHAINRULE_ELEMENTWISE_H
#define CHAINRULE_ELEMENTWISE_H
#include "kernels/lanes.h"
#include "kernels/loops.h"

// One term of a loss, or its slope, for the output p and the target y; setting: delta, q or
// nothing.
typedef real (*Term)(real p, real y, real setting);

INLINE real sign(real d) {
  return (real)(d > 0) - (real)(d < 0);
}

// l = scale (sum over k of the terms), for each row.
INLINE void sum_outputs(long rows, const Array *a, double scale, real setting, Term term) {
  enum { L, P, Y };
  const long K = a[P].size;
  // one term in each row, all side by side: the sum of 16 lanes is 0 + term
  if (K == 1 && extent(rows, a, 3).rows == 1) {
    const real *p = a[P].data, *y = a[Y].data, factor = (real)scale;
    real *l = a[L].data;
    INDEPENDENT for (long n = 0; n < rows; n++) l[n] = factor * (0 + term(p[n], y[n], setting));
    return;
  }
  for (long n = 0; n < rows; n++) {
    const real *p = a[P].data + n * a[P].stride, *y = a[Y].data + n * a[Y].stride;
    real lane[LANES] = {0};
    long k = 0;
    for (; k + LANES <= K; k += LANES)
      for (long i = 0; i < LANES; i++) lane[i] += term(p[k + i], y[k + i], setting);
    for (long i = 0; k + i < K; i++) lane[i] += term(p[k + i], y[k + i], setting);
    a[L].data[n * a[L].stride] = (real)scale * sum_lanes(lane);
  }
}

// dp = scale dl slope, for each output.
INLINE void each_output(long rows, const Array *a, double scale, real setting, Term slope) {
  enum { DL, L, P, Y, DP };
  const long K = a[P].size;
  if (!a[DP].data) return;
  if (K == 1 && extent(rows, a, 5).rows == 1) {
    const real *dl = a[DL].data, *p = a[P].data, *y = a[Y].data;
    CONTRIBUTE(a[DP], 0, 0, rows, n, (real)scale * dl[n] * slope(p[n], y[n], setting));
    return;
  }
  for (long n = 0; n < rows; n++) {
    const real *p = a[P].data + n * a[P].stride, *y = a[Y].data + n * a[Y].stride;
    const real each = (real)scale * a[DL].data[n * a[DL].stride];
    real *dp = a[DP].data + n * a[DP].stride;
    if (a[DP].add)
      for (long k = 0; k < K; k++) dp[k] += each * slope(p[k], y[k], setting);
    else
      for (long k = 0; k < K; k++) dp[k] = each * slope(p[k], y[k], setting);
  }
}

// The calls of a training step for a loss: l, L = sum over n of c l, dl = dL c, dp; in one pass if
// a row has one output.
INLINE void outputs_at_once(long rows, const Array *a, double scale, double slope_scale,
                            real setting, Term term, Term slope) {
  // the arguments of forward, weighted_sum, weighted_sum_backward and backward; each group ends
  // with its scratch
  enum { L, P, Y, WORK };
  enum { SUM = WORK + 1, SUM_L, SUM_C, SUM_WORK };
  enum { DSUM = SUM_WORK + 1, DSUM_SUM, DSUM_L, DSUM_C, DL, DC, DSUM_WORK };
  enum { BACK = DSUM_WORK + 1, BACK_L, BACK_P, BACK_Y, DP };
  const int many_outputs = a[P].size > 1 || extent(rows, a, 3).rows > 1;
  const int adds = a[SUM].add || a[DL].add || a[DP].add;
  if (many_outputs || adds || a[SUM_C].stride > 1 || !a[DP].data) {
    sum_outputs(rows, a, scale, setting, term);
    OP(weighted_sum)(rows, a + SUM, 0);
    OP(weighted_sum_backward)(rows, a + DSUM, 0);
    each_output(rows, a + BACK, slope_scale, setting, slope);
    return;
  }
  const real *p = a[P].data, *y = a[Y].data, *c = a[SUM_C].data, dL = a[DSUM].data[0];
  real *l = a[L].data, *dl = a[DL].data, *dp = a[DP].data, total = 0;
  INDEPENDENT for (long n = 0; n < rows; n++) {
    l[n] = (real)scale * (0 + term(p[n], y[n], setting));
    dl[n] = dL * c[n];
    dp[n] = (real)slope_scale * (dL * c[n]) * slope(p[n], y[n], setting);
  }
  for (long n = 0; n < rows; n++) total = FMA(c[n], l[n], total);
  a[SUM].data[0] = total;
}

#endif
