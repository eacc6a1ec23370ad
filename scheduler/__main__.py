"""``hjul`` and ``python -m scheduler``: the command line, from its first moment on."""

import logging
import signal
import sys
import warnings


def main() -> None:
    """Run the command line that the program was started with."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        # Nothing is under way: Ctrl-C while modules are imported ends the program without a traceback.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    # This process is the command line's alone, which says what people need to know in sentences. Libraries'
    # own remarks are for those who write programs.
    logging.disable()
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    from scheduler.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
