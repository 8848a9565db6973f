// Vectors as wide as the instruction set has them. A wider vector does the same sums, more of them
// at once.
#ifndef CHAINRULE_GEMM_VECTOR_H
#define CHAINRULE_GEMM_VECTOR_H
#include "gemm.h"

#define INLINE static inline __attribute__((always_inline))
#ifdef __clang__ // before a loop of constant length, so that what it indexes lives in registers
#define UNROLL _Pragma("clang loop unroll(full)")
#define BY_LANES _Pragma("GCC unroll 1")
#else
#define UNROLL _Pragma("GCC unroll 16")
#define BY_LANES _Pragma("GCC ivdep") _Pragma("GCC unroll 1")
#endif

// HIGH x 2 vectors of sums, 2 of B and one number of A fit the registers. HALF_VECTORS: as AVX2 has
// them.
#if defined(__AVX512F__) && !defined(HALF_VECTORS)
#define BYTES 64
enum { HIGH = 14 };
#define MANY_REGISTERS 1
#elif defined(__aarch64__)
#define BYTES 16
enum { HIGH = 14 };
#define MANY_REGISTERS 1
#else
#define MANY_REGISTERS 0
#if defined(__AVX2__)
#define BYTES 32
#else
#define BYTES 16
#endif
enum { HIGH = 6 };
#endif
#if REAL_BITS == 32
typedef int32_t integer;
#else
typedef int64_t integer;
#endif
// reals in a vector; columns of B that a tile covers
enum { WIDE = BYTES / sizeof(real), PANEL = 2 * WIDE };
typedef real Vector __attribute__((vector_size(BYTES)));
// in memory alone: gcc for Arm takes no such argument
typedef real Unaligned __attribute__((vector_size(BYTES), aligned(sizeof(real)), may_alias));
typedef integer Mask __attribute__((vector_size(BYTES), may_alias));

INLINE Vector load(const real *p) {
  return *(const Unaligned *)p;
}
INLINE void store(real *p, Vector x) {
  *(Unaligned *)p = x;
}
INLINE Vector splat(real x) {
  return x - (Vector){0};
} // x + 0 would turn -0 into 0
INLINE long smaller(long a, long b) {
  return a < b ? a : b;
}

// The compiler makes one instruction of each of these loops over the lanes. Only lanes q < n touch
// memory: those loops must reach the vectoriser as loops, hence no unrolling; t overlaps nothing,
// hence ivdep.
INLINE Vector load_first(const real *p, integer n) {
  real t[WIDE];
  BY_LANES for (integer q = 0; q < WIDE; q++) t[q] = q < n ? p[q] : 0;
  return load(t);
}
INLINE void store_first(real *p, integer n, Vector x) {
  real t[WIDE];
  store(t, x);
  BY_LANES for (integer q = 0; q < WIDE; q++) if (q < n) p[q] = t[q];
}
INLINE Vector fused(Vector a, Vector b, Vector c) { // a b + c
#if !defined(__FMA__) && !defined(__ARM_FEATURE_FMA)
  return a * b + c;
#elif defined(__clang__) // one instruction too, but from lanes, not from memory
  UNROLL
  for (int q = 0; q < WIDE; q++) c[q] = FMA(a[q], b[q], c[q]);
  return c;
#else
  real x[WIDE], y[WIDE], z[WIDE];
  store(x, a), store(y, b), store(z, c);
  BY_LANES for (int q = 0; q < WIDE; q++) z[q] = FMA(x[q], y[q], z[q]);
  return load(z);
#endif
}
// lanes q >= n stay as they are
INLINE Vector fused_first(Vector a, Vector b, Vector c, integer n) {
  real x[WIDE], y[WIDE], z[WIDE];
  store(x, a), store(y, b), store(z, c);
  BY_LANES for (integer q = 0; q < WIDE; q++) z[q] = q < n ? FMA(x[q], y[q], z[q]) : z[q];
  return load(z);
}
INLINE Vector at_least(Vector low, Vector x) { // a NaN stays one
  const Mask m = low > x;
  return (Vector)(((Mask)low & m) | ((Mask)x & ~m));
}
INLINE Vector gated(Vector x, Vector gate) {
  return x * (Vector)((Mask)splat(1) & (gate > (Vector){0}));
}
INLINE real lowest(Activation f) {
  return f == RELU ? 0 : -(real)__builtin_inf();
}

#endif
