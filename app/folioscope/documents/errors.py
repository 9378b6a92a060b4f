"""The sentences that tell why a file or page could not be read."""

import errno

from folioscope.domain.documents import Failure, FailureCause
from folioscope.domain.errors import DocumentError


class ReadingError(DocumentError):
    """A file or page cannot be read; ``failure`` says why, for people and programs."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the way between processes."""
        return (type(self), (self.failure,))


def refusal(cause: FailureCause, message: str, *, page_index: int | None = None) -> ReadingError:
    """Return the error for a cause and its sentence."""
    return ReadingError(Failure(cause, message, page_index))


def locked() -> ReadingError:
    """Return the error of a file that needs a password."""
    return refusal(FailureCause.LOCKED, "Locked with a password.")


def wrong_password() -> ReadingError:
    """Return the error of a password that does not open the file."""
    return refusal(FailureCause.LOCKED, "That is not the password.")


def unsupported() -> ReadingError:
    """Return the error of a content that is nothing Folioscope knows."""
    return refusal(FailureCause.UNSUPPORTED, "Not a kind of file that Folioscope reads.")


def empty() -> ReadingError:
    """Return the error of a file of no bytes."""
    return refusal(FailureCause.EMPTY, "The file is empty.")


def unreadable(what: str) -> ReadingError:
    """Return the error of a damaged file; ``what`` is its kind, as in "PDF"."""
    return refusal(
        FailureCause.UNREADABLE, f"Could not be read: the {what} is damaged. Replace the file."
    )


def too_slow(seconds: float) -> Failure:
    """Return the failure of a page that took too long."""
    return Failure(FailureCause.TOO_SLOW, f"Took longer than {seconds:g} seconds.")


def too_much_memory(limit_bytes: int) -> Failure:
    """Return the failure of a page that needs more memory than it may have."""
    return Failure(
        FailureCause.TOO_MUCH_MEMORY,
        f"Needs more memory than the limit of {limit_bytes / 1e9:.1f} GB.",
    )


def crashed() -> Failure:
    """Return the failure of a page that ended the process reading it."""
    return Failure(
        FailureCause.CRASHED, "Could not be read: the program that reads it stopped. Retry it."
    )


def too_many_pixels(pixels: int, limit: int) -> ReadingError:
    """Return the error of a picture beyond the limit of pixels."""
    return refusal(
        FailureCause.TOO_LARGE,
        f"Larger than the limit of {limit // 1_000_000:,} megapixels ({pixels // 1_000_000:,}).",
    )


def from_os(error: OSError) -> ReadingError:
    """Translate an error of the file system."""
    if isinstance(error, FileNotFoundError):
        return refusal(
            FailureCause.GONE, "The file was moved or deleted while it was read. Try again."
        )
    if isinstance(error, PermissionError):
        return refusal(
            FailureCause.NO_PERMISSION, "No permission to read the file. Change it and retry."
        )
    name = errno.errorcode.get(error.errno or 0, "")
    return refusal(
        FailureCause.UNREADABLE, f"The drive did not give the file ({name or 'error'}). Try again."
    )


def on_page(failure: Failure, page_index: int | None) -> Failure:
    """Return the failure, placed on a page."""
    return Failure(failure.cause, failure.message, page_index)
