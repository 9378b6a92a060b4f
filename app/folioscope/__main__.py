"""Entry: ``python -m folioscope`` and the ``folioscope`` command."""

import multiprocessing
import os
import sys

_FAULT = 70  # EX_SOFTWARE of sysexits.h: a fault of the program, unlike exit codes 1 to 3


def main() -> int:
    """Run the command line, or the window when no command is given; return the exit code."""
    multiprocessing.freeze_support()  # first: a worker of a packaged app ends here
    _give_streams()
    from folioscope.cli import program
    from folioscope.wiring import AppWiring

    try:
        return program.main(sys.argv[1:], AppWiring())
    except Exception:  # noqa: BLE001  (the one place where a fault of ours ends)
        return _tell_fault()


def _give_streams() -> None:
    """Give a program without a console somewhere to write: Windows starts it with nothing."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115  (no path)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115  (no path)


def _tell_fault() -> int:
    """Log a fault with all details, and tell where they are."""
    import logging

    from folioscope.system.logs import start_logging
    from folioscope.system.paths import log_dir

    start_logging()
    logging.getLogger("folioscope").exception("An unexpected error")
    place = log_dir() / "folioscope.log"
    sys.stderr.write(f"That did not work because of a fault in Folioscope. Details: {place}\n")
    return _FAULT


if __name__ == "__main__":
    sys.exit(main())
