/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_CONFIG_YAML_NODE_H
#define COMMON_CONFIG_YAML_NODE_H

/* The tree behind yaml_doc.h, shared inside config/.  Everything lies in the document's arena. */

#include "base/mem.h"
#include "config/yaml_doc.h"

struct yaml_node {
    yaml_kind_t kind;
    bool quoted;
    unsigned line, column;
    const char *text;  /* scalar */
    yaml_node_t *next; /* in its list, or as value in its map */
    yaml_node_t *key;  /* of a map's value */
    yaml_node_t *first, *last;
    yaml_node_t **items; /* filled when the container ends, for yaml_at */
    size_t count;
};

struct yaml_doc {
    char *name;
    arena_t *arena;
    yaml_node_t *root;
};

/* Builds doc->root; ERR_CONFIG with name:line:col. */
bool yaml_parse_text(yaml_doc_t *doc, const char *text, size_t n, err_t *err) NODISCARD;

#endif
