"""A consultant's own: the rounds of a week with the taps, what is new, and the private calendar."""

import datetime as dt
import secrets
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from scheduler.base.i18n import using
from scheduler.base.version import __version__
from scheduler.model.clock import Week, local, now
from scheduler.model.outcomes import OUTCOMES, Outcomes
from scheduler.model.project import Practice
from scheduler.model.roster import Roster, Round, Stop
from scheduler.model.text import Text
from scheduler.outputs import cards, names, news, words
from scheduler.services import delays, leave, log, taps
from scheduler.services.today import called
from scheduler.store import editions, events
from scheduler.store.editions import KeptEdition
from scheduler.web.models import User
from scheduler.web.pages import page
from scheduler.web.rights import shows_homes
from scheduler.web.views import answers
from scheduler.web.views.phone import consultant
from scheduler.web.views.weeks import asked_week
from scheduler.web.workshop import workshop

#: Tells the phone for how many seconds it may keep an answer, and as what; it keeps nothing else of ours.
KEEP_HEADER = "X-Keep"
#: A week is kept on the phone until so long after it.
_KEPT_AFTER = dt.timedelta(weeks=1)
#: What the pages are made of, besides.
_PARTS = ("/fast/app.css", "/fast/phone.css", "/fast/kept.js", "/fast/phone.js", "/fast/icon.svg")


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a day: a ride, a wait or a stop in words; with the stop itself where something is tapped of it."""

    card: cards.Card
    stop: Stop | None
    spare_s: int

    @property
    def sort(self) -> str:
        if isinstance(self.card, cards.RideCard):
            return "ride"
        return "wait" if isinstance(self.card, cards.WaitCard) else "stop"


@dataclass(frozen=True, slots=True)
class _Day:
    """A day of a consultant: the round, its page, and its rows."""

    round: Round
    href: str
    rows: tuple[_Row, ...]


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Show a consultant's week: the days with their stops, what became of each, and what else is told on the way."""
    user, shop, moment = consultant(request), workshop(), now()
    asked, this = request.GET.get("uge", ""), Week.of(moment.date())
    week = asked_week(asked) if asked else this
    found = editions.published(str(week))
    project = shop.project()
    practices = {practice.practice_id: practice for practice in project.practices}
    told = _told(week, user) if found else {}
    rounds = _rounds(found.roster, user) if found else []
    late = taps.delays(shop.data, week).get((user.consultant_id, moment.date()))
    today = next((each for each in rounds if each.date == moment.date()), None)
    seen = taps.seen(shop.data, week).get(user.consultant_id)
    answer = page(
        request,
        "mine.html",
        week=week,
        edition=found,
        label=words.edition(found.roster) if found else "",
        days=[_day(found, each, practices) for each in rounds] if found else [],
        week_file=_week_file(found, user),
        told=told,
        out=taps.out_again(shop.data, week),
        missing=taps.not_told(found, user.consultant_id, told, moment) if found else 0,
        outcomes=OUTCOMES,
        now=moment,
        today=today,
        late=late,
        later=delays.later(today, dt.timedelta(minutes=late.value["minutes"]), late.at, practices)
        if late and today
        else (),
        is_seen=found is not None and seen is not None and seen.number >= found.number,
        changed=_changed(found, user, seen.number if seen else 0) if found else [],
        away=leave.of_consultant(shop.data, user.consultant_id),
        settings=project.config.project,
        tel=cards.tel_link,
        called=called,
        local=local,
        key=lambda: str(uuid.uuid4()),
        keep=_kept(found, user, project.sha256) if week == this else {},
        calendar=request.build_absolute_uri(reverse("calendar", args=(user.calendar,)))
        if user.calendar
        else "",
    )
    if not asked:
        answer[KEEP_HEADER] = f"{_keep_s(week)} mine"
    answer["Cache-Control"] = "private, no-cache"
    return answer


def _told(week: Week, user: User) -> Mapping[str, Outcomes]:
    entries = log.look(workshop().data, week).books.entries
    return {
        each.practice_id: each.outcomes
        for each in entries
        if each.outcomes and each.consultant_id == user.consultant_id
    }


def _rounds(roster: Roster, user: User) -> list[Round]:
    own = [each for each in roster.rounds if each.consultant_id == user.consultant_id]
    return sorted(own, key=lambda each: each.date)


def _day(edition: KeptEdition, round_: Round, practices: Mapping[str, Practice]) -> _Day:
    stops = {(stop.kind, stop.start): stop for stop in round_.stops}
    spare = {(stop.kind, stop.start): to_spare for stop, to_spare in delays.spare(round_)}
    rows = []
    for card in cards.cards(edition.roster, round_, edition.rides, practices.values()):
        key = (card.kind, card.starts) if isinstance(card, cards.StopCard) else None
        to_spare = spare.get(key) if key else None  # type: ignore[arg-type]  # of a stop that is none
        seconds = -1 if to_spare is None else int(to_spare.total_seconds())
        rows.append(_Row(card, stops.get(key) if key else None, seconds))  # type: ignore[arg-type]
    return _Day(round_, _address(edition, names.round_map(round_)), tuple(rows))


def _changed(edition: KeptEdition, user: User, seen: int) -> list[str]:
    """Say what an edition changes for a consultant since the one that was seen last, or else since the one before."""
    before = [each for each in editions.earlier(edition.week) if each.number < edition.number]
    known = next((each for each in before if each.number == seen), before[-1] if before else None)
    if known is None or seen >= edition.number:
        return []
    sentences = news.for_consultant(known.roster, edition.roster, user.consultant_id)
    return news.worded(sentences, news.names(known.roster, edition.roster))


def _week_file(edition: KeptEdition | None, user: User) -> str:
    if edition is None or user.consultant_id not in edition.roster.consultant_names:
        return ""
    return _address(edition, names.week_file(user.consultant_id, edition.week))


def _address(edition: KeptEdition, name: str) -> str:
    return reverse("my-file", args=(edition.week, name))


# --- What a phone keeps -------------------------------------------------------------------------------


def _kept(edition: KeptEdition | None, user: User, tables: str) -> dict[str, str]:
    """Return what the phone is to keep besides the page itself: addresses, each with what it is known as."""
    parts = dict.fromkeys((reverse("style"), *_PARTS), f"{__version__}-{now().date()}")
    return parts | dict(_kept_pages(edition, user, tables))


def _kept_pages(edition: KeptEdition | None, user: User, tables: str) -> Iterator[tuple[str, str]]:
    if edition is not None:
        for each in _rounds(edition.roster, user):
            yield _address(edition, names.round_map(each)), _version(edition, tables, user)


def _version(edition: KeptEdition, tables: str, user: User) -> str:
    """Return what a page is known as: another one where it may say something else, or homes in other days."""
    return f"{edition.number}-{now().date()}-{user.language}-{tables[:8]}"


def _keep_s(week: Week) -> int:
    """Return for how many seconds from now on pages of a week may be kept."""
    return _seconds_to(week.days[-1] + _KEPT_AFTER)


def _seconds_to(last: dt.date) -> int:
    """Return how many seconds there are until the end of a day; 0 where it is over."""
    end = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), now().tzinfo)
    return max(0, int((end - now()).total_seconds()))


@require_GET
def file(request: HttpRequest, week: Week, name: str) -> HttpResponse:
    """Answer with a file of the consultant's own; where homes are is shown today and tomorrow, and that is kept."""
    user, today = consultant(request), now().date()
    found = editions.published(str(week))
    if found is None:
        raise Http404
    rounds = {names.round_map(each): each for each in _rounds(found.roster, user)}
    if name not in answers.of_consultant(found.roster, user.consultant_id):
        raise Http404
    round_ = rounds.get(name)
    homes = (
        round_ is not None
        and shows_homes(round_.date, today)
        and any(stop.kind == "home_visit" for stop in round_.stops)
    )
    if homes and round_ is not None:
        with events.act(Text("did_show_homes", {"date": str(round_.date)}), user.name, now()):
            pass
    try:
        content = workshop().artifact(found, name, user.language, homes=homes, own=True)
    except KeyError as error:
        raise Http404 from error
    answer = answers.file(name, content)
    if round_ is not None and week == Week.of(today):
        seconds = _seconds_to(round_.date) if homes else _keep_s(week)
        sha256 = workshop().project().sha256
        answer[KEEP_HEADER] = f"{seconds} {_version(found, sha256, user)}"
    return answer


@require_POST
def calendar_address(request: HttpRequest) -> HttpResponse:
    """Make the consultant a new private calendar address, or take it away; the one before leads nowhere then."""
    user = consultant(request)
    user.calendar = "" if "revoke" in request.POST else secrets.token_urlsafe(32)
    user.save(update_fields=["calendar"])
    return redirect("mine")


@require_GET
def calendar(request: HttpRequest, secret: str) -> HttpResponse:
    """Answer a calendar program: what holds of this week and the coming ones, homes by their district."""
    user = User.objects.filter(calendar=secret, is_active=True).exclude(calendar="").first()
    if user is None or not user.consultant_id:
        raise Http404
    from scheduler.outputs.calendars import joined

    with using(user.language):
        week = Week.of(now().date())
        found = editions.published_between(str(week.shift(-1)), str(week.shift(12)))
        name = names.calendar(user.consultant_id)
        files = [
            workshop().artifact(each, name, user.language)
            for each in found
            if user.consultant_id in each.roster.consultant_names
        ]
    return answers.file(name, joined(files, user.name))
