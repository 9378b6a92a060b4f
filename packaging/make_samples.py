"""Make the sample documents in resources/samples anew: ``python packaging/make_samples.py``."""

import sys
from pathlib import Path

from samples import manual, report, scan, screenshot

FOLDER = Path(__file__).resolve().parent.parent / "resources" / "samples"
MAKERS = {
    "Port of Westhaven annual report.pdf": report.make,
    "Lighthouse letter 1954.jpg": scan.make,
    "Garden planner screenshot.png": screenshot.make,
    "電子鍋使用說明書.pdf": manual.make,
}
MOST_BYTES = 1_500_000


def main() -> int:
    """Make all of them and print their sizes."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    total = 0
    for name, make in MAKERS.items():
        make(FOLDER / name)
        size = (FOLDER / name).stat().st_size
        total += size
        print(f"{size / 1000:8.0f} kB  {name}")
    return 0 if total <= MOST_BYTES else 1


if __name__ == "__main__":
    sys.exit(main())
