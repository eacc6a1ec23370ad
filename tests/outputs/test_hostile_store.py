"""Text never runs: what is published from a store, its messages, and the report of what was held."""

import email
import email.policy
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from outputs import hostile
from outputs.browser import opened
from outputs.test_hostile_text import _FOREIGN
from playwright.sync_api import Browser

from scheduler.cli import run
from scheduler.model.clock import NOW_VARIABLE

#: All headers that a message may have; whatever else stands there came out of a text.
HEADERS = {
    "x-unsent", "to", "from", "subject", "date", "message-id", "auto-submitted", "mime-version", "content-type",
    "content-transfer-encoding", "content-disposition",
}  # fmt: skip


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("hostile-store")
    hostile.write_project(folder / "data", hostile.Texts())
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("HJUL_LANG", "en")
        patch.setenv(NOW_VARIABLE, "2009-05-08T08:00")
        for line in ("store init", "store import --yes", "plan 2009-W20", "publish 2009-W20 --yes"):
            assert run(line.split()) == 0
        patch.setenv(NOW_VARIABLE, "2009-05-15T16:00")
        for line in ("log 2009-W20 p1 --held 2 --yes", "backlog", "report", "journal 2009-W20"):
            assert run(line.split()) == 0
        yield folder / "out"


def test_nothing_runs_in_a_browser(out: Path, browser: Browser) -> None:
    pages = sorted(out.rglob("*.html"))
    assert {page.parent.name for page in pages} >= {"2009-W20", "maps"}
    assert any(page.parent.name.startswith("report") for page in pages)
    for file in pages:
        with opened(browser, file) as page:
            assert page.page.evaluate("window.ran") is None, file
            assert page.page.evaluate(_FOREIGN) == [], file
            assert [url for url in page.requests if not url.startswith("https://tiles.example/")] == [], file


def test_messages_have_no_header_but_their_own(out: Path) -> None:
    files = sorted(out.rglob("*.eml"))
    assert {file.name for file in files} >= {"p1.eml", "c1.eml"}
    for file in files:
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        for part in message.walk():
            assert {name.lower() for name in part.keys()} <= HEADERS, file  # noqa: SIM118 - a message is no mapping
        assert len(message["To"].addresses) == 1, file
        assert not message.defects, file


def test_zips_unpack_where_they_are_unpacked(out: Path) -> None:
    files = sorted(out.rglob("*.zip"))
    assert len(files) >= 3
    for file in files:
        with zipfile.ZipFile(file) as packed:
            for name in packed.namelist():
                assert not name.startswith("/"), file
                assert ".." not in Path(name).parts, file
                assert "\\" not in name, file
