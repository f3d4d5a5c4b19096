#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The lint itself: each rule must find its offence and leave its look-alike alone."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
SPDX = '/* SPDX-License-Identifier: Apache-2.0 */\n'
README = '| `base` | x |\n| `json` | x |\n| `db` | x |\n'


def lint(files):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for path, text in {'common/README.md': README, **files}.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding='utf-8')
        run = subprocess.run([sys.executable, HERE / 'bans.py', folder], capture_output=True, text=True, check=False)
    return run.returncode, run.stdout


class Bans(unittest.TestCase):
    def refused(self, path, text, where):
        code, out = lint({path: text})
        self.assertEqual(code, 1, out)
        self.assertIn(where, out)

    def taken(self, path, text):
        self.assertEqual(lint({path: text})[0], 0, lint({path: text})[1])

    def test_spdx(self):
        self.refused('common/base/a.c', 'int x;\n', 'a.c:1')
        self.taken('common/base/a.c', SPDX + 'int x;\n')

    def test_functions(self):
        for call in ('strcpy(a, b)', 'sprintf(a, "x")', 'strtol(a, 0, 10)', 'atoi(a)', 'sscanf(a, "x")', 'system("ls")',
                     'getenv("X")', 'exit(1)', 'usleep(3)', 'malloc(3)', 'assert(1)', 'PQexec(c, q)', 'zmq_send(s)',
                     'cJSON_Parse(s)', 'PGconn *c', 'yaml_parser_parse(p, e)'):
            self.refused('services/x/a.c', SPDX + f'\nvoid f(void) {{ {call}; }}\n', 'a.c:3')

    def test_owners(self):
        self.taken('common/json/a.c', SPDX + 'cJSON *x;\n')
        self.taken('common/db/a.c', SPDX + 'PGconn *x;\n')
        self.taken('common/base/a.c', SPDX + 'void *f(void) { return malloc(3); }\n')

    def test_not_code(self):
        self.taken('services/x/a.c', SPDX + '/* exit(1) by strcpy( */\nconst char *s = "system(x) PQexec"; // getenv(\n')
        self.taken('services/x/a.c', SPDX + 'int f(void) { return self->exit(1) + my_exit(2) + str_copy(a) + snprintf(b); }\n')

    def test_sql(self):
        self.refused('services/x/a.c', SPDX + 'const char *q = "select a from b";\n', 'SQL')
        self.refused('services/x/a.c', SPDX + 'const char *q = "INSERT "\n    "INTO b";\n', 'a.c:2')
        self.taken('services/x/a.c', SPDX + 'const char *q = "select what you update from the list below";\n'.replace('select', 'pick'))
        self.refused('services/x/sql/claim.sql', 'select 1\n', 'claim.sql:1')
        self.taken('services/x/sql/claim.sql', '-- claim($1 text) -> 1 row\nselect 1\n')
        self.refused('services/x/sql/migrations/001_a.sql', 'create table a ();\n', '001_a.sql:1')

    def test_includes(self):
        self.refused('services/x/a.c', SPDX + '#include "../y/b.h"\n', 'a.c:2')
        code, out = lint({'services/x/a.c': SPDX + '#include "y/b.h"\n', 'services/y/b.h': SPDX})
        self.assertEqual(code, 1, out)
        self.refused('common/json/a.c', SPDX + '#include "db/db.h"\n', 'json stands below db')
        self.taken('common/db/a.c', SPDX + '#include "json/json_in.h"\n#include "base/err.h"\n')
        self.refused('services/x/a.c', SPDX + '#include <zmq.h>\n', 'a.c:2')

    def test_cmake(self):
        code, out = lint({'services/x/CMakeLists.txt': '# ok\nadd_executable(x ../y/b.c)\n', 'services/y/b.c': SPDX})
        self.assertEqual(code, 1, out)
        self.assertIn('services/x/CMakeLists.txt:2', out)

    def test_size_and_nodiscard(self):
        self.refused('services/x/a.c', SPDX + 'int y;\n' * 800, 'split the file')
        self.refused('services/x/a.c', SPDX + 'void\nf(void)\n{\n' + '    g();\n' * 120 + '}\n', 'split it')
        self.refused('services/x/a.h', SPDX + 'bool a_read(int x, err_t *err);\n', 'NODISCARD')
        self.taken('services/x/a.h', SPDX + 'bool a_read(int x, err_t *err) NODISCARD;\nbool a_fail(int x, err_t *err);\n')

    def test_headers(self):
        for text, code in (('int a_of(size_t n);\n', 1), ('#include <stddef.h>\nint a_of(size_t n);\n', 0)):
            with tempfile.TemporaryDirectory() as folder:
                path = pathlib.Path(folder) / 'common/base/a.h'
                path.parent.mkdir(parents=True)
                path.write_text(SPDX + text, encoding='utf-8')
                run = subprocess.run(['bash', HERE / 'headers.sh', folder], capture_output=True, check=False)
            self.assertEqual(run.returncode, code, run.stderr)


if __name__ == '__main__':
    unittest.main()
