/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_model.h"
#include <stdarg.h>
#include <string.h>

/* What is wrong with a policy's text, and where: file, line and column, to the letter. */

static void
add(policy_problems_t *self, const char *path, unsigned line, unsigned column, char *text)
{
    if (self->count < COUNT_OF(self->items))
        self->items[self->count] = (policy_problem_t){ path, line, column, text };
    self->count++;
}

__attribute__((format(printf, 5, 0))) static void
add_problem(policy_problems_t *self, const char *path, unsigned line, unsigned column, const char *fmt, va_list args)
{
    char what[512];

    (void) vsnprintf(what, sizeof(what), fmt, args);
    add(self, path, line, column, arena_printf(self->arena, "%s:%u:%u: %s", path, line, column, what));
}

void
policy_problem_text(policy_problems_t *self, const char *path, const char *text)
{
    add(self, path, 0, 0, arena_strndup(self->arena, text, strlen(text)));
}

size_t
policy_problems_kept(const policy_problems_t *self)
{
    return self->count < COUNT_OF(self->items) ? self->count : COUNT_OF(self->items);
}

static size_t
file_rank(const policy_t *policy, const char *path)
{
    size_t i = 0;

    while (i < policy->source_count && policy->sources[i]->path != path)
        i++;
    return i;
}

static bool
comes_before(const policy_t *policy, const policy_problem_t *a, const policy_problem_t *b)
{
    size_t x = file_rank(policy, a->path), y = file_rank(policy, b->path);

    if (x != y)
        return x < y;
    return a->line != b->line ? a->line < b->line : a->column < b->column;
}

/* Few, and those of one place stay in the order in which they were found: insertion. */
void
policy_problems_sort(policy_problems_t *self, const policy_t *policy)
{
    for (size_t i = 1; i < policy_problems_kept(self); i++) {
        policy_problem_t item = self->items[i];
        size_t k = i;

        for (; k > 0 && comes_before(policy, &item, &self->items[k - 1]); k--)
            self->items[k] = self->items[k - 1];
        self->items[k] = item;
    }
}

void
policy_problem(policy_problems_t *self, const policy_source_t *source, const yaml_node_t *node, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    add_problem(self, source->path, yaml_line(node), yaml_column(node), fmt, args);
    va_end(args);
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Walks source and scalar side by side; a run of blanks in one stands for a run of blanks in the other (folding). */
static size_t
source_offset(const char *source, const char *scalar, size_t at)
{
    size_t i = 0, j = 0;

    if (source[0] == '"' || source[0] == '\'')
        i++;
    if (source[0] == '>' || source[0] == '|')
        while (source[i] != '\0' && source[i] != '\n')
            i++;
    for (;;) {
        if (j >= at && scalar[j] == '\0')
            return i; /* the end: right after the last letter, not before whatever follows */
        while (is_blank(source[i]))
            i++;
        while (is_blank(scalar[j]) && j < at)
            j++;
        if (j >= at || source[i] == '\0' || scalar[j] == '\0' || source[i] != scalar[j])
            return i;
        i++;
        j++;
    }
}

/* Line and column (in characters, from 1) of a byte of the text. */
static void
place_of(const char *text, size_t offset, unsigned *line, unsigned *column)
{
    *line = 1;
    *column = 1;
    for (size_t i = 0; i < offset; i++) {
        if (text[i] == '\n') {
            (*line)++;
            *column = 1;
        } else if (((unsigned char) text[i] & 0xC0u) != 0x80u) {
            (*column)++;
        }
    }
}

static size_t
offset_of(const char *text, unsigned line, unsigned column)
{
    size_t i = 0;

    for (unsigned l = 1; l < line && text[i] != '\0'; i++)
        if (text[i] == '\n')
            l++;
    for (unsigned c = 1; c < column && text[i] != '\0'; c++) {
        i++;
        while (((unsigned char) text[i] & 0xC0u) == 0x80u)
            i++;
    }
    return i;
}

void
policy_problem_at(policy_problems_t *self, const policy_source_t *source, const yaml_node_t *node, size_t at,
                  const char *fmt, ...)
{
    unsigned line = yaml_line(node), column = yaml_column(node);
    const char *scalar = yaml_text(node);
    va_list args;

    if (scalar != NULL) {
        const char *text = str_c(&source->text);
        size_t start = offset_of(text, line, column);

        place_of(text, start + source_offset(text + start, scalar, at), &line, &column);
    }
    va_start(args, fmt);
    add_problem(self, source->path, line, column, fmt, args);
    va_end(args);
}
