"""The report: one page that shows everything, asks nobody, and takes texts for texts."""

import datetime as dt
import math
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from outputs.browser import DESK, PHONE, Opened, opened, pdf_pages
from outputs.plot_samples import HOSTILE, PLOTS
from playwright.sync_api import Browser

from scheduler.base import i18n
from scheduler.model.geo import Background, Line
from scheduler.model.project import Place
from scheduler.outputs.plots import candidate_ranking
from scheduler.outputs.report import Section, report
from scheduler.outputs.scenariomap import ChangedPlace, scenario_map

A, B = (55.66, 12.54), (55.665, 12.55)
MARKUP = "</script><img src=x onerror=alert(1)>"
TABLE = pd.DataFrame(
    {
        "Scenarie": ["I dag", "Tre mere", "En"],
        "Samtaler": [1167, 1198, 42],
        "Kroner": [2542.4, 2144.06, math.nan],
        "Andel": [0.25, 0.5, 1],
        "Forskel": ["–", "+31 ±2", "−1.125 (−4 %)"],
        "Bevist": [True, False, True],
        "Uge": pd.to_datetime(["2009-05-11", "2009-05-12", "NaT"]),
        "Hvorfor": ["2 grunde til", "", None],
    }
)


def _map() -> str:
    new = ChangedPlace(Place(place_id="new", name=MARKUP, lat=55.664, lon=12.541), ("new",))
    bases = (Place(place_id="base", name="Jobcenter", lat=A[0], lon=A[1]),)
    background = Background(streets=(Line("residential", MARKUP, (A, B)),))
    return scenario_map([new], bases=bases, practices=(), background=background).alone()


@cache
def _report(text: str = "Tekst") -> str:
    """A report with everything in it, and `text` wherever a text can be."""
    sections = (
        Section(
            f"{text} tabel", f"{text} først\n\n{text} dernæst", table=TABLE.rename(columns={"Uge": text})
        ),
        Section(f"{text} plot", figure=PLOTS["scenario_differences"]()),
        Section(f"{text} et plot mere", figure=PLOTS["capacity_frontier"]()),
        Section(f"{text} kort", html=_map()),
        Section("Til sidst", html="<p id='piece'>stykke</p>"),
    )
    return report(
        f"{text} titel", f"{text} spørgsmål?", [f"{text} antagelse"], sections, notes=[f"{text} bemærkning"]
    )


class _Page(HTMLParser):
    """Collects elements, attributes and text of a page, and what stands in its frames."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._tag = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._tag = tag

    def handle_data(self, data: str) -> None:
        if self._tag != "style":
            self.text += data

    def all(self, attribute: str) -> list[str]:
        return [attrs[attribute] or "" for _tag, attrs in self.elements if attribute in attrs]


def _cells(html: str) -> list[list[str]]:
    (body,) = re.findall(r"<tbody>(.*?)</tbody>", html, re.DOTALL)
    return [
        re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    ]


def test_everything_stands_in_its_order() -> None:
    text = " ".join(_Page(_report()).text.split())
    order = [
        "titel",
        "spørgsmål?",
        "antagelse",
        "Tekst først",
        "Tekst dernæst",
        "Tre mere",
        "stykke",
        "bemærkning",
    ]
    places = [text.index(part) for part in order]
    assert places == sorted(places)


def test_numbers_are_written_as_people_here_write_them() -> None:
    with i18n.using("da"):
        rows = _cells(report("t", "", [], [Section("s", table=TABLE)]))
    assert rows == [
        ["I dag", "1.167", "2.542", "0,25", "–", "ja", "11. maj 2009", "2 grunde til"],
        ["Tre mere", "1.198", "2.144", "0,50", "+31 ±2", "nej", "12. maj 2009", ""],
        ["En", "42", "–", "1,00", "−1.125 (−4 %)", "ja", "–", "–"],
    ]


def test_columns_of_numbers_are_set_to_the_right() -> None:
    headings = re.findall(r'<th scope="col"( class="n")?>([^<]*)</th>', _report())
    assert [name for numeric, name in headings if numeric] == ["Samtaler", "Kroner", "Andel", "Forskel"]
    chances = pd.DataFrame(
        {
            "": ["a", "b"],
            "x": ["over 99,9 %", "3,1 %"],
            "y": ["Rum 2", "12 til 14"],
            "z": ["9 til 10", "ingen"],
        }
    )
    html = report("t", "", [], [Section("s", table=chances)])
    assert re.findall(r'class="n">([^<]+)<', html) == ["x", "over 99,9 %", "3,1 %"]
    ranges = report("t", "", [], [Section("s", table=pd.DataFrame({"": ["a"], "x": ["952 til 1.028"]}))])
    assert 'class="n">952 til 1.028<' in ranges


def test_cells_of_any_kind_can_be_written() -> None:
    table = pd.DataFrame(
        {
            "a": ["x", "y"],
            "b": [np.bool_(1), dt.date(2009, 5, 11)],
            "c": [dt.datetime(2009, 5, 11, 9, 5), pd.NaT],
            "d": [float("inf"), 12.34],
            "e": [None, pd.NA],
        }
    ).astype({"b": object, "c": object})
    assert _cells(report("t", "", [], [Section("s", table=table)])) == [
        ["x", "yes", "11 May 2009 9:05", "inf", "–"],
        ["y", "11 May 2009", "–", "12.3", "–"],
    ]


def test_an_empty_table_has_its_headings() -> None:
    html = report("t", "", [], [Section("s", table=TABLE.head(0))])
    assert "Samtaler" in html
    assert _cells(html) == []


def test_hostile_texts_are_shown_and_do_nothing() -> None:
    # Take away what differs: the same page, element for element, with other texts.
    plain, hostile = _Page(_report()), _Page(_report(MARKUP))
    assert [tag for tag, _attrs in hostile.elements] == [tag for tag, _attrs in plain.elements]
    assert [set(attrs) for _tag, attrs in hostile.elements] == [set(attrs) for _tag, attrs in plain.elements]
    assert MARKUP in hostile.text
    assert {tag for tag, _attrs in hostile.elements}.isdisjoint({"img", "script"})


def test_names_in_plots_are_texts() -> None:
    page = _Page(_report())
    assert HOSTILE in page.text
    assert page.text.count(HOSTILE.partition(" ")[2]) >= 4  # in title and label, in both widths


def test_plots_take_font_and_colours_from_the_page() -> None:
    html = _report()
    svgs = re.findall(r"<svg viewBox.*?</svg>", html, re.DOTALL)
    assert len(svgs) == 4
    for svg in svgs:
        assert "var(--ink)" in svg
        assert "font-family" not in svg
        assert not re.search(r"#1c2024|#ffffff|<style|<metadata|xlink", svg)


def test_ids_are_unique_and_references_lead_somewhere() -> None:
    html = _report()
    page = _Page(html)
    ids = page.all("id")
    assert len(ids) == len(set(ids))
    outside_frames = re.sub(r'srcdoc="[^"]*"', "", html)
    used = re.findall(r"url\(#([^)]+)\)", outside_frames)
    used += [link[1:] for link in page.all("href") if link.startswith("#")]
    used += page.all("aria-labelledby")
    assert used
    assert set(used) <= set(ids)


def test_a_figure_keeps_its_size() -> None:
    figure = PLOTS["road_to_goal"]()
    size = figure.get_size_inches().tolist()
    report("t", "", [], [Section("s", figure=figure)])
    assert figure.get_size_inches().tolist() == size


def test_the_same_report_is_the_same_page() -> None:
    assert _report.__wrapped__() == _report()


def test_no_script_may_run_but_those_of_maps() -> None:
    alone = report("t", "q", [], [Section("s", MARKUP)])
    assert "script-src" not in alone
    assert "default-src 'none'" in alone
    page = _report()
    (policy,) = [attrs["content"] or "" for _tag, attrs in _Page(page).elements if "http-equiv" in attrs]
    (frame,) = _Page(page).all("srcdoc")
    assert re.findall(r"'sha256-[^']+'", policy) == re.findall(r"'sha256-[^']+'", frame)


def test_links_of_a_map_open_outside_its_frame_and_its_script_is_not_touched() -> None:
    script = "var link = '<a href=\"https://example.org/\">x</a>';"
    html = f'<!DOCTYPE html><head></head><a href="https://example.org/">x</a><script>{script}</script>'
    (frame,) = _Page(report("t", "", [], [Section("s", html=html)])).all("srcdoc")
    assert '<a target="_blank" href="https://example.org/">x</a>' in frame
    assert script in frame


def test_contents_are_listed_where_there_is_much() -> None:
    assert "<nav" in _report()
    assert "<nav" not in report("t", "", [], [Section("a"), Section("b")])


def test_what_is_missing_leaves_nothing_behind() -> None:
    page = _Page(report("Titel", "", [], []))
    assert not {tag for tag, _attrs in page.elements} & {"section", "nav", "table", "figure", "iframe"}


def _plots_seen(page: Opened) -> set[str]:
    seen: list[str] = page.page.evaluate(
        "[...document.querySelectorAll('.plot > div')].filter(e => e.offsetWidth).map(e => e.className)"
    )
    return set(seen)


@pytest.mark.browser
def test_it_is_quiet_and_fits_on_a_screen_and_a_phone(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(_report(MARKUP), encoding="utf-8")
    for size, plots in ((DESK, {"wide"}), (PHONE, {"narrow"})):
        with opened(browser, file, size=size) as page:
            assert page.fits()
            assert _plots_seen(page) == plots
            assert page.small_targets() == []
            page.page.locator("iframe").scroll_into_view_if_needed()
            frame = page.page.frame_locator("iframe")
            frame.locator(".map.live").wait_for()
            assert frame.locator(".leaflet-marker-icon").count() == 2
            assert page.is_quiet()


@pytest.mark.browser
def test_without_scripts_the_map_is_there_all_the_same(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(_report(), encoding="utf-8")
    # So high that all of the page is in view: a frame that is not is not laid out.
    with opened(browser, file, script=False, size=(DESK[0], 8000)) as page:
        page.page.locator("iframe").scroll_into_view_if_needed()
        map_ = page.page.frame_locator("iframe").locator(".map-svg")
        map_.wait_for(state="attached")
        for _time in range(40):
            page.page.screenshot()  # a frame is not laid out before it is drawn
            if map_.is_visible():
                break
            page.page.wait_for_timeout(250)
        assert map_.is_visible()
        assert page.is_quiet()


@pytest.mark.browser
def test_it_prints(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(_report(), encoding="utf-8")
    with opened(browser, file, size=DESK) as page:
        assert 1 <= pdf_pages(page.page.pdf(prefer_css_page_size=True)) <= 4
        page.page.emulate_media(media="print")
        assert _plots_seen(page) == {"wide"}
        assert not page.page.locator("nav").is_visible()


@pytest.mark.browser
def test_a_plot_of_many_rows_is_printed_on_one_sheet(browser: Browser, tmp_path: Path) -> None:
    gains = pd.DataFrame({"name": ["word " * 40] * 20, "value_points": range(20), "net_conversations": 1})
    figure = candidate_ranking(gains, source="s", most=20)
    file = tmp_path / "report.html"
    file.write_text(report("t", "", [], [Section("s", figure=figure)]), encoding="utf-8")
    with opened(browser, file, size=DESK) as page:
        page.page.emulate_media(media="print")
        high: int = page.page.evaluate("document.querySelector('.plot .wide svg').clientHeight")
        assert 500 < high < (297 - 2 * 14) * 96 / 25.4
