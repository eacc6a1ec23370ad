"""Dated changes to what recurs: absence, a closed or extra room, other hours, a moved or cancelled engagement.

Each is put forward as rows of the tables and in words; `editing.write` writes it, and `hjul store undo` takes it
back. No reason for an absence is asked for or kept. What it means for what was published is in `touched` and `answers`.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _, clock, day
from scheduler.inputs.busytimes import busy_times
from scheduler.inputs.cells import ALL_NAMES
from scheduler.inputs.stored import Edit
from scheduler.inputs.when import When
from scheduler.model.clock import Week, now
from scheduler.model.project import BASE, EngagementRule, Project
from scheduler.model.text import Text
from scheduler.model.texts import word
from scheduler.services.editing import Proposal, Tabled, tabled
from scheduler.week.calendar import cancelled, closed, dates_of, shift_rules, shifts_on
from scheduler.week.hours import DAY, Hours, overlap, without

#: What a time is called that a calendar has told, and its kind; the title is Danish, as all of the tables.
BUSY_TITLE, BUSY_KIND = "Optaget", "busy"
#: For so long a calendar is read, where nothing is said.
_AHEAD = dt.timedelta(weeks=12)
_LONGEST_ID = 64


def absence(data_dir: Path, who: str, said: Sequence[str]) -> Proposal:
    """Put forward that a consultant is away.

    Parameters
    ----------
    data_dir
        The project folder.
    who
        The consultant's id or name.
    said
        When, see `scheduler.inputs.when`.

    Raises
    ------
    InputError
        When it is not clear who or when, there is no store, or the tables would be wrong.
    ServiceError
        When the store cannot be had.
    """
    with tabled(data_dir) as tables:
        consultant_id = tables.id_of(_("WHO"), who, "consultants")
        return away(data_dir, consultant_id, tables.when(_("WHEN"), said))


def away(data_dir: Path, consultant_id: str, when: When) -> Proposal:
    """Put forward that a consultant is away, where days and hours are known. Errors as for `absence`."""
    with tabled(data_dir) as tables:
        what = Text("did_absence", {"consultant_id": consultant_id, "when": told(when)})
        return tables.proposal(what, _closures(tables, consultant_id, when))


def closure(data_dir: Path, who: str, said: Sequence[str]) -> Proposal:
    """Put forward that a practice, or everybody (``all``), is closed. Arguments and errors as for `absence`."""
    with tabled(data_dir) as tables:
        id_ = tables.id_of(_("PRACTICE"), who, "practices", besides=ALL_NAMES)
        when = tables.when(_("WHEN"), said)
        return tables.proposal(
            Text("did_close", {"who": id_, "when": told(when)}), _closures(tables, id_, when)
        )


def _closures(tables: Tabled, who: str, when: When) -> Iterator[Edit]:
    for piece in when.pieces:
        yield tables.new(
            "closures", who=who, from_=piece.first, to=piece.last, start=piece.start_s, end=piece.end_s
        )


def extra_room(data_dir: Path, practice: str, said: Sequence[str], *, room: str = "") -> Proposal:
    """Put forward that a practice lends a room at hours of some days; of several days on those that are open.

    Arguments and errors as for `absence`; `room` is which one it is.
    """
    with tabled(data_dir) as tables:
        practice_id = tables.id_of(_("PRACTICE"), practice, "practices")
        when = _with_hours(tables, said)
        several = when.first != when.last
        shut = {date: closed(tables.project, date, practice_id) for date in when.days}
        days = [date for date in when.days if shut[date] is None and not (several and date.weekday() > 4)]
        if not days:
            reason = _("the practice is closed then: {reason}")
            why = next((word(why) for why in shut.values() if why), _("weekend"))
            raise InputError(InputProblem(reason.format(reason=why), _("WHEN")))
        edits = [
            tables.new(
                "rooms", practice_id=practice_id, date=date, start=when.start_s, end=when.end_s, room=room
            )
            for date in days
        ]
        return tables.proposal(Text("did_room", {"practice_id": practice_id, "when": told(when)}), edits)


def other_hours(data_dir: Path, who: str, said: Sequence[str]) -> Proposal:
    """Put forward that a consultant works at other hours on some days: of several on those with a shift.

    Arguments and errors as for `absence`.
    """
    with tabled(data_dir) as tables:
        consultant_id = tables.id_of(_("WHO"), who, "consultants")
        when = _with_hours(tables, said)
        edits: list[Edit] = []
        for date in when.days:
            rules = shift_rules(tables.project, consultant_id, date)
            if rules or when.first == when.last:
                edits += _other_shift(
                    tables, consultant_id, date, when, max((rule.lunch_s for rule in rules), default=None)
                )
        if not edits:
            reason = _("there is no shift on these days; write one day, like tirsdag 9-13")
            raise InputError(InputProblem(reason, _("WHEN")))
        what = Text("did_hours", {"consultant_id": consultant_id, "when": told(when)})
        try:
            return tables.proposal(what, edits)
        except InputError as error:
            hint = _(
                "Call off what does not fit into these hours first (hjul engagement), or write only when the consultant is "
                "away (hjul absent)."
            )
            raise InputError(error.problems, hint) from error


def _other_shift(
    tables: Tabled, consultant_id: str, date: dt.date, when: When, lunch_s: int | None
) -> Iterator[Edit]:
    """Replace what a date's rows say, if it has any."""
    for position, row in enumerate(tables.rows["shifts"]):
        if row["consultant_id"] == consultant_id and row["date"] == date:
            yield tables.gone("shifts", position)
    lunch = None if lunch_s is None else lunch_s // 60
    yield tables.new(
        "shifts",
        consultant_id=consultant_id,
        date=date,
        start=when.start_s,
        end=when.end_s,
        lunch_minutes=lunch,
    )


def _with_hours(tables: Tabled, said: Sequence[str]) -> When:
    when = tables.when(_("WHEN"), said, of_each=True)
    if when.start_s is None or when.end_s is None:
        reason = _("write from when until when, like {example}")
        raise InputError(InputProblem(reason.format(example="tirsdag 9-12"), _("WHEN")))
    return when


def engagement(data_dir: Path, which: str, said: Sequence[str], to: Sequence[str] = ()) -> Proposal:
    """Put forward that an engagement falls away on a day, or is at another time instead.

    Parameters
    ----------
    data_dir
        The project folder.
    which
        Its id or title.
    said
        The day.
    to
        When it is instead: a day, hours, or both; with one time only it lasts as long as ever. Empty: never.

    Raises
    ------
    InputError
        When it is not clear which or when, it is not on that day, or the tables would be wrong.
    ServiceError
        When the store cannot be had.
    """
    with tabled(data_dir) as tables:
        id_ = tables.id_of(_("ENGAGEMENT"), which, "engagements")
        rule = next(rule for rule in tables.project.engagements if rule.engagement_id == id_)
        when = tables.when(_("WHEN"), said)
        if when.first != when.last or (when.start_s, when.end_s) != (None, None):
            raise InputError(InputProblem(_("write one day, without hours"), _("WHEN")))
        date = when.first
        _require_on(tables.project, rule, date)
        off = tables.new("closures", who=id_, from_=date, to=date)
        day_text = Text("day", {"date": str(date)})
        if not to:
            what = Text("did_cancel_engagement", {"engagement_id": id_, "when": day_text})
            return tables.proposal(what, [off])
        then = _moved_to(tables.when("--to", to, day=date), rule)
        at_work = {consultant.consultant_id for consultant, _shift in shifts_on(tables.project, then.first)}
        if not at_work or rule.consultant_id not in (*ALL_NAMES, *at_work):
            reason = _("nobody who takes part is at work on {date}")
            raise InputError(InputProblem(reason.format(date=day(then.first)), "--to"))
        what = Text("did_move_engagement", {"engagement_id": id_, "when": day_text, "then": told(then)})
        new = tables.new(
            "engagements",
            engagement_id=_new_id(tables, f"{id_}-{then.first}"),
            title=rule.title,
            kind=rule.kind,
            consultant_id=rule.consultant_id,
            date=then.first,
            start=then.start_s,
            end=then.end_s,
            place=rule.place_id,
        )
        return tables.proposal(what, [off, new])


def busy(data_dir: Path, who: str, file: Path, said: Sequence[str] = ()) -> Proposal:
    """Put the busy times of a calendar file forward as a consultant's engagements, and those that are no more as gone.

    They are called `Optaget`; what the calendar calls them is not taken in. They are cut to the shifts, and to what other
    engagements leave; notes tell of these first.

    Parameters
    ----------
    data_dir
        The project folder.
    who
        The consultant's id or name.
    file
        The calendar, .ics.
    said
        Of which days; none for today and the twelve weeks that follow.

    Raises
    ------
    InputError
        When it is not clear who or when, the file is no calendar, or the tables would be wrong.
    ServiceError
        When the file or the store cannot be had.
    """
    with tabled(data_dir) as tables:
        consultant_id = tables.id_of(_("WHO"), who, "consultants")
        today = now().date()
        when = tables.when(_("WHEN"), said) if said else When(today, today + _AHEAD)
        times = busy_times(file, when.first, when.last)
        new = {
            (date, hours): tables.new(
                "engagements",
                engagement_id=_busy_id(consultant_id, date, hours[0]),
                title=BUSY_TITLE,
                kind=BUSY_KIND,
                consultant_id=consultant_id,
                date=date,
                start=hours[0],
                end=hours[1],
                place=BASE,
            )
            for date, all_hours in times.items()
            for hours in _at_work(tables.project, consultant_id, date, all_hours)
        }
        wanted = [edit.after for edit in new.values()]
        gone = [
            tables.gone("engagements", position)
            for position, (row, cells) in enumerate(
                zip(tables.rows["engagements"], tables.tables.get("engagements", ()), strict=True)
            )
            if _is_busy(row["kind"], row["consultant_id"], consultant_id)
            and row["date"]
            and when.first <= row["date"] <= when.last
            and dict(cells) not in wanted
        ]
        notes = [
            note
            for date, all_hours in times.items()
            for note in _clashes(tables.project, consultant_id, date, all_hours)
        ]
        what = Text("did_busy", {"consultant_id": consultant_id})
        return tables.proposal(what, (*gone, *new.values()), notes)


def _busy_id(consultant_id: str, date: dt.date, start_s: int) -> str:
    """Return an id that does not look like a CPR number, whatever day and hour it is."""
    end = f"-{date}-at-{start_s // 3600:02d}{start_s % 3600 // 60:02d}"
    return f"busy-{consultant_id}"[: _LONGEST_ID - len(end)] + end


def _is_busy(kind: str, whose: str, consultant_id: str) -> bool:
    return kind == BUSY_KIND and whose == consultant_id


def _others(project: Project, consultant_id: str, date: dt.date) -> Iterator[EngagementRule]:
    """Yield what a consultant does on a day besides what a calendar has told."""
    for rule in project.engagements:
        if (
            rule.consultant_id in (*ALL_NAMES, consultant_id)
            and not _is_busy(rule.kind, rule.consultant_id, consultant_id)
            and dates_of(rule, Week.of(date)) == date
            and not cancelled(project, rule, date)
        ):
            yield rule


def _spans(project: Project, consultant_id: str, date: dt.date) -> tuple[Hours, ...]:
    return next(
        (shift.spans for one, shift in shifts_on(project, date) if one.consultant_id == consultant_id), ()
    )


def _at_work(project: Project, consultant_id: str, date: dt.date, busy: Iterable[Hours]) -> Iterator[Hours]:
    """Yield what is busy of the shift of a day, and is not busy by another engagement anyway."""
    others = [(rule.start_s, rule.end_s) for rule in _others(project, consultant_id, date)]
    for start_s, end_s in busy:
        for from_s, to_s in _spans(project, consultant_id, date):
            if overlap((start_s, end_s), (from_s, to_s)):
                yield from without((max(start_s, from_s), min(end_s, to_s)), others)


def _clashes(project: Project, consultant_id: str, date: dt.date, busy: Iterable[Hours]) -> Iterator[str]:
    """Tell what a busy time meets: another engagement, or the end of the shift."""
    spans = _spans(project, consultant_id, date)
    for hours in busy:
        told = {"date": day(date), "start": clock(hours[0]), "end": clock(hours[1])}
        for rule in _others(project, consultant_id, date):
            if hours != DAY and overlap(hours, (rule.start_s, rule.end_s)):
                text = _("{date}: busy {start}–{end}, and {title} {from_} to {to}; both stay")
                yield text.format(title=rule.title, from_=clock(rule.start_s), to=clock(rule.end_s), **told)
        left_out = list(without(hours, spans))
        if spans and hours != DAY and left_out:
            text = _(
                "{date}: busy {start}–{end} lies outside the shift, at least in part; that part is left out"
            )
            yield text.format(**told)


def _require_on(project: Project, rule: EngagementRule, date: dt.date) -> None:
    own = dates_of(rule, Week.of(date))
    if own != date:
        reason = _("{title} is not on {date}")
        if own:
            reason = _("{title} is not on {date}; in that week it is on {own}")
        raise InputError(
            InputProblem(
                reason.format(title=rule.title, date=day(date), own=day(own) if own else ""), _("WHEN")
            )
        )
    if cancelled(project, rule, date):
        reason = _("{title} is off on {date} already")
        raise InputError(InputProblem(reason.format(title=rule.title, date=day(date)), _("WHEN")))


def _moved_to(then: When, rule: EngagementRule) -> When:
    """Return when an engagement is that moves to a day, an hour or hours."""
    if then.first != then.last:
        raise InputError(InputProblem(_("write one day"), "--to"))
    start_s = rule.start_s if then.start_s is None else then.start_s
    end_s = start_s + rule.end_s - rule.start_s if then.end_s is None else then.end_s
    if end_s >= DAY[1] or (then.start_s is None and then.end_s is not None):
        raise InputError(
            InputProblem(_("write from when until when, like {example}").format(example="14-15"), "--to")
        )
    return When(then.first, then.last, start_s, end_s)


def _new_id(tables: Tabled, wanted: str) -> str:
    taken = {rule.engagement_id.casefold() for rule in tables.project.engagements}
    wanted = wanted[-_LONGEST_ID + 4 :]
    return next(
        id_
        for id_ in (wanted, *(f"{wanted}-{n}" for n in range(2, len(taken) + 3)))
        if id_.casefold() not in taken
    )


def told(when: When) -> Text:
    """Return days and hours as a text."""
    if when.first == when.last:
        return _told_day(when.first, when.start_s, when.end_s)
    if when.through:
        first, last = _told_day(when.first, when.start_s), _told_day(when.last, None, when.end_s)
        return Text("from_to", {"first": first, "last": last})
    span = Text("from_to", {"first": _told_day(when.first), "last": _told_day(when.last)})
    if when.start_s is not None and when.end_s is not None:
        return Text("each_day_hours", {"span": span, "start_s": when.start_s, "end_s": when.end_s})
    if when.start_s is not None:
        return Text("each_day_from", {"span": span, "start_s": when.start_s})
    return span if when.end_s is None else Text("each_day_until", {"span": span, "end_s": when.end_s})


def _told_day(date: dt.date, start_s: int | None = None, end_s: int | None = None) -> Text:
    if start_s is not None and end_s is not None:
        return Text("hours", {"date": str(date), "start_s": start_s, "end_s": end_s})
    if start_s is not None:
        return Text("day_from", {"date": str(date), "start_s": start_s})
    return (
        Text("day", {"date": str(date)})
        if end_s is None
        else Text("day_until", {"date": str(date), "end_s": end_s})
    )
