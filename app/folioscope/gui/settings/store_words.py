"""What Settings → Library says of where pages are kept."""

from folioscope.domain.store_places import ElasticFacts, StorePlace
from folioscope.gui.sentences import translated
from folioscope.gui.settings.model_words import duration
from folioscope.gui.words import number, tr
from folioscope.jobs.progress import Progress
from folioscope.services.store_api import CopyReport

_SECONDS = 90


def place_words(place: StorePlace) -> str:
    """Say where pages are kept."""
    server = place.elastic
    if server is None:
        return tr("In this library's folder, on this computer")
    told = tr("On {url}, in the indices {prefix}-…")
    if place.is_read_only:
        told = tr("On {url}, in the indices {prefix}-…, only for searching")
    return told.format(url=server.url, prefix=server.prefix)


def server_words(facts: ElasticFacts, *, is_read_only: bool) -> str:
    """Say what a server said of itself, a sentence a line."""
    if not facts.can_read:
        rights = tr("You may not read this library's indices there.")
    elif facts.can_write:
        rights = tr("You may search and write there.")
    elif is_read_only:
        rights = tr("You will only search there.")
    else:
        rights = tr("You may only search there.")
    rows = tr("It lacks rank_vectors, so rows of looks are compared on this computer.")
    if facts.has_rank_vectors:
        rows = tr("It has rank_vectors, so it compares rows of looks itself.")
    who = tr("{name}: Elasticsearch {version}, licence {licence}.")
    if not facts.is_told:
        who = tr("{name}: Elasticsearch.")
    lines = [
        who.format(name=facts.name, version=facts.version, licence=facts.licence),
        rights,
        tr("Vectors are found with {kind}.").format(kind=facts.vector_index),
        rows,
        *map(translated, facts.missing),
    ]
    return "\n".join(lines)


def can_be_used(facts: ElasticFacts, *, is_read_only: bool) -> bool:
    """Whether the user may do there what is wanted."""
    return facts.can_read and (facts.can_write or is_read_only)


def copy_words(now: Progress) -> str:
    """Say how far a copy is, or what it waits for."""
    told = {
        "copying": tr("Copied {done} of {total} pages"),
        "checking": tr("Checked {done} of {total} pages"),
    }.get(now.label)
    if told is None:
        return translated(now.label)
    text = told.format(done=number(now.done), total=number(now.total or 0))
    if now.left_s is None:
        return text
    left = tr("{seconds} s").format(seconds=number(now.left_s))
    if now.left_s >= _SECONDS:
        left = duration(now.left_s)
    return tr("{done}, {time} left").format(done=text, time=left)


def report_words(report: CopyReport) -> str:
    """Say what was copied, and how it was compared."""
    pages = tr("%Ln pages", n=report.pages)
    documents = tr("in %Ln documents", n=report.documents)
    copied = tr("Copied {pages} {in_documents}. Both hold the same, page by page.")
    text = copied.format(pages=pages, in_documents=documents)
    if report.left_there:
        text += " " + tr("%Ln documents that only others have stay there.", n=report.left_there)
    if report.queries:
        asked = tr("%Ln questions were answered alike by both.", n=report.queries)
        return f"{text} {asked}"
    return text
