/* SPDX-License-Identifier: Apache-2.0 */
#include "grant.h"

#include "base/crypto.h"
#include "base/mem.h"
#include "domain/date.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

_Static_assert(GRANT_SECRET_SIZE == crypto_sign_SECRETKEYBYTES && GRANT_PUBLIC_SIZE == crypto_sign_PUBLICKEYBYTES, "sizes of Ed25519");

#define SECRET_HEADER "plimsoll-grant-secret 1"
#define PUBLIC_HEADER "plimsoll-grant-public 1"

const char *const grant_fields[GRANT_FIELDS] = { "name", "document", "phone", "address" };

int
grant_field(const char *name, size_t n)
{
    for (int i = 0; i < GRANT_FIELDS; i++)
        if (strlen(grant_fields[i]) == n && memcmp(grant_fields[i], name, n) == 0)
            return i;
    return -1;
}

/* What is signed: every member on a line of its own.  No value holds a line feed. */
static void
signed_text(const grant_t *self, str_t *ret)
{
    char id[UUID_TEXT_SIZE], day[DATE_TEXT_SIZE];

    uuid_format(&self->id, id);
    date_format(self->until, day);
    str_printf(ret, "plimsoll-grant 1\n%s\n%s\n%s\n%s\n", id, self->key, day, self->reason);
    for (size_t i = 0; i < self->person_count; i++) {
        uuid_format(&self->persons[i], id);
        str_printf(ret, "%s,", id);
    }
    str_add(ret, "\n");
    for (size_t i = 0; i < GRANT_FIELDS; i++)
        if (self->fields[i])
            str_printf(ret, "%s,", grant_fields[i]);
}

void
grant_sign(grant_t *self, const uint8_t secret[GRANT_SECRET_SIZE])
{
    AUTO_STR text = STR_INIT;

    crypto_ready();
    signed_text(self, &text);
    REQUIRE(crypto_sign_detached(self->signature, NULL, (const uint8_t *) text.ptr, text.len, secret) == 0);
}

static bool
refuse(err_t *err, const char *what)
{
    (void) err_set(err, ERR_REJECT, "forbidden", "%s", what);
    (void) snprintf(err->pointer, sizeof(err->pointer), "/grant");
    return false;
}

bool
grant_check(const grant_t *self, const uint8_t public_key[GRANT_PUBLIC_SIZE], const char *key, const uuid_t *person,
            const bool fields[GRANT_FIELDS], int32_t today, err_t *err)
{
    AUTO_STR text = STR_INIT;
    bool named = false;

    crypto_ready();
    signed_text(self, &text);
    if (crypto_sign_verify_detached(self->signature, (const uint8_t *) text.ptr, text.len, public_key) != 0)
        return refuse(err, "the grant is not signed by this installation's grant key, or was changed");
    if (strcmp(self->key, key) != 0)
        return refuse(err, "another key holds this grant");
    if (today > self->until)
        return refuse(err, "the grant has expired");
    for (size_t i = 0; i < self->person_count; i++)
        named = named || uuid_eq(&self->persons[i], person);
    if (!named)
        return refuse(err, "the grant does not name this person");
    for (size_t i = 0; i < GRANT_FIELDS; i++)
        if (fields[i] && !self->fields[i])
            return refuse(err, "the grant does not allow each of these fields");
    return true;
}

static bool
bad(err_t *err, const char *pointer, const char *member, const char *what)
{
    (void) err_set(err, ERR_REJECT, "bad_data", "%s", what);
    (void) snprintf(err->pointer, sizeof(err->pointer), "%s/%s", pointer, member);
    return false;
}

bool
grant_read(const json_node_t *object, const char *pointer, grant_t *ret, err_t *err)
{
    json_in_t in;

    memset(ret, 0, sizeof(*ret));
    if (json_kind(object) != JSON_OBJECT)
        return bad(err, pointer, "", "a grant is an object, as `plimsoll keys grant` writes it");
    json_in_init(&in, object, pointer, err);
    ret->id = json_in_uuid(&in, "id");
    const char *key = json_in_text(&in, "key"), *reason = json_in_text(&in, "reason"), *until = json_in_text(&in, "until");
    const char *signature = json_in_text(&in, "signature");
    const json_node_t *persons = json_in_array(&in, "persons"), *fields = json_in_array(&in, "fields");
    if (!json_in_ok(&in))
        return false;
    if (!str_copy(ret->key, sizeof(ret->key), key) || strchr(key, '\n') != NULL)
        return bad(err, pointer, "key", "not the name of a key");
    if (!str_copy(ret->reason, sizeof(ret->reason), reason) || strchr(reason, '\n') != NULL)
        return bad(err, pointer, "reason", "a reason has at most 400 bytes on one line");
    if (!date_parse(until, strlen(until), &ret->until))
        return bad(err, pointer, "until", "until is a day, YYYY-MM-DD");
    if (strlen(signature) != sizeof(ret->signature) * 2 ||
        !str_unhex(signature, strlen(signature), ret->signature, sizeof(ret->signature)))
        return bad(err, pointer, "signature", "a signature has 128 hex digits");
    for (const json_node_t *n = json_first(persons); n != NULL; n = json_next(n)) {
        const char *text = json_text(n);
        if (ret->person_count == GRANT_PERSONS_MAX || text == NULL || !uuid_parse(text, strlen(text), &ret->persons[ret->person_count]))
            return bad(err, pointer, "persons", "at most 64 pseudonyms");
        ret->person_count++;
    }
    for (const json_node_t *n = json_first(fields); n != NULL; n = json_next(n)) {
        const char *text = json_text(n);
        int i = text != NULL ? grant_field(text, strlen(text)) : -1;
        if (i < 0)
            return bad(err, pointer, "fields", "fields is a list out of name, document, phone, address");
        ret->fields[i] = true;
    }
    return true;
}

void
grant_write(const grant_t *self, json_out_t *out)
{
    char hex[sizeof(self->signature) * 2 + 1];

    json_out_object(out, NULL);
    json_out_uuid(out, "id", &self->id);
    json_out_text(out, "key", self->key);
    json_out_array(out, "persons");
    for (size_t i = 0; i < self->person_count; i++)
        json_out_uuid(out, NULL, &self->persons[i]);
    json_out_end(out);
    json_out_array(out, "fields");
    for (size_t i = 0; i < GRANT_FIELDS; i++)
        if (self->fields[i])
            json_out_text(out, NULL, grant_fields[i]);
    json_out_end(out);
    json_out_text(out, "reason", self->reason);
    json_out_date(out, "until", self->until);
    str_hex(self->signature, sizeof(self->signature), hex);
    json_out_text(out, "signature", hex);
    json_out_end(out);
}

static bool
write_key(const char *path, const char *header, const uint8_t *key, size_t n, unsigned mode, err_t *err)
{
    char hex[GRANT_SECRET_SIZE * 2 + 1];
    str_t text = STR_INIT;

    str_hex(key, n, hex);
    str_printf(&text, "%s\n%s\n", header, hex);
    bool ok = str_write_file(path, text.ptr, text.len, mode, err);
    mem_wipe(hex, sizeof(hex));
    mem_wipe(text.ptr, text.len);
    str_done(&text);
    return ok;
}

bool
grant_make_keys(const char *secret_path, const char *public_path, err_t *err)
{
    uint8_t secret[GRANT_SECRET_SIZE], public_key[GRANT_PUBLIC_SIZE];
    struct stat st;

    crypto_ready();
    if (stat(secret_path, &st) == 0 || stat(public_path, &st) == 0)
        return err_set(err, ERR_REJECT, "conflict",
                       "there is such a key already; whoever withdraws all that it signed moves %s and %s away and makes a new one", secret_path,
                       public_path);
    REQUIRE(crypto_sign_keypair(public_key, secret) == 0);
    bool ok = write_key(secret_path, SECRET_HEADER, secret, sizeof(secret), 0600, err) &&
              write_key(public_path, PUBLIC_HEADER, public_key, sizeof(public_key), 0644, err);
    mem_wipe(secret, sizeof(secret));
    return ok;
}

static bool
load_key(const char *path, const char *header, bool secret, uint8_t *ret, size_t n, err_t *err)
{
    str_t text = STR_INIT;
    struct stat st;
    size_t at = strlen(header) + 1;

    if (stat(path, &st) != 0)
        return err_set(err, ERR_CONFIG, errno == ENOENT ? "grant.missing" : "grant.bad", "%s: %s", path, strerror(errno));
    if (secret && (st.st_mode & 077) != 0)
        return err_set(err, ERR_CONFIG, "grant.bad", "%s can be read by others; chmod 600 it", path);
    if (!str_read_file(&text, path, 1024, err))
        return false;
    bool ok = text.len == at + 2 * n + 1 && memcmp(text.ptr, header, at - 1) == 0 && str_unhex(text.ptr + at, 2 * n, ret, n);
    mem_wipe(text.ptr, text.len);
    str_done(&text);
    return ok || err_set(err, ERR_CONFIG, "grant.bad", "%s is not a grant key (\"%s\" and %zu hex digits)", path, header, 2 * n);
}

bool
grant_load_secret(const char *path, uint8_t ret[GRANT_SECRET_SIZE], err_t *err)
{
    return load_key(path, SECRET_HEADER, true, ret, GRANT_SECRET_SIZE, err);
}

bool
grant_load_public(const char *path, uint8_t ret[GRANT_PUBLIC_SIZE], err_t *err)
{
    return load_key(path, PUBLIC_HEADER, false, ret, GRANT_PUBLIC_SIZE, err);
}
