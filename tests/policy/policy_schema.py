#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""policy_schema.py PLIMSOLL ROOT: schemas/policy.schema.json is true to the language.

Every sound policy passes it, written and printed; policies of a wrong shape do not; and it knows the same attributes,
section by section, as the reader of policies.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import jsonschema
import yaml

SECTIONS = {'windows': 'window', 'parameters': 'parameter', 'heads': 'head', 'facts': 'fact', 'members': 'group',
            'derived': 'derived', 'categories': 'category', 'overlaps': 'overlap'}
# What an editor can see; names, units and meanings are the checker's.
WRONG_SHAPES = ['key', 'key_in_param', 'key_in_value', 'condition_key', 'confidence_word', 'unit_unknown', 'value_no_from',
                'values_map', 'values_number', 'date_form', 'date_chinese', 'fact_kind', 'name_upper', 'name_chinese',
                'category_label_zh', 'title_missing', 'policy_missing', 'extends_file', 'root_list', 'root_empty']


def parse(text):
    return yaml.load(text, Loader=yaml.BaseLoader)  # the language's YAML has texts only


def run(*args):
    return subprocess.run([str(a) for a in args], capture_output=True, text=True, timeout=60)


def attributes_of_schema(schema, section):
    node = schema['$defs'][SECTIONS[section]]
    for branch in [node] + node.get('anyOf', []):
        if 'properties' in branch:
            return set(branch['properties'])
    raise KeyError(section)


def attributes_of_reader(plimsoll, section):
    """The reader lists what it knows when it is given what it does not."""
    with tempfile.NamedTemporaryFile('w', suffix='.yaml', encoding='utf-8') as file:
        file.write(f'policy: x\ntitle: {{ zh: 甲, en: A }}\n{section}:\n  some: {{ qqqqqqqqqqqqqqqqqqqq: 1 }}\n')
        file.flush()
        found = re.search(r'is not known in \w+: there are ([a-z_, ]+)$', run(plimsoll, 'policy', 'check', file.name).stderr,
                          re.M)
        return set(found.group(1).split(', '))


def main():
    plimsoll, root = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    schema = json.loads((root / 'schemas/policy.schema.json').read_text(encoding='utf-8'))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    broken = root / 'tests/policy/broken'
    faults = []
    sound = sorted((root / 'deploy/policies').glob('*.yaml')) + sorted(broken.glob('base*.yaml')) + \
        sorted(broken.glob('noted_*.yaml'))
    for path in sound:
        for what, text in (('', path.read_text(encoding='utf-8')), (' printed', run(plimsoll, 'policy', 'print', path).stdout)):
            for error in validator.iter_errors(parse(text)):
                faults.append(f'{path}{what}: refused at {"/".join(map(str, error.absolute_path))}: {error.message[:200]}')
    for name in WRONG_SHAPES:
        if validator.is_valid(parse((broken / f'bad_{name}.yaml').read_text(encoding='utf-8'))):
            faults.append(f'bad_{name}.yaml passes the schema')
    for section in SECTIONS:
        schema_has, reader_has = attributes_of_schema(schema, section), attributes_of_reader(plimsoll, section)
        if schema_has != reader_has:
            faults.append(f'{section}: the schema and the reader differ in {sorted(schema_has ^ reader_has)}')
    print(f'{len(sound)} policies pass, {len(WRONG_SHAPES)} of a wrong shape do not')
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults or not sound else 0


if __name__ == '__main__':
    sys.exit(main())
