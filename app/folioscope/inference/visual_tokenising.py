"""Templates, texts and places of pictures become token numbers.

A template is a manifest's own text and may hold special tokens; what a user or a page wrote is
put into its fields and never becomes one.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from folioscope.domain.errors import InferenceError
from folioscope.domain.pages import Int32
from folioscope.inference.plain_tokenizer import SpecialPieces, load_tokenizers, writable

_FIELD = re.compile(r"\{(\w+)\}")
# no token of these vocabularies is longer but for runs of one sign: what lies beyond a model's
# limit of tokens need not be tokenised
_LONGEST_TOKEN = 32
_NOWHERE = (-1, -1)


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """Numbers int64 (n,), and ``spans`` int32 (n, 2): the characters that each stands for.

    Spans are of one field's text as the user wrote it, (-1, -1) for all other tokens.
    """

    ids: npt.NDArray[np.int64]
    spans: Int32

    def __len__(self) -> int:
        """Return the number of tokens."""
        return len(self.ids)


@dataclass(slots=True)
class _Segment:
    """Text that is tokenised in one go: its parts, and where a field's text lies in it."""

    text: str = ""
    own: tuple[int, int] | None = None


@dataclass(slots=True)
class _Growing:
    """Tokens in the making."""

    ids: list[int] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)

    def add(self, ids: list[int], spans: list[tuple[int, int]] | None = None) -> None:
        self.ids += ids
        self.spans += spans or [_NOWHERE] * len(ids)

    def finished(self) -> Tokens:
        spans = np.array(self.spans, np.int32).reshape(-1, 2)
        return Tokens(np.array(self.ids, np.int64), spans)


class VisualTokenizer:
    """The tokenizer of a visual model, from its local ``tokenizer.json``. Safe from any thread."""

    def __init__(self, path: Path, plain: Tokenizer, specials: SpecialPieces) -> None:
        self._path = path
        self._plain = plain
        self._specials = specials
        longest_first = sorted(specials.numbers, key=len, reverse=True)
        self._special = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    @classmethod
    def load(cls, path: Path) -> "VisualTokenizer":
        """Read the file; raise InferenceError when it is missing or damaged."""
        return cls(path, *load_tokenizers(path))

    def number(self, name: str) -> int:
        """Return a special token's number; raise InferenceError where there is none."""
        try:
            return self._specials.numbers[name]
        except KeyError as error:
            raise InferenceError(
                f"The tokenizer {self._path} has no token {name}.",
                hint="Remove the model and install it again.",
            ) from error

    @property
    def special_numbers(self) -> frozenset[int]:
        """The numbers of all special tokens."""
        return frozenset(self._specials.numbers.values())

    def tokens(
        self,
        template: str,
        texts: Mapping[str, str],
        *,
        max_tokens: int,
        pictures: Mapping[str, str] | None = None,
        spans_of: str = "",
    ) -> Tokens:
        """Fill a template's ``{fields}`` and tokenise it, cut at the right to ``max_tokens``.

        ``texts``: what users wrote, by field. ``pictures``: more of the template, by field.
        ``spans_of``: the field whose characters the spans name. What the tokenizer itself puts
        around a text is kept when cutting.
        """
        growing = _Growing()
        growing.add(list(self._specials.before))
        for part in self._segments(template, texts, pictures or {}, spans_of, max_tokens):
            if isinstance(part, int):
                growing.add([part])
            else:
                self._encode(part, growing)
        behind = list(self._specials.after)
        room = max_tokens - len(behind)
        del growing.ids[room:], growing.spans[room:]
        growing.add(behind)
        return growing.finished()

    def cut(self, text: str, *, max_tokens: int) -> str:
        """Return as much of a text's beginning as makes ``max_tokens`` tokens alone."""
        part = text[: max_tokens * _LONGEST_TOKEN]
        encoding = self._plain.encode(writable(part), add_special_tokens=False)
        if len(encoding.ids) <= max_tokens:
            return part
        return part[: encoding.offsets[max_tokens - 1][1]] if max_tokens else ""

    def _segments(
        self,
        template: str,
        texts: Mapping[str, str],
        pictures: Mapping[str, str],
        spans_of: str,
        max_tokens: int,
    ) -> Iterator[_Segment | int]:
        """Yield special tokens' numbers, and what stands between them as one text each."""
        segment = _Segment()
        for trusted, name in _parts(template, pictures):
            if name:
                text = writable(texts[name][: max_tokens * _LONGEST_TOKEN])
                if name == spans_of:
                    segment.own = (len(segment.text), len(segment.text) + len(text))
                segment.text += text
                continue
            at = 0
            for special in self._special.finditer(trusted):
                segment.text += trusted[at : special.start()]
                yield segment
                yield self._specials.numbers[special.group()]
                segment, at = _Segment(), special.end()
            segment.text += trusted[at:]
        yield segment

    def _encode(self, segment: _Segment, growing: _Growing) -> None:
        if not segment.text:
            return
        encoding = self._plain.encode(segment.text, add_special_tokens=False)
        if segment.own is None:
            growing.add(encoding.ids)
            return
        spans = [_own_span(span, segment.own, segment.text) for span in encoding.offsets]
        growing.add(encoding.ids, spans)


def _parts(template: str, pictures: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (trusted text, "") and ("", name of a field) in order; pictures are trusted text."""
    at = 0
    for found in _FIELD.finditer(template):
        yield template[at : found.start()], ""
        name = found.group(1)
        if name in pictures:
            yield pictures[name], ""
        else:
            yield "", name
        at = found.end()
    yield template[at:], ""


def _own_span(span: tuple[int, int], own: tuple[int, int], text: str) -> tuple[int, int]:
    """Return a token's characters counted from where the field's text starts, less white space."""
    start, end = max(span[0], own[0]), min(span[1], own[1])
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return (start - own[0], end - own[0]) if start < end else _NOWHERE
