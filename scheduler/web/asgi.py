"""The app as a server process loads it; the environment says which project it serves."""

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from scheduler.web.bounds import bounded
from scheduler.web.server import DATA_VARIABLE, OUT_VARIABLE, start


def application() -> Callable[..., Awaitable[Any]]:
    """Return the app, once its store is open for the process: a factory, so that importing this opens nothing."""
    start(Path(os.environ.get(DATA_VARIABLE, "data")), Path(os.environ.get(OUT_VARIABLE, "out")))
    from django.core.asgi import get_asgi_application

    return bounded(get_asgi_application())
