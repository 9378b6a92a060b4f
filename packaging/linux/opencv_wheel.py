"""The wheel of OpenCV as Folioscope compiles it: named for what it is, the same bytes each time."""

import base64
import hashlib
import json
import sysconfig
import zipfile
from pathlib import Path

from bundle.artifact import BuildError

PROJECT = "opencv-python-headless"
# what OpenCV's own source brings of others into these modules, and under which licence (PEP 770)
CARRIED = (
    ("DLPack", "Apache-2.0"),
    ("FLANN", "BSD-2-Clause"),
    ("Rubik, fonts", "OFL-1.1"),
    ("SoftFloat", "BSD-3-Clause"),
    ("stb_truetype", "MIT"),
    ("zlib", "Zlib"),
)
_DATE = (2026, 1, 1, 0, 0, 0)
_SUMMARY = "OpenCV with nothing but core, imgproc and geometry, compiled for Folioscope"


def made_version(version: str) -> str:
    """Return the version with a label (PEP 440) that says that PyPI's wheel is another one."""
    return f"{version}+folioscope"


def write_wheel(folder: Path, made: Path, *, version: str) -> Path:
    """Write what was compiled as a wheel into a folder; return it.

    ``made`` holds ``python/cv2``, whose library must be there, and ``share/licenses``. Raises
    BuildError where one of them is not.
    """
    files = _contents(made, f"opencv_python_headless-{version}.dist-info", version)
    tag = _tag()
    target = folder / f"opencv_python_headless-{version}-{tag}.whl"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o100644 << 16
            wheel.writestr(entry, content)
    return target


def _contents(made: Path, info: str, version: str) -> dict[str, bytes]:
    """Return all files by name, the record of them last."""
    files = _below(made / "python" / "cv2", "cv2")
    licences = _below(made / "share" / "licenses" / "opencv5", f"{info}/licenses")
    if not any(name.endswith(".so") for name in files) or not licences:
        raise BuildError("OpenCV was compiled, and its library or its licences were not installed.")
    files |= licences
    files[f"{info}/METADATA"] = _metadata(version, licences, info).encode()
    files[f"{info}/WHEEL"] = _wheel().encode()
    files[f"{info}/sboms/opencv.cdx.json"] = _bill(version).encode()
    record = "".join(
        f"{name},{_digest(content)},{len(content)}\n" for name, content in files.items()
    )
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    return files


def _below(folder: Path, place: str) -> dict[str, bytes]:
    return {
        f"{place}/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".pyc"
    }


def _metadata(version: str, licences: dict[str, bytes], info: str) -> str:
    texts = [f"License-File: {name.removeprefix(f'{info}/licenses/')}" for name in licences]
    lines = ["Metadata-Version: 2.4", f"Name: {PROJECT}", f"Version: {version}"]
    lines += [f"Summary: {_SUMMARY}", "License-Expression: Apache-2.0", *texts]
    return "\n".join([*lines, "Requires-Dist: numpy>=2", "Requires-Python: >=3.9"]) + "\n"


def _wheel() -> str:
    return f"Wheel-Version: 1.0\nGenerator: folioscope\nRoot-Is-Purelib: false\nTag: {_tag()}\n"


def _tag() -> str:
    """Return for whom it is: any Python from 3.9 on, and this machine's kind."""
    return f"cp39-abi3-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"


def _bill(version: str) -> str:
    components = [
        {"type": "library", "name": name, "licenses": [{"expression": licence}]}
        for name, licence in CARRIED
    ]
    own = {"type": "library", "name": PROJECT, "version": version}
    told = {"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"component": own}}
    return json.dumps({**told, "components": components}, indent=1) + "\n"


def _digest(content: bytes) -> str:
    raw = hashlib.sha256(content).digest()
    return f"sha256={base64.urlsafe_b64encode(raw).rstrip(b'=').decode()}"
