/* SPDX-License-Identifier: Apache-2.0 */
#include "schema/pattern.h"

#include "base/mem.h"
#include "schema/pattern_program.h"

#include <string.h>

#define STEPS_MAX 20000
#define REPEAT_MAX 1000
#define GROUPS_MAX 32

typedef struct {
    pattern_t *out;
    const char *source, *at;
    err_t *err;
    unsigned groups; /* open ones: bounds the recursion */
} parse_t;

static bool parse_choice(parse_t *p);

static bool
fail(const parse_t *p, const char *what)
{
    return err_set(p->err, ERR_CONFIG, "pattern", "%s at character %zu of the pattern", what,
                   (size_t) (p->at - p->source) + 1);
}

static bool
emit(parse_t *p, pattern_op_t op, int32_t a, int32_t b)
{
    pattern_t *out = p->out;

    if (out->count >= STEPS_MAX)
        return fail(p, "too many repetitions");
    out->steps = mem_grow(out->steps, &out->cap, out->count + 1, sizeof(*out->steps));
    out->steps[out->count++] = (pattern_step_t){ op, a, b };
    return true;
}

/* Makes room for one step before `at`; blocks hold relative jumps, so moving one changes nothing inside it. */
static bool
insert(parse_t *p, size_t at, pattern_op_t op, int32_t a, int32_t b)
{
    pattern_step_t *steps;

    if (!emit(p, op, a, b))
        return false;
    steps = p->out->steps;
    memmove(steps + at + 1, steps + at, (p->out->count - 1 - at) * sizeof(*steps));
    steps[at] = (pattern_step_t){ op, a, b };
    return true;
}

static bool
copy_block(parse_t *p, size_t from, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        pattern_step_t s = p->out->steps[from + i];
        if (!emit(p, s.op, s.a, s.b))
            return false;
    }
    return true;
}

static pattern_class_t *
class_new(parse_t *p, size_t *ret_index)
{
    pattern_t *out = p->out;

    out->classes = mem_grow(out->classes, &out->class_cap, out->class_count + 1, sizeof(*out->classes));
    *ret_index = out->class_count;
    return &out->classes[out->class_count++];
}

static bool
hex(const char **at, unsigned width, uint32_t *ret)
{
    unsigned char b[2] = { 0, 0 };

    if (strnlen(*at, width) < width || !str_unhex(*at, width, b + 2 - width / 2, width / 2))
        return false;
    *ret = (uint32_t) b[0] << 8 | b[1];
    *at += width;
    return true;
}

/* "{1f600}" */
static bool
parse_braced(parse_t *p, uint32_t *ret)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    size_t n = strspn(p->at + 1, digits);
    uint32_t c = 0;

    if (n == 0 || n > 6 || p->at[1 + n] != '}')
        return fail(p, "bad \\u{…}");
    for (size_t i = 1; i <= n; i++) {
        size_t value = (size_t) (strchr(digits, p->at[i]) - digits);
        c = c * 16 + (uint32_t) (value < 16 ? value : value - 6);
    }
    if (c > PATTERN_CODE_POINT_MAX)
        return fail(p, "bad \\u{…}");
    p->at += n + 2;
    *ret = c;
    return true;
}

/* Behind "\u": four digits, a surrogate pair, or {…}. */
static bool
parse_unicode(parse_t *p, uint32_t *ret)
{
    uint32_t c = 0, low = 0;

    if (*p->at == '{') {
        if (!parse_braced(p, &c))
            return false;
    } else if (!hex(&p->at, 4, &c)) {
        return fail(p, "bad \\u");
    } else if (c >= 0xd800 && c <= 0xdbff && str_starts(p->at, "\\u")) {
        const char *second = p->at + 2;
        if (!hex(&second, 4, &low) || low < 0xdc00 || low > 0xdfff)
            return fail(p, "half of a surrogate pair");
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        p->at = second;
    }
    if (c >= 0xd800 && c <= 0xdfff)
        return fail(p, "half of a surrogate pair");
    *ret = c;
    return true;
}

/* Behind the backslash: escapes that stand for one code point. */
static bool
parse_escape(parse_t *p, bool in_class, uint32_t *ret)
{
    static const char from[] = "fnrtv", to[] = "\f\n\r\t\v";
    char c = *p->at;
    const char *which = c == '\0' ? NULL : strchr(from, c);

    if (which != NULL) {
        p->at++;
        *ret = (uint32_t) to[which - from];
        return true;
    }
    if (c == 'u') {
        p->at++;
        return parse_unicode(p, ret);
    }
    if (c == 'x') {
        p->at++;
        return hex(&p->at, 2, ret) || fail(p, "bad \\x");
    }
    if (in_class && c == 'b') {
        p->at++;
        *ret = '\b';
        return true;
    }
    if (c != '\0' && (strchr("^$\\.*+?()[]{}|/", c) != NULL || (in_class && c == '-'))) {
        p->at++;
        *ret = (unsigned char) c;
        return true;
    }
    return fail(p, "an escape that is not implemented");
}

/* One end of a range; *ret_set: it was a whole set such as \d, already added. */
static bool
parse_class_atom(parse_t *p, pattern_class_t *cls, bool *ret_set, uint32_t *ret)
{
    *ret_set = false;
    if (*p->at == '\0')
        return fail(p, "a class is not closed");
    if (*p->at != '\\') {
        *ret = pattern_next(&p->at);
        return true;
    }
    p->at++;
    if (*p->at != '\0' && pattern_class_add_escape(cls, *p->at)) {
        p->at++;
        *ret_set = true;
        return true;
    }
    return parse_escape(p, true, ret);
}

static bool
parse_class(parse_t *p)
{
    size_t index;
    pattern_class_t *cls = class_new(p, &index);
    bool set;
    uint32_t from = 0, to = 0;

    p->at++;
    if (*p->at == '^') {
        cls->negated = true;
        p->at++;
    }
    while (*p->at != ']') {
        if (!parse_class_atom(p, cls, &set, &from))
            return false;
        if (p->at[0] == '-' && p->at[1] != ']' && p->at[1] != '\0') {
            bool first_set = set;
            p->at++;
            if (!parse_class_atom(p, cls, &set, &to))
                return false;
            if (first_set || set || from > to)
                return fail(p, "a bad range");
            pattern_class_add(cls, from, to);
        } else if (!set) {
            pattern_class_add(cls, from, from);
        }
    }
    p->at++;
    return emit(p, PATTERN_CLASS, (int32_t) index, 0);
}

static bool
parse_group(parse_t *p)
{
    p->at++;
    if (*p->at == '?') {
        if (p->at[1] != ':')
            return fail(p, "look-around and named groups are not implemented");
        p->at += 2;
    }
    if (++p->groups > GROUPS_MAX)
        return fail(p, "too many groups");
    if (!parse_choice(p))
        return false;
    if (*p->at != ')')
        return fail(p, "a group is not closed");
    p->groups--;
    p->at++;
    return true;
}

static bool
parse_set_escape(parse_t *p, bool *ret_done)
{
    size_t index;
    pattern_class_t *cls;

    *ret_done = false;
    if (p->at[1] == '\0' || strchr("dDwWsS", p->at[1]) == NULL)
        return true;
    cls = class_new(p, &index);
    (void) pattern_class_add_escape(cls, p->at[1]);
    p->at += 2;
    *ret_done = true;
    return emit(p, PATTERN_CLASS, (int32_t) index, 0);
}

/* One thing that a quantifier may follow. */
static bool
parse_atom(parse_t *p)
{
    uint32_t c = 0;
    size_t index;
    bool done;

    switch (*p->at) {
    case '(':
        return parse_group(p);
    case '[':
        return parse_class(p);
    case '.':
        p->at++;
        pattern_class_add_dot(class_new(p, &index));
        return emit(p, PATTERN_CLASS, (int32_t) index, 0);
    case '*':
    case '+':
    case '?':
    case '{':
        return fail(p, "nothing to repeat");
    case ']':
    case '}':
        return fail(p, "a closing bracket without its opening one");
    case '\\':
        if (!parse_set_escape(p, &done))
            return false;
        if (done)
            return true;
        p->at++;
        return parse_escape(p, false, &c) && emit(p, PATTERN_CHAR, (int32_t) c, 0);
    default:
        return emit(p, PATTERN_CHAR, (int32_t) pattern_next(&p->at), 0);
    }
}

static bool
parse_count(parse_t *p, size_t *ret)
{
    size_t n = 0;

    if (*p->at < '0' || *p->at > '9')
        return fail(p, "a number is missing in {…}");
    while (*p->at >= '0' && *p->at <= '9') {
        n = n * 10 + (size_t) (*p->at++ - '0');
        if (n > REPEAT_MAX)
            return fail(p, "more than 1000 repetitions");
    }
    *ret = n;
    return true;
}

/* *ret_max: SIZE_MAX = without bound. */
static bool
parse_quantifier(parse_t *p, size_t *ret_min, size_t *ret_max)
{
    *ret_min = *ret_max = 1;
    switch (*p->at) {
    case '*':
    case '+':
        *ret_min = *p->at == '+';
        *ret_max = SIZE_MAX;
        p->at++;
        break;
    case '?':
        *ret_min = 0;
        p->at++;
        break;
    case '{':
        p->at++;
        if (!parse_count(p, ret_min))
            return false;
        *ret_max = *ret_min;
        if (*p->at == ',') {
            p->at++;
            *ret_max = SIZE_MAX;
            if (*p->at != '}' && !parse_count(p, ret_max))
                return false;
        }
        if (*p->at != '}' || *ret_max < *ret_min)
            return fail(p, "a bad {…}");
        p->at++;
        break;
    default:
        return true;
    }
    if (*p->at == '?')
        p->at++;
    return true;
}

/* Turns the block of n steps at `first`, just emitted, into min … max copies of it. */
static bool
repeat(parse_t *p, size_t first, size_t min, size_t max)
{
    pattern_t *out = p->out;
    size_t n = out->count - first;

    if (max == 0) {
        out->count = first;
        return true;
    }
    for (size_t i = 1; i < min; i++)
        if (!copy_block(p, first, n))
            return false;
    if (max == SIZE_MAX) {
        /* x+ loops over its last copy; x* also may skip it */
        size_t last = out->count - n;
        if (min == 0)
            return insert(p, last, PATTERN_SPLIT, 1, (int32_t) n + 2) && emit(p, PATTERN_JUMP, -(int32_t) n - 1, 0);
        return emit(p, PATTERN_SPLIT, -(int32_t) n, 1);
    }
    /* each optional copy is skipped or taken by itself: the language is the same as that of nested ones */
    if (min == 0) {
        if (!insert(p, first, PATTERN_SPLIT, 1, (int32_t) n + 1))
            return false;
        first++;
        min = 1;
    }
    for (size_t i = min; i < max; i++)
        if (!emit(p, PATTERN_SPLIT, 1, (int32_t) n + 1) || !copy_block(p, first, n))
            return false;
    return true;
}

static bool
parse_sequence(parse_t *p)
{
    while (*p->at != '\0' && *p->at != '|' && *p->at != ')') {
        size_t first = p->out->count, min, max;

        if (*p->at == '^' || *p->at == '$') {
            if (!emit(p, *p->at == '^' ? PATTERN_BEGIN : PATTERN_END, 0, 0))
                return false;
            p->at++;
            if (*p->at != '\0' && strchr("*+?{", *p->at) != NULL)
                return fail(p, "nothing to repeat");
            continue;
        }
        if (!parse_atom(p) || !parse_quantifier(p, &min, &max) || !repeat(p, first, min, max))
            return false;
    }
    return true;
}

static bool
parse_choice(parse_t *p)
{
    size_t first = p->out->count;

    if (!parse_sequence(p))
        return false;
    while (*p->at == '|') {
        size_t left = p->out->count - first;
        p->at++;
        /* split, left, jump over right, right */
        if (!insert(p, first, PATTERN_SPLIT, 1, (int32_t) left + 2) || !emit(p, PATTERN_JUMP, 0, 0))
            return false;
        size_t jump = p->out->count - 1;
        if (!parse_sequence(p))
            return false;
        p->out->steps[jump].a = (int32_t) (p->out->count - jump);
    }
    return true;
}

bool
pattern_compile(const char *source, pattern_t **ret, err_t *err)
{
    AUTO(pattern) self = mem_new(pattern_t);
    parse_t p = { .out = self, .source = source, .at = source, .err = err };

    if (!parse_choice(&p))
        return false;
    if (*p.at != '\0')
        return fail(&p, "a closing bracket without its opening one");
    if (!emit(&p, PATTERN_MATCH, 0, 0))
        return false;
    *ret = TAKE(self);
    return true;
}

void
pattern_destroy(pattern_t **self_p)
{
    pattern_t *self = *self_p;

    if (self == NULL)
        return;
    for (size_t i = 0; i < self->class_count; i++)
        mem_free(self->classes[i].ranges);
    mem_free(self->classes);
    mem_free(self->steps);
    mem_free(self);
    *self_p = NULL;
}
