// Twin of alpha_dropout.py. The mask is that of dropout.c.
#include "kernels/fits.h"
#include "masks.h"

// y = x where the mask is 1, else lowest; or y += ...
static void drop(long rows, Array y, Array x, const int32_t *key, Array row, const double *attr,
                 real lowest) {
  const Key k = key_of(key, attr);
  const long size = y.size, blocks = smaller_of(parts_of(size, 4), LANES);
  const long together = LANES / blocks; // rows
  for (long n = 0; n < rows; n += together)
    for (long start = 0; start < size; start += COLUMNS) {
      real mask[COLUMNS];
      masks(k, row, n, rows, start, blocks, mask);
      const long columns = smaller_of(size - start, COLUMNS);
      for (long r = 0; r < together && n + r < rows; r++) {
        const real *from = row_of(x, n + r) + start, *kept = mask + 4 * blocks * r;
        CONTRIBUTE(y, n + r, start, columns, i, kept[i] != 0 ? from[i] : lowest);
      }
    }
}

TAKES(alpha_dropout, "(N,*) [2] [N] -> (N,*)", 3);

int OP(alpha_dropout_fits)(const Array *a, int32_t count, const double *attr) {
  // attr: lowest, path, rate
  (void)a, (void)count;
  return all_whole(attr + 1, 1, 0, UINT32_MAX) && attr[2] >= 0 && attr[2] < 1;
}

void OP(alpha_dropout)(long rows, const Array *a, const double *attr) {
  enum { D, X, KEY, ROW };
  Array d = a[D];
  d.add = 0;
  // d = x mask(key, row) + lowest (1 - mask(key, row))
  drop(rows, d, a[X], (const int32_t *)a[KEY].data, a[ROW], attr + 1, (real)attr[0]);
}

void OP(alpha_dropout_backward)(long rows, const Array *a, const double *attr) {
  enum { DD, D, X, KEY, ROW, DX, DKEY, DROW };
  // dx = dd mask(key, row)
  if (a[DX].data) drop(rows, a[DX], a[DD], (const int32_t *)a[KEY].data, a[ROW], attr + 1, 0);
}
