"""Pages to print and to fill in: fields in their places, the same bytes, nothing dropped."""

from __future__ import annotations

import io
import subprocess
import sys
from functools import cache
from typing import Any

import pytest

pypdf = pytest.importorskip("pypdf", reason="the extra `pdf` isn't installed")
pytest.importorskip("typst", reason="the extra `pdf` isn't installed")

from spineworkup.errors import PrintError  # noqa: E402
from spineworkup.render import fonts  # noqa: E402
from spineworkup.render import to_pdf as module  # noqa: E402
from spineworkup.render.model import Sheet, blanks  # noqa: E402
from spineworkup.render.sheet import blank_sheet, sheet_for  # noqa: E402
from spineworkup.render.to_pdf import to_pdf  # noqa: E402
from tests.render.example import AT, checklist_of, emergency, example_pathway, pain_only, printed  # noqa: E402

SHEETS = {
    "emergency": lambda: sheet_for(emergency()),
    "pain only": lambda: sheet_for(pain_only()),
    "nothing known": lambda: sheet_for(checklist_of({})),
    "blank": lambda: blank_sheet(example_pathway(), AT),
}
SIZES = {"a4": (595, 842), "letter": (612, 792)}
NAMES = (
    "محمد عبد الله สมชาย हिन्दी தமிழ் Παπαδόπουλος Достоевский 🦊 ਸਿੰਘ বাংলা Łukasz "
    + "Wolfeschlegelsteinhausen" * 6
)


@pytest.fixture(params=SHEETS)
def sheet(request: pytest.FixtureRequest) -> Sheet:
    return SHEETS[request.param]()


def read(sheet: Sheet, paper: str = "a4") -> Any:
    return pypdf.PdfReader(io.BytesIO(printed(sheet, paper)))


@cache
def words_of(sheet: Sheet, paper: str = "a4") -> list[str]:
    """What each page says."""
    return [page.extract_text() for page in read(sheet, paper).pages]


def widgets(reader: Any) -> list[tuple[Any, Any]]:
    listed = [(page, one.get_object()) for page in reader.pages for one in page.get("/Annots", [])]
    return [(page, one) for page, one in listed if one["/Subtype"] == "/Widget"]


@pytest.mark.parametrize("paper", SIZES)
def test_the_paper_is_the_one_asked_for(sheet: Sheet, paper: str) -> None:
    for page in read(sheet, paper).pages:
        assert (round(page.mediabox.width), round(page.mediabox.height)) == SIZES[paper]


def test_other_paper_is_refused(sheet: Sheet) -> None:
    with pytest.raises(PrintError, match="unknown paper"):
        to_pdf(sheet, "a5")


def test_the_bytes_are_the_same_each_time(sheet: Sheet) -> None:
    assert to_pdf(sheet) == printed(sheet)


@pytest.mark.parametrize("paper", SIZES)
@pytest.mark.parametrize("name", ["emergency", "pain only", "blank"])
def test_the_checklist_of_eighteen_steps_is_one_page(name: str, paper: str) -> None:
    front = words_of(SHEETS[name](), paper)[0]
    assert all(row.code in front.split() for pause in SHEETS[name]().pauses for row in pause.rows)
    assert "Shapes:" in front


@pytest.mark.parametrize("paper", SIZES)
def test_no_pause_is_split(sheet: Sheet, paper: str) -> None:
    pages = [words.split() for words in words_of(sheet, paper)[:2]]
    for pause in sheet.pauses:
        assert sum(all(row.code in page for row in pause.rows) for page in pages) >= 1


def test_every_page_has_its_number_identity_version_and_the_space_for_identifiers(sheet: Sheet) -> None:
    pages = read(sheet).pages
    for number, page in enumerate(pages, 1):
        text = " ".join(words_of(sheet)[number - 1].split())
        assert f"Page {number} of {len(pages)}" in text
        assert sheet.running.hash in text and "version 0.1.0" in text and "not a medical device" in text
        assert sheet.running.identity in text or number == 1
        names = {
            one["/Parent"]["/T"] for one in (a.get_object() for a in page["/Annots"]) if "/Parent" in one
        }
        assert {blank.id for blank in sheet.running.blanks} <= names


def test_every_box_of_the_sheet_is_a_field_with_its_label_and_nothing_is_filled_in(sheet: Sheet) -> None:
    reader = read(sheet)
    fields = {one.get_object()["/T"]: one.get_object() for one in reader.root_object["/AcroForm"]["/Fields"]}
    assert set(fields) == {blank.id for blank in blanks(sheet)}
    for blank in blanks(sheet):
        field = fields[blank.id]
        assert field["/TU"] == blank.label
        assert field["/FT"] == ("/Btn" if blank.kind == "tick" else "/Tx")
        assert field.get("/V", "/Off") == "/Off"
    assert all(one.get("/AS", "/Off") == "/Off" for _, one in widgets(reader))


def test_what_is_typed_into_one_space_shows_in_no_other(sheet: Sheet) -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(printed(sheet)))
    spaces = [one for _, one in widgets(writer) if one["/Parent"]["/FT"] == "/Tx"]
    drawn = [one["/AP"].raw_get("/N").idnum for one in spaces]
    assert len(drawn) == len(set(drawn))
    name = next(blank.id for blank in blanks(sheet) if blank.kind == "text" and blank.short == "Time")
    for page in writer.pages:
        writer.update_page_form_field_values(page, {name: "23:59"}, auto_regenerate=False)
    shown = [one["/Parent"]["/T"] for one in spaces if b"23:59" in one["/AP"]["/N"].get_data()]
    assert shown == [name]


def test_what_is_typed_as_a_name_shows_on_every_page(sheet: Sheet) -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(printed(sheet)))
    for page in writer.pages:
        writer.update_page_form_field_values(page, {"id-name": "Jane"}, auto_regenerate=False)
    named = [one for _, one in widgets(writer) if one["/Parent"]["/T"] == "id-name"]
    assert len(named) == len(writer.pages)
    assert all(b"Jane" in one["/AP"]["/N"].get_data() for one in named)


def test_fields_lie_on_the_page_and_apart(sheet: Sheet) -> None:
    places: dict[int, list[tuple[float, ...]]] = {}
    for page, one in widgets(read(sheet)):
        left, bottom, right, top = (float(edge) for edge in one["/Rect"])
        assert 0 < left < right < page.mediabox.width and 0 < bottom < top < page.mediabox.height
        others = places.setdefault(id(page), [])
        for other in others:
            assert right <= other[0] or left >= other[2] or top <= other[1] or bottom >= other[3]
        others.append((left, bottom, right, top))


def test_every_field_is_in_the_tag_tree_once(sheet: Sheet) -> None:
    reader = read(sheet)
    tree = reader.root_object["/StructTreeRoot"]
    found: list[Any] = []

    def walk(element: Any, path: tuple[str, ...]) -> None:
        kids = element.get("/K")
        listed = [] if kids is None else kids.get_object()
        for kid in listed if isinstance(listed, list) else [listed]:
            one = kid.get_object()
            if isinstance(one, dict):
                if one.get("/Type") == "/OBJR" and path[-1] == "/Form":
                    found.append((one.raw_get("/Obj").idnum, path))
                walk(one, (*path, str(one.get("/S", ""))))

    walk(tree, ())
    numbers = [one.indirect_reference.idnum for _, one in widgets(reader)]
    assert sorted(number for number, _ in found) == sorted(numbers)
    cells = sum("/TD" in path for _, path in found)
    assert cells == len(found) - len(sheet.running.blanks) * (len(reader.pages) - 1)


def test_it_is_tagged_titled_and_in_english(sheet: Sheet) -> None:
    root = read(sheet).root_object
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == "en-GB"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert printed(sheet).startswith(b"%PDF-1.7")


def test_names_in_many_scripts_are_set() -> None:
    text = "".join(page.extract_text() for page in read(sheet_for(emergency(NAMES))).pages)
    for name in ("محمد", "Παπαδόπουλος", "Достоевский", "🦊", "Łukasz"):
        assert name in text


def test_a_character_without_a_font_is_refused_with_its_place_and_not_the_name() -> None:
    with pytest.raises(
        PrintError, match=r"sheet\.identifiers\[0\]\.value: no installed font has U\+13000"
    ) as raised:
        to_pdf(sheet_for(emergency("Jane \U00013000")))
    assert "Jane" not in str(raised.value)


def test_without_the_large_fonts_the_message_says_which_package_has_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "font_paths", lambda: fonts.font_paths()[:1])
    with pytest.raises(PrintError, match="U\\+738B.*manimgx-fonts-cjk"):
        to_pdf(sheet_for(emergency("王小明")))


def test_with_the_large_fonts_chinese_japanese_and_korean_are_set() -> None:
    if len(fonts.font_paths()) < 2:
        pytest.skip("the extra `pdf-cjk` isn't installed")
    text = "".join(
        page.extract_text() for page in read(sheet_for(emergency("王小明 山田太郎 さん 김철수"))).pages
    )
    assert "王小明" in text and "김철수" in text


@pytest.mark.parametrize(("package", "hint"), [("typst", "spineworkup[pdf]"), ("pypdf", "spineworkup[pdf]")])
def test_without_the_extra_the_message_says_what_to_install(package: str, hint: str) -> None:
    code = (
        f"import sys; sys.modules['{package}'] = None\n"
        "from spineworkup.errors import MissingExtraError\n"
        "try:\n    import spineworkup.render.to_pdf\n"
        "except MissingExtraError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert hint in done.stdout


def test_without_the_fonts_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from spineworkup.errors import MissingExtraError

    monkeypatch.setattr(fonts, "BASE", "no_such_fonts")
    with pytest.raises(MissingExtraError, match="manimgx-fonts"):
        fonts.font_paths()
