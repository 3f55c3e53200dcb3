//! Tests in parallel against one process, each in its own project, do not disturb each other.

mod journals;
mod thousand;
