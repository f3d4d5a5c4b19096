#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""policy_desk.py PLIMSOLL ROOT: `plimsoll policy` as a policy officer meets it: from any folder, with exit codes, places
and answers; the example of docs/policy.md comes out as written there."""
import pathlib
import re
import subprocess
import sys
import tempfile
import textwrap
import unittest

PLIMSOLL = pathlib.Path(sys.argv[1]).resolve()
ROOT = pathlib.Path(sys.argv[2]).resolve()
POLICY = ROOT / 'deploy/policies/qidong.yaml'
CASE = '''
cases:
  - name: one
    day: 2024-03-15
    members:
      - { id: a, facts: [ { kind: income.transfer, from: 2023-03-01, to: 2024-03-01, yuan: 500.00 } ] }
    expect:
      dibao: { qualifies: yes, amount: 290 }
'''


class Desk(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, name, text):
        path = pathlib.Path(self.folder.name) / name
        path.write_text(text, encoding='utf-8')
        return path.name

    def run_policy(self, *args, code=0):
        result = subprocess.run([str(PLIMSOLL), 'policy', *map(str, args)], capture_output=True, text=True, timeout=60,
                                cwd=self.folder.name, env={'PATH': '/usr/bin:/bin'})
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result

    def test_check_takes_several_files_and_reports_each(self):
        bad = self.write('bad.yaml', 'policy: bad\ntitle: { zh: 坏, en: Bad }\nmembers: { counted_members: not closd }\n')
        result = self.run_policy('check', POLICY, bad, code=78)
        self.assertIn('qidong.yaml: no fault found', result.stdout)
        self.assertRegex(result.stderr, r'^bad\.yaml:3:\d+: “closd” is no name of this policy: did you mean “closed”\?\n$')

    def test_what_is_shipped_has_no_fault(self):
        shipped = sorted((ROOT / 'deploy/policies').glob('*.yaml'))
        result = self.run_policy('check', *shipped)
        self.assertEqual(result.stdout.count('no fault found'), len(shipped))

    def test_check_of_nothing_there(self):
        self.assertIn('nowhere.yaml', self.run_policy('check', 'nowhere.yaml', code=78).stderr)

    def test_notes_are_no_faults(self):
        result = self.run_policy('check', ROOT / 'tests/policy/broken/noted_always.yaml')
        self.assertIn('no fault found\nnote: ', result.stdout)
        self.assertEqual(result.stderr, '')

    def test_cases_pass(self):
        result = self.run_policy('cases', POLICY, self.write('mine.yaml', CASE))
        self.assertEqual(result.stdout, '1 case, 2 values checked, no fault\n')

    def test_cases_name_the_difference_and_its_place(self):
        mine = self.write('mine.yaml', CASE.replace('amount: 290', 'amount: 291'))
        result = self.run_policy('cases', POLICY, mine, code=1)
        self.assertEqual(result.stderr, 'mine.yaml:8:40: “one”: dibao amount: expected 291, got 290.00\n')

    def test_cases_name_slips_of_the_pen(self):
        for wrong, place, says in (
                ('income.transfr', r'6:35', 'did you mean “income.transfer”'),
                ('2024-02-30', r'4:10', '“2024-02-30” is no day of the calendar'),
                ('qualfies', r'8:16', 'nothing to expect of “qualfies”'),
                ('dibaoo', r'8:7', '“dibaoo” is no category of this policy'),
                ('500.005', r'6:92', 'at most two decimals'),
                ('maybe', r'8:27', 'expected maybe, got yes')):
            right = {'income.transfr': 'income.transfer', '2024-02-30': '2024-03-15', 'qualfies': 'qualifies',
                     'dibaoo': 'dibao', '500.005': '500.00', 'maybe': 'yes'}[wrong]
            with self.subTest(wrong):
                mine = self.write('mine.yaml', CASE.replace(right, wrong))
                result = self.run_policy('cases', POLICY, mine, code=1)
                self.assertRegex(result.stderr, rf'(?m)^mine\.yaml:{place}: ')
                self.assertIn(says, result.stderr)

    def test_one_unreadable_case_does_not_hide_the_others(self):
        second = CASE.replace('\ncases:', '').replace('one', 'two').replace('290', '1')
        mine = self.write('mine.yaml', CASE.replace('2024-03-15', 'yesterday') + second)
        result = self.run_policy('cases', POLICY, mine, code=1)
        self.assertIn('mine.yaml:4:10: ', result.stderr)
        self.assertIn('“two”: dibao amount: expected 1, got 290.00', result.stderr)

    def test_explain_prints_sentences(self):
        result = self.run_policy('cases', POLICY, self.write('mine.yaml', CASE), '--explain', '--lang', 'en')
        self.assertIn('one (2024-03-15)\n', result.stdout)
        self.assertIn('\n  dibao: yes, 290.00\n', result.stdout)
        self.assertIn('one (2024-03-15)\n', self.run_policy('cases', POLICY, 'mine.yaml', '--explain').stdout)
        self.assertTrue(self.run_policy('cases', POLICY, 'mine.yaml', '--explain', '--json').stdout.startswith('{"policy":'))

    def test_dump_is_the_program(self):
        self.assertRegex(self.run_policy('dump', POLICY).stdout, r'(?m)^0 \S+\.[hms] ')

    def test_wrong_use(self):
        for args in ((), ('weigh',), ('check',), ('cases', POLICY), ('print', POLICY, POLICY), ('check', '--loud', POLICY)):
            with self.subTest(args):
                self.assertIn('usage', self.run_policy(*args, code=2).stderr)
        self.assertIn('plimsoll policy cases', self.run_policy('--help').stdout)

    def test_example_of_the_manual(self):
        text = (ROOT / 'docs/policy.md').read_text(encoding='utf-8')
        found = re.search(r'\n(    cases:\n      - name: a widow.*?)\n\n\|', text, re.S)
        mine = self.write('mine.yaml', textwrap.dedent(found.group(1)) + '\n')
        self.run_policy('cases', POLICY, mine)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
