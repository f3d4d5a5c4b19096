/* SPDX-License-Identifier: Apache-2.0 */
#include "persons_in.h"

#include <string.h>

#include "domain/date.h"
#include "json/json_in.h"

static bool
wrong(err_t *err, const char *what)
{
    return err_set(err, ERR_REJECT, "bad_data", "persons event: %s", what);
}

static bool
read_told(const json_node_t *node, person_told_t *ret, err_t *err)
{
    json_in_t in;

    json_in_init(&in, node, "/persons", err);
    ret->person = json_in_uuid(&in, "person");
    ret->head = json_in_uuid(&in, "is");
    ret->provisional = json_in_bool_or(&in, "provisional", false);
    const char *shift = json_in_text_or(&in, "shift", NULL), *sex = json_in_text_or(&in, "sex", NULL),
               *born = json_in_text_or(&in, "born", NULL);
    if (!json_in_ok(&in))
        return err_add(err, "persons event");
    ret->has_shift = shift != NULL;
    if (shift != NULL && !str_unhex(shift, strlen(shift), ret->shift, sizeof ret->shift))
        return wrong(err, "a shift has 32 hexadecimal digits");
    ret->has_listing = sex != NULL && born != NULL;
    ret->male = sex != NULL && strcmp(sex, "m") == 0;
    return born == NULL || date_parse(born, strlen(born), &ret->born) || wrong(err, "born is a date");
}

static bool
read_datasets(const json_node_t *list, terms_t *terms, arena_t *arena, person_move_t *ret, err_t *err)
{
    ret->datasets = arena_new_array(arena, term_t, json_count(list) + 1);
    for (const json_node_t *n = json_first(list); n != NULL; n = json_next(n)) {
        const char *word = json_text(n);

        if (word == NULL || word[0] == '\0' || strlen(word) > 64)
            return wrong(err, "a dataset is a word of 1 to 64 bytes");
        ret->datasets[ret->dataset_count++] = terms_intern(terms, word);
    }
    return true;
}

static bool
read_records(const json_node_t *list, terms_t *terms, arena_t *arena, person_move_t *ret, err_t *err)
{
    ret->records = arena_new_array(arena, record_id_t, json_count(list) + 1);
    for (const json_node_t *n = json_first(list); n != NULL; n = json_next(n)) {
        record_id_t *r = &ret->records[ret->record_count++];
        const char *word, *key;
        json_in_t in;

        json_in_init(&in, n, "/moves/records", err);
        word = json_in_text(&in, "dataset");
        key = json_in_text(&in, "record");
        if (!json_in_ok(&in))
            return err_add(err, "persons event");
        if (word[0] == '\0' || strlen(word) > 64 || !str_unhex(key, strlen(key), r->key, sizeof r->key))
            return wrong(err, "a record is a dataset and a key of 32 hexadecimal digits");
        r->dataset = terms_intern(terms, word);
    }
    return true;
}

static bool
read_move(const json_node_t *node, terms_t *terms, arena_t *arena, person_move_t *ret, err_t *err)
{
    json_in_t in;

    json_in_init(&in, node, "/moves", err);
    ret->from = json_in_uuid(&in, "from");
    ret->to = json_in_uuid(&in, "to");
    return json_in_ok(&in) ? read_datasets(json_get(node, "datasets"), terms, arena, ret, err) &&
                                 read_records(json_get(node, "records"), terms, arena, ret, err)
                           : err_add(err, "persons event");
}

bool
persons_in(const stream_event_t *event, terms_t *terms, arena_t *arena, persons_event_t *ret, err_t *err)
{
    const json_node_t *data = event->event->data, *told = json_get(data, "persons"), *moves = json_get(data, "moves");
    const char *received = json_text(json_get(data, "received"));

    *ret = (persons_event_t){ .event.seq = event->seq };
    if (received == NULL || !date_parse(received, strlen(received), &ret->event.received))
        return wrong(err, "received is a date");
    if (!uuid_parse(event->event->id, strlen(event->event->id), &ret->event.id))
        uuid_derive("event", event->event->id, &ret->event.id);
    ret->told = arena_new_array(arena, person_told_t, json_count(told) + 1);
    ret->moves = arena_new_array(arena, person_move_t, json_count(moves) + 1);
    for (const json_node_t *n = json_first(told); n != NULL; n = json_next(n))
        if (!read_told(n, &ret->told[ret->told_count++], err))
            return false;
    for (const json_node_t *n = json_first(moves); n != NULL; n = json_next(n))
        if (!read_move(n, terms, arena, &ret->moves[ret->move_count++], err))
            return false;
    return true;
}
