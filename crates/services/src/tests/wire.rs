//! A wire to the database that can be slow, cut, or dead.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::Notify,
};

/// Carries connections to a PostgreSQL server on this machine.
pub(super) struct Wire {
    listening: SocketAddr,
    delay: AtomicU64,
    is_closed: AtomicBool,
    cut: Notify,
}

impl Wire {
    /// In front of the server that an address names.
    pub(super) async fn before(address: &str) -> Arc<Self> {
        let server = url_host(address).to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let listening = listener.local_addr().unwrap();
        let wire = Arc::new(Self { listening, delay: AtomicU64::new(0), is_closed: AtomicBool::new(false), cut: Notify::new() });
        let carrier = wire.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if carrier.is_closed.load(Ordering::SeqCst) {
                    continue;
                }
                let Ok(server) = TcpStream::connect(&server).await else { continue };
                let carrier = carrier.clone();
                tokio::spawn(async move {
                    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
                    tokio::select! {
                        () = carrier.carry(from_client, to_server) => {}
                        () = carrier.carry(from_server, to_client) => {}
                        () = carrier.cut.notified() => {}
                    }
                });
            }
        });
        wire
    }

    async fn carry(&self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
        let mut bytes = vec![0; 16 << 10];
        while let Ok(read @ 1..) = from.read(&mut bytes).await {
            tokio::time::sleep(Duration::from_millis(self.delay.load(Ordering::SeqCst))).await;
            if to.write_all(&bytes[..read]).await.is_err() {
                break;
            }
        }
    }

    /// The address of the same database through the wire.
    pub(super) fn address(&self, address: &str) -> String {
        address.replace(url_host(address), &self.listening.to_string())
    }

    /// Holds everything back for so long, in both directions.
    pub(super) fn delay(&self, by: Duration) {
        self.delay.store(u64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }

    /// Ends all connections there are.
    pub(super) fn cut(&self) {
        self.cut.notify_waiters();
    }

    /// Ends them and lets no new ones come about, or lets them again.
    pub(super) fn close(&self, is_closed: bool) {
        self.is_closed.store(is_closed, Ordering::SeqCst);
        if is_closed {
            self.cut();
        }
    }
}

/// Host and port in `postgres://user@host:port/name`.
fn url_host(address: &str) -> &str {
    let rest = address.rsplit_once('@').map_or(address, |(_, rest)| rest);
    rest.split('/').next().unwrap()
}
