"""Publishing: a week's draft becomes what holds, with its folder, and those concerned are told what has changed."""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.files import claimed, replace
from scheduler.base.i18n import _, language
from scheduler.base.progress import Progress, Silent
from scheduler.model.clock import Week, now
from scheduler.model.config import SETTINGS_FILE
from scheduler.model.project import Project
from scheduler.model.roster import Roster
from scheduler.model.text import Text
from scheduler.outputs import letters, names, news, write
from scheduler.outputs.artifacts import Artifacts
from scheduler.outputs.letters import Call, Post
from scheduler.services import mail, planner
from scheduler.services.editions import DRAFT, shown, standing
from scheduler.services.planner import Prepared
from scheduler.services.telling import Told, said, told_of
from scheduler.services.workspace import kept_tables, project_in, store_of
from scheduler.store.who import me
from scheduler.week.fingerprint import fingerprint

if TYPE_CHECKING:
    from scheduler.store.editions import KeptEdition
    from scheduler.store.events import Seen
    from scheduler.store.outbox import Kept, Letter

#: Where in the app practices' own pages are.
PRACTICE_PAGES = "praksis"
#: A link serves this much longer than the weeks that its page shows.
_LINKS_LAST_LONGER = dt.timedelta(weeks=2)


@dataclass(frozen=True, slots=True, eq=False)
class Publication:
    """What publishing a week's draft would do.

    Attributes
    ----------
    week, number
        Which edition it will be.
    roster
        The draft's roster.
    before
        What is published until now; None for the first edition.
    changed
        What it changes, in words for the coordinator; of the first edition nothing.
    told
        Who will be told what, by the id of the practice or consultant.
    names
        What people call those who will be told.
    """

    week: str
    number: int
    roster: Roster
    before: Roster | None
    changed: tuple[Text, ...]
    told: Mapping[str, Told]
    names: Mapping[str, str]

    def sentences(self) -> list[str]:
        """Word what it changes."""
        if self.before is None:
            return []
        return news.worded(self.changed, news.names(self.before, self.roster))


@dataclass(frozen=True, slots=True)
class Published:
    """An edition that was published.

    Attributes
    ----------
    number, folder, files
        Which it is, and where everything of it is.
    messages
        How many messages there are; they lie in the folder, too.
    by_mail
        Whether they wait to be sent by the mail server; else people send them.
    calls
        The practices that cannot be written to.
    unreached
        Names of the consultants who cannot be written to.
    """

    number: int
    folder: Path
    files: tuple[Path, ...]
    messages: int
    by_mail: bool
    calls: tuple[Call, ...]
    unreached: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """A message as it would go out: to whom, at which address, what about, and what it says."""

    name: str
    address: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """What publishing stands on."""

    since: "Seen"
    prepared: Prepared
    draft: "KeptEdition"
    earlier: tuple[Roster, ...]
    publication: Publication


def look(
    data_dir: Path,
    week: Week,
    *,
    prepare: Callable[[], Prepared] | None = None,
    progress: Progress | None = None,
) -> Publication:
    """Return what publishing a week's draft would do; nothing is done.

    Parameters
    ----------
    data_dir, week
        The project folder and the week.
    prepare
        Returns the project as the tables have it, where somebody keeps it prepared.
    progress
        Told what is being done.

    Raises
    ------
    InputError
        When the week has no draft, or the draft is out of date with the tables.
    ServiceError
        When the store or a file cannot be had.
    """
    with store_of(data_dir):
        return _read(data_dir, week, prepare, progress or Silent()).publication


def preview(
    data_dir: Path,
    week: Week,
    *,
    prepare: Callable[[], Prepared] | None = None,
    progress: Progress | None = None,
) -> tuple[Preview, ...]:
    """Return the messages that publishing a week's draft would bring, without what is attached; nothing is done.

    The address of a practice's own page is made when it is sent, so it does not stand in them yet. Parameters and errors
    are those of `look`.
    """
    with store_of(data_dir):
        read = _read(data_dir, week, prepare, progress or Silent())
        moment, told = now(), read.publication.told
        edition = read.draft.issued(moment, standing(read.prepared.project, read.draft.roster))
        artifacts = shown(edition, read.prepared, language())
        post = letters.post(
            artifacts,
            read.prepared.project,
            {id_: each.changed for id_, each in told.items()},
            coming={id_: each.coming for id_, each in told.items()},
            earlier=read.earlier,
            message_id=lambda id_: f"<{id_}@hjul.invalid>",
            sent_at=moment,
            zips=dict.fromkeys(artifacts.roster.consultant_names, b"-"),
        )
        return tuple(
            Preview(
                name=read.publication.names.get(id_, id_),
                address=message["To"].addresses[0].addr_spec,
                subject=str(message["Subject"]),
                text=body.get_content() if (body := message.get_body(("plain",))) else "",
            )
            for id_, message in post.messages.items()
        )


def publish(
    data_dir: Path,
    week: Week,
    out_dir: Path,
    *,
    expected: int | None = None,
    seen: "Seen | None" = None,
    prepare: Callable[[], Prepared] | None = None,
    progress: Progress | None = None,
) -> Published:
    """Make a week's draft its published edition, and write its folder. Errors as for `look`, and of `expected`.

    Parameters
    ----------
    expected
        The number that the edition must have, where somebody has looked at it before.
    seen
        What had been seen by then; what was changed since refuses it.
    prepare
        As for `look`.
    """
    progress = progress or Silent()
    with store_of(data_dir), claimed(out_dir / str(week), parents=True) as claim:
        from scheduler.store import editions, events, outbox, replies

        read = _read(data_dir, week, prepare, progress)
        if seen is not None:
            events.require_unchanged(seen, str(week))
        number = read.publication.number
        if expected is not None and number != expected:
            raise InputError(_("the draft of {week} is another one than was looked at").format(week=week))
        moment = now()
        progress.step(_("Maps and files"))
        stands = standing(read.prepared.project, read.draft.roster)
        edition = read.draft.issued(moment, stands)
        artifacts = shown(edition, read.prepared, language())
        project = read.prepared.project
        told = read.publication.told
        secrets = {practice.practice_id: replies.new_secret() for practice in project.practices}
        pages = _pages(project, secrets)
        zips = _zips(artifacts)
        post = letters.post(
            artifacts,
            project,
            {id_: each.changed for id_, each in told.items()},
            coming={id_: each.coming for id_, each in told.items()},
            earlier=read.earlier,
            pages=pages,
            message_id=lambda id_: message_id(project, str(week), number, id_),
            sent_at=moment,
            zips=zips,
        )
        messages = {id_: message.as_bytes() for id_, message in post.messages.items()}
        by_mail = mail.is_set() and bool(project.config.project.email)
        ends_at = moment + _LINKS_LAST_LONGER + dt.timedelta(weeks=project.config.project.coming_weeks)

        def save() -> None:
            what = Text("did_publish", {"edition": number})
            with events.act(what, me(), moment, since=read.since, week=str(week)) as event:
                editions.publish(event, str(week), stands)
                kept = _letters(post, messages, told, lambda id_: message_id(project, str(week), number, id_))
                outbox.put(event, str(week), number, kept, by_mail=by_mail)
                for id_ in pages.keys() & post.messages.keys():
                    replies.keep_link(id_, secrets[id_], at=moment, ends_at=ends_at)

        written = write.put(_with_messages(artifacts, zips, messages), claim, save)
        _remove_draft(out_dir / f"{week}-{DRAFT}")
        people = artifacts.roster.consultant_names
        return Published(
            number,
            claim.target,
            written,
            len(post.messages),
            by_mail,
            post.calls,
            tuple(people.get(id_, id_) for id_ in post.unreached),
        )


def show_again(data_dir: Path, week: Week, out_dir: Path, *, progress: Progress | None = None) -> Path:
    """Write the folder of what is published of a week anew, as it was kept, and return it.

    Raises
    ------
    InputError
        When nothing is published of the week.
    ServiceError
        When the store or a file cannot be had.
    """
    progress = progress or Silent()
    with store_of(data_dir), claimed(out_dir / str(week), parents=True) as claim:
        from scheduler.store import outbox

        edition = _published(data_dir, week)
        artifacts = shown(edition, planner.prepare(data_dir, progress=progress), language())
        progress.step(_("Maps and files"))
        messages = dict(outbox.sent_with(str(week), edition.number))
        write.put(_with_messages(artifacts, _zips(artifacts), messages), claim)
        return claim.target


def _published(data_dir: Path, week: Week) -> "KeptEdition":
    from scheduler.store import editions

    kept_tables(data_dir)
    edition = editions.published(str(week))
    if edition is None:
        raise InputError(_("no edition of {week} is published").format(week=week))
    return edition


def send(data_dir: Path) -> int:
    """Send what waits in the outbox by the mail server, and return how much it was.

    Raises
    ------
    InputError
        When the environment names no mail server, or the settings no mail address of the coordinator.
    ServiceError
        When the server or the store cannot be had, or some message was refused: those wait.
    """
    with store_of(data_dir):
        from scheduler.store import outbox

        outbox.doubt()
        if not outbox.waiting():
            return 0
        project = project_in(data_dir)
        sender = project.config.project.email
        if not sender:
            reason = _("messages need a sender: write the coordinator's mail address")
            raise InputError(InputProblem(reason, SETTINGS_FILE, column="project.email"))
        with mail.server(sender) as deliver:
            return outbox.send(deliver)


def journal(data_dir: Path, week: Week, target: Path, *, progress: Progress | None = None) -> int:
    """Write what is published of a week as one zip for the records: edition, messages, and who did what.

    Homes are named by their district. Returns the number of the edition.

    Raises
    ------
    InputError
        When nothing is published of the week.
    ServiceError
        When the store or a file cannot be had.
    """
    with store_of(data_dir):
        from scheduler.store import events, outbox

        edition = _published(data_dir, week)
        artifacts = shown(edition, planner.prepare(data_dir, progress=progress), language()).sent()
        files = {name: artifacts[name] for name in (names.INDEX, names.WORKBOOK, names.ROSTER)}
        files |= {names.message(to): content for to, content in outbox.sent_with(str(week), edition.number)}
        told = "".join(f"{events.told(event)}\r\n" for event in events.of(str(week)))
        files[names.EVENTS] = told.encode("utf-8-sig")
        replace(target, write.zipped(files))
        return edition.number


def waiting(data_dir: Path) -> "tuple[Kept, ...]":
    """Return what has not gone out yet, with what is in doubt. Errors as for `look`."""
    with store_of(data_dir):
        from scheduler.store import outbox

        outbox.doubt()
        return outbox.waiting()


def send_again(data_dir: Path, numbers: Sequence[int]) -> None:
    """Have messages in doubt wait to be sent again; an `InputError` where one is not in doubt."""
    with store_of(data_dir):
        from scheduler.store import outbox

        doubtful = {each.number for each in waiting(data_dir) if each.state == outbox.State.DOUBTFUL}
        for number in numbers:
            if number not in doubtful:
                raise InputError(_("message {number} is not in doubt").format(number=number))
            outbox.again(number)


def message_id(project: Project, week: str, number: int, id_: str) -> str:
    """Return the Message-ID of an edition's message to somebody: the same message has the same one again.

    It tells apart what the job centres of one town send.
    """
    _user, _at, server = project.config.project.email.rpartition("@")
    base = hashlib.sha256(project.bases[0].full_address.encode()).hexdigest()[:8]
    return f"<{week}.{number}.{id_}.{base}@{server or 'hjul.invalid'}>"


def _pages(project: Project, secrets: Mapping[str, str]) -> Mapping[str, str]:
    """Return the address of each practice's own page, where the settings say where the app is."""
    where = project.config.project.app_url
    return {id_: f"{where}/{PRACTICE_PAGES}/{secret}/" for id_, secret in secrets.items()} if where else {}


def _letters(
    post: Post, messages: Mapping[str, bytes], told: Mapping[str, Told], named: Callable[[str], str]
) -> "Iterator[Letter]":
    """Yield what the outbox keeps: messages, and what those are told who are called."""
    from scheduler.store.outbox import Letter

    for id_, message in post.messages.items():
        (to,) = message["To"].addresses
        yield Letter(
            message_id=named(id_),
            to=id_,
            address=to.addr_spec,
            content=messages[id_],
            told=said(told[id_].coming),
        )
    for call in post.calls:
        id_ = call.practice_id
        yield Letter(message_id=named(id_), to=id_, address="", content=b"", told=said(told[id_].coming))


def _zips(artifacts: Artifacts) -> Mapping[str, bytes]:
    """Return what each consultant is handed of a week, by id."""
    return {who: letters.consultant_zip(artifacts, who) for who in artifacts.roster.consultant_names}


def _with_messages(
    artifacts: Artifacts, zips: Mapping[str, bytes], messages: Mapping[str, bytes]
) -> Mapping[str, bytes]:
    """Return the files of a published week: what people see, a zip for each consultant, and the messages."""
    handed = {names.consultant_zip(who): content for who, content in zips.items()}
    drafts = {names.message(id_): letters.eml(content) for id_, content in messages.items()}
    return {**artifacts, **handed, **drafts}


def _read(data_dir: Path, week: Week, prepare: Callable[[], Prepared] | None, progress: Progress) -> _Read:
    from scheduler.store import editions, events, outbox

    since = events.seen()
    kept_tables(data_dir)
    draft = editions.draft(str(week))
    if draft is None:
        raise InputError(_without_draft(week))
    prepared = prepare() if prepare else planner.prepare(data_dir, progress=progress)
    if fingerprint(planner.problem(prepared, week)) != draft.problem_sha256:
        raise InputError(
            _("the draft of {week} is out of date: the tables ask for something else now").format(week=week),
            hint=_("Plan the week again: hjul plan {week}").format(week=week),
        )
    before = editions.published(str(week))
    roster = draft.roster
    changed = news.for_coordinator(before.roster, roster) if before else ()
    earlier = tuple(each.roster for each in editions.earlier(str(week)))
    settings = prepared.project.config.project
    others = editions.published_between(str(week), str(week.shift(settings.coming_weeks - 1)))
    told = told_of(
        prepared.project,
        (*earlier, roster),
        {each.week: each.roster for each in others},
        outbox.last_told(),
        now(),
    )
    called = {place.place_id: place.name for place in prepared.project.places} | dict(roster.consultant_names)
    publication = Publication(
        str(week),
        draft.number,
        roster,
        before.roster if before else None,
        changed,
        told,
        {id_: called.get(id_, id_) for id_ in told},
    )
    return _Read(since, prepared, draft, earlier, publication)


def _without_draft(week: Week) -> str:
    from scheduler.store import editions

    before = editions.published(str(week))
    if before is None:
        return _("{week} has no draft to publish; plan it first: hjul plan {week}").format(week=week)
    return _(
        "{week} has no draft: edition {edition} is published, and nothing has been planned since"
    ).format(week=week, edition=before.number)


def _remove_draft(folder: Path) -> None:
    """Remove the folder of what is no draft any more, where nobody has put anything of their own into it."""
    if folder.is_dir():
        with claimed(folder):
            write.remove(folder)
