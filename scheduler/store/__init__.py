"""What is kept: tables, editions, home addresses, locks, the log, jobs and all events, in SQLite or PostgreSQL.

``address`` says where a project's store is, ``opening`` opens it, ``models`` are its tables in the database.
``events`` is the one way to write: a transaction of one act, refused where somebody else was first. ``tables``
keeps the rows of the project's tables, ``editions`` a week's rosters, ``outbox`` what is sent, ``jobs`` what
is to be done, ``backup`` copies of it all, ``retention`` what is no longer kept.

Only this folder and the web know Django. There is one store a process.
"""
