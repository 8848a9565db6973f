// How much work the rows of a step are, and for how many threads it is enough. This decides about
// speed alone: no bit depends on the number of threads.
#include "plan.h"

// Return about how often a row of a step's result is multiplied: each number of a matrix or of a
// filter once for each position of the result, and each number of the result some times.
static int64_t work_of(const Program *p, const Step *s) {
  enum { PASS = 8, OUTSIDE = 4096 }; // how long writing a number takes, and a call of Python
  const Value *z = p->value + s->output;
  const int64_t last = z->ndim ? z->shape[z->ndim - 1] : 1, positions = last ? z->size / last : 0;
  int64_t work = z->shared ? 0 : PASS * z->size;
  if (s->outside) return work + OUTSIDE;
  for (int32_t k = 0; k < s->inputs && !z->shared; k++) {
    const Value *v = p->value + s->input[k];
    if (v->index) return PASS * z->size; // rows of a table
    if (v->shared && v->ndim > 1) work += positions * v->size;
  }
  return work;
}

// Return about how many multiplications a row takes; with gradients, three times as many.
int64_t FN(row_work)(const Program *p, int trains) {
  int64_t work = 0;
  for (const Step *s = p->step; s < p->step + p->steps; s++) work += work_of(p, s);
  return trains ? 3 * work : work;
}

// Return how many threads so many rows are worth, up to `most`. One thread more costs some hundred
// nanoseconds at each barrier.
int32_t FN(useful_threads)(int64_t row_work, int64_t rows, int32_t most) {
  enum { EACH = 1000 * 1000 }; // multiplications for a thread, about ten microseconds
  const double threads = (double)row_work * (double)rows / EACH;
  return threads < 2 ? 1 : threads < most ? (int32_t)threads : most;
}
