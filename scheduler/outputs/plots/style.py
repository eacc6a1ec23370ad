"""What all plots share: size, colours, numbers as people here write them, and where words stand.

Colours are those of Okabe and Ito (Color Universal Design, 2008), which colour-blind eyes tell apart;
each also has a marker or a dash pattern of its own. The title says what was found, the last line where
the figures are from.
"""

import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING, Any

from scheduler.base import i18n
from scheduler.base.i18n import language, using

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter

INK, MUTED, LINE, PAPER = "#1c2024", "#565e66", "#d4d8da", "#ffffff"
#: Today, or what other things are compared with.
GREY = "#87919a"
BLUE, ORANGE, GREEN, PINK, SKY, AMBER = "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#b8860b"
_COLOURS = (BLUE, ORANGE, GREEN, PINK, AMBER, SKY)
_MARKERS = ("o", "s", "^", "D", "v", "P")
_DASHES: tuple[Any, ...] = (
    "-",
    (0, (5, 1.5)),
    (0, (1.5, 1.2)),
    (0, (6, 1.5, 1.5, 1.5)),
    (0, (9, 2)),
    (0, (3, 3)),
)
_DPI = 110
#: Of letters, in points. The smallest are to be 12 pixels high on a phone; see `NARROW_IN`.
_SIZE, _TITLE_SIZE, SMALL = 10.0, 12.0, 9.0
#: The widths in inches at which plots are laid out for pages: for a desk and paper, and for a phone.
WIDE_IN, NARROW_IN = 7.0, 3.7
_NBSP = "\N{NO-BREAK SPACE}"
#: So many letters fit beside each other on a phone.
_LETTERS = 42
#: The same of a title, of which plots are high enough for so many lines; what a further one takes, in inches.
_TITLE_LETTERS, _TITLE_LINES, _TITLE_LINE_IN = 31, 3, 0.2
#: So many letters of a name are shown in a title.
_NAME_LETTERS = 120
#: Half the width of an interval that holds a normal variable in 95 % of cases, in standard errors.
Z95 = 1.96

#: How a line is drawn that shows figures.
THICK: dict[str, Any] = {"linewidth": 2.0, "solid_capstyle": "round"}
#: How words are written that stand among the figures: a dollar sign in a name is a dollar sign.
WORDS: dict[str, Any] = {"color": INK, "size": _SIZE, "parse_math": False}


def axes_for(ax: "Axes | None", height_in: float) -> "Axes":
    """Return axes to draw on: `ax`, as they are, or those of a new figure."""
    from matplotlib.figure import Figure

    if ax is not None:
        return ax
    ax = Figure(figsize=(WIDE_IN, height_in), dpi=_DPI, layout="constrained").add_subplot()
    ax.set_axisbelow(True)
    ax.grid(visible=True, color=LINE, linewidth=0.7)
    ax.tick_params(which="both", colors=MUTED, labelsize=_SIZE)
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_edgecolor(MUTED)
    for axis in (ax.xaxis, ax.yaxis):
        axis.label.set(color=MUTED, size=_SIZE)
    return ax


def legend(ax: "Axes", *, above: bool = False, **options: Any) -> None:
    """Say what colours and marks mean, `above` the axes or on them."""
    if above:
        options = {"loc": "lower left", "bbox_to_anchor": (0, 1), "borderaxespad": 0, **options}
    for text in ax.legend(frameon=False, labelcolor=INK, fontsize=_SIZE, **options).get_texts():
        text.set_parse_math(False)


def finish(ax: "Axes", title: str, source: str) -> "Figure":
    """Put the finding above and the source below; return the figure.

    On axes that share a figure with others, both belong to the axes, not to the figure.
    """
    figure: Figure = ax.get_figure(root=True)  # type: ignore[assignment]  # there is one
    # To Matplotlib two dollar signs are mathematics while it wraps a text, whatever it was told. Only as
    # escaped ones in what may hold mathematics they are none.
    title, source = (clean(text).replace("$", r"\$") for text in (title, source))
    told: dict[str, Any] = {"wrap": True, "parse_math": True, "usetex": False}
    for label in (ax.xaxis.label, ax.yaxis.label):
        label.set_parse_math(False)
    if len(figure.axes) > 1 or figure.get_layout_engine() is None:
        ax.set_title(title, loc="left", color=INK, size=_TITLE_SIZE, **told)
        return figure
    figure.set_figheight(figure.get_figheight() + _TITLE_LINE_IN * _lines_more(title))
    figure.suptitle(title, x=0.01, ha="left", size=_TITLE_SIZE, weight="bold", color=INK, **told)
    figure.supxlabel(source, x=0.01, ha="left", size=SMALL, color=MUTED, **told)
    return figure


def _lines_more(title: str) -> int:
    """Return how many lines a title has on a phone beyond those that there is room for."""
    return max(0, len(textwrap.wrap(title, _TITLE_LETTERS)) - _TITLE_LINES)


def short(name: str) -> str:
    """Return a name as it stands in a title, cut where it is far too long for one."""
    return name if len(name) <= _NAME_LETTERS else name[: _NAME_LETTERS - 1] + "…"


def clean(text: str) -> str:
    """Return a text on one line, without characters that cannot be printed."""
    text = re.sub(r"[ \t\r\n\f\v]+", " ", text).strip()
    return "".join(char for char in text if char.isprintable() or char == _NBSP)


def numbers(
    decimals: int = 0, unit: str = "", scale: float = 1.0, *, signed: bool = False
) -> "FuncFormatter":
    """Return a formatter of an axis in the language in force now; differences are `signed`.

    A tick that lies between two numbers with so many decimals is written with more.
    """
    from matplotlib.ticker import FuncFormatter

    def words(value: float) -> str:
        value = round(value * scale, 6)
        enough = next((n for n in range(decimals, 4) if round(value, n) == value), 4)
        return written(value, enough, unit, signed=signed)

    return FuncFormatter(spoken(words))


def spoken(words: Callable[[float], str]) -> Callable[[float, int | None], str]:
    """Return a function for `FuncFormatter` that speaks the language in force now, whenever it is called."""
    now = language()

    def speak(value: float, _position: int | None = None) -> str:
        with using(now):
            return words(value)

    return speak


def written(value: float, decimals: int = 0, unit: str = "", *, signed: bool = False) -> str:
    """Write a number: ``1.234``, ``+12 %``, ``−0,5``."""
    text = i18n.signed(value, decimals)
    text = text if signed else text.removeprefix("+")
    return f"{text}{_NBSP}{unit}" if unit else text


def percent(chance: float, error: float = 0.0) -> str:
    """Write a chance or share in percent, with its error, as everywhere else, on one line."""
    return i18n.percent(chance, error).replace(" ", _NBSP)


def looks(count: int) -> list[dict[str, Any]]:
    """Return a colour, a marker and a dash pattern for each of several series."""
    rounds = zip(cycle(_COLOURS), cycle(_MARKERS), cycle(_DASHES), strict=False)
    return [
        {**THICK, "color": colour, "marker": marker, "linestyle": dash}
        for _n, (colour, marker, dash) in zip(range(count), rounds, strict=False)
    ]


#: How high the bar of a row is, where the next row is 1 further.
BAR = 0.26


@dataclass(frozen=True, slots=True)
class Rows:
    """A y axis that is a list, the first on top: over each row stands its label, at its end a short note.

    So a name may be as long as the plot is wide, on a phone too. Bars are drawn at the
    `middles`, as high as `BAR`.
    """

    labels: Sequence[str]
    notes: Sequence[str]

    @property
    def middles(self) -> list[float]:
        """Where in y the middle of each row's bar belongs."""
        return [row + 0.13 for row in range(len(self.labels))]

    @property
    def height_in(self) -> float:
        """How high the list should be, in inches."""
        return len(self.labels) * (0.58 if any("\n" in text for text in self._wrapped()) else 0.45)

    def axes_for(self, ax: "Axes | None", around_in: float) -> "Axes":
        """Return axes with this list, `ax` or new ones, with so many inches for title, legend and numbers."""
        axes = axes_for(ax, around_in + self.height_in)
        self.draw(axes)
        return axes

    def draw(self, ax: "Axes") -> None:
        """Make the y axis of `ax` this list."""
        from matplotlib.ticker import MaxNLocator

        ax.set_ylim(len(self.labels) - 0.45, -0.75)
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
        ax.grid(axis="y", visible=False)
        ax.xaxis.set_major_locator(MaxNLocator(5))
        above: dict[str, Any] = {
            **WORDS,
            "transform": ax.get_yaxis_transform(),
            "va": "bottom",
            "linespacing": 1.0,
            "bbox": {"facecolor": PAPER, "edgecolor": "none", "pad": 1},
        }
        for row, (text, note) in enumerate(zip(self._wrapped(), self.notes, strict=True)):
            ax.text(0, row - 0.1, text, ha="left", **above)
            ax.text(1, row - 0.1, clean(note), ha="right", **{**above, "color": MUTED})

    def _wrapped(self) -> list[str]:
        """Return the labels on one line or two, cut where they are still too long, beside the notes."""
        letters = max(_LETTERS - max(map(len, self.notes), default=0), _LETTERS // 2)
        return [
            "\n".join(textwrap.wrap(clean(text), letters, max_lines=2, placeholder="…"))
            for text in self.labels
        ]
