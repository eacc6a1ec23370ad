"""The week's folder: every file, complete or untouched, whatever happens."""

import errno
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
import samples

from scheduler.base.errors import ServiceError
from scheduler.base.files import claimed, tidy
from scheduler.model import rosterfile
from scheduler.model.config import MapSettings
from scheduler.outputs import names
from scheduler.outputs.write import publish, write


def _write(folder: Path, *, hostile: bool = False) -> tuple[Path, ...]:
    roster = samples.roster(hostile=hostile)
    return write(
        roster,
        folder,
        rides=samples.rides(roster, hostile=hostile),
        background=samples.background(hostile=hostile),
        map_settings=MapSettings(),
    )


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Path, ...]]:
    folder = tmp_path_factory.mktemp("week")
    return folder, _write(folder)


def test_every_file_of_the_contract_is_there(written: tuple[Path, tuple[Path, ...]]) -> None:
    folder, files = written
    roster = samples.roster()
    wanted = {names.ROSTER, names.INDEX, names.WEEK_MAP, names.WORKBOOK, "r1.ics", "r2.ics"}
    wanted |= {names.round_map(round_) for round_ in roster.rounds}
    wanted |= {names.gpx(round_) for round_ in roster.rounds}
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


# --- Publishing -----------------------------------------------------------------------------------


def _publish(build: Callable[[Path], Iterable[Path]], target: Path) -> tuple[Path, ...]:
    with claimed(target, parents=True) as claim:
        return publish(build, claim)


def _build(text: str, *more: str) -> "_Builder":
    return _Builder(text, more)


class _Builder:
    """Builds a folder with a roster.json that holds a text, and further files."""

    def __init__(self, text: str, more: Iterable[str]) -> None:
        self.text, self.more = text, more

    def __call__(self, folder: Path) -> list[Path]:
        files = [folder / name for name in (names.ROSTER, *self.more)]
        for file in files:
            file.parent.mkdir(exist_ok=True)
            file.write_text(self.text, encoding="utf-8")
        return files


def _state(parent: Path) -> dict[str, str]:
    return {
        file.relative_to(parent).as_posix(): file.read_text(encoding="utf-8")
        for file in sorted(parent.rglob("*"))
        if file.is_file()
    }


def test_new_takes_the_place_of_old(tmp_path: Path) -> None:
    target = tmp_path / "out" / "2009-W20"
    assert _publish(_build("one", "r1.ics", "maps/a.html"), target) == (
        target / "roster.json",
        target / "r1.ics",
        target / "maps/a.html",
    )
    _publish(_build("two", "index.html"), target)
    assert _state(tmp_path / "out") == {"2009-W20/roster.json": "two", "2009-W20/index.html": "two"}


@pytest.mark.parametrize("error", [ValueError("bad"), KeyboardInterrupt(), OSError(errno.ENOSPC, "No space")])
def test_a_failed_build_leaves_everything_as_it_was(tmp_path: Path, error: BaseException) -> None:
    target = tmp_path / "2009-W20"
    _publish(_build("one"), target)
    before = _state(tmp_path)

    def fail(folder: Path) -> list[Path]:
        _build("two")(folder)
        raise error

    with pytest.raises((type(error), ServiceError)):
        _publish(fail, target)
    assert _state(tmp_path) == before


def test_a_full_disk_is_a_sentence(tmp_path: Path) -> None:
    def full(_folder: Path) -> list[Path]:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(ServiceError, match=r"2009-W20 cannot be written: the disk is full") as caught:
        _publish(full, tmp_path / "2009-W20")
    assert caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_files_are_not_replaced_by_folders(tmp_path: Path) -> None:
    target = tmp_path / "2009-W20"
    target.write_text("mine", encoding="utf-8")
    with pytest.raises(ServiceError, match="is a file, not a folder"):
        _publish(_build("one"), target)
    with pytest.raises(ServiceError, match="cannot be written"):
        _publish(_build("one"), target / "2009-W21")
    assert _state(tmp_path) == {"2009-W20": "mine"}


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "photos"
    target.mkdir()
    (target / "holiday.jpg").write_text("sun", encoding="utf-8")
    with pytest.raises(ServiceError, match="holds other files and no roster"):
        _publish(_build("one"), target)
    assert _state(tmp_path) == {"photos/holiday.jpg": "sun"}


def test_what_people_put_into_the_folder_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "2009-W20"
    _publish(_build("one", "r9.ics"), target)
    (target / "notes.txt").write_text("call Valby", encoding="utf-8")
    (target / "letters").mkdir()
    (target / "letters" / "a.txt").write_text("dear", encoding="utf-8")
    _publish(_build("two"), target)
    assert _state(tmp_path) == {
        "2009-W20/roster.json": "two",
        "2009-W20/notes.txt": "call Valby",
        "2009-W20/letters/a.txt": "dear",
    }


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    real = tmp_path / "elsewhere"
    _publish(_build("one"), real)
    link = tmp_path / "2009-W20"
    link.symlink_to(real, target_is_directory=True)
    _publish(_build("two"), link)
    assert link.is_symlink()
    assert (real / names.ROSTER).read_text(encoding="utf-8") == "two"


def test_the_old_folder_comes_back_when_the_new_one_cannot_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "2009-W20"
    _publish(_build("one"), target)
    rename = Path.rename

    def locked(self: Path, to: Path) -> Path:
        if self.name.endswith(".hjul-new"):
            raise PermissionError(errno.EACCES, "in use")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", locked)
    with pytest.raises(ServiceError, match="cannot be written: permission denied"):
        _publish(_build("two"), target)
    assert _state(tmp_path) == {"2009-W20/roster.json": "one"}


#: Publishes a week, and dies without a word before the n-th change of a folder.
_DYING = textwrap.dedent("""
    import os, sys
    from pathlib import Path
    from scheduler.base.files import claimed
    from scheduler.outputs.write import publish

    left = int(sys.argv[2])

    def dying(event, _args):
        global left
        if event in ("os.rename", "os.mkdir", "os.rmdir", "os.remove", "shutil.rmtree"):
            left -= 1
            if left < 0:
                os._exit(9)

    def build(folder):
        for name in ("roster.json", "index.html"):
            (folder / name).write_text("two")
        return [folder / "roster.json"]

    sys.addaudithook(dying)
    with claimed(Path(sys.argv[1])) as claim:
        publish(build, claim)
""")
_CHANGES = 10


@pytest.mark.parametrize("step", range(_CHANGES + 1))
def test_killed_at_any_moment_the_next_start_puts_it_right(tmp_path: Path, step: int) -> None:
    target = tmp_path / "2009-W20"
    _publish(_build("one", "index.html"), target)
    done = subprocess.run([sys.executable, "-c", _DYING, target, str(step)], check=False)
    assert done.returncode == (9 if step < _CHANGES else 0)
    tidy(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["2009-W20"]
    texts = {file.name: file.read_text(encoding="utf-8") for file in target.iterdir()}
    assert texts in (dict.fromkeys(("roster.json", "index.html"), text) for text in ("one", "two"))
