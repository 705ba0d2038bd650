//! `young-minds admin …`

use crate::compose;
use anyhow::Context;
use clap::Subcommand;
use server::{accounts, config::Settings, store};
use std::io::Read;

/// Arguments of `admin`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make an administrator's account.
    Create {
        /// Address to sign in with.
        #[arg(long)]
        email: String,
        /// Name that others see.
        #[arg(long)]
        name: String,
        /// IANA time zone.
        #[arg(long, default_value = "UTC")]
        time_zone: String,
        /// Read the password from standard input instead of drawing one.
        #[arg(long)]
        password_stdin: bool,
        /// Make none when there is an administrator already.
        #[arg(long)]
        first: bool,
        #[command(flatten)]
        settings: Settings,
    },
    /// Take an account's passkeys and authenticator app away, and end its logins: its person lost them.
    ResetSecondFactor {
        /// Address of the account.
        #[arg(long)]
        email: String,
        #[command(flatten)]
        settings: Settings,
    },
    /// Give an account a new password and end its logins.
    ResetPassword {
        /// Address of the account.
        #[arg(long)]
        email: String,
        /// Read the password from standard input instead of drawing one.
        #[arg(long)]
        password_stdin: bool,
        #[command(flatten)]
        settings: Settings,
    },
}

/// Runs the command; prints a password only when it was drawn here.
pub async fn run(args: Args) -> anyhow::Result<()> {
    match args.command {
        Command::Create {
            email,
            name,
            time_zone,
            password_stdin,
            first,
            settings,
        } => {
            let state = compose::tool_state(settings).await?;
            if first && !store::users::admins(state.db.read()).await?.is_empty() {
                println!("There is an administrator already.");
                return Ok(());
            }
            let (password, drawn) = password(password_stdin)?;
            let form = accounts::SignUp {
                name,
                email: email.clone(),
                password,
                time_zone,
            };
            accounts::create(&state, form, true).await?;
            println!("Administrator {email} created.{drawn}");
        }
        Command::ResetSecondFactor { email, settings } => {
            let state = compose::tool_state(settings).await?;
            accounts::reset_second_factor(&state, &email).await?;
            println!("{email} has no second factor; every login of that account has ended.");
        }
        Command::ResetPassword {
            email,
            password_stdin,
            settings,
        } => {
            let state = compose::tool_state(settings).await?;
            let (password, drawn) = password(password_stdin)?;
            accounts::reset_password(&state, &email, &password).await?;
            println!("{email} has a new password; every login of that account has ended.{drawn}");
        }
    }
    Ok(())
}

/// A password and the sentence to print about it.
fn password(from_stdin: bool) -> anyhow::Result<(String, String)> {
    if from_stdin {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .context("reading the password")?;
        return Ok((
            text.trim_end_matches(['\r', '\n']).to_owned(),
            String::new(),
        ));
    }
    let drawn = server::credentials::generate_password();
    let sentence = format!(" Password: {drawn}");
    Ok((drawn, sentence))
}
