//! One pool per database role, and the transaction that is the tenant: begun here and nowhere else.
//! It holds no query of any table.

use deadpool::managed::{Object, Timeouts};
use diesel::sql_types;
use diesel_async::{
    AnsiTransactionManager, AsyncPgConnection, RunQueryDsl, TransactionManager,
    pooled_connection::{
        AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod, deadpool::Pool,
    },
};
use narthex_vocab::{Id, PLATFORM_TENANT, TenantSlug, kind};
use std::time::Duration;

use crate::StoreError;

type Manager = AsyncDieselConnectionManager<AsyncPgConnection>;

/// The connections of one database role. Cloning shares the pool.
#[derive(Clone)]
pub struct Database {
    pool: Pool<AsyncPgConnection>,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Database({:?})", self.pool.status())
    }
}

#[diesel::declare_sql_function]
extern "SQL" {
    /// From an exact slug to its active tenant; null for any other.
    #[sql_name = "tenant.resolve"]
    fn resolve_slug(wanted: sql_types::Text) -> sql_types::Nullable<sql_types::Uuid>;

    /// The same, frozen or not.
    #[sql_name = "tenant.find"]
    fn find_slug(wanted: sql_types::Text) -> sql_types::Nullable<sql_types::Uuid>;
}

impl Database {
    /// Prepares a pool of at most `size` connections to `url` (which names the role). Nothing is opened yet.
    pub fn new(url: &str, size: usize) -> Result<Self, StoreError> {
        let mut config = ManagerConfig::default();
        config.recycling_method = RecyclingMethod::Fast;
        let manager = Manager::new_with_config(url, config);
        let wait = Some(Duration::from_secs(2));
        let pool = Pool::builder(manager)
            .max_size(size)
            .timeouts(Timeouts {
                wait,
                create: wait,
                recycle: wait,
            })
            .runtime(deadpool::Runtime::Tokio1)
            .build()
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(Self { pool })
    }

    /// Runs `work` inside one transaction of `tenant`: row-level security shows its rows and no others.
    ///
    /// Commits when `work` returns `Ok`; rolls back when it returns `Err`; when the future is dropped halfway the
    /// connection is thrown away, and Postgres with it rolls back. A refusal that must be remembered is an `Ok`.
    pub async fn tenant<T, E, F>(&self, tenant: Id<kind::Tenant>, work: F) -> Result<T, E>
    where
        F: AsyncFnOnce(&mut TenantTx) -> Result<T, E>,
        E: From<StoreError>,
    {
        let mut tx = TenantTx::begin(&self.pool, tenant).await?;
        match work(&mut tx).await {
            Ok(value) => {
                tx.commit().await?;
                Ok(value)
            }
            Err(error) => {
                tx.roll_back().await;
                Err(error)
            }
        }
    }

    /// The active tenant that owns exactly this slug; `None` for every other name.
    pub async fn resolve(&self, slug: &TenantSlug) -> Result<Option<Id<kind::Tenant>>, StoreError> {
        let mut connection = self.connection().await?;
        let found: Option<uuid::Uuid> = diesel::select(resolve_slug(slug.as_str()))
            .get_result(&mut *connection)
            .await?;
        Ok(found.map(Id::from_uuid))
    }

    /// The tenant that owns exactly this slug, frozen or not: for its people. Other planes may not ask.
    pub async fn find(&self, slug: &TenantSlug) -> Result<Option<Id<kind::Tenant>>, StoreError> {
        let mut connection = self.connection().await?;
        let found: Option<uuid::Uuid> = diesel::select(find_slug(slug.as_str()))
            .get_result(&mut *connection)
            .await?;
        Ok(found.map(Id::from_uuid))
    }

    /// Runs one statement in a transaction of its own: a function of the database that names the tenant it is for before it
    /// looks at anything. Any other statement on a table fails, since no tenant is named.
    pub async fn one_trip<T, F>(&self, statement: F) -> Result<T, StoreError>
    where
        F: AsyncFnOnce(&mut AsyncPgConnection) -> Result<T, StoreError>,
    {
        let mut connection = self.connection().await?;
        statement(&mut connection).await
    }

    /// Whether the database answers: for readiness.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let mut connection = self.connection().await?;
        diesel::select(diesel::dsl::sql::<diesel::sql_types::Integer>("1"))
            .get_result::<i32>(&mut *connection)
            .await?;
        Ok(())
    }

    async fn connection(&self) -> Result<Object<Manager>, StoreError> {
        self.pool
            .get()
            .await
            .map_err(|error| StoreError::Unavailable(error.to_string()))
    }

    /// Runs `work` as staff reading across tenants. Use it only on the pool of `narthex_staff`; the caller records
    /// the reading in the platform's ledger inside `work`.
    pub async fn platform<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: AsyncFnOnce(&mut TenantTx) -> Result<T, E>,
        E: From<StoreError>,
    {
        self.tenant(PLATFORM_TENANT, work).await
    }
}

/// A transaction of one tenant. Every store function takes it; only [`Database::tenant`] makes one.
pub struct TenantTx {
    connection: Option<Object<Manager>>,
    tenant: Id<kind::Tenant>,
}

impl TenantTx {
    async fn begin(
        pool: &Pool<AsyncPgConnection>,
        tenant: Id<kind::Tenant>,
    ) -> Result<Self, StoreError> {
        let connection = pool
            .get()
            .await
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let mut tx = Self {
            connection: Some(connection),
            tenant,
        };
        // The id is a parsed UUID: nothing a caller wrote reaches this text.
        let begin = format!("BEGIN; SET LOCAL app.tenant = '{}'", tenant.as_uuid());
        AnsiTransactionManager::begin_transaction_sql(tx.connection()?, &begin).await?;
        Ok(tx)
    }

    /// The tenant whose transaction this is.
    #[must_use]
    pub fn tenant(&self) -> Id<kind::Tenant> {
        self.tenant
    }

    /// The tenant as the column value that every row carries.
    #[must_use]
    pub fn tenant_uuid(&self) -> uuid::Uuid {
        self.tenant.as_uuid()
    }

    /// The connection, for the store functions. No raw transaction may be begun on it.
    pub fn connection(&mut self) -> Result<&mut AsyncPgConnection, StoreError> {
        self.connection
            .as_deref_mut()
            .ok_or_else(|| StoreError::Unavailable("the transaction is over".into()))
    }

    async fn commit(mut self) -> Result<(), StoreError> {
        <AnsiTransactionManager as TransactionManager<AsyncPgConnection>>::commit_transaction(
            self.connection()?,
        )
        .await?;
        // Only a connection whose transaction is over goes back to the pool.
        drop(self.connection.take());
        Ok(())
    }

    async fn roll_back(mut self) {
        let Ok(connection) = self.connection() else {
            return;
        };
        let over =
            <AnsiTransactionManager as TransactionManager<AsyncPgConnection>>::rollback_transaction(
                connection,
            );
        if over.await.is_ok() {
            drop(self.connection.take());
        }
    }
}

impl Drop for TenantTx {
    /// A transaction that nobody ended takes its connection out of the pool, so that no tenant setting survives it.
    fn drop(&mut self) {
        if let Some(object) = self.connection.take() {
            drop(Object::take(object));
        }
    }
}
