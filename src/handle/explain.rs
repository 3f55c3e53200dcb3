//! Why a request was answered as it was.

use super::World;
use crate::control::{ControlError, explain};
use serde_json::Value;

impl World<'_> {
    /// Explains a request by the `X-Request-Id` of its answer: the rules that spoke, the documents
    /// they rest on, and a request that breaks none of them.
    ///
    /// ```
    /// use papercloud::PaperCloud;
    ///
    /// let cloud = PaperCloud::start();
    /// let world = cloud.world("054e292c9880d4992f02c0196d3ea468");
    /// let unknown = world.explain("00000000000000000000000000000000").unwrap_err();
    /// assert!(unknown.to_string().contains("take the X-Request-Id of an answer"));
    /// ```
    pub fn explain(&self, request_id: &str) -> Result<Value, ControlError> {
        let explanation = explain::explain(self.app, request_id)?;
        Ok(serde_json::to_value(explanation).expect("plain data serialises"))
    }
}
