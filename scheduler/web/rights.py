"""Who may do what: the one place where each address of the app has its right.

An address that is not named here is nobody's: `middleware` refuses it, and a test walks all of them with every role.
"""

import datetime as dt

from scheduler.web.roles import Role

ALL = frozenset(Role)
DESK = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})
LOOKING = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR, Role.PLANNER, Role.READER})
RIDING = frozenset({Role.CONSULTANT})
RUNNING = frozenset({Role.ADMINISTRATOR})

#: Addresses that need nobody signed in: there is a secret in them, or nothing to see.
OPEN = frozenset({"sign-in", "sign-in-link", "calendar", "health", "style", "board-style"})

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
    "board": DESK,
    "places": DESK,
    "about": DESK,
    "offer": DESK,
    "lock": DESK,
    "step-back": DESK,
    "news": DESK,
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


def shows_homes(date: dt.date, today: dt.date) -> bool:
    """Tell whether a consultant is shown where the homes of a day are: on the day, and the day before."""
    return today <= date <= today + dt.timedelta(days=1)


def may(role: str, name: str) -> bool:
    """Tell whether somebody with a role may ask for an address, by its name."""
    return name in OPEN or role in RIGHTS.get(name, ())
