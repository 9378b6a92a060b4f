"""One run of looking at pages: pictures in, vectors kept, nothing lost when it ends early."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from folioscope.domain.embeddings import Embedding
from folioscope.domain.encoders import Encoder
from folioscope.domain.errors import InferenceError, LibraryBusyError, ModelMissingError, StoreError
from folioscope.domain.pages import PageRef
from folioscope.domain.protocols import DocumentReader, VectorStore
from folioscope.jobs.progress import JobContext, Progress
from folioscope.jobs.tokens import Cancelled, CancelToken, ChildToken
from folioscope.services.library_stores import LibraryStores
from folioscope.services.look_api import LookPhase, LookState
from folioscope.services.look_work import Batch, FailureNotes, Missing, PictureSource
from folioscope.services.model_keeper import Choice, ModelKeeper
from folioscope.services.pacing import PaceKeeper
from folioscope.services.passwords import Passwords
from folioscope.services.patience import PatientWriter
from folioscope.services.quiet import Quiet

_TICK_S = 0.1  # between two looks whether work may go on
_BUSY_S = 0.5  # between two tries while another process writes
_LOOK_FOR_MODEL_S = 3.0  # between two looks for a model that is not there
_TRY_AGAIN_S = 30.0  # between two tries with a model that does not work
_KEEP_EVERY_S = 2.0  # at most so much work is lost by a kill, but for a batch
_KEEP_PAGES = 16
_SLOW_S = 0.7  # from which on a batch is given up for the user, and done again later
_RATE_WINDOW_S = 600.0
_MOST_REFUSED = 3  # pages in a row, from which on it is the model that is at fault
_REFUSED = "The model could not look at this page."


@dataclass(frozen=True, slots=True)
class LookRooms:
    """What looking works with."""

    stores: LibraryStores
    reader: DocumentReader
    encoders: ModelKeeper[Encoder]
    passwords: Passwords
    quiet: Quiet


class LookRun:
    """A run from its start to its end; ``state`` may be asked from any thread."""

    def __init__(self, rooms: LookRooms, ctx: JobContext) -> None:
        self._rooms = rooms
        self._ctx = ctx
        self.token = ChildToken(ctx.token)
        self._writer = PatientWriter(self.token, self._block)
        self._store: VectorStore = rooms.stores.reading
        self._choice = Choice()
        self._model = ""
        self._must_turn = True  # to the model that is chosen
        self._dropped = ""  # the fingerprint of which nothing is to be kept any more
        self._worked_s = 0.0  # the clock of the rate: waiting does not count
        self._pace = PaceKeeper(lambda: self._worked_s, window_s=_RATE_WINDOW_S)
        self._phase = LookPhase.LOOKING
        self._message = ""
        self._device = ""
        self._notes: FailureNotes | None = None
        self._missing = Missing(self._store, "")
        self._source: PictureSource | None = None
        self._kept_at = 0.0
        self._fresh: list[tuple[PageRef, Embedding]] = []
        self._refused: list[tuple[PageRef, str]] = []
        self._has_embedded = False
        self._batch_token: CancelToken | None = None
        self._last_took_s = math.inf  # not known yet: it may be long

    def state(self) -> LookState:
        """Take a snapshot."""
        pace = self._pace.pace()
        return LookState(
            phase=LookPhase.PAUSED if self.token.is_paused else self._phase,
            model=self._choice.name,
            done=pace.done,
            total=pace.total,
            per_second=pace.per_second,
            left_s=pace.left_s,
            message=self._message,
            failed=len(self._notes.reasons) if self._notes else 0,
            device=self._device,
            may_pass=self._writer.may_pass,
        )

    def make_room(self) -> None:
        """Give up a batch that takes long, so that somebody else is served at once."""
        token = self._batch_token
        if token is not None and self._last_took_s > _SLOW_S:
            token.cancel()

    def begin_again(self, model: str) -> None:
        """List and count anew what is missing, before the next batch.

        What was made of the model, and is not kept yet, is forgotten like the rest of it.
        """
        self._dropped = model
        self._must_turn = True

    def go(self) -> None:
        """Look at all that is missing; raise Cancelled."""
        self._kept_at = time.monotonic()
        try:
            while self._wait_for_quiet() and self._step():
                pass
        finally:
            self._close_source()

    # --- steps

    def _wait_for_quiet(self) -> bool:
        while True:
            self.token.checkpoint()
            waits_for = self._rooms.quiet.wait_for()
            if waits_for is None:
                return True
            self._flush()
            self._phase, self._message = waits_for, ""
            self._rest(_TICK_S)

    def _step(self) -> bool:
        """Look at a batch; False when nothing is left. What does not work is waited for."""
        choice = self._rooms.encoders.choice
        if not choice.name:
            self._flush()
            return False
        try:
            if choice != self._choice or self._must_turn:
                self._turn_to(choice)
            return self._look_at_some()
        except LibraryBusyError as error:
            self._wait_for(error, LookPhase.YIELDING, _BUSY_S)
        except ModelMissingError as error:
            self._wait_for(error, LookPhase.BLOCKED, _LOOK_FOR_MODEL_S)
        except (InferenceError, StoreError) as error:
            self._wait_for(error, LookPhase.BLOCKED, _TRY_AGAIN_S)
        return True

    def _wait_for(self, error: Exception, phase: LookPhase, seconds: float) -> None:
        """Wait for what went wrong to be mended, or another model to be chosen."""
        self._phase, self._message = phase, str(error)
        choice = self._rooms.encoders.choice
        until = time.monotonic() + seconds
        while time.monotonic() < until and self._rooms.encoders.choice == choice:
            self._rest(_TICK_S)
            self.token.checkpoint()

    def _turn_to(self, choice: Choice) -> None:
        """Begin with the model that is chosen now; what the one before has made is kept."""
        self._flush()
        self._close_source()
        self._choice, self._must_turn, self._dropped = choice, True, ""
        self._refused, self._has_embedded = [], False
        model = self._rooms.encoders.spec().fingerprint
        self._notes = FailureNotes(self._store, model)
        self._missing = Missing(self._store, model, taken=set(self._notes.reasons))
        self._pace = PaceKeeper(lambda: self._worked_s, window_s=_RATE_WINDOW_S)
        self._pace.add(self._store.visual_counts().get(model, 0))
        self._expect()
        self._model, self._must_turn = model, False

    def _look_at_some(self) -> bool:
        if self._source is None and not self._begin_source():
            return False
        source = self._source
        assert source is not None
        started = time.monotonic()
        batch = source.next()
        if batch is None:
            self._end_of_pages()
            return False
        self._phase, self._message = LookPhase.LOOKING, ""
        self._note(list(batch.failed))
        if batch.refs:
            self._embed(source, batch)
        self._worked_s += time.monotonic() - started
        if self._is_time_to_keep():
            self._flush()
        return True

    def _begin_source(self) -> bool:
        """Open the model, unless no page needs it."""
        if not self._missing.has_any():
            return False
        with self._rooms.encoders.lend() as encoder:
            needs = encoder.needs
        self._source = PictureSource(
            self._missing,
            self._rooms.reader,
            passwords=self._rooms.passwords,
            needs=needs,
            token=self.token,
        )
        return True

    def _embed(self, source: PictureSource, batch: Batch) -> None:
        started = time.monotonic()
        try:
            embeddings = self._embeddings(batch)
        except Cancelled:
            self.token.raise_if_cancelled()
            source.put_back([batch])  # the user came first
            return
        except InferenceError as error:
            self._take_refusal(source, batch, error)
            return
        self._last_took_s = time.monotonic() - started
        self._has_embedded = True
        self._note(self._refused)
        self._refused = []
        self._fresh += zip(batch.refs, embeddings, strict=True)

    def _embeddings(self, batch: Batch) -> list[Embedding]:
        with self._rooms.encoders.lend() as encoder:
            if encoder.spec.fingerprint != self._model:
                self._must_turn = True  # another model was chosen, or installed, meanwhile
                raise Cancelled
            self._batch_token = ChildToken(self.token)
            try:
                return encoder.embed_pages(batch.images, token=self._batch_token)
            finally:
                self._device = encoder.device.reason  # a card may have run out of memory
                self._batch_token.release()
                self._batch_token = None

    def _take_refusal(self, source: PictureSource, batch: Batch, error: InferenceError) -> None:
        """Tell a page that the model refuses from a model that does not work."""
        if len(batch.refs) > 1:
            source.put_back(batch.halves())
            return
        self._refused.append((batch.refs[0], f"{_REFUSED} {error}"))
        if len(self._refused) >= _MOST_REFUSED:
            self._give_refused_back()
            raise error

    def _give_refused_back(self) -> None:
        self._missing.taken.difference_update(ref for ref, _ in self._refused)
        self._refused = []

    def _end_of_pages(self) -> None:
        if self._refused and not self._has_embedded:
            reason = self._refused[0][1]
            self._give_refused_back()
            self._close_source()
            raise InferenceError(reason)
        self._note(self._refused)
        self._refused = []
        self._flush()
        self._phase = LookPhase.IDLE

    # --- keeping

    def _is_time_to_keep(self) -> bool:
        is_late = time.monotonic() - self._kept_at >= _KEEP_EVERY_S
        return is_late or len(self._fresh) >= _KEEP_PAGES

    def _flush(self) -> None:
        """Keep what was embedded; waits while another process writes, or the disk is full."""
        if self._dropped == self._model:
            self._fresh = []
        fresh, model = self._fresh, self._model
        if fresh:
            self._write(lambda store: store.put_visual(model, fresh))
            self._missing.taken.difference_update(ref for ref, _ in fresh)
            self._fresh = []
            self._count(len(fresh))
        self._kept_at = time.monotonic()

    def _note(self, failed: list[tuple[PageRef, str]]) -> None:
        notes = self._notes
        if failed and notes is not None:
            self._write(lambda store: notes.add(store, failed))

    def _write(self, change: Callable[[VectorStore], None]) -> None:
        def write() -> None:
            with self._rooms.stores.writing() as store:
                change(store)

        while True:
            try:
                self._writer.write(write)
            except LibraryBusyError as error:
                self._phase, self._message = LookPhase.YIELDING, str(error)
                self._rest(_BUSY_S)
            else:
                return

    # --- telling

    def _count(self, pages: int) -> None:
        self._pace.add(pages)
        self._expect()
        pace = self._pace.pace()
        phase = LookPhase.LOOKING.value
        self._ctx.report(Progress(pace.done, pace.total, phase, pace.per_second, pace.left_s))

    def _expect(self) -> None:
        self._pace.expect(self._store.stats().pages)

    def _block(self, message: str) -> None:
        self._phase = LookPhase.BLOCKED if message else LookPhase.LOOKING
        self._message = message

    def _rest(self, seconds: float) -> None:
        if self.token.wait(seconds):
            raise Cancelled

    def _close_source(self) -> None:
        if self._source is not None:
            self._source.close()
            self._source = None
