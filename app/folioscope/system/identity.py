"""A name for this machine and user, so that several can keep files of their own on a server."""

import uuid
from pathlib import Path

from folioscope.domain.errors import SettingsError


def machine_id(directory: Path) -> str:
    """Return a random name, made once and kept in ``directory``; raise SettingsError.

    It tells nothing of the machine, and nobody but the servers of the user's libraries sees it.
    """
    path = directory / "machine-id"
    try:
        if not path.exists():
            directory.mkdir(parents=True, exist_ok=True)
            _make(path)
        return str(uuid.UUID(path.read_text("ascii").strip()))
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"The name of this machine could not be read or kept in {path}.",
            hint="Check that you may write there, and delete the file if it is damaged.",
        ) from error


def _make(path: Path) -> None:
    """Write a name whole; of several programs at once the first one's holds."""
    name = uuid.uuid4()
    part = path.with_name(f"{path.name}.{name}.part")
    part.write_text(f"{name}\n", "ascii")
    try:
        path.hardlink_to(part)
    except FileExistsError:
        pass
    except OSError:  # a file system without links
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
