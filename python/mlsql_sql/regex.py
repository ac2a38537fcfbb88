"""Java's regular expressions in RE2's words, for those that mean the same in both; the others are refused."""

from __future__ import annotations

import re

from sqlglot import exp

from .errors import invalid, unsupported

#: What `.` does not match in Java.
_LINE_ENDS = r"\n\r\x{85}\x{2028}\x{2029}"
#: Escapes that mean the same in both.
_SAME_ESCAPES = set("dDwWbBtnrfa") | set(r"\.[]{}()*+-?^$|/ '\"#%&,:;<=>@_`~!")
_POSIX = {
    "Lower": "[:lower:]",
    "Upper": "[:upper:]",
    "ASCII": "[:ascii:]",
    "Alpha": "[:alpha:]",
    "Digit": "[:digit:]",
    "Alnum": "[:alnum:]",
    "Punct": "[:punct:]",
    "Graph": "[:graph:]",
    "Blank": "[:blank:]",
    "Cntrl": "[:cntrl:]",
    "XDigit": "[:xdigit:]",
    "Space": "[:space:]",
}


def java_to_re2(pattern: str, node: exp.Expression | None = None) -> str:
    """The pattern for RE2. Raises MLSQL_SQL_UNSUPPORTED for what RE2 lacks or understands differently."""
    return _Translator(pattern, node).translate()


def count_groups(pattern: str) -> int:
    """Capturing groups of a translated pattern."""
    bare = re.sub(r"\\.", "", pattern)
    bare = re.sub(r"\[\^?\]?(?:\[:\w+:\]|[^\]])*\]", "", bare)
    return len(re.findall(r"\((?!\?)|\(\?P<", bare))


def java_replacement(text: str, groups: int, node: exp.Expression | None = None) -> str:
    """A replacement: `$1` is a group, a backslash takes the next character as it is."""
    out = ""
    at = 0
    while at < len(text):
        character = text[at]
        if character == "\\":
            if at + 1 >= len(text):
                raise invalid("the replacement ends with a backslash", node)
            out += "\\\\" if text[at + 1] == "\\" else text[at + 1]
            at += 2
        elif character == "$":
            match = re.match(r"\$(\d+)", text[at:])
            if match is None:
                raise unsupported(
                    "a $ in a replacement without a group's number", node, "Write \\\\$ for the character itself."
                )
            number = int(match.group(1)[0])
            length = 1
            # Java takes further digits while such a group exists.
            while length < len(match.group(1)) and int(match.group(1)[: length + 1]) <= groups:
                length += 1
                number = int(match.group(1)[:length])
            if number > groups:
                raise invalid(f"the pattern has {groups} group(s), so there is no ${number}", node)
            if number > 9:
                raise unsupported("more than nine groups in a replacement", node)
            out += f"\\{number}"
            at += 1 + length
        else:
            out += character
            at += 1
    return out


class _Translator:
    def __init__(self, pattern: str, node: exp.Expression | None) -> None:
        self.pattern = pattern
        self.node = node
        self.at = 0
        self.out = ""

    def translate(self) -> str:
        while self.at < len(self.pattern):
            character = self.pattern[self.at]
            if character == "\\":
                self.escape(in_class=False)
            elif character == "[":
                self.character_class()
            elif character == "(":
                self.group()
            elif character == ".":
                self.out += f"[^{_LINE_ENDS}]"
                self.at += 1
            elif character in "*+?}" and self.pattern[self.at + 1 : self.at + 2] == "+" and self.out:
                raise self.refuse("a possessive quantifier")
            else:
                self.out += character
                self.at += 1
        try:
            re.compile(re.sub(r"\\x\{[0-9A-Fa-f]+\}|\\[pP]\{\w+\}|\[:\w+:\]|\\z|\\Q.*?\\E", "a", self.out))
        except re.error as error:
            raise invalid(f"the regular expression {self.pattern!r} is wrong: {error}", self.node) from None
        return self.out

    def refuse(self, what: str) -> Exception:
        return unsupported(f"{what} in the regular expression {self.pattern!r}", self.node)

    def escape(self, in_class: bool) -> None:
        following = self.pattern[self.at + 1 : self.at + 2]
        if following == "":
            raise invalid(f"the regular expression {self.pattern!r} ends with a backslash", self.node)
        if following == "s":
            self.out += r"\t-\r " if in_class else r"[\t-\r ]"
        elif following == "S" and not in_class:
            self.out += r"[^\t-\r ]"
        elif following in _SAME_ESCAPES and not (in_class and following in "bB"):
            self.out += "\\" + following
        elif following == "A" and not in_class:
            self.out += r"\A"
        elif following == "z" and not in_class:
            self.out += r"\z"
        elif following == "x" or following == "u":
            self.code_point(following)
            return
        elif following in "pP":
            self.property(in_class)
            return
        elif following.isdigit():
            raise self.refuse("a reference back to a group")
        else:
            raise self.refuse(f"\\{following}")
        self.at += 2

    def code_point(self, kind: str) -> None:
        match = re.match(r"\\x([0-9A-Fa-f]{2})|\\u([0-9A-Fa-f]{4})|\\x\{([0-9A-Fa-f]+)\}", self.pattern[self.at :])
        if match is None:
            raise self.refuse(f"\\{kind}")
        digits = match.group(1) or match.group(2) or match.group(3)
        self.out += "\\x{" + digits + "}"
        self.at += match.end()

    def property(self, in_class: bool) -> None:
        match = re.match(r"\\([pP])(?:\{(\w+)\}|(\w))", self.pattern[self.at :])
        if match is None:
            raise self.refuse("\\p")
        negated, name = match.group(1) == "P", match.group(2) or match.group(3)
        if name in _POSIX:
            inside = ("[:^" + _POSIX[name][2:]) if negated else _POSIX[name]
            self.out += inside if in_class else f"[{inside}]"
        elif re.fullmatch(r"(Is|script=)?[A-Z]\w*", name):
            self.out += f"\\{match.group(1)}{{{re.sub('^Is', '', name)}}}"
        else:
            raise self.refuse(f"\\p{{{name}}}")
        self.at += match.end()

    def character_class(self) -> None:
        self.out += "["
        self.at += 1
        if self.pattern[self.at : self.at + 1] == "^":
            self.out += "^"
            self.at += 1
        first = True
        while True:
            character = self.pattern[self.at : self.at + 1]
            if character == "":
                raise invalid(f"a [ without ] in the regular expression {self.pattern!r}", self.node)
            if character == "]" and not first:
                self.out += "]"
                self.at += 1
                return
            if character == "[" or self.pattern.startswith("&&", self.at):
                raise self.refuse("a class inside of a class")
            if character == "]":
                raise self.refuse("a ] at the beginning of a class")
            if character == "\\":
                self.escape(in_class=True)
            else:
                self.out += character
                self.at += 1
            first = False

    def group(self) -> None:
        match = re.match(r"\((\?(?:[a-zA-Z-]*[:)]|<[A-Za-z]\w*>))?", self.pattern[self.at :])
        opening = match.group(0) if match is not None else "("
        if opening == "(" and self.pattern[self.at + 1 : self.at + 2] == "?":
            raise self.refuse("a look around or an atomic group")
        flags = re.match(r"\(\?([a-zA-Z-]*)[:)]", opening)
        if flags is not None and not set(flags.group(1)) <= set("i-"):
            raise self.refuse(f"the flags {flags.group(1)}")
        self.out += re.sub(r"^\(\?<", "(?P<", opening)
        self.at += len(opening)
