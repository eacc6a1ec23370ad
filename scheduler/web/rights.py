"""Who may do what: the one place where each address of the app has its right.

An address that is not named here is nobody's: `middleware` refuses it, and a test walks all of them with every role.

Roles are held at job centres (bases), or at all of them. An address asks for its right at every job centre of the
project, unless it is one of `CUT`, whose views show and change of each job centre by itself. Whatever is written is
asked for once more where it is written, see `store/whose`.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from scheduler.web.roles import Role

ALL = frozenset(Role)
DESK = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})
LOOKING = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR, Role.PLANNER, Role.READER})
RIDING = frozenset({Role.CONSULTANT})
RUNNING = frozenset({Role.ADMINISTRATOR})

#: Addresses that need nobody signed in: there is a secret in them, or nothing to see.
OPEN = frozenset(
    {"sign-in", "sign-in-link", "openid", "openid-back", "accessibility", "calendar", "health", "style"}
)

#: The roles that may ask for an address, by its name in `urls`.
RIGHTS: dict[str, frozenset[Role]] = {
    "home": ALL,
    "sign-out": ALL,
    "language": ALL,
    # What holds, and how it is looked at.
    "weeks": LOOKING,
    "week": LOOKING,
    "edition": LOOKING,
    "progress": LOOKING,
    # The desk.
    "plan": DESK,
    "move": DESK,
    "job": DESK,
    "job-progress": DESK,
    "job-stop": DESK,
    "publish": DESK,
    "undo": DESK,
    "exceptions": DESK,
    "exception": DESK,
    "events": DESK,
    # A consultant's own.
    "mine": RIDING,
    "my-file": RIDING,
    "my-outcome": RIDING,
    "my-calendar": RIDING,
    # People and their devices.
    "people": RUNNING,
    "person": RUNNING,
}


#: Addresses that need no right at every job centre: their views cut what they show to where somebody has it, or show
#: what is somebody's own.
CUT = frozenset(
    {
        "home", "sign-out", "language",
        "weeks", "week", "edition",
        "move", "exceptions", "exception", "undo",
        "mine", "my-file", "my-outcome", "my-calendar",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """A role that somebody holds, and at which job centre; an empty id is all of them, also those to come."""

    role: str
    base_id: str = ""


def shows_homes(date: dt.date, today: dt.date) -> bool:
    """Tell whether a consultant is shown where the homes of a day are: on the day, and the day before."""
    return today <= date <= today + dt.timedelta(days=1)


def may(roles: str | Collection[str], name: str) -> bool:
    """Tell whether somebody with a role, or with several, may ask for an address at some job centre, by its name."""
    allowed = RIGHTS.get(name, frozenset())
    return name in OPEN or any(role in allowed for role in ((roles,) if isinstance(roles, str) else roles))


def bases(held: Iterable[Held], name: str) -> frozenset[str] | None:
    """Return the job centres at which somebody has the right to an address; None for all of them."""
    found = {each.base_id for each in held if may(each.role, name)}
    return None if "" in found else frozenset(found)
