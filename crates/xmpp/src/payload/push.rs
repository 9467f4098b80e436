//! Push: a client says where it wants to be woken, the server wakes it there.
//!
//! Spec: XEP-0357 v0.4.1, §5 (enabling), §6 (disabling), §7 (publishing); the form `urn:xmpp:push:summary` of §11.3.
//! Left out: the service's own notice that it takes no more (§8), whose next answer is an error anyway.

use super::{BadPayload, MAX_ID_BYTES, MAX_JID_BYTES, attr, need_attr};
use crate::forms::{Field, Form, FormKind};
use crate::jid::Jid;
use crate::ns;
use crate::xml::Element;

/// What a client asks of its account. `Debug` shows no value of the form: who knows the secret can wake that client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushRequest {
    /// Wake me there.
    Enable {
        /// The push service.
        service: Jid,
        /// The node of it that is this client; a service may do without.
        node: Option<String>,
        /// What to send along with each notification, a secret mostly.
        options: Option<Form>,
    },
    /// No longer.
    Disable {
        /// The push service.
        service: Jid,
        /// Which node of it; all of them where unset.
        node: Option<String>,
    },
}

impl PushRequest {
    /// Reads the payload of an iq of type set.
    ///
    /// # Errors
    /// [`BadPayload`].
    pub fn read(el: &Element) -> Result<PushRequest, BadPayload> {
        let enable = match (el.ns(), el.name()) {
            (ns::PUSH, "enable") => true,
            (ns::PUSH, "disable") => false,
            _ => return Err(BadPayload::WrongElement { expected: "enable or disable" }),
        };
        let service =
            crate::jid::parse(need_attr(el, "jid", MAX_JID_BYTES)?).map_err(|_| BadPayload::BadJid { what: "jid" })?;
        let node = attr(el, "node", MAX_ID_BYTES)?.filter(|node| !node.is_empty()).map(str::to_owned);
        if !enable {
            return Ok(PushRequest::Disable { service, node });
        }
        let mut options = None;
        for x in el.elements().filter(|child| child.is(ns::DATA, "x")) {
            let form = Form::read(x)?;
            // §5: other forms may come to be; they are not for the service.
            if form.form_type() != Some(ns::PUBSUB_PUBLISH_OPTIONS) {
                continue;
            }
            if options.replace(form).is_some() {
                return Err(BadPayload::Repeated { what: "options" });
            }
        }
        Ok(PushRequest::Enable { service, node, options })
    }

    /// The element.
    pub fn to_element(&self) -> Element {
        let (name, service, node, options) = match self {
            PushRequest::Enable { service, node, options } => ("enable", service, node, options.as_ref()),
            PushRequest::Disable { service, node } => ("disable", service, node, None),
        };
        let el = Element::new(ns::PUSH, name).attr("jid", service.as_str()).attr_opt("node", node.as_deref());
        el.children(options.map(Form::to_element))
    }
}

/// What a notification says. §7.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Messages it is about.
    pub messages: u32,
    /// Requests to become a contact it is about.
    pub requests: u32,
    /// Who wrote last.
    pub sender: Option<String>,
    /// What was written last, or words in its place.
    pub body: Option<String>,
}

/// Numbers only: the rest is between people.
impl std::fmt::Debug for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Summary({} messages, {} requests)", self.messages, self.requests)
    }
}

impl Summary {
    /// The payload of an iq of type set to a push service: published to `node`, with the options that it was enabled with,
    /// as a form's element. What is nothing is not said.
    pub fn publish(&self, node: Option<&str>, options: Option<Element>) -> Element {
        let item = Element::new(ns::PUBSUB, "item").children([self.notification()]);
        let publish = Element::new(ns::PUBSUB, "publish").attr_opt("node", node).children([item]);
        let pubsub = Element::new(ns::PUBSUB, "pubsub").children([publish]);
        // The document's example has them beside <pubsub/>, which no iq may have; XEP-0060 §7.1.5 has them within.
        pubsub.children(options.map(|form| Element::new(ns::PUBSUB, "publish-options").children([form])))
    }

    /// `<notification/>`.
    pub fn notification(&self) -> Element {
        let mut form = Form::new(FormKind::Submit).with_form_type(SUMMARY);
        let number = |n: u32| (n > 0).then(|| n.to_string());
        for (var, value) in [
            ("message-count", number(self.messages)),
            ("pending-subscription-count", number(self.requests)),
            ("last-message-sender", self.sender.clone()),
            ("last-message-body", self.body.clone()),
        ] {
            if let Some(value) = value {
                form = form.field(Field::answer(var, value));
            }
        }
        Element::new(ns::PUSH, "notification").children([form.to_element()])
    }

    /// Reads `<notification/>`, as a push service does.
    ///
    /// # Errors
    /// [`BadPayload`].
    pub fn read(el: &Element) -> Result<Summary, BadPayload> {
        super::expect(el, ns::PUSH, "notification")?;
        let Some(x) = super::only_child(el, ns::DATA, "x")? else { return Ok(Summary::default()) };
        let form = Form::read(x)?;
        let number = |var: &'static str| form.value(var).map_or(Ok(0), |text| super::digits(text, var));
        let text = |var: &str| form.value(var).map(str::to_owned);
        Ok(Summary {
            messages: number("message-count")?,
            requests: number("pending-subscription-count")?,
            sender: text("last-message-sender"),
            body: text("last-message-body"),
        })
    }
}

/// The type of the form in a notification. §11.3.
const SUMMARY: &str = "urn:xmpp:push:summary";

#[cfg(test)]
mod tests {
    use super::super::el;
    use super::*;

    fn options() -> Form {
        Form::new(FormKind::Submit)
            .with_form_type(ns::PUBSUB_PUBLISH_OPTIONS)
            .field(Field::answer("secret", "eruio234vzxc2kla-91"))
    }

    fn service() -> Jid {
        Jid::new("push-5.client.example").expect("an address")
    }

    #[test]
    fn requests_read_back() {
        for request in [
            PushRequest::Enable { service: service(), node: Some("yxs32".into()), options: Some(options()) },
            PushRequest::Enable { service: service(), node: None, options: None },
            PushRequest::Disable { service: service(), node: Some("yxs32".into()) },
            PushRequest::Disable { service: service(), node: None },
        ] {
            assert_eq!(PushRequest::read(&request.to_element()), Ok(request));
        }
    }

    #[test]
    fn what_is_no_request_is_refused() {
        let form = options().to_element().to_bytes(ns::CLIENT);
        let form = String::from_utf8(form).expect("UTF-8");
        let long = "n".repeat(MAX_ID_BYTES + 1);
        for (xml, expected) in [
            ("<enable/>".to_owned(), BadPayload::WrongElement { expected: "enable or disable" }),
            (format!("<enable xmlns='{}'/>", ns::CARBONS), BadPayload::WrongElement { expected: "enable or disable" }),
            (format!("<enable xmlns='{}'/>", ns::PUSH), BadPayload::Missing { what: "jid" }),
            (format!("<disable xmlns='{}' node='x'/>", ns::PUSH), BadPayload::Missing { what: "jid" }),
            (format!("<enable xmlns='{}' jid='@x'/>", ns::PUSH), BadPayload::BadJid { what: "jid" }),
            (
                format!("<enable xmlns='{}' jid='p.example' node='{long}'/>", ns::PUSH),
                BadPayload::TooLong { what: "node", max: MAX_ID_BYTES },
            ),
            (
                format!("<enable xmlns='{}' jid='p.example'>{form}{form}</enable>", ns::PUSH),
                BadPayload::Repeated { what: "options" },
            ),
            (
                format!("<enable xmlns='{}' jid='p.example'><x xmlns='jabber:x:data'/></enable>", ns::PUSH),
                BadPayload::Missing { what: "type" },
            ),
        ] {
            assert_eq!(PushRequest::read(&el(&xml)), Err(expected), "{xml:.60}");
        }
    }

    #[test]
    fn other_forms_are_not_for_the_service() {
        let xml = format!(
            "<enable xmlns='{}' jid='p.example' node=''><x xmlns='jabber:x:data' type='submit'>\
             <field var='FORM_TYPE'><value>urn:example</value></field></x></enable>",
            ns::PUSH
        );
        let expected = PushRequest::Enable { service: Jid::new("p.example").expect("one"), node: None, options: None };
        assert_eq!(PushRequest::read(&el(&xml)), Ok(expected));
    }

    #[test]
    fn a_notification_says_what_it_is_told_and_nothing_else() {
        let summary = Summary { messages: 2, ..Summary::default() };
        let publish = summary.publish(Some("yxs32"), Some(options().to_element()));
        let expected = el("<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='yxs32'><item>\
             <notification xmlns='urn:xmpp:push:0'><x xmlns='jabber:x:data' type='submit'>\
             <field var='FORM_TYPE' type='hidden'><value>urn:xmpp:push:summary</value></field>\
             <field var='message-count'><value>2</value></field></x></notification></item></publish>\
             <publish-options><x xmlns='jabber:x:data' type='submit'>\
             <field var='FORM_TYPE' type='hidden'><value>http://jabber.org/protocol/pubsub#publish-options</value></field>\
             <field var='secret'><value>eruio234vzxc2kla-91</value></field></x></publish-options></pubsub>");
        assert_eq!(publish, expected);
        let full = Summary { messages: 1, requests: 3, sender: Some("a@b/c".into()), body: Some("hi".into()) };
        for summary in [summary, full.clone(), Summary::default()] {
            assert_eq!(Summary::read(&summary.notification()), Ok(summary));
        }
        assert_eq!(format!("{full:?}"), "Summary(1 messages, 3 requests)");
        assert!(full.publish(None, None).to_bytes(ns::CLIENT).len() < 1_000);
    }

    #[test]
    fn secrets_do_not_show() {
        let request = PushRequest::Enable { service: service(), node: None, options: Some(options()) };
        assert!(!format!("{request:?}").contains("eruio"));
    }
}
