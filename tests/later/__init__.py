"""The history of the store with a step that is yet to come; a test takes it."""

from pathlib import Path

from scheduler.store import migrations

__path__ = [*__path__, str(Path(migrations.__path__[0]))]
