"""The forecast from what was held so far, and the report on progress as page and workbook."""

import io
from pathlib import Path

import pytest
from folders import SETTINGS, W20
from keeping import Planned, publish, store_in
from openpyxl import load_workbook
from scipy.stats import betabinom

from scheduler.base import i18n
from scheduler.model.clock import NOW_VARIABLE
from scheduler.scenario import progressreport
from scheduler.scenario.forecast import Forecast, forecast
from scheduler.scenario.goals.tally import mean, variance
from scheduler.services import editing, log
from scheduler.services.backlog import backlog
from scheduler.services.progress import Progress, progress

MONDAY, TUESDAY = W20.days[:2]
W21 = W20.shift(1)
#: Three weeks with a goal of eight conversations; nobody is ill.
THREE_WEEKS = (
    SETTINGS.replace("2009-01-01", "2009-05-11").replace(
        "end = 2010-12-31", "end = 2009-05-31\ngoal_conversations = 8"
    )
    + "\n[simulation]\nillness_share = 0\nno_show_share = 0.25\n"
)
TABLES = {
    "settings": THREE_WEEKS,
    "results": "criterion,quarter,number,of,source\n<b>I arbejde,2009-Q2,3,58,Jobcentret\nRaske,2009-Q2,20,58,\nTilfredse,2009-Q2,,,\n"
    "Gamle,2009-Q1,9,10,\n",
    "budget": "line,year,budget_dkk,used_dkk\nLøn,2009,1000,600\nKurser for borgere,2009,500,\n",
    "milestones": "date,title,kind\n2009-05-20,Halvvejs,\n2009-08-01,Evaluering,report\n2011-01-01,Længe efter,\n",
}


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NOW_VARIABLE, "2009-05-15T16:00")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Week 20 is published with three conversations, week 21 with two; week 22 is not published."""
    made = store_in(tmp_path / "data", **TABLES)
    publish(made, W20, [Planned("c1", "P1", MONDAY, "9:00", 1), Planned("c2", "P2", TUESDAY, "9:30", 1)])
    publish(made, W21, [Planned("c1", "P1", W21.days[0], "9:00", 1)])
    return made


def look(folder: Path, said: str = "") -> tuple[Progress, Forecast]:
    found = progress(folder, said)
    return found, forecast(found)


def tell(folder: Path, practice: str, **outcomes: int) -> None:
    editing.write(folder, log.of_visit(folder, W20, practice, outcomes), week=str(W20))


def test_before_anything_is_told_the_setting_is_believed(folder: Path) -> None:
    found, ahead = look(folder)
    assert (found.held, found.goal, found.told) == (0, 8, (0, 0))
    assert [str(week) for week in ahead.weeks] == ["2009-W20", "2009-W21", "2009-W22"]
    # Of the four that two weeks asked for three found a place; so of the two of week 22 one and a half do.
    assert ahead.planned == (2, 1, 1)
    assert ahead.lost_share == pytest.approx(0.25)
    assert ahead.expected == pytest.approx(4 * 0.75, abs=0.02)
    assert ahead.chance == 0.0


def test_it_is_the_beta_binomial_distribution_where_nobody_is_ill(folder: Path) -> None:
    tell(folder, "P1", held=1)
    found, ahead = look(folder)
    assert found.held == 1
    exact = betabinom(sum(ahead.planned), 31, 10)
    assert mean(ahead.by_week[-1]) == pytest.approx(exact.mean(), abs=0.01)
    assert variance(ahead.by_week[-1]) == pytest.approx(exact.var(), abs=0.02)
    assert ahead.by_week[-1].sum() == pytest.approx(1)
    low, high = ahead.range()
    assert found.held <= low <= ahead.expected <= high <= found.held + sum(ahead.planned)


def test_what_citizens_do_is_learnt_and_what_we_cancel_is_not(folder: Path) -> None:
    tell(folder, "P1", no_show=1)
    _found, missed = look(folder)
    assert missed.lost_share == pytest.approx(11 / 41)
    tell(folder, "P1", by_us=1)
    _found, cancelled = look(folder)
    assert cancelled.lost_share == pytest.approx(0.25)
    assert cancelled.planned == (1, 1, 1)


def test_when_all_is_told_nothing_is_left_to_guess(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NOW_VARIABLE, "2009-06-05T16:00")
    tell(folder, "P1", held=1)
    tell(folder, "P2", held=1)
    editing.write(folder, log.of_visit(folder, W21, "P1", {"held": 1}), week=str(W21))
    found, ahead = look(folder)
    assert (found.held, ahead.weeks, ahead.expected, ahead.chance, ahead.range()) == (3, (), 3.0, 0.0, (3, 3))
    assert len(ahead.fan()) == 0
    assert "3 of 8 conversations are held, 5 are missing" in progressreport.page(found, ahead, ())


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_page_says_what_is_known_and_what_is_not(folder: Path, language: str) -> None:
    tell(folder, "P1", held=1)
    editing.write(folder, log.of_day(folder, W20, "c1", "tirsdag", by_phone=3))
    with i18n.using(language):
        found, ahead = look(folder, "2009-Q2")
        page = progressreport.page(found, ahead, backlog(folder))
    assert "&lt;b&gt;I arbejde" in page
    assert "<b>I arbejde" not in page
    assert "Gamle" not in page
    assert "Længe efter" not in page
    assert "Evaluering" in page
    for danish, english in (
        ("under 5", "under 5"),
        ("ikke oplyst", "not told"),
        ("34,5 %", "34.5 %"),
        ("Efter bydel", "By district"),
    ):
        assert (danish if language == "da" else english) in page
    assert page.count("<svg") >= 4


def test_small_numbers_are_not_told_by_what_is_left() -> None:
    assert [progressreport.few(count) for count in (None, 0, 1, 4, 5, 1234)] == [
        "not told", "0", "under 5", "under 5", "5", "1,234"
    ]  # fmt: skip


def test_the_cost_of_a_conversation_leaves_courses_out(folder: Path) -> None:
    tell(folder, "P1", held=1)
    tell(folder, "P2", held=1)
    found, ahead = look(folder, "2009-Q2")
    book = load_workbook(io.BytesIO(progressreport.workbook(found, ahead, ())))
    rows = {row[0]: row[1:] for row in book["Budget"].iter_rows(values_only=True) if row[0]}
    assert rows["In all, without courses"][1:3] == ("1,000", "600")
    assert rows["Cost of a held conversation, without courses"][2] == "300"
    assert rows["Kurser for borgere"] == ("2009", "500", "not told")


def test_the_workbook_has_the_tables_of_the_page(folder: Path) -> None:
    tell(folder, "P1", held=1)
    found, ahead = look(folder)
    book = load_workbook(io.BytesIO(progressreport.workbook(found, ahead, backlog(folder))))
    rows = list(book["By practice"].iter_rows(min_row=2, values_only=True))
    assert rows[0][:4] == ("Practice", "Asked for", "Caught up on", "Planned")
    assert rows[1][:6] == ("Gade", 2, 0, 1, 1, 0)
    assert rows[2][:6] == ("Vej", 2, 0, 2, 0, 1)
    assert "By consultant" in book.sheetnames
    assert "Owed to practices" in book.sheetnames


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("", "2009-05-11", "2009-05-31"),
        ("2009-Q2", "2009-04-01", "2009-06-30"),
        ("4. kvartal 2009", "2009-10-01", "2009-12-31"),
        ("2009-W20..2009-W21", "2009-05-11", "2009-05-24"),
        ("uge 20 2009", "2009-05-11", "2009-05-17"),
    ],
)
def test_periods(folder: Path, said: str, first: str, last: str) -> None:
    found = progress(folder, said)
    assert (str(found.period.first), str(found.period.last)) == (first, last)
    weeks = {str(entry.week) for entry in found.books.entries}
    assert weeks <= {"2009-W20", "2009-W21"}
    assert found.all_books.entries


def test_where_the_time_goes(folder: Path) -> None:
    times = progress(folder, "uge 20 2009").times
    assert times.conversations_s == 2 * 45 * 60
    assert times.setup_s == 2 * 5 * 60
    assert times.riding_s > 0
    assert times.at_work_s == 2 * 4 * 7 * 3600
    assert (times.rooms_s, times.rooms_unused_s) == (6 * 3600, 6 * 3600 - 100 * 60)
