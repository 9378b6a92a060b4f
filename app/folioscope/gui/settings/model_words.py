"""What Settings → Models says: sizes, durations and how far an install is."""

from PySide6.QtCore import QLocale

from folioscope.domain.models import InstallStage, ModelInfo, Precision, PrecisionCost
from folioscope.gui.strip.wording import speed, time_left
from folioscope.gui.words import number, tr
from folioscope.jobs.progress import Progress
from folioscope.services.look_api import Profile

UNKNOWN = "—"
_GB = 1_000_000_000
_MINUTE_S = 60
_HOUR_S = 3600
_DAY_S = 24 * _HOUR_S


def size_words(size_bytes: int) -> str:
    """Write a size, a dash where it is not known."""
    if size_bytes <= 0:
        return UNKNOWN
    si = QLocale.DataSizeFormat.DataSizeSIFormat
    return QLocale().formattedDataSize(size_bytes, 1, si)


def each_words(seconds_a_page: float) -> str:
    """Say what a page costs: pages a second, or seconds each where it is slow."""
    if seconds_a_page <= 0:
        return UNKNOWN
    if seconds_a_page < 1:
        return speed(1 / seconds_a_page)
    digits = 1 if seconds_a_page < 10 else 0
    return tr("{seconds} s each").format(seconds=_decimal(seconds_a_page, digits))


def _decimal(value: float, digits: int) -> str:
    return QLocale().toString(float(value), "f", digits)


def duration(seconds: float) -> str:
    """Say roughly how long something takes."""
    if seconds < 90 * _MINUTE_S:
        return tr("%Ln minutes", n=max(1, round(seconds / _MINUTE_S)))
    if seconds < 2 * _DAY_S:
        return tr("%Ln hours", n=round(seconds / _HOUR_S))
    return tr("%Ln days", n=round(seconds / _DAY_S))


def part_of(done_bytes: int, total_bytes: int) -> str:
    """Say how much of a size there is, both in the same unit: 3.0 of 7.9 GB."""
    unit, name = (_GB, "GB") if total_bytes >= _GB else (1_000_000, "MB")
    told = tr("{done} of {total} {unit}")
    done, total = _decimal(done_bytes / unit, 1), _decimal(total_bytes / unit, 1)
    return told.format(done=done, total=total, unit=name)


def progress_words(progress: Progress | None) -> tuple[str, str]:
    """Say how far an install is, and how long it still takes where that is known."""
    if progress is None:
        return tr("Waiting to begin"), ""
    amount = part_of(progress.done, progress.total) if progress.total else ""
    stages = {
        InstallStage.CONVERTING.value: tr("Converting: {amount}"),
        InstallStage.CHECKING.value: tr("Checking: {amount}"),
    }
    told = stages.get(progress.label, "{amount}").format(amount=amount)
    left = time_left(progress.left_s) if progress.left_s is not None else ""
    return told, left


def profile_title(profile: Profile) -> str:
    """Return what a profile is called."""
    known = {
        "starter": tr("Starter"),
        "light": tr("Light pages"),
        "photos": tr("Photos"),
        "pages": tr("Pages"),
    }
    return known.get(profile.id) or (profile.model.title if profile.model else profile.id)


def profile_about(profile: Profile) -> str:
    """Say in a sentence what a profile finds."""
    known = {
        "starter": tr("Words and their meaning, in about 100 languages. Reads text in pictures."),
        "light": tr(
            "Also finds charts, diagrams and screenshots by look, on any computer, "
            "and frames the part that matched. It understands English; "
            "words in other languages are found as Starter finds them."
        ),
        "photos": tr("Also finds photos and drawings by what they show."),
        "pages": tr(
            "Also finds charts, tables and layouts by look, and frames the part that matched."
        ),
    }
    return known.get(profile.id) or (profile.model.about if profile.model else "")


def use_words(model: ModelInfo) -> str:
    """Say what a model's licence allows."""
    if model.is_commercial_use_allowed:
        return tr("Any use")
    return tr("Not for commercial use")


def precision_words(precision: Precision) -> str:
    """Say what a precision is good for."""
    return {
        Precision.FP32: tr("32 bits: exact, large and slow"),
        Precision.FP16: tr("16 bits: for graphics cards"),
        Precision.INT8: tr("8 bits: half the size"),
        Precision.INT4: tr("4 bits: the smallest"),
        Precision.W8A8: tr("8 bits throughout: fast on processors"),
    }[precision]


def known_cost(model: ModelInfo, precision: Precision | None) -> PrecisionCost | None:
    """Return what a precision needs, None where the manifest does not say."""
    return next((c for c in model.costs if c.precision == (precision or model.recommended)), None)


def room_refusal(model: ModelInfo, title: str, free_bytes: int) -> str:
    """Say that no precision of a model has room on the disk; empty where one has."""
    needs = [cost.installing_bytes for cost in model.costs]
    if not needs or min(needs) <= free_bytes:
        return ""
    told = tr("{name} needs {needed} while it is installed; {free} are free.")
    return told.format(name=title, needed=size_words(min(needs)), free=size_words(free_bytes))


def pages_words(count: int) -> str:
    """Write a number of pages for a row's name."""
    return tr("For your {count} pages").format(count=number(count))
