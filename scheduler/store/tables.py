"""The rows of the project's tables in the store: read with what was seen, and changed row by row.

The cells that say where a home visit is made stand apart, in `Home`; events never have them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Max

from scheduler.inputs.stored import Cells, Edit, Tables, key_of
from scheduler.store import traces, whose
from scheduler.store.events import Seen, seen
from scheduler.store.models import Event, Home, Row, RowChange

HOMES = "home_visits"
_PRIVATE = frozenset({"address", "postcode", "city", "lat", "lon"})
_BATCH = 500


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


def have_rows(names: Sequence[str]) -> bool:
    """Tell whether all these tables have rows."""
    found = Row.objects.filter(table__in=names).order_by().values("table").distinct()
    return found.count() == len(names)


def read_table(name: str) -> list[Cells]:
    """Return the rows of one table, not of one that says where homes are."""
    return [row.cells for row in Row.objects.filter(table=name)]


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


def mark() -> tuple[object, ...]:
    """Return what is another whenever rows were changed: by an act, or as their time was over."""
    return seen(), Row.objects.count(), Home.objects.count()


def changes_of(event: Event, table: str, n: int) -> list[tuple[Cells | None, Cells | None]]:
    """Return the first `n` rows of a table that an act changed, as they were before and after; without addresses."""
    changed = RowChange.objects.filter(event=event, table=table).order_by("id")[:n]
    return [(each.before, each.after) for each in changed]


def change(event: Event, kept: Kept, edits: Iterable[Edit]) -> None:
    """Change rows as part of an act; `edits` are of the tables that were read as `kept`. New rows come last.

    Raises
    ------
    NotTheirsError
        When some are another job centre's than whoever acts may write at.
    """
    edits = tuple(edits)
    whose.require_rows(kept.tables, edits)
    places = [None if edit.before is None else kept.ids[edit.table][edit.position] for edit in edits]
    gone = [id_ for id_, edit in zip(places, edits, strict=True) if id_ is not None and edit.after is None]
    changed = [
        id_ for id_, edit in zip(places, edits, strict=True) if id_ is not None and edit.after is not None
    ]
    for some in _batches(gone):
        Row.objects.filter(id__in=some).delete()
    known: dict[int, Row] = {}
    for some in _batches(changed):
        known |= Row.objects.in_bulk(some)
        # Two rows may swap what no two may have.
        Row.objects.filter(id__in=some).update(key=None)
    ends = dict(Row.objects.order_by().values_list("table").annotate(Max("position")))
    rows: list[Row | None] = []
    homes: list[Home] = []
    for id_, edit in zip(places, edits, strict=True):
        if edit.after is None:
            rows.append(None)
            continue
        if id_ is None:
            ends[edit.table] = ends.get(edit.table, 0) + 1
            row = Row(id=edit.row, table=edit.table, position=ends[edit.table])
        else:
            row = known[id_]
        row.key = key_of(edit.table, edit.after)
        row.cells, where = _parted(edit.table, edit.after)
        rows.append(row)
        if edit.table == HOMES:
            homes.append(Home(row=row, cells=where))
    _put(rows, known, homes)
    if any(edit.table == HOMES and edit.before is not None for edit in edits):
        traces.mark()
    RowChange.objects.bulk_create(
        (
            RowChange(
                event=event,
                table=edit.table,
                row=kept.ids[edit.table][edit.position] if row is None else row.id,
                before=_told(edit.table, edit.before),
                after=_told(edit.table, edit.after),
            )
            for row, edit in zip(rows, edits, strict=True)
        ),
        batch_size=_BATCH,
    )


def _put(rows: Iterable[Row | None], known: Mapping[int, Row], homes: Sequence[Home]) -> None:
    """Write rows, those that are `known` anew, and where homes are."""
    Row.objects.bulk_update(known.values(), ("key", "cells"), batch_size=_BATCH)
    new = [row for row in rows if row is not None and row.id not in known]
    Row.objects.bulk_create(new, batch_size=_BATCH)
    for some in _batches([home.row.id for home in homes if home.row.id in known]):
        Home.objects.filter(row_id__in=some).delete()
    for home in homes:
        home.row_id = home.row.id  # a new row has it only now
    Home.objects.bulk_create(homes, batch_size=_BATCH)


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield ids in as many pieces as a database takes at once."""
    return (ids[first : first + _BATCH] for first in range(0, len(ids), _BATCH))


def _parted(table: str, cells: Cells) -> tuple[Cells, Cells]:
    """Return the cells of a row, and apart from them those that say where a home is."""
    private = _PRIVATE if table == HOMES else frozenset()
    return (
        {name: cell for name, cell in cells.items() if name not in private},
        {name: cell for name, cell in cells.items() if name in private},
    )


def public_cells(table: str, cells: Cells) -> Cells:
    """Return the cells of a row without those that say where a home is."""
    return _parted(table, cells)[0]


def _told(table: str, cells: Cells | None) -> dict[str, str] | None:
    """Return what an event says of a row: of a home visit only which it is."""
    if cells is None:
        return None
    return {"visit_id": cells["visit_id"]} if table == HOMES else dict(cells)
