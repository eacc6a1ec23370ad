"""A store as a step of its history left it, written down once and never again.

    python tests/frozen.py

writes the file of the last step, if it has none yet. Those of earlier steps stay: what people have is like them.
"""

import os
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

SCHEMAS = Path(__file__).parent / "store" / "schemas"


def frozen_steps() -> list[str]:
    """Return the steps of which there is a store."""
    return sorted(file.stem for file in SCHEMAS.glob("*.sql"))


def thawed(step: str, file: Path) -> Path:
    """Make the store of a step anew."""
    with closing(sqlite3.connect(file)) as store:
        store.executescript((SCHEMAS / f"{step}.sql").read_text(encoding="utf-8"))
        store.execute("PRAGMA journal_mode=WAL")  # as hjul leaves it
    return file


def freeze(folder: Path) -> str:
    """Fill a store with a bit of everything that the present step keeps, and write it down; return the step."""
    from folders import TABLES
    from stores import HOMES, PINS, take_in, with_store

    os.environ.update(HJUL_NOW="2009-05-11T07:40", HJUL_USER="anna")
    data = with_store(folder / "data", home_visits=HOMES, pins=PINS)
    take_in(data, rooms=TABLES["rooms"].replace("09:00", "10:00"))
    from scheduler.services.workspace import store_of
    from scheduler.store import opening

    with store_of(data):
        from scheduler.model.clock import now
        from scheduler.store import jobs

        step = opening.last_step()
        jobs.ask("replan", {"week": "2009-W20"}, who="anna", at=now(), lang="da")
    with closing(sqlite3.connect(data / "hjul.db")) as store:
        dump = "\n".join(store.iterdump()) + "\n"
    target = SCHEMAS / f"{step}.sql"
    if not target.exists():
        target.write_text(dump, encoding="utf-8")
    return step


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    with tempfile.TemporaryDirectory() as scratch:
        print(freeze(Path(scratch)))  # noqa: T201
