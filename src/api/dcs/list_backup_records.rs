//! Querying Backup Records: what backups of an instance there are.

use super::service::{INSTANCE_ID, SERVICE, instance};
use crate::api::paging::{OFFSET, limit, page, page_of_all};
use crate::clock::Moment;
use crate::cloud::assumed::{BACKUP_BYTES, BACKUP_ERROR};
use crate::cloud::{Backup, RequestContext};
use crate::contract::{Awaits, Certainty, Contract, ErrorKind, Field, Format, Kind, Note, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "ListBackupRecords",
    title: "Querying Backup Records",
    service: &SERVICE,
    source: Source::Companion("ListBackupRecords"),
    path: "/v2/{project_id}/instances/{instance_id}/backups",
    aliases: &["/v1.0/{project_id}/instances/{instance_id}/backups"],
    path_parameters: &[INSTANCE_ID],
    query: &[
        Field::optional("begin_time", Kind::Format(&TIME))
            .means("only backups begun at this time or later, yyyyMMddHHmmss, UTC"),
        Field::optional("end_time", Kind::Format(&TIME))
            .means("only backups begun at this time or earlier, yyyyMMddHHmmss, UTC"),
        OFFSET,
        limit(1000, "10").known_from(Certainty::Inferred),
    ],
    reply: &[
        Field::mandatory("total_num", Kind::Integer(0, i64::MAX)).means("how many fit"),
        Field::mandatory("backup_record_response", Kind::List(&RECORD, 1000))
            .means("one page of them, in the order they were taken"),
    ],
    notes: &[Note {
        matter: "The page also lists 204 for an instance without backups.",
        decision: "200 with an empty list.",
    }],
    awaits: Awaits::All,
    example: include_str!("../../../fixtures/dcs/list_backup_records/documented.json"),
    ..Contract::BLANK
};

static TIME: Format = Format {
    english: "a time such as 20260101000000",
    chinese: "形如 20260101000000 的时间",
    pattern: "^[0-9]{14}$",
    accepts: |text| text.len() == 14 && text.bytes().all(|digit| digit.is_ascii_digit()),
    error_kind: ErrorKind::InvalidParameter,
};

const STATUSES: Kind =
    Kind::OneOf(&["waiting", "backuping", "succeed", "failed", "expired", "deleted"]);

static RECORD: Kind = Kind::Object(&[
    Field::mandatory("backup_id", Kind::TEXT).means("ID of the backup record"),
    Field::mandatory("backup_name", Kind::TEXT).means("its name"),
    Field::mandatory("instance_id", Kind::TEXT).means("ID of the instance"),
    Field::mandatory("backup_type", Kind::OneOf(&["manual", "auto"])).means("who asked for it"),
    Field::mandatory("status", STATUSES).means("status"),
    Field::mandatory("progress", Kind::TEXT).means("percentage that is done, with two decimals"),
    Field::mandatory("size", Kind::Integer(0, i64::MAX)).means("size in bytes"),
    Field::mandatory("period", Kind::TEXT).means("when it is taken by plan; always empty"),
    Field::mandatory("created_at", Kind::TEXT).means("begin, yyyy-MM-ddTHH:mm:ss.SSSZ"),
    Field::mandatory("execution_at", Kind::TEXT).means("when it was taken"),
    Field::mandatory("updated_at", Kind::TEXT).means("end, or begin while it is taken"),
    Field::mandatory("is_support_restore", Kind::OneOf(&["TRUE", "FALSE"]))
        .means("whether an instance can be restored from it"),
    Field::mandatory("backup_format", Kind::OneOf(&["aof", "rdb"])).means("form of the file"),
    Field::optional("remark", Kind::Text(128)).means("what was noted about it"),
    Field::optional("error_code", Kind::TEXT).means("why it failed; absent unless it did"),
]);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    instance_id: String,
    begin_time: Option<String>,
    end_time: Option<String>,
    offset: Option<usize>,
    limit: Option<usize>,
}

#[derive(Serialize)]
pub struct Reply {
    total_num: usize,
    backup_record_response: Vec<Record>,
}

#[derive(Serialize)]
struct Record {
    backup_id: String,
    backup_name: String,
    instance_id: String,
    backup_type: &'static str,
    status: &'static str,
    progress: String,
    size: u32,
    period: &'static str,
    created_at: String,
    execution_at: String,
    updated_at: String,
    is_support_restore: &'static str,
    backup_format: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remark: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'static str>,
}

pub struct ListBackupRecords;

impl Operation for ListBackupRecords {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        instance(&request.instance_id, context)?;
        let Request { begin_time, end_time, offset, limit, .. } = &request;
        let (offset, limit) = (*offset, limit.unwrap_or(10));
        let all = context.state.backups.of(&request.instance_id);
        let (page, total_num) = if begin_time.is_none() && end_time.is_none() {
            page_of_all(all.iter(), all.len(), |_| true, offset, limit)
        } else {
            // Times of this form are in the order of their digits.
            let within = |backup: &&Backup| {
                let begun = backup.run.started.to_the_second();
                begin_time.as_ref().is_none_or(|from| begun >= *from)
                    && end_time.as_ref().is_none_or(|to| begun <= *to)
            };
            page(all.iter().filter(within), offset, limit)
        };
        let records = page.into_iter().map(|backup| Record::of(backup, context.now));
        Ok(Reply { total_num, backup_record_response: records.collect() })
    }
}

impl Record {
    fn of(backup: &Backup, now: Moment) -> Self {
        let phase = backup.phase(now);
        let done = phase.ended.is_some() && !phase.failed;
        let started = backup.run.started;
        Self {
            backup_id: backup.id.to_string(),
            backup_name: format!("backup_{}", started.to_the_second()),
            instance_id: backup.instance_id.to_string(),
            backup_type: "manual",
            status: phase.status,
            progress: format!("{}.00", phase.percent),
            size: if done { BACKUP_BYTES } else { 0 },
            period: "",
            created_at: started.with_milliseconds(),
            execution_at: started.with_milliseconds(),
            updated_at: phase.ended.unwrap_or(started).with_milliseconds(),
            is_support_restore: if done { "TRUE" } else { "FALSE" },
            backup_format: backup.format.clone(),
            remark: backup.remark.clone(),
            error_code: phase.failed.then_some(BACKUP_ERROR),
        }
    }
}
