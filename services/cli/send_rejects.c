/* SPDX-License-Identifier: Apache-2.0 */
#include "send_rejects.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REJECTS_MAX = 1 << 30 };

static void
write_line(const char *code, const char *pointer, const char *message, uint64_t from, uint64_t to, bool table, slice_t record, bool is_json,
           str_t *ret)
{
    json_out_t out;

    json_out_init(&out, ret);
    json_out_object(&out, NULL);
    json_out_text(&out, "code", code);
    json_out_text(&out, "pointer", pointer);
    json_out_text(&out, "message", message);
    json_out_i64(&out, table ? "row" : "line", (int64_t) from);
    if (table)
        json_out_i64(&out, "to", (int64_t) to);
    else if (is_json)
        json_out_raw(&out, "record", record.ptr, record.len);
    else if (str_is_utf8(record.ptr, record.len))
        json_out_text_n(&out, "text", record.ptr, record.len);
    json_out_end(&out);
    str_add_char(ret, '\n');
}

void
send_rejects_of_source(const source_record_t *record, bool table, const err_t *why, str_t *ret)
{
    write_line(why->code, why->pointer, why->text, record->from, record->to, table, record->json, false, ret);
}

bool
send_rejects_of_receipt(const json_node_t *errors, const columns_t *columns, const str_t *records, const send_place_t *places, size_t count,
                        str_t *ret, err_t *err)
{
    AUTO_STR message = STR_INIT;

    for (const json_node_t *e = json_first(errors); e != NULL; e = json_next(e)) {
        json_in_t in;

        json_in_init(&in, e, "", err);
        int64_t index = json_in_i64(&in, "index", 0, INT32_MAX);
        const char *code = json_in_text_or(&in, "code", ""), *pointer = json_in_text_or(&in, "pointer", "");
        const char *text = json_in_text_or(&in, "message", ""), *column = NULL;

        if (!json_in_ok(&in) || (size_t) index >= count)
            return err_set(err, ERR_REJECT, "bad_reply", "the receipt names a record that the batch has not");
        if (columns != NULL)
            column = columns_of_pointer(columns, pointer);
        str_clear(&message);
        str_printf(&message, "%s%s%s", column != NULL ? column : "", column != NULL ? ": " : "", text);
        const send_place_t *p = &places[index];
        write_line(code, pointer, str_c(&message), p->from, p->to, columns != NULL, (slice_t){ records->ptr + p->at, p->len }, true, ret);
    }
    return true;
}

/* ---- the end ----------------------------------------------------------------------------------------------------- */

static int
by_row(const void *a, const void *b)
{
    const source_reason_t *x = a, *y = b;

    return x->from < y->from ? -1 : x->from > y->from;
}

/* The lines of JSON as reasons; their texts live in the arena. */
static bool
read_reasons(const char *path, arena_t *arena, source_reason_t **ret, size_t *ret_count, err_t *err)
{
    AUTO_STR text = STR_INIT;
    size_t cap = 0;

    if (!str_read_file(&text, path, REJECTS_MAX, err))
        return false;
    for (char *p = text.ptr; p != NULL && *p != '\0';) {
        char *nl = strchr(p, '\n');
        size_t n = nl != NULL ? (size_t) (nl - p) : strlen(p);
        AUTO(json) tree = NULL;
        json_in_t in;

        if (!json_parse(p, n, &tree, err))
            return err_add(err, path);
        json_in_init(&in, json_root(tree), "", err);
        uint64_t from = (uint64_t) json_in_i64(&in, "row", 0, INT64_MAX), to = (uint64_t) json_in_i64(&in, "to", 0, INT64_MAX);
        const char *message = json_in_text(&in, "message");
        if (!json_in_ok(&in))
            return err_add(err, path);
        *ret = mem_grow(*ret, &cap, *ret_count + 1, sizeof(**ret));
        (*ret)[(*ret_count)++] = (source_reason_t){ from, to, arena_strndup(arena, message, strlen(message)) };
        p = nl != NULL ? nl + 1 : p + n;
    }
    if (*ret_count > 1)
        qsort(*ret, *ret_count, sizeof(**ret), by_row);
    return true;
}

bool
send_rejects_finish(send_state_t *state, const source_options_t *from, send_result_t *total, err_t *err)
{
    AUTO(arena) arena = arena_new(16 * 1024);
    AUTO_FREE source_reason_t *reasons = NULL;
    size_t count = 0;
    const char *dot = strrchr(from->path, '.');

    if (state->rejects == NULL && access(state->rejects_path, F_OK) != 0)
        return true;
    if (!send_state_flush(state, err))
        return false;
    send_state_close(state);
    if (!source_is_table(from->path)) {
        (void) str_copy(total->rejects, sizeof(total->rejects), state->rejects_path);
        return true;
    }
    (void) snprintf(total->rejects, sizeof(total->rejects), "%.*s%s.rejects%s", (int) (dot - from->path), from->path,
                    state->dry_run ? ".dry-run" : "", dot);
    if (!read_reasons(state->rejects_path, arena, &reasons, &count, err) ||
        !source_write_rejects(from, reasons, count, total->rejects, err))
        return false;
    if (unlink(state->rejects_path) != 0)
        return err_set(err, ERR_CONFIG, "io", "cannot remove %s: %s", state->rejects_path, strerror(errno));
    return true;
}
