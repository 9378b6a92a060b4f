"""What tells the desktop of Folioscope: its entry, what it opens, and its page in a store."""

from xml.sax.saxutils import escape

from bundle.product import (
    APP_ID,
    DESCRIPTION,
    DEVELOPER,
    KEYWORDS,
    KEYWORDS_ZH_TW,
    LICENCE,
    MIME_TYPES,
    NAME,
    SUMMARY,
    SUMMARY_ZH_TW,
    TITLE,
)


def desktop_entry(program: str = NAME) -> str:
    """Return the desktop entry; ``program`` is its command as Exec wants it."""
    return f"""\
[Desktop Entry]
Type=Application
Name={TITLE}
GenericName=Page search
GenericName[zh_TW]=頁面搜尋
Comment={SUMMARY}
Comment[zh_TW]={SUMMARY_ZH_TW}
Exec={program} gui %F
Icon={NAME}
Terminal=false
Categories=Office;Qt;
Keywords={";".join(KEYWORDS)};
Keywords[zh_TW]={";".join(KEYWORDS_ZH_TW)};
StartupNotify=true
StartupWMClass={NAME}
MimeType={";".join(MIME_TYPES)};
"""


def folder_menu(program: str = NAME) -> str:
    """Return what puts “Search in this folder” on the menu of folders in KDE's file manager."""
    return f"""\
[Desktop Entry]
Type=Service
MimeType=inode/directory;
Actions=search-in;
X-KDE-Priority=TopLevel

[Desktop Action search-in]
Name=Search in this folder with {TITLE}
Name[zh_TW]=用 {TITLE} 在此資料夾中搜尋
Icon={NAME}
Exec={program} gui --search-in %f
"""


def metainfo(version: str, date: str) -> str:
    """Return the AppStream page; ``date`` is the day of this version, such as 2026-11-26."""
    paragraphs = "\n".join(f"    <p>{escape(text)}</p>" for text in DESCRIPTION)
    types = "\n".join(f"    <mediatype>{kind}</mediatype>" for kind in MIME_TYPES)
    words = "\n".join(f"    <keyword>{word}</keyword>" for word in KEYWORDS)
    return f"""\
<?xml version="1.0" encoding="UTF-8"?>
<component type="desktop-application">
  <id>{APP_ID}</id>
  <metadata_license>CC0-1.0</metadata_license>
  <project_license>{LICENCE}</project_license>
  <name>{TITLE}</name>
  <summary>{SUMMARY}</summary>
  <summary xml:lang="zh_TW">{SUMMARY_ZH_TW}</summary>
  <developer id="org.folioscope">
    <name>{DEVELOPER}</name>
  </developer>
  <description>
{paragraphs}
  </description>
  <launchable type="desktop-id">{NAME}.desktop</launchable>
  <icon type="stock">{NAME}</icon>
  <provides>
    <binary>{NAME}</binary>
{types}
  </provides>
  <categories>
    <category>Office</category>
  </categories>
  <keywords>
{words}
  </keywords>
  <content_rating type="oars-1.1"/>
  <supports>
    <control>pointing</control>
    <control>keyboard</control>
  </supports>
  <requires>
    <display_length compare="ge">640</display_length>
  </requires>
  <releases>
    <release version="{version}" date="{date}"/>
  </releases>
</component>
"""


def _quoted(program: str) -> str:
    """Return a path as Exec wants it."""
    if not set(program) & set(" \t\n\"'\\><~|&;$*?#()`"):
        return program.replace("%", "%%")
    inner = "".join(f"\\{sign}" if sign in '"`$\\' else sign for sign in program)
    return '"' + inner.replace("\\", "\\\\").replace("%", "%%") + '"'
