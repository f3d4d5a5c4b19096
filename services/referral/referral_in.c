/* SPDX-License-Identifier: Apache-2.0 */
#include "referral_in.h"

#include "base/str.h"
#include "domain/money.h"
#include "domain/region.h"
#include <string.h>

#define REASON_MAX 200
#define DIGITS_MAX 6 /* more in a row could be a document or phone number */

static bool
read_needs(const json_node_t *data, alert_in_t *ret, err_t *err)
{
    const json_node_t *needs = json_get(json_get(data, "visit"), "needs");

    ret->need_count = 0;
    for (const json_node_t *n = json_first(needs); n != NULL; n = json_next(n)) {
        int need = str_index(json_text(n), need_names, NEED_COUNT);

        if (need < 0)
            return err_bad_data(err, "/visit/needs", "unknown need");
        if (ret->need_count == NEED_COUNT)
            return err_bad_data(err, "/visit/needs", "too many");
        ret->needs[ret->need_count++] = (need_t) need;
    }
    return ret->need_count > 0 || err_bad_data(err, "/visit/needs", "a referred alert says what is needed");
}

bool
referral_in_alert(const event_t *event, alert_in_t *ret, err_t *err)
{
    alert_in_t a = { .closed = false };
    json_in_t in;
    const char *state, *date;

    if (event->data == NULL)
        return err_set(err, ERR_BUG, "internal", "an alert event came without its data");
    json_in_init(&in, event->data, "", err);
    a.alert = json_in_uuid(&in, "alert");
    a.household = json_in_uuid(&in, "household");
    a.region = json_in_text(&in, "region");
    a.category = json_in_text(&in, "category");
    state = json_in_text(&in, "state");
    date = json_in_text_or(&in, "date", json_in_text(&in, "opened"));
    if (!json_in_ok(&in))
        return false;
    if (!region_is_full(a.region))
        return err_bad_data(err, "/region", "expected 12 digits");
    if (strlen(a.category) >= REFERRAL_WORD_SIZE)
        return err_bad_data(err, "/category", "too long");
    if (!date_parse(date, strlen(date), &a.date))
        return err_bad_data(err, "/date", "expected a date YYYY-MM-DD");
    if (event->correlationid == NULL || !uuid_parse(event->correlationid, strlen(event->correlationid), &a.correlation))
        a.correlation = a.alert;
    a.closed = strcmp(state, "closed") == 0;
    a.refers = strcmp(state, "referred") == 0;
    if (a.refers && !read_needs(event->data, &a, err))
        return false;
    *ret = a;
    return true;
}

bool
referral_in_day(const event_t *event, int32_t *ret, err_t *err)
{
    json_in_t in;
    const char *text;

    if (event->data == NULL)
        return err_set(err, ERR_BUG, "internal", "a day event came without its data");
    json_in_init(&in, event->data, "", err);
    text = json_in_text(&in, "date");
    if (!json_in_ok(&in))
        return false;
    return date_parse(text, strlen(text), ret) || err_bad_data(err, "/date", "expected a date YYYY-MM-DD");
}

bool
referral_in_reason(const json_node_t *data, bool required, const char **ret, err_t *err)
{
    const json_node_t *node = json_get(data, "reason");
    const char *text = json_text(node);
    size_t digits = 0;

    if (node == NULL && !required) {
        *ret = NULL;
        return true;
    }
    if (text == NULL || text[0] == '\0' || strlen(text) > REASON_MAX)
        return err_bad_data(err, "/reason", "expected 1 to 200 bytes");
    for (const char *p = text; *p != '\0'; p++) {
        digits = *p >= '0' && *p <= '9' ? digits + 1 : 0;
        if (digits > DIGITS_MAX)
            return err_bad_data(err, "/reason", "no document, phone or account numbers here: reasons are read by others");
    }
    *ret = text;
    return true;
}

bool
referral_in_answer(const json_node_t *data, answer_in_t *ret, err_t *err)
{
    json_in_t in;
    const char *answer;

    json_in_init(&in, data, "", err);
    answer = json_in_text(&in, "answer");
    if (!json_in_ok(&in))
        return false;
    if (strcmp(answer, "accepted") == 0)
        ret->event = REFERRAL_EV_ACCEPT;
    else if (strcmp(answer, "declined") == 0)
        ret->event = REFERRAL_EV_DECLINE;
    else if (strcmp(answer, "waitlisted") == 0)
        ret->event = REFERRAL_EV_WAITLIST;
    else if (strcmp(answer, "returned") == 0)
        ret->event = REFERRAL_EV_RETURN;
    else
        return err_bad_data(err, "/answer", "expected accepted, declined, waitlisted or returned");
    return referral_in_reason(data, ret->event != REFERRAL_EV_ACCEPT, &ret->reason, err);
}

bool
referral_in_deliver(const json_node_t *data, int32_t earliest, int32_t latest, deliver_in_t *ret, err_t *err)
{
    json_in_t in;
    const char *on;
    int64_t fen = 0;
    size_t len;

    json_in_init(&in, data, "", err);
    ret->outcome = json_in_text(&in, "outcome");
    ret->amount = json_in_text_or(&in, "amount", NULL);
    on = json_in_text(&in, "on");
    if (!json_in_ok(&in))
        return false;
    len = strlen(ret->outcome);
    if (len == 0 || len >= REFERRAL_WORD_SIZE || strspn(ret->outcome, "abcdefghijklmnopqrstuvwxyz0123456789_-") != len)
        return err_bad_data(err, "/outcome", "expected a word of lower-case letters, such as helped or partly_helped");
    if (ret->amount != NULL && (!money_parse(ret->amount, strlen(ret->amount), &fen) || fen < 0))
        return err_bad_data(err, "/amount", "expected money that is not negative, such as \"820.00\"");
    if (!date_parse(on, strlen(on), &ret->on))
        return err_bad_data(err, "/on", "expected a date YYYY-MM-DD");
    if (ret->on > latest)
        return err_bad_data(err, "/on", "lies in the future");
    return ret->on >= earliest || err_bad_data(err, "/on", "lies before the referral was offered");
}
