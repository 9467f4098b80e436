//! `parlour host …`

use parlour_web::api::types::{Host, NewHost};

use super::{all, post, print, segment};
use crate::args::HostCommand;
use crate::client::{Api, CallError};

pub async fn run(api: &Api, command: HostCommand, json: bool) -> Result<(), CallError> {
    match command {
        HostCommand::Add { domain, public_url } => {
            let host: Host = post(api, "/hosts", &NewHost { domain, public_url }).await?;
            print::answer(json, &host, || {
                format!("{domain} is served now. Become its owner: parlour owner-link {domain}", domain = host.domain)
            })
        }
        HostCommand::List => {
            let rows: Vec<Host> = all(api, "/hosts").await?;
            print::answer(json, &rows, || {
                let cells: Vec<Vec<String>> = rows
                    .iter()
                    .map(|h| {
                        let named = if h.configured { "yes" } else { "no" };
                        let owned = if h.owned { "yes" } else { "no" };
                        vec![h.domain.clone(), h.public_url.clone(), h.accounts.to_string(), owned.into(), named.into()]
                    })
                    .collect();
                print::table(&["Domain", "Links start with", "Accounts", "Owned", "Configured"], &cells)
            })
        }
        HostCommand::Remove { domain } => {
            let path = format!("/hosts/{}", segment(&domain));
            let host: Host = api.call("DELETE", &path, None::<&()>).await?;
            print::answer(json, &host, || format!("{} is no longer served.", host.domain))
        }
    }
}
