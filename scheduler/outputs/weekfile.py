"""A consultant's week in one file, for sending: a tab a day, each with its map and list, without a request."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from scheduler.base.i18n import _, capitalized, day, weekday
from scheduler.model.geo import Background
from scheduler.model.project import Practice
from scheduler.model.roster import Roster
from scheduler.outputs import days, itinerary, words
from scheduler.outputs.days import Day
from scheduler.outputs.itinerary import Rides
from scheduler.outputs.maps import note
from scheduler.outputs.scene import round_scene
from scheduler.outputs.svgmap import svg
from scheduler.outputs.templates import asset, render, script_hash


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
    credit, tabs = "", []
    first = next((i for i, (_day, round_) in enumerate(shown) if round_), 0)
    for i, (each, round_) in enumerate(shown):
        drawing = None
        if round_ and itinerary.rides_out(round_):
            scene = round_scene(roster, round_, rides, background)
            credit = scene.basemap.credit
            drawing = svg(scene, _("Map of the round: {name}").format(name=f"{each.title} · {each.name}"))
        tabs.append(
            Tab(
                day=each,
                weekday=capitalized(weekday(each.date.weekday(), "short")),
                date=day(each.date, "brief").replace(" ", "\N{NO-BREAK SPACE}"),
                svg=drawing,
                open=i == first,
            )
        )
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
