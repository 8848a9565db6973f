// The float64 half of a float32 test.
#include "wide_math.h"
#undef real
#undef REAL_BITS
#define real double
#define REAL_BITS 64
#include "kernels/vector_math.h"

#define DEFINE_WIDE(name)                               \
  void wide_##name(const double *x, double *y) {        \
    for (long i = 0; i < BLOCK; i++) y[i] = name(x[i]); \
  }
FOR_EACH_FUNCTION(DEFINE_WIDE)
