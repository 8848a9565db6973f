"""Every message has one form:  where: expected rule, got value. What to do.

ChainruleError
├── ShapeError        ValueError       arrays that do not fit together
├── ParameterError    ValueError       a setting that no layer, loss or optimiser can have
├── DataError         ValueError       rows that cannot be trained on
├── EquationError     ValueError       a docstring that is not an equation about its own op
├── NotBuiltError     RuntimeError     a question that needs shapes, asked before they are known
├── EngineError       RuntimeError     a Program that an engine cannot run
├── OutOfMemoryError  MemoryError      a step that needs more memory than there is
├── TrainingError     ArithmeticError  a run that became NaN or infinite; a ValueError as well
├── FileError         OSError          a file that is missing, broken or not ours
└── DependencyError   ImportError      an optional package that is not installed
"""


class ChainruleError(Exception):
    """The root of the tree.

    Parameters
    ----------
    where : str
        The whole message; or, with the other three, the place where the rule holds.
    expected, got, remedy : str
        The rule, what came instead, and what to do, in words of the user.

    Examples
    --------
    >>> str(ShapeError("dense1, Dense(10)", "input of shape (N, D)", "(N, 28, 28)", "Put Flatten() before it."))
    'dense1, Dense(10): expected input of shape (N, D), got (N, 28, 28). Put Flatten() before it.'
    """

    def __init__(self, where: str, expected: str = "", got: str = "", remedy: str = "") -> None:
        super().__init__(
            f"{where}: expected {expected}, got {got}. {remedy}".rstrip() if expected else where
        )


class ShapeError(ChainruleError, ValueError):
    """Arrays that do not fit together."""


class ParameterError(ChainruleError, ValueError):
    """A setting that no layer, loss or optimiser can have."""


class DataError(ChainruleError, ValueError):
    """Rows that cannot be trained on."""


class EquationError(ChainruleError, ValueError):
    """A docstring that is not an equation about its own op."""


class NotBuiltError(ChainruleError, RuntimeError):
    """A question that needs shapes, asked before they are known."""


class EngineError(ChainruleError, RuntimeError):
    """A Program that an engine cannot run."""


class OutOfMemoryError(ChainruleError, MemoryError):
    """A step that needs more memory than there is."""


class TrainingError(ChainruleError, ArithmeticError, ValueError):
    """A run that became NaN or infinite; a ValueError as well, as scikit-learn's MLPs say it."""


class FileError(ChainruleError, OSError):
    """A file that is missing, broken or not ours."""


class DependencyError(ChainruleError, ImportError):
    """An optional package that is not installed."""
