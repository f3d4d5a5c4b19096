/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_view.h"

void
policy_view_of(const policy_block_t *block, size_t household, policy_view_t *ret)
{
    *ret = (policy_view_t){ .block = block,
                            .dossier = block->dossiers[household],
                            .household = household,
                            .first = block->first[household],
                            .supporter = POLICY_NO_LANE,
                            .root = household };
}

size_t
policy_view_enter(const policy_view_t *self, size_t supporter, policy_view_t *ret)
{
    static const dossier_t nobody = { .member_count = 0 };
    const policy_supporters_t *s = &self->block->supporters;
    uint32_t home = s->home[supporter];

    *ret = *self;
    ret->supporter = supporter;
    ret->household = home;
    ret->first = home == POLICY_NO_LANE ? POLICY_NO_LANE : self->block->first[home];
    ret->dossier = home == POLICY_NO_LANE ? &nobody : self->block->dossiers[home];
    return s->links[supporter]->place;
}

size_t
policy_view_leave(const policy_view_t *self, policy_view_t *ret)
{
    size_t member = policy_view_link(self)->member;

    policy_view_of(self->block, self->root, ret);
    return member;
}

size_t
policy_view_lane(const policy_view_t *self, scope_t scope, size_t member)
{
    switch (scope) {
    case SCOPE_HOUSEHOLD:
        return self->household;
    case SCOPE_MEMBER:
        return self->first == POLICY_NO_LANE ? POLICY_NO_LANE : self->first + (member != SIZE_MAX ? member : 0);
    case SCOPE_SUPPORTER:
    case SCOPE_COUNT:
        break;
    }
    return self->supporter;
}

bool
policy_view_read(const policy_view_t *self, int32_t reg, scope_t scope, size_t member, int64_t *ret)
{
    size_t lane = policy_view_lane(self, scope, member);

    if (lane == POLICY_NO_LANE && scope == SCOPE_HOUSEHOLD && self->block->policy->program.code[reg].uniform)
        lane = self->root; /* the same for all is known of those, too, whom no household has */
    return lane != POLICY_NO_LANE && lane < policy_block_lanes(self->block, scope) && policy_block_get(self->block, reg, lane, ret);
}

void
policy_view_supporters(const policy_view_t *self, size_t member, size_t *ret_first, size_t *ret_last)
{
    const policy_supporters_t *s = &self->block->supporters;
    bool any = s->read && self->supporter == POLICY_NO_LANE;

    *ret_first = any ? s->first[self->first + member] : 0;
    *ret_last = any ? s->first[self->first + member + 1] : 0;
}

const supporter_t *
policy_view_link(const policy_view_t *self)
{
    return self->block->supporters.links[self->supporter];
}

const member_t *
policy_view_supported(const policy_view_t *self)
{
    return &self->block->dossiers[self->root]->members[policy_view_link(self)->member];
}
