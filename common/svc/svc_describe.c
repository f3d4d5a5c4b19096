/* SPDX-License-Identifier: Apache-2.0 */
#include "svc/svc_impl.h"

#include <string.h>

static const char *
mode_name(int mode)
{
    return mode == SVC_READ ? "read" : mode == SVC_WRITE ? "write" : "own";
}

static void
describe_commands(const svc_def_t *def, json_out_t *out)
{
    json_out_array(out, "commands");
    for (const svc_command_t *c = def->commands; c != NULL && c->type != NULL; c++) {
        json_out_object(out, NULL);
        json_out_text(out, "type", c->type);
        json_out_text(out, "reply_type", c->reply_type);
        json_out_text(out, "right", c->right);
        json_out_text(out, "mode", mode_name(c->mode));
        json_out_end(out);
    }
    json_out_end(out);
}

/* A statement's first line documents it. */
static void
describe_set(const db_stmt_set_t *set, json_out_t *out)
{
    for (size_t i = 0; i < set->count; i++) {
        const char *sql = set->stmts[i].sql;
        size_t n = strcspn(sql, "\n");
        json_out_object(out, NULL);
        json_out_text(out, "set", set->name);
        json_out_text(out, "name", set->stmts[i].name);
        json_out_text_n(out, "doc", sql, n);
        json_out_end(out);
    }
}

void
svc_describe(const svc_def_t *def, str_t *ret)
{
    json_out_t out;

    json_out_init(&out, ret);
    json_out_object(&out, NULL);
    json_out_text(&out, "service", def->name);
    json_out_text(&out, "version", def->version);
    json_out_array(&out, "produces");
    for (const char *const *s = def->produces; s != NULL && *s != NULL; s++)
        json_out_text(&out, NULL, *s);
    json_out_end(&out);
    json_out_array(&out, "consumes");
    for (const svc_consume_t *c = def->consumes; c != NULL && c->stream != NULL; c++) {
        json_out_object(&out, NULL);
        json_out_text(&out, "stream", c->stream);
        json_out_text(&out, "peer", c->peer);
        json_out_end(&out);
    }
    json_out_end(&out);
    describe_commands(def, &out);
    json_out_array(&out, "ticks");
    for (const svc_tick_t *t = def->ticks; t != NULL && t->name != NULL; t++) {
        json_out_object(&out, NULL);
        json_out_text(&out, "name", t->name);
        json_out_i64(&out, "every_ms", t->every_ms);
        json_out_end(&out);
    }
    json_out_end(&out);
    json_out_array(&out, "statements");
    describe_set(&stream_statements, &out);
    for (const db_stmt_set_t *const *set = def->statements; set != NULL && *set != NULL; set++)
        describe_set(*set, &out);
    json_out_end(&out);
    json_out_end(&out);
    str_add_char(ret, '\n');
}
