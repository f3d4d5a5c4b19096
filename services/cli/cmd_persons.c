/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd_persons.h"

#include <stdio.h>
#include <string.h>

static const char usage[] = "plimsoll persons merge|split|find …";
static const char merge_usage[] = "plimsoll persons merge --reason TEXT [--from PSEUDONYM] [--into PSEUDONYM] < DOCUMENTS";
static const char split_usage[] = "plimsoll persons split PSEUDONYM --reason TEXT [--records DATASET:KEY,…] [--datasets A,…] [--departments D,…]\n"
                                  "       [--into PSEUDONYM]";

/* --- documents: from standard input, never from the arguments, which every user of the machine sees --- */

static bool
refuse(const char *what, const char *how)
{
    fprintf(stderr, "plimsoll: %s\n%s\n", what, how);
    return false;
}

/* The next word of the line, cut off; NULL: none. */
static char *
next_word(char **rest)
{
    char *word = *rest + strspn(*rest, " \t");
    size_t n = strcspn(word, " \t");

    if (n == 0)
        return NULL;
    *rest = word + n;
    if (**rest != '\0')
        *(*rest)++ = '\0';
    return word;
}

bool
persons_write_document(char *line, json_out_t *out)
{
    char *rest = line, *first = next_word(&rest), *second = next_word(&rest), *third = next_word(&rest), *slash;

    if (first == NULL || next_word(&rest) != NULL)
        return refuse("a document is told on one line: NUMBER, or KIND NUMBER [COUNTRY], or own DEPARTMENT/REGISTER NUMBER",
                      "for example: birth_certificate Q320123456, passport M12345678 KOR, own civil/rescue_station 2024-0007");
    if (second == NULL) {
        json_out_text(out, "document", first);
        return true;
    }
    json_out_text(out, "type", first);
    if (strcmp(first, "own") != 0) {
        json_out_text(out, "document", second);
        if (third != NULL)
            json_out_text(out, "issuer", third);
        return true;
    }
    slash = strchr(second, '/');
    if (slash == NULL || third == NULL)
        return refuse("a department's own number is told as: own DEPARTMENT/REGISTER NUMBER", "for example: own civil/rescue_station 2024-0007");
    *slash = '\0';
    json_out_text(out, "department", second);
    json_out_text(out, "register", slash + 1);
    json_out_text(out, "document", third);
    return true;
}

bool
persons_read_line(char line[PERSONS_LINE], const char *whose)
{
    if (fgets(line, PERSONS_LINE, stdin) == NULL) {
        fprintf(stderr, "plimsoll: the document%s is read from standard input\n", whose);
        return false;
    }
    line[strcspn(line, "\r\n")] = '\0';
    return true;
}

/* "from": a pseudonym given, or "from_document": read from the next line. */
static bool
write_one(const char *name, const char *given, json_out_t *out)
{
    char line[PERSONS_LINE], member[32], whose[32];
    bool ok;

    if (given != NULL) {
        json_out_text(out, name, given);
        return true;
    }
    (void) snprintf(whose, sizeof(whose), " of \"%s\"", name);
    if (!persons_read_line(line, whose))
        return false;
    (void) snprintf(member, sizeof(member), "%s_document", name);
    json_out_object(out, member);
    ok = persons_write_document(line, out);
    json_out_end(out);
    mem_wipe(line, sizeof(line));
    return ok;
}

static bool
has_reason(const char *reason)
{
    return (reason != NULL && reason[0] != '\0') || refuse("every change of who is whom is audited and needs its reason: --reason TEXT", "");
}

static int
tell(const cli_options_t *options, const event_t *reply, const char *text)
{
    AUTO_STR json = STR_INIT;

    if (options->json) {
        json_canonical(reply->data, &json);
        printf("%s\n", str_c(&json));
    } else {
        printf("%s\n", text);
    }
    return CLI_DONE;
}

/* --- commands --- */

static int
merge(int argc, char **argv)
{
    cli_options_t options;
    const char *reason = NULL, *from = NULL, *into = NULL;
    AUTO(event) reply = NULL;
    AUTO_STR data = STR_INIT, text = STR_INIT;
    json_out_t out;
    err_t err = { 0 };
    size_t count = 0;
    const cli_flag_t flags[] = { { "reason", &reason, NULL }, { "from", &from, NULL }, { "into", &into, NULL } };

    if (!cli_parse(argc, argv, merge_usage, flags, COUNT_OF(flags), &options, NULL, 0, &count) || !has_reason(reason))
        return CLI_REFUSED;
    json_out_init(&out, &data);
    json_out_object(&out, NULL);
    if (!write_one("from", from, &out) || !write_one("into", into, &out)) {
        mem_wipe(data.ptr, data.len);
        return CLI_REFUSED;
    }
    json_out_text(&out, "reason", reason);
    json_out_end(&out);
    bool ok = cli_ask(&options, CLI_INTAKE, "plimsoll.intake.merge.v1", str_slice(&data), &reply, &err);
    mem_wipe(data.ptr, data.len);
    if (!ok)
        return cli_fail(&err);
    str_printf(&text, "%s is %s%s", json_text(json_get(reply->data, "from")), json_text(json_get(reply->data, "person")),
               json_is_true(json_get(reply->data, "already")) ? " already" : "");
    return tell(&options, reply, str_c(&text));
}

/* "a,b,c" as a list of texts. */
static void
write_list(json_out_t *out, const char *name, const char *list)
{
    if (list == NULL)
        return;
    json_out_array(out, name);
    for (const char *p = list; *p != '\0';) {
        size_t n = strcspn(p, ",");

        json_out_text_n(out, NULL, p, n);
        p += n + (p[n] == ',');
    }
    json_out_end(out);
}

/* "hrss.wages:0123…,…" */
static bool
write_records(json_out_t *out, const char *list)
{
    bool ok = true;

    if (list == NULL)
        return true;
    json_out_array(out, "records");
    for (const char *p = list; *p != '\0' && ok;) {
        size_t n = strcspn(p, ","), dataset = strcspn(p, ":,");

        ok = dataset < n;
        if (ok) {
            json_out_object(out, NULL);
            json_out_text_n(out, "dataset", p, dataset);
            json_out_text_n(out, "record", p + dataset + 1, n - dataset - 1);
            json_out_end(out);
        }
        p += n + (p[n] == ',');
    }
    json_out_end(out);
    return ok || refuse("a record is told as DATASET:KEY, as `plimsoll explain --json` shows both", split_usage);
}

static int
split(int argc, char **argv)
{
    cli_options_t options;
    const char *reason = NULL, *records = NULL, *datasets = NULL, *departments = NULL, *into = NULL, *person = NULL;
    AUTO(event) reply = NULL;
    AUTO_STR data = STR_INIT, text = STR_INIT;
    json_out_t out;
    err_t err = { 0 };
    size_t count = 0;
    const cli_flag_t flags[] = { { "reason", &reason, NULL },
                                 { "records", &records, NULL },
                                 { "datasets", &datasets, NULL },
                                 { "departments", &departments, NULL },
                                 { "into", &into, NULL } };

    if (!cli_parse(argc, argv, split_usage, flags, COUNT_OF(flags), &options, &person, 1, &count) || !has_reason(reason))
        return CLI_REFUSED;
    if (person == NULL) {
        (void) refuse("whose number is two people's? `plimsoll persons find` tells the pseudonym", split_usage);
        return CLI_REFUSED;
    }
    json_out_init(&out, &data);
    json_out_object(&out, NULL);
    json_out_text(&out, "person", person);
    if (!write_records(&out, records))
        return CLI_REFUSED;
    write_list(&out, "datasets", datasets);
    write_list(&out, "departments", departments);
    if (into != NULL)
        json_out_text(&out, "into", into);
    json_out_text(&out, "reason", reason);
    json_out_end(&out);
    if (!cli_ask(&options, CLI_INTAKE, "plimsoll.intake.split.v1", str_slice(&data), &reply, &err))
        return cli_fail(&err);
    const char *to = json_text(json_get(reply->data, "to"));
    if (to != NULL)
        str_printf(&text, "these records of %s are %s's", person, to);
    else
        str_printf(&text, "%s is nobody else", person);
    return tell(&options, reply, str_c(&text));
}

int
cmd_persons(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
    } verbs[] = { { "merge", merge }, { "split", split }, { "find", cmd_find } };

    for (size_t i = 0; argc > 1 && i < COUNT_OF(verbs); i++)
        if (strcmp(argv[1], verbs[i].name) == 0)
            return verbs[i].run(argc - 1, argv + 1);
    fprintf(argc > 1 && strcmp(argv[1], "--help") == 0 ? stdout : stderr, "usage: %s\n       %s\n       %s\n       plimsoll persons find --reason TEXT < DOCUMENT\n",
            usage, merge_usage, split_usage);
    return argc > 1 && strcmp(argv[1], "--help") == 0 ? CLI_DONE : CLI_REFUSED;
}
