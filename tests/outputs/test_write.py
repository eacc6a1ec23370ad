"""The week's folder: every file, complete or untouched, whatever happens."""

import errno
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import samples

from scheduler.base.errors import ServiceError
from scheduler.base.files import claimed, tidy
from scheduler.base.i18n import language
from scheduler.model import rosterfile
from scheduler.outputs import gpx, names
from scheduler.outputs.artifacts import Artifacts
from scheduler.outputs.write import put, write


def _write(folder: Path, *, hostile: bool = False) -> tuple[Path, ...]:
    roster = samples.roster(hostile=hostile)
    rides, background = samples.rides(roster, hostile=hostile), samples.background(hostile=hostile)
    return write(Artifacts(roster, rides, background, language()), folder)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Path, ...]]:
    folder = tmp_path_factory.mktemp("week")
    return folder, _write(folder)


def test_every_file_of_the_contract_is_there(written: tuple[Path, tuple[Path, ...]]) -> None:
    folder, files = written
    roster = samples.roster()
    wanted = {names.ROSTER, names.INDEX, names.WEEK_MAP, names.WORKBOOK, "r1.ics", "r2.ics"}
    wanted |= {"r1-uge-20.html", "r2-uge-20.html"}
    wanted |= {names.round_map(round_) for round_ in roster.rounds}
    wanted |= {name for round_ in roster.rounds for name in gpx.files(roster, round_)}
    assert {file.relative_to(folder).as_posix() for file in files} == wanted
    assert {file for file in folder.rglob("*") if file.is_file()} == set(files)
    assert all(file.stat().st_size for file in files)
    assert rosterfile.load(folder / names.ROSTER) == roster
    assert all(names.is_output(entry.name) for entry in folder.iterdir())


def test_homes_are_told_on_the_consultants_page_and_in_roster_json_only(
    written: tuple[Path, tuple[Path, ...]],
) -> None:
    folder, files = written
    own = {names.ROSTER, "maps/2009-05-12-r1.html"}
    for file in files:
        if file.suffix != ".xlsx":  # compressed; test_sheets reads it
            text = file.read_text(encoding="utf-8").replace("\r\n ", "").replace("\n ", "")
            told = samples.HOME_ADDRESS in text
            assert told == (file.relative_to(folder).as_posix() in own), file


# --- The new folder in the place of the old one ------------------------------------------------------


def _put(files: Mapping[str, bytes], target: Path) -> tuple[Path, ...]:
    with claimed(target, parents=True) as claim:
        return put(files, claim)


def _files(text: str, *more: str) -> Mapping[str, bytes]:
    """Return a roster.json that holds a text, and further files with the same text."""
    return dict.fromkeys((names.ROSTER, *more), text.encode())


class _Failing(Mapping[str, bytes]):
    """A roster.json, and a page that cannot be made."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __getitem__(self, name: str) -> bytes:
        if name == names.INDEX:
            raise self.error
        return b"two"

    def __iter__(self) -> Iterator[str]:
        return iter((names.ROSTER, names.INDEX))

    def __len__(self) -> int:
        return 2


def _state(parent: Path) -> dict[str, str]:
    return {
        file.relative_to(parent).as_posix(): file.read_text(encoding="utf-8")
        for file in sorted(parent.rglob("*"))
        if file.is_file()
    }


def test_new_takes_the_place_of_old(tmp_path: Path) -> None:
    target = tmp_path / "out" / "2009-W20"
    assert _put(_files("one", "r1.ics", "maps/a.html"), target) == (
        target / "roster.json",
        target / "r1.ics",
        target / "maps/a.html",
    )
    _put(_files("two", "index.html"), target)
    assert _state(tmp_path / "out") == {"2009-W20/roster.json": "two", "2009-W20/index.html": "two"}


@pytest.mark.parametrize("error", [ValueError("bad"), KeyboardInterrupt(), OSError(errno.ENOSPC, "No space")])
def test_a_failed_build_leaves_everything_as_it_was(tmp_path: Path, error: BaseException) -> None:
    target = tmp_path / "2009-W20"
    _put(_files("one"), target)
    before = _state(tmp_path)

    with pytest.raises((type(error), ServiceError)):
        _put(_Failing(error), target)
    assert _state(tmp_path) == before


def test_a_full_disk_is_a_sentence(tmp_path: Path) -> None:
    full = _Failing(OSError(errno.ENOSPC, "No space left on device"))
    with pytest.raises(ServiceError, match=r"2009-W20 cannot be written: the disk is full") as caught:
        _put(full, tmp_path / "2009-W20")
    assert caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_files_are_not_replaced_by_folders(tmp_path: Path) -> None:
    target = tmp_path / "2009-W20"
    target.write_text("mine", encoding="utf-8")
    with pytest.raises(ServiceError, match="is a file, not a folder"):
        _put(_files("one"), target)
    with pytest.raises(ServiceError, match="cannot be written"):
        _put(_files("one"), target / "2009-W21")
    assert _state(tmp_path) == {"2009-W20": "mine"}


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "photos"
    target.mkdir()
    (target / "holiday.jpg").write_text("sun", encoding="utf-8")
    with pytest.raises(ServiceError, match="holds other files and no roster"):
        _put(_files("one"), target)
    assert _state(tmp_path) == {"photos/holiday.jpg": "sun"}


def test_what_people_put_into_the_folder_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "2009-W20"
    _put(_files("one", "r9.ics"), target)
    (target / "notes.txt").write_text("call Valby", encoding="utf-8")
    (target / "letters").mkdir()
    (target / "letters" / "a.txt").write_text("dear", encoding="utf-8")
    _put(_files("two"), target)
    assert _state(tmp_path) == {
        "2009-W20/roster.json": "two",
        "2009-W20/notes.txt": "call Valby",
        "2009-W20/letters/a.txt": "dear",
    }


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    real = tmp_path / "elsewhere"
    _put(_files("one"), real)
    link = tmp_path / "2009-W20"
    link.symlink_to(real, target_is_directory=True)
    _put(_files("two"), link)
    assert link.is_symlink()
    assert (real / names.ROSTER).read_text(encoding="utf-8") == "two"


def test_the_old_folder_comes_back_when_the_new_one_cannot_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "2009-W20"
    _put(_files("one"), target)
    rename = Path.rename

    def locked(self: Path, to: Path) -> Path:
        if self.name.endswith(".hjul-new"):
            raise PermissionError(errno.EACCES, "in use")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", locked)
    with pytest.raises(ServiceError, match="cannot be written: permission denied"):
        _put(_files("two"), target)
    assert _state(tmp_path) == {"2009-W20/roster.json": "one"}


#: Puts a week in its place, and dies without a word before the n-th change of a folder.
_DYING = textwrap.dedent("""
    import os, sys
    from pathlib import Path
    from scheduler.base.files import claimed
    from scheduler.outputs.write import put

    left = int(sys.argv[2])

    def dying(event, _args):
        global left
        if event in ("os.rename", "os.mkdir", "os.rmdir", "os.remove", "shutil.rmtree"):
            left -= 1
            if left < 0:
                os._exit(9)

    sys.addaudithook(dying)
    with claimed(Path(sys.argv[1])) as claim:
        put({"roster.json": b"two", "index.html": b"two"}, claim)
""")
_CHANGES = 12


@pytest.mark.parametrize("step", range(_CHANGES + 1))
def test_killed_at_any_moment_the_next_start_puts_it_right(tmp_path: Path, step: int) -> None:
    target = tmp_path / "2009-W20"
    _put(_files("one", "index.html"), target)
    done = subprocess.run([sys.executable, "-c", _DYING, target, str(step)], check=False)
    assert done.returncode == (9 if step < _CHANGES else 0)
    tidy(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["2009-W20"]
    texts = {file.name: file.read_text(encoding="utf-8") for file in target.iterdir()}
    assert texts in (dict.fromkeys(("roster.json", "index.html"), text) for text in ("one", "two"))
