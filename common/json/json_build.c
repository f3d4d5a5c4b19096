/* SPDX-License-Identifier: Apache-2.0 */
#include "json/json_tree.h"

#include "base/mem.h"
#include "base/num.h"
#include "json/json_scan.h"

#include <limits.h>
#include <string.h>

/* Of text that json_check has passed, cJSON's own tree without its second look at every byte: each text is found by its
 * closing quote and copied as a whole. */

#define INTEGER_DIGITS 15 /* so many digits are exact in a double */

typedef struct {
    json_t *tree;
    const char *at, *end;
    str_t plain; /* of a text with escapes */
    bool failed; /* no memory: what follows is skipped */
} build_t;

static cJSON *build_value(build_t *b);

static char *
copy_text(build_t *b, const char *s, size_t n)
{
    char *copy = json_tree_take(b->tree, n + 1);

    if (copy == NULL) {
        b->failed = true;
        return NULL;
    }
    memcpy(copy, s, n);
    copy[n] = '\0';
    return copy;
}

static char *
build_text(build_t *b)
{
    /* at the closing quote or the first backslash */
    const char *first = b->at + 1, *close = json_scan_special(first, b->end);

    if (*close == '"') {
        b->at = close + 1;
        return copy_text(b, first, (size_t) (close - first));
    }
    b->at = json_scan_string(b->at, b->end);
    str_clear(&b->plain);
    json_scan_unescape(first, b->at - 1, &b->plain);
    return copy_text(b, str_c(&b->plain), b->plain.len);
}

static double
number_of(const char *s, size_t n)
{
    bool negative = *s == '-';
    uint64_t whole;
    double value = 0;

    if (n - negative <= INTEGER_DIGITS && num_u64(s + negative, n - negative, &whole))
        return negative ? -(double) whole : (double) whole;
    REQUIRE(num_real(s, n, &value)); /* json_check has seen that it can be read */
    return value;
}

static void
build_number(build_t *b, cJSON *node)
{
    const char *behind = json_scan_value(b->at, b->end);

    node->type = cJSON_Number;
    node->valuedouble = number_of(b->at, (size_t) (behind - b->at));
    node->valueint = node->valuedouble >= INT_MAX           ? INT_MAX
                     : node->valuedouble <= (double) INT_MIN ? INT_MIN
                                                             : (int) node->valuedouble;
    b->at = behind;
}

/* Behind the opening bracket; `object` says whether names come before the values. */
static void
build_items(build_t *b, cJSON *node, bool object)
{
    cJSON *last = NULL;

    b->at = json_scan_blank(b->at + 1, b->end);
    while (!b->failed && *b->at != ']' && *b->at != '}') {
        char *name = object ? build_text(b) : NULL;

        if (object)
            b->at = json_scan_blank(b->at, b->end) + 1; /* the colon */
        cJSON *item = build_value(b);
        if (item == NULL)
            return;
        item->string = name;
        item->prev = last;
        if (last == NULL)
            node->child = item;
        else
            last->next = item;
        last = item;
        b->at = json_scan_blank(b->at, b->end);
        if (*b->at == ',')
            b->at = json_scan_blank(b->at + 1, b->end);
    }
    b->at++;
    if (node->child != NULL)
        node->child->prev = last; /* as cJSON has it */
}

static void
build_word(build_t *b, cJSON *node)
{
    node->type = *b->at == 't' ? cJSON_True : *b->at == 'f' ? cJSON_False : cJSON_NULL;
    node->valueint = node->type == cJSON_True;
    b->at += node->type == cJSON_False ? 5 : 4;
}

/* Recursion is bounded by the depth that json_check allows.  NULL: no memory. */
static cJSON *
build_value(build_t *b)
{
    cJSON *node = b->failed ? NULL : json_tree_take(b->tree, sizeof(*node));

    if (node == NULL) {
        b->failed = true;
        return NULL;
    }
    memset(node, 0, sizeof(*node));
    b->at = json_scan_blank(b->at, b->end);
    switch (*b->at) {
    case '"':
        node->type = cJSON_String;
        node->valuestring = build_text(b);
        break;
    case '{':
    case '[':
        node->type = *b->at == '{' ? cJSON_Object : cJSON_Array;
        build_items(b, node, *b->at == '{');
        break;
    case 't':
    case 'f':
    case 'n':
        build_word(b, node);
        break;
    default:
        build_number(b, node);
        break;
    }
    return node;
}

bool
json_read_checked(const char *text, size_t n, json_t **self_p, err_t *err)
{
    if (*self_p == NULL)
        *self_p = mem_new(json_t);
    json_tree_reset(*self_p);
    build_t b = { .tree = *self_p, .at = text, .end = text + n, .plain = STR_INIT };
    bool room = json_tree_reserve(*self_p, 8 * n < 4096 ? 4096 : 8 * n < 1u << 20 ? 8 * n : 1u << 20);

    (*self_p)->root = room ? build_value(&b) : NULL;
    str_done(&b.plain);
    return (room && !b.failed) || err_set(err, ERR_RETRY, "memory", "no memory for a JSON text of %zu bytes", n);
}
