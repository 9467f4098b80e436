//! What a client wants to be told of others: the part of its capabilities that this server keeps.
//!
//! Spec: XEP-0115 v1.6.0, §5.4 (verification), §8 (a hash that several answers have); XEP-0060 v1.30.0, §9.2 (filtered
//! notifications); ATTACKS 61.
//! Left out: other hash functions than SHA-1; the form of 2007 without a hash, which is ignored as §5.4 allows.

use parlour_xmpp::payload::disco::{Caps, DiscoInfo};

/// The nodes that a client wants to be notified of. One for all clients of the same kind.
#[derive(Debug, Default, PartialEq, Eq, Hash)]
pub struct Interests {
    /// In order.
    nodes: Box<[Box<str>]>,
    /// What only this client said of itself: the hash that does not prove it.
    alone: Option<Box<str>>,
}

impl Interests {
    /// The features of an answer that end with `+notify`, without that. Of too many only the first are taken.
    pub fn of(info: &DiscoInfo) -> Self {
        let mut nodes: Vec<&str> = info.features.iter().filter_map(|var| var.strip_suffix(NOTIFY)).collect();
        nodes.sort_unstable();
        nodes.dedup();
        let mut room = MAX_BYTES;
        let fits = |node: &&str| {
            room = room.saturating_sub(node.len() + size_of::<Box<str>>());
            room > 0
        };
        Self { nodes: nodes.into_iter().take_while(fits).map(Box::from).collect(), alone: None }
    }

    /// The same where `caps` do not prove it: good for the client that said it.
    #[must_use]
    pub fn alone(self, caps: &Caps) -> Self {
        Self { alone: Some(name(caps)), ..self }
    }

    /// Whether this is what the client itself said to a hash that does not prove it.
    pub fn is_alone(&self, caps: &Caps) -> bool {
        self.alone.as_deref().is_some_and(|told| *told == *name(caps))
    }

    /// Whether a node is wanted.
    pub fn wants(&self, node: &str) -> bool {
        self.nodes.binary_search_by(|wanted| (**wanted).cmp(node)).is_ok()
    }

    /// All of them, in order.
    pub fn nodes(&self) -> impl Iterator<Item = &str> {
        self.nodes.iter().map(|node| &**node)
    }

    /// Nothing is wanted.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}

/// Whether a summary can be proved at all: SHA-1 in base64.
pub fn is_provable(caps: &Caps) -> bool {
    caps.hash == "sha-1" && caps.ver.len() == SHA1_BASE64
}

/// Whether an answer is what the hash of the summary says, in all that is taken of it ([`Interests`]).
///
/// §8: the hash joins identities, features and forms to one string, so that an answer can be found in which a feature hides
/// as part of a form or of an identity, and the hash stays. An answer that has a wish to be notified anywhere else than
/// among its features, or the sign that parts the string's pieces inside of one, proves nothing here; with that, one hash
/// has one set of [`Interests`].
pub fn proves(caps: &Caps, info: &DiscoInfo) -> bool {
    let identities = info.identities.iter().flat_map(|identity| {
        [Some(&identity.category), Some(&identity.kind), identity.lang.as_ref(), identity.name.as_ref()]
    });
    let forms = info.forms.iter().flat_map(|form| {
        form.fields.iter().flat_map(|field| field.values.iter().map(Some).chain([field.var.as_ref()]))
    });
    let hides = |text: &String| text.contains('<') || text.ends_with(NOTIFY);
    is_provable(caps)
        && !identities.chain(forms).flatten().any(hides)
        && !info.features.iter().any(|feature| feature.contains('<'))
        && info.ver().is_some_and(|ver| ver == caps.ver)
}

fn name(caps: &Caps) -> Box<str> {
    format!("{} {}", caps.hash, caps.ver).into()
}

/// What a wish to be notified ends with.
const NOTIFY: &str = "+notify";

/// Bytes of one client's wishes. A guess: forty names of nodes; clients have ten to twenty.
const MAX_BYTES: usize = 4 * 1024;

/// Twenty bytes in base64.
const SHA1_BASE64: usize = 28;

#[cfg(test)]
mod tests {
    use parlour_xmpp::forms::{Field, Form, FormKind};
    use parlour_xmpp::payload::disco::Identity;

    use super::*;

    fn info(features: &[&str]) -> DiscoInfo {
        DiscoInfo {
            identities: vec![Identity::new("client", "phone").name("Chat")],
            features: features.iter().map(|var| (*var).to_owned()).collect(),
            ..DiscoInfo::default()
        }
    }

    fn caps(info: &DiscoInfo) -> Caps {
        Caps { node: "https://chat.example".into(), ver: info.ver().expect("well-formed"), hash: "sha-1".into() }
    }

    #[test]
    fn only_what_is_to_be_notified_is_taken() {
        let of = Interests::of(&info(&["urn:b+notify", "urn:a", "urn:c+notify", "urn:b", "+notify+"]));
        assert_eq!(of.nodes().collect::<Vec<_>>(), ["urn:b", "urn:c"]);
        assert!(of.wants("urn:b") && !of.wants("urn:a") && !of.wants("urn:b+notify"));
        let many: Vec<String> = (0..1000).map(|n| format!("urn:node:{n:04}+notify")).collect();
        let many = Interests::of(&info(&many.iter().map(String::as_str).collect::<Vec<_>>()));
        assert!(many.nodes().map(str::len).sum::<usize>() <= MAX_BYTES && many.wants("urn:node:0001"));
    }

    #[test]
    fn attack_61_a_hash_proves_its_own_answer_only() {
        let real = info(&["urn:a", "urn:b+notify"]);
        let caps = caps(&real);
        assert!(proves(&caps, &real));
        assert!(!proves(&caps, &info(&["urn:a"])), "another answer");
        assert!(!proves(&Caps { hash: "sha-256".into(), ..caps.clone() }, &real), "not ours to check");
        assert!(!proves(&Caps { ver: "1.0".into(), ..caps.clone() }, &real));
        let twice = info(&["urn:a", "urn:a", "urn:b+notify"]);
        assert!(!proves(&caps, &twice), "ill-formed");
    }

    #[test]
    fn attack_61_no_other_answer_with_the_same_hash_takes_a_wish_away() {
        let real = info(&["urn:a", "urn:b", "urn:c+notify"]);
        let caps = caps(&real);
        // The same string, hashed: the last three features as a form, or one feature holding two.
        let form = Form::new(FormKind::Result)
            .with_form_type("urn:a")
            .field(Field::new(parlour_xmpp::forms::FieldKind::TextSingle, "urn:b").value("urn:c+notify"));
        let hidden = [
            DiscoInfo { forms: vec![form], ..info(&[]) },
            info(&["urn:a", "urn:b<urn:c+notify"]),
            DiscoInfo {
                identities: vec![Identity::new("client", "phone").name("Chat<urn:a<urn:b<urn:c+notify")],
                ..info(&[])
            },
        ];
        for answer in hidden {
            assert_eq!(answer.ver().as_deref(), Some(&*caps.ver), "the known weakness: {answer:?}");
            assert!(!proves(&caps, &answer), "{answer:?}");
        }
    }

    #[test]
    fn what_is_said_alone_is_known_by_its_hash() {
        let told = caps(&info(&["urn:a"]));
        let alone = Interests::of(&info(&["urn:b+notify"])).alone(&told);
        assert!(alone.is_alone(&told) && alone.wants("urn:b"));
        assert!(!alone.is_alone(&Caps { ver: "other".into(), ..told.clone() }));
        assert!(!Interests::of(&info(&["urn:b+notify"])).is_alone(&told));
    }
}
