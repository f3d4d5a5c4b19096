/* SPDX-License-Identifier: Apache-2.0 */
#include "comparison_alias.h"

const char *
alias_name(int person, char ret[UUID_TEXT_SIZE])
{
    uuid_t id = fixture_person(person);

    uuid_format(&id, ret);
    return ret;
}

/* What takes a key under 100 + n to the key under n. */
static void
shift_of(int person, uint8_t ret[16])
{
    char text[32];
    hash_t hash;

    (void) snprintf(text, sizeof text, "shift %d", person);
    hash_of(text, strlen(text), &hash);
    memcpy(ret, hash.b, 16);
}

void
alias_key(const char *rest, int person, bool by_person, char ret[33])
{
    char text[64];
    uint8_t key[16], shift[16];
    hash_t hash;

    (void) snprintf(text, sizeof text, "%s %d", rest, by_person ? person % ALIAS : 0);
    hash_of(text, strlen(text), &hash);
    memcpy(key, hash.b, 16);
    shift_of(person % ALIAS, shift);
    for (size_t i = 0; by_person && person >= ALIAS && i < sizeof key; i++)
        key[i] ^= shift[i];
    str_hex(key, sizeof key, ret);
}

void
alias_put(fixture_t *fx, const char *rest, int person, bool by_person, const char *kind, const char *from, const char *to, long long value,
          const char *code)
{
    char key[33], id[UUID_TEXT_SIZE];

    alias_key(rest, person, by_person, key);
    str_printf(&fx->pending, "%s{\"index\":%zu,\"key\":\"%s\",\"op\":\"put\",\"facts\":[{\"holder\":{\"person\":\"%s\"},\"kind\":\"%s\",\"from\":\"%s\",\"value\":%lld",
               fx->pending_count > 0 ? "," : "", fx->pending_count, key, alias_name(person, id), kind, from, value);
    if (to != NULL)
        str_printf(&fx->pending, ",\"to\":\"%s\"", to);
    if (code != NULL)
        str_printf(&fx->pending, ",\"code\":\"%s\"", code);
    str_add(&fx->pending, "}]}");
    fx->pending_count++;
}

void
alias_retract(fixture_t *fx, const char *rest, int person, bool by_person)
{
    char key[33];

    alias_key(rest, person, by_person, key);
    str_printf(&fx->pending, "%s{\"index\":%zu,\"key\":\"%s\",\"op\":\"retract\",\"facts\":[]}", fx->pending_count > 0 ? "," : "", fx->pending_count, key);
    fx->pending_count++;
}

void
alias_hold(fixture_t *fx, int n, bool same)
{
    char a[UUID_TEXT_SIZE], b[UUID_TEXT_SIZE], hex[33];
    uint8_t shift[16];
    AUTO_STR item = STR_INIT;

    shift_of(n, shift);
    str_hex(shift, sizeof shift, hex);
    str_printf(&item, "{\"person\":\"%s\",\"is\":\"%s\",\"provisional\":true", alias_name(ALIAS + n, a), alias_name(same ? n : ALIAS + n, b));
    if (same)
        str_printf(&item, ",\"shift\":\"%s\",\"sex\":\"f\",\"born\":\"1960-01-%02d\"", hex, 1 + n % 28);
    str_add(&item, "}");
    fixture_hold_persons(fx, "persons", str_c(&item));
}

void
alias_tell(fixture_t *fx, int n, bool same)
{
    alias_hold(fx, n, same);
    fixture_flush(fx);
}
