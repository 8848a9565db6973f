"""Searches and many seeds on joblib's back ends: equal scores, one thread in each worker."""

import pytest

from chainrule.engines import native
from chainrule.engines.thread_count import threads_and_reason

joblib = pytest.importorskip("joblib")

pytestmark = pytest.mark.slow


def threads_here():
    return threads_and_reason()


@pytest.mark.skipif(not native.available(), reason="the native engine was not built")
def test_dask_limits_threads(dask_cluster):
    with joblib.parallel_config("dask"):
        found = joblib.Parallel(n_jobs=2)(joblib.delayed(threads_here)() for _ in range(2))
    assert found == [(1, "by OMP_NUM_THREADS")] * 2


@pytest.mark.skipif(not native.available(), reason="the native engine was not built")
def test_ray_limits_threads(ray_cluster):
    from ray.util.joblib import register_ray

    register_ray()
    with joblib.parallel_config("ray"):
        found = joblib.Parallel(n_jobs=2)(joblib.delayed(threads_here)() for _ in range(2))
    assert found == [(1, "by OMP_NUM_THREADS")] * 2
