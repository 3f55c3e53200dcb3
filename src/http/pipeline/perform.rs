//! The operation itself, under the one lock of its world and at one moment.

use super::Rejection;
use super::request::Request;
use super::visit::Visit;
use crate::cloud::{Access, Effects, PollTarget, RequestContext, Warning};
use crate::contract::check::Checked;
use crate::contract::{Class, Level};
use crate::error::Refusal;
use crate::faults::FaultDecision;
use crate::http::reply::panic_message;
use crate::journal::{Performed, RequestRecord, Verdict};
use crate::operation::{Failure, Output, Route};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A request that was let through: everything that its operation works with.
pub struct Call<'c> {
    pub route: &'static Route,
    pub checked: Checked<'c>,
    pub access: Access<'c>,
    /// The scenario that it carries.
    pub scenario: Option<&'c str>,
    pub decision: &'c mut FaultDecision,
    pub poll: Option<PollTarget<'c>>,
}

/// Makes room, and lets the operation find, refuse, change and reply.
pub fn perform(
    request: &Request<'_>,
    visit: &mut Visit<'_>,
    record: &mut RequestRecord,
    call: Call<'_>,
) -> Result<Output, Rejection> {
    let Call { route, checked, access, scenario, decision, poll } = call;
    let (account, place) = (access.account, visit.place());
    let mut world = place.cell.lock();
    let now = world.state.clock.now();
    let evicted = world.state.make_room_for_call(route.leaves(), now, account);
    let evicted = evicted.map_err(Refusal::from)?;
    if evicted > 0 {
        record.warnings.push(Warning::of_records(evicted, account.settings().max_jobs));
    }
    world.faults.settle(decision);
    let plan = decision.hit.as_ref().and_then(|hit| hit.plan(route));
    let job_milliseconds = world.job_milliseconds(scenario);
    let mut context = RequestContext::new(&mut world.state, access, route.contract(), now);
    context.plan(plan, job_milliseconds);
    context.of_request(place.cell.key(), place.ordinal);
    let run = catch_unwind(AssertUnwindSafe(|| route.perform(checked.document, &mut context)));
    // A panic is a defect of Papercloud that ends one request: what it had changed and started by then
    // stays, so that all of it fits together.
    let panicked = run.is_err();
    let result = run.unwrap_or_else(|panic| {
        Err(Failure::Refused(Refusal::Internal { cause: panic_message(panic.as_ref()) }))
    });
    let effects = context.finish(result.is_ok() || panicked);
    let Effects { warnings, adopted, activities, cut_short, unchanged } = effects;
    record.performed = Some(Performed { step: world.journal.next_step(), at: now });
    record.cut_short = cut_short;
    record.warnings.extend(warnings);
    (record.adopted, record.activities, record.unchanged) = (adopted, activities, unchanged);
    if place.cell.is_abandoned() && result.is_ok() {
        let message = "the world was reset or replaced while the request was under way; what it \
                       did is lost";
        record.warnings.push(Warning { class: Class::Resources, message: message.to_owned() });
    }
    match result {
        Ok(output) => {
            record.verdict = Verdict::Performed;
            world.faults.succeeded(decision);
            if let Some(target) = &poll {
                record.warnings.extend(world.frozen_warning(target, place.ordinal));
                world.polled(target);
            }
            Ok(output)
        }
        Err(Failure::Refused(refusal)) => Err(refusal.into()),
        // Only what was let pass against its contract can fail to be understood.
        Err(Failure::Misfit(cause)) => {
            if record.violations.is_empty() {
                return Err(Refusal::Internal { cause }.into());
            }
            let passed = request.violations(Level::Warn, record);
            Err(Refusal::Invalid(passed.cloned().collect()).into())
        }
    }
}
