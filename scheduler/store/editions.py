"""A week's editions: one draft, one published, and all that were published before, by number.

A kept roster says of home visits where they are no more than the district; so do its rides. Both are put together
again with `Home` where a consultant's own pages are made.
"""

import dataclasses
import datetime as dt
import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from pydantic import TypeAdapter

from scheduler.base.errors import InputError
from scheduler.base.i18n import _
from scheduler.inputs.schema import LOG_TABLES
from scheduler.inputs.stored import Tables, fingerprint
from scheduler.model import rosterfile
from scheduler.model.clock import local
from scheduler.model.geo import RidePath
from scheduler.model.outcomes import Standing
from scheduler.model.roster import Roster
from scheduler.model.text import Text
from scheduler.store import whose
from scheduler.store.events import TEXTS
from scheduler.store.models import DraftBefore, Edition, Event, Home, Snapshot
from scheduler.store.tables import HOMES

#: Tables that an edition does not stand on, or that must be forgotten.
_NOT_PLANNED_FROM = frozenset({HOMES, *(table.name for table in LOG_TABLES)})
#: The path of each ride by the places it leads from and to.
Rides = Mapping[tuple[str, str], RidePath]
State = Edition.State

_RIDES: TypeAdapter[list[tuple[str, str, RidePath]]] = TypeAdapter(list[tuple[str, str, RidePath]])


@dataclass(frozen=True)
class KeptEdition:
    """An edition as it was kept.

    Attributes
    ----------
    week, number, state
        Which it is, and what.
    problem_sha256
        Of what the week asked for when it was planned.
    made_at, issued_at
        When it was planned, and published; the latter is None for a draft.
    who, why
        Whose act it was, and why it was made.
    standing
        How far it was to the goal then; None of editions that were made before that was kept.
    """

    week: str
    number: int
    state: State
    problem_sha256: str
    made_at: dt.datetime
    issued_at: dt.datetime | None
    who: str
    why: Text
    standing: Standing | None
    _document: bytes
    _rides: bytes

    @cached_property
    def roster(self) -> Roster:
        """The roster, with its number and when it was issued, without where homes are."""
        kept = rosterfile.parse(zlib.decompress(self._document), f"{self.week}/{self.number}")
        return kept.replace(edition=self.number, issued_at=self.issued_at)

    def issued(self, at: dt.datetime, standing: Standing) -> Self:
        """Return it as it is once it has been published, with how far it is to the goal then."""
        return dataclasses.replace(self, state=State.PUBLISHED, issued_at=at, standing=standing)

    @cached_property
    def sha256(self) -> str:
        """What its roster and rides are known by."""
        return hashlib.sha256(self._document + self._rides).hexdigest()

    @cached_property
    def rides(self) -> Rides:
        """The paths of its rides, but for those to and from homes."""
        return unpacked(self._rides)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An edition as it stands in a list; see `KeptEdition`."""

    week: str
    number: int
    state: State
    made_at: dt.datetime
    issued_at: dt.datetime | None
    who: str


def listed(first: str, last: str) -> tuple[Listed, ...]:
    """Return all editions of the weeks from `first` to `last`, in order, without their documents."""
    names = ("week", "number", "state", "made_at", "issued_at", "who")
    found = Edition.objects.filter(week__gte=first, week__lte=last).order_by("week", "number").values(*names)
    return tuple(
        Listed(
            week=one["week"],
            number=one["number"],
            state=State(one["state"]),
            made_at=local(one["made_at"]),
            issued_at=local(one["issued_at"]) if one["issued_at"] else None,
            who=one["who"],
        )
        for one in found
    )


def edition(week: str, number: int) -> KeptEdition:
    """Return an edition by its number; an `InputError` where there is none."""
    found = Edition.objects.filter(week=week, number=number).first()
    if found is None:
        numbers = Edition.objects.filter(week=week).values_list("number", flat=True)
        reason = _("{week} has no edition {number}; it has: {numbers}")
        raise InputError(
            reason.format(week=week, number=number, numbers=", ".join(map(str, numbers)) or _("none"))
        )
    return _kept(found)


def draft(week: str) -> KeptEdition | None:
    """Return the draft of a week, if it has one."""
    return _first(week, State.DRAFT)


def published(week: str) -> KeptEdition | None:
    """Return what holds for a week: the edition that was published last, if one was."""
    return _first(week, State.PUBLISHED)


def published_between(first: str, last: str) -> tuple[KeptEdition, ...]:
    """Return what holds for each week from `first` to `last`, in order; ISO weeks sort as text does."""
    found = Edition.objects.filter(week__gte=first, week__lte=last, state=State.PUBLISHED)
    return tuple(map(_kept, found.order_by("week")))


def worked_on(first: str) -> tuple[KeptEdition, ...]:
    """Return of each week from `first` on its draft, or else what holds for it, in order."""
    found = Edition.objects.filter(week__gte=first, state__in=(State.DRAFT, State.PUBLISHED))
    by_week = {each.week: each for each in found.order_by("week", "number")}  # a draft has the last number
    return tuple(map(_kept, by_week.values()))


def earlier(week: str) -> tuple[KeptEdition, ...]:
    """Return the editions of a week that were published, the last one last."""
    found = Edition.objects.filter(week=week).exclude(state=State.DRAFT)
    return tuple(map(_kept, found.order_by("number")))


def next_number(week: str) -> int:
    """Return the number that a draft of a week has, or will have."""
    last = Edition.objects.filter(week=week).order_by("number").last()
    return 1 if last is None else last.number + (last.state != State.DRAFT)


def keep_draft(
    event: Event,
    roster: Roster,
    rides: Rides,
    *,
    problem_sha256: str,
    tables: Tables,
    why: Text,
    standing: Standing | None = None,
) -> int:
    """Make a roster the draft of its week as part of an act, in the place of the draft before; return its number.

    `roster` and `rides` must be without homes; `tables` are kept without addresses, too. How the draft was before is
    kept with the act, so that it can be taken back. A `NotTheirsError` where it asks something else of the consultants
    of a job centre at which whoever acts may not write.
    """
    before = draft(roster.week) or published(roster.week)
    whose.require_roster(roster, before.roster if before else None)
    number = next_number(roster.week)
    _keep_before(event, roster.week)
    Edition.objects.update_or_create(
        week=roster.week,
        number=number,
        defaults={
            "state": State.DRAFT,
            "document": zlib.compress(rosterfile.dump(roster.replace(edition=None, issued_at=None))),
            "rides": packed(rides),
            "problem_sha256": problem_sha256,
            "tables": snapshot_of(tables),
            "made_at": event.at,
            "who": event.who,
            "why": TEXTS.dump_python(why, mode="json"),
            "standing": _written(standing),
        },
    )
    remove_unused()
    return number


#: What of a draft is kept, as it is.
_OF_DRAFT = ("document", "rides", "problem_sha256", "tables", "made_at", "who", "why", "standing")
#: So many acts on a draft can be taken back.
_MOST_BEFORE = 50


def _keep_before(event: Event, week: str) -> None:
    draft = Edition.objects.filter(week=week, state=State.DRAFT).first()
    if draft is None and published(week) is None:
        return  # the first plan of a week is what one goes back to
    values = {name: getattr(draft, name) for name in _OF_DRAFT} if draft else {"made_at": event.at}
    DraftBefore.objects.create(week=week, event=event, kept=draft is not None, **values)
    before = DraftBefore.objects.filter(week=week).order_by("-event_id")
    DraftBefore.objects.filter(id__in=[each.id for each in before[_MOST_BEFORE:]]).delete()


def changed_by(week: str) -> Event | None:
    """Return the last act that changed a week's draft and can be taken back; None where there is none."""
    found = DraftBefore.objects.filter(week=week).select_related("event").last()
    return found.event if found else None


def before(event: Event) -> KeptEdition | None:
    """Return the draft as it was before an act that can be taken back; None where there was none."""
    found = event.draft_before
    if not found.kept:
        return None
    number = next_number(found.week)
    values = {name: getattr(found, name) for name in _OF_DRAFT}
    return _kept(Edition(week=found.week, number=number, state=State.DRAFT, **values))


def take_back(event: Event, done: Event) -> None:
    """Make the draft of a week what it was before an act, as part of another one, `done`."""
    found = event.draft_before
    Edition.objects.filter(week=found.week, state=State.DRAFT).delete()
    if found.kept:
        values = {name: getattr(found, name) for name in _OF_DRAFT}
        number = next_number(found.week)
        Edition.objects.create(week=found.week, number=number, state=State.DRAFT, **values)
    found.delete()
    remove_unused()
    event.undone_by = done
    event.save(update_fields=["undone_by"])


def drop_draft(week: str) -> None:
    """Remove the draft of a week as part of an act, if it has one; a `NotTheirsError` as for `keep_draft`."""
    if found := draft(week):
        before = published(week)
        whose.require_roster(found.roster, before.roster if before else None)
    Edition.objects.filter(week=week, state=State.DRAFT).delete()
    DraftBefore.objects.filter(week=week).delete()
    remove_unused()


def publish(event: Event, week: str, standing: Standing | None = None) -> None:
    """Make the draft of a week the edition that holds, as part of an act; `standing` is how far it is to the goal.

    A `NotTheirsError` where whoever acts may not write at every job centre of it.
    """
    if found := draft(week):
        whose.require_roster(found.roster, None)
    DraftBefore.objects.filter(week=week).delete()
    Edition.objects.filter(week=week, state=State.PUBLISHED).update(state=State.SUPERSEDED)
    Edition.objects.filter(week=week, state=State.DRAFT).update(
        state=State.PUBLISHED, issued_at=event.at, who=event.who, standing=_written(standing)
    )


def homes() -> Mapping[str, Mapping[str, str]]:
    """Return the cells that say where home visits are made, by the id of the visit."""
    found = Home.objects.select_related("row").filter(row__table=HOMES)
    return {home.row.cells["visit_id"]: home.cells for home in found}


def keep_home_rides(rides: Rides) -> None:
    """Keep the rides to and from homes with the homes, as part of an act."""
    for home in Home.objects.select_related("row"):
        id_ = home.row.cells["visit_id"]
        own = {pair: path for pair, path in rides.items() if id_ in pair}
        if own:
            home.rides = packed({**(unpacked(home.rides) if home.rides else {}), **own})
            home.save(update_fields=["rides"])


def home_rides() -> Rides:
    """Return the rides to and from homes that editions have shown."""
    found: dict[tuple[str, str], RidePath] = {}
    for home in Home.objects.exclude(rides=b""):
        found |= unpacked(home.rides)
    return found


def packed(rides: Rides) -> bytes:
    """Return rides as bytes."""
    return zlib.compress(_RIDES.dump_json([(a, b, path) for (a, b), path in sorted(rides.items())]))


def unpacked(content: bytes | memoryview) -> Rides:
    """Return rides that were packed."""
    return {(a, b): path for a, b, path in _RIDES.validate_json(zlib.decompress(content))}


def _first(week: str, state: State) -> KeptEdition | None:
    found = Edition.objects.filter(week=week, state=state).first()
    return _kept(found) if found else None


def _kept(found: Edition) -> KeptEdition:
    return KeptEdition(
        found.week,
        found.number,
        State(found.state),
        found.problem_sha256,
        local(found.made_at),
        local(found.issued_at) if found.issued_at else None,
        found.who,
        TEXTS.validate_python(found.why),
        Standing(**found.standing) if found.standing else None,
        bytes(found.document),
        bytes(found.rides),
    )


def _written(standing: Standing | None) -> dict[str, int] | None:
    return dataclasses.asdict(standing) if standing else None


def snapshot_of(tables: Tables) -> Snapshot:
    """Keep tables once for each content, without what must be forgotten, as part of an act."""
    shown = {name: rows for name, rows in tables.items() if name not in _NOT_PLANNED_FROM}
    sha256 = fingerprint(shown)
    content = zlib.compress(json.dumps(shown, ensure_ascii=False, default=dict).encode())
    return Snapshot.objects.get_or_create(sha256=sha256, defaults={"content": content})[0]


def remove_unused() -> None:
    """Delete the tables that no edition was planned from any more, as part of an act."""
    Snapshot.objects.filter(edition=None, draftbefore=None).delete()
