/* SPDX-License-Identifier: Apache-2.0 */
#include "alerting_command.h"

#include "alerting_in.h"
#include "base/str.h"
#include "domain/resident_id.h"
#include <string.h>

#define NOTE_MAX 4000
#define REASON_MAX 500

/* 国办发〔2023〕39号 §4. */
static const char *const need_names[] = { "medical",  "education", "housing", "employment", "disaster",
                                          "urgent",   "care",      "charity", "other" };

/* Free text is kept as it was written, and read by whoever handles the case. */
static bool
without_document(const char *text, const char *pointer, err_t *err)
{
    return !resident_id_within(text) || err_bad_data(err, pointer, "no document numbers here: the person is known by the household");
}

bool
alerting_command_is_account(const char *text)
{
    size_t len = strlen(text);

    return len >= 1 && len <= 64 &&
           strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-@") == len && !resident_id_within(text);
}

static bool
read_list(const json_node_t *array, const char *pointer, const char **ret, size_t max, size_t *ret_n, err_t *err)
{
    *ret_n = 0;
    for (const json_node_t *item = json_first(array); item != NULL; item = json_next(item)) {
        const char *text = json_text(item);

        if (text == NULL)
            return err_bad_data(err, pointer, "expected texts");
        for (size_t i = 0; i < *ret_n; i++) {
            if (strcmp(ret[i], text) == 0)
                return err_bad_data(err, pointer, "names one twice");
        }
        if (*ret_n == max)
            return err_bad_data(err, pointer, "too many");
        ret[(*ret_n)++] = text;
    }
    return true;
}

static bool
read_visitors(json_in_t *in, visit_t *ret, err_t *err)
{
    const json_node_t *array = json_in_array(in, "visitors");

    if (!json_in_ok(in) || !read_list(array, "/visitors", ret->visitors, VISITORS_MAX, &ret->visitor_count, err))
        return false;
    for (size_t i = 0; i < ret->visitor_count; i++) {
        if (!alerting_command_is_account(ret->visitors[i]))
            return err_bad_data(err, "/visitors", "expected names of accounts (letters, digits, . _ - @), not of persons, and no document numbers");
    }
    return ret->visitor_count >= 2 || err_bad_data(err, "/visitors", "at least two different accounts must have made the visit");
}

static bool
read_needs(const json_node_t *data, visit_t *ret, err_t *err)
{
    const json_node_t *array = json_get(data, "needs");

    ret->need_count = 0;
    if (array != NULL && json_kind(array) != JSON_ARRAY)
        return err_bad_data(err, "/needs", "expected a list");
    if (array != NULL && !read_list(array, "/needs", ret->needs, NEEDS_MAX, &ret->need_count, err))
        return false;
    for (size_t i = 0; i < ret->need_count; i++) {
        if (!str_in(ret->needs[i], need_names, COUNT_OF(need_names)))
            return err_bad_data(err, "/needs",
                       "expected medical, education, housing, employment, disaster, urgent, care, charity or other");
    }
    if (ret->result == RESULT_REFER && ret->need_count == 0)
        return err_bad_data(err, "/needs", "a referral must say what is needed");
    return ret->result == RESULT_REFER || ret->need_count == 0 || err_bad_data(err, "/needs", "only a referral has needs");
}

bool
alerting_command_visit(const json_node_t *data, const alert_t *alert, int32_t day, visit_t *ret, err_t *err)
{
    json_in_t in;
    visit_t v = { 0 };
    const char *result;
    int index;

    json_in_init(&in, data, "", err);
    v.visited_on = alerting_in_date(&in, "visited_on");
    result = json_in_text(&in, "result");
    v.note = json_in_text_or(&in, "note", NULL);
    if (!json_in_ok(&in))
        return false;
    index = str_index(result, result_names, RESULT_COUNT);
    if (index < 0)
        return err_bad_data(err, "/result",
                   "expected no_hardship, already_has_policy, policy_delivered, apply, refer or should_exit");
    v.result = (result_t) index;
    if (v.visited_on > day)
        return err_bad_data(err, "/visited_on", "lies after the business day");
    if (v.visited_on < alert->opened)
        return err_bad_data(err, "/visited_on", "lies before the alert was opened");
    if (v.note != NULL && (v.note[0] == '\0' || strlen(v.note) > NOTE_MAX))
        return err_bad_data(err, "/note", "expected 1 to 4000 bytes, or leave it out");
    if (v.note != NULL && !without_document(v.note, "/note", err))
        return false;
    if (!read_visitors(&in, &v, err) || !read_needs(data, &v, err))
        return false;
    *ret = v;
    return true;
}

char *
alerting_command_visit_json(arena_t *arena, const visit_t *visit)
{
    AUTO_STR text = STR_INIT;
    json_out_t out;

    json_out_init(&out, &text);
    json_out_object(&out, NULL);
    json_out_date(&out, "visited_on", visit->visited_on);
    json_out_array(&out, "visitors");
    for (size_t i = 0; i < visit->visitor_count; i++)
        json_out_text(&out, NULL, visit->visitors[i]);
    json_out_end(&out);
    json_out_text(&out, "result", result_names[visit->result]);
    if (visit->need_count > 0) {
        json_out_array(&out, "needs");
        for (size_t i = 0; i < visit->need_count; i++)
            json_out_text(&out, NULL, visit->needs[i]);
        json_out_end(&out);
    }
    json_out_bool(&out, "has_note", visit->note != NULL);
    json_out_end(&out);
    return arena_strndup(arena, text.ptr, text.len);
}

char *
alerting_command_needs(arena_t *arena, const visit_t *visit)
{
    AUTO_STR text = STR_INIT;

    if (visit->need_count == 0)
        return NULL;
    for (size_t i = 0; i < visit->need_count; i++) {
        if (i > 0)
            str_add_char(&text, ',');
        str_add(&text, visit->needs[i]);
    }
    return arena_strndup(arena, text.ptr, text.len);
}

bool
alerting_command_until(const json_node_t *data, int32_t day, int64_t max_days, int32_t *ret_until,
                       const char **ret_reason, err_t *err)
{
    json_in_t in;
    int32_t until;
    const char *reason;

    json_in_init(&in, data, "", err);
    until = alerting_in_date(&in, "until");
    reason = json_in_text(&in, "reason");
    if (!json_in_ok(&in))
        return false;
    if (reason[0] == '\0' || strlen(reason) > REASON_MAX)
        return err_bad_data(err, "/reason", "expected 1 to 500 bytes");
    if (!without_document(reason, "/reason", err))
        return false;
    if (until <= day)
        return err_bad_data(err, "/until", "expected a day after the business day");
    if (until - day > max_days) {
        err_bad_data(err, "/until", "too far ahead");
        (void) snprintf(err->text, sizeof(err->text), "/until: at most %lld days ahead are allowed here",
                       (long long) max_days);
        return false;
    }
    *ret_until = until;
    *ret_reason = reason;
    return true;
}
