"""A made-up week for the tests of the outputs: 2009-W20, two consultants, a small bicycle network.

Built with clock times that keep the rules of a roster, without the engine, so that tests of the
outputs stand on their own. `hostile=True` fills every text with markup, formulas and long words.
"""

import dataclasses
import heapq
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Literal

from scheduler.model.clock import Week, at
from scheduler.model.config import DEFAULT_WEIGHTS
from scheduler.model.geo import Area, Background, Label, Line, Point, RidePath, StreetLeg
from scheduler.model.problem import ClosedDay
from scheduler.model.project import BASE
from scheduler.model.roster import (
    BasePlace,
    ConsultantWeek,
    Roster,
    Round,
    ShiftHours,
    Stop,
    StopKind,
    StopSlot,
    Term,
    Unassigned,
)
from scheduler.model.text import Text

WEEK = Week(2009, 20)
SPEED_MPS = 16 / 3.6
PARKING_S, SETUP_S, CONVERSATION_S, LUNCH_S = 120, 300, 2700, 1800
HOME_ADDRESS = "Ny Carlsberg Vej 20"
HOME_NAME = "Hjemme hos N. N."
MISSED_HOME_NAME = "Annexstræde 7"
MARKUP = "</script><img src=x onerror=alert(1)>{{9*9}}{%raw%}"
LONG_WORD = "Sygedagpengeopfølgningssamtalekoordinatorfællesskabsordning"

#: Two texts that a hostile table has in every field: one begins like a formula, one like markup.
_HOSTILE = {"name": f"=1+1 \"'{MARKUP}", "address": f"@SUM(A1:A9)&{MARKUP}", "word": f"-{LONG_WORD}{MARKUP}"}


@dataclass(frozen=True)
class _Spot:
    name: str
    address: str
    district: str
    point: Point
    junction: str
    street: str


_SPOTS = {
    BASE: _Spot("Jobcenter København", "Skelbækgade 1, 1717 København V", "Vesterbro", (55.66767, 12.55661),
                "skelbaek-soender", "Skelbækgade"),
    "istedgade": _Spot("Praksis Istedgade", "Istedgade 62, 1650 København V", "Vesterbro", (55.66915, 12.55310),
                       "istedgade-skydebane", "Istedgade"),
    "vesterbrogade": _Spot("Praksis Vesterbrogade", "Vesterbrogade 140, 1620 København V", "Vesterbro",
                           (55.67148, 12.54420), "enghavevej-vesterbrogade", "Vesterbrogade"),
    "matthaeusgade": _Spot("Praksis Matthæusgade", "Matthæusgade 44, 1666 København V", "Vesterbro",
                           (55.66980, 12.54640), "enghavevej-matthaeusgade", "Matthæusgade"),
    "enghavevej": _Spot("Praksis Enghavevej", "Enghavevej 40, 1674 København V", "Vesterbro",
                        (55.66800, 12.54424), "enghavevej-nycarlsberg", "Enghavevej"),
    "sjaeloer": _Spot("Praksis Sjælør Boulevard", "Sjælør Boulevard 110, 2450 København SV", "Kgs. Enghave",
                      (55.65180, 12.52737), "sjaeloer-pknudsens", "Sjælør Boulevard"),
    "borgbjergsvej": _Spot("Praksis Borgbjergsvej", "Borgbjergsvej 20, 2450 København SV", "Kgs. Enghave",
                           (55.65166, 12.53753), "borgbjerg-sydhavn", "Borgbjergsvej"),
    "pknudsens": _Spot("Praksis P. Knudsens Gade", "P. Knudsens Gade 37, 2450 København SV", "Kgs. Enghave",
                       (55.65160, 12.53280), "sjaeloer-pknudsens", "P. Knudsens Gade"),
    "toftegaard": _Spot("Praksis Toftegårds Allé", "Toftegårds Allé 5, 2500 Valby", "Valby", (55.66440, 12.51700),
                        "vigerslev-toftegaard", "Toftegårds Allé"),
    "valbylanggade": _Spot("Praksis Valby Langgade", "Valby Langgade 60, 2500 Valby", "Valby",
                           (55.66640, 12.51500), "toftegaard-langgade", "Valby Langgade"),
    "vigerslev": _Spot("Praksis Vigerslev Allé", "Vigerslev Allé 120, 2500 Valby", "Valby", (55.66195, 12.51025),
                       "vigerslev-toftegaard", "Vigerslev Allé"),
    "annex": _Spot("Praksis Annexstræde", "Annexstræde 2, 2500 Valby", "Valby", (55.66560, 12.51112),
                   "annex-langgade", "Annexstræde"),
    "hb-1": _Spot(HOME_NAME, f"{HOME_ADDRESS}, 1760 København V", "Vesterbro", (55.66589, 12.54504),
                  "enghavevej-nycarlsberg", "Ny Carlsberg Vej"),
}  # fmt: skip

_JUNCTIONS: dict[str, Point] = {
    "skelbaek-soender": (55.668003, 12.555908),
    "skelbaek-ingerslev": (55.665371, 12.557956),
    "istedgade-skydebane": (55.669386, 12.553999),
    "istedgade-mysunde": (55.667682, 12.548270),
    "enghavevej-vesterbrogade": (55.671574, 12.545661),
    "enghavevej-matthaeusgade": (55.669610, 12.545477),
    "enghavevej-nycarlsberg": (55.665979, 12.543397),
    "enghavevej-soender": (55.663877, 12.542186),
    "enghavevej-ingerslev": (55.663017, 12.541745),
    "enghavevej-vigerslev": (55.662482, 12.541525),
    "vesterbrogade-pile": (55.670842, 12.531136),
    "nycarlsberg-vesterfaelled": (55.666462, 12.539226),
    "vesterbrogade-vesterfaelled": (55.670220, 12.539486),
    "vigerslev-sjaeloer": (55.662458, 12.524335),
    "vigerslev-toftegaard": (55.661716, 12.516670),
    "toftegaard-langgade": (55.666602, 12.517270),
    "annex-langgade": (55.665929, 12.511183),
    "sjaeloer-pknudsens": (55.650240, 12.528046),
    "borgbjerg-sydhavn": (55.652740, 12.539001),
    "sydhavns-plads": (55.653307, 12.538738),
}

#: (from, to, name, highway tag, bends between)
_STREETS: tuple[tuple[str, str, str, str, tuple[Point, ...]], ...] = (
    ("skelbaek-soender", "skelbaek-ingerslev", "Skelbækgade", "tertiary", ((55.66767, 12.55620),)),
    ("skelbaek-soender", "enghavevej-soender", "Sønder Boulevard", "secondary", ((55.66625, 12.55120),)),
    ("skelbaek-soender", "istedgade-skydebane", "Skydebanegade", "residential", ()),
    ("istedgade-skydebane", "istedgade-mysunde", "Istedgade", "tertiary", ()),
    ("istedgade-mysunde", "enghavevej-nycarlsberg", "Enghave Plads", "residential", ((55.66690, 12.54530),)),
    ("skelbaek-ingerslev", "enghavevej-ingerslev", "Ingerslevsgade", "secondary", ((55.66450, 12.55000),)),
    ("enghavevej-vesterbrogade", "enghavevej-matthaeusgade", "Enghavevej", "secondary", ()),
    (
        "enghavevej-matthaeusgade",
        "istedgade-skydebane",
        "Matthæusgade",
        "residential",
        ((55.67000, 12.54900),),
    ),
    (
        "enghavevej-matthaeusgade",
        "enghavevej-nycarlsberg",
        "Enghavevej",
        "secondary",
        ((55.66800, 12.54430),),
    ),
    ("enghavevej-nycarlsberg", "enghavevej-soender", "Enghavevej", "secondary", ()),
    ("enghavevej-soender", "enghavevej-ingerslev", "Enghavevej", "secondary", ()),
    ("enghavevej-ingerslev", "enghavevej-vigerslev", "Enghavevej", "secondary", ()),
    ("enghavevej-vesterbrogade", "vesterbrogade-vesterfaelled", "Vesterbrogade", "primary", ()),
    ("vesterbrogade-vesterfaelled", "vesterbrogade-pile", "Vesterbrogade", "primary", ()),
    ("vesterbrogade-vesterfaelled", "nycarlsberg-vesterfaelled", "Vesterfælledvej", "residential", ()),
    ("nycarlsberg-vesterfaelled", "enghavevej-nycarlsberg", "Ny Carlsberg Vej", "tertiary", ()),
    ("vesterbrogade-pile", "toftegaard-langgade", "Valby Langgade", "secondary", ((55.66920, 12.52400),)),
    ("toftegaard-langgade", "annex-langgade", "Valby Langgade", "secondary", ()),
    ("toftegaard-langgade", "vigerslev-toftegaard", "Toftegårds Allé", "secondary", ()),
    ("vigerslev-toftegaard", "vigerslev-sjaeloer", "Vigerslev Allé", "secondary", ((55.66230, 12.52000),)),
    ("vigerslev-sjaeloer", "enghavevej-vigerslev", "Vigerslev Allé", "secondary", ((55.66290, 12.53400),)),
    ("vigerslev-sjaeloer", "sjaeloer-pknudsens", "Sjælør Boulevard", "secondary", ((55.65650, 12.52590),)),
    ("sjaeloer-pknudsens", "sydhavns-plads", "P. Knudsens Gade", "secondary", ((55.65150, 12.53260),)),
    ("sydhavns-plads", "borgbjerg-sydhavn", "Sydhavnsgade", "primary", ()),
    ("enghavevej-vigerslev", "sydhavns-plads", "Enghavevej", "secondary", ((55.65800, 12.54020),)),
)


def _metres(points: tuple[Point, ...]) -> float:
    total = 0.0
    for (lat1, lon1), (lat2, lon2) in pairwise(points):
        x = math.radians(lon2 - lon1) * math.cos(math.radians((lat1 + lat2) / 2))
        total += 6_371_000 * math.hypot(x, math.radians(lat2 - lat1))
    return total


@cache
def _graph() -> dict[str, list[tuple[str, str, tuple[Point, ...]]]]:
    graph: dict[str, list[tuple[str, str, tuple[Point, ...]]]] = {name: [] for name in _JUNCTIONS}
    for start, end, name, _kind, bends in _STREETS:
        points = (_JUNCTIONS[start], *bends, _JUNCTIONS[end])
        graph[start].append((end, name, points))
        graph[end].append((start, name, points[::-1]))
    return graph


@cache
def _ride(from_id: str, to_id: str) -> RidePath:
    """The shortest ride between two places along the sample's streets (Dijkstra)."""
    a, b = _SPOTS[from_id], _SPOTS[to_id]
    queue: list[tuple[float, str, tuple[tuple[str, tuple[Point, ...]], ...]]] = [(0.0, a.junction, ())]
    done: set[str] = set()
    while queue[0][1] != b.junction:
        so_far, here, path = heapq.heappop(queue)
        if here not in done:
            done.add(here)
            for there, name, points in _graph()[here]:
                heapq.heappush(queue, (so_far + _metres(points), there, (*path, (name, points))))
    pieces = (
        (a.street, (a.point, _JUNCTIONS[a.junction])),
        *queue[0][2],
        (b.street, (_JUNCTIONS[b.junction], b.point)),
    )
    legs: list[tuple[str, float]] = []
    for name, points in pieces:
        if legs and legs[-1][0] == name:
            legs[-1] = (name, legs[-1][1] + _metres(points))
        else:
            legs.append((name, _metres(points)))
    line = [pieces[0][1][0]] + [point for _name, points in pieces for point in points[1:]]
    metres = sum(length for _name, length in legs)
    return RidePath(
        points=tuple(line),
        streets=tuple(StreetLeg(name, round(m), math.ceil(m / SPEED_MPS)) for name, m in legs),
        seconds=math.ceil(metres / SPEED_MPS),
        metres=round(metres),
    )


def _seconds(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 3600 + int(minute) * 60


class _Day:
    """Builds a round stop by stop, working out rides, arrivals and waits as the rules say."""

    def __init__(self, consultant_id: str, weekday: int, *, hostile: bool) -> None:
        self.consultant_id, self.date, self.hostile = consultant_id, WEEK.days[weekday], hostile
        self.stops: list[Stop] = []
        self.here, self.free_s = BASE, 0
        self.leaves_s = self.back_s = 0
        self.ride_s = self.ride_m = 0

    def _text(self, kind: str, text: str) -> str:
        return f"{_HOSTILE[kind]} {text}" if self.hostile else text

    def _add(
        self,
        kind: StopKind,
        id_: str,
        place_id: str,
        start_s: int,
        end_s: int,
        *,
        name: str | Text = "",
        conversations: int = 0,
        slot: tuple[str, str, str] | None = None,
        lunch: str = "",
    ) -> None:
        spot, ride, arrival_s, waiting_s = _SPOTS[place_id], None, start_s, 0
        if place_id != self.here:
            ride = _ride(self.here, place_id)
            if self.here == BASE:
                leaves_s = start_s - ride.seconds - PARKING_S
                assert leaves_s >= self.free_s
                self.leaves_s = self.leaves_s or leaves_s
                self.stops = [
                    dataclasses.replace(stop, end=at(self.date, leaves_s)) if stop.kind == "desk" else stop
                    for stop in self.stops
                ]
            else:
                arrival_s = self.free_s + ride.seconds + PARKING_S
                if kind == "desk":
                    start_s = arrival_s
                elif place_id != BASE:
                    waiting_s = start_s - arrival_s - (LUNCH_S if lunch else 0)
                if place_id == BASE:
                    self.back_s = arrival_s
                assert arrival_s <= start_s
                assert waiting_s >= 0
            self.ride_s += ride.seconds
            self.ride_m += ride.metres
        if lunch:
            assert arrival_s <= _seconds(lunch) <= start_s - LUNCH_S
            self.lunch(lunch, place_id)
        self.stops.append(
            Stop(
                kind=kind,
                id=id_,
                place_id=place_id,
                name=name or self._text("name", spot.name),
                address=self._text("address", spot.address),
                district=spot.district,
                lat=spot.point[0],
                lon=spot.point[1],
                arrival=at(self.date, arrival_s),
                start=at(self.date, start_s),
                end=at(self.date, end_s),
                ride_seconds=ride.seconds if ride else 0,
                ride_metres=ride.metres if ride else 0,
                waiting_seconds=waiting_s,
                conversations=conversations,
                conversation_starts=tuple(
                    at(self.date, start_s + SETUP_S + i * CONVERSATION_S) for i in range(conversations)
                ),
                slot=slot
                and StopSlot(
                    start=at(self.date, _seconds(slot[0])),
                    end=at(self.date, _seconds(slot[1])),
                    room=self._text("word", slot[2]),
                ),
            )
        )
        self.here, self.free_s = place_id, max(self.free_s, end_s)

    def visit(self, place_id: str, start: str, n: int, slot: tuple[str, str, str], lunch: str = "") -> "_Day":
        """Add a visit of n conversations; `lunch` is taken in the wait before it."""
        start_s = _seconds(start)
        end_s = start_s + SETUP_S + n * CONVERSATION_S
        self._add("visit", place_id, place_id, start_s, end_s, conversations=n, slot=slot, lunch=lunch)
        return self

    def home(self, place_id: str, start: str, minutes: int) -> "_Day":
        """Add a home visit."""
        start_s = _seconds(start)
        slot = ("12:30", "15:00", "")
        self._add("home_visit", place_id, place_id, start_s, start_s + minutes * 60, slot=slot)
        return self

    def engagement(
        self, id_: str, title: str, start: str, end: str, *, place_id: str = BASE, lunch: str = ""
    ) -> "_Day":
        """Add an engagement."""
        name = self._text("word", title)
        self._add("engagement", id_, place_id, _seconds(start), _seconds(end), name=name, lunch=lunch)
        return self

    def desk_with_lunch(self, lunch: str) -> "_Day":
        """Ride to base, work there until the next stop, and have lunch meanwhile."""
        self._add("desk", "desk", BASE, self.free_s, self.free_s, name=Text("desk"))
        return self.lunch(lunch)

    def lunch(self, start: str, place_id: str = BASE) -> "_Day":
        """Add a lunch that carries no ride of its own."""
        spot, start_s = _SPOTS[place_id], _seconds(start)
        self.stops.append(
            Stop(
                kind="lunch",
                id="lunch",
                place_id=place_id,
                name=Text("lunch"),
                address=self._text("address", spot.address),
                district=spot.district,
                lat=spot.point[0],
                lon=spot.point[1],
                arrival=at(self.date, start_s),
                start=at(self.date, start_s),
                end=at(self.date, start_s + LUNCH_S),
            )
        )
        if place_id == BASE:
            self.free_s = max(self.free_s, start_s + LUNCH_S)
        return self

    def round(self) -> Round:
        """Ride home and return the round."""
        if self.here != BASE:
            ride = _ride(self.here, BASE)
            self.back_s = self.free_s + ride.seconds + PARKING_S
            self.ride_s += ride.seconds
            self.ride_m += ride.metres
        return Round(
            consultant_id=self.consultant_id,
            date=self.date,
            leaves_base=at(self.date, self.leaves_s) if self.leaves_s else self.stops[0].start,
            returns_base=at(self.date, self.back_s) if self.back_s else self.stops[-1].end,
            ride_seconds=self.ride_s,
            ride_metres=self.ride_m,
            waiting_seconds=sum(stop.waiting_seconds for stop in self.stops),
            conversations=sum(stop.conversations for stop in self.stops),
            stops=tuple(self.stops),
        )


def _rounds(*, hostile: bool) -> tuple[Round, ...]:
    def day(consultant_id: str, weekday: int) -> _Day:
        return _Day(consultant_id, weekday, hostile=hostile)

    room = "Lokale 2"
    return (
        day("r1", 0)
        .engagement("telefon", "Telefontid", "8:30", "9:30")
        .visit("vesterbrogade", "9:45", 2, ("9:30", "11:30", room))
        .visit("matthaeusgade", "12:15", 2, ("12:00", "14:30", ""), lunch="11:30")
        .round(),
        day("r2", 0)
        .engagement("telefon", "Telefontid", "9:00", "11:00")
        .lunch("11:30")
        .engagement("teammoede", "Teammøde", "13:00", "14:00")
        .round(),
        day("r1", 1)
        .visit("sjaeloer", "9:00", 1, ("8:00", "10:00", "Stuen"))
        .visit("borgbjergsvej", "10:05", 2, ("9:00", "12:00", ""))
        .desk_with_lunch("12:05")
        .home("hb-1", "13:15", 60)
        .round(),
        day("r2", 1)
        .visit("toftegaard", "8:45", 2, ("8:30", "12:00", room))
        .visit("valbylanggade", "10:35", 1, ("10:00", "12:00", ""))
        .visit("vigerslev", "12:30", 1, ("12:30", "14:00", "Laboratoriet"), lunch="11:40")
        .round(),
        day("r1", 2)
        .visit("enghavevej", "9:20", 2, ("9:00", "11:00", ""))
        .engagement(
            "undervisning",
            "Undervisning om sygedagpenge",
            "12:00",
            "13:00",
            place_id="istedgade",
            lunch="11:20",
        )
        .engagement("telefon", "Telefontid", "13:30", "15:00")
        .round(),
        day("r1", 3)
        .lunch("11:00")
        .visit("annex", "12:30", 1, ("12:00", "15:00", ""))
        .visit("pknudsens", "13:40", 1, ("13:00", "14:30", room))
        .round(),
        day("r2", 3)
        .visit("istedgade", "8:40", 2, ("8:30", "12:00", ""))
        .engagement("teammoede", "Teammøde", "10:45", "11:45")
        .lunch("12:00")
        .round(),
    )


_SHIFTS: dict[str, dict[int, tuple[str, str]]] = {
    "r1": dict.fromkeys(range(4), ("8:00", "15:30")),
    "r2": {0: ("8:30", "15:00"), 1: ("8:30", "15:00"), 3: ("8:30", "15:00")},
}


def _consultants(rounds: tuple[Round, ...], *, hostile: bool) -> tuple[ConsultantWeek, ...]:
    availability, visits = {}, {}
    for consultant_id, shifts in _SHIFTS.items():
        stops = [stop for r in rounds if r.consultant_id == consultant_id for stop in r.stops]
        engaged_s = sum(_length_s(stop) for stop in stops if stop.kind == "engagement")
        shift_s = sum(_seconds(end) - _seconds(start) - LUNCH_S for start, end in shifts.values())
        availability[consultant_id] = shift_s - engaged_s
        visits[consultant_id] = sum(_length_s(stop) for stop in stops if stop.kind in ("visit", "home_visit"))
    most = max(availability.values())
    name = '=HYPERLINK("http://x") [:*?/\\] ' + MARKUP if hostile else "Rådgiver"
    return tuple(
        ConsultantWeek(
            consultant_id=consultant_id,
            name=f"{name} {number}",
            base_id=BASE,
            availability_seconds=availability[consultant_id],
            visit_seconds=visits[consultant_id],
            load_seconds=visits[consultant_id] * most / availability[consultant_id],
            shifts=tuple(
                ShiftHours(
                    date=WEEK.days[weekday],
                    start=at(WEEK.days[weekday], _seconds(start)),
                    end=at(WEEK.days[weekday], _seconds(end)),
                )
                for weekday, (start, end) in _SHIFTS[consultant_id].items()
            ),
        )
        for number, consultant_id in enumerate(_SHIFTS, start=1)
    )


def _length_s(stop: Stop) -> int:
    return int((stop.end - stop.start).total_seconds())


def _unassigned(*, hostile: bool) -> tuple[Unassigned, ...]:
    def request(
        id_: str,
        kind: Literal["visit", "home_visit"],
        text: str,
        district: str,
        *,
        asked: tuple[int, int],
        reason: str,
        detail: Text | None = None,
        cost: int | None = None,
    ) -> Unassigned:
        name = f"{_HOSTILE['name']} {text}" if hostile else text
        return Unassigned(
            id=id_, kind=kind, name=name, district=district, requested=asked[0], held=asked[1],
            reason=Text(_HOSTILE["word"] if hostile else reason),
            detail=Text("as_written", {"text": _HOSTILE["address"]}) if hostile else detail,
            cost_to_force=cost,
        )  # fmt: skip

    return (
        request(
            "enghavevej",
            "visit",
            "Praksis Enghavevej",
            "Vesterbro",
            asked=(3, 2),
            reason="room_too_short",
            detail=Text("room_holds", {"n": 2}),
        ),
        request(
            "sydhavns",
            "visit",
            "Praksis Sydhavns Plads",
            "Kgs. Enghave",
            asked=(2, 0),
            reason="dearer",
            detail=Text("dearer_by_visits", {"request_ids": ("pknudsens",)}),
            cost=18_400,
        ),
        request("hb-2", "home_visit", MISSED_HOME_NAME, "Valby", asked=(0, 0), reason="no_consultant"),
    )


def roster(*, hostile: bool = False) -> Roster:
    """Return the sample week; its clock times and its score fit together."""
    rounds = _rounds(hostile=hostile)
    consultants = _consultants(rounds, hostile=hostile)
    loads = [consultant.load_seconds for consultant in consultants]
    counts: dict[str, int | float] = {
        "unserved_conversation": 3,
        "missed_visit": 2,
        "continuity": 1,
        "moved_from_agreement": 1,
        "change": 0,
        "cycling_second": sum(round_.ride_seconds for round_ in rounds),
        "waiting_second": sum(round_.waiting_seconds for round_ in rounds),
        "imbalance_minute": (max(loads) - min(loads)) / 60,
    }
    terms = {
        name: Term(
            count=count, weight=DEFAULT_WEIGHTS[name], points=math.floor(count * DEFAULT_WEIGHTS[name])
        )
        for name, count in counts.items()
    }
    score = sum(term.points for term in terms.values())
    spot, evil = _SPOTS[BASE], _HOSTILE if hostile else None
    return Roster(
        week=str(WEEK),
        status="optimal",
        score=score,
        bound=score,
        gap=0.0,
        weights=dict(DEFAULT_WEIGHTS),
        terms=terms,
        solve_seconds=1.25,
        seed=1,
        inputs_sha256="0" * 64,
        rounds=rounds,
        unassigned=_unassigned(hostile=hostile),
        bases=(
            BasePlace(
                place_id=BASE,
                name=evil["name"] if evil else spot.name,
                address=evil["address"] if evil else spot.address,
                lat=spot.point[0],
                lon=spot.point[1],
            ),
        ),
        consultants=consultants,
        closed_days=(ClosedDay(date=WEEK.days[4], reason=_written("Fælles kursusdag", evil)),),
        notes=(_written("Rådgiver 2 kan ikke holde frokost mandag i uge 21.", evil),),
    )


def _written(text: str, evil: Mapping[str, str] | None) -> Text:
    return Text("as_written", {"text": evil["word"] if evil else text})


def rides(roster: Roster, *, hostile: bool = False) -> dict[tuple[str, str], RidePath]:
    """Return the rides that the rounds of the sample need, with street names and bends."""
    pairs = set()
    for round_ in roster.rounds:
        places = [BASE, *(stop.place_id for stop in round_.stops), BASE]
        pairs |= {(a, b) for a, b in pairwise(places) if a != b}
    return {pair: _with_hostile_streets(_ride(*pair)) if hostile else _ride(*pair) for pair in sorted(pairs)}


def _with_hostile_streets(path: RidePath) -> RidePath:
    streets = tuple(StreetLeg(f"{leg.name}{MARKUP}", leg.metres, leg.seconds) for leg in path.streets)
    return RidePath(path.points, streets, path.seconds, path.metres)


def background(*, hostile: bool = False) -> Background:
    """Return some streets, water, a park, a cemetery, a railway and labels."""
    evil = MARKUP if hostile else ""
    streets = tuple(
        Line(kind, name + evil, (_JUNCTIONS[start], *bends, _JUNCTIONS[end]))
        for start, end, name, kind, bends in _STREETS
    )
    harbour = ((55.66300, 12.56200), (55.64800, 12.54800), (55.64500, 12.55200), (55.66000, 12.57000))
    park = ((55.67000, 12.52600), (55.67000, 12.53400), (55.66700, 12.53400), (55.66700, 12.52600))
    pond = ((55.66900, 12.52900), (55.66900, 12.53000), (55.66850, 12.53000), (55.66850, 12.52900))
    cemetery = ((55.66000, 12.53300), (55.66000, 12.53900), (55.65600, 12.53900), (55.65600, 12.53300))
    railway = ((55.67100, 12.56400), (55.66480, 12.55500), (55.66180, 12.54000), (55.66300, 12.51000))
    return Background(
        streets=streets,
        railways=(Line("rail", "Vestbanen" + evil, railway),),
        areas=(
            Area("water", "Sydhavnen" + evil, (harbour,)),
            Area("park", "Søndermarken" + evil, (park, pond)),
            Area("cemetery", "Vestre Kirkegård" + evil, (cemetery,)),
        ),
        labels=(
            Label("district", "Vesterbro" + evil, (55.66850, 12.55000)),
            Label("district", "Valby" + evil, (55.66400, 12.51400)),
            Label("district", "Kgs. Enghave" + evil, (55.65300, 12.53600)),
            Label("station", "Enghave" + evil, (55.66330, 12.54300)),
        ),
        simplified=True,
    )
