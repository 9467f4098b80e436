# صفحة العضو: الدعوات وما صارت إليه.

me-title = دعوة شخص
me-signed-in = تم تسجيل الدخول بالحساب
me-sign-out = تسجيل الخروج
me-change-password = تغيير كلمة المرور
me-app-title = تسجيل الدخول بتطبيق دردشة

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
invite-submit = إنشاء الرابط
invite-left = { $n ->
    [one] يمكنك إنشاء دعوة واحدة أخرى اليوم.
    [two] يمكنك إنشاء دعوتين أخريين اليوم.
    [few] يمكنك إنشاء { $n } دعوات أخرى اليوم.
   *[other] يمكنك إنشاء { $n } دعوة أخرى اليوم.
}
invite-none-left = يمكنك إنشاء دعوتك التالية { $when }.
invite-too-many-open = بلغت دعواتك المفتوحة الحد المسموح. عندما تُستخدم إحداها أو تنتهي أو تُسحب، يمكنك إنشاء أخرى.
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
made-here-only = هذه تجربة: لا يُفتح الرابط إلا على هذا الحاسوب. ليُفتح على هاتف شخص آخر، يلزم التشغيل مع --lan.
made-qr-label = مربّع يفتح دعوتك على الهاتف
made-your-words = كلماتك
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
list-show = عرض الرابط
list-show-named = عرض الرابط: { $note }
list-take-back = سحب
list-take-back-named = سحب الدعوة: { $note }

revoke-title = سحب هذه الدعوة؟
revoke-explain = من لم ينضم بعد سيرى أنها لم تعد صالحة.
revoke-submit = سحب
revoke-keep = إبقاء
notice-taken-back = سُحبت الدعوة.
notice-password-changed = تم تغيير كلمة مرورك.
notice-owner = صار المكان { $site } لك. من أول شخص يسعدك أن يكون هنا؟
