"""The form for an Elasticsearch server: where it is, whom to trust, who asks."""

from dataclasses import replace

from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QLineEdit, QWidget

from folioscope.domain.store_places import ElasticPlace, ElasticSecret, StoreKind, StorePlace
from folioscope.gui.parts import Button, Label, column, row
from folioscope.gui.theme import font
from folioscope.gui.words import tr

_SYSTEM, _CA, _FINGERPRINT = range(3)
_API_KEY, _USER = range(2)
_DEFAULT = ElasticPlace(url="")


class StoreForm(QWidget):
    """Fields for a place and its secret. What was typed as a secret is never shown again."""

    def __init__(self) -> None:
        super().__init__()
        self._known = _DEFAULT
        self.url = _field(tr("Address of the server"), "https://search.example.org:9200")
        self.prefix = _field(tr("Names of indices begin with"), _DEFAULT.prefix)
        self.trust = _choice(
            tr("Trust"),
            (
                tr("Certificates that this computer trusts"),
                tr("A certificate authority from a file"),
                tr("A certificate with this fingerprint"),
            ),
        )
        self.trusted = _field(tr("What is trusted"), "")
        self.browse = Button(tr("Choose…"))
        self.browse.clicked.connect(self._browse)
        self.login = _choice(tr("Log in with"), (tr("An API key"), tr("User and password")))
        self.user = _field(tr("User"), "")
        self.secret = _field(tr("API key or password"), "")
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.read_only = QCheckBox(tr("Only search, change nothing there"))
        self.read_only.setFont(font("body"))
        self._lay_out()
        self.trust.currentIndexChanged.connect(self._show_fields)
        self.login.currentIndexChanged.connect(self._show_fields)
        self.show_place(StorePlace())

    def _lay_out(self) -> None:
        about = tr("Kept in this computer's keyring. Left empty, what was kept before is used.")
        fields = column(
            _line(tr("Address"), self.url),
            _line(tr("Indices begin with"), self.prefix),
            _line(tr("Trust"), self.trust),
            row(_space(), (self.trusted, 1), self.browse, gap=12),
            _line(tr("Log in with"), self.login),
            row(_space(), (self.user, 1), (self.secret, 2), gap=12),
            row(_space(), (Label(about, "small", tone="muted", wrap=True), 1), gap=12),
            row(_space(), (self.read_only, 1), gap=12),
        )
        layout = fields.layout()
        assert layout is not None
        self.setLayout(layout)

    def show_place(self, place: StorePlace) -> None:
        """Fill the fields with a place; the secret's stays empty."""
        known = self._known = place.elastic or _DEFAULT
        self.url.setText(known.url)
        self.prefix.setText(known.prefix)
        trust = _CA if known.ca_file else _FINGERPRINT if known.fingerprint else _SYSTEM
        self.trust.setCurrentIndex(trust)
        self.trusted.setText(known.ca_file or known.fingerprint)
        self.login.setCurrentIndex(_USER if known.user else _API_KEY)
        self.user.setText(known.user)
        self.read_only.setChecked(known.is_read_only)
        self.forget_secret()
        self._show_fields()

    def place(self) -> StorePlace:
        """Return what the fields say."""
        trust, trusted = self.trust.currentIndex(), self.trusted.text().strip()
        made = ElasticPlace(
            url=self.url.text().strip(),
            prefix=self.prefix.text().strip() or _DEFAULT.prefix,
            ca_file=trusted if trust == _CA else "",
            fingerprint=trusted if trust == _FINGERPRINT else "",
            user=self.user.text().strip() if self.login.currentIndex() == _USER else "",
            is_read_only=self.read_only.isChecked(),
        )
        is_same_login = (made.url, made.user) == (self._known.url, self._known.user)
        if is_same_login and not self.secret.text():  # files that the command line named
            files = self._known.api_key_file, self._known.password_file
            made = replace(made, api_key_file=files[0], password_file=files[1])
        return StorePlace(StoreKind.ELASTICSEARCH, made)

    def typed_secret(self) -> ElasticSecret:
        """Return what was typed as key or password, empty if nothing was."""
        typed = self.secret.text()
        if self.login.currentIndex() == _USER:
            return ElasticSecret(password=typed)
        return ElasticSecret(api_key=typed.strip())

    def forget_secret(self) -> None:
        """Empty the field of the secret."""
        self.secret.clear()

    def _show_fields(self, _index: int = 0) -> None:
        trust = self.trust.currentIndex()
        self.trusted.setVisible(trust != _SYSTEM)
        self.trusted.setPlaceholderText("SHA-256" if trust == _FINGERPRINT else "ca.crt")
        self.browse.setVisible(trust == _CA)
        is_user = self.login.currentIndex() == _USER
        self.user.setVisible(is_user)
        self.user.setPlaceholderText(tr("User"))
        self.secret.setPlaceholderText(tr("Password") if is_user else tr("API key"))

    def _browse(self) -> None:
        chosen, _kind = QFileDialog.getOpenFileName(self, tr("Certificate authority"))
        if chosen:
            self.trusted.setText(chosen)


def _field(name: str, hint: str) -> QLineEdit:
    made = QLineEdit()
    made.setFont(font("body"))
    made.setAccessibleName(name)
    made.setPlaceholderText(hint)
    return made


def _choice(name: str, texts: tuple[str, ...]) -> QComboBox:
    made = QComboBox()
    made.setFont(font("body"))
    made.setAccessibleName(name)
    made.addItems(texts)
    return made


def _line(name: str, value: QWidget) -> QWidget:
    label = Label(name, tone="muted")
    label.setFixedWidth(_LABEL_PX)
    return row(label, (value, 1), gap=12)


def _space() -> QWidget:
    made = QWidget()
    made.setFixedWidth(_LABEL_PX)
    return made


_LABEL_PX = 170
