/* SPDX-License-Identifier: Apache-2.0 */
#include "schema/schema.h"

#include "schema/schema_program.h"

void
schema_destroy(schema_t **self_p)
{
    schema_t *self = *self_p;

    if (self == NULL)
        return;
    for (size_t i = 0; i < self->pattern_count; i++)
        pattern_destroy(&self->patterns[i]);
    mem_free(self->patterns);
    mem_free(self->ops);
    mem_free(self->subs);
    arena_destroy(&self->arena);
    json_destroy(&self->tree);
    mem_free(self->name);
    mem_free(self);
    *self_p = NULL;
}

void
schema_each_property(const schema_t *self, schema_property_fn fn, void *ctx)
{
    const json_node_t *properties = json_get(json_root(self->tree), "properties");

    for (const json_node_t *p = json_first(properties); p != NULL; p = json_next(p))
        fn(ctx, json_key(p), p);
}
