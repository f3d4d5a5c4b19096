/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A full disk or a short table passes by itself; a wrong path or permission needs an operator. */
static bool
fail(err_t *err, const char *what, const char *path)
{
    int no = errno;
    bool passing = no == ENOSPC || no == EDQUOT || no == EIO || no == EMFILE || no == ENFILE || no == ENOMEM;

    return err_set(err, passing ? ERR_RETRY : ERR_CONFIG, "file", "%s: cannot %s: %s", path, what, strerrordesc_np(no));
}

static bool
read_all(str_t *ret, int fd, const char *path, size_t limit, err_t *err)
{
    char buf[16384];
    size_t start = ret->len;

    for (;;) {
        ssize_t n = read(fd, buf, sizeof(buf));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail(err, "read", path);
        if (n == 0)
            break;
        if ((size_t) n > limit - (ret->len - start))
            return err_set(err, ERR_CONFIG, "file", "%s: larger than %zu bytes", path, limit);
        str_add_n(ret, buf, (size_t) n);
    }
    str_add_n(ret, "", 0); /* an empty file leaves "", not NULL */
    return true;
}

bool
str_read_file(str_t *ret, const char *path, size_t limit, err_t *err)
{
    size_t start = ret->len;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return fail(err, "open", path);

    bool ok = read_all(ret, fd, path, limit, err);
    (void) close(fd); /* read only: nothing to lose */
    if (!ok && ret->ptr != NULL) {
        ret->len = start;
        ret->ptr[start] = '\0';
    }
    return ok;
}

static bool
write_all(int fd, const void *p, size_t n)
{
    const char *at = p;

    while (n > 0) {
        ssize_t done = write(fd, at, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return false;
        at += done;
        n -= (size_t) done;
    }
    return true;
}

/* The rename itself must survive a power cut: sync the folder too. */
static bool
sync_folder(const char *path, err_t *err)
{
    AUTO_STR folder = STR_INIT;
    const char *slash = strrchr(path, '/');

    if (slash == NULL)
        str_add(&folder, ".");
    else
        str_add_n(&folder, path, slash == path ? 1 : (size_t) (slash - path));

    int fd = open(folder.ptr, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fail(err, "open the folder of", path);
    bool ok = fsync(fd) == 0 || errno == EINVAL;
    if (!ok)
        (void) fail(err, "sync the folder of", path);
    (void) close(fd);
    return ok;
}

bool
str_write_file(const char *path, const void *p, size_t n, unsigned mode, err_t *err)
{
    AUTO_STR temp = STR_INIT;

    str_printf(&temp, "%s.XXXXXX", path);
    int fd = mkostemp(temp.ptr, O_CLOEXEC);
    if (fd < 0)
        return fail(err, "create a file beside", path);

    bool ok = fchmod(fd, (mode_t) mode) == 0 && write_all(fd, p, n) && fsync(fd) == 0;
    if (!ok)
        (void) fail(err, "write", path);
    if (close(fd) != 0 && ok)
        ok = fail(err, "close", path);
    if (ok && rename(temp.ptr, path) != 0)
        ok = fail(err, "rename", path);
    if (!ok) {
        (void) unlink(temp.ptr);
        return false;
    }
    return sync_folder(path, err);
}
