"""Every sentence that is carried as a code is worded here, in both languages; whatever is not known is shown."""

import ast
import pickle
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import samples

from scheduler.base import i18n
from scheduler.inputs.schema import BY_NAME
from scheduler.inputs.stored import SETTINGS
from scheduler.model import roster as roster_types
from scheduler.model.text import Param, Text
from scheduler.model.texts import sentences, word

PACKAGE = Path(roster_types.__file__).parent.parent
#: Codes that are not written out where a text is made.
NOT_LITERAL = {
    "solver/reasons.py": "reason",
    "checks/rounds.py": "stop.kind",
    "services/rows.py": "f'table_{edit.table}'",
    "services/tabling.py": "f'table_{edits[0].table}'",
    "web/views/tables.py": "f'table_{name}'",
}
TABLES = {f"table_{name}" for name in (*BY_NAME, SETTINGS)}
REASONS = {
    "has_happened",
    "closed",
    "consultant_away",
    "dearer",
    "engagement_in_the_way",
    "lunch_in_the_way",
    "no_consultant",
    "no_day",
    "no_room",
    "not_placed",
    "practice_maximum",
    "ride_does_not_fit",
    "room_too_short",
}


def made() -> Iterator[tuple[str, ast.Call]]:
    """Yield every text that the code makes, with the module."""
    for file in sorted(PACKAGE.rglob("*.py")):
        name = file.relative_to(PACKAGE).as_posix()
        source = file.read_text(encoding="utf-8")
        if "from scheduler.model.text import" in source:
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text":
                    yield name, node


def codes() -> set[str]:
    """The codes of all texts that the code makes, those that are not written out among them."""
    found = REASONS | TABLES
    for name, call in made():
        code = call.args[0]
        if isinstance(code, ast.Constant):
            found.add(str(code.value))
        else:
            assert ast.unparse(code) == NOT_LITERAL[name], name
    return found


def test_every_code_has_a_sentence_and_every_sentence_a_code() -> None:
    assert codes() | {"as_written"} == set(sentences())


def test_the_reasons_are_those_of_the_engine() -> None:
    source = (PACKAGE / "solver" / "reasons.py").read_text(encoding="utf-8")
    returned = {
        node.value.elts[0].value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Return)
        and isinstance(node.value, ast.Tuple)
        and isinstance(node.value.elts[0], ast.Constant)
    }
    assert returned - {""} == REASONS


def test_every_sentence_that_is_not_all_data_differs_in_danish() -> None:
    with i18n.using("da"):
        danish = sentences(2)
    english = sentences(2)
    assert danish.keys() == english.keys()
    data = {
        "as_written", "change", "closed_day", "closure", "day", "from_to", "holiday", "hours", "lock_visit", "own_number",
        "role_administrator", "table_budget",
    }  # fmt: skip
    assert {code for code in english if english[code] == danish[code]} == data


PLACES: Mapping[str, Param] = {
    "place_id": "x",
    "other_id": "y",
    "practice_id": "x",
    "visit_id": "x",
    "task_id": "x",
}
PARAMS: Mapping[str, Param] = {
    **PLACES,
    "address": "Gade 1",
    "before": 1,
    "before_s": 32400,
    "bound": 1000,
    "consultant_id": "r1",
    "consultant_ids": ("r1", "r2"),
    "country": "DK",
    "date": "2009-05-12",
    "district": "Valby",
    "role": Text("role_reader"),
    "where": Text("everywhere"),
    "days": (Text("day", {"date": "2009-05-12"}),),
    "duration_s": 3000,
    "edition": 2,
    "end_s": 36000,
    "engagement_id": "x",
    "event": Text("did_import", {"source": "x"}),
    "first": Text("day", {"date": "2009-05-12"}),
    "last": Text("day", {"date": "2009-05-14"}),
    "span": Text("day", {"date": "2009-05-12"}),
    "then": Text("day", {"date": "2009-05-14"}),
    "when": Text("day", {"date": "2009-05-12"}),
    "who": "x",
    "how": Text("answer_later"),
    "hours": (Text("hours", {"date": "2009-05-12", "start_s": 32400, "end_s": 36000}),),
    "keeps": Text("keeps_day"),
    "limit_s": 1.5,
    "lock": Text("lock_day", {"date": "2009-05-12", "keeps": Text("keeps_hour")}),
    "locks": (Text("lock_day", {"date": "2009-05-12", "keeps": Text("keeps_hour")}),),
    "n": 2,
    "name": "Gade",
    "off_m": 7,
    "one": "3",
    "other": "5",
    "new_consultant_id": "r2",
    "new_date": "2009-05-13",
    "new_end_s": 39600,
    "new_start_s": 36000,
    "new_weekday": "2009-05-13",
    "number": "1",
    "reason": Text("closure"),
    "request_id": "x",
    "request_ids": ("x",),
    "room": "Lokale 2",
    "row": "x",
    "score": 2000,
    "source": "tables.xlsx",
    "start_s": 32400,
    "street": "Gade",
    "table": Text("table_rooms"),
    "text": "as it is",
    "title": "Møde",
    "paper": "30-min",
    "papers": "30-min, modvind",
    "token": "Excel",
    "week": "2009-W20",
    "weekday": "2009-05-12",
    "whats": (Text("change_number", {"n": 2, "before": 1}),),
}


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize("code", sorted(sentences()))
def test_every_sentence_can_be_said(code: str, language: str) -> None:
    with i18n.using(language):
        said = word(Text(code, PARAMS))
    assert said != code
    assert not re.search(r"[{}]", said)


def test_what_the_code_gives_is_what_the_sentences_ask_for() -> None:
    """Where the parameters are written out beside the code: each that a sentence names is among them."""
    looked_at = 0
    for name, call in made():
        if len(call.args) == 1:
            given = set()
        elif isinstance(call.args[1], ast.Dict) and all(call.args[1].keys):
            given = {ast.literal_eval(key) for key in call.args[1].keys if key}
        else:
            continue
        if isinstance(call.args[0], ast.Constant):
            wanted = set(re.findall(r"{(\w+)}", sentences()[str(call.args[0].value)]))
            assert wanted - {"closure", "holiday"} <= given, (name, call.lineno)
            looked_at += 1
    assert looked_at > 20


def test_ids_are_shown_by_the_names_of_the_roster() -> None:
    roster = samples.roster()
    assert word(Text("lunch_waived", {"consultant_id": "r2", "date": "2009-05-11"}), roster.names) == (
        "Rådgiver 2, Monday 11 May: the engagements leave no room for lunch."
    )
    room = Text(
        "advise_room", {"practice_id": "istedgade", "date": "2009-05-12", "start_s": 32400, "end_s": 43200}
    )
    assert word(room, roster.names) == "Praksis Istedgade: a room on Tuesday 12 May 9:00–12:00"
    assert word(room) == "istedgade: a room on Tuesday 12 May 9:00–12:00"
    with i18n.using("da"):
        assert word(room, roster.names) == "Praksis Istedgade: et lokale tirsdag 12. maj kl. 9.00–12.00"
    meeting = next(s for r in roster.rounds for s in r.stops if s.kind == "engagement")
    moved: dict[str, Param] = {
        "engagement_id": meeting.id,
        "date": "2009-05-12",
        "start_s": 32400,
        "before_s": 34200,
    }
    assert (
        word(Text("advise_engagement", moved), roster.names)
        == f"{meeting.name} on Tuesday 12 May: at 9:00 instead of 9:30"
    )


def test_a_home_visit_is_called_so_whatever_the_roster_calls_it() -> None:
    roster = samples.roster()
    homes = tuple(request.id for request in roster.unassigned if request.kind == "home_visit")
    homes += tuple(s.id for r in roster.rounds for s in r.stops if s.kind == "home_visit")
    assert len(homes) == 2
    text = Text("dearer_by_visits", {"request_ids": homes})
    assert word(text, roster.names) == "It is possible, but only at the cost of: Home visit, Home visit."


def test_closed_days_are_told_with_their_reasons_in_the_readers_language() -> None:
    ascension = Text("holiday", {"country": "DK", "date": "2009-05-21"})
    days = (
        Text("closed_day", {"date": "2009-05-21", "reason": ascension}),
        Text("closed_day", {"date": "2009-05-22", "reason": Text("closure", {"reason": "Flytning"})}),
        Text("closed_day", {"date": "2009-05-23", "reason": Text("inactive")}),
        Text("day", {"date": "2009-05-24"}),
    )
    text = Text("closed_days", {"days": days})
    assert word(text) == (
        "All its hours of the week fall away: Thursday 21 May: Ascension Day; Friday 22 May: Flytning; "
        "Saturday 23 May: the practice is not active; Sunday 24 May."
    )
    with i18n.using("da"):
        assert word(text).startswith(
            "Alle tider i ugen falder bort: torsdag 21. maj: Kristi himmelfartsdag; fredag 22. maj: Flytning;"
        )


def test_one_and_many() -> None:
    assert word(Text("room_holds", {"n": 1})).startswith("Only 1 conversation fits")
    assert word(Text("room_holds", {"n": 2})).startswith("Only 2 conversations fit")


def deep(levels: int) -> Text:
    text = Text("as_written", {"text": "bottom"})
    for _level in range(levels):
        text = Text("as_written", {"text": text})
    return text


@pytest.mark.parametrize(
    "text",
    [
        Text("from_the_future", {"n": 1}),
        Text("{closed.__class__}", {"closed": "x"}),
        Text("lunch_waived"),
        Text("lunch_waived", {"consultant_id": "r1", "date": "no date"}),
        Text("lunch_waived", {"consultant_id": "r1", "date": 5}),
        Text("lunch_waived", {"consultant_id": ("r1",)}),
        Text("hours", {"date": "2009-05-11", "start_s": "nine", "end_s": 10**5000}),
        Text("hours", {"date": "2009-05-11", "start_s": 32400, "end_s": 10**5000}),
        Text("closed_days", {"days": "x" * 3}),
        Text("holiday", {"country": "XX", "date": "2009-05-11"}),
        Text("holiday", {"country": "../DK", "date": "2009-05-11"}),
        Text("holiday", {"country": "DK", "date": "2009-05-99"}),
        Text("holiday", {"country": "DK"}),
        Text("proof_holds", {"bound": float("nan")}),
        Text("proof_holds", {"bound": float("inf")}),
        Text("room_holds", {"n": "many"}),
        deep(200),
    ],
)
@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_whatever_a_file_has_is_shown_somehow(text: Text, language: str) -> None:
    with i18n.using(language):
        assert word(text, samples.roster().names) is not None


def test_what_is_not_known_is_shown_as_its_code() -> None:
    assert word(Text("from_the_future", {"n": 1})) == "from_the_future"
    assert word(Text("lunch_waived", {"consultant_id": "r1"})) == "lunch_waived"
    assert word(Text("holiday", {"country": "XX", "date": "2009-05-11"})) == "holiday"
    assert word(deep(200)) == "as_written"


def test_parameters_are_data_and_no_templates() -> None:
    text = "{text} {0} %(text)s {text.__class__} <b>"
    assert word(Text("as_written", {"text": text})) == text
    assert word(Text("outside_period", {"week": "{week!r}"})) == "{week!r} lies outside the project's period"


def test_a_text_is_a_value() -> None:
    text = Text("closed_days", {"days": (Text("day", {"date": "2009-05-12"}),), "n": 1})
    again = Text("closed_days", {"n": 1, "days": (Text("day", {"date": "2009-05-12"}),)})
    assert text == again
    assert hash(text) == hash(again)
    assert pickle.loads(pickle.dumps(text)) == text  # noqa: S301 - made in this line
    assert text != Text("closed_days", {"n": 2})
    assert len({Text("lunch"), Text("lunch"), Text("desk")}) == 2
