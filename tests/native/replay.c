// A run of the engine without Python: steps of training from a file that a test wrote, with the
// whole engine linked in.
//   replay JOB THREADS KEEP > theta
// For processors that have no Python here (Arm, emulated), and for the checks of memory and of
// races that a compiler adds. Each array of the file gets memory of exactly its size, so that those
// checks see the first byte that is touched beyond it. JOB is a file of job.h. The first two arrays
// hold int64 numbers:
//   rows, slots, hypers, calls | types of the data, as engine.h numbers them | then program wanted
//   rule groups constants theta slots ... data ...
// and for each call: t step seed careful steps | order c starts hyper; the batches of starts come
// again until all steps are done
#include "job.h"
#include "kernels/native.h"
#include "engines/engine.h"
#if defined(_WIN32)
#include <fcntl.h>
#include <io.h>
#endif

extern const Engine CHAINRULE_JOIN(chainrule_engine, VARIANT);
static const Engine *const engine = &CHAINRULE_JOIN(chainrule_engine, VARIANT);

// The next array with its size and type.
static Buffer buffer(FILE *file, int32_t type) {
  Buffer b = {0, 0, type, 0};
  b.data = array(file, &b.bytes);
  return b;
}

static void release(const Buffer *b) {
  free((void *)b->data);
}

enum { REAL_TYPE = sizeof(real) == 4 ? FLOAT32_TYPE : FLOAT64_TYPE };

// One call: its steps, on the slots, theta and data of g.
static void call(FILE *file, Plan *plan, Given g, long k) {
  int64_t *at = array(file, 0);
  g.t = at[0], g.step = at[1], g.seed = at[2], g.careful = (int32_t)at[3];
  g.order = buffer(file, INT32_TYPE), g.c = buffer(file, REAL_TYPE),
  g.starts = buffer(file, INT64_TYPE);
  g.hyper = buffer(file, FLOAT64_TYPE);
  g.losses = (Buffer){malloc((size_t)at[4] * sizeof(double)), 8 * at[4], FLOAT64_TYPE, 0};
  Run run = {0};
  Trouble trouble;
  if (!engine->check_run(plan, &g, &run, &trouble)) stop("a call is refused", trouble.code);
  if (engine->advance(plan, &run) != at[4] || !run.finite)
    stop("a call did not do all its steps", k);
  release(&g.order), release(&g.c), release(&g.starts), release(&g.hyper), release(&g.losses);
  free(at);
}

int main(int count, char **words) {
  if (count != 4) stop("expected JOB THREADS KEEP", count);
  FILE *file = fopen(words[1], "rb");
  if (!file) stop("cannot open the job", 0);
  int64_t *number = array(file, 0), *type = array(file, 0), bytes;
  const int64_t calls = number[3];
  Request r = {0};
  r.rows = (int32_t)number[0], r.slots = (int32_t)number[1], r.hypers = (int32_t)number[2];
  r.threads = atoi(words[2]), r.keep = atoi(words[3]);
  r.program = array(file, &r.program_bytes), r.wanted = array(file, &r.wanted_count);
  r.rule = array(file, 0);
  r.groups = array(file, &bytes), r.group_count = (int32_t)(bytes / 12);
  r.constants = array(file, &bytes), r.constant_count = (int32_t)(bytes / 8);

  Trouble trouble;
  Plan *plan = engine->bind(&r, &trouble);
  if (!plan) stop("bind refuses", trouble.code);
  Buffer rows[MAX_DATA];
  Given g = {.theta = buffer(file, REAL_TYPE), .slots = r.slots, .rows = rows};
  for (int32_t s = 0; s < r.slots; s++) g.slot[s] = buffer(file, REAL_TYPE);
  g.row_inputs = (int32_t)engine->about(plan, ROW_INPUTS);
  for (int32_t k = 0; k < g.row_inputs; k++) rows[k] = buffer(file, (int32_t)type[k]);
  for (int64_t k = 0; k < calls; k++) call(file, plan, g, (long)k);
#if defined(_WIN32)
  _setmode(_fileno(stdout), _O_BINARY);
#endif
  fwrite(g.theta.data, 1, (size_t)g.theta.bytes, stdout);

  engine->release(plan);
  for (int32_t k = 0; k < g.row_inputs; k++) release(rows + k);
  for (int32_t s = 0; s < r.slots; s++) release(g.slot + s);
  release(&g.theta), free((void *)r.program), free((void *)r.wanted), free((void *)r.rule);
  free((void *)r.groups), free((void *)r.constants), free(number), free(type);
  return fclose(file);
}
