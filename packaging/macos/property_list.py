"""What macOS is told of the app: who it is, what it opens, what it may ask for."""

from typing import Any

from bundle import product

OLDEST_SYSTEM = "13.0"  # what Qt 6.10 and later run on
COPYRIGHT = f"{product.DEVELOPER}. Free software under the {product.LICENCE}."
# uniform type identifiers, in the order of product.MIME_TYPES
_CONTENT_TYPES = {
    "application/pdf": "com.adobe.pdf",
    "image/png": "public.png",
    "image/jpeg": "public.jpeg",
    "image/webp": "org.webmproject.webp",
    "image/tiff": "public.tiff",
    "image/gif": "com.compuserve.gif",
    "image/bmp": "com.microsoft.bmp",
    "image/avif": "public.avif",
    "image/heic": "public.heic",
    "inode/directory": "public.folder",
}
# Where macOS asks the user first, this is what it shows. Sentences for people.
USAGE = {
    "NSDesktopFolderUsageDescription": "Folioscope reads the documents on your desktop if you add"
    " that folder to a library. It changes nothing there.",
    "NSDocumentsFolderUsageDescription": "Folioscope reads your documents if you add that folder to"
    " a library. It changes nothing there.",
    "NSDownloadsFolderUsageDescription": "Folioscope reads what you downloaded if you add that"
    " folder to a library. It changes nothing there.",
    "NSRemovableVolumesUsageDescription": "Folioscope reads the documents on a drive if you add a"
    " folder of it to a library. It changes nothing there.",
    "NSNetworkVolumesUsageDescription": "Folioscope reads the documents on a network drive if you"
    " add a folder of it to a library. It changes nothing there.",
}


def info_plist(version: str) -> dict[str, Any]:
    """Return the contents of Info.plist for ``BUNDLE(info_plist=…)``."""
    return {
        "CFBundleIdentifier": product.APP_ID,
        "CFBundleName": product.TITLE,
        "CFBundleDisplayName": product.TITLE,
        "CFBundleShortVersionString": version,
        "CFBundleVersion": version,
        "CFBundleDevelopmentRegion": "en",
        "CFBundleLocalizations": ["en", "zh_TW"],
        "CFBundleDocumentTypes": [_document_type()],
        "LSApplicationCategoryType": "public.app-category.productivity",
        "LSMinimumSystemVersion": OLDEST_SYSTEM,
        "NSHighResolutionCapable": True,
        "NSHumanReadableCopyright": COPYRIGHT,
        "NSSupportsAutomaticGraphicsSwitching": True,
        **USAGE,
    }


def _document_type() -> dict[str, Any]:
    """Return what Finder's "Open With" offers the app for; it opens nothing by itself."""
    return {
        "CFBundleTypeName": "Document",
        "CFBundleTypeRole": "Viewer",
        "LSHandlerRank": "Alternate",
        "LSItemContentTypes": [_CONTENT_TYPES[kind] for kind in product.MIME_TYPES],
    }
