//! Whether a message was signed by LiveKit.
//!
//! LiveKit sends a JWT in `Authorization`, without `Bearer`: HS256 with one of its key pairs, five
//! minutes valid, with the SHA-256 of the body in the claim `sha256`. The body's bytes are what is
//! signed: the same JSON written differently is another message.

use base64::{Engine, engine::general_purpose::STANDARD};
use livekit_api::access_token::TokenVerifier;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// Whether `authorization` signs exactly `body` with one of `keys` (key and secret).
pub fn is_genuine(
    keys: &[(String, SecretString)],
    authorization: Option<&str>,
    body: &[u8],
) -> bool {
    let Some(token) = authorization else {
        return false;
    };
    let hash = STANDARD.encode(Sha256::digest(body));
    keys.iter().any(|(key, secret)| {
        // Everybody knows the empty secret.
        !key.is_empty()
            && !secret.expose_secret().is_empty()
            && TokenVerifier::with_api_key(key, secret.expose_secret())
                .verify(token)
                // The library looks at the issuer only where there is one.
                .is_ok_and(|claims| claims.iss == *key && claims.sha256 == hash)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
    use livekit_api::access_token::{AccessToken, VideoGrants};
    use serde_json::{Value, json};
    use std::time::Duration;

    const BODY: &[u8] = br#"{"event":"room_started","id":"EV_1"}"#;
    const SECRET: &str = "0123456789abcdefghijklmnopqrstuv";
    const OTHER: &str = "vutsrqponmlkjihgfedcba9876543210";
    /// 2100 and 2001.
    const FUTURE: i64 = 4_102_444_800;
    const PAST: i64 = 978_307_200;

    fn keys() -> Vec<(String, SecretString)> {
        vec![
            ("old".to_owned(), OTHER.into()),
            ("new".to_owned(), SECRET.into()),
        ]
    }

    fn hash(body: &[u8]) -> String {
        STANDARD.encode(Sha256::digest(body))
    }

    /// HMAC-SHA256 (RFC 2104), so that tests can sign what the library would refuse to sign.
    fn hmac(secret: &[u8], text: &[u8]) -> Vec<u8> {
        assert!(
            secret.len() <= 64,
            "longer keys are hashed first, which no test needs"
        );
        let pad = |byte: u8| {
            (0..64)
                .map(|i| secret.get(i).unwrap_or(&0) ^ byte)
                .collect::<Vec<u8>>()
        };
        let inner = Sha256::digest([pad(0x36), text.to_vec()].concat());
        Sha256::digest([pad(0x5c), inner.to_vec()].concat()).to_vec()
    }

    fn sign(header: &Value, claims: &Value, secret: &str) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(header), part(claims));
        let signature = URL_SAFE_NO_PAD.encode(hmac(secret.as_bytes(), text.as_bytes()));
        format!("{text}.{signature}")
    }

    fn hs256(claims: &Value, secret: &str) -> String {
        sign(&json!({"alg": "HS256", "typ": "JWT"}), claims, secret)
    }

    fn claims() -> Value {
        json!({"iss": "new", "nbf": PAST, "exp": FUTURE, "sha256": hash(BODY)})
    }

    fn with(name: &str, value: Value) -> Value {
        let mut claims = claims();
        claims[name] = value;
        claims
    }

    #[test]
    fn what_livekit_signs_is_genuine_with_either_key() {
        for (key, secret) in [("new", SECRET), ("old", OTHER)] {
            let token = AccessToken::with_api_key(key, secret)
                .with_ttl(Duration::from_secs(300))
                .with_sha256(&hash(BODY))
                .to_jwt()
                .expect("signed");
            assert!(is_genuine(&keys(), Some(&token), BODY), "{key}");
        }
        assert!(
            is_genuine(&keys(), Some(&hs256(&claims(), SECRET)), BODY),
            "the test's own signer signs alike"
        );
    }

    #[test]
    fn everything_else_is_forged() {
        let good = hs256(&claims(), SECRET);
        let (unsigned, _) = good.rsplit_once('.').expect("three parts");
        let none = sign(&json!({"alg": "none", "typ": "JWT"}), &claims(), SECRET);
        let (none_unsigned, _) = none.rsplit_once('.').expect("three parts");
        let user_token = AccessToken::with_api_key("new", SECRET)
            .with_identity("somebody")
            .with_grants(VideoGrants {
                room_join: true,
                room: "session-1".to_owned(),
                ..Default::default()
            })
            .to_jwt()
            .expect("signed");
        let no_issuer = json!({"nbf": PAST, "exp": FUTURE, "sha256": hash(BODY)});
        let no_expiry = json!({"iss": "new", "nbf": PAST, "sha256": hash(BODY)});
        let mut short = hash(BODY);
        short.truncate(20);
        let cases = [
            ("empty", String::new()),
            ("not a JWT", "x.y.z".to_owned()),
            ("Bearer prefix", format!("Bearer {good}")),
            ("signature missing", unsigned.to_owned()),
            ("signature empty", format!("{unsigned}.")),
            (
                "signature of another text",
                format!("{unsigned}.{}", URL_SAFE_NO_PAD.encode([7; 32])),
            ),
            ("alg none, signed", none.clone()),
            ("alg none, unsigned", format!("{none_unsigned}.")),
            (
                "alg RS256",
                sign(&json!({"alg": "RS256", "typ": "JWT"}), &claims(), SECRET),
            ),
            (
                "alg HS512",
                sign(&json!({"alg": "HS512", "typ": "JWT"}), &claims(), SECRET),
            ),
            (
                "unknown secret",
                hs256(&claims(), "ffffffffffffffffffffffffffffffff"),
            ),
            ("empty secret", hs256(&claims(), "")),
            ("the other key's secret", hs256(&claims(), OTHER)),
            ("unknown key", hs256(&with("iss", json!("unknown")), SECRET)),
            ("no issuer", hs256(&no_issuer, SECRET)),
            ("expired", hs256(&with("exp", json!(PAST)), SECRET)),
            ("no expiry", hs256(&no_expiry, SECRET)),
            ("not yet valid", hs256(&with("nbf", json!(FUTURE)), SECRET)),
            ("a person's own token", user_token),
            (
                "hash missing",
                hs256(&json!({"iss": "new", "nbf": PAST, "exp": FUTURE}), SECRET),
            ),
            (
                "hash of another body",
                hs256(&with("sha256", json!(hash(b"{}"))), SECRET),
            ),
            (
                "hash cut short",
                hs256(&with("sha256", json!(short)), SECRET),
            ),
            (
                "hash with more behind it",
                hs256(
                    &with("sha256", json!(format!("{}AAAA", hash(BODY)))),
                    SECRET,
                ),
            ),
            (
                "hash in base64url",
                hs256(
                    &with("sha256", json!(URL_SAFE.encode(Sha256::digest(BODY)))),
                    SECRET,
                ),
            ),
            (
                "hash in hex",
                hs256(
                    &with("sha256", json!(format!("{:x}", Sha256::digest(BODY)))),
                    SECRET,
                ),
            ),
        ];
        assert!(
            hash(BODY).contains(['+', '/']),
            "a body whose hash differs between base64 and base64url"
        );
        for (what, token) in cases {
            assert!(!is_genuine(&keys(), Some(&token), BODY), "{what}");
        }
        assert!(!is_genuine(&keys(), None, BODY), "no header");
    }

    #[test]
    fn the_bytes_are_signed_and_not_their_meaning() {
        let token = hs256(&claims(), SECRET);
        assert!(!is_genuine(
            &keys(),
            Some(&token),
            br#"{"id":"EV_1","event":"room_started"}"#
        ));
        assert!(!is_genuine(
            &keys(),
            Some(&token),
            br#"{"event": "room_started","id":"EV_1"}"#
        ));
    }

    #[test]
    fn an_empty_secret_or_key_never_counts() {
        let empty = vec![
            ("new".to_owned(), SecretString::from("")),
            (String::new(), SECRET.into()),
        ];
        assert!(!is_genuine(&empty, Some(&hs256(&claims(), "")), BODY));
        assert!(!is_genuine(
            &empty,
            Some(&hs256(&with("iss", json!("")), SECRET)),
            BODY
        ));
        assert!(!is_genuine(&[], Some(&hs256(&claims(), SECRET)), BODY));
    }
}
