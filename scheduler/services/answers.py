"""The three answers to an absence or a closed room: cancel, have what can be had that day, move to later in the week.

Each is a roster of the published week in which nothing else moves: the front without an unforced change, of a week
whose touched visits may be on no day, on their own or on later ones. It is checked as any roster, and proven best of
its kind. Its price is what it scores more than the best roster that moves nothing else, wherever that has the touched
visits; this one's bound goes with it, so that `hjul check` can prove it again.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from scheduler.base.errors import InputError
from scheduler.base.files import claimed
from scheduler.base.i18n import _, language, ngettext, number
from scheduler.base.progress import Progress, Silent
from scheduler.inputs.stored import Tables
from scheduler.model.changes import Change, stays
from scheduler.model.clock import Week, now
from scheduler.model.locks import Lock
from scheduler.model.problem import Problem
from scheduler.model.project import Project
from scheduler.model.roster import Roster, Unassigned
from scheduler.model.text import Text
from scheduler.model.texts import word
from scheduler.outputs import news, words
from scheduler.outputs.letters import PREVENTED
from scheduler.services import editing, planner, replanning
from scheduler.services.bookings import booked_in
from scheduler.services.decide import Plan, approved
from scheduler.services.editing import Proposal, tabled
from scheduler.services.editions import DRAFT, drafted
from scheduler.services.locks import LOCKS, locks_holding
from scheduler.services.planner import Planned, Prepared
from scheduler.services.replanning import BrokenLock, FrontPoint
from scheduler.services.touched import Call, call_of, calls, is_soon
from scheduler.services.workspace import store_of
from scheduler.solver.isolation import SolverProcess
from scheduler.week.replanning import only_on

if TYPE_CHECKING:
    from scheduler.store.editions import KeptEdition
    from scheduler.store.events import Seen
    from scheduler.store.models import Event

#: Cancel the visits that are touched; have them on the same day; have them later in the week.
Answer = Literal["cancel", "cover", "later"]
ANSWERS: tuple[Answer, ...] = get_args(Answer)
#: What they are called, in English and then in Danish.
_NAMES: Mapping[str, Answer] = {
    "cancel": "cancel",
    "cover": "cover",
    "later": "later",
    "aflys": "cancel",
    "overtag": "cover",
    "senere": "later",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answered:
    """What an answer comes to in a week.

    Attributes
    ----------
    answer
        Which one.
    title
        What it does, as a text.
    plan
        The week, its roster, and the proof that none of the kind is better.
    changes
        All that differs from the published roster, in order of time.
    visits, conversations
        How many of the touched visits are still made, and how many conversations they hold.
    ride_seconds
        How many seconds more than the published roster has are ridden; fewer, below 0.
    points
        What it scores more than the best roster that moves nothing else.
    change_points
        What its changes cost at the week's own weight of `change`.
    told
        The practices that are told of it, by id, in order of time.
    calls
        Whom to call and what to say, in order of time.
    broken
        The locks that it does not keep.
    """

    answer: Answer
    title: Text
    plan: Plan
    changes: tuple[Change, ...]
    visits: int
    conversations: int
    ride_seconds: int
    points: int
    change_points: int
    told: tuple[str, ...]
    calls: tuple[Call, ...]
    broken: tuple[BrokenLock, ...]

    @property
    def is_proven(self) -> bool:
        """Whether no roster of its kind is better."""
        return self.plan.roster.status == "optimal"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WeekAnswers:
    """The answers for a published week.

    Attributes
    ----------
    week, published
        The week, and what holds of it.
    touched
        The stops that are touched, in order of time.
    answers
        The three, in the order of `ANSWERS`.
    least
        The best roster that moves nothing else; its bound is what the prices of the answers go by.
    """

    week: Week
    published: Roster
    touched: tuple[Call, ...]
    answers: tuple[Answered, ...]
    least: FrontPoint

    @property
    def recommended(self) -> Answered:
        """The one of the least score with what its changes cost; the first of several."""
        return min(self.answers, key=lambda each: each.plan.roster.score + each.change_points)

    def answer(self, name: Answer) -> Answered:
        """Return one of them."""
        return next(each for each in self.answers if each.answer == name)

    def sentences(self, answered: Answered) -> list[str]:
        """Say what an answer changes, in words for the coordinator."""
        after = answered.plan.roster
        return news.worded(news.for_coordinator(self.published, after), news.names(self.published, after))

    def title(self, answered: Answered) -> str:
        """Say what an answer does."""
        return word(answered.title, self.published.names)

    def means(self, answered: Answered) -> str:
        """Say in a line what an answer comes to."""
        planned = sum(call.conversations for call in self.touched)
        parts = [
            _("{made} of {all} visits are made, {held} of {planned} conversations").format(
                made=number(answered.visits),
                all=number(len(self.touched)),
                held=number(answered.conversations),
                planned=number(planned),
            ),
            _cycling(answered.ride_seconds),
            ngettext(
                "{n} practice is told ({who})", "{n} practices are told ({who})", len(answered.told)
            ).format(n=number(len(answered.told)), who=self.called(answered.told))
            if answered.told
            else _("no practice is told"),
            "+" + words.points(answered.points),
        ]
        if not answered.is_proven:
            parts.append(_("not proven: not below {bound}").format(bound=number(answered.plan.roster.bound)))
        return "; ".join(parts)

    def called(self, ids: Sequence[str]) -> str:
        """Name those whom ids mean."""
        names = news.names(self.published)["request_id"]
        return ", ".join(word(names.get(id_, id_)) for id_ in ids)


def _cycling(seconds: int) -> str:
    minutes = round(abs(seconds) / 60)
    if not minutes:
        return _("as much cycling")
    if seconds > 0:
        return ngettext("{n} minute more cycling", "{n} minutes more cycling", minutes).format(
            n=number(minutes)
        )
    return ngettext("{n} minute less cycling", "{n} minutes less cycling", minutes).format(n=number(minutes))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answers:
    """The answers to a proposal, week by week; no week where it touches nothing that is published."""

    proposal: Proposal
    weeks: tuple[WeekAnswers, ...]
    prepared: Prepared | None = None
    tables: Tables | None = None
    since: "Seen | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the engine is asked: one week, without the store."""

    problem: Problem
    published: Roster
    touched: tuple[str, ...]
    locks: tuple[Lock, ...]
    since: dt.datetime | None
    time_limit_s: float


def named(said: str) -> Answer:
    """Read the name of an answer, in English or Danish; a `ValueError` where it is none."""
    name = said.strip().casefold()
    if name not in _NAMES:
        reason = _('there is no answer "{said}"; there are {known}')
        raise ValueError(reason.format(said=said, known=", ".join(map(called, ANSWERS))))
    return _NAMES[name]


def called(answer: Answer) -> str:
    """Return the name of an answer in the language in force."""
    names = [name for name, one in _NAMES.items() if one == answer]
    return names[-1] if language() == "da" else names[0]


def answers(
    data_dir: Path,
    proposal: Proposal,
    *,
    time_limit_s: float = 20.0,
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
) -> Answers:
    """Work out the three answers to an absence or a closed room, before it is written or after.

    Parameters
    ----------
    data_dir
        The project folder.
    proposal
        Of `exceptions.absence` or `exceptions.closure`.
    time_limit_s
        Seconds for each roster.
    progress
        Is told of each step.
    stop
        Is asked now and then whether to end early.

    Raises
    ------
    InputError
        When there is no store, or the pins of a week cannot be kept.
    ServiceError
        When the store cannot be had.
    InvalidRosterError, SchedulerError
        As for `planner.plan_week`.
    """
    progress = progress or Silent()
    with store_of(data_dir), tabled(data_dir) as tables:
        from scheduler.store import editions, events

        seen = events.seen()
        touched = calls(data_dir, proposal)
        if not touched:
            return Answers(proposal=proposal, weeks=())
        with SolverProcess() as solver:
            project, cells = tables.after(proposal.edits)
            prepared = planner.prepare_again(planner.prepare(data_dir, progress=progress), project)
            run = partial(
                solver.run,
                _all_points,
                memory_mb=project.config.solver.memory_mb,
                progress=progress,
                stop=stop,
            )
            asked: list[_Asked] = []
            kept: list[KeptEdition] = []
            for week in dict.fromkeys(Week.parse(call.week) for call in touched):
                edition = editions.published(str(week))
                assert edition is not None  # noqa: S101 - its stops are touched
                kept.append(edition)
                asked.append(
                    _Asked(
                        problem=planner.problem(prepared, week, booked=booked_in(edition.roster)),
                        published=edition.roster,
                        touched=tuple(call.id for call in touched if call.week == str(week)),
                        locks=locks_holding(tables.rows[LOCKS], week, edition.roster),
                        since=now() if week.monday <= now().date() else None,
                        time_limit_s=time_limit_s,
                    )
                )
            found = run(asked)
        weeks = tuple(
            _week(edition, each, points, touched, project)
            for edition, each, points in zip(kept, asked, found, strict=True)
        )
        return Answers(proposal=proposal, weeks=weeks, prepared=prepared, tables=cells, since=seen)


def take(
    data_dir: Path,
    found: Answers,
    answer: Answer,
    out_dir: Path,
    *,
    progress: Progress | None = None,
    then: "Callable[[Event], None] | None" = None,
) -> tuple[Planned, ...]:
    """Write the exception, and make an answer to it the draft of each week that it touches.

    The exception is written with the first draft, in one act; each further week is an act of its own. So where one of
    them fails, what is there is true: the exception, and answers for the weeks before. What `then` saves, given the
    event, is saved with the exception.

    Raises
    ------
    ChangedSinceError
        When the tables or one of the weeks have been changed since the answers were worked out.
    InputError
        When nothing that is published is touched.
    ServiceError
        When the store or a file cannot be had.
    """
    progress = progress or Silent()
    proposal, prepared, since = found.proposal, found.prepared, found.since
    if prepared is None or since is None:
        raise InputError(_("no published visit is touched, so there is nothing to answer"))
    progress.step(_("Maps and files"))
    made = []
    with store_of(data_dir):
        from scheduler.store import events

        def write() -> None:
            nonlocal since
            editing.write(data_dir, proposal, then=then)
            since = events.seen()  # of this act, while nobody else may write

        for week in found.weeks:
            first = week is found.weeks[0] and proposal.edits
            with claimed(out_dir / f"{week.week}-{DRAFT}", parents=True) as claim:
                made.append(
                    drafted(
                        (_as_draft(week, week.answer(answer)),),
                        prepared,
                        claim,
                        data_dir=data_dir,
                        since=since,
                        why=Text("did_answer", {"how": week.answer(answer).title}),
                        tables=found.tables,
                        then=write if first else None,
                    )
                )
    return tuple(made)


def _as_draft(week: WeekAnswers, answered: Answered) -> Plan:
    """Return an answer as a roster of the whole week, with the bound of the best that moves nothing else."""
    least, roster = week.least.plan, answered.plan.roster
    bound = least.roster.bound
    (plan,) = approved(
        least.problem,
        (
            roster.replace(
                bound=bound,
                gap=(roster.score - bound) / roster.score if roster.score > 0 else 0.0,
                status="optimal" if roster.score == bound else "feasible",
                prices=least.roster.prices,
                max_changes=least.roster.max_changes,
            ),
        ),
    )
    return plan


# --- Without the store -----------------------------------------------------------------------------------


def _all_points(
    asked: Sequence[_Asked], *, progress: Progress, stop: Callable[[], bool] | None
) -> list[tuple[FrontPoint, ...]]:
    return [points(each, progress=progress, stop=stop) for each in asked]


def points(
    asked: _Asked, *, progress: Progress | None = None, stop: Callable[[], bool] | None = None
) -> tuple[FrontPoint, ...]:
    """Return the best roster of a week that moves nothing else, and the best of each answer, in order."""
    progress = progress or Silent()

    def least(problem: Problem, progress: Progress) -> FrontPoint:
        return next(
            replanning.front(
                problem,
                asked.published,
                locks=asked.locks,
                since=asked.since,
                most=0,
                time_limit_s=asked.time_limit_s,
                progress=progress,
                stop=stop,
            )
        )

    told = stays(asked.published)
    found = [least(asked.problem, progress)]
    for turn, answer in enumerate(ANSWERS, start=1):
        progress.step(_("Answer {n} of {all}").format(n=turn, all=len(ANSWERS)))
        week = only_on(asked.problem, _dates(asked, answer))
        found.append(_explained(least(week, Silent()), asked, told))
    return tuple(found)


def _dates(asked: _Asked, answer: Answer) -> Mapping[str, Collection[dt.date]]:
    """Return when what is touched may be, and that what is not published stays so."""
    told, days = stays(asked.published), asked.problem.week.days
    dates: dict[str, Collection[dt.date]] = {
        request.request_id: () for request in asked.problem.requests if request.request_id not in told
    }
    for id_ in asked.touched:
        own = told[id_].date
        dates[id_] = {
            "cancel": (),
            "cover": (own,),
            "later": tuple(date for date in days if date > own),
        }[answer]
    return dates


def _explained(point: FrontPoint, asked: _Asked, told: Collection[str]) -> FrontPoint:
    """Return a point whose roster says of what is not in it that this was chosen."""
    before = {one.id: one for one in asked.published.unassigned}

    def reason(one: Unassigned) -> Unassigned:
        if one.id in asked.touched and not one.held:
            return _because(one, Text("answer_cancelled"))
        if one.id in asked.touched and one.reason == Text("not_placed"):
            return _because(one, Text("answer_left_out"))
        if one.id not in told:
            return _because(one, before[one.id].reason if one.id in before else Text("answer_left_out"))
        return one

    roster = point.plan.roster.replace(unassigned=tuple(map(reason, point.plan.roster.unassigned)))
    return replace(point, plan=replace(point.plan, roster=roster))


def _because(one: Unassigned, reason: Text) -> Unassigned:
    return replace(one, reason=reason, detail=None, cost_to_force=None)


# --- What they come to ------------------------------------------------------------------------------------


def _week(
    edition: "KeptEdition",
    asked: _Asked,
    found: Sequence[FrontPoint],
    touched: Sequence[Call],
    project: Project,
) -> WeekAnswers:
    least, *others = found
    mine = tuple(call for call in touched if call.week == edition.week)
    return WeekAnswers(
        week=asked.problem.week,
        published=edition.roster,
        touched=mine,
        answers=tuple(
            _answered(answer, point, least=least, edition=edition, touched=mine, project=project)
            for answer, point in zip(ANSWERS, others, strict=True)
        ),
        least=least,
    )


def _answered(
    answer: Answer,
    point: FrontPoint,
    *,
    least: FrontPoint,
    edition: "KeptEdition",
    touched: Sequence[Call],
    project: Project,
) -> Answered:
    before, after = edition.roster, point.plan.roster
    there = stays(after)
    still = [there[call.id] for call in touched if call.id in there]
    return Answered(
        answer=answer,
        title=_title(answer, point, touched),
        plan=point.plan,
        changes=point.changes,
        visits=len(still),
        conversations=sum(stay.conversations for stay in still),
        ride_seconds=_ridden_s(after) - _ridden_s(before),
        points=after.score - least.plan.roster.score,
        change_points=point.change_points,
        told=news.practices_concerned(before, after),
        calls=tuple(_calls(edition, after, point.changes, touched, project)),
        broken=point.broken,
    )


def _title(answer: Answer, point: FrontPoint, touched: Sequence[Call]) -> Text:
    """Name an answer; the one of the same day by who is there, where those who were to come are not."""
    if answer == "cancel":
        return Text("answer_cancel")
    if answer == "later":
        return Text("answer_later")
    whose = {call.consultant_id for call in touched}
    days = {call.start.date() for call in touched}
    there = dict.fromkeys(d.consultant_id for d in point.plan.problem.days if d.date in days)
    if not there or whose & there.keys():
        return Text("answer_same_day")
    return Text("answer_cover", {"consultant_ids": tuple(there)})


def _ridden_s(roster: Roster) -> int:
    return sum(round_.ride_seconds for round_ in roster.rounds)


def _calls(
    edition: "KeptEdition",
    after: Roster,
    changes: Sequence[Change],
    touched: Sequence[Call],
    project: Project,
) -> Iterator[Call]:
    """Yield whom to call for what changes, in the order of what it was before, or is now."""
    practices = {practice.practice_id: practice for practice in project.practices}
    prevented = {call.id for call in touched if call.by_us}
    called = news.names(edition.roster, after)
    stops = {
        stop.id: (stop, round_)
        for roster in (after, edition.roster)
        for round_ in roster.rounds
        for stop in round_.stops
    }
    moment = now()
    found = []
    for change in changes:
        stop, round_ = stops[change.id]
        texts = (*((PREVENTED,) if change.id in prevented else ()), *news.visit_news(change))
        times = [stay.start for stay in (change.was, change.becomes) if stay]
        found.append(
            call_of(
                edition,
                stop,
                round_,
                practices,
                soon=any(is_soon(start, moment) for start in times),
                sentence=" ".join(word(text, called) for text in texts),
                by_us=change.id in prevented,
            )
        )
    yield from sorted(found, key=lambda call: (call.start, call.id))
