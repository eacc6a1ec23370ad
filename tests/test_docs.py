"""The documents say what is so: commands, tables and settings, links, what the README tells to type."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from scheduler import InputError, ProblemBuilder
from scheduler.cli import cli
from scheduler.inputs import meanings
from scheduler.inputs.schema import TABLES, Table
from scheduler.inputs.settings import known_settings

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted((*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "data" / "README.md"))
README = (ROOT / "README.md").read_text(encoding="utf-8")


def document(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one."""
    found = re.search(rf"^{re.escape(heading)}$\n(.*?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"no section {heading}"
    return found[1]


def commands(command: click.Command = cli, path: str = "hjul") -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from commands(inner, f"{path} {name}")


COMMANDS = dict(commands())


def test_generated_pages_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "docs/reference.py", "--check"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


# --- Nothing is left untold ---------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["commands.md", "kommandoer.md"])
@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_and_option_is_told_of(page: str, path: str) -> None:
    told = section(document(page), f"## `{path}`")
    for parameter in COMMANDS[path].params:
        if isinstance(parameter, click.Option):
            assert re.search(rf"^  .*{parameter.opts[-1]}\b", told, re.MULTILINE), parameter.opts


@pytest.mark.parametrize("page", ["commands.md", "kommandoer.md"])
def test_every_environment_variable_is_told_of(page: str) -> None:
    read = {
        node.value
        for file in (ROOT / "scheduler").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and re.fullmatch(r"HJUL_[A-Z_]+", str(node.value))
    }
    assert "HJUL_LANG" in read
    assert read == set(re.findall(r"^\| `(HJUL_[A-Z_]+)`", document(page), re.MULTILINE))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_and_column_is_told_of(table: Table) -> None:
    english = section(document("tables.md"), f"### {table.name} · {table.danish}")
    danish = section(document("tabeller.md"), f"### {table.danish} · {table.name}")
    for column in table.columns:
        assert re.search(
            rf"^\| {column.name} \| {column.danish}\b.* \| .+ \| .+ \| .+ \|$", english, re.MULTILINE
        )
        assert re.search(
            rf"^\| {column.danish}.* \| {column.name} \| .+ \| .+ \| .+ \|$", danish, re.MULTILINE
        )


@pytest.mark.parametrize("page", ["tables.md", "tabeller.md"])
@pytest.mark.parametrize("name", known_settings())
def test_every_setting_is_told_of(page: str, name: str) -> None:
    told = section(document(page), f"### [{name}]")
    for key in known_settings()[name]:
        assert re.search(rf"^\| {key} \| .+ \| .+ \|$", told, re.MULTILINE), key


def test_nothing_is_explained_that_is_not_there() -> None:
    texts = meanings._columns()
    names = [(f"{table.name}.{column.name}", column.name) for table in TABLES for column in table.columns]
    settings = {f"{section}.{key}" for section, keys in known_settings().items() for key in keys}
    assert set(meanings._tables()) == {table.name for table in TABLES}
    assert set(texts) == {full if full in texts else name for full, name in names}
    assert set(meanings._sections()) == set(known_settings())
    assert set(meanings._settings()) == settings


def test_defaults_of_travel_times_are_those_of_the_settings() -> None:
    told = dict(re.findall(r"^\| `(\w+)` \| ([\d.]+|inf) \|", document("travel-times.md"), re.MULTILINE))
    assert {name: float(value) for name, value in told.items()} == known_settings()["cycling"]


# --- Python -------------------------------------------------------------------------------------------


def test_what_python_is_told_to_do_runs() -> None:
    _folder, without_files = re.findall(r"```python\n(.*?)```", document("python.md"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(without_files, names)  # noqa: S102 - our own document
    assert names["solution"].is_optimal
    assert names["solution"].roster.unassigned == ()


def test_what_python_is_told_of_what_is_wrong_is_what_it_says() -> None:
    (told,) = re.findall(r"```text\n(.*?)```", document("python.md"), re.DOTALL)
    builder = (
        ProblemBuilder(weights={"waiting_secon": 1}).add_base().add_practice("valby").add_practice("vester")
    )
    builder.add_room("valby", weekday="tue", start="12:00", end="09:00")
    builder.add_room("vlby", weekday="tue", start="09:00", end="12:00")
    builder.add_consultant("anna").add_shift("anna", weekday="tue", start="08:00", end="15:30")
    builder.set_travel_times({"base": {"valby": 1}, "valby": {"base": 1}})
    with pytest.raises(InputError) as caught:
        builder.problem("2009-W20")
    assert sorted(told.splitlines()) == sorted(str(problem) for problem in caught.value.problems)


def test_every_call_of_the_builder_for_rides_is_told_of() -> None:
    for name in dir(ProblemBuilder):
        if name.startswith("set_"):
            assert f"`{name}(" in document("python.md")


# --- README and links ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_is_told_of_in_prose(name: str) -> None:
    assert f"hjul {name}" in README + document("maps.md") + document("day-by-day.md")


def test_the_readme_is_one_for_newcomers() -> None:
    assert len(README) <= 12_000


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8"))
    for link in links:
        if "://" in link:
            continue
        name, _mark, anchor = link.partition("#")
        target = document.parent / name if name else document
        assert target.exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {
                re.sub(r"[^\w -]", "", text).strip().lower().replace(" ", "-") for text in headings
            }


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_commands_in_the_documents_exist(document: Path) -> None:
    text = re.sub(
        r"^```text$.*?^```$", "", document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    used = re.findall(r"(?:`|^[$>] |\\)hjul ([a-z][a-z-]*)", text, re.MULTILINE)
    assert set(used) - set(cli.commands) == set()


def test_make_targets_in_the_documents_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    text = README + (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    used = set(re.findall(r"(?:`|\$ )make ([a-z-]+)", text))
    assert used
    assert {target for target in used if not re.search(rf"^{target}:", makefile, re.MULTILINE)} == set()
