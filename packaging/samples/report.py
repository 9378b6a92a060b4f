"""A report of six pages with bar, line and pie charts and a table."""

from pathlib import Path

import pymupdf

from samples.drawing import (
    BOLD,
    FAINT,
    INK,
    RULE,
    SAND,
    TEAL,
    bars,
    lines,
    pie,
    set_prose,
    table,
    write,
)

A4 = (595.0, 842.0)
LEFT, RIGHT = 64.0, 531.0
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def make(path: Path) -> None:
    """Write the report to ``path``."""
    document = pymupdf.open()
    for draw in (_cover, _freight, _ferries, _energy, _berths, _outlook):
        page = document.new_page(width=A4[0], height=A4[1])
        draw(page)
        if page.number:
            _furniture(page)
    document.set_metadata({"title": "Port of Westhaven: Annual Report 2025",
                           "author": "Folioscope sample documents"})  # fmt: skip
    document.subset_fonts()
    document.save(path, garbage=4, deflate=True, no_new_id=True)


def _furniture(page: pymupdf.Page) -> None:
    write(page, (LEFT, 44), "Port of Westhaven", colour=FAINT)
    write(page, (RIGHT, 44), "Annual Report 2025", colour=FAINT, align=1)
    page.draw_line((LEFT, 52), (RIGHT, 52), color=RULE)
    write(page, (RIGHT, 812), str(page.number + 1), colour=FAINT, align=1)


def _heading(page: pymupdf.Page, text: str) -> None:
    write(page, (LEFT, 96), text, size=21, font=BOLD, colour=TEAL)


def _caption(page: pymupdf.Page, y: float, text: str) -> None:
    write(page, (LEFT, y), text, size=9.5, font=BOLD)


def _cover(page: pymupdf.Page) -> None:
    page.draw_rect(pymupdf.Rect(0, 0, *A4), color=None, fill=(0.94, 0.95, 0.94))
    page.draw_circle((418, 300), 66, color=None, fill=SAND)
    for number, y in enumerate(range(360, 640, 40)):
        deep = 1 - number * 0.12
        tone = tuple(1 - (1 - channel) * (0.35 + 0.65 * (1 - deep)) for channel in TEAL)
        shape = page.new_shape()
        shape.draw_curve((0, y), (200, y - 46 + 9 * number), (340, y + 22))
        shape.draw_curve((340, y + 22), (470, y + 74 - 9 * number), (A4[0], y - 8))
        shape.draw_line((A4[0], y - 8), (A4[0], A4[1]))
        shape.draw_line((A4[0], A4[1]), (0, A4[1]))
        shape.draw_line((0, A4[1]), (0, y))
        shape.finish(color=None, fill=tone)
        shape.commit()
    hull = [(150, 372), (330, 372), (304, 410), (178, 410)]
    page.draw_polyline(hull + hull[:1], color=None, fill=INK)
    page.draw_rect(pymupdf.Rect(196, 340, 268, 372), color=None, fill=(1, 1, 1))
    page.draw_rect(pymupdf.Rect(238, 308, 256, 340), color=None, fill=(0.7, 0.28, 0.22))
    write(page, (LEFT, 130), "Port of Westhaven", size=34, font=BOLD, colour=TEAL)
    write(page, (LEFT, 166), "Annual Report 2025", size=19)
    write(page, (LEFT, 790), "Freight, ferries, energy, berths, outlook", size=11,
          colour=(1, 1, 1))  # fmt: skip


def _freight(page: pymupdf.Page) -> None:
    _heading(page, "Freight by kind of cargo")
    set_prose(
        page,
        pymupdf.Rect(LEFT, 116, RIGHT, 300),
        """
        <p>Westhaven moved 4.1 million tonnes of goods in 2025, six per cent more than the year
        before. Timber grew fastest: the sawmills upstream reopened in spring, and from May on
        two timber ships a week left the northern quay. Grain fell, for the harvest was late and
        part of it waited in the silos until January.</p>
        <p>Containers went through a quiet first half. The new gantry crane was taken into
        service on 3 September and lifted 31 boxes an hour in its first week, against 22 by the
        old one. Since then no container ship has waited longer than nine hours for a berth.</p>
        <p>Salt is the port's oldest trade and its steadiest. It varies with the winter alone:
        road authorities ordered early this year.</p>""",
    )
    _caption(page, 290, "Goods handled, thousand tonnes")
    bars(page, pymupdf.Rect(LEFT + 32, 328, RIGHT, 640),
         ("Containers", "Timber", "Grain", "Salt", "Vehicles"),
         {"2024": (1240, 690, 940, 560, 430), "2025": (1310, 985, 810, 575, 420)},
         top=1400, unit="kt")  # fmt: skip
    set_prose(
        page,
        pymupdf.Rect(LEFT, 706, RIGHT, 780),
        """
        <p>Vehicles include rolling freight on the ferries. Goods in transit that do not leave
        the ship are not counted.</p>""",
    )


def _ferries(page: pymupdf.Page) -> None:
    _heading(page, "Ferry passengers month by month")
    _caption(page, 130, "Passengers, thousands")
    lines(page, pymupdf.Rect(LEFT + 32, 168, RIGHT - 8, 420), MONTHS,
          {"Island line": (21, 22, 27, 38, 52, 71, 96, 102, 66, 41, 25, 24),
           "Fjord line": (9, 9, 11, 16, 24, 33, 47, 44, 28, 17, 10, 12)},
          top=120, unit="thousands")  # fmt: skip
    set_prose(
        page,
        pymupdf.Rect(LEFT, 486, RIGHT, 700),
        """
        <p>August was the busiest month the island line ever had: 102,000 passengers, and on the
        second Saturday alone more than five thousand. Bicycles were carried without charge
        from June to September, which 38 per cent of the passengers asked in our survey gave
        as the reason to leave the car at home.</p>
        <p>The fjord line lost eleven days to storms in November. Tickets for those days were
        paid back or moved; 1,870 people chose another day. From next spring a hybrid vessel,
        the <i>Sandpiper</i>, takes over the morning crossings.</p>
        <p>Complaints fell to 214, most of them about the waiting room, which is being rebuilt.
        Dogs travel free.</p>""",
    )


def _energy(page: pymupdf.Page) -> None:
    _heading(page, "Where the energy came from")
    set_prose(
        page,
        pymupdf.Rect(LEFT, 116, RIGHT, 240),
        """
        <p>The port used 18.6 gigawatt hours, a tenth less than in 2024. For the first time
        wind was the largest source: the three turbines on the breakwater ran through their
        first full year. Ships at the western quay draw shore power instead of running their
        engines, and the air there now holds a third less nitrogen dioxide.</p>""",
    )
    _caption(page, 224, "Energy by source, 2025")
    pie(page, pymupdf.Point(LEFT + 120, 366), 112,
        {"Wind": 41, "Grid": 27, "Diesel": 18, "Solar": 9, "Heat pumps": 5})  # fmt: skip
    _caption(page, 528, "Use by season, megawatt hours")
    bars(page, pymupdf.Rect(LEFT + 32, 566, RIGHT, 730), ("Winter", "Spring", "Summer", "Autumn"),
         {"Shore power": (900, 1150, 1480, 1210), "Buildings": (2300, 1400, 700, 1500)},
         top=2400, unit="MWh")  # fmt: skip


def _berths(page: pymupdf.Page) -> None:
    _heading(page, "Berths and harbour dues")
    set_prose(
        page,
        pymupdf.Rect(LEFT, 116, RIGHT, 210),
        """
        <p>Dues are charged for each day begun and by length over all. They have not changed
        since 2022. Historic vessels and training ships pay half; ships on shore power get ten
        per cent back at the end of the quarter.</p>""",
    )
    rows = [
        ("Berth", "Depth", "Length", "Crane", "Due a day"),
        ("Northern quay 1", "11.5 m", "220 m", "64 t", "EUR 1,480"),
        ("Northern quay 2", "11.5 m", "180 m", "40 t", "EUR 1,220"),
        ("Western quay", "9.0 m", "240 m", "none", "EUR 960"),
        ("Container terminal", "13.8 m", "310 m", "65 t", "EUR 2,350"),
        ("Salt jetty", "7.2 m", "120 m", "conveyor", "EUR 540"),
        ("Ferry landing", "6.5 m", "140 m", "none", "EUR 610"),
        ("Fishing harbour", "4.8 m", "35 m", "3 t", "EUR 45"),
        ("Guest moorings", "3.5 m", "15 m", "none", "EUR 28"),
    ]
    table(page, (LEFT, 206), (155, 70, 70, 80, 92), rows)
    _caption(page, 426, "Days in use out of 365")
    bars(page, pymupdf.Rect(LEFT + 32, 464, RIGHT, 700),
         ("North 1", "North 2", "West", "Container", "Salt", "Ferry"),
         {"2024": (248, 231, 190, 301, 122, 350), "2025": (291, 266, 204, 318, 127, 352)},
         top=400, unit="days")  # fmt: skip


def _outlook(page: pymupdf.Page) -> None:
    _heading(page, "Outlook: what 2026 brings")
    set_prose(
        page,
        pymupdf.Rect(LEFT, 116, RIGHT, 560),
        """
        <p><b>Dredging the channel.</b> Between February and April the approach is deepened
        from 13.8 to 14.5 metres. Work stops while herring spawn. One lane stays open; pilots
        are compulsory for ships longer than 90 metres during that time.</p>
        <p><b>The old cold store.</b> The brick warehouse of 1911 becomes a market hall with
        workshops above. The roof will be planted and carry solar panels. We expect the first
        stalls to open in October.</p>
        <p><b>A bridge for walkers.</b> The council has granted 2.4 million euros for a swing
        bridge over the lock, so that people may walk from the station to the island ferry
        without crossing the freight road.</p>
        <p><b>Training.</b> Twelve apprentices begin in August, among them the first three
        who learn to maintain wind turbines at sea.</p>
        <p><b>Risks.</b> A strike of the railways, a mild winter, which costs the salt trade
        its best months, and the price of steel. We have set aside 1.1 million euros.</p>
        <p>We thank our 312 colleagues, who kept the port open on every day of the year but
        one: on 14 November the harbour master closed it for nine hours, at wind force
        eleven, and nobody was hurt.</p>""",
    )
    _caption(page, 400, "Planned investments")
    rows = [
        ("Project", "2026", "2027", "Paid by"),
        ("Dredging the channel", "EUR 6.2 m", "EUR 0.4 m", "port, state"),
        ("Market hall", "EUR 3.1 m", "EUR 1.9 m", "port, tenants"),
        ("Swing bridge", "EUR 2.4 m", "none", "council"),
        ("Hybrid ferry Sandpiper", "EUR 5.0 m", "EUR 2.2 m", "ferry company"),
        ("Waiting room", "EUR 0.6 m", "none", "port"),
    ]
    table(page, (LEFT, 428), (185, 90, 90, 102), rows)
    write(page, (LEFT, 620), "Ingrid Aasen", size=12, font=BOLD)
    write(page, (LEFT, 636), "Managing director", size=9.5, colour=FAINT)
