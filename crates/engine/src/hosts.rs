//! Hosts: rows in the store under the tables of the configuration, and the policy that comes of both.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use parlour_domain::host::HostRefusal;
use parlour_domain::{By, HostName, HostOptions, HostRow};
use parlour_store::hosts::HostStore;
use parlour_store::{ActError, Committed, StoreError};

use crate::acts::Common;

/// What the configuration file says about hosts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FileHosts {
    /// The top-level tables: defaults for every host, never locked.
    pub defaults: HostOptions,
    /// The `[[host]]` tables: each seeds a host and locks the keys it sets.
    pub hosts: HashMap<HostName, HostOptions>,
}

/// Acts on hosts.
pub struct Hosts {
    store: Arc<dyn HostStore>,
    common: Common,
    file: ArcSwap<FileHosts>,
}

impl Hosts {
    /// Before [`Self::load`] no host is served.
    pub fn new(store: Arc<dyn HostStore>, common: Common, file: FileHosts) -> Self {
        Self { store, common, file: ArcSwap::from_pointee(file) }
    }

    /// Adds the hosts that only the file has, and serves all.
    ///
    /// # Errors
    /// [`StoreError`]; what was served before still is.
    pub async fn load(&self) -> Result<(), StoreError> {
        let rows = self.store.all().await?;
        for host in self.file.load().hosts.keys() {
            if !rows.iter().any(|row| row.host == *host) {
                let by = By::system();
                // Its options stay in the file: a table that is removed unlocks the row and deletes nothing.
                let add = || self.store.add(by.clone(), host.clone(), HostOptions::default(), self.common.now());
                match self.common.act(&by, add).await {
                    // It is there and cannot be read, which the store has told: the others are served.
                    Ok(_) | Err(ActError::Refused(_) | ActError::Failed(StoreError::Damaged { .. })) => {}
                    Err(ActError::Failed(error)) => return Err(error),
                }
            }
        }
        self.serve().await
    }

    /// Takes over a changed file.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub async fn reload(&self, file: FileHosts) -> Result<(), StoreError> {
        let before = self.file.swap(Arc::new(file));
        let loaded = self.load().await;
        if loaded.is_err() {
            // What was there goes on, also for hosts that are added later.
            self.file.store(before);
        }
        loaded
    }

    /// Adds a host and serves it.
    ///
    /// # Errors
    /// [`HostRefusal`], or the store's failure.
    pub async fn add(
        &self,
        by: &By,
        host: HostName,
        options: HostOptions,
    ) -> Result<Committed<HostRow>, ActError<HostRefusal>> {
        let done = self.common.act(by, || self.store.add(by.clone(), host, options, self.common.now())).await?;
        Ok(self.served(done).await)
    }

    /// Replaces what is set in a host's row. What the file sets for it still wins.
    ///
    /// # Errors
    /// [`HostRefusal`], or the store's failure.
    pub async fn set_options(
        &self,
        by: &By,
        host: HostName,
        options: HostOptions,
    ) -> Result<Committed<HostRow>, ActError<HostRefusal>> {
        let done = self.common.act(by, || self.store.set_options(by.clone(), host, options)).await?;
        Ok(self.served(done).await)
    }

    /// Removes a host without accounts.
    ///
    /// # Errors
    /// [`HostRefusal`], or the store's failure.
    pub async fn remove(&self, by: &By, host: HostName) -> Result<Committed<()>, ActError<HostRefusal>> {
        let done = self.common.act(by, || self.store.remove(by.clone(), host)).await?;
        Ok(self.served(done).await)
    }

    /// All hosts, by domain.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn list(&self) -> Result<Vec<HostRow>, StoreError> {
        self.store.all().await
    }

    /// One host, if it is here.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn host(&self, host: HostName) -> Result<Option<HostRow>, StoreError> {
        self.store.host(host).await
    }

    /// What the file sets for a host, and the row therefore cannot.
    pub fn locked(&self, host: &HostName) -> Option<HostOptions> {
        self.file.load().hosts.get(host).cloned()
    }

    /// The options in force: the file's table over the row over the file's top level.
    pub fn in_force(&self, row: &HostRow) -> HostOptions {
        let file = self.file.load();
        let below = row.options.over(&file.defaults);
        file.hosts.get(&row.host).map_or(below.clone(), |table| table.over(&below))
    }

    async fn served<T>(&self, done: Committed<T>) -> Committed<T> {
        // What is committed is committed; when the rows cannot be read now, the next load does it.
        if let Err(error) = self.serve().await {
            tracing::error!(target: "parlour::store", %error, "the hosts could not be read again");
        }
        done
    }

    async fn serve(&self) -> Result<(), StoreError> {
        let rows = self.store.all().await?;
        self.common.locals.set(rows.iter().map(|row| (row.host.clone(), self.in_force(row).policy(row.host.as_str()))));
        Ok(())
    }
}
