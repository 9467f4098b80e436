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
admin-group-delete-title = Die Gruppe { $name } löschen?
admin-group-delete-explain = { $n ->
    [0] Niemand gehört dazu.
    [one] Eine Person gehört dazu und behält ihr Konto. Wer zur Gruppe gehörte, lässt sich nicht zurückholen.
   *[other] { $n } Personen gehören dazu und behalten ihre Konten. Wer zur Gruppe gehörte, lässt sich nicht zurückholen.
}
admin-group-deleted = Die Gruppe { $name } ist gelöscht.

admin-again-title = Bist du es noch?
admin-again = Was du gleich tust, ist wichtig. Gib deshalb bitte dein Passwort noch einmal ein. Dann gilt es 15 Minuten lang.
admin-again-submit = Weiter
