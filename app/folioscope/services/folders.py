"""The folders and single files that the user added, and what below them was taken out again."""

import json
import os
from collections.abc import Iterable, Sequence

from folioscope.domain.protocols import VectorStore
from folioscope.services.scanning import would_see

_FOLDERS = "folders"
_LEFT_OUT = "left_out"


def known_folders(store: VectorStore) -> tuple[str, ...]:
    """Return the added folders and files, as absolute paths in the order of adding."""
    return _paths(store, _FOLDERS)


def left_out(store: VectorStore) -> tuple[str, ...]:
    """Return the paths inside added folders that the user does not want."""
    return _paths(store, _LEFT_OUT)


def add_folders(
    store: VectorStore, paths: Sequence[str], ignore_patterns: Sequence[str] = ()
) -> tuple[str, ...]:
    """Add paths. What an added folder shows anyway changes nothing; what it hides is added."""
    folders = list(known_folders(store))
    unwanted = left_out(store)
    for path in (os.path.abspath(p) for p in paths):
        unwanted = tuple(u for u in unwanted if not is_within(u, path))
        if _is_shown(path, folders, unwanted, ignore_patterns):
            continue
        folders = [f for f in folders if not _is_shown(f, [path], (), ignore_patterns)]
        folders.append(path)
    _keep(store, _FOLDERS, folders)
    _keep(store, _LEFT_OUT, unwanted)
    return tuple(folders)


def drop_folders(store: VectorStore, paths: Iterable[str]) -> None:
    """Forget paths; those inside a folder that stays are left out of it from now on."""
    gone = [os.path.abspath(p) for p in paths]
    folders = [f for f in known_folders(store) if not any(is_within(f, p) for p in gone)]
    inside = [p for p in gone if any(is_within(p, f) for f in folders)]
    unwanted = [u for u in left_out(store) if any(is_within(u, f) for f in folders)]
    _keep(store, _FOLDERS, folders)
    _keep(store, _LEFT_OUT, dict.fromkeys([*unwanted, *inside]))


def is_within(path: str, folder: str) -> bool:
    """Whether ``path`` is ``folder`` or lies below it."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _is_shown(
    path: str, folders: Iterable[str], unwanted: Iterable[str], ignore_patterns: Sequence[str]
) -> bool:
    if any(is_within(path, u) for u in unwanted):
        return False
    return any(
        path == folder or (is_within(path, folder) and would_see(folder, path, ignore_patterns))
        for folder in folders
    )


def _paths(store: VectorStore, key: str) -> tuple[str, ...]:
    raw = store.value(key)
    return tuple(json.loads(raw)) if raw else ()


def _keep(store: VectorStore, key: str, paths: Iterable[str]) -> None:
    """Keep a list. Undecodable bytes of names survive as JSON escapes."""
    store.set_value(key, json.dumps(list(paths)).encode("ascii"))
