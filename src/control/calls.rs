//! A list of control calls: the methods that each path takes, and their handlers.

use crate::app::App;
use crate::contract::template::fits;
use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodRouter, delete, get, post, put};
use std::sync::Arc;

/// Calls, each with its handler.
#[derive(Debug, Default)]
pub struct Calls {
    listed: Vec<Listed>,
    router: Router<Arc<App>>,
}

/// A path, and the methods that it takes.
#[derive(Debug)]
pub struct Listed {
    /// The path, with its parameters.
    pub path: &'static str,
    /// The query parameters that a GET of it reads.
    pub parameters: &'static [&'static str],
    methods: Vec<Method>,
}

impl Calls {
    /// Adds a call with GET, and so with HEAD.
    pub fn get<T: 'static>(self, path: &'static str, call: impl Handler<T, Arc<App>>) -> Self {
        self.list(path, &[Method::GET, Method::HEAD], get(call))
    }

    /// Adds a call with POST.
    pub fn post<T: 'static>(self, path: &'static str, call: impl Handler<T, Arc<App>>) -> Self {
        self.list(path, &[Method::POST], post(call))
    }

    /// Adds a call with PUT.
    pub fn put<T: 'static>(self, path: &'static str, call: impl Handler<T, Arc<App>>) -> Self {
        self.list(path, &[Method::PUT], put(call))
    }

    /// Adds a call with DELETE.
    pub fn delete<T: 'static>(self, path: &'static str, call: impl Handler<T, Arc<App>>) -> Self {
        self.list(path, &[Method::DELETE], delete(call))
    }

    /// Declares the query parameters of the call that was added last; without this it reads none.
    pub fn reads(mut self, parameters: &'static [&'static str]) -> Self {
        if let Some(last) = self.listed.last_mut() {
            last.parameters = parameters;
        }
        self
    }

    /// Adds the calls of another list.
    pub fn and(mut self, others: Self) -> Self {
        self.listed.extend(others.listed);
        self.router = self.router.merge(others.router);
        self
    }

    /// The router to the handlers.
    pub fn router(self) -> Router<Arc<App>> {
        self.router
    }

    /// The paths with their methods.
    pub fn listed(self) -> Vec<Listed> {
        self.listed
    }

    fn list(
        mut self,
        path: &'static str,
        methods: &[Method],
        call: MethodRouter<Arc<App>>,
    ) -> Self {
        self.router = self.router.route(path, call);
        match self.listed.iter_mut().find(|listed| listed.path == path) {
            Some(listed) => listed.methods.extend_from_slice(methods),
            None => self.listed.push(Listed { path, parameters: &[], methods: methods.to_vec() }),
        }
        self
    }
}

impl Listed {
    /// Whether this path fits it, and this method is not one of its own.
    pub fn lacks(&self, method: &Method, path: &str) -> bool {
        fits(path, self.path) && !self.methods.contains(method)
    }

    /// The methods, without HEAD, which goes with GET.
    pub fn methods(&self) -> impl Iterator<Item = &Method> {
        self.methods.iter().filter(|method| **method != Method::HEAD)
    }

    /// The methods, as the header `Allow` has them.
    pub fn allow(&self) -> String {
        self.names().join(", ")
    }

    /// The methods, as a sentence has them: `GET, HEAD and POST`.
    pub fn methods_in_words(&self) -> String {
        match &self.names()[..] {
            [others @ .., last] if !others.is_empty() => {
                format!("{} and {last}", others.join(", "))
            }
            names => names.concat(),
        }
    }

    fn names(&self) -> Vec<&str> {
        self.methods.iter().map(Method::as_str).collect()
    }
}
