/* SPDX-License-Identifier: Apache-2.0 */
#include "schema/schema_program.h"

#include <stdlib.h>
#include <string.h>

#define PAIRWISE_MAX 16

static bool
equal_numbers(const json_node_t *a, const json_node_t *b)
{
    double x, y;

    return json_real(a, &x) && json_real(b, &y) && x >= y && x <= y;
}

static bool
equal_arrays(const json_node_t *a, const json_node_t *b)
{
    const json_node_t *x = json_first(a), *y = json_first(b);

    for (; x != NULL && y != NULL; x = json_next(x), y = json_next(y))
        if (!schema_equal(x, y))
            return false;
    return x == NULL && y == NULL;
}

static bool
equal_objects(const json_node_t *a, const json_node_t *b)
{
    if (json_count(a) != json_count(b))
        return false;
    for (const json_node_t *x = json_first(a); x != NULL; x = json_next(x)) {
        const json_node_t *y = json_get(b, json_key(x));
        if (y == NULL || !schema_equal(x, y))
            return false;
    }
    return true;
}

/* As the standard has it: 1 equals 1.0, the order of members does not count, false is not 0. */
bool
schema_equal(const json_node_t *a, const json_node_t *b)
{
    if (json_kind(a) != json_kind(b))
        return false;
    switch (json_kind(a)) {
    case JSON_NULL:
        return true;
    case JSON_BOOL:
        return json_is_true(a) == json_is_true(b);
    case JSON_NUMBER:
        return equal_numbers(a, b);
    case JSON_STRING:
        return strcmp(json_text(a), json_text(b)) == 0;
    case JSON_ARRAY:
        return equal_arrays(a, b);
    case JSON_OBJECT:
        return equal_objects(a, b);
    }
    return false;
}

static int64_t
first_repeated_by_pairs(const json_node_t *array)
{
    int64_t i = 0;

    for (const json_node_t *x = json_first(array); x != NULL; x = json_next(x), i++)
        for (const json_node_t *y = json_first(array); y != x; y = json_next(y))
            if (schema_equal(x, y))
                return i;
    return -1;
}

typedef struct {
    str_t text;
    int64_t index;
} form_t;

static int
cmp_form(const void *x, const void *y)
{
    const form_t *a = x, *b = y;
    int order = strcmp(a->text.ptr, b->text.ptr);

    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

/* Equal values have one canonical form; sorting keeps a long list from being compared pair by pair. */
int64_t
schema_first_repeated(const json_node_t *array)
{
    size_t n = json_count(array), i = 0;
    int64_t found = -1;

    if (n <= PAIRWISE_MAX)
        return first_repeated_by_pairs(array);
    form_t *forms = mem_new_array(form_t, n);
    for (const json_node_t *item = json_first(array); item != NULL; item = json_next(item), i++) {
        forms[i].index = (int64_t) i;
        json_canonical(item, &forms[i].text);
    }
    qsort(forms, n, sizeof(*forms), cmp_form);
    for (i = 1; i < n; i++)
        if (strcmp(forms[i - 1].text.ptr, forms[i].text.ptr) == 0 && (found < 0 || forms[i].index < found))
            found = forms[i].index;
    for (i = 0; i < n; i++)
        str_done(&forms[i].text);
    mem_free(forms);
    return found;
}
