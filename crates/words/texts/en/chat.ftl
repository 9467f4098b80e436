# What a chat app shows of the server: forms, results and why something did not work. Plain text, no marks.

## Registering

chat-register-title = Create your account
chat-register-intro = Choose a name and a password. The name can’t be changed later.
chat-register-intro-fixed = This name was kept for you. All that is missing is a password.
chat-register-intro-inviter = { $inviter } invited you and will be your first contact. Choose a name and a password.
chat-reset-title = Choose a new password
chat-reset-intro = Choose a new password for { $account }.
chat-registered-title = Your account
chat-registered-intro = You have an account here. You can change its password.
chat-field-name = Name
chat-field-password = Password
chat-invite-only = This place is joined by invitation only. Open the link that somebody here sent you.
chat-invite-only-page = This place is joined by invitation only. Open the link that somebody here sent you, or read more at { $url }
chat-closed = This place takes no new accounts.
chat-dead-invite = This invitation is not valid. It may have been used, run out or been taken back.
chat-once = An account was made on this connection already. Sign in with it.
chat-need-name = A name is missing.
chat-need-password = A password is missing.
chat-other-name = This invitation is for another name.
chat-no-account = There is no such account.
chat-not-your-name = Only the password of your own account can be changed here.
chat-last-owner = You are the last owner here. Make somebody else an owner first.
chat-too-many = Those were many tries in a row. Try again { $when }.
chat-busy = There is much to do here at this moment. Try again in a minute.
chat-disk-full = There is no room left here to keep anything new. Nothing was changed; try again later.

## Inviting

chat-joined = { $name } joined with your invitation.
chat-command-invite = Invite somebody
chat-command-account = Create an invitation to an account
chat-command-reset = Create a link for a new password
chat-command-no = This is not available to you.
chat-commands = What you can do here
chat-invited-title = Your invitation
chat-invited-uri = For chat apps
chat-invited-url = Link to share
chat-invited-expire = Works until
chat-account-title = Invite somebody to an account
chat-account-name = Name to keep for them (may stay empty)
chat-account-friends = Become contacts
chat-account-max-uses = For how many people (one where empty)
chat-account-expiry = How long it works
chat-account-expiry-usual = As long as usual
chat-account-expiry-hour = One hour
chat-account-expiry-day = One day
chat-account-expiry-week = One week
chat-account-expiry-month = Four weeks
chat-account-note = A note for yourself
chat-account-hello = Your first message to them
chat-account-groups = Groups they join (one a line)
chat-reset-command-title = A link for a new password
chat-reset-account = Whose password (address)
chat-command-invites = Your invitations
chat-invites-none = There are no invitations here.
chat-invites-which = Invitation
chat-invites-what = What to do
chat-invites-show = Show its link
chat-invites-renew = Make a new link in its place
chat-invites-revoke = Take it back
chat-invites-older = Show older ones
chat-invites-revoked = It is taken back. Nobody can use that link any more.
chat-invites-unknown = There is no such invitation.
chat-invites-over = That invitation is over.
chat-invites-kind-account = An account
chat-invites-kind-friend = A friend
chat-invites-kind-contact = A contact
chat-invites-kind-reset = A new password
chat-invites-waiting = waiting
chat-invites-used = used
chat-invites-full = all places taken
chat-invites-expired = run out
chat-invites-withdrawn = taken back
chat-invites-line = { $what } ({ $state }, end: { $when })
chat-invites-line-of = { $what }, from { $maker } ({ $state }, end: { $when })
chat-command-remove-and-block = Remove and block somebody
chat-remove-and-block-intro = You no longer see each other, and nothing they send reaches you. They are not told why.
chat-remove-and-block-who = Whom (address)
chat-remove-and-block-done = { $contact } is removed and blocked.
chat-too-many-open = { $limit ->
    [one] You have one open invitation already, and that is as many as there may be.
   *[other] You have { $limit } open invitations already, and that is as many as there may be.
}
chat-too-many-open-until = { $limit ->
    [one] You have one open invitation already, and that is as many as there may be. You can invite again { $when }, or as soon as it is used or taken back.
   *[other] You have { $limit } open invitations already, and that is as many as there may be. You can invite again { $when }, or as soon as one is used or taken back.
}
chat-too-many-today = You have made as many invitations as you may within a day.
chat-too-many-today-until = You have made as many invitations as you may within a day. You can invite again { $when }.
chat-name-promised = Another invitation keeps that name already.
chat-needs-form = Fill in the form first.
