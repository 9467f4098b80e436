# Les pages que rencontre une personne invitée. On la vouvoie, avec chaleur ; rien ne s’accorde à son genre.

frame-language = Langue
frame-questions = Des questions ? Écrivez à
frame-terms = Conditions
frame-privacy = Confidentialité
frame-made-with = Fait avec Parlour
frame-copy = Copier
frame-copied = Copié
frame-share = Partager
frame-back = Retour

landing-title-personal = { $inviter } aimerait discuter avec vous
landing-title-place = Une invitation pour vous : { $site }
landing-private = Voici une invitation personnelle à rejoindre { $site }.
landing-open = Voici une invitation à rejoindre { $site }.
landing-invited-by = { $inviter } vous envoie cette invitation.
landing-members = { $n ->
    [0] Personne n’est encore là.
    [one] Une personne est déjà là.
   *[other] { $n } personnes sont déjà là.
}
landing-hello-from = { $inviter } vous écrit
landing-until = Ce lien est valable jusqu’au { $date } ({ $relative }).
landing-until-for-more = { $n ->
    [one] Ce lien est encore valable pour une personne, jusqu’au { $date }.
   *[other] Ce lien est encore valable pour { $n } personnes, jusqu’au { $date }.
}
landing-for-more = { $n ->
    [one] Ce lien est encore valable pour une personne.
   *[other] Ce lien est encore valable pour { $n } personnes.
}

landing-continue-with = Continuer avec { $app }
landing-android-carried = Si vous avez { $app }, l’application s’ouvre. Sinon, c’est Google Play qui s’ouvre, et votre invitation vous suit.
landing-get = Obtenir { $app }
landing-get-carried = Google Play s’ouvre, et votre invitation vous suit dans { $app }.
landing-have-it = J’ai { $app }, continuer
landing-have-app = J’ai déjà { $app }
landing-step-get = Installez l’application
landing-step-return = Revenez sur cette page
landing-step-return-hint = Elle reste ouverte pour vous. C’est d’ici que votre invitation passe dans l’application.
landing-phone-title = Prenez votre téléphone
landing-phone-hint = Visez ce carré avec l’appareil photo de votre téléphone.
landing-qr-label = Un carré qui ouvre cette invitation sur un téléphone
landing-computer = Utiliser cet ordinateur
landing-computer-hint = Choisissez un nom ici, puis connectez-vous avec l’application de votre choix.
landing-here = Créer plutôt mon compte sur cette page
landing-open-link = Ouvrir l’invitation dans votre application
landing-in-app-title = Rien ne se passe quand vous touchez le bouton ?
landing-in-app = Ouvrez cette page dans votre navigateur habituel : touchez le menu, puis « Ouvrir dans le navigateur ». Ou copiez le lien et collez-le là-bas.
landing-link-label = Le lien de cette page

landing-opened-title = L’application s’est-elle ouverte ?
landing-opened = Sinon, elle n’est peut-être pas encore installée. Installez-la d’abord, puis revenez et touchez de nouveau le bouton. Cette page vous attend.
landing-more-apps = Autres applications
landing-computer-apps = Applications pour cet ordinateur
landing-more-apps-hint = Elles s’entendent toutes : peu importe celle que vos proches utilisent.
landing-app-get = Obtenir
landing-app-sign-in = Choisissez d’abord un nom ici, puis connectez-vous là-bas.
landing-have-title = J’ai déjà une application ou un compte
landing-have-account = Vous pouvez garder le compte que vous avez. Ouvrez l’invitation dans votre application, et { $inviter } rejoint vos contacts.
landing-have-app-only = Ouvrez l’invitation dans l’application que vous avez.
landing-what-title = Qu’est-ce que c’est ?
landing-what = { $site } est un endroit où discuter avec les gens que vous connaissez. On n’y demande ni numéro de téléphone ni carnet d’adresses, et vous choisissez l’application.
landing-what-standard = Cela repose sur un standard ouvert nommé XMPP.
landing-ipad-title = Sur un iPad ?

landing-contact-explain = { $inviter } vous envoie son contact. Pour l’accepter, il vous faut un compte de discussion. N’importe lequel convient, même un que vous avez déjà.
landing-contact-accept = Ajouter { $inviter }
landing-contact-none-title = Je n’ai pas encore de compte
landing-contact-none = Ce lien ajoute un contact et ne peut pas créer de compte. Demandez à { $inviter } une invitation qui le peut, ou créez un compte auprès d’un fournisseur que votre application propose.

card-personal = { $inviter } vous invite à rejoindre { $site }
card-place = Une invitation pour vous : { $site }
card-text = Un endroit privé pour discuter. Sans numéro de téléphone.
card-until = Valable jusqu’au { $date }.

dead-expired-title = Cette invitation a expiré
dead-expired = Elle était valable jusqu’au { $date }.
dead-expired-undated = Elle n’est plus valable depuis quelque temps.
dead-expired-ask = { $inviter } peut vous en envoyer une nouvelle en un instant.
dead-expired-ask-anybody = La personne qui vous l’a envoyée peut vous en refaire une en un instant.
dead-used-title = Cette invitation a déjà servi
dead-used = C’était vous ? Alors vous avez déjà un compte : connectez-vous avec votre application, ou ici pour inviter d’autres personnes.
dead-used-ask = Si ce n’était pas vous, demandez-en une nouvelle à la personne qui vous l’a envoyée.
dead-withdrawn-title = Cette invitation a été retirée
dead-withdrawn = Si vous pensez que c’est une erreur, demandez à la personne qui vous l’a envoyée.
dead-full-title = Toutes les places sont prises pour l’instant
dead-full = Tout le monde pour qui ce lien était fait est arrivé. Demandez-en un nouveau à la personne qui vous l’a envoyé.
dead-unknown-title = Nous ne connaissons pas ce lien
dead-unknown = Il en manque peut-être un morceau. Essayez de l’ouvrir de nouveau depuis le message d’origine.
dead-help = Si cela n’aide pas, écrivez à

register-title = Choisissez un nom
register-title-fixed = Choisissez un mot de passe
register-name-hint = C’est ainsi qu’on vous trouvera. Vous ne pourrez plus le changer, mais vous pourrez afficher le nom que vous voulez.
register-name-fixed = Ce nom vous est réservé. Il ne manque plus qu’un mot de passe.
register-submit = Créer mon compte
register-for = Vous rejoignez { $site }.
register-for-inviter = Vous rejoignez { $site }. { $inviter } sera votre premier contact.
owner-title = Prendre possession de { $site }
owner-intro = Personne n’est arrivé avant vous. Ce lieu sera le vôtre : vous déciderez qui peut inviter, et vous pourrez transmettre les clés.
owner-submit = Prendre possession
field-name = Nom
field-name-hint = Lettres minuscules, chiffres, points et tirets.
field-password = Mot de passe
field-password-hint = Au moins 8 caractères. Quatre ou cinq mots à la suite se retiennent bien et se devinent mal.
field-password-once = Vous ne le tapez qu’une fois : prenez votre temps.
field-show = Afficher
field-hide = Masquer
error-summary = Merci de revoir ceci
error-name-empty = Choisissez d’abord un nom.
error-name-malformed = Un nom peut contenir des lettres minuscules, des chiffres, des points et des tirets, mais pas d’espaces.
error-name-long = Ce nom est trop long.
error-name-taken = Quelqu’un ici utilise déjà { $name }.
error-name-reserved = Ce nom est réservé à quelqu’un d’autre.
error-name-suggest = Pourquoi pas l’un de ceux-ci ?
error-name-pick = Prendre le nom { $name }
error-password-short = Il lui faut au moins 8 caractères.
error-password-long = C’est plus long que ce que les applications supportent. 128 caractères suffisent largement.
error-password-common = Ce mot de passe figure sur toutes les listes de mots faciles à deviner. Choisissez-en un autre.
error-password-odd = Il contient un caractère que certaines applications enverraient autrement. Merci de l’enlever.
error-form-stale = Cette page est restée ouverte longtemps, nous vous demandons donc de l’envoyer une nouvelle fois. Rien n’est perdu.
error-try-later = Cela fait beaucoup d’essais à la suite. Attendez { $minutes ->
    [one] une minute
   *[other] { $minutes } minutes
}, puis envoyez de nouveau.

success-title = Bienvenue, { $name }
success-contact = { $inviter } est déjà dans vos contacts.
success-address = Votre adresse
success-address-hint = C’est ainsi qu’on vous trouve, et que vous vous connectez.
success-next-title = Maintenant, connectez-vous avec une application
success-step-get = Installez { $app }
success-step-get-hint = Ou une autre de la liste ci-dessous.
success-step-sign-in = Choisissez de vous connecter avec un compte existant
success-step-sign-in-hint = Inutile d’en créer un nouveau : vous avez le vôtre.
success-step-type = Tapez votre adresse et le mot de passe que vous venez de choisir
success-password-hint = Nous ne pourrons plus vous montrer ce mot de passe. Gardez-le là où vous le retrouverez.
success-invite = Inviter quelqu’un
success-other-apps = Autres applications

sign-in-title = Se connecter
sign-in-intro = Avec le nom et le mot de passe de votre application de discussion.
sign-in-submit = Se connecter
sign-in-name-hint = La partie de votre adresse avant @.
sign-in-wrong = Ce nom et ce mot de passe ne vont pas ensemble.
sign-in-forgot = Mot de passe oublié ?
sign-in-forgot-help = Écrivez à
sign-in-forgot-nobody = Demandez à la personne qui s’occupe de ce lieu un lien pour en choisir un nouveau.
reset-title = Choisissez un nouveau mot de passe
reset-intro = Pour le compte
reset-effect = Toutes les applications et tous les navigateurs connectés demanderont le nouveau.
reset-submit = Enregistrer le nouveau mot de passe
reset-done-title = Votre nouveau mot de passe est en place
reset-done = Tapez-le la prochaine fois qu’une application le demande.
password-title = Changer votre mot de passe
password-current = Mot de passe actuel
password-new = Nouveau mot de passe
password-current-wrong = Ce n’est pas votre mot de passe.
password-submit = Changer

problem-forbidden-title = Cette page est restée ouverte trop longtemps
problem-forbidden = Pour votre sécurité, nous n’acceptons un formulaire que si ce navigateur l’a reçu de nous peu avant. Revenez en arrière, rechargez la page et envoyez de nouveau. Si cela n’aide pas, autorisez cette page à enregistrer des cookies.
problem-not-yours-title = Cette page est pour les personnes qui s’occupent de { $site }
problem-not-yours = La connexion est bonne, mais ces pages sont pour les personnes qui s’occupent du lieu. Si vous devez en faire partie, demandez à l’une d’elles.
problem-unreadable-title = Cela ne nous est pas bien parvenu
problem-unreadable = Votre navigateur a envoyé quelque chose que nous ne pouvons pas lire. Revenez en arrière, rechargez la page et envoyez de nouveau.
problem-insecure-title = Cette page demande une connexion sûre
problem-insecure = Un mot de passe ne voyage pas à découvert. Utilisez l’adresse qui commence par https. (Si vous gérez ce lieu derrière un proxy : faites-lui envoyer l’en-tête X-Forwarded-Proto: https, et nommez-le dans trusted_proxies.)
problem-missing-title = Il n’y a rien ici
problem-missing = L’adresse est peut-être mal tapée, ou ce qui était ici n’y est plus.
problem-gone-title = Ce n’est plus ici
problem-gone = C’était ici autrefois, et cela a été enlevé.
problem-elsewhere-title = La bonne maison, mais pas la bonne porte
problem-elsewhere = Il n’y a rien à l’adresse que vous avez tapée. Comparez-la avec le message qui la contenait.
problem-busy-title = Un instant, s’il vous plaît
problem-busy = Beaucoup d’essais sont venus de votre connexion. Réessayez { $when }.
problem-overloaded = Il y a trop à faire ici en ce moment. Rien n’a été changé ; réessayez dans une minute.
problem-full-title = Plus de place pour le moment
problem-full = Il n’y a plus de place ici pour garder quoi que ce soit de nouveau ; rien n’a été changé. Les responsables ont été prévenus. Les liens restent valables ; réessayez plus tard.
problem-fault-title = C’est de notre faute
problem-fault = Quelque chose s’est mal passé de notre côté. Vous n’y êtes pour rien ; réessayer dans une minute suffit souvent.
problem-reference = Si vous nous écrivez, donnez ce numéro :

setup-title = Préparer { $app }
setup-for = C’est pour votre invitation à { $site }.
setup-for-contact = C’est pour le contact que { $inviter } vous envoie.
setup-get-carried = Google Play remet votre invitation à l’application. Si vous l’installez d’ailleurs, revenez ensuite sur cette page.
setup-return-carried = Si l’application ne connaît pas encore votre invitation, touchez ici.
setup-name-first = Choisissez un nom ici
setup-name-first-hint = { $app } ne sait pas ouvrir les invitations : votre compte se crée sur cette page.
setup-sign-in = Connectez-vous avec { $app }
setup-sign-in-hint = La page suivante montre votre adresse, prête à copier. Choisissez de vous connecter avec un compte existant.
setup-own-account = Connectez-vous là-bas
setup-own-account-hint = Avec un compte que vous avez déjà, ou avec celui d’un fournisseur que l’application propose.
setup-add-hint = Choisissez d’ajouter un contact, et collez cette adresse.
setup-add-address = L’adresse à ajouter
setup-other-app = Choisir une autre application
landing-step-get-beside = Cela s’ouvre à côté de cette page, pour que vous puissiez y revenir.
landing-no-phone = Aucun numéro de téléphone n’est nécessaire.
landing-other-devices = Pour d’autres appareils
landing-fdroid-instead = Pas de Google Play ? Installez-la depuis F-Droid
landing-fdroid-free = Sur Google Play, { $app } peut être payante. Sur F-Droid, elle est gratuite
landing-try-again = Réessayer
landing-way-out = Ouvrir dans mon navigateur

home-intro = Un endroit où discuter avec les gens que vous connaissez.
home-sign-in-hint = Pour inviter d’autres personnes, ou changer votre mot de passe.
home-join = Créer un compte
home-sign-in = J’ai un compte : me connecter
home-how-title = Comment entrer ?
home-how = Avec une invitation de quelqu’un qui est déjà là. Demandez-lui un lien : c’est l’affaire d’un instant.
home-needs-title = Il vous faut une invitation
home-needs = Personne n’entre à { $site } sans invitation. La personne qui vous en a parlé peut vous envoyer un lien.

register-make = Créer un mot de passe pour moi
password-made-title = Gardez ceci en lieu sûr
password-made-hint = C’est votre mot de passe. Il vous le faudra dans l’application, et à chaque changement de téléphone. Nous ne pourrons plus vous le montrer.
password-made-label = Votre mot de passe
password-made-save = Enregistrer dans un fichier
password-file = { $site }
    Adresse : { $address }
    Mot de passe : { $password }
success-step-type-made = Tapez votre adresse et le mot de passe ci-dessus
success-halves = L’application en demande plus ?
success-halves-hint = Certaines veulent les deux moitiés de votre adresse à part.
success-half-name = Avant le @
success-half-place = Après le @

print-title = Imprimer cette invitation
print-button = Imprimer
print-one = Une par page
print-eight = 8 billets
print-many = 24 billets
print-slip = Visez ce carré avec l’appareil photo de votre téléphone, ou tapez :
print-single = Ce lien fait entrer une seule personne : un exemplaire suffit.
print-back = Revenir à l’invitation
