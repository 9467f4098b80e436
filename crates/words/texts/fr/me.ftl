# La page d’un membre : inviter, et ce que sont devenues les invitations.

me-title = Inviter quelqu’un
me-signed-in = Compte connecté :
me-sign-out = Se déconnecter
me-change-password = Changer le mot de passe
me-app-title = Se connecter avec une application
me-devices = Où votre compte est ouvert
me-leave = Partir et supprimer votre compte
me-console = S’occuper de ce lieu

invite-kind = Pour qui est-ce ?
invite-kind-contact = Une personne que vous connaissez
invite-kind-contact-hint = Elle reçoit un compte ici, et vous vous retrouvez aussitôt dans vos contacts.
invite-kind-account = Quelqu’un d’autre
invite-kind-account-hint = Cette personne reçoit un compte ici, sans rejoindre vos contacts.
invite-kind-only-contact = Une personne qui a un compte
invite-kind-only-contact-hint = Ici ou ailleurs : vous vous retrouvez dans vos contacts respectifs, et aucun compte n’est créé.
invite-note = Quelques mots de votre part
invite-note-hint = La personne qui ouvre le lien les voit, et vous dans la liste ci-dessous. Vous pouvez laisser vide.
invite-note-long = C’est trop long de { $n ->
    [one] un caractère
   *[other] { $n } caractères
}.
invite-more = Plus de choix
invite-name = Réserver un nom
invite-name-hint = Personne d’autre ne peut le prendre tant que le lien est valable. Si vous laissez vide, la personne choisira elle-même.
invite-name-no-account = On ne peut réserver un nom que pour une personne qui reçoit un compte ici.
invite-reminder = Un pense-bête pour vous
invite-reminder-hint = Personne d’autre ne le voit, dans la liste ci-dessous.
invite-life = Durée du lien
life-days = { $n ->
    [one] Un jour
   *[other] { $n } jours
}
life-hours = { $n ->
    [one] Une heure
   *[other] { $n } heures
}
invite-language = Langue de la page derrière le lien
invite-language-theirs = Celle de leur appareil
invite-submit = Créer le lien
invite-left = { $n ->
    [0] Vous ne pouvez plus créer d’invitation aujourd’hui.
    [one] Vous pouvez créer encore une invitation aujourd’hui.
   *[other] Vous pouvez créer encore { $n } invitations aujourd’hui.
}
invite-none-left = Vous pourrez créer votre prochaine invitation { $when }.
invite-too-many-open = Vous avez autant d’invitations en attente que possible. Dès que l’une d’elles sert, expire ou est retirée, vous pourrez en créer une autre.
invite-too-many-open-until = Vous avez autant d’invitations en attente que possible. Retirez-en une, ou attendez que l’une d’elles serve ; la première expire { $when }, le { $date }, et vous pourrez alors en créer une autre.
invite-not-allowed = Inviter revient aux personnes qui s’occupent de { $site }.

made-title = À vous de partager
made-intro = Envoyez ce lien à une seule personne. Vous verrez ici quand il aura servi.
made-intro-many = { $n ->
    [one] Envoyez ce lien à une seule personne. Vous verrez ici quand il aura servi.
   *[other] Envoyez ce lien à { $n } personnes au plus. Vous verrez ici qui est arrivé.
}
made-link = Le lien
made-until = Il est valable jusqu’au { $date } ({ $relative }).
made-qr = Ou faites viser ce carré avec un appareil photo
made-here-only = C’est un essai : le lien ne s’ouvre que sur cet ordinateur. Pour le téléphone d’un proche, relancez l’essai avec --lan.
made-qr-label = Un carré qui ouvre votre invitation sur un téléphone
made-your-words = Vos mots
made-name = Le nom { $name } est réservé.
invitation-title = Votre invitation
history-title = Ce qu’elle est devenue
history-made = Vous l’avez créée
history-joined = Arrivée de { $name }
history-contact = { $name } a rejoint vos contacts
history-taken-back = Vous l’avez retirée
history-taken-away = Retirée par les personnes qui s’occupent de { $site }
history-extended = Prolongée
history-uses = Valable désormais pour un autre nombre de personnes
history-replaced = Un nouveau lien a pris sa place
history-took-over = Elle a pris la place d’un lien plus ancien
extend-submit = La prolonger jusqu’au { $date }
renew-submit = Créer un nouveau lien
renew-hint = Le nouveau lien promet la même chose, et celui-ci s’arrête aussitôt : pour un lien perdu, ou tombé dans de mauvaises mains.
renew-hint-over = Le nouveau lien promet la même chose que celui-ci.
renew-newer = Vers le lien plus récent
renew-name-taken = Quelqu’un d’autre a pris ce nom entre-temps. Créez une nouvelle invitation avec un autre.
renew-over = On ne peut plus changer celle-ci. Voici ce qu’elle est devenue.
made-another = Vers vos invitations

list-title = Vos invitations
list-empty-title = Aucune invitation pour l’instant
list-empty = Commencez par une personne que vous connaissez bien. Votre lien sera gardé ici, et vous verrez quand il aura servi.
list-made = Créée { $when }
state-waiting = En attente
state-waiting-until = En attente, jusqu’au { $date }
state-used = Utilisée
state-used-by = Arrivée de { $name } { $when }
state-some = { $used ->
    [0] Aucune arrivée sur { $of }
    [one] Une personne sur { $of } est arrivée
   *[other] { $used } personnes sur { $of } sont arrivées
}
state-expired = Expirée { $when }
state-withdrawn = Retirée
state-replaced = Un nouveau lien l’a remplacée
list-show = Montrer le lien
list-show-named = Montrer le lien : { $note }
list-take-back = Retirer
list-take-back-named = Retirer l’invitation : { $note }
list-look = Ce qui s’est passé
list-look-named = Ce qui s’est passé avec l’invitation : { $note }
list-older = Plus anciennes
list-newest = Revenir aux plus récentes
list-opened = Ouverte { $n ->
    [one] une fois
   *[other] { $n } fois
}

revoke-title = Retirer cette invitation ?
revoke-explain = Les personnes qui ne sont pas encore là verront qu’elle n’est plus valable.
revoke-submit = Retirer
revoke-keep = Garder
notice-taken-back = L’invitation a été retirée.
notice-password-changed = Votre mot de passe a été changé.
notice-owner = { $site } est à vous. Qui aimeriez-vous y voir en premier ?
notice-extended = Le lien est maintenant valable plus longtemps.
notice-renewed = Voici le nouveau lien. L’ancien ne marche plus.
notice-signed-out = La déconnexion est faite.
notice-others-signed-out = Votre compte n’est plus ouvert qu’ici.

devices-title = Où votre compte est ouvert
devices-intro = Toutes les applications et tous les navigateurs qui utilisent votre compte, ou peuvent y revenir sans votre mot de passe.
devices-apps = Applications de discussion
devices-apps-none = Aucune application n’est connectée en ce moment.
devices-app = Une application de discussion
devices-app-connected = En ligne, ouverte { $since }
devices-app-lost = Pas en ligne en ce moment, ouverte { $since }
devices-app-away = Absente, dernière connexion { $since }. Elle peut revenir sans votre mot de passe.
devices-browsers = Navigateurs
devices-browser = Un navigateur
devices-browser-on = { $browser } sur { $device }
devices-browser-facts = Ouvert { $since }, vu pour la dernière fois { $seen }
devices-this = C’est celui que vous utilisez
devices-end = Déconnecter
devices-end-named = Déconnecter : { $name }
devices-end-others = Déconnecter partout sauf ici
devices-lost = Une application qui connaît votre mot de passe peut se reconnecter. Si un téléphone est perdu, ou si quelqu’un connaît peut-être votre mot de passe, choisissez-en un nouveau : sans lui, plus rien ne revient.
password-effect = Quand vous le changez, toutes les autres applications et tous les autres navigateurs sont déconnectés, et demandent le nouveau.

leave-title = Partir pour de bon ?
leave-intro = Ceci supprime votre compte à { $site }.
leave-at-once = Votre compte se ferme aussitôt partout, et plus personne ne peut vous écrire ici.
leave-invites = Vos invitations en attente cessent de marcher. Les personnes que vous avez fait venir restent.
leave-thirty = Pendant 30 jours, les personnes qui s’occupent de ce lieu peuvent rétablir votre compte si vous le leur demandez. Ensuite, tout ce qu’il contient est effacé.
leave-name = Personne d’autre n’aura votre nom : nul ne pourra se faire passer pour vous.
leave-last-owner = Vous êtes la seule personne propriétaire de { $site }. Donnez d’abord ce rôle à quelqu’un d’autre, puis vous pourrez partir.
leave-password = Votre mot de passe, pour être sûr que c’est vous
leave-submit = Supprimer mon compte
leave-stay = Rester
left-title = Au revoir
left-intro = Supprimé :
left-until = Si vous changez d’avis, écrivez avant le { $date } aux personnes qui s’occupent de ce lieu.
