"""What consultants tell by taps on the phone: counts and ids, and nothing about a citizen."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

#: What became of a visit; how late somebody is on a day; that somebody is out of a home again; that an edition was seen.
Kind = Literal["outcome", "delay", "out", "seen"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was tapped.

    Attributes
    ----------
    key
        What the phone calls it, and nothing else.
    consultant_id, week, kind
        Who tapped it, of which week, and what it says.
    about
        What it is about: a practice's or a home visit's id, a date, or an edition's number.
    value
        Counts by name; see `services.taps`.
    at
        When it was tapped, an aware local time.
    """

    key: str
    consultant_id: str
    week: str
    kind: Kind
    about: str
    value: Mapping[str, int]
    at: dt.datetime
