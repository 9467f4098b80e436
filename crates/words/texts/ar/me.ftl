# صفحة العضو: الدعوات وما صارت إليه.

me-title = دعوة شخص
me-signed-in = تم تسجيل الدخول بالحساب
me-sign-out = تسجيل الخروج
me-change-password = تغيير كلمة المرور
me-app-title = تسجيل الدخول بتطبيق دردشة
me-devices = أين حسابك مفتوح
me-leave = المغادرة وحذف الحساب
me-console = الاعتناء بهذا المكان

invite-kind = لمن هذه الدعوة؟
invite-kind-contact = لشخص من معارفك
invite-kind-contact-hint = يحصل على حساب هنا، ويظهر كل منكما في جهات اتصال الآخر فورًا.
invite-kind-account = لشخص آخر
invite-kind-account-hint = يحصل على حساب هنا دون أن يُضاف إلى جهات اتصالك.
invite-kind-only-contact = لشخص لديه حساب
invite-kind-only-contact-hint = هنا أو في مكان آخر: يُضاف كل منكما إلى جهات اتصال الآخر، دون إنشاء حساب.
invite-note = بضع كلمات منك
invite-note-hint = يراها من يفتح الرابط، وتظهر لك في القائمة أدناه. يمكن ترك الخانة فارغة.
invite-note-long = النص أطول من اللازم بمقدار { $n ->
    [one] حرف واحد
    [two] حرفين
    [few] { $n } أحرف
    [many] { $n } حرفًا
   *[other] { $n } حرف
}.
invite-more = خيارات أخرى
invite-name = حجز اسم
invite-name-hint = لا يمكن لأحد آخر أخذه ما دام الرابط صالحًا. وإن تُركت الخانة فارغة، كان الاختيار لمن يفتح الرابط.
invite-name-no-account = لا يُحجز الاسم إلا لمن يحصل على حساب هنا.
invite-reminder = تذكرة لك
invite-reminder-hint = لا تظهر لغيرك، وهي في القائمة أدناه.
invite-life = مدة صلاحية الرابط
life-days = { $n ->
    [one] يوم واحد
    [two] يومان
    [few] { $n } أيام
    [many] { $n } يومًا
   *[other] { $n } يوم
}
life-hours = { $n ->
    [one] ساعة واحدة
    [two] ساعتان
    [few] { $n } ساعات
   *[other] { $n } ساعة
}
invite-language = لغة الصفحة التي يفتحها الرابط
invite-language-theirs = لغة الجهاز الذي يُفتح عليه
invite-submit = إنشاء الرابط
invite-left = { $n ->
    [one] يمكنك إنشاء دعوة واحدة أخرى اليوم.
    [two] يمكنك إنشاء دعوتين أخريين اليوم.
    [few] يمكنك إنشاء { $n } دعوات أخرى اليوم.
   *[other] يمكنك إنشاء { $n } دعوة أخرى اليوم.
}
invite-none-left = يمكنك إنشاء دعوتك التالية { $when }.
invite-too-many-open = بلغت دعواتك المفتوحة الحد المسموح. عندما تُستخدم إحداها أو تنتهي أو تُسحب، يمكنك إنشاء أخرى.
invite-too-many-open-until = بلغت دعواتك المفتوحة الحد المسموح. يمكن سحب إحداها أو انتظار استخدامها؛ تنتهي أولاها { $when }، في { $date }، وعندها يمكنك إنشاء أخرى.
invite-not-allowed = الدعوة بيد من يديرون { $site }.

made-title = جاهزة للمشاركة
made-intro = هذا الرابط لشخص واحد. سيظهر هنا متى استُخدم.
made-intro-many = { $n ->
    [one] هذا الرابط لشخص واحد. سيظهر هنا متى استُخدم.
    [two] هذا الرابط لشخصين على الأكثر. سيظهر هنا من وصل.
    [few] هذا الرابط لعدد { $n } أشخاص على الأكثر. سيظهر هنا من وصل.
    [many] هذا الرابط لعدد { $n } شخصًا على الأكثر. سيظهر هنا من وصل.
   *[other] هذا الرابط لعدد { $n } شخص على الأكثر. سيظهر هنا من وصل.
}
made-link = الرابط
made-until = صالح حتى { $date } ({ $relative }).
made-qr = أو بتوجيه كاميرا الهاتف إلى هذا المربّع
made-here-only = هذه تجربة: لا يُفتح الرابط إلا على هذا الحاسوب. ليُفتح على هاتف شخص آخر، يلزم التشغيل مع ‎--lan.
made-qr-label = مربّع يفتح دعوتك على الهاتف
made-your-words = كلماتك
made-name = الاسم { $name } محجوز.
invitation-title = دعوتك
history-title = ما صارت إليه
history-made = إنشاء الدعوة
history-joined = انضمام { $name }
history-contact = جهة اتصال جديدة لك: { $name }
history-taken-back = سحب الدعوة
history-taken-away = سحبها من يديرون { $site }
history-extended = تمديد المدة
history-uses = تغيير عدد الأشخاص
history-replaced = حلّ محلّها رابط جديد
history-took-over = حلّت محلّ رابط أقدم
extend-submit = إبقاؤها مفتوحة حتى { $date }
renew-submit = إنشاء رابط جديد
renew-hint = الرابط الجديد بالوعد نفسه، ويتوقف هذا فورًا: إن ضاع أو وقع في غير يد صاحبه.
renew-hint-over = الرابط الجديد بوعد هذا الرابط نفسه.
renew-newer = إلى الرابط الأحدث
renew-name-taken = صار هذا الاسم لشخص آخر. يمكن إنشاء دعوة جديدة باسم غيره.
renew-over = لم يعد تغيير هذه الدعوة ممكنًا. وهذا ما صارت إليه.
made-another = إلى دعواتك

list-title = دعواتك
list-empty-title = لا دعوات بعد
list-empty = خير بداية شخص مقرَّب منك. يبقى رابطك محفوظًا هنا، ويظهر متى استُخدم.
list-made = أُنشئت { $when }
state-waiting = بالانتظار
state-waiting-until = بالانتظار، حتى { $date }
state-used = استُخدمت
state-used-by = انضمام { $name } { $when }
state-some = { $used ->
    [zero] لم يصل أحد من أصل { $of }
    [one] وصل شخص واحد من أصل { $of }
    [two] وصل شخصان من أصل { $of }
    [few] وصل { $used } أشخاص من أصل { $of }
    [many] وصل { $used } شخصًا من أصل { $of }
   *[other] وصل { $used } شخص من أصل { $of }
}
state-expired = انتهت { $when }
state-withdrawn = سُحبت
state-replaced = حلّ محلّها رابط جديد
list-show = عرض الرابط
list-show-named = عرض الرابط: { $note }
list-take-back = سحب
list-take-back-named = سحب الدعوة: { $note }
list-look = ما حدث
list-look-named = ما حدث للدعوة: { $note }
list-older = الأقدم
list-newest = العودة إلى الأحدث
list-opened = فُتحت { $n ->
    [zero] صفر مرة
    [one] مرة واحدة
    [two] مرتين
    [few] { $n } مرات
   *[other] { $n } مرة
}

revoke-title = سحب هذه الدعوة؟
revoke-explain = من لم ينضم بعد سيرى أنها لم تعد صالحة.
revoke-submit = سحب
revoke-keep = إبقاء
notice-taken-back = سُحبت الدعوة.
notice-password-changed = تم تغيير كلمة مرورك.
notice-owner = صار المكان { $site } لك. من أول شخص يسعدك أن يكون هنا؟
notice-extended = صار الرابط صالحًا مدة أطول.
notice-renewed = هذا هو الرابط الجديد. لم يعد القديم يعمل.
notice-signed-out = تم تسجيل الخروج هناك.
notice-others-signed-out = لم يعد حسابك مفتوحًا إلا هنا.

devices-title = أين حسابك مفتوح
devices-intro = كل التطبيقات والمتصفحات التي تستخدم حسابك، أو يمكنها العودة إليه من دون كلمة مرورك.
devices-apps = تطبيقات الدردشة
devices-apps-none = لا تطبيق دردشة مسجَّل الدخول في هذه اللحظة.
devices-app = تطبيق دردشة
devices-app-connected = متصل، تسجيل الدخول { $since }
devices-app-lost = غير متصل الآن، تسجيل الدخول { $since }
devices-app-away = غائب، آخر تسجيل دخول { $since }. يمكنه العودة من دون كلمة مرورك.
devices-browsers = المتصفحات
devices-browser = متصفح
devices-browser-on = { $browser } على { $device }
devices-browser-facts = تسجيل الدخول { $since }، آخر زيارة { $seen }
devices-this = هذا هو المستخدَم الآن
devices-end = تسجيل الخروج
devices-end-named = تسجيل الخروج: { $name }
devices-end-others = تسجيل الخروج من كل مكان إلا هنا
devices-lost = يمكن لتطبيق يعرف كلمة مرورك أن يسجّل الدخول من جديد. إن ضاع هاتف، أو كان غيرك قد يعرف كلمة مرورك، فيلزم اختيار كلمة جديدة: عندئذ لا يعود شيء من دونها.
password-effect = عند تغييرها يُسجَّل خروج كل تطبيق ومتصفح آخر، ويُطلب منه إدخال الجديدة.

leave-title = مغادرة نهائية؟
leave-intro = هذا يحذف حسابك في { $site }.
leave-at-once = يُسجَّل خروجك من كل مكان فورًا، ولا يعود بإمكان أحد أن يراسلك هنا.
leave-invites = تتوقف دعواتك المفتوحة عن العمل. أما من انضموا بدعوتك فيبقون.
leave-thirty = خلال 30 يومًا يمكن لمن يديرون هذا المكان إعادة حسابك إن طلبت ذلك منهم. بعدها يُمحى كل ما فيه.
leave-name = لن يحصل أحد غيرك على اسمك، فلا يمكن لأحد انتحاله.
leave-last-owner = أنت آخر من له ملكية { $site }. يلزم منحها لشخص آخر أولًا، ثم تصبح المغادرة ممكنة.
leave-password = كلمة مرورك، للتأكد من أنه أنت
leave-submit = حذف حسابي
leave-stay = البقاء
left-title = إلى اللقاء
left-intro = الحساب المحذوف:
left-until = للتراجع يمكن الكتابة إلى من يديرون هذا المكان قبل { $date }.
