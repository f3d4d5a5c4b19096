/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config.h"

#include <string.h>

/* Always double-quoted, so that no text can turn into another kind when it is read back. */
static void
add_quoted(str_t *ret, const char *s)
{
    str_add_char(ret, '"');
    for (; *s != '\0'; s++) {
        if (*s == '"' || *s == '\\')
            str_add_char(ret, '\\');
        if ((unsigned char) *s < 0x20)
            str_printf(ret, "\\x%02x", (unsigned) (unsigned char) *s);
        else
            str_add_char(ret, *s);
    }
    str_add_char(ret, '"');
}

static void
add_value(const cfg_item_t *item, const char *at, str_t *ret)
{
    const char *text;
    int64_t i;
    double r;
    bool b;

    switch (item->kind) {
    case CFG_TEXT:
    case CFG_PATH:
        memcpy(&text, at, sizeof(text));
        if (text != NULL)
            add_quoted(ret, (item->flags & CFG_SECRET) != 0 ? "***" : text);
        break;
    case CFG_INT:
        memcpy(&i, at, sizeof(i));
        str_add_i64(ret, i);
        break;
    case CFG_REAL:
        memcpy(&r, at, sizeof(r));
        str_printf(ret, "%.15g", r);
        break;
    case CFG_BOOL:
        memcpy(&b, at, sizeof(b));
        str_add(ret, b ? "true" : "false");
        break;
    }
}

static void
add_comment(const cfg_item_t *item, str_t *ret)
{
    static const char *const kinds[] = { "text", "integer", "number", "true or false", "path" };
    bool bounded = item->min < 0 || item->min > 0 || item->max < 0 || item->max > 0;

    str_printf(ret, "# %s\n# (%s", item->doc, kinds[item->kind]);
    if (bounded)
        str_printf(ret, " from %.15g to %.15g", item->min, item->max);
    if (item->def != NULL && (item->flags & CFG_SECRET) == 0)
        str_printf(ret, "; default %s", item->def[0] == '\0' ? "empty" : item->def);
    if ((item->flags & CFG_REQUIRED) != 0)
        str_add(ret, "; required");
    if ((item->flags & CFG_RELOAD) != 0)
        str_add(ret, "; can be changed by SIGHUP");
    str_add(ret, ")\n");
}

void
config_dump(const cfg_item_t *table, const void *cfg, str_t *ret)
{
    for (const cfg_item_t *item = table; item->key != NULL; item++) {
        const char *at = (const char *) cfg + item->offset, *text = "";

        if (item->kind == CFG_TEXT || item->kind == CFG_PATH)
            memcpy(&text, at, sizeof(text));
        add_comment(item, ret);
        str_printf(ret, "%s%s: ", text == NULL ? "# " : "", item->key); /* not set: shown, not said */
        add_value(item, at, ret);
        str_add(ret, "\n");
    }
}
