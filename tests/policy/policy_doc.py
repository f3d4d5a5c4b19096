#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""policy_doc.py PLIMSOLL ROOT [--write]: docs/policy.md says what the files say.

The table of parameters in "What the national base offers a place" is that of the printed national base, line for line, and
the county of "A place in ten lines" is deploy/policies/example.yaml.  --write puts both into the document.
"""
import pathlib
import subprocess
import sys

import yaml

TABLE_BEGIN, TABLE_END = '<!-- parameters: begin -->\n', '<!-- parameters: end -->\n'
COUNTY_BEGIN, COUNTY_END = '<!-- county: begin -->\n', '<!-- county: end -->\n'


class Texts(yaml.SafeLoader):
    """Every scalar as it is written: 2024-07-01 is no date and 0.50 no float here."""


Texts.yaml_implicit_resolvers = {}


def value_text(cells):
    numbers = {k: v for k, v in cells.items() if k not in ('from', 'until', 'basis', 'confidence', 'note')}
    if list(numbers) == ['value']:
        return numbers['value']
    return ', '.join(f'{k} {v}' for k, v in numbers.items())


def default(param):
    values = param['values']
    if values == 'local':
        return '**the place gives it**'
    if values == 'open':
        return 'open'
    open_ended = [v for v in values if 'until' not in v]
    return value_text(open_ended[-1])


def row(name, param):
    unit = param['unit']
    if unit == 'choice':
        unit = 'one of ' + ', '.join(f'`{c}`' for c in param['choices'])
    by = param.get('by')
    if by is not None:
        unit += f', by {by if isinstance(by, str) else " and ".join(by)}'
    basis = param['basis'] + (f' ({param["confidence"]})' if 'confidence' in param else '')
    return f'| `{name}` | {unit} | {default(param)} | {param["label"]["en"]} | {basis} |\n'


def table(plimsoll, root):
    printed = subprocess.run([plimsoll, 'policy', 'print', root / 'deploy/policies/national.yaml'], check=True,
                             capture_output=True, text=True, timeout=60).stdout
    parameters = yaml.load(printed, Loader=Texts)['parameters']
    head = '| parameter | unit | default | what it is | clause (how sure) |\n| --- | --- | --- | --- | --- |\n'
    return '\n' + head + ''.join(row(n, p) for n, p in parameters.items()) + '\n'


def county(root):
    lines = (root / 'deploy/policies/example.yaml').read_text(encoding='utf-8').splitlines()
    body = [line for line in lines if not line.startswith('#')]
    return '\n' + ''.join(f'    {line}\n' if line else '\n' for line in body) + '\n'


def between(text, begin, end):
    i = text.index(begin) + len(begin)
    return i, text.index(end, i)


def main():
    plimsoll, root = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    path = root / 'docs/policy.md'
    text = path.read_text(encoding='utf-8')
    faults = []
    for begin, end, wanted in ((TABLE_BEGIN, TABLE_END, table(plimsoll, root)), (COUNTY_BEGIN, COUNTY_END, county(root))):
        i, j = between(text, begin, end)
        if text[i:j] == wanted:
            continue
        for line in set(wanted.splitlines()) ^ set(text[i:j].splitlines()):
            faults.append(line)
        text = text[:i] + wanted + text[j:]
    if '--write' in sys.argv:
        path.write_text(text, encoding='utf-8')
        return 0
    for line in faults:
        print(f'docs/policy.md differs: {line}', file=sys.stderr)
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main())
