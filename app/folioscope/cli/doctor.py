"""What the doctor says: what is there, what is wrong, and how to mend it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from folioscope.cli import answers
from folioscope.cli.terminal import safe, say, strong


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact. ``problem`` is empty where all is well; ``mend`` says what to do about it."""

    subject: str
    fact: str
    problem: str = ""
    mend: str = ""


def tell(findings: Sequence[Finding], *, json: bool) -> int:
    """Print findings; returns the exit code: 3 where something is wrong."""
    wrong = [finding for finding in findings if finding.problem]
    if json:
        answers.write({"healthy": not wrong, "findings": [_answer(f) for f in findings]})
        return 3 if wrong else 0
    width = max((len(finding.subject) for finding in findings), default=0)
    for finding in findings:
        say(f"{finding.subject.ljust(width)}  {safe(finding.fact)}")
    for finding in wrong:
        say(strong(f"{finding.subject}: {safe(finding.problem)}", sys.stdout))
        if finding.mend:
            say(f"  {safe(finding.mend)}")
    if not wrong:
        say("Nothing is wrong.")
    return 3 if wrong else 0


def _answer(finding: Finding) -> dict[str, str]:
    return {
        "subject": finding.subject,
        "fact": finding.fact,
        "problem": finding.problem,
        "mend": finding.mend,
    }
