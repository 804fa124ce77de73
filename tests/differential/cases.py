"""Generated configurations: files, environment and the answers of the network."""

import json

from writing import chance, file_text, profile_header

REGIONS = ["eu-west-1", "us-east-1", "ap-southeast-2", "us-gov-west-1", "cn-north-1"]
NAMES = ["default", "work", "my work", "prod-eu", "a.b@c"]
ADDRESSES = ["http://127.0.0.1:4566", "https://ec2.example.com", "http://localhost:5000/",
             "https://10.0.0.1:8443/path", "http://127.0.0.1:4566/"]
BROKEN_ADDRESSES = ["127.0.0.1:4566", "ftp://example.com", "nothing"]
FUTURE = "2099-04-22T22:56:02Z"


def time_text(rng):
    """A time of RFC 3339, or what a program may have written in its place."""
    year = rng.choice(["2099", "2077", "2088"])
    date = f"{year}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"
    clock = f"{rng.randrange(24):02}:{rng.randrange(60):02}:{rng.randrange(60):02}"
    fraction = rng.choice(["", "", "", ".5", ".123", ".123456", ".1234567"])
    hours, minutes = rng.randrange(15), rng.choice([0, 0, 30, 45])
    sign = rng.choice("+-")
    zone = rng.choice(["Z", "Z", "z", "UTC", "+00:00", "-00:00", "+0000",
                       f"{sign}{hours:02}:{minutes:02}", f"{sign}{hours:02}{minutes:02}",
                       f"{sign}{hours:02}", f"{sign}{hours:02}:{minutes:02}"])
    between = rng.choice("TTTTTt ")
    if chance(rng, 12):
        return rng.choice(["", "soon", "2099", "2099-13-01T00:00:00Z", date + "T25:00:00Z",
                           f"{date}T{clock}+99:00", f"{date}T{clock}+", f"{date}T{clock}Zx"])
    return f"{date}{between}{clock}{fraction}{zone}"


def expiration(rng):
    """What stands in a JSON document's Expiration: mostly a time, and sometimes no text at all."""
    return rng.choice([None, 4102444800, 4102444800.5, True, [], {}]) if chance(rng, 10) else (
        time_text(rng))


def key_document(rng, token="Token", **more):
    document = {"AccessKeyId": "ASIADOC", "SecretAccessKey": "doc-secret", token: "doc-token",
                "Expiration": expiration(rng)} | more
    if chance(rng, 8):
        document.pop(rng.choice(sorted(document)))
    return document


def keys(rng, name):
    tag = name.replace(" ", "").upper()
    settings = {"aws_access_key_id": f"AKIA{tag}", "aws_secret_access_key": f"secret/{tag}+=="}
    if chance(rng, 3):
        settings["aws_session_token"] = f"token{tag}=="
    if chance(rng, 12):
        settings["aws_security_token"] = f"older{tag}"
    if chance(rng, 20):
        settings.pop("aws_secret_access_key")
    return settings


def shuffled(rng, settings):
    items = list(settings.items())
    rng.shuffle(items)
    return dict(items)


def variables(rng, names):
    found = {"AWS_EC2_METADATA_DISABLED": "true"}
    for name, values in (("AWS_REGION", REGIONS), ("AWS_DEFAULT_REGION", REGIONS),
                         ("AWS_PROFILE", names), ("AWS_DEFAULT_PROFILE", names)):
        if chance(rng, 6):
            found[name] = rng.choice(values)
        elif chance(rng, 40):
            found[name] = ""
    return found


def case(kind, **more):
    return {"kind": kind, "environment": {"AWS_EC2_METADATA_DISABLED": "true"}, "profile": "",
            "endpoint_region": "eu-west-1", "ask_endpoint": False, "replies": [],
            "files": {}} | more


def files_case(rng):
    """Two files with keys and regions, written in every way."""
    names = rng.sample(NAMES, rng.randrange(1, 4))
    config, credentials = [], []
    for name in names:
        settings = {"region": rng.choice(REGIONS)}
        if chance(rng, 3):
            settings["output"] = "json"
        if chance(rng, 4):
            settings |= keys(rng, name + "C")
        if chance(rng, 4):
            settings["ca_bundle"] = "/etc/ca.pem"
        if chance(rng, 6):
            settings["s3"] = {"max_concurrent_requests": "20", "region": "us-west-2"}
        if not chance(rng, 5):
            config.append((profile_header(rng, name), shuffled(rng, settings)))
        if not chance(rng, 4):
            credentials.append((name, keys(rng, name)))
    environment = variables(rng, names + ["default", "absent"])
    files = {".aws/config": file_text(rng, config), ".aws/credentials": file_text(rng, credentials)}
    if chance(rng, 8):
        files["other/config"] = files.pop(".aws/config")
        environment["AWS_CONFIG_FILE"] = rng.choice(["~/other/config", "$HOME/other/config",
                                                     "${HOME}/other/config", "/no/such/file"])
    if chance(rng, 8):
        files["keys"] = files.pop(".aws/credentials")
        environment["AWS_SHARED_CREDENTIALS_FILE"] = "~/keys"
    if chance(rng, 8):
        environment[rng.choice(["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"])] = rng.choice(
            ["/x/ca.pem", "~/ca.pem", ""])
    profile = rng.choice(names) if chance(rng, 5) else ""
    return case("files", files=files, environment=environment, profile=profile)


def environment_keys_case(rng):
    environment = variables(rng, ["default"])
    for name, value in (("AWS_ACCESS_KEY_ID", "AKIAENV"), ("AWS_SECRET_ACCESS_KEY", "env-secret")):
        if not chance(rng, 12):
            environment[name] = value
    for name in ("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"):
        if chance(rng, 3):
            environment[name] = "token-of-" + name
    if chance(rng, 2):
        environment["AWS_CREDENTIAL_EXPIRATION"] = time_text(rng)
    files = {".aws/credentials": file_text(rng, [("default", keys(rng, "default"))])}
    return case("environment", environment=environment, files=files,
                profile="default" if chance(rng, 4) else "")


def process_case(rng):
    document = key_document(rng, "SessionToken", Version=rng.choice([1] * 9 + [2, "1", None]))
    text = json.dumps(document)
    command = rng.choice([f"echo '{text}'", f"printf %s '{text}'", "sh out.sh", "false",
                          "sh '~/x", r'cat out\.json', 'cat "out.json"', r'cat "out\.json"',
                          "cat out.json # x", "cat  out.json "])
    command = command.replace("out.", "HOME/out.")
    config = [("default", {"credential_process": command, "region": "eu-west-1"})]
    return case("process", files={
        ".aws/config": "".join(f"[{name}]\n" + "".join(f"{k} = {v}\n" for k, v in s.items())
                               for name, s in config),
        "out.json": text, "out.sh": f"cat <<'X'\n{text}\nX\n"})


def container_case(rng):
    environment = {"AWS_EC2_METADATA_DISABLED": "true"}
    address = rng.choice(["http://127.0.0.1:81/x", "http://localhost:81/x", "https://any.host/x",
                          "http://169.254.170.23/v1/credentials", "http://[fd00:ec2::23]/v1",
                          "http://example.com/x", "http://10.0.0.1/x", "http://[::1]:81/x"])
    if chance(rng, 2):
        environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/credentials/id"
        address = "http://169.254.170.2/v2/credentials/id"
    else:
        environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = address
    if chance(rng, 4):
        environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = rng.choice(["bearer", "two\nlines"])
    body = json.dumps(key_document(rng)) if not chance(rng, 10) else rng.choice(["", "{", "[]"])
    reply = {"method": "GET", "url": address, "status": rng.choice([200] * 8 + [404, 500]),
             "body": body}
    return case("container", environment=environment, replies=[reply])


def metadata_case(rng):
    base = rng.choice(["http://169.254.169.254", "http://127.0.0.1:1338"])
    environment = {}
    files = {}
    if base != "http://169.254.169.254":
        if chance(rng, 2):
            environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = base + rng.choice(["", "/"])
        else:
            files[".aws/config"] = f"[default]\nec2_metadata_service_endpoint = {base}\n"
    elif chance(rng, 6):
        base = "http://[fd00:ec2::254]"
        if chance(rng, 2):
            environment["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"] = rng.choice(["IPv6", "ipv6"])
        else:
            files[".aws/config"] = "[default]\nec2_metadata_service_endpoint_mode = ipv6\n"
    if chance(rng, 8):
        environment["AWS_EC2_METADATA_DISABLED"] = rng.choice(["true", "TRUE", "false"])
    folder = base + "/latest/meta-data/iam/security-credentials/"
    document = key_document(rng, Code="Success", Type="AWS-HMAC")
    if chance(rng, 8):
        document = {"Code": "AssumeRoleUnauthorizedAccess", "Message": "no"}
    replies = [
        {"method": "PUT", "url": base + "/latest/api/token", "body": "imds-token",
         "status": rng.choice([200] * 9 + [404])},
        {"method": "GET", "url": folder + "role", "body": json.dumps(document),
         "status": rng.choice([200] * 8 + [404])},
        {"method": "GET", "url": folder, "body": "role", "status": rng.choice([200] * 8 + [404])},
    ]
    return case("metadata", environment=environment, replies=replies, files=files)


def endpoint_case(rng):
    def address():
        return rng.choice(BROKEN_ADDRESSES if chance(rng, 25) else ADDRESSES)

    environment = {"AWS_EC2_METADATA_DISABLED": "true"}
    for name, one_in in (("AWS_ENDPOINT_URL", 5), ("AWS_ENDPOINT_URL_EC2", 5),
                         ("AWS_ENDPOINT_URL_STS", 5)):
        if chance(rng, one_in):
            environment[name] = address()
    for name in ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "AWS_USE_DUALSTACK_ENDPOINT",
                 "AWS_USE_FIPS_ENDPOINT"):
        if chance(rng, 6):
            environment[name] = rng.choice(["true", "True", "false", "1"])
    settings = {"region": "eu-west-1"}
    for name in ("ignore_configured_endpoint_urls", "use_dualstack_endpoint", "use_fips_endpoint"):
        if chance(rng, 8):
            settings[name] = rng.choice(["true", "TRUE", "false"])
    if chance(rng, 3):
        settings["endpoint_url"] = address()
    config = []
    if chance(rng, 2):
        name = rng.choice(["loc", "my loc"])
        settings["services"] = name
        header = f"services {name}" if " " not in name else f'services "{name}"'
        services = {}
        for service in rng.sample(["ec2", "sts", "s3"], rng.randrange(1, 4)):
            services[service] = {"endpoint_url": address()}
        if chance(rng, 6):
            services["endpoint_url"] = address()
        if not chance(rng, 12):
            config.append((header, services))
    config.append(("default", shuffled(rng, settings)))
    rng.shuffle(config)
    return case("endpoint", environment=environment, ask_endpoint=True,
                endpoint_region=rng.choice(REGIONS), files={".aws/config": file_text(rng, config)})
