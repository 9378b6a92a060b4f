"""Turn the tree into what users install: ``python packaging/build.py [ARTIFACT…]``.

Without a name everything is built that this system can build. ``--list`` tells what there is.
Files end in dist/. The work happens in build/, in an environment of its own.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from bundle import environment
from bundle.artifact import Artifact, BuildError, Bundle

OUT = environment.ROOT / "dist"


def main(arguments: list[str]) -> int:
    """Build; return 0, or 3 after one sentence about what is in the way."""
    options = _parser().parse_args(arguments)
    try:
        if not environment.is_inside():
            environment.set_up()
            return environment.continue_inside(arguments)
        return _build(options)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 3


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="packaging/build.py", description=__doc__)
    parser.add_argument("artifacts", nargs="*", metavar="ARTIFACT", help="such as deb or portable")
    parser.add_argument("--list", action="store_true", help="tell what can be built, and what not")
    parser.add_argument(
        "--keep", action="store_true", help="take the frozen program that is there already"
    )
    parser.add_argument(
        "--quick", action="store_true", help="compress little: for trying things, not for users"
    )
    parser.add_argument("--out", type=Path, default=OUT, metavar="DIR", help="default: dist")
    return parser


def _build(options: argparse.Namespace) -> int:
    artifacts = known_artifacts(is_quick=options.quick)
    if options.list:
        for artifact in artifacts:
            reason = artifact.cannot()
            print(f"{artifact.name:10} {artifact.about}{f' (not here: {reason})' * bool(reason)}")
        return 0
    chosen = choose(artifacts, options.artifacts)
    from bundle import freezing, weighing

    bundle = freezing.made_before() if options.keep else freezing.freeze()
    options.out.mkdir(parents=True, exist_ok=True)
    told = weighing.table(weighing.weigh(bundle.folder))
    (options.out / "weights.md").write_text(told, "utf-8")
    print(told, flush=True)
    faults = [fault for artifact in chosen if (fault := _make(artifact, bundle, options.out))]
    for fault in faults:
        print(fault, file=sys.stderr)
    return 3 if faults else 0


def known_artifacts(*, is_quick: bool = False) -> tuple[Artifact, ...]:
    """Return the artifacts of all systems."""
    import linux
    import macos
    import windows

    return (*linux.artifacts(is_quick=is_quick), *windows.artifacts(), *macos.artifacts())


def choose(artifacts: tuple[Artifact, ...], names: list[str]) -> list[Artifact]:
    """Return those named, or all that can be built here; raise BuildError."""
    known = {artifact.name: artifact for artifact in artifacts}
    if unknown := [name for name in names if name not in known]:
        raise BuildError(f"{', '.join(unknown)} is not known. There are: {', '.join(known)}.")
    for name in names:
        if reason := known[name].cannot():
            raise BuildError(f"{name} cannot be built here: {reason}")
    if names:
        return [known[name] for name in names]
    for artifact in artifacts:
        if reason := artifact.cannot():
            print(f"Left out: {artifact.name}, {reason}")
    return [artifact for artifact in artifacts if not artifact.cannot()]


def _make(artifact: Artifact, bundle: Bundle, out: Path) -> str:
    """Build one; return what is wrong with it, "" when nothing is."""
    file = artifact.build(bundle, out)
    size_bytes = file.stat().st_size
    print(f"{file}: {size_bytes / 1e6:.1f} MB", flush=True)
    if artifact.most_bytes is not None and size_bytes > artifact.most_bytes:
        return (
            f"{file.name} has {size_bytes / 1e6:.1f} MB; at most {artifact.most_bytes / 1e6:.0f}"
            " are allowed. The table above tells what weighs what."
        )
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
