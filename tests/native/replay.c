// A run of the engine without Python: steps of training from a file that a test wrote, with the
// whole engine linked in.
//   replay JOB THREADS KEEP > theta
// For processors that have no Python here (Arm, emulated), and for the checks of memory and of
// races that a compiler adds. Each array of the file gets memory of exactly its size, so that those
// checks see the first byte that is touched beyond it. JOB is a row of arrays, each with its bytes
// before it (int64, -1: no array). The first two hold int64 numbers:
//   rows, slots, hypers, calls | data types | then program wanted rule groups constants theta slots
//   ... data ...
// and for each call: t step seed careful steps | order c starts hyper; the batches of starts come
// again until all steps are done
#include <stdio.h>
#include <stdlib.h>
#include "kernels/native.h"
#include "engines/engine.h"
#if defined(_WIN32)
#include <fcntl.h>
#include <io.h>
#endif

extern const Engine CHAINRULE_JOIN(chainrule_engine, VARIANT);
static const Engine *const engine = &CHAINRULE_JOIN(chainrule_engine, VARIANT);

static void stop(const char *why, long number) {
  fprintf(stderr, "replay: %s (%ld)\n", why, number);
  exit(2);
}

// The next array; its size goes to *bytes.
static void *array(FILE *file, int64_t *bytes) {
  int64_t size;
  if (fread(&size, sizeof size, 1, file) != 1) stop("the file ends too early", 0);
  if (bytes) *bytes = size;
  if (size < 0) return 0;
  void *memory = malloc((size_t)size);
  if (size && (!memory || fread(memory, 1, (size_t)size, file) != (size_t)size))
    stop("an array is not whole", (long)size);
  return memory;
}

int main(int count, char **words) {
  if (count != 4) stop("expected JOB THREADS KEEP", count);
  FILE *file = fopen(words[1], "rb");
  if (!file) stop("cannot open the job", 0);
  int64_t *number = array(file, 0), *type = array(file, 0), bytes, theta_bytes;
  const int64_t calls = number[3];
  Request r = {0};
  r.rows = (int32_t)number[0], r.slots = (int32_t)number[1], r.hypers = (int32_t)number[2];
  r.threads = atoi(words[2]), r.keep = atoi(words[3]);
  r.program = array(file, &r.program_bytes), r.wanted = array(file, 0), r.rule = array(file, 0);
  r.groups = array(file, &bytes), r.group_count = (int32_t)(bytes / 12);
  r.constants = array(file, &bytes), r.constant_count = (int32_t)(bytes / 8);

  int32_t error, step;
  Plan *plan = engine->bind(&r, &error, &step);
  if (!plan) stop("bind refuses", error);
  Run run = {0};
  run.theta = array(file, &theta_bytes);
  for (int32_t s = 0; s < r.slots; s++) run.slot[s] = array(file, 0);
  Data data[8];
  const int64_t inputs = engine->about(plan, 3);
  for (int64_t k = 0; k < inputs; k++) data[k] = (Data){array(file, 0), (int32_t)type[k]};
  run.data = data;

  for (int64_t k = 0; k < calls; k++) {
    int64_t *at = array(file, 0);
    run.t = at[0], run.step = at[1], run.seed = at[2], run.careful = (int32_t)at[3],
    run.steps = at[4];
    int32_t *order = array(file, 0);
    void *c = array(file, 0);
    int64_t *starts = array(file, &bytes);
    run.order = order, run.c = c, run.starts = starts,
    run.batches = bytes / 8 - 1 < run.steps ? bytes / 8 - 1 : 0;
    double *hyper = array(file, &bytes), *losses = malloc((size_t)run.steps * sizeof(double));
    const int64_t steps = run.steps, once = engine->about(plan, 6);
    run.hyper = hyper, run.hyper_step = bytes > 8 * once ? once : 0, run.losses = losses;
    if (engine->advance(plan, &run) != steps || !run.finite)
      stop("a call did not do all its steps", (long)k);
    free(at), free(order), free(c), free(starts), free(hyper), free(losses);
  }
#if defined(_WIN32)
  _setmode(_fileno(stdout), _O_BINARY);
#endif
  fwrite(run.theta, 1, (size_t)theta_bytes, stdout);

  engine->release(plan);
  for (int64_t k = 0; k < inputs; k++) free((void *)data[k].data);
  for (int32_t s = 0; s < r.slots; s++) free(run.slot[s]);
  free(run.theta), free((void *)r.program), free((void *)r.wanted), free((void *)r.rule);
  free((void *)r.groups), free((void *)r.constants), free(number), free(type);
  return fclose(file);
}
