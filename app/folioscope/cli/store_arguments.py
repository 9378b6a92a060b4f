"""What can be typed after ``folioscope store``."""

import argparse
from pathlib import Path

from folioscope.domain.store_places import ElasticPlace, StoreKind, StorePlace

_KINDS = [kind.value for kind in StoreKind]
_OF_SERVERS = ("url", "prefix", "ca", "fingerprint", "api_key_file", "user", "password_file")


def add_store(command: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    """Add the actions; ``shared`` holds the options that all commands take."""
    actions = command.add_subparsers(
        dest="action", metavar="ACTION", required=True, title="actions"
    )
    for name, about, fill in _ACTIONS:
        sentence = f"{about[0].upper()}{about[1:]}."
        fill(actions.add_parser(name, help=about, description=sentence, parents=[shared]))


def place_of(options: argparse.Namespace) -> StorePlace:
    """Return the place that was typed; raise ValueError with a sentence where it is none."""
    given = [name for name in _OF_SERVERS if getattr(options, name)]
    if options.kind == StoreKind.LOCAL.value:
        if given or options.read_only:
            raise ValueError("A library in its own folder takes no options of a server.")
        return StorePlace()
    if not options.url:
        raise ValueError("Give the address of the server with --url.")
    if options.password_file and not options.user:
        raise ValueError("A password needs a user: --user NAME.")
    server = ElasticPlace(
        url=options.url,
        prefix=options.prefix or "folioscope",
        ca_file=options.ca or "",
        fingerprint=options.fingerprint or "",
        user=options.user or "",
        api_key_file=options.api_key_file or "",
        password_file=options.password_file or "",
        is_read_only=options.read_only,
    )
    return StorePlace(StoreKind.ELASTICSEARCH, server)


def _show(_action: argparse.ArgumentParser) -> None:
    pass


def _use(action: argparse.ArgumentParser) -> None:
    action.add_argument("kind", choices=_KINDS, help="the library's own folder, or a server")
    _server(action)


def _copy(action: argparse.ArgumentParser) -> None:
    action.add_argument("--to", dest="kind", choices=_KINDS, required=True, help="where to")
    action.add_argument(
        "--switch", action="store_true", help="keep pages there from then on, without asking"
    )
    _server(action)


def _server(action: argparse.ArgumentParser) -> None:
    server = action.add_argument_group("options of elasticsearch")
    server.add_argument("--url", metavar="URL", help="such as https://search.example.org:9200")
    server.add_argument(
        "--prefix", metavar="NAME", help="what the names of indices begin with (folioscope)"
    )
    trust = server.add_mutually_exclusive_group()
    trust.add_argument(
        "--ca", metavar="FILE", type=_file, help="the certificate authority of the server, as PEM"
    )
    trust.add_argument(
        "--fingerprint", metavar="SHA256", help="the fingerprint of the server's certificate"
    )
    login = server.add_mutually_exclusive_group()
    login.add_argument(
        "--api-key-file", metavar="FILE", type=_file, help="a file that holds an API key"
    )
    login.add_argument("--user", metavar="NAME", help="the user, in place of an API key")
    server.add_argument(
        "--password-file",
        metavar="FILE",
        type=_file,
        help="a file that holds the password (else FOLIOSCOPE_ES_PASSWORD, or the keyring)",
    )
    server.add_argument(
        "--read-only", action="store_true", help="only search; nothing is written to the server"
    )


def _file(text: str) -> str:
    return str(Path(text).expanduser().absolute())


_ACTIONS = (
    ("show", "show where pages are kept, and what is there", _show),
    ("use", "choose where pages are kept from now on", _use),
    ("copy", "copy the library to another place, with its vectors", _copy),
)
