// The extension module's method for hopfield.c.
#include "hopfield.h"
#include "engines/module.h"

// hopfield(engine, units, states, sweeps, receive or None, send, cut, order, s, flips or None,
// flipped, swept)
PyObject *METHOD(hopfield)(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Buffers b = {.count = 0};
  HopfieldRun r = {0};
  const Engine *engine;
  if (!has_arguments(n, 12) || !(engine = engine_of(args[0]))) return 0;
  const Py_ssize_t N = r.units = PyLong_AsLongLong(args[1]),
                   P = r.states = PyLong_AsLongLong(args[2]);
  r.sweeps = PyLong_AsLongLong(args[3]), r.whole = args[4] != Py_None;
  r.receive = buffer(&b, args[4], 2 * N * N, 0),
  r.send = buffer(&b, args[5], (r.whole ? 2 : 8) * N * N, 0);
  r.cut = buffer(&b, args[6], 8 * N, 0);
  r.order = buffer(&b, args[7], 4 * N, 0),
  r.orders = N > 0 && !PyErr_Occurred() ? buffer_bytes(&b) / (4 * N) : 0;
  r.s = buffer(&b, args[8], 2 * P * N, 1);
  r.flips = buffer(&b, args[9], 4 * r.sweeps * N, 1);
  r.flipped = buffer(&b, args[10], 8 * P, 1), r.swept = buffer(&b, args[11], 4 * P, 1);
  if (PyErr_Occurred()) return released(&b, 0);
  int fine;
  Py_BEGIN_ALLOW_THREADS
  fine = engine->entry("hopfield")(&r);
  Py_END_ALLOW_THREADS
  released(&b, 0);
  if (!fine) return PyErr_NoMemory();
  return none();
}
