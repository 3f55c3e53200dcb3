//! Methods for worlds as a whole: make, reset, export, import, label.

use super::{World, sure};
use crate::PaperCloud;
use crate::control::worlds;
use crate::error::control::ControlError;
use sha2::{Digest, Sha256};
use std::sync::Arc;

impl PaperCloud {
    /// The world of a project; every project id has one.
    pub fn world(&self, project_id: &str) -> World {
        World::new(Arc::clone(self.app()), project_id)
    }

    /// The world of a test: its project id follows from the test's name, its clock stands still, and
    /// nothing has happened in it.
    ///
    /// ```
    /// let cloud = papercloud::PaperCloud::start();
    /// let world = cloud.world_of("orders are migrated");
    /// assert_eq!(world.project_id(), "4bc837edc4a7b8f6e850697bac02cd0c");
    /// ```
    ///
    /// # Panics
    ///
    /// If the name has more than 256 characters, or there is no room for another world.
    #[track_caller]
    pub fn world_of(&self, test: &str) -> World {
        let digest = Sha256::digest(test);
        let id = digest[..16].iter().fold(String::new(), |id, byte| id + &format!("{byte:02x}"));
        let world = self.world(&id);
        world.reset();
        world.freeze();
        world.label(test);
        world
    }
}

impl World {
    /// Forgets everything about the project. A request that is under way cannot write into what
    /// comes after.
    #[track_caller]
    pub fn reset(&self) {
        sure(worlds::reset(&self.app, &self.project_id));
    }

    /// The world as a document: everything that decides what it answers from now on, as JSON whose
    /// bytes are equal where worlds are.
    ///
    /// ```
    /// use papercloud::PaperCloud;
    ///
    /// let (one, other) = (PaperCloud::start(), PaperCloud::start());
    /// let project = "054e292c9880d4992f02c0196d3ea468";
    /// one.world(project).freeze();
    /// let document = one.world(project).export();
    /// other.world(project).import(&document).expect("a document of the same project and seed");
    /// assert_eq!(other.world(project).export(), document);
    /// ```
    ///
    /// The journal is not part of it, nor are the tokens of the account.
    #[track_caller]
    pub fn export(&self) -> String {
        sure(worlds::export(&self.app, &self.project_id))
    }

    /// Puts the world of a document in the place of this one. A request that is under way cannot
    /// write into it. The journal is empty after. A document that is refused changes nothing.
    pub fn import(&self, document: &str) -> Result<(), ControlError> {
        worlds::import(&self.app, &self.project_id, document.as_bytes())
    }

    /// Calls the world like the test that it belongs to, for reports.
    #[track_caller]
    pub fn label(&self, label: &str) {
        sure(worlds::label(&self.app, &self.project_id, Some(label.to_owned())));
    }
}
