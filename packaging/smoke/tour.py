"""What a person does in the window: waits for it, searches, opens a page, closes it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.virtual_screen import virtual_screen
from tests.x_screen import XScreen

from smoke.inside import Outcome, Running
from smoke.reading import ScreenReader
from smoke.steps import SmokeError, Steps

START_S = 120  # a loaded machine may take its time; how long it took is told
READING_S = 240
QUERY = "pie chart of energy sources"
FOUND = ("Port of Westhaven", "Page 4 of 6")
OPENED = ("Draw a box", "Heat pumps", "Open at page 4")


class Tour:
    """One window of a program that runs in a root, on a screen of its own."""

    def __init__(self, steps: Steps, screen: XScreen, pictures: Path) -> None:
        self._steps = steps
        self._screen = screen
        self._reader = ScreenReader(screen.picture)
        self._pictures = pictures

    def run(self, start: Callable[[], Running], *, adds_samples: bool, name: str) -> Outcome:
        """Go through the window. SmokeError of the first step that fails, with a picture."""
        program = start()
        try:
            with self._pictured(f"{name}: window opens and listens"):
                window = self._open(program)
            if adds_samples:
                with self._pictured(f"{name}: samples are added in the window"):
                    self._add_samples(program)
            with self._pictured(f"{name}: a search is typed, the right page is shown"):
                self._search(program)
            with self._pictured(f"{name}: the page is opened"):
                self._screen.press("Down")
                self._screen.press("enter")
                self._wait(program, *OPENED)
                self._reader.save(self._pictures / f"{name}, page opened.png")
            with self._pictured(f"{name}: closed with exit code 0"):
                self._screen.ask_to_close(window)
                return program.finish(patience_s=60)
        finally:
            program.kill()

    def read(self, start: Callable[[], Running], *texts: str, name: str) -> Outcome:
        """Open the window, wait for texts in it, and close it."""
        program = start()
        try:
            with self._pictured(f"{name}: the window says so"):
                window = self._open(program)
                self._wait(program, *texts)
                self._screen.ask_to_close(window)
                return program.finish(patience_s=60)
        finally:
            program.kill()

    def _open(self, program: Running) -> object:
        started = time.monotonic()
        window = self._screen.wait_for_window(START_S, program.is_over)
        if window is None:
            raise SmokeError(f"No window came.\n{self._end(program)}")
        if not self._screen.answers(window, START_S):
            raise SmokeError("The window is there and does not answer.")
        self._steps.note(f"{time.monotonic() - started:.2f} s to a window that listens")
        self._screen.focus(window)
        return window

    def _end(self, program: Running) -> str:
        return program.finish().told() if program.is_over() else "The program runs on."

    def _add_samples(self, program: Running) -> None:
        button = self._wait(program, "Add the samples")[0]
        self._screen.click(button.x, button.y)
        self._wait(program, "Port of We")

    def _search(self, program: Running) -> None:
        self._screen.press("ctrl+f")
        self._screen.type(QUERY)
        self._wait(program, *FOUND)

    def _wait(self, program: Running, *texts: str):  # type: ignore[no-untyped-def]
        return self._reader.wait_for(*texts, timeout_s=READING_S, is_given_up=program.is_over)

    @contextmanager
    def _pictured(self, name: str) -> Iterator[None]:
        with self._steps.step(name):
            try:
                yield
            except SmokeError as error:
                picture = self._pictures / f"{name.replace(':', ',').replace('/', ' ')}.png"
                self._reader.save(picture)
                raise SmokeError(f"{error}\nA picture of the screen: {picture}") from error


@contextmanager
def on_a_screen(steps: Steps, pictures: Path) -> Iterator[tuple[Tour, dict[str, str]]]:
    """Yield a tour on a new screen, and the variables that bring a program's window there."""
    with virtual_screen() as variables:
        screen = XScreen(variables["DISPLAY"])
        try:
            yield Tour(steps, screen, pictures), {"DISPLAY": variables["DISPLAY"]}
        finally:
            screen.close()
