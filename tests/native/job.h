// Files of arrays that a test wrote: each array with its bytes before it (int64, -1: no array).
#ifndef CHAINRULE_JOB_H
#define CHAINRULE_JOB_H
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static void stop(const char *why, long number) {
  fprintf(stderr, "%s (%ld)\n", why, number);
  exit(2);
}

// The next array, in memory of exactly its size, which goes to *bytes.
static void *array(FILE *file, int64_t *bytes) {
  int64_t size;
  if (fread(&size, sizeof size, 1, file) != 1) stop("the file ends too early", 0);
  if (bytes) *bytes = size < 0 ? 0 : size;
  if (size < 0) return 0;
  void *memory = malloc((size_t)size);
  if (size && (!memory || fread(memory, 1, (size_t)size, file) != (size_t)size))
    stop("an array is not whole", (long)size);
  return memory;
}
#endif
