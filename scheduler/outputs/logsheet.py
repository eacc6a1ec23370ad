"""The sheets on which people write what became of the week's conversations; `inputs.logsheet` reads them back."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from openpyxl import Workbook

from scheduler.base.i18n import _, language
from scheduler.inputs.logsheet import APART, HELD
from scheduler.inputs.schema import Column
from scheduler.model.clock import Week
from scheduler.model.roster import Roster, Round
from scheduler.model.texts import word
from scheduler.outputs import words
from scheduler.outputs.excel import Sheet, Value, save

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_WIDTHS = {"consultant_id": 20.0, "practice": 32.0, "practice_id": 22.0}
_ENGLISH = {
    "consultant_id": "Consultant",
    "by_practice": "Cancelled by practice",
    "by_us": "Cancelled by us",
    "by_phone": "Phone",
    "at_home": "Home",
}


def sheet_titles() -> tuple[str, str]:
    """Return what the two sheets are called, in the language in force."""
    held, apart = (
        table.danish if language() == "da" else table.name.replace("_", " ").capitalize()
        for table in (HELD, APART)
    )
    return held, apart


def log_workbook(roster: Roster, consultant_id: str) -> bytes:
    """Return a workbook with the two sheets for one consultant."""
    book = Workbook()
    for sheet, title in zip((book.active, book.create_sheet()), sheet_titles(), strict=True):
        sheet.title = title
    fill(book.worksheets[0], book.worksheets[1], roster, consultant_id)
    return save(book)


def fill(held: "Worksheet", apart: "Worksheet", roster: Roster, consultant_id: str | None = None) -> None:
    """Fill the two sheets with a row a visit, and a row a working day; those of one consultant, if that is given."""
    rounds = [r for r in roster.rounds if consultant_id in (None, r.consultant_id)]
    names = _told_apart(roster)
    title = f"{words.week_title(roster)} {Week.parse(roster.week).year}"
    told = (words.week_dates(roster), words.edition(roster), _("Numbers only, and nothing about citizens."))
    for worksheet, table, rows in (
        (held, HELD, _visits(rounds, names)),
        (apart, APART, _days(roster, consultant_id, names)),
    ):
        sheet = Sheet(worksheet, [_WIDTHS.get(column.name, 12.0) for column in table.columns], title)
        sheet.title(title)
        sheet.text(" · ".join(filter(None, told)))
        sheet.head([_heading(column) for column in table.columns], repeat=True)
        for row in rows:
            sheet.row([row.get(column.name) for column in table.columns])


def _heading(column: Column) -> str:
    """Return a heading by which the column is read back."""
    if language() == "da":
        return column.danish
    return _ENGLISH.get(column.name) or column.name.replace("_", " ").capitalize()


def _told_apart(roster: Roster) -> Mapping[str, str]:
    """Return what each consultant is called in the sheets: the id where somebody else has the same name."""
    names = roster.consultant_names
    often = Counter(" ".join(name.split()).casefold() for name in names.values())
    return {
        id_: name if often[" ".join(name.split()).casefold()] == 1 else id_ for id_, name in names.items()
    }


def _visits(rounds: list[Round], names: Mapping[str, str]) -> Iterator[dict[str, Value]]:
    for round_ in rounds:
        for stop in round_.stops:
            if stop.kind == "visit":
                yield {
                    "consultant_id": names[round_.consultant_id],
                    "practice_id": stop.id,
                    "practice": word(stop.name),
                    "date": round_.date,
                    "planned": stop.conversations,
                }


def _days(roster: Roster, consultant_id: str | None, names: Mapping[str, str]) -> Iterator[dict[str, Value]]:
    days = {
        (shift.date, consultant.consultant_id): names[consultant.consultant_id]
        for consultant in roster.consultants
        if consultant_id in (None, consultant.consultant_id)
        for shift in consultant.shifts
    }
    for (date, _id), name in sorted(days.items()):
        yield {"consultant_id": name, "date": date}
