"""With what a window was started, and the window that is open already for the same library."""

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

_PATIENCE_MS = 3000
_MOST_BYTES = 1 << 20
_LONGEST_ADDRESS = 100  # of a socket's path; systems take from 103 bytes on
_TAKEN = b"taken\n"
_TOKEN = "XDG_ACTIVATION_TOKEN"  # with it Wayland lets a window come to the front


@dataclass(frozen=True, slots=True)
class WindowStart:
    """The library, the user's own folder, and files or folders that are to be searched in."""

    library: Path
    data_dir: Path
    paths: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """Where the window of this library listens; empty where it cannot."""
        library = os.fsencode(self.library.resolve())
        name = f"folioscope-{hashlib.sha256(library).hexdigest()[:16]}"
        if sys.platform == "win32":
            return f"{name}-{os.environ.get('USERNAME', '')}"
        runtime = os.environ.get("XDG_RUNTIME_DIR", "")
        is_there = bool(runtime) and Path(runtime).is_dir()
        address = str((Path(runtime) if is_there else self.data_dir) / name)
        return address if len(os.fsencode(address)) <= _LONGEST_ADDRESS else ""


def hand_over(start: WindowStart) -> bool:
    """Have the window that is open take the paths and come to the front; False without one."""
    address = start.address
    if not address or (sys.platform != "win32" and not os.path.lexists(address)):
        return False
    from PySide6.QtNetwork import QLocalSocket

    said = {"paths": list(start.paths), "token": os.environ.get(_TOKEN, "")}
    socket = QLocalSocket()
    socket.connectToServer(address)
    if not socket.waitForConnected(_PATIENCE_MS):
        return False
    socket.write(json.dumps(said).encode("ascii") + b"\n")
    is_taken = socket.waitForReadyRead(_PATIENCE_MS) and bytes(socket.readAll().data()) == _TAKEN
    socket.abort()
    return bool(is_taken)


class SingleWindow(QObject):
    """Listens for later starts on the same library. ``asked``: their paths, maybe none."""

    asked = Signal(object)

    def __init__(self, start: WindowStart, *, parent: QObject | None = None) -> None:
        super().__init__(parent)
        from PySide6.QtNetwork import QLocalServer

        self._address = start.address
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._greet)

    def open(self) -> None:
        """Listen; where that fails, later starts open windows of their own."""
        from PySide6.QtNetwork import QLocalServer

        if not self._address:
            return
        if sys.platform != "win32":
            with contextlib.suppress(OSError):  # the first start may make the user's folder
                Path(self._address).parent.mkdir(parents=True, exist_ok=True)
        QLocalServer.removeServer(self._address)  # what a window that was killed has left
        self._server.listen(self._address)

    def close(self) -> None:
        """Listen no more."""
        self._server.close()

    def _greet(self) -> None:
        socket = self._server.nextPendingConnection()
        socket.setReadBufferSize(_MOST_BYTES)
        socket.disconnected.connect(socket.deleteLater)

        def read() -> None:
            if socket.canReadLine():
                paths = _understood(bytes(socket.readLine().data()))
                if paths is not None:
                    socket.write(_TAKEN)
                    socket.flush()
                    self.asked.emit(paths)

        socket.readyRead.connect(read)
        read()


def _understood(line: bytes) -> Sequence[str] | None:
    try:
        said = json.loads(line)
        paths, token = [str(path) for path in said["paths"]], str(said["token"])
    except (ValueError, KeyError, TypeError):
        return None
    if token:
        os.environ[_TOKEN] = token
    return paths
