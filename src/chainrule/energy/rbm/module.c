// The extension module's methods for rbm.c and for random numbers. They check the sizes of all
// arrays and leave the rest to the kernel.
#include "rbm.h"
#include "legacy_stream.h"
#include "engines/module.h"
#include "kernels/float_mode.h"
#include "engines/orders.h"

// Return 1 if each step has rows and no row number is negative; else 0, with an exception.
static int rising(const int64_t *starts, int64_t steps) {
  int fine = starts[0] >= 0 && starts[steps] <= INT32_MAX;
  for (int64_t i = 0; i < steps; i++) fine &= starts[i + 1] > starts[i];
  if (!fine) PyErr_SetString(PyExc_ValueError, "a step has no rows, or there are too many");
  return fine;
}

// The other processes of a call, and the exception of an exchange.
typedef struct {
  RbmTogether together;
  PyObject *function, *error;
  PyThreadState *thread;
} Others;

// Move numbers between processes.
static int32_t exchange(void *given, int32_t what, void *array, int64_t numbers) {
  (void)array, (void)numbers; // what is sent has been copied
  Others *o = given;
  PyEval_RestoreThread(o->thread);
  PyObject *done = PyObject_CallFunction(o->function, "iO", what, Py_None);
  if (!done) {
    PyObject *type, *trace;
    PyErr_Fetch(&type, &o->error, &trace);
    PyErr_NormalizeException(&type, &o->error, &trace);
    if (trace) PyException_SetTraceback(o->error, trace);
    Py_DecRef(type), Py_DecRef(trace);
  }
  Py_DecRef(done);
  o->thread = PyEval_SaveThread();
  return !done;
}

// Read (rank, size, sent, received, counts, exchange), or None. Return what the kernel gets; NULL:
// there are no other processes, or a Python exception is set.
static const RbmTogether *others(Buffers *b, PyObject *given, const Engine *e, int64_t numbers,
                                 Others *o) {
  *o = (Others){.function = 0};
  if (given == Py_None) return 0;
  Together *t = &o->together.arrays;
  PyObject *sent, *received, *counts;
  if (!PyArg_ParseTuple(given, "iiOOOO", &t->rank, &t->size, &sent, &received, &counts,
                        &o->function))
    return 0;
  if (t->size < 2 || t->rank < 0 || t->rank >= t->size || numbers > INT32_MAX) {
    PyErr_SetString(PyExc_ValueError, "rank, size, or the numbers to exchange are out of range");
    return 0;
  }
  const int32_t real = e->bytes == 4 ? FLOAT32_TYPE : FLOAT64_TYPE;
  t->sent = buffer(b, sent, real, numbers, WRITABLE);
  t->received = buffer(b, received, real, numbers, WRITABLE);
  t->counts = buffer(b, counts, INT32_TYPE, 4 * (int64_t)t->size, WRITABLE);
  o->together.exchange = exchange, o->together.caller = o;
  return PyErr_Occurred() ? 0 : &o->together;
}

// Run a kernel. Return 1 if it is done; else 0 with an exception.
static int run_kernel(const Engine *e, const char *name, void *run, Others *o) {
  o->thread = PyEval_SaveThread();
  const uint64_t mode = enter_default_float_mode();
  const int fine = e->entry(name)(run);
  leave_default_float_mode(mode);
  PyEval_RestoreThread(o->thread);
  if (o->error) {
    PyErr_SetObject((PyObject *)Py_TYPE(o->error), o->error);
    Py_DecRef(o->error);
    return 0;
  }
  if (!fine) PyErr_NoMemory();
  return fine;
}

// rbm(engine, W, b, c, dW, db, dc, h, x, plus, minus, starts, u, errors, chains, rounds, others)
PyObject *METHOD(rbm)(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Buffers b = {.count = 0};
  RbmRun r = {0};
  Others o;
  const Engine *e;
  if (!has_arguments(n, 17) || !(e = engine_of(args[0]))) return 0;
  const int32_t real = e->bytes == 4 ? FLOAT32_TYPE : FLOAT64_TYPE;
  r.b = buffer(&b, args[2], real, 1, 0), r.visible = (int32_t)(buffer_bytes(&b) / e->bytes);
  r.c = buffer(&b, args[3], real, 1, 0), r.hidden = (int32_t)(buffer_bytes(&b) / e->bytes);
  r.chains = (int32_t)PyLong_AsLong(args[14]), r.rounds = (int32_t)PyLong_AsLong(args[15]);
  if (!PyErr_Occurred() && (r.chains < 0 || r.rounds < 1))
    PyErr_SetString(PyExc_ValueError, "chains must be >= 0 and rounds >= 1");
  const int64_t D = r.visible, H = r.hidden, M = r.chains, k = r.rounds;
  r.W = buffer(&b, args[1], real, H * D, 0);
  r.dW = buffer(&b, args[4], real, H * D, WRITABLE);
  r.db = buffer(&b, args[5], real, D, WRITABLE), r.dc = buffer(&b, args[6], real, H, WRITABLE);
  r.h = buffer(&b, args[7], real, M * H, WRITABLE | (M ? 0 : OPTIONAL));
  r.starts = buffer(&b, args[11], INT64_TYPE, 2, 0), r.steps = buffer_bytes(&b) / 8 - 1;
  if (PyErr_Occurred() || !rising(r.starts, r.steps)) return released(&b, 0);
  const int64_t rows = r.starts[r.steps], used = rows - r.starts[0];
  r.x = buffer(&b, args[8], real, rows * D, 0), r.plus = buffer(&b, args[9], FLOAT64_TYPE, rows, 0);
  r.minus = buffer(&b, args[10], FLOAT64_TYPE, r.steps, 0);
  r.u = buffer(&b, args[12], FLOAT64_TYPE, k * (D + H) * (M ? r.steps * M : used), 0);
  r.errors = buffer(&b, args[13], FLOAT64_TYPE, r.steps, WRITABLE | OPTIONAL);
  if (!PyErr_Occurred()) r.together = others(&b, args[16], e, rbm_exchanged(used, M, D, H), &o);
  if (PyErr_Occurred()) return released(&b, 0);
  const int fine = run_kernel(e, "rbm", &r, &o);
  released(&b, 0);
  return fine ? none() : 0;
}

// Get x, order and c. Check that these arrays contain all the rows that the steps use.
static void rbm_places(Buffers *b, RbmTraining *t, PyObject *const *given, int32_t real) {
  PyObject *x = given[0], *order = given[1], *c = given[2];
  const int64_t end = t->starts[t->steps];
  int64_t most = t->data_period ? t->data_period : end;
  t->rows = 0;
  for (int64_t i = 0; i < t->steps; i++) {
    const int64_t rows = t->starts[i + 1] - t->starts[i];
    t->rows = rows > t->rows ? rows : t->rows;
  }
  t->order = buffer(b, order, INT32_TYPE, end, OPTIONAL);
  if (PyErr_Occurred()) return;
  if (t->order) most = 0;
  for (int64_t k = t->starts[0]; t->order && k < end; k++) {
    if (t->order[k] < 0) PyErr_SetString(PyExc_IndexError, "a row number below 0");
    most = t->order[k] >= most ? (int64_t)t->order[k] + 1 : most;
  }
  t->x = buffer(b, x, real, most * t->visible, 0);
  t->c = buffer(b, c, real, t->c_period ? t->c_period : end, 0);
}

// rbm_train(engine, rule, (visible, hidden, chains, rounds), theta, slots, h, x, order, c, starts,
// hyper, losses,
//           (t, step, seed, path, milliseconds, careful, data_period, c_period, hyper_step, limit),
//           others) -> (done, finite)
PyObject *METHOD(rbm_train)(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Buffers b = {.count = 0};
  RbmTraining t = {0};
  Others o;
  const Engine *e;
  if (!has_arguments(n, 14) || !(e = engine_of(args[0]))) return 0;
  const char *name = PyUnicode_AsUTF8AndSize(args[1], 0);
  if (!name || !(t.rule = e->rule(name)))
    return PyErr_Occurred() ? 0 : PyErr_Format(PyExc_KeyError, "no rule %s", name);
  if (!PyArg_ParseTuple(args[2], "iiii", &t.visible, &t.hidden, &t.chains, &t.rounds)) return 0;
  long long at, step, data_period, c_period, hyper_step;
  if (!PyArg_ParseTuple(args[12], "LLIIiiLLLd", &at, &step, &t.seed, &t.path, &t.milliseconds,
                        &t.careful, &data_period, &c_period, &hyper_step, &t.limit))
    return 0;
  t.t = at, t.step = step, t.data_period = data_period, t.c_period = c_period,
  t.hyper_step = hyper_step;
  if (t.visible < 1 || t.hidden < 1 || t.chains < 0 || t.rounds < 1 || data_period < 0 ||
      c_period < 0 || hyper_step < 0)
    return PyErr_Format(PyExc_ValueError, "a size or a period of the RBM is out of range");
  const int32_t real = e->bytes == 4 ? FLOAT32_TYPE : FLOAT64_TYPE;
  const int64_t D = t.visible, H = t.hidden, size = D * H + D + H;
  int32_t slots, numbers;
  e->rule_takes(name, &slots, &numbers);
  if (PyTuple_Size(args[4]) != slots || at < 1 || at > INT64_MAX / 4 || step > INT64_MAX / 4 ||
      (hyper_step && hyper_step != numbers))
    return PyErr_Format(PyExc_ValueError, "slots, numbers or first step do not fit %s", name);
  t.theta = buffer(&b, args[3], real, size, WRITABLE);
  for (int32_t k = 0; k < slots; k++)
    t.slot[k] = buffer(&b, PyTuple_GetItem(args[4], k), real, size, WRITABLE);
  t.h = buffer(&b, args[5], real, t.chains * H, WRITABLE | (t.chains ? 0 : OPTIONAL));
  t.starts = buffer(&b, args[9], INT64_TYPE, 2, 0), t.steps = buffer_bytes(&b) / 8 - 1;
  if (PyErr_Occurred() || !rising(t.starts, t.steps)) return released(&b, 0);
  rbm_places(&b, &t, args + 6, real);
  t.hyper = buffer(&b, args[10], FLOAT64_TYPE, t.hyper_step ? t.hyper_step * t.steps : numbers, 0);
  t.losses = buffer(&b, args[11], FLOAT64_TYPE, t.steps, WRITABLE);
  if (!PyErr_Occurred())
    t.together = others(&b, args[13], e, rbm_exchanged(t.rows, t.chains, D, H), &o);
  if (PyErr_Occurred()) return released(&b, 0);
  const int fine = run_kernel(e, "rbm_train", &t, &o);
  released(&b, 0);
  if (!fine) return 0;
  return Py_BuildValue("(Li)", (long long)t.done, t.finite);
}

// uniforms(seed, step, path, row, columns, out): write random.uniform((seed, step), SAMPLE, path,
// rows, columns) as float64; `row` is the number of the first row
PyObject *METHOD(uniforms)(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  enum { SAMPLE = 3 };
  Buffers b = {.count = 0};
  if (!has_arguments(n, 6)) return 0;
  const uint32_t seed = (uint32_t)PyLong_AsUnsignedLong(args[0]),
                 step = (uint32_t)PyLong_AsUnsignedLong(args[1]);
  const uint32_t path = (uint32_t)PyLong_AsUnsignedLong(args[2]),
                 row = (uint32_t)PyLong_AsUnsignedLong(args[3]);
  const int64_t columns = PyLong_AsLongLong(args[4]);
  double *out = buffer(&b, args[5], FLOAT64_TYPE, 0, WRITABLE);
  if (!PyErr_Occurred() && columns < 1) PyErr_SetString(PyExc_ValueError, "columns must be >= 1");
  if (PyErr_Occurred()) return released(&b, 0);
  const int64_t rows = buffer_bytes(&b) / (8 * columns);
  for (int64_t i = 0; i < rows; i++)
    for (int64_t block = 0; 4 * block < columns; block++) {
      uint32_t word[4] = {(uint32_t)block, row + (uint32_t)i, step, SAMPLE};
      philox(word, seed, path);
      for (int64_t k = 0; k < 4 && 4 * block + k < columns; k++)
        out[i * columns + 4 * block + k] = (word[k] >> 8) * 0x1p-24;
    }
  released(&b, 0);
  return none();
}

// legacy_uniforms(key, pos, out) -> pos: the numbers that a RandomState with this state draws next;
// key becomes the new state
PyObject *METHOD(legacy_uniforms)(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Buffers b = {.count = 0};
  if (!has_arguments(n, 3)) return 0;
  uint32_t *key = buffer(&b, args[0], UINT32_TYPE, MT_SIZE, WRITABLE);
  const long at = PyLong_AsLong(args[1]);
  double *out = buffer(&b, args[2], FLOAT64_TYPE, 0, WRITABLE);
  if (!PyErr_Occurred() && (at < 0 || at > MT_SIZE))
    PyErr_SetString(PyExc_ValueError, "pos is out of range");
  if (PyErr_Occurred()) return released(&b, 0);
  const int next = legacy(key, (int)at, buffer_bytes(&b) / 8, out);
  return released(&b, PyLong_FromLong(next));
}
