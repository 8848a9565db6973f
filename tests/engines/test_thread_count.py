"""How many threads the native engine takes, and whose word holds."""

import os
import subprocess
import sys
import textwrap
import types

import pytest

import chainrule as cr
from chainrule.engines import native, thread_count
from chainrule.engines.thread_count import (
    Threads,
    affinity,
    cores,
    openmp_threads,
    quota,
    threads_and_reason,
    threads_for,
)

pytestmark = pytest.mark.skipif(not native.available(), reason="the native engine was not built")


def programs(inputs, units):
    return cr.trace((cr.Dense(units),), cr.SquaredError(), (inputs,))


SMALL, LARGE = programs(4, 2).train, programs(1000, 2000).train


@pytest.fixture
def five_cores(monkeypatch):
    monkeypatch.setattr(thread_count, "affinity", lambda: 5)
    monkeypatch.setattr(thread_count, "quota", lambda: None)
    return monkeypatch


# ---------------------------------------------------------------- the order


def test_each_word_holds_before_the_next_one(five_cores):
    reason = threads_and_reason
    assert reason() == (5, "one for each core")
    five_cores.setattr(thread_count, "quota", lambda: 3)
    assert reason() == (3, "by the CPU quota of the control group")
    five_cores.setenv("OMP_NUM_THREADS", "4")
    assert reason() == (4, "by OMP_NUM_THREADS")
    five_cores.setattr(thread_count, "threadpool_limit", lambda: 2)
    assert reason() == (2, "limited by threadpoolctl")
    five_cores.setenv("CHAINRULE_THREADS", "7")
    assert reason() == (7, "by CHAINRULE_THREADS")
    assert reason(6) == (6, "by threads=")


def test_small_steps_take_one_thread_unless_a_number_is_asked_for(five_cores):
    assert threads_for(SMALL, 32) == Threads(1, True) and threads_for(LARGE, 32) == Threads(5, True)
    five_cores.setenv("OMP_NUM_THREADS", "3")
    assert threads_for(SMALL, 32) == Threads(1, True) and threads_for(LARGE, 32) == Threads(3, True)
    five_cores.setenv("CHAINRULE_THREADS", "7")
    assert threads_for(SMALL, 32) == Threads(7, False)
    assert threads_for(LARGE, 32, 2) == Threads(2, False)
    assert threads_for(LARGE, 32, 1000) == Threads(64, False)


@pytest.mark.parametrize(
    ("words", "number"),
    [("", 0), ("3", 3), (" 2 ", 2), ("4,2", 4), ("many", 0), ("-1", 0), ("0", 0), ("1.5", 0)],
)
def test_omp_num_threads_is_a_number_or_a_list(words, number, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", words)
    assert openmp_threads() == number


# ---------------------------------------------------------------- control groups


def write(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


V2 = {
    "no files": ({}, "0::/\n", None),
    "no limit": ({"cpu.max": "max 100000\n"}, "0::/\n", None),
    "two cores": ({"cpu.max": "200000 100000\n"}, "0::/\n", 2),
    "one and a half": ({"cpu.max": "150000 100000\n"}, "0::/\n", 2),
    "a fifth": ({"cpu.max": "20000 100000\n"}, "0::/\n", 1),
    "of the group itself": ({"a/b/cpu.max": "300000 100000\n"}, "0::/a/b\n", 3),
    "of a group above": (
        {"a/b/cpu.max": "max 100000\n", "a/cpu.max": "400000 100000\n"},
        "0::/a/b\n",
        4,
    ),
    "the smallest": (
        {"a/b/cpu.max": "800000 100000\n", "a/cpu.max": "100000 50000\n"},
        "0::/a/b\n",
        2,
    ),
    "seen from outside": ({"cpu.max": "200000 100000\n"}, "0::/../docker/0a1b\n", 2),
    "broken": ({"cpu.max": "two of them\n"}, "0::/\n", None),
    "a period of 0": ({"cpu.max": "200000 0\n"}, "0::/\n", None),
    "another file": ({"cpu.max": "200000 100000\n"}, "nothing here\n\n", None),
}


@pytest.mark.parametrize("name", V2)
def test_quota_of_version_2(name, tmp_path):
    files, groups, cores = V2[name]
    write(tmp_path / "root", files)
    write(tmp_path, {"cgroup": groups})
    assert quota(tmp_path / "cgroup", tmp_path / "root") == cores


def version_1(quota_us, period_us, folder):
    return {
        f"{folder}/cpu.cfs_quota_us": f"{quota_us}\n",
        f"{folder}/cpu.cfs_period_us": f"{period_us}\n",
    }


V1 = {
    "no limit": (version_1(-1, 100000, "cpu"), "1:cpu:/\n", None),
    "two cores": (version_1(200000, 100000, "cpu,cpuacct"), "4:cpu,cpuacct:/\n", 2),
    "by one name of two": (version_1(250000, 100000, "cpu"), "4:cpu,cpuacct:/\n", 3),
    "by the longer name": (version_1(250000, 100000, "cpu,cpuacct"), "4:cpu:/\n", 3),
    "of a group above": (version_1(100000, 100000, "cpu/a"), "1:cpu:/a/b/c\n", 1),
    "seen from inside": (version_1(300000, 100000, "cpu"), "1:cpu:/docker/0a1b\n", 3),
    "of another controller": (version_1(100000, 100000, "cpuset"), "3:cpuset:/\n", None),
    "both versions": (
        version_1(400000, 100000, "cpu") | {"cpu.max": "200000 100000"},
        "1:cpu:/\n0::/\n",
        2,
    ),
}


@pytest.mark.parametrize("name", V1)
def test_quota_of_version_1(name, tmp_path):
    files, groups, cores = V1[name]
    write(tmp_path / "root", files)
    write(tmp_path, {"cgroup": groups})
    assert quota(tmp_path / "cgroup", tmp_path / "root") == cores


def test_without_control_groups_there_is_no_quota(tmp_path):
    assert quota(tmp_path / "nowhere", tmp_path) is None
    assert 1 <= cores() <= affinity()


# ---------------------------------------------------------------- threadpoolctl


def run(code, **environment):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | environment
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


ORDERS = {
    "chainrule first": "import chainrule as cr; cr.Network; import threadpoolctl",
    "threadpoolctl first": "import threadpoolctl; import chainrule as cr; cr.Network",
}
COUNT = """
import threading
import numpy as np
from threadpoolctl import ThreadpoolController, threadpool_info, threadpool_limits

@cr.op
def seeing(z):
    '''a = 2 z'''
    if len(z):
        seen.add(threading.get_native_id())
        time.sleep(0.005)
    return 2 * z
@seeing.gradient
def seeing_backward(da, a, z):
    '''dz = 2 da'''
    return (2 * da,)
class Seeing(cr.Layer):
    def __call__(self, z):
        return seeing(z)
import time
def ours():
    return [i for i in threadpool_info() if i["internal_api"] == "chainrule"]
def network(**settings):
    layers = cr.Dense(500), Seeing(), cr.Dense(1)
    return cr.Network(*layers, loss=cr.SquaredError(), engine="native", **settings)
X = np.random.default_rng(0).normal(size=(1024, 100)).astype(np.float32)
seen = set()
def threads(net):
    seen.clear()
    net.predict(X)
    return len(seen)
"""


@pytest.mark.parametrize("order", ORDERS)
def test_threadpoolctl_lists_and_limits_the_engine(order):
    pytest.importorskip("threadpoolctl")
    code = (
        ORDERS[order]
        + COUNT
        + """
net = network()
net.build(X, X[:, :1])
from chainrule.engines import native, thread_count
thread_count.quota = lambda: None
native.affinity = thread_count.affinity = lambda: 3
print(*[(i["user_api"], i["num_threads"], i["version"] == cr.__version__) for i in ours()])
expected = net.predict(X).tobytes()
print(threads(net))
with threadpool_limits(1):
    both, own = (threads(net), threads(network())), ours()[0]["num_threads"]
    print(*both, own, *thread_count.threads_and_reason())
    print(net.predict(X).tobytes() == expected)
    print(threads(network(threads=2)))
print(threads(net), ours()[0]["num_threads"])
with threadpool_limits(2, user_api="chainrule"):
    print(threads(net))
with ThreadpoolController().select(user_api="chainrule").limit(limits=1):
    print(threads(net))
with threadpool_limits(1, user_api="blas"):
    print(threads(net))
"""
    )
    assert run(code) == [
        "('chainrule', 3, True)",
        "3",
        "1 1 1 1 limited by threadpoolctl",
        "True",
        "2",
        "3 3",
        "2",
        "1",
        "3",
    ]


def test_a_limit_holds_inside_training_too():
    pytest.importorskip("threadpoolctl")
    code = (
        "import chainrule as cr"
        + COUNT
        + """
from chainrule.engines import native, thread_count
thread_count.quota = lambda: None
native.affinity = thread_count.affinity = lambda: 3
net = network()
net.fit(X, X[:, :1], batch_size=None, epochs=1, verbose=0)
print(len(seen))
seen.clear()
with threadpool_limits(limits=1):
    net.fit(X, X[:, :1], batch_size=None, epochs=1, verbose=0)
print(len(seen))
"""
    )
    assert run(code) == ["3", "1"]


def test_the_core_does_not_import_threadpoolctl_and_lets_it_be_found_once():
    code = """
import sys
import chainrule as cr
cr.Network
print("threadpoolctl" in sys.modules)
import importlib
before = len(sys.meta_path)
from chainrule.engines.thread_count import register_with_threadpoolctl
register_with_threadpoolctl()
print(len(sys.meta_path) == before)
import threadpoolctl
print(len(sys.meta_path) == before - 1, "exec_module" in vars(threadpoolctl.__loader__))
from inspect import getsource
print(getsource(threadpoolctl.register).startswith("def"))
"""
    pytest.importorskip("threadpoolctl")
    found = run(code)
    assert found[:2] == ["False", "True"] and found[3] == "True"
    assert found[2].startswith("True")


def test_without_threadpoolctl_its_import_fails_as_ever():
    code = """
import sys
import chainrule as cr
cr.Network
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name == "threadpoolctl":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(1, Hidden())
for _ in range(2):
    try:
        import threadpoolctl
    except ModuleNotFoundError as error:
        print(error)
"""
    assert run(code) == ["No module named 'threadpoolctl'"] * 2


def test_an_old_threadpoolctl_is_left_alone():
    class Old:
        pass

    thread_count.add_controller(Old())


# ---------------------------------------------------------------- joblib


def threads_here():
    return threads_and_reason()


@pytest.mark.parametrize("inner", [1, 2])
def test_the_workers_of_joblib_take_what_it_gives_them(inner):
    joblib = pytest.importorskip("joblib")
    with joblib.parallel_config("loky", inner_max_num_threads=inner):
        found = joblib.Parallel(n_jobs=2)(joblib.delayed(threads_here)() for _ in range(2))
    assert found == [(inner, "by OMP_NUM_THREADS")] * 2


# ---------------------------------------------------------------- Dask


@pytest.fixture
def local_dask_cluster(five_cores):
    """Pretend that this process has started a local Dask cluster."""
    config = {"distributed.nanny.pre-spawn-environ": {"OMP_NUM_THREADS": 1}}
    five_cores.setitem(sys.modules, "dask", types.SimpleNamespace(config=config))
    five_cores.setitem(sys.modules, "distributed.nanny", types.ModuleType("distributed.nanny"))
    five_cores.setattr(thread_count, "OPENMP_AT_IMPORT", None)
    five_cores.setenv("OMP_NUM_THREADS", "1")
    return five_cores


def test_what_a_cluster_leaves_in_the_process_that_starts_it_is_no_limit(local_dask_cluster):
    assert threads_and_reason() == (5, "one for each core")
    sys.modules["dask"].config.clear()
    assert threads_and_reason() == (1, "by OMP_NUM_THREADS")


def test_what_was_there_before_a_cluster_is_a_limit(local_dask_cluster):
    local_dask_cluster.setattr(thread_count, "OPENMP_AT_IMPORT", "1")
    assert threads_and_reason() == (1, "by OMP_NUM_THREADS")


def test_another_number_than_the_clusters_is_a_limit(local_dask_cluster):
    local_dask_cluster.setenv("OMP_NUM_THREADS", "3")
    assert threads_and_reason() == (3, "by OMP_NUM_THREADS")


def test_in_a_worker_of_a_cluster_its_number_is_a_limit(local_dask_cluster):
    local_dask_cluster.setattr("multiprocessing.parent_process", lambda: "a nanny")
    assert threads_and_reason() == (1, "by OMP_NUM_THREADS")
