"""Reading what a screen shows, as a person would: by its words, wherever they stand."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from tests.x_screen import Picture

from smoke.steps import SmokeError

PAUSE_S = 0.3


@dataclass(frozen=True, slots=True)
class ShownLine:
    """Words that stand in a line, and the middle of their place in pixels."""

    text: str
    x: int
    y: int


class ScreenReader:
    """Finds words in pictures of a screen; loading the models takes a second."""

    def __init__(self, look: Callable[[], Picture]) -> None:
        self._look = look
        self._engine: Any = None

    def lines(self) -> list[ShownLine]:
        """Read the screen as it is now."""
        found = self._loaded()(self._look()[:, :, ::-1].copy(), use_cls=False)
        if found.boxes is None or not found.txts:
            return []
        middles = [quad.mean(axis=0) for quad in found.boxes]
        return [
            ShownLine(text, int(middle[0]), int(middle[1]))
            for text, middle in zip(found.txts, middles, strict=True)
        ]

    def wait_for(
        self, *wanted: str, timeout_s: float, is_given_up: Callable[[], bool]
    ) -> list[ShownLine]:
        """Return the line of each wanted text once all are shown. SmokeError if they are not."""
        end = time.monotonic() + timeout_s
        while True:
            seen = self.lines()
            found = [match for text in wanted if (match := find(seen, text)) is not None]
            if len(found) == len(wanted):
                return found
            if is_given_up():
                raise SmokeError("The program ended meanwhile.")
            if time.monotonic() > end:
                texts = " | ".join(line.text for line in seen)
                raise SmokeError(f"Not all of {wanted} were shown in {timeout_s:.0f} s: {texts}")
            time.sleep(PAUSE_S)

    def save(self, path: Path) -> None:
        """Keep a picture of the screen."""
        Image.fromarray(self._look()).save(path)

    def _loaded(self) -> Any:
        if self._engine is None:
            from rapidocr import RapidOCR

            logging.getLogger("RapidOCR").handlers.clear()
            self._engine = RapidOCR(
                params={"Global.log_level": "critical", "Global.use_cls": False}
            )
        return self._engine


def find(lines: list[ShownLine], wanted: str) -> ShownLine | None:
    """Return the line that holds a text, whatever its spaces, marks and capitals."""
    bare = _bare(wanted)
    return next((line for line in lines if bare in _bare(line.text)), None)


def _bare(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())
