# Pages that somebody meets who was just invited. Plain words only; a test in the web crate
# lists the technical ones that may not appear.

## Every page

frame-language = Language
frame-questions = Questions? Write to
frame-terms = Terms
frame-privacy = Privacy
frame-made-with = Made with Parlour
frame-copy = Copy
frame-copied = Copied
frame-share = Share
frame-back = Back

## Landing: who invites, and to what

landing-title-personal = { $inviter } would like to chat with you
landing-title-place = You’re invited to { $site }
landing-private = This is a private invitation to { $site }.
landing-open = This is an invitation to { $site }.
landing-invited-by = { $inviter } sent you this invitation.
landing-members = { $n ->
    [one] One person is here already.
   *[other] { $n } people are here already.
}
landing-hello-from = { $inviter } writes
landing-until = This link works until { $date } ({ $relative }).
landing-until-for-more = { $n ->
    [one] This link works for one more person, until { $date }.
   *[other] This link works for { $n } more people, until { $date }.
}
landing-for-more = { $n ->
    [one] This link works for one more person.
   *[other] This link works for { $n } more people.
}

## Landing: what to do, by device

landing-continue-with = Continue with { $app }
landing-android-carried = If you have { $app }, it opens. If not, Google Play does, and your invitation travels along.
landing-get = Get { $app }
landing-get-carried = Google Play opens, and your invitation travels along with { $app }.
landing-have-it = I have { $app }, continue
landing-have-app = I have { $app } already
landing-step-get = Get the app
landing-step-return = Come back to this page
landing-step-return-hint = It stays open for you. Your invitation goes into the app from here.
landing-phone-title = Use your phone
landing-phone-hint = Point your phone’s camera at this square.
landing-qr-label = A square that opens this invitation on a phone
landing-computer = Use this computer
landing-computer-hint = Choose a name here, then sign in with any chat app you like.
landing-here = Make your account on this page instead
landing-open-link = Open the invitation in your app
landing-in-app-title = Nothing happens when you tap?
landing-in-app = Open this page in your normal browser: tap the menu, then “Open in browser”. Or copy the link and paste it there.
landing-link-label = The link to this page

## Landing: the quiet part

landing-opened-title = Did the app open?
landing-opened = If not, it may not be installed yet. Get it first, then come back and tap again. This page waits for you.
landing-more-apps = More apps
landing-computer-apps = Apps for this computer
landing-more-apps-hint = They all work together: it doesn’t matter which one your friends use.
landing-app-get = Get
landing-app-sign-in = Choose a name here first, then sign in there.
landing-have-title = I already have an app or an account
landing-have-account = You can keep the account you have. Open the invitation in your app, and { $inviter } becomes a contact there.
landing-have-app-only = Open the invitation in the app you have.
landing-what-title = What is this?
landing-what = { $site } is a place to chat with people you know. It asks for no phone number and no address book, and you choose the app.
landing-what-standard = It uses an open standard called XMPP.
landing-ipad-title = On an iPad?

## Landing for a contact alone

landing-contact-explain = { $inviter } sent you their contact. To accept it you need a chat account. Any will do, also one you have already.
landing-contact-accept = Add { $inviter }
landing-contact-none-title = I have no account yet
landing-contact-none = This link adds a contact and can’t make an account. Ask { $inviter } for an invitation that does, or make an account with any provider your app suggests.

## Preview card

card-personal = { $inviter } invited you to { $site }
card-place = You’re invited to { $site }
card-text = A private place to chat. No phone number needed.
card-until = Works until { $date }.

## Links that lead nowhere any more

dead-expired-title = This invitation has run out
dead-expired = It was meant to be used by { $date }.
dead-expired-undated = It was meant to be used some time ago.
dead-expired-ask = { $inviter } can send you a fresh one in a moment.
dead-expired-ask-anybody = Whoever sent it to you can send a fresh one in a moment.
dead-used-title = This invitation has been used
dead-used = Was it you? Then you have an account already: sign in with your chat app, or here to invite others.
dead-used-ask = If it wasn’t you, ask the person who sent it for a new one.
dead-withdrawn-title = This invitation was taken back
dead-withdrawn = If you think that’s a mistake, ask the person who sent it.
dead-full-title = All places are taken for now
dead-full = Everyone this link was made for has arrived. Ask the person who sent it for a new one.
dead-unknown-title = We don’t know this link
dead-unknown = Part of it may be missing. Try opening it again from the original message.
dead-help = If that doesn’t help, write to

## Choosing a name

register-title = Choose a name
register-title-fixed = Choose a password
register-name-hint = People will find you as this. You can’t change it later, but you can show any display name you like.
register-name-fixed = This name was kept for you. All that is missing is a password.
register-submit = Create my account
register-for = You are joining { $site }.
register-for-inviter = You are joining { $site }. { $inviter } will be your first contact.
owner-title = Become the owner of { $site }
owner-intro = You are the first one here. As the owner you decide who may invite others, and you can hand the keys on.
owner-submit = Become the owner
field-name = Name
field-name-hint = Small letters, digits, dots and dashes.
field-password = Password
field-password-hint = At least 8 characters. Four or five words in a row are easy to remember and hard to guess.
field-password-once = You type it only once, so take your time.
field-show = Show
field-hide = Hide
error-summary = Please look at this again
error-name-empty = Choose a name first.
error-name-malformed = A name can have small letters, digits, dots and dashes, and no spaces.
error-name-long = That name is too long.
error-name-taken = Someone here already uses { $name }.
error-name-reserved = That name is kept for somebody else.
error-name-suggest = How about one of these?
error-name-pick = Take the name { $name }
error-password-short = Make it at least 8 characters long.
error-password-long = That is longer than apps can handle. 128 characters are plenty.
error-password-common = That password is on every list of easy guesses. Choose another.
error-password-odd = There is a character in it that some apps would send differently. Leave it out, please.
error-form-stale = This page was open for a long while, so we ask you to send it once more. Nothing was lost.
error-try-later = Those were many tries in a row. Wait { $minutes ->
    [one] a minute
   *[other] { $minutes } minutes
}, then send this again.

## You're in

success-title = You’re in, { $name }
success-contact = { $inviter } is in your contacts already.
success-address = Your address
success-address-hint = This is how people find you, and how you sign in.
success-next-title = Now sign in with an app
success-step-get = Get { $app }
success-step-get-hint = Or any other from the list of apps below.
success-step-sign-in = Choose to sign in with an account you already have
success-step-sign-in-hint = Not to make a new one: you have yours now.
success-step-type = Enter your address and the password you just chose
success-password-hint = We can’t show you the password again. Keep it where you find it.
success-invite = Invite someone
success-other-apps = Other apps

## Signing in and passwords

sign-in-title = Sign in
sign-in-intro = With the name and password you use in your chat app.
sign-in-submit = Sign in
sign-in-name-hint = The part of your address before @.
sign-in-wrong = That name and password don’t go together.
sign-in-forgot = Forgot your password?
sign-in-forgot-help = Write to
sign-in-forgot-nobody = Ask the person who runs this place for a link to choose a new one.
reset-title = Choose a new password
reset-intro = This is for
reset-effect = Every app and browser that is signed in will ask for the new one.
reset-submit = Save the new password
reset-done-title = Your new password is set
reset-done = Use it the next time an app asks.
password-title = Change your password
password-current = Current password
password-new = New password
password-current-wrong = That isn’t your password.
password-submit = Change it

## When something goes wrong

problem-forbidden-title = This page was open too long
problem-forbidden = For your safety we only accept a form that this browser got from us a short while ago. Go back, load the page again and send it once more. If that doesn’t help, allow this page to store cookies.
problem-not-yours-title = This page is for the people who run { $site }
problem-not-yours = You are signed in, but these pages are for those who look after the place. If you should be one of them, ask one who is.
problem-unreadable-title = That didn’t come through
problem-unreadable = Your browser sent something we can’t read. Go back, load the page again and send it once more.
problem-insecure-title = This page needs a safe connection
problem-insecure = Passwords don’t travel in the open. Use the address that begins with https. (If you run this place behind a proxy: let it send the header X-Forwarded-Proto: https, and name it in trusted_proxies.)
problem-missing-title = There is nothing here
problem-missing = The address may be mistyped, or what was here has gone.
problem-gone-title = This is no longer here
problem-gone = It was here once, and has been removed.
problem-elsewhere-title = You have the right house, but the wrong door
problem-elsewhere = Nothing is kept under the address you typed. Check it against the message it came in.
problem-busy-title = One moment, please
problem-busy = There were many tries from your connection. Try again { $when }.
problem-overloaded = There is too much to do here at this moment. Nothing was changed; try again in a minute.
problem-full-title = No room at the moment
problem-full = There is no room left here to keep anything new, so nothing was changed. Whoever runs the place has been told. Links stay good; try again later.
problem-fault-title = That’s our fault
problem-fault = Something went wrong on our side. Nothing you did caused it; trying again in a minute often works.
problem-reference = If you write to us, mention this number:

## Setting up one app

setup-title = Set up { $app }
setup-for = This is for your invitation to { $site }.
setup-for-contact = This is for the contact that { $inviter } sent you.
setup-get-carried = Google Play hands your invitation to the app. From anywhere else, come back to this page afterwards.
setup-return-carried = If the app does not know about your invitation yet, tap here.
setup-name-first = Choose a name here
setup-name-first-hint = { $app } can’t open invitations, so your account is made on this page.
setup-sign-in = Sign in with { $app }
setup-sign-in-hint = The next page shows your address, ready to copy. Choose to sign in with an account you already have.
setup-own-account = Sign in there
setup-own-account-hint = With an account you already have, or with one from a provider the app suggests.
setup-add-hint = Choose to add a contact, and paste this address.
setup-add-address = The address to add
setup-other-app = Choose another app
landing-step-get-beside = It opens beside this page, so you can come back.
landing-no-phone = No phone number needed.
landing-other-devices = For other devices
landing-fdroid-instead = No Google Play? Get it from F-Droid
landing-fdroid-free = { $app } may cost a little at Google Play. At F-Droid it’s free
landing-try-again = Try again
landing-way-out = Open in my browser

## Home, and joining without an invitation

home-intro = A place to chat with people you know.
home-sign-in-hint = To invite others, or to change your password.
home-join = Create an account
home-sign-in = I have an account: sign in
home-how-title = How do I get in?
home-how = With an invitation from somebody who is here already. Ask them for a link: it takes them a moment.
home-needs-title = You need an invitation
home-needs = Nobody joins { $site } without one. Whoever told you about it can send you a link.

## A password made for somebody

register-make = Make a password for me
password-made-title = Keep this somewhere safe
password-made-hint = This is your password. You’ll need it in your app, and whenever you change phones. We can’t show it again.
password-made-label = Your password
password-made-save = Save as file
password-file = { $site }
    Address: { $address }
    Password: { $password }
success-step-type-made = Enter your address and the password above
success-halves = Does the app ask for more?
success-halves-hint = Some want the two halves of your address apart.
success-half-name = Before the @
success-half-place = After the @

## Printing

print-title = Print this invitation
print-button = Print
print-one = One on a page
print-eight = 8 slips
print-many = 24 slips
print-slip = Point your phone’s camera at this square, or type:
print-single = This link lets in one person, so one is enough.
print-back = Back to the invitation
