//! What mail says: a heading, a few sentences, one link, and why somebody gets it. The only secret that a letter carries is the
//! single-use link of an invitation or of a password reset.

use askama::Template;
use chrono::Duration;
use narthex_people::invitation::{self, Invite};
use narthex_tenancy::member::Member;
use narthex_tenancy::outbox::{self, Content};
use narthex_tenancy::permission::Role;
use narthex_tenancy::tenant::Tenant;
use narthex_vocab::{Email, PLATFORM_TENANT, Secret, Timestamp};

use crate::case_news::News;
use crate::mail::Mail;
use crate::reminder::Reminder;
use crate::request::RequestRef;

/// How long a notice is worth delivering.
const NOTICE: Duration = Duration::days(3);

/// A letter, before it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    kind: &'static str,
    to: Email,
    heading: String,
    sentences: Vec<String>,
    link: Link,
    why: String,
    lasts: Duration,
}

/// Where a letter leads.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Link {
    label: &'static str,
    href: String,
}

#[derive(Template)]
#[template(path = "mail/letter.txt", escape = "none")]
struct Plain<'a> {
    letter: &'a Letter,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Html<'a> {
    letter: &'a Letter,
}

/// What changed in how somebody gets in. Nobody can choose not to hear of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// They changed their password.
    PasswordChanged,
    /// They set a new one by the link of a mail.
    PasswordReset,
    /// A second factor is on, or is another one.
    SecondFactorOn,
    /// A second factor is off.
    SecondFactorOff,
    /// The recovery codes are new.
    RecoveryCodes,
    /// They can sign in at an identity provider.
    Connected,
    /// An owner signed in by a password where people sign in at providers alone.
    AgainstRule,
    /// Somebody gave them another role.
    Role(Role),
}

impl Notice {
    const fn kind(self) -> &'static str {
        match self {
            Self::PasswordChanged => "password_changed",
            Self::PasswordReset => "password_reset_done",
            Self::SecondFactorOn => "second_factor_on",
            Self::SecondFactorOff => "second_factor_off",
            Self::RecoveryCodes => "recovery_codes",
            Self::Connected => "identity_connected",
            Self::AgainstRule => "signed_in_against_rule",
            Self::Role(_) => "role_changed",
        }
    }

    fn heading(self) -> String {
        match self {
            Self::PasswordChanged | Self::PasswordReset => "Your password was changed".to_owned(),
            Self::SecondFactorOn => "A second factor was set up".to_owned(),
            Self::SecondFactorOff => "Your second factor was turned off".to_owned(),
            Self::RecoveryCodes => "You have new recovery codes".to_owned(),
            Self::Connected => "You can sign in at an identity provider".to_owned(),
            Self::AgainstRule => "An owner signed in with a password".to_owned(),
            Self::Role(role) => format!("Your role is now {}", role.label()),
        }
    }

    const fn what(self) -> &'static str {
        match self {
            Self::PasswordChanged => {
                "The password of your account was changed. Your other sessions have ended."
            }
            Self::PasswordReset => {
                "A new password was set by the link of a mail to you. Your sessions have ended."
            }
            Self::SecondFactorOn => {
                "Signing in asks for a code of your authenticator from now on. Your other sessions have ended."
            }
            Self::SecondFactorOff => "Your password alone signs you in from now on.",
            Self::RecoveryCodes => "The recovery codes of before work no more.",
            Self::Connected => {
                "Your account was connected to an identity there, with your password."
            }
            Self::AgainstRule => {
                "People of your tenant sign in at its identity provider alone. An owner used a password and a second factor instead. The activity says who."
            }
            Self::Role(_) => "An owner gave you this role. It counts already.",
        }
    }

    const fn otherwise(self) -> &'static str {
        match self {
            Self::Role(_) | Self::AgainstRule => "Is it not what you agreed on? Ask an owner.",
            Self::PasswordChanged
            | Self::PasswordReset
            | Self::SecondFactorOn
            | Self::SecondFactorOff
            | Self::Connected
            | Self::RecoveryCodes => {
                "Was it not you? Set a new password at once, and tell an owner."
            }
        }
    }
}

impl Letter {
    /// The link of an invitation to join the tenant.
    pub(crate) fn invitation(
        mail: &Mail,
        tenant: &Tenant,
        invite: &Invite,
        token: &Secret,
    ) -> Self {
        let role = invite.role.map_or_else(
            || "You can sign in wherever an app of theirs asks you to.".to_owned(),
            |role| format!("You join with the role {}.", role.label()),
        );
        let path = format!("/t/{}/invitation/{}", tenant.slug, token.reveal());
        Self {
            kind: "invitation",
            to: invite.email.clone(),
            heading: format!("{} invites you to {}", invite.invited_by, tenant.name),
            sentences: vec![
                role,
                "The link works once, for 7 days. You choose your own password.".to_owned(),
            ],
            link: Link {
                label: "Join",
                href: mail.portal(&path),
            },
            why: format!(
                "You get this because {} entered your address. Do you not know them? Then nothing happens if you do nothing.",
                invite.invited_by
            ),
            lasts: invitation::LIFETIME,
        }
    }

    /// The link that sets a new password.
    pub(crate) fn reset(mail: &Mail, tenant: &Tenant, to: Email, token: &Secret) -> Self {
        let path = format!("/t/{}/reset-password/{}", tenant.slug, token.reveal());
        Self {
            kind: "password_reset",
            to,
            heading: format!("Set a new password for {}", tenant.name),
            sentences: vec![
                "Somebody asked for a new password of your account.".to_owned(),
                "The link works once, for 30 minutes. A second factor is asked for all the same."
                    .to_owned(),
            ],
            link: Link {
                label: "Set a new password",
                href: mail.portal(&path),
            },
            why: "You get this because your address was entered where people sign in. Was it not you? Then do nothing: your password stays as it is.".to_owned(),
            lasts: narthex_people::reset::LIFETIME,
        }
    }

    /// What changed in how this person gets in.
    pub(crate) fn notice(mail: &Mail, tenant: &Tenant, member: &Member, notice: Notice) -> Self {
        let href = if tenant.id == PLATFORM_TENANT {
            mail.staff("/account")
        } else {
            mail.portal(&format!("/t/{}/account", tenant.slug))
        };
        Self {
            kind: notice.kind(),
            to: member.email.clone(),
            heading: notice.heading(),
            sentences: vec![notice.what().to_owned(), notice.otherwise().to_owned()],
            link: Link {
                label: "Look at your account",
                href,
            },
            why: format!(
                "You get this because it is about your account at {}. Mail about its security cannot be switched off.",
                tenant.name
            ),
            lasts: NOTICE,
        }
    }

    /// What became of a case that this person sent.
    pub(crate) fn news(
        mail: &Mail,
        tenant: &Tenant,
        (member, request): (&Member, RequestRef),
        news: News,
    ) -> Self {
        let (slug, environment) = (&tenant.slug, request.environment);
        let path = format!("/t/{slug}/{environment}/requests/{}", request.id);
        Self {
            kind: news.kind(),
            to: member.email.clone(),
            heading: news.heading().to_owned(),
            sentences: vec![format!("It is for {environment}. {}", news.what())],
            link: Link {
                label: "Look at the request",
                href: mail.portal(&path),
            },
            why: format!(
                "You get this because you sent the request at {}.",
                tenant.name
            ),
            lasts: NOTICE,
        }
    }

    /// Something that this person can do something about ends, or has ended.
    pub(crate) fn reminder(
        mail: &Mail,
        tenant: &Tenant,
        member: &Member,
        (reminder, now): (&Reminder, Timestamp),
    ) -> Self {
        Self {
            kind: reminder.kind(),
            to: member.email.clone(),
            heading: reminder.heading(now),
            sentences: reminder.sentences(),
            link: Link {
                label: reminder.label(),
                href: mail.portal(&reminder.page(&tenant.slug)),
            },
            why: format!(
                "You get this because your role at {} lets you do something about it.",
                tenant.name
            ),
            lasts: NOTICE,
        }
    }

    /// Both parts of it.
    pub(crate) fn write(&self, now: Timestamp) -> askama::Result<outbox::Letter> {
        let content = Content {
            subject: self.heading.clone(),
            text: Plain { letter: self }.render()?,
            html: Html { letter: self }.render()?,
        };
        Ok(outbox::Letter {
            kind: self.kind,
            to: self.to.clone(),
            content,
            until: now + self.lasts,
        })
    }
}
