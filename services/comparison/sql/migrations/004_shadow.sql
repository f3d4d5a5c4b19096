-- Why: a policy that is to come is evaluated beside the one in force; what it would find stands apart, publishes nothing, and
-- goes when the policy is taken off the list.

-- `digest`: the text under which the findings stand; another one is evaluated again.
CREATE TABLE shadow (
    policy text PRIMARY KEY,
    digest text NOT NULL,
    since  date NOT NULL
);

-- The person of a household's own finding is the nil UUID, so that a key holds it.
CREATE TABLE shadow_finding (
    policy    text NOT NULL,
    household uuid NOT NULL,
    kind      text NOT NULL,
    category  text NOT NULL,
    person    uuid NOT NULL,
    rule      text NOT NULL,
    region    text NOT NULL,
    since     date NOT NULL,
    monthly   int8,
    enrolled  int8,
    PRIMARY KEY (policy, household, kind, category, person)
) WITH (fillfactor = 80);
