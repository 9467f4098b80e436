# الإدارة، لمن يعتنون بمكان. أسماء الأدوار مصادر كي لا تخص أحد الجنسين.

admin-title = إدارة { $site }
admin-menu = القائمة
admin-overview = نظرة عامة
admin-people = الأشخاص
admin-group = مجموعة
admin-groups = المجموعات
admin-own-page = صفحتك
admin-invite-people = دعوة أشخاص
admin-first-page = العودة إلى البداية
admin-next-page = عرض المزيد
admin-save = حفظ
admin-undo = تراجع
admin-any = الكل

admin-number-people = الأشخاص
admin-number-waiting = الدعوات المفتوحة
admin-number-used = الدعوات المستخدمة
admin-attention-expired = { $n ->
    [zero] لم تنتهِ مدة أي دعوة
    [one] انتهت مدة دعوة واحدة قبل أن يصل أحد
    [two] انتهت مدة دعوتين قبل أن يصل الجميع
    [few] انتهت مدة { $n } دعوات قبل أن يصل الجميع
   *[other] انتهت مدة { $n } دعوة قبل أن يصل الجميع
}
admin-number-new = الجدد خلال 30 يومًا
admin-empty-title = لا أحد هنا بعد. هذا وقت مناسب لدعوة شخص.
admin-empty = خير بداية شخص مقرَّب منك.
admin-attention = يستحق النظر
admin-attention-none = لا شيء. كل شيء على ما يرام.
admin-attention-deleted = { $n ->
    [zero] لا حسابات محذوفة يمكن استعادتها
    [one] حساب محذوف واحد ما زالت استعادته ممكنة
    [two] حسابان محذوفان ما زالت استعادتهما ممكنة
    [few] { $n } حسابات محذوفة ما زالت استعادتها ممكنة
    [many] { $n } حسابًا محذوفًا ما زالت استعادتها ممكنة
   *[other] { $n } حساب محذوف ما زالت استعادتها ممكنة
}
admin-attention-disabled = { $n ->
    [zero] لا حسابات معطَّلة
    [one] حساب واحد معطَّل
    [two] حسابان معطَّلان
    [few] { $n } حسابات معطَّلة
    [many] { $n } حسابًا معطَّلًا
   *[other] { $n } حساب معطَّل
}
admin-latest = آخر من وصل

admin-find = بحث
admin-find-name = جزء من الاسم
admin-find-none = يمكن المحاولة بمرشحات أقل، أو بجزء آخر من الاسم.
admin-find-all = عرض الجميع
admin-people-none = لا أحد بهذه الصفات
admin-people-by = بدعوة من { $name }.
admin-role = الدور
admin-state = الحالة
admin-joined = تاريخ الانضمام
admin-invited-by = بدعوة من
admin-invited-by-nobody = بلا دعوة
admin-role-limited = مشاركة محدودة
admin-role-limited-hint = دردشة دون دعوة أحد.
admin-role-member = عضوية
admin-role-member-hint = دردشة ودعوة آخرين، بقدر ما تسمح الإعدادات.
admin-role-admin = إدارة
admin-role-admin-hint = الاعتناء بالدعوات والأشخاص والمجموعات.
admin-role-owner = ملكية
admin-role-owner-hint = كالإدارة، مع القرار في من يدير أيضًا وفي إعدادات المكان.
admin-state-active = مستخدَم
admin-state-disabled = معطَّل
admin-state-deleted = محذوف

admin-about = معلومات
admin-erased = تمكن استعادته حتى
admin-brought = المنضمون بدعوة من هذا الحساب
admin-brought-none = لا أحد حتى الآن.
admin-brought-all = عرض الكل
admin-groups-save = حفظ المجموعات
admin-role-change = تغيير الدور
admin-role-title = ما الدور المناسب لـ { $name }؟
admin-this-is-you = هذا أنت. تغيير دورك أو حسابك بيد شخص آخر له الملكية أو الإدارة.
admin-above-you = لا يغيّر هذا الحساب إلا من له الملكية.
admin-careful = بحذر
admin-careful-active = تعطيل الحساب يحفظ كل شيء ويمكن التراجع عنه في أي وقت. أما حذفه فيمكن التراجع عنه خلال 30 يومًا.
admin-careful-disabled = هذا الحساب معطَّل: لا يمكن لأحد تسجيل الدخول به. كل ما فيه محفوظ.
admin-careful-deleted = هذا الحساب محذوف. يمكنك استعادته كما كان إلى أن يُمحى، لكن دعواته تبقى مسحوبة.
admin-disable = تعطيل
admin-enable = إعادة التفعيل
admin-delete = حذف
admin-restore = استعادة
admin-disable-title = تعطيل حساب { $name }؟
admin-disable-explain = يُسجَّل خروج { $name } في كل مكان، ولا يمكن تسجيل الدخول إلى أن يُعاد تفعيل الحساب. وتتوقف دعواته المفتوحة طوال ذلك. لا يضيع شيء.
admin-delete-title = حذف حساب { $name }؟
admin-delete-explain = يُسجَّل خروج { $name } في كل مكان، وتُسحب دعواته المفتوحة. يمكنك استعادة الحساب خلال 30 يومًا. بعدها يُمحى كل ما فيه، ولا يمكن لأحد غيره أخذ الاسم أبدًا.
admin-done-role = الحساب { $name } له دور جديد.
admin-done-groups = حُفظت مجموعات { $name }.
admin-done-disabled = عُطِّل حساب { $name }.
admin-done-enabled = صار تسجيل الدخول ممكنًا من جديد بالحساب { $name }.
admin-done-deleted = حُذف حساب { $name }.
admin-done-restored = عاد حساب { $name }.
admin-no-not-allowed = هذا ليس متاحًا لك. ما يعلو الإدارة لا يغيّره إلا من له الملكية.
admin-no-last-owner = هذا آخر من له الملكية. يلزم منحها لشخص آخر أولًا.
admin-no-yourself = لا يمكن فعل ذلك هنا بحسابك أنت. يمكنك طلبه من شخص آخر له الملكية أو الإدارة.
admin-no-too-late = فات الأوان: مُحي الحساب.
admin-no-changed = غيّر شخص آخر هذا في الأثناء. وهذا ما هو عليه الآن.

admin-invites = الدعوات
admin-invites-all = كل الدعوات
admin-invites-by = من إنشاء { $name }.
admin-invites-none = لا دعوات بهذه الصفات
admin-invites-none-hint = يمكن المحاولة بمرشحات أقل، أو إنشاء دعوة.
admin-find-invite = كلمات من ملاحظة أو اسم
admin-kind = النوع
admin-kind-friend = حساب وجهة اتصال
admin-kind-account = حساب
admin-kind-group = رابط لمجموعة
admin-kind-contact = جهة اتصال
admin-kind-reset = كلمة مرور جديدة
admin-kind-owner = تولّي الملكية
admin-about-invite = الدعوة
admin-made-by = من إنشاء
admin-made-at = تاريخ الإنشاء
admin-ends = تنتهي
admin-good-until = صالحة حتى
admin-uses = الاستخدام
admin-opened = فتح الرابط
admin-opened-times = { $n ->
    [zero] ليس بعد
    [one] مرة واحدة تقريبًا
    [two] مرتين تقريبًا
    [few] { $n } مرات تقريبًا
   *[other] { $n } مرة تقريبًا
}
admin-for-name = الاسم المحجوز
admin-hello = الكلمات الأولى
admin-invite-some = وصل { $used } من أصل { $of }
admin-invite-uses-of = { $used } من أصل { $of }
admin-invite-full = وصل الجميع
admin-invite-expired = انتهت
admin-ticks = المحدَّدة
admin-tick = تحديد { $what }
admin-tick-all = تحديد الكل
admin-with-ticked = للدعوات المحدَّدة:
admin-none-ticked = يلزم تحديد الدعوات أولًا.
admin-act-extend = تمديد المدة
admin-act-renew = إنشاء رابط جديد
admin-several-extend = { $n ->
    [one] تمديد مدة هذه الدعوة؟
    [two] تمديد مدة هاتين الدعوتين؟
    [few] تمديد مدة هذه الدعوات، وعددها { $n }؟
   *[other] تمديد مدة هذه الدعوات، وعددها { $n }؟
}
admin-several-extend-explain = ستكون صالحة حتى { $date }. أما المستخدمة والمسحوبة فتبقى كما هي.
admin-several-renew = { $n ->
    [one] إنشاء رابط جديد لهذه الدعوة؟
    [two] إنشاء رابطين جديدين؟
    [few] إنشاء { $n } روابط جديدة؟
    [many] إنشاء { $n } رابطًا جديدًا؟
   *[other] إنشاء { $n } رابط جديد؟
}
admin-renew-explain = تحصل كل دعوة على رابط جديد بالوعد نفسه وبالمدة نفسها من جديد. وتتوقف الروابط القديمة عن العمل.
admin-several-revoke = { $n ->
    [one] سحب هذه الدعوة؟
    [two] سحب هاتين الدعوتين؟
    [few] سحب هذه الدعوات، وعددها { $n }؟
   *[other] سحب هذه الدعوات، وعددها { $n }؟
}
admin-outcomes-done = تم { $done } من أصل { $of }.
admin-make-again = إنشاء من جديد
admin-new-links = عرض الروابط الجديدة
admin-renewed = رابط جديد
admin-renewed-before = لها رابط جديد بالفعل
admin-maker-gone = لم يعد يحق لمن أنشأها أن يدعو
admin-name-gone = لم يعد اسمها متاحًا
admin-not-renewed = تعذّر إنشاؤها من جديد
admin-not-extended = تبقى كما هي
admin-not-revoked = استُخدمت بالفعل
admin-gone = لم تعد هنا

admin-invite-done-renewed = هذا هو الرابط الجديد. لم يعد القديم يعمل.
admin-invite-done-changed = تم التغيير
admin-invite-successor = حلّ محلّها رابط أحدث
admin-invite-change = تغيير المدة والعدد
admin-invite-until-now = صالحة حتى { $date }.
admin-uses-altogether = لكم شخصًا في المجموع؟
admin-uses-so-far = { $n ->
    [zero] لم يستخدمها أحد بعد.
    [one] استخدمها شخص واحد.
    [two] استخدمها شخصان.
    [few] استخدمها { $n } أشخاص.
    [many] استخدمها { $n } شخصًا.
   *[other] استخدمها { $n } شخص.
}
admin-history = ما حدث
admin-history-more = لا يُعرض هنا إلا الأحدث.
admin-event-made = إنشاء
admin-event-joined = انضمام
admin-event-contact = جهة اتصال جديدة
admin-event-password = اختيار كلمة مرور جديدة
admin-event-withdrew = سحب
admin-event-extended = نهاية أخرى
admin-event-uses = عدد أشخاص آخر
admin-event-renewed = إنشاء رابط جديد
admin-event-took-over = أُنشئت بدلًا من دعوة أقدم
admin-event-other = حدث شيء ما
admin-print = طباعة
admin-their-invites = دعوات هذا الشخص
admin-signed-in-where = تسجيل الدخول
admin-signed-in = { $browsers ->
    [zero] لا متصفحات
    [one] متصفح واحد
    [two] متصفحان
    [few] { $browsers } متصفحات
    [many] { $browsers } متصفحًا
   *[other] { $browsers } متصفح
}، { $apps ->
    [zero] ولا تطبيقات في هذه اللحظة
    [one] وتطبيق واحد
    [two] وتطبيقان
    [few] و{ $apps } تطبيقات
    [many] و{ $apps } تطبيقًا
   *[other] و{ $apps } تطبيق
}
admin-sign-out = تسجيل الخروج من كل مكان
admin-sign-out-title = تسجيل خروج { $name } من كل مكان؟
admin-sign-out-explain = يتوقف فورًا كل متصفح وتطبيق سُجّل فيه دخول { $name }. وتبقى كلمة المرور كما هي: من يعرفها يمكنه تسجيل الدخول من جديد.
admin-done-signed-out = تم تسجيل خروج { $name } من كل مكان.
admin-reset = مساعدة في كلمة المرور
admin-reset-title = إنشاء رابط كلمة مرور جديدة للحساب { $name }؟
admin-reset-explain = يُرسَل الرابط إلى { $name } وحده دون غيره: من يفتحه يختار كلمة المرور ويحصل على الحساب. يعمل مرة واحدة وينتهي { $when }.
admin-reset-send = يُرسَل إلى هذا الشخص وحده دون غيره.

admin-make-what = ماذا تمنح الدعوة؟
admin-make-closed = الحسابات الجديدة معطَّلة في الإعدادات، لذا لا يمكن إلا دعوة جهات اتصال.
admin-make-how = لكم شخصًا؟
admin-how-one = شخص واحد
admin-how-one-hint = رابط يعمل مرة واحدة. وهو الأكثر أمانًا.
admin-how-group = مجموعة برابط واحد
admin-how-group-hint = للوحة إعلانات أو لدردشة مجموعة. يمكن لمن لديه الرابط أن ينضم، حتى العدد أدناه.
admin-how-many = عدة أشخاص، لكل منهم رابطه
admin-how-many-hint = حتى 200 رابط دفعة واحدة، للطباعة أو للحفظ في ملف.
admin-number = كم شخصًا؟
admin-number-hint = تُترك الخانة فارغة لشخص واحد.
admin-hello-hint = يقرؤها من يفتح الرابط. يمكن ترك الخانة فارغة.
admin-make-more = الدور والمجموعات والمدة وغيرها
admin-note = ملاحظة داخلية
admin-note-hint = لا تظهر إلا للإدارة، في قائمة الدعوات.
admin-keep-name = حجز اسم
admin-keep-name-hint = لا يمكن لأحد آخر أخذه ما دامت الدعوة مفتوحة.
admin-life = كم تدوم صلاحيتها؟
admin-life-usual = كالمعتاد هنا
admin-life-keep = كما هي
admin-life-hour = ساعة
admin-life-half-day = 12 ساعة
admin-life-day = يوم
admin-life-week = أسبوع
admin-life-month = أربعة أسابيع
admin-life-year = سنة
admin-until = أو حتى نهاية يوم
admin-language = لغة الصفحة
admin-language-any = لغة من يقرؤها
admin-no-kind = يلزم اختيار ما تمنحه.
admin-no-uses = يلزم تحديد عدد الأشخاص: لا أقل ممّن وصلوا بالفعل، ولا أكثر من 5000.
admin-no-count = يلزم تحديد عدد الروابط: من 2 إلى 200.
admin-no-name-for-many = لا يُحجز الاسم إلا لشخص واحد.
admin-no-life = يمكن أن تدوم من دقيقة إلى سنة.
admin-no-role = هذا الدور يعلو دورك.
admin-no-groups = إحدى المجموعات لم تعد موجودة، أو أن عددها كبير.
admin-no-group-link = هذا النوع لشخص واحد فقط. للمجموعة يلزم نوع يمنح حسابًا.
admin-no-long = الكلمات الأولى أو الملاحظة أطول من اللازم.
admin-batch-title = { $n ->
    [zero] لا روابط جاهزة
    [one] رابط واحد جاهز
    [two] رابطان جاهزان
    [few] { $n } روابط جاهزة
    [many] { $n } رابطًا جاهزًا
   *[other] { $n } رابط جاهز
}
admin-batch-explain = يعمل كل منها مرة واحدة. وتبقى في قائمة الدعوات أيضًا ما دامت مفتوحة.
admin-batch-file = حفظ في ملف
admin-batch-links = الروابط
admin-print-hint = القص على طول الخطوط. كل مربّع يفتح دعوة واحدة.

admin-import = من قائمة
admin-import-list = القائمة
admin-import-hint = حتى 200 سطر، كما يحفظها برنامج الجداول بصيغة CSV. السطر الأول يسمّي الأعمدة:
admin-import-look = معاينتها أولًا
admin-import-make = { $n ->
    [zero] إنشاء الروابط
    [one] إنشاء رابط واحد
    [two] إنشاء رابطين
    [few] إنشاء { $n } روابط
    [many] إنشاء { $n } رابطًا
   *[other] إنشاء { $n } رابط
}
admin-import-line = السطر
admin-import-who = لمن
admin-import-fine = سليم
admin-import-wrong = بعض الأسطر يحتاج إلى مراجعة. لم يُنشأ شيء.
admin-import-later = طلبات كثيرة متتالية. يُرجى الانتظار دقيقة ثم الإرسال مرة أخرى.
admin-import-unreadable = لا يمكن قراءة هذا كقائمة.
admin-import-no-heading = يجب أن يسمّي السطر الأول الأعمدة: على الأقل note أو username.
admin-import-long = 200 سطر على الأكثر في المرة الواحدة.
admin-import-empty = لا أحد في القائمة.
admin-import-twice = الاسم مكرر في القائمة.
admin-import-role = لا يوجد دور كهذا.
admin-import-taken = الاسم مأخوذ.

admin-groups-explain = ينتمي الأشخاص إلى مجموعات، ويمكن لدعوة أن تضعهم فيها منذ البداية.
admin-groups-none = لا مجموعات بعد
admin-groups-none-hint = للجوقة أصواتها، وللمدرسة صفوفها، وللشركة فرقها.
admin-group-new = مجموعة جديدة
admin-group-make = إنشاء المجموعة
admin-group-members = { $n ->
    [zero] لا أحد بعد
    [one] شخص واحد
    [two] شخصان
    [few] { $n } أشخاص
    [many] { $n } شخصًا
   *[other] { $n } شخص
}
admin-group-bad-name = اسم المجموعة من حرف واحد إلى 64 حرفًا.
admin-group-exists = توجد مجموعة بهذا الاسم بالفعل.
admin-group-no-account = لا أحد هنا بهذا الاسم.
admin-group-who = اسم شخص من هنا
admin-group-add = إضافة
admin-group-remove = إخراج
admin-group-remove-named = إخراج { $name } من المجموعة
admin-group-joined = صار { $name } في المجموعة.
admin-group-left = لم يعد { $name } في المجموعة.
admin-group-empty = لا أحد فيها بعد
admin-group-empty-hint = يمكنك إضافة شخص، أو إنشاء دعوة تفعل ذلك.
admin-group-careful = حذف المجموعة لا يحذف حساب أحد، لكن لا يبقى معروفًا من كان فيها.
admin-group-delete = حذف المجموعة
admin-group-contacts-title = جهات اتصال بعضهم لبعض
admin-group-contacts = أعضاؤها جهات اتصال بعضهم لبعض
admin-group-contacts-on = من في المجموعة يجد كل الآخرين فيها بين جهات اتصاله.
admin-group-contacts-off = لا يُجعل أعضاء المجموعة جهات اتصال بعضهم لبعض.
admin-group-contacts-begin = جعلهم جهات اتصال
admin-group-contacts-end = التوقف عن جعلهم جهات اتصال
admin-group-invite = دعوة إلى هذه المجموعة
admin-group-delete-title = حذف المجموعة { $name }؟
admin-group-delete-explain = { $n ->
    [zero] لا أحد فيها.
    [one] فيها شخص واحد يبقى له حسابه. لا يمكن استرجاع من كان في المجموعة.
    [two] فيها شخصان يبقى لهما حساباهما. لا يمكن استرجاع من كان في المجموعة.
    [few] فيها { $n } أشخاص تبقى لهم حساباتهم. لا يمكن استرجاع من كان في المجموعة.
    [many] فيها { $n } شخصًا تبقى لهم حساباتهم. لا يمكن استرجاع من كان في المجموعة.
   *[other] فيها { $n } شخص تبقى لهم حساباتهم. لا يمكن استرجاع من كان في المجموعة.
}
admin-group-deleted = حُذفت المجموعة { $name }.

admin-settings = الإعدادات
admin-settings-owners = لا يغيّرها إلا من له الملكية.
admin-settings-saved = حُفظت الإعدادات.
admin-setting-locked = مثبَّت في ملف الإعدادات.
admin-setting-wrong = لا يمكن استخدام هذا.
admin-set-place = المكان
admin-set-name = الاسم
admin-set-name-hint = ما تسمّي به الصفحات هذا المكان.
admin-set-sentence = جملة واحدة عنه
admin-set-colour = اللون
admin-set-colour-hint = مثل ‎#7a2e8e. يُغمَّق أو يُفتَّح حيث تتعذر قراءة النص.
admin-set-support = لمن يُوجَّه السؤال
admin-set-support-hint = عنوان بريد أو رابط يظهر في كل صفحة. وإن تعددت فبينها فواصل.
admin-set-terms = شروط الاستخدام
admin-set-privacy = ما يحدث لبيانات الأشخاص
admin-set-web-hint = عنوان على الويب.
admin-set-card = ذكر صاحب الدعوة عندما يعرض تطبيق دردشة معاينة للرابط
admin-set-card-hint = يراها كل من في تلك الدردشة.
admin-set-made-with = ذكر البرنامج في أسفل كل صفحة
admin-set-invites = الدعوات
admin-set-accounts = يمكن إنشاء حسابات جديدة
admin-set-members = دعوات الأعضاء تُنشئ حسابات، لا جهات اتصال فقط
admin-set-contacts = يمكن للأعضاء دعوة جهات اتصال
admin-set-contacts-hint = بدون هذا وما فوقه لا يدعو إلا من في الإدارة.
admin-set-open = عدد الدعوات المفتوحة لكل عضو
admin-set-day = عدد دعوات كل عضو في اليوم
admin-set-limit-hint = لا ينطبق هذا الحد على الإدارة.
admin-set-life = كم تدوم صلاحية الدعوة
admin-set-carry = يمكن أن تمر الدعوة عبر متجر تطبيقات
admin-set-carry-hint = تبقى موجودة بعد تثبيت التطبيق، ويرى المتجر الرابط.

admin-keys = مفاتيح للبرامج
admin-keys-explain = بالمفتاح يفعل البرنامج ما يمكنك فعله هنا: كإنشاء دعوات من موقعك مثلًا.
admin-keys-none = لا مفاتيح بعد
admin-keys-none-hint = لا حاجة إلى أي مفتاح ما لم يطلبه برنامج لديك.
admin-key-make = إنشاء مفتاح
admin-key-submit = إنشاء المفتاح
admin-key-name = لأي غرض؟
admin-key-name-hint = ليُعرف لاحقًا أي برنامج يحمله.
admin-key-scopes = ما يسمح به
admin-key-role = يعمل بدور
admin-key-life = مدة صلاحيته
admin-key-no-end = بلا نهاية
admin-key-over = لم يعد صالحًا
admin-key-used = آخر استخدام
admin-key-unused = لم يُستخدم
admin-key-made = المفتاح جاهز
admin-key-once = يلزم نسخه الآن: لا يُعرض إلا هذه المرة. من يحمله يمكنه فعل ما تم تحديده، لذا ينبغي حفظه ككلمة مرور.
admin-key-revoked = سُحب المفتاح.
admin-key-revoke-named = سحب مفتاح { $name }
admin-key-revoke-title = سحب مفتاح { $name }؟
admin-key-revoke-explain = يُرفض البرنامج الذي يحمله فورًا. لا يمكن التراجع عن ذلك، لكن يمكنك إنشاء مفتاح آخر.
admin-key-no-scope = يلزم تحديد أمر واحد على الأقل يسمح به.
admin-key-bad-name = يلزم ذكر الغرض منه في 1 إلى 64 حرفًا.
admin-key-too-many = بلغت المفاتيح الحد المسموح. يلزم سحب أحدها أولًا.
admin-scope-invites-read = عرض الدعوات مع روابطها
admin-scope-invites-write = إنشاء الدعوات وتغييرها
admin-scope-accounts-read = عرض الأشخاص
admin-scope-accounts-write = إنشاء الحسابات وتغييرها وحذفها
admin-scope-groups-read = عرض المجموعات
admin-scope-groups-write = إنشاء المجموعات وتغييرها
admin-scope-hosts-read = عرض الإعدادات
admin-scope-hosts-write = تغيير الإعدادات
admin-scope-compat = ما تطلبه البرامج المكتوبة لـ Prosody فقط

admin-again-title = هل ما زلت أنت؟
admin-again = ما سيحدث الآن مهم، لذا نرجو كتابة كلمة المرور مرة أخرى. وتبقى صالحة بعدها 15 دقيقة.
admin-again-submit = متابعة
