"""Writes pages into the catalogue, staged or in the place of those that are there."""

import sqlite3
from collections.abc import Sequence

import numpy as np

from folioscope.domain.pages import PageRecord
from folioscope.stores.file_rows import document_number
from folioscope.stores.page_facts import tokens_of
from folioscope.stores.page_rows import find_shown, put_page
from folioscope.stores.records import checked_dim
from folioscope.stores.schema import DIM, note_change, number, set_number
from folioscope.stores.sql_words import Vocabulary


def put_pages(
    connection: sqlite3.Connection,
    vocabulary: Vocabulary,
    pages: Sequence[PageRecord],
    *,
    document_id: str | None,
) -> None:
    """Write pages: staged for a document, or (None) in the place of those that are there.

    Raises FingerprintMismatchError, and StoreError when a page to be replaced is gone.
    """
    _check_dim(connection, pages)
    texts = [tokens_of(record) for record in pages]
    numbers = vocabulary.numbers(connection, (token for text in texts for token in text))
    for record, text in zip(pages, texts, strict=True):
        token_ids = np.array([numbers[token] for token in text], np.uint32)
        if document_id is not None:
            owner, old = document_number(connection, document_id), None
        else:
            owner, old = find_shown(connection, record.ref)
        page_id = put_page(
            connection,
            record,
            owner=owner,
            is_staged=document_id is not None,
            page_tokens=text,
            token_ids=token_ids,
        )
        if old is not None:
            note_change(connection, "x", page=old)
            note_change(connection, "p", page=page_id)


def _check_dim(connection: sqlite3.Connection, pages: Sequence[PageRecord]) -> None:
    known = number(connection, DIM)
    dim = checked_dim(pages, known or None)
    if dim and not known:
        set_number(connection, DIM, dim)
