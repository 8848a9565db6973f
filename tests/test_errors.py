"""One tree of exceptions, one form of message, and nothing that a pickle loses."""

import copy
import inspect
import pickle
import re

import pytest

import chainrule as cr
from chainrule import errors

BUILT_IN = {
    "ShapeError": ValueError,
    "ParameterError": ValueError,
    "DataError": ValueError,
    "EquationError": ValueError,
    "NotBuiltError": RuntimeError,
    "EngineError": RuntimeError,
    "OutOfMemoryError": MemoryError,
    "TrainingError": ArithmeticError,
    "ProcessError": RuntimeError,
    "FileError": OSError,
    "DependencyError": ImportError,
}
each = pytest.mark.parametrize("name", BUILT_IN)


def test_the_tree_is_whole_and_drawn_in_the_docstring():
    classes = {name: c for name, c in vars(errors).items() if inspect.isclass(c)}
    assert set(classes) == {"ChainruleError", *BUILT_IN}
    drawn = dict(re.findall(r"[├└]── (\w+) +(\w+) ", errors.__doc__))
    assert drawn == {name: built_in.__name__ for name, built_in in BUILT_IN.items()}


@each
def test_each_is_also_its_built_in(name):
    error = getattr(cr, name)
    assert error is getattr(errors, name)
    # what scikit-learn raises for a run that diverges; what ends a process without a word
    more = {"TrainingError": (ValueError,), "ProcessError": (SystemExit,)}.get(name, ())
    assert error.__bases__ == (cr.ChainruleError, BUILT_IN[name], *more)
    with pytest.raises(BUILT_IN[name]):
        raise error("somewhere: something")
    with pytest.raises(cr.ChainruleError):
        raise error("somewhere: something")


@each
def test_the_template(name):
    error = getattr(cr, name)("y", "3 rows", "4", "Cut one off.")
    assert str(error) == "y: expected 3 rows, got 4. Cut one off."
    assert str(getattr(cr, name)("y", "3 rows", "4")) == "y: expected 3 rows, got 4."
    assert str(getattr(cr, name)("y is missing.")) == "y is missing."


@each
@pytest.mark.parametrize("arguments", [("y: wrong.",), ("y", "3 rows", "4", "Cut one off.")])
def test_a_pickle_and_a_copy_say_the_same(name, arguments):
    error = getattr(cr, name)(*arguments)
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(again) is type(error) and str(again) == str(error) and again.args == error.args


@each
def test_each_is_made_as_pickles_of_clusters_make_it(name):
    error = getattr(cr, name)
    assert isinstance(error.__new__(error, "y: wrong."), error)
