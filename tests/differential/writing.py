"""Writes settings down as people and tools do: indented, commented, quoted, with odd blanks."""

KEY_BLANKS = ["", "", "", "", "  ", "    ", "\t", " "]
EQUALS = [" = ", "=", " =", "= ", "\t=\t", "  =  ", " : ", ":"]
ODD_LINES = ["# a remark", "; a remark", "   # an indented remark", "", "", "   ", "\t", "#", "#[no]"]
BROKEN_LINES = ["no equals here", "[open", "= nothing", "[]", "  nothing here either"]


def chance(rng, one_in):
    return rng.randrange(one_in) == 0


def any_case(rng, key):
    choice = rng.randrange(10)
    return key.upper() if choice == 0 else key.title() if choice == 1 else key


def header(rng, name):
    text = f"[{name}]"
    if chance(rng, 12):
        text = rng.choice([f"[ {name}]", f"[{name} ]", f" [{name}]", f"  [{name}]", f"[{name}] ",
                           f"[{name}] # x", f"[{name}]x", f"[{name}] [y]", f"[{name.upper()}]",
                           f"[{name}", f"[[{name}]]"])
    return text


def profile_header(rng, name):
    """A profile's name as the config file has it."""
    if name == "default" and not chance(rng, 6):
        return "default"
    quoted = [f'"{name}"', f"'{name}'"]
    plain = [name] * (8 if " " not in name else 1)
    gap = rng.choice([" "] * 6 + ["  ", "\t"])
    if chance(rng, 25):
        return rng.choice([name, f"profile{name}", f"Profile {name}", f"profiles {name}",
                           f'"profile" {name}', f"profile {name} x", f'profile "{name}',
                           f"profile {name}\\", f'profile {name}"x"'])
    return f"profile{gap}{rng.choice(plain + quoted)}"


def continuation(rng, indent):
    """What may stand below a value: it goes on only where it is indented deeper."""
    return rng.choice(["", " ", "  "]) + indent + rng.choice(["  ", " ", "\t", ""]) + rng.choice(
        ["output = json", "more", "x=y", "[inner]", "cli_pager ="])


def setting(rng, indent, key, value):
    line = f"{indent}{any_case(rng, key)}{rng.choice(EQUALS)}{value}"
    if chance(rng, 15):
        line += rng.choice(["  ", "\t", " # home", " ; home", "#home", " #", "\u00a0"])
    return line


def nested(rng, indent, key, settings):
    """`ec2 =` with its settings below."""
    lines = [f"{indent}{key}{rng.choice([' =', '=', ' = '])}"]
    deeper = indent + rng.choice(["  ", "    ", "\t", " ", " "])
    for name, value in settings.items():
        if chance(rng, 8):
            lines.append(rng.choice(ODD_LINES))
        if chance(rng, 12):
            name = name.upper()
        if chance(rng, 15):
            deeper = indent
        lines.append(f"{deeper}{name}{rng.choice([' = ', '='])}{value}")
    return lines


def section(rng, name, settings):
    lines = [header(rng, name)]
    indent = rng.choice(KEY_BLANKS)
    for key, value in settings.items():
        if chance(rng, 6):
            lines.append(rng.choice(ODD_LINES))
        if chance(rng, 12):
            indent = rng.choice(KEY_BLANKS)
        if isinstance(value, dict):
            lines += nested(rng, indent, key, value)
        else:
            lines.append(setting(rng, indent, key, value))
        if chance(rng, 20):
            lines.append(continuation(rng, indent))
        if chance(rng, 60):
            lines.append(lines[-1])
        if chance(rng, 80):
            lines.append(rng.choice(BROKEN_LINES))
    return lines


def file_text(rng, sections):
    """`sections`: pairs of a header's words and a dict; a dict within is a nested one."""
    lines = []
    if chance(rng, 6):
        lines.append(rng.choice(ODD_LINES))
    if chance(rng, 60):
        lines.append("region = before-any-section")
    if chance(rng, 25):
        lines += section(rng, "DEFAULT", {rng.choice(["region", "aws_session_token"]): "eu-north-1"})
    for name, settings in sections:
        lines += section(rng, name, settings)
        if chance(rng, 4):
            lines.append("")
    if sections and chance(rng, 40):
        lines += section(rng, *rng.choice(sections))
    ending = rng.choice(["\n"] * 8 + ["\r\n", "\r"])
    text = ending.join(lines) + rng.choice([ending, ending, ""])
    return ("\ufeff" if chance(rng, 30) else "") + text
