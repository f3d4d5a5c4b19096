/* SPDX-License-Identifier: Apache-2.0 */
#include "record.h"

#include "domain/date.h"
#include "domain/money.h"

#include <stdio.h>
#include <string.h>

/* A day or month as a number that orders; false when the field is absent. */
static bool
ordinal(const json_node_t *root, const char *field, bool month, int32_t *ret)
{
    const json_node_t *n = json_get(root, field);
    const char *text = n != NULL && json_kind(n) == JSON_STRING ? json_text(n) : NULL;

    if (text == NULL)
        return false;
    return month ? date_parse_month(text, strlen(text), ret) : date_parse(text, strlen(text), ret);
}

static bool
check_future(const batch_t *b, const json_node_t *root, err_t *err)
{
    const dataset_t *d = b->dataset;

    for (size_t i = 0; i < d->date_count; i++) {
        const dataset_field_date_t *f = &d->dates[i];
        int32_t at, today = f->month ? date_month(b->today) : b->today;

        if (ordinal(root, f->name, f->month, &at) && at > today)
            return record_reject(
                err, "date_future", &(dataset_path_t){ .field = f->name }, 0,
                "this date lies after the day on which the record was received; send the record when it has happened");
    }
    return true;
}

static bool
check_money(const batch_t *b, const json_node_t *root, err_t *err)
{
    const dataset_t *d = b->dataset;

    for (size_t i = 0; i < d->money_count; i++) {
        const json_node_t *n = json_get(root, d->money[i]);
        const char *text = n != NULL && json_kind(n) == JSON_STRING ? json_text(n) : NULL;
        int64_t fen;

        if (text != NULL && money_parse(text, strlen(text), &fen) && fen < 0)
            return record_reject(
                err, "negative", &(dataset_path_t){ .field = d->money[i] }, 0,
                "this amount is negative; to take a record back send it again with \"retracted\": true");
    }
    return true;
}

static bool
check_ordered(const dataset_rule_t *rule, const json_node_t *root, err_t *err)
{
    const char *earlier_name = NULL;
    int32_t earlier = 0, at;

    for (size_t i = 0; i < rule->count; i++) {
        char message[160];

        if (!ordinal(root, rule->fields[i], rule->months, &at))
            continue;
        if (earlier_name != NULL && at < earlier) {
            (void) snprintf(message, sizeof(message), "%s lies before %s", rule->fields[i], earlier_name);
            return record_reject(err, "order", &(dataset_path_t){ .field = rule->fields[i] }, 0, message);
        }
        earlier = at;
        earlier_name = rule->fields[i];
    }
    return true;
}

static bool
check_at_most_one(const dataset_rule_t *rule, const json_node_t *root, err_t *err)
{
    size_t item = 0, found = 0;

    for (const json_node_t *n = json_first(json_get(root, rule->path.field)); n != NULL; n = json_next(n), item++) {
        const char *text = json_text(json_get(n, rule->path.member));
        char message[160];

        if (text == NULL || strcmp(text, rule->value) != 0 || ++found < 2)
            continue;
        (void) snprintf(message, sizeof(message), "a second item has %s \"%s\"; at most one may", rule->path.member,
                        rule->value);
        return record_reject(err, "more_than_one", &rule->path, item, message);
    }
    return true;
}

/* Nobody stands in two of the fields. */
static bool
check_distinct_fields(const dataset_t *d, const dataset_rule_t *rule, const json_node_t *root, const record_people_t *people,
                      err_t *err)
{
    for (size_t i = 1; i < rule->count; i++) {
        const json_node_t *id = record_person_node(d, &(dataset_path_t){ .field = rule->fields[i] }, root);

        for (size_t k = 0; id != NULL && k < i; k++) {
            const json_node_t *other = record_person_node(d, &(dataset_path_t){ .field = rule->fields[k] }, root);

            if (other != NULL && record_person_at(people, other) == record_person_at(people, id))
                return record_reject(err, "person_twice", &(dataset_path_t){ .field = rule->fields[i] }, 0,
                                     "the same person stands in two fields of this record");
        }
    }
    return true;
}

static bool
check_distinct(const dataset_t *d, const dataset_rule_t *rule, const json_node_t *root, const record_people_t *people, err_t *err)
{
    uint32_t seen[RECORD_PERSONS_MAX];
    size_t item = 0, count = 0;

    for (const json_node_t *n = json_first(json_get(root, rule->path.field)); n != NULL; n = json_next(n), item++) {
        const json_node_t *id = record_person_node(d, &rule->path, n);
        uint32_t person;

        if (id == NULL)
            continue;
        person = record_person_at(people, id);
        for (size_t i = 0; i < count; i++)
            if (seen[i] == person)
                return record_reject(err, "person_twice", &rule->path, item,
                                     "the same person stands twice in this list");
        seen[count++] = person;
    }
    return true;
}

static bool
check_rule(const dataset_t *d, const dataset_rule_t *rule, const json_node_t *root, const record_people_t *people, err_t *err)
{
    bool ok = false;

    switch (rule->kind) {
    case RULE_ORDERED:
        ok = check_ordered(rule, root, err);
        break;
    case RULE_AT_MOST_ONE:
        ok = check_at_most_one(rule, root, err);
        break;
    case RULE_DISTINCT:
        ok = rule->fields != NULL ? check_distinct_fields(d, rule, root, people, err)
                                  : check_distinct(d, rule, root, people, err);
        break;
    }
    return ok;
}

bool
record_check_rules(const batch_t *batch, const json_node_t *root, const record_people_t *people, err_t *err)
{
    const dataset_t *d = batch->dataset;

    if (!check_future(batch, root, err) || !check_money(batch, root, err))
        return false;
    for (size_t i = 0; i < d->rule_count; i++)
        if (!check_rule(d, &d->rules[i], root, people, err))
            return false;
    return true;
}
