"""What can be typed after ``folioscope embed`` and ``folioscope rerank``."""

import argparse
from collections.abc import Sequence
from typing import Any

from folioscope.domain.embeddings import EmbeddingTask, TextRole
from folioscope.domain.models import Precision


def add_embed(command: argparse.ArgumentParser) -> None:
    """Add what ``embed`` takes."""
    _add_model(command)
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument("--text", metavar="T", help="a text to embed")
    what.add_argument("--image", metavar="FILE", help="a picture, or a document's first page")
    command.add_argument(
        "--role",
        choices=[role.value for role in TextRole],
        default=TextRole.QUERY.value,
        help="how a text is prompted: as what is asked (default), or as what is searched",
    )
    command.add_argument(
        "--task",
        choices=[task.value for task in EmbeddingTask],
        default=EmbeddingTask.RETRIEVAL.value,
        help="which of the model's adapters is used (default: retrieval)",
    )
    command.add_argument(
        "--dims", metavar="N", type=int, help="cut single vectors to N values (default: all)"
    )
    command.add_argument(
        "--multi",
        action="store_true",
        help="a row for each token, or each patch in reading order, in place of one vector",
    )
    command.add_argument(
        "--out", metavar="FILE.npy", required=True, help="where the array (float32) is written"
    )


def add_rerank(command: argparse.ArgumentParser) -> None:
    """Add what ``rerank`` takes."""
    _add_model(command)
    command.add_argument("--query", metavar="Q", required=True, help="what is asked")
    for name, metavar, about in (
        ("text", "T", "a text to judge; may be given again"),
        ("image", "FILE", "a picture, or a document's first page; may be given again"),
    ):
        command.add_argument(
            f"--{name}", metavar=metavar, dest="judged", action=_InOrder, default=[], help=about
        )


def _add_model(command: argparse.ArgumentParser) -> None:
    command.add_argument("--model", metavar="NAME", required=True, help="a model that is installed")
    command.add_argument(
        "--precision",
        choices=[precision.value for precision in Precision],
        help="in which numbers, where several are installed",
    )


class _InOrder(argparse.Action):
    """Keeps options of several names in the order in which they were typed."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        kind = (option_string or "").removeprefix("--")
        setattr(namespace, self.dest, [*getattr(namespace, self.dest), (kind, values)])
