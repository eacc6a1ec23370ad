"""The core types, frozen: what a project holds, what a week asks for, and what a roster is.

In the order of the data flow:

- `config` and `project`: the settings and tables of a project folder, parsed and checked, for any week;
- `problem`: one ISO week, immutable and complete;
- `roster`: the answer, field by field what roster.json holds, which `rosterfile` reads and writes.

Below them lie `clock`, with weeks and local times, `geo`, what a map needs to be drawn, and `text`,
sentences that are worded when they are shown.

All timings are whole seconds and all distances whole metres. In `Project` and `Problem` a time of
day is seconds after midnight, local to Europe/Copenhagen (`start_s`); in `Roster` it is an aware
`datetime`.
"""
