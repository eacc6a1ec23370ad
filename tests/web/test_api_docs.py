"""The first steps of docs/api.md, as somebody takes them; and the page on which the app documents its API."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from web.api import program
from web.serving import Served, text_of

DOCS = Path(__file__).resolve().parents[2] / "docs" / "api.md"


def test_first_steps(app: Served, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    caller = program(app.root, name="curl")
    blocks = re.findall(r"```sh\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    named, *steps = blocks
    assert "export HJUL=" in named
    assert len(steps) > 5
    surroundings = {
        "HJUL": caller.where,
        "TOKEN": caller.token,
        "WEEK": "2009-W20",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "no_proxy": "*",
    }
    script = "set -euo pipefail\n" + "\necho\n".join(steps)
    done = subprocess.run(
        ("bash", "-c", script), cwd=tmp_path, env=surroundings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads((tmp_path / "roster.json").read_text("utf-8"))["edition"] == 1
    # What the steps have done stands in the app.
    events = text_of(app.root.get("/haendelser/"))
    for what in (
        "c1 is away: Friday 15 May",
        "milestones: 2027-06-01 Midtvejs added",
        "what became of P1 in 2009-W20",
        "planned again",
        "edition 2 published",
    ):
        assert f"root (curl), Tuesday 12 May 7:40: {what}" in events, (what, events)
    assert caller.get("/tables/milestones/rows").json()["items"][-1]["cells"]["date"] == "2027-06-01"
    assert '"column": "date"' in done.stdout
    assert '"state":"done"' in done.stdout.replace('\\"', '"')


def test_the_documentation_page(app: Served) -> None:
    """It names every call, and needs no script and nothing from elsewhere."""
    karen = app.person("Karen", "coordinator")
    page = karen.get("/api/v1/docs")
    assert page.status_code == 200
    assert "<script" not in page.text
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page.text)
    described = karen.get("/api/v1/openapi.json").json()
    for path, methods in described["paths"].items():
        for method in methods:
            assert f"<code>{method.upper()} {path}</code>" in page.text
    assert page.text.count("</details>") == sum(map(len, described["paths"].values()))
