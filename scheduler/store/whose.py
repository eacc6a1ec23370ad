"""At which job centres whoever acts may write: asked where rows and editions are written, so that no way in forgets it.

A row is of the job centres of all that it names; one that names nothing of one job centre (settings, holidays, other
places) is of all of them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from scheduler.base.errors import InputError
from scheduler.base.i18n import _
from scheduler.inputs.stored import Cells, Edit, Tables
from scheduler.model.changes import changes
from scheduler.model.project import BASE
from scheduler.model.roster import Roster

#: The columns that name whom a row is about.
_ABOUT = ("practice_id", "consultant_id", "id", "who")
#: Tables of which each row names its job centre, or has the one of project.toml.
BASED = ("practices", "consultants")
#: Tables of what is done by somebody, somewhere, with the column of their ids.
_MADE = {"engagements": "engagement_id", "tasks": "task_id", "home_visits": "visit_id"}

#: The job centres at which whoever acts may write; None is all of them.
Bases = Collection[str] | None

_bases: ContextVar[Bases] = ContextVar("bases", default=None)


class NotTheirsError(InputError):
    """Whoever acts may not write this, as it is another job centre's, too; nothing was saved."""

    def __init__(self) -> None:
        super().__init__(
            _("This concerns a job centre at which you may not do this; nothing was changed."),
            hint=_("Ask somebody who may, or whoever looks after the app."),
        )


@contextmanager
def acting_at(bases: Bases) -> Iterator[None]:
    """Have whoever acts in the block write at these job centres only."""
    token = _bases.set(bases)
    try:
        yield
    finally:
        _bases.reset(token)


def bases_in(tables: Tables) -> frozenset[str]:
    """Return the job centres at which somebody works or that visit a practice."""
    return frozenset(_own(row) for table in BASED for row in tables.get(table, ()))


def may_change(tables: Tables, edits: Iterable[Edit]) -> bool:
    """Tell whether whoever acts may change rows of the tables as they are."""
    allowed = _bases.get()
    if allowed is None:
        return True
    edits = tuple(edits)
    whose = _whose(tables, edits)
    rows = [(edit.table, row) for edit in edits for row in (edit.before, edit.after) if row is not None]
    found = [_bases_of(table, row, whose) for table, row in rows]
    return all(of is not None and of <= set(allowed) for of in found)


def require_rows(tables: Tables, edits: Iterable[Edit]) -> None:
    """Refuse changed rows that are another job centre's, with a `NotTheirsError`."""
    if not may_change(tables, edits):
        raise NotTheirsError


def require_roster(roster: Roster, before: Roster | None) -> None:
    """Refuse a roster in whose place of `before` something else is asked of another job centre's consultants.

    Without one before, it is of all that are in it.
    """
    allowed = _bases.get()
    if allowed is None:
        return
    touched = bases_of(roster) if before is None else _differing(before, roster)
    if not touched <= set(allowed):
        raise NotTheirsError


def bases_of(roster: Roster) -> frozenset[str]:
    """Return the job centres of a roster."""
    return frozenset(one.base_id for one in roster.consultants)


def _differing(before: Roster, after: Roster) -> set[str]:
    of = {one.consultant_id: one.base_id for roster in (before, after) for one in roster.consultants}
    return {
        of[stay.consultant_id]
        for change in changes(before, after)
        for stay in (change.was, change.becomes)
        if stay is not None
    }


def _own(row: Cells) -> str:
    return row.get("base_id") or BASE


def _whose(tables: Tables, edits: Collection[Edit]) -> Mapping[str, frozenset[str] | None]:
    """Return the job centres of whatever has an id, also of what the edits add; None for those of all."""
    found: dict[str, frozenset[str] | None] = {"all": None}
    rows = {
        name: [*tables.get(name, ()), *(edit.after for edit in edits if edit.table == name and edit.after)]
        for name in (*BASED, *_MADE)
    }
    for name in BASED:
        for row in rows[name]:
            found.setdefault(row.get(f"{name[:-1]}_id", ""), frozenset({_own(row)}))
    for name, id_ in _MADE.items():
        for row in rows[name]:
            found.setdefault(row.get(id_, ""), _made_at(row, found))
    return found


def _bases_of(table: str, row: Cells, whose: Mapping[str, frozenset[str] | None]) -> frozenset[str] | None:
    """Return the job centres of a row; None for all of them."""
    if table in BASED:
        return frozenset({_own(row)})
    if table in _MADE:
        return _made_at(row, whose)
    return _joined([whose.get(row[column]) for column in _ABOUT if row.get(column)])


def _made_at(row: Cells, whose: Mapping[str, frozenset[str] | None]) -> frozenset[str] | None:
    """Return the job centres of what somebody does somewhere: that of who does it, and of the practice where."""
    return _joined([whose[row[column]] for column in ("consultant_id", "place") if row.get(column) in whose])


def _joined(found: Collection[frozenset[str] | None]) -> frozenset[str] | None:
    known = [each for each in found if each is not None]
    return frozenset().union(*known) if known and len(known) == len(found) else None
