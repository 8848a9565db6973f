// Twin of group_norm.py. Sums run over the positions for each channel, then over the channels of a
// group.
#include "kernels/fits.h"
#include "kernels/lanes.h"
#include "channels.h"

// Four numbers a channel.
long OP(standardise_groups_work)(long rows, const Array *a) {
  enum { H, X };
  (void)rows;
  return 4 * (long)last_axis(a[X]);
}

// Replaces the sum of each channel by the mean of its group.
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

// Computes for each channel the mean of its group, and 1 / sqrt(variance + eps).
static void moments(long C, long groups, long size, const real *x, real eps, real *mean,
                    real *inverse) {
  for (long c = 0; c < C; c++) mean[c] = inverse[c] = 0;
  sum_channels(PLAIN, C, size, x, 0, 0, mean);
  mean_of_groups(C, groups, size, mean);
  sum_channels(SQUARE, C, size, x, 0, mean, inverse);
  mean_of_groups(C, groups, size, inverse);
  for (long c = 0; c < C; c++) inverse[c] = 1 / SQRT(inverse[c] + eps);
}

TAKES(standardise_groups, "(N,*,C) -> (N,*,C)", 2);

int OP(standardise_groups_fits)(const Array *a, int32_t count, const double *attr) {
  // attr: eps, groups
  enum { H, X };
  const int32_t C = a[X].shape[a[X].ndim - 1];
  (void)count;
  return all_whole(attr + 1, 1, 1, C) && C % (int32_t)attr[1] == 0;
}

// h = (x - mean(x)) / sqrt(mean((x - mean(x))^2) + eps)
void OP(standardise_groups)(long rows, const Array *a, const double *attr) {
  enum { H, X, WORK };
  const long C = last_axis(a[X]), size = a[X].size;
  real *mean = a[WORK].data, *inverse = mean + C, room[2][PATTERN];
  for (long n = 0; n < rows; n++) {
    const real *x = row_of(a[X], n);
    real *h = row_of(a[H], n);
    moments(C, (long)attr[1], size, x, (real)attr[0], mean, inverse);
    const Pattern m = repeated(C, mean, room[0]), r = repeated(C, inverse, room[1]);
    for (long p = 0; p < size; p += m.length) {
      const long count = smaller_of(m.length, size - p);
      INDEPENDENT for (long i = 0; i < count; i++) h[p + i] = (x[p + i] - m.of[i]) * r.of[i];
    }
  }
}

// dx = (dh - mean(dh) - h mean(dh h)) / sqrt(variance + eps)
void OP(standardise_groups_backward)(long rows, const Array *a, const double *attr) {
  enum { DH, H, X, DX, WORK };
  const long C = last_axis(a[X]), size = a[X].size, groups = (long)attr[1];
  real *mean = a[WORK].data, *inverse = mean + C;
  real *dh_mean = inverse + C, *dh_h_mean = dh_mean + C, room[3][PATTERN];
  if (!a[DX].data) return;
  for (long n = 0; n < rows; n++) {
    const real *dh = row_of(a[DH], n), *h = row_of(a[H], n);
    moments(C, groups, size, row_of(a[X], n), (real)attr[0], mean, inverse);
    for (long c = 0; c < C; c++) dh_mean[c] = dh_h_mean[c] = 0;
    sum_channels(PLAIN, C, size, dh, 0, 0, dh_mean);
    sum_channels(PRODUCT, C, size, dh, h, 0, dh_h_mean);
    mean_of_groups(C, groups, size, dh_mean);
    mean_of_groups(C, groups, size, dh_h_mean);
    const Pattern m = repeated(C, dh_mean, room[0]), m_h = repeated(C, dh_h_mean, room[1]),
                  r = repeated(C, inverse, room[2]);
    for (long p = 0; p < size; p += m.length) {
      const long count = smaller_of(m.length, size - p);
      CONTRIBUTE(a[DX], n, p, count, i, (dh[p + i] - m.of[i] - h[p + i] * m_h.of[i]) * r.of[i]);
    }
  }
}
