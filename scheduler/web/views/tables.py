"""The tables: a page each, whose rows are edited in place, pasted or uploaded, with their history."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from scheduler.base.cpr import looks_like_cpr
from scheduler.base.errors import InputError
from scheduler.base.i18n import _, capitalized, language
from scheduler.base.limits import name_problem
from scheduler.inputs import meanings, stored
from scheduler.inputs.schema import BY_NAME, BY_SHEET, TABLES, Column, Table, key
from scheduler.inputs.stored import SETTINGS, Cells, Edit
from scheduler.inputs.tables import WORKBOOK_FILE
from scheduler.model.clock import now
from scheduler.model.text import Text
from scheduler.model.texts import word
from scheduler.services import storing, tabling
from scheduler.services.tabling import WHERE_HOMES_ARE, Opened, Put, Wrong
from scheduler.store import events
from scheduler.store.events import ChangedSinceError
from scheduler.web.models import User
from scheduler.web.pages import page
from scheduler.web.views import answers, tablecells
from scheduler.web.views.seen import read_seen, written_seen
from scheduler.web.views.tablecells import Named
from scheduler.web.workshop import workshop

_ON_A_PAGE = 50
_MOST_ACTS = 50
_MOST_SHOWN = 200
_LONGEST_SEARCH = 100
_NUMBER = re.compile(r"\d{1,15}", re.ASCII)
#: How the fields of a row begin in a form.
_CELL = "c."
_SALT = "hjul.tables"
#: So long what was shown can be taken, and so large it may be.
_A_DAY_S = 24 * 3600
_MOST_SIGNED = 4_000_000
_MOST_FILES = len(TABLES)

#: What planners and readers have no use for: how people are reached, and what is noted about them.
_NOT_FOR_ALL = frozenset({"phone", "email", "note", "reason"})


def _is_desk(request: HttpRequest) -> bool:
    assert isinstance(request.user, User)  # noqa: S101 - `middleware` lets nobody else in
    return request.user.bases("table-paste") is None  # rows are of all job centres


def _asked(name: str) -> Table:
    table = BY_NAME.get(name)
    if table is None:
        raise Http404
    return table


def _shown_table(request: HttpRequest, name: str) -> Table:
    """Return the table of a page; where homes are, and what is about them, is for the desk."""
    table = _asked(name)
    if not _is_desk(request) and not is_for_all(table):
        raise Http404
    return table


def is_for_all(table: Table) -> bool:
    """Tell whether planners and readers may look at a table: it is not about homes."""
    about = (BY_NAME[name] for column in table.columns for name in column.refers)
    return not table.private and not any(each.private for each in about)


def called(name: str) -> str:
    """Name a table as a heading does."""
    if language() == "da" and name in BY_NAME:
        return BY_NAME[name].danish
    return capitalized(word(Text(f"table_{name}")))


@require_GET
def tables(request: HttpRequest) -> HttpResponse:
    """List the tables, and what is wrong in them."""
    is_desk = _is_desk(request)
    with tabling.opened(workshop().data) as found:
        kept = found.kept.tables
        problems = [tabling.said(each) for each in found.found.problems] if is_desk else []
        listed = [
            (table.name, called(table.name), meanings.of_table(table.name), len(kept.get(table.name, ())))
            for table in TABLES
            if is_desk or is_for_all(table)
        ]
        is_begun = found.is_whole
    return page(
        request,
        "tables.html",
        is_begun=is_begun,
        tables=listed,
        problems=problems[:_MOST_SHOWN],
        is_desk=is_desk,
    )


# --- A table --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Form:
    """A row that is open: its number (0 for a new one), what it says, what is wrong, and what others did meanwhile."""

    row: int
    cells: Cells
    wrong: Sequence[Wrong] = ()
    meanwhile: Sequence[str] = ()
    otherwise: Sequence[str] = ()


@require_http_methods(["GET", "POST"])
def table(request: HttpRequest, table: str) -> HttpResponse:
    """Show the rows of a table; save or delete one."""
    asked = _shown_table(request, table)
    if request.method == "POST":
        if not _is_desk(request):
            raise Http404
        return _changed(request, asked)
    with tabling.opened(workshop().data) as found:
        form = None
        if _is_desk(request):
            form = _opened_row(request, asked, found)
        return _table_page(request, asked, found, form)


def _opened_row(request: HttpRequest, asked: Table, found: Opened) -> _Form | None:
    """Return the row that is to be edited; that somebody sees where a home is is kept."""
    if "ny" in request.GET:
        given = {
            column.name: request.GET[column.name] for column in asked.columns if request.GET.get(column.name)
        }
        return _Form(0, given)
    number = _number(request.GET.get("ret", ""))
    if not number:
        return None
    position = found.position(asked.name, number)
    if position is None:
        raise Http404
    cells = found.kept.tables[asked.name][position]
    if asked.private:
        with events.act(
            Text("did_show_home", {"visit_id": tabling.label(asked.name, cells)}), _me(request), now()
        ):
            pass
    return _Form(number, cells)


def _me(request: HttpRequest) -> str:
    assert isinstance(request.user, User)  # noqa: S101 - `middleware` lets nobody else in
    return request.user.name


def _number(text: str) -> int:
    return int(text) if _NUMBER.fullmatch(text) else 0


def _table_page(
    request: HttpRequest, asked: Table, found: Opened, form: _Form | None, status: int = 200
) -> HttpResponse:
    is_desk = _is_desk(request)
    said = request.GET if request.method == "GET" else request.POST
    named = _named(asked, found)
    columns = [column for column in asked.columns if is_desk or column.name not in _NOT_FOR_ALL]
    if asked.private:
        columns = [column for column in columns if column.name not in WHERE_HOMES_ARE]
    rows = [
        (
            number,
            {column.name: tablecells.read(column, cells.get(column.name, ""), named) for column in columns},
        )
        for number, cells in found.rows(asked.name)
    ]
    sought = said.get("soeg", "")[:_LONGEST_SEARCH].strip()
    wanted = [row for row in rows if _matches(row[1], sought)] if sought else rows
    pages = max(1, -(-len(wanted) // _ON_A_PAGE))
    at = _page_of(said.get("side", ""), [number for number, _cells in wanted], form, pages)
    shown = wanted[(at - 1) * _ON_A_PAGE : at * _ON_A_PAGE]
    used = [column for column in columns if any(cells[column.name] for _n, cells in shown)] or [
        column for column in columns if column.required
    ]
    return page(
        request,
        "table.html",
        status,
        table=asked,
        title=called(asked.name),
        meaning=meanings.of_table(asked.name),
        columns=[(column.name, tablecells.called(asked, column)) for column in used],
        rows=shown,
        count=len(rows),
        found=len(wanted),
        sought=sought,
        at=at,
        pages=pages,
        is_desk=is_desk,
        form=form,
        open_at=form.row if form else None,
        fields=_fields(asked, form, named) if form else (),
        elsewhere=[each.said for each in form.wrong if not each.column] if form else (),
        seen=written_seen(found.kept.seen),
        saved=_number(request.GET.get("gemt", "")),
        undoable=_undoable(asked.name) if is_desk and "gemt" in request.GET else None,
        problems=_problems_of(asked, found) if is_desk and not form else (),
    )


def _problems_of(asked: Table, found: Opened) -> list[str]:

    return [tabling.said(each) for each in found.found.problems if each.file == stored.called(asked.name)][
        :_MOST_SHOWN
    ]


def _matches(cells: Mapping[str, str], sought: str) -> bool:
    return sought.casefold() in " ".join(cells.values()).casefold()


def _page_of(said: str, numbers: Sequence[int], form: _Form | None, pages: int) -> int:
    """Return which page is shown: that of the open row, or the one that is asked for."""
    if form and form.row in numbers:
        return numbers.index(form.row) // _ON_A_PAGE + 1
    return min(max(_number(said), 1), pages)


def _named(asked: Table, found: Opened) -> Named:
    return {column.refers: found.names(column.refers) for column in asked.columns if column.refers}


def _fields(asked: Table, form: _Form, named: Named) -> list[tablecells.Field]:
    wrong: dict[str, list[str]] = defaultdict(list)
    for each in form.wrong:
        wrong[each.column].append(each.said)
    return tablecells.fields(asked, form.cells, named, wrong)


def _undoable(name: str) -> storing.Undoable | None:
    """Return the last act on the tables, where it is on this one and can be taken back."""
    with suppress(InputError):
        found = storing.undoable(workshop().data)
        if any(edit.table == name for edit in found.edits):
            return found
    return None


def _changed(request: HttpRequest, asked: Table) -> HttpResponse:
    """Save or delete the row of a form, where nobody has changed the table since it was shown."""
    shop = workshop()
    with tabling.opened(shop.data) as found:
        typed = _typed(request, asked)
        number = _number(request.POST.get("row", ""))
        position = found.position(asked.name, number)
        seen = read_seen(request.POST.get("seen", ""))
        try:
            events.require_table_unchanged(seen, asked.name)
        except ChangedSinceError as error:
            form = _meanwhile(asked, found, number, typed, error)
            return _table_page(request, asked, found, form, 412)
        if number and position is None:
            raise Http404
        if position is None:
            edit = found.new(asked, typed)
        else:
            edit = found.changed(asked.name, position, None if "delete" in request.POST else typed)
        put = found.put([edit])
        if put.wrong:
            return _table_page(request, asked, found, _Form(number, typed, put.wrong), 422)
        if put.edits:
            tabling.save(shop.data, found, put.edits, tabling.done(put.edits))
    if position is None and put.edits:
        with tabling.opened(shop.data) as after:
            number = after.kept.ids[asked.name][-1]
    query: dict[str, str | int] = {
        "side": request.POST.get("side", "1"),
        "soeg": request.POST.get("soeg", ""),
        "gemt": number,
    }
    return redirect(f"{reverse('table', args=(asked.name,))}?{urlencode(query)}#r{number}")


def _typed(request: HttpRequest, asked: Table) -> dict[str, str]:
    said = ((column.name, request.POST.get(_CELL + column.name, "").strip()) for column in asked.columns)
    return {name: cell for name, cell in said if cell}


def _meanwhile(asked: Table, found: Opened, number: int, typed: Cells, error: ChangedSinceError) -> _Form:
    """Return the form once more, with what others did since and how the row stands now."""
    position = found.position(asked.name, number)
    stands: Cells = {} if position is None else found.kept.tables[asked.name][position]
    named = _named(asked, found)
    hidden: Collection[str] = WHERE_HOMES_ARE if asked.private else ()
    otherwise = [
        _("{column} is now: {cell}").format(
            column=tablecells.called(asked, column),
            cell=tablecells.read(column, stands.get(column.name, ""), named) or "–",
        )
        for column in asked.columns
        if position is not None and stands.get(column.name, "") != typed.get(column.name, "")
        if column.name not in hidden
    ]
    if number and position is None:
        otherwise = [_("The row is gone; saved now, it is a new one.")]
    told = [str(problem) for problem in error.problems]
    return _Form(number if position is not None else 0, typed, meanwhile=told, otherwise=otherwise)


# --- History --------------------------------------------------------------------------------------------


@require_GET
def history(request: HttpRequest, table: str) -> HttpResponse:
    """Tell who changed a table when, and how; the last act on the tables can be taken back."""
    asked = _asked(table)
    acts = [
        (done.told, [tabling.change_told(asked.name, before, after) for before, after in done.changes])
        for done in tabling.history(workshop().data, asked.name, _MOST_ACTS)
    ]
    return page(
        request,
        "table_history.html",
        table=asked,
        title=called(asked.name),
        acts=acts,
        undoable=_undoable(asked.name),
    )


# --- Pasted and uploaded --------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def paste(request: HttpRequest, table: str) -> HttpResponse:
    """Take rows that were copied from a spreadsheet: what they change is seen first."""
    asked = _asked(table)
    text = request.POST.get("text", "")
    instead = "instead" in request.POST
    shown: dict[str, Any] = {
        "table": asked,
        "title": called(asked.name),
        "headings": [(tablecells.called(asked, column), column.required) for column in asked.columns],
        "text": "" if looks_like_cpr(text) else text,
        "instead": instead,
        "lines": (),
        "elsewhere": (),
    }
    if request.method == "GET":
        return page(request, "table_paste.html", **shown)
    with tabling.opened(workshop().data) as found:
        put = found.paste(asked, text, instead=instead)
        if put.wrong:
            shown |= _wrong_lines(asked, put)
            return page(request, "table_paste.html", 422, **shown)
        return _preview(request, found, put, called(asked.name), reverse("table", args=(asked.name,)))


def _wrong_lines(asked: Table, put: tabling.Pasted) -> dict[str, Any]:
    """Return the pasted rows with something wrong in them, cell by cell, and what is wrong elsewhere."""
    at: dict[tuple[int, str], list[str]] = defaultdict(list)
    elsewhere = []
    for each in put.wrong:
        if each.row is None:
            elsewhere.append(each.said)
        else:
            at[each.row, each.column].append(each.said)
    hidden: Collection[str] = WHERE_HOMES_ARE if asked.private else ()
    used = [
        column
        for column in asked.columns
        if any(column.name in line for line in put.lines) or any(name == column.name for _row, name in at)
    ]
    rows = sorted({row for row, _name in at})[:_MOST_SHOWN]

    def cell(row: int, column: Column) -> tuple[str, Sequence[str]]:
        shown = "" if column.name in hidden else put.lines[row].get(column.name, "")
        return shown, at.get((row, column.name), ())

    return {
        "elsewhere": list(dict.fromkeys(elsewhere))[:_MOST_SHOWN],
        "columns": [tablecells.called(asked, column) for column in used],
        "lines": [(row + 1, at.get((row, ""), ()), [cell(row, column) for column in used]) for row in rows],
    }


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Take a workbook or CSV files: what they change is seen first."""
    if request.method == "GET":
        return page(request, "tables_upload.html", problems=())
    try:
        files = _uploaded(request.FILES.getlist("files"))
        with tabling.opened(workshop().data) as found:
            put = found.upload(files)
            return _preview(request, found, put, _("Tables from files"), reverse("tables"))
    except InputError as error:
        problems = [str(problem) for problem in error.problems][:_MOST_SHOWN]
        return page(request, "tables_upload.html", 422, problems=problems)


def _uploaded(uploads: Sequence[Any]) -> dict[str, bytes]:
    """Return the contents of files by the names that they have in a project folder."""
    if not 0 < len(uploads) <= _MOST_FILES:
        raise InputError(_("choose a workbook, or the CSV files of tables"))
    files: dict[str, bytes] = {}
    for each in uploads:
        name = PurePosixPath(each.name or "").name
        if looks_like_cpr(name):
            raise InputError(name_problem(name))
        stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix.lower()
        if suffix == ".xlsx":
            known = WORKBOOK_FILE
        elif suffix == ".csv" and (found := BY_SHEET.get(key(stem))):
            known = f"{found.name}.csv"
        else:
            reason = _("{file} is no workbook (.xlsx), and no CSV file that is called like a table")
            raise InputError(reason.format(file=name))
        if known in files:
            raise InputError(_("{file} is there twice").format(file=name))
        files[known] = each.read()
    return files


def _preview(request: HttpRequest, found: Opened, put: Put, title: str, back: str) -> HttpResponse:
    """Show row by row what would change; what is shown comes back signed, and is taken as it is."""
    by_table: dict[str, list[str]] = defaultdict(list)
    counts: dict[str, int] = defaultdict(int)
    for edit in put.edits:
        counts[edit.table] += 1
        if counts[edit.table] <= _MOST_SHOWN:
            by_table[edit.table].append(tabling.change_told(edit.table, edit.before, edit.after))
    signed = signing.dumps(
        {
            "seen": written_seen(found.kept.seen),
            "back": back,
            "edits": [(edit.table, edit.position, edit.before is not None, edit.after) for edit in put.edits],
        },
        salt=_SALT,
        compress=True,
    )
    if len(signed) > _MOST_SIGNED:
        raise InputError(
            _("this changes more than can be taken in here; use: hjul store import"),
        )
    return page(
        request,
        "tables_preview.html",
        title=title,
        back=back,
        signed=signed,
        more=[str(note) for note in put.notes],
        changes=[(called(name), told, counts[name] - len(told)) for name, told in by_table.items()],
        count=len(put.edits),
    )


@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Save what was shown, where nothing has changed since."""
    try:
        said = signing.loads(request.POST.get("signed", ""), salt=_SALT, max_age=_A_DAY_S)
    except signing.BadSignature:
        raise InputError(_("the form was changed on its way; begin again")) from None
    shop = workshop()
    with tabling.opened(shop.data) as found:
        events.require_unchanged(read_seen(said["seen"]))
        kept = found.kept.tables
        edits = [
            Edit(name, kept[name][position] if had else None, after, position)
            for name, position, had, after in said["edits"]
        ]
        tables_ = {edit.table for edit in edits}
        one = len(tables_) == 1 and SETTINGS not in tables_
        what = tabling.done(edits) if one else Text("did_import", {"source": _("files")})
        tabling.save(shop.data, found, edits, what)
    return redirect(f"{said['back']}?gemt=1")


@require_POST
def download(request: HttpRequest) -> HttpResponse:
    """Answer with all tables as a workbook; that somebody has it is kept."""
    return answers.file(WORKBOOK_FILE, tabling.workbook(workshop().data))
