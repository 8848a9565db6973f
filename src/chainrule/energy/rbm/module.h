// What the extension module offers of rbm.c: it checks the sizes of all arrays and leaves the rest
// to the kernel.

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
  r.dW = memory(&b, args[4], H * D * bytes, 1), r.db = memory(&b, args[5], D * bytes, 1),
  r.dc = memory(&b, args[6], H * bytes, 1);
  r.h = memory(&b, args[7], M * H * bytes, 1);
  r.starts = memory(&b, args[11], 16, 0), r.steps = length(&b) / 8 - 1;
  if (PyErr_Occurred()) return done(&b, 0);
  for (int64_t i = 0; i < r.steps; i++)
    if (r.starts[i] < 0 || r.starts[i + 1] <= r.starts[i])
      PyErr_SetString(PyExc_ValueError, "a step has no rows");
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
  t->order = memory(b, order, 4 * end, 0);
  int64_t most = t->data_period ? t->data_period : end;
  if (PyErr_Occurred()) return;
  if (t->order) most = 0;
  for (int64_t k = t->starts[0]; t->order && k < end; k++) {
    if (t->order[k] < 0) PyErr_SetString(PyExc_IndexError, "a row number below 0");
    most = t->order[k] >= most ? (int64_t)t->order[k] + 1 : most;
  }
  t->x = memory(b, x, most * t->visible * bytes, 0);
  t->c = memory(b, c, (t->c_period ? t->c_period : end) * bytes, 0);
}

// rbm_train(engine, rule, (visible, hidden, chains, rounds), theta, slots, h, x, order, c, starts,
// hyper, losses,
//           (t, step, seed, path, milliseconds, careful, data_period, c_period, hyper_step, limit))
//           -> (done, finite)
static PyObject *rbm_train(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Buffers b = {.count = 0};
  RbmTraining t = {0};
  const Engine *e;
  if (!count(args, n, 13) || !(e = find(args[0]))) return 0;
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
  t.theta = memory(&b, args[3], size, 1);
  for (Py_ssize_t k = 0; k < PyTuple_Size(args[4]) && k < 4; k++)
    t.slot[k] = memory(&b, PyTuple_GetItem(args[4], k), size, 1);
  t.h = memory(&b, args[5], t.chains * H * e->bytes, 1);
  t.starts = memory(&b, args[9], 16, 0), t.steps = length(&b) / 8 - 1;
  if (PyErr_Occurred()) return done(&b, 0);
  rbm_places(&b, &t, args[6], args[7], args[8], e->bytes);
  t.hyper = memory(&b, args[10], 8 * (t.hyper_step ? t.hyper_step * t.steps : 1), 0);
  t.losses = memory(&b, args[11], 8 * t.steps, 1);
  if (PyErr_Occurred()) return done(&b, 0);
  int fine;
  Py_BEGIN_ALLOW_THREADS
  fine = e->rbm_train(&t);
  Py_END_ALLOW_THREADS
  done(&b, 0);
  if (!fine) return PyErr_NoMemory();
  return Py_BuildValue("(Li)", (long long)t.done, t.finite);
}

// uniforms(seed, step, path, row, columns, out): random.uniform((seed, step), SAMPLE, path, rows
// from `row` on, columns), as float64
static PyObject *uniforms(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  enum { SAMPLE = 3 };
  Buffers b = {.count = 0};
  if (!count(args, n, 6)) return 0;
  const uint32_t seed = (uint32_t)PyLong_AsUnsignedLong(args[0]),
                 step = (uint32_t)PyLong_AsUnsignedLong(args[1]);
  const uint32_t path = (uint32_t)PyLong_AsUnsignedLong(args[2]),
                 row = (uint32_t)PyLong_AsUnsignedLong(args[3]);
  const int64_t columns = PyLong_AsLongLong(args[4]);
  double *out = memory(&b, args[5], 0, 1);
  if (!PyErr_Occurred() && columns < 1) PyErr_SetString(PyExc_ValueError, "columns");
  if (PyErr_Occurred()) return done(&b, 0);
  const int64_t rows = length(&b) / (8 * columns);
  for (int64_t i = 0; i < rows; i++)
    for (int64_t block = 0; 4 * block < columns; block++) {
      uint32_t word[4] = {(uint32_t)block, row + (uint32_t)i, step, SAMPLE};
      philox(word, seed, path);
      for (int64_t k = 0; k < 4 && 4 * block + k < columns; k++)
        out[i * columns + 4 * block + k] = (word[k] >> 8) * 0x1p-24;
    }
  done(&b, 0);
  Py_INCREF(Py_None);
  return Py_None;
}
