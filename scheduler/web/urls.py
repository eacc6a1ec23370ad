"""The addresses of the app. Each has its right in `rights`."""

from django.urls import path, register_converter

from scheduler.model.clock import Week
from scheduler.web.views import board, desk, mine, moving, offers, people, sign_in, weeks, working


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
    path("ind/<slug:secret>", sign_in.by_link, name="sign-in-link"),
    path("ud/", sign_in.sign_out, name="sign-out"),
    path("sprog/", sign_in.speak, name="language"),
    path("helbred", sign_in.health, name="health"),
    path("fast/base.css", sign_in.style, name="style"),
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
    path("mig/", mine.mine, name="mine"),
    path("mig/kalender", mine.calendar_address, name="my-calendar"),
    path("mig/<week:week>/svar", mine.outcome, name="my-outcome"),
    path("mig/<week:week>/<path:name>", mine.file, name="my-file"),
    path("kalender/<slug:secret>.ics", mine.calendar, name="calendar"),
    path("folk/", people.people, name="people"),
    path("folk/<int:id_>/", people.person, name="person"),
]

handler404 = "scheduler.web.views.refusals.nothing_there"
handler500 = "scheduler.web.views.refusals.mistake"
