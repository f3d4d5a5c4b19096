/* SPDX-License-Identifier: Apache-2.0 */
#include "send_source.h"

#include "base/hash.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { HEADER_ROWS = 20 };

/* Hashes of keys, open addressing; all zero is an empty place. */
typedef struct {
    hash_t *at;
    size_t count, cap; /* cap is a power of two */
} key_set_t;

struct source {
    /* NDJSON */
    FILE *lines;
    char *line;
    size_t line_cap;
    uint64_t line_number, done, total;
    /* a table */
    table_t *table;
    columns_t *columns;
    table_row_t row; /* read already, not used yet */
    bool has_row, ended;
    bool has_header;
    bool guarded;                       /* a file of rejects, written by us, in CSV: apostrophes stand before what looks like a formula */
    cell_t cells[TABLE_COLUMNS_MAX];    /* then: the row without them */
    uint64_t remarks;
    key_set_t apart; /* keys of records made of several rows that do not stand together */
    str_t json, key, next_key;
};

/* The column that source_write_rejects adds; passed over when the file comes back. */
static const char reason_header[] = "\xe9\x80\x80\xe5\x9b\x9e\xe5\x8e\x9f\xe5\x9b\xa0 / reason"; /* 退回原因 */

bool
source_is_table(const char *path)
{
    size_t n = strlen(path);

    return (n > 4 && strcmp(path + n - 4, ".csv") == 0) || (n > 5 && strcmp(path + n - 5, ".xlsx") == 0) ||
           (n > 4 && strcmp(path + n - 4, ".tsv") == 0) || (n > 4 && strcmp(path + n - 4, ".xls") == 0) ||
           (n > 4 && strcmp(path + n - 4, ".txt") == 0);
}

static bool
is_reason_header(const cell_t *cell)
{
    return strcmp(cell->text, reason_header) == 0;
}

static bool
read_row(source_t *self, bool *ret_end, err_t *err)
{
    if (!table_next(self->table, &self->row, ret_end, err))
        return false;
    for (size_t i = 0; i < self->row.count && !self->has_header && !*ret_end; i++)
        self->guarded = self->guarded || (is_reason_header(&self->row.cells[i]) && table_style(self->table)->format == TABLE_CSV);
    if (self->guarded && !*ret_end)
        table_unguard(&self->row, self->cells);
    return true;
}

/* The row of names is not always the first: titles and dates of forms stand above it. */
static bool
find_header(source_t *self, err_t *err)
{
    AUTO_STR names = STR_INIT;

    for (size_t i = 0; i < HEADER_ROWS; i++) {
        bool end = false;
        size_t matched;

        if (!read_row(self, &end, err))
            return false;
        if (end)
            break;
        self->has_header = columns_is_header(self->columns, &self->row, &matched);
        if (self->has_header)
            return columns_take_header(self->columns, &self->row, err);
        for (size_t k = 0; k < self->row.count && names.len < 200; k++)
            if (self->row.cells[k].kind != CELL_EMPTY && i == 0)
                str_printf(&names, "%s%s", names.len > 0 ? ", " : "", self->row.cells[k].text);
    }
    if (names.len > 0)
        columns_make_plain(names.ptr, names.len);
    return err_set(err, ERR_REJECT, "columns.header",
                   "none of the first %d rows holds the column names of this dataset.  The first row reads: %.200s.  "
                   "Name the columns as the dataset's schema labels them, or add their names under “columns” in its file",
                   HEADER_ROWS, str_c(&names));
}

static bool
open_table(source_t *self, const source_options_t *o, err_t *err)
{
    return columns_load(o->datasets, o->schemas, o->dataset, &self->columns, err) && table_open(o->path, o->sheet, &self->table, err) &&
           (find_header(self, err) || err_add(err, o->path));
}

void
source_destroy(source_t **self_p)
{
    source_t *self = *self_p;

    if (self == NULL)
        return;
    if (self->lines != NULL)
        (void) fclose(self->lines);
    mem_free(self->line);
    table_destroy(&self->table);
    columns_destroy(&self->columns);
    mem_free(self->apart.at);
    str_done(&self->json);
    str_done(&self->key);
    str_done(&self->next_key);
    mem_free(self);
    *self_p = NULL;
}

static bool
next_line(source_t *self, source_record_t *ret, source_step_t *ret_step, err_t *ret_why, err_t *err)
{
    for (;;) {
        ssize_t n = getline(&self->line, &self->line_cap, self->lines);

        *ret_step = SOURCE_END;
        if (n < 0 && ferror(self->lines) != 0)
            return err_set(err, ERR_CONFIG, "io", "cannot read on: %s", strerror(errno));
        if (n < 0)
            return true;
        self->line_number++;
        self->done += (uint64_t) n;
        size_t len = (size_t) n;
        while (len > 0 && (self->line[len - 1] == '\n' || self->line[len - 1] == '\r'))
            len--;
        if (len == 0)
            continue;
        *ret = (source_record_t){ self->line_number, self->line_number, { self->line, len } };
        *ret_step = json_check(self->line, len, ret_why) ? SOURCE_RECORD : SOURCE_REFUSED;
        return true;
    }
}

/* ---- tables ------------------------------------------------------------------------------------------------------ */

/* The next row that is a record or part of one; false in *ret_has at the end. */
static bool
peek_row(source_t *self, bool *ret_has, err_t *err)
{
    while (!self->has_row && !self->ended) {
        if (!read_row(self, &self->ended, err))
            return false;
        self->has_row = !self->ended && !columns_is_remark(self->columns, &self->row);
        self->remarks += !self->ended && !self->has_row;
    }
    *ret_has = self->has_row;
    return true;
}

/* Where the key is, or the free place for it.  The set is never full. */
static hash_t *
slot_of(const key_set_t *set, const hash_t *h)
{
    static const hash_t none;
    size_t i = h->b[0] | (size_t) h->b[1] << 8 | (size_t) h->b[2] << 16;

    while (memcmp(&set->at[i & (set->cap - 1)], h, sizeof(*h)) != 0 && memcmp(&set->at[i & (set->cap - 1)], &none, sizeof(none)) != 0)
        i++;
    return &set->at[i & (set->cap - 1)];
}

/* false: it was in the set already. */
static bool
set_add(key_set_t *set, const str_t *key)
{
    static const hash_t none;
    hash_t h, *slot;

    if (set->count * 2 >= set->cap) {
        key_set_t grown = { .count = set->count, .cap = set->cap > 0 ? set->cap * 2 : 1024 };

        grown.at = mem_new_array(hash_t, grown.cap);
        for (size_t k = 0; k < set->cap; k++)
            if (memcmp(&set->at[k], &none, sizeof(none)) != 0)
                *slot_of(&grown, &set->at[k]) = set->at[k];
        mem_free(set->at);
        *set = grown;
    }
    hash_of(key->ptr, key->len, &h);
    slot = slot_of(set, &h);
    if (memcmp(slot, &h, sizeof(h)) == 0)
        return false;
    *slot = h;
    set->count++;
    return true;
}

static bool
set_has(const key_set_t *set, const str_t *key)
{
    hash_t h;

    if (set->count == 0)
        return false;
    hash_of(key->ptr, key->len, &h);
    return memcmp(slot_of(set, &h), &h, sizeof(h)) == 0;
}

static bool
is_empty_key(const str_t *key)
{
    for (size_t i = 0; i < key->len; i++)
        if (key->ptr[i] != '\x1f')
            return false;
    return true;
}

/* Rows of one record in two places would be two records, the later of which replaces the earlier: all of them are refused, so it is known
 * before the first is read which these are.  The scan's own set holds every key that it has seen. */
static bool
find_apart(source_t *self, const source_options_t *o, err_t *err)
{
    AUTO(source) scan = mem_new(source_t);
    bool has;

    if (!columns_has_items(self->columns))
        return true;
    if (!open_table(scan, o, err))
        return false;
    for (;;) {
        if (!peek_row(scan, &has, err))
            return false;
        if (!has)
            return true;
        scan->has_row = false;
        str_clear(&scan->next_key);
        columns_key(scan->columns, &scan->row, &scan->next_key);
        if (is_empty_key(&scan->next_key) ||
            (scan->next_key.len == scan->key.len && memcmp(scan->next_key.ptr, scan->key.ptr, scan->key.len) == 0))
            continue;
        str_clear(&scan->key);
        str_add_n(&scan->key, scan->next_key.ptr, scan->next_key.len);
        if (!set_add(&scan->apart, &scan->key))
            (void) set_add(&self->apart, &scan->key); /* found more than twice: it is there already */
    }
}

bool
source_open(const source_options_t *options, source_t **ret, err_t *err)
{
    AUTO(source) self = mem_new(source_t);
    struct stat st;

    if (source_is_table(options->path)) {
        if (!open_table(self, options, err) || !find_apart(self, options, err))
            return false;
    } else {
        if (options->sheet != NULL)
            return err_set(err, ERR_REJECT, "bad_data", "%s is no workbook: --sheet has no meaning", options->path);
        self->lines = fopen(options->path, "re");
        if (self->lines == NULL)
            return err_set(err, ERR_CONFIG, "io", "cannot read %s: %s", options->path, strerror(errno));
        if (fstat(fileno(self->lines), &st) == 0)
            self->total = (uint64_t) st.st_size;
    }
    *ret = TAKE(self);
    return true;
}

/* The further rows of the record begun.  After a fault they are still passed over: they belong to what is refused. */
static bool
take_more(source_t *self, source_record_t *ret, bool *ok, err_t *ret_why, err_t *err)
{
    bool has;

    for (;;) {
        if (!peek_row(self, &has, err))
            return false;
        str_clear(&self->next_key);
        if (has)
            columns_key(self->columns, &self->row, &self->next_key);
        /* Merged cells leave the key of the following rows empty. */
        if (!has || !(is_empty_key(&self->next_key) ||
                      (self->next_key.len == self->key.len && memcmp(self->next_key.ptr, self->key.ptr, self->key.len) == 0)))
            return true;
        ret->to = self->row.number;
        self->has_row = false;
        *ok = *ok && columns_more(self->columns, &self->row, ret_why);
    }
}

static bool
next_row(source_t *self, source_record_t *ret, source_step_t *ret_step, err_t *ret_why, err_t *err)
{
    bool has, ok;

    *ret_step = SOURCE_END;
    if (!peek_row(self, &has, err))
        return false;
    if (!has)
        return true;
    *ret = (source_record_t){ .from = self->row.number, .to = self->row.number };
    self->has_row = false;
    ok = columns_begin(self->columns, &self->row, ret_why);
    if (columns_has_items(self->columns)) {
        str_clear(&self->key);
        columns_key(self->columns, &self->row, &self->key);
        if (!take_more(self, ret, &ok, ret_why, err))
            return false;
        if (set_has(&self->apart, &self->key) && ok)
            ok = err_set(ret_why, ERR_REJECT, "columns.apart",
                         "the rows of this record do not stand together: put them one below the other and send them again");
    }
    *ret_step = ok ? SOURCE_RECORD : SOURCE_REFUSED;
    if (ok) {
        str_clear(&self->json);
        columns_end(self->columns, &self->json);
        ret->json = str_slice(&self->json);
    }
    return true;
}

bool
source_next(source_t *self, source_record_t *ret, source_step_t *ret_step, err_t *ret_why, err_t *err)
{
    err_clear(ret_why);
    return self->table != NULL ? next_row(self, ret, ret_step, ret_why, err) : next_line(self, ret, ret_step, ret_why, err);
}

void
source_progress(const source_t *self, uint64_t *ret_done, uint64_t *ret_total)
{
    *ret_done = self->done;
    *ret_total = self->total;
    if (self->table != NULL)
        table_progress(self->table, ret_done, ret_total);
}

const columns_t *
source_columns(const source_t *self)
{
    return self->columns;
}

void
source_remarks(const source_t *self, str_t *ret)
{
    AUTO_STR unused = STR_INIT;

    if (self->columns != NULL)
        columns_unused(self->columns, &unused);
    if (unused.len > 0)
        str_printf(ret, "columns not used: %s", str_c(&unused));
    if (self->remarks > 0)
        str_printf(ret, "%s%llu line%s of totals or notes passed over", ret->len > 0 ? "; " : "", (unsigned long long) self->remarks,
                   self->remarks == 1 ? "" : "s");
}

/* ---- the table of what was refused ------------------------------------------------------------------------------- */

static bool
write_row(table_out_t *out, const table_row_t *row, size_t width, size_t reason_at, const char *reason, err_t *err)
{
    cell_t cells[TABLE_COLUMNS_MAX + 1];

    for (size_t i = 0; i < width; i++)
        cells[i] = i < row->count ? row->cells[i] : (cell_t){ CELL_EMPTY, "", 0 };
    cells[reason_at] = (cell_t){ CELL_TEXT, reason, strlen(reason) };
    return table_out_row(out, cells, reason_at < width ? width : reason_at + 1, err);
}

bool
source_write_rejects(const source_options_t *o, const source_reason_t *reasons, size_t count, const char *to, err_t *err)
{
    AUTO(source) source = NULL;
    AUTO(table_out) out = NULL;
    size_t width, reason_at = SIZE_MAX, at = 0;
    bool end = false;

    if (!source_open(o, &source, err) || !table_out_open(to, table_style(source->table), &out, err))
        return false;
    width = source->row.count;
    for (size_t i = 0; i < width; i++)
        reason_at = is_reason_header(&source->row.cells[i]) ? i : reason_at;
    reason_at = reason_at == SIZE_MAX ? width : reason_at;
    if (reason_at == TABLE_COLUMNS_MAX)
        reason_at--;
    if (!write_row(out, &source->row, width, reason_at, reason_header, err))
        return false;
    while (at < count && !end) {
        if (!read_row(source, &end, err))
            return false;
        while (at < count && !end && reasons[at].to < source->row.number)
            at++;
        if (!end && at < count && reasons[at].from <= source->row.number &&
            !write_row(out, &source->row, width, reason_at, reasons[at].text, err))
            return false;
    }
    return table_out_close(out, err);
}
