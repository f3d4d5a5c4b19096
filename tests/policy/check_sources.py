#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""check_sources.py ROOT [POLICIES]: what the shipped policies read is what the shipped datasets bring.

For each kind of fact that a policy declares with a `source`: that dataset exists, one of its facts has this kind, is held by
whom the policy says, and has every code that the policy names.  A policy may leave codes out that it does not care about.
"""

import json
import pathlib
import re
import sys

import yaml

HOLDERS = {"person": "person", "each": "person", "household": "household", "place": "place"}


class Loader(yaml.SafeLoader):
    pass


# dates stay text, and "on" a word
Loader.yaml_implicit_resolvers = {k: [(t, r) for t, r in v if t not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")]
                                  for k, v in yaml.SafeLoader.yaml_implicit_resolvers.items()}


def load(path):
    return yaml.load(path.read_text(encoding="utf-8"), Loader)


def values_of(fact, properties, field):
    """What an enum's field may say, as far as the fact's condition lets it."""
    listed = (fact.get("when") or {}).get(field)
    return listed if isinstance(listed, list) else properties[field]["enum"]


def brought_by(root, dataset):
    """kind -> [(holder, codes or None)]"""
    path = root / "deploy" / "datasets" / f"{dataset}.yaml"
    if not path.exists():
        return None
    properties = json.loads((root / "schemas" / "datasets" / f"{dataset}.schema.json").read_text(encoding="utf-8"))["properties"]
    kinds = {}
    for fact in load(path).get("facts", []):
        holder = HOLDERS[next(iter(fact["holder"]))]
        names = [fact["kind"]]
        for field in re.findall(r"\{(\w+)\}", fact["kind"]):
            names = [n.replace("{%s}" % field, v) for n in names for v in values_of(fact, properties, field)]
        codes = set(values_of(fact, properties, fact["code"])) if "code" in fact else None
        for name in names:
            kinds.setdefault(name, []).append((holder, codes))
    return kinds


def faults_of(root, kind, spec, sources):
    held_by = {"supporter": "person"}.get(spec.get("holder", "person"), spec.get("holder", "person"))
    faults, known = [], set()
    for source in sources:
        brought = brought_by(root, source)
        if brought is None:
            faults.append(f"there is no dataset {source}")
        elif kind not in brought:
            faults.append(f"{source} brings no {kind}; it brings {', '.join(sorted(brought))}")
        elif held_by not in [holder for holder, _ in brought[kind]]:
            faults.append(f"{source} has another holder of {kind} than {held_by}")
        else:
            known.update(*(codes or () for holder, codes in brought[kind] if holder == held_by))
    strange = [c for c in spec.get("codes", []) if c not in known]
    if strange and not faults:
        faults.append(f"no source has code {', '.join(strange)}")
    return faults


def main():
    root = pathlib.Path(sys.argv[1])
    policies = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else root / "deploy" / "policies"
    files = {path.name: load(path).get("facts") or {} for path in sorted(policies.glob("*.yaml"))}
    everywhere = {name: spec for facts in files.values() for name, spec in facts.items()}
    seen, faults = 0, []
    for file, facts in files.items():
        for name, spec in facts.items():
            kind = spec.get("of", name)
            spec = {**everywhere.get(kind, {}), **spec}  # another reading has the holder of the first
            sources = [spec["source"]] if isinstance(spec.get("source", []), str) else spec.get("source", [])
            seen += len(sources)
            faults += [f"{file}: {name}: {f}" for f in faults_of(root, kind, spec, sources)] if sources else []
    print("\n".join(faults))
    print(f"{seen} sources, {len(faults)} faults")
    return 1 if faults or seen == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
