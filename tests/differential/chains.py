"""Generated profiles that lead to credentials over others: roles, web identities, SSO."""

import hashlib
import json

from cases import FUTURE, REGIONS, case, keys, time_text
from writing import chance, file_text, profile_header

ROLE = "arn:aws:iam::123456789012:role/r"


def sts_reply(action):
    body = (f"<{action}Response xmlns='https://sts.amazonaws.com/doc/2011-06-15/'><{action}Result>"
            f"<Credentials><AccessKeyId>ASIA{action}</AccessKeyId><SecretAccessKey>s-{action}"
            f"</SecretAccessKey><SessionToken>t-{action}</SessionToken><Expiration>{FUTURE}"
            f"</Expiration></Credentials></{action}Result></{action}Response>")
    return {"method": "POST", "url": "https://sts.", "action": f"Action={action}&", "status": 200,
            "body": body}


STS = [sts_reply("AssumeRole"), sts_reply("AssumeRoleWithWebIdentity")]


def role_settings(rng, name, names):
    settings = {"role_arn": ROLE}
    if not chance(rng, 8):
        settings["source_profile"] = rng.choice(names + [name, "absent"])
    if chance(rng, 4):
        settings["credential_source"] = rng.choice(
            ["Environment", "EcsContainer", "Ec2InstanceMetadata", "Wallet"])
        if not chance(rng, 4):
            settings.pop("source_profile", None)
    for key, value in (("role_session_name", "me"), ("external_id", "xyz"),
                       ("duration_seconds", "900"), ("region", rng.choice(REGIONS))):
        if chance(rng, 4):
            settings[key] = value
    return settings


def one_profile(rng, name, names):
    kind = rng.randrange(8)
    settings = {}
    if kind < 3:
        settings = role_settings(rng, name, names)
    if kind in (3,):
        settings = {"web_identity_token_file": "HOME/token"}
        if not chance(rng, 4):
            settings["role_arn"] = ROLE
    if kind == 4 or chance(rng, 10):
        text = json.dumps({"Version": 1, "AccessKeyId": "ASIAPROC", "SecretAccessKey": "p",
                           "Expiration": FUTURE})
        settings["credential_process"] = f"echo '{text}'"
    if chance(rng, 25):
        settings["login_session"] = "arn:aws:iam::123456789012:user/me"
    if kind > 4 or chance(rng, 6):
        settings |= keys(rng, name)
    return settings


def chain_case(rng):
    """Profiles of every kind that name each other."""
    names = ["default", "a", "b", "c"]
    config, credentials = [], []
    for name in names:
        settings = one_profile(rng, name, names)
        if chance(rng, 3):
            credentials.append((name, settings if "credential_process" not in settings else {}))
        if not chance(rng, 4):
            config.append((profile_header(rng, name), settings))
    environment = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_PROFILE": rng.choice(names)}
    if chance(rng, 6):
        environment |= {"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "env-secret"}
    for name, value in (("AWS_WEB_IDENTITY_TOKEN_FILE", "HOME/token"), ("AWS_ROLE_ARN", ROLE)):
        if chance(rng, 8):
            environment[name] = value
    plain = "".join(f"[{n}]\n" + "".join(f"{k} = {v}\n" for k, v in s.items()) for n, s in config)
    return case("chain", environment=environment, replies=STS,
                profile=rng.choice(names) if chance(rng, 4) else "",
                files={".aws/config": plain, ".aws/credentials": file_text(rng, credentials),
                       "token": "jwt-1\n" if chance(rng, 3) else "jwt-1"})


def sso_token(rng):
    token = {"accessToken": "OLD", "expiresAt": time_text(rng), "clientId": "c",
             "clientSecret": "s", "registrationExpiresAt": time_text(rng), "refreshToken": "R",
             "region": "eu-west-1", "startUrl": "https://example.awsapps.com/start"}
    if chance(rng, 2):
        token["expiresAt"] = "2020-01-01T00:00:00Z"
    if chance(rng, 8):
        token["registrationExpiresAt"] = "2020-01-01T00:00:00Z"
    if chance(rng, 4):
        token.pop(rng.choice(sorted(token)))
    return token


def sso_case(rng):
    """A session in the cache, fresh or to be refreshed, of either form of SSO profile."""
    start = "https://example.awsapps.com/start"
    profile = {"sso_account_id": "000000000000", "sso_role_name": "R", "region": "eu-west-1"}
    session = {"sso_region": "eu-west-1", "sso_start_url": start}
    config = []
    if chance(rng, 4):
        profile |= session
        cache_key = start
    else:
        name = rng.choice(["s", "my corp"])
        profile["sso_session"] = name
        config.append((f'sso-session "{name}"' if " " in name else f"sso-session {name}", session))
        cache_key = name
        if chance(rng, 8):
            profile["sso_start_url"] = rng.choice([start, "https://other"])
    if chance(rng, 8):
        rng.choice([profile, session]).popitem()
    config.append((profile_header(rng, "base"), profile))
    granted = {"accessToken": "NEW", "expiresIn": 28800, "tokenType": "Bearer"}
    if chance(rng, 2):
        granted["refreshToken"] = "R2"
    roles = {"roleCredentials": {"accessKeyId": "ASIASSO", "secretAccessKey": "sso",
                                 "sessionToken": "st", "expiration": 4102444800000}}
    refused = json.dumps({"error": "invalid_grant", "error_description": "no"})
    ok = not chance(rng, 5)
    replies = [
        {"method": "POST", "url": "https://oidc.eu-west-1.amazonaws.com/token",
         "status": 200 if ok else 400, "body": json.dumps(granted) if ok else refused},
        {"method": "GET", "url": "https://portal.sso.eu-west-1.amazonaws.com/federation/",
         "status": 200, "body": json.dumps(roles)}]
    files = {".aws/config": file_text(rng, config)}
    if not chance(rng, 10):
        digest = hashlib.sha1(cache_key.encode()).hexdigest()
        files[f".aws/sso/cache/{digest}.json"] = json.dumps(sso_token(rng))
    return case("sso", files=files, replies=replies,
                environment={"AWS_EC2_METADATA_DISABLED": "true", "AWS_PROFILE": "base"})
