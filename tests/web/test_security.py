"""What attackers try on every page, and what keeps it from working; `docs/sikkerhed.md` names these tests."""

import ast
import base64
import hashlib
import http.client
import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import requests
from web.serving import Person, Served, text_of
from web.test_rights import addresses

ROOT = Path(__file__).parents[2]
_SETTINGS = """
import json
from scheduler.web import settings
names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_SAMESITE", "CSRF_COOKIE_HTTPONLY",
         "SECURE_HSTS_SECONDS", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS")
print(json.dumps({name: getattr(settings, name) for name in names}))
"""


def test_every_answer_forbids_what_is_not_the_apps_own(people: dict[str, Person]) -> None:
    """Whatever is answered, and also where it is refused: nothing from elsewhere, in no frame, of its own type."""
    for role in ("administrator", "consultant", "nobody"):
        for name, path in addresses().items():
            answer = people[role].get(path)
            policy = answer.headers["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in policy, name
            assert "base-uri 'none'" in policy, name
            assert "unsafe" not in policy.replace("style-src 'unsafe-inline'", ""), name
            assert answer.headers["X-Content-Type-Options"] == "nosniff", name
            assert answer.headers["X-Frame-Options"] == "DENY", name
            assert answer.headers["Referrer-Policy"] == "same-origin", name
            assert "server" not in {each.lower() for each in answer.headers}, name
            if "default-src" in policy:
                assert "default-src 'none'" in policy, name
            if "script-src" in policy:  # a page of the app
                assert "unsafe" not in policy, name
                text = _without_known_styles(answer.text, policy)
                assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son\w+=", text), name
            elif "default-src" not in policy:  # a file of an edition, which brings a policy in itself
                assert "default-src 'none'" in answer.text, name


def _without_known_styles(text: str, policy: str) -> str:
    """Leave out the style sheets that a policy names by what they hash to."""
    for sheet in re.findall(r"<style>(.*?)</style>", text, re.DOTALL):
        hashed = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
        if f"'sha256-{hashed}'" in policy:
            text = text.replace(f"<style>{sheet}</style>", "")
    return text


def test_behind_tls_cookies_go_over_nothing_else() -> None:
    surroundings = {"HJUL_TLS": "1", "HJUL_HOSTS": "hjul.kommune.example"}
    found = subprocess.run(
        (sys.executable, "-c", _SETTINGS),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=surroundings,
    )
    told = json.loads(found.stdout)
    assert told.pop("ALLOWED_HOSTS") == ["localhost", "127.0.0.1", "[::1]", "hjul.kommune.example"]
    assert told == {
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_HTTPONLY": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "CSRF_TRUSTED_ORIGINS": ["https://hjul.kommune.example"],
    }


@pytest.mark.parametrize(
    "where", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"]
)
def test_nobody_is_sent_elsewhere(app: Served, where: str) -> None:
    page = app.root.post("/folk/", name=f"Sent {where}", role="reader").headers["Location"]
    link = app.link(page).removeprefix(app.where)
    somebody = Person(app.where)
    assert "evil" not in somebody.session.get(f"{app.where}/ind/", params={"next": where}, timeout=60).text
    answer = somebody.post(f"{link}?next={where}", next=where)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    moved = requests.get(f"{app.where}//evil.example/%2e%2e", timeout=60, allow_redirects=False)
    assert moved.headers.get("Location", "/").startswith("/ind/?next=")


def test_a_link_ends(app: Served) -> None:
    page = app.root.post("/folk/", name="Too late", role="reader").headers["Location"]
    link = app.link(page).removeprefix(app.where)
    somebody = Person(app.where)
    form = somebody.get(link).text
    with closing(sqlite3.connect(app.data / "hjul.db", timeout=20)) as store, store:
        store.execute("UPDATE hjul_web_signinlink SET ends_at = '2001-01-01 00:00:00' WHERE used_at IS NULL")
    assert "Welcome, Too late" in form
    assert somebody.get(link).status_code == 410
    secret = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
    assert secret is not None
    sent = somebody.session.post(app.where + link, data={"csrfmiddlewaretoken": secret[1]}, timeout=60)
    assert sent.status_code == 410
    assert somebody.get("/uger/").status_code == 302


@pytest.mark.parametrize(
    "name",
    [
        "../../../../etc/passwd",
        "..%2f..%2f..%2fproject.toml",
        "%2e%2e/%2e%2e/hjul.db",
        "....//....//hjul.db",
        "/etc/passwd",
        "maps/../../hjul.key",
        "c1.ics%00.html",
        "..\\..\\hjul.key",
    ],
)
def test_no_address_leads_to_a_file(people: dict[str, Person], app: Served, name: str) -> None:
    for role, before in (
        ("administrator", "/uger/2009-W20/1/"),
        ("consultant", "/mig/2009-W20/"),
        ("nobody", "/fast/"),
        ("nobody", "/kalender/"),
    ):
        cookies = "; ".join(f"{each.name}={each.value}" for each in people[role].session.cookies)
        host, port = app.where.removeprefix("http://").split(":")
        with closing(http.client.HTTPConnection(host, int(port), timeout=60)) as raw:
            raw.request("GET", before + name.replace("\\", "%5c"), headers={"Cookie": cookies})
            answer = raw.getresponse()
            content = answer.read()
        assert answer.status in (302, 404), before
        assert b"root:" not in content
        assert b"SQLite" not in content


def test_what_is_sent_is_bounded(app: Served) -> None:
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', app.root.get("/folk/").text)
    assert token is not None
    for sent in (
        {"csrfmiddlewaretoken": token[1], "name": "x" * (6 * 2**20), "role": "reader"},
        {
            "csrfmiddlewaretoken": token[1],
            "name": "Many",
            "role": "reader",
            **{f"f{n}": "" for n in range(6000)},
        },
    ):
        answer = app.root.session.post(f"{app.where}/folk/", data=sent, timeout=60, allow_redirects=False)
        assert answer.status_code in (400, 413)
    assert "Many" not in text_of(app.root.get("/folk/"))


def test_no_secret_is_in_a_log_or_an_event(app: Served) -> None:
    page = app.root.post("/folk/", name="Discreet", role="consultant", consultant="c1").headers["Location"]
    link = app.link(page)
    somebody = Person(app.where)
    somebody.sign_in(link)
    somebody.post("/mig/kalender", page="/mig/")
    calendar = re.search(r"/kalender/([\w-]+)\.ics", somebody.get("/mig/").text)
    assert calendar is not None
    secrets = [
        link.rpartition("/")[2],
        calendar[1],
        str(dict(somebody.session.cookies)["hjul"]),
        (app.data / "hjul.key").read_text("ascii").strip(),
    ]
    (said,) = app.data.parent.glob("said-*.txt")
    told = said.read_text("utf-8") + app.root.get("/haendelser/").text + app.root.get(page).text
    assert "Discreet" in told
    for secret in secrets:
        assert len(secret) > 30
        assert secret not in told
    # Of links no more than a hash is in the store.
    assert secrets[0].encode() not in b"".join(file.read_bytes() for file in app.data.glob("hjul.db*"))


# --- The lists in docs/ ---------------------------------------------------------------------------------


def test_every_test_that_the_list_names_is_there() -> None:
    said = (ROOT / "docs" / "sikkerhed.md").read_text("utf-8")
    named = set(re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", said))
    assert len(named) > 25
    for file, name in named:
        tree = ast.parse((ROOT / file).read_text("utf-8"))
        assert name in {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}, (
            f"{file}::{name}"
        )
    for risk in range(1, 11):
        section = said.split(f"## A{risk:02d}")[1].split("\n## ")[0]
        assert re.search(r"`tests/[\w/]+\.py::test_\w+`", section), risk


def test_the_container_copies_what_there_is() -> None:
    lines = (ROOT / "Containerfile").read_text("utf-8").replace("\\\n", " ").splitlines()
    steps = [line.split() for line in lines if line and not line.startswith("#")]
    assert next(step[0] for step in steps) == "FROM"
    known = {"FROM", "WORKDIR", "COPY", "RUN", "USER", "ENV", "EXPOSE", "VOLUME", "ENTRYPOINT", "CMD"}
    assert {step[0] for step in steps} <= known
    copied = [
        name for step in steps if step[0] == "COPY" and "--from=build" not in step for name in step[1:-1]
    ]
    assert {"scheduler", "pyproject.toml", "requirements.lock"} <= {name.rstrip("/") for name in copied}
    for name in copied:
        assert (ROOT / name).exists(), name
    assert ["USER", "hjul"] in steps
    (command,) = (json.loads(" ".join(step[1:])) for step in steps if step[0] == "ENTRYPOINT")
    assert command[0] == "hjul"


def test_who_looks_after_data_protection_finds_each_paper() -> None:
    folder = ROOT / "docs" / "databeskyttelse"
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", (folder / "README.md").read_text("utf-8")))
    assert listed == {file.name for file in folder.glob("*.md")} - {"README.md"}
    assert "databeskyttelse/README.md" in (ROOT / "docs" / "drift.md").read_text("utf-8")


def test_every_page_leads_to_the_accessibility_statement(people: dict[str, Person]) -> None:
    for somebody in (people["nobody"], people["reader"]):
        page = somebody.get("/ind/").text
        found = re.search(r'<footer>.*<a href="([^"]+)"[^>]*>Accessibility</a>', page, re.DOTALL)
        assert found is not None
        statement = somebody.get(found[1])
        assert statement.status_code == 200
        assert "WCAG 2.2" in text_of(statement)
