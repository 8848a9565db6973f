// The extension module's method for hopfield.c.

// hopfield(engine, units, states, sweeps, receive or None, send, cut, order, s, flips or None,
// flipped, swept)
static PyObject *hopfield(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Buffers b = {.count = 0};
  HopfieldRun r = {0};
  const Engine *engine;
  if (!count(args, n, 12) || !(engine = find(args[0]))) return 0;
  const Py_ssize_t N = r.units = PyLong_AsLongLong(args[1]),
                   P = r.states = PyLong_AsLongLong(args[2]);
  r.sweeps = PyLong_AsLongLong(args[3]), r.whole = args[4] != Py_None;
  r.receive = memory(&b, args[4], 2 * N * N, 0),
  r.send = memory(&b, args[5], (r.whole ? 2 : 8) * N * N, 0);
  r.cut = memory(&b, args[6], 8 * N, 0);
  r.order = memory(&b, args[7], 4 * N, 0),
  r.orders = N > 0 && !PyErr_Occurred() ? length(&b) / (4 * N) : 0;
  r.s = memory(&b, args[8], 2 * P * N, 1);
  r.flips = memory(&b, args[9], 4 * r.sweeps * N, 1);
  r.flipped = memory(&b, args[10], 8 * P, 1), r.swept = memory(&b, args[11], 4 * P, 1);
  if (PyErr_Occurred()) return done(&b, 0);
  int fine;
  Py_BEGIN_ALLOW_THREADS
  fine = engine->hopfield(&r);
  Py_END_ALLOW_THREADS
  done(&b, 0);
  if (!fine) return PyErr_NoMemory();
  Py_INCREF(Py_None);
  return Py_None;
}
