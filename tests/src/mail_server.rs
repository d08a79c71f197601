//! A mail server of the outside world: it takes what the product sends, says no as a test wants it, and shows what came.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mail_parser::MessageParser;
use narthex::smtp_sink::{self, Received, Verdict};
use narthex_approval::mailer::MailServer as Settings;

/// The server.
pub struct MailServer {
    /// Where it is, as the product's setting says it.
    pub settings: Settings,
    inbox: Inbox,
    verdicts: Arc<Mutex<VecDeque<Verdict>>>,
}

type Inbox = Arc<Mutex<Vec<Received>>>;

/// One mail, read as people's programs read it.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// The subject.
    pub subject: String,
    /// The plain part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// The headers as they came, one a line.
    pub head: String,
}

impl MailServer {
    /// Starts one.
    pub async fn start() -> Self {
        let (inbox, verdicts) = (Inbox::default(), Arc::<Mutex<VecDeque<_>>>::default());
        let (keep, say) = (inbox.clone(), verdicts.clone());
        let owner = move |received: Received| {
            // What was not taken came all the same: a test counts the tries.
            keep.lock().unwrap().push(received);
            say.lock().unwrap().pop_front().unwrap_or(Verdict::Taken)
        };
        let address = smtp_sink::open(Arc::new(owner)).await.unwrap();
        let server = format!("smtp://{address}");
        Self {
            settings: Settings::parse(&server, "Narthex <no-reply@narthex.example>").unwrap(),
            inbox,
            verdicts,
        }
    }

    /// What it says to the next mails; afterwards it takes all.
    pub fn say(&self, verdicts: &[Verdict]) {
        self.verdicts.lock().unwrap().extend(verdicts);
    }

    /// Everything that came so far, refused tries too.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        self.inbox.lock().unwrap().iter().map(read).collect()
    }

    /// The mail number `count`, as soon as it came.
    pub async fn wait_for(&self, count: usize) -> Mail {
        for _ in 0..400 {
            if let Some(mail) = self.mails().get(count - 1) {
                return mail.clone();
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("mail {count} did not come: {:?}", self.mails());
    }
}

impl Mail {
    /// The one link of it, the same in both parts.
    #[must_use]
    pub fn link(&self) -> String {
        let word = |word: &&str| word.starts_with("http://") || word.starts_with("https://");
        let links: Vec<_> = self.text.split_whitespace().filter(word).collect();
        assert_eq!(links.len(), 1, "{}", self.text);
        assert!(
            self.html.contains(&format!("href=\"{}\"", links[0])),
            "{}",
            self.html
        );
        links[0].to_owned()
    }

    /// The values of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Vec<&str> {
        let start = format!("{name}: ");
        self.head
            .lines()
            .filter_map(|line| line.strip_prefix(&start))
            .collect()
    }
}

fn read(received: &Received) -> Mail {
    let message = MessageParser::default().parse(&received.message).unwrap();
    let whole = String::from_utf8_lossy(&received.message);
    let head = whole.split("\r\n\r\n").next().unwrap_or_default();
    Mail {
        to: received.to.clone(),
        subject: message.subject().unwrap_or_default().to_owned(),
        text: message.body_text(0).unwrap().into_owned(),
        html: message.body_html(0).unwrap().into_owned(),
        head: head.to_owned(),
    }
}
