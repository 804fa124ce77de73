"""Prints the Authorization header that botocore makes for the request on stdin (JSON)."""

import datetime
import json
import sys

try:
    import botocore.auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
except ImportError:
    sys.exit(77)

case = json.load(sys.stdin)


class FixedTime(datetime.datetime):
    @classmethod
    def utcnow(cls):
        return cls.strptime(case["time"], "%Y%m%dT%H%M%SZ")

    @classmethod
    def now(cls, tz=None):
        return cls.utcnow().replace(tzinfo=tz)


if hasattr(botocore.auth, "get_current_datetime"):
    botocore.auth.get_current_datetime = lambda remove_tzinfo=True: FixedTime.utcnow()
botocore.auth.datetime = type(sys)("datetime")
botocore.auth.datetime.datetime = FixedTime

request = AWSRequest(
    method=case["method"], url=case["url"], data=case["body"], headers=case["headers"]
)
credentials = Credentials(case["key"], case["secret"], case.get("token"))
signer = botocore.auth.SigV4Auth(credentials, case["service"], case["region"])
signer.add_auth(request)
print(request.headers["Authorization"])
