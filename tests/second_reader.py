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


class Nonsense(Exception):  # noqa: N818
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
    written = dict(_tables(folder))
    for name, rows in read.items():
        there = written.get(name, [])
        if len(there) != len(rows):
            yield f"{name}: {len(there)} rows are written, {len(rows)} were read"
            continue
        for number, (cells, row) in enumerate(zip(there, rows, strict=True), start=2):
            for column in BY_NAME[name].columns:
                meant = _meant(column, cells.get(column.name))
                if row[column.name] != meant:
                    yield f"{name}:{number} {column.name}: {meant!r} was meant, {row[column.name]!r} was read"


def _tables(folder: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for table in BY_NAME.values():
        file = folder / f"{table.name}.csv"
        if file.is_file():
            yield table.name, _named(table, _csv_rows(file.read_bytes()))
    if (folder / "project.xlsx").is_file():
        workbook = load_workbook(folder / "project.xlsx", data_only=True)
        for sheet in workbook.worksheets:
            found = BY_SHEET.get(key(sheet.title))
            if found and not sheet.title.startswith("_"):
                yield found.name, _named(found, [list(row) for row in sheet.iter_rows(values_only=True)])


def _csv_rows(raw: bytes) -> list[list[Any]]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252")
    heading = next((line for line in re.split(r"[\r\n]", text) if line.strip()), "")
    mark = ";" if heading.count(";") > heading.count(",") else ","
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))


def _named(table: Table, rows: list[list[Any]]) -> list[dict[str, Any]]:
    rows = [row for row in rows if any(_is_there(cell) for cell in row)]
    if not rows:
        return []
    names: list[str] = []
    for heading in rows[0]:
        column = table.by_heading.get(key(str(heading))) if _is_there(heading) else None
        if column is None and _is_there(heading):
            raise Nonsense(f"{table.name} has the heading {heading!r}")
        names.append(column.name if column else "")
    if len(set(filter(None, names))) < len(list(filter(None, names))):
        raise Nonsense(f"{table.name} has a heading twice")
    for row in rows[1:]:
        beyond = [cell for name, cell in zip([*names, *[""] * len(row)], row, strict=False) if not name]
        if any(map(_is_there, beyond)):
            raise Nonsense(f"{table.name} has cells without a heading")
    return [
        {name: cell for name, cell in zip(names, row, strict=False) if name and _is_there(cell)}
        for row in rows[1:]
    ]


def _is_there(cell: Any) -> bool:
    return cell is not None and str(cell).strip() != ""


# --- Cells ------------------------------------------------------------------------------------------


def _meant(column: Column, cell: Any) -> Any:
    if cell is None:
        if column.required:
            raise Nonsense(f"{column.name} is blank")
        return column.default
    readers = {
        "id": _text, "reference": _reference, "text": _text, "date": _date, "time": _time, "weekday": _weekday,
        "pattern": _pattern, "week": _week, "number": _number, "coordinate": _number,
    }  # fmt: skip
    try:
        return readers[column.kind](cell)
    except (ValueError, IndexError, StopIteration, OverflowError) as error:
        raise Nonsense(f"{column.name} {cell!r}") from error


def _text(cell: Any) -> str:
    if isinstance(cell, bool | dt.date | dt.time | dt.timedelta):
        raise Nonsense(f"{cell!r} as a text")
    if isinstance(cell, float) and cell == int(cell):
        cell = int(cell)
    return " ".join(unicodedata.normalize("NFC", str(cell)).split())


def _reference(cell: Any) -> str:
    text = _text(cell)
    return {"alle": "all", "basen": "base"}.get(
        text.lower(), text.lower() if text.lower() in ("all", "base") else text
    )


def _date(cell: Any) -> dt.date:
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    numbers = [int(part) for part in re.split(r"[-./]", str(cell).strip())]
    year, month, day = numbers if numbers[0] > 99 else reversed(numbers)
    return dt.date(year, month, day)


def _time(cell: Any) -> int | None:
    if str(cell).strip().lower() in ("off", "fri"):
        return None
    if isinstance(cell, float):
        return round(cell * 86400)
    if isinstance(cell, dt.timedelta):
        return round(cell.total_seconds())
    if isinstance(cell, dt.time):
        return cell.hour * 3600 + cell.minute * 60 + cell.second
    hour, minute = re.split(r"[.:]", str(cell).strip())
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
            for name in ("period", "cycling", "calendar", "map", "solver", "simulation", "costs")
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
