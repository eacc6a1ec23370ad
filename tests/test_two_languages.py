"""A roster planned in one language is shown in another, and nothing of the first is left in what people see."""

import html
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from folders import ON_THE_MAP, write_folder
from openpyxl import load_workbook
from rosterschema import wrong_with

from scheduler.base import i18n
from scheduler.checks.bound import BoundCheck, check_bound
from scheduler.cli import summary
from scheduler.cli.terminal import Terminal
from scheduler.model import rosterfile
from scheduler.model.clock import Week
from scheduler.model.roster import Roster
from scheduler.model.text import Text
from scheduler.model.texts import word
from scheduler.outputs.artifacts import Artifacts
from scheduler.outputs.write import write
from scheduler.services import planner
from scheduler.services.advice import Advice, advise, variants
from scheduler.services.review import review

#: With Ascension Day, which is a Thursday.
WEEK = Week(2009, 21)
OTHER = {"da": "en", "en": "da"}
_VESTERBRO = "1620,København V,Vesterbro"
PROJECT = {
    "settings": ON_THE_MAP["settings"]
    .replace("2009-01-01", "2008-01-01")
    .replace("2010-12-31", "2008-12-31")
    .replace('"Jobcenter"', '"Alpha"'),
    "practices": "practice_id,name,address,postcode,city,district,lat,lon,conversations,max_conversations,active_from\n"
    "P1,Beta,Vej 1,2450,København SV,Valby,55.66506,12.54932,1,,\n"
    f"P2,Gamma,Gade 2,{_VESTERBRO},55.66810,12.55000,1,,\n"
    f"P3,Delta,Gade 3,{_VESTERBRO},55.66810,12.55100,1,,\n"
    f"P4,Epsilon,Gade 4,{_VESTERBRO},55.66810,12.55200,1,,\n"
    "P5,Zeta,Istedgade 90,1650,København V,Vesterbro,,,1,,\n"
    f"P6,Eta,Gade 6,{_VESTERBRO},55.66700,12.55000,4,2,\n"
    f"P7,Theta,Gade 7,{_VESTERBRO},55.66700,12.55100,2,,\n"
    f"P8,Iota,Gade 8,{_VESTERBRO},55.66700,12.55200,1,,\n"
    f"P9,Kappa,Gade 9,{_VESTERBRO},55.66700,12.55300,1,,\n"
    f"P10,Lambda,Gade 10,{_VESTERBRO},55.66600,12.55000,1,,\n"
    f"P11,Mu,Gade 11,{_VESTERBRO},55.66600,12.55100,1,,2009-05-20\n"
    f"P12,Nu,Gade 12,{_VESTERBRO},55.66600,12.55200,1,,\n",
    "rooms": "practice_id,weekday,start,end\nP1,mon,09:00,12:00\nP2,thu,09:00,12:00\nP4,mon,05:00,06:00\n"
    "P5,tue,09:00,12:00\nP6,mon,12:00,15:00\nP7,tue,12:30,13:25\nP8,tue,14:00,14:50\nP9,tue,14:00,14:50\n"
    "P10,mon,09:00,12:00\nP11,mon,09:00,12:00\nP12,tue,08:30,09:20\n",
    "consultants": "consultant_id,name\nc1,Xi\nc2,Omikron\n",
    "shifts": "consultant_id,weekday,start,end\nc1,mon,08:30,15:30\nc1,tue,08:30,15:30\nc1,wed,08:30,15:30\n"
    "c1,thu,08:30,15:30\nc2,wed,08:30,12:00\n",
    "engagements": "engagement_id,title,kind,consultant_id,weekday,start,end\ne1,Pi,meeting,c1,wed,11:00,13:30\n",
    "closures": "who,from,to,reason\nP10,2009-05-18,2009-05-18,\n",
    "home_visits": "visit_id,address,postcode,city,date,start,end,minutes,district,lat,lon,consultant_id\n"
    "H1,Rho 1,1620,København V,2009-05-21,09:00,12:00,45,Vesterbro,55.66900,12.55000,\n"
    "H2,Rho 2,1620,København V,2009-05-19,09:00,12:00,45,Vesterbro,55.66900,12.55100,c2\n"
    "H3,Rho 3,1620,København V,2009-05-20,14:00,15:20,45,Vesterbro,55.66900,12.55200,\n",
}


@dataclass(frozen=True)
class Found:
    """What was found of the week in one language, as it is kept; the roster is read from its file."""

    prepared: planner.Prepared
    roster: Roster
    proof: BoundCheck
    advice: Advice
    changes: Mapping[str, Text]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("data"), **PROJECT)


@pytest.fixture(scope="module")
def found_in(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Found]:
    @cache
    def found(language: str) -> Found:
        with i18n.using(language):
            folder = planner.plan_week(
                data, WEEK, tmp_path_factory.mktemp(language), time_limit_s=600.0
            ).folder
            roster = rosterfile.load(folder / "roster.json")
            prepared = planner.prepare(data)
            problem = planner.problem(prepared, WEEK)
            proof = check_bound(problem, roster, time_limit_s=0.0)
            texts: dict[str, Text] = {variant.kind: variant.text for variant in variants(problem)}
            few = problem.replace(requests=problem.requests[:2], days=problem.days[:1])
            return Found(prepared, roster, proof, advise(few, time_limit_s=600.0), texts)

    return found


# --- What people read -------------------------------------------------------------------------------


#: A string in a script, and the colon after one that is the name of a value.
_STRING = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?')


class _Read(HTMLParser):
    """Collects what people read on a page: texts, labels, and what its own script writes."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.within = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.within = tag
        self.said += [
            value for name, value in attrs if value and name in ("title", "aria-label", "alt", "data-label")
        ]

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - HTMLParser's signature
        self.within = ""

    def handle_data(self, data: str) -> None:
        if self.within == "script":  # of the map: the library comes first, then what is drawn
            own = data.rpartition("hjul.run(function")[2]
            texts = (text for text, colon in _STRING.findall(own) if not colon)
            self.said += [html.unescape(json.loads(text)) for text in texts]
        elif self.within != "style":
            self.said.append(data)


def _page(content: bytes) -> str:
    reader = _Read()
    reader.feed(content.decode())
    return "\n".join(reader.said)


def _workbook(content: bytes) -> str:
    sheets = load_workbook(BytesIO(content)).worksheets
    cells = (cell.value for sheet in sheets for row in sheet.iter_rows() for cell in row)
    return "\n".join([*(sheet.title for sheet in sheets), *(cell for cell in cells if isinstance(cell, str))])


def _calendar(content: bytes) -> str:
    text = content.decode().replace("\r\n ", "").replace("\\,", ",").replace("\\n", "\n")
    return re.sub(r"(?m)^UID:.*$", "", text)


def _values(value: object) -> Iterator[str]:
    """Yield the texts in a roster.json that are neither names of fields nor codes and ids."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (text for each in value for text in _values(each))
    elif isinstance(value, dict):
        yield from (
            text
            for name, each in value.items()
            if name not in ("code", "kind", "id")
            for text in _values(each)
        )


_READERS: Mapping[str, Callable[[bytes], str]] = {
    ".html": _page,
    ".xlsx": _workbook,
    ".ics": _calendar,
    ".gpx": lambda content: html.unescape(re.sub(r"<[^>]*>", "\n", content.decode())),
    ".json": lambda content: "\n".join(_values(json.loads(content))),
}


def shown(found: Found, folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Return all that is shown of a week in the language in force, as text, by where it is."""
    files = write(
        Artifacts(
            found.roster,
            planner.rides(found.roster, found.prepared.travel),
            found.prepared.network.background(),
            i18n.language(),
            map_settings=found.prepared.project.config.map,
        ),
        folder,
    )
    told = {str(file.relative_to(folder)): _READERS[file.suffix](file.read_bytes()) for file in files}
    assert wrong_with((folder / "roster.json").read_bytes()) == []
    capsys.readouterr()
    terminal = Terminal()
    summary.show_roster(terminal, found.roster, found.proof)
    told["terminal"] = "".join(capsys.readouterr())
    summary.show_advice(terminal, found.advice)
    told["advice"] = "".join(capsys.readouterr())
    told["changes"] = "\n".join(word(text, found.roster.names) for text in found.changes.values())
    told["warnings"] = "\n".join(map(str, review(found.prepared)))
    return told


# --- What is said in one language only -----------------------------------------------------------------


@cache
def said_only_in(language: str) -> re.Pattern[str]:
    """Return a pattern of what only texts in one language have: pieces between placeholders, days and months."""
    with (Path(i18n.__file__).parent.parent / "locale/da/LC_MESSAGES/hjul.po").open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    english = {piece for message in messages for piece in _pieces(message.id)} | _calendar_words("en")
    danish = {piece for message in messages for piece in _pieces(message.string)} | _calendar_words("da")
    own, others = (danish, english) if language == "da" else (english, danish)
    known = "\n".join([*others, *PROJECT.values(), "Rådgiver på hjul"])
    only = sorted((piece for piece in own if piece not in known), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, only))})(?!\w)")


def _pieces(message: object) -> Iterator[str]:
    for form in message if isinstance(message, list | tuple) else (message,):
        for piece in re.split(r"\{[^{}]*\}|%\(\w+\)[a-z]", str(form)):
            if len(piece := piece.strip(" .,:;()")) >= 5 and re.search(r"[^\W\d]{4}", piece):
                yield piece


def _calendar_words(language: str) -> set[str]:
    with i18n.using(language):
        return {i18n.weekday(n) for n in range(7)} | {
            "Kristi himmelfartsdag" if language == "da" else "Ascension Day"
        }


# --- The tests ----------------------------------------------------------------------------------------


def test_the_week_has_what_there_is_to_say(found_in: Callable[[str], Found]) -> None:
    """A week that says everything: else the tests below prove little."""
    roster = found_in("da").roster
    reasons = {request.reason.code for request in roster.unassigned}
    assert reasons == {
        "closed", "consultant_away", "dearer", "no_consultant", "no_room", "practice_maximum", "ride_does_not_fit",
        "room_too_short",
    }  # fmt: skip
    assert {note.code for note in roster.notes} == {"outside_period", "lunch_waived", "between_numbers"}
    assert [day.reason and day.reason.code for day in roster.closed_days] == ["holiday"]
    assert {stop.kind for round_ in roster.rounds for stop in round_.stops} >= {
        "home_visit",
        "lunch",
        "engagement",
    }
    assert found_in("da").advice.suggestions
    assert found_in("da").changes.keys() == {"room", "shift", "engagement"}
    assert found_in("da").proof.verified is None


def test_what_is_kept_is_the_same_in_both_languages(found_in: Callable[[str], Found]) -> None:
    danish, english = found_in("da"), found_in("en")
    assert danish.roster.replace(solve_seconds=0.0) == english.roster.replace(solve_seconds=0.0)
    assert danish.proof == english.proof
    assert danish.changes == english.changes
    assert danish.advice.suggestions == english.advice.suggestions
    assert danish.prepared.located == english.prepared.located


@pytest.mark.parametrize("planned_in", i18n.LANGUAGES)
def test_no_sentence_of_another_language_is_in_anything(
    planned_in: str,
    found_in: Callable[[str], Found],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = found_in(planned_in)
    with i18n.using(OTHER[planned_in]):
        told = shown(found, tmp_path, capsys)
    kinds = {Path(name).suffix or name for name in told}
    assert kinds == {".html", ".xlsx", ".ics", ".gpx", ".json", "terminal", "advice", "changes", "warnings"}
    foreign, own = said_only_in(planned_in), said_only_in(OTHER[planned_in])
    assert {name: sorted(set(foreign.findall(text))) for name, text in told.items()} == {
        name: [] for name in told
    }
    # The search finds something where there is something to find.
    silent = {name for name, text in told.items() if not own.search(text)}
    assert {name for name in silent if not name.endswith(".gpx")} <= {"roster.json", "c2.ics"}
    assert "roster.json" in silent


def test_the_sentences_are_there_in_the_readers_language(
    found_in: Callable[[str], Found], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with i18n.using("da"):
        told = shown(found_in("en"), tmp_path, capsys)
    for place in ("index.html", "terminal", "roster.xlsx"):
        for sentence in (
            "2009-W21 ligger uden for projektets periode",
            "Xi, onsdag 20. maj: aftalerne giver ikke tid til frokost.",
            "Alle tider i ugen falder bort: torsdag 21. maj: Kristi himmelfartsdag.",
            "Alle tider i ugen falder bort: mandag 18. maj: lukket.",
            "Omikron er ikke på arbejde på det tidspunkt: tirsdag 19. maj 9.00–12.00.",
            "Lægepraksissen tager højst 2 samtaler pr. besøg.",
        ):
            assert sentence in told[place], place
    assert "Kristi himmelfartsdag" in told["index.html"]
    assert "Frokost" in told["c1.ics"]
    assert ": på arbejde onsdag 20. maj kl. " in told["changes"]
    assert ": et lokale mandag 18. maj kl. " in told["advice"]
