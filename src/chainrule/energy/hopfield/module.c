// The extension module's method for hopfield.c.
#include "hopfield.h"
#include "engines/module.h"
#include "kernels/float_mode.h"

// hopfield(engine, units, states, sweeps, receive or None, send, cut, order, s, flips or None,
// flipped, swept)
PyObject *METHOD(hopfield)(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Buffers b = {.count = 0};
  HopfieldRun r = {0};
  const Engine *engine;
  int wrong = 0;
  if (!has_arguments(n, 12) || !(engine = engine_of(args[0]))) return 0;
  enum { MOST = INT32_MAX };
  const int64_t N = r.units = PyLong_AsLongLong(args[1]), P = r.states = PyLong_AsLongLong(args[2]);
  r.sweeps = PyLong_AsLongLong(args[3]), r.whole = args[4] != Py_None;
  if (!PyErr_Occurred() &&
      (N < 1 || P < 0 || r.sweeps < 0 || N > MOST || P > MOST || r.sweeps > MOST))
    PyErr_SetString(PyExc_ValueError, "units, states or sweeps");
  if (PyErr_Occurred()) return 0;
  r.receive = buffer(&b, args[4], INT16_TYPE, N * N, OPTIONAL),
  r.send = buffer(&b, args[5], r.whole ? INT16_TYPE : FLOAT64_TYPE, N * N, 0);
  r.cut = buffer(&b, args[6], FLOAT64_TYPE, N, 0);
  r.order = buffer(&b, args[7], INT32_TYPE, N, 0),
  r.orders = PyErr_Occurred() ? 0 : buffer_bytes(&b) / (4 * N);
  for (int64_t k = 0; k < r.orders * N; k++) wrong |= r.order[k] < 0 || r.order[k] >= N;
  if (wrong) PyErr_SetString(PyExc_IndexError, "an order names a unit that there is not");
  r.s = buffer(&b, args[8], INT16_TYPE, P * N, WRITABLE);
  r.flips = buffer(&b, args[9], INT32_TYPE, r.sweeps * N, WRITABLE | OPTIONAL);
  r.flipped = buffer(&b, args[10], INT64_TYPE, P, WRITABLE),
  r.swept = buffer(&b, args[11], INT32_TYPE, P, WRITABLE);
  if (!PyErr_Occurred() && r.flips && P != 1)
    PyErr_SetString(PyExc_ValueError, "flips are those of one state");
  if (PyErr_Occurred()) return released(&b, 0);
  int fine;
  Py_BEGIN_ALLOW_THREADS
  const uint64_t mode = enter_default_float_mode();
  fine = engine->entry("hopfield")(&r);
  leave_default_float_mode(mode);
  Py_END_ALLOW_THREADS
  released(&b, 0);
  if (!fine) return PyErr_NoMemory();
  return none();
}
