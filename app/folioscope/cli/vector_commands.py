"""``folioscope embed`` and ``folioscope rerank``: a model's own numbers, with no library."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from folioscope.cli import answers
from folioscope.cli.commands import named
from folioscope.cli.terminal import safe, say
from folioscope.cli.watching import run_watched
from folioscope.domain.documents import DocumentKind
from folioscope.domain.embeddings import Embedding, EmbeddingTask, RerankPage, TextRole
from folioscope.domain.errors import DocumentError, FolioscopeError, InferenceError
from folioscope.domain.models import Precision

if TYPE_CHECKING:
    from argparse import Namespace

    from folioscope.domain.encoders import Encoder
    from folioscope.domain.models import ModelShelf
    from folioscope.domain.pages import Float32, PageImage
    from folioscope.domain.protocols import Cancellation, DocumentReader
    from folioscope.jobs.progress import JobContext

_DONE = 0
_NATIVE_PX = 1 << 15  # pictures are never enlarged: as large as they are, within the room's limits


@dataclass(frozen=True, slots=True)
class ModelRooms:
    """What these commands are lent: models, and a reader for pictures."""

    shelf: ModelShelf
    reader: DocumentReader


def embed(rooms: ModelRooms, options: Namespace) -> int:
    """Write the vectors of a text or picture as an array; return the exit code."""
    encoder = rooms.shelf.encoder(
        options.model,
        precision=_precision(options),
        task=EmbeddingTask(options.task),
        dim=options.dims,
    )

    def work(ctx: JobContext) -> Float32:
        encoder.open()
        try:
            made = _embedding(encoder, rooms.reader, options, ctx.token)
        finally:
            encoder.close()
        return _array(made, options)

    array = run_watched(work, label="Embedding")
    _write(array, Path(options.out).expanduser())
    if options.json:
        answers.write(
            {
                "out": options.out,
                "shape": list(array.shape),
                "model": encoder.spec.name,
                "fingerprint": encoder.spec.fingerprint,
            }
        )
    else:
        rows, dim = array.shape
        say(f"Wrote {rows} × {dim} numbers to {safe(options.out)}.")
    return _DONE


def rerank(rooms: ModelRooms, options: Namespace) -> int:
    """Write the relevance of each text and picture, a JSON object a line, as it is known."""
    if not options.judged:
        raise FolioscopeError("There is nothing to judge.", hint="Give --text or --image.")
    reranker = rooms.shelf.reranker(options.model, precision=_precision(options))

    def work(ctx: JobContext) -> None:
        reranker.open()
        try:
            load = _Pictures(rooms.reader, reranker.needs.longest_px, ctx.token).load
            pages = [_judged(kind, value, load) for kind, value in options.judged]
            scores = reranker.scores(options.query, pages, token=ctx.token)
            for index, score in enumerate(scores):
                kind, value = options.judged[index]
                answers.write({"index": index, kind: value, "score": score})
        finally:
            reranker.close()

    run_watched(work, label="Judging")
    return _DONE


@dataclass(frozen=True, slots=True)
class _Pictures:
    """Loads pictures at their own size, and pages of documents as the model wants them."""

    reader: DocumentReader
    longest_px: int
    token: Cancellation

    def load(self, path: str) -> PageImage:
        """Return the picture, or the first page; raise DocumentError that names the file."""
        try:
            facts = self.reader.inspect(path, token=self.token)
            is_picture = facts.kind is DocumentKind.IMAGE
            longest = _NATIVE_PX if is_picture else self.longest_px
            return self.reader.render(path, 0, longest_px=longest, token=self.token)
        except DocumentError as error:
            raise DocumentError(f"{path}: {error.what}", hint=error.hint) from error


def _embedding(
    encoder: Encoder, reader: DocumentReader, options: Namespace, token: Cancellation
) -> Embedding:
    if options.text is not None:
        return encoder.embed_text(options.text, role=TextRole(options.role), token=token)
    image = _Pictures(reader, encoder.needs.longest_px, token).load(named([options.image])[0])
    return encoder.embed_pages([image], token=token)[0]


def _array(made: Embedding, options: Namespace) -> Float32:
    if not options.multi:
        if not len(made.single):
            raise InferenceError(
                f"The model {options.model} makes rows, and no vector a page.",
                hint="Add --multi.",
            )
        return made.single[None]
    if made.multi is None:
        raise InferenceError(
            f"The model {options.model} has one vector a page and no rows.",
            hint="Leave out --multi.",
        )
    return made.multi.rows


def _write(array: Float32, path: Path) -> None:
    """Write the array beside its place and move it there, so that it is whole or not at all."""
    import numpy as np

    try:
        handle, beside = tempfile.mkstemp(prefix=".folioscope-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                np.save(file, array.astype(np.float32))
            Path(beside).replace(path)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise FolioscopeError(
            f"{safe(str(path))} cannot be written: {error.strerror}.",
            hint="Name another place, or make room.",
        ) from error


def _judged(kind: str, value: str, load: Callable[[str], PageImage]) -> RerankPage:
    if kind == "text":
        return RerankPage("", text=value)
    (path,) = named([value])
    return RerankPage(path, load=lambda: load(path))


def _precision(options: Namespace) -> Precision | None:
    return Precision(options.precision) if options.precision else None
