/* SPDX-License-Identifier: Apache-2.0 */
#include "json/json_in.h"

#include "json/json_scan.h"

#include <string.h>

/* The name without its quotes; escapes, which are rare in names, are decoded into `buffer`. */
static slice_t
member_name(const char *from, const char *behind, str_t *buffer)
{
    slice_t raw = { from + 1, (size_t) (behind - from - 2) };

    if (memchr(raw.ptr, '\\', raw.len) == NULL)
        return raw;
    str_clear(buffer);
    json_scan_unescape(raw.ptr, raw.ptr + raw.len, buffer);
    return str_slice(buffer);
}

bool
json_each_member(slice_t object, json_member_fn fn, void *ctx, err_t *err)
{
    AUTO_STR buffer = STR_INIT;
    const char *end = object.ptr + object.len, *at = json_scan_blank(object.ptr, end);

    if (at == end || *at != '{')
        return err_set(err, ERR_REJECT, "bad_data", "expected an object");
    at = json_scan_blank(at + 1, end);
    while (*at != '}') {
        const char *behind = json_scan_string(at, end);
        slice_t name = member_name(at, behind, &buffer);

        at = json_scan_blank(json_scan_blank(behind, end) + 1, end); /* behind the colon */
        behind = json_scan_value(at, end);
        if (!fn(ctx, name, (slice_t){ at, (size_t) (behind - at) }, err))
            return false;
        at = json_scan_blank(behind, end);
        if (*at == ',')
            at = json_scan_blank(at + 1, end);
    }
    return true;
}
