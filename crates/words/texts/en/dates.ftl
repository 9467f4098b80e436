# Dates and spans. $n in weekday counts from Monday = 1; in month from January = 1.

weekday = { $n ->
    [1] Monday
    [2] Tuesday
    [3] Wednesday
    [4] Thursday
    [5] Friday
    [6] Saturday
   *[7] Sunday
}
month = { $n ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
}
day-month = { $weekday } { $day } { $month }
day-month-year = { $weekday } { $day } { $month } { $year }
moment = { $date }, { $time } { $zone }

relative-now = just now
relative-soon = in a moment
relative-in-minutes = { $n ->
    [one] in one minute
   *[other] in { $n } minutes
}
relative-in-hours = { $n ->
    [one] in one hour
   *[other] in { $n } hours
}
relative-in-days = { $n ->
    [one] in one day
   *[other] in { $n } days
}
relative-minutes-ago = { $n ->
    [one] one minute ago
   *[other] { $n } minutes ago
}
relative-hours-ago = { $n ->
    [one] one hour ago
   *[other] { $n } hours ago
}
relative-days-ago = { $n ->
    [one] one day ago
   *[other] { $n } days ago
}
