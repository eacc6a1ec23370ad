"""The sentences of rosters, advice and proofs, worded when they are shown, in the language in force.

Each code of a `Text` has its sentence in `sentences`; what stands in braces there is the name of a parameter,
and the name tells how it is written: `date` as a date, `weekday` as the weekday of a date, `start_s` as a time on the
clock, `consultant_id` as the name that the roster has for it. What replaces another has its name with `new_` before it.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scheduler.base.i18n import _, clock, day, minutes, ngettext, number, weekday
from scheduler.model.holidays import holiday
from scheduler.model.text import Param, Text

#: What people call what a text has the id of, by the name of the parameter and the id.
Names = Mapping[str, Mapping[str, str | Text]]

#: Texts within texts are worded so deep; a roster has three, a file may have been made to have any number.
_DEEPEST = 8


def word(text: str | Text, names: Names | None = None) -> str:
    """Word a text; what people wrote themselves, a plain string, stays as it is.

    Ids are shown as the `names` of a roster have them. A text that is not known here, or has other
    parameters than its sentence, is shown as its code: it may come from a newer version.
    """
    return text if isinstance(text, str) else _word(text, names or {}, _DEEPEST)


def sentences(n: int = 0) -> Mapping[str, str]:
    """Return the sentence of every code in the language in force; `n` decides between one and many."""
    return {
        # Stops and requests without a name.
        "lunch": _("Lunch"),
        "desk": _("Desk work"),
        "home_visit": _("Home visit"),
        # Why days are closed.
        "holiday": "{holiday}",
        "closure": "{closure}",
        "inactive": _("the practice is not active"),
        "clocks_change": _("the clocks change"),
        # Notes on a week.
        "outside_period": _("{week} lies outside the project's period"),
        "engagement_falls_away": _("{title} of {consultant_id}, {date}, falls away: {reason}."),
        "lunch_waived": _("{consultant_id}, {date}: the engagements leave no room for lunch."),
        "lunch_waived_by_gaps": _("{consultant_id}, {date}: the gaps in the shift leave no room for lunch."),
        "lunch_waived_by_both": _(
            "{consultant_id}, {date}: the engagements and the gaps in the shift leave no room for lunch."
        ),
        "lunch_waived_by_what_happened": _(
            "{consultant_id}, {date}: what has happened leaves no room for lunch."
        ),
        "engagement_missed": _("{consultant_id} can no longer keep {title} on {date}."),
        "booked_visits": ngettext(
            "Booked, so that moving one of them counts as {n} change: {request_ids}.",
            "Booked, so that moving one of them counts as {n} changes: {request_ids}.",
            n,
        ),
        "simplified_map": _("Simplified map"),
        "nearest_number": _(
            "{place_id}: {street} has no number {number} in the map; the nearest, {one}, is used, about {off_m} m off"
        ),
        "between_numbers": _(
            "{place_id}: {street} has no number {number} in the map; it is looked for between {one} and {other},"
            " at most {off_m} m off"
        ),
        "home_nearest_number": _(
            "{place_id}: the map does not have its house number; it is estimated from others of that street"
        ),
        "coordinates_away": _(
            "{place_id}: lat and lon are {off_m} m from {address} in the map; it is planned with lat and lon"
        ),
        "home_coordinates_away": _(
            "{place_id}: lat and lon are more than {off_m} m from its address in the map; it is planned with"
            " lat and lon"
        ),
        "online_only": _("{place_id}: {address} is known online only as {name}"),
        "same_house": _("{place_id} is in the same house as {other_id}"),
        # Why a request is not met in this week, each in general and in detail.
        "has_happened": _("The visit has been made."),
        "no_room": _("The practice lends no room this week."),
        "no_day": _("None of its days is in this week."),
        "closed": _("All its hours of the week fall away."),
        "closed_days": _("All its hours of the week fall away: {days}."),
        "closed_day": "{date}: {reason}",
        "day": "{date}",
        "hours": "{date} {start_s}–{end_s}",
        "no_consultant": _("No consultant is at work in its hours."),
        "no_consultant_then": _("No consultant is at work for long enough in its hours: {hours}."),
        "consultant_away": _("The consultant is not at work then."),
        "consultant_away_then": _("{consultant_id} is not at work then: {hours}."),
        "ride_does_not_fit": _("Shifts, engagements and lunch leave no time for the ride and the visit."),
        "ride_does_not_fit_on": _(
            "In its hours on {date} neither the shift nor the engagements leave {consultant_id} time "
            "for the ride there, the stay of {duration_s} and lunch."
        ),
        "engagement_in_the_way": _("An engagement leaves no time for it."),
        "engagement_leaves_no_time": _(
            "On {date} {title} {start_s}–{end_s} leaves {consultant_id} no time for the ride there and the visit of "
            "{duration_s}."
        ),
        "lunch_in_the_way": _("Lunch leaves no time for it."),
        "lunch_leaves_no_time": _(
            "On {date} lunch leaves {consultant_id} no time for the ride there and the stay of {duration_s}."
        ),
        "lunch_leaves": ngettext(
            "Lunch leaves time for only {n} conversation in the room's hours.",
            "Lunch leaves time for only {n} conversations in the room's hours.",
            n,
        ),
        "room_too_short": _("The room is not free for long enough."),
        "room_holds": ngettext(
            "Only {n} conversation fits into the room's hours and the shifts.",
            "Only {n} conversations fit into the room's hours and the shifts.",
            n,
        ),
        "practice_maximum": _("The practice takes no more conversations in one visit."),
        "practice_takes": ngettext(
            "The practice takes at most {n} conversation in one visit.",
            "The practice takes at most {n} conversations in one visit.",
            n,
        ),
        "left_out": _("It is not in the roster that was made by hand."),
        "not_placed": _("No place was found in the time given."),
        "dearer": _("It is possible, but it costs more than it gains."),
        "dearer_by_moves": _("It would displace or move other visits."),
        "dearer_by_time": _("It is possible, but longer rides, waits or moved visits cost more."),
        "dearer_by_visits": _("It is possible, but only at the cost of: {request_ids}."),
        # The answers to an absence or a closed room, and what they leave out.
        "answer_cancel": _("Cancel the visits of that day"),
        "answer_cover": _("Let {consultant_ids} take what can be held that day"),
        "answer_same_day": _("Have what can be held the same day, at another hour or by somebody else"),
        "answer_later": _("Move to later in the week"),
        "answer_cancelled": _("It is cancelled this time."),
        "answer_left_out": _("It is not planned, so that nothing else moves."),
        # Which rule a visit would break somewhere.
        "rule_grid": _("Visits begin every {duration_s}, not at {start_s}."),
        "rule_no_hours": _("It cannot be on {date}."),
        "rule_closed": _("Its hours on {date} fall away: {reason}."),
        "rule_hours": _("{start_s}–{end_s} does not lie in its hours: {hours}."),
        "rule_settled": _("It is pinned or locked elsewhere."),
        "rule_others_locked": _("Others that are pinned or locked leave no room for it."),
        "rule_named": _("Only {consultant_id} may make it."),
        "rule_base": _("{consultant_id} rides from another base."),
        "rule_no_shift": _("{consultant_id} does not work on {date}."),
        "rule_shift": _("{consultant_id} does not work {start_s}–{end_s}, but: {hours}."),
        "rule_engagement": _("{consultant_id} has {title} {start_s}–{end_s}."),
        "rule_no_time": _("Rides, engagements and lunch leave {consultant_id} no time for it on {date}."),
        # Advice.
        "advise_room": _("{practice_id}: a room on {date} {start_s}–{end_s}"),
        "advise_shift": _("{consultant_id}: at work on {date} {start_s}–{end_s}"),
        "advise_engagement": _("{engagement_id} on {date}: at {start_s} instead of {before_s}"),
        # What differs between two rosters, for the coordinator.
        "home_in": _("Home visit ({district})"),
        "conversations": ngettext("{n} conversation", "{n} conversations", n),
        "change": "{request_id}: {whats}",
        "change_new": _("new, {weekday} {start_s}, {consultant_id}"),
        "change_cancelled": _("cancelled, {weekday} {start_s}, {consultant_id}"),
        "change_moved": _("moved from {weekday} {start_s} to {new_weekday} {new_start_s}"),
        "change_consultant": _("{new_consultant_id} instead of {consultant_id}"),
        "change_number": ngettext(
            "{n} conversation instead of {before}", "{n} conversations instead of {before}", n
        ),
        # The same for a consultant.
        "own_moved": _("{weekday} {start_s} {request_id} has been moved to {new_weekday} {new_start_s}."),
        "own_taken_over": _("{weekday} {start_s} {request_id} has been taken over by {new_consultant_id}."),
        "own_cancelled": _("{weekday} {start_s} {request_id} is cancelled."),
        "own_number": "{weekday} {start_s} {request_id}: {whats}.",
        "own_new": _("New: {weekday} {start_s} {request_id}."),
        "own_new_with": _("New: {weekday} {start_s} {request_id} ({whats})."),
        "taken_over_from": _("taken over from {consultant_id}"),
        "engagement_moved": _(
            "{weekday} {start_s}–{end_s} {engagement_id} has been moved to {new_weekday} {new_start_s}–{new_end_s}."
        ),
        "engagement_cancelled": _("{weekday} {start_s}–{end_s} {engagement_id} is cancelled."),
        "engagement_new": _("New: {weekday} {start_s}–{end_s} {engagement_id}."),
        # The same for a practice.
        "visit_moved": _("The visit has been moved from {date} at {start_s} to {new_date} at {new_start_s}."),
        "visit_cancelled": _("The visit on {date} at {start_s} is cancelled."),
        "visit_new": _("New visit on {date} at {start_s}."),
        "visit_consultant": _("{new_consultant_id} comes instead of {consultant_id}."),
        "visit_number": ngettext(
            "There is now {n} conversation, not {before}.",
            "There are now {n} conversations, not {before}.",
            n,
        ),
        "consultant_prevented": _("The consultant is prevented from coming."),
        "task_moved": _("{task_id} has been moved from {date} at {start_s} to {new_date} at {new_start_s}."),
        "task_cancelled": _("{task_id} on {date} at {start_s} is cancelled."),
        "task_new": _("New: {task_id} on {date} at {start_s}."),
        "task_consultant": _("{task_id}: {new_consultant_id} comes instead of {consultant_id}."),
        # What became of checking a proof.
        "proof_missing": _("The roster carries no proof of its bound."),
        "proof_holds": _("No roster scores less than {bound}."),
        "proof_too_strong": _("By this check no roster can score as little as this one does."),
        "proof_wrong": _("A roster that scores {score} exists, below the bound of {bound}."),
        "proof_unfinished": _(
            "The proof was not checked to its end: that takes more than {limit_s} s, or too much memory."
        ),
        "proof_unfinished_above": _(
            "The proof was not checked to its end: that takes more than {limit_s} s, or too much memory. "
            "What was checked proves that no roster scores less than {bound}."
        ),
        "proof_share_below_0": _("A share of the proof is below 0, or no number."),
        "proof_shares_not_1": _("The shares of the proof are not 1 in all."),
        "proof_of_another_week": _("The proof is that of another week."),
        "proof_price_below_0": _("A price of the proof is below 0, or no number."),
        # What was done in the store.
        "did_import": _("tables taken in from {source}"),
        "did_backup": _("a backup written to {source}"),
        "did_restore": _("the backup {source} taken back"),
        "did_plan": _("planned"),
        "did_replan": _("planned again"),
        "did_move": _("{request_id} moved to {date} {start_s}, {consultant_id}"),
        "did_answer": _("planned again: {how}"),
        "did_publish": _("edition {edition} published"),
        "did_lock": _("{week} locked: {lock}"),
        "did_unlock": _("{week} no longer locked: {locks}"),
        "lock_visit": "{request_id} ({keeps})",
        "lock_day": _("all on {date} ({keeps})"),
        "lock_consultant": _("all of {consultant_id} ({keeps})"),
        "lock_round": _("all of {consultant_id} on {date} ({keeps})"),
        "keeps_whole": _("day, hour and consultant"),
        "keeps_day": _("the day"),
        "keeps_consultant": _("the consultant"),
        "keeps_hour": _("the hour"),
        "did_undo": _("undone: {event}"),
        "did_export": _("tables written to {source}"),
        "did_forget": _("home visits before {date} deleted"),
        "did_clean": _("deleted what need not be kept any longer"),
        # The tables, row by row.
        "did_add_row": _("{table}: {row} added"),
        "did_change_row": _("{table}: {row} changed"),
        "did_remove_row": _("{table}: {row} deleted"),
        "did_change_rows": ngettext("{table}: {n} row changed", "{table}: {n} rows changed", n),
        "did_settings": _("settings changed"),
        "did_begin": _("an empty project begun"),
        "did_download": _("all tables downloaded as a workbook, homes among them"),
        "did_show_home": _("where {visit_id} is made shown"),
        **_tables(),
        # People who sign in.
        "did_add_person": _("{name} may sign in"),
        "did_remove_person": _("{name} may sign in no longer"),
        "did_name_account": _("the account by which {name} signs in changed"),
        "did_grant": _("{name} is now: {role} ({where})"),
        "did_revoke": _("{name} is no longer: {role} ({where})"),
        "role_administrator": _("Administrator"),
        "role_coordinator": _("Coordinator"),
        "role_consultant": _("Consultant"),
        "role_planner": _("Planner"),
        "role_reader": _("Reader"),
        "everywhere": _("all job centres"),
        "did_make_link": _("a link made that signs {name} in"),
        "did_end_sessions": _("all devices of {name} signed out"),
        "did_paper": _("{paper} written"),
        "did_paper_gone": _("{paper} taken away"),
        "did_trial": _("asked what {papers} come to"),
        "did_reply": _("{practice_id} said on its own page"),
        "did_approve": _("what {practice_id} said is approved; it was in the tables already"),
        "did_decline": _("what {practice_id} said is declined"),
        "did_make_page_link": _("a link made to the page of {practice_id}"),
        "did_revoke_page_links": _("the links to the page of {practice_id} taken back"),
        "did_make_token": _("a token called {token} made for {name}"),
        "did_end_token": _("the token {token} of {name} revoked"),
        "did_show_homes": _("the homes of {date} shown"),
        # Exceptions, and when they are.
        "did_absence": _("{consultant_id} is away: {when}"),
        "did_close": _("closed for {who}: {when}"),
        "did_room": _("a room more at {practice_id}: {when}"),
        "did_hours": _("other hours of {consultant_id}: {when}"),
        "did_cancel_engagement": _("{engagement_id} falls away: {when}"),
        "did_move_engagement": _("{engagement_id} is moved: {when} → {then}"),
        "did_busy": _("busy times of {consultant_id} taken in from a calendar"),
        # What consultants tell on their way, and of being away.
        "did_delay": ngettext(
            "{consultant_id} is {n} minute late on {date}", "{consultant_id} is {n} minutes late on {date}", n
        ),
        "did_delay_over": _("{consultant_id} is no longer late on {date}"),
        "did_come_out": _("{consultant_id} is out of a home again"),
        "did_go_back": _("{consultant_id} is not out of a home yet"),
        "did_see": _("{consultant_id} has seen edition {edition} of {week}"),
        "did_tell_absence": _("{consultant_id} has told of being away: {when}"),
        "did_ask_absence": _("{consultant_id} has asked for leave: {when}"),
        "did_grant_absence": _("{consultant_id} may be away: {when}"),
        "did_refuse_absence": _("{consultant_id} cannot have leave: {when}"),
        "did_withdraw_absence": _("{consultant_id} will not be away after all: {when}"),
        "did_settle_absence": _("dealt with, that {consultant_id} is away: {when}"),
        # The log, and what is owed.
        "did_log": _("what became of {practice_id} in {week}"),
        "did_log_back": _("what became of {practice_id} in {week} is taken back"),
        "did_log_sheet": _("what became of {week}, from {source}"),
        "did_log_apart": _("conversations of {consultant_id} by telephone and at home, {date}"),
        "did_withdraw": ngettext(
            "{n} conversation is owed to {practice_id} no more",
            "{n} conversations are owed to {practice_id} no more",
            n,
        ),
        "did_renumber": ngettext(
            "{practice_id} asks for {n} conversation in {week}",
            "{practice_id} asks for {n} conversations in {week}",
            n,
        ),
        "did_plan_again": ngettext(
            "{week} asks for {n} conversation more of {practice_id}",
            "{week} asks for {n} conversations more of {practice_id}",
            n,
        ),
        "day_from": _("{date} from {start_s}"),
        "day_until": _("{date} until {end_s}"),
        "from_to": "{first} – {last}",
        "each_day_hours": _("{span}, each day {start_s}–{end_s}"),
        "each_day_from": _("{span}, each day from {start_s}"),
        "each_day_until": _("{span}, each day until {end_s}"),
        "for_all": _("everybody"),
        # A sentence of a roster that was written before there were codes, in the language it was written in.
        "as_written": "{text}",
    }


def _tables() -> Mapping[str, str]:
    """Return what the tables are called."""
    return {
        "table_practices": _("GP practices"),
        "table_rooms": _("room hours"),
        "table_agreements": _("agreed hours"),
        "table_bases": _("bases"),
        "table_consultants": _("consultants"),
        "table_shifts": _("working hours"),
        "table_places": _("places"),
        "table_engagements": _("engagements"),
        "table_home_visits": _("home visits"),
        "table_tasks": _("tasks"),
        "table_pins": _("locked visits"),
        "table_closures": _("days closed"),
        "table_demand": _("demand"),
        "table_results": _("results"),
        "table_budget": _("budget"),
        "table_milestones": _("milestones"),
        "table_settings": _("settings"),
    }


def _word(text: Text, names: Names, deep: int) -> str:
    n = text.params.get("n")
    sentence = sentences(n if isinstance(n, int) else 0).get(text.code)
    if sentence is None or deep == 0:
        return text.code
    try:
        return sentence.format_map(_Shown(text, names, deep))
    except (ArithmeticError, LookupError, NotImplementedError, TypeError, ValueError):
        return text.code


@dataclass(frozen=True, slots=True)
class _Shown:
    """The parameters of a text as they are shown, one by one when a sentence asks for them."""

    text: Text
    names: Names
    deep: int

    def __getitem__(self, name: str) -> str:
        params = self.text.params
        if name == "holiday":
            found = holiday(str(params["country"]), dt.date.fromisoformat(str(params["date"])))
            return found or _("closed every year")
        value = params.get("reason", _("closed")) if name == "closure" else params[name]
        if isinstance(value, tuple):
            separator = "; " if name == "days" else ", "
            return separator.join(self._one(name.removesuffix("s"), each) for each in value)
        return self._one(name.removeprefix("new_"), value)

    def _one(self, name: str, value: Param) -> str:
        if isinstance(value, Text):
            return _word(value, self.names, self.deep - 1)
        if isinstance(value, str):
            return self._named(name, value)
        if isinstance(value, int) and (write := _WRITTEN.get(name)):
            return write(value)
        if isinstance(value, int | float):
            return number(value, 1 if name == "limit_s" else 0)
        raise TypeError(name)

    def _named(self, name: str, value: str) -> str:
        if name == "date":
            return day(dt.date.fromisoformat(value))
        if name == "weekday":
            return weekday(dt.date.fromisoformat(value).weekday())
        named = self.names.get(name, {}).get(value, value)
        return named if isinstance(named, str) else _word(named, self.names, self.deep - 1)


_WRITTEN: Mapping[str, Callable[[int], str]] = {
    "start_s": clock,
    "end_s": clock,
    "before_s": clock,
    "duration_s": minutes,
}
