/* SPDX-License-Identifier: Apache-2.0 */
#include "base/num.h"
#include "table/table_xlsx.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- XML --------------------------------------------------------------------------------------------------------- */

const char *
xlsx_local(const char *name)
{
    const char *bar = strrchr(name, '|');

    return bar != NULL ? bar + 1 : name;
}

const char *
xlsx_attribute(const char **attributes, const char *local)
{
    for (size_t i = 0; attributes[i] != NULL; i += 2)
        if (strcmp(xlsx_local(attributes[i]), local) == 0)
            return attributes[i + 1];
    return NULL;
}

void
xlsx_parse_fail(xlsx_parse_t *user, const char *code, const char *fmt, ...)
{
    char text[256];
    va_list args;

    if (user->failed)
        return;
    va_start(args, fmt);
    (void) vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    user->failed = true;
    (void) err_set(user->err, ERR_REJECT, code, "%s", text);
    (void) XML_StopParser(user->parser, XML_FALSE);
}

static void
on_doctype(void *data, const char *name, const char *system_id, const char *public_id, int internal)
{
    (void) name;
    (void) system_id;
    (void) public_id;
    (void) internal;
    xlsx_parse_fail(data, "table.xlsx", "the workbook's XML declares a document type, which no workbook does");
}

XML_Parser
xlsx_parser_new(xlsx_parse_t *user)
{
    user->parser = XML_ParserCreateNS("UTF-8", '|');
    REQUIRE(user->parser != NULL);
    XML_SetUserData(user->parser, user);
    XML_SetStartDoctypeDeclHandler(user->parser, on_doctype);
    return user->parser;
}

bool
xlsx_parse_chunk(xlsx_parse_t *user, zip_file_t *f, uint64_t *done, bool *ret_end)
{
    void *buffer = XML_GetBuffer(user->parser, XLSX_CHUNK);
    zip_int64_t n = buffer != NULL ? zip_fread(f, buffer, XLSX_CHUNK) : -1;

    if (n < 0)
        return err_set(user->err, ERR_REJECT, "table.xlsx", "%s in the workbook cannot be unpacked: the file is damaged", user->part);
    *done += (uint64_t) n;
    *ret_end = n == 0;
    if (*done > XLSX_PART_MAX)
        return err_set(user->err, ERR_REJECT, "table.xlsx", "%s unpacks to more than %d MiB: split the table", user->part,
                       XLSX_PART_MAX >> 20);
    if (XML_ParseBuffer(user->parser, (int) n, n == 0) == XML_STATUS_ERROR && !user->failed)
        return err_set(user->err, ERR_REJECT, "table.xlsx", "%s in the workbook is damaged: %s", user->part,
                       XML_ErrorString(XML_GetErrorCode(user->parser)));
    return !user->failed;
}

bool
xlsx_parse_part(xlsx_parse_t *user, zip_t *zip, const char *part, bool required)
{
    zip_file_t *f = zip_fopen(zip, part, 0);
    uint64_t done = 0;
    bool end = false, ok = true;

    user->part = part;
    if (f == NULL && required)
        return err_set(user->err, ERR_REJECT, "table.xlsx", "this is no Excel workbook: it has no %s", part);
    while (f != NULL && ok && !end)
        ok = xlsx_parse_chunk(user, f, &done, &end);
    if (f != NULL)
        (void) zip_fclose(f);
    return ok;
}

static bool
parse_with(xlsx_parse_t *user, zip_t *zip, const char *part, bool required, XML_StartElementHandler start,
           XML_EndElementHandler end, XML_CharacterDataHandler text, err_t *err)
{
    bool ok;

    user->err = err;
    (void) xlsx_parser_new(user);
    XML_SetElementHandler(user->parser, start, end);
    XML_SetCharacterDataHandler(user->parser, text);
    ok = xlsx_parse_part(user, zip, part, required);
    XML_ParserFree(user->parser);
    return ok;
}

/* ---- workbook and its sheets ------------------------------------------------------------------------------------- */

enum { SHEETS_MAX = 64 };
typedef struct {
    xlsx_parse_t parse;
    xlsx_book_t *book;
    struct {
        char name[128], id[64], part[256];
        bool hidden;
    } sheets[SHEETS_MAX];
    size_t count;
} workbook_t;

static void
on_workbook(void *data, const char *name, const char **attributes)
{
    workbook_t *w = data;
    const char *local = xlsx_local(name);

    if (strcmp(local, "workbookPr") == 0) {
        const char *v = xlsx_attribute(attributes, "date1904");

        w->book->from_1904 = v != NULL && (strcmp(v, "1") == 0 || strcmp(v, "true") == 0);
    } else if (strcmp(local, "sheet") == 0 && w->count < SHEETS_MAX) {
        const char *title = xlsx_attribute(attributes, "name"), *state = xlsx_attribute(attributes, "state");
        const char *id = NULL;

        for (size_t i = 0; attributes[i] != NULL; i += 2) /* r:id, not the sheet's own "sheetId" */
            if (strchr(attributes[i], '|') != NULL && strcmp(xlsx_local(attributes[i]), "id") == 0)
                id = attributes[i + 1];
        (void) str_copy(w->sheets[w->count].name, sizeof(w->sheets[0].name), title != NULL ? title : "");
        (void) str_copy(w->sheets[w->count].id, sizeof(w->sheets[0].id), id != NULL ? id : "");
        w->sheets[w->count++].hidden = state != NULL && strcmp(state, "visible") != 0;
    }
}

static void
on_relation(void *data, const char *name, const char **attributes)
{
    workbook_t *w = data;
    const char *id = xlsx_attribute(attributes, "Id"), *target = xlsx_attribute(attributes, "Target");

    if (strcmp(xlsx_local(name), "Relationship") != 0 || id == NULL || target == NULL)
        return;
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->sheets[i].id, id) == 0)
            (void) snprintf(w->sheets[i].part, sizeof(w->sheets[i].part), "%s%s", target[0] == '/' ? "" : "xl/",
                            target[0] == '/' ? target + 1 : target);
}

/* Does the sheet have a cell with anything in it? */
static void
on_any_cell(void *data, const char *name, const char **attributes)
{
    xlsx_parse_t *parse = data;
    const char *local = xlsx_local(name);

    (void) attributes;
    if (strcmp(local, "v") == 0 || strcmp(local, "t") == 0)
        xlsx_parse_fail(parse, "table.full", "not empty");
}

static bool
is_empty_sheet(xlsx_book_t *book, const char *part, bool *ret, err_t *err)
{
    xlsx_parse_t parse = { 0 };
    err_t found = { 0 };

    *ret = parse_with(&parse, book->zip, part, true, on_any_cell, NULL, NULL, &found);
    if (!*ret && strcmp(found.code, "table.full") != 0) {
        *err = found;
        return false;
    }
    return true;
}

static bool
choose_sheet(xlsx_book_t *book, const workbook_t *w, const char *sheet, err_t *err)
{
    AUTO_STR names = STR_INIT;
    size_t found = SIZE_MAX, candidates = 0;

    for (size_t i = 0; i < w->count; i++) {
        bool empty = false;

        if (sheet != NULL && strcmp(w->sheets[i].name, sheet) == 0) {
            found = i;
            candidates = 1;
            break;
        }
        if (w->sheets[i].part[0] == '\0' || (sheet == NULL && w->sheets[i].hidden))
            continue;
        if (sheet == NULL && !is_empty_sheet(book, w->sheets[i].part, &empty, err))
            return false;
        if (empty)
            continue;
        str_printf(&names, "%s“%s”", names.len > 0 ? ", " : "", w->sheets[i].name);
        found = sheet == NULL ? i : found;
        candidates += sheet == NULL;
    }
    if (candidates == 0 && sheet != NULL)
        return err_set(err, ERR_REJECT, "table.sheet", "the workbook has no sheet “%s”, but %s", sheet, str_c(&names));
    if (candidates == 0)
        return err_set(err, ERR_REJECT, "table.sheet", "the workbook has no visible sheet with anything in it");
    if (candidates > 1)
        return err_set(err, ERR_REJECT, "table.sheet", "the workbook has several sheets (%s): say which with --sheet NAME", str_c(&names));
    if (w->sheets[found].part[0] == '\0')
        return err_set(err, ERR_REJECT, "table.xlsx", "the workbook does not say where its sheet “%s” is", w->sheets[found].name);
    (void) str_copy(book->sheet_part, sizeof(book->sheet_part), w->sheets[found].part);
    return true;
}

/* ---- shared texts ------------------------------------------------------------------------------------------------ */

typedef struct {
    xlsx_parse_t parse;
    xlsx_book_t *book;
    bool in_text;      /* <t> */
    unsigned phonetic; /* inside <rPh>: how it is read aloud, no part of the text */
} shared_t;

static void
on_shared_start(void *data, const char *name, const char **attributes)
{
    shared_t *s = data;
    const char *local = xlsx_local(name);

    (void) attributes;
    if (strcmp(local, "si") == 0) {
        s->book->shared_at = mem_grow(s->book->shared_at, &s->book->shared_cap, s->book->shared_count + 1, sizeof(size_t));
        s->book->shared_at[s->book->shared_count++] = s->book->shared.len;
    } else if (strcmp(local, "rPh") == 0) {
        s->phonetic++;
    } else if (strcmp(local, "t") == 0) {
        s->in_text = s->phonetic == 0;
    }
}

static void
on_shared_end(void *data, const char *name)
{
    shared_t *s = data;
    const char *local = xlsx_local(name);

    if (strcmp(local, "si") == 0)
        str_add_char(&s->book->shared, '\0');
    else if (strcmp(local, "rPh") == 0 && s->phonetic > 0)
        s->phonetic--;
    else if (strcmp(local, "t") == 0)
        s->in_text = false;
}

static void
on_shared_text(void *data, const char *text, int n)
{
    shared_t *s = data;

    if (s->in_text)
        str_add_n(&s->book->shared, text, (size_t) n);
}

/* ---- styles: which numbers are dates ----------------------------------------------------------------------------- */

typedef struct {
    xlsx_parse_t parse;
    xlsx_book_t *book;
    struct {
        int64_t id;
        bool date;
    } formats[512];
    size_t format_count;
    bool in_cells; /* cellXfs, not cellStyleXfs */
} styles_t;

/* Does the code show a year, or a month and a day, outside of quotes and brackets? */
static bool
is_date_code(const char *code)
{
    bool quoted = false, y = false, d = false;

    for (const char *p = code; *p != '\0'; p++) {
        if (*p == '"')
            quoted = !quoted;
        else if (!quoted && *p == '[')
            while (p[1] != '\0' && *p != ']')
                p++;
        else if (!quoted && *p == '\\' && p[1] != '\0')
            p++;
        else if (!quoted) {
            y = y || *p == 'y' || *p == 'Y' || *p == 'e'; /* e: the year in Chinese formats */
            d = d || *p == 'd' || *p == 'D';
            if (*p == 'E') /* 0.00E+00: scientific */
                return false;
        }
    }
    return y || d;
}

static bool
is_date_format(const styles_t *s, int64_t id)
{
    for (size_t i = 0; i < s->format_count; i++)
        if (s->formats[i].id == id)
            return s->formats[i].date;
    /* ECMA-376 18.8.30: built in, and the ones of Chinese Excel */
    return (id >= 14 && id <= 17) || id == 22 || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 54) || id == 57 || id == 58;
}

static void
on_style_start(void *data, const char *name, const char **attributes)
{
    styles_t *s = data;
    const char *local = xlsx_local(name), *id = xlsx_attribute(attributes, "numFmtId");
    int64_t number = 0;

    if (strcmp(local, "cellXfs") == 0)
        s->in_cells = true;
    if (id == NULL || !num_i64(id, strlen(id), &number))
        number = 0;
    if (strcmp(local, "numFmt") == 0 && s->format_count < COUNT_OF(s->formats)) {
        const char *code = xlsx_attribute(attributes, "formatCode");

        s->formats[s->format_count].id = number;
        s->formats[s->format_count++].date = code != NULL && is_date_code(code);
    } else if (strcmp(local, "xf") == 0 && s->in_cells) {
        s->book->date_style = mem_grow(s->book->date_style, &s->book->style_cap, s->book->style_count + 1, sizeof(bool));
        s->book->date_style[s->book->style_count++] = is_date_format(s, number);
    }
}

static void
on_style_end(void *data, const char *name)
{
    styles_t *s = data;

    if (strcmp(xlsx_local(name), "cellXfs") == 0)
        s->in_cells = false;
}

/* ---- opening ----------------------------------------------------------------------------------------------------- */

bool
xlsx_book_open(xlsx_book_t *self, const char *path, const char *sheet, err_t *err)
{
    AUTO_FREE workbook_t *w = mem_new(workbook_t);
    AUTO_FREE styles_t *styles = mem_new(styles_t);
    shared_t shared = { .book = self };
    int code = 0;

    self->zip = zip_open(path, ZIP_RDONLY, &code);
    if (self->zip == NULL)
        return err_set(err, ERR_REJECT, "table.xlsx", "the file begins like a workbook, but cannot be unpacked: it is damaged or cut off");
    w->book = self;
    styles->book = self;
    if (!parse_with(&w->parse, self->zip, "xl/workbook.xml", true, on_workbook, NULL, NULL, err))
        return false;
    w->parse = (xlsx_parse_t){ 0 };
    return parse_with(&w->parse, self->zip, "xl/_rels/workbook.xml.rels", true, on_relation, NULL, NULL, err) &&
           choose_sheet(self, w, sheet, err) &&
           parse_with(&shared.parse, self->zip, "xl/sharedStrings.xml", false, on_shared_start, on_shared_end, on_shared_text, err) &&
           parse_with(&styles->parse, self->zip, "xl/styles.xml", false, on_style_start, on_style_end, NULL, err);
}

void
xlsx_book_done(xlsx_book_t *self)
{
    if (self->zip != NULL)
        zip_discard(self->zip);
    str_done(&self->shared);
    mem_free(self->shared_at);
    mem_free(self->date_style);
    *self = (xlsx_book_t){ 0 };
}
