"""What somebody had seen when they opened a form, as the form carries it."""

import datetime as dt

from scheduler.base.errors import InputError
from scheduler.base.i18n import _
from scheduler.store.events import Seen


def written_seen(seen: Seen) -> str:
    """Return it as a form's value."""
    return f"{seen.event}/{seen.at.isoformat() if seen.at else ''}"


def read_seen(text: str) -> Seen:
    """Read a form's value; an `InputError` where it was changed on its way."""
    event, _slash, at = text.partition("/")
    try:
        return Seen(int(event), dt.datetime.fromisoformat(at) if at else None)
    except ValueError:
        raise InputError(_("the form was changed on its way; begin again")) from None
