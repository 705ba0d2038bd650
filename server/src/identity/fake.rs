//! A provider that says whatever a test wants.

use super::{Begun, Identities, Identity, IdentityError, Secrets};
use crate::config::Provider;
use async_trait::async_trait;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Somebody at the provider, as its answer describes them.
pub type Person = Identity;

/// A provider whose codes are made by the test; clones share them.
#[derive(Debug, Clone, Default)]
pub struct FakeIdentities {
    people: Arc<Mutex<HashMap<String, (Secrets, Person)>>>,
}

impl FakeIdentities {
    /// Somebody agrees to what a browser that was sent to `url` asks; the code with which it comes back.
    pub fn agree(&self, url: &str, person: Person) -> String {
        let read = |name: &str| {
            let found = url.split_once(&format!("{name}=")).map(|(_, rest)| rest);
            let found = found.unwrap_or_default();
            found.split('&').next().unwrap_or_default().to_owned()
        };
        let secrets = Secrets {
            state: read("state"),
            nonce: read("nonce"),
            verifier: read("verifier"),
        };
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        let code = format!("code-{}", people.len());
        people.insert(code.clone(), (secrets, person));
        code
    }
}

#[async_trait]
impl Identities for FakeIdentities {
    async fn begin(&self, provider: &Provider, _callback: &str) -> Result<Begun, IdentityError> {
        let draw = || format!("{:032x}", rand::random::<u128>());
        let secrets = Secrets {
            state: draw(),
            nonce: draw(),
            verifier: draw(),
        };
        let Secrets {
            state,
            nonce,
            verifier,
        } = &secrets;
        let issuer = &provider.issuer;
        let url = format!("{issuer}/auth?state={state}&nonce={nonce}&verifier={verifier}");
        Ok(Begun { url, secrets })
    }

    async fn finish(
        &self,
        _provider: &Provider,
        _callback: &str,
        code: &str,
        secrets: &Secrets,
    ) -> Result<Identity, IdentityError> {
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        let refused = || IdentityError("no such code".to_owned());
        let (asked, person) = people.remove(code).ok_or_else(refused)?;
        if asked != *secrets {
            return Err(IdentityError(
                "the code answers another question".to_owned(),
            ));
        }
        Ok(person)
    }
}
