//! A mail server for one machine: it takes what is sent to it over SMTP (RFC 5321) and hands it to its owner, who may refuse
//! it. For `dev` and for tests: it relays nothing, knows no user and no TLS, and listens on a loopback address alone.

use std::{io, net::SocketAddr, sync::Arc};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// The longest line, with its end; and the longest mail.
const LINE: u64 = 2_000;
const MAIL: usize = 1_048_576;

/// One mail, as it came.
#[derive(Debug, Clone)]
pub struct Received {
    /// The envelope's recipients, in angle brackets.
    pub to: Vec<String>,
    /// The whole message, dots unstuffed.
    pub message: Vec<u8>,
}

/// What the owner makes of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Taken.
    Taken,
    /// Not now (451).
    Later,
    /// Never (550).
    Never,
    /// Taken, and the line breaks before anybody hears of it.
    Silence,
}

/// Who gets the mail.
pub type Owner = Arc<dyn Fn(Received) -> Verdict + Send + Sync>;

/// Listens on a free port of the loopback address until the runtime ends; where.
pub async fn open(owner: Owner) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let owner = owner.clone();
            tokio::spawn(async move {
                if let Err(error) = converse(stream, &owner).await {
                    tracing::debug!(%error, "a mail conversation broke off");
                }
            });
        }
    });
    Ok(address)
}

async fn converse(stream: TcpStream, owner: &Owner) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    say(&mut stream, "220 localhost ESMTP").await?;
    let mut to = Vec::new();
    while let Some(line) = hear(&mut stream).await? {
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end();
        let verb = text.split([' ', ':']).next().unwrap_or_default();
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" | "HELO" => say(&mut stream, "250 localhost").await?,
            "MAIL" | "RSET" => {
                to.clear();
                say(&mut stream, "250 OK").await?;
            }
            "NOOP" => say(&mut stream, "250 OK").await?,
            "RCPT" => {
                to.push(
                    text.split_once(':')
                        .map_or("", |(_, to)| to)
                        .trim()
                        .to_owned(),
                );
                say(&mut stream, "250 OK").await?;
            }
            "DATA" if to.is_empty() => say(&mut stream, "503 to whom?").await?,
            "DATA" => {
                say(&mut stream, "354 go on").await?;
                let Some(message) = message(&mut stream).await? else {
                    return say(&mut stream, "552 too long").await;
                };
                let to = std::mem::take(&mut to);
                let answer = match owner(Received { to, message }) {
                    Verdict::Taken => "250 OK",
                    Verdict::Later => "451 try again later",
                    Verdict::Never => "550 no such mailbox",
                    Verdict::Silence => return Ok(()),
                };
                say(&mut stream, answer).await?;
            }
            "QUIT" => return say(&mut stream, "221 bye").await,
            _ => say(&mut stream, "502 not known here").await?,
        }
    }
    Ok(())
}

/// The message up to the lonely dot; `None` when it is too long or the line broke.
async fn message(stream: &mut BufReader<TcpStream>) -> io::Result<Option<Vec<u8>>> {
    let mut message = Vec::new();
    while let Some(line) = hear(stream).await? {
        if line == b".\r\n" {
            return Ok(Some(message));
        }
        message.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        if message.len() > MAIL {
            return Ok(None);
        }
    }
    Ok(None)
}

/// One line; `None` at the end, and when it is too long.
async fn hear(stream: &mut BufReader<TcpStream>) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    stream.take(LINE).read_until(b'\n', &mut line).await?;
    Ok(line.ends_with(b"\n").then_some(line))
}

async fn say(stream: &mut BufReader<TcpStream>, line: &str) -> io::Result<()> {
    let stream = stream.get_mut();
    stream.write_all(format!("{line}\r\n").as_bytes()).await?;
    stream.flush().await
}
