// Whether this processor has an instruction set that the engine was compiled for.
#ifndef CHAINRULE_PROCESSOR_H
#define CHAINRULE_PROCESSOR_H
#include <string.h>
#if defined(_WIN32)
// Declared here, since <windows.h> has names that the engine uses too.
__declspec(dllimport) int __stdcall IsProcessorFeaturePresent(unsigned long feature);

// the numbers of winnt.h; AVX2 and AVX-512 never came without fma
static int processor_has(const char *set) {
  enum { WITH_AVX2 = 40, WITH_AVX512F = 41 };
  if (!strcmp(set, "avx512"))
    return IsProcessorFeaturePresent(WITH_AVX512F) && IsProcessorFeaturePresent(WITH_AVX2);
  if (!strcmp(set, "avx2")) return IsProcessorFeaturePresent(WITH_AVX2) != 0;
  return !strcmp(set, "plain") || !strcmp(set, "neon");
}
#else
static int processor_has(const char *set) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_cpu_init();
  if (!strcmp(set, "avx512"))
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx2") &&
           __builtin_cpu_supports("fma");
  if (!strcmp(set, "avx2")) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
  return !strcmp(set, "plain") || !strcmp(set, "neon"); // every 64-bit Arm has NEON
}
#endif
#endif
