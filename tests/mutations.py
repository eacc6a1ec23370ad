"""The example project with one thing changed in it, as people and disks change things."""

import csv
import datetime as dt
import io
import random
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from openpyxl import Workbook, load_workbook

from scheduler.base.resources import example_folder
from scheduler.inputs.schema import BY_NAME, TABLES, key
from scheduler.inputs.workbook import write_workbook

Kind = Literal["commas", "semicolons", "workbook"]
KINDS: tuple[Kind, ...] = ("commas", "semicolons", "workbook")
Grid = list[list[Any]]

SETTINGS, WORKBOOK = "project.toml", "project.xlsx"
NAMES = [table.name for table in TABLES]

#: What people and programs write into cells, whether it belongs there or not.
CELLS: tuple[Any, ...] = (
    "", " ", "0", "1", "-1", "7", "101", "1,5", "1.5", "1.000", "1e9", "1E3", "99999999999", "9" * 400, "NaN", "inf",
    "-0", "+5", "½", "٣", "１２", "0x10", "1_000", "true", "None", "#N/A", "#REF!", "=1+1", "=cmd|' /C calc'!A0", "@SUM(A1)",
    "2009-05-12", "12-05-2009", "12.5.2009", "12/5/2009", "12. maj 2009", "31-02-2009", "2009-13-01", "2009-05-12 00:00:00",
    "0209-05-12", "1989-12-31", "2101-01-01", "39945", "05/12/2009", "9.30", "09:30", "24:00", "23:59", "9:60", "09:30:00", "9",
    "0930", "kl. 9.30", "-1:00", "0.4", "man", "tor", "tors", "Monday", "søn.", "lør", "alle", "all", "ulige", "odd", "hver",
    "2009-W20", "uge 20 2009", "2009-W54", "2010-W53", "W20", "base", "basen", "BASE", "istedgade", "Istedgade", "r1", "R1",
    "hv-01", "nowhere", "../../etc/passwd", "..\\x", "/dev/zero", "CON", "a/b", "a b", "x" * 65, "x" * 3000,
    "Ærø", "Lægerne Å", "Åse", "日本", "\u202eabc", "a\u200bb", "\ufeffx", "𝟏𝟐", "\u0000", "\x07bel", "\x1b[31mred",
    "line\nbreak", "tab\tstop", 'quo"te', "semi;colon", "com,ma", "{{7*7}}", "{% raw %}", "<script>alert(1)</script>", "%s%n",
    "\u00a0", "1\u00a0000", "2009\u201105\u201112", "12.05.09", "12/5-2009", "9:30-12", "tir, tor", "1;2", "1 (ca.)", "<5", "~9",
    "120565-1234", "55.66", "12,55", "95.0", "-181", "1650", "165", "DK-1650", "1650.0", "99999",
)  # fmt: skip
#: What only a workbook can hold.
TYPED: tuple[Any, ...] = (
    0, 1, -1, 1.5, 1e300, 10**15, True, False, 39945, 39945.5, 0.4, 1205651234, dt.date(2009, 5, 12), dt.date(1901, 1, 1),
    dt.datetime(2009, 5, 12), dt.datetime(2009, 5, 12, 9, 30),
    dt.time(9, 30), dt.time(9, 30, 15), dt.timedelta(hours=9.5), dt.timedelta(days=2), None,
)  # fmt: skip
#: What may stand behind the equals sign in project.toml.
VALUES = (
    '""', '"x"', "0", "1", "-1", "1.5", "1e400", "nan", "inf", "-inf", "true", "[]", "[1]", '["12-24"]', "{}", "{ a = 1 }",
    "2009-05-12", "09:30:00", '"2009-05-12"', '"12-05-2009"', '"09:30"', '"9.30"', '"24:00"', '"../../x"', '"/dev/zero"',
    '"DK"', '"SE"', '"Danmark"', "99999999999999999999", "0x7fffffffffffffff", "1_000", "500", "5000", '"""a\nb"""', "'x'",
    '"\\u0000"', '"\\u202e"', "fnug", "1,5", "", "1 2", '"' + "x" * 3000 + '"', "[[[[[[]]]]]]", "1979-05-27T07:32:00Z",
)  # fmt: skip


@dataclass(slots=True)
class Mutant:
    """A mutated project folder: its files, and what was done.

    `needs_word` is the name of a file that must not be passed over in silence.
    """

    what: str
    files: dict[str, bytes | Callable[[Path], None]]
    needs_word: str = ""

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True)
        for name, content in self.files.items():
            if isinstance(content, bytes):
                (folder / name).write_bytes(content)
            else:
                content(folder / name)
        return folder


# --- The example ------------------------------------------------------------------------------------


@cache
def example() -> Mapping[str, bytes]:
    """Return the example's files, and the same as a workbook."""
    folder = example_folder()
    names = [SETTINGS, *(f"{name}.csv" for name in NAMES)]
    files = {name: (folder / name).read_bytes() for name in names if (folder / name).exists()}
    import tempfile

    with tempfile.TemporaryDirectory() as beside:
        write_workbook(folder, Path(beside) / WORKBOOK)
        return {**files, WORKBOOK: (Path(beside) / WORKBOOK).read_bytes()}


def grids(kind: Kind) -> dict[str, Grid]:
    """Return the tables of the example as rows of cells, the headings first."""
    return {name: [list(row) for row in rows] for name, rows in _grids(kind).items()}


@cache
def _grids(kind: Kind) -> Mapping[str, Grid]:
    if kind == "workbook":
        workbook = load_workbook(io.BytesIO(example()[WORKBOOK]))
        return {
            sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)]
            for sheet in workbook.worksheets
            if not sheet.title.startswith("_")
        }
    found = {}
    for name in NAMES:
        if f"{name}.csv" in example():
            rows = list(csv.reader(io.StringIO(example()[f"{name}.csv"].decode(), newline="")))
            if kind == "semicolons":
                rows[0] = [BY_NAME[name].by_heading[key(heading)].danish for heading in rows[0]]
            found[name] = rows
    return found


def packed(kind: Kind, tables: Mapping[str, Grid]) -> dict[str, bytes]:
    """Return tables as files of a kind."""
    if kind == "workbook":
        workbook = Workbook()
        workbook.remove(workbook.worksheets[0])
        for title, rows in tables.items():
            sheet = workbook.create_sheet(title[:31])
            for number, row in enumerate(rows, start=1):
                for position, cell in enumerate(row, start=1):
                    _put(sheet, number, position, cell)
        out = io.BytesIO()
        workbook.save(out)
        return {WORKBOOK: out.getvalue()}
    files = {}
    for name, rows in tables.items():
        text = io.StringIO(newline="")
        ends = "\n" if kind == "commas" else "\r\n"
        csv.writer(text, delimiter="," if kind == "commas" else ";", lineterminator=ends).writerows(rows)
        encoding = "utf-8" if kind == "commas" else "cp1252"
        files[f"{name}.csv"] = text.getvalue().encode(encoding, "replace")
    return files


def _put(sheet: Any, row: int, column: int, value: Any) -> None:
    from openpyxl.utils.exceptions import IllegalCharacterError

    if value is None:
        return
    try:
        cell = sheet.cell(row, column, value)
    except IllegalCharacterError:
        cell = sheet.cell(row, column, "a?")
    if isinstance(value, str):
        cell.data_type = "s"  # else what begins with = is a formula


# --- Cells, rows and columns ------------------------------------------------------------------------


def _cell(rng: random.Random, kind: Kind, tables: dict[str, Grid]) -> str:
    """Put something else into a cell."""
    name, rows = _table(rng, tables)
    row, column = rng.randrange(1, len(rows)), rng.randrange(len(rows[0]))
    pool = (*CELLS, *TYPED) if kind == "workbook" else CELLS
    old, new = rows[row][column], rng.choice(pool)
    if rng.random() < 0.5 and old not in (None, ""):
        new = _slip(rng, str(old))
    elif rng.random() < 0.2:
        new = rng.choice(rows[1:])[column]
    rows[row][column] = new
    return f"{name}:{row + 1} {rows[0][column]}: {old!r} becomes {new!r}"[:200]


def _slip(rng: random.Random, text: str) -> str:
    """Return a text with a slip of the pen in it."""
    place = rng.randrange(len(text))
    letter = rng.choice("0123456789abeåØ .,-:/;'\"\t")
    swapped = text[:place] + text[place + 1 : place + 2] + text[place] + text[place + 2 :]
    slips = (
        text[:place] + text[place + 1 :], text[:place] + letter + text[place:],
        text[:place] + letter + text[place + 1 :], swapped, text.upper(), text.lower(), f" {text} ", text * 2,
    )  # fmt: skip
    return rng.choice(slips)


def _misspelt(rng: random.Random, name: str) -> str:
    """Return a name with one letter more, less or other."""
    place = rng.randrange(1, len(name))
    slips = (
        name[:place] + name[place + 1 :],
        f"{name[:place]}x{name[place:]}",
        f"{name[:place]}x{name[place + 1 :]}",
    )
    return rng.choice(slips)


def _row(rng: random.Random, _kind: Kind, tables: dict[str, Grid]) -> str:
    """Move, double, drop, cut or add a row."""
    name, rows = _table(rng, tables)
    row, other = rng.randrange(1, len(rows)), rng.randrange(1, len(rows))
    done = rng.choice(("double", "drop", "swap", "cut", "lengthen", "blank", "remark", "title", "sum"))
    width = len(rows[0])
    if done == "double":
        rows.insert(other, list(rows[row]))
    elif done == "drop":
        del rows[row]
    elif done == "swap":
        rows[row], rows[other] = rows[other], rows[row]
    elif done == "cut":
        del rows[row][rng.randrange(1, width) :]
    elif done == "lengthen":
        rows[row] += [rng.choice(CELLS)]
    elif done == "blank":
        rows.insert(row, [""] * width)
    elif done == "remark":
        rows.insert(row, [rng.choice(("# old", "note", "'x", "Hansen, se her"))])
    elif done == "title":
        rows.insert(0, ["Praksisser 2009"])
    else:
        rows.append(["I alt", str(len(rows))])
    return f"{name}:{row + 1} {done}"


def _column(rng: random.Random, _kind: Kind, tables: dict[str, Grid]) -> str:
    """Move, double, drop or misname a column."""
    name, rows = _table(rng, tables)
    one, other = rng.randrange(len(rows[0])), rng.randrange(len(rows[0]))
    done = rng.choice(
        ("swap", "swap headings", "double", "drop", "misspell", "misspell", "misspell", "blank", "own")
    )
    heading = str(rows[0][one])
    if done == "swap headings":
        rows[0][one], rows[0][other] = rows[0][other], rows[0][one]
    elif done == "misspell":
        rows[0][one] = _slip(rng, heading)
    elif done == "blank":
        rows[0][one] = ""
    else:
        for row in rows:
            row.extend([""] * (len(rows[0]) - len(row)))
            if done == "swap":
                row[one], row[other] = row[other], row[one]
            elif done == "double":
                row.append(row[one])
            elif done == "drop":
                del row[one]
            else:
                row.append("Mobil" if row is rows[0] else rng.choice(CELLS))
    return f"{name} {heading}: {done} {rows[0]}"


def _sheet(rng: random.Random, _kind: Kind, tables: dict[str, Grid]) -> str:
    """Misname, double, drop or move a table as a whole."""
    name = rng.choice(list(tables))
    done = rng.choice(
        ("misspell", "misspell", "case", "copy", "drop", "empty", "headings", "english", "swap")
    )
    rows = tables.pop(name)
    if done == "misspell":
        tables[new := _misspelt(rng, name)] = rows
        return f"{name} misspelt: {new}"
    if done == "case":
        tables[name.upper()] = rows
    elif done == "copy":
        tables |= {name: rows, f"{name} (2)": rows}
    elif done == "empty":
        tables[name] = []
    elif done == "headings":
        tables[name] = rows[:1]
    elif done == "english":
        tables |= {name: rows, "rooms" if name != "rooms" else "Lokaletider": rows}
    elif done == "swap":
        other = rng.choice(list(tables))
        tables[name], tables[other] = tables[other], rows
    return f"{name} {done}"


def _table(rng: random.Random, tables: Mapping[str, Grid]) -> tuple[str, Grid]:
    name = rng.choice([name for name, rows in tables.items() if len(rows) > 2])
    return name, tables[name]


# --- Files ------------------------------------------------------------------------------------------


def _settings(rng: random.Random, text: str) -> tuple[str, str]:
    """Change a line of project.toml."""
    lines = text.splitlines()
    place = rng.choice([number for number, line in enumerate(lines) if line and not line.startswith("#")])
    name, equals, rest = lines[place].partition(" = ")
    done = rng.choice(("value", "value", "value", "slip", "key", "drop", "double", "move", "comment", "add"))
    if done == "value" and equals:
        lines[place] = f"{name} = {rng.choice(VALUES)}"
    elif done == "key" and equals:
        lines[place] = f"{_slip(rng, name)} = {rest}"
    elif done == "drop":
        del lines[place]
    elif done == "double":
        lines.insert(place, lines[place])
    elif done == "move":
        lines.insert(rng.randrange(len(lines)), lines.pop(place))
    elif done == "comment":
        lines[place] = f"# {lines[place]}"
    elif done == "add":
        lines.insert(
            place, f"{rng.choice(('fnug', 'lat', 'lon', 'district', 'speed'))} = {rng.choice(VALUES)}"
        )
    else:
        lines[place] = _slip(rng, lines[place])
    return "\n".join(lines) + "\n", f"project.toml:{place + 1} {done}: {lines[min(place, len(lines) - 1)]}"[
        :200
    ]


def _bytes(rng: random.Random, raw: bytes) -> tuple[bytes, str]:
    """Damage a file as disks and editors do."""
    place = rng.randrange(len(raw))
    end = min(len(raw), place + rng.randrange(1, 40))
    done = rng.choice(("flip", "cut", "zeros", "noise", "double", "utf-16", "utf-8-sig", "cp1252", "latin-bom", "ends", "empty", "tabs",
        "pipes", "sep", "quotes", "blank lines"))  # fmt: skip
    text = raw.decode("utf-8", "replace")
    damages: Mapping[str, Callable[[], bytes]] = {
        "flip": lambda: raw[:place] + bytes([raw[place] ^ 1 << rng.randrange(8)]) + raw[place + 1 :],
        "cut": lambda: raw[:place],
        "zeros": lambda: raw[:place] + bytes(end - place) + raw[end:],
        "noise": lambda: raw[:place] + rng.randbytes(end - place) + raw[end:],
        "double": lambda: raw[:end] + raw[place:],
        "utf-16": lambda: text.encode("utf-16"),
        "utf-8-sig": lambda: text.encode("utf-8-sig"),
        "cp1252": lambda: text.encode("cp1252", "replace"),
        "latin-bom": lambda: raw[:place] + b"\xef\xbb\xbf" + raw[place:],
        "ends": lambda: raw.replace(b"\r\n", b"\n").replace(
            b"\n", rng.choice((b"\r", b"\r\n", b"\n\n", b" \n"))
        ),
        "empty": lambda: b"",
        "tabs": lambda: re.sub(rb"[,;]", b"\t", raw),
        "pipes": lambda: re.sub(rb"[,;]", b"|", raw),
        "sep": lambda: b"sep=;\r\n" + raw,
        "quotes": lambda: re.sub(rb"([^,;\r\n]+)", rb'"\1"', raw),
        "blank lines": lambda: b"\n\n" + raw.replace(b"\n", b"\n\n"),
    }
    return damages[done](), f"{done} at {place}"


def _inside(rng: random.Random, raw: bytes) -> tuple[bytes, str]:
    """Damage a part inside a workbook."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as archive, zipfile.ZipFile(out, "w") as new:
        target = rng.choice(archive.namelist())
        what = ""
        for name in archive.namelist():
            content = archive.read(name)
            if name == target:
                content, what = _bytes(rng, content)
            new.writestr(name, content)
    return out.getvalue(), f"{target}: {what}"


def _file(rng: random.Random, files: dict[str, bytes | Callable[[Path], None]]) -> Mutant:
    """Lose, rename or replace a file."""
    name = rng.choice(sorted(files))
    stem, _dot, suffix = name.partition(".")
    done = rng.choice(("lose", "folder", "rename", "rename", "link", "dangling", "other", "copy"))
    content = files[name]
    if done == "lose":
        del files[name]
    elif done == "folder":
        files[name] = lambda path: path.mkdir()
    elif done == "dangling":
        files[name] = lambda path: path.symlink_to("nowhere")
    elif done == "link":
        files[f"elsewhere.{suffix}x"] = files.pop(name)
        files[name] = lambda path: path.symlink_to(f"elsewhere.{suffix}x")
    elif done == "other":
        files[name] = files[rng.choice(sorted(files))]
    else:
        new = rng.choice((
            f"{stem}.{suffix.upper()}", f"{stem.capitalize()}.{suffix}", f"{stem}.txt", f"{stem}.{suffix}.txt", f"{stem}.{suffix}.bak",
            f"{stem} (1).{suffix}", f"{stem} - kopi.{suffix}", f"Kopi af {name}", f"{_misspelt(rng, stem)}.{suffix}",
        ))  # fmt: skip
        if done == "rename":
            del files[name]
        files[new] = content
        needs = new if done == "rename" else ""
        return Mutant(f"{name} {done} {new}", files, needs)
    return Mutant(f"{name} {done}", files)


# --- All of them ------------------------------------------------------------------------------------


_GRIDS = {"cell": _cell, "row": _row, "column": _column, "sheet": _sheet}
#: How often something of each sort is changed.
_HOW = {"cell": 44, "row": 12, "column": 10, "sheet": 5, "settings": 14, "bytes": 7, "inside": 3, "file": 5}


def mutant(seed: int) -> Mutant:
    """Return the mutant of a seed."""
    rng = random.Random(seed)
    kind = rng.choice(KINDS)
    how = rng.choices(tuple(_HOW), tuple(_HOW.values()))[0]
    tables = grids(kind)
    what = ""
    if how in _GRIDS:
        what = _GRIDS[how](rng, kind, tables)
    files: dict[str, bytes | Callable[[Path], None]] = {SETTINGS: example()[SETTINGS], **packed(kind, tables)}
    if how == "file":
        changed = _file(rng, files)
        return Mutant(f"seed {seed}, {kind}: {changed.what}", changed.files, changed.needs_word)
    if how == "settings":
        text, what = _settings(rng, example()[SETTINGS].decode())
        files[SETTINGS] = text.encode()
    elif how in ("bytes", "inside"):
        name = rng.choice(sorted(files))
        raw = files[name]
        assert isinstance(raw, bytes)
        damage = _inside if name == WORKBOOK and how == "inside" else _bytes
        files[name], what = damage(rng, raw)
        what = f"{name} {what}"
    misspelt = what.partition(" misspelt: ")[2] if how == "sheet" else ""
    return Mutant(f"seed {seed}, {kind}: {what}", files, misspelt)
