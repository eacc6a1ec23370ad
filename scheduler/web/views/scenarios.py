"""What if: scenarios put together from choices, one upon the other, and the candidates that they take."""

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from scheduler.base import limits
from scheduler.base.errors import InputError
from scheduler.base.i18n import _
from scheduler.inputs.candidates import Candidate
from scheduler.inputs.cells import text as one_line
from scheduler.model.project import Project
from scheduler.outputs import svgmap
from scheduler.outputs.placesscene import base_marker, places_scene, practice_marker
from scheduler.outputs.scene import Scene
from scheduler.scenario import choices, papers
from scheduler.scenario.changes import Scenario
from scheduler.scenario.papers import KeptScenario
from scheduler.scenario.practices.newcomers import practice_places
from scheduler.services.workspace import project_in
from scheduler.store import trials as kept_trials
from scheduler.store.events import ChangedSinceError
from scheduler.web.models import User
from scheduler.web.pages import page
from scheduler.web.views import answers
from scheduler.web.workshop import workshop

_LONGEST = 200
_MOST_TEXTS = 60
_NUMBER = re.compile(r"\d{1,6}", re.ASCII)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def may_plan(request: HttpRequest) -> bool:
    """Tell whether somebody may write scenarios, and not only look at them."""
    assert isinstance(request.user, User)  # noqa: S101 - `middleware` lets nobody else in
    return request.user.may("scenario-new")


@require_GET
def scenarios(request: HttpRequest) -> HttpResponse:
    """List the scenarios and the questions, and ask one."""
    return listed(request)


def listed(
    request: HttpRequest, status: int = 200, problems: Sequence[str] = (), **written: str
) -> HttpResponse:
    """Show the list, with what was wrong with a form of it and what was written there."""
    kept = papers.kept_scenarios(workshop().data)
    return page(
        request,
        "scenarios.html",
        status,
        kept=[(each, _level(each, kept)) for each in _as_tree(kept)],
        trials=kept_trials.trials(),
        may_plan=may_plan(request),
        problems=problems,
        chosen=request.POST.getlist("scenario"),
        written={"weeks": "", "draws": "1", "title": "", "text": "", **written},
    )


def _as_tree(kept: Mapping[str, KeptScenario]) -> list[KeptScenario]:
    """Return the scenarios so that each stands below what it builds on."""
    plain = {name: each.scenario for name, each in kept.items()}
    keys = {name: [each.title.casefold() for each in papers.line_of(name, plain)] for name in kept}
    return sorted(kept.values(), key=lambda each: keys[each.name])


def _level(one: KeptScenario, kept: Mapping[str, KeptScenario]) -> int:
    return len(papers.line_of(one.name, {name: each.scenario for name, each in kept.items()})) - 1


@require_POST
def new(request: HttpRequest) -> HttpResponse:
    """Begin a scenario, from today or from another one."""
    data = workshop().data
    kept = papers.kept_scenarios(data)
    try:
        title = _required(
            one_line(request.POST.get("title", "")[:_LONGEST]), _("say what the scenario is called")
        )
        name = papers.new_name(title, kept)
        begun = Scenario(name, title=title, based_on=request.POST.get("based_on", "")[:_LONGEST])
        papers.save(data, project_in(data), [begun], {name: _version(name)})
    except InputError as error:
        return listed(request, _status(error), _reasons(error))
    return redirect("scenario", which=name)


def _required(text: str, otherwise: str) -> str:
    """Return a text that must not be blank, nor larger than a file."""
    if not text:
        raise InputError(otherwise)
    if len(text.encode()) > limits.TOML_BYTES:
        raise InputError(_("this is too large"))
    return text


def _version(name: str) -> int:
    """Return the last version of a scenario, also of one that was taken away; 0 where there never was one."""
    return papers.before(workshop().data, name)[1]


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Take a scenario file in; scenarios of the same names are replaced, which can be undone one by one."""
    data = workshop().data
    text = request.POST.get("text", "")
    try:
        if (sent := request.FILES.get("file")) is not None:
            text = sent.read(limits.TOML_BYTES + 1).decode("utf-8-sig", "replace")
        _required(text, _("choose a file, or write its text"))
        project = project_in(data)
        found = papers.read_file(data, project, text)
        papers.save(data, project, found, {each.name: _version(each.name) for each in found})
    except InputError as error:
        return listed(request, _status(error), _reasons(error), text=text[: limits.TOML_BYTES])
    return redirect("scenarios")


def _status(error: InputError) -> int:
    return 412 if isinstance(error, ChangedSinceError) else 422


def _reasons(error: InputError) -> list[str]:
    return [str(problem) for problem in error.problems] or [_("somebody was first; look at what is new")]


# --- One scenario -------------------------------------------------------------------------------------


@require_GET
def scenario(request: HttpRequest, which: str) -> HttpResponse:
    """Show a scenario: what it changes, and what can be chosen besides."""
    return _shown(request, _kept(which))


def _kept(name: str) -> KeptScenario:
    found = papers.kept_scenarios(workshop().data).get(name)
    if found is None:
        raise Http404
    return found


def _shown(
    request: HttpRequest, found: KeptScenario, status: int = 200, problems: Sequence[str] = (), text: str = ""
) -> HttpResponse:
    data = workshop().data
    kept = papers.kept_scenarios(data)
    plain = {name: each.scenario for name, each in kept.items()}
    line = papers.line_of(found.name, plain)
    today = project_in(data)
    try:
        project = papers.made(today, line)
    except InputError as error:  # the project's tables have changed since
        project, problems = today, [*problems, *_reasons(error)]
    kind = request.POST.get("choice") or request.GET.get("valg", "")
    choice = choices.CHOICES.get(kind)
    was, version = papers.before(data, found.name)
    return page(
        request,
        "scenario.html",
        status,
        found=found,
        line=line[:-1],
        changes=[change.words() for change in found.scenario.changes],
        others=[each for each in kept.values() if each.name != found.name],
        may_plan=may_plan(request),
        choices=[(each, _(one.title)) for each, one in choices.CHOICES.items()],
        kind=kind if choice else "",
        fields=_fields(choice, project, _candidates(today), request.POST) if choice else [],
        title=_(choice.title) if choice else "",
        problems=problems,
        text=text or papers.file_of([found.scenario]),
        can_undo=was is not None and version == found.version,
        **_map(),
    )


def _candidates(project: Project) -> Sequence[Candidate]:
    try:
        return papers.candidates(workshop().data, project)
    except InputError:  # their own page says what is wrong
        return ()


def _fields(
    choice: choices.Choice, project: Project, candidates: Sequence[Candidate], form: Any
) -> list[dict[str, Any]]:
    return [
        {
            "name": field.name,
            "label": _(field.label),
            "kind": field.kind,
            "required": field.required,
            "options": choices.options(field.kind, project, candidates),
            "value": form.get(field.name, "")[:_LONGEST],
            "values": form.getlist(field.name),
        }
        for field in choice.fields
    ]


@require_POST
def change(request: HttpRequest, which: str) -> HttpResponse:
    """Add a change to a scenario or take one away, word it, write it as text, undo, or take it away."""
    found = _kept(which)
    said = request.POST.get("version", "")
    version = int(said) if _NUMBER.fullmatch(said) else -1
    ways: Mapping[str, Callable[[HttpRequest, KeptScenario], Scenario | None]] = {
        "add": _with_choice,
        "remove": _without,
        "words": _reworded,
        "text": _rewritten,
        "undo": _undone,
        "away": lambda _request, _found: None,
    }
    data = workshop().data
    try:
        becomes = ways.get(request.POST.get("do", ""), _unknown)(request, found)
        if becomes is None:
            papers.take_away(data, which, version)
            return redirect("scenarios")
        papers.save(data, project_in(data), [becomes], {which: version})
    except InputError as error:
        text = request.POST.get("text", "")[: limits.TOML_BYTES]
        return _shown(request, found, _status(error), _reasons(error), text)
    return redirect("scenario", which=which)


def _unknown(_request: HttpRequest, _found: KeptScenario) -> Scenario:
    raise InputError(_("the form was changed on its way; begin again"))


def _with_choice(request: HttpRequest, found: KeptScenario) -> Scenario:
    data = workshop().data
    choice = choices.CHOICES.get(request.POST.get("choice", ""))
    if choice is None:
        raise InputError(_("choose what is to be different"))
    today = project_in(data)
    kept = {name: each.scenario for name, each in papers.kept_scenarios(data).items()}
    project = papers.made(today, papers.line_of(found.name, kept))
    form = {
        field.name: [each[:_LONGEST] for each in request.POST.getlist(field.name)[:_MOST_TEXTS]]
        for field in choice.fields
    }
    candidates = papers.candidates(data, today) if any(f.kind == "candidates" for f in choice.fields) else ()
    added = choices.changes_of(choice, form, project, candidates)
    return dataclasses.replace(found.scenario, changes=(*found.scenario.changes, *added))


def _without(request: HttpRequest, found: KeptScenario) -> Scenario:
    said = request.POST.get("number", "")
    place = int(said) if _NUMBER.fullmatch(said) else -1
    changes = tuple(each for n, each in enumerate(found.scenario.changes) if n != place)
    return dataclasses.replace(found.scenario, changes=changes)


def _reworded(request: HttpRequest, found: KeptScenario) -> Scenario:
    title, question = (one_line(request.POST.get(name, "")[:_LONGEST]) for name in ("title", "question"))
    return dataclasses.replace(
        found.scenario,
        title=title or found.name,
        question=question,
        based_on=request.POST.get("based_on", "")[:_LONGEST],
    )


def _rewritten(request: HttpRequest, found: KeptScenario) -> Scenario:
    data = workshop().data
    text = _required(
        request.POST.get("text", ""),
        _("write this one scenario, with its name {name}").format(name=found.name),
    )
    scenarios_ = papers.read_file(data, project_in(data), text)
    if [each.name for each in scenarios_] != [found.name]:
        raise InputError(_("write this one scenario, with its name {name}").format(name=found.name))
    return scenarios_[0]


def _undone(_request: HttpRequest, found: KeptScenario) -> Scenario:
    was, _version = papers.before(workshop().data, found.name)
    if was is None:
        raise InputError(_("there is nothing to undo"))
    return was


@require_GET
def file(request: HttpRequest, which: str) -> HttpResponse:
    """Answer with a scenario and those that it builds on, as a scenario file."""
    kept = {each: one.scenario for each, one in papers.kept_scenarios(workshop().data).items()}
    line = papers.line_of(_kept(which).name, kept)
    return answers.file(f"{which}.toml", papers.file_of(line).encode())


# --- Candidates, and the map --------------------------------------------------------------------------


@require_GET
def candidates(request: HttpRequest) -> HttpResponse:
    """Show the candidates: as a list, as a table that can be pasted anew, and by a click on the map."""
    return _candidates_page(request)


def _candidates_page(
    request: HttpRequest, status: int = 200, problems: Sequence[str] = (), text: str | None = None
) -> HttpResponse:
    data = workshop().data
    kept, version = papers.candidates_text(data)
    try:
        found = papers.candidates(data, project_in(data))
    except InputError as error:
        found, problems = (), [*problems, *_reasons(error)]
    written = {name: request.POST.get(name, "")[:_LONGEST] for name in _CANDIDATE}
    return page(
        request,
        "candidates.html",
        status,
        candidates=found,
        text=kept if text is None else text,
        version=version,
        may_plan=may_plan(request),
        problems=problems,
        written=written,
        weekdays=choices.options("day", project_in(data), ()),
        **_map(),
    )


#: The fields of a candidate's form; its point is one field.
_CANDIDATE = (
    "name", "address", "postcode", "city", "district", "point", "every_weeks", "conversations", "weekday", "start", "end",
)  # fmt: skip


@require_POST
def change_candidates(request: HttpRequest) -> HttpResponse:
    """Add a candidate, or write the table of them anew."""
    data = workshop().data
    said = request.POST.get("version", "")
    version = int(said) if _NUMBER.fullmatch(said) else -1
    sent = request.POST.get("text", "")[: limits.TOML_BYTES]
    try:
        project = project_in(data)
        text = _added(request, project) if request.POST.get("do") == "add" else sent.replace("\r\n", "\n")
        papers.save_candidates(data, project, text, version)
    except InputError as error:
        kept = sent if request.POST.get("do") == "text" else None
        return _candidates_page(request, _status(error), _reasons(error), kept)
    return redirect("candidates")


def _added(request: HttpRequest, project: Project) -> str:
    data = workshop().data
    row = {name: " ".join(request.POST.get(name, "")[:_LONGEST].split()) for name in _CANDIDATE}
    lat, _comma, lon = row.pop("point").partition(",")
    taken = {each.place_id: each for each in project.all_places}
    taken_too = {each.candidate_id: each for each in papers.candidates(data, project)}
    row |= {
        "practice_id": papers.new_name(row["name"], {**taken, **taken_too}),
        "lat": lat.strip(),
        "lon": lon.strip(),
    }
    return papers.with_candidate(papers.candidates_text(data)[0], [row])


def _scene() -> Scene:
    prepared = workshop().prepared()
    markers = [
        *map(base_marker, prepared.project.bases),
        *map(practice_marker, practice_places(prepared.project)),
    ]
    return places_scene(prepared.network.background(), markers)


def _map() -> dict[str, Any]:
    """Return where the picture of the map is, and what its corners are."""
    (north, west), (south, east) = svgmap.corners(_scene())
    version = workshop().prepared().project.sha256[:12]
    return {
        "picture": f"{reverse('scenario-map')}?v={version}",
        "corners": {"north": north, "west": west, "south": south, "east": east},
    }


@require_GET
def map_picture(_request: HttpRequest) -> HttpResponse:
    """Answer with the project's own map as a picture: bases, practices, streets; no home is on it."""
    answer = HttpResponse(svgmap.alone(_scene(), _("Bases and practices")), "image/svg+xml; charset=utf-8")
    answer["Content-Security-Policy"] = _POLICY
    answer["Cache-Control"] = "private, max-age=3600"
    return answer
