"""What tables, columns and settings mean, in the language in force.

Workbooks and the documentation explain them by these texts; a test fails for what has none.
"""

from collections.abc import Iterable, Mapping

from scheduler.base.i18n import _
from scheduler.inputs import cells, dates
from scheduler.inputs.schema import Column


def of_table(name: str) -> str:
    """Say what the rows of a table are."""
    return _tables()[name]


def of_column(table: str, column: str) -> str:
    """Say what a column of a table means. One text serves all tables, where none has a text of its own."""
    texts = _columns()
    return texts.get(f"{table}.{column}") or texts[column]


def of_section(name: str) -> str:
    """Say what the settings of a section are about."""
    return _sections()[name]


def of_setting(section: str, key: str) -> str:
    """Say what a setting means."""
    return _settings()[f"{section}.{key}"]


def form(column: Column) -> str:
    """Say how a value of a column is written, in Markdown."""
    if column.refers:
        ids = _("an id of {tables}").format(tables=_quoted(column.refers))
        return (
            _("{ids}, or {words}").format(ids=ids, words=_quoted(column.besides)) if column.besides else ids
        )
    if column.parse is cells.postcode:
        return _("four digits")
    if column.parse is dates.quarter:
        return _("a quarter, like 2. kvartal 2009")
    if column.parse is cells.email:
        return _("a mail address")
    if column.parse is cells.phone:
        return _("a telephone number")
    return {
        "id": _("an id: letters a-z, digits, - and _"),
        "text": _("text"),
        "date": _("a date, like 12-05-2009"),
        "time": _("a time of day, like 09:30"),
        "weekday": _("a weekday"),
        "pattern": _("{english}, or in Danish {danish}").format(
            english=_quoted(cells.PATTERNS_DA), danish=_quoted(cells.PATTERNS_DA.values())
        ),
        "week": _("a week, like uge 20 2009"),
        "number": _("a number"),
        "coordinate": _("degrees with decimals"),
    }[column.kind]


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _tables() -> Mapping[str, str]:
    return {
        "practices": _(
            "The GP practices that lend a room, and how many conversations each asks for, how often."
        ),
        "rooms": _(
            "When a practice has a room for the consultant. Hours of the same room that touch or overlap are one."
        ),
        "agreements": _("When a practice expects the visit, where an hour has been agreed."),
        "bases": _("Job centres besides the one in project.toml; only where there are several."),
        "consultants": _("The consultants who cycle to the practices."),
        "shifts": _("When the consultants are at work. Several rows for a day are a split shift."),
        "places": _("Other places than practices and bases, for engagements."),
        "engagements": _("What consultants do besides visits, like meetings, phone hours and teaching."),
        "home_visits": _("Visits to citizens at home. Nothing else about a citizen belongs here."),
        "tasks": _(
            "Stays of a given length that need no room and have no fixed hour, like an introduction at a practice."
        ),
        "pins": _("Visits whose date and hour are settled; they are planned as they stand here."),
        "closures": _(
            "Days, or hours of them, on which a practice is closed, a consultant is away or an engagement is off. "
            "Public holidays need no row."
        ),
        "demand": _("How many conversations a practice asks for in one week, where that is not as usual."),
        "results": _(
            "What the service is judged by, quarter by quarter: totals from the job centre's own systems, for hjul report. "
            "Nothing about single citizens."
        ),
        "budget": _(
            "The budget by line and year, for hjul report. Courses are told apart: lines with kurs or course in it."
        ),
        "milestones": _("Days to be reminded of, for hjul report."),
    }


def _columns() -> Mapping[str, str]:
    own_consultant = _("The practice's own consultant; a visit by another costs points. Blank: none.")
    return {
        "practices.practice_id": _("The practice's id. It becomes part of file names."),
        "practices.consultant_id": own_consultant,
        "practices.conversations": _("How many conversations each visit is to hold."),
        "practices.base_id": _("The base from which the practice is visited."),
        "rooms.weekday": _("The weekday. Blank where the row is about one date."),
        "rooms.date": _("The date, where the row is about one day only."),
        "rooms.start": _("From when the room is free."),
        "rooms.end": _("Until when the room is free. The whole visit lies between the two."),
        "agreements.start": _("When the visit is to begin. More than 15 minutes from it costs points."),
        "bases.base_id": _("The base's id."),
        "consultants.consultant_id": _("The consultant's id. It becomes part of file names."),
        "consultants.email": _("The mail address of the consultant; the week is sent there."),
        "consultants.phone": _("The consultant's telephone; practices are told it."),
        "consultants.base_id": _("The base at which the consultant's days begin and end."),
        "shifts.weekday": _("The weekday. Blank where the row is about one date."),
        "shifts.date": _("The date, where the row is about one day only, in place of its weekday's rows."),
        "shifts.start": _("When work begins; off (fri) where there is no shift on that date."),
        "shifts.end": _("When work ends; the consultant is back at base by then."),
        "engagements.consultant_id": _("Who takes part; all is everybody who works that day."),
        "engagements.weekday": _("The weekday. Blank where the row is about one date."),
        "engagements.date": _("The date, where the row is about one day only."),
        "engagements.start": _("When it begins."),
        "engagements.end": _("When it ends."),
        "home_visits.consultant_id": _("Who makes the visit. Blank: anybody."),
        "home_visits.start": _("When the visit may begin at the earliest."),
        "home_visits.end": _("When the visit must have ended."),
        "tasks.consultant_id": _("Who does it. Blank: anybody."),
        "tasks.start": _(
            "When it may begin at the earliest, on any of the days. Blank: from the morning on."
        ),
        "tasks.end": _("When it must have ended. Blank: until the evening."),
        "tasks.weekday": _("The only weekday on which it may be done. Blank: any."),
        "tasks.place": _("A practice, a base or another place."),
        "pins.consultant_id": _("Who makes the visit. Blank: anybody."),
        "pins.start": _("When the visit begins."),
        "pins.conversations": _("How many conversations it holds. Blank: whatever suits the week best."),
        "closures.start": _("From when on they are closed, each of the days. Blank: from the morning on."),
        "closures.end": _("Until when they are closed, each of the days. Blank: until the evening."),
        "demand.practice_id": _(
            "Which practice. It is due in that week, also where its rhythm does not say so."
        ),
        "demand.conversations": _("How many conversations are asked for in that week."),
        "demand.visits": _("In how many visits; more than 1 cannot be planned yet."),
        "criterion": _("What is counted, as people see it."),
        "quarter": _("The quarter."),
        "number": _("How many. Blank: not known. 1 to 4 are shown as under 5."),
        "of": _("Out of how many. Blank: not known, or it means nothing."),
        "source": _("Where it was counted."),
        "line": _("What the money is for."),
        "year": _("The year."),
        "budget_dkk": _("How much may be used, in kroner."),
        "used_dkk": _("How much has been used, in kroner. Blank: not known."),
        "practice_id": _("Which practice."),
        "consultant_id": _("Which consultant."),
        "place_id": _("The place's id."),
        "engagement_id": _("The engagement's id."),
        "visit_id": _("The home visit's id. Do not use the citizen's name or number."),
        "task_id": _("The task's id."),
        "earliest": _("The first day on which it may be done."),
        "latest": _(
            "The last day on which it may be done. The fewer weeks are left, the more it counts that it is not done."
        ),
        "done": _("The day on which it was done; it is not asked for after that."),
        "id": _("The practice, home visit or task whose date and hour are settled."),
        "who": _("A practice, a consultant, all of them, or an engagement that falls away then."),
        "name": _("The name that people see."),
        "address": _("Street and number."),
        "postcode": _("Four digits."),
        "city": _("The postal district."),
        "district": _("The part of the city. It stands for the address where that is private."),
        "lat": _("Latitude in degrees, about 55. With longitude it wins over the address."),
        "lon": _("Longitude in degrees, about 12."),
        "every_weeks": _("1 is every week, 2 every second week."),
        "first_week": _("The first week with a visit. Blank: the period's first."),
        "max_conversations": _("The most that one visit may hold."),
        "visits_a_week": _(
            "How many visits share the conversations of a week; more than 1 cannot be planned yet."
        ),
        "same_as": _("The practice that this one follows, as where it moves; the two are asked once a week."),
        "priority": _("How much a visit that cannot be made counts; 2 counts double."),
        "email": _("The mail address of the practice; its visits are told there."),
        "phone": _("The telephone of the practice; one without a mail address is called."),
        "active_from": _("The first day on which the practice takes part."),
        "active_to": _("The last day on which the practice takes part."),
        "note": _(
            "For yourselves. A practice's, like entrance and floor, stands on the consultant's pages. "
            "Write nothing about citizens."
        ),
        "weekday": _("The weekday."),
        "date": _("The date."),
        "weeks": _("All, odd or even week numbers."),
        "valid_from": _("The first day on which this holds."),
        "valid_to": _("The last day on which this holds."),
        "room": _("Which room."),
        "speed_kph": _("The consultant's own riding speed in km/h. Blank: that of the project."),
        "max_conversations_per_day": _("The most conversations that the consultant holds in a day."),
        "lunch_minutes": _("How long lunch is."),
        "title": _("What it is, as people see it."),
        "kind": _("The kind, like phone, meeting, teaching or course."),
        "place": _("Where it is: a place, a practice or a base."),
        "minutes": _("How long the home visit lasts."),
        "from": _("The first day."),
        "to": _("The last day; it is closed too."),
        "reason": _("Why, as people see it."),
        "week": _("The week."),
    }


def _sections() -> Mapping[str, str]:
    return {
        "project": _("What holds for the project as a whole."),
        "base": _("Where every round begins and ends. This section alone must be there."),
        "period": _("How long the project runs, and what it promised. Other weeks can be planned, too."),
        "defaults": _("How long things take, and what holds every day."),
        "cycling": _("How fast people ride, and what costs time on the way; see travel-times.md."),
        "weights": _("What each term of the score costs in points. The best roster has the fewest points."),
        "calendar": _("Days on which nobody is visited."),
        "map": _("Which map serves, and which servers are asked for maps and addresses."),
        "solver": _("What the search for a roster may take."),
        "replanning": _("How a published week is planned again."),
        "store": _("Where the store is that remembers tables, editions and what was held."),
        "retention": _(
            "For how long the store keeps what is about people. Then it is deleted, and counts remain."
        ),
        "costs": _(
            "What the service costs, in kroner; hjul simulate reckons with it, and says what has no price (0). "
            "Without the section the budget of the period is spread over its weeks, courses and all."
        ),
        "simulation": _("What chance does to a plan, for hjul simulate. Planning does not look at it."),
    }


def _settings() -> Mapping[str, str]:
    return {
        "project.language": _(
            "da or en: the language of texts and pages, where --lang and HJUL_LANG name none. Empty: the system's."
        ),
        "project.coordinator": _("Who answers when practices and consultants ask; messages tell the name."),
        "project.phone": _("The telephone of the coordinator; messages tell it."),
        "project.email": _("The mail address of the coordinator; messages come from there."),
        "base.name": _("The name that people see. It must be there."),
        "base.address": _("Street and number. They must be there."),
        "base.postcode": _("Four digits. They must be there."),
        "base.city": _("The postal district. It must be there."),
        "base.district": _("The part of the city."),
        "base.lat": _("Latitude in degrees, about 55. With longitude it wins over the address."),
        "base.lon": _("Longitude in degrees, about 12."),
        "period.start": _("The first day."),
        "period.end": _("The last day."),
        "period.goal_conversations": _(
            "How many conversations are to be held by then; booked is not enough."
        ),
        "period.budget_dkk": _("What the whole period may cost, in kroner."),
        "defaults.conversation_minutes": _("A conversation."),
        "defaults.setup_minutes": _("Once a visit, before its first conversation."),
        "defaults.parking_minutes": _("After every ride."),
        "defaults.start_grid_minutes": _(
            "Visits begin at whole multiples of it: with 5 at :00, :05, :10 and so on."
        ),
        "defaults.desk_minutes": _("The least time at base between two visits that is worth the way there."),
        "defaults.lunch_from": _("When lunch may begin at the earliest."),
        "defaults.lunch_to": _("When lunch must have ended."),
        "cycling.speed_kph": _("km/h on a good cycle track, between junctions."),
        "cycling.mixed_traffic_factor": _("Times the speed on larger streets without cycle track or lane."),
        "cycling.calm_street_factor": _("Times the speed on residential streets, paths and yards."),
        "cycling.rough_surface_factor": _("Times the speed on cobblestones, gravel and the like."),
        "cycling.push_kph": _("km/h where the bicycle is pushed."),
        "cycling.steps_kph": _("km/h where it is carried on stairs."),
        "cycling.right_turn_s": _("Seconds for a right turn at a junction."),
        "cycling.left_turn_s": _(
            "Seconds for a left turn, made in two steps. Turning round takes twice that."
        ),
        "cycling.signal_s": _("Seconds at a junction with signals, on average."),
        "cycling.ferry_wait_s": _("Seconds of waiting for a ferry, on average; with inf no ferry is taken."),
        "weights.unserved_conversation": _("A conversation that is asked for and not held."),
        "weights.missed_visit": _("A practice or home visit that gets no visit at all."),
        "weights.continuity": _("A visit by another consultant than the practice's own."),
        "weights.moved_from_agreement": _(
            "A visit on another day than agreed, or more than 15 minutes from the hour."
        ),
        "weights.change": _("A published visit that moves when the week is planned again."),
        "weights.cycling_second": _("A second on the bicycle."),
        "weights.waiting_second": _("A second of waiting away from base."),
        "weights.imbalance_minute": _(
            "A minute between the heaviest and the lightest load, after the hours at work."
        ),
        "calendar.country": _("Whose public holidays are closed, in two letters."),
        "calendar.also_closed": _("Days that are closed every year, by month and day."),
        "map.network": _(
            "A map in the project folder, .osm or .osm.pbf. Empty: the folder's network.osm, else the built-in map."
        ),
        "map.tile_url": _(
            "Where pages get map tiles from, like https://example.org/{z}/{x}/{y}.png. Empty: from nowhere, and "
            "the background is drawn."
        ),
        "map.tile_attribution": _("What has to stand on a map with these tiles."),
        "map.overpass_url": _("The server for hjul network download."),
        "map.nominatim_url": _("The server that looks up addresses with --online."),
        "map.timeout_s": _("How many seconds a server may be silent."),
        "solver.memory_mb": _(
            "Megabytes of memory. The search ends with an error before it takes more (on Linux)."
        ),
        "replanning.booked_counts": _(
            "As how many changes it counts to move a visit that is booked; 1 for no more than any other."
        ),
        "project.coming_weeks": _("Of so many weeks each message tells a practice when it is visited."),
        "project.notice_days": _(
            "A visit in so many days that differs from what the practice was told is told, also before its week is published."
        ),
        "project.app_url": _(
            "Where the web app is; messages then bring each practice a link to its own page. Blank for no links."
        ),
        "store.url": _(
            "Where the store is: postgresql://USER:PASSWORD@SERVER/DATABASE or sqlite:///FILE.db. Empty: hjul.db beside "
            "this file."
        ),
        "retention.home_visits_days": _("After so many days the address of a home visit is deleted."),
        "retention.taps_days": _("After so many days it is deleted when somebody tapped what."),
        "retention.messages_months": _("After so many months messages that were sent are deleted."),
        "retention.names_months": _(
            "After so many months names leave old editions and what is remembered of who did what."
        ),
        "costs.consultant_dkk_a_year": _(
            "The salary of a consultant; who works less or more hours costs so."
        ),
        "costs.consultant_hours_a_week": _("The hours of shifts in a week for which that is the salary."),
        "costs.bicycle_dkk_a_year": _("The bicycle of one consultant, with its upkeep."),
        "costs.base_dkk_a_year": _("What one base costs from which consultants cycle."),
        "costs.practice_dkk_a_year": _("What one practice costs."),
        "costs.room_dkk_an_hour": _("What an hour of a practice's room costs, while a visit is in it."),
        "costs.courses_dkk_a_year": _(
            "Courses for citizens, where they are to count among what a conversation costs."
        ),
        "costs.other_dkk_a_year": _("All that grows with none of these."),
        "simulation.no_show_share": _(
            "The share of booked conversations to which the citizen does not come."
        ),
        "simulation.illness_share": _("The share of working days on which a consultant is away ill."),
        "simulation.illness_days": _("How many working days in a row an illness lasts, on average."),
        "simulation.ride_spread": _("The standard deviation of a ride, as a share of its time."),
        "simulation.weather_spread": _(
            "The same for what all rides of a day have in common, like wind and snow."
        ),
        "simulation.conversation_spread_minutes": _("The standard deviation of a conversation, in minutes."),
        "simulation.shortest_conversation_minutes": _(
            "With fewer minutes left in the room a conversation is not begun."
        ),
    }
