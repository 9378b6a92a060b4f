"""What a program may say and leave, and what not."""

import json
import re
from typing import Any

from smoke.inside import Outcome
from smoke.steps import SmokeError

# apt speaks of the bare root, not of what it installs
APT_SAYS = (
    r"debconf: delaying package configuration, since apt-utils is not installed",
    r"debconf: unable to initialize frontend: .*",
    r"debconf: \(.*\)",
    r"debconf: falling back to frontend: .*",
    r"WARNING: apt does not have a stable CLI interface\..*",
)
# how programs speak to their makers, not to their users
_FOR_MAKERS = ("Traceback", 'File "', "Error:", "Exception", "[PYI-", "errno", "fault in")


def unexpected_lines(text: str, *, allowed: tuple[str, ...] = ()) -> list[str]:
    """Return the lines that no pattern allows; empty ones say nothing."""
    patterns = [re.compile(pattern) for pattern in allowed]
    lines = [line.strip() for line in text.splitlines()]
    return [ln for ln in lines if ln and not any(p.fullmatch(ln) for p in patterns)]


def must_be_quiet(outcome: Outcome, *, allowed: tuple[str, ...] = (), code: int = 0) -> Outcome:
    """Return ``outcome`` where it ended well, said nothing on stderr and left nothing running."""
    if outcome.code != code:
        raise SmokeError(f"Exit code {code} was expected.\n{outcome.told()}")
    strange = unexpected_lines(outcome.stderr, allowed=allowed)
    if strange:
        raise SmokeError("\n".join(["Unexpected on stderr:", *strange[:20]]))
    if outcome.left:
        raise SmokeError("\n".join(["It left behind:", *outcome.left]))
    return outcome


def must_be_a_sentence(outcome: Outcome, *, code: int = 3, about: str = "") -> str:
    """Return the one sentence that an outcome tells on stderr, which names ``about``."""
    lines = unexpected_lines(outcome.stderr)
    if outcome.code != code or len(lines) != 1 or outcome.left:
        raise SmokeError(f"One sentence and exit code {code} were expected.\n{outcome.told()}")
    if any(word in lines[0] for word in _FOR_MAKERS) or not lines[0].endswith((".", "!")):
        raise SmokeError(f"This is no sentence for users: {lines[0]}")
    if about not in lines[0]:
        raise SmokeError(f"The sentence does not name {about}: {lines[0]}")
    return lines[0]


def answer(outcome: Outcome) -> Any:
    """Return the JSON document on stdout, behind a quiet end."""
    must_be_quiet(outcome)
    try:
        return json.loads(outcome.stdout)
    except ValueError:
        raise SmokeError(f"This is no JSON document.\n{outcome.told()}") from None
