"""What programs are told when something is not done: `application/problem+json`, with one entry a problem."""

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from scheduler.base.errors import InputProblem, SchedulerError, ServiceError
from scheduler.base.i18n import _
from scheduler.inputs.schema import IN_STORE, Table, key
from scheduler.inputs.stored import SETTINGS
from scheduler.model.config import SETTINGS_FILE
from scheduler.store.events import ChangedSinceError
from scheduler.store.whose import NotTheirsError

TYPE = "application/problem+json"
_DANISH: Mapping[str, Table] = {table.danish: table for table in IN_STORE.values()}


class RefusedError(Exception):
    """A call that is not answered, and why, where it is no error of a service."""

    def __init__(self, status: int, reason: str, *, hint: str = "", column: str = "") -> None:
        super().__init__(reason)
        self.status = status
        self.problem = InputProblem(reason, column=column)
        self.hint = hint


def problem(status: int, problems: Iterable[InputProblem], hint: str = "") -> HttpResponse:
    """Return an answer that says what is wrong: table, row, column, reason and hint of each."""
    content = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "problems": [_entry(each, hint) for each in problems],
    }
    answer = HttpResponse(json.dumps(content, ensure_ascii=False), TYPE, status)
    answer["Cache-Control"] = "no-store"
    if status == HTTPStatus.UNAUTHORIZED:
        answer["WWW-Authenticate"] = "Bearer"
    return answer


def of(error: SchedulerError) -> HttpResponse:
    """Return the answer that tells of an error as the pages do."""
    return problem(status_of(error), error.problems, error.hint)


def status_of(error: SchedulerError) -> int:
    """Return the status of an answer that tells of an error."""
    if isinstance(error, ChangedSinceError):
        return HTTPStatus.PRECONDITION_FAILED
    if isinstance(error, NotTheirsError):
        return HTTPStatus.FORBIDDEN
    return (
        HTTPStatus.SERVICE_UNAVAILABLE if isinstance(error, ServiceError) else HTTPStatus.UNPROCESSABLE_ENTITY
    )


def refused(refusal: RefusedError) -> HttpResponse:
    """Return the answer of a refusal."""
    return problem(refusal.status, [refusal.problem], refusal.hint)


def as_problem(answer: HttpResponseBase) -> HttpResponseBase:
    """Return an answer as it is, but a page that says that something went wrong as a problem."""
    if answer.status_code < HTTPStatus.BAD_REQUEST or answer.get("Content-Type") == TYPE:
        return answer
    reasons = {
        HTTPStatus.FORBIDDEN: _("This did not come from a page of this app; nothing was changed."),
        HTTPStatus.NOT_FOUND: _("There is nothing at this address."),
        HTTPStatus.METHOD_NOT_ALLOWED: _("This cannot be done at this address."),
        HTTPStatus.INTERNAL_SERVER_ERROR: _("hjul has made a mistake; nothing was changed."),
    }
    reason = reasons.get(HTTPStatus(answer.status_code), _("What was sent could not be read."))
    told = problem(answer.status_code, [InputProblem(reason)])
    if "Allow" in answer:
        told["Allow"] = answer["Allow"]
    return told


def _entry(each: InputProblem, hint: str) -> dict[str, str | int | None]:
    """Return a problem with table and column by their names, whatever people call them."""
    table = IN_STORE.get(each.file) or _DANISH.get(each.file)
    column = table.by_heading.get(key(each.column)) if table else None
    return {
        "table": table.name if table else SETTINGS if each.file in _of_settings() else None,
        "row": each.row,
        "column": (column.name if column else each.column or _arguments().get(each.file)) or None,
        "reason": each.reason,
        "hint": hint or None,
    }


def _of_settings() -> tuple[str, ...]:
    return (SETTINGS, _("settings"), SETTINGS_FILE)


def _arguments() -> Mapping[str, str]:
    """Return the fields of calls by what services call the arguments that these become."""
    return {
        _("WHO"): "who",
        _("WHEN"): "when",
        _("ID"): "id",
        _("WHAT"): "id",
        "--to": "to",
        "--on": "date",
        "--consultant": "consultant_id",
    }
