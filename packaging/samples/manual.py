"""A manual in Traditional Chinese: three pages on a rice cooker, with a drawing and a table."""

from pathlib import Path

import pymupdf

from samples.drawing import BRICK, FAINT, INK, RULE, SAND, TEAL

SIZE = (420.0, 595.0)  # A5
LEFT, RIGHT = 42.0, 378.0
FONT = "china-t"

SAFETY = """
<p>感謝您選購「晨光」電子鍋。使用之前，先讀完這份說明書，並收在方便取用的地方。</p>
<h2>安全須知</h2>
<p>一、電源線破損時不可使用，應送至服務站更換。</p>
<p>二、煮飯時蒸氣孔的溫度很高，不可用手或臉靠近，也不可用布覆蓋。</p>
<p>三、內鍋外側若有水滴，先擦乾再放入，以免加熱盤生鏽。</p>
<p>四、清潔之前先拔下插頭，等鍋體完全冷卻。</p>
<p>五、請勿讓孩童單獨操作。</p>
<h2>各部名稱</h2>"""

COOKING = """
<h2>煮一鍋好吃的白飯</h2>
<p>1. 用附贈的量杯量米。一杯是 180 毫升，大約可以煮成兩碗飯。</p>
<p>2. 米洗兩到三次，洗到水不再混濁即可。洗太久會失去香味。</p>
<p>3. 加水到內鍋上對應的刻度。喜歡軟一點的，可以多加一小匙水。</p>
<p>4. 浸泡三十分鐘。糙米需要浸泡兩小時以上。</p>
<p>5. 蓋上鍋蓋，按「煮飯」。大約四十分鐘後會響起音樂，自動轉為保溫。</p>
<p>6. 打開鍋蓋，用飯匙從鍋底輕輕翻鬆，讓多餘的水氣散去。</p>
<h2>水量與時間</h2>"""

CARE = """
<h2>清潔與保養</h2>
<p>內鍋用軟海綿和中性清潔劑清洗，不可使用鋼刷。蒸氣閥每週拆下沖洗一次，內蓋的橡膠圈如果變黃或變硬，就該換新。</p>
<p>鍋內有異味時，放入半個檸檬和兩杯水，按「快煮」煮十分鐘，再擦乾即可。</p>
<h2>故障排除</h2>
<p><b>飯太硬：</b>水量不足，或浸泡時間太短。</p>
<p><b>飯太軟：</b>水量太多，或煮好後沒有翻鬆。</p>
<p><b>鍋底焦黃：</b>米沒有洗乾淨，或保溫超過十二小時。</p>
<p><b>螢幕顯示 E3：</b>溫度感應器異常，拔下插頭等待五分鐘；再次出現時，聯絡服務站。</p>
<p><b>按鍵沒有反應：</b>確認插頭是否插緊，以及「童鎖」是否開啟。</p>
<h2>保固</h2>
<p>自購買日起保固兩年。內鍋塗層屬於消耗品，不在保固範圍內。</p>"""

CSS = (
    "body {font-size: 10px; color: #212935} p {margin: 0 0 5px 0; line-height: 1.5} "
    "h2 {font-size: 13px; color: #0d6b73; margin: 6px 0 6px 0}"
)
ROWS = (
    ("種類", "米量", "水量", "時間"),
    ("白米", "2 杯", "2.2 杯", "40 分鐘"),
    ("糙米", "2 杯", "3 杯", "75 分鐘"),
    ("糯米", "3 杯", "2.4 杯", "45 分鐘"),
    ("稀飯", "1 杯", "7 杯", "60 分鐘"),
    ("蒸蛋", "無", "1 杯", "15 分鐘"),
)


def make(path: Path) -> None:
    """Write the manual to ``path``."""
    document = pymupdf.open()
    for html, draw in ((SAFETY, _cooker), (COOKING, _amounts), (CARE, None)):
        page = document.new_page(width=SIZE[0], height=SIZE[1])
        top = 104 if page.number == 0 else 44
        if page.number == 0:
            _title(page)
        room, _ = page.insert_htmlbox(pymupdf.Rect(LEFT, top, RIGHT, 560), html, css=CSS,
                                      scale_low=1)  # fmt: skip
        if room < 0:
            raise ValueError(f"Text does not fit on page {page.number + 1}")
        if draw is not None:
            draw(page)
        _say(page, (SIZE[0] / 2, 576), str(page.number + 1), size=8, colour=FAINT)
    document.set_metadata({"title": "晨光電子鍋使用說明書",
                           "author": "Folioscope sample documents"})  # fmt: skip
    document.subset_fonts()
    document.save(path, garbage=4, deflate=True, no_new_id=True)


def _say(page: pymupdf.Page, at: tuple[float, float], text: str, *, size: float = 9,
         colour: tuple[float, float, float] = INK, centred: bool = True) -> None:  # fmt: skip
    font = pymupdf.Font(FONT)
    writer = pymupdf.TextWriter(page.rect, color=colour)
    shift = font.text_length(text, fontsize=size) / 2 if centred else 0
    writer.append((at[0] - shift, at[1]), text, font=font, fontsize=size)
    writer.write_text(page)


def _title(page: pymupdf.Page) -> None:
    page.draw_rect(pymupdf.Rect(0, 0, SIZE[0], 84), color=None, fill=TEAL)
    _say(page, (LEFT, 44), "晨光電子鍋", size=22, colour=(1, 1, 1), centred=False)
    _say(page, (LEFT, 66), "使用說明書　RC-18 型", size=11, colour=(1, 1, 1), centred=False)


def _cooker(page: pymupdf.Page) -> None:
    body = pymupdf.Rect(128, 400, 272, 520)
    page.draw_rect(body, color=INK, fill=(0.95, 0.94, 0.91), radius=0.18, width=1.2)
    page.draw_rect(pymupdf.Rect(122, 384, 278, 410), color=INK, fill=(1, 1, 1), radius=0.4)
    page.draw_rect(pymupdf.Rect(180, 376, 220, 384), color=INK, fill=SAND, radius=0.3)
    page.draw_rect(pymupdf.Rect(160, 438, 240, 466), color=INK, fill=(0.8, 0.88, 0.82))
    page.draw_circle((176, 490), 8, color=INK, fill=BRICK)
    page.draw_circle((200, 490), 8, color=INK, fill=(1, 1, 1))
    page.draw_circle((224, 490), 8, color=INK, fill=(1, 1, 1))
    for start, end, name in (
        ((204, 380), (306, 372), "蒸氣孔"),
        ((270, 398), (306, 402), "鍋蓋"),
        ((240, 452), (306, 452), "螢幕"),
        ((176, 490), (92, 506), "煮飯鍵"),
        ((140, 430), (92, 430), "外殼"),
    ):
        page.draw_line(start, end, color=FAINT, width=0.7)
        _say(page, (end[0] + (24 if end[0] > 200 else -20), end[1] + 3), name)


def _amounts(page: pymupdf.Page) -> None:
    top, width, height = 232.0, (RIGHT - LEFT) / 4, 22.0
    for number, row in enumerate(ROWS):
        y = top + height * number
        if number == 0:
            page.draw_rect(pymupdf.Rect(LEFT, y, RIGHT, y + height), color=None, fill=TEAL)
        for column, cell in enumerate(row):
            _say(page, (LEFT + width * (column + 0.5), y + 15), cell,
                 colour=(1, 1, 1) if number == 0 else INK)  # fmt: skip
        page.draw_line((LEFT, y + height), (RIGHT, y + height), color=RULE, width=0.7)
    _say(page, (LEFT, top + height * len(ROWS) + 22),
         "表中時間為參考值，依水溫與室溫而不同。", size=8, colour=FAINT, centred=False)  # fmt: skip
