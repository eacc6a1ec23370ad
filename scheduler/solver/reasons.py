"""Why a request is not met, or met only in part: found by trying, not guessed.

What cannot be met even on a consultant-day of its own gets the rule that stands in the way. What
could be met gets its price: the week is solved again with the request forced in, and the
difference of the two scores is what it would cost.
"""

import dataclasses
from collections.abc import Sequence

from scheduler.base.i18n import _, clock, day, ngettext
from scheduler.model.problem import Problem, Request
from scheduler.model.roster import Unassigned
from scheduler.solver.deadline import Deadline
from scheduler.solver.generate import Forced
from scheduler.solver.parts import Proof
from scheduler.solver.rounds import best_order
from scheduler.week.schedule import DayModel, DaySchedule
from scheduler.week.stops import StopOption


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
        met = {visit.id: visit for schedule in schedules for visit in schedule.visits}
        return tuple(
            self._explain(number, request, met.get(request.request_id))
            for number, request in enumerate(self._problem.requests)
            if request.request_id not in met or met[request.request_id].conversations < request.conversations
        )

    def _explain(self, number: int, request: Request, visit: StopOption | None) -> Unassigned:
        held = 0 if visit is None else visit.conversations
        code, detail, most = self._obstacle(number, request, held, missed=visit is None)
        cost = None
        if not code:
            code, detail, cost = self._price(Forced(number, most))
        place = self._problem.places[request.request_id]
        return Unassigned(
            id=request.request_id,
            kind=request.kind,
            name=place.name or _("Home visit"),
            district=place.district,
            requested=request.conversations,
            held=held,
            reason=code,
            detail=detail,
            cost_to_force=cost,
        )

    def _obstacle(self, number: int, request: Request, held: int, *, missed: bool) -> tuple[str, str, int]:
        """Return the code and the sentence of what makes more impossible, or two empty texts.

        The number is of the most conversations that are possible.
        """
        if not request.slots:
            return (*self._no_slot(request), 0)
        offers = [(model, option) for model in self._models for option in model.options(request)]
        if not offers:
            return (*self._nobody(request), 0)
        most = self._most(number, [offer for offer in offers if offer[1].conversations > held or missed])
        if most < 0:
            code, detail = self._does_not_fit(request, offers) if missed else self._no_more(request, held)
            return code, detail, held
        return "", "", most

    def _does_not_fit(
        self, request: Request, offers: Sequence[tuple[DayModel, StopOption]]
    ) -> tuple[str, str]:
        """Say what stands in the way of a visit for which there are hours in a room and in a shift."""
        without = self._without_lunch(request, 0)
        model, option = without or max(offers, key=lambda offer: len(offer[1].starts_s))
        if without:
            code, text = (
                "lunch",
                _(
                    "On {day} lunch leaves {name} no time for the ride there and the visit of {minutes} minutes."
                ),
            )
        else:
            code, text = (
                "ride_does_not_fit",
                _(
                    "In the room's hours on {day} neither the shift nor the engagements leave {name} time "
                    "for the ride there, the visit of {minutes} minutes and lunch."
                ),
            )
        minutes = option.duration_s // 60
        return code, text.format(day=day(model.day.date), name=model.consultant.name, minutes=minutes)

    def _no_more(self, request: Request, held: int) -> tuple[str, str]:
        """Say what stands in the way of more conversations than are held."""
        if held == request.max_conversations:
            code, text = (
                "practice_maximum",
                ngettext(
                    "The practice takes at most {n} conversation in one visit.",
                    "The practice takes at most {n} conversations in one visit.",
                    held,
                ),
            )
        elif self._without_lunch(request, held):
            code, text = (
                "lunch",
                ngettext(
                    "Lunch leaves time for only {n} conversation in the room's hours.",
                    "Lunch leaves time for only {n} conversations in the room's hours.",
                    held,
                ),
            )
        else:
            code, text = (
                "room_too_short",
                ngettext(
                    "Only {n} conversation fits into the room's hours and the shifts.",
                    "Only {n} conversations fit into the room's hours and the shifts.",
                    held,
                ),
            )
        return code, text.format(n=held)

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

    def _no_slot(self, request: Request) -> tuple[str, str]:
        if not request.closed_slots:
            return "no_room", _("The practice lends no room this week.")
        days = dict.fromkeys((closed.slot.date, closed.reason) for closed in request.closed_slots)
        reasons = "; ".join(
            f"{day(date)}: {reason}" if reason else day(date) for date, reason in sorted(days)
        )
        return "closed", _("All room times of the week fall away: {reasons}.").format(reasons=reasons)

    def _nobody(self, request: Request) -> tuple[str, str]:
        when = ", ".join(
            f"{day(slot.date)} {clock(slot.start_s)}–{clock(slot.end_s)}" for slot in request.slots
        )
        if request.kind == "home_visit" and request.consultant_id:
            names = {c.consultant_id: c.name for c in self._problem.consultants}
            return "consultant_away", _("{name} is not at work then: {when}.").format(
                name=names[request.consultant_id], when=when
            )
        return "no_consultant", _(
            "No consultant is at work long enough for a visit while the room is free: {when}."
        ).format(when=when)

    def _price(self, forced: Forced) -> tuple[str, str, int | None]:
        """Solve the week again with the request met in full, and tell what that would cost."""
        if self._proof is None:
            return "not_placed", _("No place was found in the time given."), None
        chooser, table, choice = self._proof
        solved = chooser.solve(self._deadline, forced=forced)
        if solved is None or solved[1].bound < solved[1].score:
            return "dearer", _("It would displace or move other visits."), None
        other_table, other = solved
        before, after = table.held(choice.rounds), other_table.held(other.rounds)
        worse = [
            request
            for request in self._problem.requests
            if after.get(request.request_id, -1) < before.get(request.request_id, -1)
        ]
        cost = other.score - choice.score
        if not worse:
            return "dearer", _("It is possible, but longer rides, waits or moved visits cost more."), cost
        names = ", ".join(self._problem.places[r.request_id].name or _("Home visit") for r in worse)
        return "dearer", _("It is possible, but only at the cost of: {names}.").format(names=names), cost
