"""What the strip says of indexing, as plain functions of its state."""

from folioscope.gui.sentences import translated
from folioscope.gui.words import number, tr
from folioscope.services.api import IndexPhase, IndexState, Pace
from folioscope.services.look_api import LookPhase, LookState

_MINUTE_S = 60
_HOUR_S = 3600


def time_left(left_s: float) -> str:
    """Say how long it still takes, roughly."""
    if left_s < 45:
        return tr("less than a minute left")
    if left_s < 90 * _MINUTE_S:
        return tr("about %Ln minutes left", n=max(1, round(left_s / _MINUTE_S)))
    return tr("about %Ln hours left", n=round(left_s / _HOUR_S))


def speed(per_second: float) -> str:
    """Say how fast it goes: pages a second, or seconds a page where it is slow."""
    if per_second >= 1:
        return tr("{count} a second").format(count=number(per_second))
    return tr("{seconds} s a page").format(seconds=f"{1 / max(per_second, 1e-3):.1f}")


def pace_details(pace: Pace) -> str:
    """Say speed and time left; empty until both hold."""
    if pace.per_second is None or pace.left_s is None or pace.done >= pace.total:
        return ""
    return f"{speed(pace.per_second)} · {time_left(pace.left_s)}"


def _with_pace(text: str, pace: Pace, *, is_short: bool) -> str:
    details = pace_details(pace)
    if is_short and details and pace.left_s is not None:
        details = time_left(pace.left_s)
    return f"{text} · {details}" if details else text


def _pages_of(text: str, pace: Pace) -> str:
    return text.format(done=number(pace.done), total=number(pace.total))


def strip_sentence(
    state: IndexState,
    *,
    is_stopped: bool,
    has_pages: bool,
    is_short: bool = False,
    look: LookState | None = None,
) -> str:
    """Return the one line of the strip; a short one leaves out what can be done without."""
    if state.phase is IndexPhase.BLOCKED:
        return state.message or tr("Reading cannot go on.")
    if state.is_paused:
        return tr("Paused")
    if is_stopped and state.phase is IndexPhase.IDLE:
        return tr("Stopped. What was read can be found.")
    match state.phase:
        case IndexPhase.SCANNING:
            return tr("Looking for changes in your folders")
        case IndexPhase.READING:
            text = _pages_of(tr("Reading {done} of {total} pages"), state.reading)
            return _with_pace(text, state.reading, is_short=is_short)
        case IndexPhase.RECOGNISING:
            text = _pages_of(tr("Reading text in pictures: {done} of {total}"), state.recognising)
            return _with_pace(text, state.recognising, is_short=is_short)
        case IndexPhase.TIDYING:
            return tr("Tidying up the library")
        case _:
            return _rest_sentence(look or LookState(), is_short=is_short) if has_pages else ""


def _rest_sentence(look: LookState, *, is_short: bool) -> str:
    if look.phase is LookPhase.IDLE and look.total and look.done >= look.total:
        return tr("All pages can be found by words and by look.")
    words, more = tr("All pages can be found by words."), look_sentence(look)
    if is_short and more:
        return more
    return tr("{sentence} {another}").format(sentence=words, another=more) if more else words


def look_sentence(look: LookState) -> str:
    """Say what looking at pages is doing; empty where there is nothing to do."""
    match look.phase:
        case LookPhase.LOOKING if look.left_s is not None:
            told = tr("Looking at pages: {left}.")
            return told.format(left=time_left(look.left_s))
        case LookPhase.LOOKING:
            return tr("Looking at pages.")
        case LookPhase.YIELDING:
            return tr("Look goes on while you are away.")
        case LookPhase.ON_BATTERY:
            return tr("Look is waiting for mains power.")
        case LookPhase.PAUSED:
            return tr("Look is paused.")
        case LookPhase.BLOCKED:
            return translated(look.message) or tr("Looking at pages cannot go on.")
        case _:
            return ""


def share_done(state: IndexState) -> float | None:
    """Return how much of what goes on is done, None where there is nothing to measure."""
    pace = state.recognising if state.phase is IndexPhase.RECOGNISING else state.reading
    if state.phase not in (IndexPhase.READING, IndexPhase.RECOGNISING) or not pace.total:
        return None
    return pace.done / pace.total


def look_words(state: LookState) -> str:
    """Say what looking at pages is doing, after its count."""
    match state.phase:
        case LookPhase.PAUSED:
            return tr("paused")
        case LookPhase.ON_BATTERY:
            return tr("waiting for mains power")
        case LookPhase.YIELDING:
            return tr("goes on while you are away")
        case LookPhase.BLOCKED:
            return translated(state.message) or tr("cannot go on")
        case LookPhase.LOOKING if state.left_s is not None and state.per_second:
            return f"{speed(state.per_second)} · {time_left(state.left_s)}"
        case _:
            return ""
