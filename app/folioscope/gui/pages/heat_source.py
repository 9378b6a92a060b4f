"""Where pages answer the query by look: asked for in a lane of its own, and remembered."""

from collections import OrderedDict
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal
from shiboken6 import isValid

from folioscope.domain.embeddings import HeatMap
from folioscope.domain.pages import PageRef
from folioscope.gui.job_runner import JobHandle, JobRunner, Lane
from folioscope.services.api import Services
from folioscope.services.look_api import LookPhase

AGAIN_MS = 800  # after which an answer with nothing in it is asked for again; then twice that
_MOST_TRIES = 6
_MOST_KEPT = 200
_NOTHING = HeatMap()
Asked = tuple[PageRef, str]


class HeatSource(QObject):
    """Brings the heat of the page asked for last. What is known is given at once: no flicker.

    An answer with nothing in it may come from a model that is still being loaded, so it is asked
    for again a few times while the page stays in sight.
    """

    arrived = Signal(object, object)  # PageRef, HeatMap
    awoke = Signal()  # a model that answered nothing before answers now

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
        self._tries = 0
        self._again = QTimer(self, singleShot=True)
        self._again.timeout.connect(self._ask)

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
        self._wanted, self._tries = asked, 0
        self._ask()

    def _ask(self) -> None:
        services, asked = self._services(), self._wanted
        if services is None or asked is None or self._runner.is_closed:
            return
        look = services.look
        self._tries += 1
        self._handle = self._runner.submit(lambda _ctx: look.heat(*asked), Lane.HEAT)
        self._handle.succeeded.connect(partial(self._take, asked))
        self._handle.finished.connect(partial(self._forget, self._handle.job_id))

    def stop(self) -> None:
        """Give up what is under way."""
        self._wanted = None
        self._again.stop()
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
        if asked != self._wanted:
            return
        self.arrived.emit(asked[0], heat)
        if heat == _NOTHING and self._tries < _MOST_TRIES:
            self._again.start(AGAIN_MS * 2 ** (self._tries - 1))
        elif heat != _NOTHING and self._tries > 1:
            self.awoke.emit()
