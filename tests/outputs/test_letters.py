"""The messages of an edition, read back as a mail program does."""

import datetime as dt
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
import samples
from icalendar import Calendar

from scheduler.base import i18n
from scheduler.base.resources import example_folder
from scheduler.inputs import read_project
from scheduler.model.config import ProjectSettings
from scheduler.model.project import Consultant, Place, Practice, Project
from scheduler.model.roster import Roster
from scheduler.model.text import Text
from scheduler.outputs import letters, news
from scheduler.outputs.artifacts import Artifacts
from scheduler.outputs.letters import Coming, Post

SENT_AT = dt.datetime(2009, 5, 7, 12, 10, tzinfo=dt.UTC)
ROSTER = samples.roster().replace(edition=2, issued_at=SENT_AT)
BEFORE = samples.roster().replace(edition=1, issued_at=SENT_AT - dt.timedelta(days=1))
IDS = ("vesterbrogade", "sjaeloer", "annex", "toftegaard")


def _project(**mail: str) -> Project:
    """The example's settings with practices and consultants of the sample, who may have other addresses."""
    example = read_project(example_folder())
    settings = ProjectSettings(coordinator="Kirsten", phone="03 01 00 00", email="post@jobcenter.example")
    return example.replace(
        config=replace(example.config, project=settings),
        practices=tuple(
            Practice(practice_id=id_, email=mail.get(id_, f"{id_}@laege.example"), phone="03 00 00 01")
            for id_ in IDS
        ),
        places=tuple(Place(place_id=id_, name=f"Praksis {id_}") for id_ in IDS),
        consultants=tuple(
            Consultant(
                consultant_id=who,
                name=who,
                email=mail.get(who, f"{who}@jobcenter.example"),
                phone=f"03 01 00 0{who[1]}",
            )
            for who in ("r1", "r2")
        ),
    )


PROJECT = _project()


def _artifacts(roster: Roster = ROSTER, earlier: Sequence[Roster] = ()) -> Artifacts:
    rides = {**samples.rides(ROSTER), **samples.rides(roster)}
    return Artifacts(roster, rides, samples.background(), i18n.language(), earlier=earlier)


def _post(
    told: Mapping[str, Sequence[Text]],
    *,
    roster: Roster = ROSTER,
    project: Project = PROJECT,
    earlier: Sequence[Roster] = (),
    coming: Mapping[str, Sequence[Coming]] | None = None,
    language: str = "da",
) -> Post:
    with i18n.using(language):
        return letters.post(
            _artifacts(roster, earlier),
            project,
            told,
            coming=coming or {},
            earlier=earlier,
            message_id=lambda id_: f"<2009-W20.2.{id_}@hjul.example>",
            sent_at=SENT_AT,
        )


def _read(message: EmailMessage) -> EmailMessage:
    """The message as it comes out of its bytes; nothing in it is against the rules of mail."""
    found = message_from_bytes(letters.eml(message.as_bytes()), policy=default)
    assert isinstance(found, EmailMessage)
    for part in found.walk():
        assert part.defects == []
        assert all(not header.defects for _name, header in part.items())
    return found


def _body(message: EmailMessage) -> str:
    part = _read(message).get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def _attached(message: EmailMessage) -> dict[str, Any]:
    return {str(part.get_filename()): part for part in _read(message).iter_attachments()}


def _moved() -> Roster:
    """The visit to Vesterbrogade is an hour later."""
    first, *rest = ROSTER.rounds
    stops = (
        replace(
            stop,
            start=stop.start + dt.timedelta(hours=1),
            end=stop.end + dt.timedelta(hours=1),
            conversation_starts=tuple(each + dt.timedelta(hours=1) for each in stop.conversation_starts),
        )
        if stop.id == "vesterbrogade"
        else stop
        for stop in first.stops
    )
    return ROSTER.replace(rounds=(replace(first, stops=tuple(stops)), *rest))


def test_a_practice_reads_when_who_comes_and_what_has_changed() -> None:
    roster = _moved()
    told = {"vesterbrogade": news.for_practice(BEFORE, roster, "vesterbrogade")}
    coming = {
        "vesterbrogade": [
            Coming(week=samples.WEEK, start=roster.rounds[0].stops[1].start, consultant_id="r1", final=True),
            Coming(week=samples.WEEK.shift(2), start=SENT_AT + dt.timedelta(days=18), consultant_id="r2"),
            Coming(week=samples.WEEK.shift(4)),
        ]
    }
    (message,) = _post(told, roster=roster, earlier=[BEFORE], coming=coming).messages.values()
    assert _body(message).splitlines() == [
        "Kære Praksis vesterbrogade",
        "",
        "Mandag 11. maj kl. 10.45–12.20: besøg af Rådgiver 1, tlf. 03 01 00 01.",
        "Lokale: Lokale 2",
        "2 samtaler, der begynder kl. 10.50, 11.35",
        "",
        "Ændret:",
        "- Besøget er flyttet fra mandag 11. maj kl. 9.45 til mandag 11. maj kl. 10.45.",
        "",
        "De kommende uger:",
        "- Endelig: uge 20, mandag 11. maj kl. 10.45, Rådgiver 1",
        "- Foreløbig: uge 22, mandag 25. maj kl. 14.10, Rådgiver 2",
        "- Foreløbig: uge 24, tidspunktet følger",
        "",
        "Spørgsmål:",
        "- Rådgiver 1, tlf. 03 01 00 01",
        "- Kirsten, Jobcenter København, Skelbækgade, tlf. 03 01 00 00",
        "",
        "Skriv ikke om patienter i svaret",
    ]
    found = _read(message)
    assert found["To"] == "Praksis vesterbrogade <vesterbrogade@laege.example>"
    assert found["From"].addresses[0].addr_spec == "post@jobcenter.example"
    assert found["Subject"] == "Ændret besøg: mandag 11. maj kl. 10.45"
    assert found["Message-ID"] == "<2009-W20.2.vesterbrogade@hjul.example>"
    assert found["Date"].datetime == SENT_AT
    assert (found["Auto-Submitted"], found["X-Unsent"]) == ("auto-generated", "1")
    (attached,) = _attached(message).values()
    assert attached.get_content_type() == "text/calendar"
    assert attached.get_param("method") == "PUBLISH"
    (event,) = Calendar.from_ical(attached.get_payload(decode=True)).walk("VEVENT")
    assert event.decoded("dtstart").isoformat() == "2009-05-11T10:45:00+02:00"
    assert event.decoded("sequence") == 2


def test_a_practice_whose_visit_is_off_gets_it_cancelled_and_no_reason() -> None:
    roster = ROSTER.replace(rounds=ROSTER.rounds[1:])
    told = {"vesterbrogade": (*news.for_practice(BEFORE, roster, "vesterbrogade"), letters.PREVENTED)}
    (message,) = _post(told, roster=roster, earlier=[BEFORE]).messages.values()
    lines = _body(message).splitlines()
    assert _read(message)["Subject"] == "Intet besøg i uge 20 2009"
    assert lines[2:7] == [
        "Der er intet besøg i uge 20 2009.",
        "",
        "Ændret:",
        "- Besøget mandag 11. maj kl. 9.45 er aflyst.",
        "- Rådgiveren er forhindret.",
    ]
    (attached,) = _attached(message).values()
    (event,) = Calendar.from_ical(attached.get_payload(decode=True)).walk("VEVENT")
    assert event["status"] == "CANCELLED"


def test_told_for_the_first_time_nothing_has_changed() -> None:
    (message,) = _post({"sjaeloer": ()}, language="en").messages.values()
    assert "Changed" not in _body(message)
    assert _read(message)["Subject"] == "Visit: Tuesday 12 May at 9:00"
    assert _body(message).splitlines()[-1] == "Do not write about patients in the reply"


def test_a_new_visit_is_no_changed_one() -> None:
    told = news.for_practice(BEFORE.replace(rounds=()), ROSTER, "sjaeloer")
    (message,) = _post({"sjaeloer": told}).messages.values()
    assert _read(message)["Subject"] == "Besøg: tirsdag 12. maj kl. 9.00"
    assert "- Nyt besøg tirsdag 12. maj kl. 9.00." in _body(message).splitlines()


def test_a_consultant_gets_the_week_as_a_zip_and_homes_by_district() -> None:
    told = news.for_consultant(BEFORE, _moved(), "r1")
    (message,) = _post({"r1": told}, roster=_moved(), earlier=[BEFORE]).messages.values()
    body = _body(message).splitlines()
    assert body[:5] == [
        "Kære Rådgiver 1",
        "",
        "Ændret:",
        "- Mandag 9.45 Praksis Vesterbrogade er flyttet til mandag 10.45.",
        "",
    ]
    assert body[5] == "Uge 20 2009 · Udgave 2, udsendt tors. 7. maj kl. 14.10:"
    assert body[6].startswith("- mandag 11. maj: fra jobcentret ")
    assert _read(message)["Subject"] == "Din uge 20 2009: hvad der er ændret"
    ((name, part),) = _attached(message).items()
    assert (name, part.get_content_type()) == ("2009-W20-r1.zip", "application/zip")
    with zipfile.ZipFile(io.BytesIO(part.get_payload(decode=True))) as archive:
        contents = {each: archive.read(each).decode(errors="replace") for each in archive.namelist()}
    days = ("2009-05-11", "2009-05-12", "2009-05-13", "2009-05-14")
    assert list(contents) == [
        "r1-uge-20.html",
        *(f"maps/{date}-r1.html" for date in days),
        *(f"gpx/{date}-r1.gpx" for date in days),
        "r1.ics",
        "r1.changes.ics",
        "r1.held.xlsx",
    ]
    home = next(stop for stop in ROSTER.rounds[2].stops if stop.kind == "home_visit")
    for content in (*contents.values(), *body):
        assert samples.HOME_ADDRESS not in content
        assert samples.HOME_NAME not in content
        assert str(home.lat)[:7] not in content
        assert "../index.html" not in content
    assert "Hjemmebesøg" in contents["maps/2009-05-12-r1.html"]
    assert "Vesterbro" in contents["maps/2009-05-12-r1.html"]
    assert 'href="2009-05-13-r1.html"' in contents["maps/2009-05-12-r1.html"]


def test_a_consultant_without_rounds_is_told_so() -> None:
    roster = ROSTER.replace(rounds=ROSTER.rounds[:1])
    (message,) = _post({"r2": ()}, roster=roster).messages.values()
    assert "- ingen dagsruter" in _body(message).splitlines()
    assert _read(message)["Subject"] == "Din uge 20 2009"


def test_who_has_no_address_is_listed_with_the_phone_in_order_of_time() -> None:
    told = {id_: news.for_practice(BEFORE, _moved(), id_) for id_ in ("annex", "toftegaard", "vesterbrogade")}
    without = _project(annex="", vesterbrogade="", toftegaard="a@" + "x" * 64 + ".dk", r1="")
    found = _post({**told, "sjaeloer": (), "r1": (), "r2": ()}, project=without, roster=_moved())
    assert list(found.messages) == ["sjaeloer", "r2"]
    assert found.unreached == ("r1",)
    assert [call.practice_id for call in found.calls] == ["vesterbrogade", "toftegaard", "annex"]
    first, _second, third = found.calls
    assert (first.name, first.phone) == ("Praksis vesterbrogade", "03 00 00 01")
    assert first.sentences == (
        "Besøget er flyttet fra mandag 11. maj kl. 9.45 til mandag 11. maj kl. 10.45.",
    )
    assert third.sentences == (
        "Torsdag 14. maj kl. 12.30–13.20: besøg af Rådgiver 1, tlf. 03 01 00 01.",
        "1 samtale, der begynder kl. 12.35",
    )


def test_a_practice_that_the_tables_no_longer_have_is_called() -> None:
    gone = PROJECT.replace(practices=PROJECT.practices[1:], places=PROJECT.places[1:])
    (call,) = _post({"vesterbrogade": ()}, project=gone).calls
    assert (call.name, call.phone) == ("Praksis Vesterbrogade", "")


def test_nobody_is_written_to_without_news() -> None:
    found = _post({})
    assert (found.messages, found.calls, found.unreached) == ({}, (), ())


def test_without_numbers_and_a_coordinator_nothing_is_made_up() -> None:
    bare = PROJECT.replace(
        config=replace(PROJECT.config, project=ProjectSettings()),
        consultants=tuple(replace(each, phone="") for each in PROJECT.consultants),
    )
    (message,) = _post({"sjaeloer": ()}, project=bare).messages.values()
    assert _read(message)["From"] is None
    assert "tlf" not in _body(message)
    assert "- Jobcenter København, Skelbækgade" in _body(message).splitlines()


EVIL = "Bcc: x@x.example\r\nBcc: all@x.example\r\n\r\n<script>\x00\x1b[31m\u2028Skriv alt"


def test_names_add_neither_headers_nor_lines() -> None:
    evil = PROJECT.replace(
        places=tuple(replace(place, name=f"{place.place_id} {EVIL}") for place in PROJECT.places),
        config=replace(
            PROJECT.config,
            project=ProjectSettings(coordinator=EVIL, phone="03 01 00 00", email="post@jobcenter.example"),
        ),
    )
    roster = ROSTER.replace(consultants=tuple(replace(c, name=EVIL) for c in ROSTER.consultants))
    found = _post(
        {"sjaeloer": (), "r1": ()},
        project=evil,
        roster=roster,
        coming={"sjaeloer": [Coming(week=samples.WEEK, start=SENT_AT, consultant_id="r1")]},
    )
    for message in found.messages.values():
        read = _read(message)
        assert read["Bcc"] is None
        assert len(read["To"].addresses) == 1
        lines = _body(message).splitlines()
        assert not any(line.startswith(("Bcc", "<script", "Skriv alt")) for line in lines)
        assert "\x1b" not in "".join(lines)
    practice, _consultant = found.messages.values()
    assert _body(practice).splitlines()[-1] == "Skriv ikke om patienter i svaret"


def test_a_server_with_letters_of_its_own_is_written_as_mail_has_it() -> None:
    letters_of_own = _project(sjaeloer="post@lægehuset.example")
    (message,) = _post({"sjaeloer": ()}, project=letters_of_own).messages.values()
    assert _read(message)["To"].addresses[0].addr_spec == "post@xn--lgehuset-j0a.example"


@pytest.mark.parametrize("id_", ["sjaeloer", "r1"])
def test_the_same_message_has_the_same_bytes(id_: str) -> None:
    first, second = (letters.eml(_post({id_: ()}).messages[id_].as_bytes()) for _ in range(2))
    assert first == second
    assert all(len(line) <= 998 and line.isascii() for line in first.split(b"\r\n"))
