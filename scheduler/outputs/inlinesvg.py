"""A Matplotlib figure as part of a page: SVG in the page's own font and colours, also in the dark."""

import io
import re
import xml.etree.ElementTree as ET
from contextlib import ExitStack
from typing import TYPE_CHECKING

from markupsafe import Markup

from scheduler.outputs.plots.style import INK, LINE, MUTED, PAPER

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: What the page's style sheet calls the colours that differ in the dark.
_VARIABLES = {INK: "var(--ink)", MUTED: "var(--muted)", LINE: "var(--line)", PAPER: "var(--paper)"}
_REFERENCE = re.compile(r"#([^)]+)")


def inline_svg(figure: "Figure", width_in: float, prefix: str, title: str) -> Markup:
    """Return a figure as an ``<svg>`` element that stands in a page among others.

    Parameters
    ----------
    figure
        Is laid out anew for this width; its size is left as it was.
    width_in
        In inches.
    prefix
        Begins the ids in the SVG; unique in the page.
    title
        What a screen reader says of it.
    """
    root = ET.fromstring(_drawn(figure, width_in))  # noqa: S314  # written by Matplotlib a moment ago
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        for name in list(element.attrib):  # in HTML, elements and attributes are in no namespace
            element.set(name.rpartition("}")[2], element.attrib.pop(name))
    _without(root, "metadata")
    _without(root, "style")  # in a page it would hold for everything
    references = {
        element: name for element in root.iter() for name in ("href", "clip-path") if name in element.attrib
    }
    # What Matplotlib calls them differs from time to time; the order does not.
    used = dict.fromkeys(_target(element, name) for element, name in references.items())
    ids = {id_: f"{prefix}-{number}" for number, id_ in enumerate(used)}
    for element in root.iter():
        id_ = element.attrib.pop("id", "")
        if id_ in ids:
            element.set("id", ids[id_])
        if "style" in element.attrib:
            element.set("style", _restyled(element.attrib["style"]))
    for element, name in references.items():
        target = _target(element, name)
        element.set(name, element.attrib[name].replace(target, ids[target]))
    root.attrib = {
        "viewBox": root.attrib["viewBox"],
        "role": "img",
        "aria-label": title,
        "stroke-linejoin": "round",
    }
    return Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704  # ElementTree escapes all texts


def _drawn(figure: "Figure", width_in: float) -> bytes:
    """Return the figure as SVG, transparent and as wide as this.

    `Figure.savefig` would draw it twice, the first time to lay it out, which drawing does anyway.
    """
    from scheduler.outputs.svgtext import FigureCanvas

    content = io.BytesIO()
    with ExitStack() as before:
        before.callback(figure.set_canvas, figure.canvas)
        before.callback(figure.set_dpi, figure.get_dpi())
        before.callback(figure.set_size_inches, *figure.get_size_inches())
        for patch in (figure.patch, *(axes.patch for axes in figure.axes)):
            before.callback(patch.set_facecolor, patch.get_facecolor())
            patch.set_facecolor("none")
        canvas = FigureCanvas(figure)
        figure.set_size_inches(width_in, figure.get_size_inches()[1])
        canvas.print_svg(content, metadata={"Date": None})
    return content.getvalue()


def _without(parent: ET.Element, tag: str) -> None:
    for child in list(parent):
        if child.tag == tag:
            parent.remove(child)
        else:
            _without(child, tag)


def _target(element: ET.Element, name: str) -> str:
    found = _REFERENCE.search(element.attrib[name])
    assert found  # noqa: S101  # Matplotlib writes "#id" and "url(#id)"
    return found[1]


def _restyled(style: str) -> str:
    for colour, variable in _VARIABLES.items():
        style = style.replace(colour, variable)
    return style.strip()
