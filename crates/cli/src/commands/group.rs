//! `parlour group …`

use parlour_web::api::types::{Group, GroupChange, NewGroup};

use super::{all, post, print, segment, split, the_host};
use crate::args::GroupCommand;
use crate::client::{Api, CallError};

pub async fn run(api: &Api, command: GroupCommand, json: bool) -> Result<(), CallError> {
    match command {
        GroupCommand::Create { host, name, contacts } => {
            let group: Group =
                post(api, &format!("/hosts/{}/groups", segment(&host)), &NewGroup { name, contacts }).await?;
            print::answer(json, &group, || format!("Made the group {:?}.", group.name))
        }
        GroupCommand::Contacts { host, name, turn } => {
            let path = format!("/hosts/{}/groups/{}", segment(&host), segment(&name));
            let change = GroupChange { contacts: turn == "on" };
            let group: Group = api.call("PUT", &path, Some(&change)).await?;
            print::answer(json, &group, || match group.contacts {
                true => format!("The members of {:?} become each other's contacts.", group.name),
                false => format!("{:?} makes no contacts any more.", group.name),
            })
        }
        GroupCommand::Delete { host, name } => {
            let path = format!("/hosts/{}/groups/{}", segment(&host), segment(&name));
            let group: Group = api.call("DELETE", &path, None::<&()>).await?;
            print::answer(json, &group, || format!("Deleted the group {:?}. The people in it stay.", group.name))
        }
        GroupCommand::List { host } => {
            let host = the_host(api, host).await?;
            let rows: Vec<Group> = all(api, &format!("/hosts/{}/groups", segment(&host))).await?;
            print::answer(json, &rows, || {
                if rows.is_empty() {
                    return format!("No groups. Make one: parlour group create {host} NAME");
                }
                let cells: Vec<Vec<String>> = rows.iter().map(|g| vec![g.name.clone(), g.members.join(", ")]).collect();
                print::table(&["Group", "Members"], &cells)
            })
        }
        GroupCommand::Add { jid, group } => {
            let group: Group = api.call("PUT", &member(&jid, &group)?, None::<&()>).await?;
            print::answer(json, &group, || format!("{jid} is in {:?} now.", group.name))
        }
        GroupCommand::Remove { jid, group } => {
            let group: Group = api.call("DELETE", &member(&jid, &group)?, None::<&()>).await?;
            print::answer(json, &group, || format!("{jid} is no longer in {:?}.", group.name))
        }
    }
}

fn member(jid: &str, group: &str) -> Result<String, CallError> {
    let (name, host) = split(jid)?;
    Ok(format!("/hosts/{}/groups/{}/members/{}", segment(host), segment(group), segment(name)))
}
