"""The engine, and its process: the only folder that knows OR-Tools and HiGHS.

`engine` plans a week. `isolation` has it do so in a process of its own; whoever sends it there needs to load
none of the engine, so nothing is imported here.
"""
