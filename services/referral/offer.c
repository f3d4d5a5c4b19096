/* SPDX-License-Identifier: Apache-2.0 */
#include "offer.h"

#include "base/str.h"
#include <string.h>

void
offer_add(offer_t *self, referral_t *referral)
{
    if (self->count == self->cap) {
        size_t cap = self->cap == 0 ? 8 : self->cap * 2;
        referral_t **grown = arena_new_array(self->arena, referral_t *, cap);

        if (self->count > 0)
            memcpy(grown, self->all, self->count * sizeof(referral_t *));
        self->all = grown;
        self->cap = cap;
    }
    self->all[self->count++] = referral;
}

static bool
publish(offer_t *self, referral_t *r, const cause_t *cause, err_t *err)
{
    r->version++;
    r->dirty = true;
    if (!self->publish(self->publish_ctx, r, cause, err))
        return false;
    r->published = true;
    r->published_state = r->state;
    (void) str_copy(r->published_region, sizeof(r->published_region), r->region);
    (void) str_copy(r->published_organisation, sizeof(r->published_organisation), r->organisation);
    return true;
}

/* Keeps count of the places while the state moves. */
static void
count_place(const offer_t *self, const referral_t *r, int64_t change)
{
    size_t i = referral_holds_place(r) ? directory_find(self->directory, r->programme) : SIZE_MAX;

    if (i != SIZE_MAX)
        self->used[i] += change;
}

static bool
step(offer_t *self, referral_t *r, referral_event_t event, err_t *err)
{
    int to = 0;

    if (!lifecycle_step(&referral_lifecycle, (int) r->state, (int) event, r, &to, err))
        return false;
    count_place(self, r, -1);
    r->state = (referral_state_t) to;
    count_place(self, r, 1);
    return true;
}

static bool
put_on_offer(offer_t *self, referral_t *r, err_t *err)
{
    size_t i = directory_find(self->directory, r->programme);
    int64_t within = i == SIZE_MAX ? 5 : directory_at(self->directory, i)->answer_within;

    if (!step(self, r, REFERRAL_EV_OFFER, err))
        return false;
    r->offered = self->day;
    r->due = calendar_add_working_days(self->calendar, self->day, (int) within);
    r->overdue = false;
    r->reason = NULL;
    return true;
}

static void
take_programme(const offer_t *self, referral_t *r, size_t i)
{
    const programme_t *p = directory_at(self->directory, i);

    (void) str_copy(r->programme, sizeof(r->programme), p->id);
    (void) str_copy(r->organisation, sizeof(r->organisation), p->organisation);
}

/* The earlier referrals of the same alert and need. */
static size_t
earlier(const offer_t *self, const referral_t *r, const referral_t **ret)
{
    size_t n = 0;

    for (size_t i = 0; i < self->count; i++) {
        const referral_t *x = self->all[i];

        if (x != r && x->need == r->need && uuid_eq(&x->alert, &r->alert))
            ret[n++] = x;
    }
    return n;
}

static size_t
match(const offer_t *self, const referral_t *r)
{
    const referral_t **before = arena_new_array(self->arena, const referral_t *, self->count + 1);
    match_subject_t subject = { .need = r->need, .category = r->category, .region = r->region, .earlier = before };

    subject.earlier_count = earlier(self, r, before);
    return match_find(self->directory, &subject, self->used);
}

/* A new referral finds its programme. */
static bool
place(offer_t *self, referral_t *r, const cause_t *cause, err_t *err)
{
    size_t i = match(self, r);

    offer_add(self, r);
    if (i == SIZE_MAX) {
        r->reason = "no_programme";
        return publish(self, r, cause, err);
    }
    take_programme(self, r, i);
    if (directory_at(self->directory, i)->auto_offer && !put_on_offer(self, r, err))
        return false;
    return publish(self, r, cause, err);
}

static referral_t *
blank(const offer_t *self, const uuid_t *alert, need_t need, int64_t number)
{
    referral_t *r = arena_alloc(self->arena, sizeof(*r));
    char id[UUID_TEXT_SIZE];

    uuid_format(alert, id);
    uuid_derive("referral",
                number == 1 ? arena_printf(self->arena, "%s/%s", id, need_names[need])
                            : arena_printf(self->arena, "%s/%s/%lld", id, need_names[need], (long long) number),
                &r->id);
    r->alert = *alert;
    r->need = need;
    r->number = number;
    r->made = self->day;
    r->offered = r->due = r->delivered_on = DATE_OPEN;
    return r;
}

bool
offer_need(offer_t *self, const offer_case_t *c, need_t need, const cause_t *cause, err_t *err)
{
    referral_t *r;

    for (size_t i = 0; i < self->count; i++) {
        if (self->all[i]->need == need && uuid_eq(&self->all[i]->alert, &c->alert))
            return true;
    }
    r = blank(self, &c->alert, need, 1);
    r->household = c->household;
    r->correlation = c->correlation;
    (void) str_copy(r->region, sizeof(r->region), c->region);
    (void) str_copy(r->category, sizeof(r->category), c->category);
    return place(self, r, cause, err);
}

bool
offer_move(offer_t *self, const uuid_t *alert, const char *region, const cause_t *cause, err_t *err)
{
    for (size_t i = 0; i < self->count; i++) {
        referral_t *r = self->all[i];

        if (!uuid_eq(&r->alert, alert) || referral_is_final(r) || strcmp(r->region, region) == 0)
            continue;
        (void) str_copy(r->region, sizeof(r->region), region);
        if (!publish(self, r, cause, err))
            return false;
    }
    return true;
}

bool
offer_cancel_open(offer_t *self, const uuid_t *alert, const cause_t *cause, err_t *err)
{
    for (size_t i = 0; i < self->count; i++) {
        referral_t *r = self->all[i];

        if (!uuid_eq(&r->alert, alert) || referral_is_final(r) || r->state == REFERRAL_ACCEPTED ||
            r->state == REFERRAL_DELIVERED)
            continue;
        r->reason = "alert_closed";
        if (!offer_step(self, r, REFERRAL_EV_CANCEL, cause, err))
            return false;
    }
    return true;
}

bool
offer_approve(offer_t *self, referral_t *r, const char *programme, const cause_t *cause, err_t *err)
{
    match_subject_t subject = { .need = r->need, .category = r->category, .region = r->region };
    size_t i;

    if (programme != NULL) {
        i = directory_find(self->directory, programme);
        if (i == SIZE_MAX || !match_serves(directory_at(self->directory, i), &subject)) {
            err_set(err, ERR_REJECT, "bad_data", "/programme: no such programme for this need, category and region");
            (void) str_copy(err->pointer, sizeof(err->pointer), "/programme");
            return false;
        }
    } else {
        i = r->programme[0] != '\0' ? directory_find(self->directory, r->programme) : match(self, r);
        if (i == SIZE_MAX)
            return err_set(
                err, ERR_REJECT, "conflict",
                "no programme of the directory fits: name one, add one to deploy/programmes, or cancel the referral");
    }
    if (directory_at(self->directory, i)->capacity >= 0 && self->used[i] >= directory_at(self->directory, i)->capacity)
        return err_set(err, ERR_REJECT, "conflict", "%s has no place left", directory_at(self->directory, i)->id);
    take_programme(self, r, i);
    return put_on_offer(self, r, err) && publish(self, r, cause, err);
}

bool
offer_step(offer_t *self, referral_t *r, referral_event_t event, const cause_t *cause, err_t *err)
{
    referral_t *next;
    const referral_t **before;

    if (!step(self, r, event, err) || !publish(self, r, cause, err))
        return false;
    if (r->state != REFERRAL_DECLINED)
        return true;
    before = arena_new_array(self->arena, const referral_t *, self->count + 1);
    next = blank(self, &r->alert, r->need, (int64_t) earlier(self, r, before) + 2);
    next->previous = r->id;
    next->household = r->household;
    next->correlation = r->correlation;
    (void) str_copy(next->region, sizeof(next->region), r->region);
    (void) str_copy(next->category, sizeof(next->category), r->category);
    return place(self, next, cause, err);
}

bool
offer_overdue(offer_t *self, referral_t *r, const cause_t *cause, err_t *err)
{
    if (r->state != REFERRAL_OFFERED || r->overdue || r->due == DATE_OPEN || self->day <= r->due)
        return true;
    r->overdue = true;
    return publish(self, r, cause, err);
}
