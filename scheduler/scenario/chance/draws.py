"""What chance brings in a week: rides, conversations, citizens who do not come, consultants who are ill.

Every number belongs to what it is about: a ride from one place to another on a date, a conversation at
a practice, a consultant's day. It is drawn by a counter-based generator (Philox; Salmon, Moraes, Dror &
Shaw, Parallel random numbers: as easy as 1, 2, 3, SC11) whose key is a hash of that and of the seed. So
two rosters of the same week meet the same chance wherever they do the same, in whatever order, and their
difference is that of the rosters (common random numbers; Glasserman & Yao, Management Science 38, 1992).
The first draws of many are those of few.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from scheduler.model.clock import Week
from scheduler.model.config import SimulationSettings

Seconds = NDArray[np.int64]
Chances = NDArray[np.bool_]


class Draws:
    """The draws of one week.

    Parameters
    ----------
    settings
        How much varies, and how often.
    week
        Other weeks have other draws.
    count
        How many times the week is drawn: the length of every array.
    seed
        Other draws with another seed.
    """

    def __init__(self, settings: SimulationSettings, week: Week, *, count: int, seed: int = 0) -> None:
        self.settings = settings
        self.count = count
        self._name = f"{seed} {week}"

    def ride_s(self, date: dt.date, from_id: str, to_id: str, planned_s: int) -> Seconds:
        """Return the seconds of a ride that is planned with `planned_s`, which is its mean.

        A factor of the day's weather, the same for all rides of the date, and one of the ride itself:
        both lognormal. Whoever rides there on that date has the same traffic.
        """
        weather = self._factor(self.settings.weather_spread, "weather", str(date))
        own = self._factor(self.settings.ride_spread, "ride", str(date), from_id, to_id)
        return _whole(planned_s * weather * own)

    def stay_s(self, request_id: str, number: int, booked_s: int, conversation_s: int) -> Seconds:
        """Return the seconds of the conversation of a number at a practice, or of a home visit.

        Lognormal, and so with a longer tail to the right, with `booked_s` for its mean. The setting says
        the spread of one that is booked for `conversation_s`; others have the same relative spread.
        """
        spread = self.settings.conversation_spread_minutes * 60 / conversation_s
        return _whole(booked_s * self._factor(spread, "stay", request_id, str(number)))

    def comes(self, request_id: str, number: int) -> Chances:
        """Tell in which draws the citizen of a conversation comes."""
        return self._uniform("comes", request_id, str(number)) >= self.settings.no_show_share

    def ill(self, consultant_id: str, dates: Sequence[dt.date]) -> Mapping[dt.date, Chances]:
        """Tell in which draws a consultant is away on their working days, given in order.

        A Markov chain in its long-run state: an illness lasts on average `illness_days` of them, and as
        many begin as makes `illness_share` of all days.
        """
        share = self.settings.illness_share
        begins, stays = illness_rates(self.settings)
        ill: dict[dt.date, Chances] = {}
        before: Chances | None = None
        for date in dates:
            drawn = self._uniform("ill", consultant_id, str(date))
            before = drawn < (share if before is None else np.where(before, stays, begins))
            ill[date] = before
        return ill

    def _generator(self, *key: str) -> np.random.Generator:
        # Ids hold no line breaks, so no two keys are alike.
        digest = hashlib.blake2b("\n".join((self._name, *key)).encode(), digest_size=16).digest()
        return np.random.Generator(np.random.Philox(key=int.from_bytes(digest, "big")))

    def _uniform(self, *key: str) -> NDArray[np.float64]:
        return self._generator(*key).random(self.count)

    def _factor(self, spread: float, *key: str) -> NDArray[np.float64]:
        """Draw lognormal factors of mean 1 and the standard deviation `spread`."""
        if not spread:
            return np.ones(self.count)
        variance = np.log1p(spread**2)
        normal = self._generator(*key).standard_normal(self.count)
        factor: NDArray[np.float64] = np.exp(np.sqrt(variance) * normal - variance / 2)
        return factor


def illness_rates(settings: SimulationSettings) -> tuple[float, float]:
    """Return how often a working day is one of illness: after a healthy one, and after one of illness."""
    share, days = settings.illness_share, settings.illness_days
    return share / ((1 - share) * days), 1 - 1 / days


def _whole(seconds: NDArray[np.float64]) -> Seconds:
    return np.rint(seconds).astype(np.int64)
