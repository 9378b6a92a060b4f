"""What Folioscope is called and says of itself, in every installer alike."""

NAME = "folioscope"
TITLE = "Folioscope"
APP_ID = "org.folioscope.Folioscope"
SUMMARY = "Find the page you remember"
SUMMARY_ZH_TW = "找到你記得的那一頁"
DESCRIPTION = (
    "Drop in folders of PDFs, scans, slides and screenshots, type what you recall, and the right"
    " page comes up with the part that matched lit up.",
    "Exact words, meaning in a hundred languages and what a page looks like make one ranking, and"
    " every hit says why it is there. Pages that are pictures are read by OCR.",
    "Everything happens on your own machine: nothing leaves it unless you ask for it.",
)
LICENCE = "AGPL-3.0-or-later"
DEVELOPER = "The Folioscope developers"
CONTACT = "folioscope@example.invalid"
KEYWORDS = ("search", "pdf", "page", "document", "scan", "ocr", "screenshot", "find")
KEYWORDS_ZH_TW = ("搜尋", "頁面", "文件", "掃描", "截圖")
MIME_TYPES = (
    "application/pdf",
    "image/png",
    "image/jpeg",
    "image/webp",
    "image/tiff",
    "image/gif",
    "image/bmp",
    "image/avif",
    "image/heic",
    "inode/directory",
)
