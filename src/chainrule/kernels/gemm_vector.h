// Vectors of the width of the instruction set. A wider vector computes the same sums, but more of
// them at a time.
#ifndef CHAINRULE_GEMM_VECTOR_H
#define CHAINRULE_GEMM_VECTOR_H
#include "native.h"

// Write UNROLL before a loop of constant length, so that the arrays that it indexes are in
// registers. Write BY_LANES before a loop over the lanes that must stay a loop (see load_first).
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#define BY_LANES _Pragma("GCC unroll 1")
#else
#define UNROLL _Pragma("GCC unroll 16")
#define BY_LANES _Pragma("GCC ivdep") _Pragma("GCC unroll 1")
#endif

// BYTES of a vector. HIGH x 2 vectors of sums, 2 of B and one number of A fit the registers.
// HALF_VECTORS gives AVX-512 the vectors of AVX2.
#if defined(__AVX512F__) && !defined(HALF_VECTORS)
#define BYTES 64
#define MANY_REGISTERS 1
#elif defined(__aarch64__)
#define BYTES 16
#define MANY_REGISTERS 1
#elif defined(__AVX2__)
#define BYTES 32
#define MANY_REGISTERS 0
#else
#define BYTES 16
#define MANY_REGISTERS 0
#endif
#if REAL_BITS == 32
typedef int32_t integer;
#else
typedef int64_t integer;
#endif
// WIDE: reals in a vector. PANEL: columns of B that a tile covers. HIGH: rows of a tile.
enum { WIDE = BYTES / sizeof(real), PANEL = 2 * WIDE, HIGH = MANY_REGISTERS ? 14 : 6 };
typedef real Vector __attribute__((vector_size(BYTES)));
// Used only in memory: gcc for Arm takes no such argument.
typedef real Unaligned __attribute__((vector_size(BYTES), aligned(sizeof(real)), may_alias));
typedef integer Mask __attribute__((vector_size(BYTES), may_alias));

// f(1) f(2) ... for families of functions and for their tables.
#define EACH_TO_5(f) f(1) f(2) f(3) f(4) f(5)
#define EACH_TO_6(f) EACH_TO_5(f) f(6)
#define EACH_TO_7(f) EACH_TO_6(f) f(7)
#define EACH_TO_8(f) EACH_TO_7(f) f(8)
#define EACH_TO_10(f) EACH_TO_8(f) f(9) f(10)
#define EACH_TO_12(f) EACH_TO_10(f) f(11) f(12)
#define EACH_TO_13(f) EACH_TO_12(f) f(13)
#define EACH_TO_14(f) EACH_TO_13(f) f(14)
#define EACH_TO_16(f) EACH_TO_14(f) f(15) f(16)

// Scratch memory from the next whole cache line on; its user asks for LANES numbers more than it
// needs.
INLINE real *whole_lines(real *work) {
  return (real *)(((uintptr_t)work + 63) & ~(uintptr_t)63);
}

INLINE Vector load(const real *p) {
  return *(const Unaligned *)p;
}

INLINE void store(real *p, Vector x) {
  *(Unaligned *)p = x;
}

// x in each lane. (x + 0 would turn -0 into 0.)
INLINE Vector splat(real x) {
  return x - (Vector){0};
}

// The first n numbers of a vector and zeros; nothing else is read. The compiler makes one
// instruction of each of these loops over the lanes: they must reach the vectorizer as loops, hence
// no unrolling, and t overlaps nothing, hence ivdep.
INLINE Vector load_first(const real *p, integer n) {
  real t[WIDE];
  BY_LANES for (integer q = 0; q < WIDE; q++) t[q] = q < n ? p[q] : 0;
  return load(t);
}

// Stores the first n lanes; nothing else is written.
INLINE void store_first(real *p, integer n, Vector x) {
  real t[WIDE];
  store(t, x);
  BY_LANES for (integer q = 0; q < WIDE; q++) if (q < n) p[q] = t[q];
}

// load_first and store_first, if n == WIDE is common and masks cost time.
INLINE Vector load_up_to(const real *p, integer n) {
  return n == WIDE ? load(p) : load_first(p, n);
}

INLINE void store_up_to(real *p, integer n, Vector x) {
  if (n == WIDE)
    store(p, x);
  else
    store_first(p, n, x);
}

// a b + c
INLINE Vector fused(Vector a, Vector b, Vector c) {
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

// a b + c in the first n lanes; the others keep c.
INLINE Vector fused_first(Vector a, Vector b, Vector c, integer n) {
  real x[WIDE], y[WIDE], z[WIDE];
  store(x, a), store(y, b), store(z, c);
  BY_LANES for (integer q = 0; q < WIDE; q++) z[q] = q < n ? FMA(x[q], y[q], z[q]) : z[q];
  return load(z);
}

// max(low, x); a NaN stays a NaN.
INLINE Vector at_least(Vector low, Vector x) {
  const Mask m = low > x;
  return (Vector)(((Mask)low & m) | ((Mask)x & ~m));
}

// x (gate > 0 ? 1 : 0)
INLINE Vector gated(Vector x, Vector gate) {
  return x * (Vector)((Mask)splat(1) & (gate > (Vector){0}));
}

#endif
