/* SPDX-License-Identifier: Apache-2.0 */
#include "comparison_history_parts.h"

#include <stdio.h>

#include "base/hash.h"
#include "domain/date.h"
#include "ruling.h"

#define THINGS_MAX 60
#define VERSIONS_MAX 4

uint32_t
draw(uint64_t *sequence, uint32_t n)
{
    *sequence = *sequence * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t) (*sequence >> 33) % n;
}

/* --- departments --- */

#define PROTECTED_DATASET "bank.balances"

static size_t datasets[64]; /* the first kind of each */
static size_t dataset_count;

size_t
village_datasets(void)
{
    if (dataset_count > 0)
        return dataset_count;
    for (size_t k = 0; k < history_kind_count; k++)
        if (k == 0 || strcmp(history_kinds[k].dataset, history_kinds[k - 1].dataset) != 0)
            datasets[dataset_count++] = k;
    return dataset_count;
}

const char *
village_dataset(size_t dataset)
{
    return history_kinds[datasets[dataset]].dataset;
}

bool
village_is_protected(size_t dataset)
{
    return strcmp(village_dataset(dataset), PROTECTED_DATASET) == 0;
}

static bool
is_record(step_kind_t kind)
{
    return kind < STEP_MOVE;
}

const char *
village_key_names(size_t dataset)
{
    const kind_t *k = &history_kinds[datasets[dataset]];

    return !history_is_named(k) ? NULL : k->holder == 'h' ? "household:household_no" : "person:resident_id";
}

size_t
village_dataset_of(const village_t *self, const step_t *step)
{
    const char *word;
    size_t d = 0;

    if (!is_record(step->kind))
        return SIZE_MAX;
    word = history_kinds[self->things[step->thing].kind].dataset;
    while (strcmp(village_dataset(d), word) != 0)
        d++;
    return d;
}

/* --- making a history --- */

static size_t
draw_kind(uint64_t *sequence)
{
    unsigned total = 0, at;
    size_t k = 0;

    for (size_t i = 0; i < history_kind_count; i++)
        total += history_kinds[i].weight;
    at = draw(sequence, total);
    while (at >= history_kinds[k].weight)
        at -= history_kinds[k++].weight;
    return k;
}

static void
add_step(village_t *self, step_kind_t kind, unsigned slot, size_t thing, uint64_t *sequence)
{
    self->steps[self->step_count++] = (step_t){ .kind = kind, .slot = slot, .thing = (unsigned) thing, .value = draw(sequence, 1 << 30) };
}

/* What became of a record: mostly corrected, sometimes something else. */
static step_kind_t
draw_version(const thing_t *t, uint64_t *sequence)
{
    const kind_t *k = &history_kinds[t->kind];

    switch (draw(sequence, 10)) {
    case 0:
    case 1:
        return STEP_RETRACT;
    case 2:
        return STEP_END;
    case 3:
        return k->say == SAY_ENTRY ? STEP_PUT : STEP_BAD;
    case 4:
        return k->holder == 'p' && (!k->fixed || history_is_named(k)) ? STEP_MOVE : STEP_PUT;
    default:
        return STEP_PUT;
    }
}

static int
step_order(const void *a, const void *b)
{
    const step_t *x = a, *y = b;

    return x->slot != y->slot ? (x->slot < y->slot ? -1 : 1) : x->value < y->value ? -1 : x->value > y->value;
}

void
village_make(village_t *self, uint64_t seed, unsigned number, const days_t *days, arena_t *arena)
{
    uint64_t sequence = (seed * 1000003 + number) * 0x9e3779b97f4a7c15u;
    unsigned others;

    (void) draw(&sequence, 2);
    others = 10 + draw(&sequence, THINGS_MAX - 10 - VILLAGE_HOMES);
    *self = (village_t){ .number = number };
    self->things = arena_new_array(arena, thing_t, THINGS_MAX);
    self->steps = arena_new_array(arena, step_t, THINGS_MAX * VERSIONS_MAX + 64);
    for (unsigned i = 0; i < VILLAGE_HOMES + others; i++) {
        thing_t *t = &self->things[self->thing_count++];
        unsigned more = draw(&sequence, VERSIONS_MAX), slot;

        *t = (thing_t){ .kind = i < VILLAGE_HOMES ? 0 : (unsigned) draw_kind(&sequence), .number = i, .person = 1 + (int) draw(&sequence, VILLAGE_PEOPLE),
                        .home = i < VILLAGE_HOMES ? 1 + (int) i : 1 + (int) draw(&sequence, VILLAGE_HOMES) };
        slot = draw(&sequence, 5) < 3 ? 0 : draw(&sequence, days->slots); /* mostly there from the start */
        add_step(self, STEP_PUT, slot, i, &sequence);
        if (i >= VILLAGE_HOMES && draw(&sequence, 2) == 0)
            more = 0;
        for (unsigned v = 0; v < more; v++)
            add_step(self, draw_version(t, &sequence), draw(&sequence, days->slots), i, &sequence);
    }
    for (unsigned i = draw(&sequence, 4); i > 0; i--)
        add_step(self, STEP_SAME, draw(&sequence, days->slots), draw(&sequence, VILLAGE_ALIASES), &sequence);
    for (unsigned i = draw(&sequence, 5); i > 0; i--)
        add_step(self, STEP_DECIDE, draw(&sequence, days->slots), draw(&sequence, VILLAGE_MATTERS), &sequence);
    for (unsigned i = draw(&sequence, 4); i > 0; i--)
        add_step(self, STEP_VISIT, draw(&sequence, days->slots), draw(&sequence, VILLAGE_ALERTS), &sequence);
    qsort(self->steps, self->step_count, sizeof *self->steps, step_order);
    village_settle(self);
}

void
village_settle(village_t *self)
{
    for (size_t t = 0; t < self->thing_count; t++) {
        bool live = false, broken = false, ended = false;
        unsigned slot = UINT32_MAX;

        for (size_t i = 0; i < self->step_count; i++) {
            step_t *s = &self->steps[i];

            if (s->left_out || s->kind > STEP_MOVE || s->thing != t)
                continue;
            s->idle = s->kind == STEP_MOVE && (!live || broken || ended || slot == s->slot);
            for (size_t k = i + 1; s->kind == STEP_MOVE && k < self->step_count && self->steps[k].slot == s->slot; k++)
                s->idle |= self->steps[k].kind <= STEP_MOVE && self->steps[k].thing == t && !self->steps[k].left_out; /* what comes first on a day is not given */
            s->idle |= s->kind == STEP_END && !live;
            if (s->idle)
                continue;
            slot = s->slot;
            live = s->kind == STEP_PUT || (live && s->kind != STEP_RETRACT);
            ended = live && (s->kind == STEP_END || (ended && s->kind != STEP_PUT));
            broken = s->kind == STEP_BAD;
        }
    }
}

/* --- what counts in the end --- */

static bool
counts(const step_t *s, size_t thing)
{
    return !s->left_out && !s->idle && s->kind <= STEP_MOVE && s->thing == thing;
}

/* Where a step stands among all that is said: on one day records come before what the door says of them. */
static size_t
place_of(const village_t *self, const step_t *s)
{
    return ((size_t) s->slot * 2 + (s->kind == STEP_MOVE)) * 4096 + (size_t) (s - self->steps);
}

void
village_say_last(const village_t *self, fixture_t *fx, const days_t *days, size_t thing, size_t *ret_at, bool write)
{
    const step_t *base = NULL;
    moved_t moved = { .count = 0 };

    *ret_at = SIZE_MAX;
    for (size_t i = 0; i < self->step_count; i++) {
        const step_t *s = &self->steps[i];
        uint64_t sequence = s->value;

        if (!counts(s, thing))
            continue;
        if (base == NULL)
            *ret_at = place_of(self, s);
        if (s->kind == STEP_PUT || s->kind == STEP_RETRACT) {
            base = s;
            moved = (moved_t){ .persons = { history_person_of(self, &self->things[thing], s->value) }, .count = 1 };
        }
        if (s->kind == STEP_MOVE) {
            REQUIRE(moved.count > 0 && moved.count < COUNT_OF(moved.persons));
            moved.persons[moved.count++] = history_draw_person(self, &sequence);
        }
        if (s->kind == STEP_PUT || s->kind == STEP_RETRACT || s->kind == STEP_MOVE)
            *ret_at = place_of(self, s);
    }
    if (!write)
        return;
    if (base != NULL && base->kind == STEP_PUT)
        history_put(self, fx, days, &self->things[thing], base->value, &moved);
    for (const step_t *s = base == NULL ? self->steps : base + 1; s < self->steps + self->step_count; s++)
        if (counts(s, thing) && s->kind != STEP_MOVE)
            village_say(self, fx, days, s);
}

static bool
is_same(const village_t *self, unsigned alias)
{
    bool same = false;

    for (size_t i = 0; i < self->step_count; i++)
        if (self->steps[i].kind == STEP_SAME && self->steps[i].thing == alias && !self->steps[i].left_out)
            same = self->steps[i].value % 2 == 0;
    return same;
}

/* --- what the door says --- */

/* Whose the record is before the step. */
static int
person_before(const village_t *self, const step_t *step)
{
    int person = 0;

    for (const step_t *s = self->steps; s < step; s++) {
        uint64_t sequence = s->value;

        if (counts(s, step->thing) && s->kind == STEP_PUT)
            person = history_person_of(self, &self->things[step->thing], s->value);
        if (counts(s, step->thing) && s->kind == STEP_MOVE)
            person = history_draw_person(self, &sequence);
    }
    return person;
}

static void
tell_move(const village_t *self, fixture_t *fx, const step_t *step)
{
    const thing_t *t = &self->things[step->thing];
    char from[UUID_TEXT_SIZE], to[UUID_TEXT_SIZE], key[64], hex[33];
    uint64_t sequence = step->value;
    AUTO_STR item = STR_INIT;
    hash_t hash;

    history_key(self, t, key);
    hash_of(key, strlen(key), &hash);
    str_hex(hash.b, 16, hex);
    str_printf(&item, "{\"from\":\"%s\",\"to\":\"%s\",\"datasets\":[],\"records\":[{\"dataset\":\"%s\",\"record\":\"%s\"}]}",
               history_id(fixture_person(person_before(self, step)), from), history_id(fixture_person(history_draw_person(self, &sequence)), to),
               history_kinds[t->kind].dataset, hex);
    fixture_hold_persons(fx, "moves", str_c(&item));
}

static void
tell_same(const village_t *self, fixture_t *fx, unsigned alias, bool same)
{
    int head = history_person(self, 1 + (int) alias);
    char a[UUID_TEXT_SIZE], b[UUID_TEXT_SIZE];
    AUTO_STR item = STR_INIT;

    str_printf(&item, "{\"person\":\"%s\",\"is\":\"%s\",\"provisional\":true}", history_id(fixture_person(head + ALIAS_APART), a),
               history_id(fixture_person(same ? head : head + ALIAS_APART), b));
    fixture_hold_persons(fx, "persons", str_c(&item));
}

void
village_tell(const village_t *self, fixture_t *fx, const step_t *step)
{
    if (step->kind == STEP_MOVE)
        tell_move(self, fx, step);
    else
        tell_same(self, fx, step->thing, step->value % 2 == 0);
}

void
village_tell_last(const village_t *self, fixture_t *fx)
{
    for (unsigned a = 0; a < VILLAGE_ALIASES; a++)
        if (is_same(self, a))
            tell_same(self, fx, a, true);
}

/* --- what people decide --- */

typedef struct {
    int home, person; /* person 0: the household */
    const char *category;
} matter_t;

static const matter_t matters[VILLAGE_MATTERS] = { { 1, 0, "dibao" },
                                                   { 2, 0, "dibao" },
                                                   { 1, 0, "marginal" },
                                                   { 1, 3, "tekun" },
                                                   { 1, 1 + ALIAS_APART, "disability_nursing" },
                                                   { 1, 2 + ALIAS_APART, "tekun" },
                                                   { 1, 1, "disability_nursing" }, /* and under the other name */
                                                   { 1, 2, "tekun" } };
static const matter_t alerts[VILLAGE_ALERTS] = {
    { 1, 0, "dibao" }, { 2, 0, "dibao" }, { 1, 4, "disability_nursing" }, { 1, 1 + ALIAS_APART, "tekun" }
};

/* `settled`: by the name that stays. */
static uuid_t
matter_person(const village_t *self, const matter_t *m, bool settled)
{
    bool named = m->person > ALIAS_APART && settled && is_same(self, (unsigned) (m->person - ALIAS_APART - 1));

    return fixture_person(history_person(self, named ? m->person - ALIAS_APART : m->person));
}

static void
decide(const village_t *self, fixture_t *fx, const days_t *days, const step_t *step, bool settled)
{
    static const ruling_verb_t verbs[] = { RULING_GRANTS, RULING_REFUSES, RULING_KEEPS, RULING_NOT_GRANTED, RULING_WITHDRAWN };
    const matter_t *m = &matters[step->thing];
    uint64_t sequence = step->value;
    char text[48];
    ruling_t r = { .household = fixture_household(history_home(self, m->home)), .category = m->category,
                   .verb = verbs[draw(&sequence, COUNT_OF(verbs))] };

    (void) snprintf(text, sizeof text, "%u decision %zu", self->number, (size_t) (step - self->steps));
    uuid_derive("decision", text, &r.id);
    if (m->person != 0)
        r.person = matter_person(self, m, settled);
    r.from = days->first - 100 + (int32_t) draw(&sequence, 160);
    r.until = r.from + 1 + (int32_t) draw(&sequence, 200);
    const decided_t decided = { .ruling = &r, .reason = "because it is so", .conference = "minutes 1", .actor = "test" };
    fixture_decide(fx, &decided);
}

static void
visit(const village_t *self, fixture_t *fx, const days_t *days, const step_t *step, bool settled)
{
    const matter_t *m = &alerts[step->thing];
    uint64_t sequence = step->value;
    char alert[UUID_TEXT_SIZE], home[UUID_TEXT_SIZE], id[UUID_TEXT_SIZE], person[80] = "", date[DATE_TEXT_SIZE], name[48];
    AUTO_STR text = STR_INIT;
    uuid_t u;

    (void) snprintf(name, sizeof name, "%u alert %u", self->number, step->thing);
    uuid_derive("alert", name, &u);
    history_id(u, alert);
    if (m->person != 0)
        (void) snprintf(person, sizeof person, ",\"person\":\"%s\"", history_id(matter_person(self, m, settled), id));
    date_format(days->first - 60 + (int32_t) draw(&sequence, 100), date);
    str_printf(&text, "{\"alert\":\"%s\",\"version\":%zu,\"state\":\"visited\",\"household\":\"%s\",\"kind\":\"newly_qualifies\","
                      "\"category\":\"%s\",\"findings\":[{\"finding\":\"%s\",\"category\":\"%s\"%s}],"
                      "\"visit\":{\"visited_on\":\"%s\",\"visitors\":[\"a\",\"b\"],\"result\":\"%s\"}}",
               alert, (size_t) (step - self->steps) + 1, history_id(fixture_household(history_home(self, m->home)), home), m->category, alert,
               m->category, person, date, draw(&sequence, 4) == 0 ? "no_hardship" : "apply");
    fixture_alert(fx, str_c(&text));
}

void
village_rule(const village_t *self, fixture_t *fx, const days_t *days, const step_t *step, bool settled)
{
    if (step->kind == STEP_DECIDE)
        decide(self, fx, days, step, settled);
    else
        visit(self, fx, days, step, settled);
}

/* --- telling of it --- */

bool
village_is_of(unsigned number, const char *line)
{
    const village_t village = { .number = number };
    char id[UUID_TEXT_SIZE];

    for (int i = 1; i <= VILLAGE_PEOPLE + ALIAS_APART; i++) {
        if (i <= VILLAGE_HOMES && strstr(line, history_id(fixture_household(history_home(&village, i)), id)) != NULL)
            return true;
        if ((i <= VILLAGE_PEOPLE || i > ALIAS_APART) && strstr(line, history_id(fixture_person(history_person(&village, i)), id)) != NULL)
            return true;
    }
    return false;
}

void
village_print(const village_t *self, fixture_t *fx, const days_t *days)
{
    static const char *const names[] = { "put", "retract", "end", "bad", "move", "same", "decide", "visit" };

    for (size_t i = 0; i < self->step_count; i++) {
        const step_t *s = &self->steps[i];

        if (s->left_out || s->idle)
            continue;
        (void) fprintf(stderr, "day %u: %s %u (%u)", s->slot, names[s->kind], s->thing, s->value);
        if (s->kind <= STEP_MOVE)
            (void) fprintf(stderr, " %s %s", history_kinds[self->things[s->thing].kind].dataset,
                           history_kinds[self->things[s->thing].kind].fact != NULL ? history_kinds[self->things[s->thing].kind].fact : "");
        if (s->kind < STEP_MOVE) {
            village_say(self, fx, days, s);
            (void) fprintf(stderr, "\n    %s", str_c(&fx->pending));
            str_clear(&fx->pending);
            fx->pending_count = 0;
        }
        (void) fputc('\n', stderr);
    }
}
