/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/resident_id.h"

#include "domain/date.h"

#include <string.h>

char
resident_id_check(const char body[17])
{
    static const int weights[17] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
    int sum = 0;

    for (size_t i = 0; i < 17; i++)
        sum += (body[i] - '0') * weights[i];
    return "10X98765432"[sum % 11];
}

static bool
all_digits(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (s[i] < '0' || s[i] > '9')
            return false;
    return true;
}

static bool
birth(const char *body, int32_t *ret)
{
    char date[10] = { 0, 0, 0, 0, '-', 0, 0, '-', 0, 0 };

    memcpy(date, body + 6, 4);
    memcpy(date + 5, body + 10, 2);
    memcpy(date + 8, body + 12, 2);
    return date_parse(date, sizeof(date), ret);
}

bool
resident_id_parse(const char *s, size_t n, resident_id_t *ret, err_t *err)
{
    resident_id_t id = { .text = "" };

    if (n != 18 && n != 15)
        return err_set(err, ERR_REJECT, "resident_id.length", "a resident ID has 18 characters, or 15 in the old form");
    if (!all_digits(s, n == 18 ? 17 : 15))
        return err_set(err, ERR_REJECT, "resident_id.digits",
                       "a resident ID has digits only, and X at most at the end");

    if (n == 18) {
        memcpy(id.text, s, 17);
    } else {
        memcpy(id.text, s, 6);
        memcpy(id.text + 6, "19", 2);
        memcpy(id.text + 8, s + 6, 9);
    }
    if (!birth(id.text, &id.born))
        return err_set(err, ERR_REJECT, "resident_id.birth", "the birth date inside the resident ID does not exist");

    id.text[17] = resident_id_check(id.text);
    if (n == 18) {
        char given = s[17] == 'x' ? 'X' : s[17];
        if (given != 'X' && (given < '0' || given > '9'))
            return err_set(err, ERR_REJECT, "resident_id.digits",
                           "a resident ID has digits only, and X at most at the end");
        if (given != id.text[17])
            return err_set(err, ERR_REJECT, "resident_id.check", "the check character of the resident ID is wrong");
    }
    id.male = (id.text[16] - '0') % 2 == 1;
    *ret = id;
    return true;
}

bool
resident_id_within(const char *text)
{
    size_t n = strlen(text);
    resident_id_t id;

    for (size_t i = 0; i + 18 <= n; i++)
        if (resident_id_parse(text + i, 18, &id, NULL))
            return true;
    return false;
}
