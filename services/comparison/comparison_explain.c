/* SPDX-License-Identifier: Apache-2.0 */
#include "comparison_query.h"

#include <string.h>

#include "base/num.h"
#include "base/time.h"
#include "comparison_policy.h"
#include "domain/date.h"
#include "finding_back.h"
#include "run.h"
#include "world_support.h"

/* The answer to explain: a household's assessment on a day, as known then or now, and what changed before it. */

#define VERSION_PREFIX "findings/"

/* As of which day, and as known at which position of stream facts. */
typedef struct {
    uuid_t household;
    int32_t as_of;
    uint64_t position; /* UINT64_MAX: all that is known now */
    uint64_t version;  /* 0, or at which version of a finding (seq in stream findings) */
    uint64_t last;     /* the last version of a finding that had been published */
    int32_t today;     /* of a moment: the business day of then */
    comparison_moment_t when; /* whose policy governs; meaningless when all that is known now is asked for */
} question_t;

static bool
bad_known_at(err_t *err)
{
    return query_bad_data(err, "/known_at",
                          "expected a date, a time with zone, a position of stream facts, or findings/SEQ of one of the household's findings");
}

/* When the version was published: the facts and decisions that had come by then. */
static bool
read_version(db_tx_t *tx, const char *text, question_t *q, err_t *err)
{
    bool known;

    if (!num_u64(text, strlen(text), &q->version) || q->version == 0 || q->version > INT64_MAX)
        return bad_known_at(err);
    if (!store_finding_version_at(tx, &q->household, &q->version, &known, &q->position, &q->when.day, err))
        return false;
    if (!known)
        return err_set(err, ERR_REJECT, "not_found", "event %s of stream findings is none of the household's findings", text);
    q->when.position = q->position;
    q->last = q->version;
    return true;
}

/* A business day (what was applied by its end), a moment (what had been committed), a position, or a version of a finding. */
static bool
read_known_at(db_tx_t *tx, const json_node_t *node, question_t *q, err_t *err)
{
    const char *text = json_text(node);
    int64_t n;

    if (text == NULL) {
        if (!json_i64(node, &n) || n < 0)
            return bad_known_at(err);
        q->position = q->when.position = (uint64_t) n;
        return true;
    }
    if (str_starts(text, VERSION_PREFIX))
        return read_version(tx, text + sizeof VERSION_PREFIX - 1, q, err);
    if (date_parse(text, strlen(text), &q->when.day))
        return store_position_at(tx, q->when.day, &q->position, err);
    if (time_parse(text, strlen(text), &q->when.at_us))
        return store_moment_at(tx, q->when.at_us, &q->position, &q->today, err);
    return bad_known_at(err);
}

static bool
read_question(db_tx_t *tx, const json_node_t *data, question_t *ret, err_t *err)
{
    question_t q = { .as_of = DATE_OPEN, .position = UINT64_MAX, .last = UINT64_MAX, .today = DATE_OPEN, .when = { .position = UINT64_MAX, .day = DATE_OPEN } };
    clock_state_t clock;
    json_in_t in;

    json_in_init(&in, data, "", err);
    q.household = json_in_uuid(&in, "household");
    const char *as_of = json_in_text_or(&in, "as_of", NULL);
    if (!json_in_ok(&in))
        return false;
    if (as_of != NULL && !date_parse(as_of, strlen(as_of), &q.as_of))
        return query_bad_data(err, "/as_of", "expected a date YYYY-MM-DD");
    const json_node_t *known_at = json_get(data, "known_at");
    if (known_at != NULL && json_kind(known_at) != JSON_NULL && !read_known_at(tx, known_at, &q, err))
        return false;
    if (!store_clock_read(tx, &clock, err))
        return false;
    if (q.as_of == DATE_OPEN && q.when.at_us != 0)
        q.as_of = q.today;
    else if (q.as_of == DATE_OPEN)
        q.as_of = q.when.day != DATE_OPEN && q.when.day < clock.day ? q.when.day : clock.day;
    if (q.as_of == DATE_OPEN)
        return err_set(err, ERR_REJECT, "conflict", "the first business day %s: name a day in as_of",
                       q.when.at_us != 0 ? "had not begun" : "is not set");
    if (q.when.position != UINT64_MAX)
        q.when.day = q.as_of; /* at one position the policy may have changed from one day to the next */
    if (q.when.position != UINT64_MAX && q.version == 0 && !store_rulings_first(tx, &q.household, q.position, q.as_of, &q.last, err))
        return false;
    *ret = q;
    return true;
}

/* Of people's decisions: at a position those that came before it, and on its day none that came after it. */
static ruling_moment_t
decided_then(const question_t *q)
{
    ruling_moment_t ret = RULING_NOW;

    if (q->version != 0)
        ret.version = q->version;
    else if (q->position != UINT64_MAX)
        ret = (ruling_moment_t){ q->when.at_us, q->when.day, q->when.position, 0 };
    return ret;
}

/* Findings that were open then: the last version of each that had been published. */
typedef struct {
    const question_t *question;
    arena_t *arena;
    published_t *last;
    size_t n, cap;
} open_then_t;

static bool
on_version(void *ctx, const published_t *v, err_t *err)
{
    open_then_t *self = ctx;
    size_t i = 0;

    (void) err;
    if (v->day > self->question->as_of || v->position > self->question->position || v->seq > self->question->last)
        return true;
    while (i < self->n && !uuid_eq(&self->last[i].finding, &v->finding))
        i++;
    if (i == self->n) {
        self->last = world_grow(self->arena, self->last, &self->cap, self->n + 1, sizeof(published_t));
        self->n++;
    }
    self->last[i] = *v;
    self->last[i].data = (slice_t){ arena_strndup(self->arena, v->data.ptr, v->data.len), v->data.len };
    return true;
}

/* "findings"; *ret_last: the one published last of those that were open, NULL when none was. */
static bool
write_findings(json_out_t *out, db_tx_t *tx, arena_t *arena, const question_t *q, const published_t **ret_last, err_t *err)
{
    open_then_t then = { .question = q, .arena = arena };

    if (!store_finding_versions(tx, &q->household, q->when.at_us, on_version, &then, err))
        return false;
    *ret_last = NULL;
    json_out_array(out, "findings");
    for (size_t i = 0; i < then.n; i++) {
        if (!then.last[i].open)
            continue;
        json_out_raw(out, NULL, then.last[i].data.ptr, then.last[i].data.len);
        if (*ret_last == NULL || then.last[i].seq > (*ret_last)->seq)
            *ret_last = &then.last[i];
    }
    json_out_end(out);
    return true;
}

/* --- what changed --- */

/* The facts of places: of what was known once, those that the household's world has, replayed. */
static bool
find_places(db_tx_t *tx, comparison_t *comparison, world_t *world, uint64_t position, policy_world_t *ret, err_t *err)
{
    if (position == UINT64_MAX)
        return comparison_places(comparison, tx, ret, err);
    *ret = world_place_facts(world);
    return true;
}

/* The day brought it, not a record. */
static bool
is_of_day(const published_t *finding)
{
    char date[DATE_TEXT_SIZE];
    uuid_t id;

    date_format(finding->day, date);
    uuid_derive("day", date, &id);
    return uuid_eq(&id, &finding->causation);
}

/* Before the last finding: the day before it, without the facts event that brought it.  With none open: the end of the month
 * before. */
static bool
find_before(db_tx_t *tx, const question_t *q, const published_t *last, int32_t *ret_day, uint64_t *ret_position, err_t *err)
{
    uint64_t position;

    if (last != NULL && last->position > 0) {
        *ret_day = last->day - 1;
        *ret_position = last->position - (is_of_day(last) ? 0 : 1);
        return true;
    }
    *ret_day = date_month_start(date_month(q->as_of)) - 1;
    if (!store_position_at(tx, *ret_day, &position, err))
        return false;
    *ret_position = position < q->position ? position : q->position;
    return true;
}

/* The text that governed on the day before, where it was another. */
static bool
write_policy_before(comparison_t *self, db_tx_t *tx, const policy_t *policy, const question_t *q, int32_t day, json_out_t *out, err_t *err)
{
    comparison_moment_t when = { .position = UINT64_MAX, .day = day, .at_us = q->when.at_us };
    comparison_rules_t before;
    char version[64];

    if (!comparison_policy_at(self, tx, &when, &before, err))
        return false;
    if (!before.kept || strcmp(policy_digest(before.policy), policy_digest(policy)) == 0)
        return true;
    policy_version(before.policy, day, version);
    json_out_text(out, "policy_was", version);
    json_out_text(out, "policy_digest_was", policy_digest(before.policy));
    return true;
}

/* "changed": absent when there was nobody to assess. */
static bool
write_changed(service_t *self, db_tx_t *tx, const world_t *present, const question_t *q, const policy_t *policy,
              const published_t *last, const policy_assessed_t *now, json_out_t *out, err_t *err)
{
    AUTO(world) world = world_new(present->arena, self->comparison->terms);
    policy_world_t places;
    uint64_t position;
    dossier_t dossier;
    household_t *h;
    int32_t day;

    world->protection = present->protection;
    if (!find_before(tx, q, last, &day, &position, err) || !run_household(tx, world, &q->household, position, &h, err))
        return err_add(err, "what changed");
    if (h == NULL || !world_is_assessable(world, h))
        return true;
    REQUIRE(world_dossier(world, h, day, &dossier));
    if (!find_places(tx, self->comparison, world, position, &places, err))
        return err_add(err, "what changed");
    json_out_object(out, "changed");
    policy_explain_change(policy, &(policy_assessed_t){ &places, &dossier, day }, now, out);
    if (!write_policy_before(self->comparison, tx, policy, q, day, out, err))
        return err_add(err, "what changed");
    json_out_end(out);
    return true;
}

/* --- authorisations --- */

/* "authorisations": who allowed what is known about them to be asked for, from when to when. */
static void
write_authorisations(json_out_t *out, const terms_t *terms, const dossier_t *d, int32_t day)
{
    json_out_array(out, "authorisations");
    for (size_t m = 0; m < d->member_count; m++) {
        for (size_t f = 0; f < d->members[m].fact_count; f++) {
            const fact_t *fact = &d->members[m].facts[f];

            if (!str_starts(terms_word(terms, fact->kind), "authorisation."))
                continue;
            json_out_object(out, NULL);
            json_out_uuid(out, "person", &d->members[m].person);
            json_out_text(out, "kind", terms_word(terms, fact->kind));
            json_out_date(out, "from", fact->from);
            if (fact->to != DATE_OPEN)
                json_out_date(out, "to", fact->to);
            json_out_bool(out, "in_force", fact->from <= day && day < fact->to);
            json_out_end(out);
        }
    }
    json_out_end(out);
}

static bool
is_same_record(const fact_t *a, const fact_t *b)
{
    return a->dataset == b->dataset && memcmp(a->key, b->key, sizeof a->key) == 0;
}

/* How many records of the dataset are held back. */
static size_t
count_held(const member_t *m, term_t dataset)
{
    size_t n = 0;

    for (size_t i = 0; i < m->held_count; i++) {
        size_t before = 0;

        while (before < i && !is_same_record(&m->held[before], &m->held[i]))
            before++;
        n += m->held[i].dataset == dataset && before == i;
    }
    return n;
}

/* One entry for each dataset of which something is held back; never what it says. */
static void
write_held(json_out_t *out, const terms_t *terms, const member_t *m, const char *as, int32_t day)
{
    for (size_t i = 0; i < m->held_count; i++) {
        term_t dataset = m->held[i].dataset;
        size_t before = 0;

        while (before < i && m->held[before].dataset != dataset)
            before++;
        if (before < i)
            continue;
        json_out_object(out, NULL);
        json_out_uuid(out, "person", &m->person);
        json_out_text(out, "as", as);
        json_out_text(out, "dataset", terms_word(terms, dataset));
        json_out_i64(out, "records", (int64_t) count_held(m, dataset));
        json_out_text(out, "reason", "no_authorisation");
        json_out_date(out, "on", day);
        json_out_end(out);
    }
}

static bool
is_home_before(const dossier_t *d, size_t supporter)
{
    for (size_t i = 0; i < supporter; i++)
        if (d->supporters[i].home != NULL && uuid_eq(&d->supporters[i].home->household, &d->supporters[supporter].home->household))
            return true;
    return uuid_eq(&d->supporters[supporter].home->household, &d->household);
}

/* "not_used": what is there and may not be used on the day, of the members and of those who live with a legal supporter. */
static void
write_not_used(json_out_t *out, const terms_t *terms, const dossier_t *d, int32_t day)
{
    json_out_array(out, "not_used");
    for (size_t m = 0; m < d->member_count; m++)
        write_held(out, terms, &d->members[m], "member", day);
    for (size_t s = 0; s < d->supporter_count; s++) {
        const dossier_t *home = d->supporters[s].home;

        for (size_t m = 0; home != NULL && !is_home_before(d, s) && m < home->member_count; m++)
            write_held(out, terms, &home->members[m], "supporter", day);
    }
    json_out_end(out);
}

/* --- since when, and how much --- */

static void
write_month(json_out_t *out, const finding_month_t *m)
{
    char date[DATE_TEXT_SIZE];

    date_format(date_month_start(m->month), date);
    date[7] = '\0';
    json_out_object(out, NULL);
    json_out_text(out, "month", date);
    json_out_fen(out, "due", m->due);
    json_out_fen(out, "paid", m->paid);
    json_out_end(out);
}

static void
write_reckoned_one(json_out_t *out, const wanted_t *w)
{
    json_out_object(out, NULL);
    json_out_text(out, "kind", finding_kind_name(w->kind));
    json_out_text(out, "category", w->category);
    if (!uuid_is_nil(&w->person))
        json_out_uuid(out, "person", &w->person);
    json_out_date(out, "since", w->since);
    if (w->overpaid != MONEY_NONE)
        json_out_fen(out, "overpaid", w->overpaid);
    if (w->underpaid != MONEY_NONE)
        json_out_fen(out, "underpaid", w->underpaid);
    json_out_array(out, "months");
    for (size_t i = 0; i < w->month_count; i++)
        write_month(out, &w->months[i]);
    json_out_end(out);
    json_out_end(out);
}

/* "reckoned": what a verdict brings, with since when and the months that were summed. */
static bool
write_reckoned(service_t *self, const policy_t *policy, const policy_world_t *places, const dossier_t *dossier, int32_t day,
               arena_t *arena, json_out_t *out, err_t *err)
{
    finding_rules_t *rules = finding_rules_new(policy, self->comparison->terms);
    finding_back_t *back = finding_back_new(policy, rules);
    finding_list_t list;
    finding_back_case_t one = { .dossier = dossier, .list = &list };
    policy_result_t result;
    bool ok;

    finding_rules_use(rules, places);
    ok = policy_assess(policy, places, &dossier, 1, day, arena, &result, err);
    if (ok) {
        finding_rules_apply(rules, dossier, &result, day, arena, &list);
        for (size_t i = 0; i < list.count; i++)
            list.wanted[i].follow = finding_back_is_for(&list.wanted[i]);
        ok = finding_back_run(back, places, &one, 1, day, arena, err);
    }
    json_out_array(out, "reckoned");
    for (size_t i = 0; ok && i < list.count; i++)
        if (list.wanted[i].follow)
            write_reckoned_one(out, &list.wanted[i]);
    json_out_end(out);
    finding_back_destroy(&back);
    finding_rules_destroy(&rules);
    return ok;
}

/* --- explain --- */

/* What is known now is explained by the present rules, also for another day; what was known once by the rules that governed
 * then. */
static bool
find_rules(db_tx_t *tx, comparison_t *comparison, const question_t *q, world_t *world, comparison_rules_t *ret, err_t *err)
{
    protection_t *then;

    if (!comparison_protection(comparison, tx, err))
        return false;
    *ret = (comparison_rules_t){ .policy = comparison->policy, .authorisation = comparison->protection->required, .kept = true };
    world->protection = comparison->protection;
    if (q->position == UINT64_MAX)
        return true;
    if (!comparison_policy_at(comparison, tx, &q->when, ret, err))
        return false;
    then = arena_new_array(world->arena, protection_t, 1);
    protection_init(then, comparison->terms, ret->authorisation);
    world->protection = then;
    return store_protection_load(tx, q->position, comparison->terms, then, err);
}

static void
write_not_assessed(json_out_t *out, const household_t *h)
{
    const char *why = !h->has_entry        ? "the household register has no entry for it"
                      : h->entry.closed    ? "the household is closed"
                                           : "nobody is left in it";

    json_out_bool(out, "assessed", false);
    json_out_text(out, "reason", why);
    json_out_array(out, "categories");
    json_out_end(out);
}

bool
query_write_explanation(service_t *self, db_tx_t *tx, arena_t *arena, const svc_request_t *req, const json_node_t *data, bool held, json_out_t *out,
               err_t *err)
{
    AUTO(world) world = world_new(arena, self->comparison->terms);
    const published_t *last;
    comparison_rules_t rules;
    question_t q;
    household_t *h;
    policy_world_t places;
    dossier_t dossier;

    if (!read_question(tx, data, &q, err) || !query_load(tx, world, req, &q.household, q.position, &h, err) ||
        !find_rules(tx, self->comparison, &q, world, &rules, err))
        return err_add(err, "explain");
    const ruling_moment_t known = decided_then(&q);
    const ruling_moment_t shown = q.position == UINT64_MAX ? RULING_COUNTS : known;
    if (!store_rulings(tx, world, known, err))
        return err_add(err, "explain");
    json_out_object(out, NULL);
    json_out_uuid(out, "household", &q.household);
    json_out_date(out, "as_of", q.as_of);
    if (q.position != UINT64_MAX)
        json_out_i64(out, "position", (int64_t) q.position);
    if (h->has_entry) {
        query_write_entry(out, world, h);
        query_write_enrolments(out, world, h, q.as_of);
    }
    if (!write_findings(out, tx, arena, &q, &last, err))
        return err_add(err, "explain");
    json_out_array(out, "decisions");
    if (!store_rulings_write(tx, world, &q.household, shown, out, err))
        return err_add(err, "explain");
    json_out_end(out);
    if (!world_is_assessable(world, h)) {
        write_not_assessed(out, h);
    } else {
        REQUIRE(world_dossier(world, h, q.as_of, &dossier));
        if (!find_places(tx, self->comparison, world, q.position, &places, err))
            return err_add(err, "explain");
        json_out_bool(out, "assessed", true);
        json_out_bool(out, "incomplete", dossier.incomplete);
        if (!rules.kept)
            json_out_bool(out, "policy_kept", false);
        json_out_bool(out, "authorisation_required", rules.authorisation);
        policy_assessed_t now = { &places, &dossier, q.as_of };
        if (!policy_explain(rules.policy, &places, &dossier, q.as_of, out, err) ||
            !write_changed(self, tx, world, &q, rules.policy, last, &now, out, err) ||
            !write_reckoned(self, rules.policy, &places, &dossier, q.as_of, arena, out, err))
            return err_add(err, "explain");
        write_authorisations(out, self->comparison->terms, &dossier, q.as_of);
        if (held)
            write_not_used(out, self->comparison->terms, &dossier, q.as_of);
    }
    json_out_end(out);
    return true;
}

bool
query_explain(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    return query_write_explanation(state, tx, svc_arena(svc), req, req->data, true, out, err);
}
