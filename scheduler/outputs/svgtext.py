"""A backend of Matplotlib that writes SVG in which text is text, in whatever font the page has.

Matplotlib's own does so too, but only as a setting of the whole process.
"""

import codecs
import math
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.colors import to_hex
from matplotlib.font_manager import findfont, get_font

if TYPE_CHECKING:
    from typing import BinaryIO

    from matplotlib.backend_bases import GraphicsContextBase
    from matplotlib.font_manager import FontProperties
    from matplotlib.text import Text

_POINTS = 72
_ANCHORS = {"left": "start", "center": "middle", "right": "end"}


class _Renderer(RendererSVG):
    def draw_text(  # noqa: PLR0917 - Matplotlib's signature
        self,
        gc: "GraphicsContextBase",
        x: float,
        y: float,
        s: str,
        prop: "FontProperties",
        angle: float,
        ismath: bool | str = False,  # noqa: ARG002, FBT001, FBT002 - no plot has mathematics
        mtext: "Text | None" = None,
    ) -> None:
        """Write a line of text, anchored where its alignment says, since fonts differ in their widths."""
        style = {"font-size": f"{prop.get_size_in_points():.6g}px", "fill": to_hex(gc.get_rgb())}
        if prop.get_weight() != "normal":
            style["font-weight"] = str(prop.get_weight())
        if mtext and (not angle or mtext.get_rotation_mode() == "anchor"):
            x, y = self._anchored(mtext, x, y, angle)
            style["text-anchor"] = _ANCHORS[mtext.get_horizontalalignment()]
        place = {"x": f"{x:.2f}", "y": f"{y:.2f}"}
        if angle:
            place["transform"] = f"rotate({-angle:.6g} {place['x']} {place['y']})"
        css = "; ".join(f"{name}: {value}" for name, value in style.items())
        self.writer.element("text", s, attrib={**place, "style": css})

    draw_tex = draw_text  # where somebody has set that all texts are TeX, names would be programs

    def _anchored(self, text: "Text", x: float, y: float, angle: float) -> tuple[float, float]:
        """Return the place of a text's anchor on the line that begins at `x`, `y` and rises by an angle."""
        anchor_x, anchor_up = text.get_transform().transform(text.get_unitless_position())
        across, down = math.cos(math.radians(angle)), -math.sin(math.radians(angle))
        along = (anchor_x - x) * across + (self.height - anchor_up - y) * down
        return x + along * across, y + along * down

    def get_text_width_height_descent(
        self,
        s: str,
        prop: "FontProperties",
        ismath: bool | str,  # noqa: ARG002, FBT001 - as above
    ) -> tuple[float, float, float]:
        """Measure a text in Matplotlib's font; what that has not is as wide as an n, and no matter for a warning."""
        known = _letters(findfont(prop))
        measured = "".join(letter if ord(letter) in known else "n" for letter in s)
        size: tuple[float, float, float]
        size = super().get_text_width_height_descent(measured, prop, ismath=False)  # type: ignore[no-untyped-call]  # it has no types
        return size


@lru_cache(maxsize=8)
def _letters(font_file: str) -> frozenset[int]:
    return frozenset(get_font(font_file).get_charmap())


class FigureCanvas(FigureCanvasSVG):
    """What Matplotlib asks for when a figure is saved with this backend."""

    def print_svg(
        self, filename: "BinaryIO", *, metadata: Mapping[str, Any] | None = None, **_others: object
    ) -> None:
        """Write the figure to a stream, laid out in points."""
        figure = self.figure
        figure.dpi = _POINTS
        width, height = figure.get_size_inches() * _POINTS
        stream = codecs.getwriter("utf-8")(filename)
        renderer: Any = _Renderer(width, height, stream, metadata=metadata)  # type: ignore[no-untyped-call]  # as its base
        figure.draw(renderer)
        renderer.finalize()
