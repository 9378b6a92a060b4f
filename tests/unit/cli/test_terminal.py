"""Text for people at a terminal."""

import io

import pytest

from folioscope.cli.showing import counted, size
from folioscope.cli.terminal import ProgressLine, safe, say, strong


class Terminal(io.StringIO):
    """A stream that people look at; it knows some signs only, if an encoding is given."""

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Annual report.pdf", "Annual report.pdf"),
        ("数据 بيانات 📊 é", "数据 بيانات 📊 é"),
        ("a\nb\tc\x1b[2J\x7f", "a\\nb\\tc\\x1b[2J\\x7f"),
        ("evil\u202efdp.exe\u2066", "evil\\u202efdp.exe\\u2066"),
        ("broken\udcff\udc80", "broken\\xff\\x80"),
        ("half\ud83d", "half\\ud83d"),
        ("line\u2028end", "line\\u2028end"),
    ],
)
def test_names_can_do_no_harm(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_signs_that_a_terminal_does_not_know_are_spelt_out() -> None:
    out = Terminal("ascii")
    say("café", stream=out)
    assert out.getvalue() == "caf\\xe9\n"


def test_bold_only_where_somebody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert strong("word", Terminal()) == "\x1b[1mword\x1b[0m"
    assert strong("word", io.StringIO()) == "word"
    monkeypatch.setenv("NO_COLOR", "1")
    assert strong("word", Terminal()) == "word"


def test_progress_stays_on_one_line_of_the_terminals_width(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "40")
    out = Terminal()
    line = ProgressLine(out)
    line.show("Reading 数据" * 20, share=0.5)
    written = out.getvalue().removeprefix("\r\x1b[K")
    assert written.startswith("[############............] Reading")
    assert len(written) < 40
    assert "\n" not in written
    line.clear()
    assert out.getvalue().endswith("\r\x1b[K")


def test_without_a_terminal_there_is_no_progress() -> None:
    out = io.StringIO()
    line = ProgressLine(out)
    line.show("Reading", share=0.1)
    line.clear()
    assert out.getvalue() == ""


def test_counts_and_sizes() -> None:
    assert [counted(n, "page") for n in (0, 1, 1204)] == ["0 pages", "1 page", "1,204 pages"]
    assert counted(2, "copy", "copies") == "2 copies"
    assert [size(n) for n in (12, 1500, 2_500_000)] == ["12 bytes", "2 kB", "2.5 MB"]
