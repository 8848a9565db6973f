// C calls Python: NumPy computes steps without twins, and processes exchange their sums. module.c
// includes this file after Python.h.
#ifndef CHAINRULE_OUTSIDE_H
#define CHAINRULE_OUTSIDE_H

// The same fields as Array in native.h, but the pointer has no type.
typedef struct {
  void *data;
  int64_t stride;
  int32_t size, ndim, shape[4], add;
} AnyArray;

// How many forks lie between the first process and this one; a plan compares it with the number
// that it knows.
static int32_t forks;
#if !defined(_WIN32) && !defined(__wasm__)
static void count_fork(void) {
  __atomic_add_fetch(&forks, 1, __ATOMIC_RELAXED);
}
#endif

// The calls of plans that run Python code in this thread, the innermost first. A thread of a team
// has the list of the thread that made the team.
typedef struct Nested {
  const void *plan;
  const struct Nested *outer;
} Nested;
static _Thread_local const Nested *innermost;

// One call of advance or predict: the function that runs the steps without twins, its argument
// theta, the function that exchanges sums (NULL: there are no other processes), and the first
// exception. early: 1: after Ctrl-C the call may return before all steps are done.
typedef struct {
  PyObject *function, *exchange, *theta;
  int64_t bytes;
  PyObject *error;
  int early;
  PyThreadState *thread; // while the GIL is released
  Nested nested;
  Watch watch;
} Caller;

// Copy the rows of a value, one after another, into a bytes object, which is read-only and may
// outlive the plan.
static PyObject *rows_as_bytes(const AnyArray *a, int64_t rows, int64_t bytes) {
  const int64_t n = a->stride ? rows : 1, row = a->size * bytes;
  PyObject *made = PyBytes_FromStringAndSize(0, n * row);
  char *to = made ? PyBytes_AsString(made) : 0;
  if (to && a->stride == a->size)
    memcpy(to, a->data, n * row);
  else
    for (int64_t i = 0; to && i < n; i++)
      memcpy(to + i * row, (const char *)a->data + i * a->stride * bytes, row);
  return made;
}

// Copy Python's result into the rows of the plan. `made` is None (no gradient) or a C-contiguous
// buffer with exactly this number of elements. Python never sees the memory of the plan itself.
#define TAKE(type)                                                                    \
  for (int64_t i = 0; i < n; i++) {                                                   \
    type *to = (type *)a->data + i * a->stride;                                       \
    const type *from = (const type *)memory + i * a->size;                            \
    for (int32_t d = 0; d < a->size; d++) to[d] = a->add ? to[d] + from[d] : from[d]; \
  }
static int take_result(const AnyArray *a, int64_t rows, int64_t bytes, int index, PyObject *made) {
  const int64_t n = a->stride ? rows : 1, row = a->size * bytes;
  if (made == Py_None) {
    for (int64_t i = 0; i < n && !a->add; i++)
      memset((char *)a->data + i * a->stride * bytes, 0, row);
    return 0;
  }
  Py_buffer view;
  if (PyObject_GetBuffer(made, &view, PyBUF_C_CONTIGUOUS)) return -1;
  const void *memory = view.buf;
  const int wrong = view.len != n * row;
  if (wrong)
    PyErr_Format(PyExc_ValueError, "a result has %zd bytes, %zd are needed", view.len,
                 (Py_ssize_t)(n * row));
  else if (!a->add && a->stride == a->size)
    memcpy(a->data, memory, n * row);
  else if (index)
    TAKE(int32_t)
  else if (bytes == 4)
    TAKE(float)
  else
    TAKE(double)
  PyBuffer_Release(&view);
  return wrong ? -1 : 0;
}

// Return the argument of function() for array k: bytes if the step reads it, None if it is a part
// of theta or not needed, True if it is a result to compute.
static PyObject *given(const Caller *caller, const Visit *v, int32_t k) {
  const AnyArray *a = (const AnyArray *)v->array + k;
  const uint32_t bit = 1u << k;
  if (a->data && !(v->in_theta & bit) && !(v->written & bit))
    return rows_as_bytes(a, v->rows, v->index & bit ? 4 : caller->bytes);
  PyObject *word = a->data && v->written & bit ? Py_True : Py_None;
  Py_IncRef(word);
  return word;
}

// Call function(theta, step, backward, rows, arrays), which returns a tuple with an array, or None,
// for each result.
static int ask(const Caller *caller, const Visit *v) {
  const AnyArray *a = v->array;
  PyObject *arrays = PyTuple_New(v->count), *found = 0;
  for (int32_t k = 0; arrays && k < v->count; k++) {
    PyObject *item = given(caller, v, k);
    if (!item || PyTuple_SetItem(arrays, k, item)) Py_DecRef(arrays), arrays = 0;
  }
  if (arrays)
    found = PyObject_CallFunction(caller->function, "OiiLO", caller->theta, v->step, v->backward,
                                  (long long)v->rows, arrays);
  Py_DecRef(arrays);
  int failed = !found;
  for (int32_t k = 0, next = 0; k < v->count && !failed; k++) {
    const uint32_t bit = 1u << k;
    if (!(v->written & bit)) continue;
    PyObject *made = PyTuple_GetItem(found, next++);
    const int index = (v->index & bit) != 0;
    failed =
        !made || (a[k].data && take_result(a + k, v->rows, index ? 4 : caller->bytes, index, made));
  }
  Py_DecRef(found);
  return failed;
}

// Keep the exception that Python has set, if it is the first one.
static void keep_exception(Caller *caller) {
  PyObject *type, *value, *trace;
  PyErr_Fetch(&type, &value, &trace);
  PyErr_NormalizeException(&type, &value, &trace);
  if (value && trace) PyException_SetTraceback(value, trace);
  Py_DecRef(type), Py_DecRef(trace);
  PyObject *nothing = 0;
  if (!__atomic_compare_exchange_n(&caller->error, &nothing, value, 0, __ATOMIC_ACQ_REL,
                                   __ATOMIC_ACQUIRE))
    Py_DecRef(value); // another thread was first
}

// Run one step in Python. Any thread of the team may call this: it waits for the GIL, which advance
// and predict have released.
static int32_t outside(void *given, const Visit *v) {
  Caller *caller = given;
  const PyGILState_STATE gil = PyGILState_Ensure();
  const Nested *outer = innermost;
  innermost = &caller->nested;
  const int32_t failed = ask(caller, v);
  if (failed) keep_exception(caller);
  innermost = outer;
  PyGILState_Release(gil);
  return failed;
}

// Move sums between processes, in the thread that made the call.
static int32_t exchange(void *given, int32_t what, void *array, int64_t numbers) {
  Caller *caller = given;
  PyEval_RestoreThread(caller->thread);
  const Nested *outer = innermost;
  innermost = &caller->nested;
  const Py_ssize_t bytes = (Py_ssize_t)(numbers * caller->bytes);
  PyObject *memory = array ? PyMemoryView_FromMemory(array, bytes, PyBUF_WRITE) : none();
  PyObject *done = memory ? PyObject_CallFunction(caller->exchange, "iO", what, memory) : 0;
  if (!done) keep_exception(caller);
  Py_DecRef(memory), Py_DecRef(done);
  innermost = outer;
  caller->thread = PyEval_SaveThread();
  return !done;
}

// Run the handlers of signals that have arrived, in the thread that made the call. Returns 1 if the
// call is to end: a handler raised, or the call may end early and Ctrl-C was pressed.
static int32_t ask_signals(void *given) {
  Caller *caller = given;
  PyEval_RestoreThread(caller->thread);
  const Nested *outer = innermost;
  innermost = &caller->nested;
  const int pressed = PyOS_InterruptOccurred(); // this clears the signal, so it is set again
  if (pressed) PyErr_SetInterrupt();
  const int raised = PyErr_CheckSignals();
  if (raised) keep_exception(caller);
  innermost = outer;
  caller->thread = PyEval_SaveThread();
  return raised || (pressed && caller->early);
}

static void raise_engine_error(const char *message) {
  PyObject *module = PyImport_ImportModule("chainrule.errors");
  PyObject *type = module ? PyObject_GetAttrString(module, "EngineError") : 0;
  if (type) PyErr_SetString(type, message);
  Py_DecRef(type), Py_DecRef(module);
}

// Prepare a call of a plan. Returns 0, with an exception set, if the call comes from inside another
// call of the same plan: waiting for its lock would never end.
static int enter_plan(Caller *caller, Run *run, const void *plan) {
  for (const Nested *n = innermost; n; n = n->outer)
    if (n->plan == plan) {
      raise_engine_error(
          "native engine: expected a call from outside the network, got one from an op or a signal "
          "handler that runs inside the same computation. Call a copy of the network "
          "(copy.deepcopy), or use engine='reference'.");
      return 0;
    }
  caller->nested = (Nested){plan, innermost};
  caller->watch = (Watch){.ask = ask_signals, .caller = caller, .next = 2};
  run->outside = outside, run->caller = caller;
  // with other processes no call ends early: all of them make the same steps
  if (caller->exchange)
    run->exchange = exchange;
  else
    run->watch = &caller->watch;
  run->process = __atomic_load_n(&forks, __ATOMIC_RELAXED);
  return 1;
}

// Raise the exception that was kept. Returns 0 if there is none.
static int raise_kept(const Caller *caller) {
  if (!caller->error) return 0;
  PyErr_SetObject((PyObject *)Py_TYPE(caller->error), caller->error);
  Py_DecRef(caller->error);
  return 1;
}

// Return the exception that was kept, or None, as a new reference.
static PyObject *raised(const Caller *caller) {
  PyObject *error = caller->error ? caller->error : Py_None;
  if (!caller->error) Py_IncRef(error);
  return error;
}

#endif
