"""The addresses that a card may lead to. No other address is ever sent, whatever stands in rules or records."""

from __future__ import annotations

from collections.abc import Mapping

# Source of the rules -> its page.
LINKS: Mapping[str, str] = {
    "ng234": "https://www.nice.org.uk/guidance/ng234",
    "qs56": "https://www.nice.org.uk/guidance/qs56",
    "ng12": "https://www.nice.org.uk/guidance/ng12",
    "cg104": "https://www.nice.org.uk/guidance/cg104",
    "acr_nkf_gadolinium": "https://pmc.ncbi.nlm.nih.gov/articles/PMC7873723",
    "acr_nkf_iodine": "https://pmc.ncbi.nlm.nih.gov/articles/PMC7525144",
}
