"""The folders and single files that the user added; kept with the library."""

import json
import os
from collections.abc import Iterable, Sequence

from folioscope.domain.protocols import VectorStore

_KEY = "folders"


def known_folders(store: VectorStore) -> tuple[str, ...]:
    """Return the added folders and files, as absolute paths in the order of adding."""
    raw = store.value(_KEY)
    return tuple(json.loads(raw)) if raw else ()


def add_folders(store: VectorStore, paths: Sequence[str]) -> tuple[str, ...]:
    """Add paths; those inside a folder that is there already change nothing."""
    folders = list(known_folders(store))
    for path in (os.path.abspath(p) for p in paths):
        if any(is_within(path, folder) for folder in folders):
            continue
        folders = [f for f in folders if not is_within(f, path)]
        folders.append(path)
    save_folders(store, folders)
    return tuple(folders)


def save_folders(store: VectorStore, folders: Iterable[str]) -> None:
    """Keep the list. Undecodable bytes of names survive as JSON escapes."""
    store.set_value(_KEY, json.dumps(list(folders)).encode("ascii"))


def is_within(path: str, folder: str) -> bool:
    """Whether ``path`` is ``folder`` or lies below it."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
