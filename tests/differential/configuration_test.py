"""Configuration is read as the Python SDK reads it: region, keys, source and endpoint of generated
files, environments and answers of the network. CONFIGURATION_SEED and CONFIGURATION_CASES choose
others than the fixed ones."""

import collections
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

import cases
import chains
from wanted import WANTED, is_wanted

SEED = int(os.environ.get("CONFIGURATION_SEED", "1"))
COUNT = int(os.environ.get("CONFIGURATION_CASES", "50"))  # of each kind
SHOWN = int(os.environ.get("CONFIGURATION_SHOWN", "5"))
HERE = pathlib.Path(__file__).parent
KINDS = [cases.files_case, cases.files_case, cases.environment_keys_case, cases.process_case,
         cases.container_case, cases.metadata_case, cases.endpoint_case, chains.chain_case,
         chains.sso_case]
FIELDS = ["profile", "region", "endpoint", "ca_bundle", "credentials", "keys", "source", "expires"]
SOURCES = {"the environment": "env", "credential_process of": "custom-process",
           "the role of profile": "assume-role", "the SSO session": "sso",
           "the web identity token": "assume-role-with-web-identity",
           "the container's": "container-role", "the instance's role": "iam-role"}


def source_of(text):
    """Our words for a source, in the SDK's."""
    if text.startswith("profile '"):
        return "config-file" if text.endswith("config file") else "shared-credentials-file"
    return next((method for words, method in SOURCES.items() if text.startswith(words)), text)


def with_home(value, home):
    """The value with its home folder in the place of HOME."""
    if isinstance(value, str):
        return value.replace("HOME/", home + "/") if "$HOME" not in value else value
    if isinstance(value, dict):
        return {key: with_home(item, home) for key, item in value.items()}
    if isinstance(value, list):
        return [with_home(item, home) for item in value]
    return value


def generate(folder):
    made = []
    for number in range(COUNT * len(KINDS)):
        rng = random.Random(f"{SEED}/{number}")
        home = f"{folder}/{number}"
        case = with_home(KINDS[number % len(KINDS)](rng), home) | {"home": home}
        case["environment"]["HOME"] = home
        made.append(case)
    return made


def write_files(made):
    for case in made:
        shutil.rmtree(case["home"], ignore_errors=True)
        for name, text in case["files"].items():
            path = pathlib.Path(case["home"], name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
            path.chmod(0o600)


def ask(command, made):
    """What a program answers: a line for each case, after the files are written anew."""
    write_files(made)
    lines = "".join(json.dumps(case) + "\n" for case in made)
    done = subprocess.run(command, input=lines, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=True, timeout=600)
    return [json.loads(line) for line in done.stdout.splitlines()], [cache_of(case) for case in made]


def cache_of(case):
    """What is left in the cache of SSO: the members of its documents but for the new end."""
    kept = {}
    for path in sorted(pathlib.Path(case["home"], ".aws/sso/cache").glob("*")):
        kept[path.name] = json.loads(path.read_text())
        kept[path.name].pop("expiresAt", None)
    return kept


def oracles():
    """This Python, and each of PATH that has another botocore."""
    found = {}
    candidates = [sys.executable] + [str(pathlib.Path(folder, "python3"))
                                     for folder in os.get_exec_path()]
    for python in candidates:
        version = subprocess.run([python, "-c", "import botocore; print(botocore.__version__)"],
                                 capture_output=True, text=True, check=False) if (
                                     shutil.which(python)) else None
        if version and version.returncode == 0:
            found.setdefault(version.stdout.strip(), python)
    return found


def outcome(answer, field):
    """A field of an answer, or the error in its place."""
    of = "credentials" if field in ("keys", "source", "expires") else field
    if of in answer["errors"]:
        return ("error", answer["errors"][of])
    value = answer.get(field)
    return ("value", source_of(value) if field == "source" and value else value)


def same(sdk, ours):
    return sdk[0] == ours[0] and (sdk[0] == "error" or sdk[1] == ours[1])


def told(case, field, sdk, ours):
    shown = {name: case[name] for name in ("kind", "environment", "profile", "files")}
    return f"{field}: the SDK says {sdk}, we say {ours}\n{json.dumps(shown, indent=1)}"


class ConfigurationTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="ec2spotter-test-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.cases = generate(cls.folder.name)
        cls.ours, cls.our_caches = ask([os.environ["CONFIGURATION_ANSWERS"]], cls.cases)

    def compared(self, capabilities, answers):
        """The unwanted differences, and how often each wanted one was seen."""
        faults, seen = [], collections.Counter()
        for case, sdk, ours in zip(self.cases, answers, self.ours):
            for field in FIELDS:
                if field == "endpoint" and not (case["ask_endpoint"] and
                                                capabilities["configured_endpoints"]):
                    continue
                if "profile" in sdk["errors"] and field != "profile":
                    continue
                pair = outcome(sdk, field), outcome(ours, field)
                if same(*pair):
                    continue
                wanted = is_wanted(case, field, *pair)
                if wanted:
                    seen[wanted] += 1
                else:
                    faults.append(told(case, field, *pair))
                break
        return faults, seen

    def test_as_each_sdk_of_this_machine(self):
        for version, python in oracles().items():
            with self.subTest(botocore=version):
                (capabilities, *answers), caches = ask([python, "-B", str(HERE / "oracle.py")],
                                                       self.cases)
                self.assertEqual(len(answers), len(self.cases))
                faults, seen = self.compared(capabilities, answers)
                for case, sdk, ours in zip(self.cases, caches, self.our_caches):
                    if sdk != ours:
                        faults.append(told(case, "cache", sdk, ours))
                shown = "\n".join(faults[:SHOWN])
                worked = sum("keys" in answer for answer in answers)
                print(f"botocore {version}: {len(answers)} cases, keys in {worked}, "
                      f"seed {SEED}; wanted differences: {dict(seen)}")
                self.assertGreater(worked, len(answers) // 4, "the cases say too little")
                if faults:
                    self.fail(f"seed {SEED}: {len(faults)} differences, the first:\n{shown}")


if __name__ == "__main__":
    assert all(reason for _, reason, _ in WANTED)
    unittest.main()
