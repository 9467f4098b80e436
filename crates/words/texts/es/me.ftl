# La página de cada miembro: invitar, y qué fue de las invitaciones.

me-title = Invitar a alguien
me-signed-in = Has entrado como
me-sign-out = Salir
me-change-password = Cambiar la contraseña
me-app-title = Entrar con una aplicación de chat

invite-kind = ¿Para quién es?
invite-kind-contact = Para alguien que conoces
invite-kind-contact-hint = Recibe una cuenta aquí y pasa enseguida a tus contactos, como tú a los suyos.
invite-kind-account = Para otra persona
invite-kind-account-hint = Recibe una cuenta aquí, sin pasar a tus contactos.
invite-kind-only-contact = Para alguien que ya tiene cuenta
invite-kind-only-contact-hint = Aquí o en otro lugar: pasa a tus contactos y tú a los suyos, sin crear ninguna cuenta.
invite-note = Unas palabras tuyas
invite-note-hint = Las ve quien abra el enlace, y tú en la lista de abajo. Puedes dejarlo vacío.
invite-note-long = Se pasa de largo por { $n ->
    [one] un carácter
   *[other] { $n } caracteres
}.
invite-submit = Crear el enlace
invite-left = { $n ->
    [one] Hoy puedes hacer una invitación más.
   *[other] Hoy puedes hacer { $n } invitaciones más.
}
invite-none-left = Podrás hacer tu próxima invitación { $when }.
invite-too-many-open = Tienes tantas invitaciones abiertas como se puede. Cuando una se use, caduque o se retire, podrás hacer otra.
invite-not-allowed = Invitar es cosa de quienes llevan { $site }.

made-title = Listo para compartir
made-intro = Envía este enlace a una sola persona. Aquí verás cuándo se ha usado.
made-intro-many = { $n ->
    [one] Envía este enlace a una sola persona. Aquí verás cuándo se ha usado.
   *[other] Envía este enlace a un máximo de { $n } personas. Aquí verás quién ha llegado.
}
made-link = El enlace
made-until = Sirve hasta el { $date } ({ $relative }).
made-qr = O haz que apunten con la cámara a este cuadrado
made-here-only = Esto es una prueba: el enlace solo se abre en este equipo. Para el teléfono de alguien más, iníciala con --lan.
made-qr-label = Un cuadrado que abre tu invitación en un teléfono
made-your-words = Tus palabras
made-another = A tus invitaciones

list-title = Tus invitaciones
list-empty-title = Todavía no has invitado a nadie
list-empty = Empieza por una persona que conozcas bien. Tu enlace se guarda aquí, y verás cuándo se ha usado.
list-made = Hecha { $when }
state-waiting = A la espera
state-waiting-until = A la espera, hasta el { $date }
state-used = Usada
state-used-by = { $name } llegó { $when }
state-some = { $used ->
    [one] Ha llegado una persona de { $of }
   *[other] Han llegado { $used } personas de { $of }
}
state-expired = Caducó { $when }
state-withdrawn = Retirada
list-show = Mostrar el enlace
list-show-named = Mostrar el enlace: { $note }
list-take-back = Retirar
list-take-back-named = Retirar la invitación: { $note }

revoke-title = ¿Retirar esta invitación?
revoke-explain = Quien todavía no haya llegado verá que ya no sirve.
revoke-submit = Retirar
revoke-keep = Conservar
notice-taken-back = La invitación se ha retirado.
notice-password-changed = Tu contraseña se ha cambiado.
notice-owner = { $site } es tuyo. ¿A quién te gustaría tener aquí primero?
