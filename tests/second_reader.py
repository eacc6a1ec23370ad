"""A project folder read a second time, by other and simpler means, to see what was made of it.

`differences` compares what stands in the files, cell by cell and setting by setting, with the
`Project` that was read of them. It knows the headings and nothing else of the reader. A cell that it
cannot make sense of is one that the reader had to refuse.
"""

import csv
import dataclasses
import datetime as dt
import io
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from scheduler.inputs.schema import BY_NAME, BY_SHEET, Column, Table, key
from scheduler.inputs.unbuild import rows_of
from scheduler.model.clock import Week
from scheduler.model.project import Project

DAYS = ("man mon", "tir tue", "ons wed", "tor thu", "fre fri", "lør sat", "søn sun")


#: A column that the reader says it does not read.
OWN = "(own)"
MONTHS = "jan feb mar apr maj/may jun jul aug sep okt/oct nov dec"


class Nonsense(Exception):  # noqa: N818 - it is that
    """Something that nobody can have meant."""


def differences(folder: Path, project: Project) -> list[str]:
    """Return where a project is not what stands in its files."""
    try:
        return [*_table_differences(folder, project), *_setting_differences(folder, project)]
    except Nonsense as error:
        return [f"taken, but it makes no sense: {error}"]


# --- Tables -----------------------------------------------------------------------------------------


def _table_differences(folder: Path, project: Project) -> Iterator[str]:
    read = rows_of(project)
    read["bases"] = [row for row in read["bases"] if row["base_id"] != "base"]
    country = project.config.calendar.country
    written = dict(_tables(folder, "\n".join(map(str, project.notes))))
    ids = {name: _ids(name, rows) for name, rows in written.items()}
    for name, rows in read.items():
        there = written.get(name, [])
        if len(there) != len(rows):
            yield f"{name}: {len(there)} rows are written, {len(rows)} were read"
            continue
        for number, (cells, row) in enumerate(zip(there, rows, strict=True), start=2):
            for column in BY_NAME[name].columns:
                meant = _meant(column, cells.get(column.name), ids, country)
                if row[column.name] != meant:
                    yield f"{name}:{number} {column.name}: {meant!r} was meant, {row[column.name]!r} was read"


def _ids(name: str, rows: list[dict[str, Any]]) -> dict[str, set[str]]:
    """Return whom an id in small letters means, and a name in small letters."""
    own = next((column.name for column in BY_NAME[name].columns if column.kind == "id"), "")
    found: dict[str, set[str]] = {}
    for row in rows:
        for spelling in (row.get("name"), row.get("title")):
            if own in row and spelling is not None:
                found.setdefault(_text(spelling).casefold(), set()).add(_text(row[own]))
    return found | {_text(row[own]).casefold(): {_text(row[own])} for row in rows if own in row}


def _tables(folder: Path, notes: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for table in BY_NAME.values():
        file = folder / f"{table.name}.csv"
        if file.is_file():
            yield table.name, _named(table, _csv_rows(table, file.read_bytes()), notes)
    if (folder / "project.xlsx").is_file():
        workbook = load_workbook(folder / "project.xlsx", data_only=True)
        for sheet in workbook.worksheets:
            found = BY_SHEET.get(key(sheet.title))
            if found and not sheet.title.startswith("_"):
                yield (
                    found.name,
                    _named(found, [list(row) for row in sheet.iter_rows(values_only=True)], notes),
                )
            elif (
                not sheet.title.startswith("_")
                and f"!{sheet.title}" not in notes
                and any(_is_there(cell) for row in sheet.values for cell in row)
            ):
                raise Nonsense(f"the sheet {sheet.title} is passed over")


def _csv_rows(table: Table, raw: bytes) -> list[list[Any]]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252")
    heads = [line for line in re.split(r"[\r\n]", text) if line.strip()]
    heading = (
        heads[_headings_at(table, [re.split(r"[,;\t]", line.replace('"', "")) for line in heads])]
        if heads
        else ""
    )
    mark = max(",;\t", key=heading.count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    return [row for row in rows if not re.fullmatch(r"sep=[,;\t]*", "".join(row))]


def _headings_at(table: Table, rows: list[list[Any]]) -> int:
    """Return the row that has most headings."""
    known = [sum(key(str(cell)) in table.by_heading for cell in row) for row in rows[:20]]
    return known.index(max(known))


def _named(table: Table, rows: list[list[Any]], notes: str) -> list[dict[str, Any]]:
    rows = [row for row in rows if any(_is_there(cell) for cell in row)]
    if not rows:
        return []
    rows = rows[_headings_at(table, rows) :]
    names: list[str] = []
    for heading in rows[0]:
        column = table.by_heading.get(key(str(heading))) if _is_there(heading) else None
        if column is None and _is_there(heading):
            if not table.private and f"[{' '.join(str(heading).split())[:30]}" not in notes:
                raise Nonsense(f"{table.name} has the heading {heading!r}")
            names.append(OWN)
            continue
        names.append(column.name if column else "")
    ours = [name for name in names if name not in ("", OWN)]
    if len(set(ours)) < len(ours):
        raise Nonsense(f"{table.name} has a heading twice")
    for row in rows[1:]:
        beyond = [cell for name, cell in zip([*names, *[""] * len(row)], row, strict=False) if not name]
        if any(map(_is_there, beyond)):
            raise Nonsense(f"{table.name} has cells without a heading")
    return [
        {
            name: cell
            for name, cell in zip(names, row, strict=False)
            if name not in ("", OWN) and _is_there(cell)
        }
        for row in rows[1:]
    ]


def _is_there(cell: Any) -> bool:
    return cell is not None and str(cell).strip() != ""


# --- Cells ------------------------------------------------------------------------------------------


def _meant(column: Column, cell: Any, ids: Mapping[str, Mapping[str, set[str]]], country: str) -> Any:
    if cell is None:
        if column.required:
            raise Nonsense(f"{column.name} is blank")
        return column.default
    readers = {
        "id": _text, "reference": lambda cell: _reference(cell, column, ids), "text": _text,
        "date": lambda cell: _date(cell, country), "time": _time, "weekday": _weekday,
        "pattern": _pattern, "week": _week, "number": _number, "coordinate": _number,
    }  # fmt: skip
    try:
        meant = readers[column.kind](cell)
    except (ValueError, IndexError, StopIteration, OverflowError) as error:
        raise Nonsense(f"{column.name} {cell!r}") from error
    if column.name == "quarter":
        return "-Q".join(sorted(re.findall(r"\d+", str(meant)), key=len, reverse=True))
    return re.sub(r"\D|[.,]0+$", "", str(meant)) if column.name == "postcode" else meant


def _text(cell: Any) -> str:
    if isinstance(cell, bool | dt.date | dt.time | dt.timedelta):
        raise Nonsense(f"{cell!r} as a text")
    if isinstance(cell, float) and cell == int(cell):
        cell = int(cell)
    return " ".join(unicodedata.normalize("NFC", str(cell)).split())


def _reference(cell: Any, column: Column, ids: Mapping[str, Mapping[str, set[str]]]) -> str:
    text = _text(cell)
    word = {"alle": "all", "basen": "base"}.get(text.lower(), text.lower())
    if word in column.besides:
        return word
    meant = set().union(*(ids.get(table, {}).get(text.casefold(), set()) for table in column.refers))
    if len(meant) != 1:
        raise Nonsense(f"{text!r} is one of {meant}")
    return str(*meant)


def _date(cell: Any, country: str = "DK") -> dt.date:
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    text = re.sub(r"[ T]00[:.]00.*$", "", str(cell).strip().lower())
    if re.fullmatch(r"\d{5}([.,]0)?", text):
        return dt.date(1900, 3, 1) + dt.timedelta(days=int(text[:5]) - 61)
    parts = re.findall(r"\d+|[a-z]{3}", text)
    parts = [part for part in parts if part.isdigit() or part in re.split("[ /]", MONTHS)]
    numbers = [
        int(part) if part.isdigit() else next(n for n, names in enumerate(MONTHS.split(), 1) if part in names)
        for part in parts
    ]
    year, month, day = numbers if numbers[0] > 99 else reversed(numbers)
    if text.count("/") == 2 and country == "US":
        month, day = day, month
    if year < 100 and text.count("-") == 2:
        raise Nonsense(f"{cell!r} as a date")
    return dt.date(year if year > 99 else 1900 + year if year >= 90 else 2000 + year, month, day)


def _time(cell: Any) -> int | None:
    if str(cell).strip().lower() in ("off", "fri"):
        return None
    if isinstance(cell, float) and cell < 1:
        return round(cell * 86400)
    if isinstance(cell, dt.timedelta):
        return round(cell.total_seconds())
    if isinstance(cell, dt.time):
        return cell.hour * 3600 + cell.minute * 60 + cell.second
    text = re.sub(r"^kl\.? *", "", _text(cell).lower())
    if re.fullmatch(r"\d{3,4}", text):
        text = f"{text[:-2]}:{text[-2:]}"
    hour, minute, *seconds = re.split(r"[.:]", text)
    if any(map(int, seconds)):
        raise Nonsense(f"{cell!r} as a time")
    return int(hour) * 3600 + int(minute) * 60


def _weekday(cell: Any) -> int:
    word = str(cell).strip().rstrip(".").lower()
    return next(number for number, names in enumerate(DAYS) if word.replace("oe", "ø")[:3] in names.split())


def _pattern(cell: Any) -> str:
    words = {"all": "all", "alle": "all", "odd": "odd", "ulige": "odd", "even": "even", "lige": "even"}
    return words.get(str(cell).strip().lower(), "?")


def _week(cell: Any) -> Week:
    one, other = (int(number) for number in re.findall(r"\d+", str(cell)))
    return Week(max(one, other), min(one, other))


def _number(cell: Any) -> float:
    return float(str(cell).strip().replace(",", "."))


# --- Settings ---------------------------------------------------------------------------------------


def _setting_differences(folder: Path, project: Project) -> Iterator[str]:
    written = tomllib.loads((folder / "project.toml").read_bytes().decode("utf-8-sig"))
    config = project.config
    (base,) = (place for place in project.bases if place.place_id == "base")
    read: Mapping[str, Any] = {
        "base": dataclasses.asdict(base),
        "defaults": {**dataclasses.asdict(config.defaults)},
        "weights": dict(config.weights),
        **{
            name: dataclasses.asdict(part)
            for name in (
                "project",
                "period",
                "cycling",
                "calendar",
                "map",
                "solver",
                "store",
                "retention",
                "simulation",
                "costs",
            )
            if (part := getattr(config, name)) is not None
        },
    }
    for section, values in written.items():
        for name, value in values.items():
            meant, was = _setting(section, name, value), read.get(section, {})
            field = name.replace("_minutes", "_s") if section == "defaults" else name
            field = f"{name}_s" if name in ("lunch_from", "lunch_to") else field
            if was.get(field, "nothing") != meant:
                yield f"{section}.{name}: {meant!r} was meant, {was.get(field, 'nothing')!r} was read"


def _setting(section: str, name: str, value: Any) -> Any:
    if section == "defaults":
        return _time(value) if name.startswith("lunch") else value * 60
    if section == "period" and name in ("start", "end"):
        return _date(value)
    if isinstance(value, list):
        return tuple(value)
    return _text(value) if section == "base" and name not in ("lat", "lon") else value
