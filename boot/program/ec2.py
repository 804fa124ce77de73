# Asks EC2 with the credentials of the instance profile, which stay in memory.
# usage: ec2.py SECONDS ENDPOINT INSTANCE attach VOLUME DEVICE | associate ADDRESS
# Its folder holds imds.py. Says `wait TEXT` while it cannot be yet, and ends with `ok`, or `late CODE TEXT` after SECONDS.
import hashlib
import hmac
import http.client
import json
import re
import sys
import time
from urllib.parse import urlencode


with open(sys.argv[0].replace("ec2.py", "imds.py")) as file:
    exec(file.read())


class Refused(Exception):
    code = "not_yet"


def call(action, **words):
    region = metadata("placement/region")
    folder = "iam/security-credentials/"
    keys = json.loads(metadata(folder + metadata(folder).split()[0]))
    address = endpoint or "https://ec2.%s.%s" % (region, metadata("services/domain"))
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
    connection = kind(host, timeout=20)
    connection.request("POST", "/", body, head)
    status = connection.getresponse()
    reply = status.read().decode()
    connection.close()
    if status.status == 200:
        return reply
    found = re.search("<Code>(.*?)</Code>.*?<Message>(.*?)</Message>", reply, re.S)
    refused = Refused("%s: %s" % (action, found.group(2) if found else status.status))
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
