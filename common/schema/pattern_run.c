/* SPDX-License-Identifier: Apache-2.0 */
#include "schema/pattern.h"

#include "base/mem.h"
#include "schema/pattern_program.h"

/* The steps at which the automaton stands, each at most once: `dense` lists them, `place` finds them without clearing.
 */
typedef struct {
    uint32_t *dense, *place;
    size_t count;
} states_t;

typedef struct {
    const pattern_t *pattern;
    uint32_t *todo; /* of add */
    bool at_begin, at_end;
    bool matched;
} run_t;

uint32_t
pattern_next(const char **at)
{
    const unsigned char *p = (const unsigned char *) *at;
    size_t n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    uint32_t c = n == 1 ? p[0] : p[0] & (0x7fu >> n);

    for (size_t i = 1; i < n; i++)
        c = c << 6 | (p[i] & 0x3f);
    *at += n;
    return c;
}

static bool
has(const states_t *s, uint32_t step)
{
    return s->place[step] < s->count && s->dense[s->place[step]] == step;
}

/* Adds a step and all that is reached from it without reading. */
static void
add(run_t *r, states_t *s, uint32_t step)
{
    size_t todo = 0;

    r->todo[todo++] = step;
    while (todo > 0) {
        uint32_t i = r->todo[--todo];
        const pattern_step_t *x = &r->pattern->steps[i];

        if (has(s, i))
            continue;
        s->place[i] = (uint32_t) s->count;
        s->dense[s->count++] = i;
        switch (x->op) {
        case PATTERN_SPLIT:
            r->todo[todo++] = (uint32_t) ((int32_t) i + x->b);
            r->todo[todo++] = (uint32_t) ((int32_t) i + x->a);
            break;
        case PATTERN_JUMP:
            r->todo[todo++] = (uint32_t) ((int32_t) i + x->a);
            break;
        case PATTERN_BEGIN:
            if (r->at_begin)
                r->todo[todo++] = i + 1;
            break;
        case PATTERN_END:
            if (r->at_end)
                r->todo[todo++] = i + 1;
            break;
        case PATTERN_MATCH:
            r->matched = true;
            break;
        case PATTERN_CHAR:
        case PATTERN_CLASS:
            break;
        }
    }
}

static bool
takes(const pattern_t *p, const pattern_step_t *x, uint32_t c)
{
    if (x->op == PATTERN_CHAR)
        return (uint32_t) x->a == c;
    return x->op == PATTERN_CLASS && pattern_class_has(&p->classes[x->a], c);
}

static bool
run(run_t *r, states_t *now, states_t *next, const char *text)
{
    const char *at = text;

    for (;;) {
        r->at_begin = at == text;
        r->at_end = *at == '\0';
        add(r, now, 0);
        if (r->matched || r->at_end)
            return r->matched;

        uint32_t c = pattern_next(&at);
        r->at_begin = false;
        r->at_end = *at == '\0';
        next->count = 0;
        for (size_t i = 0; i < now->count; i++)
            if (takes(r->pattern, &r->pattern->steps[now->dense[i]], c))
                add(r, next, now->dense[i] + 1);
        if (r->matched)
            return true;
        states_t swap = *now;
        *now = *next;
        *next = swap;
    }
}

bool
pattern_matches(const pattern_t *self, const char *text)
{
    size_t n = self->count;
    /* two state sets of two arrays each, and at most two entries to do per step */
    AUTO_FREE uint32_t *space = mem_new_array(uint32_t, 6 * n + 2);
    states_t now = { space, space + n, 0 }, next = { space + 2 * n, space + 3 * n, 0 };
    run_t r = { .pattern = self, .todo = space + 4 * n };

    return run(&r, &now, &next, text);
}
