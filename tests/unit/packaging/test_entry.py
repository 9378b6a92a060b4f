"""What the frozen program leaves to the programs that it starts."""

import os

from bundle.entry import leave_environment


def test_other_programs_find_their_own_libraries_again(monkeypatch):
    monkeypatch.setenv("LD_LIBRARY_PATH", "/usr/lib/folioscope/_internal")
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/opt/theirs")
    monkeypatch.setenv("QT_PLUGIN_PATH", "/usr/lib/folioscope/_internal/PySide6/Qt/plugins")
    leave_environment()
    assert os.environ["LD_LIBRARY_PATH"] == "/opt/theirs"
    assert "LD_LIBRARY_PATH_ORIG" not in os.environ
    assert "QT_PLUGIN_PATH" not in os.environ


def test_nothing_is_left_where_nothing_was(monkeypatch):
    monkeypatch.setenv("LD_LIBRARY_PATH", "/usr/lib/folioscope/_internal")
    monkeypatch.delenv("LD_LIBRARY_PATH_ORIG", raising=False)
    leave_environment()
    assert "LD_LIBRARY_PATH" not in os.environ
