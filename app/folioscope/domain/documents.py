"""Files, and the documents that their contents are.

A *SourceFile* is a path on this machine; a *Document* is a content, known by its hash.
Identical copies are several source files of one document.
"""

from dataclasses import dataclass
from enum import StrEnum


class DocumentKind(StrEnum):
    """What a content is, told from its bytes and never from its name."""

    PDF = "pdf"
    IMAGE = "image"


class FileState(StrEnum):
    """Where a source file stands."""

    WAITING = "waiting"  # seen, not read yet
    INDEXED = "indexed"
    FAILED = "failed"
    LOCKED = "locked"  # needs a password
    UNSUPPORTED = "unsupported"  # listed by name, never read


class FailureCause(StrEnum):
    """Why a file or page could not be read; one member per thing the user can act on."""

    UNREADABLE = "unreadable"
    EMPTY = "empty"
    NO_PAGES = "no_pages"
    LOCKED = "locked"
    UNSUPPORTED = "unsupported"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    TOO_MUCH_MEMORY = "too_much_memory"
    CRASHED = "crashed"
    NO_PERMISSION = "no_permission"
    GONE = "gone"
    CUT_SHORT = "cut_short"
    CLOUD_ONLY = "cloud_only"


@dataclass(frozen=True, slots=True)
class Failure:
    """A reason in one sentence for people, and its cause for programs.

    ``page_index`` is None when it concerns the whole file.
    """

    cause: FailureCause
    message: str
    page_index: int | None = None


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A path as last seen. ``path`` is absolute; undecodable bytes are surrogate-escaped.

    ``folder`` is the folder (or the file itself) that the user added. ``document_id`` is
    empty until the content was hashed. ``is_away`` is set while the folder is not there.
    """

    path: str
    folder: str
    size_bytes: int
    mtime_ns: int
    state: FileState = FileState.WAITING
    document_id: str = ""
    failures: tuple[Failure, ...] = ()
    is_away: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A content: ``document_id`` is the hex sha256 of its bytes."""

    document_id: str
    kind: DocumentKind
    page_count: int
    size_bytes: int
    fingerprint: str
    title: str = ""
    failures: tuple[Failure, ...] = ()  # pages that could not be read
