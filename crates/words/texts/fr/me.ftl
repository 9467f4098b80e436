# La page d’un membre : inviter, et ce que sont devenues les invitations.

me-title = Inviter quelqu’un
me-signed-in = Compte connecté :
me-sign-out = Se déconnecter
me-change-password = Changer le mot de passe
me-app-title = Se connecter avec une application

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
invite-submit = Créer le lien
invite-left = { $n ->
    [0] Vous ne pouvez plus créer d’invitation aujourd’hui.
    [one] Vous pouvez créer encore une invitation aujourd’hui.
   *[other] Vous pouvez créer encore { $n } invitations aujourd’hui.
}
invite-none-left = Vous pourrez créer votre prochaine invitation { $when }.
invite-too-many-open = Vous avez autant d’invitations en attente que possible. Dès que l’une d’elles sert, expire ou est retirée, vous pourrez en créer une autre.
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
list-show = Montrer le lien
list-show-named = Montrer le lien : { $note }
list-take-back = Retirer
list-take-back-named = Retirer l’invitation : { $note }

revoke-title = Retirer cette invitation ?
revoke-explain = Les personnes qui ne sont pas encore là verront qu’elle n’est plus valable.
revoke-submit = Retirer
revoke-keep = Garder
notice-taken-back = L’invitation a été retirée.
notice-password-changed = Votre mot de passe a été changé.
notice-owner = { $site } est à vous. Qui aimeriez-vous y voir en premier ?
