"""Changes of the tables as people ask for them: put forward in words and as rows, checked, and then written as one act."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _
from scheduler.inputs import rules
from scheduler.inputs.cells import CellError
from scheduler.inputs.dates import dates_of
from scheduler.inputs.rows import Row
from scheduler.inputs.schema import BY_NAME, IN_STORE
from scheduler.inputs.stored import Cells, Edit, Tables, cells_of, read_stored, with_edits, written
from scheduler.inputs.when import When, when
from scheduler.model.clock import now
from scheduler.model.project import Project
from scheduler.model.text import Text
from scheduler.model.texts import Names, word
from scheduler.services.workspace import kept_tables, own_settings, store_of
from scheduler.store.who import me

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from scheduler.store.models import Event
    from scheduler.store.tables import Kept


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change of the tables before it is written.

    Attributes
    ----------
    what
        What is done.
    edits
        The rows that are new, changed or gone; none where nothing would change.
    asked
        The same, and those rows that are there already.
    names
        What people call what `what` has the ids of.
    notes
        What else is to be known before.
    """

    what: Text
    edits: tuple[Edit, ...]
    asked: tuple[Edit, ...] = field(repr=False)
    names: Names = field(repr=False)
    notes: tuple[str, ...] = ()
    _kept: "Kept | None" = field(default=None, repr=False, compare=False)

    @property
    def told(self) -> str:
        """Say what is done, with the names that people know."""
        return word(self.what, self.names)


@dataclass(frozen=True, slots=True)
class Tabled:
    """The tables of a store as they are, and what they make.

    Attributes
    ----------
    project
        The project.
    tables
        The cells of every row.
    rows
        The same, read.
    """

    project: Project
    tables: Tables
    rows: Mapping[str, Sequence[Row]]
    _kept: "Kept"
    _own: bytes

    def id_of(self, argument: str, said: str, *names: str, besides: Sequence[str] = ()) -> str:
        """Return whom an argument means: an id or a name of one of these tables; an `InputError` where nobody."""
        try:
            return rules.id_of(said, self.rows, *names, besides=besides)
        except CellError as error:
            raise InputError(InputProblem(str(error), argument)) from error

    def when(
        self,
        argument: str,
        said: Sequence[str],
        *,
        day: "dt.date | None" = None,
        since: "dt.datetime | None" = None,
        of_each: bool = False,
    ) -> When:
        """Read when something is, see `scheduler.inputs.when`.

        What has no year is the next such day `since` a moment, or from now on. With `of_each` its hours are those of
        each day.
        """
        try:
            with dates_of(self.project.config.calendar.country):
                found = when(said, since or now(), day=day)
        except CellError as error:
            raise InputError(InputProblem(str(error), argument)) from error
        if of_each and len(found.pieces) > 1:
            reason = _("this goes on from one day to another; write days, and the hours of each behind them")
            raise InputError(InputProblem(reason, argument))
        return found

    @property
    def names(self) -> Names:
        """What people call whom, by what a text says of them."""
        project = self.project
        places = {place.place_id: place.name for place in project.places if place.name}
        consultants = {one.consultant_id: one.name for one in project.consultants}
        titles = {rule.engagement_id: rule.title for rule in project.engagements}
        return {
            "consultant_id": consultants,
            "practice_id": places,
            "request_id": {**places, **{task.task_id: task.title for task in project.tasks}},
            "engagement_id": titles,
            "who": {"all": Text("for_all"), **places, **consultants, **titles},
        }

    def new(self, table: str, **values: Any) -> Edit:
        """Return a new row of a table; what is None or empty is left blank. ``from_`` stands for ``from``."""
        columns = {column.name: column for column in IN_STORE[table].columns}
        given = {
            name.rstrip("_"): value for name, value in values.items() if value is not None and value != ""
        }
        cells = {name: written(columns[name], given[name]) for name in columns if name in given}
        return Edit(table, None, cells, len(self.tables.get(table, ())))

    def gone(self, table: str, position: int) -> Edit:
        """Return that a row is taken out."""
        return Edit(table, self.tables[table][position], None, position)

    def has(self, edit: Edit) -> bool:
        """Tell whether the project's tables have a row like a new one already."""
        return (
            edit.after is not None
            and edit.table in BY_NAME
            and dict(edit.after) in map(dict, self.tables.get(edit.table, ()))
        )

    def proposal(self, what: Text, edits: Iterable[Edit], notes: Iterable[str] = ()) -> Proposal:
        """Put a change forward; rows that are there already are left out.

        Raises
        ------
        InputError
            When the project would be wrong after it.
        """
        asked = tuple(edits)
        edits = tuple(edit for edit in asked if not self.has(edit))
        if edits:
            self.after(edits)
        return Proposal(what, edits, asked, self.names, tuple(notes), self._kept)

    def as_stored(self, edit: Edit) -> Edit:
        """Return an edit with its new cells in the one form that is stored; an `InputError` where they are wrong."""
        if edit.after is None:
            return edit
        _project, rows = read_stored(with_edits(self.tables, [edit]), self._own)
        row = rows[edit.table][-1 if edit.before is None else edit.position]
        return replace(edit, after=cells_of(BY_NAME[edit.table], row))

    def row(self, table: str, number: int) -> int | None:
        """Return which row of a table the store gave a number; None where there is none such."""
        ids = self._kept.ids.get(table, ())
        return ids.index(number) if number in ids else None

    def numbered(self, table: str) -> list[tuple[int, Cells]]:
        """Return the rows of a table with the numbers that the store gave them."""
        return list(zip(self._kept.ids.get(table, ()), self.tables.get(table, ()), strict=True))

    def after(self, edits: Sequence[Edit]) -> "tuple[Project, Tables]":
        """Return the project and the tables as they are with some rows changed; an `InputError` where they are wrong."""
        tables = with_edits(self.tables, edits)
        project, _rows = read_stored(tables, self._own)
        return project, tables


@contextmanager
def tabled(data_dir: Path) -> Iterator[Tabled]:
    """Have the store of a project open for the block, and its tables read.

    Raises
    ------
    InputError
        When there is no store with tables, or they are not in order.
    ServiceError
        When the store cannot be had.
    """
    with store_of(data_dir):
        kept = kept_tables(data_dir)
        own = own_settings(data_dir)
        project, rows = read_stored(kept.tables, own)
        yield Tabled(project, kept.tables, rows, kept, own)


def require_theirs(proposal: Proposal) -> None:
    """Refuse a proposal about another job centre than whoever acts may write at, with a `NotTheirsError`."""
    from scheduler.store import whose

    kept = proposal._kept  # noqa: SLF001 - of this module
    assert kept is not None  # noqa: S101 - `Tabled` makes proposals
    whose.require_rows(kept.tables, proposal.asked)


def write(
    data_dir: Path,
    proposal: Proposal,
    *,
    week: str = "",
    changes_tables: bool = True,
    then: "Callable[[Event], None] | None" = None,
) -> None:
    """Write what was put forward, in one act.

    Parameters
    ----------
    data_dir
        The project folder.
    proposal
        What is to be written.
    week
        The week that it is about; empty where it is about none.
    changes_tables
        Whether weeks may ask for something else afterwards.
    then
        What else is saved in the same act, given its event.

    Raises
    ------
    ChangedSinceError
        When the tables have been changed since it was put forward.
    ServiceError
        When the store cannot be had.
    """
    with store_of(data_dir), written_by(proposal, week=week, changes_tables=changes_tables) as event:
        if then is not None:
            then(event)


@contextmanager
def written_by(
    proposal: Proposal, *, week: str = "", changes_tables: bool = True, what: Text | None = None
) -> "Iterator[Event]":
    """Write what was put forward into the store that is open, in one act with all that the block writes.

    Parameters and errors are those of `write`; `what` is what is done, where that is more than was put forward.
    """
    from scheduler.store import tables
    from scheduler.store.events import act

    kept = proposal._kept  # noqa: SLF001 - of this module
    assert kept is not None  # noqa: S101 - `Tabled` makes proposals
    what = proposal.what if what is None else what
    with act(what, me(), now(), since=kept.seen, week=week, changes_tables=changes_tables) as event:
        tables.change(event, kept, proposal.edits)
        yield event
