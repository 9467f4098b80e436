-- Debian's prosody-modules has mod_invites_register_web and not this, which it asks for two things.
function get_policy()
	return { length = 8 };
end

function check_password(password)
	return #password >= 8, "too short", "length";
end
