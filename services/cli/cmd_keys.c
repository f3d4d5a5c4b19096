/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"
#include "cli_grant.h"

#include "base/num.h"
#include "base/time.h"
#include "domain/date.h"
#include "domain/region.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define US_PER_DAY (INT64_C(86400) * 1000000)

static const char usage[] =
    "plimsoll keys new NAME [--department D] [--datasets A,B] [--regions R,…] [--streams S,…]\n"
    "           [--commands C,…] [--organisation O] [--rate N] [--until DATE] [--out DIR]\n"
    "       plimsoll keys list\n"
    "       plimsoll keys revoke NAME\n"
    "       plimsoll keys rotate-vault [--finish] [--file FILE]\n"
    "       plimsoll keys grant-key\n"
    "       plimsoll keys grant --to KEY --person UUID,… --fields name,document,phone,address --reason TEXT --until DATE";

typedef struct {
    const char *department, *datasets, *regions, *streams, *commands, *organisation, *rate, *until, *out;
} key_options_t;

/* A name is a file's name, too. */
static bool
name_is_plain(const char *name)
{
    if (name[0] == '\0' || name[0] == '.' || strlen(name) >= KEY_NAME_MAX)
        return false;
    for (const char *p = name; *p != '\0'; p++) {
        bool ok = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || *p == '-' || *p == '_' || *p == '.';
        if (!ok)
            return false;
    }
    return true;
}

static bool
set_text(char *ret, size_t cap, const char *value, const char *what, err_t *err)
{
    if (value == NULL)
        return true;
    if (strpbrk(value, "\"\n\r") != NULL || !str_copy(ret, cap, value))
        return err_set(err, ERR_REJECT, "bad_data", "--%s is too long or holds a quote", what);
    return true;
}

static bool
regions_are_valid(const char *list)
{
    char one[REGION_SIZE];

    if (strcmp(list, "*") == 0)
        return true;
    while (*list != '\0') {
        size_t n = strcspn(list, ",");
        if (n == 0 || n >= sizeof(one))
            return false;
        memcpy(one, list, n);
        one[n] = '\0';
        if (!region_is_valid(one))
            return false;
        list += n + (list[n] == ',' ? 1U : 0U);
    }
    return true;
}

/* A mistyped stream would be a subscriber that never hears anything. */
static bool
streams_are_known(const char *list)
{
    static const char *const known[] = { "*", "facts", "audit", "findings", "alerts", "referrals" };
    char one[16];

    while (*list != '\0') {
        size_t n = strcspn(list, ",");
        if (n == 0 || n >= sizeof(one))
            return false;
        memcpy(one, list, n);
        one[n] = '\0';
        if (!str_in(one, known, COUNT_OF(known)))
            return false;
        list += n + (list[n] == ',' ? 1U : 0U);
    }
    return true;
}

static bool
key_fill(bus_key_t *key, const key_options_t *o, err_t *err)
{
    key->until = DATE_OPEN;
    if (o->until != NULL && !date_parse(o->until, strlen(o->until), &key->until))
        return err_set(err, ERR_REJECT, "bad_data", "--until takes a date, YYYY-MM-DD");
    if (key->until < (int32_t) (time_now_us() / US_PER_DAY))
        return err_set(err, ERR_REJECT, "bad_data", "--until lies in the past: this key would open nothing");
    if (o->rate != NULL && (!num_i64(o->rate, strlen(o->rate), &key->rate) || key->rate < 0))
        return err_set(err, ERR_REJECT, "bad_data", "--rate takes records per second");
    if (o->regions != NULL && !regions_are_valid(o->regions))
        return err_set(err, ERR_REJECT, "bad_data", "--regions takes codes of 2, 4, 6, 9 or 12 digits, separated by commas, or *");
    if (o->streams != NULL && !streams_are_known(o->streams))
        return err_set(err, ERR_REJECT, "bad_data", "--streams takes facts, audit, findings, alerts, referrals, separated by commas, or *");
    return set_text(key->department, sizeof(key->department), o->department, "department", err) &&
           set_text(key->datasets, sizeof(key->datasets), o->datasets, "datasets", err) &&
           set_text(key->regions, sizeof(key->regions), o->regions, "regions", err) &&
           set_text(key->streams, sizeof(key->streams), o->streams, "streams", err) &&
           set_text(key->commands, sizeof(key->commands), o->commands, "commands", err) &&
           set_text(key->organisation, sizeof(key->organisation), o->organisation, "organisation", err);
}

static bool
make_dir(const char *path, err_t *err)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return true;
    return err_set(err, ERR_CONFIG, "io", "cannot make %s: %s", path, strerror(errno));
}

static void
print_key(const cli_options_t *options, const bus_key_t *key)
{
    AUTO_STR text = STR_INIT;
    json_out_t out;

    json_out_init(&out, &text);
    json_out_object(&out, NULL);
    json_out_text(&out, "name", key->name);
    json_out_text(&out, "department", key->department);
    json_out_text(&out, "datasets", key->datasets);
    json_out_text(&out, "regions", key->regions);
    json_out_text(&out, "streams", key->streams);
    json_out_text(&out, "commands", key->commands);
    json_out_text(&out, "organisation", key->organisation);
    json_out_i64(&out, "rate", key->rate);
    if (key->until != DATE_OPEN)
        json_out_date(&out, "until", key->until);
    json_out_end(&out);
    if (options->json)
        printf("%s\n", str_c(&text));
    else
        printf("%-16s department %-10s datasets %-12s streams %-28s regions %-14s commands %-12s organisation %s\n", key->name,
               key->department[0] ? key->department : "-", key->datasets[0] ? key->datasets : "-", key->streams[0] ? key->streams : "-",
               key->regions[0] ? key->regions : "-", key->commands[0] ? key->commands : "-", key->organisation[0] ? key->organisation : "-");
}

static bool
keys_new(const cli_options_t *options, const char *name, const key_options_t *o, err_t *err)
{
    bus_key_t key;
    char keys[PATH_MAX - 16], registered[PATH_MAX], taken[PATH_MAX + 80];

    if (!name_is_plain(name))
        return err_set(err, ERR_REJECT, "bad_data", "a key's name has letters, digits, - _ and ., at most %d", KEY_NAME_MAX - 1);
    (void) snprintf(keys, sizeof(keys), "%s/keys", options->home);
    (void) snprintf(registered, sizeof(registered), "%s/registered", keys);
    (void) snprintf(taken, sizeof(taken), "%s/%s.key", registered, name);
    if (access(taken, F_OK) == 0)
        return err_set(err, ERR_REJECT, "conflict", "there is a key %s already; `plimsoll keys revoke %s` ends it", name, name);
    if (!make_dir(options->home, err) || !make_dir(keys, err) || !make_dir(registered, err) ||
        (o->out != NULL && !make_dir(o->out, err)) || !bus_key_generate(name, &key, err))
        return false;
    /* The pair first: a registered key that nobody holds is harmless, the other way round is a mystery to its holder. */
    const char *out = o->out != NULL ? o->out : keys;
    bool ok = key_fill(&key, o, err) && bus_key_write(&key, out, err) && bus_key_write_public(&key, registered, err);
    if (ok && options->json)
        print_key(options, &key);
    else if (ok)
        printf("%s/%s.key_secret (keep it secret), %s.key; registered, valid from now on%s%s\n", out, name, name,
               o->until != NULL ? " through " : "", o->until != NULL ? o->until : "");
    bus_key_done(&key);
    return ok;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int
is_key(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);
    return n > 4 && strcmp(entry->d_name + n - 4, ".key") == 0;
}

static bool
keys_list(const cli_options_t *options, err_t *err)
{
    char dir[PATH_MAX], path[PATH_MAX + 300];
    struct dirent **entries = NULL;
    bool ok = true;

    (void) snprintf(dir, sizeof(dir), "%s/keys/registered", options->home);
    int n = scandir(dir, &entries, is_key, by_name);
    if (n < 0)
        return err_set(err, ERR_CONFIG, "io", "cannot read %s: %s; --home tells where the installation is", dir, strerror(errno));
    for (int i = 0; i < n; i++) {
        bus_key_t key;
        (void) snprintf(path, sizeof(path), "%s/%s", dir, entries[i]->d_name);
        if (ok && (ok = bus_key_load(path, &key, err)))
            print_key(options, &key);
        free(entries[i]); /* scandir allocates them */
    }
    free(entries);
    return ok;
}

static bool
keys_revoke(const cli_options_t *options, const char *name, err_t *err)
{
    char from[PATH_MAX], dir[PATH_MAX - 80], to[PATH_MAX];

    (void) snprintf(dir, sizeof(dir), "%s/keys/revoked", options->home);
    (void) snprintf(from, sizeof(from), "%s/keys/registered/%s.key", options->home, name);
    (void) snprintf(to, sizeof(to), "%s/%s.key", dir, name);
    if (!name_is_plain(name) || access(from, F_OK) != 0)
        return err_set(err, ERR_REJECT, "not_found", "there is no registered key %s; `plimsoll keys list` shows all", name);
    if (!make_dir(dir, err))
        return false;
    if (rename(from, to) != 0)
        return err_set(err, ERR_CONFIG, "io", "cannot move %s: %s", from, strerror(errno));
    if (options->json)
        printf("{\"name\":\"%s\",\"revoked\":true}\n", name); /* a plain name needs no escapes */
    else
        printf("%s is revoked, on requests and on live streams\n", name);
    return true;
}

int
cmd_keys(int argc, char **argv)
{
    cli_options_t options;
    key_options_t o = { 0 };
    const char *positional[2] = { NULL, NULL };
    size_t count = 0;
    err_t err = { 0 };
    const char *file = NULL;
    cli_grant_t grant = { .to = NULL };
    bool finish = false;
    const cli_flag_t flags[] = {
        { "department", &o.department, NULL }, { "datasets", &o.datasets, NULL },         { "regions", &o.regions, NULL },
        { "streams", &o.streams, NULL },       { "commands", &o.commands, NULL },         { "organisation", &o.organisation, NULL },
        { "rate", &o.rate, NULL },             { "until", &o.until, NULL },               { "out", &o.out, NULL },
        { "file", &file, NULL },               { "finish", NULL, &finish },              { "to", &grant.to, NULL },
        { "person", &grant.person, NULL },     { "fields", &grant.fields, NULL },         { "reason", &grant.reason, NULL },
    };

    if (!cli_parse(argc, argv, usage, flags, COUNT_OF(flags), &options, positional, 2, &count))
        return CLI_REFUSED;
    bool ok;
    if (count == 2 && strcmp(positional[0], "new") == 0) {
        ok = keys_new(&options, positional[1], &o, &err);
    } else if (count == 1 && strcmp(positional[0], "list") == 0) {
        ok = keys_list(&options, &err);
    } else if (count == 2 && strcmp(positional[0], "revoke") == 0) {
        ok = keys_revoke(&options, positional[1], &err);
    } else if (count == 1 && strcmp(positional[0], "rotate-vault") == 0) {
        ok = cli_rotate_vault(&options, file, finish, &err);
    } else if (count == 1 && strcmp(positional[0], "grant-key") == 0) {
        ok = cli_grant_key(&options, &err);
    } else if (count == 1 && strcmp(positional[0], "grant") == 0) {
        grant.until = o.until;
        ok = cli_grant(&options, &grant, &err);
    } else {
        fprintf(stderr, "usage: %s\n", usage);
        return CLI_REFUSED;
    }
    return ok ? CLI_DONE : cli_fail(&err);
}
