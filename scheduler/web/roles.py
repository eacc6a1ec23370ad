"""What somebody is to the service."""

from enum import StrEnum


class Role(StrEnum):
    """A role; `rights` says what follows from it."""

    ADMINISTRATOR = "administrator"
    COORDINATOR = "coordinator"
    CONSULTANT = "consultant"
    PLANNER = "planner"
    READER = "reader"


class Scope(StrEnum):
    """What a token may be limited to, besides its role; `rights` says which calls ask for which."""

    READ = "read"
    LOG = "log"
    PLAN = "plan"
    CHANGE = "change"
    PUBLISH = "publish"
