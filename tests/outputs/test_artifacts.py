"""Files of a roster on demand: each alone, all together, in any order and language, the same bytes."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from threading import Barrier

import pytest
import samples
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.base.i18n import language, using
from scheduler.outputs import artifacts as module
from scheduler.outputs import names
from scheduler.outputs.artifacts import Artifacts
from scheduler.outputs.write import write


def _artifacts(lang: str) -> Artifacts:
    roster = samples.roster()
    return Artifacts(roster, samples.rides(roster), samples.background(), lang)


@cache
def _alone(lang: str) -> dict[str, bytes]:
    """Return each file as it is where it is the only one that is asked for."""
    return {name: _artifacts(lang)[name] for name in _artifacts(lang)}


NAMES = list(_artifacts("da"))
ORDERS = st.permutations(NAMES)
LANGUAGES = st.sampled_from(["da", "en"])


@pytest.mark.parametrize("lang", ["da", "en"])
def test_they_are_what_is_written(lang: str, tmp_path: Path) -> None:
    files = write(_artifacts(lang), tmp_path)
    assert [file.relative_to(tmp_path).as_posix() for file in files] == NAMES
    assert {name: (tmp_path / name).read_bytes() for name in NAMES} == _alone(lang)


@given(order=ORDERS, lang=LANGUAGES, around=LANGUAGES)
@settings(max_examples=12, deadline=None)
def test_the_order_and_the_language_around_do_not_matter(
    order: Sequence[str], lang: str, around: str
) -> None:
    made = _artifacts(lang)
    with using(around):
        assert {name: made[name] for name in [*order, order[0]]} == _alone(lang)
        assert language() == around


@given(orders=st.tuples(ORDERS, ORDERS))
@settings(max_examples=6, deadline=None)
def test_two_threads_at_once_make_two_languages(orders: tuple[Sequence[str], Sequence[str]]) -> None:
    start = Barrier(2)

    def made(lang: str, order: Sequence[str]) -> dict[str, bytes]:
        artifacts = _artifacts(lang)
        start.wait()
        return {name: artifacts[name] for name in order}

    with ThreadPoolExecutor(2) as threads:
        for lang, files in zip(("da", "en"), threads.map(made, ("da", "en"), orders), strict=True):
            assert files == _alone(lang)


def test_threads_share_artifacts() -> None:
    artifacts, start = _artifacts("en"), Barrier(2)

    def made(order: Sequence[str]) -> dict[str, bytes]:
        start.wait()
        return {name: artifacts[name] for name in order}

    with ThreadPoolExecutor(2) as threads:
        for files in threads.map(made, (NAMES, NAMES[::-1])):
            assert files == _alone("en")


def test_languages_differ_where_there_are_words() -> None:
    same = {name for name in NAMES if _alone("da")[name] == _alone("en")[name]}
    assert same == {names.ROSTER}


def test_only_asking_for_a_file_makes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    makers = [
        name
        for name, value in vars(Artifacts).items()
        if name[0] == "_" != name[1] and callable(value) and name != "_again"
    ]
    for maker in makers:
        monkeypatch.setattr(Artifacts, maker, lambda *_arguments: pytest.fail("a file was made"))
    monkeypatch.setattr(module, "public", lambda _roster: pytest.fail("the roster was looked at"))
    artifacts = _artifacts("da")
    assert len(makers) == 9
    assert len(artifacts) == len(NAMES) == len(list(artifacts)) == len(artifacts.keys())
    assert names.INDEX in artifacts
    assert "maps/other.html" not in artifacts
    with pytest.raises(pytest.fail.Exception, match="a file was made"):
        artifacts[names.INDEX]
    with pytest.raises(KeyError):
        artifacts["../roster.json"]


def test_a_language_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="language 'de'"):
        _artifacts("de")[names.INDEX]


def test_with_editions_before_there_are_calendars_of_what_changed_and_of_who_left() -> None:
    before = samples.roster().replace(edition=1)
    roster = before.replace(edition=2, consultants=before.consultants[:1], rounds=before.rounds[:1])
    rides = samples.rides(before)
    made = Artifacts(roster, rides, samples.background(), "da", earlier=[before])
    calendars = [name for name in made if name.endswith(".ics")]
    assert calendars == ["r1.ics", "r2.ics", "r1.changes.ics", "r2.changes.ics"]
    assert made["r2.ics"].count(b"STATUS:CANCELLED") == made["r2.ics"].count(b"BEGIN:VEVENT") > 0
    assert made["r1.changes.ics"].count(b"BEGIN:VEVENT") < made["r1.ics"].count(b"BEGIN:VEVENT")
