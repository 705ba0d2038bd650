//! `PRIVACY_FILE`, `TERMS_FILE`, `CONTACT` and `SECURITY_CONTACT`.

use super::Settings;
use crate::markdown::render;
use askama::Template;
use domain::{
    legal::{LegalPage, LegalText},
    text::EmailAddress,
};
use std::{fs, io::Read};
use url::Url;

/// Largest file that is taken for a text for people.
const FILE_MAX: u64 = 256 * 1024;

/// What people agree to, what is kept about them, and where holes are reported.
#[derive(Debug, Clone)]
pub struct Legal {
    privacy: LegalText,
    terms: LegalText,
    /// Where holes are reported, as an address of the web: `mailto:…` or `https://…`.
    pub security_contact: Option<String>,
}

/// What the texts that come with the product know of a site.
struct Site<'a> {
    app: &'a str,
    origin: &'a str,
    /// As a link in Markdown.
    contact: Option<String>,
}

#[derive(Template)]
#[template(path = "privacy.md", escape = "none")]
struct Privacy<'a>(&'a Site<'a>);

#[derive(Template)]
#[template(path = "terms.md", escape = "none")]
struct Terms<'a>(&'a Site<'a>);

impl Legal {
    /// Reads the settings, and the files that they name.
    ///
    /// # Errors
    /// The setting's name and why it is refused.
    pub(super) fn read(settings: &Settings, origin: &str) -> Result<Self, (&'static str, String)> {
        let contact = address("CONTACT", settings.contact.as_deref())?;
        let site = Site {
            app: settings.app_name.trim(),
            origin,
            contact: contact.map(|address| link(&address)),
        };
        let files = [&settings.privacy_file, &settings.terms_file];
        Ok(Self {
            security_contact: address("SECURITY_CONTACT", settings.security_contact.as_deref())?,
            ..Self::of(&site, files.map(Option::as_deref))?
        })
    }

    /// The texts that come with the product.
    ///
    /// # Errors
    /// Never, unless the product is broken.
    pub fn of_product(app: &str, origin: &str) -> Result<Self, (&'static str, String)> {
        let site = Site {
            app,
            origin,
            contact: None,
        };
        Self::of(&site, [None, None])
    }

    fn of(site: &Site<'_>, files: [Option<&str>; 2]) -> Result<Self, (&'static str, String)> {
        let [privacy, terms] = files;
        Ok(Self {
            privacy: text("PRIVACY_FILE", privacy, || Privacy(site).render())?,
            terms: text("TERMS_FILE", terms, || Terms(site).render())?,
            security_contact: None,
        })
    }

    /// One of the texts.
    pub fn text(&self, page: LegalPage) -> &LegalText {
        match page {
            LegalPage::Privacy => &self.privacy,
            LegalPage::Terms => &self.terms,
        }
    }
}

/// The text in a file, or the one that comes with the product.
fn text(
    variable: &'static str,
    file: Option<&str>,
    ours: impl FnOnce() -> askama::Result<String>,
) -> Result<LegalText, (&'static str, String)> {
    let markdown = match file.filter(|path| !path.is_empty()) {
        Some(path) => read_file(path).map_err(|error| format!("{path}: {error}")),
        None => ours().map_err(|error| error.to_string()),
    };
    markdown
        .and_then(|markdown| render(&markdown))
        .map_err(|reason| (variable, reason))
}

fn read_file(path: &str) -> Result<String, String> {
    let file = fs::File::open(path).map_err(|error| error.to_string())?;
    let mut text = String::new();
    let read = file.take(FILE_MAX + 1).read_to_string(&mut text);
    read.map_err(|error| error.to_string())?;
    if text.len() as u64 > FILE_MAX {
        return Err(format!("is larger than {} KiB", FILE_MAX / 1024));
    }
    Ok(text)
}

/// An email address or a page, as an address of the web.
fn address(
    variable: &'static str,
    value: Option<&str>,
) -> Result<Option<String>, (&'static str, String)> {
    let Some(value) = value.filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    if let Ok(email) = EmailAddress::parse(value) {
        return Ok(Some(format!("mailto:{}", email.as_str())));
    }
    match Url::parse(value) {
        Ok(url) if url.scheme() == "https" && !value.contains(char::is_whitespace) => {
            Ok(Some(url.into()))
        }
        Ok(_) | Err(_) => {
            let reason =
                "must be an email address, or an address like https://minds.example.org/contact";
            Err((variable, reason.to_owned()))
        }
    }
}

fn link(address: &str) -> String {
    format!("<{}>", address.strip_prefix("mailto:").unwrap_or(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(contact: Option<&str>) -> Site<'static> {
        Site {
            app: "Bright <Minds>",
            origin: "https://minds.example",
            contact: contact.map(link),
        }
    }

    #[test]
    fn the_texts_that_come_with_the_product_name_the_site_and_whom_to_write_to() {
        for contact in [None, Some("mailto:help@minds.example")] {
            let site = site(contact);
            let texts = [Privacy(&site).render(), Terms(&site).render()];
            for text in texts.map(|text| render(&text.expect("rendered")).expect("good")) {
                let is_named = text.html.contains("mailto:help@minds.example");
                assert_eq!(is_named, contact.is_some(), "{}", text.html);
                assert!(!text.html.contains("<Minds>"), "{}", text.html);
                assert!(text.html.contains("Bright &lt;Minds&gt;"), "{}", text.html);
            }
        }
    }

    #[test]
    fn contacts_are_addresses_that_people_can_use() {
        for (value, expected) in [
            ("help@minds.example", "mailto:help@minds.example"),
            (
                "https://minds.example/contact",
                "https://minds.example/contact",
            ),
        ] {
            assert_eq!(address("X", Some(value)), Ok(Some(expected.to_owned())));
        }
        assert_eq!(address("X", Some("")), Ok(None));
        for bad in [
            "minds",
            "http://minds.example",
            "javascript:1",
            "https://a b",
        ] {
            assert!(address("X", Some(bad)).is_err(), "{bad}");
        }
    }
}
