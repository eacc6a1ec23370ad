"""Pages that can be sent on: a week under chance, and the road to the goal."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scheduler.base.i18n import _, day, ngettext, number, percent
from scheduler.model.config import SimulationSettings
from scheduler.outputs import plots, words
from scheduler.outputs.mappage import MapPage
from scheduler.outputs.privacy import public
from scheduler.outputs.report import Section, report
from scheduler.outputs.scene import week_scene
from scheduler.outputs.words import weeks_text
from scheduler.scenario.chance.calm import Calm
from scheduler.scenario.chance.robustness import Robustness
from scheduler.scenario.goals.road import Capacity
from scheduler.scenario.telling import (
    calm_table,
    frontier_bases_table,
    frontier_table,
    frontier_text,
    goal_answer,
    needs_table,
    road_table,
    sensitivity_table,
    sensitivity_text,
    unproven,
)
from scheduler.services.planner import Prepared, rides

if TYPE_CHECKING:
    import pandas as pd


def week_report(calm: Calm, prepared: Prepared) -> str:
    """Return what chance makes of a week's roster as an HTML page, in the language in force.

    Where there are rosters with slack, the price of calm is told, too.
    """
    found = calm.slacks[0].robustness
    source = _("Roster of {week} planned by hjul, carried out {n} times").format(
        week=calm.week, n=number(found.draws)
    )
    scene = week_scene(
        public(found.roster), rides(found.roster, prepared.travel), prepared.network.background()
    )
    page = MapPage(title=words.week_title(found.roster), scene=scene)
    return report(
        _("How well week {number} of {year} keeps its times").format(
            number=calm.week.number, year=calm.week.year
        ),
        _("Which times are kept, and which conversations are held, when not everything goes as planned?"),
        [words.sentence(found.roster), *_chances(prepared.project.config.simulation)],
        [
            Section(
                _("Conversations held and lost"),
                table=_fates(found),
                figure=plots.conversations_held(found.distribution(), source=source),
            ),
            Section(
                _("Stop by stop"),
                _("Days on which the consultant is ill are set aside here."),
                figure=plots.stop_punctuality(found.stops(), source=source),
            ),
            *_price(calm, source),
            Section(_("All rounds of the week"), html=page.alone()),
        ],
        notes=unproven(calm),
    )


def _fates(found: Robustness) -> "pd.DataFrame":
    import pandas as pd

    summary = found.summary()
    fates = {
        _("planned"): number(summary.planned_conversations),
        _("expected to be held"): number(summary.expected_held, 2),
        _("lost because the citizen does not come"): number(summary.lost_to_no_show, 2),
        _("lost to illness"): number(summary.lost_to_illness, 2),
        _("lost to delay"): number(summary.lost_to_delay, 2),
    }
    return pd.DataFrame(fates.items(), columns=["", _("Conversations")])


def _price(calm: Calm, source: str) -> Iterator[Section]:
    if len(calm.slacks) > 1:
        table = calm.table()
        yield Section(
            _("The price of calm: time to spare on every ride"),
            _(
                "The week planned with so many minutes more for every ride, and carried out under the same chance."
            ),
            table=calm_table(table),
            figure=plots.price_of_calm(table, source=source),
        )


def capacity_report(found: Capacity, needs: "pd.DataFrame", chance: float) -> str:
    """Return the road to the goal and what it takes as an HTML page, in the language in force.

    Parameters
    ----------
    found
        What the weeks of the period come to.
    needs
        What `what_it_takes` says of it for this `chance`.
    """
    weeks = weeks_text([str(week) for week in found.weeks])
    source = _("Rosters planned by hjul; {weeks}").format(weeks=weeks)
    before = ngettext("{n} conversation was held before.", "{n} conversations were held before.", found.held)
    return report(
        _("The road to {goal} conversations").format(goal=number(found.goal)),
        _("Will {goal} conversations have been held by {date}, and what does it take?").format(
            goal=number(found.goal), date=day(found.end, "year")
        ),
        [
            _("Planned: {weeks}.").format(weeks=weeks),
            *([before.format(n=number(found.held))] if found.held else []),
            *_chances(found.settings),
            _("Nothing that is lost is planned again."),
            *_demand(found),
        ],
        [
            Section(
                _("The road to the goal"),
                "".join(f"{sentence}. " for sentence in goal_answer(found)).rstrip(),
                table=road_table(found.fan()),
                figure=plots.road_to_goal(found.fan(), end=found.end, source=source),
            ),
            Section(
                _("What it takes for a chance of {chance}, one thing at a time").format(
                    chance=percent(chance)
                ),
                table=needs_table(needs),
            ),
            *_sensitivity(found),
            *_sizes(found),
        ],
        notes=[*([found.unpriced] if found.unpriced else []), *map(str, found.failures)],
    )


def _demand(found: Capacity) -> Iterator[str]:
    """Say what practices ask for."""
    if found.written is None:
        yield _("Practices ask for as many conversations as the tables say.")
        return
    yield _("How many conversations practices ask for is drawn around what the tables say (Poisson).")
    draws = max(map(len, found.plans))
    yield ngettext(
        "Each week is planned for {n} draw of that; ± is the standard error that this leaves.",
        "Each week is planned for {n} draws of that; ± is the standard error that this leaves.",
        draws,
    ).format(n=number(draws))


def _sensitivity(found: Capacity) -> Iterator[Section]:
    if found.sensitivity is None:
        return
    yield Section(
        _("Which assumption moves the answer most"),
        sensitivity_text(found.sensitivity, found.goal),
        table=sensitivity_table(found.sensitivity),
        figure=plots.sensitivity(
            found.sensitivity,
            goal=found.goal,
            source=_("Rosters planned by hjul; each assumption alone lower and higher"),
        ),
    )


def _sizes(found: Capacity) -> Iterator[Section]:
    if found.frontier is None:
        return
    count = int(found.frontier["sampled_weeks"].max())
    source = ngettext(
        "{n} week planned by hjul for each size", "{n} weeks planned by hjul for each size", count
    ).format(n=number(count))
    yield Section(
        _("Conversations in a quarter, by consultants and practices"),
        frontier_text(found.frontier),
        table=_sizes_named(frontier_table(found.frontier)),
        figure=plots.capacity_frontier(found.frontier, source=source),
    )
    if found.bases is not None:
        yield Section(
            _("What each base would hold in a quarter with its own consultants"),
            _("With the practices of today; ± is the standard error. All sizes are in frontier_bases.csv."),
            table=frontier_bases_table(found.bases),
        )


def _sizes_named(table: "pd.DataFrame") -> "pd.DataFrame":
    """Return the table of sizes with a name for each row, so that it is no wider than a page."""
    mark, consultants, practices = "", _("Consultants"), _("Practices")
    names = [
        f"{row[consultants]} × {row[practices]}" + (f" {row[mark]}" if row[mark] else "")
        for row in table.to_dict("records")
    ]
    table = table.drop(columns=[mark, consultants, practices])
    table.insert(0, _("Consultants × practices"), names)
    return table


def _chances(settings: SimulationSettings) -> list[str]:
    """Say how much varies."""
    return [
        _("Citizens do not come to {share} of the conversations booked.").format(
            share=percent(settings.no_show_share)
        ),
        _("Consultants are ill on {share} of their working days, {days} in a row on average.").format(
            share=percent(settings.illness_share), days=number(settings.illness_days, 1)
        ),
        _(
            "A ride varies by {ride} of its time, and all rides of a day by {weather} (standard deviations)."
        ).format(ride=percent(settings.ride_spread), weather=percent(settings.weather_spread)),
        _("A conversation varies by {minutes} minutes (standard deviation).").format(
            minutes=number(settings.conversation_spread_minutes, 1)
        ),
    ]
