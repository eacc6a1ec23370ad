"""How places are marked on a map; marks that would cover each other are put into pills.

A pill says all their labels. The live map does the same in `assets/map.js` at every zoom; this is for drawings
that stand still.
"""

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass

from scheduler.base.i18n import _
from scheduler.outputs.geometry import XY

#: The sign of a base: a house, drawn in a square of 24 by 24.
HOUSE = "M12 3.2 2.6 11.4h2.8V21h5v-6.2h3.2V21h5v-9.6h2.8z"

#: In pixels: how high a sign is, how much higher each further row makes it, how wide a dot is.
SIGN_PX, ROW_PX, DOT_PX = 28.0, 18.0, 13.0
_HOUSE_PX, _LETTER_PX, BETWEEN_PX, _AROUND_PX = 20.0, 10.0, 8.0, 13.0
#: How far from each other pills are at least.
_APART_PX = 2.0
#: How many labels stand beside each other in a pill, and how many it has before it only counts them.
_PER_ROW, _MOST = 3, 6


@dataclass(frozen=True, slots=True)
class Sign:
    """How a place is marked: a label of a few letters, in a colour of `map.css`; a `minor` one is a dot.

    A `base` is a house, with its label if it has one.
    """

    label: str
    colour: int = 0
    base: bool = False
    minor: bool = False


BASE = Sign("", base=True)


@dataclass(frozen=True, slots=True)
class Part:
    """A word in a pill, in the colour of its sign, if it is that of one; a house where it is empty."""

    text: str
    colour: int | None = None

    @property
    def width(self) -> float:
        """How wide it is, in pixels."""
        return _LETTER_PX * len(self.text) if self.text else _HOUSE_PX


@dataclass(frozen=True, slots=True)
class Pill:
    """Signs drawn as one: where its middle is in pixels, and rows of parts; without any, it is a dot."""

    signs: tuple[Sign, ...]
    marks: tuple[int, ...]
    at: XY

    @property
    def is_base(self) -> bool:
        """Whether there are nothing but bases in it."""
        return all(sign.base for sign in self.signs)

    @property
    def rows(self) -> list[list[Part]]:
        """What it says: houses first, then the labels."""
        houses = [Part("", sign.colour) for sign in self.signs if sign.base]
        labels = [sign for sign in self.signs if sign.label]
        if len(labels) > _MOST:
            return [[*houses, Part(_("{n} stops").format(n=len(labels)))]]
        parts = [*houses, *_in_order(labels)]
        return [parts[i : i + _PER_ROW] for i in range(0, len(parts), _PER_ROW)]

    @property
    def size(self) -> XY:
        """How wide and high it is, in pixels."""
        rows = self.rows
        if not rows:
            return DOT_PX, DOT_PX
        wide = max(sum(part.width for part in row) + BETWEEN_PX * (len(row) - 1) for row in rows)
        return max(SIGN_PX, wide + _AROUND_PX), SIGN_PX + ROW_PX * (len(rows) - 1)


def _in_order(labels: Sequence[Sign]) -> list[Part]:
    """Return labels as parts; numbers of places that have several are taken apart: 1·3 and 2 are 1, 2, 3."""
    apart = [Part(text, sign.colour) for sign in labels for text in sign.label.split("·")]
    if all(part.text.isdecimal() for part in apart):
        return sorted(apart, key=lambda part: int(part.text))
    return [Part(sign.label, sign.colour) for sign in labels]


def pills(signs: Sequence[tuple[Sign, XY]], within: XY = (math.inf, math.inf)) -> list[Pill]:
    """Return signs, with where they are in pixels, as pills of which none touch, in the order of their first.

    They are drawn whole `within` a width and height, if these are given.
    """
    settled: list[tuple[Pill, XY]] = []
    waiting = [[i] for i in reversed(range(len(signs)))]
    while waiting:
        marks = waiting.pop()
        pill = _moved_in(_pill(signs, marks), within)
        size = pill.size
        touched = [other for other in settled if overlap(pill.at, size, other[0].at, other[1], _APART_PX)]
        if touched:
            nearest = min(touched, key=lambda other: math.dist(pill.at, other[0].at))
            settled.remove(nearest)
            waiting.append(sorted([*marks, *nearest[0].marks]))
        else:
            settled.append((pill, size))
    return sorted((pill for pill, _size in settled), key=lambda pill: pill.marks)


def _pill(signs: Sequence[tuple[Sign, XY]], marks: Sequence[int]) -> Pill:
    """Put signs into a pill in their middle; with a base among them, it stands where that is."""
    at = [i for i in marks if signs[i][0].base] or marks
    x, y = (math.fsum(signs[i][1][axis] for i in at) / len(at) for axis in (0, 1))
    return Pill(tuple(signs[i][0] for i in marks), tuple(marks), (x, y))


def _moved_in(pill: Pill, within: XY) -> Pill:
    """Return a pill moved so that nothing of it is cut off."""
    if math.inf in within:
        return pill
    x, y = (
        min(max(at, size / 2 + _APART_PX), most - size / 2 - _APART_PX)
        for at, size, most in zip(pill.at, pill.size, within, strict=True)
    )
    return dataclasses.replace(pill, at=(x, y))


def overlap(a: XY, a_size: XY, b: XY, b_size: XY, apart: float = 0.0) -> bool:
    """Tell whether two boxes, by their middles and sizes, are not so many pixels apart."""
    return all(abs(a[i] - b[i]) < (a_size[i] + b_size[i]) / 2 + apart for i in (0, 1))
