/* SPDX-License-Identifier: Apache-2.0 */
/* policy_broken FILE…: each file is a policy with faults; lines “# expect: LINE:COLUMN: part of the reason” say which
 * problems must be reported, in this order, and no others. */

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

static bool
check_file(const char *path)
{
    static const char mark[] = "# expect: ";
    AUTO_STR text = STR_INIT;
    AUTO_STR report = STR_INIT;
    err_t err = { 0 };
    char *lines, *problems, *line, *problem;
    bool ok = true;
    size_t n = 0;

    if (!str_read_file(&text, path, FILE_LIMIT_BYTES, &err)) {
        (void) fprintf(stderr, "%s\n", err.text);
        return false;
    }
    if (policy_check(path, &report)) {
        (void) fprintf(stderr, "%s: passes the check\n", path);
        return false;
    }
    lines = text.ptr;
    problems = report.ptr;
    while ((line = next_line(&lines)) != NULL) {
        if (!str_starts(line, mark))
            continue;
        n++;
        problem = next_line(&problems);
        if (problem != NULL && expected(after_path(problem, path), line + strlen(mark)))
            continue;
        (void) fprintf(stderr, "%s: expected “%s”, got “%s”\n", path, line + strlen(mark),
                       problem != NULL ? problem : "nothing");
        ok = false;
    }
    while ((problem = next_line(&problems)) != NULL) {
        (void) fprintf(stderr, "%s: not expected: %s\n", path, problem);
        ok = false;
    }
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
