"""Settings → Models: models that the library's server offers, agreed to one by one."""

from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFrame, QMessageBox, QVBoxLayout, QWidget

from folioscope.domain.remote_models import RemoteModel, RemoteOffer, RemoteUse
from folioscope.gui.library_session import LibrarySession, Work, sentence_of
from folioscope.gui.parts import Button, ElidedLabel, Label, column, painted, row
from folioscope.gui.sentences import translated
from folioscope.gui.theme import font
from folioscope.gui.words import tr
from folioscope.jobs.progress import JobContext
from folioscope.services.api import Services

Pick = tuple[RemoteOffer, RemoteUse]


class ServerModelsCard(QFrame):
    """Hidden where the library is on no server and nothing was agreed to.

    ``changed``: another model is in use, or one is used no more.
    """

    changed = Signal()

    def __init__(self, session: LibrarySession) -> None:
        super().__init__()
        painted("card", self)
        self._session = session
        self._picks: list[Pick] = []
        self.ask = Button(tr("Ask the server"))
        self.offers = QComboBox()
        self.offers.setFont(font("small"))
        self.offers.setAccessibleName(tr("Models that the server offers"))
        self.use = Button(tr("Use it…"))
        self.outcome = Label("", "small", wrap=True)
        self.agreed = QVBoxLayout()
        self.agreed.setSpacing(6)
        self.ask.clicked.connect(self._ask)
        self.use.clicked.connect(self._use)
        self._lay_out()
        self.hide()

    def _lay_out(self) -> None:
        about = tr(
            "The library's server may offer models that run there or elsewhere, in place of a "
            "graphics card here. Nothing is sent before you have read what, and agreed."
        )
        held = QWidget()
        held.setLayout(self.agreed)
        self.agreed.setContentsMargins(0, 0, 0, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(
            column(
                Label(tr("Models on the server"), "body_strong"),
                Label(about, "small", tone="muted", wrap=True),
                held,
                row(self.ask, self.offers, self.use, None),
                self.outcome,
                gap=10,
                margins=(16, 14, 16, 14),
            )
        )
        for hidden in (self.offers, self.use, self.outcome):
            hidden.hide()

    # --- what is shown ---------------------------------------------------------------------

    def shown(self) -> None:
        """Ask whether there is a server, and what was agreed to; nothing leaves for it."""
        self._submit(_standing, self._take)

    def _take(self, known: tuple[bool, list[RemoteModel]]) -> None:
        has_server, agreed = known
        self.setVisible(has_server or bool(agreed))
        self.ask.setVisible(has_server)
        while item := self.agreed.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        for model in agreed:
            self.agreed.addWidget(self._row(model))

    def _row(self, model: RemoteModel) -> QWidget:
        told = tr("{name}, for {uses}; agreed to on {day}").format(
            name=model.offer.endpoint,
            uses=", ".join(use_words(use) for use in RemoteUse if use in model.uses),
            day=model.agreed_on,
        )
        forget = Button(tr("Send nothing there any more"), kind="quiet")
        forget.clicked.connect(partial(self._forget, model.offer.endpoint))
        return row((ElidedLabel(told, "small"), 1), forget)

    def _show_offers(self, offers: list[RemoteOffer]) -> None:
        self._picks = [(offer, use) for offer in offers for use in offer.uses]
        self.offers.clear()
        for offer, use in self._picks:
            name = offer.model or offer.endpoint
            self.offers.addItem(tr("{name}, for {uses}").format(name=name, uses=use_words(use)))
        self.offers.setVisible(bool(self._picks))
        self.use.setVisible(bool(self._picks))
        self._tell("" if self._picks else tr("The server offers no models."))

    def _tell(self, text: str, *, tone: str = "muted") -> None:
        self.outcome.setText(text)
        self.outcome.setVisible(bool(text))
        self.outcome.set_tone(tone)

    # --- what is done ----------------------------------------------------------------------

    def _submit(self, work: Work, then: Any) -> None:
        self._session.submit(work, then=then, otherwise=self._fail)

    def _fail(self, error: Exception) -> None:
        self.use.setEnabled(True)
        self._tell(sentence_of(error), tone="bad")

    def _ask(self) -> None:
        self._tell(tr("Asking the server…"))
        self._submit(lambda services, ctx: services.remote.offers(ctx.token), self._show_offers)

    def _use(self) -> None:
        offer, use = self._picks[self.offers.currentIndex()]
        self._submit(
            lambda services, _ctx: _what_is_told(services, offer, use),
            lambda told: self._ask_leave((offer, use), told),
        )

    def _ask_leave(self, pick: Pick, told: tuple[str, ...]) -> None:
        """Show what leaves this machine, and go on only with a yes."""
        offer, use = pick
        question = tr("{told}\n\nDo you agree?").format(told=" ".join(map(translated, told)))
        title = tr("Use {name}").format(name=offer.endpoint)
        if QMessageBox.question(self, title, question) != QMessageBox.StandardButton.Yes:
            return
        self.use.setEnabled(False)
        self._tell(tr("Trying the model…"))
        self._submit(
            lambda services, ctx: services.remote.agree(offer, use, ctx.token),
            lambda model: self._show_agreed(model, use),
        )

    def _show_agreed(self, model: RemoteModel, use: RemoteUse) -> None:
        self.use.setEnabled(True)
        told = tr("{name} is used for {uses} from now on.")
        if use is RemoteUse.TEXTS:
            told = tr(
                "{name} is used for {uses} once the library is opened again and its files are "
                "read again."
            )
        words = told.format(name=model.offer.endpoint, uses=use_words(use))
        self._tell(words, tone="good")
        self.shown()
        self.changed.emit()

    def _forget(self, endpoint: str, _checked: object = None) -> None:
        def done(_none: object) -> None:
            self._tell(tr("Nothing is sent to {name} any more.").format(name=endpoint))
            self.shown()
            self.changed.emit()

        self._submit(lambda services, _ctx: services.remote.forget(endpoint), done)


def _standing(services: Services, _ctx: JobContext) -> tuple[bool, list[RemoteModel]]:
    return services.store.place.elastic is not None, services.remote.agreed()


def _what_is_told(services: Services, offer: RemoteOffer, use: RemoteUse) -> tuple[str, ...]:
    """Return what has to be read before somebody agrees, a sentence or two each."""
    remote = services.remote
    return (*remote.what_leaves(offer, use), *remote.what_breaks(offer, use))


def use_words(use: RemoteUse) -> str:
    """Say what a model is used for."""
    return {
        RemoteUse.TEXTS: tr("the texts of pages"),
        RemoteUse.PICTURES: tr("pictures of pages"),
        RemoteUse.RERANKER: tr("second looks"),
    }[use]
