/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include "base/num.h"
#include "config/config.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
home_is(const char *dir)
{
    char path[PATH_MAX];
    struct stat st;

    return snprintf(path, sizeof(path), "%s/keys", dir) < (int) sizeof(path) && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* $PLIMSOLL_HOME, else var/ in this directory or one above it, else var/ beside the build that this program is from. */
static const char *
home_find(void)
{
    static char dir[PATH_MAX];
    char cwd[PATH_MAX - 8];
    const char *env = config_env("PLIMSOLL_HOME");

    if (env != NULL && env[0] != '\0')
        return env;
    if (getcwd(cwd, sizeof(cwd)) != NULL) {
        for (char *end = cwd + strlen(cwd); end != NULL; end = strrchr(cwd, '/')) {
            *end = '\0';
            (void) snprintf(dir, sizeof(dir), "%s/var", cwd);
            if (home_is(dir))
                return dir;
        }
    }
    ssize_t n = readlink("/proc/self/exe", cwd, sizeof(cwd) - 1);
    if (n > 0) {
        cwd[n] = '\0';
        for (char *end = strrchr(cwd, '/'); end != NULL; end = strrchr(cwd, '/')) {
            *end = '\0';
            (void) snprintf(dir, sizeof(dir), "%s/var", cwd);
            if (home_is(dir))
                return dir;
        }
    }
    return "var";
}

/* <dir>/<name> for dir and the folders above it; false when none has it. */
static bool
folder_above(char *dir, const char *name, str_t *ret)
{
    struct stat st;

    for (char *end = dir + strlen(dir); end != NULL; end = strrchr(dir, '/')) {
        *end = '\0';
        str_clear(ret);
        str_printf(ret, "%s/%s", dir, name);
        if (stat(str_c(ret), &st) == 0 && S_ISDIR(st.st_mode))
            return true;
    }
    return false;
}

bool
cli_folder(const cli_options_t *options, const char *name, str_t *ret, err_t *err)
{
    char dir[PATH_MAX];

    if (realpath(options->home, dir) != NULL && folder_above(dir, name, ret))
        return true;
    if (getcwd(dir, sizeof(dir)) != NULL && folder_above(dir, name, ret))
        return true;
    ssize_t n = readlink("/proc/self/exe", dir, sizeof(dir) - 1);
    dir[n > 0 ? n : 0] = '\0';
    if (folder_above(dir, name, ret))
        return true;
    return err_set(err, ERR_CONFIG, "no_folder", "there is no folder %s above %s, this directory or this program", name, options->home);
}

static bool
take_flag(const cli_flag_t *flag, int argc, char **argv, int *i)
{
    if (flag->flag != NULL) {
        *flag->flag = true;
        return true;
    }
    if (*i + 1 >= argc) {
        fprintf(stderr, "plimsoll: --%s needs a value\n", flag->name);
        return false;
    }
    *flag->value = argv[++*i];
    return true;
}

bool
cli_parse(int argc, char **argv, const char *usage, const cli_flag_t *flags, size_t flag_count, cli_options_t *options,
          const char **positional, size_t max, size_t *ret_count)
{
    const char *timeout = NULL;
    bool help = false, over = false; /* over: after --, where whatever comes is no option */
    size_t count = 0;
    const cli_flag_t common[] = {
        { "home", &options->home, NULL }, { "key", &options->key, NULL },   { "json", NULL, &options->json },
        { "help", NULL, &help },          { "timeout", &timeout, NULL },
    };

    *options = (cli_options_t){ .tty = isatty(STDERR_FILENO) == 1, .timeout_ms = 30000 };
    for (int i = 1; i < argc; i++) {
        const char *arg = argv[i];
        const cli_flag_t *found = NULL;
        if (!over && strcmp(arg, "--") == 0) {
            over = true;
            continue;
        }
        if (over || !str_starts(arg, "--")) {
            if (count == max) { /* which one is not repeated: it might be a document number */
                fprintf(stderr, "plimsoll: too many arguments, at most %zu belong here\nusage: %s\n", max, usage);
                return false;
            }
            positional[count++] = arg;
            continue;
        }
        for (size_t f = 0; f < flag_count && found == NULL; f++)
            found = strcmp(flags[f].name, arg + 2) == 0 ? &flags[f] : NULL;
        for (size_t f = 0; f < COUNT_OF(common) && found == NULL; f++)
            found = strcmp(common[f].name, arg + 2) == 0 ? &common[f] : NULL;
        if (found == NULL) {
            fprintf(stderr, "plimsoll: unknown option %s%s\nusage: %s\n", arg,
                    max > 0 ? "; if it is no option but a name that begins so, it stands last, after -- alone" : "", usage);
            return false;
        }
        if (!take_flag(found, argc, argv, &i))
            return false;
    }
    if (timeout != NULL) {
        if (!num_i64(timeout, strlen(timeout), &options->timeout_ms) || options->timeout_ms <= 0) {
            fprintf(stderr, "plimsoll: --timeout takes seconds\n");
            return false;
        }
        options->timeout_ms *= 1000;
    }
    if (options->home == NULL)
        options->home = home_find();
    if (help) {
        printf("usage: %s\n", usage);
        return false;
    }
    *ret_count = count;
    return true;
}

/* One character that a terminal would obey: its bytes as an escape of $'…'. */
static size_t
add_escaped(str_t *ret, const char *p)
{
    size_t n = (unsigned char) *p == 0xc2 ? 2 : 1;

    for (size_t i = 0; i < n; i++)
        str_printf(ret, "\\%03o", (unsigned) (unsigned char) p[i]);
    return n;
}

static bool
is_control(const char *p)
{
    unsigned char c = (unsigned char) p[0];

    return c < 0x20 || c == 0x7f || (c == 0xc2 && (unsigned char) p[1] < 0xa0); /* U+0080 … U+009F */
}

void
cli_add_word(str_t *ret, const char *text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-";
    bool controls = false;

    if (text[0] != '\0' && text[strspn(text, plain)] == '\0') {
        str_add(ret, text);
        return;
    }
    for (const char *p = text; *p != '\0'; p++)
        controls = controls || is_control(p);
    str_add(ret, controls ? "$'" : "'");
    for (const char *p = text; *p != '\0';) {
        if (is_control(p)) {
            p += add_escaped(ret, p);
            continue;
        }
        if (controls && (*p == '\'' || *p == '\\'))
            str_add_char(ret, '\\');
        str_add(ret, !controls && *p == '\'' ? "'\"'\"" : "");
        str_add_char(ret, *p++);
    }
    str_add_char(ret, '\'');
}

void
cli_household(const char *text, uuid_t *ret)
{
    if (!uuid_parse(text, strlen(text), ret))
        uuid_derive("household", text, ret);
}

void
cli_progress(const cli_options_t *options, const char *what, uint64_t done, uint64_t total)
{
    if (!options->tty)
        return;
    if (total == 0) {
        fprintf(stderr, "\r\033[K%s %llu", what, (unsigned long long) done);
        return;
    }
    int width = 30;
    int full = (int) (done * (uint64_t) width / total);
    fprintf(stderr, "\r\033[K%-28s [%.*s%*s] %3llu %%", what, full, "##############################", width - full, "",
            (unsigned long long) (done * 100 / total));
}

void
cli_progress_end(const cli_options_t *options)
{
    if (options->tty)
        fprintf(stderr, "\r\033[K");
}

int
cli_fail(const err_t *err)
{
    const char *next = "";

    if (strcmp(err->code, "bus.refused") == 0)
        next = ""; /* the text says it: another key */
    else if (err->cls == ERR_RETRY)
        next = "\n  next: see `plimsoll status`; deploy/up starts what does not run";
    else if (strcmp(err->code, "forbidden") == 0)
        next = "\n  next: `plimsoll keys list` shows what each key may do; --key NAME uses another";
    bool told = err->pointer[0] == '\0' || strstr(err->text, err->pointer) != NULL;
    fprintf(stderr, "plimsoll: %s: %s%s%s%s\n", err->code, err->text, told ? "" : " at ", told ? "" : err->pointer, next);
    return CLI_REFUSED;
}
