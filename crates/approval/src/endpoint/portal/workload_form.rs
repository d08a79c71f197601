//! Which workload a client is, as somebody types it: who vouches for it, of whom, with which claims. What it means is
//! judged with the rest of the client's metadata; it never says that the issuer is trusted.

use narthex_http::form::FormError;
use narthex_http::page::Field;
use narthex_vocab::{IssuerName, SubjectPattern, WorkloadIdentity};
use serde_json::{Map, Value, json};

use super::posted::Posted;
use super::problems::Problems;

/// The answers, as sent.
#[derive(Debug, Clone, Default)]
pub(super) struct WorkloadAnswers {
    pub(super) issuer: String,
    pub(super) subject: String,
    pub(super) claims: String,
    pub(super) reusable: bool,
}

impl WorkloadAnswers {
    pub(super) fn read(posted: &Posted) -> Result<Self, FormError> {
        Ok(Self {
            issuer: posted.text("workload_issuer")?,
            subject: posted.text("workload_subject")?,
            claims: posted.text("workload_claims")?,
            reusable: posted.text("workload_reusable")? == "yes",
        })
    }

    /// What somebody would have typed.
    pub(super) fn of(workload: &WorkloadIdentity) -> Self {
        let claims = workload.claims().iter();
        let claims: Vec<_> = claims
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        Self {
            issuer: workload.issuer().to_string(),
            subject: workload.subject().as_str().to_owned(),
            claims: claims.join("\n"),
            reusable: workload.is_reusable(),
        }
    }

    /// Whether anything was said.
    pub(super) fn is_empty(&self) -> bool {
        let texts = [&self.issuer, &self.subject, &self.claims];
        !self.reusable && texts.iter().all(|text| text.trim().is_empty())
    }

    /// The workload, or what to mend.
    pub(super) fn parse(&self, problems: &mut Problems) -> Option<WorkloadIdentity> {
        let issuer = IssuerName::parse(self.issuer.trim());
        let issuer = problems.keep("workload_issuer", issuer, |error| {
            format!("Enter who vouches for it, an https address or a trust domain: {error}")
        });
        let subject = SubjectPattern::parse(self.subject.trim());
        let subject = problems.keep("workload_subject", subject, |error| {
            format!("Enter the workload: {error}")
        });
        let claims = problems.keep("workload_claims", self.read_claims(), |words| words);
        let (issuer, subject, claims) = (issuer?, subject?, claims?);
        let whole = json!({ "issuer": issuer, "subject": subject.as_str(), "claims": claims,
            "reusable": self.reusable });
        problems.keep(
            "workload_subject",
            WorkloadIdentity::parse(&whole),
            |error| format!("These answers do not fit together: {error}"),
        )
    }

    /// One claim a line.
    fn read_claims(&self) -> Result<Map<String, Value>, String> {
        let lines = self.claims.lines().enumerate();
        let lines = lines.filter(|(_, line)| !line.trim().is_empty());
        let claim = |(number, line): (usize, &str)| {
            let (name, value) = line.split_once('=').ok_or_else(|| {
                format!(
                    "Line {}: enter the claim, an equals sign and its value",
                    number + 1
                )
            })?;
            Ok((name.trim().to_owned(), json!(value.trim())))
        };
        lines.map(claim).collect()
    }

    pub(super) fn fields(&self) -> [Field; 4] {
        [
            Field::text("workload_issuer", "Who vouches for the workload")
                .optional()
                .hint("For a workload only: the issuer as its tokens name it, such as https://token.actions.githubusercontent.com, or a trust domain, such as spiffe://prod.example.com. An owner has to trust it in the settings.")
                .mono()
                .value(self.issuer.as_str()),
            Field::text("workload_subject", "Which workload")
                .optional()
                .hint("The subject of its tokens, such as repo:acme/notes:environment:production or system:serviceaccount:shop:orders. It may end in :* or /*.")
                .mono()
                .value(self.subject.as_str()),
            Field::area("workload_claims", "What else its tokens have to say", 3)
                .optional()
                .hint("One claim a line, such as repository_owner_id=1234.")
                .mono()
                .value(self.claims.as_str()),
            Field::checkbox(
                "workload_reusable",
                "A token may be shown again while it lasts, as Kubernetes leaves it in a file",
                self.reusable,
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use rstest::rstest;

    use super::*;

    fn problems(issuer: &str, subject: &str, claims: &str) -> Vec<String> {
        let answers = WorkloadAnswers {
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
            claims: claims.to_owned(),
            reusable: false,
        };
        let mut problems = Problems::default();
        let parsed = answers.parse(&mut problems);
        assert_eq!(parsed.is_some(), problems.is_empty());
        let items = problems.summary().items;
        items.into_iter().map(|(id, _)| id).collect()
    }

    #[test]
    fn what_was_typed_is_typed_again() {
        let typed = WorkloadAnswers {
            issuer: "https://ci.example".to_owned(),
            subject: "repo:acme/notes:*".to_owned(),
            claims: "a=b\nc=d=e".to_owned(),
            reusable: true,
        };
        let parsed = typed.parse(&mut Problems::default());
        let again = WorkloadAnswers::of(&parsed.unwrap());
        assert_eq!((again.claims, again.reusable), (typed.claims, true));
    }

    #[rstest]
    #[case("https://ci.example", "repo:acme/notes:*", " a = b \n\nc=d=e", &[])]
    #[case("spiffe://prod.example", "spiffe://prod.example/orders", "", &[])]
    #[case("", "", "", &["workload_issuer", "workload_subject"])]
    #[case("http://ci.example", "x", "", &["workload_issuer"])]
    #[case("https://ci.example", "repo:*", "", &["workload_subject"])]
    #[case("https://ci.example", "x", "a", &["workload_claims"])]
    #[case("https://ci.example", "x", "aud=b", &["workload_subject"])]
    #[case("spiffe://prod.example", "spiffe://other.example/x", "", &["workload_subject"])]
    fn each_problem_has_its_field(
        #[case] issuer: &str,
        #[case] subject: &str,
        #[case] claims: &str,
        #[case] ids: &[&str],
    ) {
        assert_eq!(problems(issuer, subject, claims), ids);
    }
}
