import base64
import json
import os
from urllib.parse import quote_plus, urlencode, urlsplit
from urllib.request import Request, urlopen

issuer = os.environ["NARTHEX_ISSUER"]
client_id = os.environ["NARTHEX_CLIENT_ID"]
client_secret = os.environ["NARTHEX_CLIENT_SECRET"]

# RFC 8414: the well-known part goes between the host and the issuer's path.
at = urlsplit(issuer)
with urlopen(f"{at.scheme}://{at.netloc}/.well-known/oauth-authorization-server{at.path}") as answer:
    metadata = json.load(answer)
assert metadata["issuer"] == issuer

credentials = f"{quote_plus(client_id)}:{quote_plus(client_secret)}"
basic = base64.b64encode(credentials.encode()).decode()
request = Request(
    metadata["token_endpoint"],
    data=urlencode({"grant_type": "client_credentials"}).encode(),
    headers={"Authorization": f"Basic {basic}"},
)
with urlopen(request) as answer:
    token = json.load(answer)

print(json.dumps(token))
