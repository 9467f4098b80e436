# La gestión, para quienes cuidan de un lugar.

admin-title = Gestionar { $site }
admin-menu = Menú
admin-overview = Resumen
admin-people = Personas
admin-group = Grupo
admin-groups = Grupos
admin-own-page = Tu propia página
admin-invite-people = Invitar a gente
admin-first-page = Volver al principio
admin-next-page = Mostrar más
admin-save = Guardar
admin-undo = Deshacer
admin-any = Todos

admin-number-people = Personas
admin-number-waiting = Invitaciones abiertas
admin-number-used = Invitaciones usadas
admin-attention-expired = { $n ->
    [one] Una invitación caducó antes de que llegara nadie
   *[other] { $n } invitaciones caducaron antes de que llegara todo el mundo
}
admin-number-new = Llegadas en 30 días
admin-empty-title = Aún no hay nadie. Buen momento para invitar a alguien.
admin-empty = Empieza por una persona que conozcas bien.
admin-attention = Conviene mirarlo
admin-attention-none = Nada. Todo está como debe.
admin-attention-deleted = { $n ->
    [one] Una cuenta borrada todavía se puede recuperar
   *[other] { $n } cuentas borradas todavía se pueden recuperar
}
admin-attention-disabled = { $n ->
    [one] Una cuenta está desactivada
   *[other] { $n } cuentas están desactivadas
}
admin-latest = Últimas llegadas

admin-find = Buscar
admin-find-name = Parte de un nombre
admin-find-none = Prueba con menos filtros o con otra parte del nombre.
admin-find-all = Mostrar a todo el mundo
admin-people-none = Nadie así
admin-people-by = Por invitación de { $name }.
admin-role = Función
admin-state = Estado
admin-joined = Llegada
admin-invited-by = Por invitación de
admin-invited-by-nobody = Sin invitación
admin-role-limited = Acceso limitado
admin-role-limited-hint = Puede chatear, pero no invita a nadie.
admin-role-member = Miembro
admin-role-member-hint = Puede chatear e invitar, hasta donde permitan los ajustes.
admin-role-admin = Admin
admin-role-admin-hint = Cuida de las invitaciones, las personas y los grupos.
admin-role-owner = Titular
admin-role-owner-hint = Como admin, y además decide quién más lo es y cómo se ajusta el lugar.
admin-state-active = En uso
admin-state-disabled = Desactivada
admin-state-deleted = Borrada

admin-about = Acerca de
admin-erased = Se puede recuperar hasta
admin-brought = A quién ha traído
admin-brought-none = A nadie todavía.
admin-brought-all = Mostrar todo
admin-groups-save = Guardar los grupos
admin-role-change = Cambiar la función
admin-role-title = ¿Qué función debe tener { $name }?
admin-this-is-you = Eres tú. Otra persona que sea titular o admin puede cambiar tu función o tu cuenta.
admin-above-you = Solo una persona titular puede cambiar esta cuenta.
admin-careful = Con cuidado
admin-careful-active = Desactivar una cuenta lo conserva todo y se puede deshacer en cualquier momento. Borrarla se puede deshacer durante 30 días.
admin-careful-disabled = Esta cuenta está desactivada: nadie puede entrar con ella. Todo lo que contiene se conserva.
admin-careful-deleted = Esta cuenta está borrada. Hasta que se elimine puedes recuperarla como era, pero sus invitaciones siguen retiradas.
admin-disable = Desactivar
admin-enable = Volver a activar
admin-delete = Borrar
admin-restore = Recuperar
admin-disable-title = ¿Desactivar la cuenta de { $name }?
admin-disable-explain = Se cierran todas las sesiones de { $name }, y no podrá entrar hasta que vuelvas a activar la cuenta. Mientras tanto, sus invitaciones abiertas descansan. No se pierde nada.
admin-delete-title = ¿Borrar la cuenta de { $name }?
admin-delete-explain = Se cierran todas las sesiones de { $name }, y sus invitaciones abiertas se retiran. Puedes recuperar la cuenta durante 30 días. Después se elimina todo lo que contiene, y nadie más podrá usar ese nombre.
admin-done-role = { $name } tiene una función nueva.
admin-done-groups = Los grupos de { $name } están guardados.
admin-done-disabled = La cuenta de { $name } está desactivada.
admin-done-enabled = { $name } puede volver a entrar.
admin-done-deleted = La cuenta de { $name } está borrada.
admin-done-restored = { $name } está de vuelta.
admin-no-not-allowed = Eso no te corresponde. Solo una persona titular puede cambiar lo que está por encima de un admin.
admin-no-last-owner = Es la última persona titular. Dale antes esa función a otra.
admin-no-yourself = No puedes hacer eso aquí con tu propia cuenta. Pídelo a otra persona que sea titular o admin.
admin-no-too-late = Es demasiado tarde: la cuenta se ha eliminado.
admin-no-changed = Alguien más cambió esto mientras tanto. Así está ahora.

admin-invites = Invitaciones
admin-invites-all = Todas las invitaciones
admin-invites-by = Hechas por { $name }.
admin-invites-none = Ninguna invitación así
admin-invites-none-hint = Prueba con menos filtros, o haz una.
admin-find-invite = Palabras de una nota o un nombre
admin-kind = Tipo
admin-kind-friend = Cuenta y contacto
admin-kind-account = Cuenta
admin-kind-group = Enlace de grupo
admin-kind-contact = Contacto
admin-kind-reset = Contraseña nueva
admin-kind-owner = Toma de posesión
admin-about-invite = Invitación
admin-made-by = Hecha por
admin-made-at = Hecha
admin-ends = Termina
admin-good-until = Sirve hasta
admin-uses = Usada
admin-opened = Abierta
admin-opened-times = { $n ->
    [0] Todavía no
    [one] Una vez, más o menos
   *[other] Unas { $n } veces
}
admin-for-name = Guarda el nombre
admin-hello = Primeras palabras
admin-invite-some = Han llegado { $used } de { $of }
admin-invite-uses-of = { $used } de { $of }
admin-invite-full = Ya no falta nadie
admin-invite-expired = Caducada
admin-ticks = Marcadas
admin-tick = Marcar { $what }
admin-tick-all = Marcar todo
admin-with-ticked = Con las marcadas:
admin-none-ticked = Marca primero las invitaciones.
admin-act-extend = Dar más tiempo
admin-act-renew = Hacer un enlace nuevo
admin-several-extend = { $n ->
    [one] ¿Dar más tiempo a esta invitación?
   *[other] ¿Dar más tiempo a estas { $n } invitaciones?
}
admin-several-extend-explain = Servirán hasta el { $date }. Las usadas y las retiradas quedan como están.
admin-several-renew = { $n ->
    [one] ¿Hacer un enlace nuevo para esta?
   *[other] ¿Hacer { $n } enlaces nuevos?
}
admin-renew-explain = Cada una recibe un enlace nuevo con la misma promesa y otro tanto de tiempo. Los enlaces viejos dejan de servir.
admin-several-revoke = { $n ->
    [one] ¿Retirar esta invitación?
   *[other] ¿Retirar estas { $n } invitaciones?
}
admin-outcomes-done = Hecho con { $done } de { $of }.
admin-make-again = Hacer de nuevo
admin-new-links = Mostrar los enlaces nuevos
admin-renewed = Enlace nuevo
admin-renewed-before = Ya tiene un enlace nuevo
admin-maker-gone = Quien la hizo ya no puede invitar
admin-name-gone = Su nombre ya no está libre
admin-not-renewed = No se pudo hacer de nuevo
admin-not-extended = Queda como está
admin-not-revoked = Ya se usó
admin-gone = Ya no está aquí

admin-invite-done-renewed = Este es el enlace nuevo. El viejo ya no sirve.
admin-invite-done-changed = Cambiado
admin-invite-successor = Un enlace más nuevo ocupa su lugar
admin-invite-change = Cambiar el plazo y los usos
admin-invite-until-now = Sirve hasta el { $date }.
admin-uses-altogether = ¿Para cuántas personas en total?
admin-uses-so-far = { $n ->
    [0] Nadie la ha usado todavía.
    [one] La ha usado una persona.
   *[other] La han usado { $n } personas.
}
admin-history = Qué ha pasado
admin-history-more = Solo se muestra lo más reciente.
admin-event-made = Hecha
admin-event-joined = Llegada
admin-event-contact = Nuevo contacto
admin-event-password = Nueva contraseña elegida
admin-event-withdrew = Retirada
admin-event-extended = Otro plazo
admin-event-uses = Otro número de personas
admin-event-renewed = Enlace nuevo hecho
admin-event-took-over = Hecha en lugar de otra anterior
admin-event-other = Pasó algo
admin-print = Imprimir
admin-their-invites = Sus invitaciones
admin-signed-in-where = Sesiones
admin-signed-in = { $browsers ->
    [0] En ningún navegador
    [one] En un navegador
   *[other] En { $browsers } navegadores
}, { $apps ->
    [0] con ninguna aplicación en este momento
    [one] con una aplicación
   *[other] con { $apps } aplicaciones
}
admin-sign-out = Cerrar todas las sesiones
admin-sign-out-title = ¿Cerrar todas las sesiones de { $name }?
admin-sign-out-explain = Se cierran enseguida todos los navegadores y aplicaciones en los que { $name } tiene la sesión abierta. La contraseña sigue igual: quien la sepa puede volver a entrar.
admin-done-signed-out = Se cerraron todas las sesiones de { $name }.
admin-reset = Ayuda con la contraseña
admin-reset-title = ¿Hacer un enlace de contraseña nueva para { $name }?
admin-reset-explain = Envía el enlace a { $name } y a nadie más: quien lo abra elige la contraseña y se queda con la cuenta. Sirve una vez y termina { $when }.
admin-reset-send = Envíalo a esta persona y a nadie más.

admin-make-what = ¿Qué debe dar?
admin-make-closed = Las cuentas nuevas están desactivadas en los ajustes, así que solo se puede invitar a contactos.
admin-make-how = ¿Para cuántas?
admin-how-one = Una persona
admin-how-one-hint = Un enlace que sirve una vez. Lo más seguro.
admin-how-group = Un grupo, con un solo enlace
admin-how-group-hint = Para un tablón o el chat de un grupo. Quien tenga el enlace puede entrar, hasta el número de abajo.
admin-how-many = Varias personas, cada una con su enlace
admin-how-many-hint = Hasta 200 enlaces de una vez, para imprimir o guardar en un archivo.
admin-number = ¿Cuántas personas?
admin-number-hint = Déjalo vacío para una sola persona.
admin-hello-hint = Las lee quien abra el enlace. Puedes dejarlo vacío.
admin-make-more = Función, grupos, plazo y más
admin-note = Una nota interna
admin-note-hint = Solo la ven los admins, en la lista de invitaciones.
admin-keep-name = Guardar un nombre
admin-keep-name-hint = Nadie más puede usarlo mientras la invitación esté abierta.
admin-life = ¿Cuánto tiempo sirve?
admin-life-usual = Como es habitual aquí
admin-life-keep = Como está
admin-life-hour = Una hora
admin-life-half-day = 12 horas
admin-life-day = Un día
admin-life-week = Una semana
admin-life-month = Cuatro semanas
admin-life-year = Un año
admin-until = O hasta el final de un día
admin-language = Idioma de la página
admin-language-any = El de quien la lea
admin-no-kind = Elige qué debe dar.
admin-no-uses = Di para cuántas personas: al menos tantas como ya han llegado, y 5000 como mucho.
admin-no-count = Di cuántos enlaces: de 2 a 200.
admin-no-name-for-many = Un nombre solo se puede guardar para una persona.
admin-no-life = Puede servir desde un minuto hasta un año.
admin-no-role = Esa función está por encima de la tuya.
admin-no-groups = Uno de los grupos ya no existe, o son demasiados.
admin-no-group-link = Ese tipo es para una sola persona. Para un grupo, elige uno que dé una cuenta.
admin-no-long = Las primeras palabras o la nota son demasiado largas.
admin-batch-title = { $n ->
    [one] Hay un enlace listo
   *[other] Hay { $n } enlaces listos
}
admin-batch-explain = Cada uno sirve una vez. También están en la lista de invitaciones, mientras sigan abiertas.
admin-batch-file = Guardar en un archivo
admin-batch-links = Los enlaces
admin-print-hint = Corta por las líneas. Cada cuadrado abre una invitación.

admin-import = A partir de una lista
admin-import-list = La lista
admin-import-hint = Hasta 200 líneas, como las guarda en CSV una hoja de cálculo. La primera línea nombra las columnas:
admin-import-look = Mirarla primero
admin-import-make = { $n ->
    [one] Crear un enlace
   *[other] Crear { $n } enlaces
}
admin-import-line = Línea
admin-import-who = Para
admin-import-fine = Bien
admin-import-wrong = Hay líneas que conviene revisar. No se ha creado nada.
admin-import-later = Han sido muchas seguidas. Espera un minuto y vuelve a enviar.
admin-import-unreadable = Esto no se puede leer como una lista.
admin-import-no-heading = La primera línea debe nombrar las columnas: al menos note o username.
admin-import-long = 200 líneas como mucho de una vez.
admin-import-empty = No hay nadie en la lista.
admin-import-twice = El nombre está dos veces en la lista.
admin-import-role = Esa función no existe.
admin-import-taken = El nombre está ocupado.

admin-groups-explain = Las personas pertenecen a grupos, y una invitación puede ponerlas en ellos desde el principio.
admin-groups-none = Todavía no hay grupos
admin-groups-none-hint = Un coro tiene sus voces, una escuela sus clases, una empresa sus equipos.
admin-group-new = Un grupo nuevo
admin-group-make = Crear el grupo
admin-group-members = { $n ->
    [0] Nadie todavía
    [one] Una persona
   *[other] { $n } personas
}
admin-group-bad-name = El nombre de un grupo tiene de 1 a 64 caracteres.
admin-group-exists = Ya hay un grupo con ese nombre.
admin-group-no-account = Nadie aquí tiene ese nombre.
admin-group-who = El nombre de una persona de aquí
admin-group-add = Añadir
admin-group-remove = Quitar
admin-group-remove-named = Quitar a { $name } del grupo
admin-group-joined = { $name } pertenece al grupo.
admin-group-left = { $name } ya no pertenece al grupo.
admin-group-empty = Aún no pertenece nadie
admin-group-empty-hint = Añade a alguien, o haz una invitación que lo haga.
admin-group-careful = Borrar un grupo no borra la cuenta de nadie, pero se olvida quién pertenecía a él.
admin-group-delete = Borrar el grupo
admin-group-contacts-title = Contactos entre sí
admin-group-contacts = Sus miembros son contactos entre sí
admin-group-contacts-on = Quien pertenece al grupo encuentra a todos los demás entre sus contactos.
admin-group-contacts-off = Las personas del grupo no se hacen contactos entre sí.
admin-group-contacts-begin = Hacerlos contactos
admin-group-contacts-end = Dejar de hacerlos contactos
admin-group-invite = Invitar a este grupo
admin-group-delete-title = ¿Borrar el grupo { $name }?
admin-group-delete-explain = { $n ->
    [0] Nadie pertenece a él.
    [one] Una persona pertenece a él y conserva su cuenta. Quién pertenecía al grupo no se puede recuperar.
   *[other] { $n } personas pertenecen a él y conservan su cuenta. Quién pertenecía al grupo no se puede recuperar.
}
admin-group-deleted = El grupo { $name } está borrado.

admin-settings = Ajustes
admin-settings-owners = Solo una persona titular puede cambiarlos.
admin-settings-saved = Los ajustes están guardados.
admin-setting-locked = Fijado por el archivo de configuración.
admin-setting-wrong = Esto no se puede usar.
admin-set-place = El lugar
admin-set-name = Nombre
admin-set-name-hint = Cómo llaman las páginas a este lugar.
admin-set-sentence = Una frase sobre él
admin-set-colour = Color
admin-set-colour-hint = Como #7a2e8e. Se oscurece o se aclara donde no se podría leer el texto.
admin-set-support = A quién preguntar
admin-set-support-hint = Una dirección de correo o un enlace, que se muestra en cada página. Varios, separados por comas.
admin-set-terms = Condiciones de uso
admin-set-privacy = Qué pasa con los datos de la gente
admin-set-web-hint = Una dirección web.
admin-set-card = Decir quién invita cuando una aplicación muestra la vista previa de un enlace
admin-set-card-hint = Lo ve todo el mundo en ese chat.
admin-set-made-with = Nombrar el programa al pie de cada página
admin-set-invites = Invitaciones
admin-set-accounts = Se pueden crear cuentas nuevas
admin-set-members = Las invitaciones de los miembros crean cuentas, no solo contactos
admin-set-contacts = Los miembros pueden invitar a contactos
admin-set-contacts-hint = Sin esto y sin lo de arriba, solo invitan los admins.
admin-set-open = Invitaciones abiertas que puede tener cada miembro
admin-set-day = Invitaciones que puede hacer cada miembro en un día
admin-set-limit-hint = Los admins no tienen ese límite.
admin-set-life = Cuánto tiempo sirve una invitación
admin-set-carry = Una invitación puede pasar por una tienda de aplicaciones
admin-set-carry-hint = Sigue ahí cuando la aplicación está instalada, y la tienda ve el enlace.

admin-keys = Claves para programas
admin-keys-explain = Con una clave, un programa hace lo que tú harías aquí: por ejemplo, invitaciones desde tu propia web.
admin-keys-none = Todavía no hay claves
admin-keys-none-hint = No hace falta ninguna, a menos que un programa tuyo la pida.
admin-key-make = Crear una clave
admin-key-submit = Crear la clave
admin-key-name = ¿Para qué es?
admin-key-name-hint = Para saber más tarde qué programa la tiene.
admin-key-scopes = Permite
admin-key-role = Actúa como
admin-key-life = Sirve
admin-key-no-end = Sin fin
admin-key-over = Ya no sirve
admin-key-used = Último uso
admin-key-unused = Nunca
admin-key-made = La clave está lista
admin-key-once = Cópiala ahora: solo se muestra esta vez. Quien la tenga puede hacer lo que marcaste, así que guárdala como una contraseña.
admin-key-revoked = La clave se ha retirado.
admin-key-revoke-named = Retirar la clave de { $name }
admin-key-revoke-title = ¿Retirar la clave de { $name }?
admin-key-revoke-explain = El programa que la tiene queda rechazado enseguida. No se puede deshacer, pero puedes crear otra clave.
admin-key-no-scope = Marca al menos una cosa que permita.
admin-key-bad-name = Di para qué es, con 1 a 64 caracteres.
admin-key-too-many = Hay tantas claves como se puede. Retira una primero.
admin-scope-invites-read = Ver las invitaciones con sus enlaces
admin-scope-invites-write = Hacer y cambiar invitaciones
admin-scope-accounts-read = Ver a las personas
admin-scope-accounts-write = Crear, cambiar y borrar cuentas
admin-scope-groups-read = Ver los grupos
admin-scope-groups-write = Crear y cambiar grupos
admin-scope-hosts-read = Ver los ajustes
admin-scope-hosts-write = Cambiar los ajustes
admin-scope-compat = Solo lo que llaman los programas escritos para Prosody

admin-again-title = ¿Sigues siendo tú?
admin-again = Lo que vas a hacer importa, así que escribe tu contraseña una vez más. Después vale durante 15 minutos.
admin-again-submit = Continuar
