// The order of the rows in an epoch, as random.permutation makes it: each row gets a random word by
// its place; the words are sorted.
#ifndef CHAINRULE_ORDERS_H
#define CHAINRULE_ORDERS_H
#include <stdint.h>
#include <string.h>

static inline void philox(uint32_t c[4], uint32_t k0, uint32_t k1) { // random.philox
  for (int i = 0; i < 10; i++, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {
    const uint64_t p0 = (uint64_t)c[0] * 0xD2511F53u, p1 = (uint64_t)c[2] * 0xCD9E8D57u;
    const uint32_t next[4] = {(uint32_t)(p1 >> 32) ^ c[1] ^ k0, (uint32_t)p1,
                              (uint32_t)(p0 >> 32) ^ c[3] ^ k1, (uint32_t)p0};
    memcpy(c, next, sizeof next);
  }
}

// The order of n rows in one epoch: a stable sort of n words in three passes of 11 bits each. The
// row numbers move with their words.
static inline void order_of_epoch(uint32_t seed, uint32_t epoch, int32_t n, int32_t *out,
                                  uint64_t *from, uint64_t *to) {
  enum { BITS = 11, BINS = 1 << BITS, ORDER = 1 };
  for (int32_t block = 0; block < n; block += 4) {
    uint32_t c[4] = {(uint32_t)block / 4, 0, epoch, ORDER};
    philox(c, seed, 0);
    for (int32_t i = 0; i < 4 && block + i < n; i++)
      from[block + i] = (uint64_t)c[i] << 32 | (uint32_t)(block + i);
  }
  for (int pass = 0; pass < 3; pass++) {
    const int shift = 32 + BITS * pass;
    int32_t start[BINS] = {0};
    for (int32_t i = 0; i < n; i++) start[from[i] >> shift & (BINS - 1)]++;
    for (int32_t bin = 0, sum = 0; bin < BINS; bin++) {
      const int32_t here = start[bin];
      start[bin] = sum, sum += here;
    }
    for (int32_t i = 0; i < n; i++) to[start[from[i] >> shift & (BINS - 1)]++] = from[i];
    uint64_t *swap = from;
    from = to, to = swap;
  }
  for (int32_t i = 0; i < n; i++) out[i] = (int32_t)(uint32_t)from[i];
}
#endif
