-- Referrals and the business day.
-- Why the checks: they mirror the lifecycle in referral_model.c, so that nothing can leave a state that it does not have.

CREATE TABLE business_day (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    day date NOT NULL
);

CREATE TABLE referral (
    referral     uuid PRIMARY KEY,
    version      bigint NOT NULL CHECK (version >= 1),
    state        text NOT NULL CHECK (state IN ('proposed', 'offered', 'accepted', 'declined', 'waitlisted', 'returned',
                                                'delivered', 'confirmed', 'cancelled')),
    alert        uuid NOT NULL,
    household    uuid NOT NULL,
    correlation  uuid NOT NULL,
    previous     uuid REFERENCES referral DEFERRABLE INITIALLY DEFERRED,
    number       bigint NOT NULL CHECK (number >= 1),
    region       text NOT NULL CHECK (region ~ '^[0-9]{12}$'),
    need         text NOT NULL CHECK (need IN ('medical', 'education', 'housing', 'employment', 'disaster', 'urgent', 'care',
                                               'charity', 'other')),
    category     text NOT NULL,
    programme    text,
    organisation text,
    reason       text,
    outcome      text,
    amount       numeric(18, 2),
    delivered_on date,
    offered      date,
    due          date,
    overdue      boolean NOT NULL,
    made         date NOT NULL,
    UNIQUE (alert, need, number),
    CHECK ((programme IS NULL) = (organisation IS NULL)),
    CHECK (state IN ('proposed', 'cancelled') OR programme IS NOT NULL),
    CHECK (state IN ('proposed', 'cancelled') OR offered IS NOT NULL),
    CHECK (state NOT IN ('delivered', 'confirmed') OR (outcome IS NOT NULL AND delivered_on IS NOT NULL))
);
-- One referral under way for each need of an alert.
CREATE UNIQUE INDEX referral_open ON referral (alert, need) WHERE state NOT IN ('declined', 'confirmed', 'cancelled');
CREATE INDEX referral_due ON referral (due) WHERE state = 'offered' AND NOT overdue;
CREATE INDEX referral_household ON referral (household);
CREATE INDEX referral_organisation ON referral (organisation, referral);
CREATE INDEX referral_programme ON referral (programme) WHERE state IN ('offered', 'accepted');
