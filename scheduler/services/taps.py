"""What consultants tell by taps on the phone: kept once for each key, and the last by the clock counts.

A phone keeps a tap until it has an answer, and sends it again as often as it gets none; so nothing is lost, and what
comes twice is written once. Each tap is a transaction of its own with what it writes: whoever is killed between the
two has done neither. What cannot be taken is refused with a reason, and the others go on.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from scheduler.base.errors import InputError
from scheduler.base.i18n import _
from scheduler.inputs.stored import key_of
from scheduler.model.clock import Week, now
from scheduler.model.outcomes import OUTCOMES
from scheduler.model.roster import Round, Stop
from scheduler.model.taps import Told
from scheduler.model.text import Param, Text
from scheduler.services import editing, log
from scheduler.services.workspace import store_of
from scheduler.store.who import me

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from scheduler.store.editions import KeptEdition
    from scheduler.store.models import Event

#: Nobody is later than this and still rides.
MOST_LATE = 240
#: The names that the value of a tap has, by its kind; of an outcome that is taken back all are 0.
VALUES: Mapping[str, tuple[str, ...]] = {
    "outcome": OUTCOMES,
    "delay": ("minutes",),
    "out": ("out",),
    "seen": (),
}


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a tap.

    Attributes
    ----------
    key
        Of which.
    state
        Kept; or kept, but something later was known already; or refused.
    reason
        Why it is refused.
    """

    key: str
    state: Literal["kept", "older", "refused"]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """Which edition of a week a consultant has seen, and when."""

    number: int
    at: dt.datetime


def take(data_dir: Path, taps: Iterable[Told]) -> list[Taken]:
    """Take taps, in the order in which they were made; return what became of each.

    Raises
    ------
    ServiceError
        When the store cannot be had; what was taken before is kept.
    """
    with store_of(data_dir):
        return [_take(data_dir, tap) for tap in sorted(taps, key=lambda each: each.at)]


def _take(data_dir: Path, tap: Told) -> Taken:
    from scheduler.store import events
    from scheduler.store import taps as kept

    try:
        with events.writing():
            counts = kept.known(tap.key)
            if counts is None:
                counts = _write(data_dir, tap)
    except InputError as error:
        return Taken(tap.key, "refused", " ".join(str(problem) for problem in error.problems))
    return Taken(tap.key, "kept" if counts else "older")


def _write(data_dir: Path, tap: Told) -> bool:
    """Write a tap that is new, as part of a transaction; return whether it counts. An `InputError` says why not."""
    from scheduler.store import editions, taps

    if set(tap.value) - set(VALUES[tap.kind]):
        raise InputError(_("this says something that nobody can tell by a tap"))
    edition = editions.published(tap.week)
    if edition is None:
        raise InputError(_("nothing of {week} has been published").format(week=tap.week))
    act = _ACTS[tap.kind](data_dir, tap, edition)
    if taps.is_later_known(tap) or (tap.kind == "outcome" and _is_told_later(tap)):
        taps.put(tap, counts=False)
        return False
    with act as event:
        taps.put(tap, counts=True, event=event)
    return True


# --- What each kind writes ------------------------------------------------------------------------------


def _outcome(data_dir: Path, tap: Told, edition: "KeptEdition") -> "AbstractContextManager[Event | None]":
    week, practice_id = Week.parse(tap.week), tap.about
    if practice_id not in {stop.id for _round, stop in own_stops(edition, tap.consultant_id, "visit")}:
        raise InputError(
            _("in edition {edition} of {week} this visit is not yours").format(
                edition=edition.number, week=week
            )
        )
    if any(tap.value.values()):
        proposal = log.of_visit(data_dir, week, practice_id, tap.value)
    else:
        proposal = log.taken_back(data_dir, week, practice_id)
    return editing.written_by(proposal, changes_tables=False) if proposal.edits else nullcontext()


def _is_told_later(tap: Told) -> bool:
    """Tell whether the desk has written after the tap what became of the visit."""
    from scheduler.store import taps

    key = key_of("log", {"week": tap.week, "practice_id": tap.about})
    return taps.is_row_later("log", key or "", tap.at)


def _delay(_data_dir: Path, tap: Told, edition: "KeptEdition") -> "AbstractContextManager[Event | None]":
    minutes = tap.value.get("minutes", 0)
    if tap.about not in {str(each.date) for each in rounds_of(edition, tap.consultant_id)}:
        raise InputError(_("you have no round on that day"))
    if not 0 <= minutes <= MOST_LATE:
        raise InputError(_("write minutes from 0 to {n}").format(n=MOST_LATE))
    told: dict[str, Param] = {"consultant_id": tap.consultant_id, "date": tap.about}
    return _act(Text("did_delay", {**told, "n": minutes}) if minutes else Text("did_delay_over", told))


def _out(_data_dir: Path, tap: Told, edition: "KeptEdition") -> "AbstractContextManager[Event | None]":
    if tap.about not in {stop.id for _round, stop in own_stops(edition, tap.consultant_id, "home_visit")}:
        raise InputError(_("this home visit is not yours"))
    who: dict[str, Param] = {"consultant_id": tap.consultant_id}
    return _act(Text("did_come_out", who) if tap.value.get("out") else Text("did_go_back", who))


def _seen(_data_dir: Path, tap: Told, edition: "KeptEdition") -> "AbstractContextManager[Event | None]":
    if tap.about not in {str(number) for number in range(1, edition.number + 1)}:
        raise InputError(_("there is no such edition"))
    params: dict[str, Param] = {
        "consultant_id": tap.consultant_id,
        "edition": int(tap.about),
        "week": tap.week,
    }
    return _act(Text("did_see", params))


_ACTS = {"outcome": _outcome, "delay": _delay, "out": _out, "seen": _seen}


@contextmanager
def _act(what: Text) -> "Iterator[Event]":
    """Have an act that is about no week: nobody who plans one meanwhile need look again because of it."""
    from scheduler.store import events

    with events.act(what, me(), now()) as event:
        yield event


# --- What is known ------------------------------------------------------------------------------------


def rounds_of(edition: "KeptEdition", consultant_id: str) -> tuple[Round, ...]:
    """Return a consultant's rounds, in order of date."""
    own = (each for each in edition.roster.rounds if each.consultant_id == consultant_id)
    return tuple(sorted(own, key=lambda each: each.date))


def own_stops(edition: "KeptEdition", consultant_id: str, *kinds: str) -> Iterator[tuple[Round, Stop]]:
    """Yield a consultant's stops of some kinds, each with its round."""
    for round_ in rounds_of(edition, consultant_id):
        for stop in round_.stops:
            if stop.kind in kinds:
                yield round_, stop


def not_told(edition: "KeptEdition", consultant_id: str, told: Collection[str], moment: dt.datetime) -> int:
    """Count the visits that are over and of which it is not told what became of them.

    Parameters
    ----------
    edition, consultant_id
        Whose visits.
    told
        The ids of the practices of which it is told.
    moment
        Now.
    """
    return sum(
        stop.end <= moment and stop.id not in told
        for _round, stop in own_stops(edition, consultant_id, "visit")
    )


def delays(data_dir: Path, week: Week) -> Mapping[tuple[str, dt.date], Told]:
    """Return who is late in a week, by consultant and date: the tap that says so, with its `minutes`.

    Raises
    ------
    ServiceError
        When the store cannot be had.
    """
    return {
        (tap.consultant_id, dt.date.fromisoformat(tap.about)): tap
        for tap in _last(data_dir, week, "delay")
        if tap.value.get("minutes")
    }


def out_again(data_dir: Path, week: Week) -> Mapping[str, dt.datetime]:
    """Return the home visits of a week of which somebody has told to be out again, and when. Errors as for `delays`."""
    return {tap.about: tap.at for tap in _last(data_dir, week, "out") if tap.value.get("out")}


def seen(data_dir: Path, week: Week) -> Mapping[str, Seen]:
    """Return which edition of a week each consultant has seen last, by consultant. Errors as for `delays`."""
    found: dict[str, Seen] = {}
    for tap in _last(data_dir, week, "seen"):
        number = int(tap.about)
        if tap.consultant_id not in found or number > found[tap.consultant_id].number:
            found[tap.consultant_id] = Seen(number, tap.at)
    return found


def _last(data_dir: Path, week: Week, kind: Literal["delay", "out", "seen"]) -> Sequence[Told]:
    with store_of(data_dir):
        from scheduler.store import taps

        return taps.last([str(week)], kind)
