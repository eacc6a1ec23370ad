"""What chance brings has the shares, means and spreads of the settings, and belongs to what it is about."""

import datetime as dt
import itertools

import numpy as np
import pytest

from scheduler.model.clock import Week
from scheduler.model.config import SimulationSettings
from scheduler.scenario.chance.draws import Draws, illness_rates

WEEK = Week(2009, 20)
DATE = WEEK.monday
MANY = 40_000


def test_a_ride_has_its_planned_time_for_mean_and_the_spread_of_ride_and_weather() -> None:
    settings = SimulationSettings(ride_spread=0.3, weather_spread=0.2)
    rides = Draws(settings, WEEK, count=MANY).ride_s(DATE, "a", "b", 1000)
    assert rides.dtype == np.int64
    assert rides.mean() == pytest.approx(1000, abs=8)
    assert rides.std() == pytest.approx(1000 * np.sqrt(1.09 * 1.04 - 1), rel=0.05)
    assert (rides > 0).all()


def test_the_rides_of_a_day_share_its_weather() -> None:
    draws = Draws(SimulationSettings(ride_spread=0.1, weather_spread=0.1), WEEK, count=MANY)
    first, second = (draws.ride_s(DATE, "a", to_id, 1000) for to_id in "bc")
    another_day = draws.ride_s(DATE + dt.timedelta(days=1), "a", "b", 1000)
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(0.5, abs=0.03)
    assert abs(np.corrcoef(first, another_day)[0, 1]) < 0.03


def test_a_conversation_has_its_booked_length_for_mean_and_a_tail_to_the_right() -> None:
    draws = Draws(SimulationSettings(conversation_spread_minutes=15), WEEK, count=MANY)
    stays = draws.stay_s("p", 0, 2700, 2700)
    assert stays.mean() == pytest.approx(2700, rel=0.01)
    assert stays.std() == pytest.approx(900, rel=0.05)
    assert np.median(stays) < stays.mean()
    home = draws.stay_s("h", 0, 5400, 2700)
    assert home.std() == pytest.approx(1800, rel=0.05)


def test_as_many_stay_away_as_the_setting_says() -> None:
    comes = Draws(SimulationSettings(no_show_share=0.2), WEEK, count=MANY).comes("p", 0)
    assert comes.mean() == pytest.approx(0.8, abs=0.01)
    assert Draws(SimulationSettings(no_show_share=0), WEEK, count=MANY).comes("p", 0).all()
    assert not Draws(SimulationSettings(no_show_share=1), WEEK, count=MANY).comes("p", 0).any()


@pytest.mark.parametrize(("share", "days"), [(0.05, 3.0), (0.3, 1.0), (0.5, 10.0), (0.0, 1.0)])
def test_illness_has_its_share_and_its_length(share: float, days: float) -> None:
    settings = SimulationSettings(illness_share=share, illness_days=days)
    dates = [DATE + dt.timedelta(days=day) for day in range(12)]
    ill = Draws(settings, WEEK, count=MANY).ill("c", dates)
    assert list(ill) == dates
    away = np.array(list(ill.values()))
    assert away.mean(axis=1) == pytest.approx(share, abs=0.012)
    begins, stays = illness_rates(settings)
    for before, after in itertools.pairwise(away):
        assert after[~before].mean() == pytest.approx(begins, abs=0.02)
        if before.any():
            assert after[before].mean() == pytest.approx(stays, abs=0.04)


def test_the_first_of_many_draws_are_those_of_few() -> None:
    few, many = (Draws(SimulationSettings(), WEEK, count=count) for count in (7, 500))
    assert (few.ride_s(DATE, "a", "b", 900) == many.ride_s(DATE, "a", "b", 900)[:7]).all()
    assert (few.stay_s("p", 1, 2700, 2700) == many.stay_s("p", 1, 2700, 2700)[:7]).all()
    assert (few.comes("p", 1) == many.comes("p", 1)[:7]).all()
    friday = WEEK.days[4]
    assert (few.ill("c", WEEK.days)[friday] == many.ill("c", WEEK.days)[friday][:7]).all()


def test_numbers_belong_to_what_they_are_about() -> None:
    draws = Draws(SimulationSettings(), WEEK, count=100)

    def rides(drawn: Draws, from_id: str, to_id: str) -> tuple[int, ...]:
        return tuple(drawn.ride_s(DATE, from_id, to_id, 900))

    known = rides(draws, "a", "b")
    assert rides(draws, "a", "b") == known  # asked again, in whatever order
    others = {
        rides(draws, "b", "a"),
        rides(draws, "a", "c"),
        rides(Draws(SimulationSettings(), WEEK, count=100, seed=1), "a", "b"),
        rides(Draws(SimulationSettings(), WEEK.shift(1), count=100), "a", "b"),
    }
    assert len(others | {known}) == 5
    assert (draws.stay_s("p", 0, 2700, 2700) != draws.stay_s("p", 1, 2700, 2700)).any()
    # More who stay away are those and others.
    worse = Draws(SimulationSettings(no_show_share=0.4), WEEK, count=100)
    assert not (worse.comes("p", 0) & ~draws.comes("p", 0)).any()
