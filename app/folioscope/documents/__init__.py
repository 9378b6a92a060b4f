"""A file becomes pages: text, words with boxes, pixels. The only room with PyMuPDF, PIL, OCR."""
