// The extension module's methods for rbm.c and for random numbers. They check the sizes of all
// arrays and leave the rest to the kernel.
#include "rbm.h"
#include "legacy_stream.h"
#include "engines/module.h"
#include "engines/orders.h"

// rbm(engine, W, b, c, dW, db, dc, h, x, plus, minus, starts, u, errors, chains, rounds)
PyObject *METHOD(rbm)(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Buffers b = {.count = 0};
  RbmRun r = {0};
  const Engine *e;
  if (!has_arguments(n, 16) || !(e = engine_of(args[0]))) return 0;
  const Py_ssize_t bytes = e->bytes;
  r.b = buffer(&b, args[2], bytes, 0), r.visible = (int32_t)(buffer_bytes(&b) / bytes);
  r.c = buffer(&b, args[3], bytes, 0), r.hidden = (int32_t)(buffer_bytes(&b) / bytes);
  r.chains = (int32_t)PyLong_AsLong(args[14]), r.rounds = (int32_t)PyLong_AsLong(args[15]);
  const int64_t D = r.visible, H = r.hidden, M = r.chains, k = r.rounds;
  r.W = buffer(&b, args[1], H * D * bytes, 0);
  r.dW = buffer(&b, args[4], H * D * bytes, 1), r.db = buffer(&b, args[5], D * bytes, 1),
  r.dc = buffer(&b, args[6], H * bytes, 1);
  r.h = buffer(&b, args[7], M * H * bytes, 1);
  r.starts = buffer(&b, args[11], 16, 0), r.steps = buffer_bytes(&b) / 8 - 1;
  if (PyErr_Occurred()) return released(&b, 0);
  for (int64_t i = 0; i < r.steps; i++)
    if (r.starts[i] < 0 || r.starts[i + 1] <= r.starts[i])
      PyErr_SetString(PyExc_ValueError, "a step has no rows");
  const int64_t rows = r.starts[r.steps], used = rows - r.starts[0];
  r.x = buffer(&b, args[8], rows * D * bytes, 0), r.plus = buffer(&b, args[9], 8 * rows, 0);
  r.minus = buffer(&b, args[10], 8 * r.steps, 0);
  r.u = buffer(&b, args[12], 8 * k * (D + H) * (M ? r.steps * M : used), 0);
  r.errors = buffer(&b, args[13], 8 * r.steps, 1);
  if (!PyErr_Occurred() && (M < 0 || k < 1)) PyErr_SetString(PyExc_ValueError, "chains or rounds");
  if (PyErr_Occurred()) return released(&b, 0);
  int fine;
  Py_BEGIN_ALLOW_THREADS
  fine = e->entry("rbm")(&r);
  Py_END_ALLOW_THREADS
  released(&b, 0);
  if (!fine) return PyErr_NoMemory();
  return none();
}

// What the places of all steps must keep, so that nothing outside the arrays is read; bytes: of a
// real.
static void rbm_places(Buffers *b, RbmTraining *t, PyObject *x, PyObject *order, PyObject *c,
                       Py_ssize_t bytes) {
  const int64_t end = t->starts[t->steps];
  t->rows = 0;
  for (int64_t i = 0; i < t->steps; i++) {
    const int64_t rows = t->starts[i + 1] - t->starts[i];
    t->rows = rows > t->rows ? rows : t->rows;
    if (t->starts[i] < 0 || rows < 1) PyErr_SetString(PyExc_ValueError, "a step has no rows");
  }
  t->order = buffer(b, order, 4 * end, 0);
  int64_t most = t->data_period ? t->data_period : end;
  if (PyErr_Occurred()) return;
  if (t->order) most = 0;
  for (int64_t k = t->starts[0]; t->order && k < end; k++) {
    if (t->order[k] < 0) PyErr_SetString(PyExc_IndexError, "a row number below 0");
    most = t->order[k] >= most ? (int64_t)t->order[k] + 1 : most;
  }
  t->x = buffer(b, x, most * t->visible * bytes, 0);
  t->c = buffer(b, c, (t->c_period ? t->c_period : end) * bytes, 0);
}

// rbm_train(engine, rule, (visible, hidden, chains, rounds), theta, slots, h, x, order, c, starts,
// hyper, losses,
//           (t, step, seed, path, milliseconds, careful, data_period, c_period, hyper_step, limit))
//           -> (done, finite)
PyObject *METHOD(rbm_train)(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Buffers b = {.count = 0};
  RbmTraining t = {0};
  const Engine *e;
  if (!has_arguments(n, 13) || !(e = engine_of(args[0]))) return 0;
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
    return PyErr_Format(PyExc_ValueError, "sizes of an RBM");
  const int64_t D = t.visible, H = t.hidden, size = (D * H + D + H) * e->bytes;
  t.theta = buffer(&b, args[3], size, 1);
  for (Py_ssize_t k = 0; k < PyTuple_Size(args[4]) && k < 4; k++)
    t.slot[k] = buffer(&b, PyTuple_GetItem(args[4], k), size, 1);
  t.h = buffer(&b, args[5], t.chains * H * e->bytes, 1);
  t.starts = buffer(&b, args[9], 16, 0), t.steps = buffer_bytes(&b) / 8 - 1;
  if (PyErr_Occurred()) return released(&b, 0);
  rbm_places(&b, &t, args[6], args[7], args[8], e->bytes);
  t.hyper = buffer(&b, args[10], 8 * (t.hyper_step ? t.hyper_step * t.steps : 1), 0);
  t.losses = buffer(&b, args[11], 8 * t.steps, 1);
  if (PyErr_Occurred()) return released(&b, 0);
  int fine;
  Py_BEGIN_ALLOW_THREADS
  fine = e->entry("rbm_train")(&t);
  Py_END_ALLOW_THREADS
  released(&b, 0);
  if (!fine) return PyErr_NoMemory();
  return Py_BuildValue("(Li)", (long long)t.done, t.finite);
}

// uniforms(seed, step, path, row, columns, out): random.uniform((seed, step), SAMPLE, path, rows
// from `row` on, columns), as float64
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
  double *out = buffer(&b, args[5], 0, 1);
  if (!PyErr_Occurred() && columns < 1) PyErr_SetString(PyExc_ValueError, "columns");
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

// legacy_uniforms(key, pos, out) -> pos: what a RandomState with this state draws next; key moves
// on
PyObject *METHOD(legacy_uniforms)(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Buffers b = {.count = 0};
  if (!has_arguments(n, 3)) return 0;
  uint32_t *key = buffer(&b, args[0], 4 * MT_SIZE, 1);
  const long at = PyLong_AsLong(args[1]);
  double *out = buffer(&b, args[2], 0, 1);
  if (!PyErr_Occurred() && (at < 0 || at > MT_SIZE)) PyErr_SetString(PyExc_ValueError, "pos");
  if (PyErr_Occurred()) return released(&b, 0);
  const int next = legacy(key, (int)at, buffer_bytes(&b) / 8, out);
  return released(&b, PyLong_FromLong(next));
}
