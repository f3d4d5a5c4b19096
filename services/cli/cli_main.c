/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *usage, *doc;
} command_t;

static const command_t commands[] = {
    { "status", cmd_status, "", "every service, stream position, consumer lag, register, feed freshness" },
    { "synth", cmd_synth, "PROFILE.yaml --out DIR [--seed N] [--scale X]", "make a synthetic county: register and feeds" },
    { "send", cmd_send, "DATASET FILE… [--snapshot --as-of DATE]", "publish NDJSON, CSV or a workbook as a department" },
    { "play", cmd_play, "DIR", "play what synth made: feeds, days, visits, answers" },
    { "rejects", cmd_rejects, "[DATASET] [--resubmit FILE]", "what was refused and why; send corrections" },
    { "find", cmd_find, "--reason TEXT < DOCUMENT", "household of a document number (standard input), audited" },
    { "persons", cmd_persons, "merge|split|find …", "two pseudonyms are one person, one number is two people; audited" },
    { "retract", cmd_retract, "DATASET BATCH", "take a wrong batch back as a whole" },
    { "confirm", cmd_confirm, "DATASET LIST --accept|--refuse", "a whole list that waits for a person" },
    { "reveal", cmd_reveal, "PERSON --fields F --reason TEXT [--grant FILE]", "sealed fields of a person, audited" },
    { "erase", cmd_erase, "PERSON --order REF --reason TEXT", "forget who a person is (PIPL art. 47), audited" },
    { "watch", cmd_watch, "[PREFIX] [--after SEQ] [--limit N]", "follow a stream live" },
    { "explain", cmd_explain, "HOUSEHOLD [--as-of DATE] [--known-at DATE|TIME]", "the assessment, condition by condition" },
    { "chain", cmd_chain, "HOUSEHOLD", "the assistance chain from first record to outcome" },
    { "tick", cmd_tick, "--to DATE", "move the business date (manual clock)" },
    { "check", cmd_check, "--reason TEXT < DOCUMENT | --report ID …", "economic status of an applicant from every source, as a report that is kept" },
    { "decide", cmd_decide, "HOUSEHOLD --category C --decision D …", "the decision of a case conference, which findings respect" },
    { "compare", cmd_compare, "[--region R]", "full comparison of the register now" },
    { "drop", cmd_drop, "DIR", "send what departments put into a folder, unattended" },
    { "dataset", cmd_dataset, "list|show|check NAME…", "read and try what a department sends; needs no service" },
    { "policy", cmd_policy, "check|cases|print|dump FILE…", "check, try and print a policy; needs no service" },
    { "simulate", cmd_simulate, "[DRAFT.yaml…] [--set NAME=VALUE]…", "what a draft policy would change; nothing is written" },
    { "list", cmd_list, "CATEGORY [--on DAY|--month M|--from M --to M]", "who gets a payment or a service, what it costs; --out FILE.csv" },
    { "shadow", cmd_shadow, "[--differences N]", "what policies to come would find beside the one in force" },
    { "keys", cmd_keys, "new|list|revoke|grant|rotate-vault …", "keys of services, departments, subscribers; grants; the vault's key" },
    { "verify", cmd_verify, "", "recompute every stream's chain and compare across services" },
};

static void
usage(FILE *to)
{
    fprintf(to, "usage: plimsoll [--home DIR] [--key NAME] [--json] [--timeout SECONDS] COMMAND …\n\n");
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        const char *u = commands[i].usage;
        int width = 47;
        for (const char *p = u; *p != '\0'; p++)
            width += ((unsigned char) *p & 0xC0) == 0x80 ? 1 : 0; /* columns are characters, not bytes */
        fprintf(to, "  %-8s %-*s %s\n", commands[i].name, width, u, commands[i].doc);
    }
    fprintf(to, "\nplimsoll COMMAND --help tells its options. --home is the installation's var/ ($PLIMSOLL_HOME, or found from here).\n");
    fprintf(to, "A name that begins with -- stands last, after -- alone: plimsoll confirm civil.children --accept -- --2024-06\n");
    fprintf(to, "\nexit code: 0 done, 1 done with rejects or faults found, 2 refused or unreachable\n");
}

static bool
asks_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0)
            return true;
    return false;
}

/* Options may stand before the command's name: they are moved behind it. */
int
main(int argc, char **argv)
{
    int at = 1;

    while (at < argc && str_starts(argv[at], "--") && argv[at][2] != '\0') {
        if (strcmp(argv[at], "--help") == 0) {
            usage(stdout);
            return CLI_DONE;
        }
        if (strcmp(argv[at], "--version") == 0) {
            printf("plimsoll %s\n", PLIMSOLL_VERSION);
            return CLI_DONE;
        }
        at += strcmp(argv[at], "--json") == 0 ? 1 : 2;
    }
    if (at >= argc) {
        usage(stderr);
        return CLI_REFUSED;
    }
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        if (strcmp(commands[i].name, argv[at]) != 0)
            continue;
        char *name = argv[at];
        memmove(&argv[2], &argv[1], (size_t) (at - 1) * sizeof(*argv));
        argv[1] = name;
        int code = commands[i].run(argc - 1, argv + 1);
        return asks_help(argc, argv) ? CLI_DONE : code;
    }
    fprintf(stderr, "plimsoll: there is no command %s\n\n", argv[at]);
    usage(stderr);
    return CLI_REFUSED;
}
