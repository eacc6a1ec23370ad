import datetime as dt
import json
import re
from html.parser import HTMLParser
from typing import Any

import folium
import pytest
import samples

from scheduler.base import i18n
from scheduler.model.config import MapSettings
from scheduler.model.geo import Background
from scheduler.model.roster import Roster
from scheduler.outputs import maps, names
from scheduler.outputs.mapelements import Verbatim
from scheduler.outputs.privacy import public

PLAIN = MapSettings()


@pytest.fixture(scope="module")
def roster() -> Roster:
    return samples.roster()


class _Texts(HTMLParser):
    """Gathers what a reader sees, with the tags that hold it, and the attributes of all tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._within: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._within:
            while self._within.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not {"script", "style"} & set(self._within):
            self.words.append(" ".join(data.split()))

    @property
    def text(self) -> str:
        return " | ".join(self.words)


def _round_page(roster: Roster, index: int, *, hostile: bool = False) -> str:
    return maps.round_page(
        roster,
        roster.rounds[index],
        samples.rides(roster, hostile=hostile),
        samples.background(hostile=hostile),
        map_settings=PLAIN,
    )


def _week_page(roster: Roster) -> str:
    return maps.week_page(public(roster), samples.rides(roster), samples.background(), map_settings=PLAIN)


def test_the_page_sums_up_the_day(roster: Roster) -> None:
    html = _round_page(roster, 2)
    text = _Texts(html).text.replace("\N{NO-BREAK SPACE}", " ")
    assert (
        "<title>Tuesday\N{NO-BREAK SPACE}12\N{NO-BREAK SPACE}May\N{NO-BREAK SPACE}· Rådgiver 1</title>"
        in html
    )
    assert "Tuesday 12 May | Rådgiver 1 | from base" in text
    for fact in ("from base 8:46", "back 14:21", "9.0 km", "3 visits", "3 conversations"):
        assert fact in text


def test_the_list_follows_the_clock(roster: Roster) -> None:
    html = _round_page(roster, 2)
    times = [int(h) * 60 + int(m) for h, m in re.findall(r'class="time">(\d+):(\d+)<', html)]
    assert len(times) == 6
    assert "desk work until 13:08" in html
    assert times == sorted(times)
    text = _Texts(html).text
    order = ["Praksis Sjælør Boulevard", "Praksis Borgbjergsvej", "At base", "Lunch", "Home visit"]
    found = [text.index(word, text.index("9:00")) for word in order]
    assert found == sorted(found)


def test_the_consultant_finds_the_home(roster: Roster) -> None:
    html = _round_page(roster, 2)
    assert samples.HOME_ADDRESS in html
    # Directions lead to practices, never to a home or from one.
    links = [attrs["href"] or "" for tag, attrs in _Texts(html).tags if tag == "a" and "href" in attrs]
    assert not [link for link in links if "55.66589" in link or link.startswith("geo:")]
    assert [link for link in links if link.endswith("&route=55.66767,12.55661;55.65180,12.52737")]


def test_days_lead_to_each_other(roster: Roster) -> None:
    def days(index: int) -> list[tuple[str | None, str | None]]:
        tags = _Texts(_round_page(roster, index)).tags
        return [(attrs["rel"], attrs["href"]) for tag, attrs in tags if attrs.get("rel") in ("prev", "next")]

    assert days(0) == [("next", "2009-05-12-r1.html")]
    assert days(2) == [("prev", "2009-05-11-r1.html"), ("next", "2009-05-13-r1.html")]
    assert days(6) == [("prev", "2009-05-12-r2.html")]


def test_the_edition_stands_at_the_head(roster: Roster) -> None:
    issued = dt.datetime(2009, 5, 7, 12, 10, tzinfo=dt.UTC)
    published = roster.replace(edition=2, issued_at=issued)
    for index in (1, 2):
        with i18n.using("da"):
            text = _Texts(_round_page(published, index)).text.replace("\N{NO-BREAK SPACE}", " ")
        assert "Udgave 2, udsendt tors. 7. maj kl. 14.10" in text
        assert "Edition" not in _round_page(roster, index)


def test_turns_have_the_same_numbers_on_the_map_and_in_the_list(roster: Roster) -> None:
    html = _round_page(roster, 2)
    listed = re.findall(r"<li><b>(\d+)</b> ", html)
    # Once to unfold and once for paper.
    count = len(listed) // 2
    assert listed == [str(number) for number in range(1, count + 1)] * 2
    names = json.loads(re.search(r'"names":(\[.*?\]\])', html)[1])  # type: ignore[index]
    on_the_map = [name[0] for name in names if name[1] == "turn"]
    assert len(on_the_map) > count / 2
    assert set(on_the_map) <= set(listed)
    drawn = re.findall(r'class="turn".*?<text[^>]*>(\d+)<', html)
    assert drawn
    assert set(drawn) <= set(on_the_map)


def test_home_visits_are_not_on_the_week_map(roster: Roster) -> None:
    html = _week_page(roster)
    private = (samples.HOME_ADDRESS, samples.HOME_NAME, "55.66589", "5566589", "12.54504", "1254504")
    assert not any(word in html for word in private)
    # The round's rides end at the desk stop before the home visit: two to and from it are left out.
    tuesday = next(data for data in _week(html)["rounds"] if data["colour"] == 1 and data["dash"] == 0)
    assert len(tuesday["rides"]) == 3


def _week(html: str) -> dict[str, Any]:
    (text,) = re.findall(r"hjul\.week\(\w+, (\{.*?\})\);", html)
    found: dict[str, Any] = json.loads(text)
    return found


def _rides(html: str) -> list[dict[str, Any]]:
    return [json.loads(text) for text in re.findall(r"hjul\.rides\(\w+, (\{.*?\})\);", html)]


def test_the_week_lists_every_round(roster: Roster) -> None:
    html = _week_page(roster)
    links = {attrs["href"] for tag, attrs in _Texts(html).tags if tag == "a"}
    assert {names.round_map(r).removeprefix("maps/") for r in roster.rounds} <= links
    assert "../index.html" in links
    for letter, round_ in zip("ABCDEFG", roster.rounds, strict=True):
        assert f'"letter":"{letter}","name":"{i18n.day(round_.date)} \\u00b7 ' in html
        assert i18n.km(round_.ride_metres) in html


def test_rounds_differ_by_more_than_colour(roster: Roster) -> None:
    looks = [(data["colour"], data["dash"]) for data in _week(_week_page(roster))["rounds"]]
    assert len(looks) == len(set(map(str, looks))) == len(roster.rounds)


def test_folium_makes_the_maps(roster: Roster) -> None:
    rides, background = samples.rides(roster), samples.background()
    one = maps.round_map(roster, roster.rounds[3], rides, background)
    all_ = maps.week_map(public(roster), rides, background)
    assert isinstance(one, folium.Map)
    assert isinstance(all_, folium.Map)


@pytest.mark.parametrize("index", range(7))
def test_nothing_is_fetched(roster: Roster, index: int) -> None:
    for html in (_round_page(roster, index), _week_page(roster)):
        for tag, attrs in _Texts(html).tags:
            assert "src" not in attrs, tag
            assert tag != "link"
        styles = "".join(re.findall(r"<style>(.*?)</style>", html, re.DOTALL))
        assert not re.findall(r"url\((?!data:)", styles)
        assert "@import" not in styles
        assert "sourceMappingURL" not in html
        assert "user-scalable" not in html


def test_every_page_is_small(roster: Roster) -> None:
    assert max(len(_round_page(roster, i).encode()) for i in range(7)) < 400_000
    assert len(_week_page(roster).encode()) < 400_000


def test_same_roster_same_page(roster: Roster) -> None:
    assert _round_page(roster, 3) == _round_page(roster, 3)
    assert _week_page(roster) == _week_page(roster)


def test_what_a_map_has_written_is_no_template(roster: Roster) -> None:
    tiles = MapSettings(tile_url="https://tiles.example/{z}/{x}/{y}.png")
    map_ = maps.week_map(public(roster), samples.rides(roster), samples.background(), map_settings=tiles)
    map_.get_root().render()
    waiting: list[Any] = [map_]
    for element in waiting:
        waiting += element._children.values()
    # This one writes nothing but names of variables.
    others = {type(element).__name__ for element in waiting if not isinstance(element, Verbatim)}
    assert others == {"ElementAddToElement"}


def test_hostile_texts_stay_texts() -> None:
    roster = samples.roster(hostile=True)
    rides, background = samples.rides(roster, hostile=True), samples.background(hostile=True)
    pages = [_round_page(roster, i, hostile=True) for i in range(7)]
    pages.append(maps.week_page(public(roster), rides, background, map_settings=PLAIN))
    for html in pages:
        parsed = _Texts(html)
        assert not [tag for tag, _attrs in parsed.tags if tag == "img"]
        assert sum(tag == "script" for tag, _attrs in parsed.tags) == 1
        assert not [name for _tag, attrs in parsed.tags for name in attrs if name.startswith("on")]
        assert samples.MARKUP in parsed.text


@pytest.mark.parametrize("lang", ["da", "en"])
def test_the_language_is_set(roster: Roster, lang: str) -> None:
    with i18n.using(lang):
        assert f'<html lang="{lang}">' in _round_page(roster, 0)


def test_the_map_says_where_it_is_from(roster: Roster) -> None:
    html = _round_page(roster, 0)
    assert "Simplified map" in html
    assert "© OpenStreetMap contributors" in html
    real = maps.round_page(roster, roster.rounds[0], samples.rides(roster), Background(), map_settings=PLAIN)
    assert "Simplified map" not in real


def test_tiles_only_where_they_are_asked_for(roster: Roster) -> None:
    settings = MapSettings(
        tile_url="https://{s}.tiles.example/{z}/{x}/{y}.png",
        tile_attribution='&copy; <a href="https://tiles.example">Tiles</a><img src=x onerror=alert(1)>',
    )
    html = maps.round_page(
        roster, roster.rounds[0], samples.rides(roster), samples.background(), map_settings=settings
    )
    assert 'img-src data: https://*.tiles.example"' in html
    assert "L.tileLayer(" in html
    assert "onerror=alert" not in html
    assert '"attribution": "\\u00a9 Tiles"' in html
    assert "L.tileLayer(" not in _round_page(roster, 0)


def test_a_day_without_a_ride_has_a_page(roster: Roster) -> None:
    html = _round_page(roster, 1)
    text = _Texts(html).text
    assert "No visits out today" in text
    assert "Telefontid" in text
    assert "hjul.run" not in html
    assert '<svg class="map-svg"' not in html
    assert "km" not in text
    assert "No visits" not in _round_page(roster, 2)


def test_an_empty_week_has_a_map(roster: Roster) -> None:
    empty = roster.replace(rounds=())
    assert "0 rounds" in _Texts(_week_page(empty)).text
