"""The plots: what they say, how they are written, and that all of it can be seen at every width."""

import math
import re
import xml.etree.ElementTree as ET
from itertools import combinations, pairwise
from typing import Any

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib._pylab_helpers import Gcf
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.text import Text
from outputs.plot_samples import (
    CALM,
    CONSULTANTS,
    DIFFERENCES,
    DISTRIBUTION,
    FAN,
    FRONTIER,
    GAINS,
    HOSTILE,
    LONG,
    PLOTS,
    RESULTS,
    SOURCE,
    STOPS,
    TERMS,
    TITLES,
)

from scheduler.base import i18n
from scheduler.outputs import plots
from scheduler.outputs.inlinesvg import inline_svg
from scheduler.outputs.plots.style import BLUE, GREY, ORANGE, Rows, clean, looks, numbers, written

NBSP = "\N{NO-BREAK SPACE}"
#: A number at the end of an axis may reach over the edge by so much.
_SLACK_IN = 0.05
every_plot = pytest.mark.parametrize("name", PLOTS)


def _texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_visible() and text.get_text()]


def _title(figure: Figure) -> str:
    return figure.get_suptitle().replace(r"\$", "$")


def _drawn(figure: Figure, width_in: float) -> FigureCanvasAgg:
    canvas = FigureCanvasAgg(figure)
    figure.set_size_inches(width_in, figure.get_figheight())
    canvas.draw()
    return canvas


def test_every_plot_is_sampled() -> None:
    assert {name for name in plots.__all__ if name != "percent"} == PLOTS.keys()


@every_plot
def test_a_plot_has_its_finding_its_units_and_its_source(name: str) -> None:
    figure = PLOTS[name]()
    (ax,) = figure.axes
    assert len(_title(figure)) > 10
    assert ax.get_xlabel()
    assert ax.get_ylabel() or ax.get_yticks().size == 0  # a list of names, or a quantity
    assert SOURCE in _texts(figure)


@every_plot
@pytest.mark.parametrize("width_in", [7.0, 4.0])
def test_nothing_is_cut_off_on_a_screen_or_a_phone(name: str, width_in: float) -> None:
    figure = PLOTS[name]()
    renderer = _drawn(figure, width_in).get_renderer()
    box = figure.get_tightbbox(renderer)  # in inches
    assert box.x0 >= -_SLACK_IN
    assert box.x1 <= width_in + _SLACK_IN
    assert box.y0 >= -_SLACK_IN
    assert box.y1 <= figure.get_figheight() + _SLACK_IN


@every_plot
def test_nothing_global_changes_not_even_for_a_moment(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    changed: list[object] = []
    for method in ("__setitem__", "_set", "_update_raw"):
        monkeypatch.setattr(mpl.RcParams, method, lambda _self, *what: changed.append(what))
    inline_svg(PLOTS[name](), 4.0, "p", "title")
    monkeypatch.undo()
    assert changed == []
    assert Gcf.get_all_fig_managers() == []


@every_plot
def test_settings_that_somebody_else_has_made_do_no_harm(name: str) -> None:
    usual = inline_svg(PLOTS[name](), 4.0, "p", "title")
    theirs: dict[Any, Any] = {
        "font.size": 20,
        "text.color": "red",
        "text.parse_math": True,
        "lines.linewidth": 9,
    }
    theirs |= {"legend.frameon": True, "axes.grid": False, "svg.fonttype": "path", "svg.hashsalt": "salt"}
    with mpl.rc_context(theirs):
        assert inline_svg(PLOTS[name](), 4.0, "p", "title") == usual


@every_plot
def test_what_an_axis_is_called_stands_at_its_middle_in_fonts_of_any_width(name: str) -> None:
    figure = PLOTS[name]()
    root = ET.fromstring(inline_svg(figure, 4.0, "p", "title"))  # noqa: S314  # made in this line
    _drawn(figure, 4.0)
    (ax,) = figure.axes
    middle = ax.get_position().get_points().mean(axis=0) * figure.get_size_inches() * 72
    across, down = middle[0], figure.get_figheight() * 72 - middle[1]
    called = {"x": ax.get_xlabel(), "y": ax.get_ylabel()}
    found = [text for text in root.iter("text") if text.text and text.text in called.values()]
    assert len(found) == sum(map(bool, called.values()))
    for text in found:
        assert "text-anchor: middle" in text.attrib["style"]
        if text.text == called["x"]:
            assert float(text.attrib["x"]) == pytest.approx(across, abs=1)
        else:
            assert float(text.attrib["y"]) == pytest.approx(down, abs=1)
            assert text.attrib["transform"] == f"rotate(-90 {text.attrib['x']} {text.attrib['y']})"


@every_plot
def test_texts_are_not_tex_even_where_somebody_has_set_that(name: str) -> None:
    def texts() -> list[str]:
        return re.findall(r"<text[^>]*>([^<]*)", inline_svg(PLOTS[name](), 4.0, "p", "title"))

    usual = texts()
    assert SOURCE in usual
    with mpl.rc_context({"text.usetex": True}):  # LaTeX would run what is in a name
        assert texts() == usual


def test_what_the_font_has_not_is_written_all_the_same_and_no_warning() -> None:
    terms = TERMS.assign(meaning="漢字 🚲")
    assert "漢字 🚲" in inline_svg(plots.score_terms(terms, source=SOURCE), 4.0, "p", "title")


@every_plot
def test_a_plot_can_stand_beside_others(name: str) -> None:
    figure = Figure(layout="constrained")
    left, right = figure.subplots(1, 2)
    assert PLOTS[name](ax=left) is figure
    assert left.get_title(loc="left")
    assert left.has_data()
    assert not right.has_data()
    assert not figure.get_suptitle()
    _drawn(figure, 12)


@pytest.mark.parametrize("name", ["road_to_goal", "capacity_frontier", "scenario_differences"])
def test_words_and_numbers_stay_in_the_language_that_was_in_force(name: str) -> None:
    with i18n.using("da"):
        figure = PLOTS[name]()
        _drawn(figure, 7.0)
        danish = _texts(figure)
    _drawn(figure, 7.0)
    assert _texts(figure) == danish


def test_names_are_texts_whatever_they_are() -> None:
    for name in ("scenario_differences", "candidate_ranking", "working_time", "rides_of_place"):
        figure = PLOTS[name]()
        _drawn(figure, 7.0)
        texts = [text for text in figure.findobj(Text) if "frac" in text.get_text()]
        shown = [text._preprocess_math(text.get_text()) for text in texts]
        assert shown
        assert all("$\\frac{$" in text and not mathematics for text, mathematics in shown)


def test_a_title_and_its_source_are_lines_that_can_be_printed() -> None:
    figure = plots.score_terms(TERMS.assign(meaning="a\n \x1b[31mb"), source="from\r\n\x07there")
    assert _title(figure).endswith(": a [31mb")
    assert "from there" in _texts(figure)


def test_there_is_room_for_a_plot_below_any_title() -> None:
    two = DIFFERENCES[DIFFERENCES["scenario"] != "same"]
    figure = plots.scenario_differences(
        two, "held", what="Samtaler holdt", titles=dict.fromkeys(two["scenario"], LONG * 20), source=SOURCE
    )
    _drawn(figure, 4.0)  # a warning, and so an error, where the axes have no height left
    assert figure.axes[0].get_window_extent().height > 40
    assert len(_title(figure)) < 320


def test_differences_name_both_ends_and_their_intervals() -> None:
    figure = PLOTS["scenario_differences"]()
    assert _title(figure) == clean(
        f"Samtaler holdt, compared with today: {TITLES['more']} +31; {HOSTILE} −25"
    )
    texts = _texts(figure)
    assert {"+31 ±4", "−25", "0"} <= set(texts)  # 1.96 standard errors; none where there is none
    (ax,) = figure.axes
    assert [round(bar.get_width()) for bar in ax.patches] == [31, -25, 0]
    assert ax.get_legend() is None  # nobody has said which is better


@pytest.mark.parametrize("good", [1, -1])
def test_what_is_better_and_worse_differs_in_colour_and_in_marks(good: int) -> None:
    figure = plots.scenario_differences(
        DIFFERENCES, "held", what="held", titles=TITLES, source=SOURCE, good=good
    )
    marks = ("✓", "!")[::good]
    texts = _texts(figure)
    assert {f"+31 ±4 {marks[0]}", f"−25 {marks[1]}", "0"} <= set(texts)
    assert {"✓ better than today", "! worse than today"} <= set(texts)
    (ax,) = figure.axes
    more, fewer, same = ((bar.get_facecolor(), bar.get_edgecolor()) for bar in ax.patches)
    assert len({more, fewer, same}) == 3
    better, worse = (more, fewer)[::good]
    assert better == (to_rgba(BLUE), to_rgba(BLUE))
    assert worse[1] == to_rgba(ORANGE)


def test_what_may_be_chance_or_is_not_proven_is_neither_better_nor_worse() -> None:
    for changed in (
        DIFFERENCES.assign(standard_error=[20.0, 20.0, 0.0]),
        DIFFERENCES.assign(unproven=[40.0, 40.0, 0.0]),
        DIFFERENCES.assign(difference=[0.4, -0.4, 0.0], standard_error=0.0),
    ):
        figure = plots.scenario_differences(
            changed, "held", what="held", titles=TITLES, source=SOURCE, good=1
        )
        (ax,) = figure.axes
        assert {bar.get_facecolor() for bar in ax.patches} == {to_rgba(GREY)}
        assert not any("✓" in text or "!" in text for text in _texts(figure))


def test_no_difference_is_said_to_be_none() -> None:
    same = DIFFERENCES.assign(difference=0.0)
    figure = plots.scenario_differences(same, "held", what="held", titles=TITLES, source=SOURCE)
    assert _title(figure) == "Held: as today in every scenario"


def test_shares_are_drawn_in_percent() -> None:
    with i18n.using("da"):
        figure = plots.scenario_differences(
            DIFFERENCES.assign(difference=[0.125, -0.05, 0.0]),
            "held",
            what="load",
            titles=TITLES,
            source=SOURCE,
            decimals=1,
            scale=100,
        )
    assert {"−5,0", "+12,5 ±392,0"} <= set(_texts(figure))


def test_weeks_show_where_scenarios_differ_and_draws_count_with_their_mean() -> None:
    figure = PLOTS["conversations_by_week"]()
    assert _title(figure) == clean(
        f"{TITLES['more']}: +7 conversations, in 3 of 3 weeks another number than today"
    )
    texts = _texts(figure)
    assert texts.count("−2") == 2  # the cell and the total
    assert "53" in texts
    assert "1\n2010" in texts
    twice = pd.concat([RESULTS.assign(week=RESULTS["week"] + f"#{n}") for n in (1, 2)])
    twice.loc[(twice["scenario"] == "fewer") & (twice["week"] == "2009-W52#2"), "planned"] = 16
    drawn = plots.conversations_by_week(twice, titles=TITLES, source=SOURCE)
    assert "−1.5" in _texts(drawn)


def test_what_weeks_add_up_to_is_not_added_up_from_rounded_numbers() -> None:
    draws = (RESULTS.assign(week=RESULTS["week"] + f"#{n}") for n in (1, 2, 3))
    thirds = pd.concat(draws, ignore_index=True)
    one_more = (thirds["scenario"] == "same") & thirds["week"].str.endswith("#3")
    thirds.loc[one_more, "planned"] += 1  # a third in each of three weeks
    figure = plots.conversations_by_week(thirds, titles=TITLES, source=SOURCE)
    texts = _texts(figure)
    assert texts.count("+0.3") == 3
    assert "+1" in texts
    thirds.loc[thirds["scenario"] == "today", "planned"] += thirds["week"].str.endswith("W53#3")
    assert "47.3" in _texts(plots.conversations_by_week(thirds, titles=TITLES, source=SOURCE))


def test_weeks_that_a_scenario_lacks_are_left_out() -> None:
    lacking = RESULTS[(RESULTS["scenario"] != "same") | (RESULTS["week"] != "2009-W53")]
    figure = plots.conversations_by_week(lacking, titles=TITLES, source=SOURCE)
    assert "in 2 of 2 weeks" in _title(figure)
    same = RESULTS[RESULTS["scenario"] == "today"]
    assert "As many conversations are planned in every week as today" in _title(
        plots.conversations_by_week(same, titles=TITLES, source=SOURCE)
    )


def test_only_the_best_candidates_are_drawn_and_it_says_so() -> None:
    figure = plots.candidate_ranking(GAINS, source=SOURCE, most=2)
    assert _title(figure) == "Lægerne Folehaven brings most: +4 conversations (the best 2 of 3 are shown)"
    assert len(figure.axes[0].patches) == 2
    assert _title(plots.candidate_ranking(GAINS.head(0), source=SOURCE)) == "No practice could join"


def test_the_road_tells_the_chance() -> None:
    with i18n.using("da"):
        figure = PLOTS["road_to_goal"]()
        _drawn(figure, 7.0)
        texts = _texts(figure)
    assert "900" in _title(figure)
    assert f"80,0{NBSP}%{NBSP}±3,0" in _title(figure)
    assert "31. december 2010" in _title(figure)
    assert "920" in _title(figure)
    assert any("2011" in text or "2010" in text for text in texts)
    sure = FAN.assign(chance_of_goal=0.9999, chance_error=0.0)
    assert f"over{NBSP}99.9{NBSP}%" in _title(
        plots.road_to_goal(sure, end=FAN["week_end"].iloc[-1].date(), source=SOURCE)
    )


@pytest.mark.parametrize("weeks", [1, 4, 9, 30, 52, 53, 92])
def test_a_road_of_any_length_has_dates_that_can_be_read_on_a_phone(weeks: int) -> None:
    ends = pd.date_range("2009-02-08", periods=weeks, freq="7D")
    fan = pd.DataFrame({column: FAN[column].iloc[-1] for column in FAN} | {"week_end": ends})
    figure = plots.road_to_goal(fan, end=ends[-1].date(), source=SOURCE)
    renderer = _drawn(figure, 4.0).get_renderer()
    (ax,) = figure.axes
    low, high = ax.get_xlim()
    shown = [
        label.get_window_extent(renderer)
        for place, label in zip(ax.get_xticks(), ax.get_xticklabels(), strict=True)
        if low <= place <= high
    ]
    assert min(weeks, 2) <= len(shown) <= 5
    assert all(left.x1 < right.x0 for left, right in pairwise(shown))


def test_the_frontier_leaves_out_what_is_not_known_and_shows_how_sure_the_rest_is() -> None:
    figure = PLOTS["capacity_frontier"]()
    assert _title(figure) == (
        "2 consultants are expected to hold 140 conversations a quarter with 20 practices, and 218 with 30"
    )
    (ax,) = figure.axes
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert "3 consultants" not in legend
    assert set(legend) == {
        "1 consultant",
        "2 consultants",
        "asked for",
        "today",
        "best for its cost",
        "which practices",
    }
    bars = ax.containers[0].lines[2][0].get_segments()
    assert bars[0][1][1] - bars[0][0][1] == pytest.approx(2 * 1.96 * 31.9)
    strokes = [
        [stroke.tolist() for stroke in each.get_segments()]
        for each in ax.collections
        if each.get_linewidth()[0] == 6
    ]
    one, two = 30 - 0.65, 30 + 0.65  # beside each other
    assert strokes == [[[[one, 110], [one, 140]]], [[[two, 190.5], [two, 240.5]]]]
    without = FRONTIER.assign(is_today=False, on_frontier=False)
    assert _title(plots.capacity_frontier(without, source=SOURCE)) == (
        "Conversations by consultants and practices"
    )


def test_stops_are_told_apart_and_the_least_certain_is_named() -> None:
    figure = PLOTS["stop_punctuality"]()
    title = _title(figure)
    assert title.startswith("3 of 4 appointments begin within 5 minutes at least nine times in ten")
    assert title.endswith("Mon 15:30 Hjemmebesøg")
    texts = _texts(figure)
    assert "Mon 13:30 Teammøde (r1)" in texts
    assert "Mon 13:30 Teammøde (r2)" in texts
    assert f"over{NBSP}99.9{NBSP}%" in texts
    assert not any("Frokost" in text for text in texts)
    (ax,) = figure.axes
    for row in range(4):
        assert sum(bars[row].get_width() for bars in ax.containers) == pytest.approx(1)


def test_a_week_without_visits_has_its_plots() -> None:
    assert _title(plots.stop_punctuality(STOPS.head(0), source=SOURCE)) == "There are no visits"
    none = pd.DataFrame({"conversations": [0], "chance_held": [1.0]})
    assert "Of 0 planned" in _title(plots.conversations_held(none, source=SOURCE))
    assert _title(plots.working_time(CONSULTANTS.tail(1), source=SOURCE)) == "Nobody works"
    assert _title(plots.score_terms(TERMS.assign(points=0), source=SOURCE)) == (
        "The roster has no points at all"
    )


def test_the_assumption_that_moves_most_is_told_and_what_is_not_known_left_out() -> None:
    figure = PLOTS["sensitivity"]()
    assert _title(figure) == (
        "Demand moves the answer most: with 11.8 a week or 17.7 a week 723 or 1,018 conversations are expected"
    )
    (ax,) = figure.axes
    texts = [text.replace("\n", " ") for text in _texts(figure)]
    assert "Length of a conversation: 36–54 min" in texts
    assert "Cycling speed: 12.0–18.0 km/h" in texts
    assert "−191 / +105" in texts
    assert "+1" in texts  # of the speed that could be planned
    low, high = (container.patches for container in ax.containers if isinstance(container, BarContainer))
    assert low[2].get_x() + low[2].get_width() == pytest.approx(959.0)
    assert high[2].get_x() + high[2].get_width() == pytest.approx(867.7)
    # Lower and higher are told apart by more than their colours, and neither hides the other.
    assert low[0].get_facecolor() == low[0].get_edgecolor()
    assert high[0].get_facecolor() != high[0].get_edgecolor()
    assert low[0].get_y() + low[0].get_height() < high[0].get_y()


def test_conversations_held_have_their_range() -> None:
    figure = plots.conversations_held(DISTRIBUTION, source=SOURCE)
    assert _title(figure) == (
        "Of 4 planned conversations 3.0 are expected to be held, and nine times in ten 1 to 4"
    )


def test_calm_has_its_price() -> None:
    assert _title(PLOTS["price_of_calm"]()) == (
        f"With 10 minutes of slack on every ride 99.0{NBSP}% of visits begin on time, not 57.0{NBSP}%, "
        "for 21,000 points"
    )
    assert _title(plots.price_of_calm(CALM.head(1), source=SOURCE)) == (
        f"Without slack 57.0{NBSP}% of visits begin on time"
    )


@pytest.mark.parametrize("slack", [0, 100, 500_000])
def test_rosters_that_are_alike_share_their_words(slack: int) -> None:
    table = pd.DataFrame(
        {
            "slack_minutes": [0, 2, 5, 10],
            "score_points": [475_250, 475_250 + slack, 478_250 + slack, 482_950 + slack],
            "chance_visit_within_0_min": [0.626, 0.913, 0.984, 0.995],
            "chance_visit_within_5_min": [0.984, 0.984, 0.995, 0.999],
            "chance_week_within_15_min": [0.98, 0.981, 0.995, 0.999],
        }
    )
    figure = plots.price_of_calm(table, source=SOURCE)
    renderer = _drawn(figure, 4.0).get_renderer()
    named = figure.axes[0].texts
    assert [int(n) for text in named for n in re.findall(r"\d+", text.get_text())] == [0, 2, 5, 10]
    boxes = [text.get_window_extent(renderer) for text in named]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    assert ("5, 10 min" in [text.get_text() for text in named]) == (slack == 500_000)


def test_working_hours_add_up() -> None:
    figure = PLOTS["working_time"]()
    (ax,) = figure.axes
    totals = [sum(bars[row].get_width() for bars in ax.containers) for row in range(2)]
    assert totals == pytest.approx([126_900 / 3600, 121_500 / 3600])


def test_rides_go_there_and_back() -> None:
    figure = PLOTS["rides_of_place"]()
    assert "10 min there and 12 min back" in _title(figure)
    assert "2.3 km" in _texts(figure)
    with i18n.using("da"):
        assert "14,4 km/" in _title(PLOTS["ride_speeds"]())


def test_series_differ_in_more_than_their_colour() -> None:
    for kind in ("color", "marker", "linestyle"):
        assert len({str(look[kind]) for look in looks(6)}) == 6


def test_numbers_on_an_axis_are_never_rounded_to_another_one() -> None:
    with i18n.using("da"):
        signed, share = numbers(signed=True), numbers(0, "%", 100)
    assert [signed(value, None) for value in (2.5, 1000, 0, -0.1 - 0.2)] == ["+2,5", "+1.000", "0", "−0,3"]
    assert share(0.07, None) == f"7{NBSP}%"


def test_signs_are_those_of_what_is_shown() -> None:
    values = (0.04, -0.04, 0.06, -0.06, -3)
    assert [written(value, 1, signed=True) for value in values] == ["0.0", "0.0", "+0.1", "−0.1", "−3.0"]


def test_what_is_not_certain_never_looks_so() -> None:
    assert [plots.percent(chance).replace(NBSP, " ") for chance in (0, 0.001, 0.5, 0.999, 1)] == [
        "0.0 %", "0.1 %", "50.0 %", "99.9 %", "100.0 %",
    ]  # fmt: skip
    assert [plots.percent(chance).replace(NBSP, " ") for chance in (0.0009, 0.9991)] == [
        "under 0.1 %", "over 99.9 %",
    ]  # fmt: skip


def test_a_long_name_has_two_lines_and_no_more() -> None:
    listed = Rows(["word " * 40, "short", "a\tb\x00c"], ["1", "2", "3"])
    figure = Figure()
    ax = figure.add_subplot()
    listed.draw(ax)
    long, _note, short, _note2, odd, _note3 = (text.get_text() for text in ax.texts)
    assert long.count("\n") == 1
    assert long.endswith("…")
    assert (short, odd) == ("short", "a bc")
    assert listed.height_in > Rows(["short"] * 3, [""] * 3).height_in


def test_a_figure_without_a_number_is_no_plot_error() -> None:
    unknown = DIFFERENCES.assign(standard_error=math.nan)
    figure = plots.scenario_differences(unknown, "held", what="held", titles=TITLES, source=SOURCE)
    assert not any("±" in text for text in _texts(figure))
