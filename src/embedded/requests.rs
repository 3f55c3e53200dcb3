//! [`Requests`]: the requests of a world, and claims about them.

use super::{World, shown, sure};
use crate::control::requests::{self, CheckRequest, Listing, Pattern, Times};
use serde_json::Value;
use std::fmt;

/// The requests of a world, or those of them that are meant.
///
/// ```
/// use papercloud::PaperCloud;
/// use serde_json::json;
///
/// let cloud = PaperCloud::start();
/// let world = cloud.world("054e292c9880d4992f02c0196d3ea468");
/// // … the program under test calls the cloud …
/// let mappings = world.requests().operation("CreateDbCacheMapping");
/// assert_eq!(mappings.count(), 0);
/// mappings.clone().status(202).matching("source_instance_id", json!("a")).never()?;
/// let mismatch = mappings.exactly(1).unwrap_err();
/// assert!(mismatch.to_string().contains("no such request was found"));
/// world.at_most_once_committed()?;
/// # Ok::<_, papercloud::Mismatch>(())
/// ```
///
/// # Panics
///
/// Each of the methods that look panics if there is no such operation, service, method or parameter.
#[derive(Clone, Debug)]
#[must_use = "nothing is looked at before it is counted or listed"]
pub struct Requests {
    world: World,
    pattern: Pattern,
}

/// The requests are not what was claimed. It says what was claimed, what was found, and which
/// requests are nearly what was meant.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Mismatch(String);

/// As it is displayed: this is what `unwrap` shows in a test.
impl fmt::Debug for Mismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl World {
    /// The requests to the project.
    pub fn requests(&self) -> Requests {
        Requests { world: self.clone(), pattern: Pattern::default() }
    }

    /// Claims that no write was committed twice: by the same operation, to the same place, with an
    /// equal body. What was taken back in between, as by a deletion, may be done again.
    #[track_caller]
    pub fn at_most_once_committed(&self) -> Result<(), Mismatch> {
        self.requests().at_most_once_committed()
    }

    /// Claims that such requests were received in this order, whenever they were answered; others may
    /// be between them.
    ///
    /// ```
    /// use papercloud::PaperCloud;
    ///
    /// let cloud = PaperCloud::start();
    /// let world = cloud.world("054e292c9880d4992f02c0196d3ea468");
    /// // … the program under test creates a mapping, and looks at its job …
    /// let created = world.requests().operation("CreateDbCacheMapping").status(202);
    /// let looked = world.requests().operation("ListJobs");
    /// let mismatch = world.in_order(&[created, looked]).unwrap_err();
    /// assert!(mismatch.to_string().contains("step 1 did not come after those before it"));
    /// ```
    ///
    /// # Panics
    ///
    /// If there is no step, one is of another project, or there is no such operation, service, method
    /// or parameter as one of them names.
    #[track_caller]
    pub fn in_order(&self, steps: &[Requests]) -> Result<(), Mismatch> {
        for step in steps {
            let (own, other) = (&self.project_id, &step.world.project_id);
            assert!(
                own == other,
                "Papercloud: requests to {other} are in no order with those to {own}"
            );
        }
        let steps = steps.iter().map(|step| step.pattern.clone()).collect();
        self.verify(CheckRequest::of_sequence(steps))
    }

    #[track_caller]
    fn verify(&self, check: CheckRequest) -> Result<(), Mismatch> {
        let verified = sure(requests::verify(&self.app, &self.project_id, &[check]));
        match verified.checks.iter().find(|finding| !finding.passed) {
            None => Ok(()),
            Some(finding) => Err(Mismatch(finding.to_string())),
        }
    }

    /// Forgets the requests to the project, and nothing else.
    #[track_caller]
    pub fn forget_requests(&self) {
        sure(requests::clear(&self.app, &self.project_id));
    }
}

impl Requests {
    /// Only those for an operation, such as `CreateDbCacheMapping`.
    pub fn operation(mut self, name: &str) -> Self {
        self.pattern.operation = Some(name.to_owned());
        self
    }

    /// Only those to a service, such as `GeminiDB`.
    pub fn service(mut self, name: &str) -> Self {
        self.pattern.service = Some(name.to_owned());
        self
    }

    /// Only those with a method, such as `POST`.
    pub fn method(mut self, method: &str) -> Self {
        self.pattern.method = Some(method.to_owned());
        self
    }

    /// Only those that were answered with a status.
    pub fn status(mut self, status: u16) -> Self {
        self.pattern.status = Some(status);
        self
    }

    /// Only those that have changed something in the world, whatever was answered; or only the others.
    pub fn committed(mut self, committed: bool) -> Self {
        self.pattern.committed = Some(committed);
        self
    }

    /// Only those that a fault made go wrong.
    pub fn fault(mut self, rule: &str) -> Self {
        self.pattern.fault = Some(rule.to_owned());
        self
    }

    /// Only those that have a value at the end of a path: a parameter's name and what follows it,
    /// such as `source_instance.id`; or a path from `body`, `query`, `headers`, `answer.body` or
    /// `answer.headers`. Secrets can be compared, though only digests of them are kept.
    pub fn matching(mut self, path: &str, value: impl Into<Value>) -> Self {
        self.pattern.fields.insert(path.to_owned(), value.into());
        self
    }

    /// How many there are.
    ///
    /// # Panics
    ///
    /// If requests were dropped, or may be meant and are still in flight, so that the number would be
    /// wrong. A check such as [`at_least`](Self::at_least) may still hold then.
    #[track_caller]
    pub fn count(&self) -> usize {
        let listed = self.listed(0);
        let requests::Listed { exact, dropped, in_flight, .. } = listed;
        assert!(
            exact,
            "Papercloud: {dropped} requests were dropped and {in_flight} are in flight; nobody can \
             count them"
        );
        listed.count
    }

    /// All that are still there, each as the control API shows it, in the order in which they were
    /// received.
    #[track_caller]
    pub fn list(&self) -> Vec<Value> {
        self.listed(usize::MAX).requests
    }

    /// Near misses: the requests that differ least, each with its differences, the nearest first.
    #[track_caller]
    pub fn near_misses(&self) -> Vec<Value> {
        let World { app, project_id } = &self.world;
        let nearest = sure(requests::near_misses(app, project_id, &self.pattern));
        nearest.near_misses.iter().map(shown).collect()
    }

    /// Claims that there are so many.
    #[track_caller]
    pub fn exactly(&self, times: usize) -> Result<(), Mismatch> {
        self.verify(Times::Exactly(times))
    }

    /// Claims that there are so many or more.
    #[track_caller]
    pub fn at_least(&self, times: usize) -> Result<(), Mismatch> {
        self.verify(Times::AtLeast(times))
    }

    /// Claims that there are so many or fewer.
    #[track_caller]
    pub fn at_most(&self, times: usize) -> Result<(), Mismatch> {
        self.verify(Times::AtMost(times))
    }

    /// Claims that there is none.
    #[track_caller]
    pub fn never(&self) -> Result<(), Mismatch> {
        self.verify(Times::AtMost(0))
    }

    /// Claims that no write among them was committed twice.
    #[track_caller]
    pub fn at_most_once_committed(&self) -> Result<(), Mismatch> {
        self.verify(Times::OnceCommitted)
    }

    #[track_caller]
    fn listed(&self, limit: usize) -> requests::Listed {
        let listing = Listing { pattern: self.pattern.clone(), since: None, limit };
        sure(requests::list(&self.world.app, &self.world.project_id, &listing))
    }

    #[track_caller]
    fn verify(&self, times: Times) -> Result<(), Mismatch> {
        self.world.verify(CheckRequest::of(self.pattern.clone(), times))
    }
}
