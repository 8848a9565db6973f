// Twin of group_norm.py. Sums run over the positions for each channel, then over the channels of a group.
#include "../engines/lanes.h"
#include "../engines/loops.h"

// Scratch: four numbers a channel.
long OP(standardise_groups_work)(long rows, const Array *a) {
  (void)rows;
  return 4 * (long)last_axis(a[1]);
}

// What each channel has collected becomes the mean of its group.
static void mean_of_groups(long C, long groups, long size, real *channel) {
  const long each = C / groups;
  for (long first = 0; first < C; first += each) {
    const real *s = channel + first;
    real sum;
    SUM_OVER(k, each, s[k], sum);
    const real mean = sum / (size / groups);
    for (long c = first; c < first + each; c++) channel[c] = mean;
  }
}

// For each channel the mean of its group, and 1 / sqrt(variance + eps).
static void moments(long C, long groups, long size, const real *x, real eps, real *mean, real *inverse) {
  for (long c = 0; c < C; c++) mean[c] = inverse[c] = 0;
  for (long p = 0; p < size; p += C) {
    INDEPENDENT for (long c = 0; c < C; c++) mean[c] += x[p + c];
  }
  mean_of_groups(C, groups, size, mean);
  for (long p = 0; p < size; p += C) {
    INDEPENDENT for (long c = 0; c < C; c++) inverse[c] += (x[p + c] - mean[c]) * (x[p + c] - mean[c]);
  }
  mean_of_groups(C, groups, size, inverse);
  for (long c = 0; c < C; c++) inverse[c] = 1 / SQRT(inverse[c] + eps);
}

void OP(standardise_groups)(long rows, const Array *a, const double *attr) {  // h, x, work
  const long C = last_axis(a[1]), size = a[1].size;
  real *mean = a[2].data, *inverse = mean + C;
  for (long n = 0; n < rows; n++) {
    const real *x = row_of(a[1], n);
    real *h = row_of(a[0], n);
    moments(C, (long)attr[1], size, x, (real)attr[0], mean, inverse);
    for (long p = 0; p < size; p += C) {
      INDEPENDENT for (long c = 0; c < C; c++) h[p + c] = (x[p + c] - mean[c]) * inverse[c];
    }
  }                                                         // h = (x - mean(x)) / sqrt(mean((x - mean(x))^2) + eps)
}

void OP(standardise_groups_backward)(long rows, const Array *a, const double *attr) {     // dh, h, x, dx, work
  const long C = last_axis(a[2]), size = a[2].size, groups = (long)attr[1];
  real *mean = a[4].data, *inverse = mean + C, *dh_mean = inverse + C, *dh_h_mean = dh_mean + C;
  if (!a[3].data) return;
  for (long n = 0; n < rows; n++) {
    const real *dh = row_of(a[0], n), *h = row_of(a[1], n);
    moments(C, groups, size, row_of(a[2], n), (real)attr[0], mean, inverse);
    for (long c = 0; c < C; c++) dh_mean[c] = dh_h_mean[c] = 0;
    for (long p = 0; p < size; p += C) {
      INDEPENDENT for (long c = 0; c < C; c++) dh_mean[c] += dh[p + c];
      INDEPENDENT for (long c = 0; c < C; c++) dh_h_mean[c] += dh[p + c] * h[p + c];
    }
    mean_of_groups(C, groups, size, dh_mean);
    mean_of_groups(C, groups, size, dh_h_mean);
    for (long p = 0; p < size; p += C)
      CONTRIBUTE(a[3], n, p, C, c, (dh[p + c] - dh_mean[c] - h[p + c] * dh_h_mean[c]) * inverse[c]);
  }                                                         // dx = (dh - mean(dh) - h mean(dh h)) / sqrt(variance + eps)
}
