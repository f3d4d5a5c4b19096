/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/document.h"

#include "domain/resident_id.h"

#include <stdio.h>
#include <string.h>

#define NUMBER_MIN 3 /* of a document */
#define NUMBER_MAX 64

static const char *const names[DOCUMENT_KIND_COUNT] = { "resident_id",   "birth_certificate", "passport",          "hkm_permit",
                                                        "taiwan_permit", "hmt_residence",     "foreign_residence", "military" };

const char *
document_kind_name(document_kind_t kind)
{
    return names[kind];
}

bool
document_kind_of(const char *name, document_kind_t *ret)
{
    for (size_t i = 0; i < DOCUMENT_KIND_COUNT; i++) {
        if (strcmp(names[i], name) != 0)
            continue;
        *ret = (document_kind_t) i;
        return true;
    }
    return false;
}

void
document_kind_names(str_t *ret)
{
    for (size_t i = 0; i < DOCUMENT_KIND_COUNT; i++)
        str_printf(ret, "%s%s", i > 0 ? ", " : "", names[i]);
}

bool
document_needs_issuer(document_kind_t kind)
{
    return kind == DOCUMENT_PASSPORT;
}

/* One number in one form, however it was typed: upper case, no blanks, full-width letters and digits narrow; without hyphens,
 * where they only group.  false: shorter than `least` or too long, a colon or a control character, or no text at all. */
static bool
normalise(const char *s, size_t n, bool hyphens, size_t least, char ret[NUMBER_MAX + 1])
{
    size_t len = 0;

    for (size_t i = 0; i < n;) {
        size_t step = str_utf8_sequence(s + i, n - i);
        unsigned char c = (unsigned char) s[i];
        char narrow;

        if (step == 0 || len + step > NUMBER_MAX)
            return false;
        if (step == 3 && c == 0xEF && ((unsigned char) s[i + 1] == 0xBC || (unsigned char) s[i + 1] == 0xBD)) {
            unsigned code = ((unsigned char) s[i + 1] == 0xBC ? 0x20u : 0x60u) + ((unsigned char) s[i + 2] - 0x80u);
            c = code > 0x20 && code < 0x7F ? (unsigned char) code : 0;
        } else if (step == 3 && memcmp(s + i, "\xE3\x80\x80", 3) == 0) {
            c = ' ';
        } else if (step > 1) {
            memcpy(ret + len, s + i, step);
            len += step;
            i += step;
            continue;
        }
        i += step;
        if (c == '\'' && len == 0) /* what a spreadsheet puts before a number that is a text */
            continue;
        if (c == ' ' || (c == '-' && !hyphens))
            continue;
        if (c < 0x20 || c == 0x7F || c == ':')
            return false;
        narrow = (char) (c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
        ret[len++] = narrow;
    }
    ret[len] = '\0';
    return len >= least;
}

/* A: letters, 0: digits, *: either; in a row, each so many times. */
static bool
has_form(const char *text, const char *form)
{
    for (; *form != '\0'; form++, text++) {
        bool letter = *text >= 'A' && *text <= 'Z', digit = *text >= '0' && *text <= '9';

        if (*form == 'A' ? !letter : *form == '0' ? !digit : !letter && !digit)
            return false;
    }
    return *text == '\0';
}

static bool
all_of(const char *text, size_t least, size_t most)
{
    size_t n = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

    return text[n] == '\0' && n >= least && n <= most;
}

static bool
bad_form(err_t *err, const char *what)
{
    return err_set(err, ERR_REJECT, "document.form", "%s", what);
}

static bool
check_form(document_kind_t kind, char number[NUMBER_MAX + 1], err_t *err)
{
    switch (kind) {
    case DOCUMENT_RESIDENT_ID:
    case DOCUMENT_HMT_RESIDENCE:
    case DOCUMENT_KIND_COUNT:
        return false; /* not told apart here */
    case DOCUMENT_BIRTH_CERTIFICATE:
        return has_form(number, "A000000000") || bad_form(err, "the number of a birth certificate is a letter and nine digits");
    case DOCUMENT_PASSPORT:
        return all_of(number, 5, 15) || bad_form(err, "the number of a passport has 5 to 15 letters and digits");
    case DOCUMENT_HKM_PERMIT:
        if (has_form(number, "A0000000000"))
            number[9] = '\0'; /* which card it is: the person is told by the first eight digits */
        return (has_form(number, "A00000000") && (number[0] == 'H' || number[0] == 'M')) ||
               bad_form(err, "the number of this permit is H or M and eight digits, perhaps two more");
    case DOCUMENT_TAIWAN_PERMIT:
        return all_of(number, 8, 12) || bad_form(err, "the number of this permit has 8 to 12 letters and digits");
    case DOCUMENT_FOREIGN_RESIDENCE:
        return has_form(number, "AAA000000000000") ||
               bad_form(err, "the number of this card has 18 characters as a resident ID has them, or three letters and twelve digits");
    case DOCUMENT_MILITARY:
        return true;
    }
    return false;
}

static bool
write_identity(const char *kind, const char *scope, const char *number, char ret[DOCUMENT_IDENTITY_SIZE], err_t *err)
{
    int n = snprintf(ret, DOCUMENT_IDENTITY_SIZE, "%s:%s:%s", kind, scope, number);

    return (n > 0 && n < DOCUMENT_IDENTITY_SIZE) || bad_form(err, "the number of this document is too long");
}

bool
document_identity(document_kind_t kind, const char *issuer, const char *number, size_t n, char ret[DOCUMENT_IDENTITY_SIZE], err_t *err)
{
    char text[NUMBER_MAX + 1], country[NUMBER_MAX + 1] = "";

    if (!normalise(number, n, false, NUMBER_MIN, text))
        return bad_form(err, "the number of a document has 3 to 64 bytes, without colons");
    if (kind == DOCUMENT_RESIDENT_ID || kind == DOCUMENT_HMT_RESIDENCE ||
        (kind == DOCUMENT_FOREIGN_RESIDENCE && strlen(text) == RESIDENT_ID_SIZE - 1)) {
        resident_id_t id;

        if (!resident_id_parse(text, strlen(text), &id, err))
            return false;
        memcpy(ret, id.text, sizeof(id.text));
        return true;
    }
    if (document_needs_issuer(kind) && (issuer == NULL || !normalise(issuer, strlen(issuer), false, NUMBER_MIN, country) || !has_form(country, "AAA")))
        return err_set(err, ERR_REJECT, "document.issuer", "a passport is told by its country as well: three letters, such as KOR");
    return check_form(kind, text, err) && write_identity(names[kind], country, text, ret, err);
}

bool
document_own(const char *department, const char *reg, const char *number, size_t n, char ret[DOCUMENT_IDENTITY_SIZE], err_t *err)
{
    char text[NUMBER_MAX + 1], scope[DOCUMENT_IDENTITY_SIZE];

    if (!normalise(number, n, true, 1, text)) /* in a number of somebody's own making 1-11 is not 11-1 */
        return bad_form(err, "a number of the department's own has 1 to 64 bytes, without colons");
    (void) snprintf(scope, sizeof(scope), "%s/%s", department, reg);
    return write_identity("own", scope, text, ret, err);
}

bool
document_is_provisional(const char *identity)
{
    return strchr(identity, ':') != NULL;
}

const char *
document_number(const char *identity)
{
    const char *scope = strchr(identity, ':'), *number = scope != NULL ? strchr(scope + 1, ':') : NULL;

    return number != NULL ? number + 1 : identity;
}

void
document_kind_text(const char *identity, char ret[32])
{
    size_t n = strcspn(identity, ":");

    if (identity[n] == '\0') {
        identity = names[DOCUMENT_RESIDENT_ID];
        n = strlen(identity);
    }
    (void) snprintf(ret, 32, "%.*s", (int) n, identity);
}
