"""The API: what programs read and change with tokens of limited right, and what they are told when they may not."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from stores import STREET
from web.api import Program, problems, program
from web.serving import Person, Served, text_of


@pytest.fixture(scope="module")
def programs(people: dict[str, Person]) -> dict[str, Program]:
    """Have a program for somebody of each role, that may do all that they may; `nobody` shows no token."""
    with_tokens = {role: program(somebody) for role, somebody in people.items() if role != "nobody"}
    return {"nobody": Program(people["nobody"].where), **with_tokens}


def test_reading(app: Served, programs: dict[str, Program]) -> None:
    desk, reader = programs["coordinator"], programs["reader"]
    me = desk.get("/me").json()
    assert (me["name"], me["role"], me["token"]) == ("Karen", "coordinator", "Excel")
    weeks = desk.get("/weeks").json()
    assert {"week": "2009-W21", "monday": "2009-05-18", "published": None, "draft": 1} in weeks["items"]
    assert {"week": "2009-W20", "monday": "2009-05-11", "published": 1, "draft": None} in weeks["items"]
    assert weeks["total"] == len(weeks["items"]) == 13
    assert [each["week"] for each in desk.get("/weeks?from=2009-W20&limit=1&offset=1").json()["items"]] == ["2009-W21"]
    assert {each["draft"] for each in reader.get("/weeks").json()["items"]} == {None}
    listed = desk.get("/weeks/2009-W21/editions").json()["items"]
    assert [(each["edition"], each["state"], each["issued_at"]) for each in listed] == [(1, "draft", None)]
    assert re.fullmatch(r"2009-05-1\dT07:40:00\+02:00", listed[0]["made_at"])
    assert reader.get("/weeks/2009-W21/editions").json()["total"] == 0
    assert reader.get("/weeks/2009-W21/editions/1").status_code == 404
    kept = reader.get("/weeks/2009-W20/editions/1")
    assert kept.json()["schema"] == 2
    assert kept.json()["edition"] == 1
    assert reader.get("/weeks/2009-W20/editions/1", **{"If-None-Match": kept.headers["ETag"]}).status_code == 304
    rides = desk.get("/travel-times?from_id=base").json()["items"]
    assert rides
    assert {each["from_id"] for each in rides} == {"base"}
