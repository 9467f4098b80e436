# Seiten für jemanden, der gerade eingeladen wurde. Angeredet wird mit »du«.

frame-language = Sprache
frame-questions = Fragen? Schreib an
frame-terms = Bedingungen
frame-privacy = Datenschutz
frame-made-with = Gemacht mit Parlour
frame-copy = Kopieren
frame-copied = Kopiert
frame-share = Teilen
frame-back = Zurück

landing-title-personal = { $inviter } möchte mit dir chatten
landing-title-place = Du bist eingeladen: { $site }
landing-private = Das ist eine persönliche Einladung zu { $site }.
landing-open = Das ist eine Einladung zu { $site }.
landing-invited-by = { $inviter } hat dir diese Einladung geschickt.
landing-members = { $n ->
    [one] Ein Mensch ist schon da.
   *[other] { $n } Leute sind schon da.
}
landing-hello-from = { $inviter } schreibt
landing-until = Dieser Link gilt bis { $date } ({ $relative }).
landing-until-for-more = { $n ->
    [one] Dieser Link gilt noch für eine Person, bis { $date }.
   *[other] Dieser Link gilt noch für { $n } Personen, bis { $date }.
}
landing-for-more = { $n ->
    [one] Dieser Link gilt noch für eine Person.
   *[other] Dieser Link gilt noch für { $n } Personen.
}

landing-continue-with = Weiter mit { $app }
landing-android-carried = Hast du { $app }, öffnet es sich. Wenn nicht, öffnet sich Google Play, und deine Einladung kommt mit.
landing-get = { $app } holen
landing-get-carried = Google Play öffnet sich, und deine Einladung kommt mit { $app } mit.
landing-have-it = Ich habe { $app }, weiter
landing-have-app = Ich habe { $app } schon
landing-step-get = Hol dir die App
landing-step-return = Komm auf diese Seite zurück
landing-step-return-hint = Sie bleibt für dich offen. Von hier kommt deine Einladung in die App.
landing-phone-title = Nimm dein Telefon
landing-phone-hint = Halte die Kamera deines Telefons auf dieses Quadrat.
landing-qr-label = Ein Quadrat, das diese Einladung auf einem Telefon öffnet
landing-computer = Diesen Computer benutzen
landing-computer-hint = Such dir hier einen Namen aus und melde dich dann mit einer Chat-App deiner Wahl an.
landing-here = Lieber gleich hier ein Konto anlegen
landing-open-link = Die Einladung in deiner App öffnen
landing-in-app-title = Beim Tippen passiert nichts?
landing-in-app = Öffne diese Seite in deinem normalen Browser: tippe auf das Menü, dann auf »Im Browser öffnen«. Oder kopiere den Link und füge ihn dort ein.
landing-link-label = Der Link zu dieser Seite

landing-opened-title = Hat sich die App geöffnet?
landing-opened = Wenn nicht, ist sie vielleicht noch nicht installiert. Hol sie dir zuerst, komm dann zurück und tippe noch einmal. Diese Seite wartet auf dich.
landing-more-apps = Weitere Apps
landing-computer-apps = Apps für diesen Computer
landing-more-apps-hint = Sie verstehen sich alle: es ist egal, welche deine Freunde benutzen.
landing-app-get = Holen
landing-app-sign-in = Such dir zuerst hier einen Namen aus und melde dich dann dort an.
landing-have-title = Ich habe schon eine App oder ein Konto
landing-have-account = Du kannst dein Konto behalten. Öffne die Einladung in deiner App, und { $inviter } steht dort in deinen Kontakten.
landing-have-app-only = Öffne die Einladung in der App, die du hast.
landing-what-title = Was ist das?
landing-what = { $site } ist ein Ort zum Chatten mit Menschen, die du kennst. Er fragt weder nach einer Telefonnummer noch nach deinem Adressbuch, und die App suchst du dir aus.
landing-what-standard = Dahinter steht ein offener Standard namens XMPP.
landing-ipad-title = Auf einem iPad?

landing-contact-explain = { $inviter } hat dir einen Kontakt geschickt. Um ihn anzunehmen, brauchst du ein Chat-Konto. Jedes ist recht, auch eines, das du schon hast.
landing-contact-accept = { $inviter } hinzufügen
landing-contact-none-title = Ich habe noch kein Konto
landing-contact-none = Dieser Link fügt einen Kontakt hinzu und kann kein Konto anlegen. Bitte { $inviter } um eine Einladung, die das kann, oder leg ein Konto bei einem Anbieter an, den deine App vorschlägt.

card-personal = { $inviter } hat dich zu { $site } eingeladen
card-place = Du bist eingeladen: { $site }
card-text = Ein privater Ort zum Chatten, ohne Telefonnummer.
card-until = Gilt bis { $date }.

dead-expired-title = Diese Einladung ist abgelaufen
dead-expired = Sie galt bis { $date }.
dead-expired-undated = Sie galt nur bis vor einiger Zeit.
dead-expired-ask = { $inviter } kann dir im Handumdrehen eine neue schicken.
dead-expired-ask-anybody = Wer sie dir geschickt hat, kann dir im Handumdrehen eine neue schicken.
dead-used-title = Diese Einladung wurde schon benutzt
dead-used = Warst du das? Dann hast du schon ein Konto: melde dich mit deiner Chat-App an, oder hier, um andere einzuladen.
dead-used-ask = Wenn nicht, bitte den Menschen, der sie dir geschickt hat, um eine neue.
dead-withdrawn-title = Diese Einladung wurde zurückgenommen
dead-withdrawn = Wenn du das für ein Versehen hältst, frag den Menschen, der sie dir geschickt hat.
dead-full-title = Zurzeit sind alle Plätze besetzt
dead-full = Alle, für die dieser Link gemacht war, sind da. Bitte den Menschen, der ihn dir geschickt hat, um einen neuen.
dead-unknown-title = Diesen Link kennen wir nicht
dead-unknown = Vielleicht fehlt ein Stück. Versuch, ihn noch einmal aus der ursprünglichen Nachricht zu öffnen.
dead-help = Wenn das nicht hilft, schreib an

register-title = Such dir einen Namen aus
register-title-fixed = Such dir ein Passwort aus
register-name-hint = So finden dich andere. Er lässt sich später nicht ändern, aber du kannst einen beliebigen Namen anzeigen lassen.
register-name-fixed = Dieser Name wurde für dich freigehalten. Es fehlt nur noch ein Passwort.
register-submit = Mein Konto anlegen
register-for = Du kommst zu { $site }.
register-for-inviter = Du kommst zu { $site }. { $inviter } wird dein erster Kontakt.
owner-title = { $site } übernehmen
owner-intro = Du bist als Erstes hier. Wem der Ort gehört, bestimmt, wer andere einladen darf, und kann die Schlüssel weitergeben.
owner-submit = Übernehmen
field-name = Name
field-name-hint = Kleine Buchstaben, Ziffern, Punkte und Bindestriche.
field-password = Passwort
field-password-hint = Mindestens 8 Zeichen. Vier oder fünf Wörter hintereinander merkt man sich leicht und errät man schwer.
field-password-once = Du gibst es nur einmal ein, also lass dir Zeit.
field-show = Zeigen
field-hide = Verbergen
error-summary = Bitte sieh hier noch einmal nach
error-name-empty = Such dir zuerst einen Namen aus.
error-name-malformed = Ein Name kann kleine Buchstaben, Ziffern, Punkte und Bindestriche haben, aber keine Leerzeichen.
error-name-long = Dieser Name ist zu lang.
error-name-taken = { $name } heißt hier schon jemand.
error-name-reserved = Dieser Name ist für jemand anderen freigehalten.
error-name-suggest = Wie wäre es mit einem von diesen?
error-name-pick = Den Namen { $name } nehmen
error-password-short = Nimm mindestens 8 Zeichen.
error-password-long = Das ist länger, als Apps vertragen. 128 Zeichen sind reichlich.
error-password-common = Dieses Passwort steht auf jeder Liste leichter Treffer. Nimm ein anderes.
error-password-odd = Darin ist ein Zeichen, das manche Apps anders senden würden. Lass es bitte weg.
error-form-stale = Diese Seite war lange offen, deshalb bitten wir dich, noch einmal zu senden. Es ging nichts verloren.
error-try-later = Das waren viele Versuche hintereinander. Warte { $minutes ->
    [one] eine Minute
   *[other] { $minutes } Minuten
} und sende dann noch einmal.

success-title = Du bist drin, { $name }
success-contact = { $inviter } steht schon in deinen Kontakten.
success-address = Deine Adresse
success-address-hint = So findet man dich, und so meldest du dich an.
success-next-title = Melde dich jetzt mit einer App an
success-step-get = Hol dir { $app }
success-step-get-hint = Oder eine andere App aus der Liste unten.
success-step-sign-in = Wähle, dich mit einem vorhandenen Konto anzumelden
success-step-sign-in-hint = Kein neues anlegen: deins hast du jetzt.
success-step-type = Gib deine Adresse und das Passwort von eben ein
success-password-hint = Wir können dir das Passwort nicht noch einmal zeigen. Bewahre es dort auf, wo du es wiederfindest.
success-invite = Jemanden einladen
success-other-apps = Andere Apps

sign-in-title = Anmelden
sign-in-intro = Mit dem Namen und dem Passwort aus deiner Chat-App.
sign-in-submit = Anmelden
sign-in-name-hint = Der Teil deiner Adresse vor dem @.
sign-in-wrong = Dieser Name und dieses Passwort passen nicht zusammen.
sign-in-forgot = Passwort vergessen?
sign-in-forgot-help = Schreib an
sign-in-forgot-nobody = Bitte den Menschen, der diesen Ort betreibt, um einen Link für ein neues Passwort.
reset-title = Such dir ein neues Passwort aus
reset-intro = Es gilt für
reset-effect = Jede App und jeder Browser, die angemeldet sind, fragen dann nach dem neuen.
reset-submit = Neues Passwort speichern
reset-done-title = Dein neues Passwort gilt
reset-done = Benutze es, wenn eine App das nächste Mal fragt.
password-title = Dein Passwort ändern
password-current = Dein jetziges Passwort
password-new = Neues Passwort
password-current-wrong = Das ist nicht dein Passwort.
password-submit = Ändern

problem-forbidden-title = Diese Seite war zu lange offen
problem-forbidden = Zu deiner Sicherheit nehmen wir ein Formular nur an, wenn dieser Browser es vor Kurzem von uns bekommen hat. Geh zurück, lade die Seite neu und sende noch einmal. Wenn das nicht hilft, erlaube dieser Seite, Cookies zu speichern.
problem-not-yours-title = Diese Seite ist für die Menschen, die { $site } betreiben
problem-not-yours = Du bist angemeldet, aber diese Seiten sind für alle, die sich um den Ort kümmern. Wenn du dazugehören solltest, frag jemanden von ihnen.
problem-unreadable-title = Das kam nicht richtig an
problem-unreadable = Dein Browser hat etwas gesendet, das wir nicht lesen können. Geh zurück, lade die Seite neu und sende noch einmal.
problem-insecure-title = Diese Seite braucht eine sichere Verbindung
problem-insecure = Passwörter reisen nicht offen. Benutze die Adresse, die mit https beginnt. (Wenn du diesen Ort hinter einem Proxy betreibst: lass ihn die Kopfzeile X-Forwarded-Proto: https senden und nenne ihn in trusted_proxies.)
problem-missing-title = Hier ist nichts
problem-missing = Vielleicht ist die Adresse vertippt, oder was hier war, ist fort.
problem-gone-title = Das ist nicht mehr hier
problem-gone = Es war einmal hier und wurde entfernt.
problem-elsewhere-title = Richtiges Haus, falsche Tür
problem-elsewhere = Unter der Adresse, die du eingegeben hast, gibt es nichts. Vergleiche sie mit der Nachricht, in der sie stand.
problem-busy-title = Einen Augenblick, bitte
problem-busy = Von deinem Anschluss kamen viele Versuche. Versuch es { $when } wieder.
problem-overloaded = Hier ist gerade zu viel zu tun. Es wurde nichts geändert; versuch es in einer Minute noch einmal.
problem-full-title = Gerade kein Platz
problem-full = Hier ist kein Platz mehr für Neues, darum wurde nichts geändert. Wer diesen Ort betreibt, weiß Bescheid. Links bleiben gültig; versuch es später noch einmal.
problem-fault-title = Das war unser Fehler
problem-fault = Bei uns ist etwas schiefgegangen. Du hast nichts falsch gemacht; in einer Minute klappt es oft.
problem-reference = Wenn du uns schreibst, nenne diese Nummer:

setup-title = { $app } einrichten
setup-for = Das ist für deine Einladung zu { $site }.
setup-for-contact = Das ist für den Kontakt, den { $inviter } dir geschickt hat.
setup-get-carried = Google Play gibt deine Einladung an die App weiter. Von anderswo komm danach auf diese Seite zurück.
setup-return-carried = Weiß die App noch nichts von deiner Einladung, dann tippe hier.
setup-name-first = Such dir hier einen Namen aus
setup-name-first-hint = { $app } kann keine Einladungen öffnen, deshalb entsteht dein Konto auf dieser Seite.
setup-sign-in = Melde dich mit { $app } an
setup-sign-in-hint = Die nächste Seite zeigt dir deine Adresse zum Kopieren. Wähle dort, dass du schon ein Konto hast.
setup-own-account = Melde dich dort an
setup-own-account-hint = Mit einem Konto, das du schon hast, oder mit einem von einem Anbieter, den die App vorschlägt.
setup-add-hint = Wähle, einen Kontakt hinzuzufügen, und füge diese Adresse ein.
setup-add-address = Die Adresse zum Hinzufügen
setup-other-app = Eine andere App aussuchen
landing-step-get-beside = Das öffnet sich neben dieser Seite, damit du zurückkommen kannst.
landing-no-phone = Du brauchst dafür keine Telefonnummer.
landing-other-devices = Für andere Geräte
landing-fdroid-instead = Kein Google Play? Hol sie von F-Droid
landing-fdroid-free = Bei Google Play kann { $app } etwas kosten. Bei F-Droid ist die App kostenlos
landing-try-again = Noch einmal versuchen
landing-way-out = In meinem Browser öffnen

home-intro = Ein Ort zum Chatten mit Menschen, die du kennst.
home-sign-in-hint = Um andere einzuladen oder dein Passwort zu ändern.
home-join = Konto anlegen
home-sign-in = Ich habe ein Konto: anmelden
home-how-title = Wie komme ich hinein?
home-how = Mit einer Einladung von jemandem, der schon hier ist. Bitte um einen Link: das dauert nur einen Augenblick.
home-needs-title = Du brauchst eine Einladung
home-needs = Ohne sie kommt niemand zu { $site }. Wer dir davon erzählt hat, kann dir einen Link schicken.

register-make = Macht mir ein Passwort
password-made-title = Heb das gut auf
password-made-hint = Das ist dein Passwort. Du brauchst es in deiner App und immer, wenn du das Telefon wechselst. Wir können es nicht noch einmal zeigen.
password-made-label = Dein Passwort
password-made-save = Als Datei sichern
password-file = { $site }
    Adresse: { $address }
    Passwort: { $password }
success-step-type-made = Gib deine Adresse und das Passwort von oben ein
success-halves = Fragt die App nach mehr?
success-halves-hint = Manche wollen die beiden Hälften deiner Adresse getrennt.
success-half-name = Vor dem @
success-half-place = Nach dem @

print-title = Diese Einladung drucken
print-button = Drucken
print-one = Eine auf der Seite
print-eight = 8 Zettel
print-many = 24 Zettel
print-slip = Halte die Kamera deines Telefons auf dieses Quadrat, oder tippe ein:
print-single = Dieser Link gilt für eine Person, also genügt einer.
print-back = Zurück zur Einladung
