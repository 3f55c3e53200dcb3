//! Database engines and instance modes, as instance ids and documents name them.

/// The product behind an instance id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Engine {
    RdsForMysql,
    /// TaurusDB, formerly GaussDB(for MySQL).
    TaurusDb,
    GeminiDbRedis,
    GeminiDbCassandra,
    GeminiDbMongo,
    GeminiDbInflux,
    DcsRedis,
    /// HTAP lightweight edition of TaurusDB.
    ClickHouse,
    /// HTAP standard edition of TaurusDB.
    StarRocks,
}

impl Engine {
    /// Product names and the id suffixes that the documents' examples show. DCS ids are dashed
    /// UUIDs and have none. Suffixes make ids and guess engines; they never decide alone.
    const TABLE: &'static [(Self, &'static str, &'static str)] = &[
        (Self::RdsForMysql, "RDS for MySQL", "in01"),
        (Self::TaurusDb, "TaurusDB", "in07"),
        (Self::GeminiDbRedis, "GeminiDB Redis", "in12"),
        (Self::GeminiDbCassandra, "GeminiDB Cassandra", "in06"),
        (Self::GeminiDbMongo, "GeminiDB Mongo", "in10"),
        (Self::GeminiDbInflux, "GeminiDB Influx", "in13"),
        (Self::DcsRedis, "DCS Redis", ""),
        (Self::ClickHouse, "ClickHouse", "in16"),
        (Self::StarRocks, "StarRocks", "in17"),
    ];

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::TABLE.iter().map(|row| row.0)
    }

    /// The product's name as one lower-case word: `dcs-redis`.
    pub fn word(self) -> String {
        self.name().to_lowercase().replace(' ', "-")
    }

    /// The mode that the documented calls want an instance of it to have.
    pub fn usual_mode(self) -> Mode {
        match self {
            Self::GeminiDbRedis => Mode::Replication,
            Self::GeminiDbCassandra | Self::TaurusDb => Mode::Cluster,
            _ => Mode::Single,
        }
    }

    /// The product's name.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// The end of its instances' ids; empty where they have none.
    pub fn suffix(self) -> &'static str {
        self.row().2
    }

    /// The engine that an id's last four characters hint at, if it is 32 hex digits and a suffix.
    pub fn guess(id: &str) -> Option<Self> {
        let (digits, suffix) = id.split_at_checked(32)?;
        let hexadecimal = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let row = Self::TABLE.iter().find(|row| !row.2.is_empty() && row.2 == suffix)?;
        hexadecimal.then_some(row.0)
    }

    fn row(self) -> &'static (Self, &'static str, &'static str) {
        Self::TABLE.iter().find(|row| row.0 == self).expect("every engine has its row")
    }
}

/// Deployment mode of an instance, spelled as `ListInstances` answers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Classic storage.
    Cluster,
    /// Primary/standby.
    Replication,
    /// A single node or an engine without modes.
    Single,
}

impl Mode {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Cluster, Self::Replication, Self::Single];

    /// The word on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cluster => "Cluster",
            Self::Replication => "Replication",
            Self::Single => "Single",
        }
    }
}

/// What a parameter wants an instance to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstanceKind {
    pub engine: Engine,
    /// Its mode.
    pub mode: Mode,
    /// How the documents name the kind.
    pub name: &'static str,
}

impl InstanceKind {
    /// Source of a memory mapping.
    pub const RDS_FOR_MYSQL: Self =
        Self { engine: Engine::RdsForMysql, mode: Mode::Single, name: "RDS for MySQL" };
    /// Source of a memory mapping or of a synchronisation.
    pub const TAURUSDB: Self =
        Self { engine: Engine::TaurusDb, mode: Mode::Cluster, name: "TaurusDB" };
    /// Target of a memory mapping.
    pub const PRIMARY_STANDBY_REDIS: Self = Self {
        engine: Engine::GeminiDbRedis,
        mode: Mode::Replication,
        name: "primary/standby GeminiDB Redis",
    };
    /// Either side of an active-active relationship.
    pub const CLASSIC_CASSANDRA: Self = Self {
        engine: Engine::GeminiDbCassandra,
        mode: Mode::Cluster,
        name: "GeminiDB Cassandra with classic storage",
    };
    /// Either side of a migration.
    pub const DCS_REDIS: Self =
        Self { engine: Engine::DcsRedis, mode: Mode::Single, name: "DCS Redis" };
    /// Target of a synchronisation.
    pub const CLICKHOUSE: Self =
        Self { engine: Engine::ClickHouse, mode: Mode::Single, name: "ClickHouse" };

    /// Names of several kinds, as a sentence lists them.
    pub fn list(kinds: &[Self], or: &str) -> String {
        kinds.iter().map(|kind| kind.name).collect::<Vec<_>>().join(or)
    }
}

#[test]
fn a_suffix_hints_at_an_engine_only_behind_32_hex_digits() {
    let digits = "356cf333ab77413f9d2526605227be08";
    assert_eq!(Engine::guess(&format!("{digits}in01")), Some(Engine::RdsForMysql));
    assert_eq!(Engine::guess(&format!("{digits}in99")), None);
    assert_eq!(Engine::guess(digits), None);
    assert_eq!(Engine::guess("source_instance_id_of_36_charactin01"), None);
    assert_eq!(Engine::guess("ключ-из-нелатинских-букв"), None);
}
