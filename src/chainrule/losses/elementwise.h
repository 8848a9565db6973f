// What the losses share that compare each output with a target of its own: twin of elementwise.py.
#ifndef CHAINRULE_ELEMENTWISE_H
#define CHAINRULE_ELEMENTWISE_H
#include "../engines/lanes.h"

typedef real (*Term)(real p, real y, real setting);

// l = scale (sum over k of the terms), for each row; a = l, p, y.
INLINE void sum_outputs(long rows, const Array *a, double scale, real setting, Term term) {
  const long K = a[1].size;
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

INLINE real sign(real d) { return (real)(d > 0) - (real)(d < 0); }

#endif
