// Steps without twins, called from C: NumPy computes them. Included by module.c, which holds
// Python.h.
#ifndef CHAINRULE_OUTSIDE_H
#define CHAINRULE_OUTSIDE_H

// The same fields as Array of native.h; the pointer has no type here.
typedef struct {
  void *data;
  int64_t stride;
  int32_t size, ndim, shape[4], add;
} AnyArray;

// One call of advance or predict: whom it asks, with which theta; the first exception.
typedef struct {
  PyObject *function, *theta;
  int64_t bytes;
  PyObject *error;
} Caller;

// The rows of a value, one after another, as bytes: nobody can write to them, and they outlive the
// plan.
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

// (memory, bytes from one row to the next, add?) of a result
static PyObject *result(const AnyArray *a, int64_t rows, int64_t bytes) {
  const int64_t last = a->stride ? rows - 1 : 0;
  PyObject *view =
      PyMemoryView_FromMemory(a->data, (last * a->stride + a->size) * bytes, PyBUF_WRITE);
  return view ? Py_BuildValue("(NLi)", view, (long long)(a->stride * bytes), a->add) : 0;
}

// function(theta, step, backward, rows, arrays): bytes for what is read, None for a part of theta
// and for what nobody needs
static PyObject *ask(const Caller *caller, const Visit *v) {
  const AnyArray *a = v->array;
  PyObject *arrays = PyTuple_New(v->count), *none = 0;
  for (int32_t k = 0; arrays && k < v->count; k++) {
    const uint32_t bit = 1u << k;
    const int64_t bytes = v->index & bit ? 4 : caller->bytes;
    PyObject *item = 0;
    if (!a[k].data || v->in_theta & bit)
      item = Py_None, Py_IncRef(item);
    else
      item =
          v->written & bit ? result(a + k, v->rows, bytes) : rows_as_bytes(a + k, v->rows, bytes);
    if (!item || PyTuple_SetItem(arrays, k, item)) Py_DecRef(arrays), arrays = 0;
  }
  if (arrays)
    none = PyObject_CallFunction(caller->function, "OiiLO", caller->theta, v->step, v->backward,
                                 (long long)v->rows, arrays);
  Py_DecRef(arrays);
  return none;
}

// In any thread of the team: it waits for the GIL, which advance and predict have given away.
static int32_t outside(void *given, const Visit *v) {
  Caller *caller = given;
  const PyGILState_STATE gil = PyGILState_Ensure();
  PyObject *none = ask(caller, v);
  const int32_t failed = !none;
  if (failed) {
    PyObject *type, *value, *trace;
    PyErr_Fetch(&type, &value, &trace);
    PyErr_NormalizeException(&type, &value, &trace);
    if (value && trace) PyException_SetTraceback(value, trace);
    Py_DecRef(type), Py_DecRef(trace);
    if (caller->error)
      Py_DecRef(value); // another shard was first
    else
      caller->error = value;
  }
  Py_DecRef(none);
  PyGILState_Release(gil);
  return failed;
}

// As the exception of this call; 0: there is none.
static int raise_kept(const Caller *caller) {
  if (!caller->error) return 0;
  PyErr_SetObject((PyObject *)Py_TYPE(caller->error), caller->error);
  Py_DecRef(caller->error);
  return 1;
}

// The exception that was kept, or None; a new reference.
static PyObject *raised(const Caller *caller) {
  PyObject *error = caller->error ? caller->error : Py_None;
  if (!caller->error) Py_IncRef(error);
  return error;
}

#endif
