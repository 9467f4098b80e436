# Lo que muestra una aplicación de chat: formularios, resultados y por qué algo no salió. Texto sencillo.

chat-register-title = Crear tu cuenta
chat-register-intro = Elige un nombre y una contraseña. El nombre no se puede cambiar después.
chat-register-intro-fixed = Este nombre está guardado para ti. Solo falta una contraseña.
chat-register-intro-inviter = { $inviter } te invita y será tu primer contacto. Elige un nombre y una contraseña.
chat-reset-title = Elegir una contraseña nueva
chat-reset-intro = Elige una contraseña nueva para { $account }.
chat-registered-title = Tu cuenta
chat-registered-intro = Tienes una cuenta aquí. Puedes cambiar su contraseña.
chat-field-name = Nombre
chat-field-password = Contraseña
chat-invite-only = Aquí se entra solo con invitación. Abre el enlace que te envió alguien de aquí.
chat-invite-only-page = Aquí se entra solo con invitación. Abre el enlace que te envió alguien de aquí, o lee más en { $url }
chat-closed = Aquí no se crean cuentas nuevas.
chat-dead-invite = Esta invitación no sirve. Puede que se haya usado, haya caducado o se haya retirado.
chat-once = En esta conexión ya se creó una cuenta. Entra con ella.
chat-need-name = Falta un nombre.
chat-need-password = Falta una contraseña.
chat-other-name = Esta invitación es para otro nombre.
chat-no-account = Esa cuenta no existe.
chat-not-your-name = Aquí solo se puede cambiar la contraseña de la propia cuenta.
chat-last-owner = Eres la última persona a quien pertenece este lugar. Pásaselo antes a otra.
chat-too-many = Han sido muchos intentos seguidos. Prueba otra vez { $when }.
chat-busy = Ahora mismo hay mucho que hacer aquí. Prueba otra vez en un minuto.
chat-disk-full = Aquí ya no queda sitio para guardar nada nuevo. No se ha cambiado nada; prueba otra vez más tarde.

chat-joined = { $name } ha llegado con tu invitación.
chat-command-invite = Invitar a alguien
chat-command-account = Crear una invitación a una cuenta
chat-command-reset = Crear un enlace para una contraseña nueva
chat-command-no = Esto no está a tu disposición.
chat-commands = Lo que puedes hacer aquí
chat-invited-title = Tu invitación
chat-invited-uri = Para aplicaciones de chat
chat-invited-url = Enlace para compartir
chat-invited-expire = Sirve hasta
chat-account-title = Invitar a alguien a una cuenta
chat-account-name = Nombre que se guarda (puede quedar vacío)
chat-account-friends = Pasar a ser contactos
chat-account-max-uses = Para cuántas personas (una si queda vacío)
chat-account-expiry = Cuánto tiempo sirve
chat-account-expiry-usual = Lo habitual
chat-account-expiry-hour = Una hora
chat-account-expiry-day = Un día
chat-account-expiry-week = Una semana
chat-account-expiry-month = Cuatro semanas
chat-account-note = Una nota para ti
chat-account-hello = Tu primer mensaje
chat-account-groups = Grupos en los que entra (uno por línea)
chat-reset-command-title = Un enlace para una contraseña nueva
chat-reset-account = La contraseña de quién (dirección)
chat-command-invites = Tus invitaciones
chat-invites-none = Aquí no hay invitaciones.
chat-invites-which = Invitación
chat-invites-what = Qué hacer
chat-invites-show = Mostrar su enlace
chat-invites-renew = Hacer un enlace nuevo en su lugar
chat-invites-revoke = Retirarla
chat-invites-older = Mostrar las anteriores
chat-invites-revoked = Está retirada. Nadie puede usar ya ese enlace.
chat-invites-unknown = Esa invitación no existe.
chat-invites-over = Esa invitación ya no sirve.
chat-invites-kind-account = Una cuenta
chat-invites-kind-friend = Una amistad
chat-invites-kind-contact = Un contacto
chat-invites-kind-reset = Una contraseña nueva
chat-invites-waiting = a la espera
chat-invites-used = usada
chat-invites-full = todas las plazas ocupadas
chat-invites-expired = caducada
chat-invites-withdrawn = retirada
chat-invites-line = { $what } ({ $state }, termina: { $when })
chat-invites-line-of = { $what }, de { $maker } ({ $state }, termina: { $when })
chat-command-remove-and-block = Quitar y bloquear a alguien
chat-remove-and-block-intro = Esa persona y tú ya no se ven, y nada de lo que envíe te llega. No se le dice por qué.
chat-remove-and-block-who = A quién (dirección)
chat-remove-and-block-done = { $contact }: contacto quitado y bloqueado.
chat-too-many-open = { $limit ->
    [one] Ya tienes una invitación abierta, y no puede haber más.
   *[other] Ya tienes { $limit } invitaciones abiertas, y no puede haber más.
}
chat-too-many-open-until = { $limit ->
    [one] Ya tienes una invitación abierta, y no puede haber más. Podrás volver a invitar { $when }, o en cuanto se use o se retire.
   *[other] Ya tienes { $limit } invitaciones abiertas, y no puede haber más. Podrás volver a invitar { $when }, o en cuanto una se use o se retire.
}
chat-too-many-today = Has hecho tantas invitaciones como se puede en un día.
chat-too-many-today-until = Has hecho tantas invitaciones como se puede en un día. Podrás volver a invitar { $when }.
chat-name-promised = Otra invitación ya guarda ese nombre.
chat-needs-form = Rellena primero el formulario.
