"""The SVG backend: a text is written as it is, and stands where it was put, whatever font the page has."""

import io
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from matplotlib.figure import Figure

HOSTILE = "$x_1^2$ \\frac{1}{2} <b>&amp;\"' {{7*7}} 漢字 🚲"


def drawn(figure: Figure) -> bytes:
    stream = io.BytesIO()
    figure.savefig(
        stream, format="svg", backend="module://scheduler.outputs.svgtext", metadata={"Date": None}
    )
    return stream.getvalue()


def texts(figure: Figure) -> dict[str, dict[str, str]]:
    """Return the texts of a figure with their attributes, and the parts of their style among them."""
    found = {}
    for element in ET.fromstring(drawn(figure)).iter():  # noqa: S314  # written a moment ago
        if element.tag.endswith("}text"):
            style = dict(part.split(": ") for part in element.attrib.pop("style").split("; "))
            found[element.text or ""] = {**element.attrib, **style}
    return found


def with_text(text: str, **options: Any) -> Figure:
    figure = Figure(figsize=(4, 2), dpi=200)
    figure.text(0.25, 0.5, text, **{"color": "#0072b2", "size": 9, "parse_math": False, **options})
    return figure


@pytest.mark.parametrize("usetex", [False, True])
def test_a_text_is_written_as_it_is(*, usetex: bool) -> None:
    assert list(texts(with_text(HOSTILE, usetex=usetex))) == [HOSTILE]


@pytest.mark.parametrize(("ha", "anchor"), [("left", "start"), ("center", "middle"), ("right", "end")])
def test_a_text_is_anchored_where_it_was_put(ha: str, anchor: str) -> None:
    """At a quarter of 4 inches, in points; however wide it is in the page's font."""
    (found,) = texts(with_text("wide", ha=ha, va="baseline")).values()
    assert found == {
        "x": "72.00",
        "y": "72.00",
        "font-size": "9px",
        "fill": "#0072b2",
        "text-anchor": anchor,
    }


def test_a_turned_text_begins_where_it_is_drawn() -> None:
    (found,) = texts(with_text("turned", rotation=90, weight="bold", ha="left", va="bottom")).values()
    assert "text-anchor" not in found
    assert found["font-weight"] == "bold"
    assert found["transform"] == f"rotate(-90 {found['x']} {found['y']})"
    assert float(found["y"]) == pytest.approx(72, abs=1)


def test_lines_of_a_text_are_texts() -> None:
    found = texts(with_text("one\ntwo"))
    assert list(found) == ["one", "two"]
    assert {each["x"] for each in found.values()} == {"72.00"}
    assert float(found["one"]["y"]) + 9 < float(found["two"]["y"])


def test_what_the_font_has_not_is_as_wide_as_an_n() -> None:
    def width(text: str) -> float:
        """Tell where a text begins that is turned and hangs from a point: so far below that as it is wide."""
        turned = with_text(text, rotation=90, ha="left", va="top")
        return float(next(iter(texts(turned).values()))["y"])

    assert width("漢🚲字") == width("nnn") > width("n")


def test_the_page_chooses_the_font() -> None:
    assert not re.search(rb"font-family|@font-face|glyph", drawn(with_text(HOSTILE)))
