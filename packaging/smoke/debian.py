"""The Debian package: installed by apt, used, upgraded over itself, purged without a trace."""

import shutil
import subprocess
from pathlib import Path

from smoke.file_lists import (
    KEPT_BY_APT,
    Differences,
    FileList,
    differences,
    list_files,
    owned_files,
)
from smoke.inside import Setting
from smoke.judging import must_be_a_sentence
from smoke.library import DOCUMENTS, HARDEST, Folioscope, lay_samples
from smoke.session import Session
from smoke.shared_steps import (
    must_be_as_before,
    must_leave_only,
    must_still_hold,
    use_samples,
)
from smoke.steps import SmokeError

PACKAGE = "folioscope"
# what other packages keep for themselves as soon as they are installed
_CACHES = (
    r"/var/cache/fontconfig(/.*)?",
    r"/etc/fonts(/.*)?",
    r"/usr/local/share/fonts",
    r"/var/log/fontconfig\.log",
)


def prove_package(session: Session, package: Path, *, has_window: bool = True) -> None:
    """Go through the life of a package. Steps that fail are told by the session's steps."""
    PackageProof(session, package, has_window=has_window).run()


class PackageProof:
    """One package in one root."""

    def __init__(self, session: Session, package: Path, *, has_window: bool) -> None:
        self._session = session
        self._package = package
        self._has_window = has_window
        self._inner = f"/var/tmp/{package.name}"
        self._bare: FileList = {}
        self._clean: FileList = {}
        self._is_installed = False
        ada = Setting(user="ada", folder="/home/ada")
        self._ada = Folioscope(session, [PACKAGE], ada)
        self._bob = Folioscope(session, [PACKAGE], Setting(user="bob", folder="/home/bob"))

    def run(self) -> None:
        """Run all parts; one that fails does not hinder those behind it."""
        steps = self._session.steps
        with steps.part("install"):
            self._install()
        if not self._is_installed:
            return
        with steps.part("use by a user, without network"):
            self._use()
        if self._has_window:
            with steps.part("another user, first run in the window"):
                self._bob.tour("bob", adds_samples=True)
        with steps.part("odd circumstances"):
            self._odd()
        with steps.part("upgrade over itself while a library exists"):
            self._upgrade()
        with steps.part("purge"):
            self._purge()

    def _install(self) -> None:
        session, steps = self._session, self._session.steps
        shutil.copy(self._package, session.root / self._inner.lstrip("/"))
        with steps.step("lists of the archive"):
            session.apt("update", has_network=True)
        self._bare = list_files(session.root)
        with steps.step("apt finds all that the package depends on"):
            session.apt("install", self._inner, has_network=True)
        with steps.check("no Python came along"):
            self._no_python()
        with steps.step("purged"):
            session.apt("purge", PACKAGE)
            self._clean = list_files(session.root)
        with steps.check("purged unused, it leaves nothing"):
            self._left_unused()
        with steps.step("installed again, without network"):
            session.apt("install", self._inner)
            self._is_installed = True
        with steps.check("the menu's entries start and show what is there"):
            self._entries()

    def _left_unused(self) -> None:
        lost = differences(self._bare, self._clean, allowed=[*KEPT_BY_APT, *_CACHES])
        owned = owned_files(self._session.root)
        strange = tuple(path for path in lost.appeared if path not in owned)
        if strange or lost.gone:
            raise SmokeError(Differences(strange, lost.gone).told())

    def _no_python(self) -> None:
        found = [*(self._session.root / "usr/bin").glob("python*")]
        if found:
            raise SmokeError(f"The root has {', '.join(path.name for path in found)} now.")

    def _entries(self) -> None:
        applications = self._session.root / "usr/share/applications"
        entries = list(applications.glob(f"*{PACKAGE}*.desktop"))
        if not entries:
            raise SmokeError("The package brings no desktop entry.")
        for entry in entries:
            lines = entry.read_text("utf-8").splitlines()
            for line in (text for text in lines if text.startswith(("Exec=", "TryExec="))):
                program = line.split("=", 1)[1].split()[0]
                if not (self._session.root / "usr/bin" / Path(program).name).exists():
                    raise SmokeError(f"{entry.name}: {line} starts nothing.")
            icons = self._session.root / "usr/share/icons/hicolor"
            named = [text.split("=", 1)[1] for text in lines if text.startswith("Icon=")]
            if not named or not any(icons.rglob(f"{named[0]}.*")):
                raise SmokeError(f"{entry.name}: its icon {named} is not there.")

    def _use(self) -> None:
        session = self._session
        lay_samples(session.root, DOCUMENTS, user="ada")
        version = package_field(self._package, "Version")
        use_samples(session, self._ada, version=version, has_window=self._has_window)

    def _odd(self) -> None:
        steps = self._session.steps
        with steps.check("a read-only system: searches find the right pages"):
            read_only = Setting(user="ada", folder="/home/ada", read_only=("/usr", "/etc"))
            Folioscope(self._session, [PACKAGE], read_only).search(HARDEST)
        with steps.check("with the network of the machine: the same"):
            online = Setting(user="ada", folder="/home/ada", has_network=True)
            Folioscope(self._session, [PACKAGE], online).search(HARDEST)
        with steps.check("in a locale without Unicode: the same"):
            plain = Setting(user="ada", folder="/home/ada", environment={"LANG": "C"})
            Folioscope(self._session, [PACKAGE], plain).search(HARDEST)
        self._go_homeless("does not exist", "/nowhere/at/all", "cannot be opened")
        self._go_homeless("may not be entered", "/root", "could not be read")

    def _go_homeless(self, name: str, home: str, said: str) -> None:
        steps = self._session.steps
        setting = Setting(user="bob", environment={"HOME": home})
        folioscope = Folioscope(self._session, [PACKAGE], setting)
        with steps.check(f"a home that {name}: a sentence"):
            steps.note(must_be_a_sentence(folioscope.run("index", DOCUMENTS)))
        if self._has_window:
            with steps.part(f"a home that {name}"):
                folioscope.window_says(said, name="bob")

    def _upgrade(self) -> None:
        session, steps = self._session, self._session.steps
        with steps.step("the library is there before"):
            before = self._ada.holds()
        files = list_files(session.root)
        with steps.step("apt installs the package over itself"):
            session.apt("install", "--reinstall", self._inner)
        with steps.check("the same files lie there"):
            must_be_as_before(files, session.root, allowed=KEPT_BY_APT)
        with steps.step("the library is whole, and is searched"):
            must_still_hold(self._ada, before)

    def _purge(self) -> None:
        session, steps = self._session, self._session.steps
        with steps.step("apt purges the package"):
            session.apt("purge", PACKAGE)
        with steps.step("nothing is left but libraries, settings and logs"):
            must_leave_only(session, self._clean, allowed=[rf"{DOCUMENTS}(/.*)?"])


def package_field(package: Path, name: str) -> str:
    """Return a field of a package's control file."""
    command = ["dpkg-deb", "--field", str(package), name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SmokeError(f"{package.name} is no Debian package: {done.stderr.strip()}")
    return done.stdout.strip()
