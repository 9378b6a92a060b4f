"""Which model a library was made with, told where it is another one than is chosen now."""

import re
from dataclasses import dataclass

from folioscope.domain.errors import FingerprintMismatchError, SharedLibraryError


@dataclass(frozen=True, slots=True)
class MadeWith:
    """A library's fingerprint, and how many other machines have files in it."""

    fingerprint: str
    others: int


_STARTER = "starter "  # what its manifest calls it, before its revision
_REMOTE = re.compile(r"(?P<service>[^/ ]+)/(?P<model>.+)/\d+\Z")
_MOST_LETTERS = 60
_FOR_EVERYBODY = "folioscope index --rebuild --for-everybody"


def mismatch(made: str, wanted: str, *, others: int) -> FingerprintMismatchError:
    """Return the error for a library that cannot be searched or read with ``wanted``.

    ``made`` and ``wanted`` are fingerprints, ``others`` the other machines with files in it.
    """
    choosing = _choosing(made, wanted)
    if others:
        what = f"{_told(made, wanted)} {_use_it(others)}"
        return FingerprintMismatchError(what, hint=f"{choosing}.")
    hint = f"{choosing}, or read its files again: folioscope index --rebuild."
    return FingerprintMismatchError(_told(made, wanted), hint=hint)


def refusal(made: str, wanted: str, *, others: int) -> SharedLibraryError:
    """Return the error for reading anew what others have read, too."""
    anew = f"to read all of it anew for everybody: {_FOR_EVERYBODY}."
    if made == wanted:
        return SharedLibraryError(
            f"{_have_files(others)}, and what was read of them would be lost as well.",
            hint=f"{anew[0].upper()}{anew[1:]}",
        )
    what = f"{_told(made, wanted)} {_use_it(others)}"
    return SharedLibraryError(what, hint=f"{_choosing(made, wanted)}; {anew}")


def looks_refusal(others: int) -> SharedLibraryError:
    """Return the error for forgetting what a visual model saw for others, too."""
    share = "Another computer shares" if others == 1 else f"{others} other computers share"
    return SharedLibraryError(
        f"{share} this library, and what the model saw would be lost for all.",
        hint="To forget it for everybody: folioscope models drop NAME --for-everybody.",
    )


def conflict(made: str, wanted: str) -> FingerprintMismatchError:
    """Return the error for a copy to a library that was made with another model."""
    if model_words(made) == model_words(wanted):
        what = "What is kept there was made with another version of Folioscope."
        return FingerprintMismatchError(what, hint="Choose another prefix.")
    return FingerprintMismatchError(
        f"What is kept there was made with another model: {model_words(made)}.",
        hint="Choose another prefix, or read this library with that model first.",
    )


def warning(made: MadeWith, model: str) -> tuple[str, ...]:
    """Say what a model for texts, given by its fingerprint, would do in a library of others.

    Empty where it is the one of that library, or nobody else uses it.
    """
    if not made.others or model_words(made.fingerprint) == model_words(model):
        return ()
    told = f"{_told(made.fingerprint, model)} {_use_it(made.others)}"
    return told, "With this one you cannot search it any more."


def model_words(fingerprint: str) -> str:
    """Say in words which model made the vectors of a library."""
    model = _model(fingerprint)
    if model.startswith(_STARTER):
        return "the starter that comes with Folioscope"
    if found := _REMOTE.match(model):
        return f"{found['model']}, run by {found['service']}"
    return model[:_MOST_LETTERS] or "an unknown one"


def _told(made: str, wanted: str) -> str:
    if model_words(made) == model_words(wanted):
        return "This library was made with another version of Folioscope."
    return f"This library was made with another model: {model_words(made)}."


def _choosing(made: str, wanted: str) -> str:
    """Return what a person does to use the model of the library, without a full stop."""
    if model_words(made) == model_words(wanted):
        return "Use that version"
    if _model(made).startswith(_STARTER):
        return "Choose that one with folioscope models forget NAME"
    if _REMOTE.match(_model(made)):
        return "Choose that one with folioscope models agree NAME"
    return "Choose that one"


def _model(fingerprint: str) -> str:
    """Return the model's part: behind it are versions of how pages are read and cut."""
    return fingerprint.rsplit("|", 2)[0]


def _use_it(others: int) -> str:
    return "Another computer uses it." if others == 1 else f"{others} other computers use it."


def _have_files(others: int) -> str:
    have = "Another computer has" if others == 1 else f"{others} other computers have"
    return f"{have} files in this library"
