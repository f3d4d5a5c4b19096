/* SPDX-License-Identifier: Apache-2.0 */
#include "assess.h"

#include <stdlib.h>
#include <string.h>

#include "comparison_policy.h"
#include "domain/date.h"
#include "finding_back.h"
#include "run_shadow.h"
#include "world_person.h"

/* Households at a time: the facts and verdicts of a block fit into the processor's cache; a lot is followed back and compared
 * together. */
enum { BLOCK = 256, LOT = 4 * BLOCK, SCRATCH = 4 << 20 };

/* What is made of the policy, and used again by one transaction after the other. */
struct assess_kept {
    finding_rules_t *rules;
    finding_back_t *back;
    policy_assessor_t *assessor;
    int32_t day; /* of the assessor and the version */
    char version[64];
    arena_t *scratch;
};

void
assess_forget(comparison_t *comparison)
{
    struct assess_kept *kept = TAKE(comparison->assess_kept);

    if (kept == NULL)
        return;
    finding_back_destroy(&kept->back);
    finding_rules_destroy(&kept->rules);
    policy_assessor_destroy(&kept->assessor);
    arena_destroy(&kept->scratch);
    mem_free(kept);
}

static struct assess_kept *
keep(comparison_t *comparison, int32_t day)
{
    struct assess_kept *kept = comparison->assess_kept;

    if (kept == NULL) {
        kept = comparison->assess_kept = mem_new(struct assess_kept);
        kept->rules = finding_rules_new(comparison->policy, comparison->terms);
        kept->back = finding_back_new(comparison->policy, kept->rules);
        kept->scratch = arena_new(SCRATCH);
    }
    finding_rules_begin(kept->rules, comparison->first_day, comparison->calendar);
    if (kept->assessor != NULL && kept->day == day)
        return kept;
    policy_assessor_destroy(&kept->assessor);
    kept->assessor = policy_assessor_new(comparison->policy, day);
    kept->day = day;
    policy_version(comparison->policy, day, kept->version);
    return kept;
}

void
assess_init(assess_t *self, comparison_t *comparison, db_tx_t *tx, stream_t *stream, world_t *world, int32_t day)
{
    const struct assess_kept *kept = keep(comparison, day);

    *self = (assess_t){ .comparison = comparison, .tx = tx, .stream = stream, .world = world, .day = day, .rules = kept->rules,
                        .back = kept->back, .assessor = kept->assessor, .scratch = kept->scratch, .version = kept->version };
    world->protection = comparison->protection;
    self->shadow = shadow_run_new(comparison, world->arena, day);
}

void
assess_done(assess_t *self)
{
    shadow_run_destroy(&self->shadow);
    arena_reset(self->scratch);
}

static bool
append(assess_t *self, const finding_t *f, const char *region, slice_t data, uint64_t *ret_seq, err_t *err)
{
    char topic[64], subject[UUID_TEXT_SIZE];

    uuid_format(&f->id, subject);
    (void) snprintf(topic, sizeof topic, "finding/%s/%s", region, finding_kind_name(f->kind));
    stream_draft_t draft = { .type = "plimsoll.finding.v1", .topic = topic, .subject = subject, .correlation = f->id,
                             .causation = self->cause, .data = data, .matter = f->id, .closes = !f->open };
    return stream_append(self->stream, self->tx, &draft, ret_seq, err);
}

/* `old_region`: where its earlier versions were published. */
static bool
publish(assess_t *self, const finding_out_t *out, const char *old_region, err_t *err)
{
    const finding_t *f = out->finding;
    AUTO_STR text = STR_INIT;
    uint64_t seq = 0;

    finding_out(out, self->comparison->terms, &text);
    slice_t data = { arena_strndup(self->world->arena, str_c(&text), text.len), text.len };
    if (strcmp(old_region, f->region) != 0 && !append(self, f, old_region, data, &seq, err))
        return err_add(err, "publish");
    if (!append(self, f, f->region, data, &seq, err))
        return err_add(err, "publish");
    self->published = world_grow(self->world->arena, self->published, &self->published_cap, self->published_count + 1,
                                 sizeof(published_t));
    self->published[self->published_count++] = (published_t){ .finding = f->id, .household = f->household,
                                                              .causation = self->cause, .version = f->version, .seq = seq,
                                                              .day = self->day, .position = self->position, .open = f->open, .data = data };
    return true;
}

/* --- difference between what holds and what is open --- */

typedef struct {
    assess_t *assess;
    household_t *household;
    const dossier_t *dossier; /* NULL: nobody to assess */
    size_t counted;
} diff_t;

static bool
same_matter(const finding_t *f, const wanted_t *w)
{
    return f->kind == w->kind && strcmp(f->category, w->category) == 0 && uuid_eq(&f->person, &w->person);
}

/* A finding goes on when its person turns out to be somebody whom we know: under its id, with the name of now. */
static bool
same_matter_of_old(const world_t *world, const finding_t *f, const wanted_t *w)
{
    return f->kind == w->kind && strcmp(f->category, w->category) == 0 && !uuid_is_nil(&f->person) &&
           uuid_eq(world_name(world, &f->person), &w->person);
}

static finding_t *
find_open(const world_t *world, household_t *h, const wanted_t *w)
{
    for (size_t i = 0; i < h->finding_count; i++)
        if (h->findings[i].open && same_matter(&h->findings[i], w))
            return &h->findings[i];
    for (size_t i = 0; world->group_count > 0 && i < h->finding_count; i++)
        if (h->findings[i].open && same_matter_of_old(world, &h->findings[i], w))
            return &h->findings[i];
    return NULL;
}

static finding_t *
find_by_id(household_t *h, const uuid_t *id)
{
    for (size_t i = 0; i < h->finding_count; i++)
        if (uuid_eq(&h->findings[i].id, id))
            return &h->findings[i];
    return NULL;
}

/* What is wanted is forgotten with its block; the finding stays until the world is saved. */
static const char *
keep_word(const diff_t *d, const char *word)
{
    return word == NULL ? NULL : arena_strndup(d->assess->world->arena, word, strlen(word));
}

static void
take_over(const diff_t *d, finding_t *f, const wanted_t *w)
{
    f->rule = keep_word(d, w->rule);
    f->from_category = keep_word(d, w->from_category);
    f->monthly = w->monthly;
    f->enrolled = w->enrolled;
    f->overpaid = w->overpaid;
    f->underpaid = w->underpaid;
    f->digest = w->digest;
    f->basis = w->basis;
    f->version++;
    f->dirty = true;
    memcpy(f->region, d->household->entry.region, sizeof f->region);
}

/* A finding of this month that was withdrawn is opened again under its id; else a new one. */
static bool
open_finding(diff_t *d, const wanted_t *w, err_t *err)
{
    household_t *h = d->household;
    uuid_t id;

    finding_id(&h->holder.id, w, d->assess->day, &id);
    finding_t *f = find_by_id(h, &id);
    if (f != NULL && !uuid_eq(&f->person, &w->person)) { /* went on under another name, and is that person's now */
        char text[UUID_TEXT_SIZE];

        uuid_format(&id, text);
        uuid_derive("finding", text, &id);
        f = find_by_id(h, &id);
    }
    if (f == NULL) {
        h->findings = world_grow(d->assess->world->arena, h->findings, &h->finding_cap, h->finding_count + 1, sizeof(finding_t));
        f = &h->findings[h->finding_count++];
        *f = (finding_t){ .id = id, .household = h->holder.id, .person = w->person, .kind = w->kind };
        f->category = keep_word(d, w->category);
    }
    f->open = true;
    f->opened = d->assess->day;
    f->since = w->since == DATE_OPEN ? d->assess->day : w->since;
    take_over(d, f, w);
    d->assess->done.opened++;
    finding_out_t out = { .finding = f, .wanted = w, .state = "open", .policy = d->assess->version, .date = d->assess->day,
                          .members = d->counted };
    return publish(d->assess, &out, f->region, err);
}

static bool
change_finding(diff_t *d, finding_t *f, const wanted_t *w, err_t *err)
{
    char old_region[sizeof f->region];
    const uuid_t before = f->person;

    memcpy(old_region, f->region, sizeof old_region);
    f->person = w->person;
    if (w->since != DATE_OPEN)
        f->since = w->since;
    take_over(d, f, w);
    d->assess->done.changed++;
    finding_out_t out = { .finding = f, .wanted = w, .state = "changed", .policy = d->assess->version, .date = d->assess->day,
                          .members = d->counted, .before = uuid_eq(&before, &f->person) ? NULL : &before };
    return publish(d->assess, &out, old_region, err);
}

static bool
withdraw_finding(diff_t *d, finding_t *f, err_t *err)
{
    bool settled = finding_rules_is_settled(d->assess->rules, f, d->dossier, d->assess->day);

    f->open = false;
    f->version++;
    f->dirty = true;
    d->assess->done.withdrawn++;
    finding_out_t out = { .finding = f, .state = "withdrawn", .reason = settled ? "settled" : "facts_changed",
                          .policy = d->assess->version, .date = d->assess->day, .members = d->counted };
    return publish(d->assess, &out, f->region, err);
}

static int
finding_order(const void *a, const void *b)
{
    const finding_t *x = a, *y = b;
    int by_kind = strcmp(finding_kind_name(x->kind), finding_kind_name(y->kind));
    int by_category = by_kind != 0 ? by_kind : strcmp(x->category, y->category);
    int by_person = by_category != 0 ? by_category : uuid_cmp(&x->person, &y->person);

    return by_person != 0 ? by_person : uuid_cmp(&x->id, &y->id);
}

/* What is opened or changed comes before what is withdrawn: a matter that goes on under another name is never without a
 * finding.  The order does not depend on which of them this transaction has opened and which it has read. */
static bool
diff(diff_t *d, const wanted_t *wanted, size_t n, err_t *err)
{
    household_t *h = d->household;
    size_t known = h->finding_count;
    bool *held = arena_new_array(d->assess->world->arena, bool, known + 1);

    if (known > 1)
        qsort(h->findings, known, sizeof *h->findings, finding_order);

    for (size_t i = 0; i < n; i++) {
        const wanted_t *w = &wanted[i];
        finding_t *f = find_open(d->assess->world, h, w);

        if (f == NULL) {
            if (!open_finding(d, w, err))
                return false;
            f = find_open(d->assess->world, h, w);
        } else if (memcmp(&f->digest, &w->digest, sizeof f->digest) != 0 || strcmp(f->region, h->entry.region) != 0 ||
                   !uuid_eq(&f->person, &w->person)) {
            if (!change_finding(d, f, w, err))
                return false;
        } else if (memcmp(&f->basis, &w->basis, sizeof f->basis) != 0) { /* so that nobody goes back for the same again */
            f->basis = w->basis;
            f->dirty = true;
        }
        size_t at = (size_t) (f - h->findings);
        if (at < known)
            held[at] = true;
    }
    for (size_t i = 0; i < known; i++)
        if (h->findings[i].open && !held[i] && !withdraw_finding(d, &h->findings[i], err))
            return false;
    return true;
}

/* --- blocks --- */

/* The first of a month is everybody's: it is not written down, so that most assessments write nothing. */
static void
set_next_day(household_t *h, int32_t today, int32_t next)
{
    if (next >= date_month_start(date_month(today) + 1))
        next = DATE_OPEN;
    if (h->next_day == next)
        return;
    h->next_day = next;
    h->next_day_dirty = true;
}

/* Since when: as it was found before, when nothing on which that rests has changed. */
static void
know_since(assess_t *self, household_t *h, const dossier_t *dossier, const finding_list_t *list)
{
    hash_t basis;
    bool known = false;

    for (size_t i = 0; i < list->count; i++) {
        wanted_t *w = &list->wanted[i];
        const finding_t *f = find_open(self->world, h, w);

        if (!finding_back_is_for(w))
            continue;
        if (!known)
            finding_back_basis(self->back, &self->places, dossier, self->day, &basis);
        known = true;
        finding_back_basis_of(&basis, w, &w->basis);
        w->follow = f == NULL || memcmp(&f->basis, &w->basis, sizeof f->basis) != 0;
        if (w->follow)
            continue;
        w->since = f->since;
        w->overpaid = f->overpaid;
        w->underpaid = f->underpaid;
        finding_rules_seal(w);
    }
}

/* Households on their way through an assessment, block after block; all that is made for them is in the scratch arena. */
typedef struct {
    household_t *households[LOT];
    size_t count;
    household_t **gone; /* nobody is left to assess: what was found of them ends */
    size_t *gone_in;    /* the block with which they came */
    size_t gone_count;
    const dossier_t **dossiers;
    policy_result_t *results;
    int32_t *next_days;
    finding_list_t *lists;
} lot_t;

/* What holds for the households of one block, with since when as far as it is known. */
static bool
assess_block(assess_t *self, lot_t *lot, size_t at, size_t n, err_t *err)
{
    const dossier_t **dossiers = lot->dossiers + at;
    dossier_t *made = arena_new_array(self->scratch, dossier_t, n);
    bool *calm = arena_new_array(self->scratch, bool, n);
    const policy_asked_t asked = { .calm = calm };

    for (size_t i = 0; i < n; i++) {
        REQUIRE(world_dossier(self->world, lot->households[at + i], self->day, &made[i]));
        dossiers[i] = &made[i];
        calm[i] = finding_rules_is_calm(self->rules, &made[i]);
    }
    if (!policy_assessor_run(self->assessor, &self->places, &asked, dossiers, n, self->scratch, lot->results + at, err))
        return err_add(err, "assess");
    for (size_t i = 0; i < n; i++)
        lot->next_days[at + i] = lot->results[at + i].next_day < made[i].next_day ? lot->results[at + i].next_day : made[i].next_day;
    if (!shadow_run_block(self->shadow, &self->places, dossiers, n, lot->next_days + at, err))
        return err_add(err, "shadow");
    finding_rules_apply_each(self->rules, dossiers, lot->results + at, n, self->day, self->scratch, lot->lists + at);
    for (size_t i = 0; i < n; i++)
        know_since(self, lot->households[at + i], dossiers[i], &lot->lists[at + i]);
    return true;
}

/* The others are followed back all together, as each month is a run of its own. */
static bool
follow_back(assess_t *self, const lot_t *lot, err_t *err)
{
    finding_back_case_t *cases = arena_new_array(self->scratch, finding_back_case_t, lot->count + 1);

    for (size_t i = 0; i < lot->count; i++)
        cases[i] = (finding_back_case_t){ .dossier = lot->dossiers[i], .list = &lot->lists[i] };
    if (!finding_back_run(self->back, &self->places, cases, lot->count, self->day, NULL, err))
        return false;
    for (size_t i = 0; i < lot->count; i++)
        for (size_t k = 0; k < lot->lists[i].count; k++)
            if (lot->lists[i].wanted[k].follow)
                finding_rules_seal(&lot->lists[i].wanted[k]);
    return true;
}

static bool
compare_gone(assess_t *self, const lot_t *lot, size_t block, err_t *err)
{
    for (size_t i = 0; i < lot->gone_count; i++) {
        diff_t d = { .assess = self, .household = lot->gone[i] };

        if (lot->gone_in[i] != block)
            continue;
        if (!diff(&d, NULL, 0, err))
            return false;
        set_next_day(lot->gone[i], self->day, DATE_OPEN);
    }
    return true;
}

/* In the order of publication: of each block those first of whom nobody is left. */
static bool
compare_all(assess_t *self, const lot_t *lot, err_t *err)
{
    for (size_t i = 0; i < lot->count; i++) {
        diff_t d = { .assess = self, .household = lot->households[i], .dossier = lot->dossiers[i], .counted = lot->results[i].counted };
        int32_t next = lot->lists[i].next_day < lot->next_days[i] ? lot->lists[i].next_day : lot->next_days[i];

        if (i % BLOCK == 0 && !compare_gone(self, lot, i / BLOCK, err))
            return false;
        if (!diff(&d, lot->lists[i].wanted, lot->lists[i].count, err))
            return false;
        REQUIRE(next > self->day); /* else the tick would come back to it for ever */
        set_next_day(lot->households[i], self->day, next);
    }
    return lot->count % BLOCK != 0 || compare_gone(self, lot, lot->count / BLOCK, err);
}

static bool
assess_lot(assess_t *self, lot_t *lot, err_t *err)
{
    finding_rules_use(self->rules, &self->places);
    lot->dossiers = (const dossier_t **) arena_alloc(self->scratch, (lot->count + 1) * sizeof(dossier_t *));
    lot->results = arena_new_array(self->scratch, policy_result_t, lot->count + 1);
    lot->next_days = arena_new_array(self->scratch, int32_t, lot->count + 1);
    lot->lists = arena_new_array(self->scratch, finding_list_t, lot->count + 1);
    for (size_t at = 0; at < lot->count; at += BLOCK)
        if (!assess_block(self, lot, at, lot->count - at < BLOCK ? lot->count - at : BLOCK, err) ||
            (self->on_block != NULL && !self->on_block(self->on_block_ctx, err)))
            return false;
    if (!follow_back(self, lot, err) || !compare_all(self, lot, err))
        return false;
    self->done.assessed += lot->count;
    return true;
}

/* The next lot of the households from *at on. */
static void
fill_lot(assess_t *self, household_t **households, size_t n, size_t *at, lot_t *ret)
{
    size_t left = n - *at;

    arena_reset(self->scratch);
    ret->count = ret->gone_count = 0;
    ret->gone = (household_t **) arena_alloc(self->scratch, left * sizeof(household_t *));
    ret->gone_in = arena_new_array(self->scratch, size_t, left);
    for (; *at < n && ret->count < LOT; (*at)++) {
        household_t *h = households[*at];

        shadow_run_seen(self->shadow, h);
        if (world_is_assessable(self->world, h)) {
            ret->households[ret->count++] = h;
            continue;
        }
        ret->gone_in[ret->gone_count] = ret->count / BLOCK;
        ret->gone[ret->gone_count++] = h;
    }
}

bool
assess_households(assess_t *self, household_t **households, size_t n, err_t *err)
{
    AUTO_FREE lot_t *lot = mem_new(lot_t);

    if (n > 0 && !comparison_policy_keep(self->comparison, self->tx, self->day, self->position, err))
        return false;
    if (n > 1)
        qsort(households, n, sizeof *households, world_household_order);
    for (size_t at = 0; at < n;) {
        fill_lot(self, households, n, &at, lot);
        if (!assess_lot(self, lot, err))
            return false;
    }
    return true;
}

bool
assess_save_published(assess_t *self, err_t *err)
{
    if (!store_published(self->tx, self->published, self->published_count, err))
        return false;
    self->published_count = 0;
    return true;
}

bool
assess_save(assess_t *self, err_t *err)
{
    return assess_save_published(self, err) && shadow_run_save(self->shadow, self->tx, err);
}
