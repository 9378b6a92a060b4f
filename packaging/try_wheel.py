"""Try a wheel the way its users get it: ``python packaging/try_wheel.py WHEEL``.

In an environment of its own, made anew, with nothing of this tree in sight: install with [cpu],
read the samples, search them, open and close the window, and see what [gpu] would bring. Needs
whatever pip needs to fetch packages, and some minutes. ``--whole-gpu`` also does all of it with
[gpu] really installed (4 GB), and sees that both extras together are told.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from trial import Program, Step, TrialError, first_steps, walk


@dataclass(frozen=True, slots=True)
class Environment:
    """A Python environment for one wheel."""

    folder: Path
    wheel: Path

    @property
    def programs(self) -> Path:
        """Where its programs lie."""
        return self.folder / ("Scripts" if os.name == "nt" else "bin")

    def install(self, extra: str = "cpu") -> str:
        """Make it, and install the wheel with a runtime."""
        subprocess.run([sys.executable, "-m", "venv", str(self.folder)], check=True)
        self.pip("install", "--quiet", "--upgrade", "pip")
        self.pip("install", "--quiet", f"{self.wheel}[{extra}]")
        return self.pip("check").strip()

    def both(self) -> str:
        """Add the other runtime, as pip lets anyone do, and see that Folioscope says so."""
        self.pip("install", "--quiet", f"{self.wheel}[cpu]")
        words = [str(self.programs / "folioscope"), "search", "anything"]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode != 3 or not done.stderr.startswith("Both onnxruntime and"):
            raise TrialError(f"With both extras it ended with {done.returncode}: {done.stderr}")
        return done.stderr.strip()

    def gpu(self) -> str:
        """See what [gpu] would install: its runtime, and not the one for processors."""
        wanted = ["--dry-run", "--ignore-installed", "--quiet", "--report", "-"]
        told = json.loads(self.pip("install", *wanted, f"{self.wheel}[gpu]"))
        found = {entry["metadata"]["name"] for entry in told["install"]}
        runtimes = sorted(name for name in found if name.startswith("onnxruntime"))
        if runtimes != ["onnxruntime-gpu"]:
            raise TrialError(f"With [gpu] come {', '.join(runtimes) or 'no runtimes'}.")
        return f"onnxruntime-gpu and {len(found) - 1} more packages"

    def samples(self) -> Path:
        """Return the sample documents that the wheel carries."""
        asked = "from folioscope.system.paths import shipped_dir; print(shipped_dir('resources'))"
        return Path(self._run("-c", asked).strip()) / "samples"

    def pip(self, *arguments: str) -> str:
        """Run the environment's pip."""
        return self._run("-m", "pip", "--disable-pip-version-check", *arguments)

    def _run(self, *arguments: str) -> str:
        words = [str(self.programs / "python"), *arguments]
        kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        done = subprocess.run(
            words, cwd=self.folder, env=kept, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise TrialError(f"{' '.join(words)} ended with {done.returncode}: {done.stderr}")
        return done.stdout


def main() -> int:
    """Try the wheel; return 0, or 1 after what was wrong."""
    parser = argparse.ArgumentParser(prog="try_wheel.py", description=__doc__)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--no-gpu", action="store_true", help="where no such wheel is (macOS)")
    parser.add_argument("--whole-gpu", action="store_true", help="install that, too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="folioscope trial ü ") as scratch:
        environment = Environment(Path(scratch) / "environment", options.wheel.absolute())
        resolving = [] if options.no_gpu else [("gpu", environment.gpu)]
        failed = _try(environment, "cpu", Path(scratch) / "a user's home", resolving)
        if failed or not options.whole_gpu:
            return failed
        with_gpu = Environment(Path(scratch) / "with gpu", options.wheel.absolute())
        return _try(with_gpu, "gpu", Path(scratch) / "another home", [("both", with_gpu.both)])


def _try(environment: Environment, extra: str, home: Path, after: list[Step]) -> int:
    if failed := walk([(f"[{extra}]", lambda: environment.install(extra))]):
        return failed
    home.mkdir()
    folioscope = environment.programs / "folioscope"
    steps = first_steps(Program(folioscope, folioscope, home), environment.samples())
    return walk([*steps, *after])


if __name__ == "__main__":
    sys.exit(main())
