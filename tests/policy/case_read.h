/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_POLICY_CASE_READ_H
#define TESTS_POLICY_CASE_READ_H

/* A household case from YAML: who, which facts, on which day, and what must come out. */

#include "config/yaml_doc.h"
#include "policy.h"

typedef struct {
    const char *name, *why;
    int32_t day;
    dossier_t dossier;
    const char **ids; /* of the members, as the case names them */
    const yaml_node_t *expect, *node;
} case_t;

bool case_read(const yaml_doc_t *doc, const yaml_node_t *node, terms_t *terms, arena_t *arena, case_t *ret,
               err_t *err) NODISCARD;

#endif
