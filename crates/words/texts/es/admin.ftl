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
admin-group-delete-title = ¿Borrar el grupo { $name }?
admin-group-delete-explain = { $n ->
    [0] Nadie pertenece a él.
    [one] Una persona pertenece a él y conserva su cuenta. Quién pertenecía al grupo no se puede recuperar.
   *[other] { $n } personas pertenecen a él y conservan su cuenta. Quién pertenecía al grupo no se puede recuperar.
}
admin-group-deleted = El grupo { $name } está borrado.

admin-again-title = ¿Sigues siendo tú?
admin-again = Lo que vas a hacer importa, así que escribe tu contraseña una vez más. Después vale durante 15 minutos.
admin-again-submit = Continuar
