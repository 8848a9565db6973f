// What the extension module offers of rbm.c: it checks the sizes of all arrays and leaves the rest to the kernel.

// rbm(engine, W, b, c, dW, db, dc, h, x, plus, minus, starts, u, errors, chains, rounds)
static PyObject *rbm(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Buffers b = {.count = 0};
  RbmRun r = {0};
  const Engine *e;
  if (!count(args, n, 16) || !(e = find(args[0]))) return 0;
  const Py_ssize_t bytes = e->bytes;
  r.b = memory(&b, args[2], bytes, 0), r.visible = (int32_t)(length(&b) / bytes);
  r.c = memory(&b, args[3], bytes, 0), r.hidden = (int32_t)(length(&b) / bytes);
  r.chains = (int32_t)PyLong_AsLong(args[14]), r.rounds = (int32_t)PyLong_AsLong(args[15]);
  const int64_t D = r.visible, H = r.hidden, M = r.chains, k = r.rounds;
  r.W = memory(&b, args[1], H * D * bytes, 0);
  r.dW = memory(&b, args[4], H * D * bytes, 1), r.db = memory(&b, args[5], D * bytes, 1), r.dc = memory(&b, args[6], H * bytes, 1);
  r.h = memory(&b, args[7], M * H * bytes, 1);
  r.starts = memory(&b, args[11], 16, 0), r.steps = length(&b) / 8 - 1;
  if (PyErr_Occurred()) return done(&b, 0);
  for (int64_t i = 0; i < r.steps; i++)
    if (r.starts[i] < 0 || r.starts[i + 1] <= r.starts[i]) PyErr_SetString(PyExc_ValueError, "a step has no rows");
  const int64_t rows = r.starts[r.steps], used = rows - r.starts[0];
  r.x = memory(&b, args[8], rows * D * bytes, 0), r.plus = memory(&b, args[9], 8 * rows, 0);
  r.minus = memory(&b, args[10], 8 * r.steps, 0);
  r.u = memory(&b, args[12], 8 * k * (D + H) * (M ? r.steps * M : used), 0);
  r.errors = memory(&b, args[13], 8 * r.steps, 1);
  if (!PyErr_Occurred() && (M < 0 || k < 1)) PyErr_SetString(PyExc_ValueError, "chains or rounds");
  if (PyErr_Occurred()) return done(&b, 0);
  int fine;
  Py_BEGIN_ALLOW_THREADS
  fine = e->rbm(&r);
  Py_END_ALLOW_THREADS
  done(&b, 0);
  if (!fine) return PyErr_NoMemory();
  Py_INCREF(Py_None);
  return Py_None;
}

// uniforms(seed, step, path, row, columns, out): random.uniform((seed, step), SAMPLE, path, rows from `row` on, columns), as float64
static PyObject *uniforms(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  enum { SAMPLE = 3 };
  Buffers b = {.count = 0};
  if (!count(args, n, 6)) return 0;
  const uint32_t seed = (uint32_t)PyLong_AsUnsignedLong(args[0]), step = (uint32_t)PyLong_AsUnsignedLong(args[1]);
  const uint32_t path = (uint32_t)PyLong_AsUnsignedLong(args[2]), row = (uint32_t)PyLong_AsUnsignedLong(args[3]);
  const int64_t columns = PyLong_AsLongLong(args[4]);
  double *out = memory(&b, args[5], 0, 1);
  if (!PyErr_Occurred() && columns < 1) PyErr_SetString(PyExc_ValueError, "columns");
  if (PyErr_Occurred()) return done(&b, 0);
  const int64_t rows = length(&b) / (8 * columns);
  for (int64_t i = 0; i < rows; i++)
    for (int64_t block = 0; 4 * block < columns; block++) {
      uint32_t word[4] = {(uint32_t)block, row + (uint32_t)i, step, SAMPLE};
      philox(word, seed, path);
      for (int64_t k = 0; k < 4 && 4 * block + k < columns; k++) out[i * columns + 4 * block + k] = (word[k] >> 8) * 0x1p-24;
    }
  done(&b, 0);
  Py_INCREF(Py_None);
  return Py_None;
}
