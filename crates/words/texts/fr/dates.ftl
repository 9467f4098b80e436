# Dates et durées. $n compte à partir de lundi = 1 pour weekday, de janvier = 1 pour month.

weekday = { $n ->
    [1] lundi
    [2] mardi
    [3] mercredi
    [4] jeudi
    [5] vendredi
    [6] samedi
   *[7] dimanche
}
month = { $n ->
    [1] janvier
    [2] février
    [3] mars
    [4] avril
    [5] mai
    [6] juin
    [7] juillet
    [8] août
    [9] septembre
    [10] octobre
    [11] novembre
   *[12] décembre
}
day-month = { $day ->
    [1] { $weekday } 1er { $month }
   *[other] { $weekday } { $day } { $month }
}
day-month-year = { $day ->
    [1] { $weekday } 1er { $month } { $year }
   *[other] { $weekday } { $day } { $month } { $year }
}
moment = { $date } à { $time } { $zone }

relative-now = à l’instant
relative-soon = dans un instant
relative-in-minutes = { $n ->
    [one] dans une minute
   *[other] dans { $n } minutes
}
relative-in-hours = { $n ->
    [one] dans une heure
   *[other] dans { $n } heures
}
relative-in-days = { $n ->
    [one] dans un jour
   *[other] dans { $n } jours
}
relative-minutes-ago = { $n ->
    [one] il y a une minute
   *[other] il y a { $n } minutes
}
relative-hours-ago = { $n ->
    [one] il y a une heure
   *[other] il y a { $n } heures
}
relative-days-ago = { $n ->
    [one] il y a un jour
   *[other] il y a { $n } jours
}
