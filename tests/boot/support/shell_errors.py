"""Finds errors that a POSIX shell swallows, by the syntax trees of whole programs.

`set -e` ends a shell when a command fails, but not everywhere. A place is *tested* where it does
not: in a condition, left of && or ||, after !, in a command substitution that is an argument, in
a trap, in all of a program that never says `set -e`, and in every function that is called from
such a place, whatever that function sets. The rule:

  In a tested place each command but the last of a function, a subshell or a condition must be one
  that cannot fail, or be followed by || and what then happens. `set +e` must not stand at all.
  What must fail as a whole runs in the background, and its `wait` is tested: `f & wait $! || ...`.

The last one's status is what the tested place tests. Cannot fail: a setting, a builtin that only
speaks or leaves, a filter at the end of a pipeline, a function that is made of these, and a list
whose last command is one of these. With a redirection from or to a file each of them can.
"""

import dataclasses
import json
import subprocess

AND, OR, PIPE = 10, 11, 12
FILE_REDIRECTIONS = range(54, 58)
READING = 56
LEAVING = {"return", "exit", "continue", "break", "exec"}
SPEAKING = {":", "true", "echo", "printf", "shift", "trap", "set", "umask", "export", "local",
            "unset", "wait"}
FILTERS = {"tr", "sed", "cut", "sort", "head", "tail", "wc", "grep", "cksum", "awk"}
DEVICES = {"/dev/null", "/dev/console", "/dev/ttyS0", "/dev/kmsg"}


def parse(text):
    done = subprocess.run(["shfmt", "-ln=posix", "--to-json"], input=text, check=True, text=True,
                          stdout=subprocess.PIPE)
    return json.loads(done.stdout).get("Stmts") or []


def literal(word):
    parts = word.get("Parts") or []
    return parts[0].get("Value") if len(parts) == 1 and parts[0]["Type"] == "Lit" else None


def words(command):
    return [literal(word) for word in command.get("Args") or []]


def kind(statement):
    return (statement.get("Cmd") or {}).get("Type")


def substitutions(node):
    """The outermost $( ) in a node's words, as lists of statements."""
    if isinstance(node, list):
        return [found for part in node for found in substitutions(part)]
    if not isinstance(node, dict):
        return []
    if node.get("Type") == "CmdSubst":
        return [node.get("Stmts") or []]
    return [found for part in node.values() for found in substitutions(part)]


def to_files(statement):
    """Has it a redirection that may fail?"""
    return any(redirection["Op"] in FILE_REDIRECTIONS and
               literal(redirection["Word"]) not in DEVICES
               for redirection in statement.get("Redirs") or [])


IN_FORCE, NEVER_SET, IGNORED = "", "never set", "ignored"  # what `set -e` is


@dataclasses.dataclass(frozen=True)
class Place:
    tested: str
    last: bool  # what its status is, is asked by whoever tests it

    def inside(self, last):
        return Place(self.tested, self.last and last)


TESTED = Place(IGNORED, True)


class Program:
    """A process: its own text and those that it reads in, as [(name, text)], the own one last."""

    def __init__(self, texts):
        self.errors = []
        self.functions = {}
        self.seen = set()
        self.name = ""
        trees = [(name, parse(text)) for name, text in texts]
        for name, statements in trees:
            for statement in statements:
                if kind(statement) == "FuncDecl":
                    command = statement["Cmd"]
                    self.functions[command["Name"]["Value"]] = (name, command["Body"])
        ends = False
        for name, statements in trees:
            self.name = name
            for at, statement in enumerate(statements):
                ends = ends or self.says_set_e(statement)
                place = Place(IN_FORCE if ends else NEVER_SET, at + 1 == len(statements))
                self.check(statement, place)

    # What a statement is.

    @staticmethod
    def says_set_e(statement):
        said = words(statement.get("Cmd") or {})
        return said[:1] == ["set"] and any((word or "").startswith("-") and "e" in word
                                           for word in said[1:])

    def never_returns(self, statement):
        command = statement.get("Cmd") or {}
        if command.get("Type") == "Block":
            return any(self.never_returns(part) for part in command["Stmts"])
        name = (words(command) or [None])[0]
        if name in self.functions:
            return self.never_returns(self.functions[name][1])
        return name in {"exit", "exec"}

    def lists(self, command):
        """The lists of statements one of which is the last to run in a compound command."""
        if "Then" in command:
            return [command["Then"]] + (self.lists(command["Else"]) if "Else" in command else [])
        if command["Type"] in {"Block", "Subshell"}:
            return [command["Stmts"]]
        if command["Type"] == "CaseClause":
            return [item.get("Stmts") or [] for item in command.get("Items") or []]
        return [command["Do"]]

    def cannot_fail(self, statement, inside=()):
        """Is its status always 0, or what it leaves with?"""
        command = statement.get("Cmd")
        if statement.get("Negated") or to_files(statement):
            return False
        if not command or command["Type"] == "FuncDecl" or self.never_returns(statement):
            return True
        if command["Type"] == "BinaryCmd":
            return self.list_cannot_fail(command, inside)
        if command["Type"] == "CallExpr":
            return self.call_cannot_fail(command, inside)
        return all(not part or self.cannot_fail(part[-1], inside) for part in self.lists(command))

    def list_cannot_fail(self, command, inside):
        if command["Op"] == PIPE:
            last = words(command["Y"].get("Cmd") or {})[:1]
            return (bool(last) and last[0] in FILTERS and not to_files(command["Y"])
                    or self.cannot_fail(command["Y"], inside))
        return self.cannot_fail(command["Y"], inside) and (
            command["Op"] == OR or not inside or self.cannot_fail(command["X"], inside))

    def call_cannot_fail(self, command, inside):
        if not command.get("Args"):
            return all(not part or self.cannot_fail(part[-1], inside or ("",))
                       for part in substitutions(command.get("Assigns")))
        name = words(command)[0]
        if name in self.functions:
            return name not in inside and self.function_cannot_fail(name, inside)
        if name == "return" and inside:
            return words(command)[1:] in ([], ["0"])
        return name in LEAVING | SPEAKING

    def function_cannot_fail(self, name, inside):
        body = self.functions[name][1]
        returns = [found for found in calls(body) if words(found)[0] == "return"]
        return (self.cannot_fail(body, (*inside, name)) and
                all(words(found)[1:] in ([], ["0"]) for found in returns))

    # Where it stands.

    def refuse(self, statement, why):
        line = statement["Pos"]["Line"] if "Pos" in statement else 0
        error = f"{self.name}:{line}: {why}"
        if error not in self.errors:
            self.errors.append(error)

    def in_background(self, command, tested):
        """There, a function that says `set -e` first is not tested by the program around it."""
        body = self.functions.get((words(command) or [None])[0], (0, {}))[1].get("Cmd")
        sets = body and self.says_set_e(body["Stmts"][0])
        return IN_FORCE if sets and tested == NEVER_SET else tested

    def check_list(self, statements, place):
        for at, statement in enumerate(statements or []):
            self.check(statement, place.inside(at + 1 == len(statements)))

    def check(self, statement, place):
        command = statement.get("Cmd")
        if not command or command["Type"] == "FuncDecl":
            return
        if statement.get("Background"):
            place = Place(self.in_background(command, place.tested), True)
        elif not place.last and (
                statement.get("Negated") or place.tested) and not self.cannot_fail(statement):
            if statement.get("Negated") or command["Type"] in {"CallExpr", "BinaryCmd"} or \
                    to_files(statement):
                self.refuse(statement, "what it ends with is swallowed")
        if statement.get("Negated"):
            place = TESTED
        for part in substitutions([statement.get("Redirs")]):
            self.check_list(part, TESTED)
        getattr(self, "check_" + command["Type"])(command, place)

    def check_CallExpr(self, command, place):  # pylint: disable=invalid-name
        settings_alone = not command.get("Args")
        for part in substitutions(command.get("Assigns")):
            self.check_list(part, Place(place.tested if settings_alone else IGNORED, True))
        for part in substitutions(command.get("Args")):
            self.check_list(part, TESTED)
        if settings_alone:
            return
        name, *more = words(command)
        if name == "set" and "+e" in more:
            self.refuse(command["Args"][0], "set +e")
        if name == "trap" and more:
            self.enter(more[0], IGNORED)
        self.enter(name, place.tested)

    def enter(self, name, tested):
        """Checks a function as it is called from a place."""
        if name not in self.functions or (name, tested) in self.seen:
            return
        self.seen.add((name, tested))
        caller, (self.name, body) = self.name, self.functions[name]
        self.check(body, Place(tested, True))
        self.name = caller

    def check_BinaryCmd(self, command, place):  # pylint: disable=invalid-name
        left = TESTED if command["Op"] in {AND, OR} else Place(place.tested, True)
        self.check(command["X"], left)
        self.check(command["Y"], Place(place.tested, True))

    def check_IfClause(self, command, place):  # pylint: disable=invalid-name
        self.check_list(command.get("Cond"), TESTED)
        self.check_list(command["Then"], place)
        if command.get("Else"):
            self.check_IfClause(command["Else"], place)

    def check_WhileClause(self, command, place):  # pylint: disable=invalid-name
        self.check_list(command["Cond"], TESTED)
        self.check_list(command["Do"], place.inside(False))

    def check_ForClause(self, command, place):  # pylint: disable=invalid-name
        for part in substitutions(command["Loop"]):
            self.check_list(part, TESTED)
        self.check_list(command["Do"], place.inside(False))

    def check_CaseClause(self, command, place):  # pylint: disable=invalid-name
        for part in substitutions(command["Word"]):
            self.check_list(part, TESTED)
        for item in command.get("Items") or []:
            self.check_list(item.get("Stmts"), place)

    def check_Block(self, command, place):  # pylint: disable=invalid-name
        self.check_list(command["Stmts"], place)

    check_Subshell = check_Block


def calls(node):
    """Each simple command in a tree."""
    if isinstance(node, list):
        return [found for part in node for found in calls(part)]
    if not isinstance(node, dict):
        return []
    own = [node] if node.get("Type") == "CallExpr" and node.get("Args") else []
    return own + [found for part in node.values() for found in calls(part)]
