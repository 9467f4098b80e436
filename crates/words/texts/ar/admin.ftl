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

admin-again-title = هل ما زلت أنت؟
admin-again = ما سيحدث الآن مهم، لذا نرجو كتابة كلمة المرور مرة أخرى. وتبقى صالحة بعدها 15 دقيقة.
admin-again-submit = متابعة
