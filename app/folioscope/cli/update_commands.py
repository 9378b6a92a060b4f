"""``folioscope updates``: whether there is a newer version, and whether that is looked for."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from folioscope.cli import answers
from folioscope.cli.terminal import safe, say, strong
from folioscope.cli.watching import run_watched
from folioscope.domain.updates import Release, ReleaseFile, UpdateStanding, UpdateState

if TYPE_CHECKING:
    from argparse import Namespace

    from folioscope.services.updates import Updates

_DONE = 0
_WHAT_IS_SENT = (
    "Once a day at most, and only while a window is open, two small files are fetched from {host}"
    " over HTTPS: the notice of the newest version, and its signature. Nothing is told of you,"
    " your files or this computer; as with every connection the server sees an IP address."
)


def run(updates: Updates, options: Namespace) -> int:
    """Run the action that was typed; returns the exit code."""
    state = _acted(updates, options.action)
    if options.json:
        answers.write(_answer(state))
        return _DONE
    say(f"This is Folioscope {state.version}.")
    if options.action != "check":
        _show_switch(state)
    _show(state)
    return _DONE


def _acted(updates: Updates, action: str) -> UpdateState:
    if action == "check":
        return run_watched(updates.check, label="Looking for a newer version")
    if action == "show":
        return updates.state()
    return updates.set_on(is_on=action == "on")


def _show_switch(state: UpdateState) -> None:
    if state.cannot:
        say(state.cannot)
    elif state.is_on:
        say(_WHAT_IS_SENT.format(host=safe(state.host)))
    else:
        say("Looking for newer versions is turned off: folioscope updates on")


def _show(state: UpdateState) -> None:
    if state.checked_at is not None:
        say(f"Last looked: {state.checked_at.astimezone():%Y-%m-%d %H:%M}")
    if state.release is not None:
        _show_release(state, state.release)
    elif state.is_on and not state.cannot:
        say("It was not looked yet: folioscope updates check")


def _show_release(state: UpdateState, release: Release) -> None:
    if state.standing is UpdateStanding.CURRENT:
        say("There is no newer version.")
        return
    say(
        strong(
            f"Folioscope {safe(release.version)} was released on {release.released}.", sys.stdout
        )
    )
    if state.standing is UpdateStanding.NEEDS_SYSTEM:
        say("It needs a newer system than this one.")
    say(f"Download it from {safe(release.page)}")
    for file in state.files:
        say(f"For this computer: {safe(file.name)}, SHA-256 {file.sha256}")
    say()
    for line in release.notes["en"].strip().splitlines():
        say(safe(line))


def _answer(state: UpdateState) -> dict[str, Any]:
    return {
        "version": state.version,
        "is_on": state.is_on,
        "cannot": state.cannot or None,
        "host": state.host or None,
        "checked_at": state.checked_at.isoformat() if state.checked_at else None,
        "standing": state.standing.value,
        "newest": _release(state.release, state.files) if state.release else None,
    }


def _release(release: Release, files: Sequence[ReleaseFile]) -> dict[str, Any]:
    return {
        "version": release.version,
        "released": release.released.isoformat(),
        "valid_until": release.valid_until.isoformat(),
        "page": release.page,
        "notes": dict(release.notes),
        "files": [
            {"name": f.name, "url": f.url, "size_bytes": f.size_bytes, "sha256": f.sha256}
            for f in files
        ],
    }
