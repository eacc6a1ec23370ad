"""A consultant's week in one file, for sending: a tab a day, each with its map and list, without a request."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from scheduler.base.i18n import _, capitalized, day, weekday
from scheduler.model.geo import Background
from scheduler.model.project import Practice
from scheduler.model.roster import Roster, Round
from scheduler.outputs import days, itinerary, words
from scheduler.outputs.basemap import basemap
from scheduler.outputs.days import Day
from scheduler.outputs.itinerary import Rides
from scheduler.outputs.maps import note
from scheduler.outputs.scene import Scene, round_scene
from scheduler.outputs.streets import STREET_CLASSES
from scheduler.outputs.svgmap import svg
from scheduler.outputs.templates import asset, render, script_hash

#: How far around its view a map that stands still has background, as a share of the view.
_AROUND = 0.17
#: How many letters the maps of a week have at most; where they would have more, the small streets are left out.
_MAPS = 560_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A day of the week; `svg` is its map, if anything is ridden, and `open` whether it is seen at first."""

    day: Day
    weekday: str
    date: str
    svg: Markup | None
    open: bool


def week_file(
    roster: Roster,
    consultant_id: str,
    rides: Rides,
    background: Background,
    *,
    practices: Sequence[Practice] = (),
) -> str:
    """Return a consultant's week as one page. `roster` must be `privacy.public(...)`: the file is sent on.

    It works without a script, which only opens it at the day it is.
    """
    shown = days.of_week(roster, consultant_id, rides, practices)
    scenes = {
        each.date: _still(round_scene(roster, round_, rides, background), background)
        for each, round_ in shown
        if round_ and itinerary.rides_out(round_)
    }
    drawings = _drawn(shown, scenes)
    if sum(map(len, drawings.values())) > _MAPS:
        drawings = _drawn(shown, {date: _without_small_streets(scene) for date, scene in scenes.items()})
    first = next((i for i, (_day, round_) in enumerate(shown) if round_), 0)
    tabs = [
        Tab(
            day=each,
            weekday=capitalized(weekday(each.date.weekday(), "short")),
            date=day(each.date, "brief").replace(" ", "\N{NO-BREAK SPACE}"),
            svg=drawings.get(each.date),
            open=i == first,
        )
        for i, (each, _round) in enumerate(shown)
    ]
    credit = next((scene.basemap.credit for scene in scenes.values()), "")
    script = asset("round.js")
    return render(
        "weekfile.html",
        title=words.week_title(roster),
        who=roster.consultant_names[consultant_id],
        facts=(words.week_dates(roster),),
        edition=words.edition(roster),
        tabs=tabs,
        credit=credit,
        note=note(roster, background) if credit else "",
        script=script,
        script_hash=script_hash(script),
    )


def _drawn(
    shown: Sequence[tuple[Day, Round | None]], scenes: Mapping[dt.date, Scene]
) -> dict[dt.date, Markup]:
    """Draw the maps of the days that have one."""
    return {
        each.date: svg(
            scenes[each.date], _("Map of the round: {name}").format(name=f"{each.title} · {each.name}")
        )
        for each, _round in shown
        if each.date in scenes
    }


def _still(scene: Scene, background: Background) -> Scene:
    """Return a scene with no more background than a map shows that cannot be moved."""
    view = scene.view
    near = view.grown(_AROUND * max(view.width, view.height)).shaped(1.1, 1.1)
    return dataclasses.replace(scene, extent=near, basemap=basemap(background, scene.basemap.frame, near))


def _without_small_streets(scene: Scene) -> Scene:
    """Return a scene with the streets alone by which one finds one's way."""
    streets = {kind: lines for kind, lines in scene.basemap.streets.items() if kind in ("middle", "major")}
    names = tuple(
        name for name in scene.basemap.names if name.kind in streets or name.kind not in STREET_CLASSES
    )
    small = dict.fromkeys(STREET_CLASSES.keys() - streets.keys(), ())
    return dataclasses.replace(
        scene, basemap=dataclasses.replace(scene.basemap, streets={**streets, **small}, names=names)
    )
