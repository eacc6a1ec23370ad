"""Stores of earlier programs: each is brought up to date, keeps all that was in it, and is backed up before."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.test import override_settings
from folders import write_folder
from frozen import frozen_steps, thawed
from stores import events, kept, set_clock

from scheduler.base.errors import InputError
from scheduler.services import storing
from scheduler.services.workspace import project_in, store_of
from scheduler.store import opening
from scheduler.store.address import STORE_FILE, Address

MIGRATIONS = Path(opening.__file__).parent / "migrations"
STEPS = sorted(file.stem for file in MIGRATIONS.glob("0*.py"))


@pytest.fixture(autouse=True)
def a_monday(monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch)


def schema(file: Path) -> list[str]:
    """Return how the tables of a database are made, but for the order of their columns and constraints."""
    with closing(sqlite3.connect(file)) as store:
        rows = store.execute(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
        )
        found = [" ".join(row[0].split()) for row in rows]
    return sorted(",".join(sorted(re.split(r", (?![^(]*\))", statement))) for statement in found)


def test_every_step_has_a_store_that_was_written_down() -> None:
    """Run ``python tests/frozen.py`` for a new one."""
    assert frozen_steps() == STEPS


@pytest.mark.parametrize("step", STEPS)
def test_history_is_not_rewritten(tmp_path: Path, step: str) -> None:
    """What a step made once it makes today."""
    opening.set_up()
    opening.make_at(Address(file=tmp_path / "now.db"), step=step)
    assert schema(tmp_path / "now.db") == schema(thawed(step, tmp_path / "then.db"))


@pytest.mark.parametrize("step", STEPS)
def test_a_store_of_every_step_is_brought_up_to_date(tmp_path: Path, step: str) -> None:
    folder = write_folder(tmp_path / "data")
    thawed(step, folder / STORE_FILE)
    before = (folder / STORE_FILE).read_bytes()
    older = step != STEPS[-1]
    if older:
        with pytest.raises(InputError, match=r"is of an older hjul; run: hjul store upgrade FILE"):
            project_in(folder)
        assert (folder / STORE_FILE).read_bytes() == before
    assert storing.upgrade(folder, tmp_path / "b.db") == older
    assert (tmp_path / "b.db").exists() == older
    assert [visit.visit_id for visit in project_in(folder).home_visits] == ["H1", "H2"]
    assert {row["start"] for row in kept(folder)["rooms"]} == {"10:00"}
    assert events(folder) == ["anna, Monday 11 May 7:40: tables taken in from data"] * 2
    storing.undo(folder)
    assert {row["start"] for row in kept(folder)["rooms"]} == {"09:00"}
    if older:
        storing.restore(folder, tmp_path / "b.db")  # a backup of before serves, too
        assert {row["start"] for row in kept(folder)["rooms"]} == {"10:00"}


def test_a_later_step_is_taken_in_a_file_and_on_a_server(tmp_path: Path, store_kind: str) -> None:
    """With a step that adds a column, as a later program may have it: backed up as it was, and then brought up to date."""
    folder = write_folder(tmp_path / "data")
    storing.make_store(folder)
    storing.take_in(folder, storing.differences(folder))
    with override_settings(MIGRATION_MODULES={"hjul_store": "later"}):
        with pytest.raises(InputError, match=r"is of an older hjul"):
            project_in(folder)
        with pytest.raises(InputError, match=r"is of an older hjul"):
            storing.back_up(folder, tmp_path / "refused.db")
        assert storing.upgrade(folder, tmp_path / "b.db") is True
        with store_of(folder):
            assert opening.last_step() == "9999_later"
        assert project_in(folder).rooms
        assert storing.upgrade(folder, tmp_path / "c.db") is False
    with closing(sqlite3.connect(tmp_path / "b.db")) as backup:
        assert "remark" not in str(backup.execute("SELECT sql FROM sqlite_master").fetchall())
        assert backup.execute("SELECT count(*) FROM hjul_store_row").fetchone()[0] > 10
    with pytest.raises(InputError, match=r"is of a newer hjul than this"):
        project_in(folder)
    if store_kind == "sqlite":
        storing.restore(folder, tmp_path / "b.db")
        assert project_in(folder).rooms


def test_the_tables_are_those_of_the_last_step() -> None:
    """Whoever changes `models` writes a step: ``django-admin makemigrations`` would find nothing to do."""
    from django.core.management import call_command

    opening.set_up()
    call_command("makemigrations", "hjul_store", check_changes=True, dry_run=True, verbosity=0)
