"""The window of a made-up program for planning gardens, with a message on top of it."""

from pathlib import Path

import pymupdf

from samples.drawing import BOLD, write

SIZE = (1120.0, 720.0)
WHITE, GROUND, LINE = (1, 1, 1), (0.95, 0.955, 0.945), (0.82, 0.84, 0.81)
DARK, MUTED, GREEN = (0.15, 0.2, 0.16), (0.42, 0.47, 0.43), (0.2, 0.5, 0.27)
BEDS = (
    ((0, 0, 250, 130), (0.86, 0.47, 0.36), "Tomatoes", "12 plants"),
    ((270, 0, 470, 130), (0.62, 0.73, 0.36), "Lettuce", "30 plants"),
    ((0, 150, 170, 330), (0.93, 0.71, 0.33), "Pumpkins", "4 plants"),
    ((190, 150, 470, 230), (0.55, 0.47, 0.68), "Lavender", "9 plants"),
    ((190, 250, 470, 330), (0.44, 0.63, 0.52), "Beans", "24 plants"),
)
TASKS = (
    ("Water the seedlings", "today"),
    ("Order compost, 300 litres", "tomorrow"),
    ("Prune the apple tree", "Saturday"),
    ("Sow radishes, second row", "18 May"),
    ("Mend the greenhouse door", "22 May"),
)


def make(path: Path) -> None:
    """Write the screenshot to ``path`` as PNG."""
    page = pymupdf.open().new_page(width=SIZE[0], height=SIZE[1])
    _frame(page)
    _sidebar(page)
    _plan(page)
    _tasks(page)
    _message(page)
    page.get_pixmap(matrix=pymupdf.Matrix(1.25, 1.25)).save(path)


def _box(page: pymupdf.Page, x0: float, y0: float, x1: float, y1: float, fill: object,
         *, line: object = None, radius: float | None = None) -> None:  # fmt: skip
    rect = pymupdf.Rect(x0, y0, x1, y1)
    corner = radius / min(rect.width, rect.height) if radius else None
    page.draw_rect(rect, color=line, fill=fill, radius=corner, width=0.8)


def _frame(page: pymupdf.Page) -> None:
    _box(page, 0, 0, *SIZE, GROUND)
    _box(page, 0, 0, SIZE[0], 40, (0.9, 0.915, 0.89))
    for number, colour in enumerate(((0.93, 0.4, 0.35), (0.95, 0.74, 0.3), (0.4, 0.75, 0.4))):
        page.draw_circle((22 + 20 * number, 20), 6, color=None, fill=colour)
    write(page, (SIZE[0] / 2, 25), "Allotment 14 - Garden Planner", size=13, font=BOLD,
          colour=DARK, align=0.5)  # fmt: skip
    for number, word in enumerate(("File", "Edit", "Beds", "Calendar", "Help")):
        write(page, (24 + 66 * number, 62), word, size=12, colour=DARK)
    page.draw_line((0, 74), (SIZE[0], 74), color=LINE)


def _sidebar(page: pymupdf.Page) -> None:
    write(page, (24, 104), "Seasons", size=11, font=BOLD, colour=MUTED)
    for number, season in enumerate(("Spring 2025", "Summer 2025", "Autumn 2025")):
        y = 116 + 34 * number
        if number == 0:
            _box(page, 14, y, 196, y + 28, (0.84, 0.91, 0.84), radius=6)
        write(page, (28, y + 19), season, size=12.5, colour=GREEN if number == 0 else DARK)
    write(page, (24, 250), "Seed box", size=11, font=BOLD, colour=MUTED)
    seeds = ("Carrot Nantes", "Runner bean", "Sunflower", "Basil", "Chard", "Radish")
    for number, seed in enumerate(seeds):
        page.draw_circle((33, 272 + 28 * number), 5, color=None, fill=BEDS[number % 5][1])
        write(page, (48, 276 + 28 * number), seed, size=12, colour=DARK)
    page.draw_line((210, 74), (210, SIZE[1]), color=LINE)


def _plan(page: pymupdf.Page) -> None:
    write(page, (240, 110), "Spring 2025", size=19, font=BOLD, colour=DARK)
    write(page, (240, 132), "5 beds, 79 plants, next frost not expected", size=12, colour=MUTED)
    _box(page, 240, 154, 770, 530, WHITE, line=LINE, radius=8)
    for (x0, y0, x1, y1), colour, name, count in BEDS:
        _box(page, 270 + x0, 178 + y0, 270 + x1, 178 + y1, colour, radius=6)
        write(page, (284 + x0, 204 + y0), name, size=14, font=BOLD, colour=WHITE)
        write(page, (284 + x0, 222 + y0), count, size=11.5, colour=WHITE)
    write(page, (240, 560), "Rain this week", size=12, font=BOLD, colour=DARK)
    for number, fall in enumerate((4, 12, 0, 0, 7, 22, 15)):
        x = 250 + 74 * number
        _box(page, x, 668 - 3.6 * fall, x + 34, 668.5, (0.36, 0.56, 0.76))
        write(page, (x + 17, 686), ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[number],
              size=11, colour=MUTED, align=0.5)  # fmt: skip
        write(page, (x + 17, 662 - 3.6 * fall), f"{fall} mm", size=10.5, colour=DARK, align=0.5)


def _tasks(page: pymupdf.Page) -> None:
    _box(page, 800, 92, 1096, 400, WHITE, line=LINE, radius=8)
    write(page, (820, 122), "To do", size=15, font=BOLD, colour=DARK)
    for number, (task, due) in enumerate(TASKS):
        y = 156 + 48 * number
        _box(page, 820, y - 12, 834, y + 2, WHITE, line=MUTED, radius=3)
        write(page, (846, y), task, size=12.5, colour=DARK)
        write(page, (846, y + 17), due, size=11, colour=MUTED)


def _message(page: pymupdf.Page) -> None:
    _box(page, 804, 440, 1100, 640, (0.8, 0.82, 0.79), radius=10)
    _box(page, 800, 436, 1096, 636, WHITE, line=LINE, radius=10)
    page.draw_circle((828, 470), 12, color=None, fill=(0.9, 0.62, 0.2))
    write(page, (828, 475), "!", size=15, font=BOLD, colour=WHITE, align=0.5)
    write(page, (850, 475), "Beds overlap", size=15, font=BOLD, colour=DARK)
    for number, line in enumerate(("Beans and lavender need 20 cm between",
                                   "them. Error code GP-2071.",
                                   "Move the beans to the right?")):  # fmt: skip
        write(page, (820, 508 + 20 * number), line, size=12.5, colour=DARK)
    _box(page, 890, 586, 976, 616, WHITE, line=MUTED, radius=6)
    write(page, (933, 605), "Leave it", size=12, colour=DARK, align=0.5)
    _box(page, 988, 586, 1076, 616, GREEN, radius=6)
    write(page, (1032, 605), "Move beans", size=12, font=BOLD, colour=WHITE, align=0.5)
