"""What all tests share: where the documents for testing lie, and a screen for real windows."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.virtual_screen import has_virtual_screen, virtual_screen

ROOT = Path(__file__).resolve().parent.parent

# Tests never open windows on the screen of the person who runs them.
os.environ["QT_QPA_PLATFORM"] = os.environ.get("FOLIOSCOPE_TEST_PLATFORM", "offscreen")


@pytest.fixture(scope="session", autouse=True)
def _own_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests never touch the libraries, preferences and logs of the person who runs them."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("FOLIOSCOPE_DATA", str(tmp_path_factory.mktemp("folioscope")))
        for name in ("LIBRARY", "MODELS", "CONFIG"):
            patched.delenv(f"FOLIOSCOPE_{name}", raising=False)
        yield


def find_shared() -> Path | None:
    """Return the folder with the development corpus, or None when it is not here."""
    named = os.environ.get("FOLIOSCOPE_SHARED")
    folder = Path(named) if named else ROOT.parent / "shared"
    return folder if (folder / "corpus").is_dir() else None


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder with corpus/ and hostile/; tests that need it skip without it."""
    folder = find_shared()
    if folder is None:
        pytest.skip("no corpus: set FOLIOSCOPE_SHARED or lay the folder `shared` beside this one")
    return folder


@pytest.fixture(scope="session")
def real_display() -> Iterator[dict[str, str]]:
    """Environment variables of an own X screen, for programs started with a real window."""
    if not has_virtual_screen():
        pytest.skip("Xvfb is not installed")
    with virtual_screen() as environment:
        yield environment
