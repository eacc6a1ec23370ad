"""The documents say what is so: the command reference, the links, the tables."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scheduler.cli import cli
from scheduler.inputs.schema import TABLES, Table

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted((*ROOT.glob("*.md"), ROOT / "data" / "README.md"))
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_command_reference_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "docs/reference.py", "--check"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_is_told_of_in_prose(name: str) -> None:
    prose = README.partition("<!-- The commands begin.")[0]
    assert f"hjul {name}" in prose


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8"))
    local = [link.partition("#")[0] for link in links if "://" not in link and not link.startswith("#")]
    assert [link for link in local if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_and_column_is_in_the_readme(table: Table) -> None:
    row = re.search(rf"^\| {table.name} \| (.*) \|$", README, re.MULTILINE)
    assert row, f"no row about {table.name}"
    listed = set(re.findall(r"[a-z_]+", row[1]))
    assert {column.name for column in table.columns} <= listed


def test_commands_in_the_readme_exist() -> None:
    used = set(re.findall(r"\bhjul ([a-z-]+)", README.partition("<!-- The commands begin.")[0]))
    assert used - set(cli.commands) == set()


def test_make_targets_in_the_documents_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    text = README + (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    used = set(re.findall(r"(?:`|\$ )make ([a-z]+)", text))
    assert used
    assert {target for target in used if not re.search(rf"^{target}:", makefile, re.MULTILINE)} == set()
