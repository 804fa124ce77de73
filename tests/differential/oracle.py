"""What the Python SDK makes of a configuration: a JSON object a line in, a line of JSON out.

Runs by itself so that it can be asked under several Pythons, each with its own botocore. Where the
AWS CLI reads an environment variable that the SDK does not know, the CLI's reading is taken.
"""

import json
import logging
import os
import sys
import time

import botocore
import botocore.awsrequest
import botocore.config
import botocore.credentials
import botocore.exceptions
import botocore.httpsession
import botocore.loaders
import botocore.session
import botocore.tokens
import botocore.utils

LOADER = botocore.loaders.create_loader()
REPLIES = []


class Raw:
    def __init__(self, text):
        self._text = text.encode()

    def stream(self, *_, **__):
        yield self._text


def send(_, request):
    body = request.body or b""
    body = body.decode() if isinstance(body, bytes) else body
    for reply in REPLIES:
        if (reply["method"] == request.method and reply.get("action", "") in body
                and request.url.startswith(reply["url"])):
            return botocore.awsrequest.AWSResponse(request.url, reply["status"], {},
                                                   Raw(reply["body"]))
    raise botocore.exceptions.EndpointConnectionError(endpoint_url=request.url)


def as_the_cli_does(environment):
    """The AWS CLI knows AWS_REGION, and takes AWS_PROFILE before AWS_DEFAULT_PROFILE."""
    environment = dict(environment)
    for cli, sdk in (("AWS_REGION", "AWS_DEFAULT_REGION"),
                     ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")):
        if environment.get(cli):
            environment[sdk] = environment[cli]
    return environment


def credentials_of(session, answer):
    found = session.get_credentials()
    if found is None:
        raise LookupError("no credentials")
    frozen = found.get_frozen_credentials()
    answer["keys"] = [frozen.access_key, frozen.secret_key, frozen.token or ""]
    answer["source"] = found.method
    expires = getattr(found, "_expiry_time", None)
    answer["expires"] = expires and int(expires.timestamp() * 1000 + 0.5)


def endpoint_of(session, region):
    client = session.create_client("ec2", region_name=region, aws_access_key_id="k",
                                   aws_secret_access_key="s")
    return client.meta.endpoint_url


def ca_bundle_of(session):
    found = session.get_config_variable("ca_bundle")
    return os.environ.get("REQUESTS_CA_BUNDLE", "") if found is None else found


def region_of(session):
    region = session.get_config_variable("region")
    botocore.utils.validate_region_name(region)
    return region or ""


def answer_to(ask):
    os.environ.clear()
    os.environ.update(as_the_cli_does(ask["environment"]))
    os.environ.update(HOME=ask["home"], PATH="/usr/bin:/bin", AWS_MAX_ATTEMPTS="1")
    REPLIES[:] = ask["replies"]
    cache = ask["home"] + "/.aws/sso/cache"
    botocore.credentials.SSOProvider._SSO_TOKEN_CACHE_DIR = cache
    if hasattr(botocore.tokens, "SSOTokenProvider"):
        botocore.tokens.SSOTokenProvider._SSO_TOKEN_CACHE_DIR = cache
    session = botocore.session.Session()
    session.register_component("data_loader", LOADER)
    if ask.get("profile"):
        session.set_config_variable("profile", ask["profile"])
    answer = {"errors": {}}

    def attempt(name, call):
        try:
            value = call()
            if value is not None:
                answer[name] = value
        except Exception as error:  # whatever it is, the SDK refuses
            answer["errors"][name] = f"{type(error).__name__}: {error}"

    attempt("profile", session.get_scoped_config)
    answer.pop("profile", None)
    if "profile" in answer["errors"]:
        return answer
    attempt("region", lambda: region_of(session))
    if ask["ask_endpoint"]:
        attempt("endpoint", lambda: endpoint_of(session, ask["endpoint_region"]))
    attempt("ca_bundle", lambda: ca_bundle_of(session))
    attempt("credentials", lambda: credentials_of(session, answer))
    return answer


def main():
    logging.disable(logging.CRITICAL)
    time.sleep = lambda _: None  # between attempts at a scripted reply
    # Bound as a default argument, so the name alone does not reach it.
    botocore.utils.ContainerMetadataFetcher.__init__.__defaults__ = (None, time.sleep)
    botocore.httpsession.URLLib3Session.send = send
    capabilities = {
        "version": botocore.__version__,
        "configured_endpoints": hasattr(botocore.session.botocore.configprovider,
                                        "ConfiguredEndpointProvider"),
    }
    out = sys.stdout
    print(json.dumps(capabilities), file=out)
    for line in sys.stdin:
        print(json.dumps(answer_to(json.loads(line))), file=out)


if __name__ == "__main__":
    main()
