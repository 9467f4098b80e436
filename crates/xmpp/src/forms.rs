//! Data forms: questions, answers and results.
//!
//! Spec: XEP-0004 v2.13.2, §3 (protocol); `FORM_TYPE` from XEP-0068 v1.3.0 §3.1 and §4.3.
//! Left out: media and validation (XEP-0221, XEP-0122), of which nothing here makes use.

use crate::error::words;
use crate::ns;
use crate::payload::{BadPayload, MAX_ID_BYTES, MAX_LINE_BYTES, boolean};
use crate::xml::Element;
use std::fmt;

/// Most fields in a form, items counted apart. A guess; the largest known (room configuration) has some fifty.
pub const MAX_FIELDS: usize = 256;
/// Most values or options of a field. A guess.
pub const MAX_VALUES: usize = 1024;
/// Most items in a result. A guess.
pub const MAX_ITEMS: usize = 1024;

words! {
    /// What a form is for. §3.1.
    FormKind {
        /// The answering side gives up.
        Cancel = "cancel",
        /// The asking side wants to know.
        Form = "form",
        /// The asking side tells.
        Result = "result",
        /// The answering side answers.
        Submit = "submit",
    }
}

words! {
    /// How a field is shown and what it may hold. §3.3.
    FieldKind {
        /// Yes or no.
        Boolean = "boolean",
        /// A text to read.
        Fixed = "fixed",
        /// A value to hand back.
        Hidden = "hidden",
        /// Some JIDs.
        JidMulti = "jid-multi",
        /// One JID.
        JidSingle = "jid-single",
        /// Some of the options.
        ListMulti = "list-multi",
        /// One of the options.
        ListSingle = "list-single",
        /// Some lines.
        TextMulti = "text-multi",
        /// A line not to be shown.
        TextPrivate = "text-private",
        /// A line.
        TextSingle = "text-single",
    }
}

/// A form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// What it is for.
    pub kind: FormKind,
    /// Its title.
    pub title: Option<String>,
    /// What to do with it.
    pub instructions: Vec<String>,
    /// Its fields, `FORM_TYPE` among them.
    pub fields: Vec<Field>,
    /// The columns of a result with items.
    pub reported: Vec<Field>,
    /// The rows of a result with items.
    pub items: Vec<Vec<Field>>,
}

/// A field.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Field {
    /// Its name; only a fixed field may have none.
    pub var: Option<String>,
    /// How it is shown; not needed in an answer.
    pub kind: Option<FieldKind>,
    /// What it is called for a person.
    pub label: Option<String>,
    /// What it is about.
    pub desc: Option<String>,
    /// Whether it must be filled in.
    pub required: bool,
    /// Its values.
    pub values: Vec<String>,
    /// What may be chosen, as (label, value).
    pub options: Vec<(Option<String>, String)>,
}

/// The name and not the values, which may be passwords or invites.
impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Field({:?}, {} values)", self.var, self.values.len())
    }
}

impl Form {
    /// An empty form.
    pub fn new(kind: FormKind) -> Form {
        Form {
            kind,
            title: None,
            instructions: Vec::new(),
            fields: Vec::new(),
            reported: Vec::new(),
            items: Vec::new(),
        }
    }

    /// With a title.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Form {
        self.title = Some(title.into());
        self
    }

    /// With a paragraph of instructions.
    #[must_use]
    pub fn instructions(mut self, text: impl Into<String>) -> Form {
        self.instructions.push(text.into());
        self
    }

    /// With a `FORM_TYPE`. XEP-0068.
    #[must_use]
    pub fn with_form_type(self, name: &str) -> Form {
        self.field(Field::new(FieldKind::Hidden, "FORM_TYPE").value(name))
    }

    /// With a field.
    #[must_use]
    pub fn field(mut self, field: Field) -> Form {
        self.fields.push(field);
        self
    }

    /// The `FORM_TYPE`, if there is one. In a form or a result the field must be hidden to count
    /// (XEP-0068 §4.3).
    pub fn form_type(&self) -> Option<&str> {
        let field = self.find("FORM_TYPE")?;
        let told = matches!(self.kind, FormKind::Form | FormKind::Result);
        if told && field.kind != Some(FieldKind::Hidden) { None } else { field.first() }
    }

    /// The field of this name; the first, if there are several.
    pub fn find(&self, var: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.var.as_deref() == Some(var))
    }

    /// The first value of a field.
    pub fn value(&self, var: &str) -> Option<&str> {
        self.find(var)?.first()
    }

    /// All values of a field.
    pub fn values(&self, var: &str) -> &[String] {
        self.find(var).map_or(&[], |field| &field.values)
    }

    /// The value of a yes-or-no field.
    ///
    /// # Errors
    /// [`BadPayload::Invalid`] if there is a value that is neither.
    pub fn boolean(&self, var: &str) -> Result<Option<bool>, BadPayload> {
        match self.value(var) {
            None => Ok(None),
            Some(word) => boolean(word).map(Some).ok_or(BadPayload::Invalid { what: "boolean field" }),
        }
    }

    /// The `<x/>`.
    pub fn to_element(&self) -> Element {
        let mut x = Element::new(ns::DATA, "x").attr("type", self.kind.as_str());
        if let Some(title) = &self.title {
            x = x.text_child("title", title);
        }
        for text in &self.instructions {
            x = x.text_child("instructions", text);
        }
        x = x.children(self.fields.iter().map(Field::to_element));
        if !self.reported.is_empty() {
            x.push(Element::new(ns::DATA, "reported").children(self.reported.iter().map(Field::to_element)));
        }
        x.children(
            self.items.iter().map(|item| Element::new(ns::DATA, "item").children(item.iter().map(Field::to_element))),
        )
    }

    /// Reads a form.
    ///
    /// # Errors
    /// [`BadPayload`]; two fields of one name are an error, since readers would take different ones.
    pub fn read(el: &Element) -> Result<Form, BadPayload> {
        if !el.is(ns::DATA, "x") {
            return Err(BadPayload::WrongElement { expected: "x" });
        }
        let kind = el.attr_value("type").ok_or(BadPayload::Missing { what: "type" })?;
        let mut form = Form::new(FormKind::from_word(kind).ok_or(BadPayload::Invalid { what: "type" })?);
        for child in el.elements().filter(|child| child.ns() == ns::DATA) {
            match child.name() {
                "title" => form.title = Some(line(child, "title")?),
                "instructions" => {
                    limit(form.instructions.len(), "instructions", MAX_FIELDS)?;
                    form.instructions.push(line(child, "instructions")?);
                }
                "field" => {
                    limit(form.fields.len(), "fields", MAX_FIELDS)?;
                    form.fields.push(Field::read(child)?);
                }
                "reported" => form.reported = read_fields(child)?,
                "item" => {
                    limit(form.items.len(), "items", MAX_ITEMS)?;
                    form.items.push(read_fields(child)?);
                }
                _ => {}
            }
        }
        unique(&form.fields)?;
        Ok(form)
    }
}

impl Field {
    /// A field without a value.
    pub fn new(kind: FieldKind, var: &str) -> Field {
        Field { var: Some(var.to_owned()), kind: Some(kind), ..Field::default() }
    }

    /// An answer: name and value, no kind.
    pub fn answer(var: &str, value: impl Into<String>) -> Field {
        Field { var: Some(var.to_owned()), values: vec![value.into()], ..Field::default() }
    }

    /// A text to read.
    pub fn fixed(text: impl Into<String>) -> Field {
        Field { kind: Some(FieldKind::Fixed), values: vec![text.into()], ..Field::default() }
    }

    /// With a label.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Field {
        self.label = Some(label.into());
        self
    }

    /// With a description.
    #[must_use]
    pub fn desc(mut self, desc: impl Into<String>) -> Field {
        self.desc = Some(desc.into());
        self
    }

    /// Must be filled in.
    #[must_use]
    pub fn required(mut self) -> Field {
        self.required = true;
        self
    }

    /// With a value, after those it has.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Field {
        self.values.push(value.into());
        self
    }

    /// With the value yes or no.
    #[must_use]
    pub fn yes(self, yes: bool) -> Field {
        self.value(if yes { "1" } else { "0" })
    }

    /// With an option to choose.
    #[must_use]
    pub fn option(mut self, label: impl Into<String>, value: impl Into<String>) -> Field {
        self.options.push((Some(label.into()), value.into()));
        self
    }

    /// The first value.
    pub fn first(&self) -> Option<&str> {
        self.values.first().map(String::as_str)
    }

    fn to_element(&self) -> Element {
        let mut field = Element::new(ns::DATA, "field")
            .attr_opt("var", self.var.as_deref())
            .attr_opt("type", self.kind.map(FieldKind::as_str))
            .attr_opt("label", self.label.as_deref());
        if let Some(desc) = &self.desc {
            field = field.text_child("desc", desc);
        }
        if self.required {
            field = field.text_child("required", "");
        }
        for value in &self.values {
            field = field.text_child("value", value);
        }
        for (label, value) in &self.options {
            field.push(Element::new(ns::DATA, "option").attr_opt("label", label.as_deref()).text_child("value", value));
        }
        field
    }

    fn read(el: &Element) -> Result<Field, BadPayload> {
        let attr = |name: &'static str, max: usize| match el.attr_value(name) {
            Some(value) if value.len() > max => Err(BadPayload::TooLong { what: name, max }),
            value => Ok(value.map(str::to_owned)),
        };
        let mut field = Field {
            var: attr("var", MAX_ID_BYTES)?,
            // §3.3: a kind that is not known is treated as text-single.
            kind: el.attr_value("type").map(|word| FieldKind::from_word(word).unwrap_or(FieldKind::TextSingle)),
            label: attr("label", MAX_LINE_BYTES)?,
            ..Field::default()
        };
        for child in el.elements().filter(|child| child.ns() == ns::DATA) {
            match child.name() {
                "desc" => field.desc = Some(line(child, "desc")?),
                "required" => field.required = true,
                "value" => {
                    limit(field.values.len(), "values", MAX_VALUES)?;
                    // No limit of its own: a value may be all that a stanza may be (a note, a key).
                    field.values.push(child.text());
                }
                "option" => {
                    limit(field.options.len(), "options", MAX_VALUES)?;
                    let label = child.attr_value("label").map(str::to_owned);
                    field.options.push((label, child.child_text("value").unwrap_or_default()));
                }
                _ => {}
            }
        }
        if field.var.is_none() && field.kind != Some(FieldKind::Fixed) {
            return Err(BadPayload::Missing { what: "var" });
        }
        Ok(field)
    }
}

fn read_fields(el: &Element) -> Result<Vec<Field>, BadPayload> {
    let mut fields = Vec::new();
    for child in el.elements().filter(|child| child.is(ns::DATA, "field")) {
        limit(fields.len(), "fields", MAX_FIELDS)?;
        fields.push(Field::read(child)?);
    }
    unique(&fields)?;
    Ok(fields)
}

fn unique(fields: &[Field]) -> Result<(), BadPayload> {
    let named = |field: &Field| field.var.clone().filter(|_| field.kind != Some(FieldKind::Fixed));
    let mut names: Vec<String> = fields.iter().filter_map(named).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair.first() == pair.last()) {
        return Err(BadPayload::Repeated { what: "field" });
    }
    Ok(())
}

fn limit(have: usize, what: &'static str, max: usize) -> Result<(), BadPayload> {
    if have >= max { Err(BadPayload::TooMany { what, max }) } else { Ok(()) }
}

fn line(el: &Element, what: &'static str) -> Result<String, BadPayload> {
    let text = el.text();
    if text.len() > MAX_LINE_BYTES { Err(BadPayload::TooLong { what, max: MAX_LINE_BYTES }) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(xml: &str) -> Result<Form, BadPayload> {
        Form::read(&Element::parse(xml.as_bytes(), ns::DATA).expect("XML"))
    }

    #[test]
    fn forms_read_back() {
        let mut result = Form::new(FormKind::Result);
        result.reported = vec![Field::new(FieldKind::TextSingle, "jid")];
        result.items = vec![vec![Field::answer("jid", "a@b")], vec![Field::answer("jid", "c@d")]];
        let form = Form::new(FormKind::Form)
            .title("T <1>")
            .instructions("first")
            .instructions("second")
            .with_form_type("urn:x")
            .field(Field::new(FieldKind::TextPrivate, "password").label("P").desc("D").required())
            .field(Field::new(FieldKind::ListSingle, "l").option("One", "1").option("Two", "2").value("1"))
            .field(Field::new(FieldKind::Boolean, "b").yes(true))
            .field(Field::fixed("read me"))
            .field(Field::fixed("me too"));
        for form in [form, result, Form::new(FormKind::Cancel)] {
            assert_eq!(Form::read(&form.to_element()), Ok(form));
        }
    }

    #[test]
    fn refuses_what_is_no_form() {
        let fields: String = (0..=MAX_FIELDS).map(|i| format!("<field var='{i}'/>")).collect();
        let cases = [
            ("<y/>".to_owned(), BadPayload::WrongElement { expected: "x" }),
            ("<x/>".to_owned(), BadPayload::Missing { what: "type" }),
            ("<x type='ask'/>".to_owned(), BadPayload::Invalid { what: "type" }),
            ("<x type='submit'><field/></x>".to_owned(), BadPayload::Missing { what: "var" }),
            (
                "<x type='submit'><field var='a'/><field var='a'/></x>".to_owned(),
                BadPayload::Repeated { what: "field" },
            ),
            (
                format!("<x type='submit'><field var='{}'/></x>", "v".repeat(MAX_ID_BYTES + 1)),
                BadPayload::TooLong { what: "var", max: MAX_ID_BYTES },
            ),
            (
                format!("<x type='form'><title>{}</title></x>", "t".repeat(MAX_LINE_BYTES + 1)),
                BadPayload::TooLong { what: "title", max: MAX_LINE_BYTES },
            ),
            (format!("<x type='submit'>{fields}</x>"), BadPayload::TooMany { what: "fields", max: MAX_FIELDS }),
            (
                format!("<x type='submit'><field var='a'>{}</field></x>", "<value/>".repeat(MAX_VALUES + 1)),
                BadPayload::TooMany { what: "values", max: MAX_VALUES },
            ),
            (
                format!("<x type='result'>{}</x>", "<item/>".repeat(MAX_ITEMS + 1)),
                BadPayload::TooMany { what: "items", max: MAX_ITEMS },
            ),
        ];
        for (xml, expected) in cases {
            assert_eq!(read(&xml), Err(expected), "{xml:.60}");
        }
    }

    #[test]
    fn values_are_found_by_name() {
        let form = read(
            "<x type='submit'><field var='FORM_TYPE'><value>urn:x</value></field><field var='a'><value/></field>\
             <field var='m' type='new-kind'><value>1</value><value>2</value></field><field var='b'><value>true</value>\
             </field><field var='c'><value>perhaps</value></field><field var='d'/></x>",
        )
        .expect("a form");
        assert_eq!(
            (form.form_type(), form.value("a"), form.value("d"), form.value("e")),
            (Some("urn:x"), Some(""), None, None)
        );
        assert_eq!(form.values("m"), ["1", "2"]);
        assert_eq!(form.find("m").and_then(|field| field.kind), Some(FieldKind::TextSingle));
        assert_eq!((form.boolean("b"), form.boolean("d")), (Ok(Some(true)), Ok(None)));
        assert!(form.boolean("c").is_err());
        let shown = read("<x type='result'><field var='FORM_TYPE'><value>urn:x</value></field></x>").expect("a form");
        assert_eq!(shown.form_type(), None, "only a hidden field counts in a result");
    }

    #[test]
    fn debug_shows_no_values() {
        let form = Form::new(FormKind::Submit).field(Field::answer("password", "pencil"));
        assert!(!format!("{form:?}").contains("pencil"));
    }
}
