"""What can go wrong with a store is a sentence, and nothing is half done."""

import asyncio
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import postgres
import psycopg
import pytest
from folders import TABLES, write_folder
from stores import HOMES, everything, held, kept, take_in, with_store

from scheduler.base.errors import InputError, SchedulerError, ServiceError
from scheduler.services import storing
from scheduler.services.workspace import project_in
from scheduler.store import opening
from scheduler.store.address import STORE_FILE, URL_VARIABLE, Address, address_of

ROOMS_LATER = TABLES["rooms"].replace("09:00", "10:00")
#: As large as the small disks of the tests: room for the small project's store, not for much more.
SMALL_DISK = 400_000


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "WAIT_S", 0.2)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return with_store(tmp_path / "data", home_visits=HOMES)


def change(folder: Path) -> None:
    take_in(folder, rooms=ROOMS_LATER)


def back_up(folder: Path) -> None:
    storing.back_up(folder, folder.parent / "b.db")


def restore(folder: Path) -> None:
    storing.restore(folder, folder.parent / "earlier.db")


def export(folder: Path) -> None:
    storing.export(folder, folder.parent / "out")


WRITING: tuple[Callable[[Path], object], ...] = (change, storing.undo, restore)
EVERYTHING: tuple[Callable[[Path], object], ...] = (*WRITING, back_up, project_in, storing.undoable)


def test_where_a_loop_runs_a_store_serves_as_well(data: Path) -> None:
    """In a notebook one always does."""

    async def in_a_loop() -> int:
        change(data)
        return len(project_in(data).rooms)

    with ThreadPoolExecutor(1) as thread:  # the browsers of other tests may have left a loop in this one
        assert thread.submit(lambda: asyncio.run(in_a_loop())).result() == 2


# --- Versions -------------------------------------------------------------------------------------------


def steps(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / STORE_FILE)) as store, store:
        store.execute(statement)


def test_a_store_of_a_newer_program_is_left_alone(data: Path) -> None:
    steps(
        data,
        "INSERT INTO django_migrations (app, name, applied) VALUES ('hjul_store', '9999_later', '2030-01-01')",
    )
    before = (data / STORE_FILE).read_bytes()
    for act in (change, storing.undo, back_up, project_in, export):
        with pytest.raises(InputError, match=r"hjul\.db is of a newer hjul than this; install that one"):
            act(data)
    with pytest.raises(InputError, match="newer"):
        storing.upgrade(data, data.parent / "b.db")
    assert (data / STORE_FILE).read_bytes() == before
    assert not (data.parent / "b.db").exists()


def test_tables_of_other_applications_make_it_no_newer(data: Path) -> None:
    steps(
        data,
        "INSERT INTO django_migrations (app, name, applied) VALUES ('hjul_web', '0001_web', '2030-01-01')",
    )
    assert project_in(data).rooms


def test_a_store_of_an_older_program_asks_for_its_upgrade(data: Path) -> None:
    steps(data, "UPDATE django_migrations SET name = '0000_before' WHERE app = 'hjul_store'")
    with pytest.raises(InputError, match="newer"):
        project_in(data)
    steps(data, "DELETE FROM django_migrations WHERE app = 'hjul_store'")
    with pytest.raises(InputError, match=r"hjul\.db is no store of hjul"):
        project_in(data)


# --- Files that are none --------------------------------------------------------------------------------


def test_an_empty_file_is_no_store(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "data")
    (folder / STORE_FILE).touch()
    with pytest.raises(InputError, match="is no store of hjul"):
        project_in(folder)
    with pytest.raises(InputError, match=r"there is a store at .* already"):
        storing.make_store(folder)


def test_a_database_of_another_program_is_no_store(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "data")
    steps(folder, "CREATE TABLE bookmarks (url)")
    for act in EVERYTHING[:2] + EVERYTHING[3:]:
        with pytest.raises(InputError, match="is no store of hjul"):
            act(folder)
    with pytest.raises(InputError, match="is no store of hjul"):
        storing.upgrade(folder, tmp_path / "b.db")
    with closing(sqlite3.connect(folder / STORE_FILE)) as store:
        assert [row[0] for row in store.execute("SELECT name FROM sqlite_master")] == ["bookmarks"]
    assert not (tmp_path / "b.db").exists()


@pytest.mark.parametrize("content", [b"practice_id,name\n" * 500, b"SQLite format 3\x00" + b"\x55" * 8000])
def test_a_damaged_file_names_the_way_out(tmp_path: Path, content: bytes) -> None:
    folder = write_folder(tmp_path / "data")
    (folder / STORE_FILE).write_bytes(content)
    for act in (project_in, change, back_up):
        with pytest.raises(ServiceError, match=r"hjul\.db is damaged or no store of hjul") as caught:
            act(folder)
        assert "hjul store restore FILE" in caught.value.hint
    assert (folder / STORE_FILE).read_bytes() == content


def test_a_folder_or_a_dangling_link_in_its_place(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "data")
    (folder / STORE_FILE).mkdir()
    with pytest.raises(ServiceError, match=r"hjul\.db"):
        project_in(folder)
    (folder / STORE_FILE).rmdir()
    (folder / STORE_FILE).symlink_to(tmp_path / "nowhere" / "x.db")
    with pytest.raises(ServiceError, match=r"hjul\.db"):
        project_in(folder)
    assert not (tmp_path / "nowhere").exists()


def test_what_a_killed_store_left_beside_it_is_not_taken_for_the_next_one_s(
    data: Path, tmp_path: Path
) -> None:
    """A log that lies beside a file that somebody has deleted must not be replayed into the new one."""
    code = (
        "import sqlite3, os; c = sqlite3.connect('hjul.db', isolation_level=None); "
        "c.execute('PRAGMA wal_autocheckpoint=0'); c.execute('CREATE TABLE left_over (x)'); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=data, check=True)
    assert (data / "hjul.db-wal").stat().st_size
    (data / STORE_FILE).unlink()
    storing.make_store(data)
    with closing(sqlite3.connect(data / STORE_FILE)) as store:
        assert not store.execute("SELECT name FROM sqlite_master WHERE name = 'left_over'").fetchall()
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert not tmp_path.joinpath("data", ".hjul.db.hjul-new").exists()


# --- Others who hold it ---------------------------------------------------------------------------------


def test_another_program_that_writes_is_waited_for_and_told(data: Path) -> None:
    change(data)
    storing.back_up(data, data.parent / "earlier.db")
    before = everything(data)
    (data / "rooms.csv").write_text(TABLES["rooms"], encoding="utf-8")
    with held(data / STORE_FILE):
        assert project_in(data).rooms  # readers are not blocked
        for act in (
            storing.undo,
            restore,
            lambda folder: storing.take_in(folder, storing.differences(folder)),
        ):
            with pytest.raises(
                ServiceError, match=r"another program is writing in .*hjul\.db and does not come to an end"
            ) as caught:
                act(data)
            assert "run this again" in caught.value.hint
        for act in (back_up, export):  # what is not remembered is not written
            with pytest.raises(ServiceError, match="another program is writing"):
                act(data)
    assert everything(data) == before
    assert not list(data.glob(".*"))
    assert {path.name for path in data.parent.iterdir()} == {"data", "earlier.db"}


def test_another_program_that_has_it_alone_is_told(data: Path) -> None:
    with held(data / STORE_FILE, "EXCLUSIVE"):
        assert project_in(data).rooms  # of what writes ahead, nobody keeps readers out
    with closing(sqlite3.connect(data / STORE_FILE, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ServiceError, match="another program is writing"):
            project_in(data)


def test_a_writer_on_a_server_is_waited_for_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: postgres.Server
) -> None:
    url = server.new_database()
    monkeypatch.setenv(URL_VARIABLE, url)
    monkeypatch.setattr(opening, "WAIT_S", 1)
    folder = with_store(tmp_path / "data")
    before = everything(folder)
    with psycopg.connect(url) as other:
        other.execute("SELECT pg_advisory_xact_lock(7236514)")
        assert project_in(folder).rooms
        with pytest.raises(ServiceError, match="another program is writing"):
            storing.undo(folder)
    assert everything(folder) == before


# --- Disks ----------------------------------------------------------------------------------------------


@contextmanager
def small_disk(folder: Path, options: str = f"size={SMALL_DISK}") -> Iterator[Path]:
    """Have a small disk mounted for the block, where that is allowed."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", folder], check=True, capture_output=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def _may_mount() -> bool:
    try:
        with tempfile.TemporaryDirectory() as folder, small_disk(Path(folder) / "disk"):
            return True
    except (OSError, subprocess.SubprocessError):
        return False


#: Where none may be mounted, what stands in for such disks has to do; that runs everywhere.
MAY_MOUNT = _may_mount()
#: Rows that no small disk takes.
MANY = "who,from,to,reason\n" + "".join(
    f"all,2011-01-{day:02d},2011-01-{day:02d},{'x' * 1900}{day}{n}\n"
    for day in range(1, 29)
    for n in range(9)
)


def without(monkeypatch: pytest.MonkeyPatch, pragma: str) -> None:
    """Have SQLite refuse what a disk would."""
    monkeypatch.setattr(opening, "_PRAGMAS", f"{opening._PRAGMAS} PRAGMA {pragma};")


def test_what_does_not_fit_is_told_and_nothing_is_half_there(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(data)
    more = write_folder(tmp_path / "more", home_visits=HOMES, closures=MANY)
    with monkeypatch.context() as patch:
        without(patch, "max_page_count=60")
        with pytest.raises(ServiceError, match=r"the disk of .*hjul\.db is full; nothing was saved"):
            take_in(data, more)
    assert everything(data) == before
    take_in(data, more)
    assert len(kept(data)["closures"]) == MANY.count("\n") - 1


def test_what_can_only_be_read_is_told(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(data)
    before = everything(data)
    with monkeypatch.context() as patch:
        without(patch, "query_only=ON")
        with pytest.raises(ServiceError, match=r"hjul\.db can only be read; nothing was saved"):
            storing.undo(data)
        assert project_in(data).rooms
    assert everything(data) == before


if MAY_MOUNT:

    def test_a_full_disk_is_told(tmp_path: Path) -> None:
        with small_disk(tmp_path / "disk", "size=1500k") as disk:
            folder = with_store(disk / "data", home_visits=HOMES)
            before = everything(folder)
            more = write_folder(tmp_path / "more", home_visits=HOMES, closures=MANY)
            ballast = disk / "ballast"
            with ballast.open("wb", buffering=0) as stream, suppress(OSError):
                while stream.write(b"x" * 4096):
                    pass
            with pytest.raises(ServiceError, match=r"the disk of .*hjul\.db is full; nothing was saved"):
                take_in(folder, more)
            for act in (back_up, export):
                with pytest.raises(ServiceError, match=r"full|No space"):
                    act(folder)
            ballast.unlink()
            assert everything(folder) == before
            assert {path.name for path in disk.iterdir()} == {"data"}

    def test_a_read_only_folder_is_told(tmp_path: Path) -> None:
        with small_disk(tmp_path / "disk", "size=2M") as disk:
            folder = with_store(disk / "data", home_visits=HOMES)
            storing.back_up(folder, disk / "earlier.db")
            change(folder)
            (folder / "rooms.csv").write_text(TABLES["rooms"], encoding="utf-8")
            before = everything(folder)
            subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
            for act in (take_in, storing.undo, restore, back_up, export):
                with pytest.raises(ServiceError, match=r"can only be read|cannot be written") as caught:
                    act(folder)
                assert "disk" in str(caught.value)
            subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
            assert everything(folder) == before

    def test_a_store_is_made_whole_or_not_at_all(tmp_path: Path) -> None:
        with small_disk(tmp_path / "disk", "size=60k") as disk:
            folder = write_folder(disk / "data")
            with pytest.raises(ServiceError, match=r"full|No space"):
                storing.make_store(folder)
            assert not list(folder.glob("*.db*"))
            assert not list(folder.glob(".*"))


# --- Servers --------------------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_server_that_is_not_there_is_told_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_folder(tmp_path / "data")
    url = f"postgresql://anna:hemmelig@127.0.0.1:{free_port()}/hjul?application_name=hemmeligt"
    monkeypatch.setenv(URL_VARIABLE, url)
    monkeypatch.setattr(opening, "WAIT_S", 2)
    for act in (
        project_in,
        storing.make_store,
        change,
        lambda each: storing.restore(each, tmp_path / "b.db"),
    ):
        with pytest.raises(SchedulerError) as caught:
            act(folder)
        if act is not EVERYTHING[-1] and "b.db" not in str(caught.value):
            assert isinstance(caught.value, ServiceError)
            assert "cannot be had" in str(caught.value)
            assert "See that its server runs" in caught.value.hint
        assert "hemmelig" not in f"{caught.value}{caught.value.hint}"


def test_a_server_that_goes_down_midway_leaves_nothing_half_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: postgres.Server
) -> None:
    monkeypatch.setenv(URL_VARIABLE, server.new_database())
    folder = with_store(tmp_path / "data")
    before = everything(folder)
    from scheduler.store import tables

    def stop(*_arguments: object) -> None:
        server.stop()
        from scheduler.store.models import Row

        Row.objects.all().delete()

    with monkeypatch.context() as patch:
        patch.setattr(tables, "change", stop)
        with pytest.raises(ServiceError, match="cannot be had"):
            change(folder)
    with pytest.raises(ServiceError, match="cannot be had"):
        project_in(folder)
    server.start()
    assert everything(folder) == before


@pytest.mark.parametrize(
    "url",
    ["mysql://x/y", "postgresql://", "postgresql://server", "postgres://a:b@[::1/x", "postgresql://x:99999999/y", "postgresql://x:port/y", "hjul.db", "sqlite:///"],
)  # fmt: skip
def test_an_address_that_is_none_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    folder = write_folder(tmp_path / "data")
    monkeypatch.setenv(URL_VARIABLE, url)
    with pytest.raises(InputError, match=r"^HJUL_DATABASE_URL: this is no address of a store"):
        project_in(folder)
    monkeypatch.delenv(URL_VARIABLE)
    with (folder / "project.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'[store]\nurl = "{url}"\n')
    with pytest.raises(InputError, match=r"^project\.toml \[store\.url\]: this is no address"):
        project_in(folder)


def test_where_a_store_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert address_of(tmp_path) == Address(file=tmp_path / "hjul.db")
    (tmp_path / "project.toml").write_text('[store]\nurl = " sqlite:///../x.db "', encoding="utf-8")
    assert address_of(tmp_path) == Address(file=tmp_path / "../x.db")
    monkeypatch.setenv(URL_VARIABLE, "postgresql://anna:pw@server:5433/hjul?sslmode=require")
    assert str(address_of(tmp_path)) == "postgresql://server:5433/hjul"
    monkeypatch.setenv(URL_VARIABLE, "sqlite:////var/x.db")
    assert address_of(tmp_path) == Address(file=Path("/var/x.db"))
    monkeypatch.delenv(URL_VARIABLE)
    (tmp_path / "project.toml").write_bytes(b"\xff")
    assert address_of(tmp_path) == Address(file=tmp_path / "hjul.db")
    assert Address(file=Path("a"), called="b").may_be_there is False
    assert str(Address(file=Path("a"), called="b")) == "b"
