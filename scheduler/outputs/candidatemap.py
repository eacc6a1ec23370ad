"""The page about practices that could join: a map of them, and what each brings alone and with others."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from scheduler.base.i18n import _, ngettext, number
from scheduler.model.config import MapSettings
from scheduler.model.geo import Background
from scheduler.model.project import Place
from scheduler.outputs.basemap import basemap
from scheduler.outputs.geometry import Box, Frame
from scheduler.outputs.livemap import live_map
from scheduler.outputs.mappage import (
    base_marker,
    extent_of,
    frame_of,
    map_values,
    point_of,
    practice_marker,
    records,
    weeks_text,
)
from scheduler.outputs.scene import Marker, Scene
from scheduler.outputs.templates import render
from scheduler.outputs.words import conversations

if TYPE_CHECKING:
    import folium
    import pandas as pd

_MARGIN_M = 400.0
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
) -> "folium.Map":
    """Return the map of the candidates, for notebooks; parameters as for `candidate_page`."""
    return live_map(
        _scene(alone, joined, places=places, bases=bases, practices=practices, background=background),
        MapSettings(),
    )


def candidate_page(
    alone: "pd.DataFrame",
    joined: "pd.DataFrame",
    *,
    places: Mapping[str, Place],
    bases: Sequence[Place],
    practices: Sequence[Place],
    background: Background,
    weeks: Sequence[str],
    today_conversations: int,
    today_cost_dkk: float | None = None,
    enough: bool = False,
    remarks: Sequence[str] = (),
) -> str:
    """Return the ranking of candidates as an HTML page that asks nobody for anything, in the language in force.

    Parameters
    ----------
    alone, joined
        A row a candidate, in the order of the ranking: alone, and one after the other. Columns:
        `candidate_id`, `value_points`, `due_weeks`, `asked_conversations`, `own_conversations`,
        `net_conversations`, `missed_visits_elsewhere`, `cycling_minutes`, `waiting_minutes`,
        `cost_dkk`, `proven`.
    places
        Where the candidates are, by id, with coordinates.
    bases, practices
        What is there already, with coordinates. Home visits are not to be among them.
    background
        The map behind it.
    weeks
        Over which the candidates were valued.
    today_conversations, today_cost_dkk
        How many are held in these weeks without any of them, and what the weeks cost, if that is known.
    enough
        Whether none of the others would bring anything more to those that joined.
    remarks
        Sentences that stand below the tables.
    """
    rows, labels, order = records(alone), _labels(alone), _order(joined)
    held, cost_dkk = today_conversations, today_cost_dkk
    steps = []
    for row in records(joined):
        id_ = row["candidate_id"]
        held += row["net_conversations"]
        cost_dkk = None if cost_dkk is None else cost_dkk + row["cost_dkk"]
        words = [*gain_words(row), _("then {conversations}").format(conversations=_each(held, cost_dkk))]
        steps.append((labels[id_], places[id_], row, words))
    scene = _scene(alone, joined, places=places, bases=bases, practices=practices, background=background)
    return render(
        "candidates.html",
        **map_values(scene, _("Practices that could join")),
        weeks_text=weeks_text(weeks),
        today=_each(today_conversations, today_cost_dkk),
        steps=steps,
        rows=[
            (labels[row["candidate_id"]], places[row["candidate_id"]], row, gain_words(row)) for row in rows
        ],
        order=order,
        colours=(_JOINED, _OTHER),
        enough=enough,
        remarks=remarks,
    )


def _labels(alone: "pd.DataFrame") -> dict[str, str]:
    """Return a number for each candidate, in the order of what they bring alone."""
    return {row["candidate_id"]: str(rank) for rank, row in enumerate(records(alone), start=1)}


def _order(joined: "pd.DataFrame") -> dict[str, int]:
    return {row["candidate_id"]: number_ for number_, row in enumerate(records(joined), start=1)}


def _scene(
    alone: "pd.DataFrame",
    joined: "pd.DataFrame",
    *,
    places: Mapping[str, Place],
    bases: Sequence[Place],
    practices: Sequence[Place],
    background: Background,
) -> Scene:
    labels, order = _labels(alone), _order(joined)
    points = [point_of(place) for place in (*bases, *practices, *places.values())]
    frame = frame_of(background, points)
    view = Box.around([frame.metres(point) for point in points]).grown(_MARGIN_M)
    extent = extent_of(view)
    candidates = (
        _marker(row, places[row["candidate_id"]], frame, labels[row["candidate_id"]], order)
        for row in records(alone)
    )
    return Scene(
        basemap=basemap(background, frame, extent),
        view=view,
        extent=extent,
        routes=(),
        bases=(
            *(base_marker(base, frame) for base in bases),
            *candidates,
            *(practice_marker(place, frame) for place in practices),
        ),
        line_px=0.0,
        lane_px=0.0,
        arrow_px=0.0,
    )


def _each(held: int, cost_dkk: float | None) -> str:
    """Count conversations, with what each costs: ``180 conversations at 3,120 kr. each``."""
    if cost_dkk is None or not held:
        return conversations(held)
    return _("{conversations} at {dkk} kr. each").format(
        conversations=conversations(held), dkk=number(cost_dkk / held)
    )


def _marker(
    row: Mapping[str, Any], place: Place, frame: Frame, label: str, order: Mapping[str, int]
) -> Marker:
    joined = order.get(row["candidate_id"])
    return Marker(
        label=label,
        xy=frame.metres(point_of(place)),
        title=f"{label}: {place.name}",
        lines=(
            place.name,
            place.full_address,
            _("{n} points").format(n=number(row["value_points"])),
            *gain_words(row),
            *([_("joins as number {n}").format(n=joined)] if joined else []),
        ),
        colour=_JOINED if joined else _OTHER,
    )


def gain_words(row: Mapping[str, Any]) -> list[str]:
    """Say what a candidate brings and costs, a phrase each."""
    if not row["due_weeks"]:
        return [_("due in none of these weeks")]
    phrases = [
        _("{held} of {asked} conversations held").format(
            held=number(row["own_conversations"]), asked=number(row["asked_conversations"])
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
    if row["cost_dkk"]:
        phrases.append(_("costs {dkk} kr.").format(dkk=signed(row["cost_dkk"])))
    if not row["proven"]:
        phrases.append(_("not proven"))
    return phrases


def signed(count: float, decimals: int = 0) -> str:
    """Write a difference with its sign: ``+12``, ``−3``, ``0``."""
    text = number(abs(count), decimals)
    sign = "" if float(round(count, decimals)) == 0 else "+" if count > 0 else "−"
    return sign + text
