/* SPDX-License-Identifier: Apache-2.0 */
#include "schema/schema_program.h"

#include "base/time.h"
#include "domain/date.h"
#include "domain/money.h"
#include "domain/region.h"
#include "domain/resident_id.h"

#include <string.h>

static bool
is_date(const char *s)
{
    int32_t day;

    return date_parse(s, strlen(s), &day);
}

static bool
is_month(const char *s)
{
    int32_t month;

    return date_parse_month(s, strlen(s), &month);
}

static bool
is_date_time(const char *s)
{
    int64_t us;

    return time_parse(s, strlen(s), &us);
}

static bool
is_uuid(const char *s)
{
    uuid_t u;

    return uuid_parse(s, strlen(s), &u);
}

static bool
is_money(const char *s)
{
    int64_t fen;

    return money_parse(s, strlen(s), &fen);
}

static bool
is_resident_id(const char *s)
{
    resident_id_t id;

    return resident_id_parse(s, strlen(s), &id, NULL);
}

static const format_t formats[] = {
    { "date", "a date such as 2024-06-18", is_date },
    { "date-time", "a time with zone such as 2024-06-18T10:00:00+08:00", is_date_time },
    { "uuid", "a UUID", is_uuid },
    { "money", "an amount in yuan such as \"820.00\"", is_money },
    { "month", "a month such as 2024-06", is_month },
    { "region", "a region code of 2, 4, 6, 9 or 12 digits", region_is_valid },
    { "resident-id", "a resident ID with a right check character", is_resident_id },
};

const format_t *
schema_format(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(formats); i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}
