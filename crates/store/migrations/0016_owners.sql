-- Acts on accounts ask how many owners there are: found without looking at everybody else.
CREATE INDEX account_owner ON account (host) WHERE role = 'owner';
