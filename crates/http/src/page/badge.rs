//! Badges: a state or a risk as text, shape and colour, in that order. A badge is never a link, a button or a verdict.

use narthex_vocab::Environment;

/// The meaning of a colour. The words always carry it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to see: drafts, ends, counts.
    Neutral,
    /// On its way; the next step belongs to a machine or to staff.
    Info,
    /// Good and finished.
    Ok,
    /// The reader has to do something.
    Warn,
    /// Refused, failing, suspended.
    Danger,
    /// The worst level: solid fill.
    Critical,
    /// Waiting in quarantine: dashed edge.
    Quarantine,
    /// The sandbox environment: tinted, square edge.
    Sandbox,
    /// The production environment: solid ink, square edge.
    Production,
    /// Live: solid ink, round edge.
    Live,
}

impl Tone {
    /// The class that sets this tone's colours on a badge or a note.
    pub fn class(self) -> &'static str {
        match self {
            Self::Neutral => "tone-neutral",
            Self::Info => "tone-info",
            Self::Ok => "tone-ok",
            Self::Warn => "tone-warn",
            Self::Danger => "tone-danger",
            Self::Critical => "tone-critical",
            Self::Quarantine => "tone-quarantine",
            Self::Sandbox => "tone-sandbox",
            Self::Production => "tone-production",
            Self::Live => "tone-live",
        }
    }

    /// The icon that a note of this tone wears, so that the colour is never alone.
    pub fn note_icon(self) -> Icon {
        match self {
            Self::Ok | Self::Live => Icon::Tick,
            Self::Warn | Self::Danger | Self::Critical => Icon::Warning,
            Self::Neutral | Self::Info | Self::Quarantine | Self::Sandbox | Self::Production => {
                Icon::Info
            }
        }
    }
}

/// A symbol of the sprite `i.svg`. Always silent for screen readers: the text beside it says the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    /// Done, verified, passed.
    Tick,
    /// Failed.
    Cross,
    /// Look here before going on.
    Warning,
    /// Background information.
    Info,
    /// One bar of three.
    RiskLow,
    /// Two bars of three.
    RiskMedium,
    /// Three bars of three.
    RiskHigh,
    /// A waiting state.
    Clock,
    /// A person acted.
    Person,
    /// An agent acted.
    Agent,
    /// The platform acted by itself.
    System,
    /// Somebody without an account acted.
    Stranger,
}

impl Icon {
    /// The symbol's id in the sprite.
    pub fn id(self) -> &'static str {
        match self {
            Self::Tick => "check",
            Self::Cross => "x",
            Self::Warning => "triangle-alert",
            Self::Info => "info",
            Self::RiskLow => "risk-1",
            Self::RiskMedium => "risk-2",
            Self::RiskHigh => "risk-3",
            Self::Clock => "clock",
            Self::Person => "user",
            Self::Agent => "bot",
            Self::System => "cog",
            Self::Stranger => "globe",
        }
    }
}

/// How dangerous a request or a scope is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RiskLevel {
    /// One bar.
    Low,
    /// Two bars.
    Medium,
    /// Three bars.
    High,
    /// Solid fill and a triangle.
    Critical,
}

impl RiskLevel {
    /// The level as a word.
    pub fn label(self) -> &'static str {
        match self {
            Self::Low => "Low",
            Self::Medium => "Medium",
            Self::High => "High",
            Self::Critical => "Critical",
        }
    }

    /// The badge of a table cell: the word alone (`High`).
    pub fn badge(self) -> Badge {
        let (tone, icon) = match self {
            Self::Low => (Tone::Ok, Icon::RiskLow),
            Self::Medium => (Tone::Warn, Icon::RiskMedium),
            Self::High => (Tone::Danger, Icon::RiskHigh),
            Self::Critical => (Tone::Critical, Icon::Warning),
        };
        Badge::new(tone, self.label()).icon(icon)
    }

    /// The badge of a page header: level and score (`High risk, 72 of 100`), since a score never stands alone.
    pub fn scored(self, score: u8) -> Badge {
        let mut badge = self.badge();
        badge.label = format!("{} risk, {score} of 100", self.label());
        badge
    }
}

/// A state in a few words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Badge {
    /// What its colour means.
    pub tone: Tone,
    /// The state in words, sentence case.
    pub label: String,
    /// The shape that says the same without colour.
    pub icon: Option<Icon>,
}

impl Badge {
    /// A badge of words and tone.
    pub fn new(tone: Tone, label: impl Into<String>) -> Self {
        Self {
            tone,
            label: label.into(),
            icon: None,
        }
    }

    /// The same badge with a shape.
    #[must_use]
    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// The environment as a badge: sandbox tinted, production solid ink.
    pub fn environment(environment: Environment) -> Self {
        let tone = match environment {
            Environment::Sandbox => Tone::Sandbox,
            Environment::Production => Tone::Production,
        };
        Self::new(tone, environment.label())
    }

    /// A proved fact: a tick and its words (`Domain verified`).
    pub fn verified(label: impl Into<String>) -> Self {
        Self::new(Tone::Ok, label).icon(Icon::Tick)
    }
}
