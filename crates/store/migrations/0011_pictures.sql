-- Which picture a card has in it, so that presence can say so without reading the card.
ALTER TABLE vcard ADD COLUMN picture BLOB CHECK (picture IS NULL OR length(picture) = 20);
