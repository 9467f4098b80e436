# A member's own page: inviting, and what became of one's invitations.

me-title = Invite someone
me-signed-in = You are signed in as
me-sign-out = Sign out
me-change-password = Change your password
me-app-title = Sign in with a chat app

## The form

invite-kind = Who is it for?
invite-kind-contact = A friend of yours
invite-kind-contact-hint = They get an account here, and you find each other in your contacts at once.
invite-kind-account = Somebody else
invite-kind-account-hint = They get an account here, without becoming your contact.
invite-kind-only-contact = Somebody with an account
invite-kind-only-contact-hint = Here or elsewhere: you become each other’s contacts, and no account is made.
invite-note = A few words from you
invite-note-hint = Shown to whoever opens the link, and to you in the list below. Leave it empty if you like.
invite-note-long = That is too long by { $n ->
    [one] one character
   *[other] { $n } characters
}.
invite-submit = Make the link
invite-left = { $n ->
    [one] You can make one more invitation today.
   *[other] You can make { $n } more invitations today.
}
invite-none-left = You can make your next invitation { $when }.
invite-too-many-open = You have as many open invitations as you may. When one is used, runs out or is taken back, you can make another.
invite-not-allowed = Inviting is up to the people who run { $site }.

## After making one

made-title = Ready to share
made-intro = Send this link to one person. You’ll see here when it’s used.
made-intro-many = { $n ->
    [one] Send this link to one person. You’ll see here when it’s used.
   *[other] Send this link to up to { $n } people. You’ll see here who has arrived.
}
made-link = The link
made-until = It works until { $date } ({ $relative }).
made-forever = It works until you take it back.
made-qr = Or let them point their camera at this square
made-here-only = This is a trial: the link opens on this computer only. For a friend’s phone, start it with --lan instead.
made-qr-label = A square that opens your invitation on a phone
made-your-words = Your words
made-another = To your invitations

## The list

list-title = Your invitations
list-empty-title = Nobody invited yet
list-empty = Start with one person you know well. Your link will be kept here, and you’ll see when it’s used.
list-made = Made { $when }
state-waiting = Waiting
state-waiting-until = Waiting, until { $date }
state-used = Used
state-used-by = { $name } joined { $when }
state-some = { $used ->
    [one] One person of { $of } joined
   *[other] { $used } people of { $of } joined
}
state-expired = Ran out { $when }
state-withdrawn = Taken back
list-show = Show the link
list-show-named = Show the link for { $note }
list-take-back = Take back
list-take-back-named = Take back the invitation for { $note }

## Taking back

revoke-title = Take this invitation back?
revoke-explain = Anyone who hasn’t joined yet will see that it no longer works.
revoke-submit = Take back
revoke-keep = Keep
notice-taken-back = The invitation was taken back.
notice-password-changed = Your password was changed.
notice-owner = { $site } is yours. Whom would you like to have here first?
