"""The environment whose packages go into an installer, asked through its own Python."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from legal.parts import LegalError

_ASK = (
    "import json, sys;"
    "told = {'path': [p for p in sys.path if p.endswith(('site-packages', 'dist-packages'))]};"
    "import platform, pyexpat, sqlite3, ssl, zlib;"
    "told['prefix'] = sys.base_prefix;"
    "told['versions'] = {name: eval(text) for name, text in json.loads(sys.argv[1]).items()};"
    "print(json.dumps(told))"
)


@dataclass(frozen=True, slots=True)
class Environment:
    """Where its packages lie and Python itself does; versions of what Python is linked with."""

    path: tuple[str, ...]
    prefix: str
    versions: dict[str, str]


def ask_environment(python: Path, versions: dict[str, str]) -> Environment:
    """Ask a Python for its folders; ``versions`` are expressions of what it knows, by name."""
    done = subprocess.run(
        [str(python), "-I", "-c", _ASK, json.dumps(versions)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["nothing was said"])[-1]
        raise LegalError(f"{python} does not tell what is installed: {last}")
    told = json.loads(done.stdout)
    return Environment(tuple(told["path"]), told["prefix"], dict(told["versions"]))
