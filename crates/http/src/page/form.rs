//! Form fields and the error summary above them. A field shows what was sent and what is wrong; it decides neither.

/// What kind of control a field is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Input(&'static str),
    Area { rows: u8 },
    Select(Vec<Choice>),
    Radios(Vec<Choice>),
    Checkboxes(Vec<Choice>),
    Checkbox { ticked: bool },
}

/// One choice of a select, a radio group or a group of boxes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What the person reads.
    pub label: String,
    /// A line below the label (radios and boxes only).
    pub hint: Option<String>,
    /// Chosen already.
    pub chosen: bool,
}

impl Choice {
    /// A choice that is not chosen.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
            hint: None,
            chosen: false,
        }
    }

    /// A line below the label.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Chosen already, or not.
    #[must_use]
    pub fn chosen(mut self, chosen: bool) -> Self {
        self.chosen = chosen;
        self
    }
}

/// One labelled control with its hint and its error. Required unless `optional()` says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Id of the control, the target of the error summary's link.
    pub id: String,
    /// Form field name.
    pub name: String,
    /// What to enter.
    pub label: String,
    /// How to enter it, before the control.
    pub hint: Option<String>,
    /// What was entered. A password field never prints it.
    pub value: String,
    /// What is wrong, with the same words as in the summary.
    pub error: Option<String>,
    /// May stay empty; the label says so.
    pub optional: bool,
    /// `autocomplete` token (`username`, `current-password`, `one-time-code`).
    pub autocomplete: Option<&'static str>,
    /// Machine text: monospace, no spelling marks, no capitals.
    pub mono: bool,
    /// The label is for screen readers only, where a table's header says it already.
    pub quiet: bool,
    kind: Kind,
}

impl Field {
    fn new(name: impl Into<String>, label: impl Into<String>, kind: Kind) -> Self {
        let name = name.into();
        Self {
            id: name.clone(),
            name,
            label: label.into(),
            hint: None,
            value: String::new(),
            error: None,
            optional: false,
            autocomplete: None,
            mono: false,
            quiet: false,
            kind,
        }
    }

    /// One line of text.
    pub fn text(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Kind::Input("text"))
    }

    /// An email address.
    pub fn email(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Kind::Input("email"))
    }

    /// A web address: monospace, nothing corrected.
    pub fn address(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Kind::Input("url")).mono()
    }

    /// A password. Paste and password managers stay allowed (WCAG 3.3.8).
    pub fn password(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Kind::Input("password")).autocomplete("current-password")
    }

    /// A one-time code: digits, filled by the browser where it can.
    pub fn code(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Kind::Input("text"))
            .mono()
            .autocomplete("one-time-code")
    }

    /// Search text of a filter form.
    pub fn search(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Kind::Input("search")).optional()
    }

    /// A date.
    pub fn date(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Kind::Input("date"))
    }

    /// Several lines of text.
    pub fn area(name: impl Into<String>, label: impl Into<String>, rows: u8) -> Self {
        Self::new(name, label, Kind::Area { rows })
    }

    /// One of many, in a list that opens.
    pub fn select(name: impl Into<String>, label: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self::new(name, label, Kind::Select(choices))
    }

    /// One of a few, all visible.
    pub fn radios(name: impl Into<String>, label: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self::new(name, label, Kind::Radios(choices))
    }

    /// Any of a few.
    pub fn checkboxes(
        name: impl Into<String>,
        label: impl Into<String>,
        choices: Vec<Choice>,
    ) -> Self {
        Self::new(name, label, Kind::Checkboxes(choices))
    }

    /// One box; it sends `yes` when ticked.
    pub fn checkbox(name: impl Into<String>, label: impl Into<String>, ticked: bool) -> Self {
        let mut field = Self::new(name, label, Kind::Checkbox { ticked });
        "yes".clone_into(&mut field.value);
        field
    }

    /// Another id than the name, where one name stands on a page twice.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self
    }

    /// How to enter it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What was entered before; of a list or a group, it chooses the choice with this value.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        if let Kind::Select(choices) | Kind::Radios(choices) = &mut self.kind {
            for choice in choices {
                choice.chosen = choice.value == self.value;
            }
        }
        self
    }

    /// What is wrong, if anything.
    #[must_use]
    pub fn error(mut self, error: Option<String>) -> Self {
        self.error = error;
        self
    }

    /// May stay empty.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// `autocomplete` token (HTML 4.10.18.7).
    #[must_use]
    pub fn autocomplete(mut self, token: &'static str) -> Self {
        self.autocomplete = Some(token);
        self
    }

    /// Machine text.
    #[must_use]
    pub fn mono(mut self) -> Self {
        self.mono = true;
        self
    }

    /// The label is for screen readers only.
    #[must_use]
    pub fn quiet(mut self) -> Self {
        self.quiet = true;
        self
    }

    /// The `type` of the input, if the control is one.
    pub fn input_type(&self) -> Option<&'static str> {
        match &self.kind {
            Kind::Input(kind) => Some(kind),
            Kind::Area { .. }
            | Kind::Select(_)
            | Kind::Radios(_)
            | Kind::Checkboxes(_)
            | Kind::Checkbox { .. } => None,
        }
    }

    /// The value that the page prints: none for a password.
    pub fn shown_value(&self) -> &str {
        if self.input_type() == Some("password") {
            ""
        } else {
            &self.value
        }
    }

    /// The height in lines, if the control is a text area.
    pub fn rows(&self) -> Option<u8> {
        if let Kind::Area { rows } = self.kind {
            Some(rows)
        } else {
            None
        }
    }

    /// The choices, if the control is a list that opens.
    pub fn options(&self) -> Option<&[Choice]> {
        if let Kind::Select(choices) = &self.kind {
            Some(choices)
        } else {
            None
        }
    }

    /// Input type and choices, if the control is a group of radios or boxes.
    pub fn group(&self) -> Option<(&'static str, &[Choice])> {
        match &self.kind {
            Kind::Radios(choices) => Some(("radio", choices)),
            Kind::Checkboxes(choices) => Some(("checkbox", choices)),
            Kind::Input(_) | Kind::Area { .. } | Kind::Select(_) | Kind::Checkbox { .. } => None,
        }
    }

    /// Whether the box is ticked, if the control is one box.
    pub fn ticked(&self) -> Option<bool> {
        if let Kind::Checkbox { ticked } = self.kind {
            Some(ticked)
        } else {
            None
        }
    }

    /// The id of a group's choice: the first has the field's own, so that the summary's link lands on it.
    pub fn choice_id(&self, index: &usize) -> String {
        if *index == 0 {
            self.id.clone()
        } else {
            format!("{}-{}", self.id, index + 1)
        }
    }

    /// The ids of hint and error, for `aria-describedby`; none when there is neither.
    pub fn described_by(&self) -> Option<String> {
        let mut ids = Vec::new();
        if self.hint.is_some() {
            ids.push(format!("{}-hint", self.id));
        }
        if self.error.is_some() {
            ids.push(format!("{}-error", self.id));
        }
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

/// All that is wrong with a form, above it. Shown even for one error.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ErrorSummary {
    /// Field id and the words beside that field; an empty id is a problem of the whole form.
    pub items: Vec<(String, String)>,
}

impl ErrorSummary {
    /// The errors of `fields`, in their order.
    pub fn of<'a>(fields: impl IntoIterator<Item = &'a Field>) -> Self {
        let items = fields
            .into_iter()
            .filter_map(|field| Some((field.id.clone(), field.error.clone()?)))
            .collect();
        Self { items }
    }

    /// A problem of the whole form, such as a wrong user or password.
    pub fn whole(text: impl Into<String>) -> Self {
        Self {
            items: vec![(String::new(), text.into())],
        }
    }

    /// Nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::{Choice, ErrorSummary, Field};

    #[test]
    fn a_password_is_never_printed_back() {
        assert_eq!(
            Field::password("password", "Password")
                .value("hunter2")
                .shown_value(),
            ""
        );
    }

    #[test]
    fn a_value_chooses_its_choice() {
        let field = Field::radios(
            "d",
            "Decision",
            vec![Choice::new("a", "A").chosen(true), Choice::new("b", "B")],
        )
        .value("b");
        let (kind, choices) = field.group().unwrap();
        assert_eq!(kind, "radio");
        assert!(!choices[0].chosen && choices[1].chosen);
    }

    #[test]
    fn the_summary_links_to_the_control() {
        let fields = [
            Field::text("name", "Name"),
            Field::address("redirect", "Redirect address")
                .hint("Full")
                .error(Some("Enter an address".into())),
        ];
        assert_eq!(
            ErrorSummary::of(&fields).items,
            [("redirect".to_owned(), "Enter an address".to_owned())]
        );
        assert_eq!(
            fields[1].described_by().unwrap(),
            "redirect-hint redirect-error"
        );
        assert_eq!(fields[0].described_by(), None);
    }
}
