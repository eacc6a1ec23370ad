"""Signing in elsewhere: with OpenID Connect, or with a proxy that names who has; and how often it may fail."""

import hashlib
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests
from joserfc.jwk import RSAKey
from requests.adapters import HTTPAdapter
from stores import set_clock
from web.provider import CLIENT, SECRET, Provider, providing
from web.serving import Person, Served, serving, text_of

from scheduler.base.errors import InputError
from scheduler.services import storing
from scheduler.web import server, settings

PROXY, STRANGER, GUESSER = "127.0.0.2", "127.0.0.4", "127.0.0.3"
HEADER = "X-Remote-User"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with providing() as running:
        yield running


@pytest.fixture(scope="module")
def app(template: Path, provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = Path(shutil.copytree(template, tmp_path_factory.mktemp("app") / "copy")) / "data"
    told = {
        "HJUL_PROXY": f"{PROXY}, 10.9.0.0/16",
        "HJUL_HEADER": HEADER,
        "HJUL_OIDC_ISSUER": provider.where,
        "HJUL_OIDC_CLIENT_ID": CLIENT,
        "HJUL_OIDC_CLIENT_SECRET": SECRET,
    }
    with serving(data, **told) as served:
        yield served


@pytest.fixture(autouse=True)
def in_order(provider: Provider) -> None:
    provider.name, provider.claims, provider.key, provider.is_down = "karen@kommune.example", {}, None, False


class _From(HTTPAdapter):
    """Requests from another address of this machine."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, source_address=(self._address, 0))


def _from(app: Served, address: str, **headers: str) -> Person:
    somebody = Person(app.where)
    somebody.session.mount("http://", _From(address))
    somebody.session.headers.update(headers)
    return somebody


def _added(app: Served, name: str, account: str, role: str = "coordinator") -> str:
    answer = app.root.post("/folk/", name=name, role=role, account=account)
    assert answer.status_code == 302, text_of(answer)
    return answer.headers["Location"]


def _back(somebody: Person) -> str:
    """Begin, sign in at the provider, and return where that sends the browser."""
    begun = somebody.get("/ind/med/konto")
    assert begun.status_code == 302, text_of(begun)
    sent = requests.get(begun.headers["Location"], allow_redirects=False, timeout=20)
    return sent.headers["Location"].removeprefix(somebody.where)


def test_people_who_were_added_sign_in_with_their_account(app: Served) -> None:
    page = _added(app, "Karen", " Karen@Kommune.Example ")
    karen = Person(app.where)
    assert "Sign in with your work account" in text_of(karen.get("/ind/"))
    path = _back(karen)
    before = dict(karen.session.cookies)
    answer = karen.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert karen.get("/uger/").status_code == 200
    assert (
        before["hjul"] != dict(karen.session.cookies)["hjul"]
    )  # a session that somebody planted serves nobody
    # The same answer once more, and in another browser, is none.
    assert karen.get(path).status_code == 401
    assert Person(app.where).get(_back(Person(app.where))).status_code == 401
    app.root.post(page, do="remove")
    assert karen.get("/uger/").status_code == 302
    again = Person(app.where)
    assert again.get(_back(again)).status_code == 403
    app.root.post(page, do="back")


def test_nobody_signs_themselves_up(app: Served, provider: Provider) -> None:
    _added(app, "Kim", "kim@kommune.example")
    for name in ("stranger@kommune.example", "", "\u212aim@kommune.example", "k\u0131m@kommune.example"):
        provider.name = name
        stranger = Person(app.where)
        answer = stranger.get(_back(stranger))
        assert answer.status_code == 403, name
        assert "Nobody here is known" in text_of(answer)
        assert stranger.get("/uger/").status_code == 302
    assert "stranger" not in text_of(app.root.get("/folk/"))
    taken = app.root.post("/folk/", name="Other", role="reader", account="KIM@kommune.example")
    assert "somebody else's" in text_of(taken)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another app"},
        {"exp": 1_000_000_000},
        {"nonce": "of another sign-in"},
        {"nonce": None},
    ],
    ids=lambda claims: next(iter(claims)),
)
def test_a_token_that_is_not_for_this_is_refused(
    app: Served, provider: Provider, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    somebody = Person(app.where)
    answer = somebody.get(_back(somebody))
    assert answer.status_code == 401
    assert "was not in order" in text_of(answer)
    assert somebody.get("/uger/").status_code == 302


def test_a_token_that_somebody_else_signed_is_refused(app: Served, provider: Provider) -> None:
    provider.key = RSAKey.generate_key(2048, {"kid": "one"})
    somebody = Person(app.where)
    assert somebody.get(_back(somebody)).status_code == 401
    provider.key = None
    forged = Person(app.where)
    path = _back(forged)
    assert forged.get(re.sub(r"state=[^&]+", "state=another", path)).status_code == 401
    assert forged.get("/ind/med/svar?error=access_denied&error_description=<script>").status_code == 401


def test_the_provider_changes_its_keys_and_may_be_away(app: Served, provider: Provider) -> None:
    _added(app, "Lone", "lone@kommune.example")
    provider.name = "lone@kommune.example"
    provider.own = RSAKey.generate_key(2048, {"kid": "one"})
    provider.own = RSAKey.import_key({**provider.own.as_dict(private=True), "kid": "two"})
    lone = Person(app.where)
    path = _back(lone)
    provider.is_down = True
    assert lone.get(path).status_code in (401, 503)


def test_the_named_proxy_says_who_it_is(app: Served) -> None:
    page = _added(app, "Hanne", "KOMMUNE\\hanne")
    hanne = _from(app, PROXY, **{HEADER: "kommune\\Hanne"})
    assert hanne.get("/uger/").status_code == 200
    assert "Hanne" in text_of(hanne.get("/uger/"))
    # Forms still need a page's secret, and what they do is hers.
    assert hanne.session.post(f"{app.where}/ud/", timeout=20).status_code == 403
    assert _from(app, PROXY).get("/uger/").status_code == 302
    assert _from(app, PROXY, **{HEADER: "nobody"}).get("/uger/").status_code == 302
    assert _from(app, PROXY, **{HEADER: ""}).get("/uger/").status_code == 302
    app.root.post(page, do="remove")
    assert hanne.get("/uger/").status_code == 302


def test_a_header_from_anywhere_else_is_nothing(app: Served) -> None:
    _added(app, "Hans", "hans")
    for somebody in (
        _from(app, STRANGER, **{HEADER: "hans"}),
        _from(app, STRANGER, **{HEADER: "hans", "X-Forwarded-For": PROXY, "X-Real-IP": PROXY}),
        _from(app, STRANGER, **{HEADER: "hans", "Forwarded": f"for={PROXY}"}),
        _from(app, PROXY, X_Remote_User="hans"),
    ):
        assert somebody.get("/uger/").status_code == 302
    assert _from(app, PROXY, **{HEADER: "hans"}).get("/uger/").status_code == 200


def test_who_guesses_must_wait(app: Served) -> None:
    """Counted by the address that the named proxy tells, so that others go on."""
    guesser = _from(app, GUESSER)
    page = _added(app, "Late", "")
    link = app.link(page).removeprefix(app.where)
    statuses = [guesser.get(f"/ind/guess-{n}").status_code for n in range(31)]
    assert statuses == [410] * 30 + [429]
    waits = guesser.get(link)
    assert waits.status_code == 429
    assert waits.headers["Retry-After"] == "600"
    assert guesser.get("/ind/med/konto").status_code == 429
    assert guesser.get("/ind/med/svar").status_code == 429
    assert Person(app.where).get(link).status_code == 200
    for n in range(31):
        _from(app, PROXY, **{"X-Forwarded-For": f"10.0.0.{n}, 192.0.2.1"}).get(f"/ind/guess-{n}")
    assert _from(app, PROXY, **{"X-Forwarded-For": "10.0.0.99, 192.0.2.1"}).get(link).status_code == 429
    assert _from(app, PROXY, **{"X-Forwarded-For": "192.0.2.1, 192.0.2.2"}).get(link).status_code == 200


def test_settings_are_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "HJUL_HEADER", "x-remote-user")
    with pytest.raises(InputError, match="HJUL_HEADER needs HJUL_PROXY"):
        server._proxies()
    monkeypatch.setenv("HJUL_PROXY", "the one in the cellar")
    with pytest.raises(InputError, match="HJUL_PROXY must have addresses"):
        server._proxies()
    monkeypatch.setenv("HJUL_PROXY", "10.0.0.1, fd00::/8")
    assert [str(each) for each in server._proxies()] == ["10.0.0.1/32", "fd00::/8"]
    monkeypatch.setattr(settings, "HJUL_OIDC", {**settings.HJUL_OIDC, "issuer": "https://x"})
    with pytest.raises(InputError, match="HJUL_OIDC_CLIENT_ID, HJUL_OIDC_CLIENT_SECRET"):
        server._require_whole_oidc()


def test_what_was_done_by_whom_and_when(app: Served) -> None:
    _added(app, "Listed", "")
    everything = text_of(app.root.get("/haendelser/"))
    assert "Listed may sign in" in everything
    assert "Listed may sign in" in text_of(app.root.get("/haendelser/?hvem=root&dag=2009-05-11"))
    for query in ("hvem=Karen", "dag=2009-05-10", "dag=2009-05-12", "uge=2009-W20"):
        assert "Listed may sign in" not in text_of(app.root.get(f"/haendelser/?{query}"))
    assert "published" in text_of(app.root.get("/haendelser/?uge=2009-W20"))
    for query in ("dag=yesterday", "dag=9999-12-31", "uge=9999-W99"):
        assert app.root.get(f"/haendelser/?{query}").status_code == 422, query


def test_a_backup_signs_nobody_in_and_keeps_who_may(
    app: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch)
    link = app.link(_added(app, "Kept", "kept@kommune.example"))
    secret = link.rpartition("/")[2]
    storing.back_up(app.data, tmp_path / "b.db")
    with closing(sqlite3.connect(tmp_path / "b.db")) as copy:
        names = {name for (name,) in copy.execute("SELECT name FROM hjul_web_user")}
        roles = copy.execute("SELECT COUNT(*) FROM hjul_web_grant").fetchone()[0]
        left = [
            copy.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]  # noqa: S608
            for table in ("django_session", "hjul_web_signinlink")
        ]
    assert {"root", "Kept"} <= names
    assert roles >= len(names)
    assert left == [0, 0]
    assert hashlib.sha256(secret.encode()).hexdigest().encode() not in (tmp_path / "b.db").read_bytes()
