"""What goes out with an edition: who is told what, over a real mail server, and what becomes of it when that fails."""

import email
import email.policy
import socket
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope, Session
from folders import ON_THE_MAP, write_folder

from scheduler.base import i18n
from scheduler.base.errors import ServiceError
from scheduler.model.clock import NOW_VARIABLE, Week
from scheduler.services import editions, mail, publish, storing
from scheduler.services.workspace import store_of

W20, W21 = Week(2009, 20), Week(2009, 21)
SETTINGS = ON_THE_MAP["settings"] + (
    '\n[project]\ncoordinator = "Kirsten"\nphone = "03 01 00 00"\nemail = "kirsten@jobcenter.example"\n'
)
PLACE = "Vej 1,2450,København SV,Valby"
PRACTICES = (
    "practice_id,name,address,postcode,city,district,lat,lon,email,phone\n"
    f"P1,Vej,{PLACE},55.66506,12.54932,p1@laege.example,03 00 00 01\n"
    f"P2,Gade,{PLACE},55.66406,12.54832,p2@laege.example,03 00 00 02\n"
    f"P3,Torv,{PLACE},55.66306,12.54732,,03 00 00 03\n"
)
ROOMS = "practice_id,weekday,start,end\n" + "".join(
    f"{practice},{day},09:00,12:00\n" for practice, day in (("P1", "mon"), ("P2", "tue"), ("P3", "wed"))
)
CONSULTANTS = (
    "consultant_id,name,email,phone\nc1,Anne,anne@jobcenter.example,03 01 00 01\nc2,Bo,,03 01 00 02\n"
)
AGREEMENTS = "practice_id,weekday,start\nP1,mon,09:30\n"
HOME = "Hemmeligvej 7"
HOMES = (
    "visit_id,address,postcode,city,date,start,end,minutes,district,lat,lon\n"
    f"h1,{HOME},2450,København SV,2009-05-12,12:00,15:00,30,Valby,55.66201,12.54601\n"
)


class Post:
    """A mail server's postman: keeps what comes, and refuses whom it is told to."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, EmailMessage]] = []
        self.refused: set[str] = set()
        self.hang_up_at = -1

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: object, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: object, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        if len(self.messages) == self.hang_up_at:
            return "421 going down"
        message = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append((envelope.rcpt_tos[0], message))
        return "250 OK"


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    postman = Post()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(postman, hostname="127.0.0.1", port=port)
    controller.start()
    monkeypatch.setenv(mail.URL_VARIABLE, f"smtp://127.0.0.1:{port}")
    yield postman
    controller.stop()


@pytest.fixture(autouse=True)
def thursday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NOW_VARIABLE, "2009-05-07T14:10")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = write_folder(
        tmp_path / "p",
        settings=SETTINGS,
        practices=PRACTICES,
        rooms=ROOMS,
        consultants=CONSULTANTS,
        agreements=AGREEMENTS,
        home_visits=HOMES,
    )
    storing.make_store(folder)
    storing.take_in(folder, storing.differences(folder))
    return folder


def change(folder: Path, **tables: str) -> None:
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text)
    storing.take_in(folder, storing.differences(folder))


def give_out(folder: Path, week: Week = W20) -> publish.Published:
    editions.plan_week(folder, week, folder.parent / "out")
    return publish.publish(folder, week, folder.parent / "out")


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_everybody_is_told_once(project: Path, post: Post) -> None:
    with i18n.using("da"):
        editions.plan_week(project, W20, project.parent / "out")
        seen = publish.preview(project, W20)
        done = publish.publish(project, W20, project.parent / "out")
    assert done.by_mail
    assert publish.send(project) == done.messages
    # What was seen before is what goes out.
    assert {(each.address, each.subject, each.text.split()[0]) for each in seen} == {
        (address, message["Subject"], text_of(message).split()[0]) for address, message in post.messages
    }
    sent = {address: text_of(message).replace("\r\n", "\n") for address, message in post.messages}
    assert {each.address: each.text.replace("\r\n", "\n") for each in seen} == sent
    assert {address for address, _message in post.messages} >= {"p1@laege.example", "p2@laege.example"}
    assert len(post.messages) == done.messages
    assert publish.send(project) == 0
    assert len(post.messages) == done.messages
    ids = [message["Message-ID"] for _address, message in post.messages]
    assert len(set(ids)) == len(ids)
    to_p1 = next(message for address, message in post.messages if address == "p1@laege.example")
    said = text_of(to_p1)
    assert said.rstrip().endswith("Skriv ikke om patienter i svaret")
    assert "Endelig: uge 20" in said
    assert said.count("Foreløbig:") == 4  # Whit Monday is closed
    assert "uge 21, mandag 18. maj kl. 9.30" in said
    assert "03 01 00 00" in said
    assert to_p1["From"].addresses[0].addr_spec == "kirsten@jobcenter.example"


def test_who_has_no_address_is_called(project: Path) -> None:
    with i18n.using("en"):
        done = give_out(project)
    (call,) = done.calls
    assert (call.practice_id, call.phone) == ("P3", "03 00 00 03")
    assert "Wednesday" in " ".join(call.sentences)
    assert not done.by_mail
    names = {file.name for file in done.files}
    assert {"P1.eml", "P2.eml", "c1.zip", "c2.zip"} <= names
    assert "P3.eml" not in names


def test_what_is_sent_names_no_home(project: Path, post: Post) -> None:
    done = give_out(project)
    publish.send(project)
    for file in done.folder.glob("messages/*.zip"):
        with zipfile.ZipFile(file) as packed:
            for name in packed.namelist():
                assert HOME.encode() not in packed.read(name), name
                assert b"55.66201" not in packed.read(name)
    for _address, message in post.messages:
        for part in message.walk():
            if part.get_content_type() == "application/zip":
                content = part.get_content()
                assert isinstance(content, bytes)
                with zipfile.ZipFile(BytesIO(content)) as packed:
                    assert all(HOME.encode() not in packed.read(name) for name in packed.namelist())
            elif not part.is_multipart():
                assert HOME not in str(part.get_content())


def test_no_mail_without_news(project: Path, post: Post) -> None:
    give_out(project)
    publish.send(project)
    post.messages.clear()
    change(project, closures="who,from,to\nP2,2009-06-03,2009-06-03\n")
    done = give_out(project)
    assert done.messages == 0
    assert publish.send(project) == 0
    change(project, closures="who,from,to\nP2,2009-05-12,2009-05-12\n")
    with i18n.using("da"):
        give_out(project)
    publish.send(project)
    said = {address: text_of(message) for address, message in post.messages}
    assert "p1@laege.example" not in said
    assert "Besøget tirsdag 12. maj" in said["p2@laege.example"]
    assert "aflyst" in said["p2@laege.example"]


@pytest.mark.parametrize(("now", "told"), [("2009-05-07T14:10", False), ("2009-05-08T14:10", True)])
def test_a_provisional_time_that_changes_is_told_when_it_is_near(
    project: Path, monkeypatch: pytest.MonkeyPatch, now: str, *, told: bool
) -> None:
    give_out(project)
    monkeypatch.setenv(NOW_VARIABLE, now)
    # Monday of the next week is eleven days after this Thursday.
    change(
        project,
        agreements="practice_id,weekday,start\nP1,mon,10:30\n",
        closures="who,from,to\nP2,2009-05-12,2009-05-12\n",
    )
    editions.plan_week(project, W20, project.parent / "out")
    found = publish.look(project, W20)
    changed = found.told["P1"].changed if "P1" in found.told else ()
    assert any(text.params.get("date") == "2009-05-18" for text in changed) is told


def test_a_week_that_the_message_does_not_reach_is_not_cancelled(project: Path) -> None:
    settings = SETTINGS.replace("[project]", "[project]\nnotice_days = 60")
    (project / "project.toml").write_text(settings)
    storing.take_in(project, storing.differences(project))
    give_out(project, W21)  # tells of weeks 21 to 26
    editions.plan_week(project, W20, project.parent / "out")
    assert publish.look(project, W20).told["P1"].changed == ()


def test_a_server_that_refuses_some_sends_the_others(project: Path, post: Post) -> None:
    done = give_out(project)
    post.refused.add("p1@laege.example")
    with pytest.raises(ServiceError, match=r"p1@laege\.example") as caught:
        publish.send(project)
    assert caught.value.exit_code == 3
    assert "hjul outbox send" in caught.value.hint
    assert len(post.messages) == done.messages - 1
    (left,) = publish.waiting(project)
    assert (left.to, left.state) == ("P1", "waiting")
    post.refused.clear()
    assert publish.send(project) == 1
    assert publish.waiting(project) == ()
    with store_of(project):
        from scheduler.store import editions as kept

        assert kept.published("2009-W20") is not None


def test_a_server_that_goes_down_loses_nothing(project: Path, post: Post) -> None:
    done = give_out(project)
    post.hang_up_at = 1
    with pytest.raises(ServiceError):
        publish.send(project)
    assert len(post.messages) == 1
    left = publish.waiting(project)
    assert len(left) == done.messages - 1
    post.hang_up_at = -1
    publish.send_again(project, [each.number for each in left if each.state == "in doubt"])
    assert publish.send(project) == done.messages - 1
    assert len({message["Message-ID"] for _a, message in post.messages}) == len(post.messages)


def test_what_was_on_its_way_is_in_doubt(project: Path, post: Post) -> None:
    give_out(project)
    with store_of(project):
        from scheduler.store.models import Message

        Message.objects.filter(to="P1").update(state=Message.State.SENDING)
    publish.send(project)
    assert "p1@laege.example" not in {address for address, _message in post.messages}
    (left,) = publish.waiting(project)
    assert (left.to, left.state) == ("P1", "in doubt")
    publish.send_again(project, [left.number])
    assert publish.send(project) == 1


@pytest.mark.parametrize("address", ["mail.example", "http://x", "smtp://"])
def test_no_mail_server(project: Path, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv(mail.URL_VARIABLE, address)
    give_out(project)
    with pytest.raises(ValueError, match="no mail server"):
        publish.send(project)


def test_a_server_that_is_not_there(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(mail.URL_VARIABLE, "smtp://127.0.0.1:9")
    done = give_out(project)
    with pytest.raises(ServiceError, match="cannot be had"):
        publish.send(project)
    assert len(publish.waiting(project)) == done.messages


def test_the_journal_has_all_but_homes(project: Path) -> None:
    give_out(project)
    target = project.parent / "journal.zip"
    with i18n.using("en"):
        assert publish.journal(project, W20, target) == 1
    with zipfile.ZipFile(target) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    assert {"index.html", "roster.json", "roster.xlsx", "events.txt", "messages/P1.eml"} <= set(files)
    assert all(HOME.encode() not in content for content in files.values())
    assert b"P3" not in b"".join(name.encode() for name in files)
    done = files["events.txt"].decode("utf-8-sig").splitlines()
    assert [line.rpartition(": ")[2] for line in done] == ["planned", "edition 1 published"]
    assert all("7 May" in line for line in done)
