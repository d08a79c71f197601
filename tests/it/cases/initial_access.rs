//! An owner makes initial access tokens, and takes them back.

use narthex_approval::{
    create_initial_access_token::{
        Allowance, CreateInitialAccessToken, CreateInitialAccessTokenError,
        CreatedInitialAccessToken, create_initial_access_token,
    },
    revoke_initial_access_token::{
        RevokeInitialAccessToken, RevokeInitialAccessTokenError, revoke_initial_access_token,
    },
};
use narthex_tenancy::permission::{Action, Role};
use narthex_vocab::{ClientId, Environment, Id, InitialAccess, Label, ScopeSet};

use super::company::{Company, KEY};

const PRODUCTION: Environment = Environment::Production;

/// What an owner may want of a token.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) environment: Environment,
    pub(crate) ceiling: &'static str,
    pub(crate) parent: Option<ClientId>,
    pub(crate) uses: i32,
}

impl Wanted {
    /// Ten uses in production, to read and write.
    pub(crate) const TEN: Self = Self {
        environment: PRODUCTION,
        ceiling: "notes:read notes:write",
        parent: None,
        uses: 10,
    };
}

impl Company {
    /// The owner makes a token.
    pub(crate) async fn token(
        &self,
        wanted: Wanted,
    ) -> Result<CreatedInitialAccessToken, CreateInitialAccessTokenError> {
        let command = CreateInitialAccessToken {
            environment: wanted.environment,
            label: Label::parse("Build pipeline").unwrap(),
            ceiling: ScopeSet::parse(wanted.ceiling).unwrap(),
            parent: wanted.parent,
            allowance: Allowance::new(wanted.uses, 7).unwrap(),
            hash_key: &KEY,
        };
        self.owned(Action::EditIntegration, async |tx, acting| {
            create_initial_access_token(tx, command, acting).await
        })
        .await
    }

    /// A token of an environment, of any kind.
    pub(crate) async fn initial_access(
        &self,
        environment: Environment,
    ) -> CreatedInitialAccessToken {
        let wanted = Wanted {
            environment,
            ..Wanted::TEN
        };
        self.token(wanted).await.unwrap()
    }

    /// The owner revokes one.
    pub(crate) async fn revoke_token(
        &self,
        token: Id<InitialAccess>,
    ) -> Result<(), RevokeInitialAccessTokenError> {
        let command = RevokeInitialAccessToken {
            environment: PRODUCTION,
            token,
        };
        self.owned(Action::EditIntegration, async |tx, acting| {
            revoke_initial_access_token(tx, command, acting).await
        })
        .await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_a_token_is_a_hash_with_a_ceiling_and_a_sponsor() {
    let company = Company::new().await;
    let made = company.token(Wanted::TEN).await.unwrap();
    assert!(made.secret.reveal().starts_with("nia_"));
    let administrator = company.place.administrator().await;
    let kept = "select t.label, t.sponsor_id::text, t.uses_left, length(t.token_hash),
            (select string_agg(scope, ' ' order by scope) from intake.initial_access_scope)
        from intake.initial_access_token as t";
    let row = administrator.query_one(kept, &[]).await.unwrap();
    assert_eq!(row.get::<_, &str>(0), "Build pipeline");
    assert_eq!(
        row.get::<_, &str>(1),
        company.owner.member.as_uuid().to_string()
    );
    assert_eq!((row.get::<_, i32>(2), row.get::<_, i32>(3)), (10, 32));
    assert_eq!(row.get::<_, &str>(4), "notes:read notes:write");
    let dump = narthex_tests::Rows::dump(&company.place).await;
    assert!(!dump.contains(made.secret.reveal()), "a secret is stored");

    company.revoke_token(made.id).await.unwrap();
    let again = company.revoke_token(made.id).await;
    assert!(matches!(again, Err(RevokeInitialAccessTokenError::NotLive)));
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_a_ceiling_is_of_this_environment() {
    let company = Company::new().await;
    for ceiling in ["", "notes:read files:read", "files:read"] {
        let wanted = Wanted {
            ceiling,
            ..Wanted::TEN
        };
        let refused = company.token(wanted).await.map(drop);
        assert!(
            matches!(refused, Err(CreateInitialAccessTokenError::UnknownScope(_))),
            "{ceiling}: {refused:?}"
        );
    }
    let nobody = Wanted {
        parent: Some(ClientId::parse("np_aaaaaaaaaaaaaaaaaaaaaaaaaa").unwrap()),
        ..Wanted::TEN
    };
    let refused = company.token(nobody).await.map(drop);
    assert!(matches!(
        refused,
        Err(CreateInitialAccessTokenError::ParentStopped)
    ));
}

#[test]
fn s17_only_who_edits_integrations_makes_tokens() {
    let may: Vec<_> = Role::ALL
        .into_iter()
        .filter(|role| role.may(Action::EditIntegration))
        .collect();
    assert_eq!(may, [Role::Owner, Role::Manager]);
}
