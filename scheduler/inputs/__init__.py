"""A project folder -> a checked `Project`.

``cells`` reads one cell, ``schema`` lists tables and columns, ``csvfile``, ``sheets`` (of what ``parts``
finds in a workbook) and ``tables`` make rows of files, ``settings`` reads project.toml, ``rules`` are what rows must keep, and
``project`` puts it together.
"""

from scheduler.inputs.project import read_project

__all__ = ["read_project"]
