"""What is taken out of the frozen program because nothing in Folioscope uses it.

Patterns are of places in the bundle's own folder, as ``fnmatch`` reads them: ``*`` goes through
folders too. A test compares them with everything that Folioscope imports and loads.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

INNER = "_internal"  # where PyInstaller puts all but the programs


@dataclass(frozen=True, slots=True)
class Cut:
    """Patterns of files that go, ``but`` those that stay, and why."""

    why: str
    patterns: tuple[str, ...]
    but: tuple[str, ...] = ()


CUTS = (
    Cut(
        "LanceDB reads local folders by itself: no Flight, no cloud stores, no other formats",
        (
            "pyarrow/_acero*",
            "pyarrow/_csv*",
            "pyarrow/_dataset*",
            "pyarrow/_json*",
            "pyarrow/_parquet*",
            "pyarrow/_substrait*",
            "*/libarrow_python_parquet*",
            "libarrow_python_parquet*",
            "pyarrow/*flight*",
            "*/libarrow_flight*",
            "libarrow_flight*",
            "libarrow_python_flight*",
            "pyarrow/*_s3*",
            "libarrow_s3*",
            "pyarrow/_gcsfs*",
            "pyarrow/_azurefs*",
            "pyarrow/_hdfs*",
            "pyarrow/_orc*",
            "pyarrow/_feather*",
            "pyarrow/_pyarrow_cpp_tests*",
        ),
    ),
    Cut(
        "one of three copies of the same library, as wheels hold no links",
        ("pyarrow/libarrow_python*.so", "pyarrow/*.so.*.1.0"),
    ),
    Cut(
        "sources, headers and tests of libraries",
        (
            "*.pxd",
            "*.pxi",
            "*.pyx",
            "*.pyi",
            "*.h",
            "*.hpp",
            "*.a",
            "*.cmake",
            "*/tests/*",
            "pyarrow/include/*",
            "pyarrow/src/*",
            "onnx/backend/*",
            "onnx/*.proto",
            "onnx/*.proto3",
            "pymupdf/mupdf-devel/*",
        ),
    ),
    Cut("bills of materials of single libraries; ours is whole", ("*.dist-info/sboms/*",)),
    Cut("nobody asks for what pip would", ("*.dist-info/RECORD", "*.dist-info/INSTALLER")),
    Cut(
        "Pillow reads and scales pictures: it draws no letters and knows no colour profiles",
        ("PIL/_imagingft.*", "PIL/_imagingcms.*", "PIL/_imagingtk.*"),
    ),
    Cut(
        "models of RapidOCR: ours are the same in fewer bits, and angles are not asked for",
        ("rapidocr/models/*.onnx",),
    ),
    Cut("what OpenCV loads to read films, on Windows", ("cv2/opencv_videoio_ffmpeg*",)),
    Cut(
        "Qt for screens without a window system, of players and of other toolkits",
        (
            "PySide6/Qt/plugins/egldeviceintegrations/*",
            "PySide6/Qt/plugins/generic/*",
            "PySide6/Qt/plugins/networkinformation/*",
            "PySide6/Qt/plugins/tls/*",
            "PySide6/Qt/plugins/platformthemes/libqgtk3.so",
            "PySide6/Qt/plugins/platforms/*",
            "PySide6/Qt/plugins/wayland-shell-integration/libivi-shell.so",
            "PySide6/Qt/plugins/wayland-shell-integration/libfullscreen-shell-v1.so",
            "PySide6/Qt/plugins/wayland-shell-integration/libwl-shell-plugin.so",
            "PySide6/Qt/plugins/imageformats/*",
            "*libQt6EglFS*",
            "*libQt6EglFs*",
            "*libQt6WlShellIntegration*",
        ),
        but=(
            "*/platforms/libqxcb.so",
            "*/platforms/libqwayland*.so",
            "*/platforms/libqoffscreen.so",
            "*/platforms/qwindows.dll",
            "*/platforms/qoffscreen.dll",
            "*/platforms/libqcocoa.dylib",
            "*/platforms/libqoffscreen.dylib",
            "*/imageformats/*qjpeg*",
            "*/imageformats/*qsvg*",
            "*/imageformats/*qgif*",
            "*/imageformats/*qwebp*",
        ),
    ),
    Cut(
        "words of Qt in languages that Folioscope does not speak",
        ("PySide6/Qt/translations/*", "PySide6/translations/*"),
        but=("*/qtbase_zh_TW.qm", "*/qtbase_en.qm"),
    ),
)


def is_cut(place: str) -> bool:
    """Whether the file at a place, told with slashes, is taken out."""
    return any(
        any(fnmatchcase(place, pattern) for pattern in cut.patterns)
        and not any(fnmatchcase(place, pattern) for pattern in cut.but)
        for cut in CUTS
    )


def trim(folder: Path) -> int:
    """Take out of a bundle what is not used, links to it as well; return the bytes saved."""
    saved = trim_room(folder / INNER)
    drop_dangling(folder)
    return saved


def trim_room(inner: Path) -> int:
    """Take what is not used out of one folder that PyInstaller filled; return the bytes saved."""
    saved = 0
    for path in sorted(inner.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif is_cut(path.relative_to(inner).as_posix()):
            saved += 0 if path.is_symlink() else path.stat().st_size
            path.unlink()
    return saved


def drop_dangling(folder: Path) -> None:
    """Remove links whose file was taken out."""
    for path in folder.rglob("*"):
        if path.is_symlink() and not path.exists():
            path.unlink()
