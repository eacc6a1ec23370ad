"""The files of a week's output folder, relative to it, with forward slashes."""

import re

from scheduler.model.clock import Week
from scheduler.model.roster import Round

ROSTER = "roster.json"
INDEX = "index.html"
WEEK_MAP = "maps/week.html"
WORKBOOK = "roster.xlsx"
#: Who did what, in a journal.
EVENTS = "events.txt"
#: The folder of what is sent.
MESSAGES = "messages"

_WEEK_FILE = re.compile(r"[\w-]+-uge-\d{1,2}\.html", re.ASCII)


def round_map(round_: Round) -> str:
    """Return the file of a round's map and list, the consultant's page."""
    return f"maps/{round_.date.isoformat()}-{round_.consultant_id}.html"


def week_file(consultant_id: str, week: str) -> str:
    """Return the file of a consultant's whole week, for sending: ``anne-uge-50.html``."""
    return f"{consultant_id}-uge-{Week.parse(week).number}.html"


def gpx(round_: Round, part: int = 0) -> str:
    """Return the file of a round's track, or of a part of it, from 1."""
    of = f".{part}" if part else ""  # a point, which no id has
    return f"gpx/{round_.date.isoformat()}-{round_.consultant_id}{of}.gpx"


def calendar(consultant_id: str) -> str:
    """Return the file of a consultant's calendar."""
    return f"{consultant_id}.ics"


def calendar_changes(consultant_id: str) -> str:
    """Return the file of what the edition changes in a consultant's calendar."""
    return f"{consultant_id}.changes.ics"


def consultant_zip(consultant_id: str) -> str:
    """Return the file with all that is sent to a consultant."""
    return f"{MESSAGES}/{consultant_id}.zip"


def message(id_: str) -> str:
    """Return the file of the message to a practice or consultant."""
    return f"{MESSAGES}/{id_}.eml"


def log_sheet(consultant_id: str) -> str:
    """Return the file in which a consultant writes what was held, in what is sent."""
    return f"{consultant_id}.held.xlsx"


def is_output(name: str) -> bool:
    """Tell whether an entry of a week's folder is one of ours, so that the next roster replaces it."""
    known = name in {ROSTER, INDEX, WORKBOOK, "maps", "gpx", MESSAGES} or name.endswith(".ics")
    return known or _WEEK_FILE.fullmatch(name) is not None
