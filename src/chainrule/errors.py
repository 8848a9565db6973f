"""The errors of the package. Every message has one form:

where: expected rule, got value. What to do.

ChainruleError
├── ShapeError        ValueError       arrays that do not fit together
├── ParameterError    ValueError       a setting that no layer, loss or optimizer can have
├── DataError         ValueError       rows that cannot be trained on
├── EquationError     ValueError       a docstring that is not an equation about its own op
├── NotBuiltError     RuntimeError     a call that needs shapes, made before they are known
├── EngineError       RuntimeError     a Program that an engine cannot run
├── OutOfMemoryError  MemoryError      a step that needs more memory than there is
├── TrainingError     ArithmeticError  a run whose loss became NaN or infinite; also a ValueError
├── ProcessError      RuntimeError     processes of one fit that differ, or one that failed
├── FileError         OSError          a file that is missing, broken or of another format
└── DependencyError   ImportError      an optional package that is not installed
"""

from typing import Self


class ChainruleError(Exception):
    """The base class of all errors of this package.

    Parameters
    ----------
    where : str
        The whole message. With the other three, the place where the rule holds.
    expected, got, remedy : str
        The rule, what was found instead, and what the user can do.

    Examples
    --------
    >>> rule, shape, remedy = "input of shape (N, D)", "(N, 28, 28)", "Put Flatten() before it."
    >>> str(ShapeError("dense1, Dense(10)", rule, shape, remedy))
    'dense1, Dense(10): expected input of shape (N, D), got (N, 28, 28). Put Flatten() before it.'
    """

    def __init__(self, where: str, expected: str = "", got: str = "", remedy: str = "") -> None:
        super().__init__(
            f"{where}: expected {expected}, got {got}. {remedy}".rstrip() if expected else where
        )


class ShapeError(ChainruleError, ValueError):
    """Arrays that do not fit together."""


class ParameterError(ChainruleError, ValueError):
    """A setting that no layer, loss or optimizer can have."""


class DataError(ChainruleError, ValueError):
    """Rows that cannot be trained on."""


class EquationError(ChainruleError, ValueError):
    """A docstring that is not an equation about its own op."""


class NotBuiltError(ChainruleError, RuntimeError):
    """A call that needs shapes, made before they are known."""


class EngineError(ChainruleError, RuntimeError):
    """A Program that an engine cannot run."""


class OutOfMemoryError(ChainruleError, MemoryError):
    """A step that needs more memory than there is."""

    def __new__(cls, *arguments: str) -> Self:
        """Make it as its other base does: MemoryError's refuses it, and Dask's pickles call this."""
        return Exception.__new__(cls, *arguments)


class TrainingError(ChainruleError, ArithmeticError, ValueError):
    """A run whose loss became NaN or infinite. Also a ValueError, as in scikit-learn's MLPs."""


class ProcessError(ChainruleError, RuntimeError, SystemExit):
    """Processes of one fit that differ, or another one that failed.

    Also a SystemExit: what went wrong is written once, by the process that it concerns or by the
    first one. If nobody catches the error, the others end without a word, with exit status 2.
    """

    def __init__(self, where: str, expected: str = "", got: str = "", remedy: str = "") -> None:
        super().__init__(where, expected, got, remedy)
        self.code = 2


class FileError(ChainruleError, OSError):
    """A file that is missing, broken or of another format."""


class DependencyError(ChainruleError, ImportError):
    """An optional package that is not installed."""
