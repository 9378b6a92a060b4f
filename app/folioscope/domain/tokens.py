"""Exact words: how text becomes tokens, the same for pages, file names and queries.

Case and accents are folded, CJK runs become bigrams, nothing is stemmed: meaning already
matches inflected words, so a stemmed field only blurs the exact one (measured: stemming
loses needle queries and gains nothing).
"""

import re
import unicodedata
from collections.abc import Iterator

CJK = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af"
_WORD = re.compile(r"\w+")
_RUN = re.compile(f"[{CJK}]+|[^{CJK}]+")
IS_CJK = re.compile(f"[{CJK}]")
# Arabic letters that are written with or without their sign: hamza carriers, alif maqsura,
# ta marbuta; and tatweel, which only stretches
_ARABIC = str.maketrans("أإآٱىة", "ااااي" + "ه", "\u0640")
_KANA_MARKS = "\u3099\u309a"  # が is another letter than か, not an accented one


def fold(text: str) -> str:
    """Fold case, accents, width and Arabic spelling variants."""
    if text.isascii():  # has none of these but case; most pages are, and this is much faster
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_ARABIC))
    bare = "".join(c for c in decomposed if c in _KANA_MARKS or not unicodedata.combining(c))
    return unicodedata.normalize("NFC", bare)


def tokens(text: str) -> Iterator[str]:
    """Yield the tokens of ``text`` in order."""
    for word in _WORD.findall(fold(text)):
        for run in _RUN.findall(word):
            if len(run) > 1 and IS_CJK.match(run):
                yield from (run[i : i + 2] for i in range(len(run) - 1))
            else:
                yield run


def spoken_name(name: str) -> str:
    """Turn a file name into words: separators become spaces."""
    return re.sub(r"[_\-./\\+]+", " ", name)
