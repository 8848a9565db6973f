"""What all tests share: a fixed profile for Hypothesis, and a neutral environment."""

import os
import signal

import pytest
from hypothesis import settings

signal.signal(
    signal.SIGINT, signal.default_int_handler
)  # a job in the background ignores Ctrl-C, and so would its children

# Ray takes connections on 127.0.0.1 alone: it reads this when it is imported. The name is wrong on
# Linux.
os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"

settings.register_profile("fixed", derandomize=True, deadline=None, max_examples=25)
settings.load_profile("fixed")


@pytest.fixture(autouse=True)
def quiet_environment(monkeypatch):
    for name in (
        "CHAINRULE_THREADS",
        "OMP_NUM_THREADS",
        "CHAINRULE_DATA",
    ):  # CHAINRULE_ENGINE stays: the suite runs under both
        monkeypatch.delenv(name, raising=False)
    # tests of many threads run them, however few the cores are
    monkeypatch.setattr("chainrule.engines.native.affinity", lambda: 64)
