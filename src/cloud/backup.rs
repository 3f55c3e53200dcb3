//! Backups of DCS instances.

use super::lifecycle::{Execution, Lifecycle, Phase};
use super::stored::Stored;
use super::timeline::Activity;
use crate::clock::Moment;
use std::collections::HashMap;

/// A backup of a DCS instance.
#[derive(Clone, Debug)]
pub struct Backup {
    /// A dashed UUID.
    pub id: Box<str>,
    /// The instance that it was taken of.
    pub instance_id: Box<str>,
    /// What was noted about it.
    pub remark: Option<String>,
    /// `aof` or `rdb`.
    pub format: String,
    /// The taking of it.
    pub run: Execution,
}

/// The taking of a backup.
pub static BACKUP: Lifecycle = Lifecycle {
    stages: &[("waiting", 0.25), ("backuping", 0.75)],
    ends: "succeed",
    fails: "failed",
};

impl Backup {
    /// Where it is.
    pub fn phase(&self, now: Moment) -> Phase {
        BACKUP.phase(&self.run, now)
    }
}

/// The backups of a world; each instance's in the order they were taken.
#[derive(Debug, Default)]
pub struct Backups {
    by_instance: HashMap<Box<str>, Vec<Backup>>,
    places: HashMap<Box<str>, (Box<str>, usize)>,
}

impl Backups {
    /// The backups of an instance.
    pub fn of(&self, instance_id: &str) -> &[Backup] {
        self.by_instance.get(instance_id).map_or(&[], Vec::as_slice)
    }

    /// The backup with an id.
    pub fn get(&self, id: &str) -> Option<&Backup> {
        let (instance_id, index) = self.places.get(id)?;
        self.of(instance_id).get(*index)
    }

    /// All of them, those of one instance in the order they were taken.
    pub fn iter(&self) -> impl Iterator<Item = &Backup> {
        self.by_instance.values().flatten()
    }

    /// Forgets those that may go, and says how many did.
    pub fn forget(&mut self, goes: impl Fn(&Backup) -> bool) -> usize {
        let before = self.len();
        let all = std::mem::take(self).by_instance.into_values().flatten();
        all.filter(|backup| !goes(backup)).for_each(|backup| self.insert(backup));
        before - self.len()
    }

    /// Forgets one.
    pub fn remove(&mut self, id: &str) {
        let Some((instance_id, index)) = self.places.remove(id) else { return };
        let Some(backups) = self.by_instance.get_mut(&instance_id) else { return };
        backups.remove(index);
        for (at, backup) in backups.iter().enumerate().skip(index) {
            self.places.insert(backup.id.clone(), (instance_id.clone(), at));
        }
    }

    /// Records a backup.
    pub fn insert(&mut self, backup: Backup) {
        let backups = self.by_instance.entry(backup.instance_id.clone()).or_default();
        self.places.insert(backup.id.clone(), (backup.instance_id.clone(), backups.len()));
        backups.push(backup);
    }
}

impl Stored for Backups {
    fn len(&self) -> usize {
        self.places.len()
    }

    fn counted(&self) -> usize {
        0
    }

    fn each_run(&mut self, visit: &mut dyn FnMut(&mut Execution)) {
        self.by_instance.values_mut().flatten().for_each(|backup| visit(&mut backup.run));
    }

    fn each_run_near(&mut self, activity: &Activity, visit: &mut dyn FnMut(&mut Execution)) {
        let place = activity.resource.as_ref().and_then(|(id, _)| self.places.get(&**id));
        let Some((instance_id, index)) = place else { return };
        let backups = self.by_instance.get_mut(instance_id);
        if let Some(backup) = backups.and_then(|backups| backups.get_mut(*index)) {
            visit(&mut backup.run);
        }
    }
}
