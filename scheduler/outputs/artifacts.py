"""What people see of a roster: the files of its week, each made when it is asked for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial

from scheduler.base.i18n import using
from scheduler.model import rosterfile
from scheduler.model.beside import Beside
from scheduler.model.config import MapSettings
from scheduler.model.geo import Background
from scheduler.model.outcomes import Standing
from scheduler.model.project import Practice
from scheduler.model.roster import Roster, Round
from scheduler.outputs import gpx, names
from scheduler.outputs.itinerary import Rides
from scheduler.outputs.privacy import public


class Artifacts(Mapping[str, bytes]):
    """The files of a roster by their names (`names`). Only asking for a file's content makes it.

    Only roster.json and the consultants' own pages say where home visits are.

    Parameters
    ----------
    roster
        As it is to be shown, with its notes.
    rides
        The path of each ride by the places it leads from and to.
    background
        What maps show behind the rides. Those who share one share its preparation, too.
    language
        What the files speak, "da" or "en", whatever is spoken where they are asked for.
    map_settings
        Those of the project.
    practices
        Those of the project: their telephones and notes stand on the consultants' pages.
    earlier
        The editions of the week that were published before, the last one last: calendars cancel what has gone
        since, and there is a file of what the last of them has otherwise.
    standing
        How far it is to the goal, for the page of the week; None where that is not known.
    beside
        What the page of the week shows beside the roster; called when that page is made. None where it is not known.
    alone
        Whether the pages of rounds lie in no week's folder, as in what is sent.
    """

    def __init__(
        self,
        roster: Roster,
        rides: Rides,
        background: Background,
        language: str,
        *,
        map_settings: MapSettings | None = None,
        practices: Sequence[Practice] = (),
        earlier: Sequence[Roster] = (),
        standing: Standing | None = None,
        beside: Callable[[], Beside] | None = None,
        alone: bool = False,
    ) -> None:
        self.roster = roster
        self.rides = rides
        self._earlier = tuple(earlier)
        self._standing = standing
        self._beside = beside
        self._alone = alone
        self._background = background
        self.language = language
        self._map_settings = map_settings or MapSettings()
        self._practices = tuple(practices)
        # Calendars of those who are no longer there are cancelled.
        everybody = dict.fromkeys(
            each.consultant_id for edition in (roster, *earlier) for each in edition.consultants
        )
        self._makers: dict[str, Callable[[], bytes]] = {
            names.INDEX: self._index,
            names.WEEK_MAP: self._week_map,
            **{names.round_map(each): partial(self._round_map, each) for each in roster.rounds},
            **{
                names.week_file(each.consultant_id, roster.week): partial(self._week_file, each.consultant_id)
                for each in roster.consultants
            },
            names.WORKBOOK: self._workbook,
            **{names.calendar(who): partial(self._calendar, who) for who in everybody},
            **{
                names.calendar_changes(who): partial(self._calendar_changes, who)
                for who in everybody
                if earlier
            },
            **{
                name: partial(self._track, each, part)
                for each in roster.rounds
                for part, name in enumerate(gpx.files(roster, each))
            },
            names.ROSTER: self._roster_json,
        }

    def __getitem__(self, name: str) -> bytes:
        make = self._makers[name]
        with using(self.language):
            return make()

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)

    def __contains__(self, name: object) -> bool:
        return name in self._makers

    def sent(self) -> "Artifacts":
        """Return the same for sending: also the consultants' own pages say of homes no more than the district."""
        return self._again(self._public, alone=True)

    def by_itself(self) -> "Artifacts":
        """Return the same, with the consultants' own pages leading to no page of all."""
        return self._again(self.roster, alone=True)

    def without_homes(self) -> "Artifacts":
        """Return the same with homes named by their district in every file."""
        return self._again(self._public, alone=self._alone)

    def _again(self, roster: Roster, *, alone: bool) -> "Artifacts":
        return Artifacts(
            roster,
            self.rides,
            self._background,
            self.language,
            map_settings=self._map_settings,
            practices=self._practices,
            earlier=self._earlier,
            standing=self._standing,
            beside=self._beside,
            alone=alone,
        )

    @cached_property
    def _public(self) -> Roster:
        return public(self.roster)

    # What a maker needs is imported by it: a calendar need not load what draws maps.

    def _index(self) -> bytes:
        from scheduler.outputs.page import index_html

        before = public(self._earlier[-1]) if self._earlier else None
        beside = self._beside() if self._beside else None
        return index_html(self._public, before, beside, standing=self._standing).encode()

    def _week_map(self) -> bytes:
        from scheduler.outputs.maps import week_page

        page = week_page(self._public, self.rides, self._background, map_settings=self._map_settings)
        return page.encode()

    def _round_map(self, round_: Round) -> bytes:
        from scheduler.outputs.maps import round_page

        page = round_page(
            self.roster,
            round_,
            self.rides,
            self._background,
            map_settings=self._map_settings,
            practices=self._practices,
            alone=self._alone,
        )
        return page.encode()

    def _week_file(self, consultant_id: str) -> bytes:
        from scheduler.outputs.weekfile import week_file

        return week_file(
            self._public, consultant_id, self.rides, self._background, practices=self._practices
        ).encode()

    def _workbook(self) -> bytes:
        from scheduler.outputs.sheets import workbook

        return workbook(self._public)

    def _calendar(self, consultant_id: str) -> bytes:
        from scheduler.outputs.calendars import calendar

        return calendar(self._public, consultant_id, earlier=self._earlier)

    def _calendar_changes(self, consultant_id: str) -> bytes:
        from scheduler.outputs.calendars import calendar

        return calendar(self._public, consultant_id, earlier=self._earlier, only_changes=True)

    def _track(self, round_: Round, part: int) -> bytes:
        return gpx.track(self._public, round_, self.rides, part)

    def _roster_json(self) -> bytes:
        return rosterfile.dump(self.roster)
