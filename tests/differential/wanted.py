"""The differences from the Python SDK that are wanted, each with its reason: the one place for them.

A row has a name, the reason, and a function that knows the difference by the case, the field, the
SDK's answer and ours; an answer is ("value", ...) or ("error", text).
"""


def empty_variable(case, _, sdk, __):
    return sdk in (("value", ""), ("error", "ProfileNotFound: The config profile () could not be "
                                            "found")) and "" in case["environment"].values()


def byte_order_mark(case, _, sdk, __):
    return sdk[1].startswith("ConfigParseError") if sdk[0] == "error" and any(
        text.startswith("\ufeff") for text in case["files"].values()) else False


def default_profile(_, field, sdk, __):
    return field == "profile" and sdk[1] == ("ProfileNotFound: The config profile (default) could "
                                             "not be found")


def slash(_, field, sdk, ours):
    return field == "endpoint" and sdk[0] == ours[0] == "value" and sdk[1].rstrip("/") == ours[1]


def not_http(_, field, sdk, ours):
    return field == "endpoint" and sdk[0] == "value" and sdk[1].startswith("ftp:") and (
        "not an http or https address" in ours[1])


def home_of_bundle(case, field, sdk, ours):
    return field == "ca_bundle" and sdk[1].startswith("~/") and (
        ours[1] == case["home"] + sdk[1][1:])


def no_metadata_v1(case, _, sdk, ours):
    return ours[0] == "error" and sdk[0] == "value" and any(
        reply["method"] == "PUT" and reply["status"] != 200 for reply in case["replies"])


def older_sso(case, _, sdk, ours):
    return case["kind"] == "sso" and sdk[0] == "value" and "sso_session" not in str(
        case["files"]) and "has expired" in ours[1]


def unfinished_document(case, field, sdk, ours):
    return field == "credentials" and ours[0] == "value" and (
        "KeyError: 'Token'" in sdk[1] or "KeyError: 'Expiration'" in sdk[1]
        or "not NoneType" in sdk[1]
        or (case["kind"] == "metadata" and sdk[1].startswith("LookupError")))


def newer_addresses(case, _, sdk, __):
    return case["kind"] == "container" and sdk[0] == "error" and "Unsupported host" in sdk[1] and (
        "169.254.170.23" not in sdk[1].partition("from these hosts")[2])


def line_break(_, __, sdk, ours):
    return sdk[0] == "value" and ours[1] == ("the container's authorization token has a line break")


def parameter_lengths(_, __, sdk, ours):
    return sdk[0] == "error" and sdk[1].startswith("ParamValidationError") and ours[0] == "value"


def aws_login(_, __, ___, ours):
    return ours[0] == "error" and "was made by `aws login`" in ours[1]


WANTED = [
    ("an empty variable", "It is not set: a script's VARIABLE= means that nothing is known.",
     empty_variable),
    ("a byte order mark", "Editors of Windows write it, nobody sees it, and it means nothing.",
     byte_order_mark),
    ("AWS_PROFILE=default without such a profile", "It asks for what is there without asking.",
     default_profile),
    ("a slash at the end of an address", "It is the same address; ours never ends in one.", slash),
    ("an endpoint that is not http", "It is refused when it is read, not at the first call.",
     not_http),
    ("~ in the path of a bundle", "It means the home folder, as in every other path of these files.",
     home_of_bundle),
    ("version 1 of the metadata service", "It gives keys to whoever can make us fetch an address.",
     no_metadata_v1),
    ("an expired session of the older form", "Older SDKs ask the portal even so, which refuses.",
     older_sso),
    ("a document without Token or Expiration",
     "A local endpoint may hand out keys that live long; AWS says when they do not count.",
     unfinished_document),
    ("addresses of EKS", "Older SDKs lack them.", newer_addresses),
    ("a line break in the authorization token",
     "Older SDKs send it, and so a second header of somebody's choice.", line_break),
    ("lengths of parameters", "STS checks them; its answer is shown.", parameter_lengths),
    ("aws login", "Its keys are renewed by signing with a key of the CLI's own; the message names "
     "the way round.", aws_login),
]


def is_wanted(case, field, sdk, ours):
    """The name of the difference, or None when it is a fault."""
    for name, _, sees in WANTED:
        if sees(case, field, sdk, ours):
            return name
    return None
