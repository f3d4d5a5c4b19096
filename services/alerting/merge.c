/* SPDX-License-Identifier: Apache-2.0 */
#include "merge.h"

#include "base/str.h"
#include <string.h>

static int32_t
due_from(const merge_t *self, level_t level, int32_t day)
{
    return calendar_add_working_days(self->calendar, day, self->deadlines->of[level].visit_within);
}

/* Total order, so that kind and category do not depend on who came first. */
static bool
outranks(const finding_t *a, const finding_t *b)
{
    int by_category;

    if (a->level != b->level)
        return a->level > b->level;
    if (a->kind != b->kind)
        return a->kind < b->kind;
    by_category = strcmp(a->category, b->category);
    return by_category != 0 ? by_category < 0 : uuid_cmp(&a->id, &b->id) < 0;
}

/* Level, due day and desk are functions of the open findings and of the day.  With none left the alert keeps what it
 * last was, for whoever reads it. */
static void
refresh(const merge_t *self, alert_t *alert)
{
    const finding_t *top = NULL;
    int32_t due = DATE_OPEN;

    for (size_t i = 0; i < alert->finding_count; i++) {
        const finding_t *f = alert->findings[i];

        if (!finding_is_open(f))
            continue;
        if (top == NULL || outranks(f, top))
            top = f;
        if (!f->seen && f->due < due)
            due = f->due;
    }
    if (top == NULL)
        return;
    alert->kind = top->kind;
    (void) str_copy(alert->category, sizeof(alert->category), top->category);
    if (due != DATE_OPEN)
        alert->due = due;
    if (alert_awaits_visit(alert)) {
        int32_t limit = alert->due;

        if (alert->snoozed_until != DATE_OPEN && alert->snoozed_until > limit)
            limit = alert->snoozed_until;
        alert->overdue = self->day > limit;
    }
    alert->level = alert->overdue ? self->deadlines->of[top->level].overdue_to : top->level;
    desks_route(self->desks, alert->region, alert->category, alert->desk);
}

static void
gather(const merge_t *self, alert_t *alert, const matter_t *matter)
{
    alert_gather(alert, matter, arena_new_array(self->arena, finding_t *, matter->finding_count + 1));
}

static bool
publish(merge_t *self, alert_t *alert, const cause_t *cause, err_t *err)
{
    alert->version++;
    alert->dirty = true;
    if (!self->publish(self->publish_ctx, alert, cause, err))
        return false;
    alert->published = true;
    alert->published_level = alert->level;
    (void) str_copy(alert->published_region, sizeof(alert->published_region), alert->region);
    return true;
}

static bool
step(merge_t *self, matter_t *matter, alert_t *alert, alert_event_t event, const char *reason, err_t *err)
{
    int to = 0;

    if (!lifecycle_step(&alert_lifecycle, (int) alert->state, (int) event, alert, &to, err))
        return false;
    alert->state = (alert_state_t) to;
    if (alert->state == ALERT_CLOSED) {
        alert->closed_on = self->day;
        alert->closed_reason = reason;
        if (matter->alert == alert)
            matter->alert = NULL;
    }
    return true;
}

static finding_t *
find(const matter_t *matter, const uuid_t *id)
{
    for (size_t i = 0; i < matter->finding_count; i++) {
        if (uuid_eq(&matter->findings[i]->id, id))
            return matter->findings[i];
    }
    return NULL;
}

static finding_t *
add(merge_t *self, matter_t *matter, const finding_in_t *in)
{
    finding_t *f = arena_alloc(self->arena, sizeof(*f));

    f->id = in->finding;
    f->household = matter->household;
    (void) str_copy(f->matter, sizeof(f->matter), matter->name);
    f->grade = "";
    matter_add_finding(matter, f, self->arena);
    return f;
}

static char *
dup_or_null(arena_t *arena, const char *s)
{
    return s == NULL ? NULL : arena_strndup(arena, s, strlen(s));
}

/* A new alert for the finding and for all others of the matter that waited behind a silence. */
static bool
begin(merge_t *self, matter_t *matter, finding_t *first, int32_t date, const cause_t *cause, err_t *err)
{
    alert_t *alert = arena_alloc(self->arena, sizeof(*alert));
    char id[UUID_TEXT_SIZE];

    /* The finding's first alert derives from the finding alone; later ones count, since a finding keeps its id when it
     * opens again within its month. */
    uuid_format(&first->id, id);
    first->alerts++;
    uuid_derive("alert", first->alerts == 1 ? id : arena_printf(self->arena, "%s/%lld", id, (long long) first->alerts),
                &alert->id);
    alert->household = matter->household;
    (void) str_copy(alert->matter, sizeof(alert->matter), matter->name);
    (void) str_copy(alert->region, sizeof(alert->region), first->region);
    alert->correlation = first->id;
    alert->opened = date;
    alert->due = DATE_OPEN;
    alert->closed_on = DATE_OPEN;
    alert->snoozed_until = DATE_OPEN;
    alert->visit_level = -1;
    for (size_t i = 0; i < matter->finding_count; i++) {
        finding_t *f = matter->findings[i];

        if (f != first && (!finding_is_open(f) || !uuid_is_nil(&f->alert)))
            continue;
        f->alert = alert->id;
        f->seen = false;
        f->due = due_from(self, f->level, date);
        f->dirty = true;
    }
    alert->next = matter->alerts;
    matter->alerts = alert;
    matter->alert = alert;
    gather(self, alert, matter);
    refresh(self, alert);
    return publish(self, alert, cause, err);
}

static bool
withdraw(merge_t *self, matter_t *matter, const finding_t *f, const finding_in_t *in, const cause_t *cause, err_t *err)
{
    alert_t *alert = matter->alert;

    if (alert == NULL || !uuid_eq(&f->alert, &alert->id))
        return true;
    gather(self, alert, matter);
    (void) str_copy(alert->region, sizeof(alert->region), in->region);
    refresh(self, alert);
    if (alert_open_findings(alert) == 0 &&
        !step(self, matter, alert, in->settled ? ALERT_EV_SETTLED : ALERT_EV_FACTS_CHANGED,
              in->settled ? "settled" : "facts_changed", err))
        return false;
    return publish(self, alert, cause, err);
}

static bool
same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Of a finding, what an alert tells and what grades go by. */
static bool
tells_the_same(const finding_t *a, const finding_t *b)
{
    return a->kind == b->kind && a->level == b->level && strcmp(a->grade, b->grade) == 0 && strcmp(a->category, b->category) == 0 &&
           uuid_eq(&a->person, &b->person) && same_text(a->rule, b->rule) && same_text(a->monthly_money, b->monthly_money);
}

static bool
stands_the_same(const alert_t *a, const alert_t *b)
{
    return a->state == b->state && a->level == b->level && a->kind == b->kind && a->due == b->due && a->overdue == b->overdue &&
           strcmp(a->category, b->category) == 0 && strcmp(a->region, b->region) == 0 && strcmp(a->desk, b->desk) == 0;
}

/* The finding belongs to the open alert now.  `before`: the finding as it was while it was open; NULL: it was not.  What only took
 * longer, so that the sums since have grown, is no news to whoever has the alert: no version is made of it. */
static bool
join(merge_t *self, matter_t *matter, finding_t *f, const finding_t *before, const finding_in_t *in, const cause_t *cause, err_t *err)
{
    alert_t *alert = matter->alert;
    const alert_t was = *alert;
    bool attached = uuid_eq(&f->alert, &alert->id);
    bool worsened = false;

    f->alert = alert->id;
    if (alert->state == ALERT_VISITED || alert->state == ALERT_REFERRED) {
        worsened = (int) f->level > alert->visit_level;
        if (worsened && (f->seen || !attached))
            f->due = due_from(self, f->level, in->date);
        f->seen = !worsened;
    }
    gather(self, alert, matter);
    (void) str_copy(alert->region, sizeof(alert->region), in->region);
    if (worsened && alert->state == ALERT_VISITED && !step(self, matter, alert, ALERT_EV_WORSENED, NULL, err))
        return false;
    refresh(self, alert);
    if (attached && before != NULL && tells_the_same(before, f) && stands_the_same(&was, alert)) {
        f->state = before->state; /* as it was told */
        return true;
    }
    return publish(self, alert, cause, err);
}

static void
move_finding(merge_t *self, matter_t *from, matter_t *to, finding_t *f)
{
    size_t kept = 0;

    for (size_t i = 0; i < from->finding_count; i++)
        if (from->findings[i] != f)
            from->findings[kept++] = from->findings[i];
    from->finding_count = kept;
    (void) str_copy(f->matter, sizeof(f->matter), to->name);
    f->dirty = true;
    matter_add_finding(to, f, self->arena);
}

/* The open alert goes on under the other name, with the findings that belong to it. */
static void
move_alert(merge_t *self, matter_t *from, matter_t *to)
{
    alert_t *alert = from->alert, **at = &from->alerts;

    while (*at != NULL && *at != alert)
        at = &(*at)->next;
    if (*at != NULL)
        *at = alert->next;
    from->alert = NULL;
    alert->next = to->alerts;
    to->alerts = to->alert = alert;
    (void) str_copy(alert->matter, sizeof(alert->matter), to->name);
    alert->dirty = true;
    for (size_t i = from->finding_count; i-- > 0;)
        if (uuid_eq(&from->findings[i]->alert, &alert->id))
            move_finding(self, from, to, from->findings[i]);
    gather(self, alert, to);
}

bool
merge_follow(merge_t *self, matter_t *from, matter_t *to, const finding_in_t *in, const cause_t *cause, err_t *err)
{
    finding_t *f = find(from, &in->finding);
    alert_t *left = from->alert;

    if (f == NULL)
        return true; /* went with its alert already */
    if (from->silenced_until > to->silenced_until)
        to->silenced_until = from->silenced_until;
    if (left != NULL && !uuid_eq(&f->alert, &left->id))
        left = NULL;
    if (left != NULL && to->alert == NULL) {
        move_alert(self, from, to);
        return true;
    }
    move_finding(self, from, to, f);
    if (left == NULL)
        return true;
    f->alert = (uuid_t){ { 0 } };
    gather(self, left, from);
    refresh(self, left);
    if (alert_open_findings(left) == 0 && !step(self, from, left, ALERT_EV_FACTS_CHANGED, "facts_changed", err))
        return false;
    return publish(self, left, cause, err);
}

bool
merge_finding(merge_t *self, matter_t *matter, const finding_in_t *in, const cause_t *cause, err_t *err)
{
    finding_t *f = find(matter, &in->finding);
    bool was_open = f != NULL && finding_is_open(f);
    bool dealt_with;
    level_t before = LEVEL_BLUE;
    finding_t was = { .kind = KIND_COUNT };

    if (in->date > self->day)
        self->day = in->date;
    if (f != NULL && f->version == in->version && f->state == in->state)
        return true; /* the same version on another topic: the household moved */
    if (f == NULL) {
        f = add(self, matter, in);
    } else {
        before = f->level;
        was = *f;
    }
    f->version = in->version;
    f->state = in->state;
    f->kind = in->subject.kind;
    f->person = in->person;
    (void) str_copy(f->category, sizeof(f->category), in->subject.category);
    (void) str_copy(f->region, sizeof(f->region), in->region);
    f->rule = dup_or_null(self->arena, in->subject.rule);
    f->monthly_money = dup_or_null(self->arena, in->monthly_money);
    f->dirty = true;
    if (in->state == FINDING_WITHDRAWN) {
        if (f->opened == 0)
            f->opened = f->due = in->date;
        return withdraw(self, matter, f, in, cause, err);
    }
    f->level = grades_level(self->grades, &in->subject, &f->grade);
    if (!was_open) {
        f->opened = in->date;
        f->due = due_from(self, f->level, in->date);
        f->seen = false;
    } else if (f->level > before && due_from(self, f->level, in->date) < f->due) {
        f->due = due_from(self, f->level, in->date);
    }
    /* A finding whose alert somebody closed wakes the matter only when it has become more urgent. */
    dealt_with = was_open && !uuid_is_nil(&f->alert) && f->level <= before &&
                 (matter->alert == NULL || !uuid_eq(&f->alert, &matter->alert->id));
    if (dealt_with)
        return true;
    if (matter->alert != NULL)
        return join(self, matter, f, was_open ? &was : NULL, in, cause, err);
    if (matter->silenced_until >= in->date && self->deadlines->of[f->level].may_be_silenced) {
        f->alert = (uuid_t){ { 0 } };
        return true;
    }
    return begin(self, matter, f, in->date, cause, err);
}

bool
merge_day(merge_t *self, matter_t *matter, const cause_t *cause, err_t *err)
{
    alert_t *alert = matter->alert;
    finding_t *first = NULL;

    if (alert != NULL) {
        bool overdue = alert->overdue;
        level_t level = alert->level;

        gather(self, alert, matter);
        if (alert->state == ALERT_ASSIGNED && alert_open_findings(alert) == 0 && self->day > alert->due)
            return step(self, matter, alert, ALERT_EV_LAPSED, "facts_changed", err) && publish(self, alert, cause, err);
        refresh(self, alert);
        return (overdue == alert->overdue && level == alert->level) || publish(self, alert, cause, err);
    }
    if (matter->silenced_until >= self->day)
        return true;
    for (size_t i = 0; i < matter->finding_count; i++) {
        finding_t *f = matter->findings[i];

        if (finding_is_open(f) && uuid_is_nil(&f->alert) && (first == NULL || outranks(f, first)))
            first = f;
    }
    return first == NULL || begin(self, matter, first, self->day, cause, err);
}

void
merge_visited(alert_t *alert)
{
    int level = -1;

    for (size_t i = 0; i < alert->finding_count; i++) {
        finding_t *f = alert->findings[i];

        if (!finding_is_open(f))
            continue;
        f->seen = true;
        f->dirty = true;
        if ((int) f->level > level)
            level = (int) f->level;
    }
    alert->visit_level = level >= 0 ? level : (int) alert->level;
}

bool
merge_command(merge_t *self, matter_t *matter, alert_t *alert, alert_event_t event, const char *reason,
              const cause_t *cause, err_t *err)
{
    if (!step(self, matter, alert, event, reason, err))
        return false;
    refresh(self, alert);
    return publish(self, alert, cause, err);
}

bool
merge_referrals_ended(const alert_t *alert, const referral_t *const *referrals, size_t n, bool *ret_any_confirmed)
{
    const char *need = alert->needs;

    *ret_any_confirmed = false;
    for (size_t i = 0; i < n; i++)
        *ret_any_confirmed |= strcmp(referrals[i]->state, "confirmed") == 0;
    while (need != NULL && *need != '\0') {
        size_t len = strcspn(need, ",");
        bool ended = false;

        for (size_t i = 0; i < n && !ended; i++) {
            ended = strlen(referrals[i]->need) == len && memcmp(referrals[i]->need, need, len) == 0 &&
                    (strcmp(referrals[i]->state, "confirmed") == 0 || strcmp(referrals[i]->state, "cancelled") == 0);
        }
        if (!ended)
            return false;
        need += len + (need[len] == ',');
    }
    return n > 0;
}
