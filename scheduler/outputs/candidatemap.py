"""Practices that could join: where they are, and what each brings alone and with others."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from scheduler.base.i18n import _, capitalized, ngettext, number, signed
from scheduler.model.geo import Background
from scheduler.model.project import Place
from scheduler.outputs import judging
from scheduler.outputs.frames import records
from scheduler.outputs.judging import Judged, judge
from scheduler.outputs.mappage import MapPage, Row, Table
from scheduler.outputs.placesscene import (
    base_marker,
    known_places,
    place_marker,
    places_scene,
    practice_marker,
)
from scheduler.outputs.scene import Marker
from scheduler.outputs.signs import Sign
from scheduler.outputs.words import conversations, points_meaning, weeks_text

if TYPE_CHECKING:
    import pandas as pd

#: Colours of `map.css`: of those that joined, and of the others.
_JOINED, _OTHER = 1, 5


def candidate_map(
    alone: "pd.DataFrame",
    joined: "pd.DataFrame",
    *,
    places: Mapping[str, Place],
    bases: Sequence[Place],
    practices: Sequence[Place],
    background: Background,
    weeks: Sequence[str],
    total: "pd.DataFrame",
    by: str = "points",
    enough: bool = False,
    remarks: Sequence[str] = (),
) -> MapPage:
    """Return the ranking of candidates as a map with tables, in the language in force.

    Parameters
    ----------
    alone, joined
        A row a candidate, in the order of the ranking: alone, and one after the other. Columns:
        `candidate_id`, `base_id`, `value_points`, `due_weeks`, `asked_conversations`, `own_conversations`,
        `net_conversations`, `missed_visits_elsewhere`, `cycling_minutes`, `waiting_minutes`,
        `conversations_an_adviser_hour`, `cost_dkk`, `cost_a_conversation_dkk`, `proven`.
    places
        Where the candidates are, by id, with coordinates.
    bases, practices
        What is there already, with coordinates. Home visits are not to be among them.
    background
        The map behind it.
    weeks
        Over which the candidates were valued.
    total
        What the weeks come to today, with those that joined, and the difference: a row each, as `total_rows`
        takes them.
    by
        What they are ranked by: points, conversations, hours or kroner.
    enough
        Whether none of the others would bring anything more to those that joined.
    remarks
        Sentences that stand below the tables.
    """
    rows, steps = records(alone), records(joined)
    order = {row["candidate_id"]: place for place, row in enumerate(steps, start=1)}
    signs = {
        row["candidate_id"]: Sign(str(rank), _JOINED if row["candidate_id"] in order else _OTHER)
        for rank, row in enumerate(rows, start=1)
    }

    names = {base.place_id: base.name for base in bases}
    several = len({row["base_id"] for row in rows}) > 1

    def words(row: Mapping[str, Any]) -> list[str]:
        base = [_("from {base}").format(base=names[row["base_id"]])] if several else []
        return [*base, *gain_words(row)]

    def marker(row: Mapping[str, Any]) -> Marker:
        id_ = row["candidate_id"]
        lines = [_("{n} points").format(n=number(row["value_points"])), *words(row)]
        if id_ in order:
            lines.append(_("joins as number {n}").format(n=order[id_]))
        return place_marker(signs[id_], places[id_], *lines)

    def listed(row: Mapping[str, Any], *more: tuple[str, ...]) -> Row:
        id_ = row["candidate_id"]
        return Row(mark=signs[id_], name=places[id_].name, figures=(number(row["value_points"]),), more=more)

    (today, *_others) = records(total)
    held, cost_dkk = today["planned_conversations"], today["cost_dkk"]
    now = _each(held, cost_dkk)
    joining = []
    for row in steps:
        held += row["net_conversations"]
        cost_dkk = None if cost_dkk is None or row["cost_dkk"] is None else cost_dkk + row["cost_dkk"]
        then = _("then {conversations}").format(conversations=_each(held, cost_dkk))
        joining.append(listed(row, (*words(row), then)))
    joins = [(Sign("1", _JOINED), _("joins"))] if joining else []
    return MapPage(
        title=_("Practices that could join"),
        scene=places_scene(
            background,
            [
                *map(base_marker, bases),
                *map(marker, rows),
                *map(practice_marker, practices),
            ],
        ),
        facts=(
            ngettext("{n} candidate", "{n} candidates", len(rows)).format(n=number(len(rows))),
            weeks_text(weeks),
            ranked_by(by),
            _("today {conversations}").format(conversations=now),
        ),
        key=(*known_places(), *joins, (Sign("2", _OTHER), _("candidate"))),
        tables=(
            Table(
                title=_("One after the other"),
                heads=(_("Joins"), _("Points")),
                rows=tuple(joining),
                remark=_("None of the others would bring anything more.") if enough else "",
            ),
            *_together(total, shown=bool(steps)),
            Table(
                title=_("Each alone"),
                heads=(_("Candidate"), _("Points")),
                rows=tuple(
                    listed(row, (places[row["candidate_id"]].full_address,), tuple(words(row)))
                    for row in rows
                ),
                remark=points_meaning(),
            ),
        ),
        remarks=tuple(remarks),
    )


def ranked_by(by: str) -> str:
    """Say what candidates are ranked by."""
    return {
        "points": _("ranked by points"),
        "conversations": _("ranked by conversations"),
        "hours": _("ranked by conversations for each hour more"),
        "kroner": _("ranked by kroner for each conversation more"),
    }[by]


def total_rows(total: "pd.DataFrame") -> list[tuple[str, str, str, str]]:
    """Return in words what weeks come to today, with those that joined, and the difference: a row a measure.

    The difference has the mark of what is better or worse.

    `total` has a row for each of these three, with the columns planned_conversations, expected_held, cycling_km,
    adviser_hours, cost_dkk, cost_a_planned_conversation_dkk, cost_a_held_conversation_dkk, and maybe
    expected_by_end and goal_conversations. What is not known is left out.
    """
    rows = records(total)
    titles = {
        "planned_conversations": (_("conversations planned"), 0, 1),
        "expected_held": (_("conversations expected to be held"), 1, 1),
        "cycling_km": (_("cycling, km"), 1, -1),
        "adviser_hours": (_("hours for visits and the way to them"), 1, 0),
        "cost_dkk": (_("cost, kr."), 0, -1),
        "cost_a_planned_conversation_dkk": (_("cost a planned conversation, kr."), 0, -1),
        "cost_a_held_conversation_dkk": (_("cost a conversation expected to be held, kr."), 0, -1),
    }
    if goal := rows[0].get("goal_conversations"):
        title = _("expected of {goal} if all weeks of the period were like these (multiplied up, no chance)")
        titles["expected_by_end"] = (title.format(goal=number(goal)), 0, 1)
    return [
        (
            capitalized(title),
            number(today, decimals),
            number(together, decimals),
            str(Judged(signed(apart, decimals), judge(round(apart, decimals), good))),
        )
        for name, (title, decimals, good) in titles.items()
        for today, together, apart in [[row.get(name) for row in rows]]
        if not (today is None or together is None or apart is None)
    ]


def _together(total: "pd.DataFrame", *, shown: bool) -> Iterator[Table]:
    if shown:
        yield Table(
            title=_("All of them together"),
            heads=("", _("Today"), _("Together"), _("More")),
            rows=tuple(Row(name=title, figures=tuple(figures)) for title, *figures in total_rows(total)),
            remark=judging.key(),
        )


def _each(held: int, cost_dkk: float | None) -> str:
    """Count conversations, with what each costs: ``180 conversations at 3,120 kr. each``."""
    if cost_dkk is None or not held:
        return conversations(held)
    return _("{conversations} at {dkk} kr. each").format(
        conversations=conversations(held), dkk=number(cost_dkk / held)
    )


def gain_words(row: Mapping[str, Any]) -> list[str]:
    """Say what a candidate brings and costs, a phrase each."""
    if not row["due_weeks"]:
        return [_("due in none of these weeks")]
    phrases = [
        _("{planned} of {asked} conversations planned").format(
            planned=number(row["own_conversations"]), asked=number(row["asked_conversations"])
        ),
        _("net {n}").format(n=signed(row["net_conversations"])),
        _("cycling {n} min").format(n=signed(row["cycling_minutes"])),
        _("waiting {n} min").format(n=signed(row["waiting_minutes"])),
    ]
    if missed := row["missed_visits_elsewhere"]:
        phrases.append(
            ngettext("{n} visit more missed elsewhere", "{n} visits more missed elsewhere", missed).format(
                n=number(missed)
            )
        )
    if each := row["conversations_an_adviser_hour"]:
        phrases.append(_("{n} conversations an hour").format(n=number(each, 2)))
    if row["cost_dkk"]:
        phrases.append(_("costs {dkk} kr.").format(dkk=signed(row["cost_dkk"])))
    if row["cost_a_conversation_dkk"]:
        phrases.append(_("{dkk} kr. a conversation").format(dkk=number(row["cost_a_conversation_dkk"])))
    if not row["proven"]:
        phrases.append(_("not proven"))
    return phrases
