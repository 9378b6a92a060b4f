"""Which classes stand behind models on servers; part of the composition root."""

from pathlib import Path
from typing import TYPE_CHECKING

from folioscope.domain.errors import SettingsError
from folioscope.domain.store_places import ElasticPlace
from folioscope.settings.store import SettingsStore
from folioscope.system import paths
from folioscope.system.secrets import SystemSecrets

if TYPE_CHECKING:
    from folioscope.domain.models import ModelShelf
    from folioscope.domain.protocols import TextEncoder
    from folioscope.inference.remote_shelf import ShelfWithServers
    from folioscope.services.remote_models import RemoteModels


def with_servers(here: "ModelShelf", settings: SettingsStore) -> "ShelfWithServers":
    """Return a shelf that also holds the models on servers that somebody agreed to use."""
    from folioscope.inference.remote_shelf import ShelfWithServers

    return ShelfWithServers(here, lambda: settings.current.remote_models, SystemSecrets().find)


def chosen_text_encoder(shelf: "ShelfWithServers", settings: SettingsStore) -> "TextEncoder":
    """Return what embeds texts: the starter, or a model on a server; it is not open yet."""
    name = settings.current.text_encoder
    if name:
        return shelf.text_encoder(name)
    from folioscope.inference.starter import load_starter_encoder

    return load_starter_encoder(paths.models_dir())


def remote_models_of(directory: Path, settings: SettingsStore) -> "RemoteModels":
    """Return what asks the server of a library for models; the library need not be open."""
    from folioscope.inference.remote_servers import ElasticInferenceServers
    from folioscope.services.chosen_store import ChosenStore
    from folioscope.services.remote_models import RemoteModels
    from folioscope.services.store_choice import read_place
    from folioscope.store_rooms import LibraryStoreRooms

    def place() -> ElasticPlace:
        elastic = read_place(directory).elastic
        if elastic is None:
            raise SettingsError(
                "The pages of this library are on no server that could offer models.",
                hint="Choose one: folioscope store use elasticsearch --url URL",
            )
        return elastic

    secrets = SystemSecrets()
    return RemoteModels(
        ElasticInferenceServers(),
        settings,
        place=place,
        find_secret=secrets.find,
        made_with=ChosenStore(directory, LibraryStoreRooms(directory), secrets).made_with,
    )
