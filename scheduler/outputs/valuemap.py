"""The next best place: what a practice would be worth at many points, as colours on a map."""

import math
from bisect import bisect
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Any

from scheduler.base.i18n import _, clock, ngettext, number, signed, weekday
from scheduler.model.geo import Background
from scheduler.model.project import Place
from scheduler.outputs.frames import records
from scheduler.outputs.geometry import Frame
from scheduler.outputs.mappage import MapPage, Row, Table
from scheduler.outputs.placesscene import (
    Value,
    base_marker,
    known_places,
    places_scene,
    practice_marker,
)
from scheduler.outputs.scene import LEVELS, Marker
from scheduler.outputs.signs import Sign
from scheduler.outputs.words import points_meaning, weeks_text

if TYPE_CHECKING:
    import pandas as pd

#: The best places that have a number on the map, how far apart they are at least, and their colour.
_BEST, _APART_M, _COLOUR = 10, 500.0, 4
#: A class of the scale is so many points wide, times a power of ten.
_STEPS = (1, 2, 2.5, 5, 10)
_Row = Mapping[str, Any]
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def value_map(
    values: "pd.DataFrame",
    *,
    bases: Sequence[Place],
    practices: Sequence[Place],
    background: Background,
    weeks: Sequence[str],
    conversations: int | None,
    hours_s: tuple[int, int],
    remarks: Sequence[str] = (),
) -> MapPage:
    """Return the worth of a practice at many points as a map with tables, in the language in force.

    Parameters
    ----------
    values
        A row a point, at least one, best first. Columns: `lat`, `lon`, `streets`, `points_a_week`,
        `conversations_a_week`, `cycling_minutes_a_week`, `best_weekday` (mon to sun) and a column
        ``points_mon`` and so on for every weekday tried; and maybe `citizens`, who would be nearer to it than to
        any practice.
    bases, practices
        What is there already, with coordinates. Home visits are not to be among them.
    background
        The map behind it.
    weeks
        In which the practice was tried.
    conversations, hours_s
        What the practice asks for every week, None where that is not the same everywhere, and its room hours in
        seconds after midnight.
    remarks
        Sentences that stand below the tables.
    """
    rows = records(values)
    best = [(Sign(str(n), _COLOUR), rows[place]) for n, place in best_places(rows)]
    edges, levels = _levels(rows)
    return MapPage(
        title=_("The next best place"),
        scene=places_scene(
            background,
            [
                *map(base_marker, bases),
                *(_marker(sign, row) for sign, row in best),
                *map(practice_marker, practices),
            ],
            values=[
                Value(_point(row), _shade(level, edges), _words(row))
                for row, level in zip(rows, levels, strict=True)
            ],
        ),
        facts=(
            *(
                []
                if conversations is None
                else [
                    ngettext("{n} conversation a week", "{n} conversations a week", conversations).format(
                        n=number(conversations)
                    )
                ]
            ),
            _("room {start}–{end}").format(start=clock(hours_s[0]), end=clock(hours_s[1])),
            ngettext("{n} place", "{n} places", len(rows)).format(n=number(len(rows))),
            weeks_text(weeks),
        ),
        key=(*known_places(), (Sign("1", _COLOUR), _("best places"))),
        tables=(
            _scale(rows),
            Table(
                title=_("The best places"),
                heads=(_("At"), _("Points a week")),
                rows=tuple(
                    Row(
                        mark=sign,
                        name=street_words(row),
                        figures=(number(row["points_a_week"]),),
                        more=(_words(row)[4:],),
                    )
                    for sign, row in best
                ),
                remark=passed_over(rows),
            ),
            Table(
                title=_("All places"),
                heads=(_("At"), _("Points a week"), _("Best on")),
                rows=tuple(
                    Row(name=street_words(row), figures=(number(row["points_a_week"]), weekday_name(row)))
                    for row in rows
                ),
                remark=points_meaning(),
                folded=True,
            ),
        ),
        remarks=tuple(remarks),
    )


def class_edges(values: Sequence[float]) -> list[float]:
    """Return the limits of at most six classes of equal width, in round numbers, that hold all values."""
    least, most = min(values), max(values)
    if least == most:
        return [least, least]
    power = 10.0 ** math.floor(math.log10((most - least) / LEVELS))
    for step in (factor * power for factor in _STEPS):
        first, last = math.floor(least / step), math.floor(most / step) + 1
        if last - first <= LEVELS:
            return [n * step for n in range(first, last + 1)]
    raise AssertionError("ten times the width that would just do is wide enough")


def _levels(rows: Sequence[_Row]) -> tuple[list[float], list[int]]:
    """Return the limits of the classes, and the class of every row; each holds its lower limit."""
    values = [row["points_a_week"] for row in rows]
    edges = class_edges(values)
    return edges, [max(0, min(bisect(edges, value), len(edges) - 1) - 1) for value in values]


def _shade(level: int, edges: Sequence[float]) -> int:
    """Return the colour of a class: few classes take colours from all of the scale."""
    classes = len(edges) - 1
    return round(level * (LEVELS - 1) / (classes - 1)) if classes > 1 else LEVELS // 2


def _scale(rows: Sequence[_Row]) -> Table:
    """Return the key to the colours, highest class first, with the means of the points in each."""
    edges, levels = _levels(rows)
    classes = []
    for level in reversed(range(len(edges) - 1)):
        within = [row for row, its in zip(rows, levels, strict=True) if its == level]
        if within:
            limits = dict.fromkeys(number(edge) for edge in edges[level : level + 2])
            classes.append(
                Row(
                    level=_shade(level, edges),
                    name="–".join(limits),
                    figures=(
                        number(fmean(row["conversations_a_week"] for row in within), 1),
                        signed(fmean(row["cycling_minutes_a_week"] for row in within)),
                    ),
                )
            )
    return Table(
        title=_("What a typical practice would be worth"),
        heads=(_("Points a week"), _("Conversations a week"), _("Cycling, min a week")),
        rows=tuple(classes),
        remark=_(
            "Each value is the mean over the weekdays and weeks tried, from weeks planned again with the "
            "practice in them. Values are exact at these places; between them the map shows the value of "
            "the nearest one."
        ),
    )


def best_places(rows: Sequence[_Row]) -> list[tuple[int, int]]:
    """Return the numbers of the best places, of those near to each other only the best, and their rows."""
    frame = Frame(*_point(rows[0]))
    spots = [frame.metres(_point(row)) for row in rows]
    chosen: list[int] = []
    for place, spot in enumerate(spots):
        if len(chosen) < _BEST and all(math.dist(spot, spots[other]) >= _APART_M for other in chosen):
            chosen.append(place)
    return list(enumerate(chosen, start=1))


def passed_over(rows: Sequence[_Row]) -> str:
    """Say which places are not among the best of `best_places`, though they are worth more than the last of them."""
    listed = [row for _rank, row in best_places(rows)]
    count = max(listed) + 1 - len(listed)
    apart = _("At least {n} m apart; of places nearer to each other the best stands for all.").format(
        n=number(_APART_M)
    )
    if not count:
        return apart
    skipped = ngettext(
        "So {n} place is left out that is worth more than the last one here.",
        "So {n} places are left out that are worth more than the last one here.",
        count,
    ).format(n=number(count))
    return f"{apart} {skipped}"


def _point(row: _Row) -> tuple[float, float]:
    return row["lat"], row["lon"]


def street_words(row: _Row) -> str:
    """Name the streets at a point, or else the nearest one that has a name."""
    if row["streets"]:
        return str(row["streets"])
    return _("near {street}").format(street=row["near"]) if row.get("near") else _("a path without a name")


def weekday_name(row: _Row) -> str:
    """Name the weekday that suits best, and what the practice would be worth then."""
    day = row["best_weekday"]
    return _("{weekday}: {n}").format(weekday=weekday(_WEEKDAYS.index(day)), n=number(row[f"points_{day}"]))


def _words(row: _Row) -> tuple[str, ...]:
    return (
        street_words(row),
        _("{n} points a week").format(n=number(row["points_a_week"])),
        _("{n} conversations a week").format(n=signed(row["conversations_a_week"], 1)),
        _("cycling {n} min a week").format(n=signed(row["cycling_minutes_a_week"])),
        *(_("nearest to {n} citizens").format(n=number(n)) for n in [row.get("citizens")] if n is not None),
        _("best on {weekday}").format(weekday=weekday_name(row)),
    )


def _marker(sign: Sign, row: _Row) -> Marker:
    words = _words(row)
    return Marker(sign, _point(row), f"{sign.label}: {words[0]}, {words[1]}", words)
