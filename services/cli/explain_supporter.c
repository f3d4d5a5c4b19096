/* SPDX-License-Identifier: Apache-2.0 */
#include "explain_sheet.h"

#include <string.h>

/* Whom the law obliges to support a member, what that comes to, and what was read of them. */

enum { VALUE_COLUMN = 46, VALUE_WIDTH = 14 };

static void
write_amount(const sheet_t *s, const json_node_t *object)
{
    AUTO_STR text = STR_INIT;

    sheet_to_column(s, VALUE_COLUMN);
    if (json_text(json_get(object, "value")) != NULL)
        sheet_number(s, sheet_text(object, "value"), &text);
    else
        str_add(&text, sheet_word(s, "not known", "不详"));
    sheet_right(s, str_c(&text), VALUE_WIDTH);
}

static void
write_value(const sheet_t *s, const json_node_t *v)
{
    sheet_indent(s, 3);
    str_printf(s->out, "= %s", sheet_label(s, v, "label", sheet_text(v, "name")));
    write_amount(s, v);
    if (sheet_text(v, "numbers")[0] != '\0' && !sheet_is(v, "numbers", sheet_text(v, "value"))) {
        str_add(s->out, "   = ");
        sheet_add_number(s, sheet_text(v, "numbers"));
    }
    if (sheet_text(v, "basis")[0] != '\0')
        str_printf(s->out, "   %s", sheet_text(v, "basis"));
    str_add_char(s->out, '\n');
}

static void
write_read(const sheet_t *s, const json_node_t *r)
{
    sheet_indent(s, 3);
    str_printf(s->out, "  %s", sheet_label(s, r, "label", sheet_text(r, "formula")));
    write_amount(s, r);
    str_add_char(s->out, '\n');
    sheet_sources(s, json_get(r, "facts"), NULL, 6);
}

static void
write_supporter(const sheet_t *s, const json_node_t *supporter)
{
    const char *household = sheet_text(supporter, "household");

    str_printf(s->out, "  %s%s", sheet_word(s, "supporter: ", "赡养、抚养、扶养义务人："),
               sheet_label(s, supporter, "relation", sheet_text(supporter, "person")));
    str_printf(s->out, "%s%s", sheet_word(s, " of the ", "，被扶养人："), sheet_label(s, supporter, "of_relation", ""));
    if (household[0] != '\0')
        str_printf(s->out, sheet_word(s, ", household %s", "，所在家庭 %s"), household);
    else
        str_add(s->out, sheet_word(s, ", in no household of the register", "，不在登记的家庭中"));
    str_add_char(s->out, '\n');
    sheet_sources(s, json_get(supporter, "links"), NULL, 4);
    for (const json_node_t *r = json_first(json_get(supporter, "read")); r != NULL; r = json_next(r))
        write_read(s, r);
    for (const json_node_t *v = json_first(json_get(supporter, "values")); v != NULL; v = json_next(v))
        write_value(s, v);
}

void
sheet_supporters(const sheet_t *s)
{
    for (const json_node_t *p = json_first(json_get(s->root, "supporters")); p != NULL; p = json_next(p))
        write_supporter(s, p);
}
