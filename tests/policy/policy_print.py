#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""policy_print.py PLIMSOLL ROOT: a printed policy is the policy.

For each policy of the repository: what is printed, parsed and printed again gives the same bytes, is sound where the
policy is, and says the same of every hand-worked household, explanations included.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml


def run(*args):
    return subprocess.run([str(a) for a in args], capture_output=True, text=True, timeout=60)


class Checker:
    def __init__(self, plimsoll, root):
        self.plimsoll = plimsoll
        self.root = root
        self.faults = []
        self.compared = 0

    def printed(self, path):
        result = run(self.plimsoll, 'policy', 'print', path)
        if result.returncode != 0:
            self.faults.append(f'{path}: print says {result.stderr.strip()}')
        return result.stdout

    def explained(self, policy, *cases):
        result = run(self.plimsoll, 'policy', 'cases', policy, *cases, '--explain', '--json')
        # the digest is of the text, which is another's
        return result.returncode, re.sub(r'"policy_digest":"[0-9a-f]+",', '', result.stdout)

    def check(self, path, copy, cases):
        first = self.printed(path)
        copy.write_text(first, encoding='utf-8')
        again = self.printed(copy)
        if first != again:
            self.faults.append(f'{path}: printed twice it differs')
        if 'extends' in yaml.safe_load(first):
            self.faults.append(f'{path}: the printed policy extends another')
        if run(self.plimsoll, 'policy', 'check', copy).returncode != 0:
            self.faults.append(f'{path}: the printed policy does not pass the check')
        self.compared += len(cases)
        if not cases or self.explained(path, *cases) == self.explained(copy, *cases):
            return
        for case in cases:
            if self.explained(path, case) != self.explained(copy, case):
                self.faults.append(f'{path}: printed, it says something else of {case}')


def main():
    plimsoll, root = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    checker = Checker(plimsoll, root)
    cases = {}
    for path in sorted((root / 'tests/policy/cases').glob('*.yaml')):
        policy = yaml.safe_load(path.read_text(encoding='utf-8'))['policy']
        cases.setdefault((root / policy).resolve(), []).append(path)
    policies = {p.resolve() for p in (root / 'deploy/policies').glob('*.yaml')} | set(cases)
    policies.add((root / 'tests/policy/broken/base.yaml').resolve())
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted(policies):
            checker.check(path, pathlib.Path(folder) / path.name, cases.get(path, []))
    print(f'{len(policies)} policies printed, {checker.compared} files of cases compared')
    for fault in checker.faults:
        print(fault, file=sys.stderr)
    return 1 if checker.faults or checker.compared == 0 else 0


if __name__ == '__main__':
    sys.exit(main())
