"""What has to fit together across the files of a package, beside what the tests of rule files show."""

import pytest

from spineworkup import load_pathway
from spineworkup.errors import RuleError
from tests.small_package import changed, write_package

MRI, PATHWAY, SCORES = "steps/mri", "pathway", "scores/points"
MISTAKES = [
    (MRI, "id: mri_now", "id: MRI now", "8:11", "the id 'MRI now' isn't snake_case (small letters, digits and _)"),
    (MRI, "id: mri_unsafe", "id: mri-unsafe", "19:12", "the id 'mri-unsafe' isn't snake_case"),
    (MRI, "id: mri_grade", "id: mri.grade", "22:12", "the id 'mri.grade' isn't snake_case"),
    (MRI, "id: mri_note", "id: '1'", "27:16", "the id '1' isn't snake_case"),
    (MRI, "id: spine", "id: Spine", "6:16", "the id 'Spine' isn't snake_case"),
    (PATHWAY, "id: see,", "id: See,", "8:10", "the id 'See' isn't snake_case"),
    (PATHWAY, "  - {id: imaging,", "  - {id: Later, title: Later}\n  - {id: imaging,", "2:10", "the id 'Later' isn't snake_case"),
    (SCORES, "items: {implant: {none: 0, unsafe: [1, 2]}}", "items: {fever: {}}", "4:18", "'fever' isn't a choice"),
    (SCORES, "{band: none}]}", "{band: none}], mmol/l: [{band: none}]}", "13:10", "two tables for one unit (one table for each unit)"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "place", "message"), MISTAKES, ids=[f"{row[0]}-{row[4][:30]}" for row in MISTAKES])
def test_every_mistake_has_its_place(tmp_path, name, old, new, place, message):
    with pytest.raises(RuleError) as caught:
        load_pathway(write_package(tmp_path, **{name.replace("/", "__"): changed(name, old, new)}))

    first = str(caught.value).splitlines()[0]
    assert first.startswith(f"{tmp_path}/{name}.yaml:{place}: {message}"), first
