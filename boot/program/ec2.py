# Asks EC2 with the credentials of the instance profile, which stay in memory.
# usage: ec2.py SECONDS ENDPOINT INSTANCE attach VOLUME DEVICE | associate ADDRESS
# Says `wait TEXT` while it cannot be yet, and ends with `ok`, or `late CODE TEXT` after SECONDS.
import hashlib
import hmac
import http.client
import json
import re
import sys
import time
from urllib.parse import urlencode


class Refused(Exception):
    code = "not_yet"


def ask(connection, method, path, body=None, headers={}):
    try:
        connection.request(method, path, body, headers)
        reply = connection.getresponse()
        return reply.status, reply.read().decode()
    finally:
        connection.close()


def metadata(path, method="GET", header="", value="300"):
    status, text = ask(http.client.HTTPConnection("169.254.169.254", timeout=5), method,
                       "/latest/" + path, None, {"X-aws-ec2-metadata-token" + header: value})
    if status != 200:
        raise OSError("the metadata service answers %s with %s" % (path, status))
    return text


def call(action, **words):
    token = metadata("api/token", "PUT", "-ttl-seconds")
    region = metadata("meta-data/placement/region", value=token)
    folder = "meta-data/iam/security-credentials/"
    keys = json.loads(metadata(folder + metadata(folder, value=token).split()[0], value=token))
    address = endpoint or "https://ec2.%s.%s" % (
        region, metadata("meta-data/services/domain", value=token))
    scheme, _, host = address.partition("://")
    body = urlencode(dict(words, Action=action, Version="2016-11-15"))
    now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    scope = "%s/%s/ec2/aws4_request" % (now[:8], region)
    head = {"host": host, "x-amz-date": now, "x-amz-security-token": keys["Token"]}
    names = ";".join(head)
    digest = lambda text: hashlib.sha256(text.encode()).hexdigest()
    request = "\n".join(["POST", "/", ""] + ["%s:%s" % field for field in head.items()] +
                        ["", names, digest(body)])
    key = ("AWS4" + keys["SecretAccessKey"]).encode()
    text = "\n".join(["AWS4-HMAC-SHA256", now, scope, digest(request)])
    for word in scope.split("/") + [text]:
        key = hmac.new(key, word.encode(), "sha256").digest()
    head["Content-Type"] = "application/x-www-form-urlencoded"
    head["Authorization"] = "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s" % (
        keys["AccessKeyId"], scope, names, key.hex())
    kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
    status, reply = ask(kind(host, timeout=20), "POST", "/", body, head)
    if status == 200:
        return reply
    found = re.search("<Code>(.*?)</Code>.*?<Message>(.*?)</Message>", reply, re.S)
    refused = Refused("%s: %s" % (action, found.group(2) if found else status))
    refused.code = found.group(1) if found else "http"
    raise refused


def attach(volume, device):
    seen = call("DescribeVolumes", **{"VolumeId.1": volume})
    held = re.search("<attachmentSet>.*?<instanceId>(.*?)<", seen, re.S)
    if held and held.group(1) != instance:
        raise Refused("%s has %s" % (held.group(1), volume))
    if not held:
        call("AttachVolume", VolumeId=volume, InstanceId=instance, Device=device)


def associate(address):
    call("AssociateAddress", AllocationId=address, InstanceId=instance, AllowReassociation="true")


def say(*words):
    print(*[re.sub(r'["\s]+', " ", word)[:300] for word in words], flush=True)


seconds, endpoint, instance, job, *names = sys.argv[1:]
begun = time.monotonic()
said = ""
while True:
    try:
        {"attach": attach, "associate": associate}[job](*names)
        say("ok")
        break
    except (Refused, OSError, ValueError, IndexError, http.client.HTTPException) as problem:
        waited = time.monotonic() - begun
        if waited > float(seconds):
            say("late", getattr(problem, "code", "unreachable"), str(problem))
            break
        if str(problem) != said:
            said = str(problem)
            say("wait", said)
        time.sleep(1 if waited < 120 else 5)
