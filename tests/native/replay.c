// A run of the engine without Python: steps of training from a file that a test wrote, with the
// whole engine linked in.
//   replay JOB THREADS KEEP [PROCESSES] > theta
// For processors that have no Python here (Arm, emulated), and for the checks of memory and of
// races that a compiler adds. Each array of the file gets memory of exactly its size, so that those
// checks see the first byte that is touched beyond it. With PROCESSES, so many plans make the steps
// together; here each has a thread in place of a process, and theta is that of the last. JOB is a
// file of job.h. The first two arrays hold int64 numbers:
//   rows, slots, hypers, calls | types of the data, as engine.h numbers them | then program wanted
//   rule groups constants theta slots ... data ...
// and for each call: t step seed careful steps | order c starts hyper; the batches of starts come
// again until all steps are done
#include "job.h"
#include "kernels/native.h"
#include "engines/engine.h"
#include <string.h>
#if defined(_WIN32)
#include <fcntl.h>
#include <io.h>
#else
#include <pthread.h>
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

// ---- several plans that make the same steps

// rank, size: 0, 1: there is one plan alone.
enum { MOST = 8 };
typedef struct {
  const char *job;
  int threads, keep;
  Together own;
  real *array;  // what it sends now from its own place, or NULL
  Buffer theta; // out
} Process;
static Process process[MOST];

#if defined(_WIN32)
static void meet(int size) {
  (void)size;
}
#else
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t change = PTHREAD_COND_INITIALIZER;
static int arrived, turn;

// Wait for all processes.
static void meet(int size) {
  pthread_mutex_lock(&lock);
  const int now = turn;
  if (++arrived == size)
    arrived = 0, turn++, pthread_cond_broadcast(&change);
  else
    while (turn == now) pthread_cond_wait(&change, &lock);
  pthread_mutex_unlock(&lock);
}
#endif

// Move the sums, as MPI does.
static int32_t exchange(void *given, int32_t what, void *array, int64_t numbers) {
  Process *me = given;
  const Together *own = &me->own;
  const int32_t size = own->size, *got = own->counts + 2 * size, *got_at = got + size;
  real *to = what != TOTALS ? own->received : array ? array : own->sent;
  (void)numbers;
  me->array = array;
  meet(size);
  for (int32_t r = 0; r < size; r++) {
    const Process *other = process + r;
    const real *from = other->array ? other->array : other->own.sent;
    if (what == SLICES) from += other->own.counts[size + own->rank];
    if (what == TOTALS) from = array ? other->array + got_at[r] : other->own.received;
    if (to + got_at[r] != from) memcpy(to + got_at[r], from, (size_t)got[r] * sizeof(real));
  }
  meet(size);
  return 0;
}

// Join a plan with the others: arrays of exactly the size that it asks for, and one number fewer is
// refused.
static void join(Plan *plan, Together *own) {
  own->sent_numbers = engine->exchanged(plan, own->rank, own->size, 0);
  own->received_numbers = engine->exchanged(plan, own->rank, own->size, 1);
  own->sent = malloc((size_t)own->sent_numbers * sizeof(real));
  own->received = malloc((size_t)own->received_numbers * sizeof(real));
  own->counts = malloc(4 * (size_t)own->size * sizeof(int32_t));
  for (int k = 0; k < 2; k++) {
    Together less = *own;
    k ? less.received_numbers-- : less.sent_numbers--;
    if (!engine->set_processes(plan, &less)) stop("an array that is too small is taken", k);
  }
  if (engine->set_processes(plan, own)) stop("the processes are refused", own->rank);
}

// ---- one plan

// One call: its steps, on the slots, theta and data of g.
static void call(FILE *file, Plan *plan, Given g, Process *me, long k) {
  int64_t *at = array(file, 0);
  g.t = at[0], g.step = at[1], g.seed = at[2], g.careful = (int32_t)at[3];
  g.order = buffer(file, INT32_TYPE), g.c = buffer(file, REAL_TYPE),
  g.starts = buffer(file, INT64_TYPE);
  g.hyper = buffer(file, FLOAT64_TYPE);
  g.losses = (Buffer){malloc((size_t)at[4] * sizeof(double)), 8 * at[4], FLOAT64_TYPE, 0};
  Run run = {0};
  Trouble trouble;
  if (!engine->check_run(plan, &g, &run, &trouble)) stop("a call is refused", trouble.code);
  if (me->own.size > 1) run.exchange = exchange, run.caller = me;
  if (engine->advance(plan, &run) != at[4] || !run.finite)
    stop("a call did not do all its steps", k);
  release(&g.order), release(&g.c), release(&g.starts), release(&g.hyper), release(&g.losses);
  free(at);
}

// Make the steps of a job. The argument is a Process.
static void *replay(void *given) {
  Process *p = given;
  FILE *file = fopen(p->job, "rb");
  if (!file) stop("cannot open the job", 0);
  int64_t *number = array(file, 0), *type = array(file, 0), bytes;
  const int64_t calls = number[3];
  Request r = {0};
  r.rows = (int32_t)number[0], r.slots = (int32_t)number[1], r.hypers = (int32_t)number[2];
  r.threads = p->threads, r.keep = p->keep;
  r.program = array(file, &r.program_bytes), r.wanted = array(file, &r.wanted_count);
  r.rule = array(file, 0);
  r.groups = array(file, &bytes), r.group_count = (int32_t)(bytes / 12);
  r.constants = array(file, &bytes), r.constant_count = (int32_t)(bytes / 8);

  Trouble trouble;
  Plan *plan = engine->bind(&r, &trouble);
  if (!plan) stop("bind refuses", trouble.code);
  if (p->own.size > 1) join(plan, &p->own);
  Buffer rows[MAX_DATA];
  Given g = {.theta = buffer(file, REAL_TYPE), .slots = r.slots, .rows = rows};
  for (int32_t s = 0; s < r.slots; s++) g.slot[s] = buffer(file, REAL_TYPE);
  g.row_inputs = (int32_t)engine->about(plan, ROW_INPUTS);
  for (int32_t k = 0; k < g.row_inputs; k++) rows[k] = buffer(file, (int32_t)type[k]);
  for (int64_t k = 0; k < calls; k++) call(file, plan, g, p, (long)k);
  p->theta = g.theta;

  engine->release(plan);
  for (int32_t k = 0; k < g.row_inputs; k++) release(rows + k);
  for (int32_t s = 0; s < r.slots; s++) release(g.slot + s);
  free((void *)r.program), free((void *)r.wanted), free((void *)r.rule);
  free((void *)r.groups), free((void *)r.constants), free(number), free(type);
  fclose(file);
  return 0;
}

int main(int count, char **words) {
  if (count != 4 && count != 5) stop("expected JOB THREADS KEEP [PROCESSES]", count);
  const int size = count == 5 ? atoi(words[4]) : 1;
  if (size < 1 || size > MOST) stop("so many processes cannot be", size);
  for (int k = 0; k < size; k++)
    process[k] =
        (Process){words[1], atoi(words[2]), atoi(words[3]), {.rank = k, .size = size}, 0, {0}};
#if defined(_WIN32)
  if (size > 1) stop("one process at most here", size);
  replay(process);
  _setmode(_fileno(stdout), _O_BINARY);
#else
  pthread_t thread[MOST];
  for (int k = 1; k < size; k++)
    if (pthread_create(thread + k, 0, replay, process + k)) stop("no thread", k);
  replay(process);
  for (int k = 1; k < size; k++) pthread_join(thread[k], 0);
#endif
  const Process *last = process + size - 1;
  for (int k = 0; k < size; k++)
    if (memcmp(process[k].theta.data, last->theta.data, (size_t)last->theta.bytes))
      stop("another theta in process", k);
  fwrite(last->theta.data, 1, (size_t)last->theta.bytes, stdout);
  for (int k = 0; k < size; k++) {
    release(&process[k].theta);
    free(process[k].own.sent), free(process[k].own.received), free(process[k].own.counts);
  }
  return 0;
}
