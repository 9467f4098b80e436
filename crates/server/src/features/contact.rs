//! Whom to write to about this host: in its discovery answer.
//!
//! Spec: XEP-0157 v1.1.1, §3.
//! Left out: `status-addresses`.

use std::sync::Arc;

use parlour_domain::options::ContactOptions;
use parlour_xmpp::payload::contact::{ContactAddresses, ContactKind};

use super::{Feature, Hooks, Spec};

pub(super) struct Contact;

impl Feature for Contact {
    fn specs(&self) -> &'static [Spec] {
        const { &[Spec::xep(157, "1.1.1").omits("status-addresses")] }
    }

    fn wire(&self, on: &mut Hooks) {
        on.disco_form(Arc::new(|engine, host| {
            let policy = engine.locals.policy(host.as_str());
            let form = policy.and_then(|policy| addresses(&policy.contact).to_form());
            form.iter().map(|form| form.to_element()).collect()
        }));
    }
}

fn addresses(contact: &ContactOptions) -> ContactAddresses {
    let ContactOptions { abuse, admin, feedback, sales, security, support } = contact;
    let kinds = [
        (ContactKind::Abuse, abuse),
        (ContactKind::Admin, admin),
        (ContactKind::Feedback, feedback),
        (ContactKind::Sales, sales),
        (ContactKind::Security, security),
        (ContactKind::Support, support),
    ];
    let each = kinds.into_iter().flat_map(|(kind, list)| list.iter().map(move |address| (kind, address.clone())));
    ContactAddresses(each.collect())
}
