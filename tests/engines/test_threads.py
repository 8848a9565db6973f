"""The calls of a plan and the process around them: stacks, floating-point mode, forks, calls from inside a call."""

import copy
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading

import numpy as np
import pytest
from tests.users_ops import X, Y

import chainrule as cr
from chainrule.engines import native

pytestmark = pytest.mark.skipif(not native.available(), reason="the native engine was not built")

linux = pytest.mark.skipif(sys.platform != "linux", reason="asks glibc")
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")

START = """
import ctypes, hashlib, os, sys, threading, time, warnings
import numpy as np
import chainrule as cr
warnings.simplefilter("ignore")

@cr.op
def asking(z):
    '''a = 2 z'''
    if len(z):
        look()
    return 2 * z
@asking.gradient
def asking_backward(da, a, z):
    '''dz = 2 da'''
    return (2 * da,)
class Asking(cr.Layer):
    def __call__(self, z):
        return asking(z)
def look():
    pass
def network(*layers, **settings):
    settings = {"engine": "native", "threads": 2} | settings
    return cr.Network(*layers, loss=cr.SquaredError(), inputs=(9,), **settings)
X = np.random.default_rng(0).normal(size=(512, 9)).astype(np.float32)
y = X[:, :1].copy()
"""


def run(code, seconds=60, **environment):
    """The words that a script prints in a process of its own."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | environment
    done = subprocess.run(
        [sys.executable, "-c", START + textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


# ---------------------------------------------------------------- stacks


@linux
def test_worker_threads_have_stacks_of_8_megabytes():
    """Also if the limit of the process says less. An op of a user's own runs in any thread of the team."""
    code = """
    import resource
    resource.setrlimit(resource.RLIMIT_STACK, (1 << 20, resource.getrlimit(resource.RLIMIT_STACK)[1]))
    os.environ["AGAIN"] = "1"
    if "again" not in sys.argv:  # glibc reads the limit when a process starts
        os.execv(sys.executable, [sys.executable, "-c", CODE, "again"])
    """
    body = """
    libc, sizes = ctypes.CDLL(None), {}
    def look():
        attributes, size = ctypes.create_string_buffer(256), ctypes.c_size_t()
        libc.pthread_self.restype = ctypes.c_ulong
        libc.pthread_getattr_np(ctypes.c_ulong(libc.pthread_self()), attributes)
        libc.pthread_attr_getstacksize(attributes, ctypes.byref(size))
        sizes[threading.get_native_id()] = size.value
        time.sleep(0.01)
    network(Asking(), cr.Dense(1)).fit(X, y, batch_size=None, epochs=3, verbose=0)
    sizes.pop(threading.get_native_id(), None)
    print(min(sizes.values()) >> 20)
    """
    whole = START + textwrap.dedent(body)
    setting = f"CODE = {whole!r}\n" + textwrap.dedent(code)
    assert run(setting) == ["8"]


# ---------------------------------------------------------------- the floating-point mode

MODES = """
#include <fenv.h>
#if defined(__x86_64__) || defined(__i386__)
#include <xmmintrin.h>
void flush(void) { _mm_setcsr(_mm_getcsr() | 0x8040); }
unsigned mode(void) { return _mm_getcsr() & ~0x3Fu; }
#elif defined(__aarch64__)
void flush(void) { unsigned long x; __asm__ volatile("mrs %0, fpcr" : "=r"(x));
                   __asm__ volatile("msr fpcr, %0" : : "r"(x | 1ul << 24)); }
unsigned mode(void) { unsigned long x; __asm__ volatile("mrs %0, fpcr" : "=r"(x)); return x; }
#endif
void upward(void) { fesetround(FE_UPWARD); }
void nothing(void) {}
"""

TINY = """
library = ctypes.CDLL(os.environ["MODES"])
tiny = cr.Dense(64, bias=False, init=cr.initializers.Normal(1e-20))
large = cr.Dense(1, init=cr.initializers.Normal(1e20))
net = network(tiny, cr.Tanh(), large, threads=int(os.environ["THREADS"]), seed=1)
x = (X * 1e-19).astype(np.float32)
net.build(x, y)
before = net.predict(x)
getattr(library, os.environ["HOW"])()
mode = library.mode()
net.fit(x, y, batch_size=256, epochs=4, verbose=0, optimizer=cr.Momentum(lr=1e-25))
after = net.predict(x)
held = library.mode() == mode
print(hashlib.sha256(net.theta.tobytes() + before.tobytes() + after.tobytes()).hexdigest(), held)
"""


@pytest.fixture(scope="module")
def modes(tmp_path_factory):
    """A library that changes the floating-point mode of the thread that calls it."""
    compiler = shutil.which("cc")
    if compiler is None or sys.platform == "win32":
        pytest.skip("no C compiler")
    folder = tmp_path_factory.mktemp("modes")
    (folder / "modes.c").write_text(MODES)
    command = [compiler, "-shared", "-fPIC", "-O1", "modes.c", "-o", "modes.so", "-lm"]
    subprocess.run(command, cwd=folder, check=True)
    return str(folder / "modes.so")


@pytest.mark.parametrize("threads", ["1", "2"])
@pytest.mark.parametrize("how", ["flush", "upward"])
def test_the_mode_that_another_library_sets_changes_no_bit(how, threads, modes):
    """Products of about 1e-39 are denormal; large weights make them visible again."""
    usual, found = (
        run(TINY, MODES=modes, HOW=name, THREADS=threads, CHAINRULE_THREADS="")
        for name in ("nothing", how)
    )
    assert found == usual and found[1] == "True"  # and the mode is that of the caller again


# ---------------------------------------------------------------- forks


@forks
def test_a_child_predicts_although_another_thread_was_inside_a_call():
    code = """
    inside = threading.Event()
    def look():
        inside.set()
        time.sleep(0.5 if not child else 0)
    child = False
    net = network(cr.Dense(4), Asking(), cr.Dense(1))
    other = network(cr.Dense(4), Asking(), cr.Dense(1))
    child = True
    net.build(X, y), other.build(X, y)
    expected = other.predict(X)
    net.predict(X[:2])
    child = False
    inside.clear()
    thread = threading.Thread(target=lambda: net.predict(X))
    thread.start()
    inside.wait()
    pid = os.fork()
    if pid == 0:
        child = True
        found = [net.predict(X) for _ in range(3)]
        threads = [threading.Thread(target=lambda: found.append(net.predict(X))) for _ in range(3)]
        [t.start() for t in threads], [t.join() for t in threads]
        good = len(found) == 6 and all(f.tobytes() == expected.tobytes() for f in found)
        os._exit(0 if good else 1)
    for _ in range(100):
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            break
        time.sleep(0.1)
    else:
        os.kill(pid, 9)
        status = "it hangs"
    thread.join()
    print(status)
    """
    assert run(code) == ["0"]


@forks
def test_children_train_and_their_children_too():
    code = """
    net = network(cr.Dense(4), cr.Dense(1))
    net.fit(X, y, verbose=0)
    def train():
        net.fit(X, y, verbose=0)
        return np.isfinite(net.theta).all()
    def in_child(work):
        pid = os.fork()
        if pid == 0:
            os._exit(0 if work() else 1)
        return os.waitpid(pid, 0)[1] == 0
    print(in_child(train), in_child(lambda: train() and in_child(train)), train())
    """
    assert run(code) == ["True", "True", "True"]


# ---------------------------------------------------------------- a call from inside a call


def nested(network_of, **settings):
    """A network whose op asks a network, itself or another one."""

    @cr.op
    def asks(z):
        """a = 2 z"""
        if len(z):
            network_of().predict(X[:5])
        return 2 * z

    @asks.gradient
    def asks_backward(da, a, z):
        """dz = 2 da"""
        return (2 * da,)

    class Asks(cr.Layer):
        def __call__(self, z):
            return asks(z)

    settings = {"engine": "native"} | settings
    return cr.Network(Asks(), cr.Dense(4), loss=cr.SquaredError(), inputs=(9,), seed=1, **settings)


def in_time(work, seconds=20):
    """What `work` raised, in a thread that is left alone if it hangs."""
    raised = []

    def target():
        try:
            work()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    thread.join(seconds)
    assert not thread.is_alive(), "it hangs"
    return raised[0] if raised else None


INSIDE = "native engine: expected a call from outside the network, got one from an op"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("threads", [1, 2])
def test_an_op_that_predicts_by_its_own_network_is_an_error(threads, dtype):
    net = nested(lambda: net, threads=threads, dtype=dtype)
    rows = np.tile(X, (4, 1))
    for call in (lambda: net.predict(rows), lambda: net.fit(X, Y, verbose=0)):
        error = in_time(call)
        assert isinstance(error, cr.EngineError) and str(error).startswith(INSIDE)
    assert "copy.deepcopy" in str(error)


def test_two_networks_that_ask_each_other_are_an_error():
    first = nested(lambda: second, threads=2)
    second = nested(lambda: first, threads=2, dtype="float64")
    error = in_time(lambda: first.predict(X))
    assert isinstance(error, cr.EngineError) and str(error).startswith(INSIDE)


def test_an_op_may_ask_a_copy_and_other_threads_may_ask_meanwhile():
    plain = cr.Network(cr.Dense(4), loss=cr.SquaredError(), inputs=(9,), engine="native")
    copied = copy.deepcopy(plain)
    net = nested(lambda: copied, threads=2)
    expected = net.predict(X)
    found = []
    threads = [threading.Thread(target=lambda: found.append(net.predict(X))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all((f == expected).all() for f in found) and len(found) == 4


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers")
def test_a_signal_handler_that_predicts_by_the_busy_network_is_an_error():
    code = """
    import signal
    layers = [cr.Dense(512) for _ in range(4)]
    net = network(*layers, threads=1)
    rows = np.ones((60_000, 9), np.float32)
    net.predict(X)
    def handle(number, frame):
        net.predict(X)
    signal.signal(signal.SIGALRM, handle)
    signal.setitimer(signal.ITIMER_REAL, 0.15)
    try:
        net.predict(rows)
    except cr.EngineError as error:
        print("refused" if "signal handler" in str(error) else error)
    net.predict(X)
    print("usable")
    """
    assert run(code) == ["refused", "usable"]
