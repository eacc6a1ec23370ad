"""Addresses from Nominatim: what the map does not know, where the user allows to ask.

What was found is kept in the project folder, so that each address is asked for once. Whether a place
may be asked for at all is the caller's business: home visits never are.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from scheduler.base import files, limits
from scheduler.base.errors import ServiceError
from scheduler.base.i18n import _
from scheduler.base.progress import Progress
from scheduler.model.config import MapSettings
from scheduler.places.spelling import number_key, street_key, street_keys
from scheduler.places.written import AddressError, WrittenAddress

if TYPE_CHECKING:
    from scheduler.network.services import Services

CACHE_FILE = "geocoding-cache.json"
_SCHEMA = 1
#: As Nominatim ends an address, in the languages that a cache or a server may speak.
_DENMARK = frozenset({"danmark", "denmark"})
_HIGHEST = {"lat": 90.0, "lon": 180.0}


@dataclass(frozen=True, slots=True)
class OnlineAddress:
    """Where Nominatim says that an address is, and what it calls it; `exact` if the number agrees."""

    lat: float
    lon: float
    name: str
    exact: bool


class OnlineAddresses:
    """The answers of Nominatim that a project folder has, and further ones where `services` may be asked."""

    def __init__(self, folder: Path, services: "Services | None" = None) -> None:
        self._file = folder / CACHE_FILE
        self._services = services
        self._known = _read_cache(self._file)

    @classmethod
    def of(cls, folder: Path, settings: MapSettings, *, online: bool, progress: Progress) -> Self:
        """Return those of a folder; with `online` the service that the settings name may be asked."""
        if not online:
            return cls(folder)
        from scheduler.network.services import Services

        return cls(folder, Services(settings, progress=progress))

    @property
    def may_ask(self) -> bool:
        """Whether the service may be asked."""
        return self._services is not None

    def find(self, written: WrittenAddress) -> OnlineAddress | None:
        """Return where an address is; None where it is not known and may not be asked for.

        Raises
        ------
        AddressError
            The service does not know it, or it is not in Denmark; the text is the sentence that says so.
        ServiceError
            The service could not be had.
        """
        query = query_of(written)
        answer = self._known.get(query)
        if answer is None:
            if self._services is None:
                return None
            if not (written.postcode or written.city):
                text = _("without postcode and city it cannot be looked up online")
                raise AddressError(text, discreet=text)
            found = self._ask(query, self._services)
            answer = _checked(found[0]) if found else None
            if answer is None:
                raise _unknown(query)
            self._keep(query, answer)
        return _judged(written, query, answer)

    @staticmethod
    def _ask(query: str, services: "Services") -> list[dict[str, Any]]:
        try:
            return services.nominatim(query)
        except ServiceError as error:
            hint = _("Without --online the addresses of the map, and those looked up before, still serve.")
            raise ServiceError(error.problems, hint=f"{error.hint} {hint}") from error

    def _keep(self, query: str, answer: dict[str, Any]) -> None:
        self._known[query] = answer
        content = {"schema": _SCHEMA, "answers": dict(sorted(self._known.items()))}
        files.replace(self._file, json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n")


def query_of(written: WrittenAddress) -> str:
    """Write the address as it is asked for: without floor and door."""
    number = written.numbers[-1].upper()
    return ", ".join(
        filter(None, (f"{written.street} {number}", f"{written.postcode} {written.city}".strip()))
    )


def _unknown(query: str) -> AddressError:
    return AddressError(
        _("{query} is not known online").format(query=query), discreet=_("this address is not known online")
    )


def _judged(written: WrittenAddress, query: str, answer: Mapping[str, Any]) -> OnlineAddress:
    """Tell whether an answer is about the address that was asked for."""
    name = str(answer["name"])
    parts = [part.strip() for part in name.split(",")]
    if parts[-1].casefold() not in _DENMARK:
        raise AddressError(
            _("{query} is outside Denmark ({name}); only places in Denmark can be visited").format(
                query=query, name=parts[-1]
            ),
            discreet=_("this address is outside Denmark"),
        )
    if set(street_keys(written.street)).isdisjoint(map(street_key, parts)):
        raise _unknown(query)
    postcodes = [part for part in parts if re.fullmatch(r"\d{4}", part)]
    if written.postcode and postcodes and written.postcode not in postcodes:
        raise AddressError(
            _("{address} lies in {found} in the map, not in {postcode}").format(
                address=query, found=postcodes[-1], postcode=written.postcode
            ),
            discreet=_("this address lies in another postal district in the map"),
        )
    exact = not set(written.numbers).isdisjoint(map(number_key, parts))
    return OnlineAddress(float(answer["lat"]), float(answer["lon"]), name, exact)


def _checked(found: Mapping[str, Any]) -> dict[str, Any] | None:
    """Take from an answer what is used of it; None where that is not as it should be."""
    try:
        point = {key: float(found[key]) for key in _HIGHEST}
    except (KeyError, TypeError, ValueError):
        return None
    name = found.get("display_name", found.get("name"))
    if not isinstance(name, str) or not all(abs(point[key]) <= most for key, most in _HIGHEST.items()):
        return None
    return {**point, "name": name}


def _read_cache(file: Path) -> dict[str, dict[str, Any]]:
    """Read what is kept; a file that is not there or not ours counts as empty."""
    try:
        content = json.loads(limits.read(file, limits.ROSTER_BYTES))
        if content["schema"] != _SCHEMA:
            return {}
        answers = {query: _checked(answer) for query, answer in content["answers"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
    return {query: answer for query, answer in answers.items() if answer is not None}
