"""A consultant's week in one file: whole, small, and without where homes are."""

import re
from html.parser import HTMLParser

import pytest
import samples

from scheduler.base import i18n
from scheduler.model.project import Practice
from scheduler.model.roster import Roster
from scheduler.outputs import names, weekfile
from scheduler.outputs.privacy import public


@pytest.fixture(scope="module")
def roster() -> Roster:
    return samples.roster()


def _file(
    roster: Roster, who: str = "r1", *, hostile: bool = False, practices: tuple[Practice, ...] = ()
) -> str:
    return weekfile.week_file(
        public(roster),
        who,
        samples.rides(roster, hostile=hostile),
        samples.background(hostile=hostile),
        practices=practices,
    )


def test_every_day_has_its_tab_its_map_and_its_list(roster: Roster) -> None:
    with i18n.using("da"):
        html = _file(roster)
    assert re.findall(r'<label for="day-(\d)"><span>(\w+)</span>', html) == [
        ("1", "Man"), ("2", "Tirs"), ("3", "Ons"), ("4", "Tors"), ("5", "Fre"),
    ]  # fmt: skip
    sections = re.findall(r'<section class="day" data-date="([\d-]+)".*?</section>', html, re.DOTALL)
    assert sections == [f"2009-05-{day}" for day in range(11, 16)]
    assert html.count('class="map-svg"') == 4
    for words in ("Praksis Vesterbrogade", "Telefontid", "Fælles kursusdag", "Uge 20", "Rådgiver 1"):
        assert words in html
    # It opens at the first day with a round.
    assert re.findall(r'id="day-(\d)" class="visually-hidden"( checked)?', html)[0] == ("1", " checked")
    assert html.count(" checked>") == 1


def test_it_opens_where_the_first_round_is(roster: Roster) -> None:
    html = _file(roster.replace(rounds=tuple(r for r in roster.rounds if r.date.day > 12)))
    assert re.findall(r'id="day-(\d)" class="visually-hidden" checked', html) == ["3"]


def test_a_week_without_rounds_is_told_too(roster: Roster) -> None:
    html = _file(roster.replace(rounds=()))
    assert html.count("No visits out today") == 4
    assert "<svg" not in html


def test_nothing_says_where_homes_are(roster: Roster) -> None:
    html = _file(roster)
    private = (samples.HOME_ADDRESS, samples.HOME_NAME, "55.66589", "12.54504")
    assert not [word for word in private if word in html]
    assert "Home visit" in html


def test_it_tells_telephones_and_doors(roster: Roster) -> None:
    practice = Practice(practice_id="sjaeloer", phone="33 00 00 01", note="Porten til højre")
    html = _file(roster, practices=(practice,))
    assert 'href="tel:33000001"' in html
    assert "Porten til højre" in html


def test_it_stays_small(roster: Roster, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _file(roster)
    assert len(whole.encode()) < 300_000
    monkeypatch.setattr(weekfile, "_MAPS", 20_000)
    plain = _file(roster)
    assert len(plain) < len(whole)
    # The streets that one finds one's way by are there still, and so is the ride.
    for kind, left in (("m-minor", False), ("m-major", True), ("m-middle", True), ("ride r1", True)):
        assert (f'class="{kind}' in plain) == left, kind
    assert 'class="m-minor' in whole


class _Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_hostile_texts_stay_texts() -> None:
    html = _file(samples.roster(hostile=True), hostile=True)
    tags = _Tags(html).tags
    assert not [tag for tag, _attrs in tags if tag in ("img", "link", "iframe")]
    assert [tag for tag, _attrs in tags].count("script") == 1
    assert not [name for _tag, attrs in tags for name in attrs if name.startswith(("on", "src"))]


def test_its_name_says_whose_and_which_week() -> None:
    assert names.week_file("anne", "2026-W50") == "anne-uge-50.html"
    assert names.week_file("r1", "2010-W01") == "r1-uge-1.html"
    assert names.is_output("anne-uge-50.html")
    for other in (
        "uge-50.html",
        "anne-uge-50.html.txt",
        "anne-uge-50.docx",
        "noter.html",
        "Min fil-uge-50.html",
    ):
        assert not names.is_output(other)
