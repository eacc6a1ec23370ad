"""The documentation of the API, as a page of the app: made from its own description, without a script."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from scheduler.web.api.whole import api
from scheduler.web.pages import page

_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class _Call:
    """A call as it is documented."""

    method: str
    path: str
    name: str
    summary: str
    description: str
    parameters: list[tuple[str, str, str, bool]]
    body: list[tuple[str, str]]
    answers: list[tuple[int, str, list[tuple[str, str]]]]


@require_GET
def docs(request: HttpRequest) -> HttpResponse:
    """Show all calls, what they are sent and what they answer."""
    schema = api.get_openapi_schema()
    areas: dict[str, list[_Call]] = {}
    for path, methods in schema["paths"].items():
        for method, each in methods.items():
            areas.setdefault(each["tags"][0], []).append(_call(schema, method, path, each))
    return page(request, "api_docs.html", areas=areas, where=request.build_absolute_uri("/api/v1"))


def _call(schema: Mapping[str, Any], method: str, path: str, each: Mapping[str, Any]) -> _Call:
    sent = each.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return _Call(
        method=method.upper(),
        path=path,
        name=each["operationId"],
        summary=each["summary"],
        description=each["description"],
        parameters=[
            (one["name"], one["in"], _kind(schema, one["schema"]), bool(one["required"]))
            for one in each["parameters"]
        ],
        body=list(_fields(schema, sent)),
        answers=[
            (int(status), answer["description"], list(_answer(schema, answer)) if int(status) < 300 else [])
            for status, answer in each["responses"].items()
        ],
    )


def _answer(schema: Mapping[str, Any], answer: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for each in answer.get("content", {}).values():
        yield from _fields(schema, each["schema"])


def _resolved(schema: Mapping[str, Any], part: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" in part:
        found: Mapping[str, Any] = schema["components"]["schemas"][part["$ref"].rsplit("/", 1)[-1]]
        return found
    return part


def _fields(
    schema: Mapping[str, Any], part: Mapping[str, Any], before: str = "", deep: int = 0
) -> Iterator[tuple[str, str]]:
    """Yield the fields of an object, those of what is in it among them, and what each is."""
    whole = _resolved(schema, part)
    if "items" in whole and not before:
        yield from _fields(schema, whole["items"], "[].", deep)
        return
    for name, one in whole.get("properties", {}).items():
        yield f"{before}{name}", _kind(schema, one)
        inner = _resolved(schema, one)
        if "items" in inner:
            inner = _resolved(schema, inner["items"])
            name = f"{name}[]"  # noqa: PLW2901 - how it is written
        if deep < _DEEPEST and "properties" in inner:
            yield from _fields(schema, inner, f"{before}{name}.", deep + 1)


def _kind(schema: Mapping[str, Any], part: Mapping[str, Any]) -> str:
    """Say what a field is."""
    if "anyOf" in part:
        return " | ".join(dict.fromkeys(_kind(schema, each) for each in part["anyOf"]))
    if "allOf" in part:
        return _kind(schema, part["allOf"][0])
    whole = _resolved(schema, part)
    if "enum" in whole:
        return " | ".join(f"“{each}”" for each in whole["enum"])
    if "const" in whole:
        return f"“{whole['const']}”"
    if whole.get("type") == "array":
        return f"[{_kind(schema, whole.get('items', {}))}]"
    return str(whole.get("format") or whole.get("type") or "…")
