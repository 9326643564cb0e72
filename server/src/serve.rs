//! The socket: a listener with limits, and an end that loses nothing.

use std::{convert::Infallible, future::ready, net::SocketAddr, time::Duration};

use axum::{body::Body, extract::Request, response::Response};
use axum_server::Handle;
use hyper::body::Incoming;
use hyper_util::rt::TokioTimer;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tower::{Service, service_fn};

/// How long a client may take to send its headers.
const HEADERS: Duration = Duration::from_secs(5);
/// How long requests may take to finish when the server is asked to end.
const GRACE: Duration = Duration::from_secs(10);

/// Serves until the handle is shut down; `connected` tells what answers whoever is at the other end of a connection, and is copied for each request.
/// `axum::serve` would keep a connection that never sends its headers open for ever.
pub async fn serve<S>(
    listener: std::net::TcpListener,
    connected: impl Fn(SocketAddr) -> S,
    handle: Handle<SocketAddr>,
) -> std::io::Result<()>
where
    S: Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + 'static,
{
    listener.set_nonblocking(true)?;
    // HTTP/1 alone: to tell it from HTTP/2, hyper would wait for the first bytes without any limit of time. A proxy in front speaks
    // HTTP/2 to browsers and this to us.
    let mut server = axum_server::from_tcp(listener)?.handle(handle).http1_only();
    server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(HEADERS).max_headers(64);
    let connected = |peer: SocketAddr| {
        let mut answers = connected(peer);
        let answer = move |request: hyper::Request<Incoming>| answers.call(request.map(Body::new));
        ready(Ok::<_, Infallible>(service_fn(answer)))
    };
    server.serve(service_fn(connected)).await
}

/// Shuts down on Ctrl-C and SIGTERM: no new connections, those under way finish. From when this returns on, neither ends the process
/// by itself; so it comes before anybody is told that the server runs. `before` is called first, to let go of those who would wait longer than
/// that.
pub fn end_when_told(handle: Handle<SocketAddr>, before: impl FnOnce() + Send + 'static) {
    let mut interrupt = listen(SignalKind::interrupt());
    let mut terminate = listen(SignalKind::terminate());
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("ending");
        before();
        handle.graceful_shutdown(Some(GRACE));
    });
}

fn listen(kind: SignalKind) -> Signal {
    signal(kind).expect("a process may listen to its signals")
}
