"""Who calls, and a consultant's own rounds."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from pydantic import TypeAdapter

from scheduler.base.i18n import _
from scheduler.model.clock import local, now
from scheduler.model.roster import Roster, Round
from scheduler.model.text import Text
from scheduler.outputs.privacy import public
from scheduler.services.editions import with_homes
from scheduler.store import events
from scheduler.store.who import me as acting
from scheduler.web.api.calls import api, roster_part, see
from scheduler.web.api.desk import published
from scheduler.web.api.shapes import Me
from scheduler.web.api.weeks import WeekName, week_of
from scheduler.web.callers import caller
from scheduler.web.problems import RefusedError
from scheduler.web.rights import shows_homes
from scheduler.web.roles import Role
from scheduler.web.workshop import workshop

_ROUNDS: TypeAdapter[list[Round]] = TypeAdapter(list[Round])


@api.get("/me", url_name="me", response=Me, summary="Say who calls", tags=["Me"])
def me(request: HttpRequest) -> Me:
    """Say for whom these calls are, in which role, and what they are good for."""
    who = caller()
    return Me(
        name=who.user.name,
        roles=[Role(role) for role in sorted(who.roles)],
        consultant_id=who.user.consultant_id or None,
        scopes=sorted(who.scopes),
        token=who.token.name if who.token else None,
        token_ends_at=local(who.token.ends_at) if who.token else None,
    )


@api.get(
    "/me/rounds/{week}",
    url_name="my-rounds",
    summary="Read one's own rounds",
    tags=["Me"],
    openapi_extra=see(**roster_part("Round")),
)
def rounds(request: HttpRequest, week: WeekName) -> HttpResponse:
    """Return a consultant's own rounds of a week, as roster.json has them.

    Where homes are is said of today and tomorrow alone, and that it was said is kept.
    """
    found = week_of(week)
    own = caller().user.consultant_id
    if not own:
        raise RefusedError(HTTPStatus.NOT_FOUND, _("You are none of the consultants."))
    roster = public(published(found).roster)
    mine = roster.replace(rounds=tuple(each for each in roster.rounds if each.consultant_id == own))
    answer = HttpResponse(_ROUNDS.dump_json(list(_with_homes(mine).rounds)), "application/json")
    answer["Cache-Control"] = "no-store"
    return answer


def _with_homes(mine: Roster) -> Roster:
    """Return the own rounds with where the homes of today and tomorrow are; each of these days is told of first."""
    today = now().date()
    shown = {
        each.date
        for each in mine.rounds
        if shows_homes(each.date, today) and any(stop.kind == "home_visit" for stop in each.stops)
    }
    if not shown:
        return mine
    for date in sorted(shown):
        with events.act(Text("did_show_homes", {"date": str(date)}), acting(), now()):
            pass
    places = {place.place_id: place for place in workshop().prepared().project.places}
    whole = with_homes(mine, places)
    return mine.replace(
        rounds=tuple(
            seen if seen.date in shown else hidden
            for seen, hidden in zip(whole.rounds, mine.rounds, strict=True)
        )
    )
