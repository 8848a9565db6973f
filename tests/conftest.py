"""What all tests share: a fixed profile for Hypothesis, and no environment that changes an answer."""

import pytest
from hypothesis import settings

settings.register_profile("fixed", derandomize=True, deadline=None, max_examples=25)
settings.load_profile("fixed")


@pytest.fixture(autouse=True)
def quiet_environment(monkeypatch):
    for name in ("CHAINRULE_ENGINE", "CHAINRULE_THREADS", "CHAINRULE_DATA"):
        monkeypatch.delenv(name, raising=False)
