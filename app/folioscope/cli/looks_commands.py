"""``folioscope models remove`` and ``drop``: what a model saw of the library goes with it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from folioscope.cli import answers
from folioscope.cli.showing import counted, size
from folioscope.cli.terminal import safe, say
from folioscope.domain.errors import FolioscopeError, LibraryMissingError, SharedLibraryError
from folioscope.domain.models import Precision
from folioscope.services.look_dropping import Dropped, drop_looks, of_model

if TYPE_CHECKING:
    from argparse import Namespace

    from folioscope.services.api import Services
    from folioscope.services.look_api import LookCoverage, ModelsService

_DONE, _SOME_FAILED = 0, 1
Library = Callable[[], AbstractContextManager["Services"]]


def remove(models: ModelsService, library: Library, options: Namespace) -> int:
    """Delete a model, then what the library holds of it, if there is a library.

    Where that cannot be written to just now, the model is gone all the same.
    """
    precision = Precision(options.precision) if options.precision else None
    name = models.info(options.name).name
    freed = models.remove(name, precision=precision)
    dropped, problem = Dropped(), ""
    try:
        if not options.keep_looks:
            with library() as services:
                dropped = drop_looks(services.look, of_model(name, options.precision or ""))
    except LibraryMissingError:
        pass  # so it holds nothing
    except SharedLibraryError as error:  # who removes a model here speaks for this machine alone
        say(safe(error.what), stream=sys.stderr)
    except FolioscopeError as error:
        problem = str(error)
    if options.json:
        answers.write({"removed": name, "freed_bytes": freed, **_answer(dropped)})
    else:
        say(f"{size(freed)} freed.")
        _tell(dropped)
    if problem:
        say(safe(f"What the library holds of {name} stays: {problem}"), stream=sys.stderr)
    return _SOME_FAILED if problem else _DONE


def drop(library: Library, options: Namespace) -> int:
    """Forget what the library holds of a model, or of all that are no longer there."""
    if bool(options.name) == bool(options.unused):
        raise FolioscopeError("Name a model, or give --unused.")
    with library() as services:
        meant = of_model(options.name or "", options.precision or "")
        if options.unused:
            meant = _unused(services.models)
        else:
            _check_is_held(services.look.coverage(), options.name)
        dropped = drop_looks(services.look, meant, for_everybody=options.for_everybody)
    if options.json:
        answers.write(_answer(dropped))
    else:
        _tell(dropped, nothing="There is nothing to forget.")
    return _DONE


def _unused(models: ModelsService) -> Callable[[LookCoverage], bool]:
    """Mean what no installed model could go on with."""
    builds = {m.name: {b.precision.value for b in m.builds if b.is_whole} for m in models.models()}
    remote = {m.name for m in models.models() if m.is_installed and not builds[m.name]}

    def is_unused(held: LookCoverage) -> bool:
        if held.is_current or held.name in remote:
            return False
        there = builds.get(held.name, set())
        return held.precision not in there if held.precision else not there

    return is_unused


def _check_is_held(coverage: list[LookCoverage], name: str) -> None:
    known = sorted({held.name for held in coverage if held.pages})
    if name not in known:
        what = f"It holds some of {', '.join(known)}." if known else "It holds none of any model."
        raise FolioscopeError(f"The library holds no looks of {name}.", hint=what)


def _answer(dropped: Dropped) -> dict[str, int]:
    return {"dropped_pages": dropped.pages, "dropped_bytes": dropped.size_bytes}


def _tell(dropped: Dropped, *, nothing: str = "") -> None:
    if dropped.pages:
        taken = f", {size(dropped.size_bytes)}" if dropped.size_bytes else ""
        say(f"The library forgot what it held of {counted(dropped.pages, 'page')}{taken}.")
    elif nothing:
        say(nothing)
