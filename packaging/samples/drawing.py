"""Charts and set text on PDF pages."""

import math
from collections.abc import Sequence

import pymupdf

Colour = tuple[float, float, float]
INK: Colour = (0.13, 0.16, 0.2)
FAINT: Colour = (0.55, 0.6, 0.65)
RULE: Colour = (0.86, 0.88, 0.9)
TEAL: Colour = (0.05, 0.42, 0.45)
SAND: Colour = (0.87, 0.62, 0.27)
SLATE: Colour = (0.33, 0.42, 0.56)
BRICK: Colour = (0.7, 0.28, 0.22)
MOSS: Colour = (0.45, 0.55, 0.25)
PALETTE = (TEAL, SAND, SLATE, BRICK, MOSS)
REGULAR, BOLD = "helv", "hebo"


def write(
    page: pymupdf.Page,
    at: tuple[float, float],
    text: str,
    *,
    size: float = 8.5,
    colour: Colour = INK,
    font: str = REGULAR,
    align: float = 0.0,
) -> None:
    """Write one line; ``align`` is 0 for left, 0.5 for centred and 1 for right."""
    width = pymupdf.get_text_length(text, fontname=font, fontsize=size)
    place = pymupdf.Point(at[0] - align * width, at[1])
    page.insert_text(place, text, fontsize=size, fontname=font, color=colour)


def set_prose(page: pymupdf.Page, rect: pymupdf.Rect, html: str, *, css: str = "") -> None:
    """Set paragraphs into ``rect``; raise ValueError when they do not fit."""
    plain = "p {margin: 0 0 7px 0; line-height: 1.4} body {font-size: 10.5px; color: #212935}"
    room, _scale = page.insert_htmlbox(rect, html, css=plain + css, scale_low=1)
    if room < 0:
        raise ValueError(f"Text does not fit on page {page.number + 1}")


def axes(page: pymupdf.Page, rect: pymupdf.Rect, top: float, unit: str) -> None:
    """Draw horizontal grid lines from 0 to ``top`` with figures, and the unit above them."""
    for step in range(5):
        y = rect.y1 - rect.height * step / 4
        page.draw_line((rect.x0, y), (rect.x1, y), color=RULE, width=0.6)
        write(page, (rect.x0 - 6, y + 3), f"{top * step / 4:,.0f}", colour=FAINT, align=1)
    write(page, (rect.x0 - 6, rect.y0 - 10), unit, colour=FAINT)


def bars(
    page: pymupdf.Page,
    rect: pymupdf.Rect,
    names: Sequence[str],
    series: dict[str, Sequence[float]],
    *,
    top: float,
    unit: str,
) -> None:
    """Draw grouped bars with a legend."""
    axes(page, rect, top, unit)
    slot = rect.width / len(names)
    width = slot * 0.7 / len(series)
    for number, (label, values) in enumerate(series.items()):
        for place, value in enumerate(values):
            x = rect.x0 + slot * (place + 0.15) + width * number
            bar = pymupdf.Rect(x, rect.y1 - rect.height * value / top, x + width - 1.5, rect.y1)
            page.draw_rect(bar, color=None, fill=PALETTE[number])
        legend(page, (rect.x0 + 90 * number, rect.y1 + 34), label, PALETTE[number])
    for place, name in enumerate(names):
        write(page, (rect.x0 + slot * (place + 0.5), rect.y1 + 14), name, align=0.5)


def lines(
    page: pymupdf.Page,
    rect: pymupdf.Rect,
    names: Sequence[str],
    series: dict[str, Sequence[float]],
    *,
    top: float,
    unit: str,
) -> None:
    """Draw one line a series, with points and a legend."""
    axes(page, rect, top, unit)
    step = rect.width / (len(names) - 1)
    for number, (label, values) in enumerate(series.items()):
        points = [
            pymupdf.Point(rect.x0 + step * i, rect.y1 - rect.height * value / top)
            for i, value in enumerate(values)
        ]
        page.draw_polyline(points, color=PALETTE[number], width=1.8)
        for point in points:
            page.draw_circle(point, 2.4, color=PALETTE[number], fill=(1, 1, 1), width=1.2)
        legend(page, (rect.x0 + 110 * number, rect.y1 + 34), label, PALETTE[number])
    for i, name in enumerate(names):
        write(page, (rect.x0 + step * i, rect.y1 + 14), name, align=0.5)


def pie(page: pymupdf.Page, centre: pymupdf.Point, radius: float, shares: dict[str, float]) -> None:
    """Draw a pie with a legend to its right; ``shares`` add up to 100."""
    angle = 90.0
    for number, (label, share) in enumerate(shares.items()):
        start = centre + pymupdf.Point(math.cos(math.radians(angle)),
                                       -math.sin(math.radians(angle))) * radius  # fmt: skip
        sweep = -3.6 * share
        page.draw_sector(centre, start, sweep, color=(1, 1, 1), fill=PALETTE[number], width=1)
        angle += sweep
        place = (centre.x + radius + 36, centre.y - radius + 22 + 22 * number)
        legend(page, place, f"{label}, {share:.0f} %", PALETTE[number], size=10)


def legend(
    page: pymupdf.Page,
    at: tuple[float, float],
    text: str,
    colour: Colour,
    *,
    size: float = 8.5,
) -> None:
    """Draw a square in ``colour`` and its name."""
    x, y = at
    page.draw_rect(pymupdf.Rect(x, y - 7, x + 8, y + 1), color=None, fill=colour)
    write(page, (x + 13, y), text, size=size)


def table(
    page: pymupdf.Page,
    at: tuple[float, float],
    widths: Sequence[float],
    rows: Sequence[Sequence[str]],
) -> None:
    """Draw a table: first row as head, first column left, the others right."""
    x0, y = at
    whole = sum(widths)
    for number, row in enumerate(rows):
        if number == 0:
            band = pymupdf.Rect(x0, y - 13, x0 + whole, y + 6)
            page.draw_rect(band, color=None, fill=TEAL)
        x = x0
        for column, (width, cell) in enumerate(zip(widths, row, strict=True)):
            place = (x + 6, y) if column == 0 else (x + width - 6, y)
            write(page, place, cell, size=9, align=0.0 if column == 0 else 1.0,
                  colour=(1, 1, 1) if number == 0 else INK,
                  font=BOLD if number == 0 else REGULAR)  # fmt: skip
            x += width
        page.draw_line((x0, y + 6), (x0 + whole, y + 6), color=RULE, width=0.6)
        y += 19
