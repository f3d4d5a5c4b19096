/* SPDX-License-Identifier: Apache-2.0 */
#include "schema/schema.h"

#include "schema/schema_program.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

/* Where in the instance: a chain on the C stack, turned into text only when something is wrong. */
typedef struct path {
    const struct path *up;
    const char *member; /* NULL: an index */
    size_t index;
} path_t;

typedef struct {
    const schema_t *schema;
    err_t *err; /* NULL while only asking whether it matches */
} run_t;

static bool check(const run_t *r, uint32_t sub, const json_node_t *n, const path_t *at);

/* A member that the schema does not name may be called anything, a document number for one: show plain words only. */
static const char *
safe_name(const property_t *known, const char *name)
{
    size_t digits = 0;

    if (known != NULL)
        return name;
    if (strlen(name) > 48)
        return "?";
    for (const char *s = name; *s != '\0'; s++) {
        bool digit = *s >= '0' && *s <= '9';
        digits += digit;
        if (!digit && *s != '_' && *s != '-' && *s != '.' && !((*s | 0x20) >= 'a' && (*s | 0x20) <= 'z'))
            return "?";
    }
    return digits < 6 ? name : "?";
}

static void
add_path(str_t *out, const path_t *at)
{
    if (at == NULL)
        return;
    add_path(out, at->up);
    str_add_char(out, '/');
    if (at->member == NULL) {
        str_add_u64(out, at->index);
        return;
    }
    for (const char *s = at->member; *s != '\0'; s++) {
        if (*s == '~' || *s == '/')
            str_add(out, *s == '~' ? "~0" : "~1");
        else
            str_add_char(out, *s);
    }
}

static bool fail(const run_t *r, const path_t *at, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Says what was expected; never the value, which may be personal. */
static bool
fail(const run_t *r, const path_t *at, const char *fmt, ...)
{
    AUTO_STR pointer = STR_INIT;
    char what[ERR_TEXT_MAX];
    va_list args;

    if (r->err == NULL)
        return false;
    va_start(args, fmt);
    if (vsnprintf(what, sizeof(what), fmt, args) < 0)
        what[0] = '\0';
    va_end(args);
    add_path(&pointer, at);
    (void) err_set(r->err, ERR_REJECT, "bad_data", "%s%s%s", str_c(&pointer), pointer.len == 0 ? "" : ": ", what);
    (void) str_copy(r->err->pointer, sizeof(r->err->pointer), str_c(&pointer));
    return false;
}

static bool
check_type(const run_t *r, uint32_t mask, const json_node_t *n, const path_t *at)
{
    static const uint32_t masks[] = {
        [JSON_NULL] = TYPE_NULL,     [JSON_BOOL] = TYPE_BOOLEAN, [JSON_NUMBER] = TYPE_NUMBER,
        [JSON_STRING] = TYPE_STRING, [JSON_ARRAY] = TYPE_ARRAY,  [JSON_OBJECT] = TYPE_OBJECT
    };
    static const char *const names[] = { "null",     "true or false", "an integer", "a number",
                                         "a string", "an array",      "an object" };
    double v;

    if ((mask & masks[json_kind(n)]) != 0)
        return true;
    if ((mask & TYPE_INTEGER) != 0 && json_real(n, &v) && fmod(v, 1) >= 0 && fmod(v, 1) <= 0)
        return true;
    if (r->err == NULL)
        return false;

    AUTO_STR list = STR_INIT;
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if ((mask >> i & 1) != 0)
            str_printf(&list, "%s%s", list.len == 0 ? "" : " or ", names[i]);
    return fail(r, at, "must be %s", str_c(&list));
}

static bool
check_enum(const run_t *r, const json_node_t *values, const json_node_t *n, const path_t *at)
{
    for (const json_node_t *v = json_first(values); v != NULL; v = json_next(v))
        if (schema_equal(v, n))
            return true;
    if (r->err == NULL)
        return false;

    AUTO_STR list = STR_INIT;
    for (const json_node_t *v = json_first(values); v != NULL; v = json_next(v)) {
        if (list.len > 0)
            str_add(&list, ", ");
        json_canonical(v, &list);
    }
    return fail(r, at, "must be one of %s", str_c(&list));
}

static bool
check_const(const run_t *r, const json_node_t *value, const json_node_t *n, const path_t *at)
{
    if (schema_equal(value, n))
        return true;
    if (r->err == NULL)
        return false;

    AUTO_STR text = STR_INIT;
    json_canonical(value, &text);
    return fail(r, at, "must be %s", text.ptr);
}

/* ---- objects ---- */

/* Members mostly come in the schema's order, so the search starts behind the last one found. */
static const property_t *
find_property(const object_rule_t *rule, const char *name, size_t *hint)
{
    for (size_t i = 0; i < rule->property_count; i++) {
        size_t at = *hint + i < rule->property_count ? *hint + i : *hint + i - rule->property_count;
        if (strcmp(rule->properties[at].name, name) == 0) {
            *hint = at + 1 == rule->property_count ? 0 : at + 1;
            return &rule->properties[at];
        }
    }
    return NULL;
}

static bool
check_member(const run_t *r, const object_rule_t *rule, const property_t *p, const json_node_t *m, const path_t *at)
{
    bool additional = p == NULL || !p->listed;

    if (!additional && !check(r, p->sub, m, at))
        return false;
    for (size_t i = 0; i < rule->pattern_count; i++) {
        if (!pattern_matches(rule->patterns[i].pattern, json_key(m)))
            continue;
        additional = false;
        if (!check(r, rule->patterns[i].sub, m, at))
            return false;
    }
    if (!additional || rule->additional == SUB_NONE)
        return true;
    if (r->schema->subs[rule->additional].never)
        return fail(r, at, "unknown member");
    return check(r, rule->additional, m, at);
}

static bool
fail_missing(const run_t *r, const object_rule_t *rule, const json_node_t *n, const path_t *at)
{
    for (size_t i = 0; i < rule->property_count; i++) {
        const property_t *p = &rule->properties[i];
        if (p->required && json_get(n, p->name) == NULL)
            return fail(r, &(path_t){ .up = at, .member = p->name }, "is missing");
    }
    return false;
}

/* While only asking, the cheap half of the question comes first. */
static bool
lacks_required(const object_rule_t *rule, const json_node_t *n)
{
    for (size_t i = 0; i < rule->property_count; i++)
        if (rule->properties[i].required && json_get(n, rule->properties[i].name) == NULL)
            return true;
    return false;
}

static bool
check_object(const run_t *r, const object_rule_t *rule, const json_node_t *n, const path_t *at)
{
    size_t hint = 0, found = 0;
    int64_t count = 0;

    if (json_kind(n) != JSON_OBJECT)
        return true;
    if (r->err == NULL && rule->required_count == 1 && lacks_required(rule, n))
        return false;
    for (const json_node_t *m = json_first(n); m != NULL; m = json_next(m), count++) {
        const property_t *p = find_property(rule, json_key(m), &hint);
        found += p != NULL && p->required;
        if (!check_member(r, rule, p, m, &(path_t){ .up = at, .member = safe_name(p, json_key(m)) }))
            return false;
    }
    if (found < rule->required_count) /* names are unique, so counting them is enough */
        return fail_missing(r, rule, n, at);
    if (count < rule->min)
        return fail(r, at, "must have at least %lld members", (long long) rule->min);
    if (count > rule->max)
        return fail(r, at, "must have at most %lld members", (long long) rule->max);
    return true;
}

static bool
check_dependent(const run_t *r, const dependent_t *d, const json_node_t *n, const path_t *at)
{
    if (json_kind(n) != JSON_OBJECT || json_get(n, d->member) == NULL)
        return true;
    for (size_t i = 0; i < d->need_count; i++)
        if (json_get(n, d->needs[i]) == NULL)
            return fail(r, &(path_t){ .up = at, .member = d->needs[i] }, "is missing, as \"%s\" is given", d->member);
    return d->sub == SUB_NONE || check(r, d->sub, n, at);
}

/* ---- arrays ---- */

static bool
check_items(const run_t *r, const array_rule_t *rule, const json_node_t *n, const path_t *at, int64_t *ret_contained)
{
    run_t quiet = { .schema = r->schema };
    path_t here = { .up = at };

    for (const json_node_t *item = json_first(n); item != NULL; item = json_next(item), here.index++) {
        uint32_t sub = here.index < rule->prefix_count ? rule->prefix[here.index] : rule->items;
        if (sub != SUB_NONE && !check(r, sub, item, &here))
            return false;
        if (rule->contains != SUB_NONE && check(&quiet, rule->contains, item, &here))
            ++*ret_contained;
    }
    return true;
}

static bool
check_array(const run_t *r, const array_rule_t *rule, const json_node_t *n, const path_t *at)
{
    int64_t contained = 0, count;

    if (json_kind(n) != JSON_ARRAY)
        return true;
    count = (int64_t) json_count(n);
    if (count < rule->min)
        return fail(r, at, "must have at least %lld items", (long long) rule->min);
    if (count > rule->max)
        return fail(r, at, "must have at most %lld items", (long long) rule->max);
    if (!check_items(r, rule, n, at, &contained))
        return false;
    if (rule->contains != SUB_NONE && (contained < rule->min_contains || contained > rule->max_contains))
        return fail(r, at, "%lld items are as described, which is too %s", (long long) contained,
                    contained < rule->min_contains ? "few" : "many");
    int64_t repeated = rule->unique ? schema_first_repeated(n) : -1;
    if (repeated >= 0)
        return fail(r, &(path_t){ .up = at, .index = (size_t) repeated }, "repeats an earlier item");
    return true;
}

/* ---- numbers and strings ---- */

static bool
check_number(const run_t *r, const op_t *op, const json_node_t *n, const path_t *at)
{
    double v;

    if (!json_real(n, &v))
        return true;
    if (op->kind == OP_MINIMUM)
        return v >= op->v.real || fail(r, at, "must be at least %.15g", op->v.real);
    if (op->kind == OP_MAXIMUM)
        return v <= op->v.real || fail(r, at, "must be at most %.15g", op->v.real);
    if (op->kind == OP_ABOVE)
        return v > op->v.real || fail(r, at, "must be more than %.15g", op->v.real);
    if (op->kind == OP_BELOW)
        return v < op->v.real || fail(r, at, "must be less than %.15g", op->v.real);
    double rest = fmod(v, op->v.real);
    return (rest >= 0 && rest <= 0) || fail(r, at, "must be a multiple of %.15g", op->v.real);
}

/* The number of characters against `limit`: < 0, 0 or > 0.  One character has one to four bytes, so their number mostly decides. */
static int
length_compares(const char *s, int64_t limit)
{
    int64_t bytes = (int64_t) strlen(s), length = 0;

    if (bytes < limit)
        return -1;
    if (bytes / 4 > limit)
        return 1;
    for (; *s != '\0'; s++)
        length += ((unsigned char) *s & 0xc0) != 0x80;
    return length < limit ? -1 : length > limit;
}

static bool
check_text(const run_t *r, const op_t *op, const json_node_t *n, const path_t *at)
{
    const char *s = json_text(n);

    if (s == NULL)
        return true;
    if (op->kind == OP_PATTERN)
        return pattern_matches(op->v.pattern.compiled, s) || fail(r, at, "must match %s", op->v.pattern.source);
    if (op->kind == OP_FORMAT)
        return op->v.format->is_valid(s) || fail(r, at, "must be %s", op->v.format->expected);
    if (op->kind == OP_MIN_LENGTH)
        return length_compares(s, op->v.length) >= 0 ||
               fail(r, at, "must have at least %lld characters", (long long) op->v.length);
    return length_compares(s, op->v.length) <= 0 ||
           fail(r, at, "must have at most %lld characters", (long long) op->v.length);
}

/* ---- combining ---- */

static bool
check_combined(const run_t *r, const op_t *op, const json_node_t *n, const path_t *at)
{
    run_t quiet = { .schema = r->schema };
    uint32_t matched = 0;

    if (op->kind == OP_ALL_OF || op->kind == OP_REF) {
        for (uint32_t i = 0; i < op->count; i++)
            if (!check(r, op->v.subs[i], n, at))
                return false;
        return true;
    }
    for (uint32_t i = 0; i < op->count; i++) {
        matched += check(&quiet, op->v.subs[i], n, at);
        if (matched == 1 && op->kind == OP_ANY_OF)
            return true;
    }
    if (op->kind == OP_NOT)
        return matched == 0 || fail(r, at, "is of a form that is not allowed");
    if (matched == 1)
        return true;
    /* a single form that fails tells more by its own words */
    if (matched == 0 && op->count == 1)
        return check(r, op->v.subs[0], n, at);
    return fail(r, at,
                matched == 0 ? "is of none of the %u allowed forms" : "must be of one only of the %u allowed forms",
                op->count);
}

static bool
check_if(const run_t *r, const op_t *op, const json_node_t *n, const path_t *at)
{
    run_t quiet = { .schema = r->schema };
    uint32_t branch = check(&quiet, op->v.subs[0], n, at) ? op->v.subs[1] : op->v.subs[2];

    return branch == SUB_NONE || check(r, branch, n, at);
}

static bool
check_op(const run_t *r, const op_t *op, const json_node_t *n, const path_t *at)
{
    switch (op->kind) {
    case OP_TYPE:
        return check_type(r, op->count, n, at);
    case OP_CONST:
        return check_const(r, op->v.node, n, at);
    case OP_ENUM:
        return check_enum(r, op->v.node, n, at);
    case OP_OBJECT:
        return check_object(r, op->v.object, n, at);
    case OP_ARRAY:
        return check_array(r, op->v.array, n, at);
    case OP_MINIMUM:
    case OP_MAXIMUM:
    case OP_ABOVE:
    case OP_BELOW:
    case OP_MULTIPLE:
        return check_number(r, op, n, at);
    case OP_MIN_LENGTH:
    case OP_MAX_LENGTH:
    case OP_PATTERN:
    case OP_FORMAT:
        return check_text(r, op, n, at);
    case OP_REF:
    case OP_ALL_OF:
    case OP_ANY_OF:
    case OP_ONE_OF:
    case OP_NOT:
        return check_combined(r, op, n, at);
    case OP_IF:
        return check_if(r, op, n, at);
    case OP_DEPENDENT:
        for (uint32_t i = 0; i < op->count; i++)
            if (!check_dependent(r, &op->v.dependents[i], n, at))
                return false;
        return true;
    }
    return fail(r, at, "unknown instruction");
}

/* Recursion is bounded by the depth of the instance times the longest chain without a cycle. */
static bool
check(const run_t *r, uint32_t sub, const json_node_t *n, const path_t *at)
{
    const sub_t *s = &r->schema->subs[sub];

    if (s->never)
        return fail(r, at, "is not allowed here");
    for (size_t i = 0; i < s->count; i++)
        if (!check_op(r, &r->schema->ops[s->first + i], n, at))
            return false;
    return true;
}

bool
schema_validate(const schema_t *self, const json_node_t *instance, err_t *err)
{
    run_t r = { .schema = self, .err = err };

    return check(&r, 0, instance, NULL);
}
