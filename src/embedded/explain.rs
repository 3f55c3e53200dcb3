//! A method that explains why a request was answered as it was.

use super::shown;
use crate::PaperCloud;
use crate::control::explain;
use crate::error::control::ControlError;
use serde_json::Value;

impl PaperCloud {
    /// Explains a request by the `X-Request-Id` of its answer: the rules that spoke, the documents
    /// they rest on, and a request that breaks none of them.
    ///
    /// ```
    /// let cloud = papercloud::PaperCloud::start();
    /// let unknown = cloud.explain("00000000000000000000000000000000").unwrap_err();
    /// assert!(unknown.to_string().contains("take the X-Request-Id of an answer"));
    /// ```
    pub fn explain(&self, request_id: &str) -> Result<Value, ControlError> {
        explain::handler::explain(self.app(), request_id).map(|explanation| shown(&explanation))
    }
}
