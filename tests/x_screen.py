"""Windows of a program seen and worked from outside, as a person at the X screen would.

Nothing is asked of the program itself: windows come from the X server, keys and clicks go through
it, and whether a program listens is found out the way window managers do, with a ping that its
event loop answers (_NET_WM_PING of the Extended Window Manager Hints).
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from Xlib import XK, X
from Xlib.display import Display
from Xlib.error import BadDrawable, BadMatch, BadWindow
from Xlib.ext import xtest
from Xlib.protocol.event import ClientMessage

SMALLEST_WINDOW_PX = 400  # a splash screen is no window to work in
LOOK_EVERY_S = 0.005
KEYS = {"ctrl": "Control_L", "shift": "Shift_L", "alt": "Alt_L", "enter": "Return"}

Picture = NDArray[np.uint8]


class XScreen:
    """An X screen without a window manager; ``close`` lets go of it."""

    def __init__(self, name: str) -> None:
        self._display = Display(name)
        self._root = self._display.screen().root
        # programs send their pongs to whoever selects either of these
        self._root.change_attributes(event_mask=X.SubstructureNotifyMask | X.StructureNotifyMask)
        self._atom = self._display.intern_atom
        self._pings = 0

    def close(self) -> None:
        """Let go of the screen; windows stay."""
        self._display.close()

    def windows(self) -> list[Any]:
        """Return the windows to work in that are to be seen, in the order of their stack."""
        return [window for window in self._root.query_tree().children if _is_shown(window)]

    def wait_for_window(self, timeout_s: float, is_given_up: Callable[[], bool]) -> Any:
        """Return the first window as soon as something is painted in it, None if none comes."""
        for _ in _until(timeout_s):
            for window in self.windows():
                if self._is_painted(window):
                    return window
            if is_given_up():
                return None
        return None

    def answers(self, window: Any, timeout_s: float) -> bool:
        """Whether the event loop behind a window answers a ping in time."""
        self._pings += 1
        number = self._pings
        self._tell(window, "_NET_WM_PING", number)
        for _ in _until(timeout_s):
            while self._display.pending_events():
                event = self._display.next_event()
                if self._is_pong(event, number):
                    return True
        return False

    def ask_to_close(self, window: Any) -> None:
        """Do what the cross in a window's frame does."""
        self._tell(window, "WM_DELETE_WINDOW", X.CurrentTime)

    def focus(self, window: Any) -> None:
        """Have keys go to a window."""
        window.set_input_focus(X.RevertToParent, X.CurrentTime)
        self._display.sync()

    def type(self, text: str) -> None:
        """Press the keys of an ASCII text."""
        for sign in text:
            code, level = self._key(ord(sign))
            self._chord([self._key(XK.string_to_keysym("Shift_L"))[0]] if level else [], code)

    def press(self, keys: str) -> None:
        """Press keys together, such as "ctrl+f" or "Down"."""
        codes = [
            self._key(XK.string_to_keysym(KEYS.get(name, name)))[0] for name in keys.split("+")
        ]
        self._chord(codes[:-1], codes[-1])

    def click(self, x: int, y: int) -> None:
        """Click with the first button at a place of the screen, in pixels."""
        self._fake(X.MotionNotify, x=x, y=y)
        self._fake(X.ButtonPress, 1)
        self._fake(X.ButtonRelease, 1)

    def picture(self) -> Picture:
        """Return what is to be seen, uint8 (height, width, 3) in RGB."""
        size = self._root.get_geometry()
        return _pixels(self._root, 0, 0, size.width, size.height)

    def _is_painted(self, window: Any) -> bool:
        try:
            size = window.get_geometry()
            rows = _pixels(window, 0, size.height // 2, size.width, 1)
            edge = _pixels(window, size.width // 2, 0, 1, size.height)
        except (BadDrawable, BadMatch, BadWindow):
            return False
        return any(len(np.unique(line.reshape(-1, 3), axis=0)) > 1 for line in (rows, edge))

    def _tell(self, window: Any, protocol: str, value: int) -> None:
        data = [self._atom(protocol), value, window.id, 0, 0]
        message = ClientMessage(
            window=window, client_type=self._atom("WM_PROTOCOLS"), data=(32, data)
        )
        window.send_event(message)
        self._display.flush()

    def _is_pong(self, event: Any, number: int) -> bool:
        if event.type & 0x7F != X.ClientMessage:
            return False
        kind, told = event.data[1][0], event.data[1][1]
        return bool(kind == self._atom("_NET_WM_PING") and told == number)

    def _key(self, keysym: int) -> tuple[int, int]:
        """Return the key with a sign and its level: 1 where shift is needed."""
        code, level = min(self._display.keysym_to_keycodes(keysym), key=lambda found: found[1])
        return code, level

    def _chord(self, held: list[int], code: int) -> None:
        for key in [*held, code]:
            self._fake(X.KeyPress, key)
        for key in [code, *reversed(held)]:
            self._fake(X.KeyRelease, key)

    def _fake(self, kind: int, detail: int = 0, *, x: int = 0, y: int = 0) -> None:
        xtest.fake_input(self._display, kind, detail, x=x, y=y)
        self._display.sync()


def _until(timeout_s: float) -> Iterator[None]:
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        yield
        time.sleep(LOOK_EVERY_S)


def _is_shown(window: Any) -> bool:
    try:
        size = window.get_geometry()
        state = window.get_attributes().map_state
    except (BadDrawable, BadWindow):  # closed meanwhile
        return False
    return bool(state == X.IsViewable and min(size.width, size.height) >= SMALLEST_WINDOW_PX)


def _pixels(drawable: Any, x: int, y: int, width: int, height: int) -> Picture:
    raw = drawable.get_image(x, y, width, height, X.ZPixmap, 0xFFFFFFFF)
    four = np.frombuffer(raw.data, np.uint8).reshape(height, width, 4)
    return np.ascontiguousarray(four[:, :, 2::-1])
