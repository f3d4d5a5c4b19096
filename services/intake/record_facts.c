/* SPDX-License-Identifier: Apache-2.0 */
#include "record.h"

#include "domain/date.h"
#include "domain/money.h"
#include "json/json_out.h"

#include <stdio.h>
#include <string.h>

#define KIND_MAX 128
#define REF_KEY_MAX 8
#define BLANK "00000000-0000-0000-0000-000000000000"

typedef struct {
    batch_t *batch;
    const json_node_t *root;
    const record_people_t *people;
    json_out_t out;
} writer_t;

static const char *
text_of(const json_node_t *root, const char *field)
{
    const json_node_t *n = json_get(root, field);

    return n != NULL && json_kind(n) == JSON_STRING ? json_text(n) : NULL;
}

static bool
matches(const dataset_fact_t *fact, const json_node_t *root)
{
    for (size_t i = 0; i < fact->when_count; i++) {
        const dataset_when_t *w = &fact->when[i];
        const char *text = text_of(root, w->field);

        if (w->count == 0 && json_get(root, w->field) != NULL)
            continue;
        if (text == NULL || !str_in(text, (const char *const *) w->values, w->count))
            return false;
    }
    return true;
}

static bool
date_value(const json_node_t *root, const dataset_date_t *d, int32_t *ret)
{
    const char *text = text_of(root, d->field);
    int32_t month;

    if (text == NULL)
        return false;
    switch (d->op) {
    case DATE_DAY:
        return date_parse(text, strlen(text), ret);
    case DATE_DAY_AFTER:
        if (!date_parse(text, strlen(text), ret))
            return false;
        *ret += 1;
        return true;
    case DATE_MONTH:
    case DATE_MONTH_AFTER:
        if (!date_parse_month(text, strlen(text), &month))
            return false;
        *ret = date_month_start(d->op == DATE_MONTH ? month : month + 1);
        return true;
    }
    return false;
}

/* The first present date, or the earliest of those present; false when none is. */
static bool
date_of_expr(const json_node_t *root, const dataset_when_date_t *expr, int32_t *ret)
{
    bool found = false;

    for (size_t i = 0; i < expr->count; i++) {
        int32_t at;

        if (!date_value(root, &expr->items[i], &at))
            continue;
        if (!found || at < *ret)
            *ret = at;
        found = true;
        if (!expr->earliest)
            break;
    }
    return found;
}

static bool
expand_kind(const dataset_fact_t *fact, const json_node_t *root, char ret[KIND_MAX])
{
    size_t len = 0;

    if (strchr(fact->kind, '{') == NULL)
        return str_copy(ret, KIND_MAX, fact->kind);
    for (const char *p = fact->kind; *p != '\0';) {
        char field[64];
        const char *piece = p, *end;
        size_t n;

        if (*p == '{') {
            end = strchr(p, '}');
            n = (size_t) (end - p - 1);
            if (n >= sizeof(field))
                return false;
            memcpy(field, p + 1, n);
            field[n] = '\0';
            piece = text_of(root, field);
            if (piece == NULL)
                return false;
            n = strlen(piece);
            p = end + 1;
        } else {
            n = strcspn(p, "{");
            p += n;
        }
        if (len + n >= KIND_MAX)
            return false;
        memcpy(ret + len, piece, n);
        len += n;
    }
    ret[len] = '\0';
    return true;
}

static void
write_person(writer_t *w, const char *key, uint32_t person)
{
    json_out_text_n(&w->out, key, BLANK, sizeof(BLANK) - 1);
    batch_blank(w->batch, person);
}

static void
write_household_id(writer_t *w, const char *key, const char *number)
{
    uuid_t id;

    uuid_derive("household", number, &id);
    json_out_uuid(&w->out, key, &id);
}

static void
write_key(writer_t *w, const char *name, const uuid_t *key)
{
    char hex[33];

    str_hex(key->b, sizeof(key->b), hex);
    json_out_text_n(&w->out, name, hex, 32);
}

static void
write_ref(writer_t *w, const dataset_fact_t *fact)
{
    slice_t values[REF_KEY_MAX];
    uuid_t key;

    if (fact->ref_dataset == NULL || fact->ref_count > REF_KEY_MAX)
        return;
    for (size_t i = 0; i < fact->ref_count; i++) {
        values[i] = record_key_value(w->batch, w->root, w->people, fact->ref_key[i]);
        if (values[i].ptr == NULL)
            return;
    }
    vault_record_key(w->batch->vault, fact->ref_dataset, values, fact->ref_count, fact->ref_person, &key);
    write_key(w, "ref", &key);
}

/* "-3.5" with two digits is -350; no more digits after the point than that, at most 12 before it. */
static bool
decimal_parse(const char *text, int64_t digits, int64_t *ret)
{
    bool negative = *text == '-';
    const char *p = text + negative;
    size_t whole = strspn(p, "0123456789"), part = p[whole] == '.' ? strspn(p + whole + 1, "0123456789") : 0;
    int64_t value = 0;

    if (whole == 0 || whole > 12 || (p[whole] == '.' && part == 0) || part > (size_t) digits ||
        p[whole + (part > 0 ? part + 1 : 0)] != '\0')
        return false;
    for (size_t i = 0; i < whole; i++)
        value = value * 10 + (p[i] - '0');
    for (size_t i = 0; i < (size_t) digits; i++)
        value = value * 10 + (i < part ? p[whole + 1 + i] - '0' : 0);
    *ret = negative ? -value : value;
    return true;
}

static bool
write_value(writer_t *w, const dataset_fact_t *fact, err_t *err)
{
    const dataset_path_t place = { .field = fact->value };
    const json_node_t *n = fact->value ? json_get(w->root, fact->value) : NULL;
    const char *text;
    int64_t value;

    if (fact->value_kind == VALUE_CONSTANT)
        json_out_i64(&w->out, "value", fact->constant);
    if (n == NULL)
        return true;
    switch (fact->value_kind) {
    case VALUE_NONE:
    case VALUE_CONSTANT:
        return true;
    case VALUE_MONEY:
        text = json_kind(n) == JSON_STRING ? json_text(n) : NULL;
        if (text == NULL || !money_parse(text, strlen(text), &value))
            return record_reject(err, "bad_data", &place, 0, "expected an amount in yuan, such as \"820.00\"");
        break;
    case VALUE_NUMBER:
        if (!json_i64(n, &value))
            return record_reject(err, "bad_data", &place, 0, "expected a whole number");
        break;
    case VALUE_DECIMAL:
        text = json_kind(n) == JSON_STRING ? json_text(n) : NULL;
        if (text == NULL || !decimal_parse(text, fact->digits, &value))
            return record_reject(err, "bad_data", &place, 0,
                                 "expected a decimal number such as \"3.5\", with no more digits than the dataset takes");
        break;
    }
    json_out_i64(&w->out, "value", value);
    return true;
}

static void
write_persons(writer_t *w, const dataset_path_t *path)
{
    const dataset_t *d = w->batch->dataset;
    const json_node_t *one = path->list ? NULL : record_person_node(d, path, w->root);

    json_out_array(&w->out, "persons");
    if (one != NULL)
        write_person(w, NULL, record_person_at(w->people, one));
    for (const json_node_t *n = path->list ? json_first(json_get(w->root, path->field)) : NULL; n != NULL; n = json_next(n)) {
        const json_node_t *id = record_person_node(d, path, n);

        if (id != NULL)
            write_person(w, NULL, record_person_at(w->people, id));
    }
    json_out_end(&w->out);
}

/* `item`: of a list whose people all hold the fact, else NULL. */
static bool
write_holder(writer_t *w, const dataset_fact_t *fact, const json_node_t *item, err_t *err)
{
    const json_node_t *n;

    json_out_object(&w->out, "holder");
    if (item != NULL) {
        write_person(w, "person", record_person_at(w->people, item));
    } else if (fact->place != NULL) {
        const char *region = text_of(w->root, fact->place);

        if (region == NULL)
            return record_reject(err, "bad_data", &(dataset_path_t){ .field = fact->place }, 0, "the region is missing");
        json_out_text(&w->out, "region", region);
    } else if (fact->household != NULL) {
        const char *number = text_of(w->root, fact->household);

        if (number == NULL)
            return record_reject(err, "bad_data", &(dataset_path_t){ .field = fact->household }, 0,
                                 "the household's number is missing");
        write_household_id(w, "household", number);
    } else {
        n = fact->person.list ? json_get(w->root, fact->person.field) : record_person_node(w->batch->dataset, &fact->person, w->root);
        if (fact->person.list) {
            if (n == NULL || json_count(n) != 1)
                return record_reject(err, "bad_data", &(dataset_path_t){ .field = fact->person.field }, 0,
                                     "exactly one person must stand here");
            n = json_first(n);
        }
        if (n == NULL)
            return record_reject(err, "bad_data", &(dataset_path_t){ .field = fact->person.field }, 0,
                                 "the person is missing");
        write_person(w, "person", record_person_at(w->people, n));
    }
    json_out_end(&w->out);
    return true;
}

typedef struct {
    char kind[KIND_MAX];
    int32_t from, to;
    bool ends;
} when_t;

static bool
write_one(writer_t *w, const dataset_fact_t *fact, const when_t *when, const json_node_t *item, err_t *err)
{
    json_out_object(&w->out, NULL);
    if (!write_holder(w, fact, item, err))
        return false;
    json_out_text(&w->out, "kind", when->kind);
    json_out_date(&w->out, "from", when->from);
    if (when->ends)
        json_out_date(&w->out, "to", when->to);
    if (!write_value(w, fact, err))
        return false;
    if (fact->code != NULL && text_of(w->root, fact->code) != NULL)
        json_out_text(&w->out, "code", text_of(w->root, fact->code));
    if (fact->has_persons)
        write_persons(w, &fact->persons);
    write_ref(w, fact);
    json_out_end(&w->out);
    return true;
}

/* A fact whose period is empty (ended on the day it began) never held and is left out; so is one without a beginning.
 */
static bool
write_fact(writer_t *w, const dataset_fact_t *fact, err_t *err)
{
    when_t when = { .to = DATE_OPEN };

    if (!matches(fact, w->root) || !date_of_expr(w->root, &fact->from, &when.from))
        return true;
    when.ends = date_of_expr(w->root, &fact->to, &when.to);
    if (when.ends && when.to <= when.from)
        return true;
    if (!expand_kind(fact, w->root, when.kind))
        return err_set(err, ERR_REJECT, "bad_data",
                       "the kind of fact cannot be made of this record; see the dataset's file");
    if (!fact->each)
        return write_one(w, fact, &when, NULL, err);
    for (const json_node_t *n = json_first(json_get(w->root, fact->person.field)); n != NULL; n = json_next(n)) {
        const json_node_t *id = record_person_node(w->batch->dataset, &fact->person, n);

        if (id != NULL && !write_one(w, fact, &when, id, err))
            return false;
    }
    return true;
}

/* What a resident ID tells of somebody, the record must tell of who has none. */
static bool
listed_birth(const writer_t *w, const dataset_household_t *h, const json_node_t *item, size_t i, const batch_person_t *p,
             bool *ret_male, int32_t *ret_born, err_t *err)
{
    const char *sex = h->sex != NULL ? text_of(item, h->sex) : NULL, *born = h->born != NULL ? text_of(item, h->born) : NULL;

    *ret_male = p->male;
    *ret_born = p->born;
    if (p->identity == NULL)
        return true;
    if (sex == NULL || born == NULL || !date_parse(born, strlen(born), ret_born))
        return record_reject(err, "bad_data", &(dataset_path_t){ .field = h->members, .list = true }, i,
                             "who has no resident ID needs sex and day of birth here");
    if (*ret_born > w->batch->today)
        return record_reject(err, "birth_future", &(dataset_path_t){ .field = h->members, .list = true, .member = h->born }, i,
                             "this birth date lies in the future");
    *ret_male = strcmp(sex, "m") == 0;
    return true;
}

static bool
write_household(writer_t *w, const dataset_household_t *h, err_t *err)
{
    const dataset_path_t place = { .field = h->members, .member = h->person, .list = true };
    int32_t effective, born;
    bool male;
    const char *date = text_of(w->root, h->effective);
    size_t i = 0;

    json_out_object(&w->out, "household");
    write_household_id(w, "household", text_of(w->root, h->number));
    json_out_text(&w->out, "region", text_of(w->root, h->region));
    json_out_text(&w->out, "area", text_of(w->root, h->area));
    if (date != NULL && date_parse(date, strlen(date), &effective))
        json_out_date(&w->out, "effective", effective);
    json_out_bool(&w->out, "closed", h->closed != NULL && json_is_true(json_get(w->root, h->closed)));
    json_out_array(&w->out, "members");
    for (const json_node_t *n = json_first(json_get(w->root, h->members)); n != NULL; n = json_next(n), i++) {
        const json_node_t *id = record_person_node(w->batch->dataset, &place, n);
        uint32_t person;

        if (id == NULL)
            return record_reject(err, "bad_data", &(dataset_path_t){ .field = h->members, .list = true }, i,
                                 "nothing here tells who this is");
        person = record_person_at(w->people, id);
        if (!listed_birth(w, h, n, i, &w->batch->persons[person], &male, &born, err))
            return false;
        json_out_object(&w->out, NULL);
        write_person(w, "person", person);
        json_out_text(&w->out, "relation", text_of(n, h->relation));
        json_out_text(&w->out, "sex", male ? "m" : "f");
        json_out_date(&w->out, "born", born);
        json_out_end(&w->out);
    }
    json_out_end(&w->out);
    json_out_end(&w->out);
    return true;
}

static void
write_head(writer_t *w, size_t index, const uuid_t *key, const char *op)
{
    json_out_init(&w->out, &w->batch->text);
    json_out_object(&w->out, NULL);
    json_out_i64(&w->out, "index", (int64_t) index);
    write_key(w, "key", key);
    json_out_text(&w->out, "op", op);
    json_out_array(&w->out, "facts");
}

/* Whose a record is that says nothing of anybody, where its key names one.  The key was taken, so its fields are there. */
static void
write_key_holder(writer_t *w)
{
    const dataset_t *d = w->batch->dataset;
    const dataset_path_t path = { .field = d->key_holder };
    size_t at = w->batch->text.len;

    if (d->key_names == KEY_NAMES_NOBODY)
        return;
    json_out_object(&w->out, "holder");
    switch (d->key_names) {
    case KEY_NAMES_PERSON:
        write_person(w, "person", record_person_at(w->people, record_person_node(d, &path, w->root)));
        batch_seek(w->batch, at);
        break;
    case KEY_NAMES_HOUSEHOLD:
        write_household_id(w, "household", text_of(w->root, d->key_holder));
        break;
    case KEY_NAMES_PLACE:
        json_out_text(&w->out, "region", text_of(w->root, d->key_holder));
        break;
    case KEY_NAMES_NOBODY:
        break;
    }
    json_out_end(&w->out);
}

bool
record_write_facts(batch_t *batch, const json_node_t *root, const record_people_t *people, size_t index,
                   const uuid_t *key, err_t *err)
{
    writer_t w = { .batch = batch, .root = root, .people = people };
    const dataset_t *d = batch->dataset;
    size_t empty;

    write_head(&w, index, key, "put");
    empty = batch->text.len;
    for (size_t i = 0; i < d->fact_count; i++)
        if (!write_fact(&w, &d->facts[i], err))
            return false;
    empty = batch->text.len == empty && d->household == NULL;
    json_out_end(&w.out);
    if (d->household != NULL && !write_household(&w, d->household, err))
        return false;
    if (empty)
        write_key_holder(&w);
    json_out_end(&w.out);
    return true;
}

void
record_write_retract(batch_t *batch, const json_node_t *root, const record_people_t *people, size_t index, const uuid_t *key)
{
    writer_t w = { .batch = batch, .root = root, .people = people };

    write_head(&w, index, key, "retract");
    json_out_end(&w.out);
    write_key_holder(&w);
    json_out_end(&w.out);
}
