"""What can't be seen is shown; what people are called stays as it is."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineworkup.errors import PrintError
from spineworkup.render.visible import safe_link, visible

NAMES = [
    "Anne O'Connor-Łukasz", "محمد عبد الله", "می‌خواهم", "王小明", "山田太郎", "김철수", "สมชาย", "हिन्दी", "क्‍ष", "தமிழ்",
    "Παπαδόπουλος", "Достоевский", "👩‍⚕️", "❤️", "Nguyễn", "ਸਿੰਘ",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names_stay_as_they_are(name: str) -> None:
    assert visible(name) == name


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("a\u2066b", "a⟨U+2066⟩b"),
        ("\x00", "⟨U+0000⟩"),
        ("a\x1b[31m", "a⟨U+001B⟩[31m"),
        ("a\u200bb", "a⟨U+200B⟩b"),
        ("pay\u200dpal", "pay⟨U+200D⟩pal"),
        ("\ufeffx", "⟨U+FEFF⟩x"),
        ("\u2028", "⟨U+2028⟩"),
        ("\U000e0041", "⟨U+E0041⟩"),
        ("\u3164", "⟨U+3164⟩"),
        ("a\ufe0f", "a⟨U+FE0F⟩"),
        ("one\ntwo\tthree", "one two three"),
    ],
)
def test_what_can_t_be_seen_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_nothing_unseen_is_left_and_nothing_is_lost(text: str) -> None:
    shown = visible(text)
    allowed = {"\u200c", "\u200d"}
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co") and c not in allowed]
    assert visible(shown) == shown or "⟨" in text
    assert len(shown) >= len(text)


@given(st.text(alphabet=st.characters(categories=["Cs"]), min_size=1))
def test_lone_surrogates_are_refused(text: str) -> None:
    with pytest.raises(PrintError):
        visible(text)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "http://example.org", "https://a@b.org", "https:///x",
        "https://example.org:8443/", "https://example.org/%2e", "https://exa mple.org", "//example.org", "https://example.org\\@evil.test",
        "https://example", "https://example.org/\nx", " https://example.org", "https://xn--e1afmkfd.org/é", "", "file:///etc/passwd", "mailto:a@b.org",
    ],
)  # fmt: skip
def test_only_plain_https_addresses_are_links(url: str) -> None:
    assert safe_link(url) == ""


@given(st.text())
def test_a_link_always_starts_with_https_and_a_name(url: str) -> None:
    link = safe_link(url)
    assert not link or (link.startswith("https://") and "@" not in link and link.isascii())
