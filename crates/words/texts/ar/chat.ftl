# ما يعرضه تطبيق الدردشة: نماذج ونتائج وسبب عدم نجاح أمر ما. نص بسيط.

chat-register-title = إنشاء حسابك
chat-register-intro = يُرجى اختيار اسم وكلمة مرور. لا يمكن تغيير الاسم لاحقًا.
chat-register-intro-fixed = هذا الاسم محجوز لك. لم يبقَ إلا كلمة مرور.
chat-register-intro-inviter = وصلتك دعوة من { $inviter }، أول جهة اتصال لك. يُرجى اختيار اسم وكلمة مرور.
chat-reset-title = اختيار كلمة مرور جديدة
chat-reset-intro = يُرجى اختيار كلمة مرور جديدة للحساب { $account }.
chat-registered-title = حسابك
chat-registered-intro = لديك حساب هنا. يمكنك تغيير كلمة مروره.
chat-field-name = الاسم
chat-field-password = كلمة المرور
chat-invite-only = الانضمام هنا بدعوة فقط. يُرجى فتح الرابط الذي وصلك من أحد الموجودين هنا.
chat-invite-only-page = الانضمام هنا بدعوة فقط. يُرجى فتح الرابط الذي وصلك من أحد الموجودين هنا، أو قراءة المزيد على { $url }
chat-closed = لا تُنشأ هنا حسابات جديدة.
chat-dead-invite = هذه الدعوة غير صالحة. ربما استُخدمت أو انتهت أو سُحبت.
chat-once = أُنشئ حساب عبر هذا الاتصال بالفعل. يُرجى تسجيل الدخول به.
chat-need-name = ينقص الاسم.
chat-need-password = تنقص كلمة المرور.
chat-other-name = هذه الدعوة لاسم آخر.
chat-no-account = لا يوجد حساب كهذا.
chat-not-your-name = لا يمكن هنا إلا تغيير كلمة مرور الحساب نفسه.
chat-last-owner = أنت آخر من يملك هذا المكان. يلزم تسليم الملكية لشخص آخر أولًا.
chat-too-many = محاولات كثيرة متتالية. يمكن المحاولة مرة أخرى { $when }.
chat-busy = هنا عمل كثير في هذه اللحظة. يمكن المحاولة مرة أخرى بعد دقيقة.
chat-disk-full = لم يبق هنا مكان لحفظ أي شيء جديد. لم يتغيّر شيء، ويمكن المحاولة لاحقًا.

chat-joined = انضمام { $name } بدعوتك.
chat-command-invite = دعوة شخص
chat-command-account = إنشاء دعوة إلى حساب
chat-command-reset = إنشاء رابط لكلمة مرور جديدة
chat-command-no = هذا غير متاح لك.
chat-commands = ما يمكنك فعله هنا
chat-invited-title = دعوتك
chat-invited-uri = لتطبيقات الدردشة
chat-invited-url = رابط للمشاركة
chat-invited-expire = صالحة حتى
chat-account-title = دعوة شخص إلى حساب
chat-account-name = الاسم المحجوز (يمكن تركه فارغًا)
chat-account-friends = إضافة كل طرف إلى جهات اتصال الآخر
chat-account-max-uses = لكم شخصًا (شخص واحد إن تُركت فارغة)
chat-account-expiry = مدة الصلاحية
chat-account-expiry-usual = المدة المعتادة
chat-account-expiry-hour = ساعة
chat-account-expiry-day = يوم
chat-account-expiry-week = أسبوع
chat-account-expiry-month = أربعة أسابيع
chat-account-note = ملاحظة لك
chat-account-hello = رسالتك الأولى
chat-account-groups = مجموعات الانضمام (كل منها في سطر)
chat-reset-command-title = رابط لكلمة مرور جديدة
chat-reset-account = كلمة مرور من (العنوان)
chat-command-invites = دعواتك
chat-invites-none = لا دعوات هنا.
chat-invites-which = الدعوة
chat-invites-what = الإجراء
chat-invites-show = عرض رابطها
chat-invites-renew = إنشاء رابط جديد بدلًا منها
chat-invites-revoke = سحبها
chat-invites-older = عرض الأقدم
chat-invites-revoked = سُحبت. لم يعد بإمكان أحد استخدام ذلك الرابط.
chat-invites-unknown = لا توجد دعوة كهذه.
chat-invites-over = لم تعد تلك الدعوة صالحة.
chat-invites-kind-account = حساب
chat-invites-kind-friend = صداقة
chat-invites-kind-contact = جهة اتصال
chat-invites-kind-reset = كلمة مرور جديدة
chat-invites-waiting = بالانتظار
chat-invites-used = استُخدمت
chat-invites-full = كل الأماكن مشغولة
chat-invites-expired = انتهت
chat-invites-withdrawn = سُحبت
chat-invites-line = { $what } ({ $state }، تنتهي: { $when })
chat-invites-line-of = { $what }، من { $maker } ({ $state }، تنتهي: { $when })
chat-command-remove-and-block = إزالة شخص وحظره
chat-remove-and-block-intro = لا يرى أحدكما الآخر بعد ذلك، ولا يصلك شيء منه. ولا يُقال له السبب.
chat-remove-and-block-who = من (العنوان)
chat-remove-and-block-done = أُزيلت جهة الاتصال { $contact } وحُظرت.
chat-too-many-open = { $limit ->
    [one] لديك دعوة مفتوحة بالفعل، ولا يُسمح بأكثر.
    [two] لديك دعوتان مفتوحتان بالفعل، ولا يُسمح بأكثر.
    [few] لديك { $limit } دعوات مفتوحة بالفعل، ولا يُسمح بأكثر.
   *[other] لديك { $limit } دعوة مفتوحة بالفعل، ولا يُسمح بأكثر.
}
chat-too-many-open-until = { $limit ->
    [one] لديك دعوة مفتوحة بالفعل، ولا يُسمح بأكثر. يمكنك الدعوة مجددًا { $when }، أو حالما تُستخدم أو تُسحب.
    [two] لديك دعوتان مفتوحتان بالفعل، ولا يُسمح بأكثر. يمكنك الدعوة مجددًا { $when }، أو حالما تُستخدم إحداهما أو تُسحب.
    [few] لديك { $limit } دعوات مفتوحة بالفعل، ولا يُسمح بأكثر. يمكنك الدعوة مجددًا { $when }، أو حالما تُستخدم إحداها أو تُسحب.
   *[other] لديك { $limit } دعوة مفتوحة بالفعل، ولا يُسمح بأكثر. يمكنك الدعوة مجددًا { $when }، أو حالما تُستخدم إحداها أو تُسحب.
}
chat-too-many-today = بلغت دعواتك الحد المسموح في اليوم.
chat-too-many-today-until = بلغت دعواتك الحد المسموح في اليوم. يمكنك الدعوة مجددًا { $when }.
chat-name-promised = هذا الاسم محجوز في دعوة أخرى.
chat-needs-form = يلزم ملء النموذج أولًا.
