"""One line says what differs between processes, and where."""

import pytest
from tests.distributed.thread_comm import run_together

from chainrule.distributed.agreement import check_equal
from chainrule.distributed.processes import Processes
from chainrule.errors import ProcessError


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ([{"seed": "1"}, {"seed": "2"}, {"seed": "1"}], "(1), got another one in process 1 (2)"),
        ([{"rows": "a" * 64}, {}, {}], "the same rows in all 3 processes (nothing), got"),
    ],
    ids=["a value", "a hash"],
)
def test_a_difference_is_named_once(facts, text, capfd):
    def work(comm):
        processes = Processes(comm)
        check_equal(processes, facts[comm.rank], "Start them alike.")

    found = run_together(3, work)
    assert all(isinstance(one, ProcessError) and text in str(one) for one in found), found
    assert capfd.readouterr().err.splitlines() == [f"chainrule: {found[0]}"]


def test_equal_facts_pass():
    def work(comm):
        check_equal(Processes(comm), {"seed": "1"}, "")

    assert run_together(2, work) == [None, None]
