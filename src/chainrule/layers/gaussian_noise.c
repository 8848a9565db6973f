// Twin of gaussian_noise.py.
#include "kernels/fits.h"
#include "kernels/loops.h"
#include "kernels/normal.h"

// The words of 16 calls of philox from column `start` of row n on; `blocks` calls belong to each
// row, so there may be several rows.
static void words(const int32_t *key, uint32_t path, Array row, long n, long rows, long start,
                  long blocks, uint32_t *word) {
  uint32_t four[4][LANES], block[LANES], id[LANES];
  for (long l = 0; l < LANES; l++) {
    const long r = n + l / blocks;
    block[l] = (uint32_t)(start / 4 + l % blocks);
    id[l] = (uint32_t)((const int32_t *)row.data)[(r < rows ? r : rows - 1) * row.stride];
  }
  philox(block, id, (uint32_t)key[1], PURPOSE_SAMPLE, (uint32_t)key[0], path, four);
  for (int l = 0; l < LANES; l++)
    for (int w = 0; w < 4; w++) word[4 * l + w] = four[w][l];
}

TAKES(gaussian_noise, "(N,*) [2] [N] -> (N,*)", 2);

int OP(gaussian_noise_fits)(const Array *a, int32_t count, const double *attr) {
  // attr: path, std
  (void)a, (void)count;
  return all_whole(attr, 1, 0, UINT32_MAX);
}

void OP(gaussian_noise)(long rows, const Array *a, const double *attr) {
  enum { H, X, KEY, ROW };
  enum { COLUMNS = 4 * LANES };
  const int32_t *key = (const int32_t *)a[KEY].data;
  const long size = a[H].size, blocks = smaller_of(parts_of(size, 4), LANES);
  const long together = LANES / blocks; // rows
  for (long n = 0; n < rows; n += together)
    for (long start = 0; start < size; start += COLUMNS) {
      uint32_t word[COLUMNS];
      real noise[COLUMNS];
      words(key, (uint32_t)attr[0], a[ROW], n, rows, start, blocks, word);
      for (int i = 0; i < COLUMNS; i++) noise[i] = (real)(attr[1] * normal_number(word[i]));
      const long columns = smaller_of(size - start, COLUMNS);
      for (long r = 0; r < together && n + r < rows; r++) {
        const real *x = row_of(a[X], n + r) + start, *z = noise + 4 * blocks * r;
        real *h = row_of(a[H], n + r) + start;
        // h = x + std noise(key, row)
        INDEPENDENT for (long i = 0; i < columns; i++) h[i] = x[i] + z[i];
      }
    }
}

void OP(gaussian_noise_backward)(long rows, const Array *a, const double *attr) {
  enum { DH, H, X, KEY, ROW, DX, DKEY, DROW };
  (void)attr;
  if (!a[DX].data) return;
  for (long n = 0; n < rows; n++) {
    const real *dh = row_of(a[DH], n);
    CONTRIBUTE(a[DX], n, 0, a[DH].size, i, dh[i]); // dx = dh
  }
}
