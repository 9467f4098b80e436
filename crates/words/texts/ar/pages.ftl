# صفحات من وصلته دعوة. الصياغة بالمصادر وبـ«يمكنك» لئلّا تخاطب أحد الجنسين وحده.

frame-language = اللغة
frame-questions = لأي سؤال:
frame-terms = الشروط
frame-privacy = الخصوصية
frame-made-with = صُنع باستخدام Parlour
frame-copy = نسخ
frame-copied = تم النسخ
frame-share = مشاركة
frame-back = رجوع

landing-title-personal = دعوة إلى الدردشة من { $inviter }
landing-title-place = وصلتك دعوة إلى { $site }
landing-private = هذه دعوة شخصية إلى { $site }.
landing-open = هذه دعوة إلى { $site }.
landing-invited-by = وصلتك هذه الدعوة من { $inviter }.
landing-members = { $n ->
    [zero] لم يصل أحد بعد.
    [one] هنا شخص واحد حتى الآن.
    [two] هنا شخصان حتى الآن.
    [few] هنا { $n } أشخاص حتى الآن.
    [many] هنا { $n } شخصًا حتى الآن.
   *[other] هنا { $n } شخص حتى الآن.
}
landing-hello-from = كلمة من { $inviter }
landing-until = هذا الرابط صالح حتى { $date } ({ $relative }).
landing-until-for-more = { $n ->
    [one] هذا الرابط صالح لشخص واحد بعد، حتى { $date }.
    [two] هذا الرابط صالح لشخصين بعد، حتى { $date }.
    [few] هذا الرابط صالح بعد لعدد { $n } أشخاص، حتى { $date }.
    [many] هذا الرابط صالح بعد لعدد { $n } شخصًا، حتى { $date }.
   *[other] هذا الرابط صالح بعد لعدد { $n } شخص، حتى { $date }.
}
landing-for-more = { $n ->
    [one] هذا الرابط صالح لشخص واحد بعد.
    [two] هذا الرابط صالح لشخصين بعد.
    [few] هذا الرابط صالح بعد لعدد { $n } أشخاص.
    [many] هذا الرابط صالح بعد لعدد { $n } شخصًا.
   *[other] هذا الرابط صالح بعد لعدد { $n } شخص.
}

landing-continue-with = المتابعة مع { $app }
landing-android-carried = إذا كان { $app } على هاتفك فسيُفتح. وإلا فسيُفتح Google Play، وتنتقل دعوتك معك.
landing-get = الحصول على { $app }
landing-get-carried = سيُفتح Google Play، وتنتقل دعوتك مع { $app }.
landing-have-it = لديّ { $app }، متابعة
landing-have-app = لديّ { $app } بالفعل
landing-step-get = الحصول على التطبيق
landing-step-return = العودة إلى هذه الصفحة
landing-step-return-hint = تبقى مفتوحة من أجلك. ومن هنا تنتقل دعوتك إلى التطبيق.
landing-phone-title = عن طريق هاتفك
landing-phone-hint = يكفي توجيه كاميرا هاتفك إلى هذا المربّع.
landing-qr-label = مربّع يفتح هذه الدعوة على الهاتف
landing-computer = استخدام هذا الحاسوب
landing-computer-hint = يمكنك اختيار اسم هنا، ثم تسجيل الدخول بأي تطبيق دردشة يعجبك.
landing-here = إنشاء حسابي في هذه الصفحة بدلًا من ذلك
landing-open-link = فتح الدعوة في تطبيقك
landing-in-app-title = لا يحدث شيء عند اللمس؟
landing-in-app = يمكنك فتح هذه الصفحة في متصفحك المعتاد: من القائمة، ثم «فتح في المتصفح». أو نسخ الرابط ولصقه هناك.
landing-link-label = رابط هذه الصفحة

landing-opened-title = هل فُتح التطبيق؟
landing-opened = إن لم يُفتح فربما لم يُثبَّت بعد. يمكنك الحصول عليه أولًا، ثم العودة واللمس مرة أخرى. هذه الصفحة بانتظارك.
landing-more-apps = تطبيقات أخرى
landing-computer-apps = تطبيقات لهذا الحاسوب
landing-more-apps-hint = كلها تتفاهم فيما بينها: لا فرق أيّها يستخدم أصدقاؤك.
landing-app-get = تنزيل
landing-app-sign-in = الخطوة الأولى اختيار اسم هنا، ثم تسجيل الدخول هناك.
landing-have-title = لديّ تطبيق أو حساب بالفعل
landing-have-account = يمكنك الاحتفاظ بحسابك الحالي. عند فتح الدعوة في تطبيقك يُضاف حساب { $inviter } إلى جهات اتصالك هناك.
landing-have-app-only = يمكنك فتح الدعوة في التطبيق الذي لديك.
landing-what-title = ما هذا؟
landing-what = { $site } مكان للدردشة مع معارفك. لا يطلب رقم هاتف ولا دفتر عناوين، واختيار التطبيق لك.
landing-what-standard = يعتمد على معيار مفتوح اسمه XMPP.
landing-ipad-title = على جهاز iPad؟

landing-contact-explain = وصلتك جهة اتصال من { $inviter }. يلزم لقبولها حساب دردشة، أيًّا كان، حتى لو كان لديك من قبل.
landing-contact-accept = إضافة { $inviter }
landing-contact-none-title = ليس لديّ حساب بعد
landing-contact-none = هذا الرابط يضيف جهة اتصال ولا يُنشئ حسابًا. يمكنك طلب دعوة تُنشئ حسابًا من { $inviter }، أو إنشاء حساب لدى أي مزوّد يقترحه تطبيقك.

card-personal = دعوة لك من { $inviter } إلى { $site }
card-place = وصلتك دعوة إلى { $site }
card-text = مكان خاص للدردشة. بلا رقم هاتف.
card-until = صالحة حتى { $date }.

dead-expired-title = انتهت مدة هذه الدعوة
dead-expired = كانت صالحة حتى { $date }.
dead-expired-undated = انتهت صلاحيتها منذ مدة.
dead-expired-ask = يمكن أن تصلك دعوة جديدة من { $inviter } في لحظات.
dead-expired-ask-anybody = يمكن أن تصلك دعوة جديدة في لحظات ممّن أرسلها إليك.
dead-used-title = استُخدمت هذه الدعوة من قبل
dead-used = هل كان ذلك أنت؟ إذن لديك حساب بالفعل: يمكنك تسجيل الدخول بتطبيق الدردشة، أو هنا لدعوة آخرين.
dead-used-ask = وإن لم يكن ذلك أنت، فيمكنك طلب دعوة جديدة ممّن أرسلها إليك.
dead-withdrawn-title = سُحبت هذه الدعوة
dead-withdrawn = إن بدا لك ذلك خطأً، فيمكنك سؤال من أرسلها إليك.
dead-full-title = كل الأماكن مشغولة حاليًا
dead-full = وصل كل من خُصّص لهم هذا الرابط. يمكنك طلب رابط جديد ممّن أرسله إليك.
dead-unknown-title = لا نعرف هذا الرابط
dead-unknown = ربما ينقصه جزء. يمكنك محاولة فتحه مرة أخرى من الرسالة الأصلية.
dead-help = إن لم يُفد ذلك، فالعنوان:

register-title = اختيار اسم
register-title-fixed = اختيار كلمة مرور
register-name-hint = بهذا الاسم يجدك الآخرون. لا يمكن تغييره لاحقًا، لكن يمكنك إظهار أي اسم آخر.
register-name-fixed = هذا الاسم محجوز لك. لم يبقَ إلا كلمة مرور.
register-submit = إنشاء حسابي
register-for = بقيت خطوة واحدة للانضمام إلى { $site }.
register-for-inviter = بقيت خطوة واحدة للانضمام إلى { $site }. أول جهة اتصال لك: { $inviter }.
owner-title = تولّي ملكية { $site }
owner-intro = لم يصل أحد قبلك. بالملكية يكون لك القرار في من يدعو الآخرين، ويمكنك تسليم المفاتيح لغيرك.
owner-submit = تولّي الملكية
field-name = الاسم
field-name-hint = أحرف صغيرة وأرقام ونقاط وشرطات.
field-password = كلمة المرور
field-password-hint = 8 أحرف على الأقل. أربع كلمات أو خمس متتالية يسهل تذكّرها ويصعب تخمينها.
field-password-once = تُكتب مرة واحدة فقط، فلا داعي للعجلة.
field-show = إظهار
field-hide = إخفاء
error-summary = يُرجى مراجعة ما يلي
error-name-empty = يلزم اختيار اسم أولًا.
error-name-malformed = يمكن أن يحتوي الاسم على أحرف صغيرة وأرقام ونقاط وشرطات، دون مسافات.
error-name-long = هذا الاسم أطول من اللازم.
error-name-taken = الاسم { $name } مستخدم هنا بالفعل.
error-name-reserved = هذا الاسم محجوز لشخص آخر.
error-name-suggest = ما رأيك في أحد هذه الأسماء؟
error-name-pick = اختيار الاسم { $name }
error-password-short = يلزم 8 أحرف على الأقل.
error-password-long = هذا أطول مما تحتمله التطبيقات. 128 حرفًا تكفي وتزيد.
error-password-common = كلمة المرور هذه في كل قائمة لما يسهل تخمينه. يُرجى اختيار غيرها.
error-password-odd = فيها حرف قد ترسله بعض التطبيقات بشكل مختلف. يُرجى حذفه.
error-form-stale = بقيت هذه الصفحة مفتوحة طويلًا، لذا نرجو إرسالها مرة أخرى. لم يضِع شيء.
error-try-later = محاولات كثيرة متتالية. يُرجى الانتظار { $minutes ->
    [one] دقيقة
    [two] دقيقتين
    [few] { $minutes } دقائق
   *[other] { $minutes } دقيقة
} ثم الإرسال مرة أخرى.

success-title = أهلًا بك، { $name }
success-contact = أول جهة اتصال لك جاهزة: { $inviter }.
success-address = عنوانك
success-address-hint = بهذا العنوان يجدك الآخرون، وبه تسجيل الدخول.
success-next-title = والآن تسجيل الدخول بتطبيق
success-step-get = الحصول على { $app }
success-step-get-hint = أو أي تطبيق آخر من القائمة أدناه.
success-step-sign-in = اختيار تسجيل الدخول بحساب موجود
success-step-sign-in-hint = لا إنشاء حساب جديد: حسابك جاهز.
success-step-type = إدخال عنوانك وكلمة المرور التي اخترتها للتوّ
success-password-hint = لا يمكننا عرض كلمة المرور مرة أخرى. يُرجى حفظها في مكان يسهل الرجوع إليه.
success-invite = دعوة شخص
success-other-apps = تطبيقات أخرى

sign-in-title = تسجيل الدخول
sign-in-intro = بالاسم وكلمة المرور المستخدمين في تطبيق الدردشة.
sign-in-submit = تسجيل الدخول
sign-in-name-hint = الجزء الذي يسبق @ من عنوانك.
sign-in-wrong = هذا الاسم وكلمة المرور هذه لا يتوافقان.
sign-in-forgot = نسيت كلمة المرور؟
sign-in-forgot-help = للمساعدة:
sign-in-forgot-nobody = يمكنك طلب رابط لاختيار كلمة مرور جديدة ممّن يدير هذا المكان.
reset-title = اختيار كلمة مرور جديدة
reset-intro = للحساب
reset-effect = كل تطبيق ومتصفح مسجَّل الدخول سيطلب الكلمة الجديدة.
reset-submit = حفظ كلمة المرور الجديدة
reset-done-title = كلمة مرورك الجديدة جاهزة
reset-done = تُستخدم في المرة القادمة التي يطلبها تطبيق.
password-title = تغيير كلمة المرور
password-current = كلمة المرور الحالية
password-new = كلمة المرور الجديدة
password-current-wrong = هذه ليست كلمة مرورك.
password-submit = تغيير

problem-forbidden-title = بقيت هذه الصفحة مفتوحة أطول من اللازم
problem-forbidden = حرصًا على أمانك لا نقبل نموذجًا إلا إذا استلمه هذا المتصفح منّا قبل قليل. يُرجى الرجوع وإعادة تحميل الصفحة ثم الإرسال مرة أخرى. إن لم يُفد ذلك، يُرجى السماح لهذه الصفحة بحفظ ملفات تعريف الارتباط.
problem-not-yours-title = هذه الصفحة لمن يديرون { $site }
problem-not-yours = تم تسجيل دخولك، لكن هذه الصفحات لمن يعتنون بالمكان. إن كان ينبغي أن تكون لك، فيمكنك طلب ذلك من أحدهم.
problem-unreadable-title = لم يصلنا ذلك كما ينبغي
problem-unreadable = أرسل متصفحك شيئًا لا نستطيع قراءته. يُرجى الرجوع وإعادة تحميل الصفحة ثم الإرسال مرة أخرى.
problem-insecure-title = تحتاج هذه الصفحة إلى اتصال آمن
problem-insecure = لا تسافر كلمات المرور مكشوفة. يُرجى استخدام العنوان الذي يبدأ بـ https. (لمن يدير هذا المكان خلف وكيل proxy: ينبغي أن يرسل الترويسة X-Forwarded-Proto: https وأن يُذكر في trusted_proxies.)
problem-missing-title = لا شيء هنا
problem-missing = ربما في العنوان خطأ، أو لم يعد ما كان هنا موجودًا.
problem-gone-title = لم يعد هذا هنا
problem-gone = كان هنا ثم أُزيل.
problem-elsewhere-title = البيت صحيح، لكن الباب آخر
problem-elsewhere = لا شيء تحت العنوان المكتوب. يُرجى مقارنته بالرسالة التي ورد فيها.
problem-busy-title = لحظة من فضلك
problem-busy = جاءت محاولات كثيرة من اتصالك. يمكن المحاولة مرة أخرى { $when }.
problem-overloaded = هنا عمل أكثر مما يُحتمل في هذه اللحظة. لم يتغيّر شيء، ويمكن المحاولة مرة أخرى بعد دقيقة.
problem-full-title = لا مكان الآن
problem-full = لم يبق هنا مكان لحفظ أي شيء جديد، ولذلك لم يتغيّر شيء. القائمون على هذا المكان على علم بذلك. تبقى الروابط صالحة، ويمكن المحاولة لاحقًا.
problem-fault-title = الخطأ منّا
problem-fault = حدث خطأ من جهتنا، لا بسبب شيء فعلته. كثيرًا ما تنجح المحاولة بعد دقيقة.
problem-reference = عند مراسلتنا يُرجى ذكر هذا الرقم:

setup-title = إعداد { $app }
setup-for = هذا لدعوتك إلى { $site }.
setup-for-contact = هذا لجهة الاتصال التي وصلتك من { $inviter }.
setup-get-carried = يسلّم Google Play دعوتك إلى التطبيق. وإن كان التثبيت من مكان آخر، فالعودة بعده إلى هذه الصفحة.
setup-return-carried = إن لم يعرف التطبيق بدعوتك بعد، فيكفي اللمس هنا.
setup-name-first = اختيار اسم هنا
setup-name-first-hint = لا يفتح { $app } الدعوات، لذا يُنشأ حسابك في هذه الصفحة.
setup-sign-in = تسجيل الدخول باستخدام { $app }
setup-sign-in-hint = تعرض الصفحة التالية عنوانك جاهزًا للنسخ. وفي التطبيق يُختار تسجيل الدخول بحساب موجود.
setup-own-account = تسجيل الدخول هناك
setup-own-account-hint = بحساب لديك من قبل، أو بحساب لدى مزوّد يقترحه التطبيق.
setup-add-hint = في التطبيق تُختار إضافة جهة اتصال، ثم يُلصق هذا العنوان.
setup-add-address = العنوان المطلوب إضافته
setup-other-app = اختيار تطبيق آخر
landing-step-get-beside = يُفتح ذلك إلى جانب هذه الصفحة، لتسهل العودة إليها.
landing-no-phone = لا حاجة إلى رقم هاتف.
landing-other-devices = لأجهزة أخرى
landing-fdroid-instead = بلا Google Play؟ التطبيق متاح على F-Droid
landing-fdroid-free = قد يكون { $app } مدفوعًا على Google Play، وهو مجاني على F-Droid
landing-try-again = محاولة أخرى
landing-way-out = فتح في متصفحي

home-intro = مكان للدردشة مع معارفك.
home-sign-in-hint = لدعوة آخرين، أو لتغيير كلمة مرورك.
home-join = إنشاء حساب
home-sign-in = لديّ حساب: تسجيل الدخول
home-how-title = كيف أدخل؟
home-how = بدعوة من شخص موجود هنا. يكفي طلب رابط منه، ولا يستغرق ذلك إلا لحظة.
home-needs-title = تلزمك دعوة
home-needs = لا ينضم أحد إلى { $site } بلا دعوة. يمكن لمن أخبرك عن المكان أن يرسل إليك رابطًا.

register-make = إنشاء كلمة مرور لي
password-made-title = يُرجى حفظ هذا في مكان آمن
password-made-hint = هذه كلمة مرورك. ستلزمك في التطبيق وعند كل تغيير للهاتف. لا يمكننا عرضها مرة أخرى.
password-made-label = كلمة مرورك
password-made-save = حفظ في ملف
password-file = { $site }
    العنوان: { $address }
    كلمة المرور: { $password }
success-step-type-made = إدخال عنوانك وكلمة المرور الواردة أعلاه
success-halves = هل يطلب التطبيق المزيد؟
success-halves-hint = بعض التطبيقات تطلب نصفي عنوانك كلًّا على حدة.
success-half-name = ما قبل @
success-half-place = ما بعد @

print-title = طباعة هذه الدعوة
print-button = طباعة
print-one = واحدة في الصفحة
print-eight = 8 قصاصات
print-many = 24 قصاصة
print-slip = بتوجيه كاميرا هاتفك إلى هذا المربّع، أو بكتابة:
print-single = هذا الرابط لشخص واحد، فتكفي نسخة واحدة.
print-back = العودة إلى الدعوة
