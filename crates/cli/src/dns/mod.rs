//! Asking the world's names: what a name's addresses are, which services it announces, who may certify it.
//!
//! Spec: RFC 2782 (SRV), XEP-0368 v1.1.0 (direct TLS), RFC 8659 (CAA). The machine's own hosts file is left aside, since
//! nobody else reads it.
//! Left out: DNSSEC; asking several name servers and comparing.

pub mod records;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{Name, RData, RecordType};

/// How long one name server may take for an answer; there are two tries.
const PATIENCE: Duration = Duration::from_millis(if cfg!(test) { 500 } else { 3000 });

/// Names longer than this chain of CNAMEs are not followed further (a guess; resolvers stop about there).
const MOST_ALIASES: usize = 8;

/// Nobody who could answer did.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no answer about {name}: {cause}")]
pub struct Silent {
    /// Which name.
    pub name: String,
    /// What the library said.
    pub cause: String,
}

/// Somebody to ask.
pub struct Names(TokioResolver);

/// Where a name leads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addressed {
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// The names it is another name for, in their order.
    pub aliases: Vec<String>,
}

/// A service's record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Where it is; empty where the record says that it is not offered (RFC 2782: a target of ".").
    pub target: String,
    /// At which port.
    pub port: u16,
}

/// One property of a CAA record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// `issue`, `issuewild`, ...
    pub tag: String,
    /// Its value, as it stands.
    pub value: String,
}

impl Names {
    /// The name servers of this machine, or the one at `server`.
    ///
    /// # Errors
    /// When the system's configuration cannot be read.
    pub fn ask(server: Option<SocketAddr>) -> anyhow::Result<Self> {
        let mut builder = match server {
            None => TokioResolver::builder_tokio()?,
            Some(server) => {
                let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
                    connection.port = server.port();
                    connection
                });
                let server = NameServerConfig::new(server.ip(), true, connections.to_vec());
                let config = ResolverConfig::from_name_servers(vec![server]);
                TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
            }
        };
        let options = builder.options_mut();
        options.use_hosts_file = ResolveHosts::Never;
        options.timeout = PATIENCE;
        options.attempts = 1;
        // Whoever waits for a record wants to see it come.
        options.cache_size = 0;
        Ok(Self(builder.build()?))
    }

    /// Where a name leads; nothing where there is no such name or it has no address.
    ///
    /// # Errors
    /// [`Silent`].
    pub async fn addresses(&self, name: &str) -> Result<Addressed, Silent> {
        let mut found = Addressed::default();
        let (v4, v6) = tokio::join!(self.look(name, RecordType::A), self.look(name, RecordType::AAAA));
        for data in v4?.into_iter().chain(v6?) {
            match data {
                RData::A(a) => found.addresses.push(a.0.into()),
                RData::AAAA(aaaa) => found.addresses.push(aaaa.0.into()),
                RData::CNAME(to) => {
                    let to = plain(&to.0);
                    if !found.aliases.contains(&to) {
                        found.aliases.push(to);
                    }
                }
                _ => {}
            }
        }
        if found.addresses.is_empty() {
            found.aliases = self.aliases(name).await?;
        }
        Ok(found)
    }

    /// What a name announces for a service such as `_xmpp-client._tcp`.
    ///
    /// # Errors
    /// [`Silent`].
    pub async fn services(&self, service: &str, name: &str) -> Result<Vec<Service>, Silent> {
        let found = self.look(&format!("{service}.{name}"), RecordType::SRV).await?;
        Ok(found
            .into_iter()
            .filter_map(|data| match data {
                RData::SRV(srv) => Some(Service { target: plain(&srv.target), port: srv.port }),
                _ => None,
            })
            .collect())
    }

    /// Who may certify a name: the properties of the nearest name that has any, going up (RFC 8659 §3).
    ///
    /// # Errors
    /// [`Silent`].
    pub async fn certifiers(&self, name: &str) -> Result<Vec<Property>, Silent> {
        let mut rest = name;
        loop {
            let found: Vec<Property> = self
                .look(rest, RecordType::CAA)
                .await?
                .into_iter()
                .filter_map(|data| match data {
                    RData::CAA(caa) => Some(Property {
                        tag: caa.tag.to_ascii_lowercase(),
                        value: String::from_utf8_lossy(&caa.value).into_owned(),
                    }),
                    _ => None,
                })
                .collect();
            match rest.split_once('.') {
                Some((_, above)) if found.is_empty() => rest = above,
                _ => return Ok(found),
            }
        }
    }

    /// The chain of other names, asked for one by one: where it leads nowhere, the addresses' answer does not hold it.
    async fn aliases(&self, name: &str) -> Result<Vec<String>, Silent> {
        let mut chain: Vec<String> = Vec::new();
        while chain.len() < MOST_ALIASES {
            let at = chain.last().map_or(name, String::as_str);
            let next = self.look(at, RecordType::CNAME).await?.into_iter().find_map(|data| match data {
                RData::CNAME(to) => Some(plain(&to.0)),
                _ => None,
            });
            match next {
                Some(next) if !chain.contains(&next) => chain.push(next),
                _ => break,
            }
        }
        Ok(chain)
    }

    async fn look(&self, name: &str, kind: RecordType) -> Result<Vec<RData>, Silent> {
        let silent = |cause: String| Silent { name: name.to_owned(), cause };
        let mut asked = Name::from_utf8(name).map_err(|e| silent(e.to_string()))?;
        // Never below this machine's own domain.
        asked.set_fqdn(true);
        match self.0.lookup(asked, kind).await {
            Ok(found) => Ok(found.answers().iter().map(|record| record.data.clone()).collect()),
            Err(error) if error.is_no_records_found() || error.is_nx_domain() => Ok(Vec::new()),
            Err(NetError::Timeout) => Err(silent("the name servers took too long".into())),
            Err(error) => Err(silent(error.to_string())),
        }
    }
}

/// A name as name servers and browsers write it (RFC 5890's A-labels); itself where it is no name.
pub fn ascii(name: &str) -> String {
    Name::from_utf8(name).map_or_else(|_| name.to_owned(), |name| name.to_ascii().trim_end_matches('.').to_owned())
}

/// A name as people write it: in lower case, without the last dot.
fn plain(name: &Name) -> String {
    name.to_utf8().trim_end_matches('.').to_lowercase()
}

#[cfg(test)]
mod tests;
