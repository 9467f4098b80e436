# A member's own page: inviting, and what became of one's invitations.

me-title = Invite someone
me-signed-in = You are signed in as
me-sign-out = Sign out
me-change-password = Change your password
me-app-title = Sign in with a chat app
me-devices = Where you are signed in
me-leave = Leave and delete your account
me-console = Look after this place

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
invite-more = More choices
invite-name = Keep a name for them
invite-name-hint = Nobody else can take it while the link works. Leave it empty and they choose one themselves.
invite-name-no-account = A name can only be kept for somebody who gets an account here.
invite-reminder = A reminder for you
invite-reminder-hint = Only you see it, in the list below.
invite-life = How long the link works
life-days = { $n ->
    [one] One day
   *[other] { $n } days
}
life-hours = { $n ->
    [one] One hour
   *[other] { $n } hours
}
invite-language = The language of the page behind the link
invite-language-theirs = Whatever their device speaks
invite-submit = Make the link
invite-left = { $n ->
    [one] You can make one more invitation today.
   *[other] You can make { $n } more invitations today.
}
invite-none-left = You can make your next invitation { $when }.
invite-too-many-open = You have as many open invitations as you may. When one is used, runs out or is taken back, you can make another.
invite-too-many-open-until = You have as many open invitations as you may. Take one back, or wait until one is used; the first runs out { $when }, on { $date }, and then you can make another.
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
made-qr = Or let them point their camera at this square
made-here-only = This is a trial: the link opens on this computer only. For a friend’s phone, start it with --lan instead.
made-qr-label = A square that opens your invitation on a phone
made-your-words = Your words
made-name = The name { $name } is kept for them.
invitation-title = Your invitation
history-title = What became of it
history-made = You made it
history-joined = { $name } joined
history-contact = { $name } became your contact
history-taken-back = You took it back
history-taken-away = Taken back by the people who run { $site }
history-extended = Kept open for longer
history-uses = Made good for another number of people
history-replaced = A new link took its place
history-took-over = It took the place of an older link
extend-submit = Keep it open until { $date }
renew-submit = Make a new link
renew-hint = The new link promises the same, and this one stops working at once: for when it got lost, or into the wrong hands.
renew-hint-over = The new link promises what this one did.
renew-newer = To the newer link
renew-name-taken = Somebody else has that name by now. Make a new invitation with another one.
renew-over = This one can’t be changed any more. Here is what became of it.
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
state-replaced = A new link has its place
list-show = Show the link
list-show-named = Show the link for { $note }
list-take-back = Take back
list-take-back-named = Take back the invitation for { $note }
list-look = What happened
list-look-named = What happened to the invitation for { $note }
list-older = Older ones
list-newest = Back to the newest
list-opened = Opened { $n ->
    [one] once
   *[other] { $n } times
}

## Taking back

revoke-title = Take this invitation back?
revoke-explain = Anyone who hasn’t joined yet will see that it no longer works.
revoke-submit = Take back
revoke-keep = Keep
notice-taken-back = The invitation was taken back.
notice-password-changed = Your password was changed.
notice-owner = { $site } is yours. Whom would you like to have here first?
notice-extended = The link works for longer now.
notice-renewed = Here is the new link. The old one no longer works.
notice-signed-out = That one is signed out.
notice-others-signed-out = You are signed out everywhere but here.

## Where one is signed in

devices-title = Where you are signed in
devices-intro = Every app and browser that uses your account, or can come back to it without your password.
devices-apps = Chat apps
devices-apps-none = No chat app is signed in at this moment.
devices-app = A chat app
devices-app-connected = Connected, signed in { $since }
devices-app-lost = Not connected just now, signed in { $since }
devices-app-away = Away, last signed in { $since }. It can come back without your password.
devices-browsers = Browsers
devices-browser = A browser
devices-browser-on = { $browser } on { $device }
devices-browser-facts = Signed in { $since }, last here { $seen }
devices-this = This is the one you are using
devices-end = Sign out
devices-end-named = Sign out { $name }
devices-end-others = Sign out everywhere but here
devices-lost = An app that knows your password can sign in again. If a phone is lost, or somebody may know your password, choose a new one: then nothing gets back in without it.
password-effect = When you change it, every other app and browser is signed out, and asks for the new one.

## Leaving

leave-title = Leave for good?
leave-intro = This deletes your account at { $site }.
leave-at-once = You are signed out everywhere at once, and nobody can write to you here any more.
leave-invites = Your open invitations stop working. People you brought here stay.
leave-thirty = For 30 days the people who run this place can bring your account back if you ask them. Then everything in it is erased.
leave-name = Nobody else will get your name, so nobody can pretend to be you.
leave-last-owner = You are the only owner of { $site }. Make somebody else an owner first, then you can go.
leave-password = Your password, to be sure it’s you
leave-submit = Delete my account
leave-stay = Stay
left-title = Goodbye
left-intro = Deleted:
left-until = If you change your mind, write to the people who run this place before { $date }.
