// Asynchronous recall that keeps the fields: a visit costs one comparison, and a flip alone costs N
// additions. Twin of asynchronous.py.
#include <stdlib.h>
#include "hopfield.h"
#include "kernels/native.h"

// Whole weights: every sum is exact, so every order gives the same fields.
#define WEIGHT int16_t
#define FIELD int32_t
#define NAME(x) x##_whole
#include "sweeps.h"
static void fields_whole(const HopfieldRun *r, const int16_t *s, int32_t *restrict h) {
  const long N = r->units;
  const int16_t *w = r->receive;
  for (long i = 0; i < N; i++, w += N) {
    int32_t sum = 0;
    for (long j = 0; j < N; j++) sum += (int32_t)w[j] * (int32_t)s[j];
    h[i] = sum;
  }
}
#undef WEIGHT
#undef FIELD
#undef NAME

// Other weights are doubles, and each field adds j in order. A product with 1 or -1 does not round,
// so it makes no difference whether fma is used.
#define WEIGHT double
#define FIELD double
#define NAME(x) x##_double
#include "sweeps.h"
static void fields_double(const HopfieldRun *r, const int16_t *s, double *restrict h) {
  const long N = r->units;
  const double *w = r->send;
  for (long i = 0; i < N; i++) h[i] = 0;
  for (long j = 0; j < N; j++, w += N)
    if (s[j] > 0)
      for (long i = 0; i < N; i++) h[i] += w[i];
    else
      for (long i = 0; i < N; i++) h[i] -= w[i];
}

// Return 0 if there is no memory. given: a HopfieldRun.
int ENTRY(hopfield)(void *given) {
  const HopfieldRun *r = given;
  void *h = malloc((size_t)r->units * sizeof(double));
  if (!h) return 0;
  for (long p = 0; p < r->states; p++) {
    if (r->whole)
      settle_whole(r, p, h);
    else
      settle_double(r, p, h);
  }
  free(h);
  return 1;
}
