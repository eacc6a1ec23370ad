"""A small, valid project folder on disk, of which a test changes what it is about."""

from pathlib import Path

from scheduler.errors import InputError
from scheduler.inputs import read_project

SETTINGS = """
[base]
name = "Jobcenter"
address = "Skelbækgade 1"
postcode = "1717"
city = "København V"

[period]
start = 2009-01-01
end = 2010-12-31
"""

PLACE = "Vej 1,2450,København SV"
TABLES = {
    "practices": f"practice_id,name,address,postcode,city,district\nP1,Vej,{PLACE},Kgs. Enghave\nP2,Gade,{PLACE},Valby\n",
    "rooms": "practice_id,weekday,start,end\nP1,mon,09:00,12:00\nP2,tue,09:00,12:00\n",
    "consultants": "consultant_id,name\nc1,Rådgiver 1\nc2,Rådgiver 2\n",
    "shifts": "consultant_id,weekday,start,end\n"
    + "".join(f"{who},{day},08:30,15:30\n" for who in ("c1", "c2") for day in ("mon", "tue", "wed", "thu")),
}


def write_folder(folder: Path, **changed: str | bytes | None) -> Path:
    """Write the small project, with these tables instead of or besides its own; None leaves one out.

    `settings` is project.toml.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {"settings": SETTINGS, **TABLES, **changed}.items():
        if content is not None:
            raw = content if isinstance(content, bytes) else content.encode()
            (folder / ("project.toml" if name == "settings" else f"{name}.csv")).write_bytes(raw)
    return folder


def lines_of(folder: Path) -> list[str]:
    """Read the folder and return its problems, one line each; none where it is in order."""
    try:
        read_project(folder)
    except InputError as error:
        return [str(problem) for problem in error.problems]
    return []


def text_of(folder: Path) -> str:
    """Read the folder and return all problems as one text."""
    return "\n".join(lines_of(folder))
