import errno
from pathlib import Path

import pytest

from scheduler.base.errors import InputError, ServiceError, told
from scheduler.base.files import BusyError, unwritable
from scheduler.base.limits import unreadable

FILE = Path("week.json")


def test_what_the_system_refuses_is_told_of_the_file() -> None:
    for say, words in ((unreadable, "cannot be read"), (unwritable, "cannot be written")):
        refused = PermissionError(errno.EACCES, "Permission denied", "elsewhere")
        with pytest.raises(ServiceError) as caught, told(say, FILE):
            raise refused
        (problem,) = caught.value.problems
        assert problem.reason == f"week.json {words}: permission denied"
        assert caught.value.__cause__ is refused


@pytest.mark.parametrize("error", [BusyError(FILE), InputError("wrong"), ServiceError("gone"), KeyError("x")])
def test_what_is_said_already_and_what_is_no_refusal_stays_as_it_is(error: Exception) -> None:
    with pytest.raises(type(error)) as caught, told(unwritable, FILE):
        raise error
    assert caught.value is error


def test_nothing_is_told_where_nothing_is_refused() -> None:
    with told(unreadable, FILE):
        done = True
    assert done
