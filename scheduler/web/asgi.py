"""The app as a server process loads it; the environment says which project it serves."""

import os
from pathlib import Path

from scheduler.web.server import DATA_VARIABLE, OUT_VARIABLE, start

start(Path(os.environ.get(DATA_VARIABLE, "data")), Path(os.environ.get(OUT_VARIABLE, "out")))

from django.core.asgi import get_asgi_application  # noqa: E402 - Django is set up by `start`

application = get_asgi_application()
