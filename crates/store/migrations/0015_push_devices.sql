-- Which installation registered, where it has said so: it is woken no more when it is signed out.
ALTER TABLE push ADD COLUMN agent BLOB CHECK (length(agent) = 16);
