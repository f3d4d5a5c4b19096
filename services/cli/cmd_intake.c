/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"
#include "columns.h"

#include <stdio.h>
#include <string.h>

/* What an operator has intake do with what departments sent: a batch back, a list taken or not, sealed fields, a person erased. */

#define GRANT_BYTES_MAX (64u * 1024u)

#define USAGE_RETRACT "plimsoll retract DATASET BATCH [--source DEPARTMENT]   takes a wrong batch back as a whole"
#define USAGE_CONFIRM "plimsoll confirm DATASET LIST --accept|--refuse        a whole list that waits for a person (`plimsoll status`)"
#define USAGE_REVEAL "plimsoll reveal PERSON --fields name,document,phone,address --reason TEXT [--grant FILE]"
#define USAGE_ERASE "plimsoll erase PERSON --order REFERENCE --reason TEXT   forgets who the person is; there is no way back"

/* An option that is needed and not there; always false. */
static bool
missing(const char *what, const char *usage)
{
    fprintf(stderr, "plimsoll: %s is missing\nusage: %s\n", what, usage);
    return false;
}

static bool
is_there(const char *value, const char *what, const char *usage)
{
    return (value != NULL && value[0] != '\0') || missing(what, usage);
}

/* Asks, and prints the answer: as it is, or a line for each of its members. */
static int
ask(const cli_options_t *options, const char *type, const str_t *data)
{
    AUTO(event) reply = NULL;
    AUTO_STR text = STR_INIT;
    err_t err = { 0 };

    if (!cli_ask(options, CLI_INTAKE, type, str_slice(data), &reply, &err))
        return cli_fail(&err);
    if (options->json) {
        json_canonical(reply->data, &text);
        printf("%s\n", str_c(&text));
        return CLI_DONE;
    }
    for (const json_node_t *n = json_first(reply->data); n != NULL; n = json_next(n)) {
        const char *word = json_text(n);

        str_clear(&text);
        if (word != NULL)
            str_add(&text, word);
        else
            json_canonical(n, &text);
        columns_make_plain(text.ptr, text.len); /* names, ids: what departments sent tells the terminal nothing */
        printf("%-12s %s\n", json_key(n), str_c(&text));
    }
    return CLI_DONE;
}

int
cmd_retract(int argc, char **argv)
{
    cli_options_t options;
    const char *names[2] = { NULL, NULL }, *source = NULL;
    const cli_flag_t flags[] = { { "source", &source, NULL } };
    size_t count = 0;
    AUTO_STR data = STR_INIT;
    AUTO_STR owner = STR_INIT;
    json_out_t out;

    if (!cli_parse(argc, argv, USAGE_RETRACT, flags, COUNT_OF(flags), &options, names, COUNT_OF(names), &count))
        return CLI_REFUSED;
    if (!is_there(names[0], "the dataset", USAGE_RETRACT) || !is_there(names[1], "the batch", USAGE_RETRACT))
        return CLI_REFUSED;
    /* a dataset's name begins with its department, which is its only source */
    if (source == NULL) {
        str_add_n(&owner, names[0], strcspn(names[0], "."));
        source = str_c(&owner);
    }
    AUTO_STR whole = STR_INIT;
    str_printf(&whole, "%s%s", source[0] == '/' ? "" : "/departments/", source);
    json_out_init(&out, &data);
    json_out_object(&out, NULL);
    json_out_text(&out, "source", str_c(&whole));
    json_out_text(&out, "dataset", names[0]);
    json_out_text(&out, "batch", names[1]);
    json_out_end(&out);
    return ask(&options, "plimsoll.intake.retract.v1", &data);
}

int
cmd_confirm(int argc, char **argv)
{
    cli_options_t options;
    const char *names[2] = { NULL, NULL };
    bool accept = false, refuse = false;
    const cli_flag_t flags[] = { { "accept", NULL, &accept }, { "refuse", NULL, &refuse } };
    size_t count = 0;
    AUTO_STR data = STR_INIT;
    json_out_t out;

    if (!cli_parse(argc, argv, USAGE_CONFIRM, flags, COUNT_OF(flags), &options, names, COUNT_OF(names), &count))
        return CLI_REFUSED;
    if (!is_there(names[0], "the dataset", USAGE_CONFIRM) || !is_there(names[1], "the list", USAGE_CONFIRM) ||
        (accept == refuse && !missing("--accept or --refuse (one of them)", USAGE_CONFIRM)))
        return CLI_REFUSED;
    json_out_init(&out, &data);
    json_out_object(&out, NULL);
    json_out_text(&out, "dataset", names[0]);
    json_out_text(&out, "snapshot", names[1]);
    json_out_bool(&out, "accept", accept);
    json_out_end(&out);
    return ask(&options, "plimsoll.intake.confirm.v1", &data);
}

static void
write_fields(json_out_t *out, const char *list)
{
    json_out_array(out, "fields");
    while (*list != '\0') {
        size_t n = strcspn(list, ",");
        AUTO_STR field = STR_INIT;

        str_add_n(&field, list, n);
        json_out_text(out, NULL, str_c(&field));
        list += n + (list[n] == ',' ? 1U : 0U);
    }
    json_out_end(out);
}

int
cmd_reveal(int argc, char **argv)
{
    cli_options_t options;
    const char *person = NULL, *fields = NULL, *reason = NULL, *file = NULL;
    const cli_flag_t flags[] = { { "fields", &fields, NULL }, { "reason", &reason, NULL }, { "grant", &file, NULL } };
    size_t count = 0;
    AUTO_STR data = STR_INIT;
    AUTO_STR grant = STR_INIT;
    AUTO_STR tidy = STR_INIT;
    AUTO(json) tree = NULL;
    json_out_t out;
    err_t err = { 0 };

    if (!cli_parse(argc, argv, USAGE_REVEAL, flags, COUNT_OF(flags), &options, &person, 1, &count))
        return CLI_REFUSED;
    if (!is_there(person, "the person's pseudonym (`plimsoll find`)", USAGE_REVEAL) || !is_there(fields, "--fields", USAGE_REVEAL) ||
        !is_there(reason, "--reason, which is audited,", USAGE_REVEAL))
        return CLI_REFUSED;
    if (file != NULL) {
        if (!str_read_file(&grant, file, GRANT_BYTES_MAX, &err) || !json_parse(str_c(&grant), grant.len, &tree, &err))
            return cli_fail(&err);
        json_canonical(json_root(tree), &tidy);
    }
    json_out_init(&out, &data);
    json_out_object(&out, NULL);
    json_out_text(&out, "person", person);
    write_fields(&out, fields);
    json_out_text(&out, "reason", reason);
    if (file != NULL)
        json_out_raw(&out, "grant", str_c(&tidy), tidy.len);
    json_out_end(&out);
    return ask(&options, "plimsoll.intake.reveal.v1", &data);
}

int
cmd_erase(int argc, char **argv)
{
    cli_options_t options;
    const char *person = NULL, *order = NULL, *reason = NULL;
    const cli_flag_t flags[] = { { "order", &order, NULL }, { "reason", &reason, NULL } };
    size_t count = 0;
    AUTO_STR data = STR_INIT;
    json_out_t out;

    if (!cli_parse(argc, argv, USAGE_ERASE, flags, COUNT_OF(flags), &options, &person, 1, &count))
        return CLI_REFUSED;
    if (!is_there(person, "the person's pseudonym (`plimsoll find`)", USAGE_ERASE) || !is_there(order, "--order", USAGE_ERASE) ||
        !is_there(reason, "--reason, which is audited,", USAGE_ERASE))
        return CLI_REFUSED;
    json_out_init(&out, &data);
    json_out_object(&out, NULL);
    json_out_text(&out, "person", person);
    json_out_text(&out, "order", order);
    json_out_text(&out, "reason", reason);
    json_out_end(&out);
    return ask(&options, "plimsoll.intake.erase.v1", &data);
}
