//! Other ways to sign in than a password: passkeys, codes of an authenticator app, and accounts at other providers.

use crate::dialect;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::DbErr,
};

/// The ninth migration.
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261126_000009_keys"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager.get_connection(), STATEMENTS).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

const STATEMENTS: &[&str] = &[
    // `passkey` is JSON: public key, counter and backup flags.
    "CREATE TABLE passkeys (
        id {id} NOT NULL CONSTRAINT passkeys_id PRIMARY KEY,
        user_id {id} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        credential_id TEXT NOT NULL CONSTRAINT passkeys_credential_id UNIQUE,
        name TEXT NOT NULL,
        passkey TEXT NOT NULL,
        created_at {time} NOT NULL,
        last_used_at {time}
    ) {strict}",
    "CREATE INDEX passkeys_by_user ON passkeys (user_id)",
    // What the server remembers between the two halves of a ceremony; the browser holds a token, kept as a hash.
    "CREATE TABLE ceremonies (
        token_hash TEXT NOT NULL CONSTRAINT ceremonies_token_hash PRIMARY KEY
            CONSTRAINT ceremonies_token_hash_is_hex CHECK (length(token_hash) = 64),
        kind TEXT NOT NULL,
        login_id {id} REFERENCES logins (id) ON DELETE CASCADE,
        state TEXT NOT NULL,
        expires_at {time} NOT NULL
    ) {strict}",
    "CREATE INDEX ceremonies_by_time ON ceremonies (expires_at)",
    "CREATE INDEX ceremonies_by_login ON ceremonies (login_id)",
    // Secrets of authenticator apps (base32); on once a code was given. `last_step` is the time step of the last code
    // that was used: no code works twice.
    "CREATE TABLE authenticators (
        user_id {id} NOT NULL CONSTRAINT authenticators_user_id PRIMARY KEY
            REFERENCES users (id) ON DELETE CASCADE,
        secret TEXT NOT NULL,
        on_since {time},
        last_step {time} NOT NULL DEFAULT 0
    ) {strict}",
    "CREATE TABLE recovery_codes (
        code_hash TEXT NOT NULL CONSTRAINT recovery_codes_code_hash PRIMARY KEY
            CONSTRAINT recovery_codes_code_hash_is_hex CHECK (length(code_hash) = 64),
        user_id {id} NOT NULL REFERENCES users (id) ON DELETE CASCADE
    ) {strict}",
    "CREATE INDEX recovery_codes_by_user ON recovery_codes (user_id)",
    // Accounts at other providers, by issuer and subject; the address there decides nothing later.
    "CREATE TABLE identities (
        issuer TEXT NOT NULL,
        subject TEXT NOT NULL,
        user_id {id} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        created_at {time} NOT NULL,
        last_used_at {time},
        CONSTRAINT identities_key PRIMARY KEY (issuer, subject),
        CONSTRAINT identities_user_id_issuer UNIQUE (user_id, issuer)
    ) {strict}",
    // When the person last said who they are: by signing in, or by giving their password once more.
    "ALTER TABLE logins ADD COLUMN confirmed_at {time} NOT NULL DEFAULT 0",
    // Whether a second factor is still to be given; until then the login signs nobody in.
    "ALTER TABLE logins ADD COLUMN second_factor_due {bool} NOT NULL DEFAULT FALSE",
];
