// The extension module chainrule.engines._native, under the limited API of Python 3.11: arguments
// come in by the buffer protocol.
#if !defined(Py_LIMITED_API) && !defined(Py_GIL_DISABLED)
#define Py_LIMITED_API 0x030B0000
#endif
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdlib.h>
#include <string.h>
#if !defined(_WIN32) && !defined(__wasm__)
#include <pthread.h>
#endif
#include "engine.h"
#include "processor.h"
#include "orders.h"
#include "variants.h"
#include "outside.h"

// outside: the function that runs the steps without twins; the plan owns a reference.
typedef struct {
  const Engine *engine;
  Plan *plan;
  PyObject *outside;
  int limited; // 1: each call heeds thread_limit
} Bound;

enum { MAX_BUFFERS = 16 + MAX_DATA };
typedef struct {
  Py_buffer view[MAX_BUFFERS];
  int count;
} Buffers;

// The memory of an array, or NULL for None. `need`: bytes it must have at least. On an error
// Python's is set.
static void *memory(Buffers *b, PyObject *array, Py_ssize_t need, int writable) {
  if (array == Py_None) return 0;
  if (b->count == MAX_BUFFERS) {
    PyErr_SetString(PyExc_ValueError, "too many arrays");
    return 0;
  }
  Py_buffer *view = b->view + b->count;
  if (PyObject_GetBuffer(array, view, (writable ? PyBUF_WRITABLE : 0) | PyBUF_C_CONTIGUOUS))
    return 0;
  b->count++;
  if (view->len < need)
    PyErr_Format(PyExc_ValueError, "an array has %zd bytes, %zd are needed", view->len, need);
  return view->buf;
}

static Py_ssize_t length(const Buffers *b) {
  return b->count ? b->view[b->count - 1].len : 0;
}

static PyObject *done(Buffers *b, PyObject *result) {
  while (b->count) PyBuffer_Release(b->view + --b->count);
  return result;
}

static const Engine *find(PyObject *name) {
  const char *text = PyUnicode_AsUTF8AndSize(name, 0);
  for (const Engine *const *e = engines; text && *e; e++)
    if (!strcmp((*e)->name, text)) return *e;
  if (text) PyErr_Format(PyExc_ValueError, "there is no engine %s", text);
  return 0;
}

// variants() -> the instruction sets that were compiled and that this processor has, the best one
// last
static PyObject *variants(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self, (void)args, (void)n;
  PyObject *list = PyList_New(0);
  for (const Engine *const *e = engines; list && *e; e++) {
    if (strncmp((*e)->name, "f32_", 4) || !processor_has((*e)->name + 4)) continue;
    PyObject *name = PyUnicode_FromString((*e)->name + 4);
    if (name) PyList_Append(list, name), Py_DecRef(name);
  }
  return list;
}

static void release(PyObject *capsule) {
  Bound *bound = PyCapsule_GetPointer(capsule, "chainrule.plan");
  if (bound) bound->engine->release(bound->plan), Py_DecRef(bound->outside), free(bound);
}

static int count(PyObject *const *args, Py_ssize_t got, Py_ssize_t want) {
  (void)args;
  if (got != want) PyErr_Format(PyExc_TypeError, "expected %zd arguments, got %zd", want, got);
  return got == want;
}

// bind(engine, program, rows, threads, keep, wanted, rule, groups, slots, hypers, constants, steps
// outside, function) -> plan, or (error, step)
static PyObject *bind(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Buffers b = {.count = 0};
  Request r = {0};
  if (!count(args, n, 13)) return 0;
  const Engine *engine = find(args[0]);
  if (!engine) return 0;
  r.program = memory(&b, args[1], 0, 0), r.program_bytes = length(&b);
  r.rows = (int32_t)PyLong_AsLong(args[2]), r.threads = (int32_t)PyLong_AsLong(args[3]),
  r.keep = (int32_t)PyLong_AsLong(args[4]);
  r.wanted = memory(&b, args[5], r.program && r.program_bytes > 8 ? r.program[1] : 0, 0);
  r.rule = args[6] == Py_None ? 0 : PyUnicode_AsUTF8AndSize(args[6], 0);
  r.groups = memory(&b, args[7], 0, 0),
  r.group_count = args[7] == Py_None ? 0 : (int32_t)(length(&b) / 12);
  r.slots = (int32_t)PyLong_AsLong(args[8]), r.hypers = (int32_t)PyLong_AsLong(args[9]);
  r.constants = memory(&b, args[10], 0, 0),
  r.constant_count = args[10] == Py_None ? 0 : (int32_t)(length(&b) / 8);
  r.outside = memory(&b, args[11], r.program && r.program_bytes > 12 ? r.program[2] : 0, 0);
  if (PyErr_Occurred()) return done(&b, 0);
  if (r.rows < 1 || r.slots > 4) {
    PyErr_SetString(PyExc_ValueError, "rows or slots");
    return done(&b, 0);
  }
  int32_t error, step;
  Plan *plan = engine->bind(&r, &error, &step);
  done(&b, 0);
  if (!plan) return Py_BuildValue("(ii)", error, step);
  Bound *bound = malloc(sizeof(Bound));
  if (!bound) return engine->release(plan), PyErr_NoMemory();
  *bound = (Bound){engine, plan, args[12], 0};
  Py_IncRef(bound->outside);
  return PyCapsule_New(bound, "chainrule.plan", release);
}

static Bound *bound_of(PyObject *capsule) {
  return PyCapsule_GetPointer(capsule, "chainrule.plan");
}

// The most threads that a call may use; 0: no limit. threadpoolctl reads and sets it by these two
// names, for the whole process.
static int32_t limit_of_threads;
#if defined(_WIN32)
#define EXPORTED __declspec(dllexport)
#else
#define EXPORTED __attribute__((visibility("default")))
#endif
EXPORTED int chainrule_get_num_threads(void);
EXPORTED void chainrule_set_num_threads(int threads);
int chainrule_get_num_threads(void) {
  return __atomic_load_n(&limit_of_threads, __ATOMIC_RELAXED);
}
void chainrule_set_num_threads(int threads) {
  __atomic_store_n(&limit_of_threads, threads < 0 ? 0 : threads, __ATOMIC_RELAXED);
}

// thread_limit() -> the most threads that a call may use, or 0
static PyObject *thread_limit(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self, (void)args, (void)n;
  return PyLong_FromLong(chainrule_get_num_threads());
}

// heed_limit(plan): the calls of this plan heed the limit
static PyObject *heed_limit(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Bound *bound;
  if (!count(args, n, 1) || !(bound = bound_of(args[0]))) return 0;
  bound->limited = 1;
  return Py_BuildValue("");
}

// set_clips(plan, names, limits, tensors): what happens to g before each update -> 0, or an error
static PyObject *set_clips(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  enum { MOST = 16 };
  Buffers b = {.count = 0};
  const char *names[MOST] = {0};
  Bound *bound;
  if (!count(args, n, 4) || !(bound = bound_of(args[0]))) return 0;
  const Py_ssize_t clips = PyTuple_Size(args[1]);
  for (Py_ssize_t k = 0; k < clips && k < MOST; k++)
    names[k] = PyUnicode_AsUTF8AndSize(PyTuple_GetItem(args[1], k), 0);
  const double *limits = memory(&b, args[2], 8 * clips, 0);
  const int32_t *tensors = memory(&b, args[3], 0, 0);
  if (PyErr_Occurred()) return done(&b, 0);
  const int32_t count = (int32_t)(length(&b) / 8);
  const int32_t error = clips > MOST ? TOO_LARGE
                                     : bound->engine->set_clips(bound->plan, (int32_t)clips, names,
                                                                limits, tensors, count);
  return done(&b, PyLong_FromLong(error));
}

// ((array, type, bytes of a row), ...): the row inputs; `most`: the highest row number + 1 that
// will be read; `epoch`: the rows in order
static int read_data(Buffers *b, PyObject *tuple, Data *data, int64_t want, int64_t most,
                     int64_t epoch) {
  if (PyTuple_Size(tuple) != want) {
    if (!PyErr_Occurred())
      PyErr_Format(PyExc_ValueError, "expected %zd row inputs", (Py_ssize_t)want);
    return 0;
  }
  for (Py_ssize_t k = 0; k < want; k++) {
    PyObject *item = PyTuple_GetItem(tuple, k);
    if (!item || PyTuple_Size(item) != 3) return 0;
    const Py_ssize_t bytes = PyLong_AsSsize_t(PyTuple_GetItem(item, 2));
    data[k].type = (int32_t)PyLong_AsLong(PyTuple_GetItem(item, 1));
    data[k].data =
        memory(b, PyTuple_GetItem(item, 0), (data[k].type == IN_ORDER ? epoch : most) * bytes, 0);
  }
  return !PyErr_Occurred();
}

// advance(plan, theta, slots, data, order, numbers, c, starts, hyper, constants, losses, grad, t,
// step, seed, milliseconds, careful)
// -> steps done, finite?, what a step outside raised or None. `starts` holds all steps, or those of
// one epoch, which comes again until `losses` is full
static PyObject *advance(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Buffers b = {.count = 0};
  Run run = {0};
  Data data[MAX_DATA];
  Bound *bound;
  if (!count(args, n, 17) || !(bound = bound_of(args[0]))) return 0;
  const Engine *e = bound->engine;
  const Plan *plan = bound->plan;
  const int64_t theta = e->about(plan, 4) * e->bytes;
  run.theta = memory(&b, args[1], theta, args[11] == Py_None);
  for (Py_ssize_t k = 0; k < PyTuple_Size(args[2]) && k < 4; k++)
    run.slot[k] = memory(&b, PyTuple_GetItem(args[2], k), e->about(plan, 7) * e->bytes, 1);
  run.starts = memory(&b, args[7], 16, 0);
  const int64_t batches = length(&b) / 8 - 1;
  run.losses = memory(&b, args[10], 8, 1), run.steps = length(&b) / 8;
  if (PyErr_Occurred()) return done(&b, 0);
  if (run.steps > batches) run.batches = batches;
  const int64_t epochs = (run.steps + batches - 1) / batches, epoch = run.starts[batches],
                flat = epochs * epoch;
  int64_t most = epoch;
  run.order = memory(&b, args[4], 4 * flat, 0);
  if (PyErr_Occurred()) return done(&b, 0);
  if (run.order) {
    int32_t low = 0, high = 0; // a wrong row number must not read outside the data
    for (int64_t i = run.starts[0]; i < flat; i++) {
      low = run.order[i] < low ? run.order[i] : low;
      high = run.order[i] > high ? run.order[i] : high;
    }
    most = (int64_t)high + 1;
    if (low < 0) PyErr_SetString(PyExc_IndexError, "a row number below 0");
  }
  run.numbers = memory(&b, args[5], 4 * flat, 0);
  run.c = memory(&b, args[6], epoch * e->bytes, 0);
  run.hyper = memory(&b, args[8], 0, 0);
  const int64_t once = e->about(plan, 6);
  run.hyper_step = run.hyper && length(&b) > 8 * once ? once : 0;
  if (run.hyper && length(&b) != 8 * once && length(&b) != 8 * once * run.steps)
    PyErr_SetString(PyExc_ValueError, "hyper-parameters of another number of steps or groups");
  run.constants = memory(&b, args[9], 0, 0);
  run.grad = memory(&b, args[11], theta, 1);
  run.t = PyLong_AsLongLong(args[12]), run.step = PyLong_AsLongLong(args[13]),
  run.seed = PyLong_AsLongLong(args[14]);
  run.milliseconds = (int32_t)PyLong_AsLong(args[15]),
  run.careful = (int32_t)PyLong_AsLong(args[16]);
  if (PyErr_Occurred() || !read_data(&b, args[3], data, e->about(plan, 3), most, epoch))
    return done(&b, 0);
  run.data = data;
  Caller caller = {.function = bound->outside, .theta = args[1], .bytes = e->bytes};
  if (!enter_plan(&caller, &run, bound->plan)) return done(&b, 0);
  if (bound->limited) run.threads = chainrule_get_num_threads();
  caller.early = run.milliseconds > 0;
  caller.thread = PyEval_SaveThread();
  const int64_t steps = e->advance(bound->plan, &run);
  PyEval_RestoreThread(caller.thread);
  done(&b, 0);
  if (steps < 0) return PyErr_Format(PyExc_ValueError, "a step has no rows, or more than the plan");
  return Py_BuildValue("(LiN)", (long long)steps, run.finite, raised(&caller));
}

// orders(seed, epoch, epochs, n, out): random.permutation((seed, epoch), n) of epochs one after
// another, as int32
static PyObject *orders(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Buffers b = {.count = 0};
  if (!count(args, n, 5)) return 0;
  const uint32_t seed = (uint32_t)PyLong_AsUnsignedLong(args[0]),
                 epoch = (uint32_t)PyLong_AsUnsignedLong(args[1]);
  const long epochs = PyLong_AsLong(args[2]), rows = PyLong_AsLong(args[3]);
  int32_t *out = memory(&b, args[4], 4 * (Py_ssize_t)epochs * rows, 1);
  uint64_t *scratch = PyErr_Occurred() ? 0 : malloc(16 * (size_t)(rows + 1));
  if (!scratch) return done(&b, PyErr_Occurred() ? 0 : PyErr_NoMemory());
  Py_BEGIN_ALLOW_THREADS
  for (long e = 0; e < epochs; e++)
    order_of_epoch(seed, epoch + (uint32_t)e, (int32_t)rows, out + e * rows, scratch,
                   scratch + rows);
  Py_END_ALLOW_THREADS
  free(scratch);
  done(&b, 0);
  Py_INCREF(Py_None);
  return Py_None;
}

// predict(plan, theta, data, rows, out)
static PyObject *predict(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Buffers b = {.count = 0};
  Run run = {0};
  Data data[MAX_DATA];
  Bound *bound;
  if (!count(args, n, 5) || !(bound = bound_of(args[0]))) return 0;
  const Engine *e = bound->engine;
  const Plan *plan = bound->plan;
  const int64_t rows = PyLong_AsLongLong(args[3]);
  run.theta = memory(&b, args[1], e->about(plan, 4) * e->bytes, 0);
  run.out = memory(&b, args[4], rows * e->about(plan, 5) * e->bytes, 1);
  if (PyErr_Occurred() || !read_data(&b, args[2], data, e->about(plan, 3), rows, rows))
    return done(&b, 0);
  run.data = data;
  Caller caller = {.function = bound->outside, .theta = args[1], .bytes = e->bytes};
  if (!enter_plan(&caller, &run, bound->plan)) return done(&b, 0);
  if (bound->limited) run.threads = chainrule_get_num_threads();
  caller.thread = PyEval_SaveThread();
  e->predict(bound->plan, &run, rows);
  PyEval_RestoreThread(caller.thread);
  done(&b, 0);
  return raise_kept(&caller) ? 0 : Py_BuildValue("");
}

// A number is finite unless all bits of its exponent are set.
static int finite_32(const uint32_t *x, int64_t n) {
  uint32_t bad = 0;
  for (int64_t i = 0; i < n; i++) bad |= (x[i] & 0x7F800000u) == 0x7F800000u;
  return !bad;
}

static int finite_64(const uint64_t *x, int64_t n) {
  uint64_t bad = 0;
  for (int64_t i = 0; i < n; i++) bad |= (x[i] >> 52 & 0x7FF) == 0x7FF;
  return !bad;
}

// predict_array(plan, theta, X, out) -> whether it is done: X, of the plan's dtype, lies in one
// piece and is finite
static PyObject *predict_array(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Buffers b = {.count = 0};
  Run run = {0};
  Bound *bound;
  if (!count(args, n, 4) || !(bound = bound_of(args[0]))) return 0;
  const Engine *e = bound->engine;
  const int64_t row = e->about(bound->plan, 8), result = e->about(bound->plan, 5);
  const void *X = row ? memory(&b, args[2], 0, 0) : 0;
  if (!X) {
    PyErr_Clear(); // it has gaps: the caller has another way
    return done(&b, PyBool_FromLong(0));
  }
  const int64_t numbers = length(&b) / e->bytes, rows = numbers / row;
  const Data data = {X, SAME};
  run.data = &data;
  run.theta = memory(&b, args[1], e->about(bound->plan, 4) * e->bytes, 0);
  run.out = memory(&b, args[3], rows * result * e->bytes, 1);
  if (PyErr_Occurred()) return done(&b, 0);
  Caller caller = {.function = bound->outside, .theta = args[1], .bytes = e->bytes};
  if (!enter_plan(&caller, &run, bound->plan)) return done(&b, 0);
  if (bound->limited) run.threads = chainrule_get_num_threads();
  caller.thread = PyEval_SaveThread();
  const int good = numbers && (e->bytes == 4 ? finite_32(X, numbers) : finite_64(X, numbers));
  if (good) e->predict(bound->plan, &run, rows);
  PyEval_RestoreThread(caller.thread);
  done(&b, 0);
  return raise_kept(&caller) ? 0 : PyBool_FromLong(good);
}

// about(plan) -> (bytes, threads, phases)
static PyObject *about(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Bound *bound;
  if (!count(args, n, 1) || !(bound = bound_of(args[0]))) return 0;
  return Py_BuildValue("(LLL)", (long long)bound->engine->about(bound->plan, 0),
                       (long long)bound->engine->about(bound->plan, 1),
                       (long long)bound->engine->about(bound->plan, 2));
}

// has_twin(engine, name, 0: an op, 1: a rule, 2: a clip) -> bool
static PyObject *has_twin(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  const Engine *engine;
  if (!count(args, n, 3) || !(engine = find(args[0]))) return 0;
  const char *name = PyUnicode_AsUTF8AndSize(args[1], 0);
  if (!name) return 0;
  const long kind = PyLong_AsLong(args[2]);
  return PyBool_FromLong((kind == 2 ? engine->clip(name)
                          : kind    ? engine->rule(name)
                                    : engine->op(name)) != 0);
}

// call(engine, name, backward, rows, ((array or None, stride, shape without rows, add), ...),
// attr): one twin, for tests
static PyObject *call(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Buffers b = {.count = 0};
  AnyArray a[24] = {{0}};
  const Engine *engine;
  if (!count(args, n, 6) || !(engine = find(args[0]))) return 0;
  const char *name = PyUnicode_AsUTF8AndSize(args[1], 0);
  const void *twin = name ? engine->op(name) : 0;
  if (!twin) return PyErr_Occurred() ? 0 : PyErr_Format(PyExc_KeyError, "no twin of %s", name);
  const long rows = PyLong_AsLong(args[3]);
  const Py_ssize_t arrays = PyTuple_Size(args[4]);
  for (Py_ssize_t k = 0; k < arrays && k < 20; k++) {
    PyObject *item = PyTuple_GetItem(args[4], k), *shape = PyTuple_GetItem(item, 2);
    a[k].data = memory(&b, PyTuple_GetItem(item, 0), 0, 0);
    a[k].stride = PyLong_AsLongLong(PyTuple_GetItem(item, 1)),
    a[k].add = (int32_t)PyLong_AsLong(PyTuple_GetItem(item, 3));
    a[k].ndim = (int32_t)PyTuple_Size(shape), a[k].size = 1;
    for (int32_t d = 0; d < a[k].ndim && d < 4; d++)
      a[k].shape[d] = (int32_t)PyLong_AsLong(PyTuple_GetItem(shape, d)), a[k].size *= a[k].shape[d];
  }
  const double *attr = memory(&b, args[5], 0, 0);
  if (PyErr_Occurred()) return done(&b, 0);
  const int backward = PyObject_IsTrue(args[2]);
  AnyArray forward[24]; // `work` is asked with the forward's arrays
  memcpy(forward, a, sizeof a);
  if (backward) memcpy(forward, a + 1, sizeof a - sizeof *a);
  const long size = engine->work(twin, rows, forward);
  void *work = size ? malloc(size * engine->bytes) : 0;
  a[arrays] = (AnyArray){work, 0, (int32_t)size, 1, {(int32_t)size}, 0};
  engine->call(twin, backward, rows, a, attr);
  free(work);
  done(&b, 0);
  Py_INCREF(Py_None);
  return Py_None;
}

// step(engine, name, t, theta, g, slots, hyper): one rule, for tests and for updates that are
// called from Python
static PyObject *step(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Buffers b = {.count = 0};
  const Engine *engine;
  if (!count(args, n, 7) || !(engine = find(args[0]))) return 0;
  const char *name = PyUnicode_AsUTF8AndSize(args[1], 0);
  const void *rule = name ? engine->rule(name) : 0;
  if (!rule) return PyErr_Occurred() ? 0 : PyErr_Format(PyExc_KeyError, "no rule %s", name);
  void *slot[4] = {0}, *theta = memory(&b, args[3], 0, 1);
  const Py_ssize_t bytes = length(&b);
  const void *g = memory(&b, args[4], bytes, 0);
  for (Py_ssize_t k = 0; k < PyTuple_Size(args[5]) && k < 4; k++)
    slot[k] = memory(&b, PyTuple_GetItem(args[5], k), bytes, 1);
  const double *hyper = memory(&b, args[6], 0, 0);
  if (PyErr_Occurred()) return done(&b, 0);
  engine->step(rule, bytes / engine->bytes, PyLong_AsLong(args[2]), theta, g, slot, hyper);
  done(&b, 0);
  Py_INCREF(Py_None);
  return Py_None;
}

#include "energy/hopfield/module.h"
#include "energy/rbm/module.h"
#include "energy/rbm/legacy_stream.h"

#define METHOD(name) {#name, (PyCFunction)(void (*)(void))name, METH_FASTCALL, 0}
static PyMethodDef methods[] = {METHOD(variants),      METHOD(bind),     METHOD(set_clips),
                                METHOD(advance),       METHOD(orders),   METHOD(predict),
                                METHOD(predict_array), METHOD(about),    METHOD(thread_limit),
                                METHOD(heed_limit),    METHOD(has_twin), METHOD(call),
                                METHOD(step),          METHOD(hopfield), METHOD(rbm),
                                METHOD(rbm_train),     METHOD(uniforms), METHOD(legacy_uniforms),
                                {0, 0, 0, 0}};

// Run once when the module is imported.
static int start(PyObject *module) {
  (void)module;
  if (PyInterpreterState_GetID(PyInterpreterState_Get()) != 0) {
    PyErr_SetString(
        PyExc_ImportError,
        "the native engine works in the main interpreter only, not in a subinterpreter. "
        "Use engine='reference' there, or another process.");
    return -1;
  }
#if !defined(_WIN32) && !defined(__wasm__)
  pthread_atfork(0, 0, count_fork);
#endif
  return 0;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, start},
#ifdef Py_mod_multiple_interpreters
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},
#endif
#ifdef Py_mod_gil
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, 0}};
static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_native", "The native engine in C.", 0, methods, slots, 0, 0, 0};

PyMODINIT_FUNC PyInit__native(void) {
  return PyModuleDef_Init(&definition);
}
