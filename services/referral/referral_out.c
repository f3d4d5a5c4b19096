/* SPDX-License-Identifier: Apache-2.0 */
#include "referral_out.h"

#include <string.h>

void
referral_out_referral(json_out_t *out, const char *key, const referral_t *r, const directory_t *directory)
{
    size_t i = r->programme[0] == '\0' ? SIZE_MAX : directory_find(directory, r->programme);

    json_out_object(out, key);
    json_out_uuid(out, "referral", &r->id);
    json_out_i64(out, "version", r->version);
    json_out_text(out, "state", referral_state_names[r->state]);
    json_out_uuid(out, "alert", &r->alert);
    json_out_text(out, "programme", r->programme[0] == '\0' ? NULL : r->programme);
    json_out_text(out, "organisation", r->organisation[0] == '\0' ? NULL : r->organisation);
    if (i != SIZE_MAX) {
        json_out_object(out, "title");
        json_out_text(out, "zh", directory_at(directory, i)->title_zh);
        json_out_text(out, "en", directory_at(directory, i)->title_en);
        json_out_end(out);
    }
    json_out_uuid(out, "household", &r->household);
    json_out_text(out, "region", r->region);
    json_out_text(out, "need", need_names[r->need]);
    json_out_text(out, "category", r->category);
    json_out_i64(out, "number", r->number);
    if (!uuid_is_nil(&r->previous))
        json_out_uuid(out, "previous", &r->previous);
    if (r->reason != NULL)
        json_out_text(out, "reason", r->reason);
    json_out_date(out, "made", r->made);
    if (r->offered != DATE_OPEN)
        json_out_date(out, "offered", r->offered);
    if (r->due != DATE_OPEN)
        json_out_date(out, "due", r->due);
    if (r->overdue)
        json_out_bool(out, "overdue", true);
    if (r->outcome != NULL)
        json_out_text(out, "outcome", r->outcome);
    if (r->amount != NULL)
        json_out_text(out, "amount", r->amount);
    if (r->delivered_on != DATE_OPEN)
        json_out_date(out, "on", r->delivered_on);
    json_out_end(out);
}

/* Adds a topic unless it is one of the present ones or there already. */
static size_t
add_old(char topics[][REFERRAL_TOPIC_SIZE], size_t n, const char *topic, const char *now_provider,
        const char *now_referral)
{
    if (topic[0] == '\0' || strcmp(topic, now_provider) == 0 || strcmp(topic, now_referral) == 0)
        return n;
    (void) str_copy(topics[n], REFERRAL_TOPIC_SIZE, topic);
    return n + 1;
}

static void
names(const char *region, const char *organisation, referral_state_t state, char provider[REFERRAL_TOPIC_SIZE],
      char referral[REFERRAL_TOPIC_SIZE])
{
    provider[0] = '\0';
    if (organisation[0] != '\0')
        (void) snprintf(provider, REFERRAL_TOPIC_SIZE, "provider/%s/%s", organisation, referral_state_names[state]);
    (void) snprintf(referral, REFERRAL_TOPIC_SIZE, "referral/%s/%s", region, referral_state_names[state]);
}

size_t
referral_out_topics(const referral_t *r, char ret[REFERRAL_TOPICS_MAX][REFERRAL_TOPIC_SIZE])
{
    char provider[REFERRAL_TOPIC_SIZE], referral[REFERRAL_TOPIC_SIZE];
    char old_provider[REFERRAL_TOPIC_SIZE], old_referral[REFERRAL_TOPIC_SIZE];
    size_t n = 0;

    names(r->region, r->organisation, r->state, provider, referral);
    if (r->published) {
        names(r->published_region, r->published_organisation, r->published_state, old_provider, old_referral);
        n = add_old(ret, n, old_provider, provider, referral);
        n = add_old(ret, n, old_referral, provider, referral);
    }
    if (provider[0] != '\0')
        (void) str_copy(ret[n++], REFERRAL_TOPIC_SIZE, provider);
    (void) str_copy(ret[n++], REFERRAL_TOPIC_SIZE, referral);
    return n;
}

bool
referral_out_publish(void *ctx, const referral_t *r, const cause_t *cause, err_t *err)
{
    referral_out_t *self = ctx;
    AUTO_STR data = STR_INIT;
    json_out_t out;
    char subject[UUID_TEXT_SIZE];
    char topics[REFERRAL_TOPICS_MAX][REFERRAL_TOPIC_SIZE];
    size_t n = referral_out_topics(r, topics);
    uuid_t provider_matter;
    stream_draft_t draft = { .type = REFERRAL_TYPE,
                             .subject = subject,
                             .correlation = r->correlation,
                             .causation = cause->event,
                             .actor = cause->actor,
                             .matter = r->id,
                             .closes = referral_is_final(r) };

    json_out_init(&out, &data);
    referral_out_referral(&out, NULL, r, self->directory);
    draft.data = str_slice(&data);
    uuid_format(&r->id, subject);
    /* A snapshot shows each matter on the topic of its newest event: the provider's view is a matter of its own, so
     * that a provider's key, which sees no referral/ topic, finds its open cases there too. */
    uuid_derive("provider", subject, &provider_matter);
    for (size_t i = 0; i < n; i++) {
        draft.topic = topics[i];
        draft.matter = str_starts(topics[i], "provider/") ? provider_matter : r->id;
        if (!stream_append(self->stream, self->tx, &draft, NULL, err))
            return false;
    }
    return true;
}
