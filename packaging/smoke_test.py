"""Prove an artifact in a bare Debian: ``sudo python packaging/smoke_test.py ARTIFACT…``.

Takes a .deb, a .run or both. Every step is told with its seconds; exit code 1 where one failed.
Needs root, debootstrap and Xvfb, and the development environment of this tree. The bare root is
made once in ``--root`` and copied for every run. Output of programs and pictures of failures are
kept in ``--kept``.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

TREE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TREE))  # tests/ holds what works windows from outside

from linux import MOST_BYTES  # noqa: E402
from smoke.archive import prove_archive  # noqa: E402
from smoke.bare_root import drop, fresh_root, own_mirror, why_not_here  # noqa: E402
from smoke.debian import prove_package  # noqa: E402
from smoke.session import Session  # noqa: E402
from smoke.steps import SmokeError, Steps  # noqa: E402

LIMIT_MB = MOST_BYTES / 1e6
PROOFS: dict[str, Callable[..., None]] = {".deb": prove_package, ".run": prove_archive}


def main(arguments: list[str]) -> int:
    """Test every artifact; exit code 0 passed, 1 failed, 2 usage, 3 not possible here."""
    options = _parser().parse_args(arguments)
    unknown = [str(path) for path in options.artifacts if path.suffix not in PROOFS]
    missing = [str(path) for path in options.artifacts if not path.is_file()]
    if unknown or missing:
        print(f"These are no .deb or .run files: {', '.join(unknown or missing)}", file=sys.stderr)
        return 2
    if reason := why_not_here():
        print(reason, file=sys.stderr)
        return 3
    steps = Steps()
    for artifact in options.artifacts:
        _test(artifact, steps, options)
    print(steps.summary())
    return 1 if steps.failed else 0


def _test(artifact: Path, steps: Steps, options: argparse.Namespace) -> None:
    name = f"root for {artifact.suffix[1:]}"
    session = Session(options.root / name, options.root, steps, options.kept / artifact.suffix[1:])
    drop(session.kept)  # what an earlier run left
    session.kept.mkdir(parents=True, exist_ok=True)
    is_ready = False
    with steps.part(artifact.name):
        with steps.check(f"at most {LIMIT_MB:.0f} MB"):
            _weigh(artifact, steps)
        with steps.step("a bare root"):
            fresh_root(options.root, options.mirror, name)
            is_ready = True
    if is_ready:
        PROOFS[artifact.suffix](session, artifact, has_window=not options.no_window)
    if not options.keep:
        drop(session.root)


def _weigh(artifact: Path, steps: Steps) -> None:
    size_mb = artifact.stat().st_size / 1e6
    steps.note(f"{size_mb:.1f} MB")
    if artifact.suffix == ".deb" and size_mb > LIMIT_MB:
        raise SmokeError(f"{size_mb:.1f} MB are too many.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("artifacts", nargs="+", type=Path, metavar="ARTIFACT")
    build = TREE / "build" / "smoke"
    parser.add_argument("--root", type=Path, default=build, help=f"roots and caches ({build})")
    parser.add_argument("--kept", type=Path, default=build / "kept", help="output and pictures")
    parser.add_argument("--keep", action="store_true", help="keep the root for a look at it")
    parser.add_argument("--no-window", action="store_true", help="leave the window out")
    parser.add_argument("--mirror", default=own_mirror(), help="archive of Debian (%(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
