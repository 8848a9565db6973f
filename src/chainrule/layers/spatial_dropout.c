// Twin of spatial_dropout.py: one mask a channel, the same at every position.
#include "kernels/fits.h"
#include "channels.h"
#include "masks.h"

// y = x mask / (1 - rate), or y += ...
static void drop(long rows, Array y, Array x, const int32_t *key, Array row, const double *attr) {
  const Key k = key_of(key, attr);
  const real stay = (real)(1 - attr[1]);
  const long C = last_axis(x), blocks = smaller_of(parts_of(C, 4), LANES);
  const long together = LANES / blocks; // rows
  for (long n = 0; n < rows; n += together)
    for (long start = 0; start < C; start += COLUMNS) {
      real mask[COLUMNS];
      masks(k, row, n, rows, start, blocks, mask);
      const long columns = smaller_of(C - start, COLUMNS);
      for (long r = 0; r < together && n + r < rows; r++) {
        real room[PATTERN];
        const real *own = mask + 4 * blocks * r;
        const Pattern kept = C < NARROW ? repeated(C, own, room) : (Pattern){columns, own};
        const long step = C < NARROW ? kept.length : C;
        for (long p = start; p < y.size; p += step) {
          const real *from = row_of(x, n + r) + p;
          const long count = smaller_of(kept.length, y.size - p);
          CONTRIBUTE(y, n + r, p, count, i, from[i] * kept.of[i] / stay);
        }
      }
    }
}

TAKES(spatial_dropout, "(N,*,C) [2] [N] -> (N,*,C)", 2);

int OP(spatial_dropout_fits)(const Array *a, int32_t count, const double *attr) {
  // attr: path, rate
  (void)a, (void)count;
  return all_whole(attr, 1, 0, UINT32_MAX) && attr[1] >= 0 && attr[1] < 1;
}

void OP(spatial_dropout)(long rows, const Array *a, const double *attr) {
  enum { H, X, KEY, ROW };
  Array h = a[H];
  h.add = 0;
  // h = x mask(key, row) / (1 - rate)
  drop(rows, h, a[X], (const int32_t *)a[KEY].data, a[ROW], attr);
}

void OP(spatial_dropout_backward)(long rows, const Array *a, const double *attr) {
  enum { DH, H, X, KEY, ROW, DX, DKEY, DROW };
  // dx = dh mask(key, row) / (1 - rate)
  if (a[DX].data) drop(rows, a[DX], a[DH], (const int32_t *)a[KEY].data, a[ROW], attr);
}
