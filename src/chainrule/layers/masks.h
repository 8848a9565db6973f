// The masks of dropout as a function of their key: 1 for what is kept, 0 for what is dropped.
#ifndef CHAINRULE_MASKS_H
#define CHAINRULE_MASKS_H
#include "kernels/loops.h"
#include "kernels/philox.h"

enum { COLUMNS = 4 * LANES }; // that one call of philox gives

// An entry is kept if its random word >> 8 is at least `least`.
typedef struct {
  uint32_t step, seed, path, least;
} Key;

INLINE Key key_of(const int32_t *key, const double *attr) {
  // u = (word >> 8) 2^-24 >= rate is the same as word >> 8 >= rate 2^24, rounded up
  const double rate = attr[1] * 0x1p24;
  const uint32_t below = (uint32_t)rate;
  return (Key){(uint32_t)key[1], (uint32_t)key[0], (uint32_t)attr[0], below + (below < rate)};
}

// The masks of COLUMNS columns from column `start` of row n on; 4 `blocks` columns belong to each
// row, so there may be several rows.
INLINE void masks(Key k, Array row, long n, long rows, long start, long blocks, real *mask) {
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

#endif
