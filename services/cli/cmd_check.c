/* SPDX-License-Identifier: Apache-2.0 */
#include "check_text.h"
#include "cmd_persons.h"

#include <stdio.h>
#include <string.h>

/* The check of an applicant (核对, 逢进必核): document number from standard input, as with find. */

static const char usage[] = "plimsoll check --reason TEXT [--category C] [HOUSEHOLD | < DOCUMENT]\n"
                            "       plimsoll check --report ID           prints a report again, to the same bytes\n"
                            "       plimsoll check --object ID < REASON  records an objection\n"
                            "       plimsoll check --again ID --reason TEXT\n"
                            "       plimsoll check --count 2024-06 [--region CODE]\n"
                            "  [--lang en|zh] [--all]";

typedef struct {
    cli_options_t options;
    const char *household, *reason, *category, *report, *object, *again, *count, *region, *lang;
    bool all;
} check_t;

static bool
find_person(const check_t *self, event_t **ret, int *ret_code)
{
    AUTO_STR data = STR_INIT;
    char number[PERSONS_LINE];
    json_out_t out;
    err_t err = { 0 };

    *ret_code = CLI_REFUSED;
    if (!persons_read_line(number, ""))
        return false;
    json_out_init(&out, &data);
    json_out_object(&out, NULL);
    bool ok = persons_write_document(number, &out);
    if (ok) {
        json_out_text(&out, "reason", self->reason);
        json_out_end(&out);
        ok = cli_ask(&self->options, CLI_INTAKE, "plimsoll.intake.find.v1", str_slice(&data), ret, &err);
        if (!ok)
            *ret_code = cli_fail(&err);
    }
    mem_wipe(number, sizeof(number));
    mem_wipe(data.ptr, data.len);
    return ok;
}

/* What is asked of comparison; false: *ret_code. */
static bool
write_request(const check_t *self, json_out_t *out, int *ret_code)
{
    const char *act = self->count != NULL ? "count" : self->report != NULL ? "report" : self->object != NULL ? "object" : self->again != NULL ? "again" : "check";
    const char *report = self->report != NULL ? self->report : self->object != NULL ? self->object : self->again;
    AUTO(event) found = NULL;
    char line[PERSONS_LINE];
    uuid_t household;

    *ret_code = CLI_REFUSED;
    json_out_object(out, NULL);
    json_out_text(out, "act", act);
    if (report != NULL)
        json_out_text(out, "report", report);
    if (self->count != NULL)
        json_out_text(out, "month", self->count);
    if (self->region != NULL)
        json_out_text(out, "region", self->region);
    if (self->object != NULL) {
        if (!persons_read_line(line, ""))
            return false;
        json_out_text(out, "reason", line);
    } else if (self->reason != NULL) {
        json_out_text(out, "reason", self->reason);
    }
    if (self->category != NULL)
        json_out_text(out, "category", self->category);
    if (strcmp(act, "check") == 0 && self->household != NULL) {
        cli_household(self->household, &household);
        json_out_uuid(out, "household", &household);
    } else if (strcmp(act, "check") == 0) {
        if (!find_person(self, &found, ret_code))
            return false;
        json_out_text(out, "person", json_text(json_get(found->data, "person")));
    }
    json_out_end(out);
    return true;
}

static bool
is_well_asked(const check_t *self)
{
    int acts = (self->report != NULL) + (self->object != NULL) + (self->again != NULL) + (self->count != NULL);

    if (acts > 1 || (acts == 1 && (self->household != NULL || self->category != NULL))) {
        fprintf(stderr, "plimsoll: one thing at a time\nusage: %s\n", usage);
        return false;
    }
    if ((acts == 0 || self->again != NULL) && (self->reason == NULL || self->reason[0] == '\0')) {
        fprintf(stderr, "plimsoll: every check is audited and needs its reason: --reason TEXT\n");
        return false;
    }
    if (!str_in(self->lang, (const char *const[]){ "en", "zh" }, 2)) {
        fprintf(stderr, "plimsoll: --lang takes en or zh\n");
        return false;
    }
    return true;
}

/* The report alone on standard output, so that it is the same whenever it is printed; what came after it beside it. */
static void
print(const check_t *self, const json_node_t *reply)
{
    AUTO_STR text = STR_INIT;
    AUTO_STR since = STR_INIT;

    if (self->count != NULL && self->options.json)
        json_canonical(reply, &text);
    else if (self->count != NULL)
        check_text_counts(reply, self->lang, &text);
    else if (self->options.json)
        json_canonical(json_get(reply, "report"), &text);
    else
        check_text(json_get(reply, "report"), json_text(json_get(reply, "digest")), self->lang, self->all, &text);
    if (self->count == NULL)
        check_text_since(reply, self->lang, &since);
    printf("%s%s", str_c(&text), self->options.json ? "\n" : "");
    fprintf(stderr, "%s", str_c(&since));
}

int
cmd_check(int argc, char **argv)
{
    check_t self = { .lang = "en" };
    const cli_flag_t flags[] = { { "reason", &self.reason, NULL }, { "category", &self.category, NULL }, { "report", &self.report, NULL },
                                 { "object", &self.object, NULL }, { "again", &self.again, NULL },       { "count", &self.count, NULL },
                                 { "region", &self.region, NULL }, { "lang", &self.lang, NULL },         { "all", NULL, &self.all } };
    size_t count = 0;
    int code;
    AUTO(event) reply = NULL;
    AUTO_STR data = STR_INIT;
    json_out_t out;
    err_t err = { 0 };

    if (!cli_parse(argc, argv, usage, flags, COUNT_OF(flags), &self.options, &self.household, 1, &count) || !is_well_asked(&self))
        return CLI_REFUSED;
    json_out_init(&out, &data);
    if (!write_request(&self, &out, &code))
        return code;
    if (!cli_ask(&self.options, CLI_COMPARISON, "plimsoll.comparison.check.v1", str_slice(&data), &reply, &err))
        return cli_fail(&err);
    print(&self, reply->data);
    return CLI_DONE;
}
