from pathlib import Path

import pytest
from scenario.joiners import Plans, write_candidates, write_project

from scheduler.base.errors import InputError, SchedulerError
from scheduler.model.clock import Week
from scheduler.model.texts import word
from scheduler.scenario.practices.candidates import Ranking, rank
from scheduler.scenario.practices.newcomers import locate_candidates
from scheduler.services import planner
from scheduler.services.planner import Prepared

WEEKS = (Week(2009, 20), Week(2009, 21))
SAXO = "saxo,Lægerne Saxogade,Saxogade 94,1662,København V,,,,tue,08:30,12:00\n"
# Two conversations and setup leave no room on a Tuesday for one more of these.
TWO = "{id},Lægerne {id},Krusågade 20,1719,København V,,2,,tue,09:00,12:00\n"
LATE = "late,Lægerne Istedgade,Istedgade 89,1650,København V,,,,mon,13:00,16:00\n"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return planner.prepare(write_project(tmp_path_factory.mktemp("project")))


def _rank(prepared: Prepared, folder: Path, *rows: str, take: int = 5, plans: Plans | None = None) -> Ranking:
    found, _exact, _notes = locate_candidates(write_candidates(folder, *rows), prepared)
    return rank(prepared, found, WEEKS, runs=plans or Plans(), take=take)


def test_best_first_and_one_after_the_other(prepared: Prepared, tmp_path: Path) -> None:
    ranking = _rank(prepared, tmp_path, LATE, SAXO, TWO.format(id="a"), TWO.format(id="b"))
    assert [gain.candidate_id for gain in ranking.alone] == ["a", "b", "saxo", "late"]
    first, *others = ranking.joined
    assert first == ranking.alone[0]
    # A twin of the first one is worth less in its company than alone, and late ones bring nothing.
    assert "late" not in {gain.candidate_id for gain in ranking.joined}
    for gain in others:
        alone = next(each for each in ranking.alone if each.candidate_id == gain.candidate_id)
        assert 0 < gain.value_points < alone.value_points
    assert ranking.enough
    assert ranking.today.conversations == 5  # P1 and P3 in both weeks, P2 in one


def test_no_more_are_taken_than_asked_for(prepared: Prepared, tmp_path: Path) -> None:
    plans = Plans()
    ranking = _rank(prepared, tmp_path, SAXO, TWO.format(id="a"), take=1, plans=plans)
    assert [gain.candidate_id for gain in ranking.joined] == ["a"]
    assert not ranking.enough
    assert {task.scenario for task in plans.tasks} == {"today", "+a", "+saxo"}


def test_all_may_join(prepared: Prepared, tmp_path: Path) -> None:
    ranking = _rank(prepared, tmp_path, SAXO)
    assert [gain.candidate_id for gain in ranking.joined] == ["saxo"]
    assert not ranking.enough


def test_none_brings_anything(prepared: Prepared, tmp_path: Path) -> None:
    ranking = _rank(prepared, tmp_path, LATE)
    assert ranking.joined == ()
    assert ranking.enough
    assert "no consultant works when the practice has a room" in word(ranking.notes[0])


def test_due_in_none_of_the_weeks(prepared: Prepared, tmp_path: Path) -> None:
    never = SAXO.replace(",,,,tue", ",104,,,tue")
    ranking = _rank(prepared, tmp_path, never)
    assert ranking.alone[0].due_weeks == 0
    assert "due in none of these weeks" in ranking.page()


def test_a_candidate_whose_weeks_fail_is_left_out(prepared: Prepared, tmp_path: Path) -> None:
    ranking = _rank(prepared, tmp_path, SAXO, TWO.format(id="a"), plans=Plans(("+a", "2009-W20")))
    assert [gain.candidate_id for gain in ranking.alone] == ["saxo"]
    assert [failure.reason for failure in ranking.failures] == ["out of order"]


def test_nothing_is_ranked_where_today_fails(prepared: Prepared, tmp_path: Path) -> None:
    with pytest.raises(SchedulerError, match="today 2009-W20: out of order"):
        _rank(prepared, tmp_path, SAXO, plans=Plans(("today", "2009-W20")))


def test_tables_have_units_in_their_columns(prepared: Prepared, tmp_path: Path) -> None:
    ranking = _rank(prepared, tmp_path, SAXO)
    table = ranking.table(ranking.alone)
    assert list(table.columns) == [
        "candidate_id",
        "name",
        "base_id",
        "value_points",
        "due_weeks",
        "asked_conversations",
        "own_conversations",
        "net_conversations",
        "missed_visits_elsewhere",
        "cycling_minutes",
        "cycling_km",
        "waiting_minutes",
        "adviser_hours",
        "conversations_an_adviser_hour",
        "cost_dkk",
        "cost_a_conversation_dkk",
        "proven",
    ]
    assert table["name"].tolist() == ["Lægerne Saxogade"]
    assert list(ranking.table(()).columns) == list(table.columns)


def test_places_that_cannot_be_used_are_told_with_the_rest(prepared: Prepared, tmp_path: Path) -> None:
    heading = "practice_id,name,address,postcode,city,lat,lon,weekday,start,end\n"
    file = write_candidates(
        tmp_path,
        "far,Roskilde,Algade 1,4000,Roskilde,55.6415,12.0803,mon,08:30,12:00\n",
        "unknown,Ukendt,Ukendtvej 7,1650,København V,,,mon,08:30,12:00\n",
        "again,halmtorvet,Halmtorvet 29 A,1700,København V,,,mon,08:30,12:00\n",
        "late,Lægerne,Istedgade 89,1650,København V,,,mon,12:00,08:30\n",
        "twice,Lægerne,Istedgade 89,1650,København V,,,mon,08:30,12:00\n",
        heading=heading,
    )
    with pytest.raises(InputError) as raised:
        locate_candidates(file, prepared)
    told = [str(problem) for problem in raised.value.problems]
    assert any(line.startswith("who.csv:2 [lat]: far is ") for line in told)
    assert any(line.startswith("who.csv:3 [address]: ") for line in told)
    assert "who.csv:4 [address]: halmtorvet at this address is there already, as P1" in told
    assert "who.csv:5 [end]: this ends before it begins" in told
    assert "who.csv:6 [address]: Lægerne at this address is there already, as late" in told
    assert len(told) == 5


def test_two_practices_of_one_house_are_remarked_on(prepared: Prepared, tmp_path: Path) -> None:
    file = write_candidates(
        tmp_path, SAXO.replace("Saxogade 94,1662", "Istedgade 128,1650"), TWO.format(id="a")
    )
    found, _exact, notes = locate_candidates(file, prepared)
    assert [candidate.candidate_id for candidate in found] == ["saxo", "a"]
    assert [word(note) for note in notes] == ["saxo is in the same house as P2"]
