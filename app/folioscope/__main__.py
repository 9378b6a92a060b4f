"""Entry: ``python -m folioscope`` and the ``folioscope`` command."""

import logging
import multiprocessing
import sys


def main() -> int:
    """Run the command line, or the window when no command is given; return the exit code."""
    multiprocessing.freeze_support()
    from folioscope import cli
    from folioscope.system.logs import start_logging
    from folioscope.wiring import AppWiring

    start_logging()
    try:
        return cli.main(sys.argv[1:], AppWiring())
    except Exception:
        logging.getLogger("folioscope").exception("An unexpected error")
        raise


if __name__ == "__main__":
    sys.exit(main())
