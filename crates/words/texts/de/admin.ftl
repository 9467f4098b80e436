# Die Verwaltung, für alle, die sich um einen Ort kümmern.

admin-title = { $site } verwalten
admin-menu = Menü
admin-overview = Überblick
admin-people = Menschen
admin-group = Gruppe
admin-groups = Gruppen
admin-own-page = Deine eigene Seite
admin-invite-people = Menschen einladen
admin-first-page = Zurück zum Anfang
admin-next-page = Mehr zeigen
admin-save = Speichern
admin-undo = Rückgängig machen
admin-any = Alle

admin-number-people = Menschen
admin-number-waiting = Offene Einladungen
admin-number-used = Benutzte Einladungen
admin-attention-expired = { $n ->
    [one] Eine Einladung lief ab, bevor jemand kam
   *[other] { $n } Einladungen liefen ab, bevor alle da waren
}
admin-number-new = Neu in 30 Tagen
admin-empty-title = Noch niemand da. Ein guter Moment, jemanden einzuladen.
admin-empty = Fang mit einem Menschen an, den du gut kennst.
admin-attention = Einen Blick wert
admin-attention-none = Nichts. Alles ist, wie es sein soll.
admin-attention-deleted = { $n ->
    [one] Ein gelöschtes Konto lässt sich noch wiederherstellen
   *[other] { $n } gelöschte Konten lassen sich noch wiederherstellen
}
admin-attention-disabled = { $n ->
    [one] Ein Konto ist abgeschaltet
   *[other] { $n } Konten sind abgeschaltet
}
admin-latest = Zuletzt dazugekommen

admin-find = Suchen
admin-find-name = Teil eines Namens
admin-find-none = Versuch es mit weniger Filtern oder einem anderen Teil des Namens.
admin-find-all = Alle zeigen
admin-people-none = Niemand gefunden
admin-people-by = Eingeladen von { $name }.
admin-role = Rolle
admin-state = Zustand
admin-joined = Dabei seit
admin-invited-by = Eingeladen von
admin-invited-by-nobody = Ohne Einladung
admin-role-limited = Eingeschränkt
admin-role-limited-hint = Kann chatten, aber niemanden einladen.
admin-role-member = Mitglied
admin-role-member-hint = Kann chatten und einladen, soweit die Einstellungen es erlauben.
admin-role-admin = Admin
admin-role-admin-hint = Kümmert sich um Einladungen, Menschen und Gruppen.
admin-role-owner = Inhaberschaft
admin-role-owner-hint = Wie ein Admin, und entscheidet, wer sonst einer ist und wie der Ort eingerichtet ist.
admin-state-active = In Gebrauch
admin-state-disabled = Abgeschaltet
admin-state-deleted = Gelöscht

admin-about = Über das Konto
admin-erased = Wiederherstellbar bis
admin-brought = Wen sie oder er mitgebracht hat
admin-brought-none = Bisher niemanden.
admin-brought-all = Alle zeigen
admin-groups-save = Gruppen speichern
admin-role-change = Rolle ändern
admin-role-title = Welche Rolle soll { $name } haben?
admin-this-is-you = Das bist du. Deine Rolle und dein Konto kann jemand anderes ändern, der Admin ist oder dem der Ort gehört.
admin-above-you = Dieses Konto kann nur ändern, wem der Ort gehört.
admin-careful = Mit Bedacht
admin-careful-active = Ein abgeschaltetes Konto behält alles und lässt sich jederzeit wieder einschalten. Ein gelöschtes lässt sich 30 Tage lang wiederherstellen.
admin-careful-disabled = Dieses Konto ist abgeschaltet: niemand kann sich damit anmelden. Alles darin bleibt erhalten.
admin-careful-deleted = Dieses Konto ist gelöscht. Bis es endgültig entfernt wird, kannst du es zurückholen, wie es war; seine Einladungen bleiben aber zurückgenommen.
admin-disable = Abschalten
admin-enable = Wieder einschalten
admin-delete = Löschen
admin-restore = Wiederherstellen
admin-disable-title = Das Konto von { $name } abschalten?
admin-disable-explain = { $name } wird überall abgemeldet und kann sich erst wieder anmelden, wenn du es einschaltest. Offene Einladungen von { $name } ruhen so lange. Nichts geht verloren.
admin-delete-title = Das Konto von { $name } löschen?
admin-delete-explain = { $name } wird überall abgemeldet, und offene Einladungen von { $name } werden zurückgenommen. 30 Tage lang kannst du das Konto wiederherstellen. Danach wird alles darin endgültig entfernt, und niemand sonst kann den Namen je bekommen.
admin-done-role = { $name } hat eine neue Rolle.
admin-done-groups = Die Gruppen von { $name } sind gespeichert.
admin-done-disabled = Das Konto von { $name } ist abgeschaltet.
admin-done-enabled = { $name } kann sich wieder anmelden.
admin-done-deleted = Das Konto von { $name } ist gelöscht.
admin-done-restored = { $name } ist wieder da.
admin-no-not-allowed = Das darfst du nicht. Was über einem Admin steht, kann nur ändern, wem der Ort gehört.
admin-no-last-owner = Sonst gehört der Ort niemandem mehr. Gib zuerst jemand anderem diese Rolle.
admin-no-yourself = Das geht hier nicht mit deinem eigenen Konto. Bitte jemand anderen darum.
admin-no-too-late = Es ist zu spät: das Konto wurde endgültig entfernt.
admin-no-changed = Jemand hat das in der Zwischenzeit geändert. So ist es jetzt.

admin-invites = Einladungen
admin-invites-all = Alle Einladungen
admin-invites-by = Gemacht von { $name }.
admin-invites-none = Keine solchen Einladungen
admin-invites-none-hint = Versuch es mit weniger Filtern, oder mach eine.
admin-find-invite = Wörter in Notiz oder Name
admin-kind = Art
admin-kind-friend = Konto und Kontakt
admin-kind-account = Konto
admin-kind-group = Gruppenlink
admin-kind-contact = Kontakt
admin-kind-reset = Neues Passwort
admin-kind-owner = Inhaberschaft
admin-about-invite = Einladung
admin-made-by = Gemacht von
admin-made-at = Gemacht
admin-ends = Endet
admin-good-until = Gilt bis
admin-uses = Benutzt
admin-opened = Geöffnet
admin-opened-times = { $n ->
    [0] Noch nicht
    [one] Ungefähr einmal
   *[other] Ungefähr { $n }-mal
}
admin-for-name = Freigehaltener Name
admin-hello = Erste Worte
admin-invite-some = { $used } von { $of } sind da
admin-invite-uses-of = { $used } von { $of }
admin-invite-full = Alle sind da
admin-invite-expired = Abgelaufen
admin-ticks = Angekreuzt
admin-tick = { $what } ankreuzen
admin-tick-all = Alle ankreuzen
admin-with-ticked = Mit den angekreuzten:
admin-none-ticked = Kreuz zuerst Einladungen an.
admin-act-extend = Mehr Zeit geben
admin-act-renew = Neuen Link machen
admin-several-extend = { $n ->
    [one] Dieser Einladung mehr Zeit geben?
   *[other] Diesen { $n } Einladungen mehr Zeit geben?
}
admin-several-extend-explain = Sie gelten dann bis { $date }. Benutzte und zurückgenommene bleiben, wie sie sind.
admin-several-renew = { $n ->
    [one] Hierfür einen neuen Link machen?
   *[other] { $n } neue Links machen?
}
admin-renew-explain = Jede bekommt einen neuen Link mit demselben Versprechen und noch einmal so viel Zeit. Die alten Links gelten dann nicht mehr.
admin-several-revoke = { $n ->
    [one] Diese Einladung zurücknehmen?
   *[other] Diese { $n } Einladungen zurücknehmen?
}
admin-outcomes-done = { $done } von { $of } erledigt.
admin-make-again = Noch einmal machen
admin-new-links = Neue Links zeigen
admin-renewed = Neuer Link
admin-renewed-before = Hat schon einen neuen Link
admin-maker-gone = Wer sie gemacht hat, darf nicht mehr einladen
admin-name-gone = Der Name ist nicht mehr frei
admin-not-renewed = Lässt sich nicht noch einmal machen
admin-not-extended = Bleibt, wie sie ist
admin-not-revoked = Schon benutzt
admin-gone = Nicht mehr da

admin-invite-done-renewed = Das ist der neue Link. Der alte gilt nicht mehr.
admin-invite-done-changed = Geändert
admin-invite-successor = Ein neuerer Link ist an ihrer Stelle
admin-invite-change = Zeit und Anzahl ändern
admin-invite-until-now = Gilt bis { $date }.
admin-uses-altogether = Für wie viele Personen insgesamt?
admin-uses-so-far = { $n ->
    [0] Noch hat sie niemand benutzt.
    [one] Eine Person hat sie benutzt.
   *[other] { $n } Personen haben sie benutzt.
}
admin-history = Was geschah
admin-history-more = Nur das Neueste wird gezeigt.
admin-event-made = Gemacht
admin-event-joined = Dazugekommen
admin-event-contact = Wurde ein Kontakt
admin-event-password = Neues Passwort gewählt
admin-event-withdrew = Zurückgenommen
admin-event-extended = Ein anderes Ende
admin-event-uses = Eine andere Anzahl
admin-event-renewed = Neuer Link gemacht
admin-event-took-over = An Stelle einer älteren gemacht
admin-event-other = Etwas geschah
admin-print = Drucken
admin-their-invites = Einladungen der Person
admin-signed-in-where = Angemeldet
admin-signed-in = { $browsers ->
    [0] In keinem Browser
    [one] In einem Browser
   *[other] In { $browsers } Browsern
}, { $apps ->
    [0] gerade mit keiner App
    [one] mit einer App
   *[other] mit { $apps } Apps
}
admin-sign-out = Überall abmelden
admin-sign-out-title = { $name } überall abmelden?
admin-sign-out-explain = Jeder Browser und jede App, in der { $name } angemeldet ist, hört sofort auf. Das Passwort bleibt: wer es kennt, kann sich wieder anmelden.
admin-done-signed-out = { $name } ist überall abgemeldet.
admin-reset = Mit dem Passwort helfen
admin-reset-title = Einen Link für ein neues Passwort für { $name } machen?
admin-reset-explain = Schick den Link nur an { $name }: wer ihn öffnet, wählt das Passwort und bekommt das Konto. Er gilt einmal und endet { $when }.
admin-reset-send = Schick ihn nur dieser Person.

admin-make-what = Was soll sie geben?
admin-make-closed = Neue Konten sind in den Einstellungen abgeschaltet. Deshalb lassen sich nur Kontakte einladen.
admin-make-how = Für wie viele?
admin-how-one = Eine Person
admin-how-one-hint = Ein Link, der einmal gilt. Das Sicherste.
admin-how-group = Eine Gruppe, mit einem Link
admin-how-group-hint = Für das Schwarze Brett oder den Chat einer Gruppe. Wer den Link hat, kann dazukommen, bis zur Anzahl unten.
admin-how-many = Mehrere Personen, jede mit eigenem Link
admin-how-many-hint = Bis zu 200 Links auf einmal, zum Drucken oder als Datei.
admin-number = Wie viele Personen?
admin-number-hint = Für eine Person bleibt das Feld leer.
admin-hello-hint = Wer den Link öffnet, liest sie. Lass das Feld leer, wenn du magst.
admin-make-more = Rolle, Gruppen, Dauer und mehr
admin-note = Eine Notiz für euch
admin-note-hint = Nur Admins sehen sie, in der Liste der Einladungen.
admin-keep-name = Einen Namen freihalten
admin-keep-name-hint = Niemand sonst kann ihn bekommen, solange die Einladung offen ist.
admin-life = Wie lange gilt sie?
admin-life-usual = Wie hier üblich
admin-life-keep = Wie bisher
admin-life-hour = Eine Stunde
admin-life-half-day = 12 Stunden
admin-life-day = Ein Tag
admin-life-week = Eine Woche
admin-life-month = Vier Wochen
admin-life-year = Ein Jahr
admin-until = Oder bis zum Ende eines Tages
admin-language = Sprache der Seite
admin-language-any = Die der Lesenden
admin-no-kind = Wähl aus, was sie geben soll.
admin-no-uses = Sag, für wie viele Personen: mindestens so viele, wie schon da sind, und höchstens 5000.
admin-no-count = Sag, wie viele Links: 2 bis 200.
admin-no-name-for-many = Ein Name lässt sich nur für eine Person freihalten.
admin-no-life = Sie kann von jetzt an eine Minute bis ein Jahr gelten.
admin-no-role = Diese Rolle ist höher als deine eigene.
admin-no-groups = Eine der Gruppen gibt es nicht mehr, oder es sind zu viele.
admin-no-group-link = Diese Art ist nur für eine Person. Wähl für eine Gruppe eine, die ein Konto gibt.
admin-no-long = Die ersten Worte oder die Notiz sind zu lang.
admin-batch-title = { $n ->
    [one] Ein Link ist fertig
   *[other] { $n } Links sind fertig
}
admin-batch-explain = Jeder gilt einmal. Du findest sie auch in der Liste der Einladungen, solange sie offen sind.
admin-batch-file = Als Datei sichern
admin-batch-links = Die Links
admin-print-hint = An den Linien schneiden. Jedes Quadrat öffnet eine Einladung.

admin-import = Aus einer Liste
admin-import-list = Die Liste
admin-import-hint = Bis zu 200 Zeilen, wie eine Tabelle sie als CSV speichert. Die erste Zeile nennt die Spalten:
admin-import-look = Erst ansehen
admin-import-make = { $n ->
    [one] Einen Link machen
   *[other] { $n } Links machen
}
admin-import-line = Zeile
admin-import-who = Für
admin-import-fine = In Ordnung
admin-import-wrong = Einige Zeilen brauchen noch einen Blick. Nichts wurde gemacht.
admin-import-later = Das waren viele nacheinander. Warte eine Minute und schick es dann noch einmal.
admin-import-unreadable = Das lässt sich nicht als Liste lesen.
admin-import-no-heading = Die erste Zeile muss die Spalten nennen: mindestens note oder username.
admin-import-long = Höchstens 200 Zeilen auf einmal.
admin-import-empty = Auf der Liste steht niemand.
admin-import-twice = Der Name steht zweimal auf der Liste.
admin-import-role = Diese Rolle gibt es nicht.
admin-import-taken = Der Name ist vergeben.

admin-groups-explain = Menschen gehören zu Gruppen, und eine Einladung kann sie gleich dort aufnehmen.
admin-groups-none = Noch keine Gruppen
admin-groups-none-hint = Ein Chor hat seine Stimmen, eine Schule ihre Klassen, eine Firma ihre Teams.
admin-group-new = Eine neue Gruppe
admin-group-make = Gruppe anlegen
admin-group-members = { $n ->
    [0] Noch niemand
    [one] Eine Person
   *[other] { $n } Personen
}
admin-group-bad-name = Der Name einer Gruppe hat 1 bis 64 Zeichen.
admin-group-exists = Eine Gruppe mit diesem Namen gibt es schon.
admin-group-no-account = So heißt hier niemand.
admin-group-who = Der Name einer Person von hier
admin-group-add = Aufnehmen
admin-group-remove = Herausnehmen
admin-group-remove-named = { $name } aus der Gruppe herausnehmen
admin-group-joined = { $name } gehört jetzt zur Gruppe.
admin-group-left = { $name } gehört nicht mehr zur Gruppe.
admin-group-empty = Noch gehört niemand dazu
admin-group-empty-hint = Nimm jemanden auf, oder mach eine Einladung, die das tut.
admin-group-careful = Wer zur Gruppe gehört, behält sein Konto, wenn du sie löschst. Nur die Zugehörigkeit geht verloren.
admin-group-delete = Gruppe löschen
admin-group-contacts-title = Kontakte untereinander
admin-group-contacts = Alle darin werden Kontakte füreinander
admin-group-contacts-on = Wer zur Gruppe gehört, findet alle anderen darin unter den eigenen Kontakten.
admin-group-contacts-off = Wer zur Gruppe gehört, wird dadurch nicht Kontakt der anderen.
admin-group-contacts-begin = Zu Kontakten machen
admin-group-contacts-end = Nicht mehr zu Kontakten machen
admin-group-invite = In diese Gruppe einladen
admin-group-delete-title = Die Gruppe { $name } löschen?
admin-group-delete-explain = { $n ->
    [0] Niemand gehört dazu.
    [one] Eine Person gehört dazu und behält ihr Konto. Wer zur Gruppe gehörte, lässt sich nicht zurückholen.
   *[other] { $n } Personen gehören dazu und behalten ihre Konten. Wer zur Gruppe gehörte, lässt sich nicht zurückholen.
}
admin-group-deleted = Die Gruppe { $name } ist gelöscht.

admin-settings = Einstellungen
admin-settings-owners = Ändern kann sie nur, wem der Ort gehört.
admin-settings-saved = Die Einstellungen sind gespeichert.
admin-setting-locked = Durch die Konfigurationsdatei festgelegt.
admin-setting-wrong = Das geht so nicht.
admin-set-place = Der Ort
admin-set-name = Name
admin-set-name-hint = Wie die Seiten diesen Ort nennen.
admin-set-sentence = Ein Satz darüber
admin-set-colour = Farbe
admin-set-colour-hint = Etwa #7a2e8e. Wo Text darin nicht lesbar wäre, wird sie dunkler oder heller.
admin-set-support = Wen man fragen kann
admin-set-support-hint = Eine Mailadresse oder ein Link, auf jeder Seite zu sehen. Mehrere mit Kommas dazwischen.
admin-set-terms = Nutzungsbedingungen
admin-set-privacy = Was mit den Daten geschieht
admin-set-web-hint = Eine Webadresse.
admin-set-card = Sagen, wer einlädt, wenn eine Chat-App die Vorschau eines Links zeigt
admin-set-card-hint = Alle in diesem Chat sehen das.
admin-set-made-with = Am Fuß jeder Seite das Programm nennen
admin-set-invites = Einladungen
admin-set-accounts = Neue Konten können entstehen
admin-set-members = Einladungen von Mitgliedern geben Konten, nicht nur Kontakte
admin-set-contacts = Mitglieder dürfen Kontakte einladen
admin-set-contacts-hint = Ohne dies und das darüber laden nur Admins ein.
admin-set-open = Offene Einladungen, die ein Mitglied haben darf
admin-set-day = Einladungen, die ein Mitglied am Tag machen darf
admin-set-limit-hint = Für Admins gilt das nicht.
admin-set-life = Wie lange eine Einladung gilt
admin-set-carry = Eine Einladung darf durch einen App-Store reisen
admin-set-carry-hint = Dann ist sie nach der Installation der App noch da, und der Store sieht den Link.

admin-keys = Schlüssel für Programme
admin-keys-explain = Mit einem Schlüssel tut ein Programm, was du hier tun würdest: zum Beispiel Einladungen von eurer Website aus machen.
admin-keys-none = Noch keine Schlüssel
admin-keys-none-hint = Du brauchst keinen, solange kein Programm danach fragt.
admin-key-make = Einen Schlüssel machen
admin-key-submit = Schlüssel machen
admin-key-name = Wofür ist er?
admin-key-name-hint = Damit du später weißt, welches Programm ihn hat.
admin-key-scopes = Er darf
admin-key-role = Er handelt als
admin-key-life = Er gilt
admin-key-no-end = Ohne Ende
admin-key-over = Gilt nicht mehr
admin-key-used = Zuletzt benutzt
admin-key-unused = Nie
admin-key-made = Der Schlüssel ist fertig
admin-key-once = Kopier ihn jetzt: er wird nur dieses eine Mal gezeigt. Wer ihn hat, kann tun, was du angekreuzt hast. Bewahr ihn auf wie ein Passwort.
admin-key-revoked = Der Schlüssel wurde zurückgenommen.
admin-key-revoke-named = Den Schlüssel für { $name } zurücknehmen
admin-key-revoke-title = Den Schlüssel für { $name } zurücknehmen?
admin-key-revoke-explain = Das Programm, das ihn hat, wird sofort abgewiesen. Das lässt sich nicht rückgängig machen, aber du kannst einen anderen machen.
admin-key-no-scope = Kreuz mindestens eine Sache an, die er darf.
admin-key-bad-name = Sag mit 1 bis 64 Zeichen, wofür er ist.
admin-key-too-many = Mehr Schlüssel kann es nicht geben. Nimm zuerst einen zurück.
admin-scope-invites-read = Einladungen mit ihren Links sehen
admin-scope-invites-write = Einladungen machen und ändern
admin-scope-accounts-read = Menschen sehen
admin-scope-accounts-write = Konten anlegen, ändern und löschen
admin-scope-groups-read = Gruppen sehen
admin-scope-groups-write = Gruppen anlegen und ändern
admin-scope-hosts-read = Einstellungen sehen
admin-scope-hosts-write = Einstellungen ändern
admin-scope-compat = Nur, was für Prosody geschriebene Programme rufen

admin-again-title = Bist du es noch?
admin-again = Was du gleich tust, ist wichtig. Gib deshalb bitte dein Passwort noch einmal ein. Dann gilt es 15 Minuten lang.
admin-again-submit = Weiter
