"""What somebody is to the service."""

from enum import StrEnum


class Role(StrEnum):
    """A role; `rights` says what follows from it."""

    ADMINISTRATOR = "administrator"
    COORDINATOR = "coordinator"
    CONSULTANT = "consultant"
    PLANNER = "planner"
    READER = "reader"
