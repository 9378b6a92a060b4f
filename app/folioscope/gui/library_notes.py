"""Notes for what may befall a library, each with what can be done."""

from collections.abc import Callable

from folioscope.domain.errors import (
    DiskFullError,
    FingerprintMismatchError,
    LibraryDamagedError,
    SharedLibraryError,
    UnknownUserError,
)
from folioscope.domain.updates import UpdateState
from folioscope.gui.library_session import sentence_of
from folioscope.gui.notes.note_area import Note, NoteAction
from folioscope.gui.words import tr

OPENING = "opening"
READING = "reading"
FAULT = "fault"
SEARCH = "search"
NEWER = "newer version"
Act = Callable[[], None]


def opening_note(
    error: Exception,
    *,
    retry: Act,
    repair: Act | None = None,
    rebuild: Act | None = None,
    renew: Act | None = None,
    give_secret: Act | None = None,
    leave_server: Act | None = None,
) -> Note:
    """Explain why a library could not be opened; ``repair`` and ``rebuild`` where they can help.

    ``renew`` rebuilds what others share, too. ``leave_server`` opens what is in the library's own
    folder, where its pages are on a server.
    """
    text = sentence_of(error)
    if isinstance(error, LibraryDamagedError) and repair:
        action = NoteAction(tr("Repair"), repair)
    elif isinstance(error, FingerprintMismatchError) and rebuild:
        action = NoteAction(tr("Read everything again"), rebuild)
    elif isinstance(error, SharedLibraryError) and renew:
        action = NoteAction(tr("Read it anew for everybody…"), renew)
    else:
        action = NoteAction(tr("Try again"), retry)
    actions = [action]
    if isinstance(error, UnknownUserError) and give_secret:
        actions.insert(0, NoteAction(tr("Give another key or password…"), give_secret))
    if leave_server:
        actions.append(NoteAction(tr("Open what is on this computer"), leave_server))
    return Note(OPENING, text, actions, is_bad=True, can_close=False)


def reading_note(error: Exception, *, retry: Act, repair: Act, rebuild: Act) -> Note:
    """Explain why reading ended, with the action that mends it."""
    if isinstance(error, LibraryDamagedError):
        action = NoteAction(tr("Repair"), repair)
    elif isinstance(error, FingerprintMismatchError):
        action = NoteAction(tr("Read everything again"), rebuild)
    elif isinstance(error, DiskFullError):
        action = NoteAction(tr("Go on"), retry)
    else:
        action = NoteAction(tr("Try again"), retry)
    return Note(READING, sentence_of(error), [action], is_bad=True)


def search_note(error: Exception, *, retry: Act) -> Note:
    """Tell why there is no answer to what is asked."""
    return Note(SEARCH, sentence_of(error), [NoteAction(tr("Try again"), retry)])


def fault_note(text: str) -> Note:
    """Tell that something asked for did not work."""
    return Note(FAULT, text)


def newer_note(state: UpdateState, *, show: Act) -> Note:
    """Tell that there is a newer version."""
    version = state.release.version if state.release else ""
    text = tr("Folioscope {version} has been released.").format(version=version)
    return Note(NEWER, text, [NoteAction(tr("Show what is new"), show)])
