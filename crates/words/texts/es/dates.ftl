# Fechas y plazos. $n cuenta desde lunes = 1 en weekday y desde enero = 1 en month.

weekday = { $n ->
    [1] lunes
    [2] martes
    [3] miércoles
    [4] jueves
    [5] viernes
    [6] sábado
   *[7] domingo
}
month = { $n ->
    [1] enero
    [2] febrero
    [3] marzo
    [4] abril
    [5] mayo
    [6] junio
    [7] julio
    [8] agosto
    [9] septiembre
    [10] octubre
    [11] noviembre
   *[12] diciembre
}
day-month = { $weekday } { $day } de { $month }
day-month-year = { $weekday } { $day } de { $month } de { $year }
moment = { $date }, { $time } { $zone }

relative-now = ahora mismo
relative-soon = dentro de un momento
relative-in-minutes = { $n ->
    [one] dentro de un minuto
   *[other] dentro de { $n } minutos
}
relative-in-hours = { $n ->
    [one] dentro de una hora
   *[other] dentro de { $n } horas
}
relative-in-days = { $n ->
    [one] dentro de un día
   *[other] dentro de { $n } días
}
relative-minutes-ago = { $n ->
    [one] hace un minuto
   *[other] hace { $n } minutos
}
relative-hours-ago = { $n ->
    [one] hace una hora
   *[other] hace { $n } horas
}
relative-days-ago = { $n ->
    [one] hace un día
   *[other] hace { $n } días
}
