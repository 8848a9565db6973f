// What the methods of the extension module share: arguments come in by the buffer protocol, under
// the limited API of Python 3.11. A `module.c` in any folder may define methods of its own, as
// `PyObject *METHOD(name)(PyObject *self, PyObject *const *args, Py_ssize_t n)`; twins.py finds
// them.
#ifndef CHAINRULE_MODULE_H
#define CHAINRULE_MODULE_H
#if !defined(Py_LIMITED_API) && !defined(Py_GIL_DISABLED)
#define Py_LIMITED_API 0x030B0000
#endif
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include "engine.h"

#define METHOD(name) chainrule_method_##name

enum { MAX_BUFFERS = 16 + MAX_DATA };
// The buffers that one call holds.
typedef struct {
  Py_buffer view[MAX_BUFFERS];
  int count;
} Buffers;

// how: bits. OPTIONAL: None is fine.
enum { WRITABLE = 1, OPTIONAL = 2 };
// Return the memory of an array of at least `count` numbers of a type of engine.h, or NULL for
// None. On an error Python's exception is set.
void *buffer(Buffers *b, PyObject *array, int32_t type, int64_t count, int how);
// Return the bytes of the last buffer.
Py_ssize_t buffer_bytes(const Buffers *b);
// Release all buffers and return `result`.
PyObject *released(Buffers *b, PyObject *result);
// Return the variant of this name, or NULL with an exception.
const Engine *engine_of(PyObject *name);
// Return 1 if a method got as many arguments as it takes; else 0 with an exception.
int has_arguments(Py_ssize_t got, Py_ssize_t want);
PyObject *none(void);

#endif
