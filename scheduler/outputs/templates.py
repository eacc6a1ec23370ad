"""Pages from templates: one Jinja environment that escapes everything and speaks the language in force.

Templates and style sheets lie in `assets/`. In a template `_("from %(place)s", place=...)` and
`ngettext` translate, `km`, `minutes`, `hours`, `clock`, `day` and `number` write
quantities as people here do, `tied` keeps numbers with their units, `{{ language() }}` is the page's language, and `{{ asset("base.css") }}`
puts a file of `assets/` into the page as it is.
"""

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from scheduler.base import i18n
from scheduler.outputs.signs import HOUSE

ASSETS = Path(__file__).parent / "assets"


@cache
def asset(name: str) -> Markup:
    """Return the text of a file in `assets/`, to stand in a page's style or script unescaped."""
    return Markup((ASSETS / name).read_text(encoding="utf-8"))  # noqa: S704  # a file of this package


@cache
def environment(*folders: Path) -> Environment:
    """Return what makes pages of the templates in `assets/`, and of those in further folders."""
    environment = Environment(
        loader=FileSystemLoader((*folders, ASSETS)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(i18n._, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]  # the extension's
    environment.filters.update(
        km=i18n.km,
        minutes=i18n.minutes,
        hours=i18n.hours,
        clock=i18n.clock,
        day=i18n.day,
        number=i18n.number,
        tied=i18n.tied,
    )
    environment.globals.update(asset=asset, language=i18n.language, house_sign=HOUSE)
    return environment


def script_hash(script: str) -> str:
    """Return what a page's policy calls a script that may run."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def render(name: str, **values: object) -> str:
    """Return the page that a template of `assets/` makes of the values, in the language in force.

    Every value is escaped, unless it is `Markup`. A name that the template uses and that is not
    among the values is an error, never an empty place.
    """
    return environment().get_template(name).render(**values)
