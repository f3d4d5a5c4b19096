/* SPDX-License-Identifier: Apache-2.0 */
#include "intake.h"

const cfg_item_t intake_config[] = {
    { "datasets", CFG_PATH, offsetof(intake_config_t, datasets), .def = "deploy/datasets", .flags = CFG_RELOAD,
      .doc = "directory of dataset files (<name>.yaml)" },
    { "schemas", CFG_PATH, offsetof(intake_config_t, schemas), .def = "schemas/datasets", .flags = CFG_RELOAD,
      .doc = "directory of their schemas (<name>.schema.json)" },
    { "vault_key", CFG_PATH, offsetof(intake_config_t, vault_key), .def = "",
      .doc = "key file of the vault; empty: secrets/vault.key beside keys_dir. Made at the first start on an empty "
             "database" },
    { "grant_key", CFG_PATH, offsetof(intake_config_t, grant_key), .def = "", .flags = CFG_RELOAD,
      .doc = "public key of grants to reveal; empty: grant.pub in keys_dir. Without the file no grant is good" },
    { "reveal_needs_grant", CFG_BOOL, offsetof(intake_config_t, reveal_needs_grant), .def = "false", .flags = CFG_RELOAD,
      .doc = "to see a person takes a grant, even with the right intake.reveal" },
    { "cache_persons", CFG_INT, offsetof(intake_config_t, cache_persons), .def = "262144", .min = 8, .max = 16777216,
      .doc = "people whose pseudonyms are kept in memory (some 34 bytes each)" },
    { "event_bytes", CFG_INT, offsetof(intake_config_t, event_bytes), .def = "262144", .min = 4096, .max = 786432,
      .doc = "a facts event is closed when its records reach this many bytes" },
    { "utc_offset_minutes", CFG_INT, offsetof(intake_config_t, utc_offset_minutes), .def = "480", .min = -720,
      .max = 840, .doc = "the bureau's time zone: decides which day it is when a record arrives" },
    { "rotate_rows", CFG_INT, offsetof(intake_config_t, rotate_rows), .def = "500", .min = 1, .max = 10000, .flags = CFG_RELOAD,
      .doc = "people (or rejected records) that go over to a new key of the vault in one step; five steps a second" },
    { .key = NULL },
};
