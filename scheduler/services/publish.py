"""Publishing: a week's draft becomes what holds, with its folder, and those concerned are told what has changed."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scheduler.base.errors import InputError
from scheduler.base.files import claimed
from scheduler.base.i18n import _, language
from scheduler.base.progress import Progress, Silent
from scheduler.model.clock import Week, now
from scheduler.model.roster import Roster
from scheduler.model.text import Text
from scheduler.outputs import news, write
from scheduler.services import planner
from scheduler.services.editions import DRAFT, shown
from scheduler.services.planner import Prepared
from scheduler.services.workspace import kept_tables, store_of
from scheduler.store.who import me
from scheduler.week.fingerprint import fingerprint

if TYPE_CHECKING:
    from scheduler.store.editions import KeptEdition
    from scheduler.store.events import Seen


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
    """

    week: str
    number: int
    roster: Roster
    before: Roster | None
    changed: tuple[Text, ...]

    def sentences(self) -> list[str]:
        """Word what it changes."""
        if self.before is None:
            return []
        return news.worded(self.changed, news.names(self.before, self.roster))


@dataclass(frozen=True, slots=True)
class Published:
    """An edition that was published, and where everything of it is."""

    number: int
    folder: Path
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """What publishing stands on."""

    since: "Seen"
    prepared: Prepared
    draft: "KeptEdition"
    publication: Publication


def look(data_dir: Path, week: Week, *, progress: Progress | None = None) -> Publication:
    """Return what publishing a week's draft would do; nothing is done.

    Raises
    ------
    InputError
        When the week has no draft, or the draft is out of date with the tables.
    ServiceError
        When the store or a file cannot be had.
    """
    with store_of(data_dir):
        return _read(data_dir, week, progress or Silent()).publication


def publish(
    data_dir: Path,
    week: Week,
    out_dir: Path,
    *,
    expected: int | None = None,
    progress: Progress | None = None,
) -> Published:
    """Make a week's draft its published edition, and write its folder. Errors as for `look`, and of `expected`.

    Parameters
    ----------
    expected
        The number that the edition must have, where somebody has looked at it before.
    """
    progress = progress or Silent()
    with store_of(data_dir), claimed(out_dir / str(week), parents=True) as claim:
        from scheduler.store import editions, events

        read = _read(data_dir, week, progress)
        number = read.publication.number
        if expected is not None and number != expected:
            raise InputError(_("the draft of {week} is another one than was looked at").format(week=week))
        moment = now()
        progress.step(_("Maps and files"))
        edition = read.draft.issued(moment)
        artifacts = shown(edition, read.prepared, language())

        def save() -> None:
            what = Text("did_publish", {"edition": number})
            with events.act(what, me(), moment, since=read.since, week=str(week)) as event:
                editions.publish(event, str(week))

        written = write.put(artifacts, claim, save)
        _remove_draft(out_dir / f"{week}-{DRAFT}")
        return Published(number, claim.target, written)


def _read(data_dir: Path, week: Week, progress: Progress) -> _Read:
    from scheduler.store import editions, events

    since = events.seen()
    kept_tables(data_dir)
    draft = editions.draft(str(week))
    if draft is None:
        raise InputError(_without_draft(week))
    prepared = planner.prepare(data_dir, progress=progress)
    if fingerprint(planner.problem(prepared, week)) != draft.problem_sha256:
        raise InputError(
            _("the draft of {week} is out of date: the tables ask for something else now").format(week=week),
            hint=_("Plan the week again: hjul plan {week}").format(week=week),
        )
    before = editions.published(str(week))
    roster = draft.roster
    changed = news.for_coordinator(before.roster, roster) if before else ()
    publication = Publication(str(week), draft.number, roster, before.roster if before else None, changed)
    return _Read(since, prepared, draft, publication)


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
