"""What practices see on their pages, say there, and what becomes of it."""

import dataclasses
import datetime as dt
import re
import shutil
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from folders import ON_THE_MAP, W20
from stores import events, kept, take_in, with_store

from scheduler.base import i18n
from scheduler.base.errors import InputError
from scheduler.model.clock import NOW_VARIABLE, now
from scheduler.services import editing, editions, publish, replies, storing
from scheduler.services.replies import PracticePage
from scheduler.services.workspace import store_of

APP = "https://hjul.example.dk"
PRACTICES = (
    "practice_id,name,address,postcode,city,district,lat,lon,email,phone\n"
    "P1,Vej,Vej 1,2450,København SV,Valby,55.66506,12.54932,vej@example.dk,33 11 22 33\n"
    "P2,Gade,Vej 1,2450,København SV,Valby,55.66406,12.54832,,\n"
)
ROOMS = "practice_id,weekday,start,end\nP1,mon,09:00,12:00\nP2,tue,09:00,12:00\n"
SETTINGS = ON_THE_MAP["settings"] + f'\n[project]\napp_url = "{APP}"\n'


@pytest.fixture(autouse=True)
def thursday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NOW_VARIABLE, "2009-05-07T14:10")
    monkeypatch.setenv("HJUL_USER", "anna")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Have a project of which a week is published, and in which a practice has a fixed hour; to be copied."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch, i18n.using("en"):
        patch.setenv(NOW_VARIABLE, "2009-05-07T14:10")
        data = with_store(
            folder / "data",
            settings=SETTINGS,
            practices=PRACTICES,
            rooms=ROOMS,
            agreements="practice_id,weekday,start\nP1,mon,09:30\n",
        )
        editions.plan_week(data, W20, folder / "out")
        publish.publish(data, W20, folder / "out")
    return folder


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "copy")) / "data"


def page(project: Path) -> PracticePage:
    found = replies.page(project, "P1")
    assert found is not None
    return found


def said(project: Path) -> list[tuple[str, str, str]]:
    waiting, others = replies.said(project)
    return [(each.who, each.words, each.reply.state.value) for each in (*waiting, *others)]


def test_a_message_brings_a_link_that_ends_and_can_be_taken_back(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store_of(project):
        from scheduler.store import outbox

        ((to, content),) = [each for each in outbox.sent_with("2009-W20", 1) if each[0].startswith("P")]
    body = message_from_bytes(content, policy=policy.default).get_body(("plain",))
    assert body is not None
    text = "\n".join(body.get_content().splitlines())
    assert text.splitlines()[-1] == "Do not write about patients in the reply"
    found = re.search(rf"^{APP}/praksis/([\w-]{{43}})/$", text, re.MULTILINE)
    assert to == "P1"
    assert found is not None
    assert replies.opened(project, found[1]) == "P1"
    assert replies.opened(project, found[1][:-1] + "!") is None
    # Practice 2 has no mail address, and so no link that nobody has.
    assert replies.links(project) == (("P2", "Gade", 0), ("P1", "Vej", 1))
    monkeypatch.setenv(NOW_VARIABLE, "2009-07-02T14:09")
    assert replies.opened(project, found[1]) == "P1"
    monkeypatch.setenv(NOW_VARIABLE, "2009-07-02T14:11")
    assert replies.opened(project, found[1]) is None
    monkeypatch.setenv(NOW_VARIABLE, "2009-05-07T14:10")
    another = replies.make_link(project, "P1")
    replies.revoke(project, "P1")
    assert replies.opened(project, found[1]) is None
    assert replies.opened(project, another) is None
    with pytest.raises(InputError, match="no such practice"):
        replies.make_link(project, "c1")


def test_no_link_where_the_settings_do_not_say_where_the_app_is(tmp_path: Path) -> None:
    data = with_store(tmp_path / "data", settings=ON_THE_MAP["settings"], practices=PRACTICES, rooms=ROOMS)
    editions.plan_week(data, W20, tmp_path / "out")
    publish.publish(data, W20, tmp_path / "out")
    assert {n for _id, _name, n in replies.links(data)} == {0}
    (message,) = (tmp_path / "out" / "2009-W20").glob("**/P1*.eml")
    assert b"praksis" not in message.read_bytes()


@pytest.mark.parametrize(
    "wrong",
    ["hjul.dk", "ftp://hjul.dk", "https://hjul.dk/app", "https://a b", "https://x@y.dk", "javascript:x"],
)
def test_where_the_app_is_is_an_address(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(InputError, match="where the app is"):
        with_store(tmp_path / "data", settings=SETTINGS.replace(APP, wrong))


def test_a_backup_that_is_taken_back_brings_no_link_back(project: Path, tmp_path: Path) -> None:
    secret = replies.make_link(project, "P1")
    storing.back_up(project, tmp_path / "copy.db")
    replies.revoke(project, "P1")
    storing.restore(project, tmp_path / "copy.db")
    assert replies.opened(project, secret) is None


def test_a_practice_sees_what_is_final_and_what_is_not(project: Path) -> None:
    found = page(project)
    assert (found.place.name, found.consultants[0][0][:8], len(found.visits)) == ("Vej", "Rådgiver", 4)
    sent, *later = found.visits
    assert (sent.coming.final, str(sent.coming.start)) == (True, "2009-05-11 09:30:00+02:00")
    assert not any(visit.coming.final or visit.key for visit in later)
    assert [str(visit.coming.start)[:16] for visit in later[:2]] == ["2009-05-18 09:30", "2009-05-25 09:30"]
    other = replies.page(project, "P2")
    assert other is not None
    assert [visit.coming.final for visit in other.visits] == [False, True, False, False, False, False]
    assert {visit.coming.start for visit in other.visits if not visit.coming.final} == {None}
    assert replies.page(project, "c1") is None


def test_what_is_over_is_not_shown(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NOW_VARIABLE, "2009-05-12T07:00")
    assert str(page(project).visits[0].coming.start)[:10] == "2009-05-18"


def test_times_are_confirmed_as_they_were_seen(project: Path) -> None:
    visit = page(project).visits[0]
    for wrong in ([], [visit.key.replace("09:30", "10:00")], [visit.key, "x"], ["x" * 500]):
        with pytest.raises(InputError, match="changed meanwhile"):
            replies.confirm(project, "P1", wrong)
    with pytest.raises(InputError, match="changed meanwhile"):
        replies.confirm(project, "P2", [visit.key])
    assert said(project) == []
    replies.confirm(project, "P1", [visit.key, visit.key])
    replies.confirm(project, "P1", [visit.key])
    assert said(project) == [("Vej", "Monday 11 May at 9:30 suits", "noted")]
    assert page(project).visits[0].is_confirmed
    assert page(project).to_confirm == ()
    assert replies.confirmed(project, W20) == {"P1": now()}
    # What is published at another time was not confirmed.
    take_in(project, closures="who,from,to,start,end\nP1,2009-05-11,2009-05-11,09:00,10:30\n")
    editions.plan_week(project, W20, project.parent / "out")
    publish.publish(project, W20, project.parent / "out")
    assert not page(project).visits[0].is_confirmed
    assert replies.confirmed(project, W20) == {}


def test_how_many_are_booked_waits_and_becomes_a_row_of_the_log(project: Path) -> None:
    visit = page(project).visits[0]
    for wrong in ("", "2", "-1", "¹", "9" * 5000, "one"):
        with pytest.raises(InputError, match="from 0 to 1"):
            replies.tell_booked(project, "P1", visit.key, wrong)
    replies.tell_booked(project, "P1", visit.key, "1")
    replies.tell_booked(project, "P1", visit.key, "1")
    (waiting,), _others = replies.said(project)
    assert waiting.words == "1 conversation is booked on Monday 11 May at 9:30"
    assert page(project).visits[0].booked == 1
    assert "log" not in {name for name, rows in kept(project).items() if rows}
    proposal = replies.proposal(project, waiting.reply)
    editing.write(
        project, proposal, week=str(W20), changes_tables=False, then=replies.approving(waiting.reply)
    )
    (row,) = kept(project)["log"]
    assert (row["practice_id"], row["booked"]) == ("P1", "1")
    assert page(project).visits[0].booked == 1
    assert said(project)[0][2] == "approved"


def test_a_closed_day_becomes_an_exception_when_it_is_approved_and_is_taken_back(project: Path) -> None:
    before = kept(project).get("closures", [])
    replies.close(project, "P1", first="2009-05-18", last="", start="09:00", end="10:00")
    replies.close(project, "P1", first="2009-05-18", last="", start="09:00", end="10:00")
    (waiting,), _others = replies.said(project)
    assert waiting.words == "closed on Monday 18 May 9:00–10:00"
    assert kept(project).get("closures", []) == before
    with pytest.raises(InputError, match="answered this meanwhile"):
        replies.settle(project, dataclasses.replace(waiting.reply, number=99), declined=True)
    proposal = replies.proposal(project, waiting.reply)
    editing.write(project, proposal, then=replies.approving(waiting.reply))
    (row,) = kept(project)["closures"]
    assert row == {"who": "P1", "from": "2009-05-18", "to": "2009-05-18", "start": "09:00", "end": "10:00"}
    assert said(project) == [("Vej", "closed on Monday 18 May 9:00–10:00", "approved")]
    # Whoever comes second writes nothing, neither rows nor answer.
    with pytest.raises(InputError, match="answered this meanwhile"):
        replies.settle(project, waiting.reply, declined=True)
    with pytest.raises(InputError, match="know that already"):
        replies.close(project, "P1", first="2009-05-18", last="", start="09:00", end="10:00")
    storing.undo(project)
    assert kept(project).get("closures", []) == before
    assert replies.said(project)[1][0].reply.is_undone


def test_nothing_is_written_where_somebody_was_first(project: Path) -> None:
    replies.close(project, "P1", first="2009-05-18", last="2009-05-19", start="", end="")
    (waiting,), _others = replies.said(project)
    proposal = replies.proposal(project, waiting.reply)
    replies.settle(project, waiting.reply, declined=True)
    with pytest.raises(InputError, match="answered this meanwhile"):
        editing.write(project, proposal, then=replies.approving(waiting.reply))
    assert not kept(project).get("closures")
    assert said(project)[0][2] == "declined"


def test_a_room_is_lent(project: Path) -> None:
    replies.lend(project, "P1", date="2009-05-20", start="13:00", end="15:30", room=" <b>Lokale\n2</b> ")
    (waiting,), _others = replies.said(project)
    assert waiting.words == "a room is lent on Wednesday 20 May 13:00–15:30 (<b>Lokale 2</b>)"
    editing.write(project, replies.proposal(project, waiting.reply), then=replies.approving(waiting.reply))
    row = kept(project)["rooms"][-1]
    assert (row["date"], row["start"], row["end"], row["room"]) == (
        "2009-05-20", "13:00", "15:30", "<b>Lokale 2</b>",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said_", "why"),
    [
        (("2009-05-06", "", "", ""), "from today until"),
        (("2009-05-18", "2009-05-11", "", ""), "the first one first"),
        (("2009-05-18", "2009-07-18", "", ""), "at most 31"),
        (("2010-05-18", "", "", ""), "until Thursday 5 November"),
        (("18/5", "", "", ""), "write a day"),
        (("2009-02-30", "", "", ""), "write a day"),
        (("2009-05-18", "", "10:00", ""), "from when until when"),
        (("2009-05-18", "", "10:00", "09:00"), "from when until when"),
        (("2009-05-18", "", "10:00", "25:00"), "from when until when"),
        (("2009-05-18", "2009-05-19", "09:00", "10:00"), "hours of one day"),
        (("2009-05-18 kl 9 fru Hansen", "", "", ""), "write a day"),
    ],
)
def test_what_cannot_be_closed(project: Path, said_: tuple[str, ...], why: str) -> None:
    first, last, start, end = said_
    with pytest.raises(InputError, match=why):
        replies.close(project, "P1", first=first, last=last, start=start, end=end)
    assert said(project) == []


def test_what_cannot_be_lent(project: Path) -> None:
    for values, why in (
        ({"room": "x" * 41}, "longer than 40"),
        ({"room": "010170-1234"}, "CPR"),
        ({"date": "2009-05-21"}, "this cannot be: the practice is closed then"),  # Ascension Day
    ):
        with pytest.raises(InputError, match=why):
            replies.lend(
                project,
                "P1",
                **{"date": "2009-05-20", "start": "09:00", "end": "11:00", "room": "", **values},
            )
    assert said(project) == []


def test_nobody_says_without_end(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replies, "MOST_A_DAY", 2)
    replies.close(project, "P1", first="2009-05-18", last="", start="", end="")
    replies.close(project, "P1", first="2009-05-19", last="", start="", end="")
    with pytest.raises(replies.TooManyError):
        replies.close(project, "P1", first="2009-05-20", last="", start="", end="")
    replies.close(project, "P2", first="2009-05-20", last="", start="", end="")
    assert len(said(project)) == 3
    assert len([told for told in events(project) if "said on its own page" in told]) == 3
    monkeypatch.setenv(NOW_VARIABLE, "2009-05-08T14:11")
    replies.close(project, "P1", first="2009-05-20", last="", start="", end="")


def test_what_is_over_is_not_kept(project: Path) -> None:
    replies.close(project, "P1", first="2009-05-18", last="", start="", end="")
    with store_of(project):
        from scheduler.model.config import RetentionSettings
        from scheduler.store import retention
        from scheduler.store.models import PracticeLink, Reply

        later = now() + dt.timedelta(days=60)
        retention.clean(RetentionSettings(), later)
        assert (PracticeLink.objects.count(), Reply.objects.count()) == (0, 1)
        retention.clean(RetentionSettings(), now() + dt.timedelta(days=1500))
        assert Reply.objects.count() == 0
