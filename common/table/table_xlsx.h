/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_TABLE_TABLE_XLSX_H
#define COMMON_TABLE_TABLE_XLSX_H

/* An Excel workbook (ECMA-376): a zip of XML parts.  Neither DTDs nor entities are accepted, and no part may unpack to more
 * than PART_MAX bytes. */

#include "table/table_in.h"
#include <expat.h>
#include <zip.h>

enum { XLSX_PART_MAX = 1 << 30, XLSX_CHUNK = 32 * 1024 };

typedef struct {
    zip_t *zip;
    char sheet_part[256]; /* "xl/worksheets/sheet1.xml" */
    bool from_1904;       /* days are counted from 1904 */
    str_t shared;         /* the shared texts, NUL after each */
    size_t *shared_at;
    size_t shared_count, shared_cap;
    bool *date_style; /* by the number of a cell's style */
    size_t style_count, style_cap;
} xlsx_book_t;

bool xlsx_book_open(xlsx_book_t *self, const char *path, const char *sheet, err_t *err) NODISCARD;
void xlsx_book_done(xlsx_book_t *self);

/* The name behind the namespace. */
const char *xlsx_local(const char *name);
/* Value of the attribute of that local name, or NULL. */
const char *xlsx_attribute(const char **attributes, const char *local);
/* A parser that refuses DTDs.  Its user data must begin with an xlsx_parse_t. */
typedef struct {
    XML_Parser parser;
    const char *part;
    err_t *err;
    bool failed; /* *err says why */
} xlsx_parse_t;
XML_Parser xlsx_parser_new(xlsx_parse_t *user);
/* Stops the parser with an error of ours. */
void xlsx_parse_fail(xlsx_parse_t *user, const char *code, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Gives the parser what the file holds next; *ret_end at its end. */
bool xlsx_parse_chunk(xlsx_parse_t *user, zip_file_t *f, uint64_t *done, bool *ret_end) NODISCARD;
/* A whole part through the parser; an absent one that need not be there gives nothing. */
bool xlsx_parse_part(xlsx_parse_t *user, zip_t *zip, const char *part, bool required) NODISCARD;

#endif
