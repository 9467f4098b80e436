# La página de cada miembro: invitar, y qué fue de las invitaciones.

me-title = Invitar a alguien
me-signed-in = Has entrado como
me-sign-out = Salir
me-change-password = Cambiar la contraseña
me-app-title = Entrar con una aplicación de chat
me-devices = Dónde tienes la sesión abierta
me-leave = Irte y borrar tu cuenta
me-console = Cuidar de este lugar

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
invite-more = Más opciones
invite-name = Guardar un nombre
invite-name-hint = Nadie más puede usarlo mientras el enlace sirva. Si lo dejas vacío, la persona elige el suyo.
invite-name-no-account = Solo se puede guardar un nombre para quien recibe una cuenta aquí.
invite-reminder = Un recordatorio para ti
invite-reminder-hint = Solo lo ves tú, en la lista de abajo.
invite-life = Cuánto tiempo sirve el enlace
life-days = { $n ->
    [one] Un día
   *[other] { $n } días
}
life-hours = { $n ->
    [one] Una hora
   *[other] { $n } horas
}
invite-language = Idioma de la página del enlace
invite-language-theirs = El que use su dispositivo
invite-submit = Crear el enlace
invite-left = { $n ->
    [one] Hoy puedes hacer una invitación más.
   *[other] Hoy puedes hacer { $n } invitaciones más.
}
invite-none-left = Podrás hacer tu próxima invitación { $when }.
invite-too-many-open = Tienes tantas invitaciones abiertas como se puede. Cuando una se use, caduque o se retire, podrás hacer otra.
invite-too-many-open-until = Tienes tantas invitaciones abiertas como se puede. Retira una, o espera a que una se use; la primera caduca { $when }, el { $date }, y entonces podrás hacer otra.
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
made-name = El nombre { $name } queda guardado.
invitation-title = Tu invitación
history-title = Qué fue de ella
history-made = La hiciste
history-joined = Llegó { $name }
history-contact = { $name } pasó a tus contactos
history-taken-back = La retiraste
history-taken-away = La retiraron quienes llevan { $site }
history-extended = Sigue abierta más tiempo
history-uses = Sirve para otro número de personas
history-replaced = Un enlace nuevo ocupó su lugar
history-took-over = Ocupó el lugar de un enlace anterior
extend-submit = Dejarla abierta hasta el { $date }
renew-submit = Hacer un enlace nuevo
renew-hint = El enlace nuevo promete lo mismo, y este deja de servir enseguida: por si se perdió o cayó en malas manos.
renew-hint-over = El enlace nuevo promete lo mismo que este.
renew-newer = Al enlace más nuevo
renew-name-taken = Alguien más tiene ya ese nombre. Haz una invitación nueva con otro.
renew-over = Esta ya no se puede cambiar. Esto es lo que fue de ella.
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
state-replaced = Un enlace nuevo ocupa su lugar
list-show = Mostrar el enlace
list-show-named = Mostrar el enlace: { $note }
list-take-back = Retirar
list-take-back-named = Retirar la invitación: { $note }
list-look = Qué ha pasado
list-look-named = Qué ha pasado con la invitación: { $note }
list-older = Anteriores
list-newest = Volver a las más nuevas
list-opened = Abierta { $n ->
    [one] una vez
   *[other] { $n } veces
}

revoke-title = ¿Retirar esta invitación?
revoke-explain = Quien todavía no haya llegado verá que ya no sirve.
revoke-submit = Retirar
revoke-keep = Conservar
notice-taken-back = La invitación se ha retirado.
notice-password-changed = Tu contraseña se ha cambiado.
notice-owner = { $site } es tuyo. ¿A quién te gustaría tener aquí primero?
notice-extended = Ahora el enlace sirve más tiempo.
notice-renewed = Este es el enlace nuevo. El viejo ya no sirve.
notice-signed-out = Esa sesión está cerrada.
notice-others-signed-out = Ya solo tienes la sesión abierta aquí.

devices-title = Dónde tienes la sesión abierta
devices-intro = Todas las aplicaciones y navegadores que usan tu cuenta, o pueden volver a ella sin tu contraseña.
devices-apps = Aplicaciones de chat
devices-apps-none = Ninguna aplicación de chat tiene la sesión abierta en este momento.
devices-app = Una aplicación de chat
devices-app-connected = Con conexión, sesión abierta { $since }
devices-app-lost = Ahora sin conexión, sesión abierta { $since }
devices-app-away = Ausente, última entrada { $since }. Puede volver sin tu contraseña.
devices-browsers = Navegadores
devices-browser = Un navegador
devices-browser-on = { $browser } en { $device }
devices-browser-facts = Sesión abierta { $since }, última visita { $seen }
devices-this = Es el que estás usando
devices-end = Cerrar sesión
devices-end-named = Cerrar sesión: { $name }
devices-end-others = Cerrar todas las sesiones menos esta
devices-lost = Una aplicación que conoce tu contraseña puede volver a entrar. Si se pierde un teléfono, o alguien podría saber tu contraseña, elige una nueva: entonces nada vuelve a entrar sin ella.
password-effect = Cuando la cambias, se cierran las sesiones de las demás aplicaciones y navegadores, que pedirán la nueva.

leave-title = ¿Irte para siempre?
leave-intro = Esto borra tu cuenta en { $site }.
leave-at-once = Se cierran enseguida todas tus sesiones, y nadie podrá escribirte aquí.
leave-invites = Tus invitaciones abiertas dejan de servir. Las personas que trajiste se quedan.
leave-thirty = Durante 30 días, quienes llevan este lugar pueden recuperar tu cuenta si se lo pides. Después se elimina todo lo que contiene.
leave-name = Nadie más tendrá tu nombre, así que nadie podrá hacerse pasar por ti.
leave-last-owner = Eres la única persona titular de { $site }. Dale antes esa función a otra, y entonces podrás irte.
leave-password = Tu contraseña, para saber que eres tú
leave-submit = Borrar mi cuenta
leave-stay = Quedarme
left-title = Hasta pronto
left-intro = Cuenta borrada:
left-until = Si cambias de idea, escribe a quienes llevan este lugar antes del { $date }.
