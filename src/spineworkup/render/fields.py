"""Boxes and spaces as form fields inside the tag tree, so that a screen reader finds them where they stand.

Typst leaves the place of each field; this adds the fields, their labels and their appearances with pypdf.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any

from attrs import frozen

from spineworkup.errors import MissingExtraError, PrintError

try:
    from pypdf import PageObject, PdfWriter
    from pypdf.generic import (
        ArrayObject,
        BooleanObject,
        DictionaryObject,
        FloatObject,
        IndirectObject,
        NameObject,
        NumberObject,
        PdfObject,
        StreamObject,
        TextStringObject,
    )
except ImportError as error:  # pragma: no cover
    raise MissingExtraError("pdf", "pypdf") from error

VERSION = "%PDF-1.7"  # pypdf would write 1.3, whatever it read
PRINT = 4
APPEARANCE = "/Helv 9 Tf 0 g"
EMPTY = "/Tx BMC EMC"


@frozen
class Field:
    """Where a field stands: its page and corner, and its cell in the tag tree (none in the running head)."""

    id: str
    label: str
    kind: str
    page: int
    x: float
    y: float
    w: float
    h: float
    cell: tuple[int, int, int] | None

    @classmethod
    def of(cls, placed: Mapping[str, Any]) -> Field:
        """Read a field as Typst reports it."""
        position = placed["pos"]
        cell = None if placed["number"] is None else (placed["number"] - 1, placed["row"], placed["column"])
        x, y = (float(position[axis].removesuffix("pt")) for axis in ("x", "y"))
        return cls(
            placed["id"],
            placed["label"],
            placed["kind"],
            position["page"],
            x,
            y,
            placed["w"],
            placed["h"],
            cell,
        )


def add_fields(pdf: bytes, placed: Sequence[Field]) -> bytes:
    """Return the PDF with its fields; the same bytes for the same input.

    Raises:
        PrintError: The tag tree isn't as expected; nothing is printed rather than a field in the wrong place.
    """
    writer = PdfWriter(clone_from=BytesIO(pdf))
    writer.pdf_header = VERSION
    form = _Form(writer)
    for page in writer.pages:
        page[NameObject("/Tabs")] = NameObject("/S")
    for field in placed:
        form.add(field)
    form.finish()
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


class _Form:
    """The form while it is being built; fields of one name are one field with several places."""

    def __init__(self, writer: PdfWriter) -> None:
        self.writer = writer
        self.root = _dictionary(writer._root_object["/StructTreeRoot"])
        self.cells = [list(_rows(table)) for table in _tables(self.root)]
        self.fields: dict[str, IndirectObject] = {}
        self.loose: list[IndirectObject] = []
        self.key = int(self.root.get("/ParentTreeNextKey", NumberObject(0)))
        self.parents: list[tuple[int, IndirectObject]] = []
        self.states: dict[tuple[float, float], tuple[IndirectObject, IndirectObject]] = {}

    def add(self, field: Field) -> None:
        page = self.writer.pages[field.page - 1]
        if field.id not in self.fields:
            self.fields[field.id] = self.writer._add_object(_field(field))
        widget = self.writer._add_object(self.widget(field, page))
        _list(_dictionary(self.fields[field.id]), "/Kids").append(widget)
        _list(page, "/Annots").append(widget)
        self.tag(field, page, widget)

    def widget(self, field: Field, page: PageObject) -> DictionaryObject:
        height = float(page.mediabox.height)
        rectangle = (field.x, height - field.y - field.h, field.x + field.w, height - field.y)
        widget = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Annot"),
                NameObject("/Subtype"): NameObject("/Widget"),
                NameObject("/Parent"): self.fields[field.id],
                NameObject("/TU"): TextStringObject(field.label),
                NameObject("/Contents"): TextStringObject(field.label),
                NameObject("/F"): NumberObject(PRINT),
                NameObject("/Rect"): ArrayObject(FloatObject(round(edge, 2)) for edge in rectangle),
                NameObject("/P"): page.indirect_reference,
                NameObject("/StructParent"): NumberObject(self.key),
            }
        )
        if field.kind == "tick":
            on, off = self.tick_states(field.w, field.h)
            states = DictionaryObject({NameObject("/Yes"): on, NameObject("/Off"): off})
            widget[NameObject("/AS")] = NameObject("/Off")
            widget[NameObject("/AP")] = DictionaryObject({NameObject("/N"): states})
        else:
            # Its own, never shared: a viewer writes what is typed into it.
            empty = self.drawing((field.w, field.h), EMPTY)
            widget[NameObject("/AP")] = DictionaryObject({NameObject("/N"): empty})
        return widget

    def tick_states(self, w: float, h: float) -> tuple[IndirectObject, IndirectObject]:
        """Return what a ticked and an empty box look like: drawn, so that no font is needed."""
        size = (round(w, 2), round(h, 2))
        if size not in self.states:
            tick = (
                f"q 1.4 w 1 J 1 j {0.2 * w:.2f} {0.5 * h:.2f} m {0.42 * w:.2f} {0.22 * h:.2f} l "
                f"{0.8 * w:.2f} {0.8 * h:.2f} l S Q"
            )
            self.states[size] = (self.drawing(size, tick), self.drawing(size, ""))
        return self.states[size]

    def drawing(self, size: tuple[float, float], operators: str) -> IndirectObject:
        stream = StreamObject()
        stream.set_data(operators.encode())
        stream.update(
            {
                NameObject("/Type"): NameObject("/XObject"),
                NameObject("/Subtype"): NameObject("/Form"),
                NameObject("/BBox"): ArrayObject(FloatObject(edge) for edge in (0, 0, *size)),
                NameObject("/Resources"): DictionaryObject(),
            }
        )
        return self.writer._add_object(stream)

    def tag(self, field: Field, page: PageObject, widget: IndirectObject) -> None:
        """Put the field into the tag tree: at the end of its cell, or with the running heads."""
        cell = None if field.cell is None else self.cell(field)
        element = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/StructElem"),
                NameObject("/S"): NameObject("/Form"),
                NameObject("/Pg"): page.indirect_reference,
                NameObject("/Alt"): TextStringObject(field.label),
                NameObject("/K"): DictionaryObject(
                    {
                        NameObject("/Type"): NameObject("/OBJR"),
                        NameObject("/Obj"): widget,
                        NameObject("/Pg"): page.indirect_reference,
                    }
                ),
            }
        )
        reference = self.writer._add_object(element)
        if cell is None:
            self.loose.append(reference)
        else:
            element[NameObject("/P")] = cell.indirect_reference
            _append(cell, reference)
        self.parents.append((self.key, reference))
        self.key += 1

    def cell(self, field: Field) -> DictionaryObject:
        assert field.cell is not None
        table, row, column = field.cell
        try:
            return self.cells[table][row][column]
        except IndexError:
            raise PrintError(f"no place in the tag tree for the field {field.id}") from None

    def finish(self) -> None:
        if self.loose:
            self.add_loose()
        tree = _dictionary(self.root["/ParentTree"])
        numbers = [entry for key, element in self.parents for entry in (NumberObject(key), element)]
        if numbers and "/Kids" in tree:
            limits = ArrayObject([NumberObject(self.parents[0][0]), NumberObject(self.parents[-1][0])])
            kid = DictionaryObject({NameObject("/Limits"): limits, NameObject("/Nums"): ArrayObject(numbers)})
            _list(tree, "/Kids").append(self.writer._add_object(kid))
        else:
            _list(tree, "/Nums").extend(numbers)
        self.root[NameObject("/ParentTreeNextKey")] = NumberObject(self.key)
        self.writer._root_object[NameObject("/AcroForm")] = DictionaryObject(
            {
                NameObject("/Fields"): ArrayObject(self.fields.values()),
                NameObject("/NeedAppearances"): BooleanObject(False),
                NameObject("/DA"): TextStringObject(APPEARANCE),
                NameObject("/DR"): DictionaryObject(
                    {NameObject("/Font"): DictionaryObject({NameObject("/Helv"): self.helvetica()})}
                ),
            }
        )

    def helvetica(self) -> IndirectObject:
        """Name the font in which a viewer sets what is typed; nothing on the printed page uses it."""
        return self.writer._add_object(
            DictionaryObject(
                {
                    NameObject("/Type"): NameObject("/Font"),
                    NameObject("/Subtype"): NameObject("/Type1"),
                    NameObject("/BaseFont"): NameObject("/Helvetica"),
                    NameObject("/Name"): NameObject("/Helv"),
                    NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
                }
            )
        )

    def add_loose(self) -> None:
        """Put the fields of the running heads into a division at the end of the document."""
        document = _kids(self.root)[0]
        division = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/StructElem"),
                NameObject("/S"): NameObject("/Div"),
                NameObject("/P"): document.indirect_reference,
                NameObject("/K"): ArrayObject(self.loose),
            }
        )
        reference = self.writer._add_object(division)
        for element in self.loose:
            _dictionary(element)[NameObject("/P")] = reference
        _append(document, reference)


def _dictionary(value: PdfObject) -> DictionaryObject:
    """Return a value as a dictionary, wherever in the file it stands."""
    found = value.get_object()
    if not isinstance(found, DictionaryObject):
        raise PrintError("the tag tree of the page isn't as expected")
    return found


def _list(owner: DictionaryObject, name: str) -> ArrayObject:
    """Return the list of this name, made where there is none."""
    if name not in owner:
        owner[NameObject(name)] = ArrayObject()
    found = owner[name].get_object()
    if not isinstance(found, ArrayObject):
        raise PrintError("the tag tree of the page isn't as expected")
    return found


def _field(field: Field) -> DictionaryObject:
    made = DictionaryObject(
        {
            NameObject("/FT"): NameObject("/Btn" if field.kind == "tick" else "/Tx"),
            NameObject("/T"): TextStringObject(field.id),
            NameObject("/TU"): TextStringObject(field.label),
            NameObject("/Kids"): ArrayObject(),
        }
    )
    if field.kind == "tick":
        made[NameObject("/V")] = NameObject("/Off")
    else:
        made[NameObject("/DA")] = TextStringObject(APPEARANCE)
    return made


def _append(element: DictionaryObject, kid: IndirectObject) -> None:
    """Put a kid after those that an element has: none, one, or a list."""
    if "/K" in element and not isinstance(element["/K"].get_object(), ArrayObject):
        element[NameObject("/K")] = ArrayObject([element.raw_get("/K")])
    _list(element, "/K").append(kid)


def _kids(element: DictionaryObject) -> list[DictionaryObject]:
    kids = element.get("/K")
    if kids is None:
        return []
    listed = kids.get_object()
    found = listed if isinstance(listed, ArrayObject) else [listed]
    return [kid.get_object() for kid in found if isinstance(kid.get_object(), DictionaryObject)]


def _tables(element: DictionaryObject) -> Iterator[DictionaryObject]:
    """Give every table in the order of the document."""
    for kid in _kids(element):
        if kid.get("/S") == "/Table":
            yield kid
        yield from _tables(kid)


def _rows(table: DictionaryObject) -> Iterator[list[DictionaryObject]]:
    """Give the cells of each row of a table's body."""
    for section in _kids(table):
        if section.get("/S") == "/TBody":
            for row in _kids(section):
                yield [cell for cell in _kids(row) if cell.get("/S") in ("/TD", "/TH")]
