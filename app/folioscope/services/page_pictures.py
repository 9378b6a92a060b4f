"""Pictures and texts of pages, for the eyes."""

import hashlib
import os
from pathlib import Path

from folioscope.domain.documents import FileState, SourceFile
from folioscope.domain.errors import DocumentError, StoreError
from folioscope.domain.pages import PageImage, PageRef, PageText
from folioscope.domain.protocols import Cancellation, DocumentReader
from folioscope.services.api import DocumentView
from folioscope.services.library_stores import LibraryStores
from folioscope.services.passwords import Passwords


class PagePictures:
    """A PageService. Pasted pictures are kept in ``pasted_dir``."""

    def __init__(
        self,
        stores: LibraryStores,
        reader: DocumentReader,
        *,
        passwords: Passwords,
        pasted_dir: Path,
    ) -> None:
        self._stores = stores
        self._reader = reader
        self._passwords = passwords
        self._pasted_dir = pasted_dir

    def preview(self, ref: PageRef) -> bytes | None:
        """Return the small JPEG of the cache, or None."""
        return self._stores.previews.get(ref)

    def render(
        self, ref: PageRef, *, longest_px: int, token: Cancellation | None = None
    ) -> PageImage:
        """Render the page from its file; raise DocumentError when it is away or locked."""
        path = self._present_path(ref)
        return self._reader.render(
            path,
            ref.page_index,
            longest_px=longest_px,
            password=self._passwords.of(ref.document_id),
            token=token,
        )

    def text(self, ref: PageRef) -> PageText:
        """Return the page's words; none for a page that is gone."""
        pages = self._stores.reading.pages([ref])
        return pages[0].text if pages else PageText()

    def document(self, ref: PageRef) -> DocumentView:
        """Return what the page view says of the document; raise DocumentError when it is gone."""
        files = self._files(ref)
        documents = self._stores.reading.documents([ref.document_id])
        if not files or not documents:
            raise DocumentError("This page is no longer in the library.")
        return DocumentView(
            name=os.path.basename(files[0].path),
            paths=tuple(f.path for f in files),
            page_count=documents[0].page_count,
            title=documents[0].title,
            is_away=all(f.is_away for f in files),
            is_locked=all(f.state is FileState.LOCKED for f in files),
        )

    def save_pasted(self, png: bytes) -> str:
        """Keep a pasted picture; the same picture twice is one file. Raise StoreError."""
        path = self._pasted_dir / f"pasted-{hashlib.sha256(png).hexdigest()[:16]}.png"
        try:
            self._pasted_dir.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            part.write_bytes(png)
            part.replace(path)
        except OSError as error:
            raise StoreError(f"The picture could not be kept in {self._pasted_dir}.") from error
        return str(path)

    def _files(self, ref: PageRef) -> list[SourceFile]:
        files = self._stores.reading.files(document_id=ref.document_id)
        return sorted(files, key=lambda f: f.is_away)

    def _present_path(self, ref: PageRef) -> str:
        for file in self._files(ref):
            if os.path.exists(file.path):
                return file.path
        raise DocumentError(
            "The drive is not connected.",
            hint="This page can be found, and opened when it is back.",
        )
