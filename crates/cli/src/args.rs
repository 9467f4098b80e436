//! The command line: nouns and verbs, defined once for parsing, help, completions and man pages.
//!
//! The words `prosodyctl` users type are taken as aliases (`generate`, `create_account`, ...); whole commands in other
//! shapes are turned into these by `habits.rs`. docs/reference/cli.md is made from what stands here.

mod invite;
mod setup;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory as _, Parser, Subcommand};

pub use invite::{InviteCommand, InviteOptions};
pub use setup::SetupOptions;

/// The chat server you join by invitation.
///
/// Without a command: a trial on this machine, nothing to configure.
#[derive(Debug, Parser)]
#[command(name = "parlour", version, after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do; the trial when absent.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Options of the trial.
    #[command(flatten)]
    pub trial: Trial,
    /// Options every command takes.
    #[command(flatten)]
    pub common: Common,
}

/// What the process says when it ends; scripts count on it.
const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  refused, or it failed; nothing was changed
  2  not understood
  3  the server cannot be reached, or its answer was not understood

With --json one object (or one list) is printed to standard output, refusals too.";

impl Cli {
    /// What the definitions cannot say: the trial's options go with no command.
    ///
    /// # Errors
    /// The sentence for whoever typed it.
    pub fn check(self) -> Result<Self, clap::Error> {
        if self.trial.lan && self.command.is_some() {
            let says = "--lan opens the trial to the local network; it goes with no command";
            return Err(Self::command().error(ErrorKind::ArgumentConflict, says));
        }
        Ok(self)
    }
}

/// Options every command takes.
#[derive(Clone, Debug, Default, Args)]
pub struct Common {
    /// Configuration file.
    #[arg(long, global = true, env = "PARLOUR_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Data directory; wins over the configuration's.
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Print one JSON object instead of text.
    #[arg(long, global = true)]
    pub json: bool,
}

/// Options of the trial.
#[derive(Clone, Debug, Default, Args)]
pub struct Trial {
    /// Open the trial to the local network, with links a friend's phone can open.
    #[arg(long)]
    pub lan: bool,
}

/// Everything `parlour` does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Set this machine up for a domain: at most three questions, one record, no file to edit.
    ///
    /// It looks before it writes (addresses, ports, web servers, clock, disk), writes only what is not there, prints the
    /// records for the domain, starts the service and ends with a link to become the owner. It can be run again at any time.
    Setup(Box<SetupOptions>),
    /// Run the service with a configuration file.
    Serve,
    /// People: make, list, change and remove accounts.
    #[command(subcommand)]
    Account(AccountCommand),
    /// Invites: make, list, show, revoke.
    #[command(subcommand)]
    Invite(InviteCommand),
    /// Hosts: the domains served here.
    #[command(subcommand)]
    Host(HostCommand),
    /// Groups of people on a host.
    #[command(subcommand)]
    Group(GroupCommand),
    /// Keys for programs that use the API.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Print a fresh link to become the owner of a host that never had one (30 minutes).
    OwnerLink {
        /// The host's domain; the only one when absent.
        host: Option<String>,
        /// Print a QR code too.
        #[arg(long)]
        qr: bool,
    },
    /// Look for mistakes before they bite.
    #[command(subcommand)]
    Check(CheckCommand),
    /// Write a copy of the database to FILE and of the keys to FILE.keys, while running.
    Backup {
        /// Where to; must not exist.
        file: PathBuf,
    },
    /// Put a backup back (the server must be stopped).
    Restore {
        /// The backup; FILE.keys is read beside it.
        file: PathBuf,
        /// Say what would happen and change nothing.
        #[arg(long)]
        dry_run: bool,
        /// The copy is the newest state: keep open invites and reset links alive and browsers and apps signed in; without
        /// it invites are withdrawn and all sign in again.
        #[arg(long)]
        keep_invites: bool,
        /// Restore without FILE.keys: links die and everybody needs a reset link.
        #[arg(long)]
        without_keys: bool,
    },
    /// Print a shell's completion script.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write those of all commands into a folder.
    Man {
        /// The folder, such as /usr/local/share/man/man1.
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
}

/// `parlour account …`
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Make an account.
    #[command(alias = "adduser", alias = "register")]
    Create {
        /// `name@host`.
        jid: String,
        /// limited, member, admin or owner.
        #[arg(long, default_value = "member")]
        role: String,
        /// Read the password from standard input; without it a good one is made and printed once.
        #[arg(long)]
        password_stdin: bool,
    },
    /// List a host's accounts.
    List {
        /// The host's domain; the only one when absent.
        host: Option<String>,
        /// Only those with this role: limited, member, admin or owner.
        #[arg(long)]
        role: Option<String>,
        /// Only those in this state: active, disabled or deleted.
        #[arg(long)]
        state: Option<String>,
        /// Only those who came by an invite of this account, or of the `operator`.
        #[arg(long, value_name = "WHO")]
        invited_by: Option<String>,
    },
    /// Show one account: what it may do, since when, by whose invite.
    Show {
        /// `name@host`.
        jid: String,
    },
    /// Change what somebody may do.
    Role {
        /// `name@host`.
        jid: String,
        /// limited, member, admin or owner.
        role: String,
    },
    /// Set a new password; every session and web sign-in ends.
    Passwd {
        /// `name@host`.
        jid: String,
        /// Read the password from standard input; without it a good one is made and printed once.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Keep somebody out without deleting anything.
    Disable {
        /// `name@host`.
        jid: String,
    },
    /// Let somebody in again.
    Enable {
        /// `name@host`.
        jid: String,
    },
    /// Delete an account; it can be restored for 30 days.
    #[command(alias = "deluser")]
    Delete {
        /// `name@host`.
        jid: String,
    },
    /// Bring a deleted account back.
    Restore {
        /// `name@host`.
        jid: String,
    },
}

/// `parlour host …`
#[derive(Debug, Subcommand)]
pub enum HostCommand {
    /// Serve one more domain, at once.
    Add {
        /// The domain.
        domain: String,
        /// What its links are built from; `https://DOMAIN` when absent.
        #[arg(long)]
        public_url: Option<String>,
    },
    /// List the domains served here.
    List,
    /// Stop serving a domain. Refused while it has accounts: delete them first.
    Remove {
        /// The domain.
        domain: String,
    },
}

/// `parlour group …`
#[derive(Debug, Subcommand)]
pub enum GroupCommand {
    /// Make a group.
    Create {
        /// The host's domain.
        host: String,
        /// Its name.
        name: String,
        /// Its members become each other's contacts.
        #[arg(long)]
        contacts: bool,
    },
    /// Make a group's members each other's contacts, or only members.
    Contacts {
        /// The host's domain.
        host: String,
        /// The group's name.
        name: String,
        /// `on` or `off`.
        #[arg(value_parser = ["on", "off"])]
        turn: String,
    },
    /// Delete a group; the people in it stay.
    Delete {
        /// The host's domain.
        host: String,
        /// The group's name.
        name: String,
    },
    /// List a host's groups and their members.
    List {
        /// The host's domain; the only one when absent.
        host: Option<String>,
    },
    /// Put somebody into a group.
    Add {
        /// `name@host`.
        jid: String,
        /// The group's name.
        group: String,
    },
    /// Take somebody out of a group.
    Remove {
        /// `name@host`.
        jid: String,
        /// The group's name.
        group: String,
    },
}

/// `parlour key …`
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Make a key; it is printed once.
    Create {
        /// The host's domain; the only one when absent.
        host: Option<String>,
        /// A key for every host, with the operator's rights.
        #[arg(long, conflicts_with = "host")]
        whole_server: bool,
        /// What to call it, so that you know it again.
        #[arg(long)]
        name: Option<String>,
        /// What it acts as: admin (when absent) or owner.
        #[arg(long)]
        role: Option<String>,
        /// What it is good for, such as invites:write; can be given again. Everything when absent.
        #[arg(long = "scope", value_name = "SCOPE")]
        scopes: Vec<String>,
        /// How long it lives: 90d; for good when absent.
        #[arg(long, value_name = "DURATION")]
        expires_after: Option<String>,
    },
    /// List keys, newest first.
    List {
        /// The host's domain; the only one when absent.
        host: Option<String>,
        /// Those for every host.
        #[arg(long, conflicts_with = "host")]
        whole_server: bool,
    },
    /// Take a key back: it opens nothing from then on.
    #[command(alias = "delete")]
    Revoke {
        /// The host's domain; with --whole-server the key's id.
        host: Option<String>,
        /// The key's id.
        id: Option<String>,
        /// A key for every host.
        #[arg(long)]
        whole_server: bool,
    },
}

/// `parlour check …`
#[derive(Debug, Subcommand)]
pub enum CheckCommand {
    /// Read the configuration and say what is wrong with it, key and line, and what is allowed but probably not meant.
    Config,
    /// Look at each host's certificate: its key, the names it is for, how long it lasts.
    #[command(alias = "certs")]
    Tls,
    /// See whether each address of the doors can be had, or who has it.
    Ports,
    /// Look each host's name up: whether it leads to this machine, and whether a certificate may be given for it.
    Dns(LookupOptions),
    /// All of these, one after the other.
    All(LookupOptions),
}

/// Who is asked about names.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct LookupOptions {
    /// The name server to ask; this machine's own (/etc/resolv.conf) when absent.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub resolver: Option<SocketAddr>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definitions_hold_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn prosodyctls_words_are_understood() {
        for line in [
            "parlour invite generate example.org --admin --group choir -g altos",
            "parlour invite generate example.org --reset romeo",
            "parlour invite create_contact romeo@example.org --allow-registration --expires-after 1week",
            "parlour invite create_account juliet@example.org --role member --expires-after 2d",
            "parlour invite create_contact romeo@example.org --allow_registration",
            "parlour invite create_reset romeo@example.org",
            "parlour invite delete example.org 7Qabc",
            "parlour account adduser juliet@example.org",
        ] {
            if let Err(e) = Cli::try_parse_from(line.split(' ')) {
                panic!("{line}: {e}");
            }
        }
    }

    #[test]
    fn options_of_all_commands_stand_before_or_after_them() {
        for line in ["parlour --json --data-dir x invite list", "parlour invite list --json --data-dir x"] {
            let cli = Cli::try_parse_from(line.split(' ')).expect(line);
            assert!(cli.common.json && cli.common.data_dir.is_some(), "{line}");
        }
        let cli = Cli::try_parse_from(["parlour", "--lan", "serve"]).expect("understood");
        assert!(cli.check().is_err(), "--lan is the trial's");
    }

    #[test]
    fn no_command_is_the_trial() {
        let cli = Cli::try_parse_from(["parlour", "--lan"]).expect("the trial's flag");
        assert!(cli.command.is_none() && cli.trial.lan);
    }
}
