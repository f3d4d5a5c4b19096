/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "bus/bus_impl.h"

bool
bus_link_open(bus_link_t *self, bus_t *bus, const bus_socket_options_t *options, const char *endpoint, err_t *err)
{
    self->endpoint = mem_strdup(endpoint);
    (void) str_copy(self->key_name, sizeof(self->key_name), options->own->name);
    return bus_socket_new(bus, options, &self->socket, err) &&
           bus_monitor_init(&self->monitor, bus, self->socket, options->once, err) && bus_socket_connect(self->socket, endpoint, err);
}

void
bus_link_close(bus_link_t *self)
{
    bus_monitor_done(&self->monitor, self->socket);
    bus_socket_close(&self->socket);
    mem_free(self->endpoint);
}

bool
bus_link_check(bus_link_t *self, err_t *err)
{
    return bus_monitor_revive(&self->monitor, self->socket, self->endpoint, err) && bus_link_explain(self, err);
}

bool
bus_link_explain(const bus_link_t *self, err_t *err)
{
    return bus_monitor_explain(&self->monitor, self->endpoint, self->key_name, err);
}
