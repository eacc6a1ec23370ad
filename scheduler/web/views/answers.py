"""Files of an edition as answers: each brings its own policy, and is nobody's but who asked for it."""

from pathlib import PurePosixPath

from django.http import HttpResponse

from scheduler.model.roster import Roster
from scheduler.outputs import gpx, names

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".ics": "text/calendar; charset=utf-8",
    ".gpx": "application/gpx+xml",
    ".json": "application/json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
#: What the page itself does not forbid already.
_POLICY = "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def of_consultant(roster: Roster, consultant_id: str) -> frozenset[str]:
    """Return the names of the files that are a consultant's alone: pages and tracks of rounds, calendar, week."""
    rounds = [each for each in roster.rounds if each.consultant_id == consultant_id]
    return frozenset(
        {
            *map(names.round_map, rounds),
            *(track for each in rounds for track in gpx.files(roster, each)),
            names.calendar(consultant_id),
            names.week_file(consultant_id, str(roster.week)),
        }
    )


def file(name: str, content: bytes) -> HttpResponse:
    """Answer with a file; what is no page is kept under its own name."""
    suffix = PurePosixPath(name).suffix
    answer = HttpResponse(content, _TYPES.get(suffix, "application/octet-stream"))
    answer["Content-Security-Policy"] = _POLICY
    answer["Cache-Control"] = "private, no-cache"
    if suffix != ".html":
        called = "".join(letter for letter in PurePosixPath(name).name if letter.isalnum() or letter in "-_.")
        answer["Content-Disposition"] = f'attachment; filename="{called}"'
    return answer
