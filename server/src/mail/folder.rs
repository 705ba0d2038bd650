//! A folder that emails are put into instead of being sent, for development; `/dev/mail` shows it.

use super::{Email, MailError, MailServer};
use async_trait::async_trait;
use domain::ids::EmailId;
use std::{
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// A larger file is no email of ours.
const FILE_MAX: u64 = 1024 * 1024;

/// A folder with one file per email, named after its row.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder at `path`; made with the first email.
    pub fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    fn file(&self, id: EmailId) -> PathBuf {
        self.0.join(format!("{id}.eml"))
    }

    fn put(&self, id: EmailId, bytes: &[u8]) -> io::Result<()> {
        self.make()?;
        // Under another name first: nobody reads half an email.
        let unfinished = self.0.join(format!("{id}.part"));
        fs::write(&unfinished, bytes)?;
        fs::rename(unfinished, self.file(id))
    }

    /// Other people's emails are nobody's business, on a shared machine as well.
    fn make(&self) -> io::Result<()> {
        let mut folder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        folder.recursive(true).create(&self.0)
    }

    /// The emails, latest first; at most `limit`.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub(crate) fn list(&self, limit: usize) -> io::Result<Vec<EmailId>> {
        let entries = match fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut emails: Vec<(SystemTime, EmailId)> = entries
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let id = entry
                    .file_name()
                    .to_str()?
                    .strip_suffix(".eml")?
                    .parse()
                    .ok()?;
                Some((entry.metadata().ok()?.modified().ok()?, id))
            })
            .collect();
        emails.sort_unstable_by(|a, b| b.cmp(a));
        Ok(emails.into_iter().take(limit).map(|(_, id)| id).collect())
    }

    /// An email's bytes; `None` when there is no such plain file. The name is made from an id, so it
    /// cannot lead out of the folder, and links are not followed.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(crate) fn read(&self, id: EmailId) -> io::Result<Option<Vec<u8>>> {
        let file = self.file(id);
        match fs::symlink_metadata(&file) {
            Ok(found) if found.is_file() && found.len() <= FILE_MAX => fs::read(file).map(Some),
            Ok(_) => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Does blocking work on the folder.
    pub(crate) async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce(Self) -> io::Result<T> + Send + 'static,
    ) -> Result<T, MailError> {
        let folder = self.clone();
        let done = tokio::task::spawn_blocking(move || work(folder)).await;
        done.map_err(|e| MailError::Unreachable(e.to_string()))?
            .map_err(|e| MailError::Unreachable(format!("its folder: {e}")))
    }
}

#[async_trait]
impl MailServer for Folder {
    async fn deliver(&self, email: &Email) -> Result<(), MailError> {
        let (id, bytes) = (email.id, email.bytes.clone());
        self.off_thread(move |folder| folder.put(id, &bytes)).await
    }

    async fn check(&self) -> Result<(), MailError> {
        self.off_thread(|folder| folder.make()).await
    }
}
