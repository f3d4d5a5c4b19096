/* SPDX-License-Identifier: Apache-2.0 */
#include "referral.h"

#include "referral_config.h"

static const char *const produces[] = { "referrals", NULL };
static const svc_consume_t consumes[] = {
    { "alerts", "peer.alerting", referral_on_alerts },
    { "findings", "peer.comparison", referral_on_findings },
    { .stream = NULL },
};
static const svc_tick_t ticks[] = { { "counts", 1000, referral_refresh }, { .name = NULL } };

int
main(int argc, char **argv)
{
    const db_stmt_set_t *const statements[] = { referral_store_statements, NULL };
    const svc_def_t def = {
        .name = "referral",
        .version = PLIMSOLL_VERSION,
        .config = referral_config_items,
        .config_size = sizeof(referral_config_t),
        .statements = statements,
        .migrations = referral_store_migrations,
        .produces = produces,
        .consumes = consumes,
        .commands = referral_commands,
        .ticks = ticks,
        .init = referral_init,
        .on_connect = referral_on_connect,
        .on_reload = referral_reload,
        .destroy = referral_destroy,
        .status = referral_status,
    };

    return svc_main(&def, argc, argv);
}
