"""The rows of the project's tables in the store: read with what was seen, and changed row by row.

The cells that say where a home visit is made stand apart, in `Home`; events never have them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scheduler.inputs.stored import Cells, Edit, Tables, key_of
from scheduler.store.events import Seen, seen
from scheduler.store.models import Event, Home, Row, RowChange

HOMES = "home_visits"
_PRIVATE = frozenset({"address", "postcode", "city", "lat", "lon"})


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows of all tables, and what had been seen when they were read.

    Attributes
    ----------
    tables
        The cells of every row.
    ids
        The numbers of the same rows in the store.
    seen
        Events until then.
    """

    tables: Tables
    ids: Mapping[str, Sequence[int]]
    seen: Seen

    def __bool__(self) -> bool:
        """Whether there are any rows."""
        return bool(self.tables)


def are_there() -> bool:
    """Tell whether there are any rows."""
    return Row.objects.exists()


def read() -> Kept:
    """Return the rows of all tables as they are now."""
    before = seen()  # whoever writes between the two is told of, not overwritten
    tables: dict[str, list[Cells]] = defaultdict(list)
    ids: dict[str, list[int]] = defaultdict(list)
    for row in Row.objects.select_related("home"):
        home = row.home.cells if row.table == HOMES else {}
        tables[row.table].append({**row.cells, **home})
        ids[row.table].append(row.id)
    return Kept(dict(tables), dict(ids), before)


def change(event: Event, kept: Kept, edits: Iterable[Edit]) -> None:
    """Change rows as part of an act; `edits` are of the tables that were read as `kept`."""
    edits = tuple(edits)
    gone = [kept.ids[edit.table][edit.position] for edit in edits if edit.after is None]
    changed = [edit for edit in edits if edit.before is not None and edit.after is not None]
    Row.objects.filter(id__in=gone).delete()
    # Two rows may swap what no two may have.
    Row.objects.filter(id__in=[kept.ids[edit.table][edit.position] for edit in changed]).update(key=None)
    ends = {name: len(ids) for name, ids in kept.ids.items()}
    changes = []
    for edit in edits:
        if edit.after is None:
            row_id = kept.ids[edit.table][edit.position]
        elif edit.before is None:
            position = ends[edit.table] = ends.get(edit.table, 0) + 1
            row_id = _put(Row(id=edit.row, table=edit.table, position=position), edit.after)
        else:
            row = Row.objects.get(id=kept.ids[edit.table][edit.position])
            row_id = _put(row, edit.after)
        changes.append(
            RowChange(
                event=event,
                table=edit.table,
                row=row_id,
                before=_told(edit.table, edit.before),
                after=_told(edit.table, edit.after),
            )
        )
    RowChange.objects.bulk_create(changes)


def _put(row: Row, cells: Cells) -> int:
    private = _PRIVATE if row.table == HOMES else frozenset()
    row.key = key_of(row.table, cells)
    row.cells = {name: cell for name, cell in cells.items() if name not in private}
    row.save()
    if row.table == HOMES:
        where = {name: cell for name, cell in cells.items() if name in private}
        Home.objects.update_or_create(row=row, defaults={"cells": where, "rides": b""})
    return row.id


def _told(table: str, cells: Cells | None) -> dict[str, str] | None:
    """Return what an event says of a row: of a home visit only which it is."""
    if cells is None:
        return None
    return {"visit_id": cells["visit_id"]} if table == HOMES else dict(cells)
