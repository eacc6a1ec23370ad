"""Programs that call the API, for tests."""

import re
from dataclasses import dataclass, field
from typing import Any

import requests
from web.serving import Person

_TOKEN = re.compile(r"hjul_[\w-]{40,}")
SCOPES = ("read", "log", "plan", "change", "publish")


@dataclass
class Program:
    """A program that shows a token, or none."""

    where: str
    token: str = ""
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.trust_env = False
        self.session.headers["Accept-Language"] = "en"
        if self.token:
            self.session.headers["Authorization"] = f"Bearer {self.token}"

    def call(
        self, method: str, path: str, sent: Any = None, *, tag: str = "", key: str = "", **headers: str
    ) -> requests.Response:
        if tag:
            headers["If-Match"] = tag
        if key:
            headers["Idempotency-Key"] = key
        where = f"{self.where}/api/v1{path}"
        return self.session.request(method, where, json=sent, headers=headers, timeout=120)

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.call("GET", path, **headers)


def program(
    somebody: Person, name: str = "Excel", role: str = "", scopes: tuple[str, ...] = SCOPES, days: int = 7
) -> Program:
    """Have somebody make a token, and return the program that shows it."""
    role = role or _role_of(somebody)
    made = somebody.post("/adgang/", name=name, role=role, scope=list(scopes), days=days)
    assert made.status_code == 200, made.text
    found = _TOKEN.search(made.text)
    assert found is not None, made.text
    return Program(somebody.where, found[0])


def _role_of(somebody: Person) -> str:
    found = re.search(r'<option value="(\w+)" selected>', somebody.get("/adgang/").text)
    assert found is not None
    return found[1]


def problems(answer: requests.Response) -> list[dict[str, Any]]:
    """Return what is wrong by an answer, which says it as it must."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    found = answer.json()
    assert found["status"] == answer.status_code
    assert found["problems"], found
    for each in found["problems"]:
        assert set(each) == {"table", "row", "column", "reason", "hint"}
    return list(found["problems"])
