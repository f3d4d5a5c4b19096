/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "base/num.h"
#include "base/time.h"
#include "bus/keys.h"
#include "domain/date.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <zmq.h>

#define FILE_LIMIT_BYTES ((size_t) 64 * 1024)

/* The text members of the metadata section, in the order written. */
typedef struct {
    const char *name;
    size_t offset, size;
} member_t;
#define MEMBER(m) { #m, offsetof(bus_key_t, m), sizeof(((bus_key_t *) 0)->m) }
static const member_t members[] = {
    MEMBER(department), MEMBER(datasets), MEMBER(regions), MEMBER(streams), MEMBER(commands), MEMBER(organisation),
};

bool
bus_key_name_is_valid(const char *name)
{
    size_t n = strlen(name);

    if (n == 0 || n >= KEY_NAME_MAX)
        return false;
    for (size_t i = 0; i < n; i++) {
        char c = name[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!word && (i == 0 || (c != '.' && c != '_' && c != '-')))
            return false;
    }
    return true;
}

static bool
check_name(const char *name, err_t *err)
{
    if (bus_key_name_is_valid(name))
        return true;
    return err_set(err, ERR_CONFIG, "key.name",
                   "a key's name is 1 to %d of a-z, A-Z, 0-9, '.', '_', '-' and starts with a letter or digit",
                   KEY_NAME_MAX - 1);
}

bool
bus_key_generate(const char *name, bus_key_t *ret, err_t *err)
{
    bus_key_t key = { .until = DATE_OPEN };

    if (!check_name(name, err))
        return false;
    (void) str_copy(key.name, sizeof(key.name), name);
    if (zmq_curve_keypair(key.public_z85, key.secret_z85) != 0)
        return err_set(err, ERR_CONFIG, "key.curve", "libzmq was built without CURVE: %s", zmq_strerror(errno));
    *ret = key;
    bus_key_done(&key);
    return true;
}

void
bus_key_done(bus_key_t *self)
{
    mem_wipe(self->secret_z85, sizeof(self->secret_z85));
}

/* Quotes inside a value would end it; control characters would end the line. */
static bool
add_member(str_t *out, const char *name, const char *value, err_t *err)
{
    if (value[0] == '\0')
        return true;
    for (const char *p = value; *p != '\0'; p++)
        if ((unsigned char) *p < 0x20 || *p == '"' || *p == 0x7f)
            return err_set(err, ERR_REJECT, "bad_data", "%s holds a quote or a control character", name);
    str_printf(out, "    %s = \"%s\"\n", name, value);
    return true;
}

static bool
encode(const bus_key_t *key, bool secret, str_t *out, err_t *err)
{
    char now[TIME_TEXT_SIZE];

    time_format(time_now_us(), now);
    str_printf(out, "#   ****  Generated on %s by plimsoll  ****\n", now);
    if (secret)
        str_add(out, "#   ZeroMQ CURVE **Secret** Certificate\n"
                     "#   DO NOT PROVIDE THIS FILE TO OTHER USERS nor change its permissions.\n\n");
    else
        str_add(out, "#   ZeroMQ CURVE Public Certificate\n"
                     "#   Exchange securely, or use a secure mechanism to verify the contents\n"
                     "#   of this file after exchange. Store public certificates in your home\n"
                     "#   directory, in the .curve subdirectory.\n\n");

    str_add(out, "metadata\n");
    if (!add_member(out, "name", key->name, err))
        return false;
    for (size_t i = 0; i < COUNT_OF(members); i++)
        if (!add_member(out, members[i].name, (const char *) key + members[i].offset, err))
            return false;
    if (key->rate > 0)
        str_printf(out, "    rate = \"%lld\"\n", (long long) key->rate);
    if (key->until != DATE_OPEN) {
        char day[DATE_TEXT_SIZE];
        date_format(key->until, day);
        str_printf(out, "    until = \"%s\"\n", day);
    }
    str_printf(out, "curve\n    public-key = \"%s\"\n", key->public_z85);
    if (secret)
        str_printf(out, "    secret-key = \"%s\"\n", key->secret_z85);
    return true;
}

static bool
write_one(const bus_key_t *key, const char *dir, bool secret, err_t *err)
{
    AUTO_STR path = STR_INIT;
    AUTO_STR text = STR_INIT;
    struct stat st;

    if (!check_name(key->name, err))
        return false;
    if (secret && key->secret_z85[0] == '\0')
        return err_set(err, ERR_CONFIG, "key.secret", "%s: this certificate holds no secret key", key->name);
    if (mkdir(dir, 0700) != 0 && errno != EEXIST)
        return err_set(err, ERR_CONFIG, "file", "%s: cannot create the directory: %s", dir, strerror(errno));
    str_printf(&path, "%s/%s.%s", dir, key->name, secret ? "key_secret" : "key");
    if (lstat(path.ptr, &st) == 0)
        return err_set(err, ERR_CONFIG, "key.exists",
                       "%s exists already: take another name, or revoke that key and move the file away", path.ptr);
    bool ok = encode(key, secret, &text, err) && str_write_file(path.ptr, text.ptr, text.len, 0600, err);
    if (secret && text.ptr != NULL)
        mem_wipe(text.ptr, text.cap);
    return ok;
}

bool
bus_key_write(const bus_key_t *self, const char *dir, err_t *err)
{
    AUTO_STR public_path = STR_INIT;
    struct stat st;

    str_printf(&public_path, "%s/%s.key", dir, self->name);
    if (lstat(public_path.ptr, &st) == 0)
        return err_set(err, ERR_CONFIG, "key.exists",
                       "%s exists already: take another name, or revoke that key and move the file away",
                       public_path.ptr);
    return write_one(self, dir, true, err) && write_one(self, dir, false, err);
}

bool
bus_key_write_public(const bus_key_t *self, const char *dir, err_t *err)
{
    return write_one(self, dir, false, err);
}

/* Where the reader stands, for its messages. */
typedef struct {
    const char *path;
    unsigned line;
    bool curve; /* inside the section `curve`, else metadata */
    bus_key_t key;
    err_t *err;
} reader_t;

static slice_t
trim(slice_t s)
{
    while (s.len > 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t'))
        s = (slice_t){ s.ptr + 1, s.len - 1 };
    while (s.len > 0 && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t' || s.ptr[s.len - 1] == '\r'))
        s.len--;
    return s;
}

static slice_t
unquote(slice_t s)
{
    if (s.len >= 2 && (s.ptr[0] == '"' || s.ptr[0] == '\'') && s.ptr[s.len - 1] == s.ptr[0])
        return (slice_t){ s.ptr + 1, s.len - 2 };
    return s;
}

static bool
take_text(reader_t *r, const char *name, slice_t value, char *ret, size_t size)
{
    if (value.len >= size)
        return err_set(r->err, ERR_CONFIG, "key.format", "%s:%u: %s is longer than %zu bytes", r->path, r->line, name,
                       size - 1);
    memcpy(ret, value.ptr, value.len);
    ret[value.len] = '\0';
    return true;
}

static bool
take_z85(reader_t *r, const char *name, slice_t value, char ret[KEY_Z85_SIZE])
{
    uint8_t raw[32];
    char text[KEY_Z85_SIZE];

    if (value.len != KEY_Z85_SIZE - 1)
        return err_set(r->err, ERR_CONFIG, "key.format", "%s:%u: %s is not 40 characters of Z85", r->path, r->line, name);
    memcpy(text, value.ptr, value.len);
    text[value.len] = '\0';
    bool ok = zmq_z85_decode(raw, text) != NULL;
    mem_wipe(raw, sizeof(raw));
    if (ok)
        memcpy(ret, text, sizeof(text));
    mem_wipe(text, sizeof(text));
    return ok || err_set(r->err, ERR_CONFIG, "key.format", "%s:%u: %s is not Z85", r->path, r->line, name);
}

static bool
take_metadata(reader_t *r, slice_t name, slice_t value)
{
    for (size_t i = 0; i < COUNT_OF(members); i++)
        if (slice_eq_str(name, members[i].name))
            return take_text(r, members[i].name, value, (char *) &r->key + members[i].offset, members[i].size);
    if (slice_eq_str(name, "rate") && (!num_i64(value.ptr, value.len, &r->key.rate) || r->key.rate < 0))
        return err_set(r->err, ERR_CONFIG, "key.format", "%s:%u: rate is not a whole number ≥ 0", r->path, r->line);
    if (slice_eq_str(name, "until") && !date_parse(value.ptr, value.len, &r->key.until))
        return err_set(r->err, ERR_CONFIG, "key.format", "%s:%u: until is not a date YYYY-MM-DD", r->path, r->line);
    return true; /* other programs may keep metadata of their own */
}

static bool
take_line(reader_t *r, slice_t raw)
{
    slice_t line = trim(raw);

    if (line.len == 0 || line.ptr[0] == '#')
        return true;
    const char *eq = memchr(line.ptr, '=', line.len);
    if (eq == NULL) {
        r->curve = slice_eq_str(line, "curve");
        return true;
    }
    slice_t name = trim((slice_t){ line.ptr, (size_t) (eq - line.ptr) });
    slice_t value = unquote(trim((slice_t){ eq + 1, line.len - (size_t) (eq + 1 - line.ptr) }));
    if (!r->curve)
        return take_metadata(r, name, value);
    if (slice_eq_str(name, "public-key"))
        return take_z85(r, "public-key", value, r->key.public_z85);
    if (slice_eq_str(name, "secret-key"))
        return take_z85(r, "secret-key", value, r->key.secret_z85);
    return true;
}

/* The file's stem is the key's name: it is unique in a directory, which a line of metadata is not. */
static bool
take_name(reader_t *r)
{
    const char *base = strrchr(r->path, '/');
    base = base == NULL ? r->path : base + 1;
    const char *dot = strrchr(base, '.');
    size_t n = dot == NULL ? strlen(base) : (size_t) (dot - base);

    if (!take_text(r, "the file's name", (slice_t){ base, n }, r->key.name, sizeof(r->key.name)))
        return false;
    return check_name(r->key.name, r->err) || err_add(r->err, r->path);
}

static bool
is_secret_path(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot != NULL && strcmp(dot, ".key_secret") == 0;
}

static bool
parse(reader_t *r, const str_t *text)
{
    slice_t rest = str_slice(text);

    if (!take_name(r))
        return false;
    while (rest.len > 0) {
        const char *end = memchr(rest.ptr, '\n', rest.len);
        size_t n = end == NULL ? rest.len : (size_t) (end - rest.ptr);
        r->line++;
        if (!take_line(r, (slice_t){ rest.ptr, n }))
            return false;
        size_t used = end == NULL ? n : n + 1;
        rest = (slice_t){ rest.ptr + used, rest.len - used };
    }
    if (r->key.public_z85[0] == '\0')
        return err_set(r->err, ERR_CONFIG, "key.format", "%s: no public-key in a section `curve`", r->path);
    if (is_secret_path(r->path) && r->key.secret_z85[0] == '\0')
        return err_set(r->err, ERR_CONFIG, "key.format", "%s: no secret-key in a section `curve`", r->path);
    return true;
}

bool
bus_key_load(const char *path, bus_key_t *ret, err_t *err)
{
    AUTO_STR text = STR_INIT;
    reader_t r = { .path = path, .key = { .until = DATE_OPEN }, .err = err };
    struct stat st;

    if (is_secret_path(path) && stat(path, &st) == 0 && (st.st_mode & 077) != 0)
        return err_set(err, ERR_CONFIG, "key.mode", "%s: other users can read this secret key: chmod 600 it", path);
    if (!str_read_file(&text, path, FILE_LIMIT_BYTES, err))
        return false;
    bool ok = parse(&r, &text);
    mem_wipe(text.ptr, text.cap);
    if (ok)
        *ret = r.key;
    bus_key_done(&r.key);
    return ok;
}
