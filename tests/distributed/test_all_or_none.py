"""An error of one process ends what all of them do around a fit."""

import pytest
from tests.distributed.thread_comm import run_together, same

from chainrule.distributed.all_or_none import from_first, together
from chainrule.errors import ProcessError


def test_the_first_decides_for_all():
    assert same(run_together(3, lambda comm: from_first(comm, comm.rank + 5))) == 5


def test_one_process_alone_does_what_it_does():
    assert from_first(None, 3) == 3
    with together(None):
        pass
    with pytest.raises(KeyError), together(None):
        raise KeyError


@pytest.mark.parametrize("failing", range(2))
def test_an_error_of_one_is_raised_in_all(failing):
    def work(comm):
        with together(comm):
            if comm.rank == failing:
                raise KeyError("mine")

    found = run_together(2, work)
    assert isinstance(found[failing], KeyError)
    assert isinstance(found[1 - failing], ProcessError)
    assert "mine" in str(found[1 - failing])


def test_nobody_leaves_before_all_are_done():
    done = []

    def work(comm):
        with together(comm):
            done.append(comm.rank)
        return len(done)

    assert run_together(3, work) == [3, 3, 3]
