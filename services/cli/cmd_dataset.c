/* SPDX-License-Identifier: Apache-2.0 */
#include "batch.h"
#include "cli.h"
#include "dataset.h"
#include "send_source.h"

#include "base/num.h"
#include "base/time.h"
#include "config/yaml_doc.h"
#include "domain/date.h"
#include "domain/money.h"

#include <stdio.h>
#include <string.h>

/* What a dataset is and what it makes of records: for who adds one.  Needs no service and no database, only the files. */

enum { DATASET_WRONG = 78, SHOWN_MAX = 1000 };

typedef struct {
    cli_options_t options;
    const char *name; /* NULL: all */
    const char **samples;
    size_t sample_count;
    str_t datasets, schemas;
    const char *sheet;
    int32_t today;
    catalogue_t *catalogue;
} desk_t;

static int
list_all(const desk_t *desk)
{
    for (size_t i = 0; i < catalogue_count(desk->catalogue); i++) {
        const dataset_t *d = catalogue_at(desk->catalogue, i);

        printf("%-28s %-10s %-10s %s%s%s\n", d->name, d->owner, d->rhythm, d->title_zh, d->snapshot ? "; whole lists" : "",
               d->authorisation ? "; with the person's authorisation" : "");
    }
    return CLI_DONE;
}

static int
show_one(const desk_t *desk, const dataset_t *d)
{
    AUTO(columns) columns = NULL;
    AUTO_STR text = STR_INIT;
    err_t err = { 0 };

    if (!columns_load(str_c(&desk->datasets), str_c(&desk->schemas), d->name, &columns, &err))
        return cli_fail(&err);
    columns_describe(columns, &text);
    printf("%s  %s / %s\n  department %s, %s, %s%s\n  legal basis: %s\n  a record is named by", d->name, d->title_zh, d->title_en, d->owner,
           d->rhythm, d->snapshot ? "whole lists" : "record by record", d->authorisation ? ", only with the person's authorisation" : "",
           d->legal_basis);
    for (size_t i = 0; i < d->key_count; i++)
        printf(" %s", d->key[i]);
    printf("\nfields (* must be there) and the names of their columns in a table\n%sfacts\n", str_c(&text));
    for (size_t i = 0; i < d->fact_count; i++)
        printf("  %s\n", d->facts[i].kind);
    if (d->household != NULL)
        printf("  the register entry of the household\n");
    return CLI_DONE;
}

/* ---- samples ----------------------------------------------------------------------------------------------------- */

/* "income.wage of person 1, 2024-03-01 to 2024-04-01 (exclusive), 180000" */
static void
print_fact(const json_node_t *fact, const batch_t *b)
{
    const json_node_t *holder = json_get(fact, "holder");
    const char *to = json_text(json_get(fact, "to")), *code = json_text(json_get(fact, "code"));
    const char *person = json_text(json_get(holder, "person")), *region = json_text(json_get(holder, "region"));
    int64_t value;

    printf("    %s", json_text(json_get(fact, "kind")));
    for (size_t p = 0; person != NULL && p < b->person_count; p++) {
        char id[UUID_TEXT_SIZE];

        uuid_format(&b->persons[p].pseudonym, id);
        if (strcmp(id, person) == 0)
            printf(" of person %zu", p + 1);
    }
    if (region != NULL)
        printf(" of %s", region);
    else if (person == NULL)
        printf(" of the household");
    printf(", from %s%s%s", json_text(json_get(fact, "from")), to != NULL ? " until before " : ", open", to != NULL ? to : "");
    if (json_get(fact, "value") != NULL && json_i64(json_get(fact, "value"), &value))
        printf(", %lld", (long long) value);
    printf("%s%s\n", code != NULL ? ", " : "", code != NULL ? code : "");
}

static void
print_taken(const batch_t *b)
{
    AUTO(json) item = NULL;
    err_t err = { 0 };
    slice_t text = batch_item(b, 0);

    if (!json_parse(text.ptr, text.len, &item, &err)) {
        printf("    %s\n", err.text);
        return;
    }
    const json_node_t *root = json_root(item);
    if (json_text(json_get(root, "op")) != NULL && strcmp(json_text(json_get(root, "op")), "retract") == 0)
        printf("    takes back the record of this key\n");
    if (json_get(root, "household") != NULL)
        printf("    the register entry of a household with %zu members\n", json_count(json_get(json_get(root, "household"), "members")));
    for (const json_node_t *f = json_first(json_get(root, "facts")); f != NULL; f = json_next(f))
        print_fact(f, b);
}

/* What the door would say of this record by itself; true when it would take it. */
static bool
try_record(const desk_t *desk, const dataset_t *d, const vault_t *vault, const source_record_t *r, bool show)
{
    AUTO(batch) b = batch_new(d, vault, desk->today);
    const batch_record_t *taken;

    batch_add(b, r->json);
    batch_finish(b);
    taken = &b->records[0];
    if (taken->state == RECORD_REJECTED) {
        printf("  %llu: refused, %s%s%s: %s\n", (unsigned long long) r->from, taken->code, taken->pointer[0] != '\0' ? " at " : "", taken->pointer,
               taken->message);
        return false;
    }
    for (size_t p = 0; p < b->person_count; p++) { /* any will do, as long as they differ */
        str_t name = STR_INIT;

        str_printf(&name, "%zu", p);
        uuid_derive("person", str_c(&name), &b->persons[p].pseudonym);
        str_done(&name);
    }
    batch_fill(b);
    if (show) {
        printf("  %llu: taken\n", (unsigned long long) r->from);
        print_taken(b);
    }
    return true;
}

static bool
try_file(const desk_t *desk, const dataset_t *d, const char *path, uint64_t *taken, uint64_t *refused, err_t *err)
{
    source_options_t from = { .path = path, .sheet = desk->sheet, .dataset = d->name, .datasets = str_c(&desk->datasets),
                              .schemas = str_c(&desk->schemas) };
    AUTO(source) source = NULL;
    AUTO(vault) vault = NULL;
    AUTO_STR remarks = STR_INIT;
    source_record_t record;
    source_step_t step;
    err_t why;

    if (!vault_trial(&vault, err) || !source_open(&from, &source, err))
        return false;
    printf("%s\n", path);
    for (;;) {
        if (!source_next(source, &record, &step, &why, err))
            return err_add(err, path);
        if (step == SOURCE_END)
            break;
        if (step == SOURCE_REFUSED)
            printf("  %llu: no record: %s\n", (unsigned long long) record.from, why.text);
        if (step == SOURCE_RECORD && try_record(desk, d, vault, &record, *taken < SHOWN_MAX))
            ++*taken;
        else
            ++*refused;
    }
    source_remarks(source, &remarks);
    if (remarks.len > 0)
        printf("  %s\n", str_c(&remarks));
    return true;
}

static int
check(const desk_t *desk, const dataset_t *d)
{
    uint64_t taken = 0, refused = 0;

    for (size_t i = 0; d == NULL && i < catalogue_count(desk->catalogue); i++) {
        AUTO(columns) columns = NULL;
        err_t err = { 0 };

        if (!columns_load(str_c(&desk->datasets), str_c(&desk->schemas), catalogue_at(desk->catalogue, i)->name, &columns, &err)) {
            fprintf(stderr, "%s\n", err.text);
            return DATASET_WRONG;
        }
    }
    if (d == NULL) {
        printf("%zu datasets: no fault found\n", catalogue_count(desk->catalogue));
        return CLI_DONE;
    }
    int code = show_one(desk, d);
    for (size_t i = 0; i < desk->sample_count && code == CLI_DONE; i++) {
        err_t err = { 0 };

        if (!try_file(desk, d, desk->samples[i], &taken, &refused, &err))
            return cli_fail(&err);
    }
    if (desk->sample_count > 0)
        printf("%llu taken, %llu refused\n", (unsigned long long) taken, (unsigned long long) refused);
    return code == CLI_DONE && refused > 0 ? CLI_FAULTS : code;
}

static const char usage[] =
    "plimsoll dataset list\n"
    "plimsoll dataset show NAME\n"
    "  What a record of the dataset holds, and how its columns may be named in a table.\n"
    "plimsoll dataset check [NAME [SAMPLE…]] [--sheet NAME] [--on DATE]\n"
    "  Reads the dataset's two files (without NAME: those of all) and reports the first fault with its place; tells for each record of the\n"
    "  samples (NDJSON, CSV, .xlsx) what the door would make of it.  Nothing is sent.\n"
    "  exit code: 0 no fault, 1 a record is refused, 78 a fault in the dataset's files\n"
    "options: --datasets DIR, --schemas DIR: where the files are (those of the installation); --on DATE: the day of receipt (today,\n"
    "  in the time zone that intake's settings say: --config FILE, else deploy/config/intake.yaml of the installation)";

static bool
find_folders(desk_t *desk, const char *datasets, const char *schemas, err_t *err)
{
    str_add(&desk->datasets, datasets != NULL ? datasets : "");
    str_add(&desk->schemas, schemas != NULL ? schemas : "");
    return (datasets != NULL || cli_folder(&desk->options, "deploy/datasets", &desk->datasets, err)) &&
           (schemas != NULL || cli_folder(&desk->options, "schemas/datasets", &desk->schemas, err));
}

/* The day on which the door would receive a record now: its setting says where midnight is. */
static bool
find_today(desk_t *desk, const char *config, err_t *err)
{
    static const int64_t usual = 480; /* as intake's own */
    AUTO(yaml_doc) doc = NULL;
    AUTO_STR path = STR_INIT;
    int64_t minutes = usual;

    if (config == NULL && !cli_folder(&desk->options, "deploy/config", &path, err))
        err_clear(err); /* files without an installation: as an intake that nobody set */
    else
        str_add(&path, config != NULL ? config : "/intake.yaml");
    if (path.len > 0 && (!yaml_doc_load(str_c(&path), &doc, err) || !yaml_get_i64(doc, yaml_doc_root(doc), "utc_offset_minutes", &usual, -720, 840,
                                                                                  &minutes, err)))
        return err_add(err, "time zone");
    desk->today = (int32_t) ((time_now_us() / 1000000 + minutes * 60) / 86400);
    return true;
}

static int
run(desk_t *desk, const char *verb)
{
    const dataset_t *d = NULL;
    err_t err = { 0 };

    if (!catalogue_load(str_c(&desk->datasets), str_c(&desk->schemas), &desk->catalogue, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return DATASET_WRONG;
    }
    if (strcmp(verb, "list") == 0)
        return list_all(desk);
    if (desk->name != NULL && (d = catalogue_find(desk->catalogue, desk->name)) == NULL) {
        fprintf(stderr, "plimsoll: %s has no dataset %s (plimsoll dataset list)\n", str_c(&desk->datasets), desk->name);
        return CLI_REFUSED;
    }
    if (strcmp(verb, "show") == 0 && d != NULL)
        return show_one(desk, d);
    if (strcmp(verb, "check") == 0)
        return check(desk, d);
    fprintf(stderr, "usage: %s\n", usage);
    return CLI_REFUSED;
}

int
cmd_dataset(int argc, char **argv)
{
    const char *positional[256], *datasets = NULL, *schemas = NULL, *on = NULL, *config = NULL;
    size_t count = 0;
    desk_t desk = { .datasets = STR_INIT, .schemas = STR_INIT };
    const cli_flag_t flags[] = { { "datasets", &datasets, NULL }, { "schemas", &schemas, NULL }, { "on", &on, NULL }, { "config", &config, NULL }, { "sheet", &desk.sheet, NULL } };
    err_t err = { 0 };

    if (!cli_parse(argc, argv, usage, flags, COUNT_OF(flags), &desk.options, positional, COUNT_OF(positional), &count))
        return CLI_REFUSED;
    if (on == NULL && count > 0 && strcmp(positional[0], "check") == 0 && !find_today(&desk, config, &err))
        return cli_fail(&err);
    if (count == 0 || (on != NULL && !date_parse(on, strlen(on), &desk.today))) {
        fprintf(stderr, "usage: %s\n", usage);
        return CLI_REFUSED;
    }
    desk.name = count > 1 ? positional[1] : NULL;
    desk.samples = positional + 2;
    desk.sample_count = count > 2 ? count - 2 : 0;
    int code = find_folders(&desk, datasets, schemas, &err) ? run(&desk, positional[0]) : cli_fail(&err);
    catalogue_destroy(&desk.catalogue);
    str_done(&desk.datasets);
    str_done(&desk.schemas);
    return code;
}
