"""The colours of rounds as colour-blind eyes see them: the styles' own values, simulated."""

import math
import re
from itertools import combinations

import pytest

from scheduler.outputs.templates import asset

_RGB = tuple[float, ...]

# Machado, Oliveira and Fernandes (2009), complete deuteranopia and protanopia, for linear light.
_DEUTERANOPIA = (
    (0.367322, 0.860646, -0.227968),
    (0.280085, 0.672501, 0.047413),
    (-0.011820, 0.042940, 0.968881),
)
_PROTANOPIA = (
    (0.152286, 1.052583, -0.204868),
    (0.114503, 0.786281, 0.099216),
    (-0.003882, -0.048116, 1.051998),
)
_FULL = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
_TO_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
_WHITE = (0.95047, 1.0, 1.08883)


def _linear(colour: str) -> _RGB:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return tuple(v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)


def _times(matrix: tuple[tuple[float, ...], ...], rgb: _RGB) -> _RGB:
    return tuple(math.fsum(a * b for a, b in zip(row, rgb, strict=True)) for row in matrix)


def _lab(rgb: _RGB) -> tuple[float, float, float]:
    def root(t: float) -> float:
        return t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116

    x, y, z = (root(v / white) for v, white in zip(_times(_TO_XYZ, rgb), _WHITE, strict=True))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _themes() -> list[list[str]]:
    """The colours of Monday to Friday, light and dark."""
    lines = re.findall(r"--r0: .*", asset("map.css"))
    return [re.findall(r"#[0-9a-f]{6}", line)[:5] for line in lines]


@pytest.mark.parametrize("eyes", [_FULL, _DEUTERANOPIA, _PROTANOPIA])
def test_colour_blind_eyes_tell_weekdays_apart(eyes: tuple[tuple[float, ...], ...]) -> None:
    themes = _themes()
    assert [len(theme) for theme in themes] == [5, 5]
    for theme in themes:
        seen = [_lab(tuple(min(1.0, max(0.0, v)) for v in _times(eyes, _linear(colour)))) for colour in theme]
        # Two colours of a difference (CIE76) of 2.3 can just be told apart side by side; these are far from each other.
        assert min(math.dist(a, b) for a, b in combinations(seen, 2)) > 25
