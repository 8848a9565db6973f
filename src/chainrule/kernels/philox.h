// Random words as a pure function of their place: Philox4x32-10. The twin of random.py.
#ifndef CHAINRULE_PHILOX_H
#define CHAINRULE_PHILOX_H
#include "vector_math.h"

enum { PURPOSE_INIT, PURPOSE_ORDER, PURPOSE_DROPOUT, PURPOSE_SAMPLE, PURPOSE_SPLIT, PURPOSE_DATA };

// 16 calls side by side, with the counters (block, row, step, purpose) and the key (seed, path):
// word[w][l] belongs to column 4 block[l] + w of row[l].
INLINE void philox(const uint32_t *block, const uint32_t *row, uint32_t step, uint32_t purpose,
                   uint32_t seed, uint32_t path, uint32_t word[4][LANES]) {
  for (int l = 0; l < LANES; l++) {
    uint32_t c0 = block[l], c1 = row[l], c2 = step, c3 = purpose, k0 = seed, k1 = path;
    for (int round = 0; round < 10; round++) {
      const uint64_t p0 = (uint64_t)c0 * 0xD2511F53u, p1 = (uint64_t)c2 * 0xCD9E8D57u;
      c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
      c1 = (uint32_t)p1;
      c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
      c3 = (uint32_t)p0;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    word[0][l] = c0, word[1][l] = c1, word[2][l] = c2, word[3][l] = c3;
  }
}

#endif
