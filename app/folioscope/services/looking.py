"""Looking at the library's pages with the chosen visual model, behind everything else."""

import threading
from dataclasses import replace

from folioscope.domain.embeddings import HeatMap
from folioscope.domain.errors import InferenceError
from folioscope.domain.pages import PageRef
from folioscope.jobs.progress import JobContext
from folioscope.jobs.stages import run_together
from folioscope.services.heat import HeatMaps
from folioscope.services.look_api import LookCoverage, LookPhase, LookState
from folioscope.services.look_run import LookRooms, LookRun
from folioscope.services.look_work import FailureNotes


class LibraryLooker:
    """A LookService over one library."""

    def __init__(self, rooms: LookRooms, heat: HeatMaps) -> None:
        self._rooms = rooms
        self._heat = heat
        self._running = threading.Lock()  # one run at a time
        self._run: LookRun | None = None
        self._rest = LookState()

    def run(self, ctx: JobContext) -> None:
        """Look at every page at hand that was not looked at; resumes after a kill."""
        with self._running:
            if not self._rooms.encoders.choice.name:
                self._rest = LookState()
                return
            run = self._run = LookRun(self._rooms, ctx)
            try:
                # in a thread of its own: whatever a model does, a cancel is heard at once
                run_together([run.go], run.token, name="looking")
            finally:
                run.token.release()
                self._rooms.quiet.forget()
                rest = replace(
                    run.state(), phase=LookPhase.IDLE, per_second=None, left_s=None, message=""
                )
                self._rest = rest if self._rooms.encoders.choice.name else LookState()
                self._run = None

    def state(self) -> LookState:
        """Take a snapshot; never blocks."""
        run = self._run
        if run is not None:
            return run.state()
        choice = self._rooms.encoders.choice
        if not choice.name:
            return LookState()
        if choice.name != self._rest.model:
            return LookState(LookPhase.IDLE, choice.name)
        return self._rest

    def note_user_activity(self) -> None:
        """Say that somebody is using the window just now."""
        quiet = self._rooms.quiet
        quiet.note_activity()
        if quiet.minds_the_user:
            self.make_room()

    def make_room(self) -> None:
        """Let somebody who waits have the model, and the processor, at once."""
        run = self._run
        if run is not None:
            run.make_room()

    def go_on(self) -> None:
        """Look on battery too, until mains power is back or the run ends."""
        self._rooms.quiet.go_on()

    def coverage(self) -> list[LookCoverage]:
        """Tell which models the library holds vectors of, by fingerprint; the chosen one first.

        The figures of ``state`` are brought up to date by the way; it is BLOCKED, with the
        reason, where the chosen model is not to be had.
        """
        counts, chosen = self._rooms.stores.reading.visual_counts(), ""
        if self._rooms.encoders.choice.name:
            try:
                chosen = self._rooms.encoders.spec().fingerprint
            except InferenceError as error:
                self._note_figures(LookPhase.BLOCKED, message=str(error))
            else:
                counts = {chosen: counts.get(chosen, 0), **counts}
                failed = len(FailureNotes(self._rooms.stores.reading, chosen).reasons)
                self._note_figures(LookPhase.IDLE, done=counts[chosen], failed=failed)
        sizes = self._rooms.stores.reading.visual_sizes()
        return [
            LookCoverage(model, pages, model == chosen, sizes.get(model, 0))
            for model, pages in sorted(counts.items(), key=lambda item: item[0] != chosen)
        ]

    def drop(self, model: str, *, for_everybody: bool = False) -> None:
        """Forget a model's vectors, and which pages it could not look at.

        Raises SharedLibraryError where others would lose them too, unless ``for_everybody``.
        """
        if not for_everybody:
            self._rooms.stores.check_looks_not_shared()
        run = self._run
        if run is not None:
            run.begin_again(model)
        with self._rooms.stores.writing() as store:
            store.drop_visual(model)
            FailureNotes(store, model).clear(store)
        if run is not None:
            run.begin_again(model)

    def heat(self, ref: PageRef, query: str) -> HeatMap:
        """Tell where a page answers a query by look; empty where nothing matched."""
        return self._heat.of(ref, query)

    def _note_figures(
        self, phase: LookPhase, *, done: int = 0, failed: int = 0, message: str = ""
    ) -> None:
        self._rest = replace(
            self._rest,
            phase=phase,
            model=self._rooms.encoders.choice.name,
            done=done,
            total=self._rooms.stores.reading.stats().pages,
            failed=failed,
            message=message,
        )
