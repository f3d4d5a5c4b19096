/* SPDX-License-Identifier: Apache-2.0 */
#include "identity_in.h"

#include <stdio.h>
#include <string.h>

bool
identity_in(const json_node_t *object, const char *pointer, char ret[DOCUMENT_IDENTITY_SIZE], err_t *err)
{
    const char *document, *type, *issuer, *department, *reg;
    document_kind_t kind = DOCUMENT_RESIDENT_ID;
    json_in_t in;
    bool ok;

    json_in_init(&in, object, pointer, err);
    document = json_in_text(&in, "document");
    type = json_in_text_or(&in, "type", NULL);
    issuer = json_in_text_or(&in, "issuer", NULL);
    department = json_in_text_or(&in, "department", NULL);
    reg = json_in_text_or(&in, "register", NULL);
    if (!json_in_ok(&in))
        return false;
    if (type != NULL && strcmp(type, "own") == 0) {
        ok = department != NULL && reg != NULL
                 ? document_own(department, reg, document, strlen(document), ret, err)
                 : err_set(err, ERR_REJECT, "bad_data", "a department's own number is told with its department and register");
    } else if (type != NULL && !document_kind_of(type, &kind)) {
        (void) err_set(err, ERR_REJECT, "bad_data", "no such kind of document");
        (void) snprintf(err->pointer, sizeof(err->pointer), "%s/type", pointer);
        return false;
    } else {
        ok = document_identity(kind, issuer, document, strlen(document), ret, err);
    }
    if (!ok)
        (void) snprintf(err->pointer, sizeof(err->pointer), "%s/document", pointer);
    return ok;
}
