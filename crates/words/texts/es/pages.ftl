# Las páginas que ve una persona recién invitada. Se la tutea, y nada concuerda con su género.

frame-language = Idioma
frame-questions = ¿Preguntas? Escribe a
frame-terms = Condiciones
frame-privacy = Privacidad
frame-made-with = Hecho con Parlour
frame-copy = Copiar
frame-copied = Copiado
frame-share = Compartir
frame-back = Volver

landing-title-personal = { $inviter } quiere chatear contigo
landing-title-place = Tienes una invitación: { $site }
landing-private = Esta es una invitación personal a { $site }.
landing-open = Esta es una invitación a { $site }.
landing-invited-by = { $inviter } te envía esta invitación.
landing-members = { $n ->
    [one] Ya hay una persona aquí.
   *[other] Ya hay { $n } personas aquí.
}
landing-hello-from = { $inviter } te escribe
landing-until = Este enlace sirve hasta el { $date } ({ $relative }).
landing-until-for-more = { $n ->
    [one] Este enlace sirve para una persona más, hasta el { $date }.
   *[other] Este enlace sirve para { $n } personas más, hasta el { $date }.
}
landing-for-more = { $n ->
    [one] Este enlace sirve para una persona más.
   *[other] Este enlace sirve para { $n } personas más.
}

landing-continue-with = Continuar con { $app }
landing-android-carried = Si tienes { $app }, se abre. Si no, se abre Google Play y tu invitación va contigo.
landing-get = Conseguir { $app }
landing-get-carried = Se abre Google Play, y tu invitación va contigo a { $app }.
landing-have-it = Tengo { $app }, continuar
landing-have-app = Ya tengo { $app }
landing-step-get = Consigue la aplicación
landing-step-return = Vuelve a esta página
landing-step-return-hint = Se queda abierta para ti. Desde aquí tu invitación pasa a la aplicación.
landing-phone-title = Usa tu teléfono
landing-phone-hint = Apunta a este cuadrado con la cámara de tu teléfono.
landing-qr-label = Un cuadrado que abre esta invitación en un teléfono
landing-computer = Usar este equipo
landing-computer-hint = Elige aquí un nombre y luego entra con la aplicación de chat que prefieras.
landing-here = Prefiero crear mi cuenta en esta página
landing-open-link = Abrir la invitación en tu aplicación
landing-in-app-title = ¿No pasa nada al tocar?
landing-in-app = Abre esta página en tu navegador habitual: toca el menú y luego «Abrir en el navegador». O copia el enlace y pégalo allí.
landing-link-label = El enlace a esta página

landing-opened-title = ¿Se abrió la aplicación?
landing-opened = Si no, quizá todavía no esté instalada. Consíguela primero, vuelve y toca otra vez. Esta página te espera.
landing-more-apps = Más aplicaciones
landing-computer-apps = Aplicaciones para este equipo
landing-more-apps-hint = Todas se entienden entre sí: da igual cuál usen tus amistades.
landing-app-get = Conseguir
landing-app-sign-in = Elige primero un nombre aquí y luego entra allí.
landing-have-title = Ya tengo una aplicación o una cuenta
landing-have-account = Puedes seguir con la cuenta que tienes. Abre la invitación en tu aplicación y { $inviter } pasa a tus contactos.
landing-have-app-only = Abre la invitación en la aplicación que tienes.
landing-what-title = ¿Qué es esto?
landing-what = { $site } es un lugar para chatear con gente que conoces. No pide número de teléfono ni agenda de contactos, y la aplicación la eliges tú.
landing-what-standard = Usa un estándar abierto llamado XMPP.
landing-ipad-title = ¿En un iPad?

landing-contact-explain = { $inviter } te envía su contacto. Para aceptarlo necesitas una cuenta de chat. Cualquiera sirve, también una que ya tengas.
landing-contact-accept = Añadir a { $inviter }
landing-contact-none-title = Todavía no tengo cuenta
landing-contact-none = Este enlace añade un contacto y no puede crear una cuenta. Pide a { $inviter } una invitación que sí pueda, o crea una cuenta con un proveedor que te proponga tu aplicación.

card-personal = { $inviter } te invita a { $site }
card-place = Tienes una invitación: { $site }
card-text = Un lugar privado para chatear. Sin número de teléfono.
card-until = Sirve hasta el { $date }.

dead-expired-title = Esta invitación ha caducado
dead-expired = Servía hasta el { $date }.
dead-expired-undated = Dejó de servir hace algún tiempo.
dead-expired-ask = { $inviter } puede enviarte una nueva en un momento.
dead-expired-ask-anybody = Quien te la envió puede enviarte una nueva en un momento.
dead-used-title = Esta invitación ya se ha usado
dead-used = ¿Fuiste tú? Entonces ya tienes una cuenta: entra con tu aplicación de chat, o aquí para invitar a otras personas.
dead-used-ask = Si no fuiste tú, pide una nueva a quien te la envió.
dead-withdrawn-title = Esta invitación se ha retirado
dead-withdrawn = Si crees que es un error, pregunta a quien te la envió.
dead-full-title = Por ahora no quedan plazas
dead-full = Ya han llegado todas las personas para las que se hizo este enlace. Pide uno nuevo a quien te lo envió.
dead-unknown-title = No conocemos este enlace
dead-unknown = Puede que le falte un trozo. Prueba a abrirlo otra vez desde el mensaje original.
dead-help = Si eso no ayuda, escribe a

register-title = Elige un nombre
register-title-fixed = Elige una contraseña
register-name-hint = Así te encontrarán. No podrás cambiarlo después, pero puedes mostrar el nombre que quieras.
register-name-fixed = Este nombre está guardado para ti. Solo falta una contraseña.
register-submit = Crear mi cuenta
register-for = Vas a entrar en { $site }.
register-for-inviter = Vas a entrar en { $site }. { $inviter } será tu primer contacto.
owner-title = Tomar posesión de { $site }
owner-intro = Nadie ha llegado antes que tú. Este lugar será tuyo: decides quién puede invitar, y puedes pasar las llaves.
owner-submit = Tomar posesión
field-name = Nombre
field-name-hint = Letras minúsculas, cifras, puntos y guiones.
field-password = Contraseña
field-password-hint = Al menos 8 caracteres. Cuatro o cinco palabras seguidas se recuerdan bien y se adivinan mal.
field-password-once = Solo la escribes una vez, así que tómate tu tiempo.
field-show = Mostrar
field-hide = Ocultar
error-summary = Mira esto otra vez, por favor
error-name-empty = Elige primero un nombre.
error-name-malformed = Un nombre puede tener letras minúsculas, cifras, puntos y guiones, pero no espacios.
error-name-long = Ese nombre es demasiado largo.
error-name-taken = Alguien aquí ya usa { $name }.
error-name-reserved = Ese nombre está guardado para otra persona.
error-name-suggest = ¿Qué tal uno de estos?
error-name-pick = Usar el nombre { $name }
error-password-short = Que tenga al menos 8 caracteres.
error-password-long = Es más larga de lo que admiten las aplicaciones. Con 128 caracteres sobra.
error-password-common = Esa contraseña está en todas las listas de las fáciles de adivinar. Elige otra.
error-password-odd = Contiene un carácter que algunas aplicaciones enviarían de otra forma. Quítalo, por favor.
error-form-stale = Esta página llevaba mucho tiempo abierta, por eso te pedimos que la envíes otra vez. No se ha perdido nada.
error-try-later = Han sido muchos intentos seguidos. Espera { $minutes ->
    [one] un minuto
   *[other] { $minutes } minutos
} y vuelve a enviar.

success-title = Ya tienes tu sitio, { $name }
success-contact = { $inviter } ya está en tus contactos.
success-address = Tu dirección
success-address-hint = Así te encuentran, y así entras.
success-next-title = Ahora entra con una aplicación
success-step-get = Consigue { $app }
success-step-get-hint = U otra de la lista de abajo.
success-step-sign-in = Elige entrar con una cuenta que ya tienes
success-step-sign-in-hint = No hace falta crear otra: esta ya es tuya.
success-step-type = Escribe tu dirección y la contraseña que acabas de elegir
success-password-hint = No podremos volver a mostrarte la contraseña. Guárdala donde la encuentres.
success-invite = Invitar a alguien
success-other-apps = Otras aplicaciones

sign-in-title = Entrar
sign-in-intro = Con el nombre y la contraseña de tu aplicación de chat.
sign-in-submit = Entrar
sign-in-name-hint = La parte de tu dirección que va antes de @.
sign-in-wrong = Ese nombre y esa contraseña no van juntos.
sign-in-forgot = ¿Olvidaste la contraseña?
sign-in-forgot-help = Escribe a
sign-in-forgot-nobody = Pide a quien lleva este lugar un enlace para elegir una nueva.
reset-title = Elige una contraseña nueva
reset-intro = Para la cuenta
reset-effect = Todas las aplicaciones y navegadores que tengan la sesión abierta pedirán la nueva.
reset-submit = Guardar la contraseña nueva
reset-done-title = Tu contraseña nueva ya sirve
reset-done = Escríbela la próxima vez que una aplicación la pida.
password-title = Cambiar tu contraseña
password-current = Contraseña actual
password-new = Contraseña nueva
password-current-wrong = Esa no es tu contraseña.
password-submit = Cambiar

problem-forbidden-title = Esta página estuvo abierta demasiado tiempo
problem-forbidden = Por tu seguridad solo aceptamos un formulario que este navegador haya recibido de nosotros hace poco. Vuelve atrás, carga la página otra vez y envíala de nuevo. Si eso no ayuda, permite que esta página guarde cookies.
problem-not-yours-title = Esta página es para quienes llevan { $site }
problem-not-yours = Has entrado, pero estas páginas son para quienes cuidan del lugar. Si también te corresponde, pídeselo a una de esas personas.
problem-unreadable-title = Eso no nos llegó bien
problem-unreadable = Tu navegador envió algo que no podemos leer. Vuelve atrás, carga la página otra vez y envíala de nuevo.
problem-insecure-title = Esta página necesita una conexión segura
problem-insecure = Las contraseñas no viajan al descubierto. Usa la dirección que empieza por https. (Si llevas este lugar detrás de un proxy: haz que envíe la cabecera X-Forwarded-Proto: https, y nómbralo en trusted_proxies.)
problem-missing-title = Aquí no hay nada
problem-missing = Puede que la dirección esté mal escrita, o que lo que había aquí ya no esté.
problem-gone-title = Esto ya no está aquí
problem-gone = Estuvo aquí y se ha quitado.
problem-elsewhere-title = La casa es esta, pero la puerta es otra
problem-elsewhere = No hay nada en la dirección que escribiste. Compárala con el mensaje en que venía.
problem-busy-title = Un momento, por favor
problem-busy = Han llegado muchos intentos desde tu conexión. Prueba otra vez { $when }.
problem-overloaded = Ahora mismo hay demasiado que hacer aquí. No se ha cambiado nada; prueba otra vez en un minuto.
problem-full-title = Ahora no hay sitio
problem-full = Aquí ya no queda sitio para guardar nada nuevo, así que no se ha cambiado nada. Quien lleva este lugar ya lo sabe. Los enlaces siguen valiendo; prueba otra vez más tarde.
problem-fault-title = Ha sido culpa nuestra
problem-fault = Algo ha fallado por nuestra parte. No has hecho nada mal; probar otra vez en un minuto suele funcionar.
problem-reference = Si nos escribes, menciona este número:

setup-title = Preparar { $app }
setup-for = Esto es para tu invitación a { $site }.
setup-for-contact = Esto es para el contacto que te envía { $inviter }.
setup-get-carried = Google Play entrega tu invitación a la aplicación. Si la consigues en otro sitio, vuelve después a esta página.
setup-return-carried = Si la aplicación aún no sabe de tu invitación, toca aquí.
setup-name-first = Elige un nombre aquí
setup-name-first-hint = { $app } no puede abrir invitaciones, así que tu cuenta se crea en esta página.
setup-sign-in = Entra con { $app }
setup-sign-in-hint = La página siguiente muestra tu dirección, lista para copiar. Elige entrar con una cuenta que ya tienes.
setup-own-account = Entra allí
setup-own-account-hint = Con una cuenta que ya tengas, o con la de un proveedor que proponga la aplicación.
setup-add-hint = Elige añadir un contacto y pega esta dirección.
setup-add-address = La dirección que se añade
setup-other-app = Elegir otra aplicación
landing-step-get-beside = Se abre junto a esta página, para que puedas volver.
landing-no-phone = No hace falta número de teléfono.
landing-other-devices = Para otros dispositivos
landing-fdroid-instead = ¿Sin Google Play? Consíguela en F-Droid
landing-fdroid-free = En Google Play, { $app } puede costar algo. En F-Droid es gratis
landing-try-again = Probar otra vez
landing-way-out = Abrir en mi navegador

home-intro = Un lugar para chatear con gente que conoces.
home-sign-in-hint = Para invitar a otras personas o cambiar tu contraseña.
home-join = Crear una cuenta
home-sign-in = Tengo una cuenta: entrar
home-how-title = ¿Cómo se entra?
home-how = Con una invitación de alguien que ya está aquí. Pídele un enlace: es cosa de un momento.
home-needs-title = Necesitas una invitación
home-needs = Nadie entra en { $site } sin invitación. Quien te habló de este lugar puede enviarte un enlace.

register-make = Crear una contraseña por mí
password-made-title = Guarda esto en un lugar seguro
password-made-hint = Esta es tu contraseña. La necesitarás en tu aplicación y cada vez que cambies de teléfono. No podremos volver a mostrártela.
password-made-label = Tu contraseña
password-made-save = Guardar en un archivo
password-file = { $site }
    Dirección: { $address }
    Contraseña: { $password }
success-step-type-made = Escribe tu dirección y la contraseña de arriba
success-halves = ¿La aplicación pide algo más?
success-halves-hint = Algunas quieren las dos mitades de tu dirección por separado.
success-half-name = Antes de @
success-half-place = Después de @

print-title = Imprimir esta invitación
print-button = Imprimir
print-one = Una por página
print-eight = 8 papeletas
print-many = 24 papeletas
print-slip = Apunta a este cuadrado con la cámara de tu teléfono, o escribe:
print-single = Este enlace deja entrar a una persona, así que basta con uno.
print-back = Volver a la invitación
