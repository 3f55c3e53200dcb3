//! The migration tasks of a world.

use super::MigrationTask;
use crate::cloud::lifecycle::Execution;
use crate::cloud::stored::Stored;
use crate::cloud::timeline::Activity;
use indexmap::IndexMap;
use uuid::Uuid;

/// The migration tasks of a world, in the order of their creation.
///
/// A deleted one leaves its id behind, so that it is not taken for one that was never seen; and
/// removing it costs the same however many there are.
#[derive(Debug, Default)]
pub struct MigrationTasks {
    by_id: IndexMap<Box<str>, Option<MigrationTask>>,
    /// How many of them were deleted.
    deleted: usize,
}

impl MigrationTasks {
    /// The task with an id.
    pub fn get(&self, id: &str) -> Option<&MigrationTask> {
        self.by_id.get(id)?.as_ref()
    }

    /// Whether a task has this id, with dashes or without, or had it and is deleted.
    pub fn contains(&self, id: Uuid) -> bool {
        let has = |id: &str| self.by_id.contains_key(id);
        has(&id.to_string()) || has(&id.simple().to_string())
    }

    /// The task with an id, to change it.
    pub fn get_mut(&mut self, id: &str) -> Option<&mut MigrationTask> {
        self.by_id.get_mut(id)?.as_mut()
    }

    /// The ids of all of them and of those that were deleted, in the order of their creation.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.by_id.keys().map(AsRef::as_ref)
    }

    /// All of them in the order of their creation, and nothing in the place of each that was
    /// deleted.
    pub fn places(&self) -> impl ExactSizeIterator<Item = Option<&MigrationTask>> {
        self.by_id.values().map(Option::as_ref)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.by_id.len() - self.deleted
    }

    /// Forgets so many of the first that may go, and says how many did. Of those that were deleted
    /// only the ids are left.
    pub fn forget(
        &mut self,
        number: usize,
        goes: impl Fn(Option<&MigrationTask>) -> bool,
    ) -> usize {
        let before = self.len();
        let mut left = number;
        self.by_id.retain(|_, task| {
            let stays = left == 0 || !goes(task.as_ref());
            left -= usize::from(!stays);
            self.deleted -= usize::from(!stays && task.is_none());
            stays
        });
        before - self.len()
    }

    /// Records a task.
    pub fn insert(&mut self, task: MigrationTask) {
        let before = self.by_id.insert(task.id.clone(), Some(task));
        self.deleted -= usize::from(matches!(before, Some(None)));
    }

    /// Records that there was a task with this id.
    pub fn insert_deleted(&mut self, id: &str) {
        let before = self.by_id.insert(id.into(), None);
        self.deleted += usize::from(!matches!(before, Some(None)));
    }

    /// Forgets a task, but not that there was one.
    pub fn delete(&mut self, id: &str) {
        let task = self.by_id.get_mut(id).and_then(Option::take);
        self.deleted += usize::from(task.is_some());
    }

    /// Whether a task with this id was deleted.
    pub fn was_deleted(&self, id: &str) -> bool {
        self.by_id.get(id).is_some_and(Option::is_none)
    }
}

impl Stored for MigrationTasks {
    /// With those that were deleted.
    fn len(&self) -> usize {
        self.by_id.len()
    }

    fn counted(&self) -> usize {
        0
    }

    fn each_run(&mut self, visit: &mut dyn FnMut(&mut Execution)) {
        self.by_id.values_mut().flatten().for_each(|task| task.each_run(visit));
    }

    fn each_run_near(&mut self, activity: &Activity, visit: &mut dyn FnMut(&mut Execution)) {
        if let Some((id, _)) = &activity.resource
            && let Some(task) = self.get_mut(id)
        {
            task.each_run(visit);
        }
    }
}
