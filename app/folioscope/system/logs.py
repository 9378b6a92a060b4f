"""A rotating log file. Query texts, file names and page contents are logged at DEBUG only."""

import logging
import logging.handlers

from folioscope.system.paths import log_dir

LOG_BYTES = 1_000_000


def start_logging(*, level: int = logging.INFO) -> None:
    """Log to ``folioscope.log`` in the log folder; without a writable folder, to nowhere.

    Called again, it changes nothing.
    """
    root = logging.getLogger("folioscope")
    if root.handlers:
        return
    root.setLevel(level)
    root.propagate = False
    try:
        log_dir().mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = logging.handlers.RotatingFileHandler(
            log_dir() / "folioscope.log", maxBytes=LOG_BYTES, backupCount=3, encoding="utf-8"
        )
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)
