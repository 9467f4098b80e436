# Die eigene Seite eines Mitglieds: einladen, und was aus den Einladungen wurde.

me-title = Jemanden einladen
me-signed-in = Du bist angemeldet als
me-sign-out = Abmelden
me-change-password = Passwort ändern
me-app-title = Mit einer Chat-App anmelden
me-devices = Wo du angemeldet bist
me-leave = Gehen und das Konto löschen
me-console = Nach diesem Ort sehen

invite-kind = Für wen ist sie?
invite-kind-contact = Für einen Menschen, den du kennst
invite-kind-contact-hint = Die Person bekommt hier ein Konto, und ihr findet euch gleich in euren Kontakten.
invite-kind-account = Für jemand anderen
invite-kind-account-hint = Die Person bekommt hier ein Konto, ohne dein Kontakt zu werden.
invite-kind-only-contact = Für jemanden mit einem Konto
invite-kind-only-contact-hint = Hier oder anderswo: ihr werdet Kontakte, und es entsteht kein Konto.
invite-note = Ein paar Worte von dir
invite-note-hint = Wer den Link öffnet, sieht sie, und du in der Liste unten. Lass das Feld leer, wenn du magst.
invite-note-long = Das ist um { $n ->
    [one] ein Zeichen
   *[other] { $n } Zeichen
} zu lang.
invite-more = Mehr Auswahl
invite-name = Einen Namen freihalten
invite-name-hint = Solange der Link gilt, bekommt ihn niemand sonst. Bleibt das Feld leer, sucht sich die Person selbst einen aus.
invite-name-no-account = Einen Namen freihalten kannst du nur für jemanden, der hier ein Konto bekommt.
invite-reminder = Eine Gedächtnisstütze für dich
invite-reminder-hint = Die siehst nur du, in der Liste unten.
invite-life = Wie lange der Link gilt
life-days = { $n ->
    [one] Einen Tag
   *[other] { $n } Tage
}
life-hours = { $n ->
    [one] Eine Stunde
   *[other] { $n } Stunden
}
invite-language = Die Sprache der Seite hinter dem Link
invite-language-theirs = Was das Gerät der Person spricht
invite-submit = Link machen
invite-left = { $n ->
    [one] Heute kannst du noch eine Einladung machen.
   *[other] Heute kannst du noch { $n } Einladungen machen.
}
invite-none-left = Deine nächste Einladung kannst du { $when } machen.
invite-too-many-open = Du hast so viele offene Einladungen, wie du haben darfst. Sobald eine benutzt ist, abläuft oder zurückgenommen wird, kannst du die nächste machen.
invite-too-many-open-until = Du hast so viele offene Einladungen, wie du haben darfst. Nimm eine zurück oder warte, bis eine benutzt ist; die erste läuft { $when } ab ({ $date }), dann kannst du die nächste machen.
invite-not-allowed = Einladen ist Sache derer, die { $site } betreiben.

made-title = Fertig zum Teilen
made-intro = Schick diesen Link einer Person. Hier siehst du, wenn er benutzt wurde.
made-intro-many = { $n ->
    [one] Schick diesen Link einer Person. Hier siehst du, wenn er benutzt wurde.
   *[other] Schick diesen Link bis zu { $n } Personen. Hier siehst du, wer gekommen ist.
}
made-link = Der Link
made-until = Er gilt bis { $date } ({ $relative }).
made-qr = Oder lass die Kamera auf dieses Quadrat halten
made-here-only = Das ist eine Probe: der Link öffnet sich nur auf diesem Computer. Für das Telefon eines Freundes starte sie mit --lan.
made-qr-label = Ein Quadrat, das deine Einladung auf einem Telefon öffnet
made-your-words = Deine Worte
made-name = Der Name { $name } ist dafür freigehalten.
invitation-title = Deine Einladung
history-title = Was daraus wurde
history-made = Du hast sie gemacht
history-joined = { $name } kam dazu
history-contact = { $name } wurde dein Kontakt
history-taken-back = Du hast sie zurückgenommen
history-taken-away = Zurückgenommen von denen, die { $site } betreiben
history-extended = Länger offen gehalten
history-uses = Für eine andere Zahl von Personen geöffnet
history-replaced = Ein neuer Link trat an ihre Stelle
history-took-over = Sie trat an die Stelle eines älteren Links
extend-submit = Offen halten bis { $date }
renew-submit = Neuen Link machen
renew-hint = Der neue Link verspricht dasselbe, und dieser gilt sofort nicht mehr: falls er verloren ging oder in falsche Hände kam.
renew-hint-over = Der neue Link verspricht, was dieser versprach.
renew-newer = Zum neueren Link
renew-name-taken = Diesen Namen hat inzwischen jemand anderes. Mach eine neue Einladung mit einem anderen.
renew-over = Daran lässt sich nichts mehr ändern. Hier steht, was daraus wurde.
made-another = Zu deinen Einladungen

list-title = Deine Einladungen
list-empty-title = Noch niemand eingeladen
list-empty = Fang mit einem Menschen an, den du gut kennst. Dein Link bleibt hier, und du siehst, wenn er benutzt wurde.
list-made = Gemacht { $when }
state-waiting = Wartet
state-waiting-until = Wartet, bis { $date }
state-used = Benutzt
state-used-by = { $name } kam { $when } dazu
state-some = { $used ->
    [one] Eine Person von { $of } ist da
   *[other] { $used } Personen von { $of } sind da
}
state-expired = Abgelaufen { $when }
state-withdrawn = Zurückgenommen
state-replaced = Ein neuer Link ist an ihrer Stelle
list-show = Link zeigen
list-show-named = Den Link zeigen: { $note }
list-take-back = Zurücknehmen
list-take-back-named = Die Einladung zurücknehmen: { $note }
list-look = Was geschah
list-look-named = Was geschah: { $note }
list-older = Ältere
list-newest = Zurück zu den neuesten
list-opened = { $n ->
    [one] Einmal geöffnet
   *[other] { $n }-mal geöffnet
}

revoke-title = Diese Einladung zurücknehmen?
revoke-explain = Wer noch nicht da ist, wird sehen, dass sie nicht mehr gilt.
revoke-submit = Zurücknehmen
revoke-keep = Behalten
notice-taken-back = Die Einladung wurde zurückgenommen.
notice-password-changed = Dein Passwort wurde geändert.
notice-owner = { $site } gehört dir. Wen möchtest du als Erstes hier haben?
notice-extended = Der Link gilt jetzt länger.
notice-renewed = Hier ist der neue Link. Der alte gilt nicht mehr.
notice-signed-out = Das ist abgemeldet.
notice-others-signed-out = Du bist überall abgemeldet, außer hier.

devices-title = Wo du angemeldet bist
devices-intro = Alle Apps und Browser, die dein Konto benutzen oder ohne dein Passwort zurückkommen können.
devices-apps = Chat-Apps
devices-apps-none = In diesem Augenblick ist keine Chat-App angemeldet.
devices-app = Eine Chat-App
devices-app-connected = Verbunden, angemeldet { $since }
devices-app-lost = Gerade nicht verbunden, angemeldet { $since }
devices-app-away = Nicht da, zuletzt angemeldet { $since }. Kann ohne dein Passwort zurückkommen.
devices-browsers = Browser
devices-browser = Ein Browser
devices-browser-on = { $browser } auf { $device }
devices-browser-facts = Angemeldet { $since }, zuletzt hier { $seen }
devices-this = Diesen benutzt du gerade
devices-end = Abmelden
devices-end-named = { $name } abmelden
devices-end-others = Überall abmelden, außer hier
devices-lost = Eine App, die dein Passwort kennt, kann sich wieder anmelden. Ist ein Telefon verloren, oder kennt vielleicht jemand dein Passwort, dann wähle ein neues: ohne das kommt nichts mehr hinein.
password-effect = Wenn du es änderst, werden alle anderen Apps und Browser abgemeldet und fragen nach dem neuen.

leave-title = Für immer gehen?
leave-intro = Damit löschst du dein Konto bei { $site }.
leave-at-once = Du wirst sofort überall abgemeldet, und niemand kann dir hier mehr schreiben.
leave-invites = Deine offenen Einladungen gelten nicht mehr. Wen du hergeholt hast, bleibt.
leave-thirty = 30 Tage lang können die, die diesen Ort betreiben, dein Konto zurückholen, wenn du sie bittest. Danach wird alles darin gelöscht.
leave-name = Deinen Namen bekommt niemand sonst, damit sich niemand für dich ausgeben kann.
leave-last-owner = { $site } gehört dir allein. Gib zuerst jemand anderem dieselben Rechte, dann kannst du gehen.
leave-password = Dein Passwort, damit sicher ist, dass du es bist
leave-submit = Mein Konto löschen
leave-stay = Bleiben
left-title = Mach es gut
left-intro = Gelöscht:
left-until = Wenn du es dir anders überlegst, schreib denen, die diesen Ort betreiben, vor dem { $date }.
