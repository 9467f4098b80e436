//! One certificate: from an account to a chain with its key.
//!
//! Spec: RFC 8555 §7.3 (account), §7.4 (order), §7.5 (authorization); RFC 9773 §5 (an order that replaces a certificate).
//! Left out: an order that was begun before a restart is not taken up again; authorities give the same one back for the same
//! names, or let it end.

use std::path::Path;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use aws_lc_rs::digest;
use base64::Engine as _;
use base64::prelude::{BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD};
use instant_acme::{
    Account, AccountCredentials, AuthorizationStatus, CertificateIdentifier, ChallengeStatus, ChallengeType, Error,
    ExternalAccountKey, Identifier, NewAccount, NewOrder, Order, OrderStatus, RetryPolicy,
};
use rcgen::{CertificateParams, DistinguishedName, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls_pki_types::Der;
use serde::{Deserialize, Serialize};

use super::challenges::{Challenges, Open};
use super::failure::{Failure, Fault};
use super::fetch::Fetcher;
use super::kept;
use super::options::{AcmeOptions, Challenge};
use crate::certs::Certificate;

/// Until the authority has looked, and again until it has signed.
const PATIENCE: Duration = Duration::from_secs(120);

/// Who we are at an authority, as kept in a file of our own.
#[derive(Serialize, Deserialize)]
struct KeptAccount {
    directory: String,
    contact: Vec<String>,
    credentials: AccountCredentials,
}

/// What an order works with.
pub(crate) struct Desk<'a> {
    pub(crate) options: &'a AcmeOptions,
    /// As they are set now.
    pub(crate) latest: &'a ArcSwap<AcmeOptions>,
    pub(crate) dir: &'a Path,
    pub(crate) open: &'a Challenges,
    pub(crate) clock: &'a super::Clock,
    pub(crate) polls: RetryPolicy,
    /// Held by whoever makes an account.
    pub(crate) door: &'a tokio::sync::Mutex<()>,
}

/// A new certificate.
pub(crate) struct Issued {
    /// Key and chain, as they are kept.
    pub(crate) pem: String,
    pub(crate) certificate: Certificate,
}

/// How an order may be polled, if the authority says nothing of it.
pub(crate) fn polls() -> RetryPolicy {
    RetryPolicy::new().initial_delay(Duration::from_millis(500)).backoff(1.6).timeout(PATIENCE)
}

impl Desk<'_> {
    fn file(&self) -> std::path::PathBuf {
        let hash = digest::digest(&digest::SHA256, self.options.directory.as_bytes());
        let name = BASE64_URL_SAFE_NO_PAD.encode(hash.as_ref().get(..12).unwrap_or_default());
        self.dir.join("accounts").join(format!("{name}.json"))
    }

    /// Our account at the authority: the kept one, else a new one, which is kept before it is used.
    pub(crate) async fn account(&self) -> Result<(Account, Fetcher), Failure> {
        let (options, clock) = (self.options.clone(), self.clock.clone());
        let made = tokio::task::spawn_blocking(move || Fetcher::new(&options, clock)).await;
        let fetcher = match made {
            Ok(Ok(fetcher)) => fetcher,
            Ok(Err(error)) => return Err(Failure::other(format!("the directory cannot be used: {error}"))),
            Err(_) => return Err(Failure::other("the directory was not asked")),
        };
        let _one_at_a_time = self.door.lock().await;
        let failed = |error| Failure::of(error, &[], fetcher.take_wait());
        let file = self.file();
        let kept = kept::read(&file).await.and_then(|bytes| serde_json::from_slice::<KeptAccount>(&bytes).ok());
        let builder = Account::builder_with_http(Box::new(fetcher.clone()));
        // An order that began before they were changed must not undo what a later one has told the authority.
        let latest = self.latest.load_full();
        let options = if latest.directory == self.options.directory { &*latest } else { self.options };
        let contact: Vec<&str> = options.contact.iter().map(String::as_str).collect();
        if let Some(mut kept) = kept.filter(|kept| kept.directory == self.options.directory) {
            // The credentials come back only from their text.
            let again = serde_json::to_string(&kept.credentials).and_then(|text| serde_json::from_str(&text));
            let credentials = again.map_err(|error| failed(error.into()))?;
            let account = builder.from_credentials(credentials).await.map_err(failed)?;
            if kept.contact != options.contact {
                account.update_contacts(&contact).await.map_err(failed)?;
                kept.contact.clone_from(&options.contact);
                self.keep(&file, &kept).await?;
            }
            return Ok((account, fetcher));
        }
        let new = NewAccount { contact: &contact, terms_of_service_agreed: true, only_return_existing: false };
        let customer = self.customer().await?;
        let (account, credentials) =
            builder.create(&new, self.options.directory.clone(), customer.as_ref()).await.map_err(failed)?;
        let kept =
            KeptAccount { directory: self.options.directory.clone(), contact: options.contact.clone(), credentials };
        self.keep(&file, &kept).await?;
        tracing::info!(target: "parlour::acme", directory = %self.options.directory, account = account.id(), "made an account");
        Ok((account, fetcher))
    }

    /// Forgets the account, which the authority does not know.
    pub(crate) async fn forget_account(&self) {
        let _one_at_a_time = self.door.lock().await;
        kept::remove(&self.file()).await;
    }

    async fn keep(&self, file: &Path, account: &KeptAccount) -> Result<(), Failure> {
        let bytes = serde_json::to_vec(account).map_err(|error| Failure::other(error.to_string()))?;
        kept::write(file, bytes).await.map_err(|error| Failure::other(format!("the account cannot be kept: {error}")))
    }

    /// External account binding (RFC 8555 §7.3.4).
    async fn customer(&self) -> Result<Option<ExternalAccountKey>, Failure> {
        let (Some(kid), Some(path)) = (&self.options.eab_kid, &self.options.eab_hmac_key_file) else {
            return Ok(None);
        };
        let wrong = |says: &str| Failure::other(format!("`eab_hmac_key_file`: {}: {says}", path.display()));
        let bytes = kept::read(path).await.ok_or_else(|| wrong("cannot be read"))?;
        let text = std::str::from_utf8(&bytes).map_err(|_| wrong("holds no key in base64url"))?.trim();
        let key = BASE64_URL_SAFE_NO_PAD.decode(text).or_else(|_| BASE64_URL_SAFE.decode(text));
        let key = key.map_err(|_| wrong("holds no key in base64url"))?;
        Ok(Some(ExternalAccountKey::new(kid.clone(), &key)))
    }

    /// A certificate for `names` (A-labels in lower case), each proved by `way` where it has to be.
    pub(crate) async fn order(
        &self,
        (account, fetcher): &(Account, Fetcher),
        names: &[String],
        way: Challenge,
        replaces: Option<CertificateIdentifier<'static>>,
    ) -> Result<Issued, Failure> {
        let failed = |error| Failure::of(error, names, fetcher.take_wait());
        let identifiers: Vec<Identifier> = names.iter().cloned().map(Identifier::Dns).collect();
        let mut wish = NewOrder::new(&identifiers);
        if let Some(replaces) = replaces {
            wish = wish.replaces(replaces);
        }
        let mut order = account.new_order(&wish).await.map_err(failed)?;
        // Nothing is shown any more once these are dropped.
        let shown = self.show(&mut order, names, way).await.map_err(|shown| match shown {
            Shown::Failed(failure) => failure,
            Shown::Error(error) => failed(error),
        })?;
        if order.state().status == OrderStatus::Pending {
            match order.poll_ready(&self.polls).await {
                Ok(OrderStatus::Invalid) | Err(Error::Api(_)) => {
                    return Err(self.unproved(&mut order, way, fetcher).await);
                }
                Ok(_) => {}
                // Too slow, or a challenge that fails without the order's being told.
                Err(error) => return Err(failed(error)),
            }
        }
        drop(shown);
        let (csr, key) = request(names)?;
        if order.state().status == OrderStatus::Ready {
            order.finalize_csr(&csr).await.map_err(failed)?;
        }
        let chain = order.poll_certificate(&self.polls).await.map_err(failed)?;
        judged(&chain, &key, names, (self.clock)())
    }

    /// Shows what the authority is to find for each name, and tells it to look.
    async fn show(&self, order: &mut Order, names: &[String], way: Challenge) -> Result<Vec<Open>, Shown> {
        let wrong = |says: &str| Shown::Failed(Failure::other(format!("the directory answers wrongly: {says}")));
        let mut shown = Vec::new();
        let mut seen = 0;
        let mut authorizations = order.authorizations();
        while let Some(authorization) = authorizations.next().await {
            let mut authorization = authorization.map_err(Shown::Error)?;
            seen += 1;
            if seen > names.len() {
                return Err(wrong("more authorizations than names"));
            }
            let Identifier::Dns(name) = authorization.identifier().identifier else {
                return Err(wrong("an authorization that is for no name"));
            };
            let name = name.to_ascii_lowercase();
            // Else it could have us prove somebody else's name.
            if !names.contains(&name) || authorization.wildcard {
                return Err(wrong("an authorization for another name"));
            }
            match authorization.status {
                AuthorizationStatus::Valid => continue,
                AuthorizationStatus::Pending => {}
                _ => return Err(Shown::Failed(Failure::unproved(&name, way, None))),
            }
            let Some(mut challenge) = authorization.challenge(way.kind()) else {
                let says = format!("{name}: the authority does not offer {way}; name another in `challenges`");
                return Err(Shown::Failed(Failure { fault: Fault::Proof, names: vec![name], says, wait: None }));
            };
            let proof = challenge.key_authorization();
            let open = match way {
                Challenge::Http01 => self.open.open_text(&challenge.token, proof.as_str()),
                Challenge::TlsAlpn01 => self.open.open_certificate(&name, proof.digest().as_ref()).ok(),
            };
            shown.push(open.ok_or_else(|| wrong("a token that is none"))?);
            match challenge.set_ready().await {
                Ok(()) => {}
                Err(Error::Api(problem)) => {
                    return Err(Shown::Failed(Failure::unproved(&name, way, Some(&problem))));
                }
                Err(error) => return Err(Shown::Error(error)),
            }
        }
        Ok(shown)
    }

    /// What the authority says about the names it did not find proved.
    async fn unproved(&self, order: &mut Order, way: Challenge, fetcher: &Fetcher) -> Failure {
        let mut told: Option<Failure> = None;
        let mut add = |failure: Failure| {
            told = Some(match told.take() {
                Some(before) => before.and(failure),
                None => failure,
            });
        };
        let whole = order.state().error.clone();
        let mut authorizations = order.authorizations();
        while let Some(Ok(mut authorization)) = authorizations.next().await {
            // What was fetched before the authority looked says nothing.
            if authorization.refresh().await.is_err() || authorization.status != AuthorizationStatus::Invalid {
                continue;
            }
            let name = authorization.identifier().to_string().to_ascii_lowercase();
            let invalid =
                authorization.challenges.iter().find(|challenge| challenge.status == ChallengeStatus::Invalid);
            add(Failure::unproved(&name, way, invalid.and_then(|challenge| challenge.error.as_ref())));
        }
        let wait = fetcher.take_wait();
        let mut failure = told.unwrap_or_else(|| match whole {
            Some(problem) => Failure::of(Error::Api(problem), &[], None),
            None => Failure::other("the authority gave the order up without a word why"),
        });
        failure.wait = failure.wait.max(wait);
        failure
    }
}

/// Why nothing could be shown.
enum Shown {
    Failed(Failure),
    Error(Error),
}

/// A certificate signing request with a new key: DER, and the key in PEM.
fn request(names: &[String]) -> Result<(Vec<u8>, String), Failure> {
    let failed = |error: rcgen::Error| Failure::other(format!("no certificate can be asked for: {error}"));
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(failed)?;
    let mut params = CertificateParams::new(names.to_vec()).map_err(failed)?;
    params.distinguished_name = DistinguishedName::new();
    let csr = params.serialize_request(&key).map_err(failed)?;
    Ok((csr.der().to_vec(), key.serialize_pem()))
}

/// What came back is the certificate that was asked for, or it is of no use.
fn judged(chain: &str, key: &str, names: &[String], now: SystemTime) -> Result<Issued, Failure> {
    let useless = |says: String| Failure::other(format!("the authority's certificate is of no use: {says}"));
    let pem = format!("{key}{chain}");
    let certificate =
        Certificate::from_pem(chain.as_bytes(), key.as_bytes()).map_err(|error| useless(error.to_string()))?;
    if !certificate.covers(names) {
        return Err(useless(format!("it is not for {}", names.join(", "))));
    }
    if certificate.expires_at() <= now {
        return Err(useless("it has expired".into()));
    }
    Ok(Issued { pem, certificate })
}

/// RFC 9773 §4.1: by what a certificate is known to its authority.
pub(crate) fn identifier(certificate: &Certificate) -> Option<CertificateIdentifier<'static>> {
    let (_, parsed) = x509_parser::parse_x509_certificate(certificate.leaf()).ok()?;
    let issuer = parsed.iter_extensions().find_map(|extension| match extension.parsed_extension() {
        x509_parser::extensions::ParsedExtension::AuthorityKeyIdentifier(issuer) => issuer.key_identifier.as_ref(),
        _ => None,
    })?;
    Some(CertificateIdentifier::new(Der::from_slice(issuer.0), Der::from_slice(parsed.raw_serial())).into_owned())
}

impl Challenge {
    fn kind(self) -> ChallengeType {
        match self {
            Self::Http01 => ChallengeType::Http01,
            Self::TlsAlpn01 => ChallengeType::TlsAlpn01,
        }
    }

    /// Where the authority asks.
    pub(crate) fn port(self) -> u16 {
        match self {
            Self::Http01 => 80,
            Self::TlsAlpn01 => 443,
        }
    }
}

impl std::fmt::Display for Challenge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Http01 => "http-01",
            Self::TlsAlpn01 => "tls-alpn-01",
        })
    }
}
