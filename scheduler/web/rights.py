"""Who may do what: the one place where each address of the app has its right.

An address that is not named here is nobody's: `middleware` refuses it, and a test walks all of them with every role.

Roles are held at job centres (bases), or at all of them. An address asks for its right at every job centre of the
project, unless it is one of `CUT`, whose views show and change of each job centre by itself. Whatever is written is
asked for once more where it is written, see `store/whose`.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from scheduler.web.roles import Role, Scope

ALL = frozenset(Role)
DESK = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})
LOOKING = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR, Role.PLANNER, Role.READER})
PLANNING = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR, Role.PLANNER})
RIDING = frozenset({Role.CONSULTANT})
RUNNING = frozenset({Role.ADMINISTRATOR})

#: Addresses that need nobody signed in: there is a secret in them, or nothing to see.
OPEN = frozenset(
    {
        "sign-in",
        "sign-in-link",
        "openid",
        "openid-back",
        "accessibility",
        "calendar",
        "health",
        "style",
        "map-style",
        "board-style",
        "worker",
        "manifest",
        "practice-page",
        "practice-poster",
    }
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
    # The tables; planners and readers see none that is about homes, and no telephone.
    "tables": LOOKING,
    "table": LOOKING,
    "table-paste": DESK,
    "table-history": DESK,
    "tables-upload": DESK,
    "tables-take": DESK,
    "tables-download": DESK,
    "begin": DESK,
    "practice": DESK,
    "consultant": DESK,
    # What if: looked at by whoever looks, written and asked by whoever plans.
    **dict.fromkeys(
        (
            "scenarios",
            "scenario",
            "scenario-file",
            "scenario-map",
            "candidates",
            "trial",
            "trial-progress",
            "trial-report",
            "trial-tables",
            "trial-file",
        ),
        LOOKING,
    ),
    **dict.fromkeys(
        (
            "scenario-new",
            "scenario-upload",
            "scenario-change",
            "candidates-change",
            "trial-new",
            "trial-stop",
        ),
        PLANNING,
    ),
    "replies": DESK,
    "reply": DESK,
    "practice-links": DESK,
    "leave": DESK,
    # A consultant's own.
    "mine": RIDING,
    "my-file": RIDING,
    "my-tap": RIDING,
    "my-absence": RIDING,
    "my-calendar": RIDING,
    # People and their devices.
    "people": RUNNING,
    "person": RUNNING,
    # Programs: their tokens, and what they read on. Their calls have rights of their own, below.
    "access": ALL,
    "api:openapi-json": ALL,
    "api-docs": ALL,
}


class Call(NamedTuple):
    """The right to a call of the API: the roles that have it, and what a token must be good for besides."""

    roles: frozenset[Role]
    scope: Scope


#: The rights to the calls of the API, by method and name in its addresses; a call that is not named here is nobody's.
CALLS: Mapping[str, Call] = {
    "GET me": Call(ALL, Scope.READ),
    "GET my-rounds": Call(RIDING, Scope.READ),
    # What holds; drafts, and who did what, are shown to the desk alone.
    "GET weeks": Call(LOOKING, Scope.READ),
    "GET week": Call(LOOKING, Scope.READ),
    "GET editions": Call(LOOKING, Scope.READ),
    "GET edition": Call(LOOKING, Scope.READ),
    "GET travel-times": Call(LOOKING, Scope.READ),
    # What became of visits: of their own by consultants, too.
    "GET log": Call(DESK, Scope.READ),
    "POST log": Call(DESK | RIDING, Scope.LOG),
    "POST log-apart": Call(DESK | RIDING, Scope.LOG),
    "GET backlog": Call(DESK, Scope.READ),
    # The desk.
    "GET publication": Call(DESK, Scope.READ),
    "POST publication": Call(DESK, Scope.PUBLISH),
    "GET locks": Call(DESK, Scope.READ),
    "POST locks": Call(DESK, Scope.PLAN),
    "DELETE locks": Call(DESK, Scope.PLAN),
    "GET places": Call(DESK, Scope.READ),
    "POST moves": Call(DESK, Scope.READ),
    "GET offers": Call(DESK, Scope.READ),
    "POST exceptions-looked-at": Call(DESK, Scope.READ),
    "POST exceptions": Call(DESK, Scope.CHANGE),
    "GET tables": Call(DESK, Scope.READ),
    "GET rows": Call(DESK, Scope.READ),
    "POST rows": Call(DESK, Scope.CHANGE),
    "GET row": Call(DESK, Scope.READ),
    "PATCH row": Call(DESK, Scope.CHANGE),
    "DELETE row": Call(DESK, Scope.CHANGE),
    "GET jobs": Call(DESK, Scope.READ),
    "POST jobs": Call(DESK, Scope.PLAN),
    "GET job": Call(DESK, Scope.READ),
    "DELETE job": Call(DESK, Scope.PLAN),
    "GET job-events": Call(DESK, Scope.READ),
}

#: Calls that show and change what is somebody's own; all others ask for their right at every job centre.
OWN_CALLS = frozenset({"GET me", "GET my-rounds", "POST exceptions-looked-at", "POST exceptions"})


#: Addresses that need no right at every job centre: their views cut what they show to where somebody has it, or show
#: what is somebody's own.
CUT = frozenset(
    {
        "home", "sign-out", "language",
        "weeks", "week", "edition",
        "move", "exceptions", "exception", "undo", "leave",
        "mine", "my-file", "my-tap", "my-absence", "my-calendar",
        "access", "api-docs", "api:openapi-json",
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


def below(roles: Collection[str]) -> tuple[Role, ...]:
    """Return the roles that may do nothing that one of `roles` may not: those that tokens of who has these can have."""
    allowed = (*RIGHTS.values(), *(call.roles for call in CALLS.values()))
    return tuple(
        each
        for each in Role
        if each in roles
        or (each not in RIDING and any(all(one in may for may in allowed if each in may) for one in roles))
    )
