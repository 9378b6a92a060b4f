"""What the desktop is told: entry, folder menu and the page in a store."""

import configparser
import os
import shutil
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest

from bundle.product import APP_ID, MIME_TYPES
from linux.desktop import desktop_entry, folder_menu, metainfo


def read_entry(text: str) -> configparser.ConfigParser:
    entry = configparser.ConfigParser(interpolation=None)
    entry.optionxform = str  # type: ignore[assignment]
    entry.read_string(text)
    return entry


def test_the_entry_opens_the_window_with_what_was_chosen():
    entry = read_entry(desktop_entry())["Desktop Entry"]
    assert entry["Exec"] == "folioscope gui %F"
    assert {"application/pdf", "image/png", "inode/directory"} <= set(entry["MimeType"].split(";"))
    assert entry["Comment[zh_TW]"]


def test_the_entry_belongs_to_the_window_that_qt_opens():
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "from folioscope.gui import app; print(app._application(['x']).desktopFileName())",
        ],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    entry = read_entry(desktop_entry())["Desktop Entry"]
    assert entry["StartupWMClass"] == told.stdout.strip()


def test_the_folder_menu_searches_in_the_folder():
    menu = read_entry(folder_menu())
    assert menu["Desktop Entry"]["MimeType"] == "inode/directory;"
    assert menu["Desktop Action search-in"]["Exec"] == "folioscope gui --search-in %f"


@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="not installed")
def test_the_entry_is_valid(tmp_path):
    file = tmp_path / "folioscope.desktop"
    file.write_text(desktop_entry(), "utf-8")
    told = subprocess.run(
        ["desktop-file-validate", str(file)], capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stdout) == (0, "")


def test_the_store_page_names_entry_version_and_types():
    page = ET.fromstring(metainfo("1.2.3", "2026-11-26"))
    assert page.findtext("id") == APP_ID
    assert page.findtext("launchable") == "folioscope.desktop"
    release = page.find("releases/release")
    assert release is not None
    assert dict(release.attrib) == {"version": "1.2.3", "date": "2026-11-26"}
    assert [kind.text for kind in page.iter("mediatype")] == list(MIME_TYPES)


@pytest.mark.skipif(shutil.which("appstreamcli") is None, reason="not installed")
def test_the_store_page_is_valid(tmp_path):
    file = tmp_path / f"{APP_ID}.metainfo.xml"
    file.write_text(metainfo("1.2.3", "2026-11-26"), "utf-8")
    told = subprocess.run(
        ["appstreamcli", "validate", "--no-net", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout
    assert "W:" not in told.stdout
