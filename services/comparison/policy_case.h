/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_POLICY_CASE_H
#define COMPARISON_POLICY_CASE_H

/* Hand-worked households as YAML: who, which facts, on which day, and what must come out.  The format stands in
 * docs/policy.md, “Trying a policy”. */

#include "base/str.h"
#include "config/yaml_doc.h"
#include "policy.h"

typedef struct {
    const char *name, *why;
    int32_t day;
    dossier_t dossier;
    policy_world_t world; /* facts of places */
    const char **ids; /* of the members, as the case names them */
    const yaml_node_t *expect, *node;
} policy_case_t;

/* One case of a file; what it holds lives in the arena and the document. ERR_CONFIG "path:line:col: …". */
bool policy_case_read(const yaml_doc_t *doc, const yaml_node_t *node, terms_t *terms, arena_t *arena, policy_case_t *ret,
                      err_t *err) NODISCARD;

typedef struct {
    size_t cases, checks, failed;
} policy_case_tally_t;

/* Holds what came out against what the case expects; one line for each difference, "path:line:col: case: …". */
void policy_case_judge(const policy_t *policy, const terms_t *terms, const char *path, const policy_case_t *item,
                       const policy_result_t *result, policy_case_tally_t *tally, str_t *report);

/* All cases of a file, `policy` NULL: against the policy that the file names.  One line of report for each difference
 * and for each case that cannot be read.  `explain` (may be NULL) gets what the assessment says of each household, as
 * sentences in `lang` (zh, en), or as one line of JSON each when that is NULL.  False when the file or its policy cannot be read at all. */
bool policy_case_run(const char *policy, const char *path, const char *lang, policy_case_tally_t *tally, str_t *report,
                     str_t *explain, err_t *err) NODISCARD;

#endif
