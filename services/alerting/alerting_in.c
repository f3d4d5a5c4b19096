/* SPDX-License-Identifier: Apache-2.0 */
#include "alerting_in.h"

#include "base/num.h"
#include "base/str.h"
#include "domain/money.h"
#include "domain/region.h"
#include <math.h>
#include <string.h>

static void
fail(json_in_t *in, const char *key, const char *what)
{
    if (in->failed)
        return;
    in->failed = true;
    err_set(in->err, ERR_REJECT, "bad_data", "%s: %s", key, what);
    if (in->err != NULL)
        (void) snprintf(in->err->pointer, sizeof(in->err->pointer), "%s/%s", in->prefix, key);
}

int32_t
alerting_in_date(json_in_t *in, const char *key)
{
    const char *text = json_in_text(in, key);
    int32_t day = 0;

    if (!in->failed && !date_parse(text, strlen(text), &day))
        fail(in, key, "expected a date YYYY-MM-DD");
    return day;
}

static int64_t
money(json_in_t *in, const char *key, bool *ret_has)
{
    const char *text = json_in_text_or(in, key, NULL);
    int64_t fen = 0;

    *ret_has = false;
    if (in->failed || text == NULL)
        return 0;
    *ret_has = money_parse(text, strlen(text), &fen);
    if (!*ret_has)
        fail(in, key, "expected money, such as \"820.00\"");
    return fen;
}

static int64_t
margin(json_in_t *in, bool *ret_has)
{
    const char *text = json_in_text_or(in, "margin", NULL);
    double real = 0;

    *ret_has = false;
    if (in->failed || text == NULL)
        return 0;
    if (!num_real(text, strlen(text), &real) || fabs(real) > 1e12) {
        fail(in, "margin", "expected a share, such as \"-0.2582\"");
        return 0;
    }
    *ret_has = true;
    return llround(real * 10000);
}

static int
word(json_in_t *in, const char *key, const char *const *names, size_t n)
{
    const char *text = json_in_text(in, key);
    int index = in->failed ? 0 : str_index(text, names, n);

    if (index < 0)
        fail(in, key, "unknown word");
    return index < 0 ? 0 : index;
}

/* Categories become part of names and topics. */
static const char *
category(json_in_t *in)
{
    const char *text = json_in_text(in, "category");

    if (in->failed)
        return "";
    if (text[0] == '\0' || strlen(text) >= CATEGORY_SIZE ||
        text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_")] != '\0')
        fail(in, "category", "expected lower-case letters, digits and _");
    return text;
}

bool
alerting_in_finding(const event_t *event, finding_in_t *ret, err_t *err)
{
    finding_in_t f = { 0 };
    json_in_t in;
    const char *reason;

    if (event->data == NULL)
        return err_set(err, ERR_BUG, "internal", "a finding event came without its data");
    json_in_init(&in, event->data, "", err);
    f.finding = json_in_uuid(&in, "finding");
    f.household = json_in_uuid(&in, "household");
    (void) json_in_uuid_or_nil(&in, "person", &f.person);
    (void) json_in_uuid_or_nil(&in, "person_before", &f.before);
    f.version = json_in_i64(&in, "version", 1, INT64_C(1) << 53);
    f.state = (finding_state_t) word(&in, "state", finding_state_names, FINDING_STATE_COUNT);
    f.region = json_in_text(&in, "region");
    if (!in.failed && !region_is_full(f.region))
        fail(&in, "region", "expected 12 digits");
    f.date = alerting_in_date(&in, "date");
    f.subject.kind = (kind_t) word(&in, "kind", kind_names, KIND_COUNT);
    f.subject.category = category(&in);
    f.subject.rule = json_in_text_or(&in, "rule", NULL);
    f.monthly_money = json_in_text_or(&in, "monthly_money", NULL);
    f.subject.money = money(&in, "monthly_money", &f.subject.has_money);
    f.subject.overpaid = money(&in, "overpaid", &f.subject.has_overpaid);
    f.subject.underpaid = money(&in, "underpaid", &f.subject.has_underpaid);
    f.subject.margin = margin(&in, &f.subject.has_margin);
    f.subject.score = json_in_i64_or(&in, "score", 0, INT64_C(1) << 53, 0);
    f.subject.has_score = f.subject.score > 0;
    reason = json_in_text_or(&in, "reason", NULL);
    f.settled = reason != NULL && strcmp(reason, "settled") == 0;
    if (!json_in_ok(&in))
        return false;
    *ret = f;
    return true;
}

bool
alerting_in_day(const event_t *event, int32_t *ret, err_t *err)
{
    json_in_t in;
    int32_t day;

    if (event->data == NULL)
        return err_set(err, ERR_BUG, "internal", "a day event came without its data");
    json_in_init(&in, event->data, "", err);
    day = alerting_in_date(&in, "date");
    if (!json_in_ok(&in))
        return false;
    *ret = day;
    return true;
}

bool
alerting_in_referral(const event_t *event, referral_t *ret, err_t *err)
{
    referral_t r = { 0 };
    json_in_t in;

    if (event->data == NULL)
        return err_set(err, ERR_BUG, "internal", "a referral event came without its data");
    json_in_init(&in, event->data, "", err);
    r.id = json_in_uuid(&in, "referral");
    r.alert = json_in_uuid(&in, "alert");
    r.need = json_in_text(&in, "need");
    r.state = json_in_text(&in, "state");
    r.version = json_in_i64(&in, "version", 1, INT64_C(1) << 53);
    if (!json_in_ok(&in))
        return false;
    *ret = r;
    return true;
}
