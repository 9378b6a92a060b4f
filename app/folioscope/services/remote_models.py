"""Models on a server: what it offers, what would leave this machine, and who agreed to that."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from urllib.parse import urlsplit

import msgspec

from folioscope.domain.errors import ModelMissingError, SettingsError
from folioscope.domain.protocols import Cancellation
from folioscope.domain.remote_models import (
    PREFIX,
    InferenceServers,
    RemoteModel,
    RemoteOffer,
    RemoteUse,
)
from folioscope.domain.store_places import ElasticPlace, ElasticSecret
from folioscope.services.made_with import MadeWith, warning
from folioscope.services.second_look import MOST_PAGES
from folioscope.settings.store import SettingsStore

_SETTINGS = {
    RemoteUse.TEXTS: "text_encoder",
    RemoteUse.PICTURES: "visual_model",
    RemoteUse.RERANKER: "reranker",
}
_SENT = {
    RemoteUse.TEXTS: "The text of every page that is read, and whatever you search for, is",
    RemoteUse.PICTURES: "A picture of every page, and whatever you search for, is",
    RemoteUse.RERANKER: "At every second look, what you typed and the text, or the picture where"
    f" the model sees, of up to {MOST_PAGES} pages are",
}


class RemoteModels:
    """Offers of one server. Nothing of the library is sent before ``agree``.

    ``find_secret`` returns what the server is shown, ``made_with`` what the library is of.
    """

    def __init__(
        self,
        servers: InferenceServers,
        settings: SettingsStore,
        *,
        place: Callable[[], ElasticPlace],
        find_secret: Callable[[ElasticPlace], ElasticSecret],
        made_with: Callable[[], MadeWith | None] = lambda: None,
        today: Callable[[], date] = date.today,
    ) -> None:
        self._servers = servers
        self._settings = settings
        self._place = place
        self._find_secret = find_secret
        self._made_with = made_with
        self._today = today

    def offers(self, token: Cancellation | None = None) -> list[RemoteOffer]:
        """Ask the library's server; raise InferenceError, SettingsError where there is none."""
        place = self._place()
        return self._servers.offers(place, self._find_secret(place), token)

    def agreed(self) -> list[RemoteModel]:
        """Return the models that may be used."""
        return list(self._settings.current.remote_models)

    def offer(self, endpoint: str, token: Cancellation | None = None) -> RemoteOffer:
        """Return one offer; raise ModelMissingError that names those there are."""
        offers = self.offers(token)
        for offer in offers:
            if offer.endpoint == endpoint.removeprefix(PREFIX):
                return offer
        names = ", ".join(offer.endpoint for offer in offers) or "none"
        raise ModelMissingError(f"The server offers no {endpoint}.", hint=f"It offers: {names}.")

    def what_leaves(self, offer: RemoteOffer, use: RemoteUse) -> tuple[str, str]:
        """Say in plain words what is sent where, and what becomes of it: read before ``agree``."""
        server = urlsplit(self._place().url).netloc
        return f"{_SENT[use]} sent to {server}.", _further(offer.service)

    def what_breaks(self, offer: RemoteOffer, use: RemoteUse) -> tuple[str, ...]:
        """Say what would not go on as before in a library of several people, empty if nothing."""
        made = self._made_with() if use is RemoteUse.TEXTS else None
        return warning(made, RemoteModel(offer, self._place()).fingerprint) if made else ()

    def agree(
        self, offer: RemoteOffer, use: RemoteUse, token: Cancellation | None = None
    ) -> RemoteModel:
        """Try the model, record the agreement, and use it from now on.

        Whoever calls has shown ``what_leaves`` and got a yes. Raises SettingsError for what the
        model does not do, InferenceError where it does not work.
        """
        check_use(offer, use)
        place = self._place()
        model = self._servers.tried(place, self._find_secret(place), offer, token)
        if use is RemoteUse.PICTURES and not model.takes_pictures:
            raise SettingsError(
                f"{offer.endpoint} reads texts and sees no pictures.",
                hint="Use it for the texts of pages.",
            )
        before = next((m.uses for m in self.agreed() if m == _same(m, model)), frozenset())
        day = self._today().isoformat()
        agreed = replace(model, uses=before | {use}, agreed_on=day)
        self._keep([m for m in self.agreed() if m.name != agreed.name] + [agreed])
        self._settings.change(**{_SETTINGS[use]: agreed.name})
        return agreed

    def forget(self, endpoint: str) -> None:
        """Take an agreement back: nothing is sent to that endpoint any more."""
        name = PREFIX + endpoint.removeprefix(PREFIX)
        left = [model for model in self.agreed() if model.name != name]
        if len(left) == len(self.agreed()):
            raise ModelMissingError(f"Nobody agreed to use {endpoint}.")
        chosen = self._settings.current
        for setting in _SETTINGS.values():
            if getattr(chosen, setting) == name:
                self._settings.change(**{setting: ""})
        self._keep(left)

    def _keep(self, models: list[RemoteModel]) -> None:
        self._settings.change(remote_models=msgspec.to_builtins(models))


def check_use(offer: RemoteOffer, use: RemoteUse) -> None:
    """Raise SettingsError for what an endpoint does not do."""
    if use not in offer.uses:
        can = " or ".join(one.value for one in offer.uses)
        raise SettingsError(
            f"{offer.endpoint} cannot be used for {use.value}.", hint=f"Use it for {can}."
        )


def _same(model: RemoteModel, other: RemoteModel) -> RemoteModel:
    """Return ``other`` with what may differ between two agreements on the same model."""
    return replace(
        other,
        uses=model.uses,
        agreed_on=model.agreed_on,
    )


def _further(service: str) -> str:
    if service == "elasticsearch":
        return "That server runs the model itself."
    if service == "elastic":
        return (
            "It passes that on to the Elastic Inference Service, which Elastic runs in its cloud."
        )
    return f"It passes that on to another company's service ({service})."
