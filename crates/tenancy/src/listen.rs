//! Word from another plane: `LISTEN` on one connection, reconnecting by itself. It carries hints, never facts: the
//! listener reads the rows again.

use std::time::Duration;
use tokio::sync::mpsc;
use tokio_postgres::{AsyncMessage, NoTls};

/// One hint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    /// The connection is (again) there: anything may have been missed, so look at everything.
    Connected,
    /// The connection is gone: read through until it is back.
    Lost,
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
    let (sender, receiver) = mpsc::channel(256);
    tokio::spawn(async move {
        while !sender.is_closed() {
            if let Err(error) = once(&url, channels, &sender).await {
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
    channels: &[&str],
    sender: &mpsc::Sender<Hint>,
) -> Result<(), tokio_postgres::Error> {
    let (client, mut connection) = tokio_postgres::connect(url, NoTls).await?;
    let messages = sender.clone();
    let pump = tokio::spawn(async move {
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
    let connected = sender.send(Hint::Connected).await;
    let result = if connected.is_ok() {
        pump.await
    } else {
        return Ok(());
    };
    drop(client);
    result.unwrap_or(Ok(()))
}
