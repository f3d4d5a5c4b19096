/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include "base/str.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* A full text says by its last character that it was cut, and never ends within one: the log line and the reply stay UTF-8. */
static void
mark_cut(char text[ERR_TEXT_MAX])
{
    static const char mark[] = "…";
    size_t n = ERR_TEXT_MAX - sizeof(mark);

    while (n > 0 && ((unsigned char) text[n] & 0xc0) == 0x80) /* the character that begins before n does not fit */
        n--;
    memcpy(text + n, mark, sizeof(mark));
}

/* Formats first and copies then: arguments may point into err itself. */
bool
err_set_at(err_t *err, err_class_t cls, const char *code, const char *file, int line, const char *fmt, ...)
{
    char text[ERR_TEXT_MAX];
    char code_copy[ERR_CODE_MAX];
    va_list args;

    if (err == NULL)
        return false;
    va_start(args, fmt);
    int n = vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    if (n < 0)
        text[0] = '\0';
    if (n >= (int) sizeof(text))
        mark_cut(text);
    (void) str_copy(code_copy, sizeof(code_copy), code);

    *err = (err_t){ .cls = cls, .file = file, .line = line };
    memcpy(err->code, code_copy, sizeof(code_copy));
    memcpy(err->text, text, sizeof(text));
    return false;
}

bool
err_bad_data_at(err_t *err, const char *pointer, const char *what, const char *file, int line)
{
    (void) err_set_at(err, ERR_REJECT, "bad_data", file, line, "%s: %s", pointer, what);
    if (err != NULL)
        (void) str_copy(err->pointer, sizeof(err->pointer), pointer);
    return false;
}

bool
err_add(err_t *err, const char *context)
{
    if (err == NULL)
        return false;

    char old[ERR_TEXT_MAX];
    memcpy(old, err->text, sizeof(old));
    int n = snprintf(err->text, sizeof(err->text), "%s: %s", context, old);
    if (n >= (int) sizeof(err->text))
        mark_cut(err->text);
    return false;
}

void
err_clear(err_t *err)
{
    if (err != NULL)
        *err = (err_t){ .cls = ERR_NONE };
}

const char *
err_class_name(err_class_t cls)
{
    switch (cls) {
    case ERR_NONE:
        return "none";
    case ERR_RETRY:
        return "retry";
    case ERR_REJECT:
        return "reject";
    case ERR_CONFIG:
        return "config";
    case ERR_BUG:
        return "bug";
    case ERR_CLASS_COUNT:
        break;
    }
    return "unknown";
}

_Noreturn void
err_require_failed(const char *what, const char *file, int line)
{
    (void) fprintf(stderr, "{\"level\":\"error\",\"event\":\"bug\",\"origin\":\"%s:%d\",\"require\":\"", file, line);
    for (const char *p = what; *p != '\0'; p++) {
        if (*p == '"' || *p == '\\')
            (void) fputc('\\', stderr);
        (void) fputc(*p, stderr);
    }
    (void) fputs("\"}\n", stderr);
    abort();
}
