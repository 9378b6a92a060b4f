"""Brings resources/translations in step with the texts in the code, and compiles them.

    python packaging/translations.py [--check]

Texts are the literals of ``tr("…")`` in app/folioscope/gui and the PATTERNS of
gui/sentences.py. New ones come into the .ts files as unfinished, to be filled with Qt
Linguist or by hand; what is gone from the code is dropped. --check writes nothing and fails
where something is missing or not compiled.
"""

import ast
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GUI = ROOT / "app" / "folioscope" / "gui"
FOLDER = ROOT / "resources" / "translations"
CONTEXT = "Folioscope"
# English needs plural forms only
LANGUAGES = {"en": 2, "zh_TW": 1}
Text = tuple[str, bool]


def texts_in_code() -> list[Text]:
    """Return every text that is translated, and whether it has plural forms."""
    found: dict[Text, None] = {}
    for path in sorted(GUI.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                found.update(dict.fromkeys(_text_of(node)))
            elif path.name == "sentences.py" and isinstance(node, ast.Assign):
                found.update(dict.fromkeys(_patterns(node)))
    return sorted(found)


def _text_of(node: ast.Call) -> list[Text]:
    is_tr = isinstance(node.func, ast.Name) and node.func.id == "tr"
    if not is_tr or not node.args or not isinstance(node.args[0], ast.Constant):
        return []
    return [(str(node.args[0].value), any(k.arg == "n" for k in node.keywords))]


def _patterns(node: ast.Assign) -> list[Text]:
    names = [t.id for t in node.targets if isinstance(t, ast.Name)]
    return [(text, False) for text in ast.literal_eval(node.value)] if names == ["PATTERNS"] else []


def texts_for(language: str) -> list[Text]:
    """Return the texts that a language has to give."""
    return [text for text in texts_in_code() if text[1] or language != "en"]


def read_catalogue(language: str) -> dict[Text, list[str]]:
    """Return the translations at hand: one form, or one a plural form."""
    path = FOLDER / f"folioscope_{language}.ts"
    if not path.exists():
        return {}
    known: dict[Text, list[str]] = {}
    for message in ET.parse(path).iter("message"):
        translation = message.find("translation")
        source = message.findtext("source") or ""
        if translation is None or translation.get("type") == "unfinished":
            continue
        is_plural = message.get("numerus") == "yes"
        forms = [form.text or "" for form in translation.iter("numerusform")]
        known[source, is_plural] = forms if is_plural else [translation.text or ""]
    return known


def write_catalogue(language: str, known: dict[Text, list[str]]) -> None:
    """Write the .ts file with all texts of the code."""
    root = ET.Element("TS", version="2.1", language=language, sourcelanguage="en")
    context = ET.SubElement(root, "context")
    ET.SubElement(context, "name").text = CONTEXT
    for text in texts_for(language):
        source, is_plural = text
        message = ET.SubElement(context, "message", {"numerus": "yes"} if is_plural else {})
        ET.SubElement(message, "source").text = source
        forms = known.get(text)
        state = {} if forms else {"type": "unfinished"}
        translation = ET.SubElement(message, "translation", state)
        if is_plural:
            for form in forms or [""] * LANGUAGES[language]:
                ET.SubElement(translation, "numerusform").text = form
        else:
            translation.text = forms[0] if forms else ""
    ET.indent(root)
    body = ET.tostring(root, encoding="unicode")
    head = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n'
    (FOLDER / f"folioscope_{language}.ts").write_text(f"{head}{body}\n", "utf-8")


def compile_catalogue(language: str, target: Path) -> None:
    """Compile a .ts file as Qt loads it."""
    tool = shutil.which("pyside6-lrelease", path=str(Path(sys.executable).parent))
    if tool is None:
        raise SystemExit("pyside6-lrelease is missing: pip install PySide6-Essentials")
    source = FOLDER / f"folioscope_{language}.ts"
    subprocess.run([tool, "-silent", str(source), "-qm", str(target)], check=True)


def faults() -> list[str]:
    """Return what is missing, in a line each."""
    found = []
    for language in LANGUAGES:
        known = read_catalogue(language)
        missing = [
            source for source, plural in texts_for(language) if (source, plural) not in known
        ]
        found += [f"{language}: no translation of {source!r}" for source in missing]
        with tempfile.TemporaryDirectory() as folder:
            compiled = Path(folder) / "compiled.qm"
            compile_catalogue(language, compiled)
            shipped = FOLDER / f"folioscope_{language}.qm"
            if not shipped.exists() or shipped.read_bytes() != compiled.read_bytes():
                found.append(f"{language}: {shipped.name} is not compiled from its .ts")
    return found


def main() -> int:
    """Bring everything in step, or check that it is."""
    if "--check" not in sys.argv[1:]:
        for language in LANGUAGES:
            write_catalogue(language, read_catalogue(language))
            compile_catalogue(language, FOLDER / f"folioscope_{language}.qm")
    found = faults()
    sys.stderr.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
