/* SPDX-License-Identifier: Apache-2.0 */
/* policy_broken FILE…: each file is a policy with faults; lines “# expect: LINE:COLUMN: part of the reason” say which
 * problems must be reported, in this order, and no others.  “# note: …” likewise what is worth a look; a file noted_*.yaml
 * has notes only and passes. */

#include "base/mem.h"
#include "policy.h"
#include <string.h>

#define FILE_LIMIT_BYTES 65536

/* The part of the line after “path:”, or the line itself for problems of another file. */
static const char *
after_path(const char *line, const char *path)
{
    size_t n = strlen(path);

    return strncmp(line, path, n) == 0 && line[n] == ':' ? line + n + 1 : line;
}

static bool
expected(const char *problem, const char *expect)
{
    const char *colon = strstr(expect, ": ");
    size_t place = colon != NULL ? (size_t) (colon - expect) + 2 : 0;

    return colon != NULL && strncmp(problem, expect, place) == 0 && strstr(problem + place, expect + place) != NULL;
}

static char *
next_line(char **text)
{
    char *line = *text, *end;

    if (line == NULL || *line == '\0')
        return NULL;
    end = strchr(line, '\n');
    if (end != NULL)
        *end = '\0';
    *text = end != NULL ? end + 1 : NULL;
    return line;
}

/* The lines of `text` that begin with the mark against what was reported; returns how many there are. */
static size_t
compare(const char *path, const char *source, const char *mark, char *reported, const char *prefix, bool *ok)
{
    AUTO_FREE char *copy = mem_strdup(source);
    char *lines = copy, *line, *problem;
    size_t n = 0;

    while ((line = next_line(&lines)) != NULL) {
        if (!str_starts(line, mark))
            continue;
        n++;
        problem = next_line(&reported);
        if (problem != NULL && str_starts(problem, prefix) &&
            expected(after_path(problem + strlen(prefix), path), line + strlen(mark)))
            continue;
        (void) fprintf(stderr, "%s: expected “%s”, got “%s”\n", path, line + strlen(mark),
                       problem != NULL ? problem : "nothing");
        *ok = false;
    }
    while ((problem = next_line(&reported)) != NULL) {
        (void) fprintf(stderr, "%s: not expected: %s\n", path, problem);
        *ok = false;
    }
    return n;
}

static bool
check_file(const char *path)
{
    AUTO_STR text = STR_INIT;
    AUTO_STR report = STR_INIT;
    AUTO_STR notes = STR_INIT;
    bool passes = strstr(path, "/noted_") != NULL, ok = true;
    err_t err = { 0 };
    size_t n;

    if (!str_read_file(&text, path, FILE_LIMIT_BYTES, &err)) {
        (void) fprintf(stderr, "%s\n", err.text);
        return false;
    }
    if (policy_check(path, &report, &notes) != passes) {
        (void) fprintf(stderr, "%s: %s\n%s", path, passes ? "is refused" : "passes the check", str_c(&report));
        return false;
    }
    n = compare(path, str_c(&text), "# expect: ", report.ptr, "", &ok);
    n += compare(path, str_c(&text), "# note: ", notes.ptr, "note: ", &ok);
    return ok && n > 0;
}

int
main(int argc, char **argv)
{
    int failed = 0;

    for (int i = 1; i < argc; i++)
        failed += !check_file(argv[i]);
    (void) printf("%d broken policies, %d not refused as expected\n", argc - 1, failed);
    return failed == 0 && argc > 1 ? 0 : 1;
}
