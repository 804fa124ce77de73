# Which kernel, with which initrds and options, would the volume's own boot loader start by itself?
# Reads GRUB's menu as GRUB does; where the answer is not sure, says why, with status 1.
# usage: menu.py [VARIABLE...] <PARTITIONS   (a line each: NUMBER UUID LABEL FOLDER SUBVOLUME, parted by
# tabs; the variables are 1 for the menu)
# prints: the kernel; its initrds; what it names as root=; its options; a line each
import glob
import os
import re
import sys

# A word keeps its quotes, as what it means depends on the variables of the moment.
TOKEN = re.compile(r"""(?:[ \t\r]|\\\n|\#[^\n]*)*(
    (?:[^\s{}|&$;<>'"\\]|"(?:\\.|[^"\\])*"|'[^']*'|\\.|\$(?:\w+|\?|\{\w+\}))+|[\n;{}]|$)""", re.S | re.X)
PART = re.compile(r"""'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)|\$\{?(\w+|\?)\}?|([^'"\\$]+)""", re.S)
# They start nothing, and set nothing that decides about an entry.
HARMLESS = """insmod rmmod loadfont terminal_input terminal_output serial background_image export
clear background_color play echo sleep save_env keystatus password_pbkdf2 cpuid hwmatch fwsetup
btrfs-mount-subvol""".split()
PARTS = [line.strip("\n").split("\t") for line in sys.stdin]


class Unsure(Exception):
    pass


class NewMenu(Exception):
    pass


def device_of(part):
    return "hd0" + (part[0] and ",gpt" + part[0])


def locate(device, path, relative):
    """The file of a path on a file system of the volume; it need not be there."""
    for part in PARTS:
        home, inside = os.path.realpath(part[3]), "" if relative else part[4]
        if part[3] and re.sub(r",(msdos)?(?=\d)", ",gpt", device) == device_of(part) and (
                path + "/").startswith(inside + "/"):
            place = os.path.realpath(home + path[len(inside):])
            if place.startswith(home) and (not os.path.exists(place) or
                                           os.stat(place).st_dev == os.stat(home).st_dev):
                return place
    raise Unsure("cannot read (%s)%s" % (device, path))


def read(file):
    return open(file, encoding="latin1").read()


def parse(text):
    """The commands of a script: (words, block or None) or ("if", [(condition, commands)])."""
    tokens, at = [], 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if not match:
            raise Unsure("not sure of " + text[at:at + 20])
        at = match.end()
        tokens.append(match.group(1))
    return block(iter(tokens + [""]), [""])[0]


def block(tokens, ends):
    """The commands up to one of these words, and which it was."""
    nodes, words = [], []
    for token in tokens:
        if words and token in ("\n", ";", "}", ""):
            nodes.append((words, None))
            words = []
        if token in ends and not words:
            return nodes, token
        if token == "{":
            nodes.append((words, block(tokens, ["}"])[0]))
            words = []
        elif token == "if" and not words:
            cases, end = [], "elif"
            while end != "fi":
                condition = block(tokens, ["then"])[0] if end == "elif" else []
                body, end = block(tokens, ["elif", "else", "fi"])
                cases.append((condition, body))
            nodes.append(("if", cases))
        elif token not in "\n;":
            words.append(token)
    raise Unsure("it lacks " + ends[-1])


def read_entry(file):
    """{key: values} of an entry of the Boot Loader Specification."""
    fields = {"options": [], "initrd": []}
    for key, value in re.findall(r"^[ \t]*(\w+)[ \t]+(.*\S)", read(file), re.M):
        fields.setdefault(key, []).append(value)
    if "linux" not in fields or "devicetree" in fields or len(fields["options"]) > 1:
        raise Unsure("not sure of " + file)
    return fields


def order(file):
    """Where Red Hat's GRUB has it: by name, version and release, each as RPM compares versions."""
    return [[(0,) if piece == "~" else (2,) if piece == "+" else
             (4, int(piece)) if piece.isdigit() else (3, piece)
             for piece in re.findall("[~+]|[0-9]+|[A-Za-z]+", part)] + [(1,)]
            for part in file[:-5].rsplit("-", 2)]


def start(device, folder, platform, guess):
    """What GRUB starts by the menu in that folder, where `guess` is what commands answer of which
    nobody knows it: (kernel, initrds, the kernel's path, options); None: no entry."""
    env = {"root": device, "prefix": "(%s)%s" % (device, folder), "grub_platform": platform,
           "chosen": "", **{name: "1" for name in sys.argv[1:]}}
    exported = list(env)
    functions, menu, linux, initrds, entries = {}, [], [], [], []

    def open_context():
        """A menu inside of another knows of the variables those that were exported."""
        for name in set(env) - set(exported):
            del env[name]

    def value(name):
        return env.get(name, "y" if name.startswith("feature_") else "")

    def words_of(token):
        """An unquoted variable may be several words, or none."""
        made = [""]
        for single, double, escaped, name, plain in PART.findall(token):
            made[-1] += single + plain + escaped.strip("\n") + re.sub(
                r'\\([$"\\\n])|\$\{?(\w+|\?)\}?',
                lambda match: value(match[2]) if match[2] else match[1].strip("\n"), double)
            first, *others = re.split(r"\s+", value(name))
            made[-1] += first
            made += others
        return [word for word in made if word or re.search("['\"]", token)]

    def file_of(path):
        named, inside = re.match(r"(?:\(([^)]*)\))?(.*)", path).groups()
        return locate(named or env["root"], inside, value("btrfs_relative_path"))

    def run(nodes):
        """The status of the last command."""
        status = True
        for words, body in nodes:
            if words == "if":
                status = next((run(inner) for condition, inner in body if run(condition)), True)
            elif words[0] == "function":
                functions[words[1]] = body
            else:
                words = [word for token in words for word in words_of(token)]
                status = not words or command(words[0], words[1:], body) is not False
            env["?"] = "01"[not status]
        return status

    def command(name, words, body):
        """False, or what counts as true."""
        if name in functions:
            env.update(zip("123456789", words + [""] * 9))
            return run(functions[name])
        if name in HARMLESS:
            exported.extend(words if name == "export" else [])
            return guess
        if name in ("menuentry", "submenu"):
            number = words.index("--id") + 1 if "--id" in words else 0
            if words[0][:1] == "-":
                raise Unsure("not sure of the title in " + " ".join(words))
            menu.append((words[0], words[number], body, name == "submenu"))
        elif name in ("linux", "linux16", "linuxefi"):
            linux[:] = words
            initrds.clear()
        elif name in ("initrd", "initrd16", "initrdefi"):
            initrds[:] = words
        elif name == "set" or re.match(r"\w+=", name):
            env.update(word.partition("=")[::2] for word in words or [name])
        elif name == "unset":
            env.update((word, "") for word in words)
        elif name in ("[", "test"):
            return test([word for word in words if word != "]"])
        elif name.startswith("search"):
            return search(name, words)
        elif name in ("source", ".", "configfile"):
            place = file_of(words[0])
            if not os.path.isfile(place):
                return False
            if name == "configfile":
                open_context()
                menu.clear()
            run(parse(read(place)))
            if name == "configfile":
                raise NewMenu
        elif name == "load_env":
            return load_env(words)
        elif name == "blscfg" and not words and not value("early_initrd"):
            add_entries()
        elif name != "true":
            if name != "false":
                raise Unsure("it uses " + " ".join([name, *words]))
            return False

    def test(words):
        for name, how in (("-o", any), ("-a", all)):
            if name in words:
                at = words.index(name)
                return how([test(words[:at]), test(words[at + 1:])])
        if words[:1] == ["!"]:
            return not test(words[1:])
        if len(words) < 2:
            return words not in ([], [""])
        left, name, right = ([""] + words)[-3:]
        if name in ("-n", "-z"):
            return (right != "") == (name == "-n")
        if name in ("=", "==", "!="):
            return (left == right) == (name != "!=")
        if name not in ("-e", "-f", "-d", "-s") or left:
            raise Unsure("not sure of " + " ".join(words))
        place = file_of(right)
        return os.path.exists(place) and (name == "-e" or os.path.isdir(place) == (name == "-d")) and (
            name != "-s" or os.path.getsize(place) > 0)

    def search(name, words):
        """By UUID or label; `search.fs_uuid VALUE VARIABLE` is an old form of it."""
        text = " ".join([name, *words])
        found = {device_of(part) for part in PARTS for word in words
                 if word.lower() in (part[1].lower(), part[2].lower())}
        if len(found) > 1 or not re.search("uuid|label|-u|-l", text):
            raise Unsure("not sure of " + text)
        variable = words[1] if "." in name else (re.findall(r"--set=(\w+)", text) + ["root"])[0]
        env.update((variable, each) for each in found)
        return bool(found)

    def load_env(words):
        """[-f FILE] [NAME...]"""
        place = file_of(env["prefix"] + "/grubenv")
        if words and words[0] in ("-f", "--file"):
            place = file_of(words[1])
            words = words[2:]
        text = read(place) if os.path.isfile(place) else ""
        if not text.startswith("# GRUB Environment Block\n"):
            return False
        for key, now in re.findall(r"^(\w+)=(.*)", text, re.M):
            if key == "next_entry" and now or "\\" in now:
                raise Unsure("grubenv has %s=%s" % (key, now))
            if not words or key in words:
                env[key] = now

    def add_entries():
        root = env["root"]
        for path in (value("blsdir") or "/loader/entries", "/boot/loader/entries"):
            place = file_of(path)
            if os.path.isdir(place) or env.get("boot", root) != root:
                break
        for file in sorted(glob.glob(place + "/*.conf"), key=order, reverse=True):
            fields = read_entry(file)
            options = "".join(fields["options"]) or value("default_kernelopts")
            entries.append(file)
            menu.append((fields.get("title", [""])[0], os.path.basename(file)[:-5], parse(
                "linux %s %s\ninitrd %s" % (
                    fields["linux"][0], re.sub(r"\$(\w+) ?", lambda match: value(match[1]) + " ", options),
                    " ".join(fields["initrd"]))), False))

    def choose():
        """The entry that is started, and what is meant for the menu in it."""
        wanted, _, rest = value("default").partition(">")
        # Upstream takes what begins with a number for one, Red Hat's GRUB rather for a name.
        if rest[:1] == ">" or (not entries and re.match(r"\d(?<!0)\d*\D|0.", wanted)):
            raise Unsure("not sure of the default")
        found = [entry for entry in menu if wanted in entry[:2]]
        if wanted.isdigit():
            found = menu[int(wanted):]
        return (found or menu)[0], rest

    def attempt(nodes):
        """Whether another menu has taken the place of this one."""
        try:
            run(nodes)
        except NewMenu:
            return True

    text = read(file_of(env["prefix"] + "/grub.cfg"))
    if "load_env" not in text:
        load_env([])
    attempt(parse(text))
    while menu:
        (_, env["chosen"], body, is_menu), rest = choose()
        if is_menu:
            open_context()
            env["default"] = rest
        menu.clear()
        if not attempt(body) and not is_menu:
            break
    if not linux:
        return None
    if re.search(r"['\"\\]", "".join(linux)):
        raise Unsure("not sure of the quotes in " + " ".join(linux))
    return (file_of(linux[0]), tuple(map(file_of, initrds)), linux[0].rpartition(")")[2],
            tuple('"%s"' % word if " " in word else word for word in linux[1:]))


try:
    found = {start(device_of(part), part[4] + os.path.dirname(file)[len(part[3]):], platform, guess)
             for part in PARTS if part[3]
             for name in ("/grub", "/grub2", "/boot/grub", "/boot/grub2", "/EFI/*")
             for file in glob.glob(part[3] + name + "/grub.cfg")
             if os.stat(os.path.dirname(file)).st_dev == os.stat(part[3]).st_dev
             for platform in ("pc", "efi") for guess in (False, True)} - {None}
    if len(found) != 1:
        raise Unsure("GRUB's menus lead to %d entries" % len(found))
    kernel, initrds, path, options = found.pop()
    for file in (kernel, *initrds):
        if not os.path.isfile(file):
            raise Unsure("it names %s, which is not there" % file)
except Exception as error:  # what cannot be read, for whatever reason, is not sure
    print(" ".join(("%s" % error or repr(error)).split()))
    sys.exit(1)
# The last of these name a disk or an address that one instance has.
kept = [word for word in options if not re.match(
    r"(root|BOOT_IMAGE|initrd|resume|resume_offset|ifname|BOOTIF)=|ec2spotter\.", word)]
print(kernel, " ".join(initrds), *[word[5:] for word in options if word.startswith("root=")][-1:] or [""],
      " ".join(["BOOT_IMAGE=" + path, *kept]), sep="\n")
