"""What every installed Folioscope must do with documents, by its command line and its window."""

import shutil
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from smoke.bare_root import USERS
from smoke.inside import Outcome, Setting
from smoke.judging import answer, must_be_quiet
from smoke.session import Session
from smoke.steps import SmokeError
from smoke.tour import on_a_screen

SAMPLES = Path(__file__).resolve().parents[2] / "resources" / "samples"
DOCUMENTS = "/home/ada/Bücher 'n' 圖書"
# what is left when all is removed: the users' libraries and models, their settings and their logs
USERS_OWN = (
    r"/home/(ada|bob)/\.local/share(/folioscope(/.*)?)?",
    r"/home/(ada|bob)/\.config(/folioscope(/.*)?)?",
    r"/home/(ada|bob)/\.local(/state(/folioscope(/.*)?)?)?",
    # any program that shows letters keeps there where fonts are, unless the system does
    r"/home/(ada|bob)/\.cache(/fontconfig(/.*)?)?",
)
# a library of the system says so itself where a home cannot be written to
NO_CACHE = r"Fontconfig error: No writable cache directories"
HARDEST = "鍋底焦黃怎麼辦"  # typed in Chinese, found by meaning in a file with a Chinese name
# query → the page of the samples that answers it: words, meaning, text in pictures, Chinese
RIGHT_PAGES = {
    "pie chart of energy sources": ("Port of Westhaven annual report.pdf", 4),
    "who lost the rowing boat": ("Lighthouse letter 1954.jpg", 1),
    "GP-2071": ("Garden planner screenshot.png", 1),
    "rice cooker smells bad": ("電子鍋使用說明書.pdf", 3),
    HARDEST: ("電子鍋使用說明書.pdf", 3),
}


class Folioscope:
    """An installed Folioscope as one user meets it."""

    def __init__(
        self,
        session: Session,
        command: Sequence[str],
        setting: Setting,
        *,
        shared: Sequence[str] = (),
    ) -> None:
        self._session = session
        self._command = [*command, *shared]
        self.setting = setting

    def run(self, *arguments: str, setting: Setting | None = None) -> Outcome:
        """Run a command of it."""
        return self._session.run([*self._command, *arguments], setting or self.setting)

    def introduce(self, version: str) -> None:
        """Have it tell its version, its help, and what it finds on the machine."""
        told = must_be_quiet(self.run("--version")).stdout.strip()
        if version and version not in told:
            raise SmokeError(f"It should be version {version} and says: {told}")
        if "commands:" not in must_be_quiet(self.run("--help")).stdout:
            raise SmokeError("--help does not list the commands.")
        must_be_quiet(self.run("doctor"))

    def index(self, folder: str) -> None:
        """Read the samples that lie in a folder of the root."""
        report = answer(self.run("index", "--json", folder))
        pages = sum(entry["pages"] for entry in sample_list())
        if report["failed"] or report["pages_read"] != pages:
            raise SmokeError(f"{pages} pages should be read: {report}")

    def search(self, *queries: str) -> None:
        """Ask for pages of the samples, for all by default; the right one must be on top."""
        for query in queries or RIGHT_PAGES:
            page = RIGHT_PAGES[query]
            hits = answer(self.run("search", "--json", query))["hits"]
            top = (Path(hits[0]["file"]).name, hits[0]["page"]) if hits else "nothing"
            if top != page:
                raise SmokeError(f"“{query}” should find {page} and finds {top}")

    def holds(self) -> dict[str, int]:
        """Return how many documents and pages its library holds."""
        status = answer(self.run("status", "--json"))
        return {name: int(status[name]) for name in ("documents", "pages", "files", "failed")}

    def tour(self, name: str, *, adds_samples: bool = False) -> None:
        """Work in its window."""
        session = self._session
        with on_a_screen(session.steps, session.kept) as (tour, variables):
            here = with_variables(self.setting, variables)
            outcome = tour.run(
                partial(session.start, [*self._command, "gui"], here),
                adds_samples=adds_samples,
                name=name,
            )
        self._must_be_quiet(outcome, name)

    def window_says(self, *texts: str, name: str) -> None:
        """Open its window, which must say these texts, and close it."""
        session = self._session
        with on_a_screen(session.steps, session.kept) as (tour, variables):
            here = with_variables(self.setting, variables)
            start = partial(session.start, [*self._command, "gui"], here)
            outcome = tour.read(start, *texts, name=name)
        self._must_be_quiet(outcome, name, allowed=(NO_CACHE,))

    def _must_be_quiet(self, outcome: Outcome, name: str, *, allowed: tuple[str, ...] = ()) -> None:
        with self._session.steps.step(f"{name}: nothing on stderr, no process left"):
            must_be_quiet(outcome, allowed=allowed)


def sample_list() -> list[dict[str, Any]]:
    """Return the samples with their pages and queries, as resources/samples/index.toml has them."""
    entries: list[dict[str, Any]] = tomllib.loads((SAMPLES / "index.toml").read_text("utf-8"))[
        "document"
    ]
    return entries


def lay_samples(root: Path, folder: str, *, user: str) -> None:
    """Copy the samples into a folder of a user."""
    inner = root / folder.lstrip("/")
    made = [p for p in (inner, *inner.parents) if not p.exists()]
    inner.mkdir(parents=True)
    files = [shutil.copy(SAMPLES / entry["file"], inner) for entry in sample_list()]
    for path in [*made, *files]:
        shutil.chown(path, USERS[user], USERS[user])


def with_variables(setting: Setting, variables: dict[str, str]) -> Setting:
    """Return a setting with more environment variables."""
    return replace(setting, environment={**setting.environment, **variables})


def kept_folders(paths: Iterable[str]) -> list[str]:
    """Return, of paths that are new in homes, the folders that hold all of them."""
    kept = sorted(path for path in paths if path.startswith("/home/"))
    kept = [path for path in kept if not path.endswith(("/.local", "/share", "/.config", "/state"))]
    return [path for path in kept if not any(path.startswith(f"{other}/") for other in kept)]
