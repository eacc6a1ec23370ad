"""Seeded mutants of the example project through ``hjul check-data``, and some through ``hjul plan``.

``make fuzz`` runs more of them: ``make fuzz COUNT=2000 SEED=1``. A mutant that went wrong is made again
by its seed, which the message tells: ``make fuzz COUNT=1 SEED=4711``.
"""

import contextlib
import copy
import dataclasses
import datetime as dt
import io
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from mutations import KINDS, SETTINGS, WORKBOOK, Kind, Mutant, example, grids, mutant, packed
from second_reader import differences

from scheduler import cli
from scheduler.inputs import read_project
from scheduler.model.clock import Week

COUNT, SEED = int(os.environ.get("FUZZ_COUNT", "200")), int(os.environ.get("FUZZ_SEED", "0"))
#: How many of them are planned, too.
PLANNED = max(1, COUNT // 20)
WEEK = "2009-W20"

#: What nobody outside should read.
INTERNALS = re.compile(
    r"Traceback|File \"|site-packages|\.py\b|0x[0-9a-f]{6}|\b[A-Z]\w*(?:Error|Exception)\b|hjul has made a mistake|<\w+ object"
)


@dataclass(frozen=True, slots=True)
class Run:
    """What a command did: its exit code, and what it said."""

    code: int
    said: str


def hjul(*arguments: str) -> Run:
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(out):
        code = cli.run(["--lang", "en", *arguments])
    return Run(code, out.getvalue())


def snapshot(folder: Path) -> Mapping[str, bytes]:
    return {str(file): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def faults(run: Run, changed: Mutant, folder: Path, out: Mapping[str, bytes]) -> Iterator[str]:
    """Yield what is wrong with how a mutant was taken."""
    if run.code not in (0, 2, 3):
        yield f"exit {run.code}"
    if found := INTERNALS.search(run.said):
        yield f"says {found[0]!r}"
    if str(folder.absolute().parent) in run.said:
        yield "tells where the folder lies"
    if any(not character.isprintable() for character in run.said.replace("\n", "")):
        yield "prints characters that steer a terminal"
    files = (*changed.files, SETTINGS, WORKBOOK, *example(), f"{folder}{os.sep}")
    if run.code and not any(name in run.said for name in files):
        yield "does not say in which file"
    if run.code and snapshot(Path("out")) != out:
        yield "earlier output has changed"
    if changed.needs_word and changed.needs_word not in run.said and not run.code:
        yield f"passes over {changed.needs_word}"
    if run.code == 0:
        yield from differences(folder, read_project(folder))


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, bytes]:
    """Earlier output, in the folder in which the mutants are run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out" / WEEK).mkdir(parents=True)
    (tmp_path / "out" / WEEK / "roster.json").write_text("{}")
    (tmp_path / "out" / WEEK / "index.html").write_text("earlier")
    return snapshot(Path("out"))


def test_mutants_are_refused_or_taken_as_they_are_written(out: Mapping[str, bytes]) -> None:
    wrong: list[str] = []
    taken: list[Path] = []
    codes: list[int] = []
    for seed in range(SEED, SEED + COUNT):
        changed = mutant(seed)
        folder = changed.write(Path(f"mutant-{seed}"))
        run = hjul("check-data", "--data", str(folder))
        codes.append(run.code)
        wrong += (
            f"{changed.what}: {fault}\n{run.said[-600:]}" for fault in faults(run, changed, folder, out)
        )
        if run.code == 0:
            taken.append(folder)
    assert not wrong, f"{len(wrong)} faults\n" + "\n".join(wrong)
    # The mutants are neither all refused nor all harmless.
    assert COUNT < 100 or COUNT / 5 < sum(map(bool, codes)) < COUNT * 9 / 10
    plan(taken[:PLANNED], out)


@pytest.mark.parametrize("kind", KINDS)
def test_the_second_reader_sees_every_difference(tmp_path: Path, kind: Kind) -> None:
    """Were it blind, the mutants would prove nothing."""
    folder = Mutant("", {SETTINGS: example()[SETTINGS], **packed(kind, grids(kind))}).write(tmp_path / "data")
    project = read_project(folder)
    assert differences(folder, project) == []
    for table in (
        "practices",
        "rooms",
        "agreements",
        "consultants",
        "shifts",
        "engagements",
        "pins",
        "closures",
        "demand",
    ):
        first, *rest = getattr(project, table)
        assert differences(folder, project.replace(**{table: tuple(rest)})), table
        for field in dataclasses.fields(first):
            # A practice is found among the places by its id.
            if (
                field.compare
                and field.name != "base_id"
                and (table, field.name) != ("practices", "practice_id")
            ):
                other = dataclasses.replace(first, **{field.name: _other(getattr(first, field.name))})
                assert differences(folder, project.replace(**{table: (other, *rest)})), (
                    f"{table} {field.name}"
                )
    for section in ("defaults", "period", "cycling", "calendar", "map", "solver", "simulation", "costs"):
        settings = getattr(project.config, section)
        written = tomllib.loads(example()[SETTINGS].decode())[section]
        for name in written:
            names = (name, name.replace("_minutes", "_s"), f"{name}_s")
            held = next(each for each in names if hasattr(settings, each))
            other = copy.copy(settings)
            object.__setattr__(other, held, _other(getattr(settings, held)))
            config = dataclasses.replace(project.config, **{section: other})
            assert differences(folder, project.replace(config=config)), f"{section} {name}"


def _other(value: object) -> object:
    """Return a value of the same kind that is another."""
    if isinstance(value, dt.date):
        return value + dt.timedelta(days=1)
    if isinstance(value, Week):
        return value.shift(1)
    if isinstance(value, int | float):
        return value + 60
    return f"{value}x"


def plan(folders: list[Path], out: Mapping[str, bytes]) -> None:
    """Plan projects, and check the rosters."""
    for folder in folders:
        run = hjul("plan", WEEK, "--data", str(folder), "--time-limit", "2", "--quiet")
        assert run.code in (0, 2, 3), f"{folder}\n{run.said}"
        assert not INTERNALS.search(run.said), f"{folder}\n{run.said}"
        if run.code:
            assert snapshot(Path("out")) == out, folder
            continue
        checked = hjul("check", f"out/{WEEK}/roster.json", "--data", str(folder))
        assert checked.code == 0, f"{folder}\n{checked.said}"
        out = snapshot(Path("out"))
