"""Clusters of two worker processes on this machine, for the tests of this folder.

They take connections on 127.0.0.1 alone, and end with the last test that uses them.
"""

import logging
import os
import sys
import tempfile

import pytest

# A worker that inherits these from the shell does not show what its cluster sets.
UNSET = "OMP_NUM_THREADS", "CHAINRULE_THREADS", "CHAINRULE_DATA"


@pytest.fixture(scope="module")
def workers_environment():
    """Prepare the environment that worker processes inherit: the path, and no threads."""
    with pytest.MonkeyPatch.context() as patch:
        for name in UNSET:
            patch.delenv(name, raising=False)
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
        yield patch


@pytest.fixture(scope="module")
def dask_cluster(workers_environment):
    """Start two Dask workers of one thread each; return the client, which is the current one."""
    distributed = pytest.importorskip("distributed")
    # The nannies write OMP_NUM_THREADS into this process too; the teardown removes it.
    workers_environment.setenv("OMP_NUM_THREADS", "1")
    workers_environment.delenv("OMP_NUM_THREADS")
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address=None,
            silence_logs=logging.ERROR,
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def ray_cluster():
    """Start Ray with two CPUs; return its module. It takes six to twelve seconds."""
    # A path of the system's own is too long for a socket.
    place = "/tmp" if os.path.isdir("/tmp") else None
    with (
        pytest.MonkeyPatch.context() as patch,
        tempfile.TemporaryDirectory(prefix="ray-", dir=place, ignore_cleanup_errors=True) as folder,
    ):
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
        for name in UNSET:
            patch.delenv(name, raising=False)
        ray = pytest.importorskip("ray")
        try:
            ray.init(
                address="local",
                num_cpus=2,
                _node_ip_address="127.0.0.1",
                include_dashboard=False,
                _temp_dir=folder,
                object_store_memory=100 * 1024**2,
                log_to_driver=False,
                logging_level=logging.ERROR,
            )
            yield ray
        finally:
            ray.shutdown()
