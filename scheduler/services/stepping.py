"""Taking back on the board: the last act on a week's draft, and what it wrote into the tables with it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from scheduler.base.errors import InputError
from scheduler.base.files import claimed
from scheduler.base.i18n import _, language
from scheduler.model.clock import Week, now
from scheduler.model.text import Text
from scheduler.outputs import news, write
from scheduler.services import planner, storing
from scheduler.services.editions import DRAFT, shown
from scheduler.services.planner import Prepared
from scheduler.services.workspace import store_of
from scheduler.store.who import me


@dataclass(frozen=True, slots=True)
class Step:
    """The last act on a week's draft.

    Attributes
    ----------
    event
        Its number.
    told
        Who did what when.
    sentences
        What taking it back changes on the board.
    """

    event: int
    told: str
    sentences: tuple[str, ...]


def last(data_dir: Path, week: Week) -> Step | None:
    """Return the last act on a week's draft that can be taken back; None where there is none.

    Raises
    ------
    ServiceError
        When the store cannot be had.
    """
    with store_of(data_dir):
        from scheduler.store import editions, events

        event = editions.changed_by(str(week))
        if event is None:
            return None
        is_ = editions.draft(str(week))
        becomes = editions.before(event) or editions.published(str(week))
        sentences = (
            news.worded(
                news.for_coordinator(is_.roster, becomes.roster), news.names(is_.roster, becomes.roster)
            )
            if is_ and becomes
            else []
        )
        return Step(event.id, events.told(event), tuple(sentences))


def back(
    data_dir: Path, week: Week, out_dir: Path, expected: int, *, prepare: Callable[[], Prepared] | None = None
) -> None:
    """Take back the last act on a week's draft, where it is still the one that was seen.

    Parameters
    ----------
    data_dir, week, out_dir
        The project, the week, and where its draft's folder is.
    expected
        The number of the act's event.
    prepare
        Returns the project as the tables have it, where somebody keeps it prepared.

    Raises
    ------
    InputError
        When there is nothing to take back, or it is another act by now.
    ServiceError
        When the store or a file cannot be had.
    """
    with store_of(data_dir), claimed(out_dir / f"{week}-{DRAFT}", parents=True) as claim:
        from scheduler.store import editions, events

        since = events.seen()
        event = editions.changed_by(str(week))
        if event is None:
            raise InputError(_("there is nothing to undo"))
        if event.id != expected:
            raise InputError(_("meanwhile: {event}").format(event=events.told(event)))

        # What an act wrote into the tables with the draft is its next event.
        tables = None
        with suppress(InputError):
            tables = storing.undoable(data_dir)

        def save() -> None:
            what = Text("did_undo", {"event": events.what(event)})
            with events.act(what, me(), now(), since=since, week=str(week)) as done:
                editions.take_back(event, done)
                if tables is not None and tables.event == event.id + 1:
                    storing.undo(data_dir, tables)

        before = editions.before(event)
        if before is None:
            save()
            if claim.target.is_dir():
                write.remove(claim.target)
            return
        write.put(shown(before, prepare() if prepare else planner.prepare(data_dir), language()), claim, save)
