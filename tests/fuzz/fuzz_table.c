/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "base/mem.h"
#include "table/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

/* Any bytes as a table: as they are (CSV of any encoding, or a damaged workbook), or, after a first line "parts", as the parts of a
 * workbook, packed here so that the readers of XML are reached: "workbook", "rels", "shared", "styles", "sheet", each behind a byte 0.
 * What was read is written as a workbook and read again: the same cells. */

enum { ROWS_MAX = 2000 };

static char folder[64], in_path[96], out_path[96], csv_path[96];

static void
clean(void)
{
    (void) unlink(in_path);
    (void) unlink(out_path);
    (void) unlink(csv_path);
    (void) rmdir(folder);
}

static void
open_once(void)
{
    if (folder[0] != '\0')
        return;
    (void) snprintf(folder, sizeof(folder), "%s/plimsoll-fuzz-table-%ld", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (long) getpid());
    REQUIRE(mkdir(folder, 0700) == 0);
    (void) snprintf(in_path, sizeof(in_path), "%s/in", folder);
    (void) snprintf(out_path, sizeof(out_path), "%s/out.xlsx", folder);
    (void) snprintf(csv_path, sizeof(csv_path), "%s/out.csv", folder);
    REQUIRE(atexit(clean) == 0);
}

static bool
pack(const char *data, size_t n)
{
    static const char *const names[] = { "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml", "xl/styles.xml",
                                         "xl/worksheets/sheet1.xml" };
    int code = 0;
    zip_t *zip = zip_open(in_path, ZIP_CREATE | ZIP_TRUNCATE, &code);

    REQUIRE(zip != NULL);
    for (size_t i = 0; i < COUNT_OF(names) && n > 0; i++) {
        const char *end = memchr(data, '\0', n);
        size_t len = end != NULL ? (size_t) (end - data) : n;
        zip_source_t *source = zip_source_buffer(zip, data, len, 0);
        zip_int64_t at = zip_file_add(zip, names[i], source, ZIP_FL_ENC_UTF_8);

        REQUIRE(source != NULL && at >= 0 && zip_set_file_compression(zip, (zip_uint64_t) at, ZIP_CM_STORE, 0) == 0);
        data += end != NULL ? len + 1 : len;
        n -= end != NULL ? len + 1 : len;
    }
    return zip_close(zip) == 0;
}

/* Reads the table to its end; with `out`, writes each row there. */
static bool
read_all(const char *path, table_out_t *out, str_t *ret, err_t *err)
{
    AUTO(table) table = NULL;
    table_row_t row;
    bool end = false;

    if (!table_open(path, NULL, &table, err))
        return false;
    for (size_t n = 0; n < ROWS_MAX; n++) {
        if (!table_next(table, &row, &end, err))
            return false;
        if (end)
            break;
        REQUIRE(row.count <= TABLE_COLUMNS_MAX);
        for (size_t i = 0; i < row.count; i++) {
            REQUIRE(strlen(row.cells[i].text) == row.cells[i].len && (row.cells[i].kind == CELL_EMPTY) == (row.cells[i].len == 0));
            REQUIRE(str_is_utf8(row.cells[i].text, row.cells[i].len));
            if (row.cells[i].len > 0)
                str_printf(ret, "%zu:%zu=%s;", n, i, row.cells[i].text);
        }
        if (out != NULL && !table_out_row(out, row.cells, row.count, err))
            return false;
    }
    return true;
}

/* What a spreadsheet would run has an apostrophe before it, which comes off again. */
static void
check_guard(const char *text)
{
    AUTO_STR guarded = STR_INIT;
    cell_t in = { CELL_TEXT, text, strlen(text) }, out;
    table_row_t row = { 1, &in, 1 };

    str_printf(&guarded, "%s%s", table_needs_guard(text) ? "'" : "", text);
    in = (cell_t){ CELL_TEXT, str_c(&guarded), guarded.len };
    table_unguard(&row, &out);
    REQUIRE(strcmp(out.text, text) == 0 && out.len == strlen(text));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char parts[] = "parts\n";
    static const table_style_t style = { .format = TABLE_XLSX };
    AUTO(table_out) out = NULL;
    AUTO_STR first = STR_INIT;
    AUTO_STR second = STR_INIT;
    AUTO_STR text = STR_INIT;
    err_t err = { 0 };

    open_once();
    if (size > sizeof(parts) - 1 && memcmp(data, parts, sizeof(parts) - 1) == 0)
        REQUIRE(pack((const char *) data + sizeof(parts) - 1, size - sizeof(parts) + 1));
    else
        REQUIRE(str_write_file(in_path, (const char *) data, size, 0600, &err));
    str_add_n(&text, (const char *) data, strnlen((const char *) data, size));
    check_guard(str_c(&text));
    REQUIRE(table_out_open(out_path, &style, &out, &err));
    if (!read_all(in_path, out, &first, &err)) {
        REQUIRE(err.code[0] != '\0');
        return 0;
    }
    REQUIRE(table_out_close(out, &err));
    if (first.len > 0) {
        REQUIRE(read_all(out_path, NULL, &second, &err));
        REQUIRE(strcmp(str_c(&first), str_c(&second)) == 0);
    }
    return 0;
}
