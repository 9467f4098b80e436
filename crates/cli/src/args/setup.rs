//! What `parlour setup` takes.

use std::path::PathBuf;

use clap::Args;

use super::LookupOptions;

/// `parlour setup`
#[derive(Clone, Debug, Default, Args)]
pub struct SetupOptions {
    /// The domain: addresses will be `name@DOMAIN`. Asked for when absent.
    pub domain: Option<String>,
    /// What the pages call your place. Asked for when absent.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// An e-mail address for people whose link is dead and for the certificate authority; "" for none. Asked for when absent.
    #[arg(long, value_name = "EMAIL")]
    pub contact: Option<String>,
    /// Ask nothing and take the defaults: the domain as name, no contact.
    #[arg(long, short)]
    pub yes: bool,
    /// Write everything below this folder and start nothing: to try it out, without root too.
    #[arg(long, value_name = "DIR")]
    pub prefix: Option<PathBuf>,
    /// Write everything and start nothing.
    #[arg(long)]
    pub no_start: bool,
    /// Wait until the domain leads to this machine, so long at most.
    #[arg(long, value_name = "DURATION", num_args = 0..=1, default_missing_value = "15m")]
    pub wait_dns: Option<String>,
    /// Who is asked about the domain.
    #[command(flatten)]
    pub lookup: LookupOptions,
    /// A web server stands in front: leave it the ports 80 and 443. So it is without a word where one has them.
    #[arg(long)]
    pub behind_proxy: bool,
    /// A certificate of your own, with those that signed it (fullchain.pem); else one is ordered from Let's Encrypt.
    #[arg(long, value_name = "FILE", requires = "key")]
    pub certificate: Option<PathBuf>,
    /// Its private key.
    #[arg(long, value_name = "FILE", requires = "certificate")]
    pub key: Option<PathBuf>,
    /// Another certificate authority's ACME directory.
    #[arg(long, value_name = "URL", conflicts_with = "certificate")]
    pub acme_directory: Option<String>,
    /// The roots to trust for a directory that is not public, in PEM.
    #[arg(long, value_name = "FILE", requires = "acme_directory")]
    pub acme_ca: Option<PathBuf>,
    /// Add this to every port, to try it beside something else.
    #[arg(long, value_name = "NUMBER", default_value_t = 0, hide_default_value = true)]
    pub port_offset: u16,
}
