"""A shell text as tokens, for what shortens the boot program. Joined, the tokens are the text.

A token is (kind, text). A name is a token of its own where it stands for something: `variable`
where one is read or set, `command` where a command or function is called, `function` where one is
defined, and `told` where the name itself may be read by something else: in quoted text that sets a
variable, as "name=value" does, and after `export` and its like. The other kinds are `comment`,
`newline` (with the blanks and newlines behind it), `continuation` and `text`.

Knows the POSIX shell that boot/ is written in; what could hide a name from it is a ValueError.
"""

import re

NAME = r"[A-Za-z_][A-Za-z0-9_]*"
SETTING = NAME + r"(?==)"
NAME_ENDS = re.compile(r"[\s;|&()<>]|$")
PLAIN = r"[^\s;&|()\"'$\\<>`]*"  # what goes on in a word with no meaning to the shell
REDIRECTION = r"[0-9]*[<>]+(&[0-9-])?"
HERE_DOCUMENT = re.compile(r"<<('?)([A-Z0-9]+)\1")
OPENERS = {"if", "then", "else", "elif", "do", "while", "until"}
# Commands whose words are names: of which kind, and whether of the first word alone.
NAMING = {"read": ("variable", False), "for": ("variable", True), "trap": ("command", True),
          "export": ("told", False), "unset": ("told", False), "readonly": ("told", False),
          "local": ("told", False)}
REFUSED = {"eval", "command", "type", "getopts", "alias"}


class Text:
    """A text up to which tokens have been made; expansions and quotes are alike in all places."""

    def __init__(self, text):
        self.text = text
        self.at = 0
        self.tokens = []

    def here(self):
        return self.text[self.at:self.at + 1]

    def looks_at(self, pattern):
        return re.compile(pattern).match(self.text, self.at)

    def take(self, kind, pattern):
        """Makes a token of what matches, if anything does."""
        found = self.looks_at(pattern)
        if not found or not found.group():
            return None
        self.tokens.append((kind, found.group()))
        self.at = found.end()
        return found.group()

    def take_one(self):
        if not self.take("text", r"(?s)\\.|[^`]"):
            raise ValueError("a backquote, or the end of the text inside of something")

    def expansion(self):
        if self.take("text", r"\$\(\("):
            self.arithmetic()
        elif self.take("text", r"\$\("):
            Command(self).scan(")")
        elif self.take("text", r"\$\{#?"):
            self.take("variable", NAME)
            self.quotable("}")
        elif self.take("text", r"\$(?=[A-Za-z_])"):
            self.take("variable", NAME)
        else:
            self.take_one()

    def arithmetic(self):
        depth = 2
        while depth:
            if self.take("variable", NAME) or self.take("text", r"[0-9]+"):
                continue
            if self.here() == "$":
                self.expansion()
                continue
            depth += {"(": 1, ")": -1}.get(self.here(), 0)
            self.take_one()

    def quotable(self, end):
        """Up to `end`: what is in double quotes, in braces or in a here-document."""
        while not self.take("text", re.escape(end)):
            if self.take("continuation", r"\\\n"):
                continue
            if self.here() == "$":
                self.expansion()
            elif self.here() == '"':
                self.double_quoted()
            else:
                line_ends = self.here() == "\n"
                self.take_one()
                if line_ends:
                    self.take("told", SETTING)

    def double_quoted(self):
        self.take("text", '"')
        self.take("told", SETTING)
        self.quotable('"')

    def single_quoted(self):
        self.take("text", "'")
        self.take("told", SETTING)
        if not self.take("text", "[^']*'"):
            raise ValueError("the end of the text inside of quotes")


class Command:
    """Commands, and what is known of the place among their words."""

    def __init__(self, text):
        self.text = text
        self.open = []  # what is not closed yet: `(` or `case`
        self.documents = []  # here-documents that begin on the next line
        self.pattern = False  # in one of a case, up to its `)`
        self.begin()

    def begin(self):
        self.first = True  # a command, or a setting, may begin here
        self.inside = False  # of a word
        self.naming = None  # of NAMING, for the words that follow

    def scan(self, end=""):
        while self.text.here():
            if self.text.here() == end and not self.open:
                self.text.take_one()
                return
            self.step(self.text.here())
        if end or self.open:
            raise ValueError("the end of the text inside of a command")

    def step(self, c):
        text = self.text
        if c == "\n":
            self.end_line()
        elif c == "#" and not self.inside:
            text.take("comment", r"[^\n]*")
        elif text.take("continuation", r"\\\n[ \t]*") or text.take("text", r"[ \t]+"):
            self.end_word()
        elif text.looks_at(HERE_DOCUMENT):
            self.documents.append(text.looks_at(HERE_DOCUMENT))
            text.take("text", HERE_DOCUMENT)
        elif text.take("text", REDIRECTION):
            self.naming = None
        elif c in ";&|()":
            self.operator(c)
        elif not self.inside and not self.pattern and text.looks_at(NAME):
            self.word(text.looks_at(NAME).group())
        else:
            self.part_of_word(c)

    def end_line(self):
        for document in self.documents:
            self.text.take("text", "\n")
            self.text.take("told", SETTING)
            quote, end = document.groups()
            if quote:
                self.verbatim(end)
            else:
                self.text.quotable("\n" + end)
        self.documents = []
        self.text.take("newline", r"\n[ \t\n]*")
        self.begin()

    def verbatim(self, end):
        while not self.text.take("text", end + r"(?=\n)"):
            self.text.take("told", SETTING)
            self.text.take("text", r"[^\n]*\n")

    def operator(self, c):
        if self.text.take("text", ";;"):
            self.pattern = True
            self.begin()
            return
        if c == "(" and not self.pattern:
            self.open.append("(")
        elif c == ")" and self.pattern:
            self.pattern = False
        elif c == ")" and (not self.open or self.open.pop() != "("):
            raise ValueError("a parenthesis too many")
        self.text.take_one()
        self.begin()

    def part_of_word(self, c):
        if self.pattern and not self.inside and self.text.take("text", r"esac\b"):
            self.close_case()
            return
        if not self.inside and self.text.take("text", r"[!{](?=[ \n])"):
            return
        self.inside = True
        if c == "'":
            self.text.single_quoted()
        elif c == '"':
            self.text.double_quoted()
        elif c == "$":
            self.text.expansion()
        else:
            self.text.take_one()

    def end_word(self):
        if not self.inside:
            return
        self.first = self.inside = False
        if self.naming == NAMING["trap"]:
            raise ValueError("a trap that is no function")

    def word(self, name):
        """A word that begins like a name."""
        after = self.text.text[self.text.at + len(name):]
        ends = NAME_ENDS.match(after)
        if self.naming and (ends or self.naming[0] == "told"):
            self.text.take(self.naming[0], NAME)
            self.inside = not ends
            self.naming = None if self.naming[1] else self.naming
        elif self.first and after.startswith("="):
            self.text.take("variable", NAME)
            self.value()
        elif self.first and after.startswith("()"):
            self.text.take("function", NAME)
            self.text.take("text", r"\(\)")
            self.begin()
        elif self.first and ends:
            self.command(name)
        else:
            self.inside = True
            self.text.take("text", PLAIN)

    def value(self):
        """The rest of a word that sets a variable; a command may follow it."""
        self.text.take("text", "=" + PLAIN)
        while not self.text.looks_at(r"[\s;&|)]|$"):
            self.part_of_word(self.text.here())
        self.inside = False

    def command(self, name):
        if name in REFUSED:
            raise ValueError(f"`{name}` may hide a name")
        if name in OPENERS:
            self.text.take("text", NAME)
            return
        if name == "case":
            self.open_case()
            return
        if name == "esac":
            self.close_case()
        self.text.take("command", NAME)
        self.naming = NAMING.get(name)
        self.first = False

    def open_case(self):
        self.text.take("text", "case")
        self.open.append("case")
        while not self.text.take("text", r" in(?=\s)"):
            self.part_of_word(self.text.here())
        self.inside = False
        self.pattern = True

    def close_case(self):
        if not self.open or self.open.pop() != "case":
            raise ValueError("an `esac` too many")
        self.pattern = self.first = False


def tokens(text):
    made = Text(text)
    Command(made).scan()
    return made.tokens
