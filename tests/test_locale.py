"""The Danish catalogue: all that people read is translated, and has the same placeholders."""

import ast
import gettext
import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from scheduler.base import i18n

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "scheduler" / "locale" / "da" / "LC_MESSAGES"
#: ``{name}`` with its format, and ``%(name)s`` with its conversion.
PLACEHOLDER = re.compile(r"\{\w*(?:![rsa])?(?::[^{}]*)?\}|%\(\w+\)[a-z]")


@cache
def catalogue() -> Catalog:
    with (FOLDER / "hjul.po").open("rb") as file:
        return read_po(file, abort_invalid=True)


def translated() -> Iterator[Message]:
    """Every message but the header, whose id is empty."""
    return (message for message in catalogue() if message.id)


def forms(text: object) -> tuple[str, ...]:
    """The singular and the plural of a message, or its only form."""
    return tuple(map(str, text)) if isinstance(text, list | tuple) else (str(text),)


def extracted() -> set[tuple[str, ...]]:
    """All that babel.cfg finds in the code and the templates."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    return {forms(found[2]) for found in extract_from_dir(ROOT, methods, options)}


def called() -> Iterator[tuple[Path, int, tuple[str, ...]]]:
    """All literal texts that the code translates, also inside f-strings, where Babel may not look."""
    for path in sorted((ROOT / "scheduler").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                arguments = {"_": node.args[:1], "N_": node.args[:1], "ngettext": node.args[:2]}.get(
                    node.func.id, []
                )
                texts = tuple(
                    argument.value
                    for argument in arguments
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
                )
                if texts:
                    yield path, node.lineno, texts


def test_extraction_finds_the_texts_of_code_and_templates() -> None:
    found = extracted()
    assert ("Lunch",) in found
    assert ("What could not be placed",) in found
    assert ("{n} visit", "{n} visits") in found


def test_the_catalogue_has_what_extraction_finds_and_no_more() -> None:
    # A plural may be used in its singular too: one entry serves both.
    listed = {forms(message.id) for message in translated()}
    first = {texts[0] for texts in listed}
    assert {texts for texts in extracted() if texts not in listed and texts[0] not in first} == set()
    assert listed - extracted() == set()


def test_every_text_in_the_code_can_be_extracted() -> None:
    found = {texts[0] for texts in extracted()}
    assert [text for text in called() if text[2][0] not in found] == []


def test_every_message_is_translated() -> None:
    assert [message.id for message in translated() if message.fuzzy] == []
    incomplete = [
        message.id
        for message in translated()
        if len(forms(message.string)) != len(forms(message.id))
        or not all(form.strip() for form in forms(message.string))
    ]
    assert incomplete == []


def test_placeholders_are_the_same_in_every_form() -> None:
    for message in translated():
        for english, danish in zip(forms(message.id), forms(message.string), strict=True):
            assert sorted(PLACEHOLDER.findall(english)) == sorted(PLACEHOLDER.findall(danish)), english


def test_spaces_and_closing_marks_are_kept() -> None:
    for message in translated():
        for english, danish in zip(forms(message.id), forms(message.string), strict=True):
            assert english[0].isspace() == danish[0].isspace(), english
            assert english[-1].isspace() == danish[-1].isspace(), english
            assert (english[-1] in ":?") == (danish[-1] in ":?"), english


def compiled(data: bytes) -> dict[object, str]:
    """The texts of a compiled catalogue, without its header, which names Babel's version."""
    # typeshed does not know the attribute, which the standard library has had all along.
    texts: dict[object, str] = dict(vars(gettext.GNUTranslations(io.BytesIO(data)))["_catalog"])
    del texts[""]
    return texts


def test_the_compiled_catalogue_is_that_of_the_texts() -> None:
    fresh = io.BytesIO()
    write_mo(fresh, catalogue())
    committed = (FOLDER / "hjul.mo").read_bytes()
    assert compiled(committed) == compiled(fresh.getvalue())
    header = gettext.GNUTranslations(io.BytesIO(committed)).info()
    assert header["plural-forms"] == "nplurals=2; plural=(n != 1);"
    assert header["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(("n", "text"), [(0, "0 samtaler"), (1, "1 samtale"), (2, "2 samtaler")])
def test_danish_plurals(n: int, text: str) -> None:
    with i18n.using("da"):
        assert i18n.ngettext("{n} conversation", "{n} conversations", n).format(n=n) == text
