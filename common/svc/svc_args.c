/* SPDX-License-Identifier: Apache-2.0 */
#include "svc/svc_impl.h"

#include <string.h>

static bool
usage_error(err_t *err, const char *what, const char *option)
{
    return err_set(err, ERR_CONFIG, "usage", "%s %s; --help shows the options", what, option);
}

/* The value of an option that needs one: --option VALUE. */
static bool
take_value(int argc, char **argv, int *i, const char **ret, err_t *err)
{
    if (*i + 1 >= argc)
        return usage_error(err, "a value is missing after", argv[*i]);
    *ret = argv[++*i];
    return true;
}

static bool *
flag_of(svc_args_t *args, const char *option)
{
    const struct {
        const char *option;
        bool *flag;
    } flags[] = {
        { "--migrate", &args->migrate },   { "--check-config", &args->check_config },
        { "--version", &args->version },   { "--dump-config", &args->dump_config },
        { "--describe", &args->describe }, { "--help", &args->help },
    };

    for (size_t i = 0; i < COUNT_OF(flags); i++)
        if (strcmp(option, flags[i].option) == 0)
            return flags[i].flag;
    return NULL;
}

bool
svc_args_parse(int argc, char **argv, svc_args_t *ret, err_t *err)
{
    svc_args_t args = { .sets = mem_new_array(const char *, (size_t) argc + 1) };
    bool ok = true;

    for (int i = 1; i < argc && ok; i++) {
        bool *flag = flag_of(&args, argv[i]);
        if (flag != NULL)
            *flag = true;
        else if (strcmp(argv[i], "--config") == 0)
            ok = take_value(argc, argv, &i, &args.config_file, err);
        else if (strcmp(argv[i], "--set") == 0)
            ok = take_value(argc, argv, &i, &args.sets[args.set_count], err) && ++args.set_count > 0;
        else
            ok = usage_error(err, "unknown option", argv[i]);
    }
    if (!ok) {
        svc_args_done(&args);
        return false;
    }
    *ret = args;
    return true;
}

void
svc_args_done(svc_args_t *self)
{
    union {
        const char **in;
        void *out;
    } sets = { .in = self->sets };

    mem_free(sets.out);
    self->sets = NULL;
}

void
svc_args_usage(const svc_def_t *def, str_t *ret)
{
    str_printf(ret,
               "plimsoll-%s [--config FILE] [--set KEY=VALUE]…\n"
               "\n"
               "  --config FILE    settings (YAML); without it the defaults\n"
               "  --set KEY=VALUE  overrides one setting; may be repeated\n"
               "  --migrate        brings the database schema up to this version and exits\n"
               "  --check-config   checks the settings and exits\n"
               "  --dump-config    prints all settings with their meaning and exits (secrets masked)\n"
               "  --describe       prints as JSON what the service consumes, produces, answers and runs in SQL\n"
               "  --version\n"
               "\n"
               "Signals: TERM and INT end it in order, HUP reads the settings again, USR1 writes its state to the log.\n"
               "Exit: 0 asked, 64 usage, 70 bug, 75 temporary failure, 78 an operator must act.\n",
               def->name);
}
