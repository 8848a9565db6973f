// What the losses share that compare each output with a target of its own: twin of elementwise.py.
#ifndef CHAINRULE_ELEMENTWISE_H
#define CHAINRULE_ELEMENTWISE_H
#include "kernels/lanes.h"
#include "kernels/loops.h"

typedef real (*Term)(real p, real y, real setting);

// l = scale (sum over k of the terms), for each row; a = l, p, y.
INLINE void sum_outputs(long rows, const Array *a, double scale, real setting, Term term) {
  const long K = a[1].size;
  // one term a row, all side by side: the sum of 16 lanes is 0 + term
  if (K == 1 && extent(rows, a, 3).rows == 1) {
    const real *p = a[1].data, *y = a[2].data;
    INDEPENDENT for (long n = 0; n < rows; n++) a[0].data[n] =
        (real)scale * (0 + term(p[n], y[n], setting));
    return;
  }
  for (long n = 0; n < rows; n++) {
    const real *p = a[1].data + n * a[1].stride, *y = a[2].data + n * a[2].stride;
    real lane[LANES] = {0};
    long k = 0;
    for (; k + LANES <= K; k += LANES)
      for (long i = 0; i < LANES; i++) lane[i] += term(p[k + i], y[k + i], setting);
    for (long i = 0; k + i < K; i++) lane[i] += term(p[k + i], y[k + i], setting);
    a[0].data[n * a[0].stride] = (real)scale * sum_lanes(lane);
  }
}

// dp = scale dl slope, for each output; a = dl, l, p, y, dp.
INLINE void each_output(long rows, const Array *a, double scale, real setting, Term slope) {
  const long K = a[2].size;
  if (!a[4].data) return;
  if (K == 1 && extent(rows, a, 5).rows == 1) {
    const real *dl = a[0].data, *p = a[2].data, *y = a[3].data;
    CONTRIBUTE(a[4], 0, 0, rows, n, (real)scale * dl[n] * slope(p[n], y[n], setting));
    return;
  }
  for (long n = 0; n < rows; n++) {
    const real *p = a[2].data + n * a[2].stride, *y = a[3].data + n * a[3].stride;
    const real each = (real)scale * a[0].data[n * a[0].stride];
    real *dp = a[4].data + n * a[4].stride;
    if (a[4].add)
      for (long k = 0; k < K; k++) dp[k] += each * slope(p[k], y[k], setting);
    else
      for (long k = 0; k < K; k++) dp[k] = each * slope(p[k], y[k], setting);
  }
}

// What a step of training does with a loss: l, L = sum over n of c l, dl = dL c, dp; one pass where
// a row has one output. a = l, p, y, -, L, l, c, -, dL, L, l, c, dl, -, -, dl, l, p, y, dp, -, -
INLINE void outputs_at_once(long rows, const Array *a, double scale, double slope_scale,
                            real setting, Term term, Term slope) {
  if (a[1].size > 1 || extent(rows, a, 3).rows > 1 || a[4].add || a[6].stride > 1 || a[12].add ||
      !a[19].data || a[19].add) {
    sum_outputs(rows, a, scale, setting, term);
    OP(weighted_sum)(rows, a + 4, 0);
    OP(weighted_sum_backward)(rows, a + 8, 0);
    each_output(rows, a + 15, slope_scale, setting, slope);
    return;
  }
  const real *p = a[1].data, *y = a[2].data, *c = a[6].data, dL = a[8].data[0];
  real *l = a[0].data, *dl = a[12].data, *dp = a[19].data, L = 0;
  INDEPENDENT for (long n = 0; n < rows; n++) {
    l[n] = (real)scale * (0 + term(p[n], y[n], setting));
    dl[n] = dL * c[n];
    dp[n] = (real)slope_scale * (dL * c[n]) * slope(p[n], y[n], setting);
  }
  for (long n = 0; n < rows; n++) L = FMA(c[n], l[n], L);
  a[4].data[0] = L;
}

INLINE real sign(real d) {
  return (real)(d > 0) - (real)(d < 0);
}

#endif
