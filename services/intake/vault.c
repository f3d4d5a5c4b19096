/* SPDX-License-Identifier: Apache-2.0 */
#include "vault.h"

#include "base/crypto.h"
#include "base/mem.h"
#include "base/num.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>

#define VAULT_HEADER_1 "plimsoll-vault 1"
#define VAULT_HEADER "plimsoll-vault 2"
#define VAULT_KEYS_MAX 64
#define SECRET_SIZE 32
#define NONCE_SIZE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_SIZE crypto_aead_xchacha20poly1305_ietf_ABYTES

/* Subkeys of crypto_kdf: a number and a context of 8 bytes. */
enum { SUB_PERSON = 1, SUB_RECORD, SUB_DIGEST, SUB_SEAL, SUB_SHIFT };
_Static_assert(crypto_shorthash_siphashx24_BYTES == sizeof(uuid_t) && crypto_shorthash_siphashx24_KEYBYTES <= SECRET_SIZE, "SipHash-2-4-128");
static const char kdf_context[crypto_kdf_CONTEXTBYTES + 1] = "plimvalt";

typedef struct {
    int version;
    uint8_t person[SECRET_SIZE], seal[SECRET_SIZE];
} vault_key_t;

struct vault {
    uint8_t record[SECRET_SIZE], digest[SECRET_SIZE], shift[SECRET_SIZE];
    bool shifts; /* since the second form of the file: a record's key is shifted by the person in it */
    vault_key_t keys[VAULT_KEYS_MAX];
    size_t key_count;
};

static void
subkey(const uint8_t secret[SECRET_SIZE], uint64_t number, uint8_t ret[SECRET_SIZE])
{
    REQUIRE(crypto_kdf_derive_from_key(ret, SECRET_SIZE, number, kdf_context, secret) == 0);
}

static bool
bad_line(const char *path, unsigned line, const char *what, err_t *err)
{
    return err_set(err, ERR_CONFIG, "vault.bad", "%s:%u: %s; restore the vault's key file from its backup", path, line,
                   what);
}

static bool
unhex_secret(slice_t text, uint8_t ret[SECRET_SIZE])
{
    return text.len == (size_t) SECRET_SIZE * 2 && str_unhex(text.ptr, text.len, ret, SECRET_SIZE);
}

/* "record <hex>" or "key <version> <hex>"; versions grow. */
static bool
take_line(vault_t *self, slice_t line, bool *has_record, const char *path, unsigned number, err_t *err)
{
    uint8_t secret[SECRET_SIZE];
    int64_t version;
    const char *blank;

    if (line.len > 7 && memcmp(line.ptr, "record ", 7) == 0) {
        if (*has_record || !unhex_secret((slice_t){ line.ptr + 7, line.len - 7 }, secret))
            return bad_line(path, number, "not a (second) record secret of 64 hex digits", err);
        subkey(secret, SUB_RECORD, self->record);
        subkey(secret, SUB_DIGEST, self->digest);
        subkey(secret, SUB_SHIFT, self->shift);
        mem_wipe(secret, sizeof(secret));
        *has_record = true;
        return true;
    }
    if (line.len < 5 || memcmp(line.ptr, "key ", 4) != 0)
        return bad_line(path, number, "expected \"record <hex>\" or \"key <version> <hex>\"", err);
    blank = memchr(line.ptr + 4, ' ', line.len - 4);
    if (blank == NULL || !num_i64(line.ptr + 4, (size_t) (blank - line.ptr - 4), &version) || version < 1 ||
        version > 32767 || (self->key_count > 0 && version <= self->keys[self->key_count - 1].version) ||
        self->key_count == VAULT_KEYS_MAX)
        return bad_line(path, number, "key versions are numbers from 1 to 32767, growing, at most 64", err);
    if (!unhex_secret((slice_t){ blank + 1, (size_t) (line.ptr + line.len - blank - 1) }, secret))
        return bad_line(path, number, "a key's secret has 64 hex digits", err);
    self->keys[self->key_count].version = (int) version;
    subkey(secret, SUB_PERSON, self->keys[self->key_count].person);
    subkey(secret, SUB_SEAL, self->keys[self->key_count].seal);
    self->key_count++;
    mem_wipe(secret, sizeof(secret));
    return true;
}

static bool
parse_file(vault_t *self, const str_t *text, const char *path, err_t *err)
{
    bool has_record = false;
    unsigned number = 0;
    size_t at = 0;

    while (at < text->len) {
        const char *start = text->ptr + at;
        const char *end = memchr(start, '\n', text->len - at);
        slice_t line = { start, end ? (size_t) (end - start) : text->len - at };

        at += line.len + 1;
        number++;
        if (number == 1) {
            self->shifts = slice_eq_str(line, VAULT_HEADER);
            if (!self->shifts && !slice_eq_str(line, VAULT_HEADER_1))
                return bad_line(path, 1, "the first line is not \"" VAULT_HEADER "\"", err);
        } else if (line.len > 0 && line.ptr[0] != '#') {
            if (!take_line(self, line, &has_record, path, number, err))
                return false;
        }
    }
    if (!has_record || self->key_count == 0)
        return bad_line(path, number, "the record secret or every key is missing", err);
    return true;
}

bool
vault_load(const char *path, vault_t **ret, err_t *err)
{
    AUTO(vault) self = NULL;
    str_t text = STR_INIT;
    struct stat st;
    bool ok;

    crypto_ready();
    if (stat(path, &st) != 0)
        return err_set(err, ERR_CONFIG, errno == ENOENT ? "vault.missing" : "vault.bad", "%s: %s", path,
                       strerror(errno));
    if ((st.st_mode & 077) != 0)
        return err_set(err, ERR_CONFIG, "vault.bad", "%s can be read by others; chmod 600 it", path);
    self = mem_new(vault_t);
    ok = str_read_file(&text, path, 16384, err) && parse_file(self, &text, path, err);
    if (text.ptr != NULL)
        mem_wipe(text.ptr, text.len);
    str_done(&text);
    if (!ok)
        return false;
    *ret = TAKE(self);
    return true;
}

/* The text of a key file with fresh secrets.  The caller wipes it. */
static void
write_secrets(str_t *text)
{
    static const char *const names[] = { "record ", "key 1 " };
    uint8_t secret[SECRET_SIZE];
    char hex[SECRET_SIZE * 2 + 1];

    str_add(text,
            VAULT_HEADER "\n# Lose this file and nobody can be told apart or reached any more: back it up, apart from "
                         "the database.\n");
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        randombytes_buf(secret, sizeof(secret));
        str_hex(secret, sizeof(secret), hex);
        str_add(text, names[i]);
        str_add(text, hex);
        str_add(text, "\n");
    }
    mem_wipe(secret, sizeof(secret));
    mem_wipe(hex, sizeof(hex));
}

bool
vault_trial(vault_t **ret, err_t *err)
{
    AUTO(vault) self = mem_new(vault_t);
    AUTO_STR text = STR_INIT;
    bool ok;

    crypto_ready();
    write_secrets(&text);
    ok = parse_file(self, &text, "trial", err);
    mem_wipe(text.ptr, text.len);
    if (!ok)
        return false;
    *ret = TAKE(self);
    return true;
}

bool
vault_create(const char *path, err_t *err)
{
    AUTO_STR text = STR_INIT;
    AUTO_FREE char *dir = mem_strdup(path);
    char *slash = strrchr(dir, '/');
    struct stat st;
    bool ok;

    crypto_ready();
    if (stat(path, &st) == 0)
        return err_set(err, ERR_CONFIG, "vault.bad", "%s exists already and is not overwritten", path);
    if (slash != NULL && slash != dir) {
        *slash = '\0';
        if (mkdir(dir, 0700) != 0 && errno != EEXIST)
            return err_set(err, ERR_CONFIG, "vault.bad", "cannot make %s: %s", dir, strerror(errno));
    }
    write_secrets(&text);
    ok = str_write_file(path, text.ptr, text.len, 0600, err);
    mem_wipe(text.ptr, text.len);
    return ok;
}

void
vault_destroy(vault_t **self_p)
{
    if (*self_p == NULL)
        return;
    mem_wipe(*self_p, sizeof(**self_p));
    mem_free(*self_p);
    *self_p = NULL;
}

static const vault_key_t *
current(const vault_t *self)
{
    return &self->keys[self->key_count - 1];
}

int
vault_version(const vault_t *self)
{
    return current(self)->version;
}

size_t
vault_key_count(const vault_t *self)
{
    return self->key_count;
}

int
vault_version_at(const vault_t *self, size_t i)
{
    REQUIRE(i < self->key_count);
    return self->keys[i].version;
}

static const vault_key_t *
find_key(const vault_t *self, int version)
{
    for (size_t i = 0; i < self->key_count; i++)
        if (self->keys[i].version == version)
            return &self->keys[i];
    return NULL;
}

bool
vault_has(const vault_t *self, int version)
{
    return find_key(self, version) != NULL;
}

void
vault_mark(const vault_t *self, size_t i, uuid_t *ret)
{
    static const char text[] = "mark of this key";

    REQUIRE(i < self->key_count);
    REQUIRE(crypto_generichash(ret->b, sizeof(ret->b), (const uint8_t *) text, sizeof(text) - 1, self->keys[i].person,
                               SECRET_SIZE) == 0);
}

bool
vault_continues(const vault_t *self, const vault_t *next, bool may_drop, const char *path, err_t *err)
{
    bool ok = self->shifts == next->shifts && sodium_memcmp(self->record, next->record, SECRET_SIZE) == 0;

    for (size_t i = 0; i < self->key_count && ok; i++) {
        const vault_key_t *mine = &self->keys[i], *theirs = find_key(next, mine->version);

        if (theirs != NULL)
            ok = sodium_memcmp(mine->person, theirs->person, SECRET_SIZE) == 0;
        else
            ok = may_drop && mine != current(self);
    }
    return ok || err_set(err, ERR_CONFIG, "vault.other",
                         "%s lacks a key that is still needed, or is another installation's; restore the right file", path);
}

void
vault_person_hash(const vault_t *self, const char *identity, uuid_t *ret)
{
    vault_person_hash_at(self, self->key_count - 1, identity, ret);
}

void
vault_person_hash_at(const vault_t *self, size_t i, const char *identity, uuid_t *ret)
{
    static const char resident[] = "resident-id:", other[] = "document:";
    bool is_other = strchr(identity, ':') != NULL;
    crypto_generichash_state st;

    REQUIRE(i < self->key_count);
    REQUIRE(crypto_generichash_init(&st, self->keys[i].person, SECRET_SIZE, sizeof(ret->b)) == 0);
    REQUIRE(crypto_generichash_update(&st, (const uint8_t *) (is_other ? other : resident),
                                      (is_other ? sizeof(other) : sizeof(resident)) - 1) == 0);
    REQUIRE(crypto_generichash_update(&st, (const uint8_t *) identity, strlen(identity)) == 0);
    REQUIRE(crypto_generichash_final(&st, ret->b, sizeof(ret->b)) == 0);
    mem_wipe(&st, sizeof(st));
}

/* Each part goes in with its length, so that no two lists of values look alike. */
static void
update_part(crypto_generichash_state *st, const char *p, size_t n)
{
    uint8_t len[4] = { (uint8_t) (n >> 24), (uint8_t) (n >> 16), (uint8_t) (n >> 8), (uint8_t) n };

    REQUIRE(crypto_generichash_update(st, len, sizeof(len)) == 0);
    REQUIRE(crypto_generichash_update(st, (const uint8_t *) p, n) == 0);
}

static void
add_shift(const vault_t *self, slice_t identity, uuid_t *ret)
{
    uint8_t shift[sizeof(ret->b)];

    REQUIRE(crypto_shorthash_siphashx24(shift, (const uint8_t *) identity.ptr, identity.len, self->shift) == 0);
    for (size_t i = 0; i < sizeof(shift); i++)
        ret->b[i] ^= shift[i];
}

void
vault_record_key(const vault_t *self, const char *dataset, const slice_t *values, size_t n, size_t person, uuid_t *ret)
{
    crypto_generichash_state st;

    REQUIRE(crypto_generichash_init(&st, self->record, SECRET_SIZE, sizeof(ret->b)) == 0);
    update_part(&st, dataset, strlen(dataset));
    for (size_t i = 0; i < n; i++)
        if (self->shifts && i == person)
            update_part(&st, "", 0);
        else
            update_part(&st, values[i].ptr, values[i].len);
    REQUIRE(crypto_generichash_final(&st, ret->b, sizeof(ret->b)) == 0);
    mem_wipe(&st, sizeof(st));
    if (self->shifts && person < n)
        add_shift(self, values[person], ret);
}

void
vault_key_part(const vault_t *self, const char *identity, uuid_t *ret)
{
    memset(ret, 0, sizeof(*ret));
    if (self->shifts)
        add_shift(self, slice_of(identity), ret);
}

void
vault_digest(const vault_t *self, const void *p, size_t n, uuid_t *ret)
{
    REQUIRE(crypto_generichash(ret->b, sizeof(ret->b), p, n, self->digest, SECRET_SIZE) == 0);
}

void
vault_seal(const vault_t *self, slice_t bound, slice_t plain, str_t *ret)
{
    size_t n = NONCE_SIZE + plain.len + TAG_SIZE;
    AUTO_FREE uint8_t *out = mem_alloc(n, 1);
    unsigned long long sealed_len;

    randombytes_buf(out, NONCE_SIZE);
    REQUIRE(crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE_SIZE, &sealed_len, (const uint8_t *) plain.ptr,
                                                       plain.len, (const uint8_t *) bound.ptr, bound.len, NULL, out,
                                                       current(self)->seal) == 0);
    str_add_n(ret, out, n);
}

bool
vault_unseal(const vault_t *self, int version, slice_t bound, slice_t sealed, str_t *ret, err_t *err)
{
    const vault_key_t *key = find_key(self, version);
    const uint8_t *in = (const uint8_t *) sealed.ptr;
    unsigned long long len;
    size_t n;
    uint8_t *out;
    bool ok;

    if (key == NULL)
        return err_set(err, ERR_CONFIG, "vault.version",
                       "a value is sealed with key %d, which the vault's key file lacks", version);
    if (sealed.len < NONCE_SIZE + TAG_SIZE)
        return err_set(err, ERR_CONFIG, "vault.tampered", "a sealed value is too short");
    n = sealed.len - NONCE_SIZE - TAG_SIZE;
    out = mem_alloc(n + 1, 1);
    ok = crypto_aead_xchacha20poly1305_ietf_decrypt(out, &len, NULL, in + NONCE_SIZE, sealed.len - NONCE_SIZE,
                                                    (const uint8_t *) bound.ptr, bound.len, in, key->seal) == 0;
    if (ok)
        str_add_n(ret, out, n);
    mem_wipe(out, n);
    mem_free(out);
    if (!ok)
        return err_set(err, ERR_CONFIG, "vault.tampered",
                       "a sealed value does not open: it was changed or moved to another row, or the "
                       "key file is another installation's");
    return true;
}
