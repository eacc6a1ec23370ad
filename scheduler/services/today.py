"""What the desk should know now: who is late, who should be out of a home again, who is away or wants to be.

It is worked out from the clock whenever somebody looks; nothing runs in the background. Where a home is is not said.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from scheduler.base.i18n import _, clock, ngettext
from scheduler.model.clock import Week, now
from scheduler.model.project import Practice, Project
from scheduler.model.texts import word
from scheduler.services import delays, leave, taps
from scheduler.services.delays import Later
from scheduler.services.workspace import project_in, store_of

#: So long after the end of a home visit somebody is looked for.
OVERDUE = dt.timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that the desk should know.

    Attributes
    ----------
    kind
        Overdue after a home visit, late, told to be away, or asked for leave.
    name
        The consultant's.
    sentence
        What it is.
    later
        The stops that are later, where somebody is late.
    number
        Of the absence; else 0.
    """

    kind: Literal["overdue", "late", "told", "asked"]
    name: str
    sentence: str
    later: tuple[Later, ...] = ()
    number: int = 0


def notices(
    data_dir: Path, bases: Collection[str] | None = None, project: Project | None = None
) -> tuple[Notice, ...]:
    """Return what the desk should know, the most urgent first.

    Parameters
    ----------
    data_dir
        The project folder.
    bases
        The job centres of whose consultants it is told; None is all of them.
    project
        The project as it is now, where somebody has read it.

    Raises
    ------
    InputError
        When there is no store with tables, or they are not in order.
    ServiceError
        When the store cannot be had.
    """
    with store_of(data_dir):
        project = project or project_in(data_dir)
        practices = {practice.practice_id: practice for practice in project.practices}
        names = {
            one.consultant_id: one.name
            for one in project.consultants
            if bases is None or one.base_id in bases
        }
        return (*_on_their_way(data_dir, names, practices), *_away(data_dir, names))


def _on_their_way(
    data_dir: Path, names: Mapping[str, str], practices: Mapping[str, Practice]
) -> Iterator[Notice]:
    from scheduler.store import editions

    moment = now()
    week = Week.of(moment.date())
    edition = editions.published(str(week))
    if edition is None:
        return
    late, out = taps.delays(data_dir, week), taps.out_again(data_dir, week)
    found: list[Notice] = []
    for round_ in edition.roster.rounds:
        name = names.get(round_.consultant_id)
        if round_.date != moment.date() or name is None:
            continue
        told = late.get((round_.consultant_id, round_.date))
        minutes = dt.timedelta(minutes=told.value["minutes"] if told else 0)
        moved = delays.later(round_, minutes, told.at, practices) if told else ()
        ends = {each.stop.id: each.end for each in moved}
        for stop in round_.stops:
            end = ends.get(stop.id, stop.end)
            if stop.kind == "home_visit" and stop.id not in out and end + OVERDUE <= moment:
                sentence = _(
                    "{name} should have been out of a home visit at {clock}, and has not told of being out."
                )
                yield Notice(kind="overdue", name=name, sentence=sentence.format(name=name, clock=clock(end)))
        if told:
            sentence = ngettext(
                "{name} is {n} minute late (told at {clock}).",
                "{name} is {n} minutes late (told at {clock}).",
                told.value["minutes"],
            ).format(name=name, n=told.value["minutes"], clock=clock(told.at))
            found.append(Notice(kind="late", name=name, sentence=sentence, later=moved))
    yield from found


def _away(data_dir: Path, names: Collection[str]) -> Iterator[Notice]:
    for each in leave.open_ones(data_dir):
        if each.consultant_id not in names:
            continue
        sentence = _("{name} has asked for leave: {when}.")
        if each.state == "told":
            sentence = _("{name} has told of being away: {when}.")
        yield Notice(
            kind="told" if each.state == "told" else "asked",
            name=each.name,
            sentence=sentence.format(name=each.name, when=each.days),
            number=each.number,
        )


def called(later: Later) -> str:
    """Name a stop that is later, a home by its district."""
    name = word(later.stop.name)
    return f"{name}, {later.stop.district}" if later.stop.kind == "home_visit" else name
