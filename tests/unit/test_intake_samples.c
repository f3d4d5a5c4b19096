/* SPDX-License-Identifier: Apache-2.0 */
/* Every shipped dataset against its sample records, tests/datasets/<dataset>.ndjson: a line is a record with the facts that
 * it must become, or with the code (and the place, "at") of its refusal.  "@woman", "@man" and "@child" stand for people:
 * for their resident IDs in a record, for their pseudonyms in facts; "@QD-1" for the id of the household QD-1, "@E-1" for the key
 * of the enrolment E-1. */
#include "batch.h"
#include "record.h"

#include "domain/date.h"
#include "json/json_in.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct {
    const char *token, *document, *pseudonym, *identity;
} people[] = {
    /* the standard's own examples; nobody has these numbers */
    { "@woman", "11010519491231002X", "00000000-0000-0000-0000-000000000001", NULL },
    { "@man", "370101190102039973", "00000000-0000-0000-0000-000000000002", NULL },
    { "@child", "340524201001010014", "00000000-0000-0000-0000-000000000003", NULL },
    /* who is told by another document: `document` as it may be written, and the identity that it must become */
    { "@newborn", "Q320123456", "00000000-0000-0000-0000-000000000004", "birth_certificate::Q320123456" },
    { "@foreigner", "M12345678", "00000000-0000-0000-0000-000000000005", "passport:KOR:M12345678" },
    { "@unknown", "2024-0007", "00000000-0000-0000-0000-000000000006", "own:civil/rescue_station:2024-0007" },
    { "@foundling", "F-1", "00000000-0000-0000-0000-000000000007", "own:civil/foundling:F-1" },
};

static catalogue_t *catalogue;
static vault_t *vault;
static char key_path[64];

static int
open_all(void **state)
{
    err_t err = { 0 };
    static const char key[] =
        "plimsoll-vault 1\nrecord 0101010101010101010101010101010101010101010101010101010101010101\nkey 1 "
        "0202020202020202020202020202020202020202020202020202020202020202\n";

    (void) state;
    (void) snprintf(key_path, sizeof(key_path), "/tmp/plimsoll-samples-%ld.key", (long) getpid());
    if (!str_write_file(key_path, key, sizeof(key) - 1, 0600, &err) || !vault_load(key_path, &vault, &err) ||
        !catalogue_load(SOURCE_DIR "/deploy/datasets", SOURCE_DIR "/schemas/datasets", &catalogue, &err)) {
        (void) fprintf(stderr, "%s\n", err.text);
        return -1;
    }
    return 0;
}

static int
close_all(void **state)
{
    (void) state;
    (void) unlink(key_path);
    catalogue_destroy(&catalogue);
    vault_destroy(&vault);
    return 0;
}

/* Writes what stands for the token at `p`; returns its length, 0 when there is none. */
static size_t
expand_token(const char *p, bool in_facts, str_t *out)
{
    static const char household[] = "@QD-1", enrolment[] = "@E-1";
    const slice_t number = slice_of(enrolment + 1);
    char id[UUID_TEXT_SIZE];
    uuid_t h;

    for (size_t i = 0; i < COUNT_OF(people); i++) {
        size_t n = strlen(people[i].token);

        if (strncmp(p, people[i].token, n) != 0 || p[n] != '"')
            continue;
        str_add(out, in_facts ? people[i].pseudonym : people[i].document);
        return n;
    }
    if (strncmp(p, enrolment, sizeof(enrolment) - 1) == 0) {
        vault_record_key(vault, "civil.enrolments", &number, 1, SIZE_MAX, &h);
        str_hex(h.b, sizeof(h.b), id);
        str_add(out, id);
        return sizeof(enrolment) - 1;
    }
    if (strncmp(p, household, sizeof(household) - 1) != 0)
        return 0;
    uuid_derive("household", household + 1, &h);
    uuid_format(&h, id);
    str_add(out, id);
    return sizeof(household) - 1;
}

static void
expand(const json_node_t *node, bool in_facts, str_t *ret)
{
    AUTO_STR text = STR_INIT;

    json_canonical(node, &text);
    str_clear(ret);
    for (const char *p = str_c(&text); *p != '\0';) {
        size_t n = *p == '@' ? expand_token(p, in_facts, ret) : 0;

        if (n == 0)
            str_add_char(ret, *p++);
        p += n;
    }
}

static void
facts_of(batch_t *b, str_t *ret)
{
    AUTO(json) item = NULL;
    err_t err = { 0 };
    slice_t text;

    for (size_t p = 0; p < b->person_count; p++)
        for (size_t i = 0; i < COUNT_OF(people); i++)
            if (strcmp(batch_identity(&b->persons[p]), people[i].identity ? people[i].identity : people[i].document) == 0)
                assert_true(uuid_parse(people[i].pseudonym, strlen(people[i].pseudonym), &b->persons[p].pseudonym));
    batch_fill(b);
    text = batch_item(b, 0);
    assert_true(json_parse(text.ptr, text.len, &item, &err));
    json_canonical(json_get(json_root(item), "facts"), ret);
}

/* "same": pairs of people whom the record states to be one, from and into; none of them without the member. */
static void
check_same(const char *where, const batch_t *b, const json_node_t *pairs)
{
    AUTO_STR want = STR_INIT;

    if (b->link_count != json_count(pairs))
        fail_msg("%s: %zu pairs are stated to be the same, expected %zu", where, b->link_count, json_count(pairs));
    const json_node_t *pair = json_first(pairs);
    for (size_t i = 0; i < b->link_count; i++, pair = json_next(pair)) {
        AUTO_STR got = STR_INIT;
        char from[UUID_TEXT_SIZE], into[UUID_TEXT_SIZE];

        uuid_format(&b->persons[b->links[i].from].pseudonym, from);
        uuid_format(&b->persons[b->links[i].into].pseudonym, into);
        str_printf(&got, "[\"%s\",\"%s\"]", from, into);
        expand(pair, true, &want);
        if (strcmp(str_c(&want), str_c(&got)) != 0)
            fail_msg("%s: expected %s to be the same, got %s", where, str_c(&want), str_c(&got));
    }
}

static void
check_taken(const char *where, batch_t *b, const json_node_t *expected, const json_node_t *same)
{
    AUTO_STR want = STR_INIT, got = STR_INIT;
    const batch_record_t *r = &b->records[0];

    if (r->state == RECORD_REJECTED)
        fail_msg("%s: refused: %s at %s: %s", where, r->code, r->pointer, r->message);
    expand(expected, true, &want);
    facts_of(b, &got);
    if (strcmp(str_c(&want), str_c(&got)) != 0)
        fail_msg("%s: expected %s\ngot %s", where, str_c(&want), str_c(&got));
    check_same(where, b, same);
}

static void
check_refused(const char *where, const batch_t *b, const char *code, const char *at)
{
    const batch_record_t *r = &b->records[0];

    if (r->state != RECORD_REJECTED)
        fail_msg("%s: taken, but must be refused with %s", where, code);
    if (strcmp(r->code, code) != 0 || (at != NULL && strcmp(r->pointer, at) != 0))
        fail_msg("%s: expected %s at %s, got %s at %s: %s", where, code, at ? at : "any place", r->code, r->pointer,
                 r->message);
    assert_true(strlen(r->message) > 5);
    assert_int_equal(b->text.len, 0); /* nothing half-written stays */
}

/* *ret_taken: whether the line was about a record that is taken. */
static void
check_line(const dataset_t *dataset, const char *where, slice_t line, bool *ret_taken)
{
    AUTO(json) sample = NULL;
    AUTO(batch) b = batch_new(dataset, vault, date_of(2024, 6, 30));
    AUTO_STR record = STR_INIT;
    err_t err = { 0 };
    const json_node_t *root, *facts;
    const char *code;

    if (!json_parse(line.ptr, line.len, &sample, &err))
        fail_msg("%s: %s", where, err.text);
    root = json_root(sample);
    facts = json_get(root, "facts");
    code = json_text(json_get(root, "refused"));
    if (json_get(root, "record") == NULL || (facts != NULL) == (code != NULL))
        fail_msg("%s: a line has a record, and either facts or refused", where);
    expand(json_get(root, "record"), false, &record);
    batch_add(b, str_slice(&record));
    batch_finish(b);
    *ret_taken = facts != NULL;
    if (facts != NULL)
        check_taken(where, b, facts, json_get(root, "same"));
    else
        check_refused(where, b, code, json_text(json_get(root, "at")));
}

static void
check_dataset(const dataset_t *dataset)
{
    AUTO_STR path = STR_INIT, text = STR_INIT;
    err_t err = { 0 };
    size_t line_no = 0, taken = 0, refused = 0;

    str_printf(&path, SOURCE_DIR "/tests/datasets/%s.ndjson", dataset->name);
    if (!str_read_file(&text, str_c(&path), 1u << 20, &err))
        fail_msg("%s: no sample records: %s", dataset->name, err.text);
    for (const char *p = str_c(&text); *p != '\0';) {
        size_t n = strcspn(p, "\n");
        char where[128];
        bool is_taken;

        (void) snprintf(where, sizeof(where), "%s.ndjson:%zu", dataset->name, ++line_no);
        check_line(dataset, where, (slice_t){ p, n }, &is_taken);
        taken += is_taken;
        refused += !is_taken;
        p += n + (p[n] == '\n');
    }
    if (taken == 0 || refused == 0)
        fail_msg("%s: the samples need a record that is taken and one that is refused", dataset->name);
}

static void
test_samples_become_their_facts(void **state)
{
    (void) state;
    for (size_t i = 0; i < catalogue_count(catalogue); i++)
        check_dataset(catalogue_at(catalogue, i));
}

/* What the country's practice needs of a city: so many datasets of so many departments. */
static void
test_breadth(void **state)
{
    size_t departments = 0;

    (void) state;
    for (size_t i = 0; i < catalogue_count(catalogue); i++) {
        bool seen = false;

        for (size_t k = 0; k < i; k++)
            seen |= strcmp(catalogue_at(catalogue, k)->owner, catalogue_at(catalogue, i)->owner) == 0;
        departments += !seen;
    }
    assert_true(catalogue_count(catalogue) >= 24);
    assert_true(departments >= 14);
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_samples_become_their_facts), cmocka_unit_test(test_breadth) };

    return cmocka_run_group_tests(tests, open_all, close_all);
}
