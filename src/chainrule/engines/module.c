// The extension module chainrule.engines._native, built for the limited API of Python 3.11.
// Arguments are passed by the buffer protocol.
#include "module.h"
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#if !defined(_WIN32) && !defined(__wasm__)
#include <pthread.h>
#endif
#include "processor.h"
#include "orders.h"
#include "outside.h"
// written by twins.py
#include "variants.h"
#include "methods.h"

// outside: the function that runs the steps without twins; exchange: the one that moves sums
// between processes, and the arrays that it moves. The plan owns references.
typedef struct {
  const Engine *engine;
  Plan *plan;
  PyObject *outside, *exchange;
  Buffers *exchanged;
  int limited;       // 1: each call heeds thread_limit, and the limit of the plan
  int32_t own_limit; // the most threads of a call of this plan; 0: as many as it was made for
} Bound;

// Return the type of a buffer's numbers, from the letter of its format; UNKNOWN for another byte
// order.
static int32_t type_of(const Py_buffer *view) {
  const char *format = view->format ? view->format : "B";
  if (*format == '@' || *format == '=' || *format == '<') format++;
  if (!*format || format[1]) return UNKNOWN;
  switch (*format) {
  case 'f': return FLOAT32_TYPE;
  case 'd': return FLOAT64_TYPE;
  case 'B': return UINT8_TYPE;
  case 'h': return INT16_TYPE;
  case 'I':
  case 'L': return view->itemsize == 4 ? UINT32_TYPE : UNKNOWN;
  case 'i':
  case 'l':
  case 'q': return view->itemsize == 4 ? INT32_TYPE : INT64_TYPE;
  default: return UNKNOWN;
  }
}

// Return the memory of an array and what is known about it; data == NULL for None. On an error
// Python's exception is set.
static Buffer array(Buffers *b, PyObject *object) {
  Buffer none = {0, 0, UNKNOWN, 0};
  if (object == Py_None) return none;
  if (b->count == MAX_BUFFERS) {
    PyErr_SetString(PyExc_ValueError, "too many arrays");
    return none;
  }
  Py_buffer *view = b->view + b->count;
  if (PyObject_GetBuffer(object, view, PyBUF_FORMAT | PyBUF_C_CONTIGUOUS)) return none;
  b->count++;
  return (Buffer){view->buf, view->len, type_of(view), view->readonly};
}

// The same for the real numbers of a plan; only their size is checked.
static Buffer reals(Buffers *b, PyObject *object) {
  Py_buffer *view = b->view + b->count;
  if (b->count == MAX_BUFFERS || PyObject_GetBuffer(object, view, PyBUF_C_CONTIGUOUS))
    return (Buffer){0, 0, UNKNOWN, 0};
  b->count++;
  const int32_t type = view->itemsize == 4 ? FLOAT32_TYPE : FLOAT64_TYPE;
  return (Buffer){view->buf, view->len, type, view->readonly};
}

void *buffer(Buffers *b, PyObject *object, int32_t type, int64_t count, int how) {
  static const int64_t bytes[] = {1, 4, 8, 1, 2, 4, 8, 4}; // UNKNOWN, FLOAT32_TYPE, ...
  const Buffer given = array(b, object);
  if (PyErr_Occurred() || (object == Py_None && how & OPTIONAL)) return 0;
  if (object == Py_None) return PyErr_Format(PyExc_ValueError, "an array is missing");
  if (type != UNKNOWN && given.type != type)
    PyErr_SetString(PyExc_ValueError, "an array of another type is needed");
  else if (count < 0 || given.bytes / bytes[type] < count)
    PyErr_Format(PyExc_ValueError, "an array has %lld numbers, %lld are needed",
                 (long long)(given.bytes / bytes[type]), (long long)count);
  else if ((uintptr_t)given.data % (uintptr_t)bytes[type])
    PyErr_SetString(PyExc_ValueError, "an array is not aligned");
  else if (how & WRITABLE && given.read_only)
    PyErr_SetString(PyExc_ValueError, "an array is read-only");
  return (void *)given.data;
}

Py_ssize_t buffer_bytes(const Buffers *b) {
  return b->count ? b->view[b->count - 1].len : 0;
}

PyObject *released(Buffers *b, PyObject *result) {
  while (b->count) PyBuffer_Release(b->view + --b->count);
  return result;
}

const Engine *engine_of(PyObject *name) {
  const char *text = PyUnicode_AsUTF8AndSize(name, 0);
  for (const Engine *const *e = engines; text && *e; e++)
    if (!strcmp((*e)->name, text)) return *e;
  if (text) PyErr_Format(PyExc_ValueError, "there is no engine %s", text);
  return 0;
}

PyObject *none(void) {
  Py_INCREF(Py_None);
  return Py_None;
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
  if (!bound) return;
  bound->engine->release(bound->plan);
  Py_DecRef(bound->outside), Py_DecRef(bound->exchange);
  if (bound->exchanged) released(bound->exchanged, 0);
  free(bound->exchanged), free(bound);
}

int has_arguments(Py_ssize_t got, Py_ssize_t want) {
  if (got != want) PyErr_Format(PyExc_TypeError, "expected %zd arguments, got %zd", want, got);
  return got == want;
}

// Return (code, what, at): why a Program, a plan or a run is refused.
static PyObject *refused(Buffers *b, const Trouble *t) {
  return released(b, Py_BuildValue("(iiL)", t->code, t->what, (long long)t->at));
}

// Return the Program and the rest of a Request; on an error Python's exception is set.
static Request request_of(Buffers *b, PyObject *const *args) {
  Request r = {0};
  Buffer given = array(b, args[1]);
  r.program = given.data, r.program_bytes = given.bytes;
  r.rows = (int32_t)PyLong_AsLong(args[2]), r.threads = (int32_t)PyLong_AsLong(args[3]),
  r.keep = (int32_t)PyLong_AsLong(args[4]);
  given = array(b, args[5]), r.wanted = given.data, r.wanted_count = given.bytes;
  r.rule = args[6] == Py_None ? 0 : PyUnicode_AsUTF8AndSize(args[6], 0);
  r.groups = buffer(b, args[7], INT32_TYPE, 0, OPTIONAL);
  r.group_count = r.groups ? (int32_t)(buffer_bytes(b) / 12) : 0;
  r.slots = (int32_t)PyLong_AsLong(args[8]), r.hypers = (int32_t)PyLong_AsLong(args[9]);
  r.constants = buffer(b, args[10], FLOAT64_TYPE, 0, OPTIONAL);
  r.constant_count = r.constants ? (int32_t)(buffer_bytes(b) / 8) : 0;
  given = array(b, args[11]), r.outside = given.data, r.outside_count = given.bytes;
  return r;
}

// bind(engine, program, rows, threads, keep, wanted, rule, groups, slots, hypers, constants, steps
// outside, function) -> plan, or why it is refused
static PyObject *bind(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Buffers b = {.count = 0};
  Trouble trouble;
  if (!has_arguments(n, 13)) return 0;
  const Engine *engine = engine_of(args[0]);
  if (!engine) return 0;
  const Request r = request_of(&b, args);
  if (PyErr_Occurred()) return released(&b, 0);
  Plan *plan = engine->bind(&r, &trouble);
  if (!plan) return refused(&b, &trouble);
  released(&b, 0);
  Bound *bound = malloc(sizeof(Bound));
  if (!bound) return engine->release(plan), PyErr_NoMemory();
  *bound = (Bound){.engine = engine, .plan = plan, .outside = args[12]};
  Py_IncRef(bound->outside);
  return PyCapsule_New(bound, "chainrule.plan", release);
}

static Bound *bound_of(PyObject *capsule) {
  return PyCapsule_GetPointer(capsule, "chainrule.plan");
}

// The most threads that a call may use, for the whole process; 0: no limit. threadpoolctl reads and
// sets it by these two names.
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

// set_cores(cores): a call takes at most as many threads, since more would only wait for each other
static int32_t cores = INT32_MAX;
static PyObject *set_cores(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  if (!has_arguments(n, 1)) return 0;
  __atomic_store_n(&cores, (int32_t)PyLong_AsLong(args[0]), __ATOMIC_RELAXED);
  return PyErr_Occurred() ? 0 : none();
}

// heed_limit(plan): make the calls of this plan respect the limit
static PyObject *heed_limit(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Bound *bound;
  if (!has_arguments(n, 1) || !(bound = bound_of(args[0]))) return 0;
  bound->limited = 1;
  return none();
}

// limit_threads(plan, threads): the most threads of the calls that follow, if the plan heeds limits
static PyObject *limit_threads(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Bound *bound;
  if (!has_arguments(n, 2) || !(bound = bound_of(args[0]))) return 0;
  bound->own_limit = (int32_t)PyLong_AsLong(args[1]);
  return PyErr_Occurred() ? 0 : none();
}

// Prepare a call of a plan; see enter_plan.
static int enter(Caller *caller, Run *run, const Bound *bound, PyObject *theta) {
  *caller = (Caller){.function = bound->outside,
                     .exchange = bound->exchange,
                     .theta = theta,
                     .bytes = bound->engine->bytes};
  run->threads = bound->limited ? chainrule_get_num_threads() : 0;
  if (bound->limited && bound->own_limit > 0)
    if (run->threads == 0 || run->threads > bound->own_limit) run->threads = bound->own_limit;
  const int32_t most = __atomic_load_n(&cores, __ATOMIC_RELAXED);
  if (run->threads == 0 || run->threads > most) run->threads = most;
  return enter_plan(caller, run, bound->plan);
}

// set_clips(plan, names, limits, tensors) -> 0, or an error: set the clips of g before each update
static PyObject *set_clips(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  enum { MOST = 16 };
  Buffers b = {.count = 0};
  const char *names[MOST] = {0};
  Bound *bound;
  if (!has_arguments(n, 4) || !(bound = bound_of(args[0]))) return 0;
  const Py_ssize_t clips = PyTuple_Size(args[1]);
  for (Py_ssize_t k = 0; k < clips && k < MOST; k++)
    names[k] = PyUnicode_AsUTF8AndSize(PyTuple_GetItem(args[1], k), 0);
  const double *limits = buffer(&b, args[2], FLOAT64_TYPE, clips, 0);
  const int32_t *tensors = buffer(&b, args[3], INT32_TYPE, 0, 0);
  if (PyErr_Occurred()) return released(&b, 0);
  const int32_t count = (int32_t)(buffer_bytes(&b) / 8);
  const int32_t error = clips > MOST ? TOO_LARGE
                                     : bound->engine->set_clips(bound->plan, (int32_t)clips, names,
                                                                limits, tensors, count);
  return released(&b, PyLong_FromLong(error));
}

// set_matrices(plan, rows) -> 0, or an error: the matrices of a rule that takes whole tensors
static PyObject *set_matrices(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Buffers b = {.count = 0};
  Bound *bound;
  if (!has_arguments(n, 2) || !(bound = bound_of(args[0]))) return 0;
  const int32_t *rows = buffer(&b, args[1], INT32_TYPE, 0, 0);
  if (PyErr_Occurred()) return released(&b, 0);
  const int32_t count = (int32_t)(buffer_bytes(&b) / 4);
  return released(&b, PyLong_FromLong(bound->engine->set_matrices(bound->plan, rows, count)));
}

// exchanged(plan, rank, size) -> how many numbers the two arrays of set_processes need
static PyObject *exchanged(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Bound *bound;
  if (!has_arguments(n, 3) || !(bound = bound_of(args[0]))) return 0;
  const int32_t rank = (int32_t)PyLong_AsLong(args[1]), size = (int32_t)PyLong_AsLong(args[2]);
  if (!PyErr_Occurred() && (size < 1 || rank < 0 || rank >= size))
    PyErr_SetString(PyExc_ValueError, "a rank from 0 to size - 1 is needed");
  if (PyErr_Occurred()) return 0;
  const Engine *e = bound->engine;
  return Py_BuildValue("(LL)", (long long)e->exchanged(bound->plan, rank, size, 0),
                       (long long)e->exchanged(bound->plan, rank, size, 1));
}

// set_processes(plan, rank, size, sent, received, counts, exchange) -> 0, or 1 if an array is too
// small. exchange(what, memory) moves the sums between processes; see Together
static PyObject *set_processes(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Bound *bound;
  if (!has_arguments(n, 7) || !(bound = bound_of(args[0]))) return 0;
  const int32_t type = bound->engine->bytes == 4 ? FLOAT32_TYPE : FLOAT64_TYPE;
  Together t = {.rank = (int32_t)PyLong_AsLong(args[1]), .size = (int32_t)PyLong_AsLong(args[2])};
  if (PyErr_Occurred()) return 0;
  Buffers *b = calloc(1, sizeof(Buffers));
  if (!b) return PyErr_NoMemory();
  t.sent = buffer(b, args[3], type, 0, WRITABLE);
  t.sent_numbers = buffer_bytes(b) / bound->engine->bytes;
  if (t.sent) t.received = buffer(b, args[4], type, 0, WRITABLE);
  t.received_numbers = buffer_bytes(b) / bound->engine->bytes;
  if (t.received) t.counts = buffer(b, args[5], INT32_TYPE, 4 * (int64_t)t.size, WRITABLE);
  const int error = PyErr_Occurred() || bound->engine->set_processes(bound->plan, &t);
  if (error) {
    PyObject *answer = PyErr_Occurred() ? 0 : PyLong_FromLong(error);
    released(b, 0), free(b);
    return answer;
  }
  if (bound->exchanged) released(bound->exchanged, 0);
  free(bound->exchanged), Py_DecRef(bound->exchange);
  bound->exchanged = b, bound->exchange = args[6], Py_IncRef(args[6]);
  return PyLong_FromLong(0);
}

// own_rows(rows, rank, size) -> begin, end: the rows of a batch that one of several processes reads
static PyObject *own_rows(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  if (!has_arguments(n, 3)) return 0;
  const int64_t rows = PyLong_AsLongLong(args[0]);
  const int32_t rank = (int32_t)PyLong_AsLong(args[1]), size = (int32_t)PyLong_AsLong(args[2]);
  if (!PyErr_Occurred() && (rows < 0 || rows > INT32_MAX || size < 1 || rank < 0 || rank >= size))
    PyErr_SetString(PyExc_ValueError,
                    "a rank from 0 to size - 1 is needed, and rows that fit int32");
  if (PyErr_Occurred()) return 0;
  int64_t begin, end;
  engines[0]->own_rows(rows, rank, size, &begin, &end);
  return Py_BuildValue("(LL)", (long long)begin, (long long)end);
}

// Read the row inputs: an array for each, or (array,) if its rows lie in the order of `c`.
static int read_rows(Buffers *b, PyObject *tuple, Buffer *rows, Given *g) {
  const Py_ssize_t count = PyTuple_Size(tuple);
  if (count > MAX_DATA) PyErr_SetString(PyExc_ValueError, "too many row inputs");
  for (Py_ssize_t k = 0; k < count && !PyErr_Occurred(); k++) {
    PyObject *item = PyTuple_GetItem(tuple, k);
    const int in_order = PyTuple_Check(item);
    if (in_order) item = PyTuple_GetItem(item, 0);
    if (item) rows[k] = array(b, item);
    g->in_order[k] = (uint8_t)in_order;
  }
  g->rows = rows, g->row_inputs = (int32_t)count;
  return !PyErr_Occurred();
}

static int read_slots(Buffers *b, PyObject *tuple, Given *g) {
  const Py_ssize_t count = PyTuple_Size(tuple);
  if (count > MAX_SLOTS) PyErr_SetString(PyExc_ValueError, "too many slots");
  for (Py_ssize_t k = 0; k < count && !PyErr_Occurred(); k++)
    g->slot[k] = array(b, PyTuple_GetItem(tuple, k));
  g->slots = (int32_t)count;
  return !PyErr_Occurred();
}

// advance(plan, theta, slots, rows, order, numbers, c, starts, hyper, constants, losses, grad, t,
// step, seed, milliseconds, careful)
// -> steps done, finite, the exception of a step outside of C or None; or why the run is refused,
// and then nothing is done. `starts` holds all steps, or the steps of one epoch, which is repeated
// until `losses` is full
static PyObject *advance(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  enum { LAST_ARRAY = 11 };
  Buffers b = {.count = 0};
  Buffer rows[MAX_DATA];
  Given g = {0};
  Run run;
  memset(&run, 0, offsetof(Run, data));
  Trouble trouble;
  Bound *bound;
  if (!has_arguments(n, 17) || !(bound = bound_of(args[0]))) return 0;
  if (!read_slots(&b, args[2], &g) || !read_rows(&b, args[3], rows, &g)) return released(&b, 0);
  Buffer *const field[LAST_ARRAY + 1] = {[1] = &g.theta,     [4] = &g.order,   [5] = &g.numbers,
                                         [6] = &g.c,         [7] = &g.starts,  [8] = &g.hyper,
                                         [9] = &g.constants, [10] = &g.losses, [11] = &g.grad};
  for (int k = 0; k <= LAST_ARRAY; k++)
    if (field[k]) *field[k] = array(&b, args[k]);
  g.t = PyLong_AsLongLong(args[12]), g.step = PyLong_AsLongLong(args[13]),
  g.seed = PyLong_AsLongLong(args[14]);
  g.milliseconds = (int32_t)PyLong_AsLong(args[15]), g.careful = (int32_t)PyLong_AsLong(args[16]);
  if (PyErr_Occurred()) return released(&b, 0);
  if (!bound->engine->check_run(bound->plan, &g, &run, &trouble)) return refused(&b, &trouble);
  Caller caller;
  if (!enter(&caller, &run, bound, args[1])) return released(&b, 0);
  caller.early = run.milliseconds > 0;
  caller.thread = PyEval_SaveThread();
  const int64_t steps = bound->engine->advance(bound->plan, &run);
  PyEval_RestoreThread(caller.thread);
  released(&b, 0);
  return Py_BuildValue("(NLiN)", none(), (long long)steps, run.finite, raised(&caller));
}

// orders(seed, epoch, epochs, n, out): write random.permutation((seed, epoch), n) for one epoch
// after another, as int32
static PyObject *orders(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Buffers b = {.count = 0};
  if (!has_arguments(n, 5)) return 0;
  const uint32_t seed = (uint32_t)PyLong_AsUnsignedLong(args[0]),
                 epoch = (uint32_t)PyLong_AsUnsignedLong(args[1]);
  const long epochs = PyLong_AsLong(args[2]), rows = PyLong_AsLong(args[3]);
  if (!PyErr_Occurred() && (epochs < 0 || rows < 0 || rows > INT32_MAX))
    PyErr_SetString(PyExc_ValueError, "epochs and rows that fit int32");
  if (PyErr_Occurred()) return 0;
  int32_t *out = buffer(&b, args[4], INT32_TYPE, (int64_t)epochs * rows, WRITABLE);
  uint64_t *scratch = PyErr_Occurred() ? 0 : malloc(16 * (size_t)(rows + 1));
  if (!scratch) return released(&b, PyErr_Occurred() ? 0 : PyErr_NoMemory());
  Py_BEGIN_ALLOW_THREADS
  for (long e = 0; e < epochs; e++)
    order_of_epoch(seed, epoch + (uint32_t)e, (int32_t)rows, out + e * rows, scratch,
                   scratch + rows);
  Py_END_ALLOW_THREADS
  free(scratch);
  released(&b, 0);
  return none();
}

// predict(plan, theta, rows, count, out) -> None, or why the run is refused
// predict(plan, theta, rows, count, out, numbers, step, seed): with dropout and noise, of which
// (seed, step) is the key, and `numbers` has the row number of each row
static PyObject *predict(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Buffers b = {.count = 0};
  Buffer rows[MAX_DATA];
  Given g = {0};
  Run run;
  memset(&run, 0, offsetof(Run, data));
  Trouble trouble;
  Bound *bound;
  if ((n != 8 && !has_arguments(n, 5)) || !(bound = bound_of(args[0]))) return 0;
  g.theta = array(&b, args[1]), g.predicted = PyLong_AsLongLong(args[3]);
  g.out = array(&b, args[4]);
  if (n == 8)
    g.numbers = array(&b, args[5]), g.step = PyLong_AsLongLong(args[6]),
    g.seed = PyLong_AsLongLong(args[7]);
  if (PyErr_Occurred() || !read_rows(&b, args[2], rows, &g)) return released(&b, 0);
  if (!bound->engine->check_predict(bound->plan, &g, &run, &trouble)) return refused(&b, &trouble);
  Caller caller;
  if (!enter(&caller, &run, bound, args[1])) return released(&b, 0);
  caller.thread = PyEval_SaveThread();
  bound->engine->predict(bound->plan, &run, g.predicted);
  PyEval_RestoreThread(caller.thread);
  released(&b, 0);
  return raise_kept(&caller) ? 0 : none();
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

// Return 1 if none of these float64 numbers is NaN or beyond the largest float32.
static int finite_as_32(const uint64_t *x, int64_t n) {
  const uint64_t largest = (uint64_t)0x47EFFFFFE0000000; // FLT_MAX
  uint64_t bad = 0;
  for (int64_t i = 0; i < n; i++) bad |= (x[i] << 1 >> 1) > largest;
  return !bad;
}

// Return 1 if all numbers of an array are finite in a type of so many bytes.
static int all_finite(const Buffer *x, int64_t bytes) {
  if (x->type == FLOAT32_TYPE) return finite_32(x->data, x->bytes / 4);
  return bytes == 4 ? finite_as_32(x->data, x->bytes / 8) : finite_64(x->data, x->bytes / 8);
}

// predict_array(plan, theta, X, out) -> True if it is done: X is contiguous, X and the answers are
// finite in the plan's type, and nothing is refused. Else the caller uses another way. (Python has
// compared the types: to parse a format would take a tenth of the time of a prediction.)
static PyObject *predict_array(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Buffers b = {.count = 0};
  Given g = {.row_inputs = 1};
  Run run;
  memset(&run, 0, offsetof(Run, data));
  Trouble trouble;
  Bound *bound;
  if (!has_arguments(n, 4) || !(bound = bound_of(args[0]))) return 0;
  const Engine *e = bound->engine;
  const int64_t row = e->about(bound->plan, LONE_INPUT);
  const Buffer X = row ? reals(&b, args[2]) : (Buffer){0, 0, UNKNOWN, 0};
  g.theta = reals(&b, args[1]), g.out = reals(&b, args[3]), g.rows = &X;
  if (PyErr_Occurred()) PyErr_Clear();
  const int64_t numbers = X.bytes / (X.type == FLOAT32_TYPE ? 4 : 8);
  g.predicted = row ? numbers / row : 0;
  if (!numbers || !e->check_predict(bound->plan, &g, &run, &trouble))
    return released(&b, PyBool_FromLong(0));
  Caller caller;
  if (!enter(&caller, &run, bound, args[1])) return released(&b, 0);
  caller.thread = PyEval_SaveThread();
  int good = all_finite(&X, e->bytes);
  if (good) {
    e->predict(bound->plan, &run, g.predicted);
    good = all_finite(&g.out, e->bytes);
  }
  PyEval_RestoreThread(caller.thread);
  released(&b, 0);
  return raise_kept(&caller) ? 0 : PyBool_FromLong(good);
}

// about(plan) -> (bytes, threads, phases)
static PyObject *about(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Bound *bound;
  if (!has_arguments(n, 1) || !(bound = bound_of(args[0]))) return 0;
  return Py_BuildValue("(LLL)", (long long)bound->engine->about(bound->plan, MEMORY),
                       (long long)bound->engine->about(bound->plan, THREADS),
                       (long long)bound->engine->about(bound->plan, PHASES));
}

// time_calls(plan) -> bool: from now on the plan notes the time of its calls
static PyObject *time_calls(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Bound *bound;
  if (!has_arguments(n, 1) || !(bound = bound_of(args[0]))) return 0;
  return PyBool_FromLong(bound->engine->time_calls(bound->plan));
}

// times(plan) -> [(step, backward, milliseconds), ...] of the calls since it was last asked
static PyObject *times(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  Bound *bound;
  if (!has_arguments(n, 1) || !(bound = bound_of(args[0]))) return 0;
  PyObject *found = PyList_New(0);
  Spent spent;
  for (int32_t k = 0; found && bound->engine->time_spent(bound->plan, k, &spent); k++) {
    PyObject *one = Py_BuildValue("(iid)", spent.step, spent.backward, spent.milliseconds);
    const int failed = !one || PyList_Append(found, one);
    Py_XDECREF(one);
    if (failed) Py_CLEAR(found);
  }
  return found;
}

// has_twin(engine, name, 0: an op, 1: a rule, 2: a clip) -> bool
static PyObject *has_twin(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  const Engine *engine;
  if (!has_arguments(n, 3) || !(engine = engine_of(args[0]))) return 0;
  const char *name = PyUnicode_AsUTF8AndSize(args[1], 0);
  if (!name) return 0;
  const long kind = PyLong_AsLong(args[2]);
  return PyBool_FromLong((kind == 2 ? engine->clip(name)
                          : kind    ? engine->rule(name)
                                    : engine->op(name)) != 0);
}

// engine(name) -> a capsule with the table of this variant (Engine in engine.h), for programs in C
static PyObject *engine(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  (void)self;
  const Engine *found = has_arguments(n, 1) ? engine_of(args[0]) : 0;
  return found ? PyCapsule_New((void *)found, "chainrule.engine", 0) : 0;
}

#define ROW(name, function) {name, (PyCFunction)(void (*)(void))function, METH_FASTCALL, 0}
#define OWN(name) ROW(#name, name)
#define NAMED(name) ROW(#name, METHOD(name))
static PyMethodDef methods[] = {OWN(variants),     OWN(bind),          OWN(set_clips),
                                OWN(set_matrices), OWN(exchanged),     OWN(set_processes),
                                OWN(own_rows),     OWN(advance),       OWN(orders),
                                OWN(predict),      OWN(predict_array), OWN(about),
                                OWN(time_calls),   OWN(times),         OWN(thread_limit),
                                OWN(heed_limit),   OWN(limit_threads), OWN(set_cores),
                                OWN(has_twin),     OWN(engine),        FURTHER_METHODS{0, 0, 0, 0}};

// Run once when the module is imported.
static int start(PyObject *module) {
  (void)module;
  if (PyInterpreterState_GetID(PyInterpreterState_Get()) != 0) {
    PyErr_SetString(PyExc_ImportError,
                    "the native engine works in the main interpreter only, not in a "
                    "subinterpreter. Use engine='reference' there, or another process.");
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
