"""Text for people at a terminal: harmless, in their width, and a bar for progress."""

import os
import shutil
import sys
import unicodedata
from typing import TextIO

_ALSO_UNSAFE = frozenset("\u200e\u200f\u061c\u2028\u2029")
_BAR_WIDTH = 24


def safe(text: str) -> str:
    """Escape what could move the cursor, turn the writing direction or not be printed at all."""
    return "".join(_safe_sign(sign) for sign in text)


def _safe_sign(sign: str) -> str:
    category = unicodedata.category(sign)
    if category == "Cs" and "\udc80" <= sign <= "\udcff":
        return f"\\x{ord(sign) - 0xDC00:02x}"  # a byte of a name that is no Unicode
    if category in ("Cc", "Cs") or sign in _ALSO_UNSAFE or "\u202a" <= sign <= "\u202e":
        return sign.encode("unicode_escape", "surrogatepass").decode("ascii")
    if "\u2066" <= sign <= "\u2069":
        return sign.encode("unicode_escape").decode("ascii")
    return sign


def is_terminal(stream: TextIO) -> bool:
    """Whether a person sees what is written there as it comes."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def strong(text: str, stream: TextIO) -> str:
    """Return the text in bold where the terminal can show it."""
    if not is_terminal(stream) or "NO_COLOR" in os.environ:
        return text
    return f"\x1b[1m{text}\x1b[0m"


def say(text: str = "", *, stream: TextIO | None = None) -> None:
    """Write a line; signs that the terminal does not know are replaced."""
    out = stream or sys.stdout
    encoding = out.encoding or "utf-8"
    out.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")


class ProgressLine:
    """One line that is written over again and again; silent where no person looks on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_shown = is_terminal(stream)
        self._last = ""

    def show(self, text: str, *, share: float | None = None) -> None:
        """Show a text, with a bar before it where the share done is known."""
        if not self._is_shown:
            return
        line = _cut(f"{_bar(share)} {text}" if share is not None else text)
        if line != self._last:
            self._last = line
            self._stream.write(f"\r\x1b[K{line}")
            self._stream.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._last:
            self._last = ""
            self._stream.write("\r\x1b[K")
            self._stream.flush()


def _bar(share: float) -> str:
    full = round(min(max(share, 0.0), 1.0) * _BAR_WIDTH)
    return f"[{'#' * full}{'.' * (_BAR_WIDTH - full)}]"


def _cut(line: str) -> str:
    """Cut a line to the terminal's width, wide signs counted twice."""
    left = shutil.get_terminal_size().columns - 1
    kept = []
    for sign in line:
        left -= 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        if left < 0:
            break
        kept.append(sign)
    return "".join(kept)
