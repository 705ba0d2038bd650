//! A small SMTP server on a socket of this machine, which does what a test tells it to.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// How it treats emails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// Takes them.
    Accepts,
    /// Knows no such recipient, and says so with the recipient's address.
    Refuses,
    /// Takes emails from nobody it does not know.
    WantsPassword,
    /// Comes back later.
    Busy,
    /// Greets nobody.
    Hangs,
    /// Ends the connection when the email has come, without a word.
    DropsAfterData,
}

/// What it took: sender, recipients, message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub from: String,
    pub to: Vec<String>,
    pub message: String,
}

#[derive(Debug)]
struct Inner {
    mood: Mood,
    taken: Vec<Taken>,
    connections: usize,
}

/// The server; it ends with its last clone.
#[derive(Debug, Clone)]
pub struct SmtpServer {
    address: SocketAddr,
    inner: Arc<Mutex<Inner>>,
    _task: Arc<Task>,
}

#[derive(Debug)]
struct Task(JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl SmtpServer {
    /// Listens on a free port.
    pub async fn start(mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let inner = Arc::new(Mutex::new(Inner {
            mood,
            taken: Vec::new(),
            connections: 0,
        }));
        let shared = inner.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = shared.clone();
                // A client that goes away in the middle is none of a test's business.
                tokio::spawn(async move { serve(stream, shared).await.ok() });
            }
        });
        Self {
            address,
            inner,
            _task: Arc::new(Task(task)),
        }
    }

    /// `MAIL_URL` for it.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    pub fn set(&self, mood: Mood) {
        lock(&self.inner).mood = mood;
    }

    pub fn taken(&self) -> Vec<Taken> {
        lock(&self.inner).taken.clone()
    }

    pub fn connections(&self) -> usize {
        lock(&self.inner).connections
    }
}

fn lock(inner: &Mutex<Inner>) -> std::sync::MutexGuard<'_, Inner> {
    inner.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(stream: TcpStream, inner: Arc<Mutex<Inner>>) -> std::io::Result<()> {
    let mood = {
        let mut inner = lock(&inner);
        inner.connections += 1;
        inner.mood
    };
    let (reader, mut out) = stream.into_split();
    let mut reader = BufReader::new(reader);
    if mood == Mood::Hangs {
        tokio::time::sleep(Duration::from_secs(3_600)).await;
    }
    out.write_all(b"220 mail.example ESMTP\r\n").await?;
    let (mut from, mut to, mut line) = (String::new(), Vec::new(), String::new());
    loop {
        line.clear();
        if reader.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let word = line
            .split([' ', ':', '\r'])
            .next()
            .unwrap_or_default()
            .to_ascii_uppercase();
        let argument = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
        let answer = match word.as_str() {
            "EHLO" => "250-mail.example\r\n250 8BITMIME\r\n".to_owned(),
            "MAIL" if mood == Mood::WantsPassword => {
                "530 5.7.0 Authentication required\r\n".to_owned()
            }
            "MAIL" if mood == Mood::Busy => "451 4.3.0 Try again later\r\n".to_owned(),
            "MAIL" => {
                from = argument;
                "250 2.1.0 Ok\r\n".to_owned()
            }
            "RCPT" if mood == Mood::Refuses => format!("550 5.1.1 <{argument}>: no such user\r\n"),
            "RCPT" => {
                to.push(argument);
                "250 2.1.5 Ok\r\n".to_owned()
            }
            "DATA" => {
                out.write_all(b"354 Go on\r\n").await?;
                let message = read_message(&mut reader).await?;
                if mood == Mood::DropsAfterData {
                    return Ok(());
                }
                lock(&inner).taken.push(Taken {
                    from: std::mem::take(&mut from),
                    to: std::mem::take(&mut to),
                    message,
                });
                "250 2.0.0 Ok\r\n".to_owned()
            }
            "QUIT" => {
                out.write_all(b"221 2.0.0 Bye\r\n").await?;
                return Ok(());
            }
            _ => "502 5.5.2 What?\r\n".to_owned(),
        };
        out.write_all(answer.as_bytes()).await?;
    }
}

/// Up to the line with a single dot.
async fn read_message(
    reader: &mut (impl AsyncReadExt + AsyncBufReadExt + Unpin),
) -> std::io::Result<String> {
    let (mut message, mut line) = (String::new(), String::new());
    loop {
        line.clear();
        if reader.read_line(&mut line).await? == 0 || line == ".\r\n" {
            return Ok(message);
        }
        message.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}
