# La gestion, pour les personnes qui s’occupent d’un lieu.

admin-title = Gérer { $site }
admin-menu = Menu
admin-overview = Vue d’ensemble
admin-people = Personnes
admin-group = Groupe
admin-groups = Groupes
admin-own-page = Votre propre page
admin-invite-people = Inviter des gens
admin-first-page = Revenir au début
admin-next-page = En montrer plus
admin-save = Enregistrer
admin-undo = Annuler
admin-any = Tous

admin-number-people = Personnes
admin-number-waiting = Invitations en attente
admin-number-used = Invitations utilisées
admin-attention-expired = { $n ->
    [one] Une invitation a expiré avant que tous ne viennent
   *[other] { $n } invitations ont expiré avant que tous ne viennent
}
admin-number-new = Arrivées en 30 jours
admin-empty-title = Personne ici pour l’instant. C’est le moment d’inviter quelqu’un.
admin-empty = Commencez par une personne que vous connaissez bien.
admin-attention = À regarder
admin-attention-none = Rien. Tout est comme il faut.
admin-attention-deleted = { $n ->
    [one] Un compte supprimé peut encore être rétabli
   *[other] { $n } comptes supprimés peuvent encore être rétablis
}
admin-attention-disabled = { $n ->
    [one] Un compte est désactivé
   *[other] { $n } comptes sont désactivés
}
admin-latest = Dernières arrivées

admin-find = Chercher
admin-find-name = Une partie du nom
admin-find-none = Essayez avec moins de filtres, ou une autre partie du nom.
admin-find-all = Montrer tout le monde
admin-people-none = Personne de tel
admin-people-by = Invitation de { $name }.
admin-role = Rôle
admin-state = État
admin-joined = Arrivée
admin-invited-by = Invitation de
admin-invited-by-nobody = Sans invitation
admin-role-limited = Accès limité
admin-role-limited-hint = Peut discuter, mais n’invite personne.
admin-role-member = Membre
admin-role-member-hint = Peut discuter et inviter, dans la limite des réglages.
admin-role-admin = Admin
admin-role-admin-hint = S’occupe des invitations, des personnes et des groupes.
admin-role-owner = Propriétaire
admin-role-owner-hint = Comme un admin, et décide en plus qui d’autre l’est et comment le lieu est réglé.
admin-state-active = Actif
admin-state-disabled = Désactivé
admin-state-deleted = Supprimé

admin-about = À propos
admin-erased = Peut être rétabli jusqu’au
admin-brought = Qui est venu par cette personne
admin-brought-none = Personne pour l’instant.
admin-brought-all = Tout montrer
admin-groups-save = Enregistrer les groupes
admin-role-change = Changer de rôle
admin-role-title = Quel rôle pour { $name } ?
admin-this-is-you = C’est vous. Seule une autre personne, propriétaire ou admin, peut changer votre rôle ou votre compte.
admin-above-you = Seul un propriétaire peut changer ce compte.
admin-careful = Avec précaution
admin-careful-active = Désactiver un compte garde tout et s’annule à tout moment. Le supprimer s’annule pendant 30 jours.
admin-careful-disabled = Ce compte est désactivé : personne ne peut s’y connecter. Tout ce qu’il contient est gardé.
admin-careful-deleted = Ce compte est supprimé. Tant qu’il n’est pas effacé, vous pouvez le rétablir tel qu’il était, mais ses invitations restent retirées.
admin-disable = Désactiver
admin-enable = Réactiver
admin-delete = Supprimer
admin-restore = Rétablir
admin-disable-title = Désactiver le compte de { $name } ?
admin-disable-explain = { $name } perd toutes ses connexions et ne pourra plus se connecter avant que vous ne réactiviez le compte. D’ici là, ses invitations en attente sont suspendues. Rien n’est perdu.
admin-delete-title = Supprimer le compte de { $name } ?
admin-delete-explain = { $name } perd toutes ses connexions, et ses invitations en attente sont retirées. Vous pouvez rétablir le compte pendant 30 jours. Ensuite, tout ce qu’il contient est effacé, et plus personne ne pourra prendre ce nom.
admin-done-role = { $name } a un nouveau rôle.
admin-done-groups = Les groupes de { $name } sont enregistrés.
admin-done-disabled = Le compte de { $name } est désactivé.
admin-done-enabled = { $name } peut se connecter de nouveau.
admin-done-deleted = Le compte de { $name } est supprimé.
admin-done-restored = { $name } est de retour.
admin-no-not-allowed = Vous n’avez pas ce droit. Seul un propriétaire peut changer ce qui est au-dessus d’un admin.
admin-no-last-owner = C’est le dernier propriétaire. Donnez d’abord ce rôle à quelqu’un d’autre.
admin-no-yourself = Vous ne pouvez pas faire cela ici à votre propre compte. Demandez à un autre propriétaire ou admin.
admin-no-too-late = Il est trop tard : le compte a été effacé.
admin-no-changed = Quelqu’un d’autre a changé ceci entre-temps. Voici où cela en est.

admin-invites = Invitations
admin-invites-all = Toutes les invitations
admin-invites-by = De la part de { $name }.
admin-invites-none = Aucune invitation de ce genre
admin-invites-none-hint = Essayez avec moins de filtres, ou créez-en une.
admin-find-invite = Mots d’une note ou d’un nom
admin-kind = Genre
admin-kind-friend = Compte et contact
admin-kind-account = Compte
admin-kind-group = Lien de groupe
admin-kind-contact = Contact
admin-kind-reset = Nouveau mot de passe
admin-kind-owner = Prise de possession
admin-about-invite = Invitation
admin-made-by = De la part de
admin-made-at = Création
admin-ends = Fin
admin-good-until = Valable jusqu’au
admin-uses = Utilisée
admin-opened = Ouverte
admin-opened-times = { $n ->
    [0] Pas encore
    [1] Une fois environ
   *[other] Environ { $n } fois
}
admin-for-name = Réserve le nom
admin-hello = Premiers mots
admin-invite-some = { $used } sur { $of } sont là
admin-invite-uses-of = { $used } sur { $of }
admin-invite-full = Tout le monde est là
admin-invite-expired = Expirée
admin-ticks = Cochées
admin-tick = Cocher { $what }
admin-tick-all = Tout cocher
admin-with-ticked = Pour celles qui sont cochées :
admin-none-ticked = Cochez d’abord les invitations.
admin-act-extend = Donner plus de temps
admin-act-renew = Créer un nouveau lien
admin-several-extend = { $n ->
    [one] Donner plus de temps à cette invitation ?
   *[other] Donner plus de temps à ces { $n } invitations ?
}
admin-several-extend-explain = Elles seront valables jusqu’au { $date }. Celles qui ont servi ou ont été retirées restent comme elles sont.
admin-several-renew = { $n ->
    [one] Créer un nouveau lien pour celle-ci ?
   *[other] Créer { $n } nouveaux liens ?
}
admin-renew-explain = Chacune reçoit un nouveau lien, avec la même promesse et autant de temps qu’au début. Les anciens liens ne marcheront plus.
admin-several-revoke = { $n ->
    [one] Retirer cette invitation ?
   *[other] Retirer ces { $n } invitations ?
}
admin-outcomes-done = { $done } sur { $of } : fait.
admin-make-again = Refaire
admin-new-links = Montrer les nouveaux liens
admin-renewed = Nouveau lien
admin-renewed-before = A déjà un nouveau lien
admin-maker-gone = La personne qui l’a créée ne peut plus inviter
admin-name-gone = Son nom n’est plus libre
admin-not-renewed = N’a pas pu être refaite
admin-not-extended = Reste comme elle est
admin-not-revoked = Déjà utilisée
admin-gone = N’est plus ici

admin-invite-done-renewed = Voici le nouveau lien. L’ancien ne marche plus.
admin-invite-done-changed = C’est changé
admin-invite-successor = Un lien plus récent l’a remplacée
admin-invite-change = Changer la durée et le nombre
admin-invite-until-now = Valable jusqu’au { $date }.
admin-uses-altogether = Pour combien de personnes en tout ?
admin-uses-so-far = { $n ->
    [0] Personne ne l’a encore utilisée.
    [one] Une personne l’a utilisée.
   *[other] { $n } personnes l’ont utilisée.
}
admin-history = Ce qui s’est passé
admin-history-more = Seuls les événements les plus récents sont montrés.
admin-event-made = Création
admin-event-joined = Arrivée
admin-event-contact = Nouveau contact
admin-event-password = Nouveau mot de passe choisi
admin-event-withdrew = Retrait
admin-event-extended = Autre date de fin
admin-event-uses = Autre nombre de personnes
admin-event-renewed = Nouveau lien créé
admin-event-took-over = Créée à la place d’une plus ancienne
admin-event-other = Il s’est passé quelque chose
admin-print = Imprimer
admin-their-invites = Ses invitations
admin-signed-in-where = Ouvert
admin-signed-in = { $browsers ->
    [0] Dans aucun navigateur
    [one] Dans un navigateur
   *[other] Dans { $browsers } navigateurs
}, { $apps ->
    [0] avec aucune application en ce moment
    [one] avec une application
   *[other] avec { $apps } applications
}
admin-sign-out = Déconnecter partout
admin-sign-out-title = Déconnecter { $name } partout ?
admin-sign-out-explain = Tous les navigateurs et toutes les applications où le compte de { $name } est ouvert s’arrêtent aussitôt. Le mot de passe reste le même : qui le connaît peut se reconnecter.
admin-done-signed-out = Le compte de { $name } est déconnecté partout.
admin-reset = Aider pour le mot de passe
admin-reset-title = Créer un lien de nouveau mot de passe pour { $name } ?
admin-reset-explain = Envoyez le lien à { $name } et à personne d’autre : qui l’ouvre choisit le mot de passe et obtient le compte. Il sert une seule fois et prend fin { $when }.
admin-reset-send = Envoyez-le à cette personne et à personne d’autre.

admin-make-what = Que doit-elle donner ?
admin-make-closed = Les nouveaux comptes sont désactivés dans les réglages : on ne peut inviter que des contacts.
admin-make-how = Pour combien ?
admin-how-one = Une personne
admin-how-one-hint = Un lien qui sert une fois. Le plus sûr.
admin-how-group = Un groupe, avec un seul lien
admin-how-group-hint = Pour un tableau d’affichage ou la discussion d’un groupe. Qui a le lien peut venir, dans la limite du nombre ci-dessous.
admin-how-many = Plusieurs personnes, chacune avec son lien
admin-how-many-hint = Jusqu’à 200 liens à la fois, à imprimer ou à enregistrer dans un fichier.
admin-number = Combien de personnes ?
admin-number-hint = Laissez vide pour une seule personne.
admin-hello-hint = La personne qui ouvre le lien les lit. Vous pouvez laisser vide.
admin-make-more = Rôle, groupes, durée et plus
admin-note = Une note entre vous
admin-note-hint = Seuls les admins la voient, dans la liste des invitations.
admin-keep-name = Réserver un nom
admin-keep-name-hint = Personne d’autre ne peut le prendre tant que l’invitation est en attente.
admin-life = Combien de temps est-elle valable ?
admin-life-usual = Comme d’habitude ici
admin-life-keep = Comme c’est
admin-life-hour = Une heure
admin-life-half-day = 12 heures
admin-life-day = Un jour
admin-life-week = Une semaine
admin-life-month = Quatre semaines
admin-life-year = Un an
admin-until = Ou jusqu’à la fin d’un jour
admin-language = Langue de la page
admin-language-any = Celle de la personne
admin-no-kind = Choisissez ce qu’elle doit donner.
admin-no-uses = Dites pour combien de personnes : au moins autant qu’il en est déjà venu, et 5000 au plus.
admin-no-count = Dites combien de liens : de 2 à 200.
admin-no-name-for-many = Un nom ne peut être réservé que pour une seule personne.
admin-no-life = Elle peut être valable d’une minute à un an.
admin-no-role = Ce rôle est au-dessus du vôtre.
admin-no-groups = L’un des groupes n’existe plus, ou il y en a trop.
admin-no-group-link = Ce genre est pour une seule personne. Pour un groupe, choisissez-en un qui donne un compte.
admin-no-long = Les premiers mots ou la note sont trop longs.
admin-batch-title = { $n ->
    [one] Un lien est prêt
   *[other] { $n } liens sont prêts
}
admin-batch-explain = Chacun sert une fois. Vous les trouvez aussi dans la liste des invitations, tant qu’elles sont en attente.
admin-batch-file = Enregistrer dans un fichier
admin-batch-links = Les liens
admin-print-hint = Coupez le long des lignes. Chaque carré ouvre une invitation.

admin-import = D’après une liste
admin-import-list = La liste
admin-import-hint = Jusqu’à 200 lignes, comme un tableur les enregistre en CSV. La première ligne nomme les colonnes :
admin-import-look = La regarder d’abord
admin-import-make = { $n ->
    [one] Créer un lien
   *[other] Créer { $n } liens
}
admin-import-line = Ligne
admin-import-who = Pour
admin-import-fine = Bien
admin-import-wrong = Certaines lignes sont à revoir. Rien n’a été créé.
admin-import-later = Cela fait beaucoup à la suite. Attendez une minute, puis envoyez de nouveau.
admin-import-unreadable = Ceci ne se lit pas comme une liste.
admin-import-no-heading = La première ligne doit nommer les colonnes : au moins note ou username.
admin-import-long = 200 lignes au plus à la fois.
admin-import-empty = Il n’y a personne sur la liste.
admin-import-twice = Le nom figure deux fois sur la liste.
admin-import-role = Ce rôle n’existe pas.
admin-import-taken = Le nom est pris.

admin-groups-explain = Les personnes font partie de groupes, et une invitation peut les y mettre dès le début.
admin-groups-none = Pas encore de groupes
admin-groups-none-hint = Une chorale a ses pupitres, une école ses classes, une entreprise ses équipes.
admin-group-new = Un nouveau groupe
admin-group-make = Créer le groupe
admin-group-members = { $n ->
    [0] Personne pour l’instant
    [one] Une personne
   *[other] { $n } personnes
}
admin-group-bad-name = Le nom d’un groupe a de 1 à 64 caractères.
admin-group-exists = Il y a déjà un groupe de ce nom.
admin-group-no-account = Personne ici n’a ce nom.
admin-group-who = Le nom d’une personne d’ici
admin-group-add = Ajouter
admin-group-remove = Enlever
admin-group-remove-named = Enlever { $name } du groupe
admin-group-joined = { $name } fait partie du groupe.
admin-group-left = { $name } ne fait plus partie du groupe.
admin-group-empty = Personne n’en fait encore partie
admin-group-empty-hint = Ajoutez quelqu’un, ou créez une invitation qui le fait.
admin-group-careful = Supprimer un groupe ne supprime aucun compte, mais on ne saura plus qui en faisait partie.
admin-group-delete = Supprimer le groupe
admin-group-contacts-title = En contact les uns avec les autres
admin-group-contacts = Ses membres sont en contact les uns avec les autres
admin-group-contacts-on = Qui fait partie du groupe trouve tous les autres parmi ses contacts.
admin-group-contacts-off = Les personnes du groupe ne sont pas mises en contact.
admin-group-contacts-begin = Les mettre en contact
admin-group-contacts-end = Ne plus les mettre en contact
admin-group-invite = Inviter dans ce groupe
admin-group-delete-title = Supprimer le groupe { $name } ?
admin-group-delete-explain = { $n ->
    [0] Personne n’en fait partie.
    [one] Une personne en fait partie et garde son compte. On ne pourra pas retrouver qui en faisait partie.
   *[other] { $n } personnes en font partie et gardent leur compte. On ne pourra pas retrouver qui en faisait partie.
}
admin-group-deleted = Le groupe { $name } est supprimé.

admin-settings = Réglages
admin-settings-owners = Seul un propriétaire peut les changer.
admin-settings-saved = Les réglages sont enregistrés.
admin-setting-locked = Fixé par le fichier de configuration.
admin-setting-wrong = Cela ne peut pas servir.
admin-set-place = Le lieu
admin-set-name = Nom
admin-set-name-hint = Comment les pages nomment ce lieu.
admin-set-sentence = Une phrase à son sujet
admin-set-colour = Couleur
admin-set-colour-hint = Par exemple #7a2e8e. Elle est assombrie ou éclaircie là où un texte serait illisible.
admin-set-support = À qui s’adresser
admin-set-support-hint = Une adresse e-mail ou un lien, montré sur chaque page. Plusieurs, séparés par des virgules.
admin-set-terms = Conditions d’utilisation
admin-set-privacy = Ce que deviennent les données des gens
admin-set-web-hint = Une adresse web.
admin-set-card = Dire qui invite quand une application montre l’aperçu d’un lien
admin-set-card-hint = Tout le monde dans cette discussion le voit.
admin-set-made-with = Nommer le programme au bas de chaque page
admin-set-invites = Invitations
admin-set-accounts = On peut créer de nouveaux comptes
admin-set-members = Les invitations des membres créent des comptes, pas seulement des contacts
admin-set-contacts = Les membres peuvent inviter des contacts
admin-set-contacts-hint = Sans cela ni la ligne du dessus, seuls les admins invitent.
admin-set-open = Invitations en attente par membre
admin-set-day = Invitations par membre et par jour
admin-set-limit-hint = Les admins n’ont pas cette limite.
admin-set-life = Combien de temps une invitation est valable
admin-set-carry = Une invitation peut passer par une boutique d’applications
admin-set-carry-hint = Elle est encore là une fois l’application installée, et la boutique voit le lien.

admin-keys = Clés pour des programmes
admin-keys-explain = Avec une clé, un programme fait ce que vous feriez ici : créer des invitations depuis votre propre site, par exemple.
admin-keys-none = Pas encore de clé
admin-keys-none-hint = Il n’en faut aucune, sauf si l’un de vos programmes en demande une.
admin-key-make = Créer une clé
admin-key-submit = Créer la clé
admin-key-name = À quoi sert-elle ?
admin-key-name-hint = Pour savoir plus tard quel programme l’a.
admin-key-scopes = Elle permet de
admin-key-role = Elle agit comme
admin-key-life = Elle est valable
admin-key-no-end = Sans fin
admin-key-over = N’est plus valable
admin-key-used = Dernier usage
admin-key-unused = Jamais
admin-key-made = La clé est prête
admin-key-once = Copiez-la maintenant : elle n’est montrée que cette fois. Qui l’a peut faire ce que vous avez coché ; gardez-la comme un mot de passe.
admin-key-revoked = La clé a été retirée.
admin-key-revoke-named = Retirer la clé de { $name }
admin-key-revoke-title = Retirer la clé de { $name } ?
admin-key-revoke-explain = Le programme qui l’a est refusé aussitôt. Cela ne s’annule pas, mais vous pouvez créer une autre clé.
admin-key-no-scope = Cochez au moins une chose qu’elle permet.
admin-key-bad-name = Dites en 1 à 64 caractères à quoi elle sert.
admin-key-too-many = Il y a autant de clés que possible. Retirez-en d’abord une.
admin-scope-invites-read = Voir les invitations et leurs liens
admin-scope-invites-write = Créer et changer des invitations
admin-scope-accounts-read = Voir les personnes
admin-scope-accounts-write = Créer, changer et supprimer des comptes
admin-scope-groups-read = Voir les groupes
admin-scope-groups-write = Créer et changer des groupes
admin-scope-hosts-read = Voir les réglages
admin-scope-hosts-write = Changer les réglages
admin-scope-compat = Seulement ce qu’appellent les programmes écrits pour Prosody

admin-again-title = Est-ce toujours vous ?
admin-again = Ce que vous allez faire compte : tapez votre mot de passe encore une fois. Il vaut ensuite pour 15 minutes.
admin-again-submit = Continuer
