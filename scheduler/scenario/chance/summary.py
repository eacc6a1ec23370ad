"""What a week comes to under chance, in a few figures."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a week comes to under chance.

    Attributes
    ----------
    draws
        How many times the week was drawn.
    planned_conversations
        In the roster.
    expected_held, standard_error
        Mean over the draws, and its own error.
    held_p05, held_p95
        Below the one and above the other lie at most 5 % of the draws each.
    lost_to_delay, lost_to_no_show, lost_to_illness
        Expected conversations lost, by cause; with `expected_held` they add up to those planned.
    lost_home_visits
        Expected home visits that are not made.
    chance_visit_within_0_min, chance_visit_within_5_min, chance_visit_within_15_min
        The chance that a visit or home visit begins no later than that after its booked time, as the mean
        over them; illness set aside.
    chance_week_within_15_min
        The chance that all of them do.
    chance_back_by_shift_end
        The chance that a round is back by the end of its shift, as the mean over rounds; illness set aside.
    """

    draws: int
    planned_conversations: int
    expected_held: float
    standard_error: float
    held_p05: int
    held_p95: int
    lost_to_delay: float
    lost_to_no_show: float
    lost_to_illness: float
    lost_home_visits: float
    chance_visit_within_0_min: float
    chance_visit_within_5_min: float
    chance_visit_within_15_min: float
    chance_week_within_15_min: float
    chance_back_by_shift_end: float
