//! The world as a whole.

use super::World;
use super::clock::sure;
use crate::control::{ControlError, worlds};

impl World<'_> {
    /// Forgets everything about the project. A request that is under way cannot write into what
    /// comes after.
    pub fn reset(&self) {
        sure(worlds::reset(self.app, &self.project_id));
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
    pub fn export(&self) -> String {
        sure(worlds::export(self.app, &self.project_id))
    }

    /// Puts the world of a document in the place of this one. A request that is under way cannot
    /// write into it. A document that is refused changes nothing.
    pub fn import(&self, document: &str) -> Result<(), ControlError> {
        worlds::import(self.app, &self.project_id, document.as_bytes())
    }

    /// Calls the world like the test that it belongs to, for reports.
    pub fn label(&self, label: &str) {
        sure(worlds::label(self.app, &self.project_id, Some(label.to_owned())));
    }
}
