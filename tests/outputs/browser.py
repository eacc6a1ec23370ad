"""Pages opened as people open them: from a file, in headless Chromium, with the network cut."""

import os
import re
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Dialog, Page, Route, sync_playwright

PHONE = (390, 844)
SMALL = (320, 640)
DESK = (1440, 900)


@dataclass
class Opened:
    """A page that is open, and what it did: messages, errors, and requests besides its own file."""

    page: Page
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def is_quiet(self) -> bool:
        """Whether nothing was reported and nothing asked for; prints what there was."""
        print(*self.errors, *self.requests, sep="\n")  # noqa: T201  # pytest shows it on failure
        return not self.errors and not self.requests

    def fits(self) -> bool:
        """Whether nothing is wider than the screen."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))

    def too_wide(self) -> list[str]:
        """Return the elements that reach beyond the screen."""
        found: list[str] = self.page.evaluate(_TOO_WIDE)
        return found

    def small_targets(self) -> list[str]:
        """Return the visible links, buttons and inputs that a finger of 44 pixels misses."""
        found: list[str] = self.page.evaluate(_SMALL_TARGETS)
        return found


_TOO_WIDE = """() => [...document.querySelectorAll('body *')]
    .filter(element => element.getBoundingClientRect().right > window.innerWidth + 0.5)
    .map(element => element.outerHTML.slice(0, 120)).slice(0, 5)"""
# Links that stand within a sentence are as high as its lines; all else must be 44 pixels.
_SMALL_TARGETS = """() => [...document.querySelectorAll('a, button, summary, [role=button], label')]
    .map(element => [element, element.getBoundingClientRect()])
    .filter(([, box]) => box.width > 0 && box.height > 0)
    .filter(([, box]) => box.height < 43.5 || box.width < 43.5)
    .map(([element, box]) => `${element.outerHTML.slice(0, 120)} ${box.width}x${box.height}`)"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium; without it the test is skipped loudly, in CI it fails."""
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if executable is None:
        reason = "chromium is missing: the pages are NOT tested (Debian: sudo apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(
    browser: Browser,
    file: Path,
    *,
    size: tuple[int, int] = PHONE,
    script: bool = True,
    scheme: Literal["light", "dark"] = "light",
) -> Iterator[Opened]:
    """Open a file with the network cut, recording all that it says and asks for."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        java_script_enabled=script,
        color_scheme=scheme,
        has_touch=size[0] <= PHONE[0],
        device_scale_factor=2 if size[0] <= PHONE[0] else 1,
        offline=True,
    )
    url = file.resolve().as_uri()
    context.set_default_timeout(5000)
    result = Opened(context.new_page())

    def decide(route: Route) -> None:
        if route.request.url.split("#")[0] == url:
            route.continue_()
        else:
            result.requests.append(route.request.url)
            route.abort()

    def refuse(dialog: Dialog) -> None:
        result.errors.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    context.route("**/*", decide)
    result.page.on(
        "console",
        lambda message: result.errors.append(message.text) if message.type in ("error", "warning") else None,
    )
    result.page.on("pageerror", lambda error: result.errors.append(str(error)))
    result.page.on("dialog", refuse)
    try:
        result.page.goto(url)
        yield result
    finally:
        context.close()


def pdf_pages(pdf: bytes) -> int:
    """Count the pages of a PDF, compressed object streams included."""
    streams = [pdf]
    for match in re.finditer(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            streams.append(zlib.decompress(match[1]))
        except zlib.error:
            continue
    return sum(len(re.findall(rb"/Type\s*/Page\b(?!s)", stream)) for stream in streams)
