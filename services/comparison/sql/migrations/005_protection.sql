-- Why: what some datasets say of a person may be used only while that person's authorisation is in force.

-- Since which facts event a dataset needs it, or needs it no longer; a dataset without a row never did.
CREATE TABLE protection (
    dataset   text NOT NULL,
    seq       int8 NOT NULL,
    protected bool NOT NULL,
    PRIMARY KEY (dataset, seq)
);

-- Whether the rules that governed held such datasets back (setting require_authorisation).
ALTER TABLE policy_in_force ADD COLUMN authorisation bool NOT NULL DEFAULT false;
