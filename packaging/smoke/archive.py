"""The portable archive: installed by a user into any folder, used by others, removed again.

Its own path, the folder it goes into and the library all have spaces and letters beyond ASCII.
"""

import shutil
from pathlib import Path

from smoke.bare_root import USERS
from smoke.file_lists import FileList, list_files
from smoke.inside import Setting
from smoke.judging import must_be_a_sentence, must_be_quiet
from smoke.library import DOCUMENTS, HARDEST, Folioscope, lay_samples
from smoke.session import Session
from smoke.shared_steps import (
    must_be_as_before,
    must_leave_only,
    must_still_hold,
    use_samples,
)

DOWNLOADS = "/home/ada/Téléchargements – 下載"
PLACE = "/home/ada/Meine Programme & Größen/Folio 程式"
LIBRARY = "/home/ada/Bibliothek – 我的 圖書館"
# what desktops have that a bare root lacks
DESKTOP = ("xz-utils", "libegl1", "libgl1", "fontconfig", "fonts-dejavu-core", "xkb-data")
# folders of the user's own that installing makes, where the desktop has not made them yet
_SHARED_FOLDERS = (r"/home/ada/\.local(/share)?", r"/home/bob/\.(cache|local|local/share)")


def prove_archive(session: Session, archive: Path, *, has_window: bool = True) -> None:
    """Go through the life of an archive. Steps that fail are told by the session's steps."""
    ArchiveProof(session, archive, has_window=has_window).run()


class ArchiveProof:
    """One archive in one root."""

    def __init__(self, session: Session, archive: Path, *, has_window: bool) -> None:
        self._session = session
        self._archive = archive
        self._inner = f"{DOWNLOADS}/{archive.name}"
        self._has_window = has_window
        self._clean: FileList = {}
        self._is_installed = False
        self._ada = self._folioscope(Setting(user="ada", folder="/home/ada"))
        self._bob = self._folioscope(Setting(user="bob", folder="/home/bob"), is_own=False)

    def run(self) -> None:
        """Run all parts; without an installation there is nothing behind the first ones."""
        steps = self._session.steps
        with steps.part("a system that lacks what it needs"):
            self._refuse()
        with steps.part("install into a folder of a user, without network"):
            self._install()
        if not self._is_installed:
            return
        with steps.part("use"):
            self._use()
        with steps.part("odd circumstances"):
            self._odd()
        with steps.part("install over itself while a library exists"):
            self._renew()
        with steps.part("uninstall"):
            self._uninstall()

    def _folioscope(self, setting: Setting, *, is_own: bool = True) -> Folioscope:
        shared = ("--library", LIBRARY) if is_own else ()
        return Folioscope(self._session, [f"{PLACE}/folioscope"], setting, shared=shared)

    def _as(self, user: str, *arguments: str) -> list[str]:
        must_be_quiet(self._session.run([self._inner, *arguments], Setting(user=user)))
        return list(arguments)

    def _refuse(self) -> None:
        session, steps = self._session, self._session.steps
        downloads = session.root / DOWNLOADS.lstrip("/")
        downloads.mkdir()
        shutil.copy(self._archive, downloads)
        (downloads / self._archive.name).chmod(0o755)
        for path in (downloads, downloads / self._archive.name):
            shutil.chown(path, USERS["ada"], USERS["ada"])
        with steps.check("it says in a sentence what is missing"):
            if not (session.root / "usr/bin/xz").exists():
                outcome = session.run([self._inner, "--version"], Setting(user="bob"))
                steps.note(must_be_a_sentence(outcome, about="xz"))
        with steps.step("packages that desktops have"):
            session.apt("update", has_network=True)
            session.apt("install", *DESKTOP, has_network=True)

    def _install(self) -> None:
        session, steps = self._session, self._session.steps
        lay_samples(session.root, DOCUMENTS, user="ada")
        self._clean = list_files(session.root)
        with steps.check("it runs without being installed"):
            self._as("bob", "--version")
        with steps.step("installed"):
            self._as("ada", "--install", PLACE)
            self._is_installed = True
        with steps.check("nothing was written but into homes"):
            must_be_as_before(self._clean, session.root, allowed=[r"/home/(ada|bob)/.*"])

    def _use(self) -> None:
        library = [rf"{LIBRARY}(/.*)?"]
        use_samples(
            self._session, self._ada, version="", has_window=self._has_window, allowed=library
        )

    def _odd(self) -> None:
        steps = self._session.steps
        with steps.check("a read-only install folder: searches find the right pages"):
            self._folioscope(Setting(user="ada", read_only=(PLACE,))).search(HARDEST)
        with steps.check("in a locale without Unicode: the same"):
            self._folioscope(Setting(user="ada", environment={"LANG": "C"})).search(HARDEST)
        with steps.check("another user, from the same folder: the same"):
            self._bob.index(DOCUMENTS)
            self._bob.search(HARDEST)
        with steps.check("a library that another user may not write: a sentence"):
            theirs = self._folioscope(Setting(user="bob"))
            steps.note(must_be_a_sentence(theirs.run("index", DOCUMENTS)))
        if self._has_window:
            with steps.part("another user, first run in the window"):
                fresh = ("--library", "/home/bob/Zweite Bibliothek")
                setting = Setting(user="bob", folder="/home/bob")
                folioscope = Folioscope(
                    self._session, [f"{PLACE}/folioscope"], setting, shared=fresh
                )
                folioscope.tour("bob", adds_samples=True)

    def _renew(self) -> None:
        session, steps = self._session, self._session.steps
        before, files = self._ada.holds(), list_files(session.root)
        with steps.step("installed over itself"):
            self._as("ada", "--install", PLACE)
        with steps.check("the same files lie there"):
            must_be_as_before(files, session.root)
        with steps.step("the library is whole, and is searched"):
            must_still_hold(self._ada, before)

    def _uninstall(self) -> None:
        session, steps = self._session, self._session.steps
        with steps.step("removed by its own program"):
            outcome = session.run([f"{PLACE}/uninstall"], Setting(user="ada"))
            must_be_quiet(outcome)
            self._as("bob", "--uninstall")  # takes what it unpacked to run
        with steps.step("nothing is left but libraries, settings and logs"):
            named = str(Path(PLACE).parent)  # by the user, who may have more in it
            own = [rf"{LIBRARY}(/.*)?", r"/home/bob/Zweite Bibliothek(/.*)?", named]
            must_leave_only(session, self._clean, allowed=[*_SHARED_FOLDERS, *own])
