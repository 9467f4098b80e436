//! In-band registration: what is asked for, what is sent in, and the end of an account.
//!
//! Spec: XEP-0077 v2.4, §3.1 (registration), §3.2 (removal), §3.3 (password), §4 (forms), §5 (redirection), §6 (precedence).
//! Left out: the `key` of §7, obsolete.

use super::{BadPayload, MAX_LINE_BYTES, Secret, expect, only_child};
use crate::forms::{Field, FieldKind, Form, FormKind};
use crate::ns;
use crate::xml::Element;

/// Longest name that is read, in bytes before preparation. A prepared one may have 1023 (RFC 7622 §3.3).
pub const MAX_USERNAME_BYTES: usize = 1023;
/// Longest password that is read, in bytes before preparation. The policy of the host is narrower.
pub const MAX_PASSWORD_BYTES: usize = 1024;
/// Most other fields that are read. XEP-0077 knows seventeen.
pub const MAX_OTHERS: usize = 32;

/// What a client sends in an iq of type set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegisterRequest {
    /// Remove the account. §3.2.
    Remove,
    /// The form was cancelled. XEP-0004 §3.1.
    Cancel,
    /// Register, or change the password. §3.1, §3.3.
    Submit(Submission),
}

/// What was filled in.
#[derive(Clone, PartialEq, Eq)]
pub struct Submission {
    /// The name, as it was typed; `None` if there is none or an empty one.
    pub username: Option<String>,
    /// The password; `None` if there is none or an empty one (§3.1 forbids it).
    pub password: Option<Secret<String>>,
    /// All other fields.
    pub others: Vec<(String, String)>,
}

/// Only the names of the other fields, since people write their addresses into them.
impl std::fmt::Debug for Submission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let others: Vec<&str> = self.others.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Submission").field("username", &self.username).field("others", &others).finish_non_exhaustive()
    }
}

impl RegisterRequest {
    /// Reads the query of an iq of type set. A form counts before the fields beside it (§6).
    ///
    /// # Errors
    /// [`BadPayload`]; a name or password that is too long is not acceptable.
    pub fn read(el: &Element) -> Result<RegisterRequest, BadPayload> {
        expect(el, ns::REGISTER, "query")?;
        if let Some(remove) = only_child(el, ns::REGISTER, "remove")? {
            // §3.2: remove and anything beside it is a bad request.
            return if remove.is_empty() && el.elements().count() == 1 {
                Ok(RegisterRequest::Remove)
            } else {
                Err(BadPayload::Invalid { what: "remove" })
            };
        }
        let mut submission = Submission { username: None, password: None, others: Vec::new() };
        if let Some(x) = only_child(el, ns::DATA, "x")? {
            let form = Form::read(x)?;
            match form.kind {
                FormKind::Submit => {}
                FormKind::Cancel => return Ok(RegisterRequest::Cancel),
                FormKind::Form | FormKind::Result => return Err(BadPayload::Invalid { what: "type" }),
            }
            // COMPAT: some clients send no FORM_TYPE; another one is for something else.
            if form.form_type().is_some_and(|name| name != ns::REGISTER) {
                return Err(BadPayload::Invalid { what: "FORM_TYPE" });
            }
            for field in form.fields.iter().filter(|field| field.kind != Some(FieldKind::Fixed)) {
                match (field.var.as_deref(), field.values.as_slice()) {
                    (None | Some("FORM_TYPE"), _) | (_, []) => {}
                    (Some(name), [value]) => submission.put(name, value.clone())?,
                    (Some(_), _) => return Err(BadPayload::Repeated { what: "value" }),
                }
            }
        } else {
            for child in el.elements().filter(|child| child.ns() == ns::REGISTER) {
                submission.put(child.name(), child.text())?;
            }
        }
        // §3.1: an empty name or password is none.
        submission.username.take_if(|name| name.is_empty());
        submission.password.take_if(|password| password.expose().is_empty());
        Ok(RegisterRequest::Submit(submission))
    }
}

impl Submission {
    fn put(&mut self, name: &str, value: String) -> Result<(), BadPayload> {
        match name {
            "username" if self.username.is_some() => Err(BadPayload::Repeated { what: "username" }),
            "password" if self.password.is_some() => Err(BadPayload::Repeated { what: "password" }),
            "username" if value.len() > MAX_USERNAME_BYTES => Err(BadPayload::NotAcceptable { what: "username" }),
            "password" if value.len() > MAX_PASSWORD_BYTES => Err(BadPayload::NotAcceptable { what: "password" }),
            "username" => {
                self.username = Some(value);
                Ok(())
            }
            "password" => {
                self.password = Some(Secret::new(value));
                Ok(())
            }
            "instructions" | "registered" | "key" => Ok(()),
            _ if value.len() > MAX_LINE_BYTES => Err(BadPayload::TooLong { what: "field", max: MAX_LINE_BYTES }),
            _ if self.others.len() >= MAX_OTHERS => Err(BadPayload::TooMany { what: "fields", max: MAX_OTHERS }),
            _ => {
                self.others.push((name.to_owned(), value));
                Ok(())
            }
        }
    }

    /// The query with a child for each field, as a client sends it.
    pub fn to_element(&self) -> Element {
        let mut query = Element::new(ns::REGISTER, "query");
        if let Some(name) = &self.username {
            query = query.text_child("username", name);
        }
        if let Some(password) = &self.password {
            query = query.text_child("password", password.expose());
        }
        self.others.iter().fold(query, |query, (name, value)| query.text_child(name, value))
    }

    /// The query with a form, as a client sends it.
    pub fn to_form_element(&self) -> Element {
        let mut form = Form::new(FormKind::Submit).with_form_type(ns::REGISTER);
        if let Some(name) = &self.username {
            form = form.field(Field::answer("username", name));
        }
        if let Some(password) = &self.password {
            form = form.field(Field::answer("password", password.expose()));
        }
        let form = self.others.iter().fold(form, |form, (name, value)| form.field(Field::answer(name, value)));
        Element::new(ns::REGISTER, "query").child(form.to_element())
    }
}

/// What the server answers to an iq of type get: what it wants to know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RegisterInfo<'a> {
    /// Whether the asking account exists already (§3.1), which then stands as `username`.
    pub registered: bool,
    /// The title of the form.
    pub title: &'a str,
    /// What to do, for a person.
    pub instructions: &'a str,
    /// What the field for the name is called.
    pub username_label: &'a str,
    /// What the field for the password is called.
    pub password_label: &'a str,
    /// The name, if it is settled.
    pub username: Option<&'a str>,
    /// Where to register on the web instead.
    pub url: Option<&'a str>,
}

impl RegisterInfo<'_> {
    /// The query, with children for old clients and a form with the same fields for the others (§4).
    pub fn to_element(&self) -> Element {
        let mut query = Element::new(ns::REGISTER, "query");
        if self.registered {
            query = query.text_child("registered", "");
        }
        let mut name = Field::new(FieldKind::TextSingle, "username").label(self.username_label).required();
        if let Some(username) = self.username {
            name = name.value(username);
        }
        let form = Form::new(FormKind::Form)
            .title(self.title)
            .instructions(self.instructions)
            .with_form_type(ns::REGISTER)
            .field(name)
            .field(Field::new(FieldKind::TextPrivate, "password").label(self.password_label).required());
        let oob = self.url.map(|url| Element::new(ns::OOB, "x").text_child("url", url));
        query
            .text_child("instructions", self.instructions)
            .text_child("username", self.username.unwrap_or_default())
            .text_child("password", "")
            .child(form.to_element())
            .child_opt(oob)
    }
}

/// The answer where registration is on the web only: instructions and an address (§5).
pub fn elsewhere(instructions: &str, url: &str) -> Element {
    Element::new(ns::REGISTER, "query")
        .text_child("instructions", instructions)
        .child(Element::new(ns::OOB, "x").text_child("url", url))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(children: &str) -> Result<RegisterRequest, BadPayload> {
        let xml = format!("<query>{children}</query>");
        RegisterRequest::read(&Element::parse(xml.as_bytes(), ns::REGISTER).expect("XML"))
    }

    fn submit(username: Option<&str>, password: Option<&str>, others: &[(&str, &str)]) -> RegisterRequest {
        RegisterRequest::Submit(Submission {
            username: username.map(str::to_owned),
            password: password.map(|word| Secret::new(word.to_owned())),
            others: others.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect(),
        })
    }

    #[test]
    fn vector_25_reads_children_and_forms() {
        let x = |kind: &str, fields: &str| format!("<x xmlns='jabber:x:data' type='{kind}'>{fields}</x>");
        let field = |var: &str, value: &str| format!("<field var='{var}'><value>{value}</value></field>");
        let form = x(
            "submit",
            &[field("FORM_TYPE", ns::REGISTER), field("username", "juliet"), field("password", "pw")].concat(),
        );
        let cases: Vec<(String, Result<RegisterRequest, BadPayload>)> = vec![
            (
                "<username>juliet</username><password> p&lt;w </password>".into(),
                Ok(submit(Some("juliet"), Some(" p<w "), &[])),
            ),
            (
                "<username>juliet</username><email>a@b</email>".into(),
                Ok(submit(Some("juliet"), None, &[("email", "a@b")])),
            ),
            ("<username/><password/>".into(), Ok(submit(None, None, &[]))),
            (String::new(), Ok(submit(None, None, &[]))),
            (form.clone(), Ok(submit(Some("juliet"), Some("pw"), &[]))),
            (format!("<username>mallory</username>{form}"), Ok(submit(Some("juliet"), Some("pw"), &[]))),
            (x("submit", &field("username", "j")), Ok(submit(Some("j"), None, &[]))),
            (x("cancel", ""), Ok(RegisterRequest::Cancel)),
            (x("form", ""), Err(BadPayload::Invalid { what: "type" })),
            (x("submit", &field("FORM_TYPE", "urn:x")), Err(BadPayload::Invalid { what: "FORM_TYPE" })),
            (
                x("submit", "<field var='username'><value>a</value><value>b</value></field>"),
                Err(BadPayload::Repeated { what: "value" }),
            ),
            ("<username>a</username><username>b</username>".into(), Err(BadPayload::Repeated { what: "username" })),
            ("<username/><username>b</username>".into(), Err(BadPayload::Repeated { what: "username" })),
            ("<password>a</password><password>b</password>".into(), Err(BadPayload::Repeated { what: "password" })),
            ("<remove/>".into(), Ok(RegisterRequest::Remove)),
            ("<remove/><username>a</username>".into(), Err(BadPayload::Invalid { what: "remove" })),
            (
                format!("<username>{}</username>", "a".repeat(MAX_USERNAME_BYTES + 1)),
                Err(BadPayload::NotAcceptable { what: "username" }),
            ),
            (
                format!("<password>{}</password>", "a".repeat(MAX_PASSWORD_BYTES + 1)),
                Err(BadPayload::NotAcceptable { what: "password" }),
            ),
            (
                format!("<misc>{}</misc>", "a".repeat(MAX_LINE_BYTES + 1)),
                Err(BadPayload::TooLong { what: "field", max: MAX_LINE_BYTES }),
            ),
            ("<misc>a</misc>".repeat(MAX_OTHERS + 1), Err(BadPayload::TooMany { what: "fields", max: MAX_OTHERS })),
        ];
        for (children, expected) in cases {
            let read = read(&children);
            assert_eq!(read, expected, "{children:.80}");
            if let Ok(RegisterRequest::Submit(submission)) = read {
                for again in [submission.to_element(), submission.to_form_element()] {
                    assert_eq!(RegisterRequest::read(&again), Ok(RegisterRequest::Submit(submission.clone())));
                }
            }
        }
    }

    #[test]
    fn vector_24_asks_in_both_ways() {
        let info =
            RegisterInfo { username: Some("juliet"), url: Some("https://chat.example/i/T"), ..RegisterInfo::default() };
        let query = info.to_element();
        assert_eq!(query.child_text("username").as_deref(), Some("juliet"));
        assert_eq!(query.child_text("password").as_deref(), Some(""));
        let form = Form::read(query.child_named(ns::DATA, "x").expect("a form")).expect("a form");
        assert_eq!(form.form_type(), Some(ns::REGISTER));
        assert_eq!(form.value("username"), Some("juliet"));
        assert!(
            form.find("password").is_some_and(|field| field.required && field.kind == Some(FieldKind::TextPrivate))
        );
        assert!(query.child_named(ns::REGISTER, "registered").is_none());
        let registered = RegisterInfo { registered: true, ..info }.to_element();
        assert!(registered.child_named(ns::REGISTER, "registered").is_some());
    }

    #[test]
    fn debug_shows_neither_password_nor_address() {
        let shown = format!("{:?}", submit(Some("juliet"), Some("pencil"), &[("address", "Verona")]));
        assert!(!shown.contains("pencil") && !shown.contains("Verona") && shown.contains("address"), "{shown}");
    }
}
