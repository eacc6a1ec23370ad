"""The reports about a week under chance and about the road to the goal."""

import math
import re
from dataclasses import replace

import pytest
from scenario.joiners import PROJECT, write_project

from scheduler.model.clock import Week
from scheduler.scenario import Runs, capacity, capacity_report, price_of_calm, week_report, what_it_takes
from scheduler.scenario.goals.road import Capacity
from scheduler.scenario.model import Failure
from scheduler.scenario.telling import frontier_table
from scheduler.services import planner
from scheduler.services.planner import Prepared

HOME = "Enghave Plads 3"
HOMES = (
    "visit_id,address,postcode,city,date,start,end,minutes,lat,lon\n"
    f"hv1,{HOME},1670,København V,2009-05-12,09:00,12:00,30,55.66653,12.54559\n"
)
PERIOD = """
[period]
start = 2009-05-11
end = 2009-06-07
goal_conversations = 6
"""
MARKUP = "</script><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    settings = PROJECT["settings"].partition("[period]")[0] + PERIOD
    practices = PROJECT["practices"].replace(",Istedgade,", f',"{MARKUP}",')
    folder = tmp_path_factory.mktemp("project")
    return planner.prepare(write_project(folder, settings=settings, practices=practices, home_visits=HOMES))


@pytest.fixture(scope="module")
def found(prepared: Prepared) -> Capacity:
    return capacity(
        prepared, draws=2, runs=Runs(workers=0), sampled_weeks=2, consultants=(1, 2), practices=(3, 4)
    )


def _words(html: str) -> str:
    text = re.sub(r"<(style|svg)\b.*?</\1>|srcdoc=\"[^\"]*\"", "", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_the_week_is_told_with_its_map_and_without_homes(prepared: Prepared) -> None:
    calm = price_of_calm(prepared, Week(2009, 20), (5,), draws=50)
    html = week_report(calm, prepared)
    words = _words(html)
    assert "How well week 20 of 2009 keeps its times" in words
    assert "Citizens do not come to 20.0 % of the conversations booked." in words
    assert "The price of calm: time to spare on every ride" in words
    assert "lost to illness" in words
    assert "expected to be held" in words
    assert "srcdoc=" in html
    assert "Home visit" in html  # in the plot
    assert HOME not in html
    assert "12.54559" not in html
    assert "<img src=x" not in html


def test_without_slack_no_price_is_told(prepared: Prepared) -> None:
    calm = price_of_calm(prepared, Week(2009, 20), (), draws=50)
    assert "The price of calm" not in week_report(calm, prepared)


def test_the_road_is_told_with_what_it_takes(found: Capacity) -> None:
    words = _words(capacity_report(found, what_it_takes(found, 0.9), 0.9))
    assert "Will 6 conversations have been held by 7 June 2009, and what does it take?" in words
    assert f"are planned in {len(found.weeks)} weeks" in words
    assert "if practices ask for just what the tables say" in words
    assert "Each week is planned for 2 draws of that" in words
    assert "Which assumption moves the answer most" in words
    assert "What it takes for a chance of 90.0 %, one thing at a time" in words
    assert "Conversations in a quarter, by consultants and practices" in words
    assert "were held before" not in words


def test_costs_of_other_sizes_are_told_where_they_are_known(found: Capacity) -> None:
    assert found.frontier is not None
    unknown = found.frontier.assign(
        cost_dkk_a_quarter=math.nan,
        cost_a_planned_conversation_dkk=math.nan,
        cost_a_held_conversation_dkk=math.nan,
    )
    known = found.frontier.assign(
        cost_dkk_a_quarter=1300.0,
        cost_a_planned_conversation_dkk=76.0,
        cost_a_held_conversation_dkk=100.0,
    )
    for frontier, told in ((unknown, False), (known, True)):
        table = frontier_table(frontier)
        assert ({"Kroner", "A planned one", "An expected one"} <= set(table.columns)) is told
        assert len(table) == len(found.frontier)
        words = _words(capacity_report(replace(found, frontier=frontier), what_it_takes(found, 0.9), 0.9))
        assert ("* nothing else that was compared holds as many for less." in words) is told
        assert "those that come on top are twins of those drawn." in words


def test_a_road_without_sizes_and_with_failures(found: Capacity) -> None:
    failure = Failure(scenario="today", week="2009-W21", reason=MARKUP)
    changed = Capacity(
        weeks=found.weeks,
        plans=found.plans,
        asked=found.asked,
        held=2,
        goal=found.goal,
        end=found.end,
        settings=found.settings,
        failures=(failure,),
    )
    html = capacity_report(changed, what_it_takes(changed, 0.9), 0.9)
    words = _words(html)
    assert "2 conversations were held before." in words
    assert "by consultants and practices" not in words
    assert "today 2009-W21:" in words
    assert MARKUP not in html
