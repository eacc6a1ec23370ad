"""What an edition changes, in sentences for those concerned: the coordinator, a consultant, a practice.

Nothing is said of what stays. The sentences are texts, worded when they are shown with the names of `names`.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter

from scheduler.base.i18n import capitalized
from scheduler.model.changes import Change, Stay, changes
from scheduler.model.clock import seconds_of
from scheduler.model.roster import Roster, Stop, Unassigned
from scheduler.model.text import Param, Text
from scheduler.model.texts import Names, word


def names(*rosters: Roster) -> Names:
    """Return what people call whatever rosters name, the last roster first; homes by their district."""
    found: dict[str, dict[str, str | Text]] = {}
    for roster in rosters:
        for kind, called in roster.names.items():
            found.setdefault(kind, {}).update(called)
        asked: list[Stop | Unassigned] = [*roster.unassigned]
        asked += [stop for round_ in roster.rounds for stop in round_.stops]
        homes = {
            each.id: Text("home_in", {"district": each.district})
            for each in asked
            if each.kind == "home_visit" and each.district
        }
        for kind in ("practice_id", "request_id", "task_id"):
            found[kind].update(homes)
    return found


def worded(sentences: Iterable[Text], called: Names) -> list[str]:
    """Word sentences in the language in force; `called` is what `names` has of the rosters that they are about."""
    return [capitalized(word(sentence, called)) for sentence in sentences]


# --- The coordinator --------------------------------------------------------------------------------


def for_coordinator(before: Roster, after: Roster) -> tuple[Text, ...]:
    """Say of every visit, home visit and task that differs what does, in one sentence each, in order of time."""
    return tuple(
        Text("change", {"request_id": change.id, "whats": tuple(_differing(change))})
        for change in changes(before, after)
    )


def _differing(change: Change) -> Iterator[Text]:
    was, becomes = change.was, change.becomes
    if was is None or becomes is None:
        stay = becomes or was
        assert stay is not None  # noqa: S101 - a change has one of them
        params = {**_at(stay), "consultant_id": stay.consultant_id}
        yield Text("change_new", params) if was is None else Text("change_cancelled", params)
        if becomes and becomes.conversations:
            yield Text("conversations", {"n": becomes.conversations})
        return
    if was.start != becomes.start:
        yield Text("change_moved", {**_at(was), **_at(becomes, "new_")})
    if was.consultant_id != becomes.consultant_id:
        yield _instead(was, becomes)
    yield from _number(was, becomes)


def _instead(was: Stay, becomes: Stay) -> Text:
    params = {"consultant_id": was.consultant_id, "new_consultant_id": becomes.consultant_id}
    return Text("change_consultant", params)


def _number(was: Stay, becomes: Stay) -> Iterator[Text]:
    if was.conversations != becomes.conversations:
        yield Text("change_number", {"n": becomes.conversations, "before": was.conversations})


def _at(stay: "Stay | _Meeting", prefix: str = "") -> dict[str, Param]:
    """Return when a stay begins as parameters: within a week the weekday says it."""
    return {f"{prefix}weekday": str(stay.date), f"{prefix}start_s": seconds_of(stay.start, stay.date)}


# --- A consultant ------------------------------------------------------------------------------------


def for_consultant(before: Roster, after: Roster, consultant_id: str) -> tuple[Text, ...]:
    """Say what differs in a consultant's own week: visits, home visits, tasks, and then engagements."""
    own = (text for change in changes(before, after) for text in _own(change, consultant_id))
    return (*own, *_engagements(before, after, consultant_id))


def _own(change: Change, consultant_id: str) -> Iterator[Text]:
    was = change.was if change.was and change.was.consultant_id == consultant_id else None
    becomes = change.becomes if change.becomes and change.becomes.consultant_id == consultant_id else None
    request: dict[str, Param] = {"request_id": change.id}
    if was and becomes:
        if was.start != becomes.start:
            yield Text("own_moved", {**request, **_at(was), **_at(becomes, "new_")})
        for number in _number(was, becomes):
            yield Text("own_number", {**request, **_at(becomes), "whats": (number,)})
    elif was and change.becomes:
        taken = {"new_consultant_id": change.becomes.consultant_id}
        yield Text("own_taken_over", {**request, **_at(was), **taken})
    elif was:
        yield Text("own_cancelled", {**request, **_at(was)})
    elif becomes:
        yield _own_new(change, becomes)


def _own_new(change: Change, becomes: Stay) -> Text:
    facts = []
    if becomes.conversations:
        facts.append(Text("conversations", {"n": becomes.conversations}))
    if change.was:
        facts.append(Text("taken_over_from", {"consultant_id": change.was.consultant_id}))
    params: dict[str, Param] = {"request_id": change.id, **_at(becomes)}
    return Text("own_new_with", {**params, "whats": tuple(facts)}) if facts else Text("own_new", params)


@dataclass(frozen=True, slots=True)
class _Meeting:
    """When an engagement is; where it is held and how one gets there makes no difference."""

    id: str
    start: dt.datetime
    end: dt.datetime
    date: dt.date = field(compare=False)


def _meetings(roster: Roster, consultant_id: str) -> list[_Meeting]:
    return [
        _Meeting(stop.id, stop.start, stop.end, round_.date)
        for round_ in roster.rounds
        if round_.consultant_id == consultant_id
        for stop in round_.stops
        if stop.kind == "engagement"
    ]


def _engagements(before: Roster, after: Roster, consultant_id: str) -> Iterator[Text]:
    """Say which engagements moved, fell away or are new; of one that recurs, those that differ in order of time."""
    old, new = _meetings(before, consultant_id), _meetings(after, consultant_id)
    gone = [meeting for meeting in old if meeting not in new]
    come = [meeting for meeting in new if meeting not in old]
    for meeting in gone:
        other = next((each for each in come if each.id == meeting.id), None)
        if other:
            come.remove(other)
            yield Text("engagement_moved", {**_span(meeting), **_span(other, "new_")})
        else:
            yield Text("engagement_cancelled", _span(meeting))
    for meeting in come:
        yield Text("engagement_new", _span(meeting))


def _span(meeting: _Meeting, prefix: str = "") -> dict[str, Param]:
    end = {f"{prefix}end_s": seconds_of(meeting.end, meeting.date)}
    named = {} if prefix else {"engagement_id": meeting.id}
    return {**named, **_at(meeting, prefix), **end}


# --- A practice --------------------------------------------------------------------------------------


def for_practice(before: Roster, after: Roster, practice_id: str) -> tuple[Text, ...]:
    """Say what differs in the visits to a practice and in the tasks there, in order of time."""
    return tuple(
        text
        for change in changes(before, after)
        if practice_id in _hosts(before, after, change)
        for text in visit_news(change)
    )


def visit_news(change: Change) -> tuple[Text, ...]:
    """Say to a practice what differs between what it was told last and what is to be now."""
    was, becomes = change.was, change.becomes
    stay = becomes or was
    assert stay is not None  # noqa: S101 - a change has one of them
    task: dict[str, Param] = {} if stay.kind == "visit" else {"task_id": change.id}
    if was is None or becomes is None:
        params = {**task, **_on(stay)}
        if task:
            return (Text("task_new", params) if becomes else Text("task_cancelled", params),)
        return (Text("visit_new", params) if becomes else Text("visit_cancelled", params),)
    found: list[Text] = []
    if was.start != becomes.start:
        params = {**task, **_on(was), **_on(becomes, "new_")}
        found.append(Text("task_moved", params) if task else Text("visit_moved", params))
    if was.consultant_id != becomes.consultant_id:
        who = {"consultant_id": was.consultant_id, "new_consultant_id": becomes.consultant_id}
        found.append(Text("task_consultant", {**task, **who}) if task else Text("visit_consultant", who))
    if was.conversations != becomes.conversations:
        found.append(Text("visit_number", {"n": becomes.conversations, "before": was.conversations}))
    return tuple(found)


def _on(stay: Stay, prefix: str = "") -> dict[str, Param]:
    return {f"{prefix}date": str(stay.date), f"{prefix}start_s": seconds_of(stay.start, stay.date)}


# --- Whom it concerns --------------------------------------------------------------------------------


def practices_concerned(before: Roster, after: Roster) -> tuple[str, ...]:
    """Return the practices in whose visits or tasks something differs, in order of time."""
    return tuple(
        dict.fromkeys(place for change in changes(before, after) for place in _hosts(before, after, change))
    )


def consultants_concerned(before: Roster, after: Roster) -> tuple[str, ...]:
    """Return the consultants in whose weeks something differs that is told, in the order of the rosters."""
    everybody = dict.fromkeys(c.consultant_id for each in (after, before) for c in each.consultants)
    return tuple(who for who in everybody if for_consultant(before, after, who))


def _hosts(before: Roster, after: Roster, change: Change) -> frozenset[str]:
    """Return the practice that a visit or a task is at; a base, a home or another place is none."""
    stops: list[Stop] = [
        stop
        for roster in (before, after)
        for round_ in roster.rounds
        for stop in round_.stops
        if stop.id == change.id and stop.kind in ("visit", "task")
    ]
    bases = {base.place_id for roster in (before, after) for base in roster.bases}
    return frozenset(map(attrgetter("place_id"), stops)) - bases
