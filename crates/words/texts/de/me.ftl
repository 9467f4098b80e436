# Die eigene Seite eines Mitglieds: einladen, und was aus den Einladungen wurde.

me-title = Jemanden einladen
me-signed-in = Du bist angemeldet als
me-sign-out = Abmelden
me-change-password = Passwort ändern
me-app-title = Mit einer Chat-App anmelden

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
invite-submit = Link machen
invite-left = { $n ->
    [one] Heute kannst du noch eine Einladung machen.
   *[other] Heute kannst du noch { $n } Einladungen machen.
}
invite-none-left = Deine nächste Einladung kannst du { $when } machen.
invite-too-many-open = Du hast so viele offene Einladungen, wie du haben darfst. Sobald eine benutzt ist, abläuft oder zurückgenommen wird, kannst du die nächste machen.
invite-not-allowed = Einladen ist Sache derer, die { $site } betreiben.

made-title = Fertig zum Teilen
made-intro = Schick diesen Link einer Person. Hier siehst du, wenn er benutzt wurde.
made-intro-many = { $n ->
    [one] Schick diesen Link einer Person. Hier siehst du, wenn er benutzt wurde.
   *[other] Schick diesen Link bis zu { $n } Personen. Hier siehst du, wer gekommen ist.
}
made-link = Der Link
made-until = Er gilt bis { $date } ({ $relative }).
made-forever = Er gilt, bis du ihn zurücknimmst.
made-qr = Oder lass die Kamera auf dieses Quadrat halten
made-here-only = Das ist eine Probe: der Link öffnet sich nur auf diesem Computer. Für das Telefon eines Freundes starte sie mit --lan.
made-qr-label = Ein Quadrat, das deine Einladung auf einem Telefon öffnet
made-your-words = Deine Worte
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
list-show = Link zeigen
list-show-named = Den Link zeigen: { $note }
list-take-back = Zurücknehmen
list-take-back-named = Die Einladung zurücknehmen: { $note }

revoke-title = Diese Einladung zurücknehmen?
revoke-explain = Wer noch nicht da ist, wird sehen, dass sie nicht mehr gilt.
revoke-submit = Zurücknehmen
revoke-keep = Behalten
notice-taken-back = Die Einladung wurde zurückgenommen.
notice-password-changed = Dein Passwort wurde geändert.
notice-owner = { $site } gehört dir. Wen möchtest du als Erstes hier haben?
