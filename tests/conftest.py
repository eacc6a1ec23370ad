"""Fixtures for all tests: texts are English unless a test asks for Danish; the cache is the run's own.

The system that the tests run on has no language, so that the command line's is always the same.

With CI set in the environment nothing may be skipped: a skipped test fails there.
"""

import os
import signal
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, TypeVar

import nest as nests
import postgres
import pytest
from hypothesis import settings

from scheduler.base import i18n
from scheduler.model.clock import NOW_VARIABLE
from scheduler.store.address import URL_VARIABLE

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)
_NO_SKIPS = os.environ.get("CI", "").lower() in ("1", "true")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with i18n.using("en"):
        yield


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HJUL_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True, scope="session")
def no_system_language() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("HJUL_LANG", raising=False)
        patch.setenv("LC_ALL", "C.UTF-8")
        yield


@pytest.fixture(autouse=True, scope="session")
def no_store_nor_clock_of_ones_own() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(URL_VARIABLE, raising=False)
        patch.delenv(NOW_VARIABLE, raising=False)
        yield


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    """Have a PostgreSQL server for all tests of this process."""
    if postgres.programs() is None:
        pytest.skip("PostgreSQL is not installed (Debian and Ubuntu: sudo apt-get install postgresql)")
    with postgres.running() as running:
        yield running


@pytest.fixture(scope="session")
def nest() -> Iterator[nests.Nest]:
    """Have commands begin in a moment, see `nest`."""
    with nests.nest() as made:
        yield made


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Have one Chromium for all tests of pages."""
    from outputs.browser import chromium

    with chromium() as started:
        yield started


@pytest.fixture(params=["sqlite", "postgresql"])
def store_kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Have stores in a file, and then once more on a server, in an empty database."""
    kind = str(request.param)
    if kind == "postgresql":
        monkeypatch.setenv(URL_VARIABLE, request.getfixturevalue("server").new_database())
    return kind


def _fail_if_skipped(report: Report) -> Report:
    if _NO_SKIPS and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was skipped, which CI does not allow: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _fail_if_skipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _fail_if_skipped((yield))


# How long an example takes depends on what else the machine does; speed is measured in benchmarks/.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

# A shell has its background jobs ignore Ctrl-C, nohup has them ignore the terminal's end, and so would all that
# the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
