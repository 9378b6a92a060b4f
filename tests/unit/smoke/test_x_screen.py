"""Windows worked from outside: keys, clicks, closing, and whether anybody listens."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.virtual_screen import has_virtual_screen, virtual_screen
from tests.x_screen import XScreen

# a window that tells what reaches it, and stops listening for good at the letter q
PROGRAM = """
import threading
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QVBoxLayout, QWidget

def told(text):
    print(text, flush=True)
    if text.endswith("q"):
        threading.Event().wait()

app = QApplication([])
window = QWidget()
window.setGeometry(0, 0, 600, 500)
field, button = QLineEdit(), QPushButton("press")
button.setFixedSize(600, 200)
layout = QVBoxLayout(window)
layout.setContentsMargins(0, 0, 0, 0)
layout.addWidget(field)
layout.addWidget(button)
field.textChanged.connect(told)
button.clicked.connect(lambda: told("pressed"))
window.show()
field.setFocus()
app.exec()
print("closed", flush=True)
"""


@pytest.fixture
def display() -> Iterator[dict[str, str]]:
    """A screen of its own for each test: no window of another one may stand on it."""
    if not has_virtual_screen():
        pytest.skip("Xvfb is not installed")
    with virtual_screen() as environment:
        yield environment


@pytest.fixture
def screen(display: dict[str, str]) -> Iterator[XScreen]:
    opened = XScreen(display["DISPLAY"])
    yield opened
    opened.close()


@contextmanager
def program(text: str, display: dict[str, str]) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", text]
    environment = {**os.environ, **display}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as started:
        try:
            yield started
        finally:
            started.kill()


def line(running: "subprocess.Popen[str]") -> str:
    assert running.stdout is not None
    return running.stdout.readline().strip()


def test_keys_clicks_and_closing_arrive(screen: XScreen, display: dict[str, str]) -> None:
    with program(PROGRAM, display) as running:
        window = screen.wait_for_window(60, lambda: running.poll() is not None)
        assert screen.answers(window, 60)
        screen.focus(window)
        screen.type("Ab2")
        assert [line(running) for _ in range(3)] == ["A", "Ab", "Ab2"]
        screen.press("ctrl+a")
        screen.press("BackSpace")
        assert line(running) == ""
        screen.click(300, 400)
        assert line(running) == "pressed"
        assert screen.picture().shape[2] == 3
        screen.ask_to_close(window)
        assert line(running) == "closed"
        assert running.wait(60) == 0


def test_a_window_that_does_not_listen_is_found_out(
    screen: XScreen, display: dict[str, str]
) -> None:
    with program(PROGRAM, display) as running:
        window = screen.wait_for_window(60, lambda: running.poll() is not None)
        screen.focus(window)
        screen.type("q")
        assert line(running) == "q"
        assert not screen.answers(window, 0.2)


def test_a_program_that_ends_without_a_window_is_not_waited_for(
    screen: XScreen, display: dict[str, str]
) -> None:
    with program("", display) as running:
        assert screen.wait_for_window(60, lambda: running.poll() is not None) is None
