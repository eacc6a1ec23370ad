"""Overpass and Nominatim, asked through OSMnx, politely and with an end.

OSMnx writes the requests. What it does when one fails is not for somebody who waits: it asks again
without end, pauses a minute when there is no internet, and looks names up at a public DNS service. So
those are off, and a hook looks at each answer before OSMnx does. It refuses what is no answer, and
`Services` asks again a few times, waiting longer each time, as the services' rules want
(https://operations.osmfoundation.org/policies/nominatim/, https://dev.overpass-api.de/overpass-doc/en/preface/commons.html).
"""

import contextlib
import io
import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scheduler.config import MapSettings
from scheduler.errors import ServiceError
from scheduler.i18n import _, number
from scheduler.progress import Progress, Silent

if TYPE_CHECKING:
    from shapely import Polygon

    Tags = Mapping[str, bool | list[str]]

#: Too many requests, overloaded, and the gateway's timeout: worth another attempt.
_BUSY = frozenset({429, 503, 504})
_CHUNK_BYTES = 1 << 16
_MOST_BYTES = 600_000_000
_REPORT_EVERY_BYTES = 10_000_000
_LONGEST_RETRY_AFTER_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait for a service, in seconds.

    Attributes
    ----------
    waits_s
        The waits before the second and further attempts; a service that names a longer one gets it.
    total_s
        How long one answer may take to arrive as a whole, however steadily it trickles.
    sleep
        What waits.
    """

    waits_s: tuple[float, ...] = (10.0, 30.0, 60.0, 120.0)
    total_s: float = 1800.0
    sleep: Callable[[float], None] = time.sleep


class _TransientError(Exception):
    """The service did not answer this time; the text says how, `after_s` when to ask again at the earliest."""

    def __init__(self, trouble: str, after_s: float = 0.0) -> None:
        super().__init__(trouble)
        self.after_s = after_s


@dataclass(frozen=True, slots=True)
class Services:
    """The map services that the settings name."""

    settings: MapSettings
    patience: Patience = field(default_factory=Patience)
    progress: Progress = field(default_factory=Silent)

    def overpass(self, area: "Polygon", tags: "Tags") -> list[dict[str, Any]]:
        """Ask Overpass for everything in an area (lon, lat in degrees) that has one of the tags.

        Returns
        -------
        list
            Its answers as they came, each with the list ``elements``, whole ways and relations with
            their members among them.

        Raises
        ------
        ServiceError
            It could not be reached, stayed busy, or sent something else.
        """
        url = self.settings.overpass_url
        answers = self._ask(url, lambda osmnx: osmnx.features_from_polygon(area, dict(tags)))
        for answer in answers:
            if not isinstance(answer, dict) or not isinstance(answer.get("elements"), list):
                raise _unusable(url, _("the answer is not one of Overpass"))
            if "remark" in answer:
                raise _unusable(url, str(answer["remark"]))
        return answers

    def nominatim(self, query: str) -> list[dict[str, Any]]:
        """Ask Nominatim for an address; return what it found, the best first, at most one.

        Raises
        ------
        ServiceError
            It could not be reached, stayed busy, or sent something else.
        """
        url = self.settings.nominatim_url
        (found,) = self._ask(url, lambda osmnx: osmnx.geocode(query)) or [None]
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise _unusable(url, _("the answer is not one of Nominatim"))
        return found

    def _ask(self, url: str, call: Callable[[Any], object]) -> list[Any]:
        """Let OSMnx ask, again where the service is busy; return the answers, parsed."""
        waits = iter(self.patience.waits_s)
        while True:
            try:
                return self._ask_once(url, call)
            except _TransientError as error:
                trouble = str(error)
                wait_s = next(waits, None)
                if wait_s is None:
                    raise ServiceError(
                        _("{host} does not answer: {trouble}").format(host=_host(url), trouble=trouble),
                        hint=_("Try again later, or name another server in [map] of project.toml."),
                    ) from error
                wait_s = max(wait_s, error.after_s)
            self.progress.step(
                _("{host}: {trouble}; next attempt in {seconds} s").format(
                    host=_host(url), trouble=trouble, seconds=number(wait_s)
                )
            )
            self.patience.sleep(wait_s)

    def _ask_once(self, url: str, call: Callable[[Any], object]) -> list[Any]:
        import osmnx
        from osmnx._errors import CacheOnlyInterruptError, InsufficientResponseError
        from requests.exceptions import ConnectionError as NoConnectionError
        from requests.exceptions import ConnectTimeout, Timeout

        watch = _Watch(url, self)
        # An answer that OSMnx finds too little, or was told not to use, is here all the same.
        try:
            with (
                _osmnx_settings(self.settings, watch),
                contextlib.suppress(CacheOnlyInterruptError, InsufficientResponseError),
            ):
                call(osmnx)
        except ServiceError:
            raise
        except Timeout as error:
            if not isinstance(error, ConnectTimeout):
                raise _TransientError(_("no answer in {seconds} s").format(seconds=self._timeout)) from error
            raise self._unreachable(url) from error
        except NoConnectionError as error:
            raise (self._unreachable(url) if not _hung_up(error) else _broken_off()) from error
        except OSError as error:
            raise self._unreachable(url) from error
        return watch.answers

    @property
    def _timeout(self) -> str:
        return number(self.settings.timeout_s)

    def _unreachable(self, url: str) -> ServiceError:
        return ServiceError(
            _("{host} cannot be reached").format(host=_host(url)),
            hint=_(
                "Is there an internet connection? The address of the server stands in [map] of project.toml."
            ),
        )


def _host(url: str) -> str:
    return urlsplit(url).netloc or url


def _unusable(url: str, why: str) -> ServiceError:
    return ServiceError(
        _("{host} sent nothing that can be used: {why}").format(
            host=_host(url), why=" ".join(why[:200].split())
        ),
        hint=_("Try again later, or name another server in [map] of project.toml."),
    )


def _broken_off() -> _TransientError:
    return _TransientError(_("the answer broke off"))


def _hung_up(error: OSError) -> bool:
    """Tell a server that took the request and then hung up from one that is not there."""
    from urllib3.exceptions import ProtocolError

    return bool(error.args) and isinstance(error.args[0], ProtocolError)


class _Watch:
    """The hook that gets every answer first: refuses, reads and keeps it."""

    def __init__(self, url: str, services: Services) -> None:
        self.answers: list[Any] = []
        self._url = url
        self._services = services

    def __call__(self, response: Any, **_options: object) -> None:
        if response.is_redirect:
            return
        try:
            self._keep(response)
        except BaseException:
            response.close()
            raise
        # OSMnx would parse it again, and stumble over what we judge ourselves: it gets an empty one.
        response.raw = io.BytesIO(b"{}" if isinstance(self.answers[-1], dict) else b"[]")

    def _keep(self, response: Any) -> None:
        status = f"{response.status_code} {response.reason}"
        if response.status_code in _BUSY:
            raise _TransientError(
                _("busy ({status})").format(status=status), _retry_after_s(response.headers)
            )
        if not response.ok:
            raise _unusable(self._url, status)
        body = self._read(response.raw)
        try:
            self.answers.append(json.loads(body))
        except (ValueError, RecursionError) as error:
            raise _unusable(self._url, _("the answer is not JSON")) from error

    def _read(self, stream: Any) -> bytes:
        from urllib3.exceptions import HTTPError, ReadTimeoutError

        body = bytearray()
        reported = 0
        until = time.monotonic() + self._services.patience.total_s
        try:
            for chunk in stream.stream(_CHUNK_BYTES, decode_content=True):
                body += chunk
                if len(body) > _MOST_BYTES:
                    raise _unusable(self._url, _("the answer is too large"))
                if time.monotonic() > until:
                    raise _TransientError(_("the answer takes too long"))
                if len(body) - reported >= _REPORT_EVERY_BYTES:
                    reported = len(body)
                    self._services.progress.step(
                        _("{host}: {n} MB").format(host=_host(self._url), n=number(reported / 1e6))
                    )
        except ReadTimeoutError as error:
            seconds = number(self._services.settings.timeout_s)
            raise _TransientError(_("no answer in {seconds} s").format(seconds=seconds)) from error
        except (HTTPError, OSError) as error:
            if isinstance(error, ServiceError):
                raise
            raise _broken_off() from error
        return bytes(body)


def _retry_after_s(headers: Mapping[str, str]) -> float:
    after = headers.get("Retry-After", "")
    return min(float(after), _LONGEST_RETRY_AFTER_S) if after.isascii() and after.isdigit() else 0.0


@contextlib.contextmanager
def _osmnx_settings(ours: MapSettings, hook: _Watch) -> Iterator[None]:
    """Let OSMnx ask our way while the `with` block lasts, and find everything as it was afterwards."""
    from osmnx import settings

    import scheduler

    changed = {
        "overpass_url": ours.overpass_url,
        "nominatim_url": ours.nominatim_url,
        "nominatim_key": None,
        "requests_timeout": ours.timeout_s,
        "requests_kwargs": {"hooks": {"response": hook}},
        "http_user_agent": f"hjul/{scheduler.__version__}",
        "http_referer": "hjul",
        "http_accept_language": "da",
        "use_cache": False,
        # Take what came and build nothing of it.
        "cache_only_mode": True,
        # A slot is asked for by asking: a server without one says 429, and then we wait.
        "overpass_rate_limit": False,
        "overpass_settings": "[out:json][timeout:{timeout}]{maxsize}",
        "overpass_memory": None,
        "doh_url_template": None,
        "log_file": False,
        "log_console": False,
    }
    before = {name: getattr(settings, name) for name in changed}
    getaddrinfo = socket.getaddrinfo  # which OSMnx replaces
    try:
        for name, value in changed.items():
            setattr(settings, name, value)
        yield
    finally:
        socket.getaddrinfo = getaddrinfo
        for name, value in before.items():
            setattr(settings, name, value)
