# Ce qu’une application montre : formulaires, résultats, et pourquoi quelque chose n’a pas marché. Texte simple.

chat-register-title = Créer votre compte
chat-register-intro = Choisissez un nom et un mot de passe. Le nom ne pourra plus être changé.
chat-register-intro-fixed = Ce nom vous est réservé. Il ne manque plus qu’un mot de passe.
chat-register-intro-inviter = { $inviter } vous invite et sera votre premier contact. Choisissez un nom et un mot de passe.
chat-reset-title = Choisir un nouveau mot de passe
chat-reset-intro = Choisissez un nouveau mot de passe pour { $account }.
chat-registered-title = Votre compte
chat-registered-intro = Vous avez un compte ici. Vous pouvez changer son mot de passe.
chat-field-name = Nom
chat-field-password = Mot de passe
chat-invite-only = On entre ici sur invitation seulement. Ouvrez le lien que quelqu’un d’ici vous a envoyé.
chat-invite-only-page = On entre ici sur invitation seulement. Ouvrez le lien que quelqu’un d’ici vous a envoyé, ou lisez-en plus sur { $url }
chat-closed = Ce lieu n’accepte pas de nouveaux comptes.
chat-dead-invite = Cette invitation n’est pas valable. Elle a peut-être servi, expiré ou été retirée.
chat-once = Un compte a déjà été créé par cette connexion. Connectez-vous avec lui.
chat-need-name = Il manque un nom.
chat-need-password = Il manque un mot de passe.
chat-other-name = Cette invitation est pour un autre nom.
chat-no-account = Ce compte n’existe pas.
chat-not-your-name = On ne peut changer ici que le mot de passe de son propre compte.
chat-last-owner = Vous êtes la dernière personne à qui ce lieu appartient. Confiez-le d’abord à quelqu’un d’autre.
chat-too-many = Cela fait beaucoup d’essais à la suite. Réessayez { $when }.
chat-busy = Il y a beaucoup à faire ici en ce moment. Réessayez dans une minute.
chat-disk-full = Il n’y a plus de place ici pour garder quoi que ce soit de nouveau. Rien n’a été changé ; réessayez plus tard.

chat-joined = { $name } est là grâce à votre invitation.
chat-command-invite = Inviter quelqu’un
chat-command-account = Créer une invitation à un compte
chat-command-reset = Créer un lien pour un nouveau mot de passe
chat-command-no = Vous n’avez pas accès à ceci.
chat-commands = Ce que vous pouvez faire ici
chat-invited-title = Votre invitation
chat-invited-uri = Pour les applications de discussion
chat-invited-url = Lien à partager
chat-invited-expire = Valable jusqu’au
chat-account-title = Inviter quelqu’un à un compte
chat-account-name = Nom à réserver (peut rester vide)
chat-account-friends = Devenir contacts
chat-account-max-uses = Pour combien de personnes (une seule si vide)
chat-account-expiry = Durée de validité
chat-account-expiry-usual = Comme d’habitude
chat-account-expiry-hour = Une heure
chat-account-expiry-day = Un jour
chat-account-expiry-week = Une semaine
chat-account-expiry-month = Quatre semaines
chat-account-note = Une note pour vous
chat-account-hello = Votre premier message
chat-account-groups = Groupes à rejoindre (un par ligne)
chat-reset-command-title = Un lien pour un nouveau mot de passe
chat-reset-account = Mot de passe de qui (adresse)
chat-command-invites = Vos invitations
chat-invites-none = Il n’y a pas d’invitations ici.
chat-invites-which = Invitation
chat-invites-what = Que faire
chat-invites-show = Montrer son lien
chat-invites-renew = Créer un nouveau lien à sa place
chat-invites-revoke = La retirer
chat-invites-older = Montrer les plus anciennes
chat-invites-revoked = Elle est retirée. Plus personne ne peut utiliser ce lien.
chat-invites-unknown = Cette invitation n’existe pas.
chat-invites-over = Cette invitation n’est plus valable.
chat-invites-kind-account = Un compte
chat-invites-kind-friend = Un proche
chat-invites-kind-contact = Un contact
chat-invites-kind-reset = Un nouveau mot de passe
chat-invites-waiting = en attente
chat-invites-used = utilisée
chat-invites-full = toutes les places prises
chat-invites-expired = expirée
chat-invites-withdrawn = retirée
chat-invites-line = { $what } ({ $state }, fin : { $when })
chat-invites-line-of = { $what }, de { $maker } ({ $state }, fin : { $when })
chat-command-remove-and-block = Retirer et bloquer quelqu’un
chat-remove-and-block-intro = Vous ne vous voyez plus, et rien de ce que cette personne envoie ne vous parvient. On ne lui dit pas pourquoi.
chat-remove-and-block-who = Qui (adresse)
chat-remove-and-block-done = { $contact } : contact retiré et bloqué.
chat-too-many-open = { $limit ->
    [one] Vous avez déjà une invitation en attente, et c’est le maximum.
   *[other] Vous avez déjà { $limit } invitations en attente, et c’est le maximum.
}
chat-too-many-open-until = { $limit ->
    [one] Vous avez déjà une invitation en attente, et c’est le maximum. Vous pourrez inviter de nouveau { $when }, ou dès qu’elle aura servi ou été retirée.
   *[other] Vous avez déjà { $limit } invitations en attente, et c’est le maximum. Vous pourrez inviter de nouveau { $when }, ou dès que l’une d’elles aura servi ou été retirée.
}
chat-too-many-today = Vous avez créé autant d’invitations que possible en un jour.
chat-too-many-today-until = Vous avez créé autant d’invitations que possible en un jour. Vous pourrez inviter de nouveau { $when }.
chat-name-promised = Une autre invitation réserve déjà ce nom.
chat-needs-form = Remplissez d’abord le formulaire.
