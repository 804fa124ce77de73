"""Makes the boot program's texts short, so that they pack well: no comments and indentation, and
short names for the variables and functions that they define. What they do and say stays the same.

A name is only shortened where all places that can mean it are known, see shell_text.py. Names which
the environment, a file or a text may hold besides are left alone.
"""

import ast
import collections
import io
import itertools
import keyword
import re
import tokenize

import shell_text

# By how often they stand in the texts anyway: those pack best.
LETTERS = "etaoinsrlducpmhgfbkvwyxqjzETAOINSRLDUCPMHGFBKVWYXQJZ"
# Which kinds of token in a shell text name one thing.
NAMESPACES = {"variable": ("variable",), "function": ("function", "command")}
SHELL_WORDS = {"if", "fi", "do", "in"}
STAYS = "# Written by "  # a comment for those who find the file on their volume


def short_names(counts, taken):
    """{name: shorter name}, the shortest for those that take the most room."""
    free = ("".join(letters) for size in (1, 2)
            for letters in itertools.product(LETTERS, repeat=size))
    free = (word for word in free if word not in taken)
    short = {}
    word = next(free)
    for name in sorted(counts, key=lambda name: (-counts[name] * len(name), name)):
        if len(name) > len(word):
            short[name] = word
            word = next(free)
    return short


def plain(tokens):
    """A shell text's tokens without comments, empty lines, indentation and lines that go on."""
    kept = []
    for kind, text in tokens:
        before = kept[-1][1] if kept else "\n"
        if kind == "newline":
            text = "" if before.endswith("\n") else "\n"
        elif kind == "continuation":
            text = " " if text.endswith(" ") and not before.endswith(" ") else ""
        elif kind == "comment" and not text.startswith(STAYS):
            text = ""
        if text:
            kept.append((kind, text))
    return kept


class Names:
    """The names of one namespace in all shell texts."""

    def __init__(self, space, texts, protected):
        self.kinds = NAMESPACES[space]
        self.all = {name: self.count(tokens) for name, tokens in texts.items()}
        used = set().union(*self.all.values())
        self.taken = used | set(protected) | SHELL_WORDS
        self.fixed = set(protected)
        if space == "function":
            self.fixed |= used - {text for tokens in texts.values() for kind, text in tokens
                                  if kind == "function"}

    def count(self, tokens):
        return collections.Counter(text for kind, text in tokens if kind in self.kinds)

    def of(self, texts):
        total = sum((self.all[name] for name in texts), collections.Counter())
        return {name: count for name, count in total.items()
                if name not in self.fixed and name.islower()}


def shorten_shell(texts, processes, protected):
    """{file: text} shortened. No file reads in those that `processes` names: what stands in only
    one of them is named anew for each. No name in `protected` changes."""
    texts = {name: plain(shell_text.tokens(text)) for name, text in texts.items()}
    told = {text for tokens in texts.values() for kind, text in tokens if kind == "told"}
    short = {name: {} for name in texts}
    for space in NAMESPACES:
        names = Names(space, texts, told | set(protected))
        parts = [name for name in texts if name not in processes]
        everywhere = names.of(texts)
        shared = short_names({name: everywhere[name] for name in names.of(parts)}, names.taken)
        for file in texts:
            own = {} if file in parts else names.of([file])
            own = {name: count for name, count in own.items() if name not in shared}
            new = {**shared, **short_names(own, names.taken | set(shared.values()))}
            short[file].update({(kind, name): word for name, word in new.items()
                                for kind in names.kinds})
    return {file: "".join(short[file].get(token, token[1]) for token in tokens)
            for file, tokens in texts.items()}


def python_names(trees):
    """Of syntax trees: the names that they define, and those among all others that they use."""
    defined, others = set(), set()
    for node in itertools.chain.from_iterable(ast.walk(tree) for tree in trees):
        if isinstance(node, ast.Name):
            (defined if isinstance(node.ctx, ast.Store) else others).add(node.id)
        elif isinstance(node, ast.arg):
            defined.add(node.arg)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            defined.add(node.name)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            defined.add(node.name)
    return defined, others


def python_keys(trees):
    """Names that mean something by how they are spelled. What stands after a dot is never changed, so
    a variable may be spelled like it, but not what an own class has."""
    keys = set(keyword.kwlist)
    for node in itertools.chain.from_iterable(ast.walk(tree) for tree in trees):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            keys.add(node.attr)
        elif isinstance(node, ast.ClassDef):
            keys |= python_names(node.body)[0]
        elif isinstance(node, ast.keyword) and node.arg:
            keys.add(node.arg)
        elif isinstance(node, ast.alias):
            keys.update((node.asname or node.name).split("."))
    return keys


def python_text(text, short):
    """Each token once, with a blank a level of indentation and where two words would become one."""
    skipped = (tokenize.COMMENT, tokenize.NL, tokenize.ENDMARKER)
    parts, before, depth = [], "\n", 0
    for kind, word, *_ in tokenize.generate_tokens(io.StringIO(text).readline):
        if kind in (tokenize.INDENT, tokenize.DEDENT):
            depth += 1 if kind == tokenize.INDENT else -1
            continue
        if kind in skipped:
            continue
        if kind == tokenize.NAME and before != ".":
            word = short.get(word, word)
        if before == "\n":
            parts.append(" " * depth)
        elif re.match(r"\w", before[-1]) and re.match(r"[\w'\"]", word):
            parts.append(" ")
        word = "\n" if kind == tokenize.NEWLINE else word
        parts.append(word)
        before = word
    return "".join(parts)


def without_docstrings(text):
    """Each of them stands on lines of its own."""
    lines = text.splitlines(keepends=True)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node) is not None:
            first = node.body[0]
            lines[first.lineno - 1:first.end_lineno] = [""] * (first.end_lineno - first.lineno + 1)
    return "".join(lines)


def shorten_python(texts):
    """{file: text} shortened; the files may read each other in."""
    texts = {name: without_docstrings(text) for name, text in texts.items()}
    trees = [ast.parse(text) for text in texts.values()]
    defined, others = python_names(trees)
    keys = python_keys(trees)
    words = collections.Counter(
        word for text in texts.values()
        for kind, word, *_ in tokenize.generate_tokens(io.StringIO(text).readline)
        if kind == tokenize.NAME)
    counts = {name: words[name] for name in defined - keys if name != "_"}
    short = short_names(counts, defined | others | keys)
    return {name: python_text(text, short) for name, text in texts.items()}
