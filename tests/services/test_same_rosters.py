"""The example's weeks are planned as before: roster.json stays the same, byte for byte.

Left out are how long the search took, the digest of the inputs, and the prices: many prices prove the same
bound, and which are found depends on the last bits of float arithmetic. The weeks are proven within a second, so
that no time limit tells, and their best rosters are the same in whatever order the search meets people and visits.

Where rosters or their words are meant to change, write the record anew and read its difference:

    .venv/bin/python tests/services/test_same_rosters.py
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from scheduler import Week, prepare, solve, week_problem
from scheduler.base import i18n, resources
from scheduler.model import rosterfile
from scheduler.services.planner import Prepared

RECORD = Path(__file__).with_suffix(".json")
#: With holidays, with a home visit, and with visits that nobody can make.
WEEKS = ("2009-W15", "2009-W20", "2009-W31")


def planned(prepared: Prepared, week: str) -> Mapping[str, object]:
    """Return what the record says of a week as it is planned now."""
    problem = week_problem(prepared.project, prepared.travel.times, Week.parse(week))
    roster = solve(problem, time_limit_s=60.0).roster
    alike = roster.replace(solve_seconds=0.0, inputs_sha256="", prices=None)
    return {
        "status": roster.status,
        "score": roster.score,
        "points": {name: term.points for name, term in roster.terms.items()},
        "sha256": hashlib.sha256(rosterfile.dump(alike)).hexdigest(),
    }


def example() -> Prepared:
    with i18n.using("en"):  # the names of home visits are words
        return prepare(resources.example_folder())


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return example()


@pytest.mark.parametrize("week", WEEKS)
def test_the_roster_is_the_recorded_one(prepared: Prepared, week: str) -> None:
    assert planned(prepared, week) == json.loads(RECORD.read_text(encoding="utf-8"))[week]


def write_record() -> None:
    prepared = example()
    with i18n.using("en"):
        found = {week: planned(prepared, week) for week in WEEKS}
    RECORD.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_record()
