// The floating-point mode of a thread: how it rounds, and whether numbers below the smallest normal
// one become 0. Another library may have changed it (flush-to-zero comes with -ffast-math); the
// bits of the engine are those of the default mode.
#ifndef CHAINRULE_FLOAT_MODE_H
#define CHAINRULE_FLOAT_MODE_H
#include <stdint.h>

#if defined(__SSE__)
// MXCSR: round to nearest, all exceptions masked, no flush-to-zero, no denormals-are-zero. The low
// six bits are flags that operations set.
enum { DEFAULT_FLOAT_MODE = 0x1F80, FLOAT_FLAGS = 0x3F };
static inline uint64_t float_mode(void) {
  return __builtin_ia32_stmxcsr() & ~(uint64_t)FLOAT_FLAGS;
}
static inline void set_float_mode(uint64_t mode) {
  __builtin_ia32_ldmxcsr((unsigned)mode);
}
#elif defined(__aarch64__)
enum { DEFAULT_FLOAT_MODE = 0 }; // FPCR
static inline uint64_t float_mode(void) {
  uint64_t mode;
  __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
  return mode;
}
static inline void set_float_mode(uint64_t mode) {
  __asm__ volatile("msr fpcr, %0" : : "r"(mode));
}
#else // WebAssembly has one mode
enum { DEFAULT_FLOAT_MODE = 0 };
static inline uint64_t float_mode(void) {
  return DEFAULT_FLOAT_MODE;
}
static inline void set_float_mode(uint64_t mode) {
  (void)mode;
}
#endif

// Enter the default mode and return the previous mode. Reading the register is cheap, but writing
// it is not: it is written only if something has changed it.
static inline uint64_t enter_default_float_mode(void) {
  const uint64_t before = float_mode();
  if (before != DEFAULT_FLOAT_MODE) set_float_mode(DEFAULT_FLOAT_MODE);
  return before;
}
static inline void leave_default_float_mode(uint64_t before) {
  if (before != DEFAULT_FLOAT_MODE) set_float_mode(before);
}
#endif
