//! OpenID Connect: the authorization code flow with PKCE, state and nonce.

use super::{Begun, Identities, Identity, IdentityError, Secrets};
use crate::config::Provider;
use async_trait::async_trait;
use openidconnect::{
    AccessTokenHash, AsyncHttpClient, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    HttpRequest, HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, SubjectIdentifier, TokenResponse,
    core::{
        CoreAuthenticationFlow, CoreClient, CoreIdTokenClaims, CoreProviderMetadata,
        CoreTokenResponse, CoreUserInfoClaims,
    },
};
use secrecy::ExposeSecret;
use std::{
    collections::HashMap,
    error::Error,
    pin::Pin,
    sync::{Mutex, OnceLock, PoisonError},
    time::{Duration, Instant},
};

/// A provider that has not answered by then does not answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// What a provider says of itself, keys included, is asked for again after this long.
const KNOWN_FOR: Duration = Duration::from_secs(3_600);
/// No answer that we read is longer.
const ANSWER_MAX: usize = 1024 * 1024;

/// Real providers.
#[derive(Default)]
pub struct Oidc {
    http: Http,
    known: Mutex<HashMap<String, (Instant, CoreProviderMetadata)>>,
}

/// How we talk to them.
#[derive(Default)]
struct Http(OnceLock<Option<reqwest::Client>>);

impl Http {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, IdentityError> {
        let client = self.0.get_or_init(client).as_ref();
        let client = client.ok_or_else(|| IdentityError("no HTTP client".to_owned()))?;
        let (parts, body) = request.into_parts();
        let sent = client
            .request(parts.method, parts.uri.to_string())
            .headers(parts.headers)
            .body(body)
            .send();
        let mut answer = sent.await.map_err(|error| unreachable(&error))?;
        let mut response = http::Response::builder().status(answer.status());
        if let Some(headers) = response.headers_mut() {
            *headers = answer.headers().clone();
        }
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(|error| unreachable(&error))? {
            if body.len() + part.len() > ANSWER_MAX {
                return Err(IdentityError("its answer is too long".to_owned()));
            }
            body.extend_from_slice(&part);
        }
        response.body(body).map_err(|error| failed(&error))
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = IdentityError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, IdentityError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

impl Oidc {
    /// What a provider says of itself.
    async fn metadata(&self, provider: &Provider) -> Result<CoreProviderMetadata, IdentityError> {
        {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((at, metadata)) = known.get(&provider.issuer)
                && at.elapsed() < KNOWN_FOR
            {
                return Ok(metadata.clone());
            }
        }
        let issuer = IssuerUrl::new(provider.issuer.clone()).map_err(|error| failed(&error))?;
        let metadata = CoreProviderMetadata::discover_async(issuer, &self.http).await;
        let metadata = metadata.map_err(|error| failed(&error))?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(provider.issuer.clone(), (Instant::now(), metadata.clone()));
        Ok(metadata)
    }

    /// Its keys may be new ones.
    fn forget(&self, provider: &Provider) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.remove(&provider.issuer);
    }

    /// What else the provider says of them, where its signed answer has no address.
    async fn details(
        &self,
        provider: &Provider,
        token: &CoreTokenResponse,
        subject: &SubjectIdentifier,
    ) -> Result<Option<CoreUserInfoClaims>, IdentityError> {
        let client = CoreClient::from_provider_metadata(
            self.metadata(provider).await?,
            ClientId::new(provider.client_id.clone()),
            None,
        );
        let asking = client.user_info(token.access_token().clone(), Some(subject.clone()));
        let Ok(asking) = asking else {
            return Ok(None);
        };
        let claims = asking.request_async(&self.http).await;
        Ok(Some(claims.map_err(|error| failed(&error))?))
    }
}

#[async_trait]
impl Identities for Oidc {
    async fn begin(&self, provider: &Provider, callback: &str) -> Result<Begun, IdentityError> {
        let callback = RedirectUrl::new(callback.to_owned()).map_err(|error| failed(&error))?;
        let client = CoreClient::from_provider_metadata(
            self.metadata(provider).await?,
            ClientId::new(provider.client_id.clone()),
            None,
        )
        .set_redirect_uri(callback);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state, nonce) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scopes(["email", "profile"].map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(challenge)
            .url();
        Ok(Begun {
            url: url.into(),
            secrets: Secrets {
                state: state.secret().clone(),
                nonce: nonce.secret().clone(),
                verifier: verifier.secret().clone(),
            },
        })
    }

    async fn finish(
        &self,
        provider: &Provider,
        callback: &str,
        code: &str,
        secrets: &Secrets,
    ) -> Result<Identity, IdentityError> {
        let callback = RedirectUrl::new(callback.to_owned()).map_err(|error| failed(&error))?;
        let secret = provider.client_secret.as_ref();
        let client = CoreClient::from_provider_metadata(
            self.metadata(provider).await?,
            ClientId::new(provider.client_id.clone()),
            secret.map(|secret| ClientSecret::new(secret.expose_secret().to_owned())),
        )
        .set_redirect_uri(callback);
        let redeeming = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|error| failed(&error))?
            .set_pkce_verifier(PkceCodeVerifier::new(secrets.verifier.clone()));
        let token = redeeming.request_async(&self.http).await;
        let token = token.map_err(|error| failed(&error))?;
        let id_token = token.id_token();
        let id_token = id_token.ok_or_else(|| IdentityError("it sent no identity".to_owned()))?;
        let verifier = client.id_token_verifier();
        let claims = id_token.claims(&verifier, &Nonce::new(secrets.nonce.clone()));
        let claims: &CoreIdTokenClaims = claims.map_err(|error| {
            self.forget(provider);
            failed(&error)
        })?;
        if let Some(expected) = claims.access_token_hash() {
            let key = id_token
                .signing_key(&verifier)
                .map_err(|error| failed(&error))?;
            let algorithm = id_token.signing_alg().map_err(|error| failed(&error))?;
            let found = AccessTokenHash::from_token(token.access_token(), algorithm, key);
            if found.map_err(|error| failed(&error))? != *expected {
                return Err(IdentityError("its two tokens do not fit".to_owned()));
            }
        }
        let of_token = (claims.email().cloned(), claims.email_verified());
        let name = |name: Option<&str>| name.map(ToOwned::to_owned);
        let of_token_name = name(
            claims
                .name()
                .and_then(|name| name.get(None))
                .map(|n| n.as_str()),
        );
        let (email, is_verified, name) = match of_token {
            (Some(email), verified) => (Some(email), verified, of_token_name),
            (None, _) => match self.details(provider, &token, claims.subject()).await? {
                Some(more) => (
                    more.email().cloned(),
                    more.email_verified(),
                    name(
                        more.name()
                            .and_then(|name| name.get(None))
                            .map(|n| n.as_str()),
                    ),
                ),
                None => (None, None, of_token_name),
            },
        };
        Ok(Identity {
            subject: claims.subject().as_str().to_owned(),
            verified_email: email
                .filter(|_| is_verified == Some(true))
                .map(|email| email.as_str().to_owned()),
            name,
        })
    }
}

/// Follows nothing: an answer that leads elsewhere is no answer.
fn client() -> Option<reqwest::Client> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let tls = rustls::ClientConfig::builder_with_provider(
        rustls::crypto::ring::default_provider().into(),
    )
    .with_safe_default_protocol_versions()
    .ok()?
    .with_root_certificates(roots)
    .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .timeout(TIMEOUT)
        .build()
        .ok()
}

fn unreachable(error: &reqwest::Error) -> IdentityError {
    failed(error)
}

/// The whole chain of causes, without what a provider wrote.
fn failed(error: &dyn Error) -> IdentityError {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    let causes: Vec<String> = causes.map(ToString::to_string).collect();
    IdentityError(causes.join(": "))
}
