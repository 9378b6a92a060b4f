"""``folioscope models offers``, ``agree`` and ``forget``: models that run on a server."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from folioscope.cli import answers
from folioscope.cli.terminal import is_terminal, safe, say, strong
from folioscope.cli.watching import run_watched
from folioscope.domain.errors import FolioscopeError
from folioscope.domain.remote_models import PREFIX, RemoteOffer, RemoteUse

if TYPE_CHECKING:
    from argparse import Namespace

    from folioscope.services.remote_models import RemoteModels

_DONE = 0
_USED_FOR = {
    RemoteUse.TEXTS: "the texts of pages",
    RemoteUse.PICTURES: "pictures of pages",
    RemoteUse.RERANKER: "second looks",
}


def run(models: RemoteModels, options: Namespace) -> int:
    """Run the action that was typed; returns the exit code."""
    return ACTIONS[options.action](models, options)


def _offers(models: RemoteModels, options: Namespace) -> int:
    found = run_watched(lambda ctx: models.offers(ctx.token), label="Asking the server")
    agreed = {model.name: model for model in models.agreed()}
    if options.json:
        answers.write({"offers": [_answer(models, offer) for offer in found]})
        return _DONE
    for offer in found:
        uses = " or ".join(_USED_FOR[use] for use in offer.uses)
        say(f"{strong(safe(offer.endpoint), sys.stdout)}  {safe(offer.model)}, for {uses}")
        model = agreed.get(PREFIX + offer.endpoint)
        say(f"    run by {safe(offer.service)}{f'; agreed on {model.agreed_on}' if model else ''}")
    if not found:
        say("The server offers no models.")
    return _DONE


def _agree(models: RemoteModels, options: Namespace) -> int:
    from folioscope.services.remote_models import check_use

    offer = run_watched(lambda ctx: models.offer(options.name, ctx.token), label="Asking")
    use = RemoteUse(options.use) if options.use else offer.uses[0]
    check_use(offer, use)
    sentence = " ".join(models.what_leaves(offer, use))
    say(safe(sentence), stream=sys.stderr)
    if warning := models.what_breaks(offer, use):
        say(safe(" ".join(warning)), stream=sys.stderr)
    if not options.yes:
        _ask()
    agreed = run_watched(lambda ctx: models.agree(offer, use, ctx.token), label="Trying")
    if options.json:
        answers.write(
            {"used": agreed.name, "for": use.value, "dim": agreed.offer.dim, "told": sentence}
        )
        return _DONE
    say(f"{safe(agreed.name)} is used for {_USED_FOR[use]} from now on.")
    if use is RemoteUse.TEXTS:
        say("Read the library anew with it: folioscope index --rebuild")
    return _DONE


def _forget(models: RemoteModels, options: Namespace) -> int:
    models.forget(options.name)
    if options.json:
        answers.write({"forgotten": options.name})
    else:
        say(f"Nothing is sent to {safe(options.name)} any more.")
    return _DONE


def _ask() -> None:
    if not (is_terminal(sys.stdout) and sys.stdin.isatty()):
        raise FolioscopeError(
            "Nothing is sent before somebody agreed.", hint="Add --yes to agree to this."
        )
    say("Do you agree? [y/N] ", stream=sys.stderr)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise FolioscopeError("Nothing was sent.")


def _answer(models: RemoteModels, offer: RemoteOffer) -> dict[str, Any]:
    agreed = next((m for m in models.agreed() if m.name == PREFIX + offer.endpoint), None)
    return {
        "endpoint": offer.endpoint,
        "name": PREFIX + offer.endpoint,
        "task": offer.task.value,
        "service": offer.service,
        "model": offer.model,
        "dim": offer.dim,
        "uses": {use.value: " ".join(models.what_leaves(offer, use)) for use in offer.uses},
        "agreed": sorted(use.value for use in agreed.uses) if agreed else [],
        "agreed_on": agreed.agreed_on if agreed else None,
    }


ACTIONS = {"offers": _offers, "agree": _agree, "forget": _forget}
