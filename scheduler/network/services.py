"""Overpass and Nominatim, asked as their operators want, and with an end.

requests asks, and urllib3 asks again a few times where a service is busy, hangs up or is silent: later each
time, and not before the service wants it. Nobody is sent on to another server. The rules are
https://operations.osmfoundation.org/policies/nominatim/ and
https://dev.overpass-api.de/overpass-doc/en/preface/commons.html.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Self

from requests import RequestException, Response, Session
from requests.adapters import HTTPAdapter
from urllib3 import Retry
from urllib3.exceptions import DecodeError, HTTPError, InvalidHeader, ProtocolError, ReadTimeoutError

from scheduler.base.errors import ServiceError
from scheduler.base.i18n import _, number
from scheduler.base.progress import Progress, Silent
from scheduler.base.version import __version__
from scheduler.model.config import MapSettings

#: Too many requests, overloaded, and the gateway's timeout: worth another attempt.
_BUSY = frozenset({429, 503, 504})
_LONGEST_RETRY_AFTER_S = 300.0
_CHUNK_BYTES = 1 << 16
_MOST_BYTES = 600_000_000
_REPORT_EVERY_BYTES = 10_000_000
_HEADERS = {"User-Agent": f"hjul/{__version__}", "Accept-Language": "da"}


class _Turns:
    """Turns that come some time apart, whichever thread takes them."""

    def __init__(self, apart_s: float) -> None:
        self.apart_s = apart_s
        self._next_s = 0.0
        self._lock = threading.Lock()

    def wait(self, sleep: Callable[[float], None]) -> None:
        """Wait for the next turn, and take it."""
        with self._lock:
            now_s = time.monotonic()
            turn_s = max(now_s, self._next_s)
            self._next_s = turn_s + self.apart_s
        if turn_s > now_s:
            sleep(turn_s - now_s)


#: Nominatim takes one request a second from a program, whatever its threads do.
_nominatims_turns = _Turns(1.0)


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


@dataclass(frozen=True, slots=True)
class Services:
    """The map services that the settings name."""

    settings: MapSettings
    patience: Patience = field(default_factory=Patience)
    progress: Progress = field(default_factory=Silent)

    def overpass(self, query: str) -> dict[str, Any]:
        """Ask Overpass a query; return its answer as it came, with the list ``elements``.

        Raises
        ------
        ServiceError
            It could not be reached, stayed busy, or sent something else.
        """
        server = _Server(self.settings.overpass_url, self)
        answer = server.ask("POST", "interpreter", data={"data": query})
        if not isinstance(answer, dict) or not isinstance(answer.get("elements"), list):
            raise server.unusable(_("the answer is not one of Overpass"))
        if "remark" in answer:
            raise server.unusable(str(answer["remark"]))
        return answer

    def nominatim(self, address: str) -> list[dict[str, Any]]:
        """Ask Nominatim for an address; return what it found, the best first, at most one.

        Raises
        ------
        ServiceError
            It could not be reached, stayed busy, or sent something else.
        """
        server = _Server(self.settings.nominatim_url, self)
        _nominatims_turns.wait(self.patience.sleep)
        found = server.ask("GET", "search", params={"q": address, "format": "json", "limit": "1"})
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise server.unusable(_("the answer is not one of Nominatim"))
        return found


class _Server:
    """One of the services, at its address."""

    def __init__(self, url: str, services: Services) -> None:
        scheme, slashes, rest = url.partition("://")
        self.host = rest.partition("/")[0]
        self.patience = services.patience
        self.progress = services.progress
        self._url = url.rstrip("/")
        # Of all the address only this is sure to stay as it is written when it is asked.
        self._scheme = scheme + slashes
        self._timeout_s = services.settings.timeout_s

    def ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
    ) -> Any:
        """Return the answer to a request, parsed."""
        retries: Retry = _Retries(self)
        with Session() as session:
            while True:
                session.mount(self._scheme, HTTPAdapter(max_retries=retries))
                try:
                    with session.request(
                        method,
                        f"{self._url}/{path}",
                        params=params,
                        data=data,
                        headers=_HEADERS,
                        timeout=self._timeout_s,
                        allow_redirects=False,
                        stream=True,
                    ) as response:
                        self._refuse(response)
                        try:
                            return self._parsed(response)
                        except (ProtocolError, ReadTimeoutError) as error:
                            # To urllib3 the request was a success, since the answer began.
                            retries = response.raw.retries.increment(method, error=error)
                    retries.sleep()
                except (RequestException, HTTPError) as error:
                    raise self._gave_up(error) from error

    def trouble(self, error: Exception | None, status: int | None) -> str:
        """Say in a few words why there is no answer yet."""
        if status is not None:
            return _("busy ({status})").format(status=f"{status} {HTTPStatus(status).phrase}")
        if isinstance(error, ReadTimeoutError):
            return _("no answer in {seconds} s").format(seconds=number(self._timeout_s))
        if isinstance(error, _TooSlowError):
            return _("the answer takes too long")
        return _("the answer broke off")

    def unusable(self, why: str) -> ServiceError:
        """Return what to say of an answer that is of no use."""
        why = " ".join(why[:200].split())
        return self._failure(_("{host} sent nothing that can be used: {why}").format(host=self.host, why=why))

    def _refuse(self, response: Response) -> None:
        """Raise an error where there will be no answer."""
        if response.status_code in _BUSY:
            raise self._silent(self.trouble(None, response.status_code))
        why = f"{response.status_code} {response.reason}"
        if response.is_redirect:
            onward = _("it sends on to {url}").format(url=response.headers["Location"])
            raise self.unusable(f"{why}, {onward}")
        if not response.ok:
            raise self.unusable(why)

    def _parsed(self, response: Response) -> Any:
        body = bytearray()
        reported = 0
        until = time.monotonic() + self.patience.total_s
        try:
            # `read1` returns what has come: to fill a chunk from a trickle would take for ever.
            while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=True):
                body += chunk
                if len(body) > _MOST_BYTES:
                    raise self.unusable(_("the answer is too large"))
                if time.monotonic() > until:
                    raise _TooSlowError
                if len(body) - reported >= _REPORT_EVERY_BYTES:
                    reported = len(body)
                    self.progress.step(_("{host}: {n} MB").format(host=self.host, n=number(reported / 1e6)))
        except DecodeError as error:
            raise ProtocolError(error) from error
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as error:
            raise self.unusable(_("the answer is not JSON")) from error

    def _gave_up(self, error: RequestException | HTTPError) -> ServiceError:
        """Return what to say when urllib3 asks no more, or never got as far as asking."""
        cause = error.args[0] if isinstance(error, RequestException) and error.args else error
        reason = getattr(cause, "reason", cause)
        if isinstance(reason, ProtocolError | ReadTimeoutError):
            return self._silent(self.trouble(reason, None))
        return ServiceError(
            _("{host} cannot be reached").format(host=self.host),
            hint=_(
                "Is there an internet connection? The address of the server stands in [map] of project.toml."
            ),
        )

    def _silent(self, trouble: str) -> ServiceError:
        return self._failure(_("{host} does not answer: {trouble}").format(host=self.host, trouble=trouble))

    def _failure(self, sentence: str) -> ServiceError:
        return ServiceError(
            sentence, hint=_("Try again later, or name another server in [map] of project.toml.")
        )


class _TooSlowError(ProtocolError):
    """An answer comes so slowly that it would never end."""


class _Retries(Retry):
    """urllib3's retries, after the waits of our `Patience`, and told to whoever waits."""

    def __init__(self, server: _Server, **state: Any) -> None:
        ours: dict[str, Any] = {
            "total": len(server.patience.waits_s),
            "connect": 0,  # who is not there now is not there in a minute
            "other": 0,
            "allowed_methods": None,
            "status_forcelist": _BUSY,
            "raise_on_status": False,
        }
        super().__init__(**{**ours, **state})
        self._server = server

    def new(self, **changes: Any) -> Self:
        return super().new(server=self._server, **changes)

    def increment(self, *asked: Any, **how: Any) -> Self:
        if response := how.get("response"):
            response.close()  # or urllib3 would read to its end whatever a busy server sends
        return super().increment(*asked, **how)

    def sleep(self, response: Any = None) -> None:
        server, last = self._server, self.history[-1]
        wait_s = max(server.patience.waits_s[len(self.history) - 1], self._wanted_s(response))
        server.progress.step(
            _("{host}: {trouble}; next attempt in {seconds} s").format(
                host=server.host, trouble=server.trouble(last.error, last.status), seconds=number(wait_s)
            )
        )
        server.patience.sleep(wait_s)

    def _wanted_s(self, response: Any) -> float:
        """Return how long a server wants to be left alone."""
        try:
            wanted_s = self.get_retry_after(response) if response else None
        except (InvalidHeader, ValueError, OverflowError):
            return 0.0
        return min(wanted_s or 0.0, _LONGEST_RETRY_AFTER_S)
