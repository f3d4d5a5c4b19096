/* SPDX-License-Identifier: Apache-2.0 */
#include "bus/keys.h"

#include "base/mem.h"
#include "base/time.h"
#include "domain/date.h"
#include "log/log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A file changed in place does not move the directory's mtime, so all files are looked at from time to time. */
#define FULL_CHECK_MS 1000
/* Kernel file times move in ticks: two changes within one tick bear the same time.  So long after a change the
 * directory is read again although its time stands still. */
#define RACY_NS 50000000LL
#define RACY_COARSE_NS 2000000000LL /* file systems that keep whole seconds */
#define KEYS_MAX 100000

typedef struct {
    bus_key_t *items; /* ordered by name */
    size_t n, cap;
    uint64_t signature; /* of all files' names, inodes, times and sizes, in any order */
} key_set_t;

struct bus_keys {
    pthread_mutex_t lock;
    char *dir;
    key_set_t set;
    struct timespec dir_time; /* at the last read */
    bool racy;
    int64_t checked_ms; /* last look at all files */
    int32_t today;      /* for which `set` was judged */
    uint64_t generation, narrowed;
};

static int32_t
today(void)
{
    time_t now = time(NULL);
    struct tm local;

    if (localtime_r(&now, &local) == NULL)
        return (int32_t) (now / 86400);
    return date_of(local.tm_year + 1900, local.tm_mon + 1, local.tm_mday);
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(((const bus_key_t *) a)->name, ((const bus_key_t *) b)->name);
}

static bool
is_certificate(const char *name)
{
    size_t n = strlen(name);
    return n > 4 && name[0] != '.' && strcmp(name + n - 4, ".key") == 0;
}

static uint64_t
mix(uint64_t h, uint64_t v)
{
    h ^= v + 0x9e3779b97f4a7c15ULL + (h << 6) + (h >> 2);
    return h * 0xff51afd7ed558ccdULL;
}

static uint64_t
file_signature(const char *name, const struct stat *st)
{
    uint64_t h = 1469598103934665603ULL;

    for (const char *p = name; *p != '\0'; p++)
        h = mix(h, (uint64_t) (unsigned char) *p);
    h = mix(h, (uint64_t) st->st_ino);
    h = mix(h, (uint64_t) st->st_size);
    h = mix(h, (uint64_t) st->st_mtim.tv_sec);
    return mix(h, (uint64_t) st->st_mtim.tv_nsec);
}

/* Reads names and times, and the certificates too when `load`.  An unreadable file locks out its own key only. */
static bool
scan(const char *dir, bool load, key_set_t *ret, err_t *err)
{
    DIR *d = opendir(dir);
    const struct dirent *entry;

    if (d == NULL)
        return err_set(err, errno == EMFILE || errno == ENFILE || errno == ENOMEM ? ERR_RETRY : ERR_CONFIG, "keys.dir",
                       "%s: cannot read the registry of keys: %s; `plimsoll keys new NAME` creates it", dir,
                       strerror(errno));
    while ((entry = readdir(d)) != NULL && ret->n < KEYS_MAX) {
        AUTO_STR path = STR_INIT;
        struct stat st;
        err_t bad;

        if (!is_certificate(entry->d_name) || fstatat(dirfd(d), entry->d_name, &st, 0) != 0 || !S_ISREG(st.st_mode))
            continue;
        ret->signature += file_signature(entry->d_name, &st);
        if (!load)
            continue;
        str_printf(&path, "%s/%s", dir, entry->d_name);
        ret->items = mem_grow(ret->items, &ret->cap, ret->n + 1, sizeof(*ret->items));
        if (bus_key_load(path.ptr, &ret->items[ret->n], &bad)) {
            bus_key_done(&ret->items[ret->n]); /* a registry has no use for secrets */
            ret->n++;
        } else if (access(path.ptr, F_OK) == 0) {
            log_err(LOG_WARN, "keys.unreadable", &bad);
        }
    }
    (void) closedir(d);
    if (ret->n > 1)
        qsort(ret->items, ret->n, sizeof(*ret->items), by_name);
    return true;
}

static const bus_key_t *
find_in(const key_set_t *set, const char *name)
{
    bus_key_t wanted = { .name = "" };

    if (set->n == 0 || !str_copy(wanted.name, sizeof(wanted.name), name))
        return NULL;
    return bsearch(&wanted, set->items, set->n, sizeof(wanted), by_name);
}

bool
bus_key_has_same_rights(const bus_key_t *a, const bus_key_t *b)
{
    return strcmp(a->public_z85, b->public_z85) == 0 && strcmp(a->department, b->department) == 0 &&
           strcmp(a->datasets, b->datasets) == 0 && strcmp(a->regions, b->regions) == 0 &&
           strcmp(a->streams, b->streams) == 0 && strcmp(a->organisation, b->organisation) == 0;
}

static bool
is_narrower(const key_set_t *was, int32_t was_day, const key_set_t *now, int32_t now_day)
{
    for (size_t i = 0; i < was->n; i++) {
        if (was->items[i].until < was_day)
            continue;
        const bus_key_t *key = find_in(now, was->items[i].name);
        if (key == NULL || key->until < now_day || !bus_key_has_same_rights(&was->items[i], key))
            return true;
    }
    return false;
}

static void
take_set(bus_keys_t *self, key_set_t *fresh, int32_t day)
{
    bool changed = fresh->signature != self->set.signature || self->generation == 0;
    bool narrower = is_narrower(&self->set, self->today, fresh, day);

    mem_free(self->set.items);
    self->set = *fresh;
    self->today = day;
    if (changed || narrower)
        self->generation++;
    if (narrower)
        self->narrowed++;
}

static bool
is_racy(const struct timespec *mtime)
{
    struct timespec now;

    if (clock_gettime(CLOCK_REALTIME, &now) != 0)
        return true;
    int64_t age = (int64_t) (now.tv_sec - mtime->tv_sec) * 1000000000LL + (now.tv_nsec - mtime->tv_nsec);
    return age < (mtime->tv_nsec == 0 ? RACY_COARSE_NS : RACY_NS);
}

static bool
refresh_locked(bus_keys_t *self, err_t *err)
{
    struct stat st;
    int32_t day = today();
    int64_t now_ms = time_monotonic_ms();
    bool first = self->generation == 0;

    if (stat(self->dir, &st) != 0)
        return err_set(err, ERR_CONFIG, "keys.dir", "%s: %s; `plimsoll keys new NAME` creates it", self->dir,
                       strerror(errno));
    bool moved = first || self->racy || day != self->today || st.st_mtim.tv_sec != self->dir_time.tv_sec ||
                 st.st_mtim.tv_nsec != self->dir_time.tv_nsec;
    if (!moved && now_ms - self->checked_ms < FULL_CHECK_MS)
        return true;
    key_set_t seen = { 0 };
    if (!scan(self->dir, false, &seen, err))
        return false;
    self->dir_time = st.st_mtim; /* taken before the scan: a later change shows as another time */
    self->racy = is_racy(&st.st_mtim);
    self->checked_ms = now_ms;
    if (!first && day == self->today && seen.signature == self->set.signature)
        return true;

    key_set_t fresh = { 0 };
    if (!scan(self->dir, true, &fresh, err)) {
        mem_free(fresh.items);
        return false;
    }
    take_set(self, &fresh, day);
    return true;
}

bool
bus_keys_open(const char *registry_dir, bus_keys_t **ret, err_t *err)
{
    bus_keys_t *self = mem_new(bus_keys_t);

    (void) pthread_mutex_init(&self->lock, NULL);
    self->dir = mem_strdup(registry_dir);
    if (!refresh_locked(self, err)) {
        bus_keys_destroy(&self);
        return false;
    }
    *ret = self;
    return true;
}

void
bus_keys_destroy(bus_keys_t **self_p)
{
    bus_keys_t *self = *self_p;

    if (self == NULL)
        return;
    *self_p = NULL;
    mem_free(self->set.items);
    mem_free(self->dir);
    (void) pthread_mutex_destroy(&self->lock);
    mem_free(self);
}

bool
bus_keys_refresh(bus_keys_t *self, uint64_t *ret_generation, err_t *err)
{
    (void) pthread_mutex_lock(&self->lock);
    bool ok = refresh_locked(self, err);
    *ret_generation = self->generation;
    (void) pthread_mutex_unlock(&self->lock);
    return ok;
}

uint64_t
bus_keys_narrowed(bus_keys_t *self)
{
    (void) pthread_mutex_lock(&self->lock);
    uint64_t n = self->narrowed;
    (void) pthread_mutex_unlock(&self->lock);
    return n;
}

static bool
is_usable(const bus_keys_t *self, const bus_key_t *key)
{
    return key->until >= self->today;
}

/* While the directory cannot be read, the keys known last stay in force; the loop's own refresh reports it. */
bool
bus_keys_find(bus_keys_t *self, const char *name, bus_key_t *ret)
{
    bool found = false;

    (void) pthread_mutex_lock(&self->lock);
    (void) refresh_locked(self, NULL);
    const bus_key_t *key = find_in(&self->set, name);
    if (key != NULL && is_usable(self, key)) {
        *ret = *key;
        found = true;
    }
    (void) pthread_mutex_unlock(&self->lock);
    return found;
}

bool
bus_keys_find_public(bus_keys_t *self, const char *z85, bus_key_t *ret)
{
    bool found = false;

    (void) pthread_mutex_lock(&self->lock);
    (void) refresh_locked(self, NULL);
    for (size_t i = 0; i < self->set.n && !found; i++) {
        const bus_key_t *key = &self->set.items[i];
        if (strcmp(key->public_z85, z85) == 0 && is_usable(self, key)) {
            *ret = *key;
            found = true;
        }
    }
    (void) pthread_mutex_unlock(&self->lock);
    return found;
}

bool
bus_keys_register(const char *registry_dir, const bus_key_t *key, err_t *err)
{
    return bus_key_write_public(key, registry_dir, err) || err_add(err, "register");
}

bool
bus_keys_revoke(const char *registry_dir, const char *name, err_t *err)
{
    AUTO_STR from = STR_INIT;
    AUTO_STR dir = STR_INIT;
    AUTO_STR to = STR_INIT;

    if (!bus_key_name_is_valid(name))
        return err_set(err, ERR_REJECT, "not_found", "no key can have that name");
    str_printf(&from, "%s/%s.key", registry_dir, name);
    str_printf(&dir, "%s/../revoked", registry_dir);
    str_printf(&to, "%s/%s.key", dir.ptr, name);
    if (mkdir(dir.ptr, 0700) != 0 && errno != EEXIST)
        return err_set(err, ERR_CONFIG, "file", "%s: cannot create the directory: %s", dir.ptr, strerror(errno));
    if (rename(from.ptr, to.ptr) == 0)
        return true;
    if (errno == ENOENT)
        return err_set(err, ERR_REJECT, "not_found", "no key %s is registered: `plimsoll keys list` shows them", name);
    return err_set(err, ERR_CONFIG, "file", "%s: cannot move it to %s: %s", from.ptr, to.ptr, strerror(errno));
}

bool
bus_keys_each(const char *registry_dir, bus_key_fn fn, void *ctx, err_t *err)
{
    key_set_t set = { 0 };
    bool ok = scan(registry_dir, true, &set, err);

    for (size_t i = 0; ok && i < set.n; i++)
        fn(ctx, &set.items[i]);
    mem_free(set.items);
    return ok;
}
