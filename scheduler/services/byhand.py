"""A roster that somebody has made by hand: read, checked against the rules, scored, and set beside others."""

from pathlib import Path

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _
from scheduler.checks import Violation, check
from scheduler.inputs.handsheet import hand_visits, read_hand
from scheduler.model.clock import Week
from scheduler.model.roster import Roster
from scheduler.services import planner
from scheduler.week.byhand import roster_by_hand

#: What such a file may be.
ENDINGS = (".xlsx", ".xlsm", ".csv")


def is_by_hand(file: Path) -> bool:
    """Tell whether a file is one in which people write a roster."""
    return file.suffix.casefold() in ENDINGS


def read_by_hand(
    data_dir: Path, file: Path, week: Week | None = None
) -> tuple[Roster, tuple[Violation, ...]]:
    """Return the roster that a file says, and every rule that it breaks.

    Parameters
    ----------
    data_dir
        The project folder.
    file
        A workbook or a CSV file.
    week
        Which week it is of, where it has weekdays and no dates.

    Raises
    ------
    InputError
        When a row is of nothing that the week asks for, or it is not known which week it is of.
    ServiceError
        When a file cannot be read.
    """
    sheet = read_hand(file)
    if sheet.week and week and sheet.week != week:
        reason = _("its dates are in {found}, not in {week}")
        raise InputError(InputProblem(reason.format(found=sheet.week, week=week), str(file)))
    asked = sheet.week or week
    if asked is None:
        raise InputError(
            InputProblem(_("it has no dates, so it is not known which week it is of"), str(file)),
            hint=_("Name the week with --week."),
        )
    prepared = planner.prepare(data_dir)
    problem = planner.problem(prepared, asked)
    roster = roster_by_hand(problem, hand_visits(sheet, problem, prepared.project))
    return roster, check(problem, roster)
