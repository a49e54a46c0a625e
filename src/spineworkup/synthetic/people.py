"""Who the patients are, and with what they come: the frame into which all else has to fit.

Every rate here is made up, to exercise software. None says anything about patients.
"""

from __future__ import annotations

import numpy as np
from attrs import frozen

from spineworkup.synthetic.drawing import NOT_KNOWN, Draw, Flags, Whole

SEXES = ("male", "female", "other")
HISTORIES = ("none", "past", "current", "suspected")
PRIMARIES = (
    "breast", "lung", "prostate", "kidney", "thyroid", "gastrointestinal", "melanoma", "myeloma", "lymphoma", "other",
    "unknown_primary",
)  # fmt: skip
BLOOD_CANCERS = (PRIMARIES.index("myeloma"), PRIMARIES.index("lymphoma"))
_PROSTATE, _OTHER = PRIMARIES.index("prostate"), PRIMARIES.index("other")
_EVEN = (0.4, 0.35, 0.05, 0.05, 0.15)


@frozen(eq=False)
class People:
    """The patients of a block.

    Args:
        primary: The number of the primary cancer; not known where there is no history of one.
        cord: They come with signs of a compressed cord or cauda equina.
        pain: They come with pain of the spine that makes suspicious.
        infection: They come with pointers to an infection of the spine.
        calcium: They come with a raised calcium.
    """

    sex: Whole
    age: Whole
    history: Whole
    primary: Whole
    cord: Flags
    pain: Flags
    infection: Flags
    calcium: Flags

    @property
    def male(self) -> Flags:
        """Those with findings that only men have."""
        return np.equal(self.sex, 0)

    @property
    def may_be_pregnant(self) -> Flags:
        """Those in whom a pregnancy is possible."""
        return np.equal(self.sex, 1) & (self.age < 50)

    @property
    def urgent(self) -> Flags:
        """Those whose MRI can't wait a week."""
        return self.cord | self.infection


def people_of(draw: Draw) -> People:
    """Draw the patients of a block."""
    sex = draw.pick((0.49, 0.49, 0.02))
    history = draw.pick((0.2, 0.25, 0.4, 0.15))
    primary = draw.pick([1.0] * len(PRIMARIES))
    primary = np.where((primary == _PROSTATE) & (sex == 1), _OTHER, primary)
    comes_with = draw.pick(_EVEN)
    return People(
        sex=sex,
        age=draw.about(64, 14, 18, 100),
        history=history,
        primary=np.where(history == 0, NOT_KNOWN, primary),
        cord=comes_with == 0,
        pain=comes_with == 1,
        infection=comes_with == 2,
        calcium=comes_with == 3,
    )
