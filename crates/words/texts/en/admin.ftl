# The console, for those who look after a place.

admin-title = Looking after { $site }
admin-menu = Menu
admin-overview = Overview
admin-people = People
admin-group = Group
admin-groups = Groups
admin-own-page = Your own page
admin-invite-people = Invite people
admin-first-page = Back to the start
admin-next-page = Show more
admin-save = Save
admin-undo = Undo
admin-any = Any

## Overview

admin-number-people = People
admin-number-waiting = Open invitations
admin-number-used = Invitations used
admin-attention-expired = { $n ->
    [one] One invitation ran out before anybody came
   *[other] { $n } invitations ran out before everybody came
}
admin-number-new = New in 30 days
admin-empty-title = Nobody here yet. Good time to invite someone.
admin-empty = Start with one person you know well.
admin-attention = Worth a look
admin-attention-none = Nothing. Everything is as it should be.
admin-attention-deleted = { $n ->
    [one] One deleted account can still be restored
   *[other] { $n } deleted accounts can still be restored
}
admin-attention-disabled = { $n ->
    [one] One account is switched off
   *[other] { $n } accounts are switched off
}
admin-latest = Latest to arrive

## People

admin-find = Search
admin-find-name = Part of a name
admin-find-none = Try fewer filters, or another part of the name.
admin-find-all = Show everybody
admin-people-none = Nobody like that
admin-people-by = Invited by { $name }.
admin-role = Role
admin-state = State
admin-joined = Joined
admin-invited-by = Invited by
admin-invited-by-nobody = Nobody’s invitation
admin-role-limited = Limited
admin-role-limited-hint = Can chat, but invites nobody.
admin-role-member = Member
admin-role-member-hint = Can chat and invite, as far as the settings allow.
admin-role-admin = Admin
admin-role-admin-hint = Looks after invitations, people and groups.
admin-role-owner = Owner
admin-role-owner-hint = As an admin, and decides who else is one and how the place is set up.
admin-state-active = In use
admin-state-disabled = Switched off
admin-state-deleted = Deleted

## One person

admin-about = About
admin-erased = Can be restored until
admin-brought = Whom they brought
admin-brought-none = Nobody so far.
admin-brought-all = Show all
admin-groups-save = Save groups
admin-role-change = Change role
admin-role-title = Which role should { $name } have?
admin-this-is-you = This is you. Another owner or admin can change your role or your account.
admin-above-you = Only an owner can change this account.
admin-careful = With care
admin-careful-active = Switching an account off keeps everything and can be undone at any time. Deleting it can be undone for 30 days.
admin-careful-disabled = This account is switched off: nobody can sign in with it. Everything in it is kept.
admin-careful-deleted = This account is deleted. Until it is erased you can bring it back as it was, but its invitations stay withdrawn.
admin-disable = Switch off
admin-enable = Switch on again
admin-delete = Delete
admin-restore = Restore
admin-disable-title = Switch off the account of { $name }?
admin-disable-explain = { $name } is signed out everywhere and can’t sign in until you switch it on again. Open invitations by { $name } rest so long. Nothing is lost.
admin-delete-title = Delete the account of { $name }?
admin-delete-explain = { $name } is signed out everywhere, and open invitations by { $name } are withdrawn. You can restore the account for 30 days. After that everything in it is erased, and nobody else can ever take the name.
admin-done-role = { $name } has a new role.
admin-done-groups = The groups of { $name } are saved.
admin-done-disabled = The account of { $name } is switched off.
admin-done-enabled = { $name } can sign in again.
admin-done-deleted = The account of { $name } is deleted.
admin-done-restored = { $name } is back.
admin-no-not-allowed = That is not yours to do. Only an owner can change what is above an admin.
admin-no-last-owner = That is the last owner. Make somebody else an owner first.
admin-no-yourself = You can’t do that to your own account here. Ask another owner or admin.
admin-no-too-late = It is too late: the account has been erased.
admin-no-changed = Somebody else changed this in the meantime. This is how it is now.

## Invitations

admin-invites = Invitations
admin-invites-all = All invitations
admin-invites-by = Made by { $name }.
admin-invites-none = No invitations like that
admin-invites-none-hint = Try fewer filters, or make one.
admin-find-invite = Words in a note or name
admin-kind = Kind
admin-kind-friend = Account and contact
admin-kind-account = Account
admin-kind-group = Group link
admin-kind-contact = Contact
admin-kind-reset = New password
admin-kind-owner = Becoming the owner
admin-about-invite = Invitation
admin-made-by = Made by
admin-made-at = Made
admin-ends = Ends
admin-good-until = Good until
admin-uses = Used
admin-opened = Opened
admin-opened-times = { $n ->
    [0] Not yet
    [one] Once, about
   *[other] About { $n } times
}
admin-for-name = Keeps the name
admin-hello = First words
admin-invite-some = { $used } of { $of } joined
admin-invite-uses-of = { $used } of { $of }
admin-invite-full = All joined
admin-invite-expired = Ran out
admin-ticks = Ticked
admin-tick = Tick { $what }
admin-tick-all = Tick all
admin-with-ticked = With the ticked ones:
admin-none-ticked = Tick the invitations first.
admin-act-extend = Give more time
admin-act-renew = Make a new link
admin-several-extend = { $n ->
    [one] Give this invitation more time?
   *[other] Give these { $n } invitations more time?
}
admin-several-extend-explain = They will be good until { $date }. Used and withdrawn ones stay as they are.
admin-several-renew = { $n ->
    [one] Make a new link for this one?
   *[other] Make { $n } new links?
}
admin-renew-explain = Each gets a new link with the same promise and as much time again. The old links stop working.
admin-several-revoke = { $n ->
    [one] Take this invitation back?
   *[other] Take these { $n } invitations back?
}
admin-outcomes-done = { $done } of { $of } done.
admin-make-again = Make again
admin-new-links = Show the new links
admin-renewed = New link
admin-renewed-before = Has a new link already
admin-maker-gone = Its maker may no longer invite
admin-name-gone = Its name is no longer free
admin-not-renewed = Could not be made again
admin-not-extended = Stays as it is
admin-not-revoked = Used already
admin-gone = No longer here

## One invitation

admin-invite-done-renewed = This is the new link. The old one no longer works.
admin-invite-done-changed = Changed
admin-invite-successor = A newer link has its place
admin-invite-change = Change time and uses
admin-invite-until-now = Good until { $date }.
admin-uses-altogether = For how many people altogether?
admin-uses-so-far = { $n ->
    [0] Nobody has used it yet.
    [one] One person has used it.
   *[other] { $n } people have used it.
}
admin-history = What happened
admin-history-more = Only the latest are shown.
admin-event-made = Made
admin-event-joined = Joined
admin-event-contact = Became a contact
admin-event-password = Chose a new password
admin-event-withdrew = Taken back
admin-event-extended = Another end
admin-event-uses = Another number of people
admin-event-renewed = New link made
admin-event-took-over = Made in the place of an older one
admin-event-other = Something happened
admin-print = Print
admin-their-invites = Their invitations
admin-signed-in-where = Signed in
admin-signed-in = { $browsers ->
    [0] In no browser
    [one] In one browser
   *[other] In { $browsers } browsers
}, { $apps ->
    [0] with no app at this moment
    [one] with one app
   *[other] with { $apps } apps
}
admin-sign-out = Sign out everywhere
admin-sign-out-title = Sign { $name } out everywhere?
admin-sign-out-explain = Every browser and app where { $name } is signed in stops at once. The password stays as it is: whoever knows it can sign in again.
admin-done-signed-out = { $name } is signed out everywhere.
admin-reset = Help with the password
admin-reset-title = Make a link for a new password for { $name }?
admin-reset-explain = Send the link to { $name } and nobody else: whoever opens it chooses the password and gets the account. It works once and ends { $when }.
admin-reset-send = Send it to this person and nobody else.

## Making invitations

admin-make-what = What should it give?
admin-make-closed = New accounts are switched off in the settings, so only contacts can be invited.
admin-make-how = For how many?
admin-how-one = One person
admin-how-one-hint = A link that works once. The safest.
admin-how-group = A group, with one link
admin-how-group-hint = For a notice board or a group’s chat. Whoever has the link can join, up to the number below.
admin-how-many = Several people, each with a link of their own
admin-how-many-hint = Up to 200 links at once, to print or to save as a file.
admin-number = How many people?
admin-number-hint = Leave it empty for one person.
admin-hello-hint = Whoever opens the link reads them. Leave it empty if you like.
admin-make-more = Role, groups, time and more
admin-note = A note for yourselves
admin-note-hint = Only admins see it, in the list of invitations.
admin-keep-name = Keep a name for them
admin-keep-name-hint = Nobody else can take it while the invitation is open.
admin-life = How long is it good?
admin-life-usual = As usual here
admin-life-keep = As it is
admin-life-hour = One hour
admin-life-half-day = 12 hours
admin-life-day = One day
admin-life-week = One week
admin-life-month = Four weeks
admin-life-year = One year
admin-until = Or until the end of a day
admin-language = Language of the page
admin-language-any = The reader’s own
admin-no-kind = Choose what it should give.
admin-no-uses = Say for how many people: at least as many as have come already, and at most 5000.
admin-no-count = Say how many links: 2 to 200.
admin-no-name-for-many = A name can be kept for one person only.
admin-no-life = It can be good for a minute to a year from now.
admin-no-role = That role is above your own.
admin-no-groups = One of the groups is no longer there, or there are too many.
admin-no-group-link = That kind is for one person only. For a group, choose one that gives an account.
admin-no-long = The first words or the note are too long.
admin-batch-title = { $n ->
    [one] One link is ready
   *[other] { $n } links are ready
}
admin-batch-explain = Each works once. You find them in the list of invitations too, as long as they are open.
admin-batch-file = Save as a file
admin-batch-links = The links
admin-print-hint = Cut along the lines. Each square opens one invitation.

## From a list

admin-import = From a list
admin-import-list = The list
admin-import-hint = Up to 200 lines, as a spreadsheet saves them as CSV. The first line names the columns:
admin-import-look = Look at it first
admin-import-make = { $n ->
    [one] Make one link
   *[other] Make { $n } links
}
admin-import-line = Line
admin-import-who = For
admin-import-fine = Fine
admin-import-wrong = Some lines need another look. Nothing was made.
admin-import-later = Those were many in a row. Wait a minute, then send this again.
admin-import-unreadable = This can’t be read as a list.
admin-import-no-heading = The first line must name the columns: at least note or username.
admin-import-long = At most 200 lines at a time.
admin-import-empty = There are no people on the list.
admin-import-twice = The name stands on the list twice.
admin-import-role = There is no such role.
admin-import-taken = The name is taken.

## Groups

admin-groups-explain = People belong to groups, and an invitation can put them there from the start.
admin-groups-none = No groups yet
admin-groups-none-hint = A choir has its voices, a school its classes, a firm its teams.
admin-group-new = A new group
admin-group-make = Make the group
admin-group-members = { $n ->
    [0] Nobody yet
    [one] One person
   *[other] { $n } people
}
admin-group-bad-name = A group’s name has 1 to 64 characters.
admin-group-exists = There is a group of that name already.
admin-group-no-account = Nobody here has that name.
admin-group-who = The name of a person here
admin-group-add = Put in
admin-group-remove = Take out
admin-group-remove-named = Take out { $name }
admin-group-joined = { $name } belongs to the group.
admin-group-left = { $name } no longer belongs to the group.
admin-group-empty = Nobody belongs to it yet
admin-group-empty-hint = Put somebody in, or make an invitation that does.
admin-group-careful = Deleting a group deletes nobody’s account, but who belonged to it is forgotten.
admin-group-delete = Delete the group
admin-group-contacts-title = Contacts of each other
admin-group-contacts = Its members are each other’s contacts
admin-group-contacts-on = Whoever belongs to the group finds all others in it among their contacts.
admin-group-contacts-off = People in the group are not made each other’s contacts.
admin-group-contacts-begin = Make them contacts
admin-group-contacts-end = No longer make them contacts
admin-group-invite = Invite into this group
admin-group-delete-title = Delete the group { $name }?
admin-group-delete-explain = { $n ->
    [0] Nobody belongs to it.
    [one] One person belongs to it and keeps the account. Who belonged to the group can’t be brought back.
   *[other] { $n } people belong to it and keep their accounts. Who belonged to the group can’t be brought back.
}
admin-group-deleted = The group { $name } is deleted.

## Settings

admin-settings = Settings
admin-settings-owners = Only an owner can change these.
admin-settings-saved = The settings are saved.
admin-setting-locked = Fixed by the configuration file.
admin-setting-wrong = This can’t be used.
admin-set-place = The place
admin-set-name = Name
admin-set-name-hint = What the pages call this place.
admin-set-sentence = One sentence about it
admin-set-colour = Colour
admin-set-colour-hint = Like #7a2e8e. It is made darker or lighter where text in it could not be read.
admin-set-support = Whom to ask
admin-set-support-hint = A mail address or a link, shown on every page. Several with commas between them.
admin-set-terms = Terms of use
admin-set-privacy = What happens to people’s data
admin-set-web-hint = A web address.
admin-set-card = Say who invites when a chat app shows a preview of a link
admin-set-card-hint = Everybody in that chat sees it.
admin-set-made-with = Name the program at the foot of each page
admin-set-invites = Invitations
admin-set-accounts = New accounts can be made
admin-set-members = Members’ invitations make accounts, not only contacts
admin-set-contacts = Members may invite contacts
admin-set-contacts-hint = Without it and the one above, only admins invite.
admin-set-open = Open invitations a member may have
admin-set-day = Invitations a member may make in a day
admin-set-limit-hint = Admins have no such limit.
admin-set-life = How long an invitation is good
admin-set-carry = An invitation may travel through an app store
admin-set-carry-hint = It is still there once the app is installed, and the store sees the link.

## Keys for programs

admin-keys = Keys for programs
admin-keys-explain = With a key, a program does what you would do here: make invitations from your own website, say.
admin-keys-none = No keys yet
admin-keys-none-hint = You need none unless a program of yours asks for one.
admin-key-make = Make a key
admin-key-submit = Make the key
admin-key-name = What is it for?
admin-key-name-hint = So that you know later which program has it.
admin-key-scopes = It may
admin-key-role = It acts as
admin-key-life = It is good for
admin-key-no-end = No end
admin-key-over = No longer good
admin-key-used = Last used
admin-key-unused = Never
admin-key-made = The key is ready
admin-key-once = Copy it now: it is shown this once. Whoever has it can do what you ticked, so keep it like a password.
admin-key-revoked = The key was taken back.
admin-key-revoke-named = Take back the key for { $name }
admin-key-revoke-title = Take back the key for { $name }?
admin-key-revoke-explain = The program that has it is refused at once. This can’t be undone, but you can make another key.
admin-key-no-scope = Tick at least one thing it may do.
admin-key-bad-name = Say in 1 to 64 characters what it is for.
admin-key-too-many = There are as many keys as there can be. Take one back first.
admin-scope-invites-read = See invitations with their links
admin-scope-invites-write = Make and change invitations
admin-scope-accounts-read = See people
admin-scope-accounts-write = Make, change and delete accounts
admin-scope-groups-read = See groups
admin-scope-groups-write = Make and change groups
admin-scope-hosts-read = See settings
admin-scope-hosts-write = Change settings
admin-scope-compat = Only what programs written for Prosody call

## The password again

admin-again-title = Is it still you?
admin-again = What you are about to do matters, so please type your password once more. It is good for 15 minutes then.
admin-again-submit = Go on
