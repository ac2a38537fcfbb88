"""Functions of text."""

from __future__ import annotations

from ..expression import Expr, quote
from ..names import call as call_name
from ..regex import count_groups, java_replacement, java_to_re2
from ..types import (
    BIGINT,
    BINARY,
    BOOLEAN,
    DOUBLE,
    INT,
    STRING,
    ArrayType,
    DecimalType,
    MapType,
    is_integral,
)
from .registry import Call, joined, scalar, simple

simple("upper ucase", "s", STRING, "spark_upper({})")
simple("lower lcase", "s", STRING, "spark_lower({})")
simple("bit_length", "s", INT, "CAST(octet_length(encode({0})) * 8 AS INTEGER)")
simple("btrim", "s?s", STRING, "trim({0}, ' ')¦trim({0}, {1})")
simple("trim", "s", STRING, "trim({0}, ' ')")


@scalar("ltrim", "rtrim")
def _trim_side(call: Call) -> Expr:
    """`ltrim(text)`, or in the old way `ltrim(characters, text)`."""
    values = call.arguments(1, 2)
    characters = call.text(values[0]) if len(values) == 2 else "' '"
    return call.result(f"{call.name}({call.text(values[-1])}, {characters})", STRING, values)


simple("initcap", "s", STRING, "spark_initcap({0})")
simple("instr", "ss", INT, "CAST(CASE WHEN {1} = '' THEN 1 ELSE instr({0}, {1}) END AS INTEGER)")
simple("ascii", "s", INT, "CAST(CASE WHEN {0} = '' THEN 0 ELSE unicode({0}) END AS INTEGER)")
simple("chr char", "l", STRING, "CASE WHEN {0} < 0 THEN '' ELSE chr(CAST({0} & 255 AS INTEGER)) END")
simple("space", "i", STRING, "repeat(' ', greatest({0}, 0))")
simple("repeat", "si", STRING, "repeat({0}, greatest({1}, 0))")
simple("left", "si", STRING, "CASE WHEN {1} <= 0 THEN CASE WHEN {0} IS NOT NULL THEN '' END ELSE left({0}, {1}) END")
simple("right", "si", STRING, "CASE WHEN {1} <= 0 THEN CASE WHEN {0} IS NOT NULL THEN '' END ELSE right({0}, {1}) END")
simple("translate", "sss", STRING, "translate({0}, {1}, {2})")
simple("substring_index", "ssi", STRING, "spark_substring_index({0}, {1}, {2})")
simple("soundex", "s", STRING, "spark_soundex({0})")
simple("url_encode", "s", STRING, "replace(replace(replace(url_encode({0}), '%20', '+'), '~', '%7E'), '%2A', '*')")
simple("url_decode", "s", STRING, "url_decode(replace({0}, '+', ' '))")
simple(
    "levenshtein",
    "ss?i",
    INT,
    "CAST(levenshtein({0}, {1}) AS INTEGER)¦CASE WHEN {2} IS NULL THEN NULL WHEN levenshtein({0}, {1}) <= {2} THEN CAST(levenshtein({0}, {1}) AS INTEGER) WHEN {0} IS NOT NULL AND {1} IS NOT NULL THEN -1 END",
)
simple("startswith", "ss", BOOLEAN, "starts_with({0}, {1})")
simple("endswith", "ss", BOOLEAN, "ends_with({0}, {1})")
simple("contains", "ss", BOOLEAN, "contains({0}, {1})")
simple(
    "find_in_set",
    "ss",
    INT,
    "CASE WHEN contains({0}, ',') THEN 0 ELSE CAST(coalesce(list_position(string_split({1}, ','), {0}), CASE WHEN {0} IS NOT NULL AND {1} IS NOT NULL THEN 0 END) AS INTEGER) END",
)
simple("unbase64", "s", BINARY, "from_base64(regexp_replace({0}, '\\s', '', 'g'))")
simple("crc32", "x", BIGINT, "spark_crc32({0})")


@scalar("length", "char_length", "character_length", "len")
def _length(call: Call) -> Expr:
    (value,) = call.arguments(1)
    if value.type == BINARY:
        return call.result(f"CAST(octet_length({value.sql}) AS INTEGER)", INT, [value])
    return call.result(f"CAST(length({call.text(value)}) AS INTEGER)", INT, [value])


@scalar("octet_length")
def _octet_length(call: Call) -> Expr:
    (value,) = call.arguments(1)
    sql = value.sql if value.type == BINARY else f"encode({call.text(value)})"
    return call.result(f"CAST(octet_length({sql}) AS INTEGER)", INT, [value])


@scalar("concat")
def _concat(call: Call) -> Expr:
    values = call.arguments(0, 1000)
    if not values:
        return call.result("''", STRING, values)
    if any(isinstance(value.type, ArrayType) for value in values):
        arrays, common = call.compiler.unify(values, call.node, "concat")
        joined = arrays[0].sql
        for array in arrays[1:]:
            joined = f"list_concat({joined}, {array.sql})"
        present = " AND ".join(f"{array.sql} IS NOT NULL" for array in arrays)
        return call.result(f"(CASE WHEN {present} THEN {joined} END)", common, values)
    if all(value.type == BINARY for value in values):
        return call.result("(" + " || ".join(value.sql for value in values) + ")", BINARY, values)
    return call.result("(" + " || ".join(call.text(value) for value in values) + ")", STRING, values)


@scalar("concat_ws")
def _concat_ws(call: Call) -> Expr:
    values = call.arguments(1, 1000)
    separator, rest = values[0], values[1:]
    lists: list[str] = []
    for value in rest:
        if isinstance(value.type, ArrayType):
            lists.append(f"coalesce({call.cast(value, ArrayType(element=STRING))}, [])")
        else:
            lists.append(f"[{call.text(value)}]")
    listed = lists[0] if lists else "CAST([] AS VARCHAR[])"
    for item in lists[1:]:
        listed = f"list_concat({listed}, {item})"
    text = joined(f"list_filter({listed}, lambda w: w IS NOT NULL)", call.text(separator))
    return call.result(f"(CASE WHEN {call.text(separator)} IS NOT NULL THEN {text} END)", STRING, values)


@scalar("substring", "substr")
def _substring(call: Call) -> Expr:
    values = call.arguments(2, 3)
    if values[0].type == BINARY:
        raise call.unsupported("of binary values")
    length = call.cast(values[2], INT) if len(values) == 3 else "2147483647"
    start, count = values[1].value, values[2].value if len(values) == 3 else 2147483647
    if type(start) is int and type(count) is int and start > 0 and count >= 0:
        sql = f"substring({call.text(values[0])}, {start}, {count})"
    else:
        sql = f"spark_substring({call.text(values[0])}, {call.cast(values[1], INT)}, {length})"
    names = [value.name for value in values] + ([] if len(values) == 3 else ["2147483647"])
    return call.result(sql, STRING, values, f"{call.name}({', '.join(names)})")


@scalar("locate", "position", "charindex")
def _locate(call: Call) -> Expr:
    values = call.arguments(2, 3)
    start = call.cast(values[2], INT) if len(values) == 3 else "1"
    names = [value.name for value in values] + ([] if len(values) == 3 else ["1"])
    sql = f"spark_locate({call.text(values[0])}, {call.text(values[1])}, {start})"
    return call.result(sql, INT, values, f"{call.name}({', '.join(names)})")


@scalar("lpad", "rpad")
def _pad(call: Call) -> Expr:
    values = call.arguments(2, 3)
    if values[0].type == BINARY:
        raise call.unsupported("of binary values")
    fill = call.text(values[2]) if len(values) == 3 else "' '"
    names = [value.name for value in values] + ([] if len(values) == 3 else [" "])
    sql = f"spark_{call.name}({call.text(values[0])}, {call.cast(values[1], INT)}, {fill})"
    return call.result(sql, STRING, values, f"{call.name}({', '.join(names)})")


@scalar("replace")
def _replace(call: Call) -> Expr:
    values = call.arguments(2, 3)
    new = call.text(values[2]) if len(values) == 3 else "''"
    text, old = call.text(values[0]), call.text(values[1])
    names = [value.name for value in values] + ([] if len(values) == 3 else [""])
    if values[1].value and values[1].required:
        return call.result(f"replace({text}, {old}, {new})", STRING, values, f"replace({', '.join(names)})")
    sql = f"(CASE WHEN {old} = '' AND {new} IS NOT NULL THEN {text} ELSE replace({text}, {old}, {new}) END)"
    return call.result(sql, STRING, values, f"replace({', '.join(names)})")


@scalar("overlay")
def _overlay(call: Call) -> Expr:
    values = call.arguments(3, 4)
    text, new, start = call.text(values[0]), call.text(values[1]), call.cast(values[2], INT)
    length = call.cast(values[3], INT) if len(values) == 4 else "-1"
    size = f"(CASE WHEN {length} >= 0 THEN {length} ELSE length({new}) END)"
    sql = f"(spark_substring({text}, 1, {start} - 1) || {new} || spark_substring({text}, {start} + {size}, 2147483647))"
    return call.result(sql, STRING, values)


@scalar("elt")
def _elt(call: Call) -> Expr:
    values = call.arguments(2, 1000)
    items = ", ".join(call.text(value) for value in values[1:])
    index = call.cast(values[0], INT)
    return call.result(f"(CASE WHEN {index} >= 1 THEN [{items}][{index}] END)", STRING, values)


@scalar("hex")
def _hex(call: Call) -> Expr:
    (value,) = call.arguments(1)
    if value.type == BINARY:
        return call.result(f"hex({value.sql})", STRING, [value])
    if is_integral(value.type):
        return call.result(f"to_hex(CAST({value.sql} AS BIGINT))", STRING, [value])
    return call.result(f"hex({call.text(value)})", STRING, [value])


@scalar("unhex")
def _unhex(call: Call) -> Expr:
    (value,) = call.arguments(1)
    text = call.text(value)
    padded = f"(CASE WHEN length({text}) % 2 = 0 THEN {text} ELSE '0' || {text} END)"
    return call.result(
        f"(CASE WHEN regexp_full_match({text}, '[0-9A-Fa-f]*') THEN unhex({padded}) END)", BINARY, [value]
    )


@scalar("base64")
def _base64(call: Call) -> Expr:
    (value,) = call.arguments(1)
    sql = value.sql if value.type == BINARY else f"encode({call.text(value)})"
    return call.result(f"base64({sql})", STRING, [value])


@scalar("encode")
def _encode(call: Call) -> Expr:
    value, charset = call.arguments(2)
    _utf8(call, charset)
    return call.result(f"encode({call.text(value)})", BINARY, [value, charset])


@scalar("decode")
def _decode(call: Call) -> Expr:
    if len(call.nodes) == 2:
        value, charset = call.arguments(2)
        _utf8(call, charset)
        return call.result(f"decode({call.cast(value, BINARY)})", STRING, [value, charset])
    from .conditions import decode_pairs

    return decode_pairs(call)


def _utf8(call: Call, charset: Expr) -> None:
    name = (call.constant_text(charset, "character set") or "").upper()
    if name not in ("UTF-8", "UTF8", "US-ASCII"):
        raise call.unsupported(f"with the character set {name}", "Use utf-8.")


@scalar("md5", "sha", "sha1")
def _digest(call: Call) -> Expr:
    (value,) = call.arguments(1)
    sql = value.sql if value.type == BINARY else call.text(value)
    function = "md5" if call.name == "md5" else "sha1"
    return call.result(f"{function}({sql})", STRING, [value])


@scalar("sha2")
def _sha2(call: Call) -> Expr:
    value, bits = call.arguments(2)
    if call.constant_int(bits, "bit length") not in (0, 256):
        raise call.unsupported("with another length than 256 bits")
    sql = value.sql if value.type == BINARY else call.text(value)
    return call.result(f"sha256({sql})", STRING, [value, bits])


@scalar("split")
def _split(call: Call) -> Expr:
    values = call.arguments(2, 3)
    pattern = call.constant_text(values[1], "pattern")
    limit = call.constant_int(values[2], "limit") if len(values) == 3 else -1
    names = [value.name for value in values] + ([] if len(values) == 3 else ["-1"])
    label = f"split({', '.join(names)})"
    kind = ArrayType(element=STRING)
    if pattern is None or limit is None:
        return call.result("CAST(NULL AS VARCHAR[])", kind, values, label)
    text = call.text(values[0])
    if pattern == "":
        if limit > 0:
            raise call.unsupported("by an empty pattern with a limit")
        return call.result(f"string_split({text}, '')", kind, values, label)
    expression = quote(java_to_re2(pattern, call.node))
    if limit <= 0:
        return call.result(f"string_split_regex({text}, {expression})", kind, values, label)
    if limit == 1:
        return call.result(f"(CASE WHEN {text} IS NOT NULL THEN [{text}] END)", kind, values, label)
    plain = literal_pattern(pattern)
    if plain is None:
        raise call.unsupported("by a pattern with a limit", "Split without a limit, or by plain text.")
    parts = f"string_split({text}, {quote(plain)})"
    rest = f"list_slice({parts}, {limit}, NULL)"
    joined = f"list_append(list_slice({parts}, 1, {limit - 1}), array_to_string(list_slice({parts}, {limit}, len({parts})), {quote(plain)}))"
    del rest
    return call.result(f"(CASE WHEN len({parts}) < {limit} THEN {parts} ELSE {joined} END)", kind, values, label)


def literal_pattern(pattern: str) -> str | None:
    """The text that a regular expression without operators matches; None where it has some."""
    out = ""
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if character == "\\" and at + 1 < len(pattern) and not pattern[at + 1].isalnum():
            out += pattern[at + 1]
            at += 2
            continue
        if character in "\\^$.|?*+()[]{}":
            return None
        out += character
        at += 1
    return out


@scalar("split_part")
def _split_part(call: Call) -> Expr:
    values = call.arguments(3)
    text, separator, index = call.text(values[0]), call.text(values[1]), call.cast(values[2], INT)
    if values[2].value == 0:
        raise call.error("the part's number must not be 0", "Parts count from 1, or from the end: -1.")
    parts = f"(CASE WHEN {separator} = '' THEN [{text}] ELSE string_split({text}, {separator}) END)"
    sql = f"(CASE WHEN {text} IS NULL OR {separator} IS NULL OR {index} IS NULL THEN NULL ELSE coalesce({parts}[{index}], '') END)"
    return call.result(sql, STRING, values)


@scalar("rlike", "regexp", "regexp_like")
def _rlike(call: Call) -> Expr:
    text, pattern = call.arguments(2)
    label = (
        f"RLIKE({text.name}, {pattern.name})"
        if call.name == "rlike"
        else f"{call.name.upper()}({text.name}, {pattern.name})"
    )
    expression = _pattern(call, pattern)
    if expression is None:
        return call.result("CAST(NULL AS BOOLEAN)", BOOLEAN, [text, pattern], label)
    return call.result(f"regexp_matches({call.text(text)}, {quote(expression)})", BOOLEAN, [text, pattern], label)


def _pattern(call: Call, value: Expr) -> str | None:
    pattern = call.constant_text(value, "pattern")
    return None if pattern is None else java_to_re2(pattern, call.node)


@scalar("regexp_extract", "regexp_extract_all", "regexp_substr", "regexp_count", "regexp_instr")
def _regexp_extract(call: Call) -> Expr:
    with_group = call.name in ("regexp_extract", "regexp_extract_all")
    values = call.arguments(2, 3 if with_group else 2)
    expression = _pattern(call, values[1])
    text = call.text(values[0])
    names = [value.name for value in values] + (["1"] if with_group and len(values) == 2 else [])
    label = f"{call.name}({', '.join(names)})"
    kind = {"regexp_extract_all": ArrayType(element=STRING), "regexp_count": INT, "regexp_instr": INT}.get(
        call.name, STRING
    )
    if expression is None:
        from ..types import duck

        return call.result(f"CAST(NULL AS {duck(kind)})", kind, values, label)
    if call.name == "regexp_count":
        return call.result(f"CAST(len(regexp_extract_all({text}, {quote(expression)})) AS INTEGER)", INT, values, label)
    if call.name == "regexp_instr":
        before = f"regexp_extract({text}, {quote('(?s)^(.*?)(?:' + expression + ')')}, 1)"
        found = f"CASE WHEN regexp_matches({text}, {quote(expression)}) THEN length({before}) + 1 WHEN {text} IS NOT NULL THEN 0 END"
        return call.result(f"CAST({found} AS INTEGER)", INT, values, f"regexp_instr({', '.join([*names, '0'])})")
    if call.name == "regexp_substr":
        found = f"regexp_extract({text}, {quote(expression)})"
        return call.result(
            f"(CASE WHEN regexp_matches({text}, {quote(expression)}) THEN {found} END)", STRING, values, label
        )
    group = call.constant_int(values[2], "group") if len(values) == 3 else 1
    groups = count_groups(expression)
    if group is None or not 0 <= group <= groups:
        raise call.error(
            f"the pattern has {groups} group(s), so there is no group {group}", "Group 0 is the whole match."
        )
    return call.result(f"{call.name}({text}, {quote(expression)}, {group})", kind, values, label)


@scalar("regexp_replace")
def _regexp_replace(call: Call) -> Expr:
    values = call.arguments(3, 4)
    names = [value.name for value in values] + ([] if len(values) == 4 else ["1"])
    label = f"regexp_replace({', '.join(names)})"
    if len(values) == 4 and call.constant_int(values[3], "position") != 1:
        raise call.unsupported("from another position than 1")
    expression = _pattern(call, values[1])
    replacement = call.constant_text(values[2], "replacement")
    if expression is None or replacement is None:
        return call.result("CAST(NULL AS VARCHAR)", STRING, values, label)
    new = java_replacement(replacement, count_groups(expression), call.node)
    sql = f"regexp_replace({call.text(values[0])}, {quote(expression)}, {quote(new)}, 'g')"
    return call.result(sql, STRING, values, label)


@scalar("format_number")
def _format_number(call: Call) -> Expr:
    value, digits = call.arguments(2)
    if digits.type == STRING:
        raise call.unsupported("with a pattern", "Give the number of places.")
    places = call.constant_int(digits, "number of places")
    if places is None or places < 0:
        return call.result("CAST(NULL AS VARCHAR)", STRING, [value, digits])
    if places > 15:
        raise call.unsupported("with more than 15 places")
    if isinstance(value.type, DecimalType) or is_integral(value.type):
        exact = f"CAST({value.sql} AS DECIMAL(38, 16))" if is_integral(value.type) else value.sql
    else:
        # By way of the exact value of the double, rounded half to even, as DecimalFormat does.
        exact = f"CAST(CAST({call.cast(value, DOUBLE)} AS VARCHAR) AS DECIMAL(38, 16))"
    unit = "1" if places == 0 else "0." + "0" * (places - 1) + "1"
    rounded = f"spark_bround_decimal({exact}, {places}, CAST('{unit}' AS DECIMAL(38, {places})))"
    sql = f"spark_group_thousands(CAST(CAST({rounded} AS DECIMAL(38, {places})) AS VARCHAR))"
    if value.type.kind in ("float", "double", "string"):
        number = call.cast(value, DOUBLE)
        sql = f"(CASE WHEN isnan({number}) THEN 'NaN' WHEN isinf({number}) THEN CASE WHEN {number} > 0 THEN '∞' ELSE '-∞' END ELSE {sql} END)"
    return call.result(sql, STRING, [value, digits])


@scalar("mask")
def _mask(call: Call) -> Expr:
    """Letters and digits become the given characters; a null leaves them as they are."""
    values = call.arguments(1, 5)
    kinds = [(r"\p{Lu}", "X"), (r"\p{Ll}", "x"), (r"\p{Nd}", "n"), (r"[^\p{Lu}\p{Ll}\p{Nd}]", None)]
    # Every character is looked at once: what one kind becomes must not be taken for another.
    cases: list[str] = []
    names = [values[0].name]
    for index, (kind, usual) in enumerate(kinds, start=1):
        given = call.constant_text(values[index], "replacement") if index < len(values) else usual
        names.append(values[index].name if index < len(values) else usual or "NULL")
        if given is not None and len(given) != 1:
            raise call.error(f"a replacement is one character, not '{given}'")
        if given is not None:
            cases.append(f"WHEN regexp_full_match(m, {quote(kind)}) THEN {quote(given)}")
    changed = f"CASE {' '.join(cases)} ELSE m END" if cases else "m"
    text = call.text(values[0])
    sql = f"CASE WHEN {text} = '' THEN '' ELSE array_to_string(list_transform(string_split({text}, ''), lambda m: {changed}), '') END"
    return call.result(f"({sql})", STRING, values, call_name("mask", names))


@scalar("format_string", "printf")
def _format_string(call: Call) -> Expr:
    from ..printf import format_pieces

    values = call.arguments(1, 1000)
    pattern = call.constant_text(values[0], "format")
    if pattern is None:
        return call.result("CAST(NULL AS VARCHAR)", STRING, values)
    return call.result(format_pieces(call, pattern, values[1:]), STRING, values)


@scalar("str_to_map")
def _str_to_map(call: Call) -> Expr:
    values = call.arguments(1, 3)
    separators = [",", ":"]
    for index, value in enumerate(values[1:]):
        plain = literal_pattern(call.constant_text(value, "separator") or "")
        if not plain:
            raise call.unsupported("with a pattern as separator")
        separators[index] = plain
    text = call.text(values[0])
    entry = f"{{'key': split_part(p, {quote(separators[1])}, 1), 'value': CASE WHEN contains(p, {quote(separators[1])}) THEN substr(p, instr(p, {quote(separators[1])}) + {len(separators[1])}) END}}"
    sql = f"map_from_entries(list_transform(string_split({text}, {quote(separators[0])}), lambda p: {entry}))"
    names = [value.name for value in values] + separators[len(values) - 1 :]
    return call.result(sql, MapType(key=STRING, value=STRING), values, f"str_to_map({', '.join(names)})")
