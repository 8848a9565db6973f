"""Call one twin or one rule of the compiled engine by itself, through a small C library.

Without a C compiler the tests that need it are skipped.
"""

import ctypes
import shutil
import subprocess
import tempfile
from functools import cache, partial
from pathlib import Path
from unittest import SkipTest

from chainrule.engines import native

ROOT = Path(__file__).resolve().parent.parent
PROBLEMS = {1: KeyError, 2: ValueError, 3: MemoryError}


class Array(ctypes.Structure):
    """The struct of kernels/native.h."""

    _fields_ = (
        ("data", ctypes.c_void_p),
        ("stride", ctypes.c_int64),
        ("size", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("shape", ctypes.c_int32 * 4),
        ("add", ctypes.c_int32),
    )


@cache
def library():
    """Compile tests/native/twin_calls.c and load it.

    Raises
    ------
    SkipTest
        There is no C compiler.
    """
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if compiler is None:
        raise SkipTest("a C compiler is missing")
    folder = tempfile.mkdtemp()
    path = Path(folder) / "twin_calls.so"
    options = ["-shared", "-fPIC", "-O1", "-Dreal=double", "-DREAL_BITS=64", "-DVARIANT=test"]
    source = ROOT / "tests/native/twin_calls.c"
    subprocess.run([compiler, *options, f"-I{ROOT}/src/chainrule", source, "-o", path], check=True)
    loaded = ctypes.CDLL(str(path))
    shutil.rmtree(folder, ignore_errors=True)
    return loaded


@cache
def engine(name):
    """Return the address of a variant's table, `f32_avx2`."""
    address = ctypes.pythonapi.PyCapsule_GetPointer
    address.restype, address.argtypes = ctypes.c_void_p, (ctypes.py_object, ctypes.c_char_p)
    return ctypes.c_void_p(address(native.native_code.engine(name), b"chainrule.engine"))


def place(array):
    """Return the address of an array in one piece, or None."""
    if array is None:
        return None
    assert array.flags.c_contiguous
    return array.ctypes.data


def struct(array, stride, shape, add):
    """Return an array as C sees it: the numbers of a row apart, its shape without the rows."""
    size = 1
    for n in shape:
        size *= n
    sizes = (ctypes.c_int32 * 4)(*shape)
    return Array(place(array), stride, size, len(shape), sizes, add)


def done(problem, name):
    if problem:
        raise PROBLEMS[problem](name)


def prepared(variant, name, backward, rows, arrays, numbers):
    """Return a function that runs one twin and returns 0, or a number of PROBLEMS.

    Parameters
    ----------
    variant : str
        Dtype and instruction set: `f32_avx2`.
    name : str
        The name of the op.
    backward : bool
        True: its gradient.
    rows : int
        The rows of each row value.
    arrays : sequence of (array or None, stride, shape without rows, add)
        Forward: y and the inputs. Backward: dy, y, the inputs, their gradients.
    numbers : array of float64
        The op's numbers, by name.
    """
    structs = (Array * len(arrays))(*[struct(*a) for a in arrays])
    table, run = engine(variant), library().call_twin
    given = table, name.encode(), int(backward), ctypes.c_long(rows), len(arrays), structs
    given = (*given, ctypes.c_void_p(place(numbers)))
    run = partial(run, *given)
    run.kept = arrays, numbers  # the structs have their addresses only
    return run


def call(variant, name, backward, rows, arrays, numbers):
    """Run one twin; see `prepared`."""
    done(prepared(variant, name, backward, rows, arrays, numbers)(), name)


def step(variant, name, t, theta, g, slots, numbers):
    """Run one step of a rule; theta and slots change in place."""
    slots = (ctypes.c_void_p * 4)(*map(place, slots))
    done(
        library().call_rule(
            engine(variant),
            name.encode(),
            ctypes.c_long(theta.size),
            ctypes.c_long(t),
            ctypes.c_void_p(place(theta)),
            ctypes.c_void_p(place(g)),
            slots,
            ctypes.c_void_p(place(numbers)),
        ),
        name,
    )
