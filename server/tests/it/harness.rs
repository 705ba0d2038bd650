//! What every test starts from: a fresh database on each engine, and the app around it.
//!
//! PostgreSQL tests need `YM_TEST_POSTGRES_URL`, an address whose user may create databases;
//! `./test` starts a server and sets it. Without it they say that they are skipped.

use domain::{
    availability::{DAY_MIN, Interval, ScheduleDraft, WeeklyHours},
    ids::{SessionId, UserId},
    text::Title,
    time::{Millis, Timestamp},
    window::WindowRules,
};
use futures::FutureExt;
use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};
use secrecy::{ExposeSecret, SecretString};
use server::store::ScopedFutureExt;
use server::{
    AppState,
    accounts::{self, Client, CurrentLogin, SignUp},
    clock::MockClock,
    config::{
        AppUrl, Config, Legal, Limits, LogFormat, MailConfig, MediaConfig, Proxies, Retention,
    },
    job_list, jobs,
    mail::FakeMail,
    media::Fake,
    mentors::{self, MentorForm},
    sessions,
    store::{Db, Engine, StoreError, sessions::NewSession},
    webhooks::{self, Inbox},
};
use std::{
    env,
    hash::{DefaultHasher, Hash, Hasher},
    io::Write,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    panic::{AssertUnwindSafe, resume_unwind},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};
use tokio::sync::{OnceCell, watch};
use uuid::Uuid;

/// Tuesday, 2026-12-01, 10:00 UTC: where a test's clock stands at first.
pub const NOW: Timestamp = Timestamp(1_796_119_200_000);

/// Everybody's password.
pub const PASSWORD: &str = "a long test password";

/// Where everybody's browser is.
pub static HERE: Client = Client {
    address: IpAddr::V4(Ipv4Addr::LOCALHOST),
    user_agent: String::new(),
};

/// LiveKit's key in tests.
pub const LIVEKIT_KEY: &str = "test-key";

/// LiveKit's secret in tests.
pub const LIVEKIT_SECRET: &str = "0123456789abcdef-not-a-secret-0123456789";

/// Connections of a test to PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 8;

/// `#[apply(on_both_engines!)]` turns an `async fn` into two tests, `<name>::sqlite` and
/// `<name>::postgres`. The argument's type says what the test starts from: [`EmptyDb`], [`TestDb`]
/// or [`TestApp`].
macro_rules! on_both_engines {
    (async fn $name:ident($arg:ident: $fixture:ty $(,)?) $body:block) => {
        async fn $name($arg: $fixture) $body

        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                crate::harness::run(server::store::Engine::Sqlite, super::$name).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                crate::harness::run(server::store::Engine::Postgres, super::$name).await;
            }
        }
    };
}
pub(crate) use on_both_engines;

/// `#[apply(on_sqlite!)]`, for what no engine changes: one test, which starts from its argument too.
macro_rules! on_sqlite {
    (async fn $name:ident($($arg:tt)*) $body:block) => {
        #[tokio::test]
        async fn $name() {
            async fn test($($arg)*) $body

            crate::harness::run(server::store::Engine::Sqlite, test).await;
        }
    };
}
pub(crate) use on_sqlite;

/// Runs `body` on a database of its own and removes it afterwards, also when `body` panics.
pub async fn run<F: Fixture, Fut: Future<Output = ()>>(
    engine: Engine,
    body: impl FnOnce(F) -> Fut,
) {
    let Some(database) = Database::create(engine, F::MIGRATED).await else {
        return;
    };
    let test = async { body(F::build(&database.url).await).await };
    let result = AssertUnwindSafe(test).catch_unwind().await;
    database.remove().await;
    if let Err(panic) = result {
        resume_unwind(panic);
    }
}

/// Names the migrated database of this program that PostgreSQL copies for each test; the next run makes it anew.
static TEMPLATE: OnceCell<String> = OnceCell::const_new();

/// A database of one test.
struct Database {
    url: String,
    place: Place,
}

enum Place {
    Folder(PathBuf),
    Server { admin: String, name: String },
}

impl Database {
    async fn create(engine: Engine, migrated: bool) -> Option<Self> {
        let name = format!("ym_test_{}", Uuid::new_v4().simple());
        match engine {
            Engine::Sqlite => {
                let folder = env::temp_dir().join(&name);
                std::fs::create_dir(&folder).expect("a folder for the database");
                let url = format!("sqlite://{}", folder.join("test.sqlite").display());
                if migrated {
                    migration::migrate(&url).await.expect("migrations apply");
                }
                Some(Self {
                    url,
                    place: Place::Folder(folder),
                })
            }
            Engine::Postgres => {
                let admin = postgres_url()?;
                let from = match migrated {
                    true => TEMPLATE.get_or_init(|| template(&admin)).await,
                    false => "template1",
                };
                administer(
                    &admin,
                    &[&format!("CREATE DATABASE {name} TEMPLATE {from}")],
                )
                .await;
                Some(Self {
                    url: beside(&admin, &name),
                    place: Place::Server { admin, name },
                })
            }
        }
    }

    async fn remove(self) {
        match self.place {
            Place::Folder(folder) => {
                std::fs::remove_dir_all(folder).expect("the database's folder goes")
            }
            Place::Server { admin, name } => {
                administer(&admin, &[&format!("DROP DATABASE {name} WITH (FORCE)")]).await
            }
        }
    }
}

/// Makes the template; its name.
async fn template(admin: &str) -> String {
    // One for each test program: several may run on the same server.
    let program = env::current_exe().expect("a program has a path");
    let mut hasher = DefaultHasher::new();
    program.hash(&mut hasher);
    let name = format!("ym_template_{:016x}", hasher.finish());
    let drop = format!("DROP DATABASE IF EXISTS {name}");
    administer(admin, &[&drop, &format!("CREATE DATABASE {name}")]).await;
    migration::migrate(&beside(admin, &name))
        .await
        .expect("migrations apply");
    name
}

/// The address of another database on the server of `admin`.
fn beside(admin: &str, name: &str) -> String {
    let (address, settings) = admin.split_once('?').unwrap_or((admin, ""));
    let server = address
        .rsplit_once('/')
        .map_or(address, |(server, _)| server);
    format!("{server}/{name}?{settings}")
}

async fn administer(admin: &str, statements: &[&str]) {
    let db = sea_orm::Database::connect(admin)
        .await
        .expect("YM_TEST_POSTGRES_URL names a server");
    for sql in statements {
        db.execute_unprepared(sql)
            .await
            .expect("its user may create databases");
    }
    db.close().await.expect("the connection closes");
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests have no configuration of their own"
)]
fn postgres_url() -> Option<String> {
    if let Ok(url) = env::var("YM_TEST_POSTGRES_URL") {
        return Some(url);
    }
    // Past the capture of a passing test's output, so that nobody misses it.
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let said = writeln!(
        std::io::stderr(),
        "SKIPPED {test}: YM_TEST_POSTGRES_URL is not set; ./test sets it"
    );
    said.expect("standard error is open");
    None
}

/// What a test starts from.
pub trait Fixture {
    /// Whether the database has its tables already.
    const MIGRATED: bool = true;

    /// Builds it on the database at `url`.
    async fn build(url: &str) -> Self;
}

/// A database without tables; SQLite's file does not exist yet.
pub struct EmptyDb {
    pub url: String,
}

impl Fixture for EmptyDb {
    const MIGRATED: bool = false;

    async fn build(url: &str) -> Self {
        Self {
            url: url.to_owned(),
        }
    }
}

/// A migrated database.
#[derive(Clone)]
pub struct TestDb {
    pub url: String,
    pub db: Db,
}

impl Fixture for TestDb {
    async fn build(url: &str) -> Self {
        let db = Db::connect_with(url, POSTGRES_CONNECTIONS)
            .await
            .expect("the database opens");
        Self {
            url: url.to_owned(),
            db,
        }
    }
}

impl TestDb {
    /// Runs one statement in a transaction of its own; the number of rows it changed.
    pub async fn sql<const N: usize>(
        &self,
        sql: &str,
        values: [Value; N],
    ) -> Result<u64, StoreError> {
        self.db
            .write(|txn| {
                let statement = Statement::from_sql_and_values(self.backend(), sql, values.clone());
                async move { Ok(txn.execute_raw(statement).await?.rows_affected()) }.scope_boxed()
            })
            .await
    }

    /// The number a query answers with.
    pub async fn number(&self, sql: &str) -> i64 {
        self.number_of(sql, []).await
    }

    /// As [`TestDb::number`], of a query with values.
    pub async fn number_of<const N: usize>(&self, sql: &str, values: [Value; N]) -> i64 {
        let statement = Statement::from_sql_and_values(self.backend(), sql, values);
        let row = self
            .db
            .read()
            .query_one_raw(statement)
            .await
            .expect("the query runs")
            .expect("one row");
        row.try_get_by_index(0).expect("a number")
    }

    fn backend(&self) -> DbBackend {
        self.db.read().get_database_backend()
    }
}

/// The whole server on a migrated database, with a clock that stands still, a fake LiveKit and a fake
/// mail server.
#[derive(Clone)]
pub struct TestApp {
    pub test_db: TestDb,
    pub state: AppState,
    pub clock: MockClock,
    pub media: Fake,
    pub mail: FakeMail,
    pub inbox: Inbox,
    stop: Arc<watch::Sender<bool>>,
}

impl Fixture for TestApp {
    async fn build(url: &str) -> Self {
        Self::with(url, config(url)).await
    }
}

/// Every hour of every day.
pub fn around_the_clock() -> Vec<WeeklyHours> {
    let whole = |weekday| WeeklyHours {
        weekday,
        from_min: 0,
        to_min: DAY_MIN,
    };
    (0..7).map(whole).collect()
}

/// A person with a login.
#[derive(Debug, Clone)]
pub struct Person {
    pub login: CurrentLogin,
    /// The login's token, as the cookie carries it.
    pub token: String,
    pub email: String,
}

impl Person {
    pub fn id(&self) -> UserId {
        self.login.me.id
    }
}

impl TestApp {
    /// With settings that differ from [`config`].
    pub async fn with(url: &str, config: Config) -> Self {
        let test_db = TestDb::build(url).await;
        let (clock, media, mail) = (MockClock::at(NOW), Fake::default(), FakeMail::default());
        let (stop, shutdown) = watch::channel(false);
        let mut state = AppState::new(
            test_db.db.clone(),
            Arc::new(clock.clone()),
            Arc::new(media.clone()),
            Arc::new(config),
            shutdown,
        );
        state.mail = Arc::new(mail.clone());
        let (inbox, outlet) = Inbox::new();
        // Ends with the last inbox.
        tokio::spawn(webhooks::store_forever(
            state.db.clone(),
            outlet,
            state.heartbeats.clone(),
        ));
        Self {
            test_db,
            state,
            clock,
            media,
            mail,
            inbox,
            stop: Arc::new(stop),
        }
    }

    /// Announces that the server is stopping.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Signs somebody up, with the zone UTC and an address made from the name.
    pub async fn person(&self, name: &str) -> Person {
        let form = sign_up(name);
        let email = form.email.clone();
        let made = accounts::create(&self.state, form, false).await;
        let user = made.expect("the account is made");
        let login = accounts::log_in(&self.state, user, &HERE).await;
        self.signed_in(login.expect("a login").token, email).await
    }

    /// Somebody who says once more who they are.
    pub async fn again(&self, person: &Person) -> Person {
        let login = accounts::log_in(&self.state, person.id(), &HERE).await;
        let token = login.expect("a login").token;
        self.signed_in(token, person.email.clone()).await
    }

    /// A mentor whom mentees see, free around the clock for sessions of an hour.
    pub async fn mentor(&self, name: &str) -> Person {
        let person = self.person(name).await;
        let form = MentorForm {
            headline: "Listens well".to_owned(),
            bio: "Twenty years in the trade.".to_owned(),
            session_minutes: 60,
            questions: String::new(),
            confirms: false,
        };
        mentors::save_profile(&self.state, &person.login, form)
            .await
            .expect("the profile is saved");
        let schedule = ScheduleDraft {
            hours: around_the_clock(),
            lengths: vec![60],
            ..ScheduleDraft::default()
        };
        mentors::save_schedule(&self.state, &person.login, schedule)
            .await
            .expect("the schedule is saved");
        self.renewed(person).await
    }

    /// Maya, a mentor, and Leo, a mentee.
    pub async fn pair(&self) -> (Person, Person) {
        (self.mentor("Maya").await, self.person("Leo").await)
    }

    /// As [`TestApp::pair`], and their session of an hour.
    pub async fn pair_with_session(&self, from: Timestamp) -> (Person, Person, SessionId) {
        let (mentor, mentee) = self.pair().await;
        let id = self.session(&mentor, &mentee, from).await;
        (mentor, mentee, id)
    }

    /// Somebody who looks after rooms and people.
    pub async fn admin(&self, name: &str) -> Person {
        let form = sign_up(name);
        let email = form.email.clone();
        let made = accounts::create(&self.state, form, true).await;
        let user = made.expect("the account is made");
        let login = accounts::log_in(&self.state, user, &HERE).await;
        self.signed_in(login.expect("a login").token, email).await
    }

    /// A confirmed session of an hour, also at times that nobody could book.
    pub async fn session(&self, mentor: &Person, mentee: &Person, from: Timestamp) -> SessionId {
        self.session_of(mentor.id(), mentee.id(), from, Millis::hours(1))
            .await
            .expect("both are free")
    }

    /// As [`TestApp::session`], of any length.
    pub async fn session_of(
        &self,
        mentor: UserId,
        mentee: UserId,
        from: Timestamp,
        length: Millis,
    ) -> Result<SessionId, StoreError> {
        let id = SessionId(Uuid::new_v4());
        let time = Interval {
            from,
            to: from + length,
        };
        let title = Title::parse("First steps").expect("a good title");
        let meeting_url = sessions::meeting_url(&self.state, id);
        let new = NewSession::confirmed(id, (mentor, mentee), title, time, meeting_url, NOW);
        sessions::insert(&self.state, &new).await.map(|()| id)
    }

    /// Does everything that is due; how many jobs were run.
    pub async fn run_jobs(&self) -> usize {
        jobs::run_due(&self.state, job_list())
            .await
            .expect("the job runner works")
    }

    async fn signed_in(&self, token: SecretString, email: String) -> Person {
        let token = token.expose_secret().to_owned();
        let login = accounts::current(&self.state, &token)
            .await
            .expect("the database answers")
            .expect("the login is good");
        Person {
            login,
            token,
            email,
        }
    }

    async fn renewed(&self, person: Person) -> Person {
        self.signed_in(SecretString::from(person.token), person.email)
            .await
    }
}

fn sign_up(name: &str) -> SignUp {
    let user: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    SignUp {
        name: name.to_owned(),
        email: format!("{}@example.org", user.to_ascii_lowercase()),
        password: PASSWORD.to_owned(),
        time_zone: "UTC".to_owned(),
    }
}

/// Settings for tests: mentors are published at once, limits are wide.
pub fn config(url: &str) -> Config {
    let secret = || SecretString::from(LIVEKIT_SECRET);
    Config {
        app_url: AppUrl::parse("http://127.0.0.1:3000").expect("an address"),
        app_name: "Young Minds".to_owned(),
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        database_url: SecretString::from(url),
        media: MediaConfig {
            api_key: LIVEKIT_KEY.to_owned(),
            api_secret: secret(),
            ws_url: "ws://127.0.0.1:7880".to_owned(),
            public_ws_url: "ws://127.0.0.1:7880".to_owned(),
            webhook_keys: vec![(LIVEKIT_KEY.to_owned(), secret())],
        },
        mail: MailConfig::parse("file:/nowhere", "Young Minds <no-reply@minds.example>")
            .expect("good settings"),
        window: WindowRules {
            opens_before: Millis::minutes(15),
            closes_after: Millis::hours(2),
        },
        limits: Limits {
            sign_in_failures_per_account: 1_000,
            sign_in_failures_per_address: 1_000,
            open_bookings_per_mentee: 10_000,
            open_bookings_per_pair: 10_000,
            bookings_per_hour: 10_000,
            changes_per_session: 10_000,
            emails_per_person: 10_000,
            account_requests_per_address: 1_000,
            password_hashing: 4,
            max_connections: 1_000,
            trusted_proxies: Proxies::default(),
        },
        shutdown_grace: Duration::ZERO,
        auto_approve_mentors: true,
        admin_second_factor: false,
        providers: Vec::new(),
        legal: Legal::of_product("Young Minds", "http://127.0.0.1:3000").expect("good texts"),
        deletion_after: Millis::days(14),
        retention: Retention {
            logins: Millis::days(30),
            emails: Millis::days(90),
            links: Millis::days(7),
            audit: Millis::days(365),
            webhooks: Millis::days(7),
            attempts: Millis::hours(1),
            jobs: Millis::days(7),
            dead_jobs: Millis::days(90),
            notifications: Millis::days(90),
            reports: Millis::days(730),
        },
        log_format: LogFormat::Text,
        site_root: "target/site".to_owned(),
    }
}
