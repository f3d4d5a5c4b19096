/* SPDX-License-Identifier: Apache-2.0 */
#include "json/json_tree.h"

#include "base/mem.h"
#include "base/num.h"
#include "json/json_check.h"
#include "json/json_scan.h"

#include <pthread.h>

#define CJSON_NUMBER_MAX 63 /* cJSON 1.7 gives up on a longer number */
#define CHUNK_MAX (1024u * 1024)

/* cJSON allocates two or three pieces per member; taken from chunks of the tree they cost a pointer's move each, and
 * the tree goes as a whole. */
struct json_chunk {
    json_chunk_t *next;
    size_t cap, used;
    _Alignas(16) char bytes[];
};

static _Thread_local json_t *filling; /* whose chunks cJSON takes from now */

static bool
add_chunk(json_t *self, size_t cap)
{
    json_chunk_t *c = mem_try(1, sizeof(*c) + cap);

    if (c == NULL)
        return false;
    c->cap = cap;
    c->next = self->chunks;
    self->chunks = c;
    return true;
}

void *
json_tree_take(json_t *self, size_t n)
{
    size_t need = (n + 15) & ~(size_t) 15;
    json_chunk_t *c = self->chunks;

    if (c == NULL || c->cap - c->used < need) {
        size_t cap = c == NULL || c->cap * 2 >= CHUNK_MAX ? CHUNK_MAX : c->cap * 2;
        if (!add_chunk(self, cap > need ? cap : need))
            return NULL;
        c = self->chunks;
    }
    c->used += need;
    return c->bytes + c->used - need;
}

bool
json_tree_reserve(json_t *self, size_t n)
{
    return (self->chunks != NULL && self->chunks->cap - self->chunks->used >= n) || add_chunk(self, n);
}

void
json_tree_reset(json_t *self)
{
    json_chunk_t *kept = self->chunks;

    self->root = NULL;
    if (kept == NULL)
        return;
    for (json_chunk_t *c = kept->next; c != NULL;) {
        json_chunk_t *next = c->next;
        json_chunk_t *smaller = c->cap > kept->cap ? kept : c;
        kept = smaller == c ? kept : c;
        mem_free(smaller);
        c = next;
    }
    kept->next = NULL;
    kept->used = 0;
    self->chunks = kept;
}

static void *
take(size_t n)
{
    return json_tree_take(filling, n);
}

static void
give_back(void *p)
{
    (void) p;
}

/* cJSON's hooks are of the process; nobody else in it uses cJSON. */
static void
install_hooks(void)
{
    cJSON_Hooks hooks = { take, give_back };

    cJSON_InitHooks(&hooks);
}

/* Rewrites the rare numbers that cJSON cannot read with the 17 digits that a double can hold. */
static void
shorten_numbers(const char *text, size_t n, str_t *ret)
{
    const char *at = text, *end = text + n;

    while (at < end) {
        const char *next = at + 1;
        if (*at == '"') {
            next = json_scan_string(at, end);
        } else if (*at == '-' || (*at >= '0' && *at <= '9')) {
            double value;
            next = json_scan_value(at, end);
            if (next - at > CJSON_NUMBER_MAX && num_real(at, (size_t) (next - at), &value)) {
                str_printf(ret, "%.17g", value);
                at = next;
                continue;
            }
        }
        str_add_n(ret, at, (size_t) (next - at));
        at = next;
    }
}

static bool
build(json_t *self, const char *text, size_t n)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    (void) pthread_once(&once, install_hooks);
    if (!json_tree_reserve(self, n < CHUNK_MAX / 4 ? 4 * n + 256 : CHUNK_MAX))
        return false;
    filling = self;
    self->root = cJSON_ParseWithLength(text, n);
    filling = NULL;
    return self->root != NULL;
}

bool
json_parse(const char *text, size_t n, json_t **ret, err_t *err)
{
    AUTO_STR copy = STR_INIT;
    AUTO(json) self = NULL;
    size_t longest_number;

    if (!json_check_text(text, n, &longest_number, err))
        return false;
    if (longest_number > CJSON_NUMBER_MAX) {
        shorten_numbers(text, n, &copy);
        text = copy.ptr;
        n = copy.len;
    }
    self = mem_new(json_t);
    if (!build(self, text, n))
        return err_set(err, ERR_RETRY, "memory", "no memory for a JSON text of %zu bytes", n);
    *ret = TAKE(self);
    return true;
}

void
json_destroy(json_t **self_p)
{
    json_t *self = *self_p;

    if (self == NULL)
        return;
    for (json_chunk_t *c = self->chunks; c != NULL;) {
        json_chunk_t *next = c->next;
        mem_free(c);
        c = next;
    }
    mem_free(self);
    *self_p = NULL;
}

const json_node_t *
json_root(const json_t *self)
{
    return self->root;
}
