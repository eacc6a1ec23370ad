"""What people ask for, each a function; the command line and the notebooks call them.

- `planner` plans a week from folder to files, `advice` tells what single thing would help it most;
- `review` says what is wrong with a project, in every week of it;
- `building` and `download` make a project's network, of a file and of Overpass;
- `forget` takes personal data of the past away.
"""
