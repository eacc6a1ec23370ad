"""How well a roster stands up to chance: which times are kept, and which conversations are lost to what."""

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scheduler.model.clock import at, local
from scheduler.model.config import SimulationSettings
from scheduler.model.problem import Problem
from scheduler.model.roster import Roster
from scheduler.outputs import words
from scheduler.scenario.chance.clockwork import PlayedConversation, PlayedRound, PlayedStop, play
from scheduler.scenario.chance.draws import Chances, Draws, Seconds
from scheduler.scenario.chance.summary import Summary

if TYPE_CHECKING:
    import pandas as pd

#: So many minutes late still counts as on time: strictly, usually, and at the most.
TOLERANCES_MIN = (0, 5, 15)
#: Why a planned conversation is not held. Where the consultant is ill, that is the cause; where the citizen
#: does not come, it is that, also if there would have been no time.
CAUSES = ("delay", "no_show", "illness")

_VISITS = ("visit", "home_visit")
Counts = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Robustness:
    """A roster carried out many times.

    Chances of stops, conversations and rounds are those where the consultant is not ill: illness strikes
    all alike. Conversations held and lost count everything.

    Attributes
    ----------
    roster
        The roster.
    draws
        How many times it was carried out.
    rounds
        What became of each round, with arrays of a value a draw; seconds where a name ends in ``_s``.
    """

    roster: Roster
    draws: int
    rounds: tuple[PlayedRound, ...]

    @property
    def planned(self) -> int:
        """How many conversations the roster has."""
        return sum(round_.conversations for round_ in self.roster.rounds)

    @cached_property
    def held(self) -> Counts:
        """How many conversations are held, by draw."""
        return self._count(round_.works & talk.held for round_, _stop, talk in self._talks())

    @cached_property
    def lost(self) -> dict[str, Counts]:
        """How many conversations are lost to each of the `CAUSES`, by draw."""
        talks = [(round_, talk) for round_, _stop, talk in self._talks()]
        return {
            "delay": self._count(round_.works & talk.comes & ~talk.held for round_, talk in talks),
            "no_show": self._count(round_.works & ~talk.comes for round_, talk in talks),
            "illness": self._count(~round_.works for round_, _talk in talks),
        }

    def summary(self) -> Summary:
        """Return the figures that sum the week up."""
        visits = [stop for _round, stop in self._stops() if stop.stop.kind in _VISITS]
        within = {m: [_within(stop.made, stop.late_s, m) for stop in visits] for m in TOLERANCES_MIN}
        homes = [(round_, stop) for round_, stop in self._stops() if stop.stop.kind == "home_visit"]
        low, high = np.quantile(self.held, (0.05, 0.95), method="inverted_cdf")
        lost = {cause: float(count.mean()) for cause, count in self.lost.items()}
        return Summary(
            draws=self.draws,
            planned_conversations=self.planned,
            expected_held=float(self.held.mean()),
            standard_error=float(self.held.std()) / math.sqrt(self.draws),
            held_p05=int(low),
            held_p95=int(high),
            lost_to_delay=lost["delay"],
            lost_to_no_show=lost["no_show"],
            lost_to_illness=lost["illness"],
            lost_home_visits=float(self._count(~(r.works & stop.made) for r, stop in homes).mean()),
            chance_visit_within_0_min=_mean_chance(within[0]),
            chance_visit_within_5_min=_mean_chance(within[5]),
            chance_visit_within_15_min=_mean_chance(within[15]),
            chance_week_within_15_min=float(np.logical_and.reduce(within[15]).mean()),
            chance_back_by_shift_end=_mean_chance([_is_back(round_) for round_ in self.rounds]),
        )

    def stops(self) -> "pd.DataFrame":
        """Return a row a stop with a booked time, in the order of the rounds and the clock.

        Columns: date, consultant_id, kind, id, name, booked_start; chance_made (while the consultant is
        at work); chance_within_0_min, chance_within_5_min, chance_within_15_min (made, and begun so soon
        after its booked time); late_minutes_mean and late_minutes_p95 where it is made. Then
        planned_conversations, and how many are expected_held, lost_to_delay, lost_to_no_show and
        lost_to_illness.
        """
        import pandas as pd

        found = list(self._stops())
        return pd.DataFrame(
            {
                **_whose(round_ for round_, _stop in found),
                "kind": [stop.stop.kind for _round, stop in found],
                "id": [stop.stop.id for _round, stop in found],
                "name": [words.stop_title(stop.stop) for _round, stop in found],
                "booked_start": [local(stop.stop.start) for _round, stop in found],
                "chance_made": [_chance(stop.made) for _round, stop in found],
                **_punctual([(stop.made, stop.late_s) for _round, stop in found]),
                **_lateness([stop.late_s[stop.made] for _round, stop in found]),
                **_fates([(round_, stop.conversations) for round_, stop in found]),
            }
        )

    def conversations(self) -> "pd.DataFrame":
        """Return a row a planned conversation.

        Columns: date, consultant_id, practice_id, name, number (1 is the visit's first), booked_start;
        chance_within_0_min, chance_within_5_min, chance_within_15_min, that a citizen who comes is seen
        so soon after the booked time; and expected_held, lost_to_delay, lost_to_no_show and
        lost_to_illness, which add up to 1.
        """
        import pandas as pd

        found = [
            (r, stop, *numbered) for r, stop in self._stops() for numbered in enumerate(stop.conversations, 1)
        ]
        fates = _fates([(round_, (talk,)) for round_, _stop, _number, talk in found])
        return pd.DataFrame(
            {
                **_whose(round_ for round_, *_rest in found),
                "practice_id": [stop.stop.id for _round, stop, *_rest in found],
                "name": [words.stop_title(stop.stop) for _round, stop, *_rest in found],
                "number": [number for _round, _stop, number, _talk in found],
                "booked_start": [local(talk.booked) for *_rest, talk in found],
                **_punctual([(talk.seen, talk.late_s) for *_rest, talk in found]),
                **{name: values for name, values in fates.items() if name != "planned_conversations"},
            }
        )

    def back(self) -> "pd.DataFrame":
        """Return a row a round: when it is over.

        Columns: date, consultant_id, booked_return, shift_end, chance_back_by_shift_end;
        late_minutes_mean and late_minutes_p95 after the end of the shift; then planned_conversations,
        expected_held and those lost, as `stops` has them.
        """
        import pandas as pd

        return pd.DataFrame(
            {
                **_whose(self.rounds),
                "booked_return": [local(round_.round.returns_base) for round_ in self.rounds],
                "shift_end": [at(round_.day.date, round_.day.end_s) for round_ in self.rounds],
                "chance_back_by_shift_end": [_chance(_is_back(round_)) for round_ in self.rounds],
                **_lateness([np.maximum(round_.back_s - round_.day.end_s, 0) for round_ in self.rounds]),
                **_fates(
                    [(r, [talk for stop in r.stops for talk in stop.conversations]) for r in self.rounds]
                ),
            }
        )

    def distribution(self) -> "pd.DataFrame":
        """Return how likely every number of conversations is: a row a number, from 0 to those planned.

        Columns: conversations, and the chances that so many are held, lost, and lost to each cause:
        chance_held, chance_lost, chance_lost_to_delay, chance_lost_to_no_show, chance_lost_to_illness.
        Each adds up to 1.
        """
        import pandas as pd

        counts = {"held": self.held, "lost": self.planned - self.held}
        counts |= {f"lost_to_{cause}": count for cause, count in self.lost.items()}
        chances = {
            f"chance_{name}": np.bincount(count, minlength=self.planned + 1) / self.draws
            for name, count in counts.items()
        }
        return pd.DataFrame({"conversations": np.arange(self.planned + 1), **chances})

    def _stops(self) -> Iterator[tuple[PlayedRound, PlayedStop]]:
        for round_ in self.rounds:
            yield from ((round_, stop) for stop in round_.stops)

    def _talks(self) -> Iterator[tuple[PlayedRound, PlayedStop, PlayedConversation]]:
        for round_, stop in self._stops():
            yield from ((round_, stop, talk) for talk in stop.conversations)

    def _count(self, cases: Iterable[Chances]) -> Counts:
        """Count in how many cases something happens, by draw."""
        total = np.zeros(self.draws, dtype=np.int64)
        for case in cases:
            total += case
        return total


def carry_out(
    problem: Problem,
    roster: Roster,
    settings: SimulationSettings,
    *,
    draws: int = 10_000,
    seed: int = 0,
    slack_s: int = 0,
) -> Robustness:
    """Carry out a roster many times; `clockwork` says how, `settings` how much varies.

    Parameters
    ----------
    problem
        The week, with its true ride times.
    roster
        Valid for the problem; or, with `slack_s`, planned with so many seconds more of parking.
    draws
        How many times; the first of many draws are those of few.
    seed
        Other draws with another seed. Rosters of a week compare best with the same.
    """
    drawn = Draws(settings, problem.week, count=draws, seed=seed)
    return Robustness(roster=roster, draws=draws, rounds=play(problem, roster, drawn, slack_s=slack_s))


def _within(made: Chances, late_s: Seconds, minutes: int) -> Chances:
    return made & (late_s <= minutes * 60)


def _punctual(cases: Sequence[tuple[Chances, Seconds]]) -> dict[str, list[float]]:
    """Return how likely each of some cases takes place, and within each of `TOLERANCES_MIN`."""
    return {
        f"chance_within_{minutes}_min": [_chance(_within(*case, minutes)) for case in cases]
        for minutes in TOLERANCES_MIN
    }


def _lateness(late_s: Iterable[Seconds]) -> dict[str, list[float]]:
    """Return mean and upper quantile of how late each of some cases is; not a number for one without draws."""
    late_min = [each / 60 if len(each) else np.array([math.nan]) for each in late_s]
    return {
        "late_minutes_mean": [float(late.mean()) for late in late_min],
        "late_minutes_p95": [float(np.quantile(late, 0.95)) for late in late_min],
    }


def _is_back(round_: PlayedRound) -> Chances:
    return round_.back_s <= round_.day.end_s


def _mean_chance(cases: Iterable[Chances]) -> float:
    """Return the mean chance of several cases; 1 where there are none."""
    chances = [_chance(case) for case in cases]
    return sum(chances) / len(chances) if chances else 1.0


def _fates(cases: Sequence[tuple[PlayedRound, Sequence[PlayedConversation]]]) -> dict[str, list[float]]:
    """Return how many conversations are planned, expected to be held, and to be lost to each cause."""
    return {
        "planned_conversations": [len(talks) for _round, talks in cases],
        "expected_held": [sum(_chance(r.works & talk.held) for talk in talks) for r, talks in cases],
        "lost_to_delay": [
            sum(_chance(r.works & talk.comes & ~talk.held) for talk in talks) for r, talks in cases
        ],
        "lost_to_no_show": [sum(_chance(r.works & ~talk.comes) for talk in talks) for r, talks in cases],
        "lost_to_illness": [len(talks) * _chance(~r.works) for r, talks in cases],
    }


def _whose(rounds: Iterable[PlayedRound]) -> dict[str, list[object]]:
    played = [round_.round for round_ in rounds]
    return {
        "date": [dt.datetime.combine(round_.date, dt.time()) for round_ in played],
        "consultant_id": [round_.consultant_id for round_ in played],
    }


def _chance(case: Chances) -> float:
    return float(case.mean())
