//! Mail to the one SMTP server that the operator named (RFC 5321), each as plain text and HTML (RFC 5322, RFC 2046 5.1.4). It
//! never follows anybody else's word about where to connect, and sends no password in the clear over a network.

use std::time::Duration;

use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use narthex_vocab::{Email, Timestamp};
use url::{Host, Url};

/// How long a mail server may take for one step.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where mail is handed over, and from whom it is.
#[derive(Clone)]
pub struct MailServer {
    url: Url,
    from: Mailbox,
}

impl std::fmt::Debug for MailServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let host = self.url.host_str().unwrap_or_default();
        write!(f, "MailServer({host}, {})", self.from)
    }
}

/// What is wrong with the settings; for who wrote them. It never repeats a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MailServerError {
    /// Another scheme, or no host.
    #[error(
        "the mail server is an address such as smtps://user:password@mail.example, or smtp://mail.example?tls=required"
    )]
    Address,
    /// Plain text over a network.
    #[error(
        "mail would cross the network in the clear: use smtps://, or ?tls=required; only a server on a loopback address may do without"
    )]
    Clear,
    /// What follows the host.
    #[error("after the mail server's host and port there is nothing but ?tls=required")]
    Rest,
    /// Not a sender.
    #[error("mail is from one address with a domain, as Narthex <no-reply@example.com>")]
    From,
}

impl MailServer {
    /// Reads both settings.
    pub fn parse(server: &str, from: &str) -> Result<Self, MailServerError> {
        let url = Url::parse(server).map_err(|_| MailServerError::Address)?;
        let host = url.host().ok_or(MailServerError::Address)?;
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(MailServerError::Rest);
        }
        match (url.scheme(), url.query()) {
            ("smtps", None) | ("smtp", Some("tls=required")) => {}
            ("smtp", None) if is_loopback(&host) => {}
            ("smtp", None) => return Err(MailServerError::Clear),
            ("smtp" | "smtps", Some(_)) => return Err(MailServerError::Rest),
            _ => return Err(MailServerError::Address),
        }
        let from: Mailbox = from.parse().map_err(|_| MailServerError::From)?;
        // The same addresses that people may have; a name in front may say anything but a line break.
        Email::parse(from.email.as_ref()).map_err(|_| MailServerError::From)?;
        let odd = |name: &String| name.chars().any(char::is_control);
        if from.name.as_ref().is_some_and(odd) {
            return Err(MailServerError::From);
        }
        Ok(Self { url, from })
    }
}

/// A scheme that no browser knows has its host as it was written.
fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.trim_start_matches('[').trim_end_matches(']');
            let address = name.parse::<std::net::IpAddr>();
            *name == *"localhost" || address.is_ok_and(|address| address.is_loopback())
        }
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// One mail.
#[derive(Debug)]
pub struct Outgoing<'a> {
    /// Of the mail, in every try the same; the part of the Message-ID before the @.
    pub id: String,
    /// To whom.
    pub to: &'a str,
    /// One line; control characters do not leave.
    pub subject: &'a str,
    /// The plain part.
    pub text: &'a str,
    /// The HTML part.
    pub html: &'a str,
    /// When it was written.
    pub at: Timestamp,
}

/// Why a mail was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// Another time it may be.
    #[error("{0}")]
    Later(String),
    /// It never will be.
    #[error("{0}")]
    Never(String),
}

/// Hands mail over.
#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Mailer({})", self.from)
    }
}

/// Whether a refusal is of who sends and not of what is sent: signing in, encryption, who may use the server (RFC 4954 section
/// 6, RFC 3207 section 4).
fn is_of_the_session(error: &lettre::transport::smtp::Error) -> bool {
    let code = error.status().map(u16::from);
    matches!(code, Some(530 | 534 | 535 | 538))
}

impl Mailer {
    /// For this server. Nothing is opened yet.
    pub fn new(server: &MailServer) -> Result<Self, MailServerError> {
        let domain = server.from.email.domain().to_owned();
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(server.url.as_str())
            .map_err(|_| MailServerError::Address)?
            .hello_name(ClientId::Domain(domain))
            .timeout(Some(PATIENCE))
            .build();
        Ok(Self {
            transport,
            from: server.from.clone(),
        })
    }

    /// Hands one mail over; `Ok` when the server answers for it from now on.
    pub async fn send(&self, mail: &Outgoing<'_>) -> Result<(), MailError> {
        let message = self.message(mail)?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            // A server that does not take us at all says nothing of the mail: the operator mends that.
            Err(error) if error.is_permanent() && !is_of_the_session(&error) => {
                Err(MailError::Never(said(&error)))
            }
            Err(error) => Err(MailError::Later(said(&error))),
        }
    }

    fn message(&self, mail: &Outgoing<'_>) -> Result<Message, MailError> {
        let to: Address = mail
            .to
            .parse()
            .map_err(|_| MailError::Never("this is no address".to_owned()))?;
        let subject: String = mail
            .subject
            .chars()
            .filter(|one| !one.is_control())
            .collect();
        let id = format!("<{}@{}>", mail.id, self.from.email.domain());
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(subject)
            .date(mail.at.into())
            .message_id(Some(id))
            .header(AutoSubmitted)
            .multipart(MultiPart::alternative_plain_html(
                mail.text.to_owned(),
                mail.html.to_owned(),
            ))
            .map_err(|error| MailError::Never(error.to_string()))
    }
}

/// The error with what led to it, on one line.
fn said(error: &lettre::transport::smtp::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(one) = cause {
        let more = one.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = one.source();
    }
    text
}

/// `Auto-Submitted: auto-generated` (RFC 3834): nobody's holiday answers it.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use rstest::rstest;

    use super::*;

    const FROM: &str = "Narthex <no-reply@example.com>";

    #[rstest]
    #[case("smtps://mail.example", Ok(()))]
    #[case("smtps://user:p%40ss@mail.example:2465", Ok(()))]
    #[case("smtp://mail.example?tls=required", Ok(()))]
    #[case("smtp://127.0.0.1:2525", Ok(()))]
    #[case("smtp://[::1]:2525", Ok(()))]
    #[case("smtp://localhost:2525", Ok(()))]
    #[case("smtp://mail.example", Err(MailServerError::Clear))]
    #[case("smtp://127.0.0.1.evil.example", Err(MailServerError::Clear))]
    #[case("smtp://localhost.evil.example", Err(MailServerError::Clear))]
    #[case("smtp://mail.example?tls=opportunistic", Err(MailServerError::Rest))]
    #[case("smtps://mail.example/inbox", Err(MailServerError::Rest))]
    #[case("https://mail.example", Err(MailServerError::Address))]
    #[case("mail.example:25", Err(MailServerError::Address))]
    #[case("smtps://", Err(MailServerError::Address))]
    #[case("", Err(MailServerError::Address))]
    fn a_server_is_named_and_nothing_leaves_in_the_clear(
        #[case] server: &str,
        #[case] expected: Result<(), MailServerError>,
    ) {
        let parsed = MailServer::parse(server, FROM);
        assert_eq!(parsed.as_ref().map(drop).map_err(|error| *error), expected);
        if let Ok(server) = parsed {
            assert!(!format!("{server:?}").contains("p%40ss"));
            Mailer::new(&server).unwrap();
        }
    }

    #[rstest]
    #[case("no-reply@example.com", true)]
    #[case("Narthex <no-reply@example.com>", true)]
    #[case("no-reply@localhost", false)]
    #[case("Narthex", false)]
    #[case("a@example.com, b@example.com", false)]
    #[case("Narthex\r\nBcc: x@evil.example <no-reply@example.com>", false)]
    #[case("", false)]
    fn mail_is_from_one_address(#[case] from: &str, #[case] sound: bool) {
        let parsed = MailServer::parse("smtps://mail.example", from);
        assert_eq!(parsed.is_ok(), sound, "{parsed:?}");
    }

    #[test]
    fn no_word_of_a_mail_becomes_a_header() {
        let server = MailServer::parse("smtps://mail.example", FROM).unwrap();
        let mailer = Mailer::new(&server).unwrap();
        let mail = |to, subject| Outgoing {
            id: "mal_1".to_owned(),
            to,
            subject,
            text: "Hello\r\n.\r\nBcc: x@evil.example\r\n",
            html: "<p>Hello</p>",
            at: Timestamp::default(),
        };
        let hostile = "Hi\r\nBcc: x@evil.example\r\n\r\nBody\u{0}\u{2028}\u{85}é";
        let message = mailer.message(&mail("ana@example.com", hostile)).unwrap();
        let text = String::from_utf8(message.formatted()).unwrap();
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
        for line in [
            "From: \"Narthex\" <no-reply@example.com>",
            "To: ana@example.com",
            "Message-ID: <mal_1@example.com>",
            "Auto-Submitted: auto-generated",
            "Date: Thu, 01 Jan 1970 00:00:00 +0000",
        ] {
            assert!(
                head.lines()
                    .any(|one| one.replace('"', "") == line.replace('"', "")),
                "{line}\n{head}"
            );
        }
        assert!(text.contains("text/plain") && text.contains("text/html"));
        for to in [
            "a@b@example.com",
            "a@example.com\r\nBcc: b@example.com",
            "",
            "a@example.com, b@example.com",
        ] {
            assert!(
                matches!(mailer.message(&mail(to, "Hi")), Err(MailError::Never(_))),
                "{to}"
            );
        }
    }
}
