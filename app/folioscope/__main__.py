"""Entry: ``python -m folioscope`` and the ``folioscope`` command."""

import multiprocessing
import os
import sys

_FAULT = 70  # EX_SOFTWARE of sysexits.h: a fault of the program, unlike exit codes 1 to 3
_PATIENCE_S = 2.0  # for what was cancelled and left to end by itself


def main() -> int:
    """Run the command line, or the window when no command is given; return the exit code."""
    multiprocessing.freeze_support()  # first: a worker of a packaged app ends here
    _give_streams()
    from folioscope.cli import program
    from folioscope.wiring import AppWiring

    try:
        code = program.main(sys.argv[1:], AppWiring())
    except Exception:  # noqa: BLE001  (the one place where a fault of ours ends)
        code = _tell_fault()
    _leave(code)
    return code


def _leave(code: int) -> None:
    """End at once where something still works for nobody: Python's own end would abort."""
    from folioscope.jobs.apart import wait_for_all

    if wait_for_all(_PATIENCE_S):
        return
    import contextlib
    import logging

    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # whoever read it is gone
            stream.flush()
    os._exit(code)


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
