//! The front: where requests arrive. What services ask thousands of times a second is answered at once, all else goes to the router.

use std::{
    convert::Infallible,
    fmt,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    Router,
    extract::{ConnectInfo, Request},
    response::Response,
};
use tower::Service;

use crate::{
    rest::busy,
    router::{Site, router},
};

/// An answer under way.
pub type Answering = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

/// Everything a server answers. A copy is made for each request.
#[derive(Clone)]
pub struct Front {
    site: Arc<Site>,
    router: Arc<Router>,
    peer: Option<SocketAddr>,
}

impl Front {
    /// All there is.
    pub fn new(site: Site) -> Self {
        Self::before(router(site.clone()), site)
    }

    /// The same before other routes, for a test that adds one which panics.
    pub fn before(router: Router, site: Site) -> Self {
        Self { site: Arc::new(site), router: Arc::new(router), peer: None }
    }

    /// The same for one connection, with this at its other end. It shares nothing that is counted with other connections: processors that count who
    /// uses the same thing wait for each other.
    #[must_use]
    pub fn connected(&self, peer: SocketAddr) -> Self {
        let (site, router) = (Site::clone(&self.site), Router::clone(&self.router));
        Self { site: Arc::new(site), router: Arc::new(router), peer: Some(peer) }
    }
}

impl fmt::Debug for Front {
    /// With every address it knows, as the router prints its own: tests ask for each of them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Front").field("busy", &busy::addresses().collect::<Vec<_>>()).field("router", &self.router).finish_non_exhaustive()
    }
}

impl Service<Request> for Front {
    type Response = Response;
    type Error = Infallible;
    type Future = Answering;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Answering {
        busy::answer(&self.site, self.peer, request, |mut request| {
            if let Some(peer) = self.peer {
                request.extensions_mut().insert(ConnectInfo(peer));
            }
            Box::pin(Router::clone(&self.router).call(request))
        })
    }
}
