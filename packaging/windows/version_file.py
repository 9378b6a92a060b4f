"""What Windows shows of the programs themselves: version, name, maker."""

import re

from bundle import product

_TEXT = """\
VSVersionInfo(
  ffi=FixedFileInfo(
    filevers={four}, prodvers={four}, mask=0x3F, flags={flags}, OS=0x40004, fileType=1,
    subtype=0, date=(0, 0)
  ),
  kids=[
    StringFileInfo([StringTable('040904B0', [
{strings}
    ])]),
    VarFileInfo([VarStruct('Translation', [0x0409, 1200])])
  ]
)
"""
_PRERELEASE = 0x2


def version_file(version: str, program: str) -> str:
    """Return the text that PyInstaller's ``EXE(version=…)`` reads from a file.

    ``program`` is the file's name, such as ``folioscope.exe``.
    """
    numbers = [int(number) for number in re.findall(r"\d+", version)][:3]
    strings = {
        "CompanyName": product.DEVELOPER,
        "FileDescription": product.TITLE,
        "FileVersion": version,
        "InternalName": program.removesuffix(".exe"),
        "LegalCopyright": f"{product.DEVELOPER}, {product.LICENCE}",
        "OriginalFilename": program,
        "ProductName": product.TITLE,
        "ProductVersion": version,
    }
    lines = [f"      StringStruct({name!r}, {value!r})," for name, value in strings.items()]
    return _TEXT.format(
        four=(*numbers, *[0] * (4 - len(numbers))),
        flags=0 if re.fullmatch(r"[\d.]+", version) else _PRERELEASE,
        strings="\n".join(lines),
    )
