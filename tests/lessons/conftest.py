"""The lessons that several tests look at: each runs once in a process."""

import functools

import pytest

pytest.register_assert_rewrite("tests.lessons.running")

from tests.lessons.running import run_as_typed  # noqa: E402  (its asserts are explained)


@pytest.fixture(scope="session")
def lessons(tmp_path_factory):
    """Return a function name -> (folder, output) of a lesson that ran without a complaint."""

    @functools.cache
    def ran(name):
        folder = tmp_path_factory.mktemp(name)
        code, output, complaint = run_as_typed(
            folder, name, *(["1", "0", "0"] if name == "ask" else [])
        )
        assert (code, complaint) == (0, "")
        return folder, output

    return ran
