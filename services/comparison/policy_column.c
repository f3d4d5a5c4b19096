/* SPDX-License-Identifier: Apache-2.0 */
#include "base/num.h"
#include "domain/date.h"
#include "policy_block.h"
#include <string.h>

/* From dossiers to columns, in one pass over the facts. */

void
policy_months_init(policy_months_t *self, int32_t day)
{
    enum { MONTHS_BACK = 61, MONTHS = 63 }; /* no window is longer */
    int32_t first = date_month(day) - MONTHS_BACK, end = date_month_start(first + MONTHS);

    *self = (policy_months_t){ .first_day = date_month_start(first), .first_month = first };
    self->days = (uint32_t) (end - self->first_day);
    self->code = mem_new_array(uint8_t, self->days);
    for (int32_t month = 0; month < MONTHS; month++) {
        int32_t from = date_month_start(first + month), to = date_month_start(first + month + 1);

        memset(self->code + (from - self->first_day), 2 * month, (size_t) (to - from));
        self->code[from - self->first_day]++;
    }
}

/* The month of a day near the one of the assessment, and whether it is its first; false: it is not near. */
static bool
month_of(const policy_months_t *months, int32_t day, int32_t *ret_month, bool *ret_first)
{
    uint32_t at = (uint32_t) day - (uint32_t) months->first_day;

    if (at >= months->days)
        return false;
    *ret_month = months->first_month + months->code[at] / 2;
    *ret_first = months->code[at] % 2 != 0;
    return true;
}

/* Whole months of the window that the term covers, as date_months_inside. */
static int32_t
months_inside(const policy_span_t *span, int32_t from, int32_t to)
{
    int32_t first = span->first, last = span->last;
    bool begins = true, ignored;

    if (span->months == NULL || (from > span->from && !month_of(span->months, from, &first, &begins)) ||
        (to < span->to && !month_of(span->months, to, &last, &ignored)))
        return date_months_inside(span->first, span->last, from, to);
    first += begins ? 0 : 1;
    first = first > span->first ? first : span->first;
    last = last < span->last ? last : span->last;
    return last > first ? last - first : 0;
}

void
policy_window_span(const policy_window_t *window, int32_t day, policy_span_t *ret)
{
    ret->last = date_month(day) + (window->to_day ? 1 : 0);
    ret->first = ret->last - window->months;
    ret->from = window->months == 0 ? day : date_month_start(ret->first);
    ret->to = window->to_day ? day + 1 : date_month_start(ret->last);
}

static bool
holds(const term_t *codes, size_t n, term_t code)
{
    for (size_t i = 0; i < n; i++)
        if (codes[i] == code)
            return true;
    return false;
}

bool
policy_fact_is_passed_over(const policy_fact_t *spec, const fact_t *fact)
{
    return holds(spec->excepts, spec->except_count, fact->code) ||
           (spec->only_count > 0 && !holds(spec->onlys, spec->only_count, fact->code));
}

bool
policy_fact_is_left_out(const policy_fact_t *spec, int32_t day)
{
    return spec->not_counted && day <= spec->not_counted_until;
}

static void
part_monthly(const policy_span_t *span, const fact_t *fact, policy_part_t *ret)
{
    /* Most terms cover the window or miss it; only the others need the calendar. */
    if (fact->from >= fact->to || fact->from >= span->to || fact->to <= span->from)
        return;
    if (fact->from <= span->from && span->to <= fact->to)
        ret->months = span->last - span->first;
    else
        ret->months = months_inside(span, fact->from, fact->to);
    ret->has = ret->months > 0;
    ret->overflow = !num_mul_i64(fact->value, ret->months, &ret->amount);
}

void
policy_fact_part(const policy_fact_t *spec, const policy_span_t *span, const fact_t *fact, int32_t day,
                 policy_part_t *ret)
{
    *ret = (policy_part_t){ 0 };
    if (policy_fact_is_passed_over(spec, fact))
        return;
    switch (spec->accumulate) {
    case ACCUMULATE_MONTHLY:
        part_monthly(span, fact, ret);
        return;
    case ACCUMULATE_SUM:
        ret->has = span->from <= fact->from && fact->from < span->to;
        break;
    case ACCUMULATE_LATEST:
        ret->has = fact->from <= day && day < fact->to;
        break;
    case ACCUMULATE_EVENT:
        ret->has = fact->from <= day;
        break;
    case ACCUMULATE_LOWEST:
    case ACCUMULATE_HIGHEST:
        ret->has = fact->from < fact->to && fact->from < span->to && span->from < fact->to;
        ret->amount = ret->has ? fact->value : 0;
        return;
    }
    if (ret->has)
        ret->amount = spec->unit.money == 1 || spec->scale > 0 ? fact->value : 1;
}

bool
policy_fact_is_newer(const fact_t *a, const fact_t *b)
{
    if (a->from != b->from)
        return a->from > b->from;
    if (a->seq != b->seq)
        return a->seq > b->seq;
    if (a->index != b->index)
        return a->index > b->index;
    if (a->value != b->value)
        return a->value > b->value;
    return a->code > b->code;
}

int32_t
policy_fact_next_day(const policy_fact_t *spec, const fact_t *fact, int32_t day)
{
    bool ends = spec->accumulate == ACCUMULATE_LATEST || (spec->window != NULL && spec->window->months == 0); /* with its term */

    if (ends && fact->from <= day)
        return fact->to > day ? fact->to : DATE_OPEN;
    switch (spec->accumulate) {
    case ACCUMULATE_MONTHLY: /* windows of whole months move on the first only */
        return DATE_OPEN;
    case ACCUMULATE_SUM:
    case ACCUMULATE_EVENT:
    case ACCUMULATE_LOWEST:
    case ACCUMULATE_HIGHEST:
        return fact->from > day ? fact->from : DATE_OPEN;
    case ACCUMULATE_LATEST:
        return fact->from > day && fact->from < fact->to ? fact->from : DATE_OPEN;
    }
    return DATE_OPEN;
}

/* ---- one pass ---------------------------------------------------------------------------------------------------- */

static void
set_target(policy_targets_t *t, op_t op, int32_t reg)
{
    if (op == OP_LOAD_TOTAL)
        t->total = reg;
    else if (op == OP_LOAD_MONTHS)
        t->months = reg;
    else if (op == OP_LOAD_HAS)
        t->has = reg;
    else if (op == OP_LOAD_VALUE)
        t->value = reg;
    else if (op == OP_LOAD_CODE)
        t->code = reg;
    else
        t->ever = reg;
    t->loads = true;
}

/* The kinds that OP_READ reads of a person or a household, as far as there are bits. */
static void
mark_reads(policy_block_t *self)
{
    const program_t *p = &self->policy->program;
    uint64_t mark = 1;

    for (size_t i = 0; i < p->count && mark != 0; i++) {
        const policy_fact_t *spec = p->code[i].op == OP_READ ? &self->policy->facts[p->code[i].imm]->fact : NULL;

        if (spec == NULL || !policy_block_runs(self, i) || self->targets[spec->index].mark != 0 ||
            (spec->holder != HOLDER_PERSON && spec->holder != HOLDER_HOUSEHOLD))
            continue;
        self->targets[spec->index].mark = mark;
        mark <<= 1;
    }
}

static bool
is_filtered(const policy_fact_t *spec)
{
    return spec->except_count > 0 || spec->only_count > 0;
}

static bool
same_span(const policy_span_t *a, const policy_span_t *b)
{
    return a->from == b->from && a->to == b->to && a->first == b->first && a->last == b->last;
}

/* Whether any fact gives the same to both. */
static bool
gives_same(const policy_reader_t *a, const policy_reader_t *b)
{
    bool counts_a = a->spec->unit.money == 1 || a->spec->scale > 0, counts_b = b->spec->unit.money == 1 || b->spec->scale > 0;

    return a->gives && b->gives && a->spec->accumulate == b->spec->accumulate && same_span(a->span, b->span) &&
           !is_filtered(a->spec) && !is_filtered(b->spec) && counts_a == counts_b;
}

static void
add_reader(policy_block_t *self, policy_readers_t *readers, uint32_t *count, const policy_fact_t *spec, policy_holder_t holder)
{
    const policy_targets_t *t = &self->targets[spec->index];
    bool own = spec->holder == holder, linked = spec->holder == HOLDER_SUPPORTER && holder == HOLDER_PERSON;
    bool fills = t->total >= 0 || t->months >= 0 || t->has >= 0 || t->value >= 0 || t->code >= 0;
    policy_reader_t *r = &readers->list[*count];

    readers->marks[spec->kind] |= own ? t->mark : 0;
    *r = (policy_reader_t){ .spec = spec, .targets = t, .span = &self->spans[spec->index], .own = own,
                            .gives = fills && (own || (linked && self->supporters.read)) };
    if (!r->gives && t->ever < 0)
        return;
    for (r->same = readers->first[spec->kind]; r->same < *count && !gives_same(&readers->list[r->same], r);)
        r->same++;
    (*count)++;
}

/* Those who read a kind stand together, in the order of the policy. */
static void
find_readers(policy_block_t *self, scope_t scope, policy_holder_t holder)
{
    const policy_t *policy = self->policy;
    policy_readers_t *readers = &self->readers[scope];
    uint32_t count = 0;

    readers->kinds = policy->fact_of_term_count;
    readers->list = mem_new_array(policy_reader_t, policy->fact_count + 1);
    readers->first = mem_new_array(uint32_t, readers->kinds + 1);
    readers->marks = mem_new_array(uint64_t, readers->kinds + 1);
    for (size_t kind = 0; kind < readers->kinds; kind++) {
        readers->first[kind] = count;
        for (const policy_fact_t *spec = policy_fact_of(policy, (term_t) kind); spec != NULL; spec = policy_fact_next(policy, spec))
            add_reader(self, readers, &count, spec, holder);
    }
    readers->first[readers->kinds] = count;
}

/* Once per policy and mode: which registers each kind fills. */
void
policy_block_find_targets(policy_block_t *self)
{
    const program_t *p = &self->policy->program;

    self->targets = mem_new_array(policy_targets_t, self->policy->fact_count + 1);
    for (size_t i = 0; i < self->policy->fact_count; i++)
        self->targets[i] = (policy_targets_t){ .total = -1, .months = -1, .has = -1, .value = -1, .code = -1, .ever = -1 };
    for (size_t i = 0; i < p->count; i++)
        if (policy_block_runs(self, i) && program_op_is_load((op_t) p->code[i].op) &&
            p->code[i].op != OP_LOAD_BUILTIN)
            set_target(&self->targets[p->code[i].imm], (op_t) p->code[i].op, (int32_t) i);
    for (size_t i = 0; i < self->policy->fact_count; i++)
        if (self->targets[i].value >= 0 || self->targets[i].code >= 0)
            self->targets[i].row = self->rows++;
    mark_reads(self);
    find_readers(self, SCOPE_HOUSEHOLD, HOLDER_HOUSEHOLD);
    find_readers(self, SCOPE_MEMBER, HOLDER_PERSON);
    self->parts = mem_new_array(policy_part_t, self->policy->fact_count + 1);
}

void
policy_block_done_targets(policy_block_t *self)
{
    for (size_t s = 0; s < COUNT_OF(self->readers); s++) {
        mem_free(self->readers[s].list);
        mem_free(self->readers[s].first);
        mem_free(self->readers[s].marks);
    }
    mem_free(self->parts);
    mem_free(self->targets);
}

static void
add_amount(policy_block_t *b, int32_t reg, size_t lane, const policy_part_t *part)
{
    if (part->overflow || !num_add_i64(b->value[reg][lane], part->amount, &b->value[reg][lane]))
        b->unknown[reg][lane] = 1;
}

static void
load_newest(policy_block_t *b, const policy_targets_t *t, const fact_t *fact, size_t lane)
{
    const fact_t **newest = &b->newest[t->row * policy_block_widest(b) + lane];

    if (*newest != NULL && !policy_fact_is_newer(fact, *newest))
        return;
    *newest = fact;
    if (t->value >= 0) {
        b->value[t->value][lane] = fact->value;
        b->unknown[t->value][lane] = 0;
    }
    if (t->code >= 0) {
        b->value[t->code][lane] = fact->code;
        b->unknown[t->code][lane] = 0;
    }
}

static void
load_part(policy_block_t *b, const policy_targets_t *t, const policy_part_t *part, const fact_t *fact, size_t lane)
{
    if (t->total >= 0)
        add_amount(b, t->total, lane, part);
    if (t->months >= 0)
        b->value[t->months][lane] += part->months;
    if (t->has >= 0)
        b->value[t->has][lane] = 1;
    if (t->value >= 0 || t->code >= 0)
        load_newest(b, t, fact, lane);
}

/* It lies with the supported, of lane `member`, and is about a supporter. */
static void
load_linked(policy_block_t *b, const policy_targets_t *t, const policy_part_t *part, const fact_t *fact, size_t member)
{
    for (size_t s = b->supporters.first[member]; s < b->supporters.first[member + 1]; s++)
        if (policy_block_is_about(fact, b->supporters.links[s]))
            load_part(b, t, part, fact, s);
}

/* `lane` is the member, or the household for its own facts. */
static void
load_fact(policy_block_t *b, const fact_t *fact, scope_t scope, size_t household, size_t lane)
{
    const policy_readers_t *readers = &b->readers[scope];

    if (fact->kind >= readers->kinds)
        return;
    b->holds[scope][lane] |= readers->marks[fact->kind];
    for (size_t i = readers->first[fact->kind], end = readers->first[fact->kind + 1]; i < end; i++) {
        const policy_reader_t *r = &readers->list[i];
        policy_part_t *part = &b->parts[r->same];

        if (r->targets->ever >= 0 && !policy_fact_is_passed_over(r->spec, fact))
            b->value[r->targets->ever][household] = 1;
        if (!r->gives)
            continue;
        if (r->same == i)
            policy_fact_part(r->spec, r->span, fact, b->day, part);
        if (part->has && r->own)
            load_part(b, r->targets, part, fact, lane);
        else if (part->has)
            load_linked(b, r->targets, part, fact, lane);
    }
}

static void
clear_loads(const policy_block_t *b)
{
    for (size_t i = 0; i < b->loads.count; i++) {
        uint32_t reg = b->loads.regs[i];
        const instr_t *instr = &b->policy->program.code[reg];
        size_t lanes = policy_block_lanes(b, (scope_t) instr->scope);
        /* A value of nothing in force is not known, until one is found. */
        bool named = instr->op == OP_LOAD_VALUE || instr->op == OP_LOAD_CODE;

        memset(b->value[reg], 0, lanes * sizeof(int64_t));
        memset(b->unknown[reg], named ? 1 : 0, lanes);
    }
}

static void
load_same_household(policy_block_t *b, size_t reg)
{
    const policy_supporters_t *s = &b->supporters;

    for (size_t i = 0; i < s->count; i++)
        b->value[reg][i] = s->home[i] != POLICY_NO_LANE &&
                           uuid_eq(&b->dossiers[s->home[i]]->household, &b->dossiers[b->home[s->member[i]]]->household);
}

static void
load_builtin(policy_block_t *b, size_t reg)
{
    const instr_t *instr = &b->policy->program.code[reg];
    size_t lanes = policy_block_lanes(b, (scope_t) instr->scope);

    if (instr->imm == BUILTIN_SAME_HOUSEHOLD) {
        load_same_household(b, reg);
        return;
    }
    for (size_t i = 0; i < lanes; i++) {
        const dossier_t *d = b->dossiers[instr->scope == SCOPE_MEMBER ? b->home[i] : i];
        const member_t *m = instr->scope == SCOPE_MEMBER ? &d->members[i - b->first[b->home[i]]] : NULL;
        int64_t v = 0;

        switch ((policy_builtin_t) instr->imm) {
        case BUILTIN_AGE:
            v = m->born <= b->day ? date_age(m->born, b->day) : 0;
            break;
        case BUILTIN_MALE:
            v = m->male;
            break;
        case BUILTIN_BORN:
            v = m->born;
            break;
        case BUILTIN_RELATION:
            v = m->relation;
            break;
        case BUILTIN_URBAN:
            v = d->urban;
            break;
        case BUILTIN_CLOSED:
            v = d->closed;
            break;
        case BUILTIN_TODAY:
            v = b->day;
            break;
        case BUILTIN_REGION:
            v = policy_region_number(d->region);
            break;
        case BUILTIN_SAME_HOUSEHOLD:
        case BUILTIN_GRACE_MONTH: /* its own instruction */
        case BUILTIN_COUNT:
            break;
        }
        b->value[reg][i] = v;
    }
}

/* The facts lie anywhere in memory, and waiting for them is most of the work: they are asked for some households ahead. */
static void
fetch_ahead(const policy_block_t *b, size_t household)
{
    enum { MEMBERS_AHEAD = 12, FACTS_AHEAD = 6, LINE_BYTES = 64 };
    const dossier_t *d;

    if (household + MEMBERS_AHEAD >= b->households)
        return;
    __builtin_prefetch(b->dossiers[household + MEMBERS_AHEAD]->members);
    d = b->dossiers[household + FACTS_AHEAD];
    __builtin_prefetch(d->facts);
    for (size_t m = 0; m < d->member_count; m++) {
        const char *facts = (const char *) d->members[m].facts;

        for (size_t at = 0; at < d->members[m].fact_count * sizeof(fact_t); at += LINE_BYTES)
            __builtin_prefetch(facts + at);
    }
}

void
policy_block_load(policy_block_t *self)
{
    const policy_t *policy = self->policy;

    clear_loads(self);
    memset(self->newest, 0, self->rows * policy_block_widest(self) * sizeof(*self->newest));
    memset(self->holds[SCOPE_HOUSEHOLD], 0, self->households * sizeof(uint64_t));
    memset(self->holds[SCOPE_MEMBER], 0, self->members * sizeof(uint64_t));
    for (size_t i = 0; i < self->loads.count; i++)
        if (policy->program.code[self->loads.regs[i]].op == OP_LOAD_BUILTIN)
            load_builtin(self, self->loads.regs[i]);
    for (size_t h = 0; h < self->households; h++) {
        const dossier_t *d = self->dossiers[h];

        fetch_ahead(self, h);
        for (size_t f = 0; f < d->fact_count; f++)
            load_fact(self, &d->facts[f], SCOPE_HOUSEHOLD, h, h);
        for (size_t m = 0; m < d->member_count; m++)
            for (size_t f = 0; f < d->members[m].fact_count; f++)
                load_fact(self, &d->members[m].facts[f], SCOPE_MEMBER, h, self->first[h] + m);
    }
}
