//! Word from another plane: `LISTEN` on one connection, reconnecting by itself. It carries hints, never facts: the
//! listener reads the rows again.

use std::time::Duration;
use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval, timeout},
};
use tokio_postgres::{AsyncMessage, Client, NoTls};

use crate::ambient;
use narthex_vocab::Timestamp;

/// How often an attentive listener makes sure that it still hears, and how long it waits for the answer.
const BEAT: Duration = Duration::from_millis(250);
const PATIENCE: Duration = Duration::from_secs(2);

/// One hint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    /// The connection is (again) there: anything may have been missed, so look at everything.
    Connected,
    /// The connection is gone: read through until it is back.
    Lost,
    /// Everything that was committed before `since` has been told. Only from [`attend`].
    Heard {
        /// When the database was asked.
        since: Timestamp,
    },
    /// `payload` arrived on `channel`.
    Notice {
        /// The channel, as `narthex_intake`.
        channel: String,
        /// The payload: tenant id, environment and client id, separated by blanks.
        payload: String,
    },
}

/// Listens on `channels` until the receiver is dropped.
pub fn listen(url: String, channels: &'static [&'static str]) -> mpsc::Receiver<Hint> {
    begin(url, channels, false)
}

/// The same, and makes sure four times a second that the connection is not one of those that are gone without having
/// said so: for those who rely on hearing everything.
pub fn attend(url: String, channels: &'static [&'static str]) -> mpsc::Receiver<Hint> {
    begin(url, channels, true)
}

fn begin(url: String, channels: &'static [&'static str], attentive: bool) -> mpsc::Receiver<Hint> {
    let (sender, receiver) = mpsc::channel(256);
    tokio::spawn(async move {
        while !sender.is_closed() {
            if let Err(error) = once(&url, (channels, attentive), &sender).await {
                tracing::warn!(%error, "the notification listener lost its connection");
            }
            if sender.send(Hint::Lost).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    });
    receiver
}

#[expect(clippy::disallowed_methods, reason = "the listener's own connection")]
async fn once(
    url: &str,
    (channels, attentive): (&[&str], bool),
    sender: &mpsc::Sender<Hint>,
) -> Result<(), tokio_postgres::Error> {
    let (client, mut connection) = tokio_postgres::connect(url, NoTls).await?;
    let messages = sender.clone();
    let mut pump = tokio::spawn(async move {
        loop {
            match std::future::poll_fn(|context| connection.poll_message(context)).await {
                Some(Ok(AsyncMessage::Notification(notice))) => {
                    let hint = Hint::Notice {
                        channel: notice.channel().to_owned(),
                        payload: notice.payload().to_owned(),
                    };
                    if messages.send(hint).await.is_err() {
                        return Ok(());
                    }
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error),
                None => return Ok(()),
            }
        }
    });
    for channel in channels {
        client.batch_execute(&format!("LISTEN {channel}")).await?;
    }
    if sender.send(Hint::Connected).await.is_err() {
        return Ok(());
    }
    let ended = tokio::select! {
        ended = &mut pump => ended.unwrap_or(Ok(())),
        ended = beat(&client, sender), if attentive => ended,
    };
    // A connection that does not answer would not end by itself either.
    pump.abort();
    ended
}

/// Asks until there is no answer in time. Word of what was committed before a question is in the channel before its
/// answer, since the connection keeps the order.
async fn beat(client: &Client, sender: &mpsc::Sender<Hint>) -> Result<(), tokio_postgres::Error> {
    let mut beats = interval(BEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beats.tick().await;
        let since = ambient::now();
        match timeout(PATIENCE, client.batch_execute("")).await {
            Ok(answer) => answer?,
            Err(_) => return Ok(()),
        }
        if sender.send(Hint::Heard { since }).await.is_err() {
            return Ok(());
        }
    }
}
