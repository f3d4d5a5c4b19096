/* SPDX-License-Identifier: Apache-2.0 */
#include "play_desk.h"

#include "base/hash.h"

#include <stdio.h>
#include <string.h>

enum { PAGE = 200 };

/* 0 … 99, from an id: who is visited, what is answered. */
static unsigned
dice(const char *what, const char *id)
{
    hash_t h;
    hash_part_t parts[] = { { what, strlen(what) + 1 }, { id, strlen(id) } };

    hash_of_parts(parts, COUNT_OF(parts), &h);
    return (unsigned) (h.b[0] * 256U + h.b[1]) % 100U;
}

/* A conflict means that the case moved while we looked: the next round sees it as it is now. */
static bool
command(const cli_options_t *options, cli_link_t *link, const char *type, const char *id, const str_t *data, uint64_t *count, err_t *err)
{
    AUTO(event) reply = NULL;
    err_t got = { 0 };

    if (!cli_link_send(link, type, "/cli/play", NULL, id, str_slice(data), err))
        return false;
    if (cli_link_recv(link, options->timeout_ms, &reply, &got)) {
        ++*count;
        return true;
    }
    if (strcmp(got.code, "conflict") == 0)
        return true;
    *err = got;
    return err_add(err, type);
}

typedef bool (*item_fn)(desk_t *self, const cli_options_t *options, const json_node_t *item, int32_t day, err_t *err);

/* Runs fn over everything in a state, page by page. */
static bool
each(desk_t *self, const cli_options_t *options, cli_link_t *link, const char *type, const char *list, const char *id_name,
     const char *state, int32_t day, item_fn fn, err_t *err)
{
    char after[UUID_TEXT_SIZE] = "";

    for (;;) {
        AUTO(event) page = NULL;
        AUTO_STR data = STR_INIT;
        json_out_t out;
        json_out_init(&out, &data);
        json_out_object(&out, NULL);
        json_out_text(&out, "state", state);
        json_out_i64(&out, "limit", PAGE);
        if (after[0] != '\0')
            json_out_text(&out, "after", after);
        json_out_end(&out);
        if (!cli_link_send(link, type, "/cli/play", NULL, "list", str_slice(&data), err) ||
            !cli_link_recv(link, options->timeout_ms, &page, err))
            return err_add(err, type);
        const json_node_t *items = json_get(page->data, list);
        for (const json_node_t *item = json_first(items); item != NULL; item = json_next(item)) {
            const char *id = json_text(json_get(item, id_name));
            if (id == NULL || !str_copy(after, sizeof(after), id))
                return err_set(err, ERR_REJECT, "internal", "%s: an item without %s", type, id_name);
            if (!fn(self, options, item, day, err))
                return false;
        }
        if (json_count(items) < PAGE)
            return true;
    }
}

static const char *
visit_result(const char *kind, unsigned d)
{
    if (strcmp(kind, "hardship_warning") == 0)
        return d < 85 ? "refer" : "already_has_policy";
    if (strcmp(kind, "no_longer_qualifies") == 0 || strcmp(kind, "member_change") == 0)
        return "should_exit";
    if (strcmp(kind, "newly_qualifies") == 0 && d < 10)
        return "refer";
    return "apply";
}

static bool
visit(desk_t *self, const cli_options_t *options, const json_node_t *alert, int32_t day, err_t *err)
{
    AUTO_STR data = STR_INIT;
    json_out_t out;
    json_in_t in;
    char id[64];

    json_in_init(&in, alert, "", err);
    const char *name = json_in_text(&in, "alert"), *kind = json_in_text(&in, "kind"), *region = json_in_text(&in, "region");
    int64_t version = json_in_i64(&in, "version", 1, INT32_MAX);
    if (!json_in_ok(&in))
        return err_add(err, "alert");
    if (dice("visit", name) >= 70) { /* the bureau's desk is never empty */
        self->left++;
        return true;
    }
    const char *result = visit_result(kind, dice("result", name));
    (void) snprintf(id, sizeof(id), "visit/%.40s/%lld", name, (long long) version);
    json_out_init(&out, &data);
    json_out_object(&out, NULL);
    json_out_text(&out, "alert", name);
    json_out_i64(&out, "version", version);
    json_out_date(&out, "visited_on", day);
    json_out_array(&out, "visitors");
    for (unsigned i = 1; i <= 2; i++) {
        char visitor[64];
        (void) snprintf(visitor, sizeof(visitor), "worker-%.9s-%u", region, i);
        json_out_text(&out, NULL, visitor);
    }
    json_out_end(&out);
    json_out_text(&out, "result", result);
    if (strcmp(result, "refer") == 0) {
        json_out_array(&out, "needs");
        json_out_text(&out, NULL, strcmp(kind, "hardship_warning") == 0 ? "medical" : "employment");
        json_out_end(&out);
    }
    json_out_end(&out);
    return command(options, self->alerting, "plimsoll.alerting.visit.v1", id, &data, &self->visits, err);
}

static bool
begin_referral(const json_node_t *referral, json_out_t *out, str_t *data, char id[64], const char *verb, const char **ret_name, err_t *err)
{
    json_in_t in;

    json_in_init(&in, referral, "", err);
    *ret_name = json_in_text(&in, "referral");
    int64_t version = json_in_i64(&in, "version", 1, INT32_MAX);
    if (!json_in_ok(&in))
        return err_add(err, "referral");
    (void) snprintf(id, 64, "%s/%.40s/%lld", verb, *ret_name, (long long) version);
    json_out_init(out, data);
    json_out_object(out, NULL);
    json_out_text(out, "referral", *ret_name);
    json_out_i64(out, "version", version);
    return true;
}

static bool
answer(desk_t *self, const cli_options_t *options, const json_node_t *referral, int32_t day, err_t *err)
{
    AUTO_STR data = STR_INIT;
    json_out_t out;
    char id[64];
    const char *name;

    (void) day;
    if (!begin_referral(referral, &out, &data, id, "answer", &name, err))
        return false;
    unsigned d = dice("answer", name);
    if (d >= 90)
        return true; /* not answered yet */
    json_out_text(&out, "answer", d < 75 ? "accepted" : d < 82 ? "waitlisted" : "declined");
    json_out_text(&out, "reason", d < 75 ? "within the programme" : d < 82 ? "no place at present" : "outside the programme");
    json_out_end(&out);
    return command(options, self->referral, "plimsoll.referral.answer.v1", id, &data, &self->answers, err);
}

static bool
deliver(desk_t *self, const cli_options_t *options, const json_node_t *referral, int32_t day, err_t *err)
{
    AUTO_STR data = STR_INIT;
    json_out_t out;
    char id[64];
    const char *name;

    if (!begin_referral(referral, &out, &data, id, "deliver", &name, err))
        return false;
    if (dice("deliver", name) >= 80)
        return true; /* still under way */
    json_out_text(&out, "outcome", "helped");
    json_out_fen(&out, "amount", 100000 + 10000 * (int64_t) dice("amount", name));
    json_out_date(&out, "on", day);
    json_out_end(&out);
    return command(options, self->referral, "plimsoll.referral.deliver.v1", id, &data, &self->deliveries, err);
}

static bool
confirm(desk_t *self, const cli_options_t *options, const json_node_t *referral, int32_t day, err_t *err)
{
    AUTO_STR data = STR_INIT;
    json_out_t out;
    char id[64];
    const char *name;

    (void) day;
    if (!begin_referral(referral, &out, &data, id, "confirm", &name, err))
        return false;
    json_out_end(&out);
    return command(options, self->referral, "plimsoll.referral.confirm.v1", id, &data, &self->confirmations, err);
}

bool
desk_work(desk_t *self, const cli_options_t *options, int32_t day, err_t *err)
{
    if (self->alerting == NULL && !cli_link_open(options, CLI_ALERTING, "operator", &self->alerting, err))
        return false;
    if (self->referral == NULL && !cli_link_open(options, CLI_REFERRAL, "operator", &self->referral, err))
        return false;
    self->left = 0;
    return each(self, options, self->referral, "plimsoll.referral.list.v1", "referrals", "referral", "delivered", day, confirm, err) &&
           each(self, options, self->referral, "plimsoll.referral.list.v1", "referrals", "referral", "accepted", day, deliver, err) &&
           each(self, options, self->referral, "plimsoll.referral.list.v1", "referrals", "referral", "offered", day, answer, err) &&
           each(self, options, self->alerting, "plimsoll.alerting.list.v1", "alerts", "alert", "open", day, visit, err);
}

void
desk_report(const desk_t *self, const cli_options_t *options)
{
    if (!options->json && self->alerting != NULL)
        printf("%llu visits, %llu answers of providers, %llu deliveries, %llu confirmed; %llu alerts await their visit\n",
               (unsigned long long) self->visits, (unsigned long long) self->answers, (unsigned long long) self->deliveries,
               (unsigned long long) self->confirmations, (unsigned long long) self->left);
}

void
desk_done(desk_t *self)
{
    cli_link_destroy(&self->alerting);
    cli_link_destroy(&self->referral);
}
