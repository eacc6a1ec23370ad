"""The app as people meet it: a process of its own on this machine, and people who sign in to it."""

import html
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from stores import NOW

from scheduler.model.clock import NOW_VARIABLE

_START_S = 60
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_LINK = re.compile(r"http://\S+/ind/[\w-]+")


@dataclass
class Person:
    """Somebody with a browser of their own: `get` and `post` as a page's links and forms do it."""

    where: str
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.trust_env = False
        self.session.headers["Accept-Language"] = "en"

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.where + path, timeout=60, allow_redirects=False)

    def post(self, path: str, *, page: str = "", **values: Any) -> requests.Response:
        """Send a form of the page at `page`, by default of the one at `path` itself."""
        token = _TOKEN.search(self.get(page or path).text)
        sent = {"csrfmiddlewaretoken": token[1] if token else "", **values}
        return self.session.post(self.where + path, data=sent, timeout=120, allow_redirects=False)

    def sign_in(self, link: str) -> None:
        assert link.startswith(self.where), link
        answer = self.post(link.removeprefix(self.where))
        assert answer.status_code == 302, text_of(answer)
        self.post("/sprog/", page="/undtagelser/", lang="en")


@dataclass
class Served:
    """An app that runs: where, its administrator, and its process."""

    where: str
    root: Person
    process: "subprocess.Popen[bytes]"
    data: Path

    def person(self, name: str, role: str, consultant: str = "", base: str = "") -> Person:
        """Add somebody, and sign them in on a device of their own."""
        added = self.root.post("/folk/", name=name, role=role, consultant=consultant, base=base)
        assert added.status_code == 302, text_of(added)
        somebody = Person(self.where)
        somebody.sign_in(self.link(added.headers["Location"]))
        return somebody

    def link(self, person: str) -> str:
        """Make a link that signs in the person with this page."""
        found = _LINK.search(html.unescape(self.root.post(person, do="link").text))
        assert found is not None
        return found[0]


def text_of(answer: requests.Response) -> str:
    """Return what people read of a page."""
    return " ".join(
        html.unescape(re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", answer.text, flags=re.DOTALL)).split()
    )


@contextmanager
def serving(data: Path, now: str = NOW, *, sign_in: str = "", **environment: str) -> Iterator[Served]:
    """Run the app for a project folder, and sign in its first user, or whom `sign_in` names."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = (
        sys.executable,
        "-m",
        "scheduler",
        "serve",
        "--data",
        data,
        "--out",
        data.parent / "out",
        "--sign-in",
        sign_in,
    )
    surroundings = {**os.environ, NOW_VARIABLE: now, "HJUL_USER": "root", "HJUL_LANG": "en", **environment}
    said = data.parent / f"said-{port}.txt"  # a pipe that nobody reads would hold the server up
    with (
        said.open("w", encoding="utf-8") as out,
        subprocess.Popen(
            (*map(str, command), "--bind", f"127.0.0.1:{port}"),
            stdout=out,
            stderr=subprocess.STDOUT,
            env=surroundings,
        ) as process,
    ):
        try:
            where = f"http://127.0.0.1:{port}"
            link = _printed(process, said)
            _wait(where, process)
            root = Person(where)
            root.sign_in(link)
            yield Served(where, root, process, data)
        finally:
            process.terminate()
            process.wait(30)


def _printed(process: "subprocess.Popen[bytes]", said: Path) -> str:
    """Wait for the link that the server prints."""
    end = time.monotonic() + _START_S
    while time.monotonic() < end and process.poll() is None:
        if found := _LINK.search(said.read_text(encoding="utf-8")):
            return found[0]
        time.sleep(0.05)
    raise AssertionError(said.read_text(encoding="utf-8"))


def _wait(where: str, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + _START_S
    while time.monotonic() < end:
        assert process.poll() is None
        try:
            if requests.get(f"{where}/helbred", timeout=5).text == "ok":
                return
        except (requests.ConnectionError, requests.Timeout):  # the machine may be busy
            time.sleep(0.1)
    raise AssertionError(where)
