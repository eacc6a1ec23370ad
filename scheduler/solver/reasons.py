"""Why a request is not met, or met only in part: found by trying, not guessed.

What cannot be met even on a consultant-day of its own gets the rule that stands in the way. What
could be met gets its price: the week is solved again with the request forced in, and the
difference of the two scores is what it would cost.
"""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from itertools import starmap

from scheduler.model.problem import Problem, Request
from scheduler.model.roster import REQUESTED, Unassigned
from scheduler.model.text import Param, Text
from scheduler.solver.deadline import Deadline
from scheduler.solver.generate import Forced
from scheduler.solver.parts import Proof
from scheduler.solver.rounds import best_order
from scheduler.week.assemble import named
from scheduler.week.schedule import DayModel, DaySchedule
from scheduler.week.stops import StopOption

#: The code of a reason, its detail, and the most conversations that are possible.
_Obstacle = tuple[str, Text | None, int]


class Reasoner:
    """Explains the requests that a choice of schedules leaves open.

    `proof` is how the schedules were chosen; where they are not proven best, nothing is priced.
    """

    def __init__(
        self,
        problem: Problem,
        models: Sequence[DayModel],
        deadline: Deadline,
        proof: Proof | None,
    ) -> None:
        self._problem = problem
        self._models = models
        self._deadline = deadline
        self._generator = proof[0].generator if proof else None
        self._proof = proof if proof and proof[2].score == proof[2].bound else None

    def explain(self, schedules: Sequence[DaySchedule]) -> tuple[Unassigned, ...]:
        """Return an entry for each request that is not fully met, in the order of the requests."""
        met = {visit.id: visit.conversations for schedule in schedules for visit in schedule.visits}
        happened = (day.happened.stops for day in self._problem.days if day.happened)
        met |= {stop.id: stop.conversations for stops in happened for stop in stops if stop.kind in REQUESTED}
        return tuple(
            self._explain(number, request, met.get(request.request_id))
            for number, request in enumerate(self._problem.requests)
            if request.request_id not in met or met[request.request_id] < request.conversations
        )

    def _explain(self, number: int, request: Request, number_held: int | None) -> Unassigned:
        held = number_held or 0
        reason, detail, most = self._obstacle(number, request, held, missed=number_held is None)
        cost = None
        if not reason:
            reason, detail, cost = self._cost(Forced(number, most))
        return Unassigned(
            id=request.request_id,
            kind=request.kind,
            name=named(self._problem, request),
            district=self._problem.places[request.place_id].district,
            requested=request.conversations,
            held=held,
            reason=Text(reason),
            detail=detail,
            cost_to_force=cost,
        )

    def _obstacle(self, number: int, request: Request, held: int, *, missed: bool) -> _Obstacle:
        """Return the code of what makes more impossible, "" where nothing does, and what there is to say of it.

        The number is of the most conversations that are possible.
        """
        if request.has_happened:
            return "has_happened", None, held
        if not request.slots:
            return (*self._no_slot(request), 0)
        offers = [(model, option) for model in self._models for option in model.options(request)]
        if not offers:
            return (*(self._in_the_way(request) or self._nobody(request)), 0)
        most = self._most(number, [offer for offer in offers if offer[1].conversations > held or missed])
        if most < 0:
            code, detail = self._does_not_fit(request, offers) if missed else self._no_more(request, held)
            return code, detail, held
        return "", None, most

    def _does_not_fit(
        self, request: Request, offers: Sequence[tuple[DayModel, StopOption]]
    ) -> tuple[str, Text]:
        """Say what stands in the way of a visit for which there are hours in a room and in a shift."""
        without = self._without_lunch(request, 0)
        model, option = without or max(offers, key=lambda offer: len(offer[1].starts_s))
        params: dict[str, Param] = {
            "date": str(model.day.date),
            "consultant_id": model.consultant.consultant_id,
            "duration_s": option.duration_s,
        }
        if without:
            return "lunch_in_the_way", Text("lunch_leaves_no_time", params)
        if engagement := self._in_the_way(request):
            return engagement
        return "ride_does_not_fit", Text("ride_does_not_fit_on", params)

    def _no_more(self, request: Request, held: int) -> tuple[str, Text]:
        """Say what stands in the way of more conversations than are held."""
        if held == request.max_conversations:
            return "practice_maximum", Text("practice_takes", {"n": held})
        if self._without_lunch(request, held):
            return "lunch_in_the_way", Text("lunch_leaves", {"n": held})
        return "room_too_short", Text("room_holds", {"n": held})

    def _most(self, number: int, offers: Sequence[tuple[DayModel, StopOption]]) -> int:
        """Return the most conversations of some options that a day has room for; -1 where it has for none.

        A visit that does not fit into a day alone may fit beside another: a wait before it can be lunch.
        """
        for conversations in sorted({option.conversations for _model, option in offers}, reverse=True):
            same = [(model, option) for model, option in offers if option.conversations == conversations]
            if any(best_order(model, [option]) for model, option in same) or (
                self._generator and self._generator.is_possible(Forced(number, conversations))
            ):
                return conversations
        return -1

    def _without_lunch(self, request: Request, held: int) -> tuple[DayModel, StopOption] | None:
        """Return a day that had room for more of a request if it had no lunch."""
        for model in self._models:
            if not model.lunch_owed:
                continue
            hungry = DayModel(self._problem, dataclasses.replace(model.day, lunch_s=0))
            for option in hungry.options(request):
                more = option.conversations > held or not option.conversations
                if more and best_order(hungry, [option]) is not None:
                    return model, option
        return None

    def _in_the_way(self, request: Request) -> tuple[str, Text] | None:
        """Say which engagement is in the way, if a visit would fit into a day that had one less of them."""
        for model in self._models:
            for engagement in model.day.engagements:
                others = tuple(each for each in model.day.engagements if each is not engagement)
                free = DayModel(self._problem, dataclasses.replace(model.day, engagements=others))
                fitting = [
                    option for option in free.options(request) if best_order(free, [option]) is not None
                ]
                if fitting:
                    params: dict[str, Param] = {
                        "date": str(model.day.date),
                        "consultant_id": model.consultant.consultant_id,
                        "duration_s": min(option.duration_s for option in fitting),
                        "title": engagement.title,
                        "start_s": engagement.start_s,
                        "end_s": engagement.end_s,
                    }
                    return "engagement_in_the_way", Text("engagement_leaves_no_time", params)
        return None

    def _no_slot(self, request: Request) -> tuple[str, Text | None]:
        if not request.closed_slots and request.kind == "task":
            return "no_day", None
        if not request.closed_slots:
            return "no_room", None
        days = dict.fromkeys((closed.slot.date, closed.reason) for closed in request.closed_slots)
        return "closed", Text("closed_days", {"days": tuple(starmap(_closed_day, days))})

    def _nobody(self, request: Request) -> tuple[str, Text]:
        hours = tuple(
            Text("hours", {"date": str(slot.date), "start_s": slot.start_s, "end_s": slot.end_s})
            for slot in request.slots
        )
        if request.only_by:
            params: dict[str, Param] = {"consultant_id": request.only_by, "hours": hours}
            return "consultant_away", Text("consultant_away_then", params)
        return "no_consultant", Text("no_consultant_then", {"hours": hours})

    def _cost(self, forced: Forced) -> tuple[str, Text | None, int | None]:
        """Solve the week again with the request met in full, and tell what that would cost."""
        if self._proof is None:
            return "not_placed", None, None
        chooser, table, choice = self._proof
        solved = chooser.solve(self._deadline, forced=forced)
        if solved is None or solved[1].bound < solved[1].score:
            return "dearer", Text("dearer_by_moves"), None
        other_table, other = solved
        before, after = table.held(choice.rounds), other_table.held(other.rounds)
        worse = tuple(
            request.request_id
            for request in self._problem.requests
            if after.get(request.request_id, -1) < before.get(request.request_id, -1)
        )
        cost = other.score - choice.score
        if not worse:
            return "dearer", Text("dearer_by_time"), cost
        return "dearer", Text("dearer_by_visits", {"request_ids": worse}), cost


def _closed_day(date: dt.date, reason: Text | None) -> Text:
    return (
        Text("closed_day", {"date": str(date), "reason": reason})
        if reason
        else Text("day", {"date": str(date)})
    )
