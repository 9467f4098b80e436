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
admin-group-remove-named = Take { $name } out of the group
admin-group-joined = { $name } belongs to the group.
admin-group-left = { $name } no longer belongs to the group.
admin-group-empty = Nobody belongs to it yet
admin-group-empty-hint = Put somebody in, or make an invitation that does.
admin-group-careful = Deleting a group deletes nobody’s account, but who belonged to it is forgotten.
admin-group-delete = Delete the group
admin-group-delete-title = Delete the group { $name }?
admin-group-delete-explain = { $n ->
    [0] Nobody belongs to it.
    [one] One person belongs to it and keeps the account. Who belonged to the group can’t be brought back.
   *[other] { $n } people belong to it and keep their accounts. Who belonged to the group can’t be brought back.
}
admin-group-deleted = The group { $name } is deleted.

## The password again

admin-again-title = Is it still you?
admin-again = What you are about to do matters, so please type your password once more. It is good for 15 minutes then.
admin-again-submit = Go on
