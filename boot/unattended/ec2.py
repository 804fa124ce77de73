# Asks EC2 with the credentials of the instance profile, which stay in memory.
# usage: ec2.py SECONDS ENDPOINT INSTANCE attach VOLUME DEVICE... | associate ADDRESS
# Its folder holds imds.py. Says `wait TEXT` while it cannot be yet, and ends with `ok`, or `late CODE TEXT` after SECONDS.
import email.utils
import hashlib
import hmac
import http.client
import json
import re
import sys
import time
import xml.etree.ElementTree
from urllib.parse import urlencode


with open(sys.argv[0].replace("ec2.py", "imds.py")) as file:
    exec(file.read())


class Refused(Exception):
    def __init__(self, text, code="not_yet"):
        super().__init__(text)
        self.code = code


skew = 0  # of this clock against EC2's, in seconds


def word(path, form):
    found = metadata(path)
    if not re.fullmatch(form, found):
        raise Refused("the metadata service has no %s: %s" % (path, found))
    return found


def profile_keys():
    folder = "iam/security-credentials/"
    keys = json.loads(metadata(folder + word(folder, r"[\w+=,.@-]+")))
    if not keys.get("Token"):
        raise Refused("the role gives no keys: %s %s" % (keys.get("Code"), keys.get("Message")),
                      keys.get("Code") or "no_keys")
    return keys


def call(action, **words):
    global skew
    region = word("placement/region", "[a-z0-9-]+")
    keys = profile_keys()
    address = endpoint or "https://ec2.%s.%s" % (region, word("services/domain", "[a-z0-9.-]+"))
    scheme, _, host = address.partition("://")
    body = urlencode(dict(words, Action=action, Version="2016-11-15"))
    now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() + skew))
    scope = "%s/%s/ec2/aws4_request" % (now[:8], region)
    head = {"host": host, "x-amz-date": now, "x-amz-security-token": keys["Token"]}
    names = ";".join(head)
    digest = lambda text: hashlib.sha256(text.encode()).hexdigest()
    request = "\n".join(["POST", "/", ""] + ["%s:%s" % field for field in head.items()] +
                        ["", names, digest(body)])
    key = ("AWS4" + keys["SecretAccessKey"]).encode()
    text = "\n".join(["AWS4-HMAC-SHA256", now, scope, digest(request)])
    for part in scope.split("/") + [text]:
        key = hmac.new(key, part.encode(), "sha256").digest()
    head["Content-Type"] = "application/x-www-form-urlencoded"
    head["Authorization"] = "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s" % (
        keys["AccessKeyId"], scope, names, key.hex())
    kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
    connection = kind(host, timeout=20)
    connection.request("POST", "/", body, head)
    status = connection.getresponse()
    reply = status.read(1 << 20).decode()
    connection.close()
    try:
        tree = xml.etree.ElementTree.fromstring(re.sub(' xmlns="[^"]*"', "", reply, count=1))
    except SyntaxError:
        tree = None
    if status.status == 200 and tree is not None and tree.tag == action + "Response":
        return tree
    date = email.utils.parsedate_tz(status.getheader("Date") or "")
    if date:
        skew = email.utils.mktime_tz(date) - time.time()
    error = tree.find(".//Error") if tree is not None else None
    if error is None:
        raise Refused("%s: answer %s is not EC2's" % (action, status.status), "http")
    raise Refused("%s: %s" % (action, error.findtext("Message")), error.findtext("Code"))


def attach(volume, device, *next):
    """The root is the last one: nothing is entered without what stands before it."""
    seen = call("DescribeVolumes", **{"VolumeId.1": volume})
    held = {each.findtext("instanceId"): each.findtext("status")
            for each in seen.iterfind(".//attachmentSet/item")}
    for holder in held:
        if holder != instance:
            raise Refused("%s has %s" % (holder, volume))
    if not held:
        call("AttachVolume", VolumeId=volume, InstanceId=instance, Device=device)
    if next:
        if held.get(instance) != "attached":
            raise Refused("%s is being attached" % volume)
        attach(*next)


def machine(thing):
    """Whose it is, by our tags."""
    tags = {tag.findtext("key"): tag.findtext("value") for tag in thing.iterfind("tagSet/item")}
    return tags.get("ec2spotter:owner"), tags.get("ec2spotter:machine")


def machines(*ids):
    """Of these instances, by id."""
    words = {"InstanceId.%d" % (i + 1): each for i, each in enumerate(ids)}
    seen = call("DescribeInstances", **words)
    return {each.findtext("instanceId"): machine(each)
            for each in seen.iterfind(".//instancesSet/item")}


def associate(address):
    """Takes it where nobody has it, or an instance of the machine: no other's is touched."""
    seen = call("DescribeAddresses", **{"AllocationId.1": address}).find(".//addressesSet/item")
    if seen is None:
        raise Refused("%s is not shown" % address)
    holder = seen.findtext("instanceId")
    if holder == instance:
        return
    used = holder or seen.findtext("networkInterfaceId") or seen.findtext("associationId")
    ours = machines(*{instance, holder or instance})
    if None in ours.get(instance, (None,)) or machine(seen) != ours[instance]:
        raise Refused("%s is not this machine's" % address, "foreign")
    if used and ours.get(holder) != ours[instance]:
        raise Refused("%s is at %s, which is not this machine's" % (address, used), "foreign")
    call("AssociateAddress", AllocationId=address, InstanceId=instance,
         AllowReassociation="true" if used else "false")


def say(*words):
    print(*[re.sub(r'["\s]+', " ", str(word))[:300] for word in words], flush=True)


seconds, endpoint, instance, job, *names = sys.argv[1:]
begun = time.monotonic()
said = ""
next_say = 0
while True:
    try:
        {"attach": attach, "associate": associate}[job](*names)
        say("ok")
        break
    except Exception as problem:  # whatever it is, it may pass
        code = getattr(problem, "code", None) or "unreachable"
        text = str(problem) or type(problem).__name__
        waited = time.monotonic() - begun
        if waited > float(seconds):
            say("late", code, text)
            break
        if text != said and waited >= next_say:
            said = text
            next_say = waited + 10
            say("wait", text)
        time.sleep(5 if waited > 120 or "imit" in str(code) or "hrottl" in str(code) else 1)
