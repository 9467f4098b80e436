//! Whom to write to about a server: the people behind it, in its discovery answer.
//!
//! Spec: XEP-0157 v1.1.1, §3 (form) and §7.1 (fields).

use crate::error::words;
use crate::forms::{Field, FieldKind, Form, FormKind};
use crate::ns;

/// Most addresses of a kind that are read. A guess.
const MAX_ADDRESSES: usize = 32;

words! {
    /// What an address is for.
    ContactKind {
        /// Abuse by people who have an account there.
        Abuse = "abuse-addresses",
        /// Running it.
        Admin = "admin-addresses",
        /// Telling what one thinks.
        Feedback = "feedback-addresses",
        /// Buying something.
        Sales = "sales-addresses",
        /// Holes in it.
        Security = "security-addresses",
        /// Whether it is up.
        Status = "status-addresses",
        /// Help.
        Support = "support-addresses",
    }
}

/// Addresses (`mailto:`, `xmpp:`, `https:`), each with what it is for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContactAddresses(pub Vec<(ContactKind, String)>);

impl ContactAddresses {
    /// The form for a discovery answer; `None` if there is no address.
    pub fn to_form(&self) -> Option<Form> {
        if self.0.is_empty() {
            return None;
        }
        let form = Form::new(FormKind::Result).with_form_type(ns::SERVERINFO);
        let field = |kind: ContactKind| {
            let of_kind = self.0.iter().filter(|(k, _)| *k == kind);
            of_kind.fold(Field::new(FieldKind::ListMulti, kind.as_str()), |field, (_, address)| field.value(address))
        };
        let fields = ContactKind::ALL.iter().map(|&kind| field(kind)).filter(|field| !field.values.is_empty());
        Some(fields.fold(form, Form::field))
    }

    /// The addresses in a form; none if it is another form.
    pub fn read(form: &Form) -> ContactAddresses {
        if form.form_type() != Some(ns::SERVERINFO) {
            return ContactAddresses::default();
        }
        let of_kind = |&kind: &ContactKind| {
            form.values(kind.as_str()).iter().take(MAX_ADDRESSES).map(move |address| (kind, address.clone()))
        };
        ContactAddresses(ContactKind::ALL.iter().flat_map(of_kind).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes() {
        let address = |kind, text: &str| (kind, text.to_owned());
        let contact = ContactAddresses(vec![
            address(ContactKind::Abuse, "mailto:abuse@chat.example"),
            address(ContactKind::Abuse, "xmpp:abuse@chat.example"),
            address(ContactKind::Support, "https://chat.example/help?a&b"),
        ]);
        let form = contact.to_form().expect("there are addresses");
        assert_eq!(form.fields.len(), 3);
        assert_eq!(form.values("abuse-addresses").len(), 2);
        assert_eq!(ContactAddresses::read(&Form::read(&form.to_element()).expect("a form")), contact);
    }

    #[test]
    fn no_address_is_no_form() {
        assert_eq!(ContactAddresses::default().to_form(), None);
        let other = Form::new(FormKind::Result).field(Field::answer("abuse-addresses", "mailto:a@b"));
        assert_eq!(ContactAddresses::read(&other), ContactAddresses::default());
    }
}
