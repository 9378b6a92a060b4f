"""The preferences that there are, with their bounds and defaults."""

from typing import Annotated

import msgspec

from folioscope.domain.remote_models import RemoteModel

SCHEMA_VERSION = 1
DEFAULT_IGNORES = (
    ".git/", "node_modules/", "__pycache__/", ".venv/", "$RECYCLE.BIN/",
    "System Volume Information/", "*.tmp", "*.part", "*.crdownload", "~$*",
    "Thumbs.db", "desktop.ini", ".DS_Store",
)  # fmt: skip


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Preferences of a user on this machine."""

    schema_version: int = SCHEMA_VERSION
    theme: Annotated[str, msgspec.Meta(pattern="^(system|light|dark)$")] = "system"
    language: Annotated[str, msgspec.Meta(pattern="^(system|en|zh_TW)$")] = "system"
    ignore_patterns: tuple[str, ...] = DEFAULT_IGNORES
    reads_pictures: bool = True  # OCR for pages that have no text of their own
    page_timeout_s: Annotated[float, msgspec.Meta(ge=1, le=3600)] = 60.0
    text_encoder: str = ""  # a model on a server; empty: the starter
    visual_model: str = ""  # a model's name; empty: the starter alone
    visual_precision: str = ""  # empty: the recommended one
    reranker: str = ""  # a model's name; empty: no second look
    looks_on_battery: bool = False
    looks_while_working: bool = False  # also while somebody uses the computer
    checks_updates: bool = False  # asks once a day whether there is a newer version
    remote_models: tuple[RemoteModel, ...] = ()  # what may be sent to servers was agreed to
