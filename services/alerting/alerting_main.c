/* SPDX-License-Identifier: Apache-2.0 */
#include "alerting.h"

#include "alerting_config.h"

static const char *const produces[] = { "alerts", NULL };
static const svc_consume_t consumes[] = {
    { "findings", "peer.comparison", alerting_on_findings },
    { "referrals", "peer.referral", alerting_on_referrals },
    { .stream = NULL },
};
static const svc_tick_t ticks[] = { { "counts", 1000, alerting_refresh }, { .name = NULL } };

int
main(int argc, char **argv)
{
    const db_stmt_set_t *const statements[] = { alerting_store_statements, NULL };
    const svc_def_t def = {
        .name = "alerting",
        .version = PLIMSOLL_VERSION,
        .config = alerting_config_items,
        .config_size = sizeof(alerting_config_t),
        .statements = statements,
        .migrations = alerting_store_migrations,
        .produces = produces,
        .consumes = consumes,
        .commands = alerting_commands,
        .ticks = ticks,
        .init = alerting_init,
        .on_connect = alerting_on_connect,
        .on_reload = alerting_reload,
        .destroy = alerting_destroy,
        .status = alerting_status,
    };

    return svc_main(&def, argc, argv);
}
