"""Who is to be told what of an edition: what differs from what each practice and consultant was told last."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from scheduler.model.changes import Change, Stay
from scheduler.model.clock import Week, at, local
from scheduler.model.problem import Request
from scheduler.model.project import Project
from scheduler.model.roster import Roster
from scheduler.model.text import Text
from scheduler.outputs import news
from scheduler.outputs.letters import Coming
from scheduler.week.problem import requests_of

#: What a message said of a week, as the store keeps it: when a visit begins (ISO 8601; None where only the week is
#: known), who comes, how many conversations, and whether its week was published.
Said = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be said to one practice or consultant.

    Attributes
    ----------
    changed
        What differs from what they were told last; nothing where they are told of the week for the first time.
    coming
        A practice's visits of the coming weeks.
    """

    changed: tuple[Text, ...]
    coming: tuple[Coming, ...] = ()


def told_of(
    project: Project,
    rosters: Sequence[Roster],
    others: Mapping[str, Roster],
    last: Mapping[str, Sequence[Said]],
    moment: dt.datetime,
) -> Mapping[str, Told]:
    """Return everybody who is to be told of an edition, by id: practices, then consultants; nobody without news.

    Parameters
    ----------
    project
        The project as it is.
    rosters
        The editions of the week, the new one last.
    others
        What is published of the coming weeks, by week.
    last
        What each practice was told last of its weeks.
    moment
        Now.
    """
    after, before = rosters[-1], rosters[-2] if len(rosters) > 1 else None
    week = Week.parse(after.week)
    settings = project.config.project
    weeks = [week.shift(n) for n in range(settings.coming_weeks)]
    published = {**others, after.week: after}
    covered = frozenset(map(str, weeks))
    coming: dict[str, list[Coming]] = {practice.practice_id: [] for practice in project.practices}
    for practice_id, visit in coming_of(project, weeks, published):
        coming.setdefault(practice_id, []).append(visit)
    until = moment.date() + dt.timedelta(days=settings.notice_days)
    found: dict[str, Told] = {}
    for practice_id in dict.fromkeys((*coming, *_hosts(after), *(_hosts(before) if before else ()))):
        own = coming.get(practice_id, ())
        told = [each for each in last.get(practice_id, ()) if each["week"] in covered]
        changed = tuple(_changed(practice_id, before, after, coming=own, last=told, until=until))
        if changed or (before is None and practice_id in _hosts(after)):
            found[practice_id] = Told(changed, tuple(own))
    everybody = [consultant.consultant_id for consultant in after.consultants]
    if before is None:
        riding = {round_.consultant_id for round_ in after.rounds}
        return found | {who: Told(()) for who in everybody if who in riding}
    concerned = news.consultants_concerned(before, after)
    return found | {who: Told(news.for_consultant(before, after, who)) for who in concerned}


def said(coming: Sequence[Coming]) -> list[Said]:
    """Return what a message says of the coming weeks, as the store keeps it."""
    return [
        {
            "week": str(visit.week),
            "start": visit.start.isoformat() if visit.start else None,
            "consultant_id": visit.consultant_id,
            "conversations": visit.conversations,
            "final": visit.final,
        }
        for visit in coming
    ]


def _changed(
    practice_id: str,
    before: Roster | None,
    after: Roster,
    *,
    coming: Sequence[Coming],
    last: Sequence[Said],
    until: dt.date,
) -> Iterator[Text]:
    """Say what differs for a practice: in the week itself, and in later ones that are so near that it counts."""
    if before is not None:
        yield from news.for_practice(before, after, practice_id)
    now = {str(visit.week): visit for visit in coming}
    for each in last:
        week = str(each["week"])
        was = _stay(each)
        if was is None or week < after.week or (week == after.week and before is not None):
            continue
        if week != after.week and was.date > until:
            continue
        visit = now.get(week)
        becomes = _now(visit, was) if visit else None
        if visit is not None and becomes is None:
            continue  # it is due, but its time is not known any more: that will be told
        if becomes != was:
            yield from news.visit_news(Change(id=practice_id, was=was, becomes=becomes))


def _stay(each: Said) -> Stay | None:
    """Return the visit that a practice was told of; None where no time was said."""
    start = each["start"]
    if not isinstance(start, str):
        return None
    moment = local(dt.datetime.fromisoformat(start))
    conversations = each["conversations"]
    return Stay(
        kind="visit",
        date=moment.date(),
        consultant_id=str(each["consultant_id"] or ""),
        start=moment,
        conversations=conversations if isinstance(conversations, int) else 0,
    )


def _now(visit: Coming, was: Stay) -> Stay | None:
    """Return the visit as it is now; who comes and how many conversations are no news before that is settled."""
    if visit.start is None:
        return None
    start = local(visit.start)
    if not visit.final:
        return Stay(
            kind="visit",
            date=start.date(),
            consultant_id=was.consultant_id,
            start=start,
            conversations=was.conversations,
        )
    return Stay(
        kind="visit",
        date=start.date(),
        consultant_id=(visit.consultant_id or "") if was.consultant_id else "",
        start=start,
        conversations=visit.conversations if was.conversations else 0,
    )


# --- The coming weeks ---------------------------------------------------------------------------------


def coming_of(
    project: Project, weeks: Sequence[Week], published: Mapping[str, Roster]
) -> Iterator[tuple[str, Coming]]:
    """Yield all visits of some weeks, each with its practice: as published, else as rhythm and fixed hours have them."""
    for week in weeks:
        roster = published.get(str(week))
        if roster is not None:
            for round_ in roster.rounds:
                for stop in round_.stops:
                    if stop.kind == "visit":
                        yield (
                            stop.id,
                            Coming(
                                week=week,
                                start=stop.start,
                                consultant_id=round_.consultant_id,
                                conversations=stop.conversations,
                                final=True,
                            ),
                        )
            continue
        for request in requests_of(project, week):
            if request.kind == "visit" and request.slots:
                start = _usual(request)
                yield (
                    request.request_id,
                    Coming(week=week, start=start, consultant_id=request.consultant_id if start else None),
                )


def _usual(request: Request) -> dt.datetime | None:
    """Return when a visit is by its fixed hour, if the room is lent then in this week."""
    hour = request.agreement
    if hour is None:
        return None
    lent = any(slot.date == hour.date and slot.start_s <= hour.start_s < slot.end_s for slot in request.slots)
    return at(hour.date, hour.start_s) if lent else None


def _hosts(roster: Roster) -> Collection[str]:
    """Return the practices that are visited, or where a task is done."""
    bases = {base.place_id for base in roster.bases}
    return {
        stop.place_id: None
        for round_ in roster.rounds
        for stop in round_.stops
        if stop.kind in ("visit", "task") and stop.place_id not in bases
    }.keys()
