"""Seed and state files of the simulator that are wrong: refused with their path and the place in it."""

import copy
import json
import pathlib
import signal
import subprocess
import tempfile
import unittest

import program  # noqa: F401: finds the module below
import server

SEED = server.basic_seed()


class FilesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def refused(self, path, *options):
        """The one line that the simulator says instead of listening."""
        done = subprocess.run([server.BINARY, "sim", "--listen", "127.0.0.1:0", *map(str, options)],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20,
                              check=False)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertTrue(done.stderr.startswith(f"ec2spotter: {path}:"), done.stderr)
        for raw in ("json.exception", "nlohmann", "type_error", "syntax error"):
            self.assertNotIn(raw, done.stderr)
        return done.stderr.removeprefix(f"ec2spotter: {path}:")

    def seed(self, content):
        path = self.folder / "seed.json"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return self.refused(path, "--seed", path)

    def test_what_is_no_json(self):
        for content, said in {
                "": "1:1: the file is empty", " \n\n": "the file is empty",
                "region = us-east-1": "1:1: this is no JSON, from 'r' on",
                '{\n  "region": "us-east-1",\n}': "3:1: this is no JSON, from '}' on",
                '{\n  "region": us-east-1\n}': "2:13: this is no JSON, from 'u' on",
                '{"region": "us-east-1"} x': "1:25: this is no JSON, from 'x' on",
                "{'region': 1}": "1:2: this is no JSON, from ''' on",
                b'{"region": "\xff"}': "1:13: this is no JSON",
                '{"volumes": [{"size_gib": 1e999}]}': "1:1: a number in it is larger than any",
                "[" * 100 + "]" * 100: "1:1: it nests more than 63 levels deep"}.items():
            with self.subTest(content=content):
                self.assertIn(said, self.seed(content))

    def test_one_that_is_cut_off(self):
        whole = json.dumps(SEED, indent=1)
        lines = whole.split("\n")
        for end in range(1, len(whole), 97):
            cut = whole[:end]
            self.assertRegex(self.seed(cut),
                             rf"^{cut.count(chr(10)) + 1}:\d+: the file ends before its JSON does")
        self.assertIn(f"{len(lines)}:1: the file ends", self.seed(whole[:-1]))

    def changed(self, change):
        document = copy.deepcopy(SEED)
        change(document)
        return self.seed(json.dumps(document))

    def test_a_field_of_the_wrong_type(self):
        def put(kind, key, value):
            return lambda document: document[kind][0].__setitem__(key, value)
        number = "a whole number from 1 to 65536"
        for change, said in (
                (put("volumes", "size_gib", "8"), f"volumes[0].size_gib must be {number}, and is a text"),
                (put("volumes", "size_gib", 1.5), f"volumes[0].size_gib must be {number}, and is 1.5"),
                (put("volumes", "size_gib", 0), f"volumes[0].size_gib must be {number}, and is 0"),
                (put("volumes", "size_gib", -1), f"volumes[0].size_gib must be {number}, and is -1"),
                (put("volumes", "size_gib", 1 << 64), f"volumes[0].size_gib must be {number}"),
                (put("volumes", "size_gib", None), f"volumes[0].size_gib must be {number}, and is null"),
                (put("volumes", "zone", 1), "volumes[0].zone must be a text, and is 1"),
                (put("volumes", "volume_id", ""), "volumes[0].volume_id must be a text, and is empty"),
                (put("volumes", "tags", []), "volumes[0].tags must be an object, and is a list"),
                (put("volumes", "tags", {"Name": 1}), "volumes[0].tags.Name must be a text, and is 1"),
                (put("volumes", "encrypted", "yes"),
                 "volumes[0].encrypted must be true or false, and is a text"),
                (put("images", "disks", [{"device": "/dev/sdb", "size_gib": "4"}]),
                 f"images[0].disks[0].size_gib must be {number}, and is a text"),
                (put("addresses", "interface", {"zone": "us-east-1a", "tags": "x"}),
                 "addresses[0].interface.tags must be an object, and is a text"),
                (lambda d: d.update(volumes={}), "volumes must be a list, and is an object"),
                (lambda d: d.update(volumes=["x"]), "volumes[0] must be an object, and is a text"),
                (lambda d: d.update(region=7), "region must be a text, and is 7"),
                (lambda d: d.update(parameters={"/a": 1}), "parameters./a must be a text, and is 1"),
                (lambda d: d.update(capacity=[{"instance_type": "t3.small", "zone": "us-east-1a",
                                               "available": "0"}]),
                 "capacity[0].available must be a whole number")):
            with self.subTest(said=said):
                self.assertIn(said, self.changed(change))

    def test_a_document_that_is_no_object(self):
        for content in ("[]", "null", "1", '"x"'):
            self.assertIn(" the document must be an object, and is ", self.seed(content))

    def test_a_field_that_is_missing(self):
        for kind, key in (("volumes", "volume_id"), ("volumes", "zone"), ("volumes", "size_gib"),
                          ("images", "image_id"), ("images", "snapshot_id"),
                          ("snapshots", "size_gib"), ("addresses", "public_ip")):
            with self.subTest(key=key):
                self.assertIn(f" {kind}[0].{key} is missing",
                              self.changed(lambda document: document[kind][0].pop(key)))

    def test_a_field_that_is_not_known(self):
        self.assertIn(" volumes[0].size_gb is not known here; did you mean 'size_gib'?",
                      self.changed(lambda document: document["volumes"][0].update(size_gb=8)))
        self.assertIn(" volume is not known here; did you mean 'volumes'?",
                      self.changed(lambda document: document.update(volume=[])))

    def test_what_does_not_fit_together(self):
        for change, said in (
                (lambda d: d["images"][0].update(snapshot_id="snap-0f"),
                 " images[0]: there is no snapshot snap-0f"),
                (lambda d: d["volumes"][0].update(zone="mars-1a"),
                 " volumes[0]: there is no zone mars-1a"),
                (lambda d: d.update(region="mars-1"), " region: there is no region mars-1"),
                (lambda d: d.update(prices=[{"instance_type": "t3.small", "zone": "us-east-1a",
                                             "price": "cheap"}]), " prices[0]: 'price' must be")):
            with self.subTest(said=said):
                self.assertIn(said, self.changed(change))

    def test_a_seed_that_is_not_there(self):
        for path in (self.folder / "gone.json", self.folder):
            done = subprocess.run([server.BINARY, "sim", "--listen", "127.0.0.1:0", "--seed", path],
                                  capture_output=True, text=True, timeout=20, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"{path} cannot be read", done.stderr)

    def saved(self):
        """The state that a simulator of the seed leaves behind."""
        with server.Server(SEED) as one:
            client = one.client()
            client.run_instances(ImageId=SEED["images"][0]["image_id"], InstanceType="t3.small",
                                 MinCount=1, MaxCount=1)
            client.close()
            one.restart(signal.SIGTERM)
            return pathlib.Path(one.folder, "state/state.json").read_text(encoding="utf-8")

    def state(self, content):
        folder = self.folder / "state"
        folder.mkdir(exist_ok=True)
        path = folder / "state.json"
        path.write_text(content, encoding="utf-8")
        said = self.refused(path, "--state", folder)
        self.assertIn("start with an empty --state folder", said)
        self.assertEqual(path.read_text(encoding="utf-8"), content)
        return said

    def test_a_state_that_is_damaged(self):
        whole = self.saved()
        self.assertIn("1:1: the file is empty", self.state(""))
        self.assertIn(": the file ends before its JSON does", self.state(whole[:-1]))
        self.assertIn(": the file ends before its JSON does", self.state(whole[:len(whole) // 2]))
        self.assertIn(" the document must be an object", self.state("[]"))
        self.assertIn(" version is missing", self.state("{}"))

        def region(document):
            return document["tables"]["us-east-1"]

        def volume(document):
            return region(document)["volume"][SEED["volumes"][0]["volume_id"]]

        def instance(document):
            return next(iter(region(document)["instance"].values()))
        at = "tables.us-east-1.volume." + SEED["volumes"][0]["volume_id"]
        for change, said in (
                (lambda d: d.update(version=2), " version must be a whole number from 1 to 1, and is 2"),
                (lambda d: d.update(tables=[]), " tables must be an object, and is a list"),
                (lambda d: d["tables"].update({"us-east-1": 1}),
                 " tables.us-east-1 must be an object, and is 1"),
                (lambda d: region(d).update(fleet=[]),
                 " tables.us-east-1.fleet must be an object, and is a list"),
                (lambda d: volume(d).update(size="8"), f" {at}.size must be a whole number"),
                (lambda d: volume(d).pop("status"), f" {at}.status is missing"),
                (lambda d: volume(d).update(attachmentSet={}), f" {at}.attachmentSet must be a list"),
                (lambda d: instance(d).update(instanceState="running"),
                 ".instanceState must be an object, and is a text"),
                (lambda d: d.pop("now"), " now is missing"),
                (lambda d: d.update(random=-1), " random must be a whole number of 64 bits"),
                (lambda d: d.update(due=[{"at": "x", "event": {}}]), " due[0].at must be a whole number"),
                (lambda d: d.update(settings=[]), " settings must be an object, and is a list")):
            with self.subTest(said=said):
                document = json.loads(whole)
                change(document)
                self.assertIn(said, self.state(json.dumps(document)))


if __name__ == "__main__":
    unittest.main()
