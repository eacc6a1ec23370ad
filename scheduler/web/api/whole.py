"""The API with the calls of all areas."""

from scheduler.web.api import desk, jobs, mine, tables, weeks
from scheduler.web.api.calls import api

__all__ = ["api", "desk", "jobs", "mine", "tables", "weeks"]
