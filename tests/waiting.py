"""Wait for what another thread, process or server brings about."""

import time
from collections.abc import Callable


def until(holds: Callable[[], object], *, seconds: float = 60, every_s: float = 0.01) -> None:
    """Look again and again until it holds; fail where that takes longer than ``seconds``."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(every_s)
