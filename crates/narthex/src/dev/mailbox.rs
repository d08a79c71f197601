//! The mailbox of `narthex dev`: everything that the product sends by SMTP ends here, and a page shows it. Kept in memory, the
//! newest two hundred; nothing leaves this machine.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use actix_web::web::{self, Data, Path};
use askama::Template;
use mail_parser::{Message, MessageParser};
use narthex_approval::mailer::MailServer;
use narthex_http::page::{self, Fact, Narrow};
use narthex_http::server::Bound;
use narthex_http::{PagePolicy, Surface};
use url::Url;

use crate::installation::Installation;
use crate::planes::{self, Running};
use crate::smtp_sink::{self, Received, Verdict};

const MOST: usize = 200;
const FROM: &str = "Narthex <no-reply@narthex.example>";

/// What was sent since the start, each with its number, the newest last.
type Kept = Arc<Mutex<VecDeque<(usize, Received)>>>;

/// The mailbox.
pub(super) struct Mailbox {
    kept: Kept,
    address: SocketAddr,
}

#[derive(Template)]
#[template(path = "dev/mailbox.html")]
struct MailboxPage {
    narrow: Narrow,
    rows: Vec<Row>,
}

struct Row {
    number: usize,
    subject: String,
    to: String,
    at: String,
}

#[derive(Template)]
#[template(path = "dev/mail.html")]
struct MailPage {
    narrow: Narrow,
    facts: Vec<Fact>,
    text: String,
    link: Option<String>,
    number: usize,
}

impl Mailbox {
    /// Takes mail from now on.
    pub(super) async fn open() -> anyhow::Result<Self> {
        let kept = Kept::default();
        let keeper = kept.clone();
        let keep = move |received: Received| {
            let mut kept = locked(&keeper);
            let number = kept.back().map_or(1, |(number, _)| number + 1);
            kept.push_back((number, received));
            if kept.len() > MOST {
                kept.pop_front();
            }
            Verdict::Taken
        };
        let address = smtp_sink::open(Arc::new(keep)).await?;
        Ok(Self { kept, address })
    }

    /// Where mail is sent to.
    pub(super) fn server(&self) -> anyhow::Result<MailServer> {
        Ok(MailServer::parse(
            &format!("smtp://{}", self.address),
            FROM,
        )?)
    }

    /// Shows it on a listener of its own.
    pub(super) fn show(
        &self,
        running: &mut Running,
        installation: &Installation,
        (bound, origin): (Bound, Url),
    ) -> anyhow::Result<()> {
        let front = planes::front("mail viewer", &origin, Surface::PAGE, None, installation)?;
        let kept = Data::new(self.kept.clone());
        running.serve(bound, front, installation, move |config| {
            page::configure(config);
            config
                .app_data(kept.clone())
                .route("/", web::get().to(list))
                .route("/{number}", web::get().to(mail))
                .route("/{number}/html", web::get().to(html));
        })
    }
}

/// `GET /`
async fn list(kept: Data<Kept>) -> HttpResponse {
    let rows = locked(&kept).iter().rev().map(row).collect();
    let page = MailboxPage {
        narrow: Narrow::new("Mail that was sent", ""),
        rows,
    };
    shown(&page)
}

/// `GET /{number}`
async fn mail(kept: Data<Kept>, number: Path<usize>) -> HttpResponse {
    let Some(received) = found(&kept, *number) else {
        return HttpResponse::NotFound().finish();
    };
    let message = MessageParser::default().parse(&received.message);
    let text = message
        .as_ref()
        .and_then(|message| message.body_text(0))
        .map_or_else(String::new, std::borrow::Cow::into_owned);
    let header = |name: &'static str| message.as_ref().map_or_else(String::new, |m| raw(m, name));
    let facts = ["From", "To", "Date", "Message-ID", "Auto-Submitted"]
        .map(|name| Fact::text(name, header(name)));
    let page = MailPage {
        narrow: Narrow::new(subject(message.as_ref()), ""),
        facts: facts.into(),
        link: text
            .split_whitespace()
            .find(|word| word.starts_with("http://") || word.starts_with("https://"))
            .map(str::to_owned),
        text,
        number: *number,
    };
    shown(&page)
}

/// `GET /{number}/html`: the HTML part as it is. The policy of every answer keeps scripts and pictures from it.
async fn html(kept: Data<Kept>, number: Path<usize>) -> HttpResponse {
    let part = found(&kept, *number).and_then(|received| {
        let message = MessageParser::default().parse(&received.message)?;
        message.body_html(0).map(std::borrow::Cow::into_owned)
    });
    match part {
        Some(part) => PagePolicy::NO_SCRIPT.on(HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
            .body(part)),
        None => HttpResponse::NotFound().finish(),
    }
}

fn row((number, received): &(usize, Received)) -> Row {
    let message = MessageParser::default().parse(&received.message);
    Row {
        number: *number,
        subject: subject(message.as_ref()),
        to: received.to.join(", "),
        at: message
            .as_ref()
            .map_or_else(String::new, |m| raw(m, "Date")),
    }
}

fn subject(message: Option<&Message<'_>>) -> String {
    let subject = message.and_then(|message| message.subject());
    subject.unwrap_or("Without a subject").to_owned()
}

fn raw(message: &Message<'_>, name: &'static str) -> String {
    message
        .header_raw(name)
        .map_or_else(String::new, |value| value.trim().to_owned())
}

fn found(kept: &Kept, number: usize) -> Option<Received> {
    let kept = locked(kept);
    let mut all = kept.iter();
    all.find(|(one, _)| *one == number)
        .map(|(_, received)| received.clone())
}

fn shown(page: &impl Template) -> HttpResponse {
    PagePolicy::NO_SCRIPT.on(page::html(page, StatusCode::OK))
}

fn locked<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
