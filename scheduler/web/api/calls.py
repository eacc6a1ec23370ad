"""The application that answers programs: how it reads what is sent, and how it describes itself (OpenAPI 3.1)."""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from copy import deepcopy
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.parser import Parser

from scheduler.base.errors import InputProblem
from scheduler.base.i18n import _
from scheduler.base.version import __version__
from scheduler.model import rosterfile
from scheduler.web.api.shapes import Problem
from scheduler.web.problems import TYPE, RefusedError, problem, refused
from scheduler.web.rights import CALLS

_REF = "#/components/schemas/"
#: What any call may be answered with besides, and what only those that are sent something.
_ALWAYS = (400, 401, 403, 404, 405, 422, 503)
_SENT = (413, 415)
_MATCHED = (412, 428)
#: Statuses of what has an address of its own now.
_MADE = (201, 202)
_READING = ("get",)
_NEEDED_FOR = {
    "If-Match": "The ETag of what was seen; where anything has been done since, the answer is 412.",
    "Idempotency-Key": "The caller's own, up to 200 letters; what comes again within seven days is done once.",
}
_NEEDED = _NEEDED_FOR.keys()
_ETAG = {"ETag": {"description": "What to send as If-Match.", "schema": {"type": "string"}}}
_LOCATION = {"Location": {"description": "Where it is.", "schema": {"type": "string"}}}


class _Reading(Parser):
    """JSON in UTF-8, in which every text can be kept."""

    def parse_body(self, request: HttpRequest) -> Any:
        found = json.loads(request.body.decode(), parse_constant=_no_number)
        if "\\u0000" in json.dumps(found):
            raise ValueError("no text has a NUL in it")
        json.dumps(found, ensure_ascii=False).encode()  # half a surrogate is no text
        return found


def _no_number(text: str) -> Any:
    raise ValueError(text)


class _Api(NinjaAPI):
    """Django Ninja's, but for what its description does not know of."""

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**kwargs)
        _describe(schema, dict(_operations(self)))
        return schema

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__


api = _Api(
    title="Rådgiver på hjul",
    version=__version__,
    description=(
        "Weeks, editions, the log, the tables, and what changes cost. Times are ISO 8601 with their offset, units are "
        "in names, and errors are application/problem+json. First steps are in docs/api.md."
    ),
    urls_namespace="api",
    docs_url=None,
    parser=_Reading(),
    servers=[],
)


def see(*, tag: bool = False, more: dict[int, str] | None = None, **extra: Any) -> dict[str, Any]:
    """Return what a description says of a call besides: that its answer has an ETag, and further statuses."""
    return {"x-etag": tag, "x-more": more or {}, **extra}


# --- Reading ------------------------------------------------------------------------------------------


def _known_only(call: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse what stands behind the question mark and is not known: a misspelt name would be passed over."""

    @wraps(call)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        match = request.resolver_match
        key = f"{request.method} {match.url_name}" if match else ""
        known = _queries().get(key, frozenset())
        wrong = {name: _("there is no such parameter") for name in sorted(request.GET.keys() - known)}
        wrong |= {
            name: _("it is there more than once") for name, each in request.GET.lists() if len(each) > 1
        }
        if wrong:
            found = [InputProblem(reason, column=name[:100]) for name, reason in wrong.items()]
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, found[:20])
        if "\0" in request.path_info or any("\0" in each for each in request.GET.values()):
            return problem(HTTPStatus.BAD_REQUEST, [InputProblem(_("What was sent could not be read."))])
        return call(request, *args, **kwargs)

    return answered


api.add_decorator(_known_only, mode="view")
_known: dict[str, frozenset[str]] = {}


def _queries() -> dict[str, frozenset[str]]:
    if not _known:
        for methods in api.get_openapi_schema()["paths"].values():
            for method, each in methods.items():
                names = {one["name"] for one in each["parameters"] if one["in"] == "query"}
                _known[f"{method.upper()} {each['x-name']}"] = frozenset(names)
    return _known


@api.exception_handler(RefusedError)
def _refusal(request: HttpRequest, error: Any) -> HttpResponse:
    return refused(error)


@api.exception_handler(Http404)
def _nothing(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(HTTPStatus.NOT_FOUND, [InputProblem(_("There is nothing at this address."))])


@api.exception_handler(HttpError)
def _unread(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(error.status_code, [InputProblem(_("What was sent could not be read."))])


@api.exception_handler(RequestDataTooBig)
def _too_big(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, [InputProblem(_("More was sent than is read."))])


@api.exception_handler(ValidationError)
def _wrong(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        [
            InputProblem(each["msg"], column=".".join(map(str, each["loc"][_skipped(each["loc"]) :]))[:200])
            for each in error.errors[:50]
        ],
    )


def _skipped(where: Sequence[object]) -> int:
    """Return how much of a place is ours: where it was sent, and of what is sent whole the name that it has here."""
    return 2 if where[0] == "body" else 1


# --- Describing ---------------------------------------------------------------------------------------


def _operations(of: NinjaAPI) -> Iterator[tuple[str, str]]:
    """Yield the name of each address of the API by the operation ids of its calls."""
    for router in of._get_bound_routers():  # noqa: SLF001 - nothing else has them
        for view in router.path_operations.values():
            for operation in view.operations:
                yield operation.operation_id or of.get_openapi_operation_id(operation), view.url_name or ""


def _describe(schema: OpenAPISchema, names: dict[str, str]) -> None:
    """Add to a description what all calls have in common, and what a roster is."""
    schemas = schema["components"]["schemas"]
    schemas |= _roster_schemas()
    problem_schema = Problem.model_json_schema(ref_template=f"{_REF}{{model}}", mode="serialization")
    schemas |= problem_schema.pop("$defs")
    schemas["Problem"] = problem_schema
    schema["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"},
        "cookie": {"type": "apiKey", "in": "cookie", "name": "hjul"},
    }
    for methods in schema["paths"].values():
        for method, each in methods.items():
            _describe_call(method, each, names[each["operationId"]])


def _describe_call(method: str, each: dict[str, Any], name: str) -> None:
    each["x-name"] = name
    has_tag, more = each.pop("x-etag", False), each.pop("x-more", {})
    call = CALLS[f"{method.upper()} {name}"]
    each["security"] = [{"token": []}, *([{"cookie": []}] if method in _READING else [])]
    roles = ", ".join(sorted(role.value for role in call.roles))
    each["description"] = (
        f"{each.get('description', '')}\n\nRoles: {roles}. A token's scope: {call.scope.value}.".strip()
    )
    headers = {one["name"]: one for one in each["parameters"] if one["in"] == "header"}
    for header in _NEEDED & headers.keys():
        headers[header] |= {
            "required": True,
            "schema": {"type": "string"},
            "description": _NEEDED_FOR[header],
        }
    for status, answer in each["responses"].items():
        _describe_answer(answer, int(status), has_tag=has_tag)
    if has_tag and method in _READING:
        each["responses"][304] = {"description": HTTPStatus(304).phrase}
    for status in sorted({*_ALWAYS, *more, *_refusals(each, headers)}):
        each["responses"][status] = {
            "description": more.get(status) or HTTPStatus(status).phrase,
            "content": {TYPE: {"schema": {"$ref": f"{_REF}Problem"}}},
        }


def _refusals(each: dict[str, Any], headers: Collection[str]) -> Iterator[int]:
    """Yield the statuses that what a call is sent and made on may be answered with."""
    if "requestBody" in each:
        yield from _SENT
    if "If-Match" in headers:
        yield from _MATCHED
    if "Idempotency-Key" in headers:
        yield HTTPStatus.CONFLICT


def _describe_answer(answer: dict[str, Any], status: int, *, has_tag: bool) -> None:
    headers = {**(_ETAG if has_tag else {}), **(_LOCATION if status in _MADE else {})}
    if headers:
        answer["headers"] = deepcopy(headers)
    if not answer.get("content"):
        answer.pop("content", None)


def _roster_schemas() -> dict[str, Any]:
    """Return what roster.json is made of, as parts of the description."""
    text = json.dumps(rosterfile.json_schema()).replace("#/$defs/", f"{_REF}Roster.")
    found = json.loads(text)
    parts = found.pop("$defs")
    found.pop("$schema")
    return {"Roster": found, **{f"Roster.{name}": part for name, part in parts.items()}}


def roster_part(name: str = "") -> dict[str, Any]:
    """Return what a description says of a call that is answered with a roster, or with a list of a part of it."""
    schema: dict[str, Any] = {"$ref": f"{_REF}Roster"}
    if name:
        schema = {"type": "array", "items": {"$ref": f"{_REF}Roster.{name}"}}
    return {"responses": {200: {"description": "OK", "content": {"application/json": {"schema": schema}}}}}
