// Twin of spatial_dropout.py: one mask a channel, the same at every position.
#include "channels.h"
#include "masks.h"

// y = x mask / (1 - rate), or y += ...
static void drop(long rows, Array y, Array x, const int32_t *key, Array row, const double *attr) {
  const Key k = key_of(key, attr);
  const real stay = (real)(1 - attr[1]);
  const long C = last_axis(x), needed = (C + 3) / 4, blocks = needed < LANES ? needed : LANES,
             together = LANES / blocks;
  for (long n = 0; n < rows; n += together)
    for (long start = 0; start < C; start += COLUMNS) {
      real mask[COLUMNS];
      masks(k, row, n, rows, start, blocks, mask);
      const long columns = C - start < COLUMNS ? C - start : COLUMNS;
      for (long r = 0; r < together && n + r < rows; r++) {
        real room[PATTERN];
        const Pattern kept = C < NARROW ? repeated(C, mask + 4 * blocks * r, room)
                                        : (Pattern){columns, mask + 4 * blocks * r};
        const long step = C < NARROW ? kept.length : C;
        for (long p = start; p < y.size; p += step) {
          const real *from = row_of(x, n + r) + p;
          const long count = smaller_of(kept.length, y.size - p);
          CONTRIBUTE(y, n + r, p, count, i, from[i] * kept.of[i] / stay);
        }
      }
    }
}

void OP(spatial_dropout)(long rows, const Array *a, const double *attr) { // h, x, key, row
  Array h = a[0];
  h.add = 0;
  drop(rows, h, a[1], (const int32_t *)a[2].data, a[3], attr); // h = x mask(key, row) / (1 - rate)
}

// dh, h, x, key, row, dx, -, -
void OP(spatial_dropout_backward)(long rows, const Array *a, const double *attr) {
  // dx = dh mask(key, row) / (1 - rate)
  if (a[5].data) drop(rows, a[5], a[0], (const int32_t *)a[3].data, a[4], attr);
}
