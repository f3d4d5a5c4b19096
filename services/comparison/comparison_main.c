/* SPDX-License-Identifier: Apache-2.0 */
#include "job.h"

#include <string.h>

static const char *const produces[] = { "findings", NULL };
static const svc_consume_t consumes[] = {
    { "facts", "peer.intake", service_on_facts },
    { "alerts", "peer.alerting", service_on_alerts },
    { "referrals", "peer.referral", service_on_referrals },
    { .stream = NULL },
};
static const svc_tick_t ticks[] = { { "clock", 500, service_on_clock }, { "jobs", 500, jobs_on_tick }, { .name = NULL } };

int
main(int argc, char **argv)
{
    const svc_def_t def = {
        .name = "comparison",
        .version = PLIMSOLL_VERSION,
        .config = comparison_config,
        .config_size = sizeof(comparison_config_t),
        .statements = store_statements,
        .migrations = &comparison_migrations,
        .produces = produces,
        .consumes = consumes,
        .commands = service_commands,
        .ticks = ticks,
        .init = service_init,
        .on_connect = service_connect,
        .on_reload = service_reload,
        .on_rollback = service_rollback,
        .status = service_status,
        .destroy = service_destroy,
    };

    if (argc == 2 && strcmp(argv[1], JOB_OPTION) == 0)
        return job_main();
    return svc_main(&def, argc, argv);
}
