"""Errors that a user can be told in one sentence: what happened, and what to do."""


class FolioscopeError(Exception):
    """An expected error. ``str()`` is the sentence for people; details are in ``__cause__``."""

    def __init__(self, what: str, *, hint: str = "") -> None:
        super().__init__(what, hint)
        self.what = what
        self.hint = hint

    def __str__(self) -> str:
        """Return the sentence, with the hint behind it."""
        return f"{self.what} {self.hint}".strip()

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the way between processes with all arguments."""
        return (_rebuilt, (type(self), self.what, self.hint))


def _rebuilt(kind: type[FolioscopeError], what: str, hint: str) -> FolioscopeError:
    error = kind.__new__(kind)
    FolioscopeError.__init__(error, what, hint=hint)
    return error


class DocumentError(FolioscopeError):
    """A file or page cannot be read."""


class InferenceError(FolioscopeError):
    """A model is missing, damaged or refuses to run."""


class ModelMissingError(InferenceError):
    """A model's files are not there and may only be fetched with consent."""


class StoreError(FolioscopeError):
    """The library cannot be read or written."""


class LibraryBusyError(StoreError):
    """Another process is writing to the library."""


class LibraryMissingError(StoreError):
    """There is no library yet where it was looked for."""


class LibraryDamagedError(StoreError):
    """Part of the library cannot be read; repair is offered."""


class FingerprintMismatchError(StoreError):
    """The library's vectors were made in another way; re-indexing is offered."""


class SharedLibraryError(StoreError):
    """Others would lose by it what they have in the library; who may decide for all is asked."""


class StoreBlockedError(StoreError):
    """The library takes nothing just now; the same change may succeed later. All is as it was."""


class DiskFullError(StoreBlockedError):
    """There is no room left on the disk."""


class UntrustedServerError(StoreError):
    """What answers cannot be trusted, or is no server that can be used."""


class UnknownUserError(StoreError):
    """A server does not take the key or password that it was shown."""


class SettingsError(FolioscopeError):
    """A preference is not valid."""


class QueryError(FolioscopeError):
    """A query cannot be run at all (an empty one)."""


class UpdateError(FolioscopeError):
    """It cannot be looked for a newer version, or what was found is refused."""


class UntrustedUpdateError(UpdateError):
    """What came does not hold what its publisher signs: somebody may have tampered with it."""
