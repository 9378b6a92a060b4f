"""How much a document may cost."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """Bounds on time, memory, pages and pixels; what breaks one costs that page alone.

    ``memory_bytes`` is what a worker may take on top of what it holds right after its start.
    ``prefetch_pages`` is how far reading runs ahead of whoever takes the pages.
    """

    page_timeout_s: float = 60.0
    recognise_timeout_s: float = 120.0
    start_timeout_s: float = 60.0
    memory_bytes: int = 1_200_000_000
    max_pages: int = 20_000
    max_image_pixels: int = 200_000_000
    max_render_pixels: int = 16_000_000
    recognise_pixels: int = 1_000_000
    preview_px: int = 320
    prefetch_pages: int = 4
    reading_idle_s: float = 60.0
    recognise_idle_s: float = 30.0
    screen_idle_s: float = 180.0
    looking_idle_s: float = 60.0
