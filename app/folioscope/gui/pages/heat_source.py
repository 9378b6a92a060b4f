"""Where pages answer the query by look: asked for in a lane of its own, and remembered."""

from collections import OrderedDict
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from folioscope.domain.embeddings import HeatMap
from folioscope.domain.pages import PageRef
from folioscope.gui.job_runner import JobHandle, JobRunner, Lane
from folioscope.services.api import Services
from folioscope.services.look_api import LookPhase

_MOST_KEPT = 200
_NOTHING = HeatMap()
Asked = tuple[PageRef, str]


class HeatSource(QObject):
    """Brings the heat of the page asked for last. What is known is given at once: no flicker."""

    arrived = Signal(object, object)  # PageRef, HeatMap

    def __init__(
        self,
        services: Callable[[], Services | None],
        runner: JobRunner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._runner = runner
        self._known: OrderedDict[Asked, HeatMap] = OrderedDict()
        self._wanted: Asked | None = None
        self._handle: JobHandle | None = None

    def known(self, ref: PageRef, query: str) -> HeatMap:
        """Return what is known already, nothing where that is not much."""
        return self._known.get((ref, query), _NOTHING)

    def ask(self, ref: PageRef, query: str) -> None:
        """Ask where a page answers, unless that is known or no visual model is in use."""
        self.stop()
        services = self._services()
        asked = (ref, query)
        if not query or services is None or self._runner.is_closed or asked in self._known:
            return
        if services.look.state().phase is LookPhase.OFF:
            return
        look = services.look
        self._wanted = asked
        self._handle = self._runner.submit(lambda _ctx: look.heat(ref, query), Lane.HEAT)
        self._handle.succeeded.connect(partial(self._take, asked))
        self._handle.finished.connect(partial(self._forget, self._handle.job_id))

    def stop(self) -> None:
        """Give up what is under way."""
        self._wanted = None
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _forget(self, job_id: int) -> None:
        if isValid(self) and self._handle is not None and self._handle.job_id == job_id:
            self._handle = None

    def _take(self, asked: Asked, heat: HeatMap) -> None:
        if not isValid(self):  # a job may outlive the window
            return
        if heat != _NOTHING:  # a page that was not looked at yet may be, the next time
            self._known[asked] = heat
            while len(self._known) > _MOST_KEPT:
                self._known.popitem(last=False)
        if asked == self._wanted:
            self.arrived.emit(asked[0], heat)
