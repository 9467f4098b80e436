# Daten und Zeitspannen. $n zählt bei weekday ab Montag = 1, bei month ab Januar = 1.

weekday = { $n ->
    [1] Montag
    [2] Dienstag
    [3] Mittwoch
    [4] Donnerstag
    [5] Freitag
    [6] Samstag
   *[7] Sonntag
}
month = { $n ->
    [1] Januar
    [2] Februar
    [3] März
    [4] April
    [5] Mai
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
}
day-month = { $weekday }, { $day }. { $month }
day-month-year = { $weekday }, { $day }. { $month } { $year }
moment = { $date }, { $time } Uhr { $zone }

relative-now = gerade eben
relative-soon = gleich
relative-in-minutes = { $n ->
    [one] in einer Minute
   *[other] in { $n } Minuten
}
relative-in-hours = { $n ->
    [one] in einer Stunde
   *[other] in { $n } Stunden
}
relative-in-days = { $n ->
    [one] in einem Tag
   *[other] in { $n } Tagen
}
relative-minutes-ago = { $n ->
    [one] vor einer Minute
   *[other] vor { $n } Minuten
}
relative-hours-ago = { $n ->
    [one] vor einer Stunde
   *[other] vor { $n } Stunden
}
relative-days-ago = { $n ->
    [one] vor einem Tag
   *[other] vor { $n } Tagen
}
