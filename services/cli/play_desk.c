/* SPDX-License-Identifier: Apache-2.0 */
#include "play_desk.h"

#include "base/hash.h"
#include "domain/date.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGE = 200, PLAN_LIMIT_BYTES = 256 * 1024 * 1024 };

/* 0 … 99, from what is alike in every installation that plays the county (ids of persons are random). */
static unsigned
dice(const char *what, const json_node_t *item)
{
    static const char *const keys[] = { "household", "category", "kind", "opened", "need", "programme", "made" };
    AUTO_STR text = STR_INIT;
    hash_t h;

    str_add(&text, what);
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        const char *value = json_text(json_get(item, keys[i]));
        str_printf(&text, "/%s", value != NULL ? value : "");
    }
    hash_of(text.ptr, text.len, &h);
    return (unsigned) (h.b[0] * 256U + h.b[1]) % 100U;
}

/* One command of the day's plan, as a line. */
static void
plan_add(str_t *plan, const char *service, const char *type, const char *id, const str_t *data)
{
    json_out_t out;

    json_out_init(&out, plan);
    json_out_object(&out, NULL);
    json_out_text(&out, "service", service);
    json_out_text(&out, "type", type);
    json_out_text(&out, "id", id);
    json_out_raw(&out, "data", data->ptr, data->len);
    json_out_end(&out);
    str_add_char(plan, '\n');
}

typedef bool (*item_fn)(desk_t *self, str_t *plan, const json_node_t *item, int32_t day, err_t *err);

/* Runs fn over everything in a state, page by page. */
static bool
each(desk_t *self, const cli_options_t *options, str_t *plan, bool alerts, const char *state, int32_t day, item_fn fn, err_t *err)
{
    char after[UUID_TEXT_SIZE] = "";
    const char *type = alerts ? "plimsoll.alerting.list.v1" : "plimsoll.referral.list.v1";
    const char *list = alerts ? "alerts" : "referrals", *id_name = alerts ? "alert" : "referral";
    cli_link_t *link = alerts ? self->alerting : self->referral;

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
        char request[64];
        (void) snprintf(request, sizeof(request), "list/%s/%s", state, after);
        if (!cli_link_call(link, type, "/cli/play", request, str_slice(&data), options->timeout_ms, &page, err))
            return err_add(err, type);
        const json_node_t *items = json_get(page->data, list);
        for (const json_node_t *item = json_first(items); item != NULL; item = json_next(item)) {
            const char *id = json_text(json_get(item, id_name));
            if (id == NULL || !str_copy(after, sizeof(after), id))
                return err_set(err, ERR_REJECT, "internal", "%s: an item without %s", type, id_name);
            if (!fn(self, plan, item, day, err))
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
visit(desk_t *self, str_t *plan, const json_node_t *alert, int32_t day, err_t *err)
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
    if (dice("visit", alert) >= 70) { /* the bureau's desk is never empty */
        self->left++;
        return true;
    }
    const char *result = visit_result(kind, dice("result", alert));
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
    plan_add(plan, "alerting", "plimsoll.alerting.visit.v1", id, &data);
    return true;
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
answer(desk_t *self, str_t *plan, const json_node_t *referral, int32_t day, err_t *err)
{
    AUTO_STR data = STR_INIT;
    json_out_t out;
    char id[64];
    const char *name;

    (void) self;
    (void) day;
    if (!begin_referral(referral, &out, &data, id, "answer", &name, err))
        return false;
    unsigned d = dice("answer", referral);
    if (d >= 90)
        return true; /* not answered yet */
    json_out_text(&out, "answer", d < 75 ? "accepted" : d < 82 ? "waitlisted" : "declined");
    json_out_text(&out, "reason", d < 75 ? "within the programme" : d < 82 ? "no place at present" : "outside the programme");
    json_out_end(&out);
    plan_add(plan, "referral", "plimsoll.referral.answer.v1", id, &data);
    return true;
}

static bool
deliver(desk_t *self, str_t *plan, const json_node_t *referral, int32_t day, err_t *err)
{
    AUTO_STR data = STR_INIT;
    json_out_t out;
    char id[64];
    const char *name;

    (void) self;
    if (!begin_referral(referral, &out, &data, id, "deliver", &name, err))
        return false;
    if (dice("deliver", referral) >= 80)
        return true; /* still under way */
    json_out_text(&out, "outcome", "helped");
    json_out_fen(&out, "amount", 100000 + 10000 * (int64_t) dice("amount", referral));
    json_out_date(&out, "on", day);
    json_out_end(&out);
    plan_add(plan, "referral", "plimsoll.referral.deliver.v1", id, &data);
    return true;
}

static bool
confirm(desk_t *self, str_t *plan, const json_node_t *referral, int32_t day, err_t *err)
{
    AUTO_STR data = STR_INIT;
    json_out_t out;
    char id[64];
    const char *name;

    (void) self;
    (void) day;
    if (!begin_referral(referral, &out, &data, id, "confirm", &name, err))
        return false;
    json_out_end(&out);
    plan_add(plan, "referral", "plimsoll.referral.confirm.v1", id, &data);
    return true;
}

static bool
plan_make(desk_t *self, const cli_options_t *options, int32_t day, const char *path, err_t *err)
{
    AUTO_STR plan = STR_INIT;

    self->left = 0;
    return each(self, options, &plan, false, "delivered", day, confirm, err) &&
           each(self, options, &plan, false, "accepted", day, deliver, err) &&
           each(self, options, &plan, false, "offered", day, answer, err) &&
           each(self, options, &plan, true, "open", day, visit, err) && str_write_file(path, str_c(&plan), plan.len, 0600, err);
}

/* A conflict means that the command was done before, or that the case moved on: either way there is nothing left to do. */
static bool
plan_do(desk_t *self, const cli_options_t *options, slice_t line, err_t *err)
{
    AUTO(json) tree = NULL;
    AUTO(event) reply = NULL;
    AUTO_STR data = STR_INIT;
    json_in_t in;
    err_t got = { 0 };

    if (!json_parse(line.ptr, line.len, &tree, err))
        return err_add(err, "plan");
    json_in_init(&in, json_root(tree), "", err);
    const char *service = json_in_text(&in, "service"), *type = json_in_text(&in, "type"), *id = json_in_text(&in, "id");
    const json_node_t *body = json_in_object(&in, "data");
    if (!json_in_ok(&in))
        return err_add(err, "plan");
    json_canonical(body, &data);
    bool is_visit = strcmp(service, "alerting") == 0;
    if (!cli_link_call(is_visit ? self->alerting : self->referral, type, "/cli/play", id, str_slice(&data), options->timeout_ms,
                       &reply, &got)) {
        if (strcmp(got.code, "conflict") == 0)
            return true;
        *err = got;
        return err_add(err, type);
    }
    if (is_visit)
        self->visits++;
    else if (strstr(type, ".answer.") != NULL)
        self->answers++;
    else if (strstr(type, ".deliver.") != NULL)
        self->deliveries++;
    else
        self->confirmations++;
    return true;
}

bool
desk_work(desk_t *self, const cli_options_t *options, int32_t day, err_t *err)
{
    char dir[PATH_MAX - 64], path[PATH_MAX - 16], done[PATH_MAX], date[DATE_TEXT_SIZE];
    AUTO_STR plan = STR_INIT;

    date_format(day, date);
    (void) snprintf(dir, sizeof(dir), "%s/play", options->home);
    (void) snprintf(path, sizeof(path), "%s/%s.ndjson", dir, date);
    (void) snprintf(done, sizeof(done), "%s.done", path);
    if (access(done, F_OK) == 0)
        return true;
    if (mkdir(dir, 0700) != 0 && errno != EEXIST)
        return err_set(err, ERR_CONFIG, "io", "cannot make %s: %s", dir, strerror(errno));
    if (self->alerting == NULL && !cli_link_open(options, CLI_ALERTING, "operator", &self->alerting, err))
        return false;
    if (self->referral == NULL && !cli_link_open(options, CLI_REFERRAL, "operator", &self->referral, err))
        return false;
    if ((access(path, F_OK) != 0 && !plan_make(self, options, day, path, err)) ||
        !str_read_file(&plan, path, PLAN_LIMIT_BYTES, err))
        return err_add(err, "the day's work");
    for (const char *p = str_c(&plan), *end = p + plan.len; p < end;) {
        const char *nl = memchr(p, '\n', (size_t) (end - p));
        slice_t line = { p, (size_t) ((nl != NULL ? nl : end) - p) };
        if (!plan_do(self, options, line, err))
            return false;
        p += line.len + 1;
    }
    if (rename(path, done) != 0)
        return err_set(err, ERR_CONFIG, "io", "cannot rename %s: %s", path, strerror(errno));
    return true;
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
