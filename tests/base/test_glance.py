"""Figures as text, rows as a table: what is shown of a result at a prompt and in a notebook."""

from scheduler.base import glance


def test_figures_stand_below_each_other() -> None:
    assert glance.text("Title", {"a": "1", "long": "22"}, "More:", []) == "Title\n=====\n   a: 1\nlong: 22"
    told = glance.text("T", {"a": "1"}, "More:", iter(["x", "y"]))
    assert told == "T\n=\na: 1\n\nMore:\n-----\nx\ny"


def test_a_table_holds_texts_alone() -> None:
    assert glance.table("c", ["h"], [["<b>"]], "More:", []) == (
        "<table><caption>c</caption><thead><tr><th>h</th></tr></thead>"
        "<tbody><tr><td>&lt;b&gt;</td></tr></tbody></table>"
    )
    assert glance.table("c", [], [], "A & B", iter(["\x1b[1m&"])).endswith(
        "<p>A &amp; B</p><ul><li> [1m&amp;</li></ul>"
    )


def test_nothing_orders_a_terminal() -> None:
    assert glance.text("\x1b[2J", {"a\r": "b\u202e"}, "", []) == " [2J\n====\na : b "
