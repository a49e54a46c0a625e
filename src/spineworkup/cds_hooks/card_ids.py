"""The ids of cards and suggestions: the same while a patient's chart is the same, and recognised without being stored.

Half of an id says what it is about, the other half, which only this service can work out, that it gave it out.
"""

from __future__ import annotations

import hashlib
import hmac
from uuid import UUID

from attrs import field, frozen

_HALF = 8


@frozen
class Issuer:
    """Gives out ids for one caller, and recognises them.

    >>> issuer = Issuer(b"a secret of at least 32 bytes, drawn", "https://ehr.example/", "ward-1")
    >>> card = issuer.id_of("see_the_cord", "sha256:...")
    >>> issuer.gave_out(card), Issuer(b"another secret of at least 32 bytes.", "https://ehr.example/", "ward-1").gave_out(card)
    (True, False)

    Args:
        secret: The key of the service.
        iss: The caller, and
        tenant: the organisation, for which they are: nobody else's are recognised.
    """

    secret: bytes = field(repr=False)
    iss: str
    tenant: str

    def id_of(self, *about: str) -> str:
        """Return the id of what is described by some words."""
        first = hmac.digest(self.secret, _joined("about", *about), hashlib.sha256)[:_HALF]
        # Bits that every UUID has at these places: version 8, "made in a way of one's own", and the variant.
        first = first[:6] + bytes([0x80 | first[6] & 0x0F]) + first[7:]
        return str(UUID(bytes=first + self._seal(first)))

    def gave_out(self, id_: str) -> bool:
        """Return whether an id was given out by this service for this caller."""
        try:
            known = UUID(id_)
        except ValueError:
            return False
        first, second = known.bytes[:_HALF], known.bytes[_HALF:]
        return str(known) == id_ and hmac.compare_digest(self._seal(first), second)

    def pseudonym(self, patient: str) -> str:
        """Return what stands for a patient where nobody is to learn who it is."""
        return hmac.digest(self.secret, _joined("patient", self.iss, self.tenant, patient), hashlib.sha256).hex()[:32]

    def _seal(self, first: bytes) -> bytes:
        words = _joined("seal", self.iss, self.tenant) + first
        seal = hmac.digest(self.secret, words, hashlib.sha256)[:_HALF]
        return bytes([0x80 | seal[0] & 0x3F]) + seal[1:]


def _joined(*words: str) -> bytes:
    """Join words so that no two lists of them become the same bytes."""
    return b"".join(len(raw).to_bytes(4, "big") + raw for raw in (word.encode() for word in words))
