/* SPDX-License-Identifier: Apache-2.0 */
#include "text_table.h"

#include "domain/money.h"

#include <string.h>

size_t
text_columns(const char *s)
{
    size_t n = 0;

    for (const unsigned char *p = (const unsigned char *) s; *p != '\0'; p++)
        if ((*p & 0xC0U) != 0x80U)
            n += *p >= 0xE3U ? 2 : 1;
    return n;
}

static void
spaces(str_t *out, size_t have, size_t width)
{
    for (; have < width; have++)
        str_add_char(out, ' ');
}

void
text_left(str_t *out, const char *s, size_t width)
{
    str_add(out, s);
    spaces(out, text_columns(s), width);
}

void
text_right(str_t *out, const char *s, size_t width)
{
    spaces(out, text_columns(s), width);
    str_add(out, s);
}

/* Digits in threes; `tail` follows as it stands. */
static void
grouped(str_t *out, const char *digits, size_t n, const char *tail, const char *sign, size_t width)
{
    AUTO_STR text = STR_INIT;

    str_add(&text, sign);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            str_add_char(&text, ',');
        str_add_char(&text, digits[i]);
    }
    str_add(&text, tail);
    text_right(out, str_c(&text), width);
}

static const char *
sign_of(int64_t n, bool sign)
{
    return n < 0 ? "−" : sign ? "+" : "";
}

void
text_count(str_t *out, int64_t n, bool sign, size_t width)
{
    char digits[24];

    if (n == 0 && sign) {
        text_right(out, "·", width);
        return;
    }
    (void) snprintf(digits, sizeof digits, "%lld", (long long) n);
    const char *first = digits[0] == '-' ? digits + 1 : digits;
    grouped(out, first, strlen(first), "", sign_of(n, sign), width);
}

void
text_money(str_t *out, int64_t fen, bool sign, size_t width)
{
    char text[MONEY_TEXT_SIZE];

    if (fen == 0 && sign) {
        text_right(out, "·", width);
        return;
    }
    money_format(fen, text);
    const char *first = text[0] == '-' ? text + 1 : text, *point = strchr(first, '.');
    size_t n = point == NULL ? strlen(first) : (size_t) (point - first);
    grouped(out, first, n, first + n, sign_of(fen, sign), width);
}

int64_t
text_i64_of(const json_node_t *object, const char *key)
{
    int64_t n = 0;

    return json_i64(json_get(object, key), &n) ? n : 0;
}

int64_t
text_fen_of(const json_node_t *object, const char *key)
{
    const char *text = json_text(json_get(object, key));
    int64_t fen = 0;

    return text != NULL && money_parse(text, strlen(text), &fen) ? fen : 0;
}

const char *
text_of(const json_node_t *object, const char *key)
{
    const char *text = json_text(json_get(object, key));

    return text != NULL ? text : "";
}
