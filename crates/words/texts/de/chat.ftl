# Was eine Chat-App vom Server zeigt: Formulare, Ergebnisse und warum etwas nicht ging. Reiner Text ohne Marken.

## Konto anlegen

chat-register-title = Konto anlegen
chat-register-intro = Such dir einen Namen und ein Passwort aus. Der Name lässt sich später nicht ändern.
chat-register-intro-fixed = Dieser Name wurde für dich freigehalten. Es fehlt nur noch ein Passwort.
chat-register-intro-inviter = { $inviter } hat dich eingeladen und wird dein erster Kontakt. Such dir einen Namen und ein Passwort aus.
chat-reset-title = Neues Passwort wählen
chat-reset-intro = Wähle ein neues Passwort für { $account }.
chat-registered-title = Dein Konto
chat-registered-intro = Du hast hier ein Konto. Du kannst sein Passwort ändern.
chat-field-name = Name
chat-field-password = Passwort
chat-invite-only = Hierher kommt man nur auf Einladung. Öffne den Link, den dir jemand von hier geschickt hat.
chat-invite-only-page = Hierher kommt man nur auf Einladung. Öffne den Link, den dir jemand von hier geschickt hat, oder lies mehr unter { $url }
chat-closed = Hier werden keine neuen Konten angelegt.
chat-dead-invite = Diese Einladung gilt nicht. Vielleicht wurde sie benutzt, ist abgelaufen oder wurde zurückgenommen.
chat-once = Über diese Verbindung wurde schon ein Konto angelegt. Melde dich damit an.
chat-need-name = Es fehlt ein Name.
chat-need-password = Es fehlt ein Passwort.
chat-other-name = Diese Einladung gilt für einen anderen Namen.
chat-no-account = So ein Konto gibt es nicht.
chat-not-your-name = Hier lässt sich nur das Passwort des eigenen Kontos ändern.
chat-last-owner = Du bist hier die letzte Person, der alles gehört. Übergib das zuerst jemand anderem.
chat-too-many = Das waren viele Versuche hintereinander. Versuch es { $when } noch einmal.
chat-busy = Hier ist gerade viel zu tun. Versuch es in einer Minute noch einmal.
chat-disk-full = Hier ist kein Platz mehr für Neues. Es wurde nichts geändert; versuch es später noch einmal.

## Einladen

chat-joined = { $name } ist mit deiner Einladung dazugekommen.
chat-command-invite = Jemanden einladen
chat-command-account = Einladung zu einem Konto erstellen
chat-command-reset = Link für ein neues Passwort erstellen
chat-command-no = Das steht dir nicht offen.
chat-commands = Was du hier tun kannst
chat-invited-title = Deine Einladung
chat-invited-uri = Für Chat-Apps
chat-invited-url = Link zum Weitergeben
chat-invited-expire = Gilt bis
chat-account-title = Jemanden zu einem Konto einladen
chat-account-name = Name, der freigehalten wird (darf leer bleiben)
chat-account-friends = Kontakte werden
chat-account-max-uses = Für wie viele Leute (leer: eine Person)
chat-account-expiry = Wie lange sie gilt
chat-account-expiry-usual = So lange wie üblich
chat-account-expiry-hour = Eine Stunde
chat-account-expiry-day = Einen Tag
chat-account-expiry-week = Eine Woche
chat-account-expiry-month = Vier Wochen
chat-account-note = Eine Notiz für dich
chat-account-hello = Deine erste Nachricht an sie
chat-account-groups = Gruppen, in die sie kommen (eine pro Zeile)
chat-reset-command-title = Ein Link für ein neues Passwort
chat-reset-account = Wessen Passwort (Adresse)
chat-command-invites = Deine Einladungen
chat-invites-none = Hier gibt es keine Einladungen.
chat-invites-which = Einladung
chat-invites-what = Was damit geschehen soll
chat-invites-show = Den Link zeigen
chat-invites-renew = Einen neuen Link an seine Stelle setzen
chat-invites-revoke = Zurücknehmen
chat-invites-older = Ältere zeigen
chat-invites-revoked = Sie ist zurückgenommen. Mit dem Link kommt niemand mehr herein.
chat-invites-unknown = So eine Einladung gibt es nicht.
chat-invites-over = Diese Einladung gilt nicht mehr.
chat-invites-kind-account = Ein Konto
chat-invites-kind-friend = Jemand, den du kennst
chat-invites-kind-contact = Ein Kontakt
chat-invites-kind-reset = Ein neues Passwort
chat-invites-waiting = wartet
chat-invites-used = benutzt
chat-invites-full = alle Plätze vergeben
chat-invites-expired = abgelaufen
chat-invites-withdrawn = zurückgenommen
chat-invites-line = { $what } ({ $state }, Ende: { $when })
chat-invites-line-of = { $what }, von { $maker } ({ $state }, Ende: { $when })
chat-command-remove-and-block = Jemanden entfernen und blockieren
chat-remove-and-block-intro = Ihr seht einander nicht mehr, und nichts von dort erreicht dich. Den Grund erfährt niemand.
chat-remove-and-block-who = Wen (Adresse)
chat-remove-and-block-done = { $contact } ist entfernt und blockiert.
chat-too-many-open = { $limit ->
    [one] Du hast schon eine offene Einladung, und mehr dürfen es nicht sein.
   *[other] Du hast schon { $limit } offene Einladungen, und mehr dürfen es nicht sein.
}
chat-too-many-open-until = { $limit ->
    [one] Du hast schon eine offene Einladung, und mehr dürfen es nicht sein. Du kannst { $when } wieder einladen, oder sobald sie benutzt oder zurückgenommen ist.
   *[other] Du hast schon { $limit } offene Einladungen, und mehr dürfen es nicht sein. Du kannst { $when } wieder einladen, oder sobald eine benutzt oder zurückgenommen ist.
}
chat-too-many-today = Du hast so viele Einladungen erstellt, wie an einem Tag möglich sind.
chat-too-many-today-until = Du hast so viele Einladungen erstellt, wie an einem Tag möglich sind. Du kannst { $when } wieder einladen.
chat-name-promised = Diesen Namen hält schon eine andere Einladung frei.
chat-needs-form = Fülle zuerst das Formular aus.
