//! A connection to PostgreSQL that can be cut.

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};
use url::Url;

/// The address of the same database by way of a wire, and what cuts it when it is sent anything: every connection ends, and no new one begins.
pub(crate) async fn to(database: &str) -> (String, watch::Sender<()>) {
    let mut address = Url::parse(database).unwrap();
    let server = (address.host_str().unwrap().to_owned(), address.port().unwrap_or(5432));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    address.set_host(Some("127.0.0.1")).unwrap();
    address.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
    let (cut, is_cut) = watch::channel(());
    let mut end = is_cut.clone();
    tokio::spawn(async move {
        loop {
            let accepted = tokio::select! {
                _ = end.changed() => return,
                accepted = listener.accept() => accepted,
            };
            let (mut near, _) = accepted.unwrap();
            let (server, mut end) = (server.clone(), is_cut.clone());
            tokio::spawn(async move {
                let mut far = TcpStream::connect(server).await.unwrap();
                tokio::select! {
                    _ = end.changed() => {}
                    _ = copy_bidirectional(&mut near, &mut far) => {}
                }
            });
        }
    });
    (address.into(), cut)
}
