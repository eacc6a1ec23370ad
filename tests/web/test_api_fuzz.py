"""What anybody may send to the API, by its own description, and what it answers: seeded, and more of it by `make api-fuzz`."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import positive_data_acceptance
from web.api import Program, program
from web.serving import Served

#: How many cases of each call, of what is right by its description and of what is not.
COUNT = int(os.environ.get("API_FUZZ_COUNT", "3"))
SEED = int(os.environ.get("API_FUZZ_SEED", "0"))
#: What there is, so that calls get further than to learn that there is nothing.
THERE = {
    "week": "2009-W20",
    "number": 1,
    "id": "P1",
    "practice_id": "P1",
    "table": "rooms",
}


@pytest.fixture
def coordinator(own: Served) -> Program:
    """Have a program that may do all that a coordinator may, in an app of its own."""
    return program(own.person("Karen", "coordinator"))


def test_nothing_that_is_sent_is_a_mistake_of_the_program(coordinator: Program) -> None:
    """No 500; statuses, types, headers and contents as described; and what is not as described is refused."""
    load_all_checks()
    described = schemathesis.openapi.from_url(
        f"{coordinator.where}/api/v1/openapi.json", headers=dict(coordinator.session.headers)
    )
    described.config.checks.update(
        included_check_names=None,
        excluded_check_names=["positive_data_acceptance", "ignored_auth", "unsupported_method"],
    )
    row = coordinator.get("/tables/rooms/rows").json()["items"][0]["row"]
    found = [
        f"{operation.label}: {failure}"
        for result in described.get_all_operations()
        for operation in [_right(result)]
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        for there in ((False, True) if mode == GenerationMode.POSITIVE else (False,))
        for failure in _failures(operation, mode, coordinator, there=THERE | {"row": row} if there else {})
    ]
    assert not found, "\n\n".join(found)


def _right(result: Any) -> Any:
    """Return an operation that is described in order."""
    return result.ok()


def _failures(
    operation: Any, mode: GenerationMode, caller: Program, *, there: Mapping[str, Any]
) -> Iterator[str]:
    """Call an operation with some cases, and yield what is wrong with the answers."""
    fixed: dict[str, Any] = {}
    names = {one.name for one in operation.path_parameters}
    if there:
        fixed["path_parameters"] = {name: value for name, value in there.items() if name in names}
        if not fixed["path_parameters"]:
            return
        tag = caller.get(f"/weeks/{THERE['week']}").headers["ETag"]
        if "If-Match" in {one.name for one in operation.headers}:
            fixed["headers"] = {"If-Match": tag}
    wrong: list[str] = []

    @seed(SEED)
    @settings(
        max_examples=COUNT,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode, **fixed))
    def each(case: Case[Any]) -> None:
        try:
            case.call_and_validate(
                headers=dict(caller.session.headers), excluded_checks=[positive_data_acceptance], timeout=60
            )
        except FailureGroup as failures:
            wrong.append("\n".join(str(one) for one in failures.exceptions) + f"\n{case.as_curl_command()}")

    each()
    yield from wrong
