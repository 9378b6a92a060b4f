"""All that a library has to do with visual models, put together from protocols alone."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from folioscope.domain.encoders import Encoder, Reranker
from folioscope.domain.models import ModelShelf, Precision
from folioscope.domain.pages import PageImage, PageRef
from folioscope.domain.protocols import DocumentReader
from folioscope.services.api import IndexPhase, IndexState, PageService
from folioscope.services.heat import HeatMaps
from folioscope.services.library_stores import LibraryStores
from folioscope.services.look_run import LookRooms
from folioscope.services.looking import LibraryLooker
from folioscope.services.model_keeper import Choice, ModelKeeper
from folioscope.services.passwords import Passwords
from folioscope.services.query_language import parse_query
from folioscope.services.quiet import Quiet
from folioscope.services.second_look import SecondLook
from folioscope.services.visual_asking import VisualAsker
from folioscope.settings.schema import Settings

_RERANKER_IDLE_S = 300.0
_NO_MODEL = "No visual model is chosen."
_NO_RERANKER = "No reranking model is chosen."
_AT_WORK = (
    IndexPhase.SCANNING,
    IndexPhase.READING,
    IndexPhase.RECOGNISING,
    IndexPhase.TIDYING,
)


class VisualParts:
    """Keeps the chosen models, and what uses them. ``waits``: see VisualAsker."""

    def __init__(
        self,
        stores: LibraryStores,
        reader: DocumentReader,
        shelf: ModelShelf,
        *,
        passwords: Passwords,
        settings: Callable[[], Settings],
        is_on_battery: Callable[[], bool],
        index_state: Callable[[], IndexState],
        pages: PageService,
        waits: bool = False,
    ) -> None:
        self.encoders: ModelKeeper[Encoder] = ModelKeeper(
            lambda: Choice(settings().visual_model, settings().visual_precision),
            partial(_encoder, shelf),
            missing=_NO_MODEL,
        )
        self.rerankers: ModelKeeper[Reranker] = ModelKeeper(
            lambda: Choice(settings().reranker),
            partial(_reranker, shelf),
            missing=_NO_RERANKER,
            idle_s=_RERANKER_IDLE_S,
        )
        self.asker = VisualAsker(
            stores.reading, self.encoders, waits=waits, before=lambda: self.looker.make_room()
        )
        self.second_look = SecondLook(stores.reading, reader, self.rerankers, passwords=passwords)
        quiet = Quiet(
            is_reading=lambda: is_at_work(index_state()),
            is_on_battery=is_on_battery,
            on_battery=lambda: settings().looks_on_battery,
            while_working=lambda: settings().looks_while_working,
        )
        heat = HeatMaps(
            stores.reading, self.asker, understand=_understood, render=partial(_small, pages)
        )
        self.looker = LibraryLooker(
            LookRooms(stores, reader, self.encoders, passwords, quiet), heat
        )

    def close(self) -> None:
        """Let the models go."""
        self.encoders.close()
        self.rerankers.close()


def is_at_work(state: IndexState) -> bool:
    """Whether indexing wants the processor for itself."""
    return state.phase in _AT_WORK and not state.is_paused


def _encoder(shelf: ModelShelf, choice: Choice) -> Encoder:
    return shelf.encoder(choice.name, precision=_precision(choice))


def _reranker(shelf: ModelShelf, choice: Choice) -> Reranker:
    return shelf.reranker(choice.name, precision=_precision(choice))


def _precision(choice: Choice) -> Precision | None:
    """Return the precision that is set; one that there is no more counts as none."""
    known = {precision.value: precision for precision in Precision}
    return known.get(choice.precision)


def _understood(query: str) -> str:
    return parse_query(query, today=datetime.now(tz=UTC).astimezone().date()).text


def _small(pages: PageService, ref: PageRef, longest_px: int) -> PageImage:
    return pages.render(ref, longest_px=longest_px)
