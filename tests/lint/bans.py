#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The bans of the house style that a text search can hold: one line per offence, exit code 1 when there is any.

bans.py ROOT [FILE…]: without files, everything under common/, services/ and tests/.
"""
import pathlib
import re
import sys

FILE_LINES = 700
FUNCTION_LINES = 100

# C text without comments and literals (their length and line ends kept), and the literals by themselves.
TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)

# (what, where it is allowed, pattern over code); places are prefixes of the path
BANS = [
    ('unchecked or unbounded function', ['common/base/'],
     r'\b(strcpy|strcat|strncpy|strncat|sprintf|vsprintf|strtok|strtok_r|atoi|atol|atoll|atof|strto[a-z]+|[fs]?scanf|v[fs]?scanf'
     r'|gets|alloca|setjmp|sigsetjmp|longjmp|siglongjmp|system|popen)\s*\('),
    ('cJSON outside common/json', ['common/json/'], r'\bcJSON_\w+|\bcJSON\b'),
    ('libpq outside common/db', ['common/db/'], r'\bPQ[a-zA-Z]\w*|\bPG(conn|result|notify|cancel)\b'),
    ('ZeroMQ outside common/bus and common/svc', ['common/bus/', 'common/svc/'], r'\bzmq_\w+|\bZMQ_\w+'),
    ('libyaml outside common/config', ['common/config/'], r'\byaml_(parser|event|emitter|document)_\w+'),
    ('libzip and expat outside common/table', ['common/table/'], r'\bzip_\w+|\bXML_\w+'),
    ('the environment outside common/config', ['common/config/'], r'\b(getenv|secure_getenv|setenv|putenv|environ)\b'),
    ('leaving the process outside common/svc', ['common/svc/'], r'(?<![\w.>])(exit|quick_exit|atexit)\s*\('),
    # a client has no loop to go back to while a service asks it to come again later
    ('sleeping instead of waiting for a condition', ['services/cli/'], r'(?<![\w.>])(sleep|usleep|nanosleep|clock_nanosleep)\s*\('),
    ('plain allocation outside common/base', ['common/base/'], r'(?<![\w.>])(malloc|calloc|realloc|strdup|strndup|asprintf)\s*\('),
    ('assert outside tests', [], r'(?<![\w.>])assert\s*\('),
]
BANS = [(what, places, re.compile(pattern)) for what, places, pattern in BANS]

SYSTEM_HEADERS = {
    'cjson/': ['common/json/', 'common/schema/'], 'libpq': ['common/db/'], 'zmq': ['common/bus/', 'common/svc/'],
    'yaml.h': ['common/config/'], 'zip.h': ['common/table/'], 'expat.h': ['common/table/'],
}

SQL = re.compile(r'\b(SELECT\b.+\bFROM|INSERT\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM|CREATE\s+(TABLE|SCHEMA|INDEX|ROLE)'
                 r'|ALTER\s+(TABLE|ROLE)|DROP\s+(TABLE|SCHEMA)|TRUNCATE\s|COPY\s+[a-z_.]+\s*(\(|FROM|TO\s)|GRANT\s.+\sTO)\b', re.I | re.S)
SQL_SHORT = re.compile(r'^\s*(SELECT|SET\s+\w+|LISTEN|NOTIFY|SAVEPOINT|LOCK TABLE)\s')

# Functions that only fail (err_set, x_fail) or only look at an error return nothing to be checked.
DECLARATION = re.compile(r'^bool\s+(?!err_)(?!\w+_(?:fail|lost)\()(?!\w+_(?:is|has)_)\w+\([^;{]*(?<!const )\berr_t \*err\)([^;{]*);', re.M)


class Lint:
    def __init__(self, root):
        self.root = root
        self.found = []
        self.layers = re.findall(r'^\| `(\w+)` \|', (root / 'common/README.md').read_text(encoding='utf-8'), re.M)
        self.services = sorted(p.name for p in (root / 'services').iterdir() if p.is_dir()) \
            if (root / 'services').is_dir() else []

    def report(self, path, line, what):
        self.found.append(f'{path}:{line}: {what}')

    def check(self, path):
        text = (self.root / path).read_text(encoding='utf-8')
        if path.endswith(('.c', '.h')):
            self.check_c(path, text)
        elif path.endswith('.sql'):
            self.check_sql(path, text)
        elif path.endswith(('.py', '.sh')):
            if 'SPDX-License-Identifier: Apache-2.0' not in '\n'.join(text.splitlines()[:2]):
                self.report(path, 1, 'the SPDX line is missing')

    def check_c(self, path, text):
        literals = []

        def blank(match):
            token = match.group()
            if token[0] == '"':
                literals.append((match.start(), token[1:-1]))
            keep = '""' if token[0] == '"' else ' '
            return keep + ' ' * (len(token) - len(keep) - token.count('\n')) + '\n' * token.count('\n')

        code = TOKEN.sub(blank, text)
        if not text.startswith('/* SPDX-License-Identifier: Apache-2.0 */\n'):
            self.report(path, 1, 'the first line must be /* SPDX-License-Identifier: Apache-2.0 */')
        self.check_size(path, code)
        self.check_includes(path, text)
        if path.startswith('tests/'):
            return
        for what, places, pattern in BANS:
            if any(path.startswith(p) for p in places):
                continue
            for m in pattern.finditer(code):
                self.report(path, code.count('\n', 0, m.start()) + 1, f'{m.group().strip(" (")}: {what}')
        if path.endswith('.c'):
            self.check_literals(path, text, literals)
        else:
            for m in DECLARATION.finditer(code):
                if 'NODISCARD' not in m.group(1):
                    self.report(path, code.count('\n', 0, m.start()) + 1, 'a fallible function must be NODISCARD')

    def check_literals(self, path, text, literals):
        """Neighbouring literals are one text; SQL split over lines is still SQL."""
        joined = []
        for start, value in literals:
            if joined and not text[joined[-1][2]:start].strip():
                joined[-1] = (joined[-1][0], joined[-1][1] + value, start + len(value) + 2)
            else:
                joined.append((start, value, start + len(value) + 2))
        for start, value, _ in joined:
            if SQL.search(value) or SQL_SHORT.match(value):
                self.report(path, text.count('\n', 0, start) + 1, 'SQL text in C: put it into a .sql file')

    def check_size(self, path, code):
        lines = code.split('\n')
        if len(lines) > FILE_LINES:
            self.report(path, 1, f'{len(lines)} lines: split the file')
        start = None
        for i, line in enumerate(lines, 1):
            if line == '{':
                start = i
            elif line.startswith('}') and start is not None:
                if i - start > FUNCTION_LINES:
                    self.report(path, start, f'a function of {i - start} lines: split it')
                start = None

    def check_includes(self, path, text):
        parts = path.split('/')
        for m in re.finditer(r'^#include ([<"])([^">]+)[">]', text, re.M):
            line, name = text.count('\n', 0, m.start()) + 1, m.group(2)
            top = name.split('/')[0]
            if m.group(1) == '<':
                for prefix, places in SYSTEM_HEADERS.items():
                    if name.startswith(prefix) and parts[0] != 'tests' and not any(path.startswith(p) for p in places):
                        self.report(path, line, f'<{name}> belongs to {" and ".join(places)} only')
                continue
            if '..' in name.split('/'):
                self.report(path, line, f'"{name}" reaches out of its folder')
            elif parts[0] == 'common':
                self.check_layer(path, line, parts[1], name, top)
            elif parts[0] == 'services' and (top == 'services' or (top in self.services and top != parts[1])):
                if '/' in name:
                    self.report(path, line, f'"{name}": a service never includes another service')

    def check_layer(self, path, line, layer, name, top):
        if '/' not in name:
            if not name.endswith('_sql.h'):
                self.report(path, line, f'"{name}": write the folder too')
        elif top not in self.layers:
            self.report(path, line, f'"{name}" is in no layer of common/README.md')
        elif self.layers.index(top) > self.layers.index(layer):
            self.report(path, line, f'"{name}": {layer} stands below {top}')

    def check_sql(self, path, text):
        if '/migrations/' in path:
            if not text.startswith('-- '):
                self.report(path, 1, 'the first line must say why this migration exists')
        elif '/sql/' in path and path.startswith(('common/', 'services/')):
            stem = path.rsplit('/', 1)[1].removesuffix('.sql')
            if not text.startswith((f'-- {stem}(', f'-- {stem}:')):
                self.report(path, 1, f'the first line must be "-- {stem}(parameters) -> result"')

    def check_cmake(self):
        """A service's build may name no file and no target of another."""
        for service in self.services:
            for path in sorted((self.root / 'services' / service).rglob('*')):
                if path.name != 'CMakeLists.txt' and path.suffix != '.cmake':
                    continue
                shown = path.relative_to(self.root).as_posix()
                for i, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
                    code = line.split('#')[0]
                    for other in self.services:
                        if other != service and re.search(rf'services/{other}\b|\.\./{other}\b', code):
                            self.report(shown, i, f'names services/{other}: services stand alone')


def main(argv):
    root = pathlib.Path(argv[1])
    files = argv[2:]
    if not files:
        files = sorted(p.relative_to(root).as_posix() for top in ('common', 'services', 'tests', 'deploy')
                       for p in (root / top).rglob('*')
                       if p.suffix in ('.c', '.h', '.sql', '.py', '.sh') and p.is_file() and '/node_modules/' not in str(p))
    lint = Lint(root)
    for path in files:
        lint.check(path)
    lint.check_cmake()
    print('\n'.join(lint.found) if lint.found else f'bans: {len(files)} files hold to the house style')
    return 1 if lint.found else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv))
