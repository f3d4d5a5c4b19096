/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule.h"

#include <string.h>

#include "base/num.h"
#include "base/str.h"
#include "domain/date.h"

enum { EVERY_MOST = 12, DAYS_AHEAD = 366 * 2 };

/* The next piece up to `mark`, without the blanks around it; false: nothing is left. */
static bool
next_piece(slice_t *rest, char mark, slice_t *ret)
{
    size_t n = 0;

    if (rest->len == 0)
        return false;
    while (n < rest->len && rest->ptr[n] != mark)
        n++;
    slice_t piece = { rest->ptr, n };
    size_t step = n < rest->len ? n + 1 : n;
    *rest = (slice_t){ rest->ptr + step, rest->len - step };
    while (piece.len > 0 && piece.ptr[0] == ' ')
        piece = (slice_t){ piece.ptr + 1, piece.len - 1 };
    while (piece.len > 0 && piece.ptr[piece.len - 1] == ' ')
        piece.len--;
    *ret = piece;
    return true;
}

static bool
take(slice_t piece, char *ret, size_t size)
{
    if (piece.len == 0 || piece.len >= size)
        return false;
    memcpy(ret, piece.ptr, piece.len);
    ret[piece.len] = '\0';
    return true;
}

static bool
read_days(slice_t list, uint32_t *ret)
{
    slice_t piece;

    while (next_piece(&list, ',', &piece)) {
        int64_t day;

        if (!num_i64(piece.ptr, piece.len, &day) || day < 1 || day > 31)
            return false;
        *ret |= UINT32_C(1) << day;
    }
    return *ret != 0;
}

static bool
read_categories(slice_t list, schedule_entry_t *ret)
{
    slice_t piece;

    while (next_piece(&list, ',', &piece))
        if (ret->category_count == SCHEDULE_CATEGORIES_MAX ||
            !take(piece, ret->categories[ret->category_count++], sizeof ret->categories[0]))
            return false;
    return ret->category_count > 0;
}

static bool
read_region(slice_t text, char ret[REGION_SIZE])
{
    if (!take(text, ret, REGION_SIZE))
        return false;
    return strspn(ret, "0123456789") == text.len;
}

static bool
read_option(slice_t option, schedule_entry_t *ret)
{
    slice_t name, value = option;
    int64_t every;

    if (!next_piece(&value, '=', &name))
        return false;
    if (slice_eq(name, slice_of("days")))
        return read_days(value, &ret->days);
    if (slice_eq(name, slice_of("region")))
        return read_region(value, ret->region);
    if (slice_eq(name, slice_of("categories")))
        return read_categories(value, ret);
    if (!slice_eq(name, slice_of("every")) || !num_i64(value.ptr, value.len, &every) || every < 1 || every > EVERY_MOST)
        return false;
    ret->every = (int) every;
    return true;
}

static bool
read_entry(slice_t text, schedule_entry_t *ret)
{
    slice_t option;

    *ret = (schedule_entry_t){ .every = 1 };
    if (!next_piece(&text, ' ', &option) || !take(option, ret->name, sizeof ret->name))
        return false;
    while (next_piece(&text, ' ', &option))
        if (option.len > 0 && !read_option(option, ret))
            return false;
    return ret->days != 0;
}

bool
schedule_parse(const char *text, schedule_t *ret, err_t *err)
{
    slice_t rest = slice_of(text == NULL ? "" : text), entry;
    schedule_t s = { .count = 0 };

    while (next_piece(&rest, ';', &entry)) {
        if (entry.len == 0)
            continue;
        if (s.count == SCHEDULE_MAX || !read_entry(entry, &s.items[s.count]))
            return err_set(err, ERR_CONFIG, "comparison.schedule",
                           "schedule: entry \"%.*s\": expected NAME days=1,16 [every=MONTHS] [region=CODE] [categories=A,B], at most %d entries",
                           (int) entry.len, entry.ptr, SCHEDULE_MAX);
        for (size_t i = 0; i < s.count; i++)
            if (strcmp(s.items[i].name, s.items[s.count].name) == 0)
                return err_set(err, ERR_CONFIG, "comparison.schedule", "schedule: two entries are named %s", s.items[i].name);
        s.count++;
    }
    *ret = s;
    return true;
}

bool
schedule_is_due(const schedule_entry_t *entry, int32_t day)
{
    int year, month, d;

    date_parts(day, &year, &month, &d);
    return (entry->days >> d & 1) != 0 && (month - 1) % entry->every == 0;
}

int32_t
schedule_next(const schedule_entry_t *entry, int32_t day)
{
    for (int32_t next = day + 1; next <= day + DAYS_AHEAD; next++)
        if (schedule_is_due(entry, next))
            return next;
    return DATE_OPEN;
}

bool
schedule_is_of_all(const schedule_entry_t *entry)
{
    return entry->category_count == 0 && entry->region[0] == '\0';
}

size_t
schedule_find_partial(const schedule_t *self, size_t from, int32_t day)
{
    while (from < self->count && (schedule_is_of_all(&self->items[from]) || !schedule_is_due(&self->items[from], day)))
        from++;
    return from;
}

bool
schedule_has_full(const schedule_t *self, int32_t day)
{
    for (size_t i = 0; i < self->count; i++)
        if (schedule_is_of_all(&self->items[i]) && schedule_is_due(&self->items[i], day))
            return true;
    return false;
}
