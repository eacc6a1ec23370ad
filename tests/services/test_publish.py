"""A week's life in a store: planned as a draft, published, changed, planned again."""

import datetime as dt
import json
import re
import shutil
import sqlite3
from pathlib import Path

import pytest
from folders import ON_THE_MAP, write_folder

from scheduler.base import i18n
from scheduler.base.errors import InputError
from scheduler.model import rosterfile
from scheduler.model.clock import NOW_VARIABLE, Week, at
from scheduler.outputs import names
from scheduler.services import editing, editions, log, planner, publish, replan, storing
from scheduler.services.workspace import store_of

W20 = Week(2009, 20)
TWO_PRACTICES = {
    **ON_THE_MAP,
    "practices": ON_THE_MAP["practices"] + "P2,Gade,Vej 1,2450,København SV,Valby,55.66406,12.54832\n",
    "rooms": "practice_id,weekday,start,end\nP1,mon,09:00,12:00\nP1,tue,09:00,12:00\nP2,wed,09:00,12:00\n",
}
HOME = "Hemmeligvej 7"
HOMES = (
    "visit_id,address,postcode,city,date,start,end,minutes,district,lat,lon\n"
    f"h1,{HOME},2450,København SV,2009-05-12,12:00,15:00,30,Valby,55.66506,12.54932\n"
)


@pytest.fixture(autouse=True)
def thursday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NOW_VARIABLE, "2009-05-07T14:10")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = write_folder(tmp_path / "p", **TWO_PRACTICES, home_visits=HOMES)
    storing.make_store(folder)
    storing.take_in(folder, storing.differences(folder))
    return folder


def close(folder: Path, who: str, day: str) -> None:
    """Close a practice for a day, in the tables of the store."""
    (folder / "closures.csv").write_text(f"who,from,to\n{who},{day},{day}\n")
    storing.take_in(folder, storing.differences(folder))


def plan(folder: Path) -> planner.Planned:
    return editions.plan_week(folder, W20, folder.parent / "out")


def day_of(planned: planner.Planned, practice: str) -> str:
    """Return the date on which a roster has a practice."""
    (date,) = (r.date for r in planned.roster.rounds if any(stop.id == practice for stop in r.stops))
    return str(date)


def test_a_draft_lies_beside_what_is_published(project: Path) -> None:
    out = project.parent / "out"
    planned = plan(project)
    assert planned.folder == out / "2009-W20-kladde"
    assert (planned.roster.edition, planned.roster.issued_at) == (1, None)
    assert not (out / "2009-W20").exists()
    done = publish.publish(project, W20, out)
    assert (done.number, done.folder) == (1, out / "2009-W20")
    assert not planned.folder.exists()
    roster = rosterfile.load(done.folder / "roster.json")
    assert (roster.edition, roster.issued_at) == (1, at(dt.date(2009, 5, 7), (14 * 60 + 10) * 60))
    before = {file: file.read_bytes() for file in done.files}
    assert plan(project).roster.edition == 2
    assert {file: file.read_bytes() for file in done.files} == before


def test_pages_say_which_edition_they_are(project: Path) -> None:
    with i18n.using("da"):
        planned = plan(project)
        assert "Ændret siden" not in (planned.folder / "index.html").read_text()
        pages = [file for file in planned.files if file.suffix == ".html"]
        assert len(pages) >= 3
        assert all("Kladde til udgave 1" in page.read_text() for page in pages)
        done = publish.publish(project, W20, project.parent / "out")
        for page in (file for file in done.files if file.suffix == ".html"):
            assert "Udgave 1, udsendt tors. 7. maj kl. 14.10" in page.read_text().replace(
                "\N{NO-BREAK SPACE}", " "
            )


def line(folder: Path) -> str:
    """Return what the page of a week says of the goal; empty where it says nothing."""
    said = re.findall(r"<p>(\S+ of \S+ conversations held, .*)</p>", (folder / "index.html").read_text())
    return said[0] if said else ""


def tell(folder: Path, week: Week, practice: str, **outcomes: int) -> None:
    editing.write(folder, log.of_visit(folder, week, practice, outcomes), week=str(week))


def test_the_weeks_page_says_how_far_it_is_to_the_goal_as_of_its_edition(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = project.parent / "out"
    assert line(plan(project).folder) == "0 of 900 conversations held, 2 planned, 898 missing"
    published = publish.publish(project, W20, out).folder
    assert line(published) == "0 of 900 conversations held, 2 planned, 898 missing"
    before = (published / "index.html").read_bytes()
    later = editions.plan_week(project, W20.shift(1), out)
    assert line(later.folder) == "0 of 900 conversations held, 4 planned, 896 missing"
    monkeypatch.setenv(NOW_VARIABLE, "2009-05-15T16:00")
    tell(project, W20, "P1", held=1)
    tell(project, W20, "P2", by_us=1)
    # When it is published, what was told meanwhile counts.
    assert line(publish.publish(project, W20.shift(1), out).folder) == (
        "1 of 900 conversations held, 2 planned, 897 missing"
    )
    # What is shown again is as it was published, whatever was told since.
    shutil.rmtree(published)
    assert (publish.show_again(project, W20, out) / "index.html").read_bytes() == before


def test_without_a_store_and_of_earlier_editions_nothing_is_said_of_the_goal(project: Path) -> None:
    out = project.parent / "out"
    assert line(planner.plan_week(project, W20, out).folder) == ""
    plan(project)
    publish.publish(project, W20, out)
    with store_of(project):
        from scheduler.store.models import Edition

        Edition.objects.update(standing=None)
    folder = publish.show_again(project, W20, out)
    assert line(folder) == ""
    assert "<h1>" in (folder / "index.html").read_text()


def test_only_visits_of_the_projects_period_count_towards_the_goal(project: Path) -> None:
    settings = (project / "project.toml").read_text()
    (project / "project.toml").write_text(
        settings.replace("start = 2009-01-01", "start = 2009-05-13") + "goal_conversations = 3\n"
    )
    storing.take_in(project, storing.differences(project))
    planned = plan(project)
    days = [day_of(planned, practice) for practice in ("P1", "P2")]
    within = sum(day >= "2009-05-13" for day in days)
    assert within == 1
    assert line(planned.folder) == f"0 of 3 conversations held, {within} planned, {3 - within} missing"


def test_what_is_published_carries_no_home_but_on_the_consultants_own_page(project: Path) -> None:
    plan(project)
    done = publish.publish(project, W20, project.parent / "out")
    said = {file.name for file in done.files if HOME.encode() in file.read_bytes()}
    own = {name for name in said if name != "roster.json"}
    assert said - own == {"roster.json"}
    assert own == {
        f"{round_.date}-{round_.consultant_id}.html"
        for round_ in rosterfile.load(done.folder / "roster.json").rounds
        if any(stop.kind == "home_visit" for stop in round_.stops)
    }
    connection = sqlite3.connect(project / "hjul.db")
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    holding = [
        table
        for table in tables
        if any(HOME in str(row) for row in connection.execute(f"SELECT * FROM {table}"))  # noqa: S608
    ]
    connection.close()
    assert holding == ["hjul_store_home"]
    with store_of(project):
        from scheduler.store import editions as kept

        edition = kept.published("2009-W20")
        assert edition is not None
        assert HOME.encode() not in rosterfile.dump(edition.roster)
        assert all("h1" not in pair for pair in edition.rides)
        assert any("h1" in pair for pair in kept.home_rides())


def test_a_published_folder_is_written_again_as_it_was(project: Path) -> None:
    out = project.parent / "out"
    with pytest.raises(InputError, match="no edition"):
        publish.show_again(project, W20, out)
    plan(project)
    done = publish.publish(project, W20, out)
    before = {file.relative_to(done.folder): file.read_bytes() for file in done.files}
    shutil.rmtree(done.folder)
    assert publish.show_again(project, W20, out) == done.folder
    found = {
        file.relative_to(done.folder): file.read_bytes() for file in done.folder.rglob("*") if file.is_file()
    }
    assert found == before


def test_what_an_edition_bends_is_told_as_long_as_the_tables_ask_for_it(tmp_path: Path) -> None:
    # Nobody can begin a visit at 11:30 in a room that closes at 12:00.
    agreed = "practice_id,weekday,start\nP2,wed,11:30\n"
    folder, out = write_folder(tmp_path / "p", **TWO_PRACTICES, agreements=agreed), tmp_path / "out"
    storing.make_store(folder)
    storing.take_in(folder, storing.differences(folder))
    draft = (plan(folder).folder / names.INDEX).read_text(encoding="utf-8")
    publish.publish(folder, W20, out)
    published = (out / str(W20) / names.INDEX).read_text(encoding="utf-8")
    for page in (draft, published):
        assert "Compromises" in page
        assert "moved from Wed 13 May 11:30" in page
        assert 'class="hatch"' in page
        assert "Lent and unused rooms" in page
    close(folder, "P2", "2009-05-12")
    unchanged = (publish.show_again(folder, W20, out) / names.INDEX).read_text(encoding="utf-8")
    assert unchanged == published
    close(folder, "P2", "2009-05-13")
    again = (publish.show_again(folder, W20, out) / names.INDEX).read_text(encoding="utf-8")
    assert "Compromises" not in again
    assert 'class="hatch"' not in again


def test_a_draft_says_what_is_owed_from_the_weeks_before(project: Path) -> None:
    def page(week: Week) -> str:
        planned = editions.plan_week(project, week, project.parent / "out")
        return (planned.folder / names.INDEX).read_text(encoding="utf-8")

    close(project, "P2", "2009-05-13")  # its only day of that week
    assert "Owed from earlier weeks" not in page(W20)
    publish.publish(project, W20, project.parent / "out")
    assert "<li>Gade: 1 conversation (2009-W20)</li>" in page(W20.shift(1))


def test_a_draft_that_is_out_of_date_is_not_published(project: Path) -> None:
    plan(project)
    close(project, "P2", "2009-06-03")  # another week
    assert publish.look(project, W20).number == 1
    close(project, "P2", "2009-05-13")
    with pytest.raises(InputError, match="out of date"):
        publish.publish(project, W20, project.parent / "out")
    assert not (project.parent / "out" / "2009-W20").exists()


def test_nothing_to_publish(project: Path) -> None:
    with pytest.raises(InputError, match="no draft to publish"):
        publish.look(project, W20)
    plan(project)
    publish.publish(project, W20, project.parent / "out")
    with pytest.raises(InputError, match="edition 1 is published"):
        publish.look(project, W20)


def test_another_draft_than_was_looked_at(project: Path) -> None:
    plan(project)
    with pytest.raises(InputError, match="another one"):
        publish.publish(project, W20, project.parent / "out", expected=2)


def test_the_next_edition_says_what_it_changes(project: Path) -> None:
    day = day_of(plan(project), "P1")
    publish.publish(project, W20, project.parent / "out")
    close(project, "P1", day)
    plan(project)
    found = publish.look(project, W20)
    with i18n.using("en"):
        (sentence,) = found.sentences()
    assert sentence.startswith("Vej")
    assert "Mon" in sentence
    assert "Tue" in sentence
    with i18n.using("en"):
        done = publish.publish(project, W20, project.parent / "out")
    page = (done.folder / "index.html").read_text()
    assert "Changed since edition 1" in page
    assert sentence in page
    with store_of(project):
        from scheduler.store import editions as kept

        states = [(each.number, each.state) for each in kept.earlier("2009-W20")]
    assert states == [(1, "superseded"), (2, "published")]


def test_the_front_keeps_what_can_be_kept(project: Path) -> None:
    day = day_of(plan(project), "P1")
    publish.publish(project, W20, project.parent / "out")
    close(project, "P1", day)
    front, planned = replan.replan(project, W20, project.parent / "out")
    assert planned is None
    assert front.points[0].unforced == 0
    assert "P1" in front.points[0].forced
    file = project.parent / "front.json"
    front, planned = replan.replan(project, W20, project.parent / "out", changes=0, to=file)
    assert planned is not None
    assert {change.id for change in front.points[0].changes} == {"P1"}
    written = json.loads(file.read_text())
    assert (written["week"], written["edition"], written["forced"]) == ("2009-W20", 1, ["P1"])
    assert [point["changes"] for point in written["points"]] == [p.unforced for p in front.points]
    assert written["points"][0]["changed"][0]["becomes"]["date"] in {"2009-05-11", "2009-05-12"} - {day}
    assert publish.publish(project, W20, project.parent / "out").number == 2


def test_a_week_that_is_over_stays(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan(project)
    publish.publish(project, W20, project.parent / "out")
    monkeypatch.setenv(NOW_VARIABLE, "2009-05-18T00:00")
    with pytest.raises(InputError, match="is over"):
        replan.replan(project, W20, project.parent / "out")


def test_replanning_needs_an_edition(project: Path) -> None:
    with pytest.raises(InputError, match="no edition"):
        replan.replan(project, W20, project.parent / "out")


def test_the_second_coordinator_is_told_what_the_first_did(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(project)
    prepare = planner.prepare

    def meanwhile(*arguments: object, **options: object) -> planner.Prepared:
        monkeypatch.setattr(planner, "prepare", prepare)
        monkeypatch.setenv("HJUL_USER", "Else")
        close(project, "P2", "2009-06-03")
        monkeypatch.setenv("HJUL_USER", "Bo")
        return prepare(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(planner, "prepare", meanwhile)
    with pytest.raises(InputError, match=r"meanwhile: Else.*tables taken in"):
        publish.publish(project, W20, project.parent / "out")
    assert not (project.parent / "out" / "2009-W20").exists()
    assert publish.publish(project, W20, project.parent / "out").number == 1
