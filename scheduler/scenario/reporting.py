"""A comparison as a page that can be sent on: questions, assumptions, table, plots and map."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scheduler.base import i18n
from scheduler.base.i18n import _, capitalized
from scheduler.model.project import Place
from scheduler.outputs.plots.scenarios import conversations_by_week, scenario_differences
from scheduler.outputs.report import Section, report
from scheduler.outputs.scenariomap import ChangedPlace, scenario_map
from scheduler.outputs.words import weeks_text
from scheduler.scenario.changes import Scenario
from scheduler.scenario.compare import MEASURES, Comparison
from scheduler.scenario.explaining import (
    explained,
    judged,
    measure_scale,
    measure_text,
    measure_title,
    remarks,
    step_told,
    value_text,
)
from scheduler.scenario.model import TODAY
from scheduler.scenario.practices.newcomers import practice_places

if TYPE_CHECKING:
    import pandas as pd

#: The measures that are told of each base.
_BASE_COLUMNS = (
    "requested_conversations",
    "planned_conversations",
    "expected_held",
    "missed_visits",
    "cycling_km",
    "load",
    "cost_dkk",
    "cost_a_planned_conversation_dkk",
    "cost_a_held_conversation_dkk",
)
#: The measures that are drawn.
_DRAWN = ("planned_conversations", "expected_held", "cost_a_held_conversation_dkk", "cycling_minutes", "load")


def scenario_report(comparison: Comparison, title: str = "") -> str:
    """Return a comparison as an HTML page that asks nobody for anything, in the language in force."""
    scenarios = comparison.study.scenarios[1:]
    questions = " ".join(scenario.question for scenario in scenarios if scenario.question)
    return report(
        title or _("Scenarios compared with today"),
        questions or _("What would be different from today?"),
        _assumptions(comparison),
        [
            Section(_("What each scenario comes to"), table=comparison_table(comparison)),
            *_bases(comparison),
            *_plots(comparison),
            *(_about(comparison, scenario) for scenario in scenarios),
            *_map(comparison),
        ],
        notes=remarks(comparison),
    )


def comparison_table(comparison: Comparison) -> "pd.DataFrame":
    """Return what each scenario comes to, in words: a row a measure, a column a scenario, called by its title.

    What differs from today is `Judged`.
    """
    import pandas as pd

    today, *others = comparison.study.scenarios
    decimals = 0 if comparison.study.draws == 1 else 1
    rows = []
    for measure in MEASURES:
        found = comparison.difference(TODAY, measure)
        cells = [
            judged(measure, comparison.difference(other.name, measure), decimals=decimals) for other in others
        ]
        rows.append(
            [
                capitalized(measure_title(measure.name)),
                value_text(measure.name, found, decimals=decimals),
                *cells,
            ]
        )
    return pd.DataFrame(rows, columns=["", today.title, *(other.title for other in others)])


def _assumptions(comparison: Comparison) -> list[str]:
    study = comparison.study
    project = study.prepared[TODAY].project
    asked = (
        _("Practices ask for as many conversations as the tables say.")
        if study.draws == 1
        else _("How many conversations practices ask for is drawn around what the tables say (Poisson).")
    )
    return [
        _("Planned and compared: {weeks}.").format(
            weeks=weeks_text([str(week) for week in comparison.weeks])
        ),
        asked,
        _("{practices} practices and {consultants} consultants today, cycling at {kph} km/h.").format(
            practices=i18n.number(len(project.practices)),
            consultants=i18n.number(len(project.consultants)),
            kph=i18n.number(project.config.cycling.speed_kph, 1),
        ),
    ]


def _plots(comparison: Comparison) -> Iterator[Section]:
    titles = {scenario.name: scenario.title for scenario in comparison.study.scenarios}
    source = _("Rosters planned by hjul; {weeks}").format(
        weeks=weeks_text([str(week) for week in comparison.weeks])
    )
    differences = comparison.differences()
    good = {measure.name: measure.good for measure in MEASURES}
    for name in _DRAWN:
        known = differences[differences["measure"] == name]["difference"].notna()
        if known.all():
            decimals, scale = measure_scale(name)
            yield Section(
                capitalized(measure_title(name)),
                figure=scenario_differences(
                    differences,
                    name,
                    what=measure_title(name),
                    titles=dict(list(titles.items())[1:]),
                    source=source,
                    decimals=decimals,
                    scale=scale,
                    good=good[name],
                ),
            )
    yield Section(
        _("Week by week"), figure=conversations_by_week(comparison.compared, titles=titles, source=source)
    )


def _bases(comparison: Comparison) -> Iterator[Section]:
    """Tell what each base comes to in every scenario, where there are several."""
    table = bases_table(comparison)
    if len(table):
        scenario = table.columns[0]
        again = table[scenario].eq(table[scenario].shift())
        yield Section(
            _("Base by base"),
            text=_shared_text(),
            table=table.assign(**{scenario: table[scenario].mask(again, "")}),
        )


def bases_table(comparison: Comparison) -> "pd.DataFrame":
    """Return what each base comes to in every scenario, in words: a row a scenario and base; none with one base."""
    import pandas as pd

    titles = {scenario.name: scenario.title for scenario in comparison.study.scenarios}
    decimals = 0 if comparison.study.draws == 1 else 1
    rows = [
        [
            titles[row["scenario"]],
            row["name"] or _("shared by all"),
            *(measure_text(name, row[name], decimals=decimals) for name in _BASE_COLUMNS),
        ]
        for row in comparison.bases().to_dict("records")
    ]
    return pd.DataFrame(rows, columns=[_("Scenario"), _("Base"), *_base_headings()])


def _base_headings() -> tuple[str, ...]:
    """Return what `_BASE_COLUMNS` are called above narrow columns."""
    return (
        _("Asked for"),
        _("Planned"),
        _("Expected"),
        _("Missed"),
        _("Cycling, km"),
        _("On visits, %"),
        _("Kroner"),
        _("A planned one"),
        _("An expected one"),
    )


def _shared_text() -> str:
    return _(
        "What a base costs is its consultants with their bicycles, itself, its practices and their room hours. What "
        "is shared by all is on a row of its own, so that all rows of a scenario add up to it."
    )


def _about(comparison: Comparison, scenario: Scenario) -> Section:
    """Tell a scenario: its question, what makes it differ, and what it changes."""
    import pandas as pd

    changes = pd.DataFrame(
        [change.words() for change in scenario.changes], columns=[_("Change"), _("As it was written")]
    )
    paragraphs = [scenario.question, *explained(comparison, scenario.name), *step_told(comparison, scenario)]
    return Section(scenario.title, text="\n\n".join(filter(None, paragraphs)), table=changes)


def _map(comparison: Comparison) -> Iterator[Section]:
    import pandas as pd

    changed = _changed_places(comparison)
    if not changed:
        return
    today = comparison.study.prepared[TODAY]
    page = scenario_map(
        changed,
        bases=today.project.bases,
        practices=practice_places(today.project),
        background=today.network.background(),
    ).alone()
    key = pd.DataFrame(
        [
            (str(number), each.place.name, each.place.full_address, "; ".join(each.lines))
            for number, each in enumerate(changed, start=1)
        ],
        columns=[_("On the map"), _("Name"), _("Address"), _("Change")],
    )
    yield Section(_("New, moved and dropped places"), table=key, html=page)


def _changed_places(comparison: Comparison) -> list[ChangedPlace]:
    """Return the practices and bases that scenarios add, move or drop, each once, with what is said of it."""
    before = _visible(comparison, TODAY)
    lines: dict[Place, dict[str, list[str]]] = {}
    prepared = comparison.study.prepared.values()
    bases = {base.place_id for each in prepared for base in each.project.bases}
    for scenario in comparison.study.scenarios[1:]:
        after = _visible(comparison, scenario.name)
        for id_, place in (before | after).items():
            if id_ not in before:
                told = _("new: {scenario}")
            elif id_ not in after:
                told = _("gone: {scenario}")
            elif (place.lat, place.lon) != (before[id_].lat, before[id_].lon):
                told = _("moved here: {scenario}")
            else:
                continue
            lines.setdefault(place, {}).setdefault(told, []).append(scenario.title)
    return [
        ChangedPlace(
            place,
            tuple(told.format(scenario=", ".join(own)) for told, own in by_kind.items()),
            is_base=place.place_id in bases,
        )
        for place, by_kind in lines.items()
    ]


def _visible(comparison: Comparison, scenario: str) -> dict[str, Place]:
    """Return a scenario's bases and practices by id: home visits are nobody's business."""
    project = comparison.study.prepared[scenario].project
    return {place.place_id: place for place in (*project.bases, *practice_places(project))}
