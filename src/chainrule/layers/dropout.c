// Twin of dropout.py: the mask is a function of its key, so both directions compute it.
#include "../engines/loops.h"
#include "../engines/philox.h"

enum { COLUMNS = 4 * LANES };                                        // that one call of philox gives

typedef struct { uint32_t step, seed, path, least; } Key;

static Key key_of(const int32_t *key, const double *attr) {
  const double rate = attr[1] * 0x1p24;                                // u = (word >> 8) 2^-24 >= rate is word >> 8 >= least
  const uint32_t below = (uint32_t)rate;
  return (Key){(uint32_t)key[1], (uint32_t)key[0], (uint32_t)attr[0], below + (below < rate)};
}

// The masks of COLUMNS columns from `start` on of row n, or of several rows from n on, each of `blocks` times 4 columns.
static void masks(Key k, Array row, long n, long rows, long start, long blocks, real *mask) {
  uint32_t word[4][LANES], block[LANES], id[LANES];
  for (long l = 0; l < LANES; l++) {
    const long r = n + l / blocks;
    block[l] = (uint32_t)(start / 4 + l % blocks);
    id[l] = (uint32_t)((const int32_t *)row.data)[(r < rows ? r : rows - 1) * row.stride];
  }
  philox(block, id, k.step, PURPOSE_DROPOUT, k.seed, k.path, word);
  for (int l = 0; l < LANES; l++)
    for (int w = 0; w < 4; w++) mask[4 * l + w] = word[w][l] >> 8 >= k.least ? 1 : 0;
}

// y = x mask / (1 - rate), or y += ...
static void drop(long rows, Array y, Array x, const int32_t *key, Array row, const double *attr) {
  const Key k = key_of(key, attr);
  const real stay = (real)(1 - attr[1]);
  const long size = y.size, needed = (size + 3) / 4, blocks = needed < LANES ? needed : LANES, together = LANES / blocks;
  for (long n = 0; n < rows; n += together)
    for (long start = 0; start < size; start += COLUMNS) {
      real mask[COLUMNS];
      masks(k, row, n, rows, start, blocks, mask);
      const long columns = size - start < COLUMNS ? size - start : COLUMNS;
      for (long r = 0; r < together && n + r < rows; r++) {
        const real *from = row_of(x, n + r) + start, *kept = mask + 4 * blocks * r;
        CONTRIBUTE(y, n + r, start, columns, i, from[i] * kept[i] / stay);
      }
    }
}

void OP(dropout)(long rows, const Array *a, const double *attr) {             // h, x, key, row
  Array h = a[0];
  h.add = 0;
  drop(rows, h, a[1], (const int32_t *)a[2].data, a[3], attr);                // h = x mask(key, row) / (1 - rate)
}

void OP(dropout_backward)(long rows, const Array *a, const double *attr) {    // dh, h, x, key, row, dx, -, -
  if (a[5].data) drop(rows, a[5], a[0], (const int32_t *)a[3].data, a[4], attr);    // dx = dh mask(key, row) / (1 - rate)
}
