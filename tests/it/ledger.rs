//! The chain of the ledger, verified by somebody who has nothing but the rows: SHA-256 over the previous hash and the
//! fields as netstrings.

use narthex_tenancy::{
    Database, StoreError, ambient,
    ledger::{Act, Actor, record},
};
use narthex_tests::Place;
use narthex_vocab::{Environment, Id, PLATFORM_TENANT, kind};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tokio_postgres::Client;

const OTHER_TENANT: &str = "00000000-0000-7000-8000-00000000000f";

/// The fields of an entry in the order in which they are hashed, then its links.
const ENTRIES: &str = "
    select tenant_id::text, seq::text, to_char(at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'),
        actor_kind, actor, action, object, environment, reason, detail::text, request_id, previous_hash, hash
    from ledger.entry as e where tenant_id::text = $1 order by e.seq";

/// The chain, or the number of the first entry that does not fit.
async fn verify(client: &Client, tenant: &str) -> Result<usize, i64> {
    let rows = client.query(ENTRIES, &[&tenant]).await.unwrap();
    let mut previous = vec![0_u8; 32];
    for (expected, row) in (1_i64..).zip(&rows) {
        let mut hash = Sha256::new();
        hash.update(&previous);
        for column in 0..11 {
            match row.get::<_, Option<&str>>(column) {
                None => hash.update("-,"),
                Some(field) => hash.update(format!("{}:{field},", field.len())),
            }
        }
        let hash = hash.finalize().to_vec();
        let fits = row.get::<_, &str>(1) == expected.to_string()
            && row.get::<_, Vec<u8>>(11) == previous
            && row.get::<_, Vec<u8>>(12) == hash;
        if !fits {
            return Err(expected);
        }
        previous = hash;
    }
    Ok(rows.len())
}

async fn write(database: &Database, tenant: Id<kind::Tenant>, number: usize) {
    let now = ambient::now();
    let work = async |tx: &mut narthex_tenancy::TenantTx| -> Result<(), StoreError> {
        let act = Act {
            actor: Actor::System("test"),
            action: "ledger.test",
            object: format!("number {number}"),
            environment: number.is_multiple_of(2).then_some(Environment::Production),
            reason: ["", "plain", "zwölf Ω, 3:abc,", "line\nbreak"][number % 4],
            detail: json!({ "b": number, "a": ["ü", null] }),
            request_id: "req",
        };
        record(tx, act, now).await
    };
    database.tenant(tenant, work).await.unwrap();
}

async fn other_tenant(place: &Place) -> Id<kind::Tenant> {
    let sql = format!(
        "insert into tenant.tenant (tenant_id, slug, name, created_at) values ('{OTHER_TENANT}', 'other', 'Other', now())"
    );
    place
        .administrator()
        .await
        .batch_execute(&sql)
        .await
        .unwrap();
    Id::from_uuid(OTHER_TENANT.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_at_the_same_time_make_one_chain_a_tenant() {
    let place = Place::new().await;
    let other = other_tenant(&place).await;
    let database = Database::new(&place.url("narthex_approval"), 8).unwrap();
    let tasks: Vec<_> = (0..60)
        .map(|number| {
            let database = database.clone();
            let tenant = if number % 3 == 0 {
                other
            } else {
                PLATFORM_TENANT
            };
            tokio::spawn(async move { write(&database, tenant, number).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let reader = place.administrator().await;
    let platform = PLATFORM_TENANT.as_uuid().to_string();
    assert_eq!(verify(&reader, &platform).await, Ok(40));
    assert_eq!(verify(&reader, OTHER_TENANT).await, Ok(20));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_rolled_back_leaves_no_gap() {
    let place = Place::new().await;
    let database = place.approval();
    write(&database, PLATFORM_TENANT, 1).await;
    let undone = database
        .tenant(PLATFORM_TENANT, async |tx| -> Result<(), StoreError> {
            let act = Act {
                actor: Actor::Rule("rule"),
                action: "ledger.test",
                object: "undone".into(),
                environment: None,
                reason: "",
                detail: json!({}),
                request_id: "req",
            };
            record(tx, act, ambient::now()).await?;
            Err(StoreError::NotFound)
        })
        .await;
    assert!(undone.is_err());
    write(&database, PLATFORM_TENANT, 2).await;
    let reader = place.administrator().await;
    let platform = PLATFORM_TENANT.as_uuid().to_string();
    assert_eq!(verify(&reader, &platform).await, Ok(2));
}

/// What even a superuser can do to the rows, whoever has an earlier export or the chain itself sees.
#[tokio::test(flavor = "multi_thread")]
async fn tampering_is_seen() {
    let place = Place::new().await;
    let database = place.approval();
    for number in 0..5 {
        write(&database, PLATFORM_TENANT, number).await;
    }
    let superuser = place.administrator().await;
    let platform = PLATFORM_TENANT.as_uuid().to_string();
    for (tampering, first) in [
        ("update ledger.entry set reason = 'other' where seq = 3", 3),
        (
            "update ledger.entry set environment = 'sandbox' where seq = 2",
            2,
        ),
        (
            "update ledger.entry set at = at + interval '1 second' where seq = 4",
            4,
        ),
        (
            "update ledger.entry set detail = '{\"b\":9}' where seq = 1",
            1,
        ),
        ("delete from ledger.entry where seq = 2", 2),
        (
            "update ledger.entry set actor = actor || '1', action = substr(action, 2) where seq = 3",
            3,
        ),
    ] {
        superuser
            .batch_execute(&format!("begin; {tampering}"))
            .await
            .unwrap();
        assert_eq!(
            verify(&superuser, &platform).await,
            Err(first),
            "{tampering}"
        );
        superuser.batch_execute("rollback").await.unwrap();
    }
    assert_eq!(verify(&superuser, &platform).await, Ok(5));
}
