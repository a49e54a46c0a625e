"""A token as a record system makes one for each call: `python new_token.py https://cds.example.org/cds-services`."""

import json
import sys
import time
import uuid
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import ECKey

key = ECKey.import_key(json.loads(Path("ehr-private.json").read_text()))
now = int(time.time())
head = {"alg": "ES384", "typ": "JWT", "kid": "trial-1", "jku": "https://ehr.example.org/keys"}
claims = {
    "iss": "https://ehr.example.org", "aud": sys.argv[1], "iat": now, "exp": now + 300, "jti": str(uuid.uuid4()), "tenant": "ward-1",
}  # fmt: skip
print(jwt.encode(head, claims, key, algorithms=["ES384"]))
