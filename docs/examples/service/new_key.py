"""A key pair for trials: `ehr-keys.json` for the service, `ehr-private.json` for whoever plays the record system."""

import json
from pathlib import Path

from joserfc.jwk import ECKey

key = ECKey.generate_key("P-384", {"kid": "trial-1", "use": "sig", "alg": "ES384"})
Path("ehr-private.json").write_text(json.dumps(key.as_dict(private=True)))
Path("ehr-keys.json").write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
