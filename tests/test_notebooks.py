"""The notebooks run from top to bottom on the example data, and are kept as a reader should find them."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
#: What the questions are about. Any other number in the prose would be a result that may become untrue.
_NUMBERS_OF_QUESTIONS = {"20", "900", "2010"}
#: Of the five, those about chance have plots only.
_WITHOUT_MAP = "45"
_LONGEST_CELL, _WIDEST_CELL = 12, 110
_PATIENCE_S = 600

each_notebook = pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)


def _read(file: Path) -> dict[str, Any]:
    book: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return book


def _cells(file: Path, kind: str) -> Iterator[str]:
    return ("".join(cell["source"]) for cell in _read(file)["cells"] if cell["cell_type"] == kind)


def test_there_are_five() -> None:
    assert [file.name[:2] for file in NOTEBOOKS] == ["1-", "2-", "3-", "4-", "5-"]


@each_notebook
def test_they_are_kept_without_output_as_jupyter_writes_them(file: Path) -> None:
    book = _read(file)
    nbformat.validate(book)
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None
        assert cell["metadata"] == {}
    assert set(book["metadata"]) == {"kernelspec", "language_info"}
    assert book["metadata"]["kernelspec"]["name"] == "python3"
    text = json.dumps(book, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    assert file.read_text(encoding="utf-8") == text


@each_notebook
def test_they_begin_with_a_question_and_end_with_an_answer(file: Path) -> None:
    prose = list(_cells(file, "markdown"))
    assert prose[0].startswith("# ")
    assert "**Spørgsmål:**" in prose[0]
    assert any(text.startswith("## Svaret") for text in prose)


@each_notebook
def test_no_result_is_written_into_the_prose(file: Path) -> None:
    prose = re.sub(r"`[^`]*`", "", "\n".join(_cells(file, "markdown")))
    assert set(re.findall(r"\d+", prose)) <= _NUMBERS_OF_QUESTIONS


@each_notebook
def test_they_use_the_package_and_have_no_code_of_their_own(file: Path) -> None:
    cells = list(_cells(file, "code"))
    assert "from scheduler" in cells[0]
    for cell in cells:
        assert not re.search(r"^\s*(def|class|async|while|try)\b|\blambda\b", cell, re.MULTILINE)
        assert len(cell.splitlines()) <= (_LONGEST_CELL if cell is not cells[0] else 2 * _LONGEST_CELL)
        assert max(map(len, cell.splitlines())) <= _WIDEST_CELL


@each_notebook
def test_they_run_without_a_warning_and_show_something(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    folder = tmp_path / "notebooks"
    folder.mkdir()
    home = tmp_path / "home"
    home.mkdir()
    for name in ("HOME", "JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    before = _files(tmp_path, home)

    book = nbformat.read(file, as_version=4)
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(book, kernel_name="python3", timeout=_PATIENCE_S, resources=resources).execute()

    outputs = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
    shown = [output["data"] for output in outputs if "data" in output]
    assert all("image/png" in data for data in shown if "<Figure" in data.get("text/plain", ""))
    assert any("image/png" in data for data in shown)
    assert any("folium-map" in data.get("text/html", "") for data in shown) or file.name[0] in _WITHOUT_MAP
    assert _files(tmp_path, home) == before


def _files(folder: Path, but: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if but not in path.parents}
