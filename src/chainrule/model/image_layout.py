"""Images whose channels may come first are refused before they are learned the wrong way round."""

from __future__ import annotations

from typing import Any

from ..augmentation.base import Augmentation
from ..data.image_layout import is_turned, seems_channels_first
from ..errors import ParameterError, ShapeError
from ..graph.program import Program, Shape, shown
from ..ops.average_pool import average_pool
from ..ops.channels_last import channels_last
from ..ops.convolve import convolve, convolve_affine
from ..ops.max_pool import max_pool
from ..ops.pad import pad
from ..ops.reshape import reshape
from ..ops.transpose_convolve import transpose_convolve, transpose_convolve_affine
from ..ops.up_sample import up_sample

READ_IMAGES = (
    *(convolve, convolve_affine, transpose_convolve, transpose_convolve_affine),
    *(average_pool, max_pool, pad, up_sample),
)


def check_layout(program: Program, inputs: dict[str, Shape]) -> None:
    """Raise ShapeError if a layer reads an input as images (H, W, C) that may be (C, H, W).

    Parameters
    ----------
    program : Program
        The network for rows of these shapes.
    inputs : dict of tuples
        The shape of one row of each input.
    """
    for name in inputs:
        raw = {program.inputs[name]}  # the input, and what still has its shape
        for step in program.steps:
            if not raw & set(step.inputs):
                continue
            before, after = (program.values[i].shape for i in (step.inputs[0], step.output))
            if step.op in READ_IMAGES and seems_channels_first(before[1:]):
                layer = program.values[step.output].scope
                raise ShapeError(*_ambiguous("X" if name == "x" else name, before[1:], layer))
            # `Images` has settled the matter; a reshape of flat rows has not
            if (after[1:] == before[1:] and step.op is not reshape) or (
                step.op is reshape and len(before) == 2
            ):
                raw.add(step.output)


def _ambiguous(name: str, shape: Shape, layer: str) -> tuple[str, str, str, str]:
    channels, height, width = shape
    return (
        name,
        "images with their channels last, (N, H, W, C)",
        f"{shown((0, *shape))}, which looks like channels first",
        f'Put Images(channels="first") before {layer}. If these are images of {channels} x '
        f'{height} pixels with {width} channels, put Images(channels="last") there.',
    )


def check_turned(known: dict[str, Shape], shapes: dict[str, Shape]) -> None:
    """Raise ShapeError for images whose channels are not where those of the first rows were.

    Parameters
    ----------
    known, shapes : dict of tuples
        The shape of one row of each input: of the rows the network was built for, and of others.
    """
    for name, shape in shapes.items():
        if is_turned(shape, known[name]):
            raise ShapeError("X" if name == "x" else name, *turned(known[name], shape))


def turned(known: Shape, shape: Shape) -> tuple[str, str, str]:
    """Return what was expected, what came instead, and what to do about images that are turned.

    Parameters
    ----------
    known, shape : tuple of int
        The shape of one row that the network takes, and that of the images.
    """
    first = (*known[1:], known[0]) != shape
    words = ("first", "last") if first else ("last", "first")
    return (
        f'images {shown((0, *known))}, channels="{words[1]}"',
        f'{shown((0, *shape))}, channels="{words[0]}"',
        f"Give np.moveaxis(X, {'1, -1' if first else '-1, 1'}). (Images(channels=...) as the first "
        "layer says which a network takes.)",
    )


def check_augment(program: Program, augment: Any) -> None:
    """Raise ParameterError for changes of images (N, H, W, C) before they are turned.

    Parameters
    ----------
    program : Program
        The network.
    augment : function, or sequence of them
        What `fit` was given for a network that takes images (N, C, H, W).
    """
    if not any(step.op is channels_last for step in program.steps):
        return
    given = augment if isinstance(augment, (tuple, list)) else (augment,)
    for change in given:
        if isinstance(change, Augmentation):
            raise ParameterError(
                f"fit(augment={change!r})",
                'images (N, H, W, C), channels="last"',
                'a network that begins with Images(channels="first")',
                "Leave this layer out and give np.moveaxis(X, 1, -1).",
            )
