// NumPy's legacy stream, many numbers at a time: MT19937 (Matsumoto & Nishimura, ACM TOMACS 8,
// 1998) and RandomState.random_sample.
#ifndef CHAINRULE_LEGACY_STREAM_H
#define CHAINRULE_LEGACY_STREAM_H
#include <stdint.h>

enum { MT_SIZE = 624, MT_MIDDLE = 397 };

static uint32_t twisted(uint32_t upper, uint32_t lower) {
  const uint32_t y = (upper & 0x80000000u) | (lower & 0x7FFFFFFFu);
  return y >> 1 ^ ((y & 1) * 0x9908B0DFu);
}

// The next 624 words of the state.
static void twist(uint32_t *key) {
  for (int i = 0; i < MT_SIZE - MT_MIDDLE; i++)
    key[i] = key[i + MT_MIDDLE] ^ twisted(key[i], key[i + 1]);
  for (int i = MT_SIZE - MT_MIDDLE; i < MT_SIZE - 1; i++)
    key[i] = key[i + MT_MIDDLE - MT_SIZE] ^ twisted(key[i], key[i + 1]);
  key[MT_SIZE - 1] = key[MT_MIDDLE - 1] ^ twisted(key[MT_SIZE - 1], key[0]);
}

static uint32_t tempered(uint32_t y) {
  y ^= y >> 11;
  y ^= y << 7 & 0x9D2C5680u;
  y ^= y << 15 & 0xEFC60000u;
  return y ^ y >> 18;
}

// 53 bits of two words: (a >> 5, b >> 6) -> (a 2^26 + b) / 2^53
static double fraction(uint32_t a, uint32_t b) {
  return ((int32_t)(tempered(a) >> 5) * 67108864.0 + (int32_t)(tempered(b) >> 6)) /
         9007199254740992.0;
}

static int legacy(uint32_t *key, int at, int64_t n, double *out) {
  while (n > 0) {
    if (at >= MT_SIZE) twist(key), at = 0;
    if (at == MT_SIZE - 1) { // a pair across two blocks
      const uint32_t first = key[at];
      twist(key);
      *out++ = fraction(first, key[0]);
      at = 1, n--;
      continue;
    }
    const int64_t pairs = (MT_SIZE - at) / 2 < n ? (MT_SIZE - at) / 2 : n;
    for (int64_t i = 0; i < pairs; i++) out[i] = fraction(key[at + 2 * i], key[at + 2 * i + 1]);
    at += 2 * (int)pairs, out += pairs, n -= pairs;
  }
  return at;
}

#endif
