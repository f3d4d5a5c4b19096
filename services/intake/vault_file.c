/* SPDX-License-Identifier: Apache-2.0 */
#include "vault.h"

#include "base/crypto.h"
#include "base/mem.h"
#include "base/num.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX 16384
#define VERSION_MAX 32767
#define KEYS_MAX 64
#define SECRET_SIZE 32

/* The file while it is changed: the lock lies on the file that was there, so that of two at once one begins anew. */
typedef struct {
    const char *path;
    int fd; /* -1: not open */
    struct stat st;
    str_t text; /* as read; wiped at the end */
    vault_t *vault;
} edit_t;

static bool
fail(const char *what, const char *path, err_t *err)
{
    return err_set(err, ERR_CONFIG, "vault.bad", "cannot %s %s: %s", what, path, strerror(errno));
}

static void
edit_end(edit_t *e)
{
    if (e->fd >= 0)
        (void) close(e->fd); /* the lock goes with it */
    if (e->text.ptr != NULL)
        mem_wipe(e->text.ptr, e->text.len);
    str_done(&e->text);
    vault_destroy(&e->vault);
}

static bool
edit_begin(edit_t *e, const char *path, err_t *err)
{
    struct stat now;

    *e = (edit_t){ .path = path, .fd = open(path, O_RDONLY | O_CLOEXEC), .text = STR_INIT };
    if (e->fd < 0)
        return fail("open", path, err);
    if (flock(e->fd, LOCK_EX) != 0 || fstat(e->fd, &e->st) != 0 || stat(path, &now) != 0)
        return fail("lock", path, err);
    if (now.st_ino != e->st.st_ino || now.st_dev != e->st.st_dev)
        return err_set(err, ERR_CONFIG, "vault.bad", "%s was changed by another process at this moment; look at it, then try again", path);
    return vault_load(path, &e->vault, err) && str_read_file(&e->text, path, FILE_MAX, err);
}

/* The new text beside the old file, read back before it takes its place: a power cut leaves the one or the other. */
static bool
edit_replace(const edit_t *e, const str_t *text, err_t *err)
{
    AUTO_STR beside = STR_INIT, dir = STR_INIT;
    AUTO(vault) check = NULL;
    const char *slash = strrchr(e->path, '/');

    str_printf(&beside, "%s.new", e->path);
    str_add_n(&dir, slash ? e->path : ".", slash ? (size_t) (slash - e->path) + 1 : 1);
    if (!str_write_file(str_c(&beside), text->ptr, text->len, e->st.st_mode & 0777, err))
        return false;
    bool ok = (e->st.st_uid == geteuid() && e->st.st_gid == getegid()) || chown(str_c(&beside), e->st.st_uid, e->st.st_gid) == 0;
    if (!ok)
        (void) fail("give its owner to", str_c(&beside), err);
    ok = ok && vault_load(str_c(&beside), &check, err) && vault_continues(e->vault, check, true, str_c(&beside), err);
    if (ok && rename(str_c(&beside), e->path) != 0)
        ok = fail("replace", e->path, err);
    if (!ok) {
        (void) unlink(str_c(&beside));
        return false;
    }
    int fd = open(str_c(&dir), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ok = (fd >= 0 && fsync(fd) == 0) || fail("write the directory of", e->path, err);
    if (fd >= 0)
        (void) close(fd);
    return ok;
}

bool
vault_add_key(const char *path, int *ret_version, err_t *err)
{
    uint8_t secret[SECRET_SIZE];
    char hex[SECRET_SIZE * 2 + 1];
    str_t text = STR_INIT;
    edit_t e;

    crypto_ready();
    bool ok = edit_begin(&e, path, err);
    if (ok && (vault_version(e.vault) == VERSION_MAX || vault_key_count(e.vault) == KEYS_MAX))
        ok = err_set(err, ERR_REJECT, "conflict", "%s holds as many keys as it can: finish the rotation before", path);
    if (ok) {
        *ret_version = vault_version(e.vault) + 1;
        randombytes_buf(secret, sizeof(secret));
        str_hex(secret, sizeof(secret), hex);
        str_add_n(&text, e.text.ptr, e.text.len);
        if (text.ptr[text.len - 1] != '\n')
            str_add(&text, "\n");
        str_printf(&text, "key %d %s\n", *ret_version, hex);
        mem_wipe(secret, sizeof(secret));
        mem_wipe(hex, sizeof(hex));
        ok = edit_replace(&e, &text, err);
        mem_wipe(text.ptr, text.len);
    }
    str_done(&text);
    edit_end(&e);
    return ok;
}

/* Whether a line is "key <version> …" of a version before `current`; the file was parsed before, so its form is known. */
static bool
is_old_key(slice_t line, int current)
{
    const char *blank = line.len > 4 && memcmp(line.ptr, "key ", 4) == 0 ? memchr(line.ptr + 4, ' ', line.len - 4) : NULL;
    int64_t version;

    return blank != NULL && num_i64(line.ptr + 4, (size_t) (blank - line.ptr - 4), &version) && version < current;
}

bool
vault_drop_old_keys(const char *path, int version, size_t *ret_dropped, err_t *err)
{
    str_t text = STR_INIT;
    edit_t e;

    *ret_dropped = 0;
    crypto_ready();
    bool ok = edit_begin(&e, path, err);
    if (ok && vault_version(e.vault) != version)
        ok = err_set(err, ERR_REJECT, "conflict", "%s has got key %d meanwhile: that rotation comes first", path, vault_version(e.vault));
    for (size_t at = 0; ok && at < e.text.len;) {
        const char *start = e.text.ptr + at, *end = memchr(start, '\n', e.text.len - at);
        slice_t line = { start, end ? (size_t) (end - start) + 1 : e.text.len - at };

        at += line.len;
        if (is_old_key(line, version))
            ++*ret_dropped;
        else
            str_add_n(&text, line.ptr, line.len);
    }
    ok = ok && (*ret_dropped == 0 || edit_replace(&e, &text, err));
    if (text.ptr != NULL)
        mem_wipe(text.ptr, text.len);
    str_done(&text);
    edit_end(&e);
    return ok;
}
