"""``hjul`` and ``python -m scheduler``: the command line, from its first moment on."""

import signal
import sys


def main() -> None:
    """Run the command line that the program was started with."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        # Nothing is under way: Ctrl-C while modules are imported ends the program without a traceback.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from scheduler.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
