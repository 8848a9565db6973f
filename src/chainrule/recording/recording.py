"""A recorded run: every one of its steps can be visited again, bit for bit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from threading import RLock
from typing import Any, NoReturn
from weakref import ref

from ..errors import ParameterError, TrainingError
from ..settings import is_whole
from ..training.run_state import RunState
from .branch import branch
from .diagnose import Diagnosis, diagnose
from .estimated import as_trained
from .files.loading import load
from .files.saving import save
from .moment import Moment
from .overview import Overviewed, counted
from .recorded import Recorded
from .repeatable import has_functions
from .replay import Replay
from .snapshots import Recent
from .storage import Storage
from .tree import Tree, in_words
from .views.pictured import Pictured

RECENT = 64_000_000  # bytes of replayed states that are kept in memory


class Recording(Pictured, Overviewed):
    """A run of training that can be visited at every step.

    `net.record(...)`, `Record` among the callbacks and `Recording.load` make one. A step is the
    number of updates done, counted over all calls of `fit`, so a branch counts as its parent.

    Parameters
    ----------
    recorded : Recorded
        What is kept of it.
    parent : Recording, optional
        For a branch: the run that it begins in.

    Attributes
    ----------
    history : History
        What `fit` returns.
    first, last : int
        The steps at its beginning and its end.
    recorded, parent
        The parameters.
    """

    def __init__(self, recorded: Recorded, parent: Recording | None = None) -> None:
        if not isinstance(recorded, Recorded):
            raise ParameterError(
                "Recording",
                "what a recorder kept",
                type(recorded).__name__,
                "Write run = net.record(X, y), or Recording.load(path, X, y).",
            )
        self.recorded, self.parent = recorded, parent
        self.history = recorded.history
        self.first, self.last = recorded.origin.start.step, recorded.last
        self._replay: Replay | None = None
        self._busy = RLock()  # several threads may visit it
        self._recent = Recent(RECENT)
        self._branches: list[ref[Recording]] = []
        if parent is not None:
            if recorded.parent != parent.recorded.id:
                raise ParameterError(
                    "Recording.load(parent=...)",
                    f"the run {recorded.parent or 'of which this is no branch'}",
                    f"{parent.recorded.id}",
                    "Load the recording that it was branched from.",
                )
            parent._branches.append(ref(self))

    @classmethod
    def load(
        cls,
        path: Any,
        X: Any = None,
        y: Any = None,
        *,
        known: Any = (),
        estimator: Any = None,
        parent: Recording | None = None,
        **options: Any,
    ) -> Recording:
        """Read a recording from its file; no code of the file is run.

        A run that was killed is there up to its last snapshot.

        Parameters
        ----------
        path : str or path
            The file.
        X, y : arrays, or a source
            The data of the run, unless the file has them (`Record(path, keep_data=True)`).
        known : class or function, or a sequence of them
            Your own layers, losses, optimizers, schedules and metrics.
        estimator : estimator or Pipeline, optional
            For a run inside an estimator: then X and y are those of its own `fit`.
        parent : Recording, optional
            For a branch: the run that it begins in.
        **options
            Options of `fit` that a file cannot hold, such as order= and sample_weight=.

        Raises
        ------
        FileError
            A file that is missing, broken, hostile or no recording, or one that needs options
            which are not given.
        DataError
            Other data than those of the run.

        Examples
        --------
        >>> import chainrule as cr, tempfile
        >>> X, y = cr.datasets.xor()
        >>> net = cr.Network(cr.Dense(4), cr.Tanh(), cr.Dense(1), loss=cr.SigmoidCrossEntropy())
        >>> path = tempfile.mkdtemp() + "/run.safetensors"
        >>> run = net.record(X, y, epochs=20, path=path, verbose=0)
        >>> again = cr.Recording.load(path, X, y)
        >>> again.at(step=7).theta.tolist() == run.at(step=7).theta.tolist()
        True
        """
        if estimator is not None:
            X, y, found = as_trained(estimator, X, y)
            options = found | options
        return cls(load(path, X, y, known, options), parent)

    def save(self, path: Any, *, keep_data: bool = False) -> None:
        """Write the recording to a file.

        Parameters
        ----------
        path : str or path
            The file; an existing one is replaced in one step.
        keep_data : bool
            True: the file has the data, so that `load` needs none.

        Raises
        ------
        FileError
            The path cannot be written. The file that was there is unchanged.
        DataError
            The data have changed since.
        """
        self.replay.check_data()
        save(self.recorded, path, keep_data=keep_data)

    def __repr__(self) -> str:
        start = self.recorded.origin.start
        epochs = len(self.history) - (start.epoch - start.started)  # a branch has its parent's too
        steps = f"{counted(self.last - self.first, 'step')}, {counted(epochs, 'epoch')}"
        kept = counted(len(self.recorded.snapshots), "snapshot")
        changed = f"; {in_words(self)}" if self.recorded.parent else ""
        return f"<Recording: {steps}, {self.history.stopped}{changed}; {kept}>"

    def __reduce__(self) -> NoReturn:
        raise ParameterError(
            "pickle", "run.save(path) and Recording.load(path, X, y)", "a Recording", "Save it."
        )

    def storage(self) -> Storage:
        """Return how many snapshots and bytes it has, and how soon a step is there."""
        return Storage.of(self.recorded)

    def tree(self) -> Tree:
        """Return the run with its branches, and those of its parents; `print` shows it as a tree.

        Branches that nobody holds any more are not in it.
        """
        root = self
        while root.parent is not None:
            root = root.parent
        return Tree(root, self)

    @property
    def branches(self) -> list[Recording]:
        """The branches that begin in this run, as far as somebody holds them."""
        return [branch for made in self._branches if (branch := made()) is not None]

    @property
    def branched_at(self) -> int | None:
        """For a branch: the step at which it begins in its parent; else None."""
        return self.first if self.recorded.parent else None

    @property
    def error(self) -> TrainingError | None:
        """The error that ended the run, if one did."""
        return self.recorded.error

    @property
    def net(self) -> Any:
        """A copy of the network with the weights that it had when the run ended."""
        return self.at("end").net

    @property
    def replay(self) -> Replay:
        """What makes its steps again."""
        with self._busy:
            if self._replay is None:
                recorded = self.recorded
                run = recorded.origin.run
                # what a file could not hold may have changed the run
                unsure = has_functions(run) or "callbacks" in recorded.missing
                doubts: Any = "always" if unsure else "once" if recorded.loaded else ""
                columns = self.history.as_dict()
                self._replay = Replay(recorded.origin, columns, recorded.snapshots, doubts)
            return self._replay

    # ---- moments

    def at(
        self, where: int | str | None = None, *, step: int | None = None, epoch: int | None = None
    ) -> Moment:
        """Return the moment after this number of updates.

        Parameters
        ----------
        where : int, "start", "end" or "best", optional
            A step; "end": when `fit` returned, "best": at the end of the best epoch.
        step : int, optional
            The number of updates done; `run.first` is before the first one of this run.
        epoch : int, optional
            The number of epochs done.

        Raises
        ------
        ParameterError
            A step or an epoch that this run does not have.
        """
        if sum(given is not None for given in (where, step, epoch)) != 1:
            raise ParameterError(
                "at", "one of step=, epoch= and a word", "none or several", EXAMPLE
            )
        if isinstance(where, str):
            where, epoch = self._named(where)
        step = where if where is not None else step
        start = self.recorded.origin.start
        if self.parent is not None:  # the past of a branch is that of its parent
            if step is not None and is_whole(step) and step < self.first:
                return self.parent.at(step=step)
            if epoch is not None and is_whole(epoch) and epoch <= start.epoch and start.position:
                return self.parent.at(epoch=epoch)
        elif (
            self.recorded.parent and step is not None and is_whole(step) and 0 <= step < self.first
        ):
            raise ParameterError(
                f"at(step={step})",
                f"steps from {self.first} on, since this branch was loaded without its parent",
                f"{step}",
                "Give it: Recording.load(path, X, y, parent=run).",
            )
        if step is not None and step == self.recorded.end.step < self.first:
            return Moment(self, self.recorded.end)
        if step is not None:
            return Moment(self, self.state_at(self._checked("step", step, self.first, self.last)))
        epoch = self._checked("epoch", epoch, start.epoch, start.started + len(self.history))
        return Moment(self, self.state_at_epoch(epoch))

    def _named(self, where: str) -> tuple[int | None, int | None]:
        """Return the step or the epoch that a word means."""
        if where == "start":
            return self.first, None
        if where == "end":
            return self.recorded.end.step, None
        if where == "best" and self.history.best_epoch is not None:
            return None, self.recorded.origin.start.started + self.history.best_epoch + 1
        raise ParameterError("at", '"start", "end" or "best"', repr(where), EXAMPLE)

    def _checked(self, name: str, k: Any, low: int, high: int) -> int:
        if not is_whole(k) or not low <= k <= high:
            expected = f"{'an' if name == 'epoch' else 'a'} {name} from {low} to {high}"
            expected += "" if is_whole(k) else ", a whole number"
            raise ParameterError(f"at({name}={k!r})", expected, repr(k), EXAMPLE)
        return int(k)

    def state_at(self, step: int) -> RunState:
        """Return a snapshot of the state after this number of updates."""
        with self._busy:
            near = self.recorded.snapshots.before(step) or self.recorded.origin.start
            recent = self._recent.before(step)
            if recent is not None and recent.step > near.step:
                near = recent
            found = self.replay.to(near, lambda state: step - state.step, self._recent.add)
            for a in found.vectors().values():
                a.flags.writeable = False  # other moments are replayed from it
            self._recent.add(found)
            return found

    def state_at_epoch(self, epoch: int) -> RunState:
        """Return a snapshot of the state after this number of epochs."""
        with self._busy:
            near = self.recorded.snapshots.before_epoch(epoch)
            return self.replay.to(
                near, lambda state: -1 if state.epoch < epoch else 0, self._recent.add
            )

    def moments(self, every: int = 1) -> Iterator[Moment]:
        """Yield the moments of every so many steps, forwards, and the last one.

        Parameters
        ----------
        every : int
            Steps from one moment to the next, ≥ 1.
        """
        if not is_whole(every) or every < 1:
            raise ParameterError(
                "moments(every=...)", "a whole number ≥ 1", repr(every), "1 is every step."
            )
        for step in [*range(self.first, self.last, every), self.last]:
            yield self.at(step)

    def branch(self, at: Any = "start", **changes: Any) -> Recording:
        """Train on from a moment with other options: a second future from the same past.

        Parameters
        ----------
        at : int, str or Moment
            Where to begin, as for `at`.
        **changes
            Options of `fit` that differ, such as optimizer=Adam(0.1). epochs is the number of
            epochs from there on; without it the branch ends where the run was to end. Further X=
            and y= (other data), seed= (of order and dropout), edit={"W1": array},
            freeze=("dense1",) and thaw=. Without callbacks= those of the run that can end it take
            part; none of them writes files.

        Raises
        ------
        ParameterError, DataError
            A change that cannot be; then nothing is trained.

        Examples
        --------
        >>> import chainrule as cr
        >>> X, y = cr.datasets.xor()
        >>> net = cr.Network(cr.Dense(4), cr.Tanh(), cr.Dense(1), loss=cr.SigmoidCrossEntropy())
        >>> run = net.record(X, y, epochs=20, verbose=0)
        >>> other = run.branch(at=10, optimizer=cr.SGD(1.0))
        >>> other.parent is run, other.branched_at
        (True, 10)
        >>> print(run.tree())  # doctest: +ELLIPSIS
        run, 20 steps *...loss ...
        └── at 10: optimizer=SGD(lr=1.0)  loss ...
        """
        moment = at if isinstance(at, Moment) else self.at(at)
        home: Any = moment.recording  # of a branch, a moment before it belongs to its parent
        return Recording(branch(home, moment, changes), home)

    def diagnose(self, names: Iterable[str] = ()) -> Diagnosis:
        """Return what is wrong with the run: evidence, and advice that was tried.

        The run stays as it is. Each advice is tried on the same rows: the same steps again from
        the same start, with that one change. Without validation rows a fifth of the rows is held
        out. A run that failed can be diagnosed too. Ctrl-C gives what is known so far.

        Parameters
        ----------
        names : sequence of str
            The names of the columns of X, for what is printed; else columns are numbered from 0.

        Returns
        -------
        Diagnosis
            .findings, the most harmful one first; empty for a healthy run. Print it.

        Raises
        ------
        ParameterError
            A run that is not one of a network; another number of names than columns.

        Examples
        --------
        >>> import chainrule as cr
        >>> X, y = cr.datasets.moons(100)
        >>> net = cr.Network(cr.Dense(8), cr.Tanh(), cr.Dense(2), loss=cr.SoftmaxCrossEntropy())
        >>> run = net.record(X, y, optimizer=cr.Adam(1e-6), epochs=20, verbose=0)
        >>> run.diagnose()
        <Diagnosis: learning_rate_too_low>
        """
        return diagnose(self, Recording, tuple(names))


EXAMPLE = 'Write at(step=300), at(epoch=2), at("best") or at("end").'
