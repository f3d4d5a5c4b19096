/* SPDX-License-Identifier: Apache-2.0 */
#include "table/table_in.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

/* The smallest workbook that Excel opens: one sheet, every cell a text.  The sheet is written to a file beside and packed
 * when it is complete, so memory does not depend on its rows. */

struct xlsx_out {
    FILE *sheet;
    char path[4096], part[4112]; /* the sheet's XML */
    uint64_t rows;
    str_t line;
};

static const char types_xml[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>"
    "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
    "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
    "<Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>"
    "<Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"
    "<Override PartName=\"/xl/styles.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/></Types>";
static const char root_rels_xml[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>"
    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" "
    "Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";
static const char book_xml[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>"
    "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" "
    "xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>"
    "<sheet name=\"Sheet1\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>";
static const char book_rels_xml[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>"
    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" "
    "Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/>"
    "<Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles\" "
    "Target=\"styles.xml\"/></Relationships>";
/* Style 0 is the general one, style 1 text (@), so that what is typed over an ID stays a text. */
static const char styles_xml[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>"
    "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><fonts count=\"1\"><font/></fonts>"
    "<fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills>"
    "<borders count=\"1\"><border/></borders><cellStyleXfs count=\"1\"><xf/></cellStyleXfs>"
    "<cellXfs count=\"2\"><xf/><xf numFmtId=\"49\" applyNumberFormat=\"1\"/></cellXfs></styleSheet>";
static const char sheet_head[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>"
    "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>";
static const char sheet_tail[] = "</sheetData></worksheet>";

static bool
put(xlsx_out_t *self, const char *p, size_t n, err_t *err)
{
    if (fwrite(p, 1, n, self->sheet) != n)
        return err_set(err, ERR_CONFIG, "io", "cannot write %s: %s", self->part, strerror(errno));
    return true;
}

bool
xlsx_out_open(const char *path, xlsx_out_t **ret, err_t *err)
{
    AUTO(xlsx_out) self = mem_new(xlsx_out_t);

    if (!str_copy(self->path, sizeof(self->path), path))
        return err_set(err, ERR_CONFIG, "io", "the path is too long: %.80s…", path);
    (void) snprintf(self->part, sizeof(self->part), "%s.sheet.part", path);
    self->sheet = fopen(self->part, "we");
    if (self->sheet == NULL)
        return err_set(err, ERR_CONFIG, "io", "cannot write %s: %s", self->part, strerror(errno));
    if (!put(self, sheet_head, sizeof(sheet_head) - 1, err))
        return false;
    *ret = TAKE(self);
    return true;
}

/* Would a reader take these for the begin of an escaped character?  What follows them may be written with the "_" that completes one. */
static bool
is_escape(const char *p, size_t n)
{
    if (n < 6 || p[0] != '_' || p[1] != 'x')
        return false;
    for (size_t i = 2; i < 6; i++)
        if (strchr("0123456789ABCDEFabcdef", p[i]) == NULL)
            return false;
    return true;
}

/* XML 1.0 has no place for most control characters and for U+FFFE and U+FFFF, and makes a line feed of a carriage return:
 * a workbook writes them as _xHHHH_. */
static void
add_escaped(str_t *out, const cell_t *cell)
{
    for (size_t i = 0; i < cell->len; i++) {
        const char *p = cell->text + i;
        unsigned char c = (unsigned char) *p;

        if (is_escape(p, cell->len - i))
            str_add(out, "_x005F_");
        else if (c < 0x20 && c != '\t' && c != '\n')
            str_printf(out, "_x%04X_", c);
        else if (cell->len - i >= 3 && c == 0xef && (unsigned char) p[1] == 0xbf && (unsigned char) p[2] >= 0xbe) {
            str_printf(out, "_x%04X_", 0xffc0u + ((unsigned char) p[2] & 0x3fu));
            i += 2;
        } else if (c == '&')
            str_add(out, "&amp;");
        else if (c == '<')
            str_add(out, "&lt;");
        else if (c == '>')
            str_add(out, "&gt;");
        else
            str_add_char(out, (char) c);
    }
}

bool
xlsx_out_row(xlsx_out_t *self, const cell_t *cells, size_t count, err_t *err)
{
    str_clear(&self->line);
    str_printf(&self->line, "<row r=\"%llu\">", (unsigned long long) ++self->rows);
    for (size_t i = 0; i < count; i++) {
        str_add(&self->line, "<c s=\"1\" t=\"inlineStr\"><is><t xml:space=\"preserve\">");
        add_escaped(&self->line, &cells[i]);
        str_add(&self->line, "</t></is></c>");
    }
    str_add(&self->line, "</row>");
    return put(self, self->line.ptr, self->line.len, err);
}

static bool
pack(zip_t *zip, const char *name, zip_source_t *source)
{
    if (source == NULL)
        return false;
    if (zip_file_add(zip, name, source, ZIP_FL_ENC_UTF_8) < 0) {
        zip_source_free(source);
        return false;
    }
    return true;
}

bool
xlsx_out_close(xlsx_out_t *self, err_t *err)
{
    int code = 0;
    bool ok = put(self, sheet_tail, sizeof(sheet_tail) - 1, err);

    ok = fclose(self->sheet) == 0 && ok;
    self->sheet = NULL;
    zip_t *zip = ok ? zip_open(self->path, ZIP_CREATE | ZIP_TRUNCATE, &code) : NULL;
    ok = zip != NULL && pack(zip, "[Content_Types].xml", zip_source_buffer(zip, types_xml, sizeof(types_xml) - 1, 0)) &&
         pack(zip, "_rels/.rels", zip_source_buffer(zip, root_rels_xml, sizeof(root_rels_xml) - 1, 0)) &&
         pack(zip, "xl/workbook.xml", zip_source_buffer(zip, book_xml, sizeof(book_xml) - 1, 0)) &&
         pack(zip, "xl/_rels/workbook.xml.rels", zip_source_buffer(zip, book_rels_xml, sizeof(book_rels_xml) - 1, 0)) &&
         pack(zip, "xl/styles.xml", zip_source_buffer(zip, styles_xml, sizeof(styles_xml) - 1, 0)) &&
         pack(zip, "xl/worksheets/sheet1.xml", zip_source_file(zip, self->part, 0, -1));
    if (zip != NULL && !(ok && zip_close(zip) == 0)) { /* closing writes it */
        zip_discard(zip);
        ok = false;
    }
    (void) unlink(self->part);
    self->part[0] = '\0';
    if (!ok)
        return err_set(err, ERR_CONFIG, "io", "cannot write %s: %s", self->path, strerror(errno));
    return true;
}

void
xlsx_out_destroy(xlsx_out_t **self_p)
{
    xlsx_out_t *self = *self_p;

    if (self == NULL)
        return;
    if (self->sheet != NULL)
        (void) fclose(self->sheet);
    if (self->part[0] != '\0')
        (void) unlink(self->part);
    str_done(&self->line);
    mem_free(self);
    *self_p = NULL;
}
