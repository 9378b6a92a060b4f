"""What can be typed after ``folioscope models``."""

import argparse
from pathlib import Path

from folioscope.domain.models import Precision
from folioscope.domain.remote_models import RemoteUse

_PRECISIONS = [precision.value for precision in Precision]


def add_models(command: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    """Add the actions; ``shared`` holds the options that all commands take."""
    actions = command.add_subparsers(
        dest="action", metavar="ACTION", required=True, title="actions"
    )
    for name, about, fill in _ACTIONS:
        sentence = f"{about[0].upper()}{about[1:]}."
        fill(actions.add_parser(name, help=about, description=sentence, parents=[shared]))


def _nothing(_action: argparse.ArgumentParser) -> None:
    pass


def _name(action: argparse.ArgumentParser) -> None:
    action.add_argument("name", metavar="NAME", help="a model's name, as `models list` tells it")


def _install(action: argparse.ArgumentParser) -> None:
    _name(action)
    _precision(action, "in which numbers (default: what suits this machine)")
    action.add_argument(
        "--from",
        dest="source",
        metavar="DIR",
        type=lambda text: Path(text).expanduser().absolute(),
        help="take the checkpoint from a folder, and nothing from the network",
    )
    action.add_argument(
        "--yes",
        "--accept-licence",
        action="store_true",
        help="the licence was read and is accepted; fetch without asking",
    )


def _verify(action: argparse.ArgumentParser) -> None:
    action.add_argument("name", nargs="?", metavar="NAME", help="default: all installed ones")


def _trial(action: argparse.ArgumentParser) -> None:
    _name(action)
    _precision(action, "in which numbers (default: what is installed, or suits this machine)")


def _remove(action: argparse.ArgumentParser) -> None:
    _name(action)
    _precision(action, "only this one (default: all, and what was fetched in part)")
    action.add_argument(
        "--keep-looks",
        action="store_true",
        help="leave in the library what the model saw of its pages (default: free that too)",
    )


def _drop(action: argparse.ArgumentParser) -> None:
    action.add_argument(
        "name", nargs="?", metavar="NAME", help="a model's name, as `status` tells it"
    )
    _precision(action, "only what this one made (default: all)")
    action.add_argument(
        "--unused",
        action="store_true",
        help="of every model that is no longer installed, or is in another precision by now",
    )
    action.add_argument(
        "--for-everybody", action="store_true", help="also where others share the library"
    )


def _use(action: argparse.ArgumentParser) -> None:
    action.add_argument(
        "name",
        metavar="NAME",
        help="a model or profile (light, photos, pages); none for the starter alone, no-reranker"
        " for no second look",
    )


def _agree(action: argparse.ArgumentParser) -> None:
    _endpoint(action)
    action.add_argument(
        "--for",
        dest="use",
        choices=[use.value for use in RemoteUse],
        help="what it is used for (default: what it is made for)",
    )
    action.add_argument(
        "--yes", action="store_true", help="what leaves this machine is known and agreed to"
    )


def _endpoint(action: argparse.ArgumentParser) -> None:
    action.add_argument("name", metavar="NAME", help="an endpoint, as `models offers` tells it")


def _precision(action: argparse.ArgumentParser, about: str) -> None:
    action.add_argument("--precision", choices=_PRECISIONS, help=about)


_ACTIONS = (
    ("list", "list the models that there are, and what is installed", _nothing),
    ("info", "show what a model is, costs and needs", _name),
    ("install", "fetch a model, or take it from a folder, and make it ready", _install),
    ("verify", "compare installed files with what was installed", _verify),
    ("trial", "measure for ten seconds what a page costs here, installed or not", _trial),
    ("remove", "delete an installed model, and what it saw of the library's pages", _remove),
    ("drop", "forget what a model saw of the library's pages, and free that room", _drop),
    ("use", "choose the model that pages are looked at with, or the reranker", _use),
    ("offers", "list the models that the library's Elasticsearch server offers", _nothing),
    ("agree", "tell what a model on the server is sent, and use it once you agree", _agree),
    ("forget", "send nothing to a model on a server any more", _endpoint),
)
