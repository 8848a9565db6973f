"""The page in a notebook: `cr.page.show(net)`. What happens in the page arrives in Python."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import DependencyError, ParameterError
from ..network import Network
from ..settings import is_whole
from . import single_file

ESM = Path(__file__).parent / "templates" / "widget.js"
LOWEST = 200  # pixels
TYPES: dict[str, np.dtype[Any]] = {"float32": np.dtype("<f4"), "float64": np.dtype("<f8")}


def show(model: Any = None, *, height: int = 720, language: str | None = None) -> Any:
    """Show the Lab in a notebook, with a model in it.

    Needs anywidget: ``pip install 'chainrule[notebook]'``.

    Parameters
    ----------
    model : Network, Recording, Hopfield, RBM or path, optional
        Anything that can be saved, or a saved file. It is handed over as it is now. Without it,
        the Lab opens as `chainrule lab` does.
    height : int
        The height of the page in pixels.
    language : {"en", "zh"}, optional
        English or Chinese; by default what the browser says.

    Returns
    -------
    widget
        Show it as the last line of a cell. `widget.value` is a dict of what was last typed, drawn
        or chosen, and what the network answered. `widget.theta` are the weights in the page, once
        they were changed there. `widget.network()` is the network with these weights.
        `widget.observe(f, "value")` calls `f` at each change.

    Raises
    ------
    DependencyError
        anywidget is not installed.
    ParameterError
        `model` cannot be saved.

    Examples
    --------
    >>> widget = cr.page.show(net)  # doctest: +SKIP
    >>> widget.value["output"]  # doctest: +SKIP
    [0.93, 0.07]
    >>> trained = widget.network()  # doctest: +SKIP
    """
    if not is_whole(height) or height < LOWEST:
        raise ParameterError(
            f"height: expected a whole number of at least {LOWEST}, got {height!r}."
        )
    if language not in (None, "en", "zh"):
        raise ParameterError(f'language: expected "en", "zh" or None, got {language!r}.')
    made = _widget_class()
    files = {} if model is None else {file_name(model): saved(model)}
    start = {"scene": "your_file" if files else None, "language": language, "bridge": True}
    start = {name: value for name, value in start.items() if value is not None}
    page = single_file.html(start=start, files=files)
    network = model.copy() if isinstance(model, Network) else None
    return made(page, network, int(height))


def file_name(model: Any) -> str:
    """Return the name under which the page shows a model.

    Examples
    --------
    >>> file_name("runs/first.safetensors")
    'first.safetensors'
    """
    path = isinstance(model, (str, Path))
    return Path(model).name if path else f"{type(model).__name__}.safetensors"


def saved(model: Any) -> bytes:
    """Return the bytes of a model's file.

    Parameters
    ----------
    model : object or path
        Something with a method `save`, or a file.

    Raises
    ------
    ParameterError
        It cannot be saved.
    """
    if isinstance(model, (str, Path)):
        from ..files.container import read

        read(model)  # a sentence if it is something else
        return Path(model).read_bytes()
    if isinstance(model, type) or not callable(getattr(model, "save", None)):
        raise ParameterError(
            f"model: expected a network, a recording, an energy model or the path of one, got "
            f"{type(model).__name__}."
        )
    with TemporaryDirectory() as folder:
        path = Path(folder, "model.safetensors")
        model.save(path)
        return path.read_bytes()


def from_json(value: Any) -> Any:
    """Return a value that the page told, with the numbers that JSON does not have.

    Examples
    --------
    >>> from_json({"output": [1, {"number": "-Infinity"}]})
    {'output': [1, -inf]}
    """
    if isinstance(value, list):
        return [from_json(one) for one in value]
    if not isinstance(value, dict):
        return value
    if list(value) == ["number"] and value["number"] in ("NaN", "Infinity", "-Infinity"):
        return {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}[value["number"]]
    return {name: from_json(one) for name, one in value.items()}


@cache
def _widget_class() -> type:
    """Return the class of the widget; it needs anywidget."""
    try:
        import anywidget
        import traitlets
    except ImportError as error:
        raise DependencyError(
            "cr.page.show needs anywidget. Install it: pip install 'chainrule[notebook]'"
        ) from error

    class LabWidget(anywidget.AnyWidget):
        """The Lab in a notebook.

        Attributes
        ----------
        value : dict
            What was last typed, drawn or chosen in the page, and what the network answered.
        theta : array or None
            The weights in the page, once they were changed there.
        """

        _esm = ESM.read_text(encoding="utf-8")
        _height = traitlets.Int(720).tag(sync=True)
        value = traitlets.Dict()
        theta = traitlets.Instance(np.ndarray, allow_none=True)

        def __init__(self, page: bytes, network: Network | None, height: int) -> None:
            super().__init__(_height=height)
            self._page = page
            self._network = network
            self.on_msg(self._told)

        def network(self) -> Network:
            """Return a copy of the network that is shown, with the weights of the page.

            Raises
            ------
            ParameterError
                No network is shown, or the weights are those of another one.
            """
            if self._network is None:
                raise ParameterError(
                    "network(): expected a widget that shows a network. Show it: cr.page.show(net)"
                )
            made = self._network.copy()
            if self.theta is not None:
                _set(made, self.theta)
            return made

        def _told(self, _: Any, content: Any, buffers: Any) -> None:
            """Take a message of the page's side."""
            if not isinstance(content, dict):
                return
            if content.get("kind") == "page?":
                self.send({"kind": "page"}, buffers=[self._page])
            elif content.get("kind") == "told":
                self._take(content, [bytes(one) for one in buffers or ()])

        def _take(self, content: dict[str, Any], buffers: list[bytes]) -> None:
            """Take values and weights; what the page does not send is left out."""
            dtype = TYPES.get(str(content.get("theta")))
            if dtype is not None and buffers and len(buffers[0]) % dtype.itemsize == 0:
                self.theta = np.frombuffer(buffers[0], dtype).astype(dtype.newbyteorder("="))
            told = from_json(content.get("value"))
            if isinstance(told, dict) and told:
                self.value = {**self.value, **told}

    return LabWidget


def _set(net: Network, theta: Array) -> None:
    """Put the weights of the page into a network."""
    if not net.is_built or theta.shape != net.theta.shape:
        expected = net.theta.size if net.is_built else "no"
        raise ParameterError(
            f"network(): expected {expected} weights from the page, got {theta.size}: those of "
            "another network. Show that one: save it in the page, and open it with Network.load."
        )
    net.theta[...] = theta
