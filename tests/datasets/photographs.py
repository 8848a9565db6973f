"""Synthetic photographs of handwritten digits: pens, papers, light, a tilted camera, and JPEG.

A photograph is drawn from an image of a digit: its strokes are thinned to a line and drawn again
with a pen, on paper, and the paper is photographed. Everything follows from one seed.
"""

from io import BytesIO

import numpy as np
from PIL import Image, ImageFilter

# dark pens on light papers, then light ones on dark
PENS = {
    "black": (25, 25, 30),
    "blue": (30, 50, 150),
    "red": (190, 35, 45),
    "green": (20, 110, 60),
    "pencil": (105, 105, 110),
}
PAPERS = {
    "white": (242, 242, 240),
    "cream": (240, 230, 205),
    "yellow": (245, 230, 140),
    "pink": (245, 205, 210),
    "blue": (190, 215, 240),
    "kraft": (195, 160, 115),
}
BOARDS = {"black": (35, 38, 40), "green": (35, 75, 60)}
CHALKS = {"white": (235, 235, 230), "yellow": (240, 225, 130)}
SIDE = 1000  # pixels of the paper, before the camera
TURNS = {1: 0, 3: 180, 6: 90, 8: 270}  # EXIF orientation: degrees that the stored pixels are turned


def photograph(digit, seed, *, width=None):
    """Return the bytes of a JPEG and what was drawn.

    Parameters
    ----------
    digit : array (H, W)
        Ink from 0 to 1.
    seed : int
        Everything else.
    width : int, optional
        The longer side in pixels; None: 1600 to 4000.
    """
    rng = np.random.default_rng(seed)
    about = {"board": rng.random() < 0.12}
    inks, papers = (CHALKS, BOARDS) if about["board"] else (PENS, PAPERS)
    about["pen"], about["paper"] = (str(rng.choice(list(c))) for c in (inks, papers))
    about["lines"] = "none" if about["board"] else str(rng.choice(["none", "ruled", "squared"]))
    about["height"], about["stroke"] = rng.uniform(0.25, 0.7), rng.uniform(0.03, 0.18)
    about["tilt"], about["dark"] = rng.uniform(-8, 8), rng.uniform(0.4, 0.95)
    about["noise"], about["blur"] = rng.uniform(1, 8), rng.uniform(0, 2.5)
    about["orientation"] = int(rng.choice(list(TURNS)))
    tall = rng.random() < 0.5
    page = np.ones((SIDE, SIDE * 3 // 4, 3)) if tall else np.ones((SIDE * 3 // 4, SIDE, 3))
    page *= papers[about["paper"]]
    _rule(page, about["lines"], rng)
    _draw(page, digit, np.array(inks[about["pen"]]), about, rng)
    page = _seen(page, about["tilt"], papers[about["paper"]], rng)
    page = page * _light(page.shape[:2], about["dark"], rng)[..., None]
    shot = Image.fromarray(np.clip(page, 0, 255).astype(np.uint8))
    shot = shot.filter(ImageFilter.GaussianBlur(about["blur"]))
    page = np.asarray(shot) + rng.normal(0, about["noise"], page.shape)
    shot = Image.fromarray(np.clip(page, 0, 255).astype(np.uint8))
    long = width or int(rng.integers(1600, 4000))
    shot = shot.resize([round(n * long / SIDE) for n in shot.size], Image.Resampling.BICUBIC)
    shot = shot.rotate(TURNS[about["orientation"]], expand=True)
    exif = Image.Exif()
    exif[0x0112] = about["orientation"]
    file = BytesIO()
    shot.save(file, "JPEG", quality=int(rng.integers(55, 95)), exif=exif)
    return file.getvalue(), about


def _rule(page, lines, rng):
    """Draw the lines of ruled or squared paper."""
    if lines == "none":
        return
    step, color = (
        int(rng.integers(45, 90)),
        np.array(rng.choice([[150, 185, 220], [185, 185, 185]])),
    )
    for start in range(int(rng.integers(step)), page.shape[0], step):
        page[start : start + 2] = page[start : start + 2] * 0.3 + 0.7 * color
    if lines == "squared":
        for start in range(int(rng.integers(step)), page.shape[1], step):
            page[:, start : start + 2] = page[:, start : start + 2] * 0.3 + 0.7 * color


def _draw(page, digit, color, about, rng):
    """Draw the digit with a pen: its strokes as lines of one width."""
    line = thin(enlarged(digit, 140) > 0.5)
    rows, columns = (np.flatnonzero(line.any(axis=axis)) for axis in (1, 0))
    line = line[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = about["height"] * min(page.shape[:2]) / max(line.shape)
    pen = about["stroke"] * about["height"] * min(page.shape[:2])
    margin = int(pen) + 4
    size = [round(n * scale) + 2 * margin for n in line.shape]
    canvas = np.zeros(size, np.uint8)
    at = np.argwhere(line) * scale + margin
    at = at + rng.normal(0, 0.3, at.shape)
    mask = _discs(canvas, at, pen / 2)
    top, left = (
        int(rng.integers(max(1, (n - k) // 4), max(2, (n - k) * 3 // 4)))
        for n, k in zip(page.shape[:2], size, strict=True)
    )
    ink = np.asarray(Image.fromarray(mask).filter(ImageFilter.GaussianBlur(1.2)), float) / 255
    ink *= rng.uniform(0.85, 1) - 0.15 * rng.random(ink.shape)  # ink is never even
    part = page[top : top + size[0], left : left + size[1]]
    part[...] = part * (1 - ink[..., None]) + color * ink[..., None]


def _discs(canvas, places, radius):
    """Return the canvas with a disc of this radius at every place."""
    from PIL import ImageDraw

    image = Image.fromarray(canvas)
    pen = ImageDraw.Draw(image)
    for y, x in places:
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(image)


def enlarged(digit, side):
    """Return the digit with smooth edges, `side` pixels high."""
    image = Image.fromarray((np.asarray(digit) * 255).astype(np.uint8))
    return np.asarray(image.resize((side, side), Image.Resampling.BICUBIC), float) / 255


def thin(mask):
    """Return the middle line of a mask, by Zhang and Suen's rules (1984)."""
    mask = np.pad(mask, 1).astype(np.int8)
    changed = True
    while changed:
        changed = False
        for first in (True, False):
            p = [
                np.roll(mask, (-dy, -dx), (0, 1))
                for dy, dx in (
                    *((-1, 0), (-1, 1), (0, 1), (1, 1)),
                    *((1, 0), (1, -1), (0, -1), (-1, -1)),
                )
            ]
            neighbors = sum(p)
            steps = sum((a == 0) & (b == 1) for a, b in zip(p, [*p[1:], p[0]], strict=True))
            a, b = (
                (p[0] * p[2] * p[4], p[2] * p[4] * p[6])
                if first
                else (p[0] * p[2] * p[6], p[0] * p[4] * p[6])
            )
            gone = (mask == 1) & (neighbors >= 2) & (neighbors <= 6) & (steps == 1)
            gone &= (a == 0) & (b == 0)
            mask[gone] = 0
            changed |= bool(gone.any())
    return mask[1:-1, 1:-1] == 1


def _seen(page, tilt, paper, rng):
    """Return the page as a tilted camera sees it."""
    height, width = page.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], float)
    moved = corners + rng.uniform(-0.06, 0.06, (4, 2)) * [width, height]
    turn = np.deg2rad(tilt)
    rotate = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    moved = (moved - [width / 2, height / 2]) @ rotate.T + [width / 2, height / 2]
    equations, values = [], []
    for (x, y), (u, v) in zip(corners, moved, strict=True):
        equations += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    image = Image.fromarray(page.astype(np.uint8))
    numbers = np.linalg.solve(np.array(equations), np.array(values))
    seen = image.transform(
        image.size,
        Image.Transform.PERSPECTIVE,
        tuple(numbers),
        Image.Resampling.BICUBIC,
        fillcolor=tuple(paper),
    )
    return np.asarray(seen, float)


def _light(size, dark, rng):
    """Return how much light each pixel has: a slope, and a soft shadow."""
    y, x = (np.linspace(-0.5, 0.5, n) for n in size)
    turn = rng.uniform(0, 2 * np.pi)
    slope = np.cos(turn) * x + np.sin(turn) * y[:, None]
    slope = (slope - slope.min()) / np.ptp(slope)
    across, down = rng.uniform(-0.5, 0.5, 2)
    shadow = np.exp(
        -((x - across) ** 2 + (y[:, None] - down) ** 2) / (2 * rng.uniform(0.2, 0.5) ** 2)
    )
    return (dark + (1 - dark) * slope) * (1 - rng.uniform(0, 0.35) * shadow)
