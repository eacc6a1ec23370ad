"""Who acts, where nobody has signed in: whoever is signed in to the machine."""

import getpass
import os

_VARIABLE = "HJUL_USER"
_LONGEST = 200


def me() -> str:
    """Return the name that events have for whoever runs this process."""
    try:
        name = os.environ.get(_VARIABLE) or getpass.getuser()
    except (KeyError, OSError):  # a process may run as somebody whom the machine does not know
        name = "?"
    return " ".join(name.split())[:_LONGEST]
