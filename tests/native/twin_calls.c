// Calls one twin or one rule of the compiled engine by itself. tests/twin_calls.py makes a library
// of this file and hands over the engine's table, so that the object code is what is shipped.
#include <stdlib.h>
#include <string.h>
#include "engines/engine.h"
#include "kernels/native.h"

enum { DONE, NOT_THERE, TOO_MANY_ARRAYS, NO_ROOM };
enum { MOST_ARRAYS = 24 }; // with the one for scratch

// forward: given = y, *inputs; backward: dy, y, *inputs, *d_inputs.
int call_twin(const Engine *engine, const char *name, int backward, long rows, int count,
              const Array *given, const double *attr) {
  const Twin *twin = engine->op(name);
  Array a[MOST_ARRAYS] = {{0}};
  if (!twin) return NOT_THERE;
  if (count < 1 || count >= MOST_ARRAYS) return TOO_MANY_ARRAYS;
  memcpy(a, given, (size_t)count * sizeof *a);
  // the scratch is asked for with the arrays of the forward pass
  const long size = twin->work ? twin->work(rows, a + (backward != 0)) : 0;
  void *work = size ? malloc((size_t)size * (size_t)engine->bytes) : 0;
  if (size && !work) return NO_ROOM;
  a[count] = (Array){work, 0, (int32_t)size, 1, {(int32_t)size}, 0};
  (backward ? twin->backward : twin->forward)(rows, a, attr);
  free(work);
  return DONE;
}

int call_rule(const Engine *engine, const char *name, long n, long t, void *theta, const void *g,
              void *const *slots, const double *hyper) {
  const NamedRule *rule = engine->rule(name);
  if (!rule) return NOT_THERE;
  rule->step(n, t, theta, g, (real *const *)slots, hyper);
  return DONE;
}
