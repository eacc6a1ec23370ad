"""A project, a map and questions of which every text is an attack, and how to find such texts again.

The text fields are those of the schema and of the settings' own types, so that a new one is attacked
without anybody thinking of it. Each text begins with a key of its own, like ``§practices.name.p1§``: where
the key is found, all the rest must follow as it was written.
"""

import csv
import dataclasses
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from xml.sax.saxutils import quoteattr

from scheduler.base import resources
from scheduler.cli.terminal import clean
from scheduler.inputs.candidates import CANDIDATES
from scheduler.inputs.cells import CellError
from scheduler.inputs.schema import TABLES, Column, Table
from scheduler.inputs.settings import _BASE_KEYS
from scheduler.model.config import Config
from scheduler.scenario.scenariofile import _Written

WEEK = "2009-W20"
#: Templates that Jinja would carry out (a folder "ran" is made), and such as it could not even read.
_RUNS = "{{cycler.__init__.__globals__.os.mkdir(dict(ran=1)|first)}}"
_BREAKS = "{%raw%}{%{{{#"
#: Elements, attributes and scripts that set `window.ran`; characters that end a text in other languages.
_HTML = "</script></style></svg><img src=x onerror=window.ran=1><script>window.ran=1</script>"
_MORE = (
    "\"' onclick=window.ran=1 `${window.ran=1}`&amp;&#65;]]> %(x)s%s{0}{x} $\\frac{$ \\n;:, _x0041_ "
    "[red]x[/][/] [link=http://x.example]y[/link] :smile:\r\nATTENDEE:mailto:x@x.example\r\nEND:VEVENT"
)
ATTACKS = (_RUNS + _HTML + _MORE, _BREAKS + _HTML + _MORE)
#: Short enough to be written on a map.
_SHORT = ("{{9*9}}", "{%x", "{#", "{%raw%}", "</script>", "<img src=x>", "\x9b31m[red]")
#: What fields take that take no attack of all letters; such a field takes one of these.
_NARROW = ("{{9*9}}{%raw%}=1@x.example", "1717", "33 00 00 01")
_KEY = re.compile("§[^§]+§")


class Texts:
    """The texts that were made, and the keys of those that were `seen` again."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self._rest: dict[str, str] = {}
        self._number = count()

    def new(self, where: str, attack: str = "") -> str:
        """Return a text for a field, which begins as a formula does."""
        number = next(self._number)
        attack = attack or ATTACKS[number % len(ATTACKS)]
        self._rest[f"§{where}§"] = _one_line(attack)
        return f"{'=+-@'[number % 4]}§{where}§{attack}"

    def of_column(self, table: str, column: Column, row: str) -> str:
        """Return a text for a cell: the first that the column takes."""
        where = f"{table}.{column.name}.{row}"
        for cell in (self.new(where), *_NARROW):
            try:
                column.parse(cell)
            except CellError:
                continue
            self._rest[f"§{where}§"] = _one_line(cell.partition(f"§{where}§")[2])
            return cell
        raise AssertionError(f"{where}: say in _NARROW what this field takes")

    def broken(self, text: str, *, printed: bool = False) -> list[str]:
        """Return what became of the texts in another that are not as they were written; remember all of them.

        Where it was `printed` on a terminal, characters that could steer that are left out.
        """
        text = _one_line(text)
        found = []
        for match in _KEY.finditer(text):
            if match[0] in self._rest:
                self.seen.add(match[0].strip("§"))
                rest = clean(self._rest[match[0]]) if printed else self._rest[match[0]]
                after = text[match.end() : match.end() + len(rest)]
                if after != rest:
                    found.append(match[0] + after)
        return found

    def fields(self) -> set[str]:
        """Return the fields of which any text was seen, like ``practices.name``."""
        return set(map(_field, self.seen))

    def made(self) -> set[str]:
        """Return the fields that have a text that can be found again."""
        return {_field(key.strip("§")) for key, rest in self._rest.items() if rest}


def _field(where: str) -> str:
    return where.rpartition(".")[0]


def _one_line(text: str) -> str:
    return " ".join(text.split())


# --- The project ------------------------------------------------------------------------------------------

#: What is no text, by table; every other column that is one is filled. The same week has all that is shown.
_ROWS: Mapping[str, Sequence[Mapping[str, str]]] = {
    "practices": (
        {
            "practice_id": "p1",
            "lat": "55.6693",
            "lon": "12.5531",
            "conversations": "2",
            "consultant_id": "c1",
        },
        {"practice_id": "p2", "lat": "55.6715", "lon": "12.5442", "base_id": "b2"},
        {"practice_id": "p3", "postcode": "2450", "conversations": "2"},
        {"practice_id": "p4", "lat": "55.6680", "lon": "12.5442"},
    ),
    "rooms": (
        {"practice_id": "p1", "weekday": "mon", "start": "09:00", "end": "12:00"},
        {"practice_id": "p2", "weekday": "tue", "start": "09:00", "end": "12:00"},
        {"practice_id": "p3", "weekday": "wed", "start": "09:00", "end": "11:00"},
        {"practice_id": "p4", "date": "2009-05-20", "start": "09:00", "end": "11:00"},
    ),
    "agreements": ({"practice_id": "p1", "weekday": "mon", "start": "09:00"},),
    "bases": ({"base_id": "b2", "lat": "55.6617", "lon": "12.5167"},),
    "consultants": ({"consultant_id": "c1"}, {"consultant_id": "c2", "base_id": "b2"}),
    "shifts": tuple(
        {"consultant_id": who, "weekday": day, "start": "08:30", "end": "15:00"}
        for who, days in (("c1", ("mon", "wed", "thu", "fri")), ("c2", ("tue",)))
        for day in days
    ),
    "places": ({"place_id": "l1", "lat": "55.6680", "lon": "12.5480"},),
    "engagements": (
        {"engagement_id": "e1", "consultant_id": "all", "weekday": "mon", "start": "13:30", "end": "14:00"},
        {
            "engagement_id": "e2",
            "consultant_id": "c1",
            "weekday": "wed",
            "start": "13:30",
            "end": "14:00",
            "place": "l1",
        },
    ),
    "home_visits": tuple(
        {
            "visit_id": id_,
            "date": date,
            "start": "09:00",
            "end": "12:00",
            "minutes": "30",
            "lat": "55.6659",
            "lon": "12.5450",
        }
        for id_, date in (("h1", "2009-05-14"), ("h2", "2009-05-15"))
    ),
    "tasks": (
        {"task_id": "t1", "place": "p1", "earliest": "2009-05-11", "latest": "2009-05-12", "minutes": "20"},
        {
            "task_id": "t2",
            "place": "base",
            "earliest": "2009-05-15",
            "latest": "2009-05-15",
            "minutes": "20",
            "consultant_id": "c1",
        },
    ),
    "closures": ({"who": "all", "from": "2009-05-15", "to": "2009-05-15"},),
    "pins": (),
    "demand": (),
}
#: Practices that could join, in the same way.
_CANDIDATES = (
    {"practice_id": "q1", "lat": "55.6630", "lon": "12.5420", "weekday": "wed", "start": "09:00", "end": "12:00"},
    {"practice_id": "q2", "lat": "55.6500", "lon": "12.5280", "weekday": "thu", "start": "09:00", "end": "12:00"},
)  # fmt: skip


def rows_of(texts: Texts, table: Table, rows: Iterable[Mapping[str, str]]) -> Iterator[dict[str, str]]:
    """Yield rows of a table with an attack in every text that they do not have yet."""
    for number, row in enumerate(rows):
        id_ = row[table.id_column.name] if table.id_column else str(number)
        free = (column for column in table.columns if column.kind == "text" and column.name not in row)
        yield {**row, **{column.name: texts.of_column(table.name, column, id_) for column in free}}


def write_csv(file: Path, table: Table, rows: Iterable[Mapping[str, str]]) -> Path:
    """Write rows as a table."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [column.name for column in table.columns])
    writer.writeheader()
    writer.writerows(rows)
    file.write_text(text.getvalue(), encoding="utf-8")
    return file


def write_project(folder: Path, texts: Texts) -> Path:
    """Write a project folder with a map of its own."""
    folder.mkdir(parents=True)
    network = "{{9*9}}{%raw%}[red]<img src=x>.osm"
    street = write_map(folder / network, texts)
    for table in TABLES:
        rows = list(rows_of(texts, table, _ROWS.get(table.name, ())))
        if table.name == "practices":
            # The map knows the street, but not this number: the nearest serves, and a note says so.
            rows[2]["address"] = f"{street} 30"
        write_csv(folder / f"{table.name}.csv", table, rows)
    base = {
        key: texts.new(f"base.{key}.") if parse.__name__ == "text" else "1717"
        for key, (types, parse) in _BASE_KEYS.items()
        if str in types
    }
    settings: dict[str, dict[str, object]] = {
        "base": {**base, "lat": 55.6676, "lon": 12.5560},
        "period": {"start": "2009-05-11", "end": "2009-05-17"},
        "map": {
            "network": network,
            "tile_url": "https://tiles.example/{z}/{x}/{y}.png?'\"<img>",
            "tile_attribution": texts.new("map.tile_attribution.", f"{_BREAKS}\"' `${{window.ran=1}}`"),
        },
    }
    lines = [
        line
        for name, section in settings.items()
        for line in (f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in section.items()))
    ]
    (folder / "project.toml").write_text("\n".join(lines), encoding="utf-8")
    return folder


def write_map(file: Path, texts: Texts) -> str:
    """Write the built-in map with an attack for every name; return a street of its addresses."""
    names: dict[tuple[str, str], str] = {}
    number = count()

    def attack(match: re.Match[str]) -> str:
        key, was = match["key"], match["was"]
        if (key, was) not in names:
            place = next(number)
            short = (*_SHORT, *ATTACKS)[place % (len(_SHORT) + len(ATTACKS))]
            # A number in the name of an address's street would be taken for that of the house.
            if key == "name":
                names[key, was] = texts.new(f"osm.name.{place}", short)
            else:
                where = f"osm.{key}.{was.replace('.', '')}"
                names[key, was] = texts.new(where, f"{_BREAKS}<img src=x>[red]")
        return f"<tag k={quoteattr(key)} v={quoteattr(names[key, was])}/>"

    text = resources.builtin_map().read_text(encoding="utf-8")
    text = re.sub(r'<tag k="(?P<key>name|addr:street|addr:city)" v="(?P<was>[^"]*)"/>', attack, text)
    # Whatever else a tag may say of a street is no text, but nobody keeps people from writing it.
    keys = sorted(set(re.findall(r' k="([^"]*)"', text)) - {"name"})
    odd = "".join(
        f'<way id="{90_000 + place}"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/>'
        f"<tag k={quoteattr(key)} v={quoteattr(ATTACKS[place % len(ATTACKS)])}/></way>"
        for place, key in enumerate(keys)
    )
    text = text.replace("</osm>", f"{odd}</osm>")
    header = ("generator", "timestamp", "source")
    told = " ".join(f"{name}={quoteattr(texts.new(f'osm.{name}.'))}" for name in header)
    text = re.sub(r"<osm [^>]*>", lambda _match: f"<osm version='0.6' {told}>", text)
    file.write_text(text, encoding="utf-8")
    return names["addr:street", "Borgbjergsvej"]


def write_candidates(file: Path, texts: Texts) -> Path:
    """Write practices that could join."""
    return write_csv(file, CANDIDATES, rows_of(texts, CANDIDATES, _CANDIDATES))


def write_scenarios(file: Path, texts: Texts) -> Path:
    """Write a scenario in which a practice joins, a base moves, and a practice goes."""
    table = next(table for table in TABLES if table.name == "practices")
    (practice,) = rows_of(texts, table, [{"practice_id": "s1", "lat": "55.6720", "lon": "12.5480"}])
    changes = (
        {"add": "practices", **practice},
        {"add": "rooms", "practice_id": "s1", "weekday": "wed", "start": "09:00", "end": "12:00", "room": texts.new("scenario.room.")},
        {"move": "bases", "base_id": "b2", "address": texts.new("scenario.address."), "lat": "55.6620", "lon": "12.5170"},
        {"drop": "practices", "practice_id": "p2"},
    )  # fmt: skip
    said = {
        name: texts.new(f"scenario.{name}.")
        for name, field in _Written.model_fields.items()
        if field.annotation is str and name not in ("name", "based_on")
    }
    lines = [
        "[[scenario]]",
        'name = "more"',
        *(f"{name} = {json.dumps(text)}" for name, text in said.items()),
    ]
    table_of = (
        ", ".join(f"{key} = {json.dumps(cell)}" for key, cell in change.items()) for change in changes
    )
    lines += ["change = [", *(f"  {{ {cells} }}," for cells in table_of), "]"]
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def text_settings() -> Iterator[tuple[str, str]]:
    """Yield the section and the name of every setting that is a text."""
    for section in dataclasses.fields(Config):
        for kind in (section.default_factory, section.type):
            if dataclasses.is_dataclass(kind):
                yield from (
                    (section.name, field.name)
                    for field in dataclasses.fields(kind)
                    if field.type in (str, "str")
                )
                break
