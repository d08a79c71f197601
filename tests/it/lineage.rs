//! S17: person, agent, client. What a client registers reaches no further than it does, stops with it and ends with it,
//! three deep at most; tried through the product and, past it, as the role that writes clients.

use narthex_approval::{
    approved::NotApprovable,
    create_initial_access_token::CreateInitialAccessTokenError,
    decide::{DecideError, Decided, Outcome},
    prose::Reason,
    request::RequestRef,
    suspend::{Stop, Suspend, SuspendError, suspend},
};
use narthex_tenancy::permission::Action;
use narthex_tests::{Browser, Plane};
use narthex_vocab::{ClientId, ClientState, Environment, Id, kind};

use crate::cases::initial_access::Wanted;
use crate::initial_access::{app, case, id_of, with};
use crate::scene::Scene;

const PRODUCTION: Environment = Environment::Production;

impl Scene {
    /// A token that `parent` registers with.
    async fn token_of(
        &self,
        parent: &ClientId,
        ceiling: &'static str,
    ) -> Result<String, CreateInitialAccessTokenError> {
        let wanted = Wanted {
            parent: Some(parent.clone()),
            ceiling,
            ..Wanted::TEN
        };
        let made = self.company.token(wanted).await?;
        Ok(made.secret.reveal().to_owned())
    }

    /// `parent` registers an app, and its case.
    pub(crate) async fn brought(
        &self,
        parent: &ClientId,
        ceiling: &'static str,
        name: &str,
    ) -> (ClientId, RequestRef) {
        let token = self.token_of(parent, ceiling).await.unwrap();
        let client = id_of(&with(self, PRODUCTION, &token, &app(name, "")).await);
        let (request, _, _, _, _) = case(self, &client).await;
        let at = RequestRef {
            environment: PRODUCTION,
            id: Id::from_uuid(request),
            version: 1,
        };
        (client, at)
    }

    /// `parent` registers an app that is approved.
    pub(crate) async fn child(
        &self,
        parent: &ClientId,
        ceiling: &'static str,
        name: &str,
    ) -> ClientId {
        let (client, at) = self.brought(parent, ceiling, name).await;
        let decided = self.company.decide(at, Outcome::Approve).await;
        assert!(matches!(decided, Ok(Decided::Activated(_))), "{decided:?}");
        client
    }

    async fn state_of(&self, client: &ClientId) -> ClientState {
        let administrator = self.company.place.administrator().await;
        let state = "select state from registry.client where client_id = $1";
        let row = administrator
            .query_one(state, &[&client.as_str()])
            .await
            .unwrap();
        row.get::<_, String>(0).parse().unwrap()
    }

    async fn stops(&self, client: &ClientId, what: Stop) -> Result<ClientState, SuspendError> {
        let command = Suspend {
            environment: PRODUCTION,
            client_id: client.clone(),
            what,
            reason: Reason::parse("It calls too often.").unwrap(),
        };
        self.company
            .reviewed(Action::SuspendAny, async |tx, acting| {
                suspend(tx, command, acting).await
            })
            .await
    }

    /// What the database says to statements of the role that writes clients, at commit at the latest.
    pub(crate) async fn refused(&self, statements: &str) -> String {
        let raw = self.company.place.raw("narthex_approval").await;
        let tenant = self.company.tenant.as_uuid();
        let all = format!("begin; set local app.tenant = '{tenant}'; {statements}; commit");
        let error = raw.batch_execute(&all).await.expect_err("it is refused");
        let error = error.as_db_error().expect("by the database");
        error.constraint().unwrap_or(error.message()).to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_a_line_is_three_deep_and_never_wider_below() {
    let scene = Scene::new().await;
    let agent = scene.app("Agent", "notes:read notes:write").await;
    let child = scene.child(&agent, "notes:read", "Child").await;
    let grandchild = scene.child(&child, "notes:read", "Grandchild").await;

    let administrator = scene.company.place.administrator().await;
    let line = "select client_id, parent_client_id, depth, (select string_agg(scope, ' ') from registry.entitlement as e
            where e.client_id = c.client_id), expires_at <= (select p.expires_at from registry.client as p where p.client_id = c.parent_client_id)
        from registry.client as c order by depth";
    let rows = administrator.query(line, &[]).await.unwrap();
    let depth = |n: usize| rows[n].get::<_, i16>(2);
    assert_eq!((depth(0), depth(1), depth(2)), (1, 2, 3));
    assert_eq!(rows[1].get::<_, &str>(1), agent.as_str());
    assert_eq!(rows[2].get::<_, &str>(1), child.as_str());
    assert_eq!(rows[2].get::<_, &str>(3), "notes:read");
    assert!(
        rows[1].get::<_, bool>(4) && rows[2].get::<_, bool>(4),
        "it ends with its parent"
    );

    let deeper = scene.token_of(&grandchild, "notes:read").await;
    assert!(
        matches!(deeper, Err(CreateInitialAccessTokenError::TooDeep)),
        "{deeper:?}"
    );
    let wider = scene.token_of(&child, "notes:read notes:write").await;
    assert!(
        matches!(wider, Err(CreateInitialAccessTokenError::BeyondParent(_))),
        "{wider:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_stopping_one_stops_all_below_it_and_nothing_else() {
    use ClientState::{Active, Revoked, Suspended};
    let scene = Scene::new().await;
    let agent = scene.app("Agent", "notes:read").await;
    let other = scene.app("Other", "notes:read").await;
    let child = scene.child(&agent, "notes:read", "Child").await;
    let grandchild = scene.child(&child, "notes:read", "Grandchild").await;
    let token = scene.token_of(&child, "notes:read").await.unwrap();

    scene.stops(&agent, Stop::Suspend).await.unwrap();
    for client in [&agent, &child, &grandchild] {
        assert_eq!(scene.state_of(client).await, Suspended);
    }
    assert_eq!(scene.state_of(&other).await, Active);
    let held = with(&scene, PRODUCTION, &token, &app("Late", "")).await;
    assert_eq!(
        held.status, 401,
        "the token of a stopped client is held: {}",
        held.body
    );

    // Resuming goes from the top, one by one.
    let early = scene.stops(&grandchild, Stop::Resume).await;
    assert!(
        matches!(early, Err(SuspendError::ParentStopped)),
        "{early:?}"
    );
    let past = format!(
        "update registry.client set state = 'active', held_by_staff = false where client_id = '{child}'"
    );
    assert_eq!(scene.refused(&past).await, "client_parent");
    assert_eq!(scene.stops(&agent, Stop::Resume).await.unwrap(), Active);
    assert_eq!(scene.state_of(&child).await, Suspended);
    assert_eq!(scene.stops(&child, Stop::Resume).await.unwrap(), Active);
    assert_eq!(
        scene.stops(&grandchild, Stop::Resume).await.unwrap(),
        Active
    );
    id_of(&with(&scene, PRODUCTION, &token, &app("Late", "")).await);

    // Whoever forgets what is below is refused.
    let forgets =
        format!("update registry.client set state = 'suspended' where client_id = '{agent}'");
    assert_eq!(scene.refused(&forgets).await, "client_children");

    scene.stops(&agent, Stop::Revoke).await.unwrap();
    for client in [&agent, &child, &grandchild] {
        assert_eq!(scene.state_of(client).await, Revoked);
    }
    assert_eq!(scene.state_of(&other).await, Active);
    let administrator = scene.company.place.administrator().await;
    let said = "select count(*) from ledger.entry where action = 'client.follow'";
    let row = administrator.query_one(said, &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), 4, "each is in the ledger");
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_a_parent_that_is_stopped_meanwhile_has_no_new_child() {
    for what in [Stop::Suspend, Stop::Revoke] {
        let scene = Scene::new().await;
        let agent = scene.app("Agent", "notes:read").await;
        let (client, at) = scene.brought(&agent, "notes:read", "Child").await;
        scene.stops(&agent, what).await.unwrap();
        let decided = scene.company.decide(at, Outcome::Approve).await;
        assert!(
            matches!(
                decided,
                Err(DecideError::NotApprovable(NotApprovable::AgainstPolicy))
            ),
            "{decided:?}"
        );
        let administrator = scene.company.place.administrator().await;
        let born = "select count(*) from registry.client where client_id = $1";
        let row = administrator
            .query_one(born, &[&client.as_str()])
            .await
            .unwrap();
        assert_eq!(row.get::<_, i64>(0), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_the_role_that_writes_clients_cannot_widen_a_child() {
    let scene = Scene::new().await;
    let agent = scene.app("Agent", "notes:read notes:write").await;
    let child = scene.child(&agent, "notes:read notes:write", "Child").await;
    let copy = |scope: &str, ends: &str| {
        format!(
            "insert into registry.entitlement (tenant_id, environment, client_id, scope, approval_id, expires_at)
                select tenant_id, environment, client_id, '{scope}', approval_id, {ends}
                from registry.client where client_id = '{child}'"
        )
    };
    assert_eq!(
        scene.refused(&copy("notes:delete", "now()")).await,
        "entitlement_parent"
    );
    let other_schema = format!(
        "delete from registry.entitled_tool where client_id = '{child}';
         insert into registry.entitled_tool (tenant_id, environment, client_id, resource_id, tool, scope, approval_id, schema_hash)
            select t.tenant_id, t.environment, c.client_id, t.resource_id, t.tool, t.scope, c.approval_id, sha256('other')
            from registry.entitled_tool as t cross join registry.client as c
            where t.client_id = '{agent}' and c.client_id = '{child}'"
    );
    assert_eq!(scene.refused(&other_schema).await, "entitlement_parent");
    let less_above = format!(
        "delete from registry.entitled_tool where client_id = '{agent}' and scope = 'notes:write';
         delete from registry.entitlement where client_id = '{agent}' and scope = 'notes:write'"
    );
    assert_eq!(scene.refused(&less_above).await, "entitlement_children");
    let ends_above = format!(
        "update registry.client set expires_at = now() + interval '1 day' where client_id = '{agent}'"
    );
    assert_eq!(scene.refused(&ends_above).await, "client_children");
    let adopted =
        format!("update registry.client set parent_client_id = null where client_id = '{child}'");
    assert!(scene.refused(&adopted).await.contains("permission denied"));
    let widened = "insert into intake.initial_access_scope (tenant_id, environment, initial_access_id, scope)
        select tenant_id, environment, initial_access_id, 'notes:delete' from intake.initial_access_token";
    assert_eq!(scene.refused(widened).await, "ceiling_complete");
    let filled = "update intake.initial_access_token set uses_left = 1000";
    assert!(scene.refused(filled).await.contains("permission denied"));
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_a_sponsor_who_left_is_no_sponsor() {
    let scene = Scene::new().await;
    let agent = scene.app("Agent", "notes:read").await;
    let (child, at) = scene.brought(&agent, "notes:read", "Child").await;
    let administrator = scene.company.place.administrator().await;
    let left = "update tenant.member set state = 'left' where name = 'Olga'";
    administrator.batch_execute(left).await.unwrap();
    let decided = scene.company.decide(at, Outcome::Approve).await;
    assert!(
        matches!(
            decided,
            Err(DecideError::NotApprovable(NotApprovable::NoSponsor))
        ),
        "{decided:?}"
    );
    let out =
        format!("update intake.quarantine set state = 'activated' where client_id = '{child}'");
    assert_eq!(scene.refused(&out).await, "sponsor_lets_out");
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_people_see_the_line_and_make_tokens_on_pages() {
    let scene = Scene::new().await;
    let agent = scene.app("Agent", "notes:read").await;
    let mut owner = scene.in_portal(&scene.company.owner).await;
    let tokens = scene
        .system
        .at(Plane::Portal, "/t/acme/production/initial-access-tokens");
    let page = owner.get(&tokens).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let csrf = page.field("csrf");
    let form = |change: &[(&'static str, String)]| {
        let usual = [
            ("csrf", csrf.clone()),
            ("after", String::new()),
            ("label", "Agent's own".to_owned()),
            ("scope", "notes:read".to_owned()),
            ("parent", agent.to_string()),
            ("uses", "3".to_owned()),
            ("days", "7".to_owned()),
        ];
        let value = |(name, usual): (&'static str, String)| {
            let other = change.iter().find(|(changed, _)| *changed == name);
            (name, other.map_or(usual, |(_, value)| value.clone()))
        };
        usual.map(value)
    };
    let send = async |owner: &mut Browser, change: &[(&'static str, String)]| {
        let form = form(change);
        let form: Vec<_> = form
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        owner.post(&tokens, &form).await
    };
    for (field, wrong) in [
        ("uses", "0"),
        ("days", "400"),
        ("label", ""),
        ("scope", "files:read"),
    ] {
        let again = send(&mut owner, &[(field, wrong.to_owned())]).await;
        assert_eq!(again.status, 422, "{field}: {}", again.body);
    }
    let beyond = send(&mut owner, &[("scope", "notes:delete".to_owned())]).await;
    assert_eq!(beyond.status, 422);
    assert!(
        beyond.body.contains("has not notes:delete"),
        "{}",
        beyond.body
    );

    let shown = send(&mut owner, &[]).await;
    assert_eq!(shown.status, 200, "{}", shown.body);
    let (_, rest) = shown.body.split_once("nia_").expect("the token is shown");
    let token = format!("nia_{}", rest.split(['<', '"', '\n']).next().unwrap());
    let reloaded = send(&mut owner, &[]).await;
    assert!(reloaded.body.contains("already shown") && !reloaded.body.contains("nia_"));
    let list = owner.get(&tokens).await;
    assert!(list.body.contains("Agent&#39;s own") && !list.body.contains(&token));

    let child = id_of(&with(&scene, PRODUCTION, &token, &app("Child", "")).await);
    let (request, _, _, _, _) = case(&scene, &child).await;
    let at = RequestRef {
        environment: PRODUCTION,
        id: Id::from_uuid(request),
        version: 1,
    };
    scene.company.decide(at, Outcome::Approve).await.unwrap();
    let administrator = scene.company.place.administrator().await;
    let of = "select integration_id::text from registry.client where client_id = $1";
    let row = administrator
        .query_one(of, &[&child.as_str()])
        .await
        .unwrap();
    let integration: Id<kind::Integration> =
        Id::from_uuid(row.get::<_, String>(0).parse().unwrap());
    let path = format!("/t/acme/integrations/{integration}");
    let page = owner.get(&scene.system.at(Plane::Portal, &path)).await;
    assert!(
        page.body.contains("Registered by") && page.body.contains(agent.as_str()),
        "{}",
        page.body
    );
    let mut staff = scene.in_dashboard(&scene.company.reviewer).await;
    let path = format!("/clients/acme/production/{agent}");
    let page = staff.get(&scene.system.at(Plane::Staff, &path)).await;
    assert!(
        page.body.contains("Has registered") && page.body.contains(child.as_str()),
        "{}",
        page.body
    );

    let revoke = list
        .body
        .split("href=\"")
        .find(|rest| rest.contains("/revoke\""))
        .unwrap();
    let revoke = scene
        .system
        .at(Plane::Portal, revoke.split('"').next().unwrap());
    let page = owner.get(&revoke).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let form = [("csrf", page.field("csrf"))];
    let form: Vec<_> = form
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    assert!(
        owner
            .post(&revoke, &form)
            .await
            .location()
            .contains("done=")
    );
    let late = with(&scene, PRODUCTION, &token, &app("Late", "")).await;
    assert_eq!(late.status, 401, "{}", late.body);
}
