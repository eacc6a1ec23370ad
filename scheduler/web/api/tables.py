"""The project's tables, row by row. Where home visits are made can be written, and is never answered."""

from http import HTTPStatus
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path

from scheduler.base.i18n import _
from scheduler.inputs.schema import BY_NAME
from scheduler.inputs.stored import Cells
from scheduler.services import editing, rows
from scheduler.services.editing import Proposal, tabled
from scheduler.store import events
from scheduler.store.tables import public_cells
from scheduler.web.api.calls import api, see
from scheduler.web.api.conditions import answered, etag, matched
from scheduler.web.api.shapes import ColumnItem, Page, RowAsked, RowItem, TableItem, Written, page
from scheduler.web.api.weeks import IfMatch, Limit, Offset
from scheduler.web.problems import RefusedError
from scheduler.web.workshop import workshop

TableName = Annotated[str, Path(max_length=40)]
RowNumber = Annotated[int, Path(ge=1, le=2**53)]


def _known(table: str) -> str:
    if table not in BY_NAME:
        raise RefusedError(HTTPStatus.NOT_FOUND, _("There is no such table."))
    return table


def _row(table: str, number: int, cells: Cells) -> RowItem:
    return RowItem(row=number, cells=dict(public_cells(table, cells)))


@api.get("/tables", url_name="tables", response=list[TableItem], summary="List tables", tags=["Tables"])
def tables(request: HttpRequest) -> list[TableItem]:
    """List the tables, their columns, and how many rows each has."""
    with tabled(workshop().data) as kept:
        return [
            TableItem(
                table=table.name,
                required=table.required,
                columns=[
                    ColumnItem(column=column.name, kind=column.kind, required=column.required)
                    for column in table.columns
                ],
                rows=len(kept.tables.get(table.name, ())),
            )
            for table in BY_NAME.values()
        ]


@api.get(
    "/tables/{table}/rows",
    url_name="rows",
    response=Page[RowItem],
    summary="Read rows",
    tags=["Tables"],
    openapi_extra=see(tag=True),
)
def read_rows(
    request: HttpRequest, response: HttpResponse, table: TableName, limit: Limit = 100, offset: Offset = 0
) -> Page[RowItem]:
    """List the rows of a table in their order; the ETag is of all tables."""
    _known(table)
    response["ETag"] = etag()
    with tabled(workshop().data) as kept:
        return page([_row(table, *each) for each in kept.numbered(table)], limit, offset)


@api.get(
    "/tables/{table}/rows/{row}",
    url_name="row",
    response=RowItem,
    summary="Read a row",
    tags=["Tables"],
    openapi_extra=see(tag=True),
)
def read_row(request: HttpRequest, response: HttpResponse, table: TableName, row: RowNumber) -> RowItem:
    """Return a row of a table by its number."""
    _known(table)
    response["ETag"] = etag()
    with tabled(workshop().data) as kept:
        position = kept.row(table, row)
        if position is None:
            raise _gone()
        return _row(table, row, kept.tables[table][position])


@api.post(
    "/tables/{table}/rows",
    url_name="rows",
    response={201: RowItem},
    summary="Add a row",
    tags=["Tables"],
    openapi_extra=see(tag=True),
)
def add_row(
    request: HttpRequest, table: TableName, asked: RowAsked, if_match: IfMatch = None
) -> HttpResponse:
    """Add a row, written as people write it; where anything is wrong nothing is saved."""
    _known(table)
    seen = matched(request)
    proposal = rows.new(workshop().data, table, asked.cells)
    _save(proposal, seen)
    (edit,) = proposal.edits
    with tabled(workshop().data) as kept:
        added = [number for number, cells in kept.numbered(table) if cells == edit.after]
    if not added or edit.after is None:
        raise _gone()
    number, cells = added[-1], edit.after
    where = f"{request.path}/{number}"
    return answered(_row(table, number, cells), HTTPStatus.CREATED, {"Location": where, "ETag": etag()})


@api.patch(
    "/tables/{table}/rows/{row}",
    url_name="row",
    response=RowItem,
    summary="Change a row",
    tags=["Tables"],
    openapi_extra=see(tag=True),
)
def change_row(
    request: HttpRequest, table: TableName, row: RowNumber, asked: RowAsked, if_match: IfMatch = None
) -> HttpResponse:
    """Change some cells of a row; the others stay, and empty ones are blanked."""
    _known(table)
    seen = matched(request)
    try:
        proposal = rows.changed(workshop().data, table, row, asked.cells)
    except LookupError:
        raise _gone() from None
    _save(proposal, seen)
    with tabled(workshop().data) as kept:
        position = kept.row(table, row)
        if position is None:
            raise _gone()
        cells = kept.tables[table][position]
    return answered(_row(table, row, cells), HTTPStatus.OK, {"ETag": etag()})


@api.delete(
    "/tables/{table}/rows/{row}",
    url_name="row",
    response=Written,
    summary="Delete a row",
    tags=["Tables"],
    openapi_extra=see(tag=True),
)
def delete_row(
    request: HttpRequest, table: TableName, row: RowNumber, if_match: IfMatch = None
) -> HttpResponse:
    """Take a row out of a table."""
    _known(table)
    seen = matched(request)
    try:
        proposal = rows.gone(workshop().data, table, row)
    except LookupError:
        raise _gone() from None
    _save(proposal, seen)
    made = Written(told=proposal.told, rows=len(proposal.edits), notes=list(proposal.notes))
    return answered(made, HTTPStatus.OK, {"ETag": etag()})


def _save(proposal: Proposal, seen: events.Seen) -> None:
    events.require_unchanged(seen)
    if proposal.edits:
        editing.write(workshop().data, proposal)


def _gone() -> RefusedError:
    return RefusedError(HTTPStatus.NOT_FOUND, _("There is no such row."))
