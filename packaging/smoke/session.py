"""A root under test: programs run in it by name, with their output kept for a look behind."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from smoke.inside import Outcome, Running, Setting
from smoke.judging import APT_SAYS, must_be_quiet
from smoke.steps import Steps

_APT = ("apt-get", "-y", "-q", "--no-install-recommends", "-o", "Dpkg::Use-Pty=0")
_ADMIN = {"DEBIAN_FRONTEND": "noninteractive"}


@dataclass(slots=True)
class Session:
    """A root, the steps that are told, and where output and pictures are kept."""

    root: Path
    cache: Path
    steps: Steps
    kept: Path
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def start(self, command: Sequence[str], setting: Setting) -> Running:
        """Start a program in the root."""
        name = Path(command[0]).name.replace(" ", "_")
        return Running(
            self.root, setting, command, log=self.kept / f"{next(self._numbers):02} {name}"
        )

    def run(self, command: Sequence[str], setting: Setting, *, patience_s: float = 300) -> Outcome:
        """Run a program in the root to its end."""
        return self.start(command, setting).finish(patience_s=patience_s)

    def admin(self, *command: str, has_network: bool = False) -> Outcome:
        """Run a program as root that must say nothing unexpected."""
        archives = self.cache / "archives"
        (archives / "partial").mkdir(parents=True, exist_ok=True)
        setting = Setting(
            has_network=has_network,
            environment=_ADMIN,
            bound={"/var/cache/apt/archives": archives},
        )
        return must_be_quiet(self.run(command, setting, patience_s=900), allowed=APT_SAYS)

    def apt(self, *arguments: str, has_network: bool = False) -> Outcome:
        """Have apt do something, never with what packages only recommend."""
        return self.admin(*_APT, *arguments, has_network=has_network)
