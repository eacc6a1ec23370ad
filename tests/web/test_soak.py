"""Twenty clients, solves among their requests, and processes killed at random: nothing is lost or half there."""

from pathlib import Path

import pytest
from web.soak import Soak, left_wrong, world

from scheduler.store.address import URL_VARIABLE

#: Of requests, in each kind of store; ``make soak`` asks 5,000 times.
_SECONDS = 12.0


@pytest.mark.parametrize("kind", ["file", "server"])
def test_nothing_is_lost_or_half_there(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("server").new_database() if kind == "server" else ""
    if url:
        monkeypatch.setenv(URL_VARIABLE, url)
    with world(tmp_path, url) as served:
        seen = Soak(served, served.data, seed=len(kind)).run(seconds=_SECONDS)
        assert left_wrong(served.data, seen) == []
    assert sum(seen.kills.values()) >= 2
    assert len(seen.taps) >= 20
    assert seen.requests >= 100
