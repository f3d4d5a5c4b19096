/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"
#include "policy.h"
#include "policy_case.h"

#include <stdio.h>
#include <string.h>

/* A policy officer's desk: needs no service, no database, no installation, only the files. */

#define FILES_MAX 256
enum { POLICY_WRONG = 78 };

typedef struct {
    cli_options_t options;
    const char *lang;
    bool explain;
    const char **files;
    size_t count;
} desk_t;

static int
desk_check(const desk_t *desk)
{
    bool ok = true;

    for (size_t i = 0; i < desk->count; i++) {
        AUTO_STR problems = STR_INIT;
        AUTO_STR notes = STR_INIT;

        if (policy_check(desk->files[i], &problems, &notes))
            printf("%s: no fault found\n", desk->files[i]);
        else
            ok = false;
        (void) fputs(str_c(&problems), stderr);
        (void) fputs(str_c(&notes), stdout);
    }
    return ok ? CLI_DONE : POLICY_WRONG;
}

static int
desk_cases(const desk_t *desk)
{
    AUTO(terms) terms = terms_new();
    AUTO(policy) policy = NULL; /* once ahead: a fault of the policy is told once, not for each file */
    policy_case_tally_t tally = { 0 };
    err_t fault = { 0 };
    const char *lang = desk->options.json ? NULL : desk->lang;

    if (!policy_load(desk->files[0], terms, &policy, &fault)) {
        fprintf(stderr, "%s\n", fault.text);
        return POLICY_WRONG;
    }
    for (size_t i = 1; i < desk->count; i++) {
        AUTO_STR report = STR_INIT;
        AUTO_STR sentences = STR_INIT;
        err_t err = { 0 };

        if (!policy_case_run(desk->files[0], desk->files[i], lang, &tally, &report, desk->explain ? &sentences : NULL,
                             &err)) {
            tally.failed++;
            str_printf(&report, "%s\n", err.text);
        }
        (void) fputs(str_c(&sentences), stdout);
        (void) fputs(str_c(&report), stderr);
    }
    if (!desk->options.json) {
        printf("%zu %s, %zu values checked, ", tally.cases, tally.cases == 1 ? "case" : "cases", tally.checks);
        if (tally.failed == 0)
            printf("no fault\n");
        else
            printf("%zu %s\n", tally.failed, tally.failed == 1 ? "fault" : "faults");
    }
    return tally.failed == 0 ? CLI_DONE : CLI_FAULTS;
}

/* Loads the one policy and prints what `write` makes of it. */
static int
print_policy(const desk_t *desk, void (*write)(const policy_t *policy, str_t *out))
{
    AUTO(terms) terms = terms_new();
    AUTO(policy) policy = NULL;
    AUTO_STR text = STR_INIT;
    err_t err = { 0 };

    if (!policy_load(desk->files[0], terms, &policy, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return POLICY_WRONG;
    }
    write(policy, &text);
    (void) fputs(str_c(&text), stdout);
    return CLI_DONE;
}

static int
desk_print(const desk_t *desk)
{
    return print_policy(desk, policy_write);
}

static int
desk_dump(const desk_t *desk)
{
    return print_policy(desk, policy_dump);
}

static const struct {
    const char *name;
    int (*run)(const desk_t *desk);
    size_t min, max;
    const char *usage;
} verbs[] = {
    { "check", desk_check, 1, FILES_MAX, "plimsoll policy check FILE…\n"
      "  Reads each policy with those that it extends and reports every fault with file, line and column, and what to do.\n"
      "  exit code: 0 no fault, 78 faults" },
    { "cases", desk_cases, 2, FILES_MAX, "plimsoll policy cases POLICY CASES.yaml… [--explain [--lang zh|en] [--json]]\n"
      "  Assesses the hand-worked households of the files and names what came out otherwise than expected.\n"
      "  --explain prints the sentences of each assessment. docs/policy.md tells how a case is written.\n"
      "  exit code: 0 all as expected, 1 not all, 78 the policy itself is wrong" },
    { "print", desk_print, 1, 1, "plimsoll policy print FILE\n"
      "  Prints the policy with all that it extends as one YAML file: every number and rule that holds in this place." },
    { "dump", desk_dump, 1, 1, "plimsoll policy dump FILE\n"
      "  Prints the flat program that the policy is compiled to, one instruction in a line." },
};

static void
usage(FILE *to)
{
    fprintf(to, "usage:\n");
    for (size_t i = 0; i < COUNT_OF(verbs); i++)
        fprintf(to, "%s\n", verbs[i].usage);
}

int
cmd_policy(int argc, char **argv)
{
    const char *positional[FILES_MAX + 1] = { NULL };
    desk_t desk = { .lang = "zh", .files = positional + 1 };
    size_t count = 0;
    const cli_flag_t flags[] = { { "lang", &desk.lang, NULL }, { "explain", NULL, &desk.explain } };
    const char *name = argc > 1 ? argv[1] : "";

    for (size_t i = 0; i < COUNT_OF(verbs); i++) {
        if (strcmp(verbs[i].name, name) != 0)
            continue;
        if (!cli_parse(argc, argv, verbs[i].usage, flags, COUNT_OF(flags), &desk.options, positional, COUNT_OF(positional),
                       &count))
            return CLI_REFUSED;
        desk.count = count - 1;
        if (desk.count < verbs[i].min || desk.count > verbs[i].max) {
            fprintf(stderr, "usage: %s\n", verbs[i].usage);
            return CLI_REFUSED;
        }
        if (strcmp(desk.lang, "en") != 0 && strcmp(desk.lang, "zh") != 0) {
            fprintf(stderr, "plimsoll: --lang takes en or zh\n");
            return CLI_REFUSED;
        }
        return verbs[i].run(&desk);
    }
    if (strcmp(name, "--help") == 0) {
        usage(stdout);
        return CLI_DONE;
    }
    usage(stderr);
    return CLI_REFUSED;
}
