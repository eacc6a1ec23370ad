"""Files and folders written as a whole, and who may write them."""

import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scheduler.base import files
from scheduler.base.errors import ServiceError
from scheduler.base.files import BusyError, claimed, is_beside, left_in, replace, tidy

posix = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has neither these modes nor links for all"
)


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def make(folder: Path, *files: str, text: str = "old") -> None:
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def put(target: Path, *files: str) -> None:
    with claimed(target) as claim:
        make(claim.new, *files)
        claim.put()


#: Has a claim, and half of what is new, until it is killed.
_OWNER = """
import sys, time
from pathlib import Path
from scheduler.base.files import claimed
with claimed(Path(sys.argv[1])) as claim:
    claim.new.mkdir()
    (claim.new / "page.html").write_text("half")
    print("claimed", flush=True)
    time.sleep(600)
"""


@contextmanager
def owner(target: Path) -> Iterator[subprocess.Popen[str]]:
    """Have another process at work on a target."""
    process = subprocess.Popen(
        [sys.executable, "-c", _OWNER, target], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    )
    assert process.stdout
    try:
        assert process.stdout.readline() == "claimed\n"
        yield process
    finally:
        process.kill()
        process.communicate()


# --- Who may write --------------------------------------------------------------------------------


def test_what_another_process_is_at_work_on_is_its_own(tmp_path: Path) -> None:
    target = tmp_path / "2009-W20"
    with owner(target) as process:
        before = names(tmp_path)
        assert ".2009-W20.hjul-new/page.html" in before
        busy = pytest.raises(BusyError, match=r"Another hjul is writing .*2009-W20 just now")
        with busy as caught, claimed(target, wait_s=0.1):
            pytest.fail("two have the claim")
        assert caught.value.exit_code == 3
        assert caught.value.hint
        assert left_in(tmp_path) == (target,)
        tidy(tmp_path)
        assert names(tmp_path) == before
        with claimed(tmp_path / "2009-W21"):
            pass
        process.kill()
        process.wait()
        assert names(tmp_path) == before
        tidy(tmp_path)
    assert names(tmp_path) == []


def test_one_waits_for_the_other(tmp_path: Path) -> None:
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with claimed(tmp_path / "a"):
            held.set()
            done.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    threading.Timer(0.1, done.set).start()
    with claimed(tmp_path / "a", wait_s=10):
        assert done.is_set()
    thread.join()
    assert names(tmp_path) == []


@posix
def test_a_lock_on_a_file_that_is_gone_is_no_claim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has a claim removes its file, which another one may have opened just before."""
    gone: list[Path] = []
    try_lock = files._try_lock

    def late(descriptor: int) -> bool:
        if not gone:
            gone.append(tmp_path / ".a.hjul-lock")
            gone[0].unlink()
        return try_lock(descriptor)

    monkeypatch.setattr(files, "_try_lock", late)
    with claimed(tmp_path / "a"):
        assert gone[0].exists()
        with pytest.raises(BusyError), claimed(tmp_path / "a", wait_s=0):
            pytest.fail("two have the claim")


@posix
def test_a_link_in_the_place_of_a_lock_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / ".a.hjul-lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ServiceError, match="a cannot be written"), claimed(tmp_path / "a"):
        pytest.fail("has a claim")
    assert not (tmp_path / "elsewhere").exists()


@posix
def test_links_in_the_place_of_what_is_left_over_are_removed_and_not_followed(tmp_path: Path) -> None:
    make(tmp_path / "mine", "a")
    for name in (".x.hjul-new", ".x.hjul-old"):
        (tmp_path / name).symlink_to(tmp_path / "mine", target_is_directory=True)
    (tmp_path / "x").mkdir()
    tidy(tmp_path)
    assert names(tmp_path) == ["mine", "mine/a", "x"]


def test_whoever_has_a_claim_has_it_alone(tmp_path: Path) -> None:
    count = tmp_path / "count"
    count.write_text("0", encoding="utf-8")

    def add() -> None:
        for _n in range(25):
            with claimed(count, wait_s=60) as claim:
                claim.new.write_text(str(int(count.read_text(encoding="utf-8")) + 1), encoding="utf-8")
                claim.put()

    threads = [threading.Thread(target=add) for _n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count.read_text(encoding="utf-8") == "150"
    assert names(tmp_path) == ["count"]


def test_a_claim_to_what_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    make(tmp_path, "file")
    for target in (tmp_path / "file" / "2009-W20", tmp_path / "there is none" / "rides.csv"):
        with pytest.raises(ServiceError, match=f"{target} cannot be written: .+"), claimed(target):
            pytest.fail("has a claim")


def test_folders_that_a_claim_made_stay_only_if_they_are_used(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), claimed(tmp_path / "a" / "b" / "c", parents=True):
        raise ZeroDivisionError
    assert names(tmp_path) == []
    (tmp_path / "a").mkdir()
    with claimed(tmp_path / "a" / "b" / "c", parents=True) as claim:
        claim.new.mkdir()
        claim.put()
    assert names(tmp_path) == ["a", "a/b", "a/b/c"]
    with claimed(tmp_path / "a" / "b" / "d", parents=True):
        pass
    assert names(tmp_path) == ["a", "a/b", "a/b/c"]


# --- What was left --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "text"),
    [
        ((".2009-W20.hjul-lock",), None),
        ((".2009-W20.hjul-new/a", ".2009-W20.hjul-lock"), None),
        (("2009-W20/a", ".2009-W20.hjul-new/a", ".2009-W20.hjul-lock"), "old"),
        # Between the two renames of `put`, and after them.
        ((".2009-W20.hjul-old/a", ".2009-W20.hjul-new/b", ".2009-W20.hjul-lock"), "old"),
        (("2009-W20/a", ".2009-W20.hjul-old/a", ".2009-W20.hjul-lock"), "old"),
        (("2009-W20/a", ".2009-W20.hjul-old/a", ".2009-W20.hjul-new/b"), "old"),
        # As hjul called them before.
        ((".2009-W20.new-4711/a", ".2009-W20.new-4712/maps/b"), None),
        (("2009-W20/a", ".2009-W20.new-4711/a", ".2009-W20.old/a"), "old"),
        ((".2009-W20.new-4711/a", ".2009-W20.old/a"), "old"),
    ],
)
def test_what_killed_processes_left_is_put_right(tmp_path: Path, left: tuple[str, ...], text: str) -> None:
    make(tmp_path, *left)
    if not text:
        (tmp_path / "2009-W20").mkdir()
    tidy(tmp_path)
    assert names(tmp_path) == (["2009-W20", "2009-W20/a"] if text else ["2009-W20"])


def test_what_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    files = (".git/a", ".notes.old", ".x.new-1/a", ".2009-W20.old.txt", "a.hjul-new", ".hjul-new", "b/.c")
    make(tmp_path, *files)
    before = names(tmp_path)
    assert left_in(tmp_path) == ()
    tidy(tmp_path)
    tidy(tmp_path / "there is none")
    assert names(tmp_path) == before
    assert is_beside(".2009-W20.hjul-new")
    assert not any(is_beside(name) for name in before)


@posix
def test_what_lies_beside_the_folder_that_a_link_leads_to_is_found(tmp_path: Path) -> None:
    make(tmp_path / "disk", ".real.hjul-old/a", ".real.hjul-lock")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "2009-W20").symlink_to(tmp_path / "disk" / "real", target_is_directory=True)
    (tmp_path / "out" / "nowhere").symlink_to(tmp_path / "none" / "such")
    tidy(tmp_path / "out")
    assert names(tmp_path / "disk") == ["real", "real/a"]
    assert (tmp_path / "out" / "2009-W20" / "a").exists()


def test_an_error_between_the_two_renames_brings_the_old_folder_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, "2009-W20/a")
    rename = Path.rename

    def stopped(self: Path, to: Path) -> Path:
        if self.name.endswith(".hjul-new"):
            raise KeyboardInterrupt
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", stopped)
    with pytest.raises(KeyboardInterrupt):
        put(tmp_path / "2009-W20", "b")
    assert names(tmp_path) == ["2009-W20", "2009-W20/a"]


# --- Files ----------------------------------------------------------------------------------------


def test_a_file_is_replaced_or_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "rides.csv"
    replace(file, b"one")
    replace(file, b"two")
    assert file.read_bytes() == b"two"

    def full(_path: Path, _content: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ServiceError, match=r"rides.csv cannot be written: the disk is full"):
        replace(file, b"three")
    assert file.read_bytes() == b"two"
    assert names(tmp_path) == ["rides.csv"]


@posix
def test_who_may_read_a_file_or_folder_stays(tmp_path: Path) -> None:
    make(tmp_path, "home_visits.csv", "2009-W20/a")
    (tmp_path / "home_visits.csv").chmod(0o600)
    (tmp_path / "2009-W20").chmod(0o700)
    replace(tmp_path / "home_visits.csv", b"new")
    put(tmp_path / "2009-W20", "b")
    assert names(tmp_path) == ["2009-W20", "2009-W20/b", "home_visits.csv"]
    assert (tmp_path / "home_visits.csv").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "2009-W20").stat().st_mode & 0o777 == 0o700


@posix
def test_a_link_to_a_file_is_replaced_and_not_what_it_leads_to(tmp_path: Path) -> None:
    make(tmp_path, "denmark.osm")
    (tmp_path / "network.osm").symlink_to(tmp_path / "denmark.osm")
    replace(tmp_path / "network.osm", b"part")
    assert (tmp_path / "denmark.osm").read_bytes() == b"old"
    assert (tmp_path / "network.osm").read_bytes() == b"part"


@posix
def test_all_is_on_the_disk_before_it_is_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, "2009-W20/a")
    done: list[str] = []
    fsync, rename = os.fsync, Path.rename

    def synced(descriptor: int) -> None:
        done.append(os.path.relpath(Path(f"/proc/self/fd/{descriptor}").readlink(), tmp_path))
        fsync(descriptor)

    def renamed(self: Path, to: Path) -> Path:
        done.append(f"{self.name} to {to.name}")
        return rename(self, to)

    if not Path("/proc/self/fd").exists():
        pytest.skip("only Linux tells the name of what is open")
    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "rename", renamed)
    put(tmp_path / "2009-W20", "maps/b")
    new = ".2009-W20.hjul-new"
    assert sorted(done[:3]) == [new, f"{new}/maps", f"{new}/maps/b"]
    assert done[3:] == [
        "2009-W20 to .2009-W20.hjul-old",
        f"{new} to 2009-W20",
        ".",
        f".2009-W20.hjul-old to {new}",
    ]


def test_a_killed_writer_of_a_file_leaves_it_as_it_was(tmp_path: Path) -> None:
    script = (
        "import os, pathlib, signal, sys\n"
        "from scheduler.base.files import replace\n"
        f"sys.addaudithook(lambda event, _args: event == 'os.rename' and os.kill(os.getpid(), {int(signal.SIGTERM)}))\n"
        "replace(pathlib.Path(sys.argv[1]), b'new')\n"
    )
    make(tmp_path, "rides.csv")
    assert subprocess.run([sys.executable, "-c", script, tmp_path / "rides.csv"], check=False).returncode
    assert names(tmp_path) == [".rides.csv.hjul-lock", ".rides.csv.hjul-new", "rides.csv"]
    replace(tmp_path / "rides.csv", b"newer")
    assert names(tmp_path) == ["rides.csv"]
    assert (tmp_path / "rides.csv").read_bytes() == b"newer"
