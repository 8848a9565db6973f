// What the machine can do: multiply-adds a second, a chain of them, and bytes a second.
//
//     limits fma|chain|copy CORE...    one process on each core; prints the sum
//
// fma and chain count float32 operations: two for each multiply-add of a lane.

#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef LANES
#define LANES 16
#endif
enum { SUMS = 12, ROUNDS = 1 << 22, REPEATS = 5 };
typedef float Vector __attribute__((vector_size(4 * LANES)));

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double fma_rate(void) {
  Vector sum[SUMS] = {{0}}, a = {0}, b = {0};
  for (int i = 0; i < LANES; i++) a[i] = 0.5f, b[i] = 1.0f;
  __asm__ volatile("" : "+x"(a), "+x"(b)); // unknown to the compiler
  double start = now();
  for (long r = 0; r < ROUNDS; r++)
#pragma GCC unroll 12
    for (int i = 0; i < SUMS; i++) sum[i] = sum[i] * a + b;
  double seconds = now() - start;
  for (int i = 0; i < SUMS; i++) __asm__ volatile("" ::"x"(sum[i]));
  return 2.0 * LANES * SUMS * ROUNDS / seconds;
}

static double chain_rate(void) {
  double x = 0, a = 0.5, b = 1;
  __asm__ volatile("" : "+x"(a), "+x"(b));
  double start = now();
  for (long r = 0; r < ROUNDS; r++) x = x * a + b;
  double seconds = now() - start;
  __asm__ volatile("" ::"x"(x));
  return ROUNDS / seconds;
}

static double copy_rate(void) { // bytes that are read and written
  enum { SIZE = 128000000 };
  static char *from, *to;
  if (!from) {
    from = malloc(SIZE), to = malloc(SIZE);
    if (!from || !to) exit(1);
    memset(from, 1, SIZE), memset(to, 1, SIZE);
  }
  double start = now();
  memcpy(to, from, SIZE);
  double seconds = now() - start;
  __asm__ volatile("" ::"r"(to) : "memory");
  return 2.0 * SIZE / seconds;
}

static double best(const char *what) {
  double most = 0;
  for (int i = 0; i < REPEATS; i++) {
    double rate = *what == 'f' ? fma_rate() : what[1] == 'h' ? chain_rate() : copy_rate();
    if (rate > most) most = rate;
  }
  return most;
}

int main(int count, char **words) {
  int ends[2];
  if (count < 3 || pipe(ends)) return 1;
  for (int i = 2; i < count; i++) {
    if (fork()) continue;
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(atoi(words[i]), &cores);
    if (sched_setaffinity(0, sizeof cores, &cores)) return 1;
    double rate = best(words[1]);
    return write(ends[1], &rate, sizeof rate) != sizeof rate;
  }
  double sum = 0, rate;
  for (int i = 2; i < count; i++) {
    if (read(ends[0], &rate, sizeof rate) != sizeof rate) return 1;
    sum += rate;
  }
  while (wait(NULL) > 0) continue;
  printf("%.6g\n", sum);
  return 0;
}
