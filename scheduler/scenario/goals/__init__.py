"""How many conversations the service can hold: the road to its goal, other sizes, and what it takes."""
