"""What a web process keeps ready between requests: the prepared project, and pages that were made already."""

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from scheduler.base.i18n import language
from scheduler.model.clock import now
from scheduler.model.project import Project
from scheduler.network import load_network
from scheduler.services import planner
from scheduler.services.editions import shown
from scheduler.services.planner import Prepared
from scheduler.services.workspace import own_settings, project_in

if TYPE_CHECKING:
    from scheduler.model.config import Config
    from scheduler.network import Network
    from scheduler.store.editions import KeptEdition

_MOST_PAGES = 300


class Workshop:
    """A project folder, and what of it is kept ready. All threads of a process share one.

    Parameters
    ----------
    data, out
        The project folder, and the one that weeks are written into.
    """

    def __init__(self, data: Path, out: Path) -> None:
        self.data = data
        self.out = out
        self._projects: dict[str, tuple[tuple[object, ...], Project]] = {}
        self._prepared: Prepared | None = None
        self._key = ""
        self._preparing = Lock()
        self._network: Network | None = None
        self._loading = Lock()
        self._pages: OrderedDict[tuple[str, ...], bytes] = OrderedDict()
        self._paging = Lock()
        self._making = Lock()

    def project(self) -> Project:
        """Return the project as it is now, in the language in force; read anew where anything was changed.

        Raises
        ------
        SchedulerError
            When it is not in order, or cannot be had.
        """
        from scheduler.store import tables

        key = (tables.mark(), own_settings(self.data))
        kept = self._projects.get(language())
        if kept is not None and kept[0] == key:
            return kept[1]
        project = project_in(self.data)
        self._projects[language()] = key, project
        return project

    def made_once(self, name: str, make: Callable[[], bytes]) -> bytes:
        """Return a page of all that is kept, made where anything was changed since, or another day has begun."""
        from scheduler.store import tables

        with self._making:  # whoever comes meanwhile waits, and takes what was made
            day, mark = str(now().date()), str(tables.mark())
            return self.once((name, language(), day, mark, str(own_settings(self.data))), make)

    def prepared(self) -> Prepared:
        """Return the project as it is now, ready to plan and to show.

        Raises
        ------
        SchedulerError
            When it is not in order, or cannot be had.
        """
        with self._preparing:
            project = self.project()
            if self._prepared is None:
                self._prepared = planner.prepare(self.data)
            elif project.sha256 != self._key:
                self._prepared = planner.prepare_again(self._prepared, project)
            self._key = project.sha256
            return self._prepared

    def network(self, config: "Config") -> "Network":
        """Return the bicycle network that serves the project, loaded once; a `ServiceError` where it cannot be had."""
        file = planner.network_file(self.data, config)
        with self._loading:
            if self._network is None or (self._network.file, self._network.cycling) != (file, config.cycling):
                self._network = load_network(file, config.cycling)
            return self._network

    def artifact(
        self, edition: "KeptEdition", name: str, lang: str, *, homes: bool = False, own: bool = False
    ) -> bytes:
        """Return a file of an edition, made once; a `KeyError` where it has none of that name.

        Parameters
        ----------
        edition, name, lang
            Which file, in which language.
        homes
            Whether home visits are shown with where they are. Such a file is never kept.
        own
            Whether it is for a consultant, who sees no page of all.
        """
        prepared = self.prepared()
        key = (
            prepared.project.sha256,  # telephones, notes and what is free stand on pages, too
            edition.week,
            str(edition.number),
            edition.sha256,
            str(edition.issued_at),
            lang,
            name,
            str(own),
        )

        def make() -> bytes:
            artifacts = shown(edition, prepared, lang)
            if not homes:
                artifacts = artifacts.without_homes()
            return (artifacts.by_itself() if own else artifacts)[name]

        return make() if homes else self.once(key, make)

    def once(self, key: tuple[str, ...], make: Callable[[], bytes]) -> bytes:
        """Return a page by what it stands on, made once; nothing of where homes are."""
        with self._paging:
            if key in self._pages:
                self._pages.move_to_end(key)
                return self._pages[key]
        made = make()
        with self._paging:
            self._pages[key] = made
            while len(self._pages) > _MOST_PAGES:
                self._pages.popitem(last=False)
        return made


_workshops: list[Workshop] = []


def begin(workshop: Workshop) -> None:
    """Have this be the workshop of the process."""
    _workshops[:] = [workshop]


def workshop() -> Workshop:
    """Return the workshop of the process."""
    return _workshops[0]
