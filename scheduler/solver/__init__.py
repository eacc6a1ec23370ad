"""The engine, and its process: the only folder that knows OR-Tools and HiGHS.

`engine` plans a week. `isolation` has it do so in a process of its own; whoever sends it there needs to load
none of the engine, so nothing is imported here.

The life of a round, holder by holder:

1. A consultant-day is a `week.schedule.DayModel`: the stops it may have, and the rules between them.
   `parts.split` divides a week of several bases where no request ties them together; a `Part` keeps the best
   that is known of its days.
2. `graph.DayGraph` turns a day into arrays. A *node* is a stop, or some of its starts, each with its points;
   *arcs* lead from node to node. A round is known by its *key* (`keys.KeyForm`): the visits that it makes,
   each with its number of conversations, in as many words as the day needs. `block.Block` keeps nodes and
   arcs once for all days of the same shape, since they are most of the memory.
3. `labels.Grower` grows rounds stop by stop under prices. A *label* is the beginning of a round, and is
   dropped where even the least that can follow (`ahead.Ahead`, where visits may be made twice) leaves it
   above the limit. `days.Days` says which days are grown together.
4. `pool.Pool` remembers the points of every round by its key. A `table.RoundTable` has them as rows, and a
   choice is one row a day.
5. `start.first_choice` gives consultant after consultant the best rounds that are left, and
   `exchange.Exchange` betters that in sweeps. What a day would lose without a visit is the first price of it,
   and such prices give the first bound. In a small week `routing.route` has made a roster before.
6. `generate.Generator` goes on in turns. A `program.Program` solves the relaxation of the master problem in
   HiGHS, from where it ended the last time; at its prices every day grows the rounds that pay. What a narrow
   turn leaves out counts with its hope, so that each turn gives a valid bound (`program.Relaxed`).
7. `choose.Chooser` takes the best choice that `Program.dive` comes to, and where turns take long looks for
   better ones in between (`master.cover`, `exchange`). `master.RestrictedMaster` then chooses among few
   rounds, and where that proves nothing among all within the gap, which are grown for it: HiGHS proves what
   it can in points above the bound (`reduced.ReducedProgram`), CP-SAT the rest in integers.
   `keep.Keeper` does the same for every number of published visits that must stay, from the same rounds, and
   `front` goes through these numbers. `places.Places` puts one visit everywhere where it can be.
8. `rounds.best_order` puts the visits of each chosen round in order, `DayModel.best_schedule` on the clock.
   `reasons.Reasoner` finds out why requests are left open, and `week.assemble` makes the roster.
"""
