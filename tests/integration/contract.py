# SPDX-License-Identifier: Apache-2.0
"""The schemas of schemas/events/ under two implementations: Python's jsonschema and common/schema.

judge() asks both; whoever disagrees is wrong, and the test says about what.  `contract.py spread FILE` copies the $defs of
one schema file into all others that hold them: a definition of one name is the same everywhere.
"""
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import uuid

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("PLIMSOLL_BIN", ROOT / "build" / "bin"))
EVENTS = ROOT / "schemas" / "events"

formats = jsonschema.FormatChecker(formats=())


@formats.checks("date", ValueError)
def is_date(text):
    return not isinstance(text, str) or bool(re.fullmatch(r"\d{4}-\d\d-\d\d", text)
                                             and 1850 <= datetime.date.fromisoformat(text).year <= 2199)


@formats.checks("date-time", ValueError)
def is_time(text):
    found = isinstance(text, str) and re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)", text)
    return not isinstance(text, str) or bool(found and datetime.datetime.fromisoformat(found[1]))


@formats.checks("uuid", ValueError)
def is_uuid(text):
    return not isinstance(text, str) or str(uuid.UUID(text)) == text.lower()


@formats.checks("money")
def is_money(text):
    return not isinstance(text, str) or bool(re.fullmatch(r"-?(0|[1-9]\d{0,12})(\.\d{1,2})?", text))


@formats.checks("region")
def is_region(text):
    return not isinstance(text, str) or (text.isdigit() and len(text) in (2, 4, 6, 9, 12))


@formats.checks("resident-id")
def is_resident_id(text):
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return not isinstance(text, str) or bool(re.fullmatch(r"\d{17}[\dX]", text)
                                             and "10X98765432"[sum(int(c) * w for c, w in zip(text, weights)) % 11] == text[17])


def load():
    """name → schema, of every file."""
    return {p.name[:-len(".schema.json")]: json.loads(p.read_text()) for p in sorted(EVENTS.glob("*.schema.json"))}


class Judges:
    def __init__(self):
        self.schemas = load()
        self.python = {n: jsonschema.Draft202012Validator(s, format_checker=formats) for n, s in self.schemas.items()}

    def ours(self, cases):
        """None for each of (name, instance) that common/schema takes, else what it says."""
        lines = "".join(f"{name}\t{json.dumps(instance, ensure_ascii=False)}\n" for name, instance in cases)
        done = subprocess.run([BIN / "contract_validate", EVENTS], input=lines, capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        verdicts = done.stdout.splitlines()
        assert len(verdicts) == len(cases), (len(verdicts), len(cases))
        return [None if v == "ok" else v[3:] for v in verdicts]

    def theirs(self, cases):
        out = []
        for name, instance in cases:
            error = jsonschema.exceptions.best_match(self.python[name].iter_errors(instance))
            out.append(None if error is None else f"{error.json_path}\t{error.message[:200]}")
        return out

    def judge(self, cases):
        """(verdicts, disagreements): a verdict is None for a valid instance, else why not."""
        cases = list(cases)
        ours, theirs = self.ours(cases), self.theirs(cases)
        split = [f"{name}: common/schema says {a or 'valid'!r}, jsonschema says {b or 'valid'!r}: {json.dumps(i, ensure_ascii=False)[:300]}"
                 for (name, i), a, b in zip(cases, ours, theirs) if (a is None) != (b is None)]
        return theirs, split


def spoilt(instance, path=()):
    """The instance with one thing changed, for each thing that can be: (path, what, changed)."""
    def put(value):
        copy = json.loads(json.dumps(instance))
        at = copy
        for step in path[:-1]:
            at = at[step]
        if not path:
            return value
        at[path[-1]] = value
        return copy

    here = instance
    for step in path:
        here = here[step]
    if isinstance(here, dict):
        for name in here:
            yield path, f"without {name}", put({k: v for k, v in here.items() if k != name})
        yield path, "with a stranger", put({**here, "x_unknown": 1})
        for name in here:
            yield from spoilt(instance, path + (name,))
    elif isinstance(here, list):
        yield path, "emptied", put([])
        if here:
            yield path, "doubled", put(here + here)
            yield from spoilt(instance, path + (0,))
    elif isinstance(here, str):
        for what, value in (("empty", ""), ("with a sign", here + "!"), ("shortened", here[:-1]), ("a number", 1), ("null", None)):
            yield path, what, put(value)
    elif isinstance(here, bool):
        yield path, "turned", put(not here)
        yield path, "a text", put("true")
    elif isinstance(here, int):
        for value in (-1, 0, here + 1, here + 0.5, str(here)):
            yield path, f"{value!r}", put(value)
    else:
        yield path, "a text", put("x")


def spread(path):
    """Copies the $defs of a schema file into all others."""
    defs = json.loads(pathlib.Path(path).read_text()).get("$defs", {})
    for other, schema in load().items():
        changed = {n: defs[n] for n in schema.get("$defs", {}) if n in defs and defs[n] != schema["$defs"][n]}
        if changed:
            schema["$defs"].update(changed)
            (EVENTS / f"{other}.schema.json").write_text(write(schema) + "\n")
            print(f"{other}: {', '.join(changed)}")


def write(node, indent=0, width=118):
    """JSON as these files have it: what fits stands on one line."""
    line = json.dumps(node, ensure_ascii=False)
    if indent and len(line) + indent <= width - 12 or not node or not isinstance(node, (dict, list)):
        return line
    pad = " " * (indent + 2)
    if isinstance(node, dict):
        inner = [f"{pad}{json.dumps(k, ensure_ascii=False)}: {write(v, indent + 2)}" for k, v in node.items()]
        return "{\n" + ",\n".join(inner) + "\n" + " " * indent + "}"
    if any(isinstance(v, (dict, list)) for v in node):
        return "[\n" + ",\n".join(pad + write(v, indent + 2) for v in node) + "\n" + " " * indent + "]"
    lines = [""]
    for item in (json.dumps(v, ensure_ascii=False) for v in node):
        if lines[-1] and len(pad) + len(lines[-1]) + len(item) + 2 > width:
            lines.append("")
        lines[-1] += f", {item}" if lines[-1] else item
    return "[\n" + ",\n".join(pad + one for one in lines) + "\n" + " " * indent + "]"


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] != "spread":
        sys.exit("usage: contract.py spread schemas/events/TYPE.schema.json")
    spread(sys.argv[2])
