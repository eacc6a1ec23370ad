"""The addresses of the app. Each has its right in `rights`."""

from django.urls import path, register_converter

from scheduler.model.clock import Week
from scheduler.web.api import docs as api_docs
from scheduler.web.api.whole import api
from scheduler.web.views import (
    access,
    away,
    begin,
    board,
    card,
    desk,
    mine,
    moving,
    offers,
    openid,
    people,
    phone,
    replies,
    scenarios,
    sign_in,
    tables,
    trials,
    weeks,
    working,
)


class _WeekConverter:
    """A week in an address."""

    regex = r"\d{4}-W\d\d"

    def to_python(self, value: str) -> Week:
        """Read it; a `ValueError` for what is none."""
        return weeks.asked_week(value)

    def to_url(self, value: Week | str) -> str:
        """Write it."""
        return str(value)


register_converter(_WeekConverter, "week")

urlpatterns = [
    path("", weeks.home, name="home"),
    path("ind/", sign_in.sign_in, name="sign-in"),
    path("ind/med/konto", openid.begin, name="openid"),
    path("ind/med/svar", openid.back, name="openid-back"),
    path("ind/<slug:secret>", sign_in.by_link, name="sign-in-link"),
    path("ud/", sign_in.sign_out, name="sign-out"),
    path("sprog/", sign_in.speak, name="language"),
    path("tilgaengelighed/", sign_in.accessibility, name="accessibility"),
    path("helbred", sign_in.health, name="health"),
    path("fast/base.css", sign_in.style, name="style"),
    path("fast/map.css", sign_in.map_style, name="map-style"),
    path("uger/", weeks.weeks, name="weeks"),
    path("uger/<week:week>/", weeks.week, name="week"),
    path("uger/<week:week>/<int:number>/<path:name>", weeks.edition, name="edition"),
    path("uger/<week:week>/planlaeg", working.plan, name="plan"),
    path("opgaver/<int:number>/", working.job, name="job"),
    path("opgaver/<int:number>/gang", working.progress, name="job-progress"),
    path("opgaver/<int:number>/stop", working.stop, name="job-stop"),
    path("uger/<week:week>/flyt/<slug:which>", moving.move, name="move"),
    path("uger/<week:week>/tavle", board.board, name="board"),
    path("uger/<week:week>/pladser/<slug:which>", board.places, name="places"),
    path("uger/<week:week>/om", board.about, name="about"),
    path("uger/<week:week>/tilbud/<slug:which>", offers.offer, name="offer"),
    path("uger/<week:week>/laas", board.lock, name="lock"),
    path("uger/<week:week>/tilbage", board.step_back, name="step-back"),
    path("uger/<week:week>/nyt", board.news, name="news"),
    path("fast/board.css", board.style, name="board-style"),
    path("uger/<week:week>/udsend", desk.publish, name="publish"),
    path("fremdrift/", weeks.progress, name="progress"),
    path("fortryd/", desk.undo, name="undo"),
    path("undtagelser/", desk.exceptions, name="exceptions"),
    path("undtagelser/<slug:kind>/", desk.exception, name="exception"),
    path("haendelser/", desk.events, name="events"),
    path("begynd/", begin.begin, name="begin"),
    path("tabeller/praksis/<slug:which>/", card.practice, name="practice"),
    path("tabeller/raadgiver/<slug:which>/", card.consultant, name="consultant"),
    path("tabeller/", tables.tables, name="tables"),
    path("tabeller/hent", tables.upload, name="tables-upload"),
    path("tabeller/gem", tables.take, name="tables-take"),
    path("tabeller/projekt.xlsx", tables.download, name="tables-download"),
    path("tabeller/<slug:table>/", tables.table, name="table"),
    path("tabeller/<slug:table>/indsaet", tables.paste, name="table-paste"),
    path("tabeller/<slug:table>/historik", tables.history, name="table-history"),
    path("scenarier/", scenarios.scenarios, name="scenarios"),
    path("scenarier/ny", scenarios.new, name="scenario-new"),
    path("scenarier/fil", scenarios.upload, name="scenario-upload"),
    path("scenarier/kort.svg", scenarios.map_picture, name="scenario-map"),
    path("scenarier/kandidater/", scenarios.candidates, name="candidates"),
    path("scenarier/kandidater/ret", scenarios.change_candidates, name="candidates-change"),
    path("scenarier/sammenlign", trials.ask, name="trial-new"),
    path("scenarier/svar/<int:number>/", trials.trial, name="trial"),
    path("scenarier/svar/<int:number>/gang", trials.progress, name="trial-progress"),
    path("scenarier/svar/<int:number>/stop", trials.stop, name="trial-stop"),
    path("scenarier/svar/<int:number>/rapport.html", trials.report, name="trial-report"),
    path("scenarier/svar/<int:number>/tabeller.zip", trials.tables, name="trial-tables"),
    path("scenarier/svar/<int:number>/scenarier.toml", trials.file, name="trial-file"),
    path("scenarier/s/<slug:which>/", scenarios.scenario, name="scenario"),
    path("scenarier/s/<slug:which>/ret", scenarios.change, name="scenario-change"),
    path("scenarier/s/<slug:which>/fil", scenarios.file, name="scenario-file"),
    path("forslag/", replies.waiting, name="replies"),
    path("forslag/<int:number>/", replies.reply, name="reply"),
    path("forslag/adresser/", replies.links, name="practice-links"),
    path("praksis/<slug:secret>/", replies.practice, name="practice-page"),
    path("praksis/<slug:secret>/opslag", replies.poster, name="practice-poster"),
    path("mig/", mine.mine, name="mine"),
    path("mig/kalender", mine.calendar_address, name="my-calendar"),
    path("mig/tryk", phone.tap, name="my-tap"),
    path("mig/fravaer", away.tell, name="my-absence"),
    path("mig/worker.js", phone.worker, name="worker"),
    path("mig/app.webmanifest", phone.manifest, name="manifest"),
    path("fri/<int:number>/", away.asked, name="leave"),
    path("mig/<week:week>/<path:name>", mine.file, name="my-file"),
    path("kalender/<slug:secret>.ics", mine.calendar, name="calendar"),
    path("folk/", people.people, name="people"),
    path("folk/<int:id_>/", people.person, name="person"),
    path("adgang/", access.access, name="access"),
    path("api/v1/docs", api_docs.docs, name="api-docs"),
    path("api/v1/", api.urls),
]

handler404 = "scheduler.web.views.refusals.nothing_there"
handler500 = "scheduler.web.views.refusals.mistake"
