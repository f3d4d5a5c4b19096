/* SPDX-License-Identifier: Apache-2.0 */
#include "config/yaml_doc.h"
#include "dataset.h"
#include "drop_folder.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

/* The drop directory: DIR/<dataset>/<file> is sent as soon as it is complete.  Named on the command line, or several of them in
 * a file that says of which dataset each is and under which key it is sent. */

enum { RETRY_MS = 30000, DROP_WRONG = 78 };

/* `dataset` NULL: its folders are named as datasets.  `key` NULL: named as the dataset's department. */
typedef struct {
    char *dir, *dataset, *key;
} watch_t;

typedef struct {
    watch_t *items;
    size_t count, cap;
} watches_t;

typedef struct {
    cli_options_t options;
    const char *config; /* NULL: one directory, named on the command line */
    watches_t watches;
    str_t datasets, schemas;
    bool once;
    bool waiting; /* something is left for later */
    uint64_t refused;
    int inotify;
} drop_t;

static volatile sig_atomic_t stopped, changed;

static void
on_signal(int signal)
{
    if (signal == SIGHUP)
        changed = 1;
    else
        stopped = 1;
}

/* --- the file that names the directories --- */

static void
watches_done(watches_t *self)
{
    for (size_t i = 0; i < self->count; i++) {
        mem_free(self->items[i].dir);
        mem_free(self->items[i].dataset);
        mem_free(self->items[i].key);
    }
    mem_free(self->items);
    *self = (watches_t){ .count = 0 };
}

static watch_t *
watches_add(watches_t *self, char *dir)
{
    self->items = mem_grow(self->items, &self->cap, self->count + 1, sizeof *self->items);
    self->items[self->count] = (watch_t){ .dir = dir };
    return &self->items[self->count++];
}

static bool
take_text(const yaml_doc_t *doc, const yaml_node_t *entry, const char *key, char **ret, err_t *err)
{
    const char *text;

    if (yaml_get(entry, key) == NULL)
        return true;
    if (!yaml_get_text(doc, entry, key, NULL, &text, err))
        return false;
    *ret = mem_strdup(text);
    return true;
}

/* A relative directory lies in the installation's own (var/). */
static bool
read_watch(const char *home, const yaml_doc_t *doc, const yaml_node_t *entry, watches_t *ret, err_t *err)
{
    static const char *const keys[] = { "directory", "dataset", "key", NULL };
    AUTO_STR dir = STR_INIT;
    const char *named;
    watch_t *w;

    if (yaml_kind(entry) != YAML_MAP)
        return yaml_fail(doc, entry, err, "expected { directory: …, dataset: …, key: … }; the last two may be left out");
    if (!yaml_check_keys(doc, entry, keys, err) || !yaml_get_text(doc, entry, "directory", NULL, &named, err))
        return false;
    str_printf(&dir, "%s%s%s", named[0] == '/' ? "" : home, named[0] == '/' ? "" : "/", named);
    w = watches_add(ret, mem_strdup(str_c(&dir)));
    return take_text(doc, entry, "dataset", &w->dataset, err) && take_text(doc, entry, "key", &w->key, err);
}

static bool
read_list(const char *home, const yaml_doc_t *doc, watches_t *ret, err_t *err)
{
    static const char *const keys[] = { "watch", NULL };
    const yaml_node_t *root = yaml_doc_root(doc), *list = yaml_kind(root) == YAML_MAP ? yaml_get(root, "watch") : NULL;

    if (list == NULL || yaml_kind(list) != YAML_LIST)
        return yaml_fail(doc, list != NULL ? list : root, err, "watch is a list of directories: [] or - directory: drop");
    if (!yaml_check_keys(doc, root, keys, err))
        return false;
    for (size_t i = 0; i < yaml_count(list); i++)
        if (!read_watch(home, doc, yaml_at(list, i), ret, err))
            return false;
    return true;
}

/* A file that is wrong changes nothing. */
static bool
read_config(drop_t *self, err_t *err)
{
    AUTO(yaml_doc) doc = NULL;
    watches_t fresh = { .count = 0 };

    if (!yaml_doc_load(self->config, &doc, err) || !read_list(self->options.home, doc, &fresh, err)) {
        watches_done(&fresh);
        return false;
    }
    watches_done(&self->watches);
    self->watches = fresh;
    return true;
}

/* --- looking --- */

static bool
look_out(const drop_t *self, const char *folder, uint32_t events, err_t *err)
{
    if (self->inotify >= 0 && inotify_add_watch(self->inotify, folder, events | IN_ONLYDIR) < 0)
        return err_set(err, ERR_CONFIG, "io", "cannot watch %s: %s", folder, strerror(errno));
    return true;
}

static bool
scan_folder(drop_t *self, const watch_t *watch, const dataset_t *d, const char *folder, err_t *err)
{
    cli_options_t options = self->options;
    drop_folder_t work = { .options = &options, .datasets = str_c(&self->datasets), .schemas = str_c(&self->schemas), .stopped = &stopped };

    if (watch->key != NULL)
        options.key = watch->key;
    bool ok = look_out(self, folder, IN_CLOSE_WRITE | IN_MOVED_TO, err) && drop_folder(&work, d, folder, err);
    self->waiting |= work.waiting;
    self->refused += work.refused;
    return ok;
}

/* Every folder that is named as a dataset. */
static bool
scan_folders(drop_t *self, const watch_t *watch, const catalogue_t *catalogue, err_t *err)
{
    DIR *dir = opendir(watch->dir);
    bool ok;

    if (dir == NULL)
        return err_set(err, ERR_CONFIG, "io", "cannot read %s: %s", watch->dir, strerror(errno));
    ok = look_out(self, watch->dir, IN_CREATE | IN_MOVED_TO, err);
    for (const struct dirent *e = ok ? readdir(dir) : NULL; e != NULL && ok && !stopped; e = readdir(dir)) {
        AUTO_STR folder = STR_INIT;
        const dataset_t *d = catalogue_find(catalogue, e->d_name);
        struct stat st;

        str_printf(&folder, "%s/%s", watch->dir, e->d_name);
        if (e->d_name[0] == '.' || stat(str_c(&folder), &st) != 0 || !S_ISDIR(st.st_mode))
            continue;
        if (d == NULL)
            fprintf(stderr, "plimsoll: %s is named as no dataset (plimsoll dataset list): nothing in it is sent\n", str_c(&folder));
        else
            ok = scan_folder(self, watch, d, str_c(&folder), err);
    }
    (void) closedir(dir);
    return ok;
}

static bool
scan_watch(drop_t *self, const watch_t *watch, const catalogue_t *catalogue, err_t *err)
{
    const dataset_t *d;

    if (watch->dataset == NULL)
        return scan_folders(self, watch, catalogue, err);
    d = catalogue_find(catalogue, watch->dataset);
    if (d == NULL)
        return err_set(err, ERR_CONFIG, "dataset", "%s: there is no dataset %s (plimsoll dataset list)", watch->dir, watch->dataset);
    return scan_folder(self, watch, d, watch->dir, err);
}

/* The datasets are read anew each time: one may have come.  A directory that is away for a while (a share that is not mounted)
 * holds up no other: it is looked for again. */
static bool
scan(drop_t *self, err_t *err)
{
    AUTO(catalogue) catalogue = NULL;
    bool ok = catalogue_load(str_c(&self->datasets), str_c(&self->schemas), &catalogue, err);

    self->waiting = false;
    for (size_t i = 0; ok && i < self->watches.count && !stopped; i++) {
        err_t why = { 0 };

        if (scan_watch(self, &self->watches.items[i], catalogue, &why))
            continue;
        if (self->config == NULL) {
            *err = why;
            return false;
        }
        fprintf(stderr, "plimsoll: %s waits: %s\n", self->watches.items[i].dir, why.text);
        self->waiting = true;
    }
    return ok;
}

/* Until a file comes, the settings change, or it is time to look again at what waits.  A signal that comes before the wait ends it, too. */
static void
wait_for_files(const drop_t *self)
{
    struct pollfd p = { .fd = self->inotify, .events = POLLIN };
    const struct timespec later = { .tv_sec = RETRY_MS / 1000 };
    char events[16 * 1024];
    sigset_t held, before;

    (void) sigemptyset(&held);
    (void) sigaddset(&held, SIGTERM);
    (void) sigaddset(&held, SIGINT);
    (void) sigaddset(&held, SIGHUP);
    (void) sigprocmask(SIG_BLOCK, &held, &before);
    if (!stopped && !changed && ppoll(&p, 1, self->waiting ? &later : NULL, &before) > 0)
        while (read(self->inotify, events, sizeof(events)) > 0)
            continue;
    (void) sigprocmask(SIG_SETMASK, &before, NULL);
}

static bool
listen_anew(drop_t *self, err_t *err)
{
    if (self->inotify >= 0)
        (void) close(self->inotify);
    self->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    return self->inotify >= 0 || err_set(err, ERR_CONFIG, "io", "cannot watch directories: %s", strerror(errno));
}

static bool
follow_config(drop_t *self, err_t *err)
{
    err_t why = { 0 };

    changed = 0;
    if (!read_config(self, &why)) {
        fprintf(stderr, "plimsoll: what was watched before is watched on: %s\n", why.text);
        return true;
    }
    return listen_anew(self, err);
}

static bool
watch(drop_t *self, err_t *err)
{
    struct sigaction action = { .sa_handler = on_signal };

    (void) sigaction(SIGTERM, &action, NULL);
    (void) sigaction(SIGINT, &action, NULL);
    if (self->config != NULL)
        (void) sigaction(SIGHUP, &action, NULL);
    if (!listen_anew(self, err))
        return false;
    while (!stopped && self->watches.count > 0) {
        if (!scan(self, err))
            return false;
        (void) fflush(stdout);
        wait_for_files(self);
        if (changed && !follow_config(self, err))
            return false;
    }
    return true;
}

static const char usage[] =
    "plimsoll drop DIR [--once] [--key NAME]\n"
    "plimsoll drop --config FILE [--once]\n"
    "  Sends what is put into DIR/<dataset>/ (NDJSON, CSV, .xlsx) as soon as it is complete, then moves it to done/ with a report, or to\n"
    "  refused/ with the reason; what was refused of a file goes to refused/ as a file of the same kind.  Whole lists carry their day in the\n"
    "  name (list-2024-05-31.csv).  Each department's key is named as the department unless --key says otherwise.\n"
    "  --config: the directories are named in the file (deploy/config/drop.yaml says how), which is read again at SIGHUP\n"
    "  --once: sends what is there and ends (exit code 1 when something was refused or still waits)\n"
    "  exit code 78: the file of --config is wrong, or there is no such folder of datasets";

static bool
run(drop_t *self, const char *datasets, const char *schemas, err_t *err)
{
    str_add(&self->datasets, datasets != NULL ? datasets : "");
    str_add(&self->schemas, schemas != NULL ? schemas : "");
    return (datasets != NULL || cli_folder(&self->options, "deploy/datasets", &self->datasets, err)) &&
           (schemas != NULL || cli_folder(&self->options, "schemas/datasets", &self->schemas, err)) &&
           (self->config == NULL || read_config(self, err)) &&
           (self->once ? scan(self, err) : watch(self, err));
}

int
cmd_drop(int argc, char **argv)
{
    const char *positional[2], *datasets = NULL, *schemas = NULL;
    size_t count = 0;
    drop_t self = { .inotify = -1, .datasets = STR_INIT, .schemas = STR_INIT };
    const cli_flag_t flags[] = {
        { "once", NULL, &self.once }, { "config", &self.config, NULL }, { "datasets", &datasets, NULL }, { "schemas", &schemas, NULL }
    };
    err_t err = { 0 };
    bool ok;

    if (!cli_parse(argc, argv, usage, flags, COUNT_OF(flags), &self.options, positional, COUNT_OF(positional), &count))
        return CLI_REFUSED;
    if (count != (self.config == NULL ? 1 : 0)) {
        fprintf(stderr, "usage: %s\n", usage);
        return CLI_REFUSED;
    }
    if (self.config == NULL)
        (void) watches_add(&self.watches, mem_strdup(positional[0]));
    ok = run(&self, datasets, schemas, &err);
    if (self.inotify >= 0)
        (void) close(self.inotify);
    str_done(&self.datasets);
    str_done(&self.schemas);
    watches_done(&self.watches);
    if (!ok) { /* a supervisor does not start it again with settings that are wrong */
        int code = cli_fail(&err);
        return self.config != NULL && err.cls == ERR_CONFIG ? DROP_WRONG : code;
    }
    return self.once && (self.refused > 0 || self.waiting) ? CLI_FAULTS : CLI_DONE;
}
