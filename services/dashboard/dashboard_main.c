/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard.h"

static const svc_consume_t consumes[] = {
    { "findings", "peer.comparison", dashboard_on_findings },
    { "alerts", "peer.alerting", dashboard_on_alerts },
    { "referrals", "peer.referral", dashboard_on_referrals },
    { "audit", "peer.intake", dashboard_on_audit },
    { .stream = NULL },
};
static const svc_tick_t ticks[] = { { "refresh", 1000, dashboard_refresh }, { "ask", 1000, dashboard_ask }, { .name = NULL } };

int
main(int argc, char **argv)
{
    const db_stmt_set_t *const statements[] = { dashboard_store_statements, NULL };
    const svc_def_t def = {
        .name = "dashboard",
        .version = PLIMSOLL_VERSION,
        .config = dashboard_config_items,
        .config_size = sizeof(dashboard_config_t),
        .statements = statements,
        .migrations = dashboard_store_migrations,
        .consumes = consumes,
        .ticks = ticks,
        .init = dashboard_init,
        .on_connect = dashboard_on_connect,
        .on_reload = dashboard_reload,
        .destroy = dashboard_destroy,
        .status = dashboard_status,
    };

    return svc_main(&def, argc, argv);
}
