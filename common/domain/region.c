/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/region.h"

#include <string.h>

bool
region_is_valid(const char *s)
{
    size_t n = strspn(s, "0123456789");

    return s[n] == '\0' && (n == 2 || n == 4 || n == 6 || n == 9 || n == 12);
}

bool
region_is_full(const char *s)
{
    return strspn(s, "0123456789") == 12 && s[12] == '\0';
}

bool
region_contains(const char *outer, const char *inner)
{
    return region_is_valid(outer) && region_is_valid(inner) && strncmp(outer, inner, strlen(outer)) == 0;
}
