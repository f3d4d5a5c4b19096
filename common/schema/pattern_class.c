/* SPDX-License-Identifier: Apache-2.0 */
#include "schema/pattern_program.h"

#include "base/mem.h"

void
pattern_class_add(pattern_class_t *self, uint32_t from, uint32_t to)
{
    self->ranges = mem_grow(self->ranges, &self->cap, self->count + 1, sizeof(*self->ranges));
    self->ranges[self->count++] = (pattern_range_t){ from, to };
}

/* ECMA-262: WhiteSpace and LineTerminator. */
static const pattern_range_t spaces[] = {
    { 0x09, 0x0d },     { 0x20, 0x20 },     { 0xa0, 0xa0 },     { 0x1680, 0x1680 }, { 0x2000, 0x200a },
    { 0x2028, 0x2029 }, { 0x202f, 0x202f }, { 0x205f, 0x205f }, { 0x3000, 0x3000 }, { 0xfeff, 0xfeff },
};
static const pattern_range_t digits[] = { { '0', '9' } };
static const pattern_range_t words[] = { { '0', '9' }, { 'A', 'Z' }, { '_', '_' }, { 'a', 'z' } };
static const pattern_range_t line_ends[] = { { '\n', '\n' }, { '\r', '\r' }, { 0x2028, 0x2029 } };

/* The table is ascending, so its complement is the gaps. */
static void
add_table(pattern_class_t *self, const pattern_range_t *table, size_t n, bool complement)
{
    uint32_t next = 0;

    for (size_t i = 0; i < n; i++) {
        if (!complement)
            pattern_class_add(self, table[i].from, table[i].to);
        else if (table[i].from > next)
            pattern_class_add(self, next, table[i].from - 1);
        next = table[i].to + 1;
    }
    if (complement)
        pattern_class_add(self, next, PATTERN_CODE_POINT_MAX);
}

bool
pattern_class_add_escape(pattern_class_t *self, char letter)
{
    switch (letter) {
    case 'd':
    case 'D':
        add_table(self, digits, COUNT_OF(digits), letter == 'D');
        return true;
    case 'w':
    case 'W':
        add_table(self, words, COUNT_OF(words), letter == 'W');
        return true;
    case 's':
    case 'S':
        add_table(self, spaces, COUNT_OF(spaces), letter == 'S');
        return true;
    default:
        return false;
    }
}

void
pattern_class_add_dot(pattern_class_t *self)
{
    add_table(self, line_ends, COUNT_OF(line_ends), true);
}

bool
pattern_class_has(const pattern_class_t *self, uint32_t c)
{
    for (size_t i = 0; i < self->count; i++)
        if (c >= self->ranges[i].from && c <= self->ranges[i].to)
            return !self->negated;
    return self->negated;
}
