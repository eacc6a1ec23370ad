"""The report on progress: what was held towards the goal, and the quarterly review; as a page and as a workbook."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from scheduler.base.i18n import _, day, ngettext, number, percent
from scheduler.model.project import BudgetLine, Result
from scheduler.outputs import plots
from scheduler.outputs.report import Section, report
from scheduler.scenario.forecast import Forecast
from scheduler.services.owing import Owed
from scheduler.services.progress import Progress

if TYPE_CHECKING:
    import pandas as pd

    from scheduler.outputs.excel import Value

#: Fewer than this are not told by their number.
_FEW = 5
#: Milestones are reminded of for so long before.
_AHEAD = dt.timedelta(days=90)
_BY = ("practice", "district", "consultant", "week")
#: So many empty lines there are to write on.
_LINES = 6


def page(found: Progress, ahead: Forecast, owed: Sequence[Owed]) -> str:
    """Return the report as an HTML page, in the language in force."""
    return report(
        _title(found), _question(found), _assumptions(found, ahead), list(_sections(found, ahead, owed))
    )


def workbook(found: Progress, ahead: Forecast, owed: Sequence[Owed]) -> bytes:
    """Return the tables of the report as a workbook, in the language in force."""
    from openpyxl import Workbook

    from scheduler.outputs.excel import Sheet, save, sheet_names

    parts = [section for section in _sections(found, ahead, owed, plotted=False) if section.table is not None]
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, part in zip(sheet_names(part.title for part in parts), parts, strict=True):
        table = part.table
        assert table is not None  # noqa: S101 - only those that have one
        width = max(2, table.shape[1])
        sheet = Sheet(book.create_sheet(name), (34.0, *(16.0,) * (width - 1)), _title(found))
        sheet.title(part.title, size=14)
        sheet.head([str(column) for column in table.columns], repeat=True)
        for row in table.itertuples(index=False):
            sheet.row([_value(cell) for cell in row])
    return save(book)


def _value(cell: object) -> "Value":
    if cell is None or isinstance(cell, str | dt.timedelta):
        return cell
    value = float(cell)  # type: ignore[arg-type]  # the tables hold texts and numbers
    return int(value) if value.is_integer() else value


def _title(found: Progress) -> str:
    return _("Progress, {first} to {last}").format(
        first=day(found.period.first, "year"), last=day(found.period.last, "year")
    )


def _question(found: Progress) -> str:
    end = found.project.config.period.end
    return _(
        "How many of the {goal} conversations promised by {date} have been held, and what is missing?"
    ).format(goal=number(found.goal), date=day(end, "year"))


def _assumptions(found: Progress, ahead: Forecast) -> list[str]:
    told = [
        _("As of {date}. Only what was published counts, by the last edition of each week.").format(
            date=day(found.moment.date(), "year")
        ),
        _("Conversations by telephone and at citizens' homes count towards no goal, and stand apart."),
        _(
            "The forecast takes {share} of planned conversations to be lost with the consultant at work, by the "
            "project's share of no-shows and what is told; consultants are ill on {ill} of their days."
        ).format(share=percent(ahead.lost_share), ill=percent(found.project.config.simulation.illness_share)),
        _(
            "Weeks that are not published yet are taken to find place for as large a share as weeks until now."
        ),
    ]
    if found.books.unfit:
        n = len(found.books.unfit)
        text = ngettext(
            "What was told of {n} visit counts no more, as its week was published again: {which}",
            "What was told of {n} visits counts no more, as their weeks were published again: {which}",
            n,
        )
        which = ", ".join(f"{one.practice_id} {one.week}" for one in found.books.unfit)
        told.append(text.format(n=number(n), which=which))
    return told


def summary(found: Progress, ahead: Forecast) -> str:
    """Say in a sentence how far it is to the goal."""
    low, high = ahead.range()
    text = _(
        "{held} of {goal} conversations are held, {missing} are missing; {expected} are expected by {date}, nine times in ten "
        "{low} to {high}."
    )
    return text.format(
        held=number(found.held),
        goal=number(found.goal),
        missing=number(max(0, found.goal - found.held)),
        expected=number(ahead.expected),
        date=day(found.project.config.period.end, "year"),
        low=number(low),
        high=number(high),
    )


def _sections(
    found: Progress, ahead: Forecast, owed: Sequence[Owed], *, plotted: bool = True
) -> Iterator[Section]:
    source = _("The log and the published rosters, {date}").format(date=day(found.moment.date(), "year"))
    fan = ahead.fan()
    yield Section(
        _("The road to the goal"),
        summary(found, ahead),
        table=_goal(found, ahead),
        figure=plots.road_to_goal(fan, end=found.project.config.period.end, source=source)
        if plotted and len(fan)
        else None,
    )
    weeks = found.by("week")
    yield Section(
        _("What became of what was asked for"),
        _("Asked for = the six outcomes + not told + found no place; what was caught up on is apart."),
        table=_sums(found),
        figure=plots.outcomes_by_week(weeks, source=source) if plotted and len(weeks) else None,
    )
    for key in _BY:
        table = found.by(key)
        if len(table):
            yield Section(_headings()[key][1], table=_worded(table, key))
    yield Section(_("Where the time goes"), table=_time(found))
    apart = _apart(found)
    if apart is not None:
        yield Section(_("Conversations apart from the goal"), table=apart)
    yield Section(_("Owed to practices"), "" if owed else _("Nothing is owed."), table=_owed(owed))
    yield from _review(found)


def _headings() -> dict[str, tuple[str, str]]:
    return {
        "practice": (_("Practice"), _("By practice")),
        "district": (_("District"), _("By district")),
        "consultant": (_("Consultant"), _("By consultant")),
        "week": (_("Week"), _("By week")),
    }


def _counted() -> dict[str, str]:
    return {
        "asked": _("Asked for"),
        "extra": _("Caught up on"),
        "planned": _("Planned"),
        "not_planned": _("Found no place"),
        "held": _("Held"),
        "cancelled": _("Cancelled"),
        "no_show": _("No show"),
        "not_booked": _("Not booked"),
        "by_practice": _("By the practice"),
        "by_us": _("By us"),
        "not_told": _("Not told yet"),
    }


def _worded(table: "pd.DataFrame", key: str) -> "pd.DataFrame":
    return table.rename(columns={**_counted(), key: _headings()[key][0]})


def _goal(found: Progress, ahead: Forecast) -> "pd.DataFrame":
    import pandas as pd

    low, high = ahead.range()
    rows = [
        (_("Held"), number(found.held)),
        (_("Missing"), number(max(0, found.goal - found.held))),
        (_("The goal"), number(found.goal)),
        (_("Planned, and to come or not told yet"), number(sum(ahead.planned))),
        (_("Expected at the end"), number(ahead.expected)),
        (_("Nine times in ten"), _("{least} to {most}").format(least=number(low), most=number(high))),
        (_("Chance to reach the goal"), percent(ahead.chance)),
    ]
    return pd.DataFrame(rows, columns=["", _("Conversations")])


def _sums(found: Progress) -> "pd.DataFrame":
    import pandas as pd

    frame = found.frame
    rows = [(text, int(frame[name].sum())) for name, text in _counted().items()]
    return pd.DataFrame(rows, columns=["", _("Conversations")])


def _time(found: Progress) -> "pd.DataFrame":
    import pandas as pd

    times = found.times
    visits = found.own + found.by_others
    rows: list[tuple[str, dt.timedelta | str]] = [
        (_("Conversations"), _duration(times.conversations_s)),
        (_("Setting up"), _duration(times.setup_s)),
        (_("On the bicycle"), _duration(times.riding_s)),
        (_("Waiting"), _duration(times.waiting_s)),
        (_("At work in all"), _duration(times.at_work_s)),
        (_("Rooms lent"), _duration(times.rooms_s)),
        (_("Of these without a visit"), _duration(times.rooms_unused_s)),
        (
            _("Visits by the practice's own consultant"),
            percent(found.own / visits) if visits else _("not told"),
        ),
    ]
    return pd.DataFrame(rows, columns=["", _("Time")], dtype=object)


def _duration(seconds: float) -> dt.timedelta:
    """Return a time in whole minutes."""
    return dt.timedelta(minutes=int(seconds / 60 + 0.5))


def _apart(found: Progress) -> "pd.DataFrame | None":
    import pandas as pd

    if not found.books.apart:
        return None
    phone = sum(one.by_phone for one in found.books.apart)
    home = sum(one.at_home for one in found.books.apart)
    rows = [(_("By telephone"), phone), (_("At citizens' homes"), home)]
    return pd.DataFrame(rows, columns=["", _("Conversations")])


def _owed(owed: Sequence[Owed]) -> "pd.DataFrame | None":
    import pandas as pd

    if not owed:
        return None
    rows = [(one.name, str(one.week), one.not_planned, one.conversations - one.not_planned) for one in owed]
    return pd.DataFrame(
        rows, columns=[_("Practice"), _("Week"), _("Found no place"), _("Cancelled by practice or us")]
    )


# --- The quarterly review ------------------------------------------------------------------------------


def few(count: int | None) -> str:
    """Return a count of people as it may be told: small ones are not told by their number."""
    if count is None:
        return _("not told")
    return _("under {few}").format(few=_FEW) if 0 < count < _FEW else number(count)


def _review(found: Progress) -> Iterator[Section]:
    results = _results(found)
    yield Section(
        _("Success criteria"),
        "" if results is not None else _("No results have been entered (table results)."),
        table=results,
    )
    yield Section(_("Budget"), table=_budget(found))
    milestones = _milestones(found)
    yield Section(
        _("Milestones"),
        ""
        if milestones is not None
        else _("None in this time or in the {n} days that follow.").format(n=_AHEAD.days),
        table=milestones,
    )
    yield Section(_("Remarks of the practices, and decisions"), table=_lines())


def _results(found: Progress) -> "pd.DataFrame | None":
    import pandas as pd

    quarters = {_quarter(date) for date in (found.period.first, found.period.last)}
    low, high = min(quarters), max(quarters)
    results = [one for one in found.project.results if low <= one.quarter <= high]
    if not results:
        return None
    rows = [
        (one.criterion, one.quarter, few(one.number), few(one.of), _share(one), one.source) for one in results
    ]
    columns = [_("Criterion"), _("Quarter"), _("Number"), _("Of"), _("Share"), _("Source")]
    return pd.DataFrame(rows, columns=columns)


def _share(one: Result) -> str:
    """Return a share, where it does not give away a small number."""
    if (
        one.number is None
        or not one.of
        or 0 < one.number < _FEW
        or one.of < _FEW
        or 0 < one.of - one.number < _FEW
    ):
        return "–"
    return percent(one.number / one.of)


def _quarter(date: dt.date) -> str:
    return f"{date.year}-Q{(date.month + 2) // 3}"


def _budget(found: Progress) -> "pd.DataFrame":
    import pandas as pd

    lines = [
        one for one in found.project.budget if found.period.first.year <= one.year <= found.period.last.year
    ]
    own = [one for one in lines if not _is_course(one)]
    rows = [(one.line, str(one.year), number(one.budget_dkk), _kroner(one.used_dkk)) for one in own]
    used = _used(own)
    total = sum(one.budget_dkk for one in own)
    if own:
        rows.append((_("In all, without courses"), "", number(total), _kroner(used)))
    rows += [
        (one.line, str(one.year), number(one.budget_dkk), _kroner(one.used_dkk))
        for one in lines
        if _is_course(one)
    ]
    held = sum(
        entry.held
        for entry in found.all_books.entries
        if entry.start and found.period.first.year <= entry.start.year <= found.period.last.year
    )
    cost = number(used / held) if used is not None and held else _("not told")
    rows.append((_("Cost of a held conversation, without courses"), "", "", cost))
    return pd.DataFrame(rows, columns=[_("Line"), _("Year"), _("Budget, kr."), _("Used, kr.")])


def _is_course(one: BudgetLine) -> bool:
    return any(word in one.line.casefold() for word in ("kurs", "course"))


def _used(lines: Sequence[BudgetLine]) -> int | None:
    """Return what was used in all; None where any line does not tell."""
    if not lines or any(one.used_dkk is None for one in lines):
        return None
    return sum(one.used_dkk or 0 for one in lines)


def _kroner(amount: int | None) -> str:
    return _("not told") if amount is None else number(amount)


def _milestones(found: Progress) -> "pd.DataFrame | None":
    import pandas as pd

    today = found.moment.date()
    until = max(found.period.last, today) + _AHEAD
    rows = [
        (day(one.date, "year"), one.title, one.kind, _until(one.date, today))
        for one in sorted(found.project.milestones, key=lambda one: one.date)
        if found.period.first <= one.date <= until
    ]
    if not rows:
        return None
    return pd.DataFrame(rows, columns=[_("Date"), _("Milestone"), _("Kind"), _("When")])


def _until(date: dt.date, today: dt.date) -> str:
    days = (date - today).days
    if days < 0:
        return _("has been")
    if days == 0:
        return _("today")
    return ngettext("in {n} day", "in {n} days", days).format(n=number(days))


def _lines() -> "pd.DataFrame":
    import pandas as pd

    blank = "\N{NO-BREAK SPACE}"
    return pd.DataFrame([(blank, blank)] * _LINES, columns=[_("Remarks of the practices"), _("Decisions")])
