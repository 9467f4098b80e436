//! What people show of themselves and keep of rooms and chats, in every form apps know. The forms are nodes of personal
//! eventing, private XML and vCards, which have rooms of their own; that they follow each other is `domain::profile`,
//! what presence says of a picture and a message of a chat shown is the way's. Here it is only announced.
//!
//! Spec: XEP-0084 v1.1.4, XEP-0153 v1.1.1, XEP-0398 v1.0.0 §2; XEP-0292 v0.12.0 §7; XEP-0172 v1.1; XEP-0402 v1.2.0 §6,
//! XEP-0411 v1.1.0 §2, XEP-0048 v1.2; XEP-0490 v1.0.1 §4.4.2.
//! Left out: nothing.

use parlour_xmpp::ns;

use super::{Feature, Hooks, Spec};

pub(super) struct Profile;

impl Feature for Profile {
    fn specs(&self) -> &'static [Spec] {
        const {
            &[
                Spec::xep(48, "1.2"),
                Spec::xep(84, "1.1.4"),
                Spec::xep(153, "1.1.1"),
                Spec::xep(172, "1.1"),
                Spec::xep(292, "0.12.0"),
                Spec::xep(398, "1.0.0"),
                Spec::xep(402, "1.2.0"),
                Spec::xep(411, "1.1.0"),
                Spec::xep(490, "1.0.1"),
            ]
        }
    }

    fn wire(&self, on: &mut Hooks) {
        on.disco(ns::VCARD4);
        for var in [
            ns::VCARD4,
            ns::AVATAR_CONVERSION,
            ns::BOOKMARKS_COMPAT,
            ns::BOOKMARKS_COMPAT_PEP,
            ns::BOOKMARKS_CONVERSION,
            ns::MDS_SERVER_ASSIST,
        ] {
            on.disco_account(var);
        }
    }
}
