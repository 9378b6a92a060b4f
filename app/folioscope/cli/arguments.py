"""What can be typed on the command line."""

import argparse
from pathlib import Path

from folioscope import __version__
from folioscope.cli.models_arguments import add_models
from folioscope.cli.store_arguments import add_store
from folioscope.cli.update_arguments import add_updates
from folioscope.cli.vector_arguments import add_embed, add_rerank

LIMIT = 20
_DESCRIPTION = (
    "Find the page you remember: search the pages of your own PDFs, scans and pictures. "
    "Without a command the window opens."
)
_EXIT_CODES = (
    "exit codes: 0 done, 1 some files failed (listed), 2 usage, 3 an error told in one sentence, "
    "130 interrupted"
)
_EPILOG = f"""\
examples:
  folioscope index ~/Documents           add a folder and read it
  folioscope search "loan agreement"     find pages
  folioscope search --queries FILE       a query a line, one JSON object a line
  folioscope models list                 visual models that can be installed
  folioscope models install NAME --from DIR   from a checkpoint's folder, without network
  folioscope store use elasticsearch --url URL   keep pages on a server that several share

{_EXIT_CODES}
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser; what all commands share is taken before and after the command."""
    root = argparse.ArgumentParser(
        prog="folioscope",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    root.add_argument("--version", action="version", version=f"Folioscope {__version__}")
    _add_shared(root, directory=None, json=False)
    commands = root.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    shared = argparse.ArgumentParser(add_help=False)
    _add_shared(shared, directory=argparse.SUPPRESS, json=argparse.SUPPRESS)
    for name, about, fill in _COMMANDS:
        fill(commands.add_parser(name, help=about, description=_sentence(about), parents=[shared]))
    about = "list, install, check and choose visual models"
    models = commands.add_parser(
        "models", help=about, description=_sentence(about), parents=[shared]
    )
    add_models(models, shared)
    about = "show, choose and move where pages are kept"
    store = commands.add_parser("store", help=about, description=_sentence(about), parents=[shared])
    add_store(store, shared)
    return root


def _add_shared(target: argparse.ArgumentParser, *, directory: object, json: object) -> None:
    target.add_argument(
        "--library",
        metavar="DIR",
        type=_directory,
        default=directory,
        help="the library to work with (default: FOLIOSCOPE_LIBRARY or your own)",
    )
    target.add_argument(
        "--models",
        metavar="DIR",
        type=_directory,
        default=directory,
        help="the folder of models (default: FOLIOSCOPE_MODELS or your own)",
    )
    target.add_argument("--json", action="store_true", default=json, help="answer in JSON")


def _directory(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _sentence(about: str) -> str:
    return f"{about[0].upper()}{about[1:]}."


def _index(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "paths", nargs="*", metavar="PATH", help="folders or files (default: all known ones)"
    )
    command.add_argument("--rebuild", action="store_true", help="read everything again")
    command.add_argument(
        "--for-everybody",
        action="store_true",
        help="with --rebuild, also where others share the library and have to read theirs again",
    )
    command.add_argument("--no-ocr", action="store_true", help="leave pages without text unread")
    command.add_argument(
        "--no-look",
        action="store_true",
        help="do not look at the pages with the visual model that is chosen",
    )


def _search(command: argparse.ArgumentParser) -> None:
    command.add_argument("query", nargs="*", metavar="QUERY", help="what you remember of the page")
    command.add_argument(
        "--queries",
        metavar="FILE",
        help="a query a line from FILE, or - for standard input",
    )
    command.add_argument(
        "--limit", metavar="N", type=_count, default=LIMIT, help=f"at most N pages ({LIMIT})"
    )
    command.add_argument(
        "--rerank",
        action="store_true",
        help="read the best 20 pages again together with the query, with the chosen reranker",
    )


def _count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= 10_000:
        raise argparse.ArgumentTypeError("between 1 and 10000")
    return count


def _remove(command: argparse.ArgumentParser) -> None:
    command.add_argument("paths", nargs="+", metavar="PATH", help="folders or files to forget")


def _verify(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--repair", action="store_true", help="drop what is damaged, so that it is read again"
    )


def _gui(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="files or folders to search in; files are added to the library, folders after asking",
    )
    command.add_argument(
        "--search-in",
        nargs="?",  # of a menu that names no folder
        action="append",
        default=[],
        metavar="DIR",
        help="the same, for file managers",
    )


def _nothing(_command: argparse.ArgumentParser) -> None:
    pass


_COMMANDS = (
    ("index", "add folders or files, and read what is new or changed", _index),
    ("search", "find pages", _search),
    ("status", "show what the library holds", _nothing),
    ("failures", "list files that could not be read, and why", _nothing),
    ("remove", "forget folders or files; they stay on the disk", _remove),
    ("compact", "give back the room of what was removed", _nothing),
    ("verify", "check the library for damage", _verify),
    ("embed", "write the vectors of a text or picture", add_embed),
    ("rerank", "judge texts and pictures by a query", add_rerank),
    ("doctor", "show versions, devices, models and store, and what is wrong", _nothing),
    ("updates", "show whether there is a newer version, if that was turned on", add_updates),
    ("gui", "open the window", _gui),
)
