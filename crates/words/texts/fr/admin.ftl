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
admin-group-delete-title = Supprimer le groupe { $name } ?
admin-group-delete-explain = { $n ->
    [0] Personne n’en fait partie.
    [one] Une personne en fait partie et garde son compte. On ne pourra pas retrouver qui en faisait partie.
   *[other] { $n } personnes en font partie et gardent leur compte. On ne pourra pas retrouver qui en faisait partie.
}
admin-group-deleted = Le groupe { $name } est supprimé.

admin-again-title = Est-ce toujours vous ?
admin-again = Ce que vous allez faire compte : tapez votre mot de passe encore une fois. Il vaut ensuite pour 15 minutes.
admin-again-submit = Continuer
